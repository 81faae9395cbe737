//! Customers on SQLite in memory: merged and parted in any order, and gone for good when they are erased.

mod accesses;
mod by_hand;
mod found;
mod late;
mod tables;
mod told;
mod traces;

use super::{
    Accesses, DataPackageOf, Erase, Erasures, Get, Links, List, Merge, Patch, Profile, Split, Undo,
};
use crate::bind;
use crate::ledger::marks::{AddNote, ChangeTags, Subject};
use crate::ledger::tests::{Ledger, closing, conversation, fact, visitor};
use crate::ledger::{answers, asks, conversations, dead, overview, replies, reviews};
use askwell::Code;
use askwell::api::{ConversationSearch, CustomerPatch, CustomerSearch, Source, TagChange};
use askwell::classify::{Answer, Evidence, Method};
use askwell::closing::FieldAnswer;
use askwell::conversation::{Platform, Status};
use askwell::detect::Kind;
use askwell::event::KbGapType;
use askwell::id::{ConversationId, CustomerId};
use askwell::time::UnixMillis;
use std::collections::{BTreeMap, BTreeSet};

const BY: &str = "us_somebody";

fn close(ledger: &Ledger, n: u32, revision: u32, who: u32, email: Option<&str>) -> CustomerId {
    ledger.write(closing(ledger, n, revision, who, email)).unwrap().customer_id
}

fn found(ledger: &Ledger, search: CustomerSearch) -> Vec<CustomerId> {
    ledger.read(List { search }).items.into_iter().map(|c| c.customer_id).collect()
}

fn by_text(ledger: &Ledger, text: &str) -> Vec<CustomerId> {
    found(ledger, CustomerSearch { text: Some(text.to_owned()), ..CustomerSearch::default() })
}

fn tag(ledger: &Ledger, id: &CustomerId, add: &[&str], remove: &[&str]) -> Vec<String> {
    let list = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect();
    let change = TagChange { add: list(add), remove: list(remove) };
    let subjects = vec![Subject::Customer(id.clone())];
    let tags = ledger.write(ChangeTags { subjects, change, by: BY.to_owned() }).unwrap();
    tags.into_iter().next().unwrap().tags
}

fn note(ledger: &Ledger, id: &CustomerId, text: &str) -> String {
    let subject = Subject::Customer(id.clone());
    ledger.write(AddNote { subject, text: text.to_owned(), by: BY.to_owned() }).unwrap().id
}

fn patch(ledger: &Ledger, id: &CustomerId, patch: &str) -> Result<askwell::api::Customer, Code> {
    let patch: CustomerPatch = serde_json::from_str(patch).unwrap();
    let call = Patch { customer_id: id.clone(), patch, shown: None, by: BY.to_owned() };
    ledger.write(call).map_err(|fault| fault.public().code)
}

fn merge(ledger: &Ledger, into: &CustomerId, other: &CustomerId) -> Result<u64, Code> {
    let call = Merge { customer_id: into.clone(), other: other.clone(), by: BY.to_owned() };
    ledger.write(call).map(|link| link.link_id).map_err(|fault| fault.public().code)
}

fn undo(ledger: &Ledger, link_id: u64) -> Result<(), Code> {
    ledger.write(Undo { link_id, by: BY.to_owned() }).map(drop).map_err(|f| f.public().code)
}

fn split(ledger: &Ledger, id: &CustomerId, which: &[u32]) -> Result<(u64, CustomerId), Code> {
    let conversation_ids = which.iter().map(|n| conversation(*n)).collect();
    let call = Split { customer_id: id.clone(), conversation_ids, by: BY.to_owned() };
    ledger.write(call).map(|l| (l.link_id, l.other)).map_err(|fault| fault.public().code)
}

fn profile(ledger: &Ledger, id: &CustomerId) -> askwell::api::CustomerProfile {
    ledger.write(Profile { customer_id: id.clone(), by: BY.to_owned() }).unwrap()
}

fn history(ledger: &Ledger, id: &CustomerId) -> Vec<ConversationId> {
    let search = ConversationSearch {
        customer_id: Some(id.clone()),
        limit: Some(500),
        ..ConversationSearch::default()
    };
    let page = ledger.read(conversations::List { search });
    for summary in &page.items {
        assert_eq!(summary.customer_id.as_ref(), Some(id), "it says whose it is");
    }
    page.items.into_iter().map(|c| c.conversation_id).collect()
}

#[test]
fn what_is_set_by_hand_stands_and_what_is_taken_away_comes_back_when_it_is_said_again() {
    let ledger = Ledger::new();
    // Said long before anybody sets anything.
    let early = |n, email| {
        let mut record = closing(&ledger, n, 1, 1, Some(email));
        record.closed.facts.name = fact("Visitor 1", i64::from(n));
        ledger.write(record).unwrap().customer_id
    };
    let noor = early(1, "noor@example.com");
    let other = close(&ledger, 2, 1, 2, Some("li@example.com"));
    let set = patch(&ledger, &noor, r#"{"name": " Noor Haddad ", "phone": "+1 (202) 555-0123"}"#);
    let set = set.unwrap();
    assert_eq!(
        (set.name.as_deref(), set.phone.as_deref()),
        (Some("Noor Haddad"), Some("+12025550123"))
    );
    let trunk = patch(&ledger, &noor, r#"{"phone": "+49 (0)151 23456789"}"#).unwrap();
    assert_eq!(trunk.phone.as_deref(), Some("+4915123456789"), "as in a chat");
    patch(&ledger, &noor, r#"{"phone": "+1 (202) 555-0123"}"#).unwrap();
    early(3, "noor@example.com");
    let shown = profile(&ledger, &noor);
    assert_eq!(
        shown.customer.name.as_deref(),
        Some("Noor Haddad"),
        "though Visitor 1 said another"
    );
    let standing: Vec<_> = shown.values.iter().filter(|value| value.standing).collect();
    assert_eq!(standing.len(), 3);
    assert!(
        standing
            .iter()
            .any(|v| v.kind == Kind::Name && matches!(&v.source, Source::Team { by } if by == BY))
    );
    let said = |v: &&&askwell::api::FieldValue| {
        v.kind == Kind::Email && matches!(v.source, Source::Conversation { detector: 1, .. })
    };
    assert_eq!(standing.iter().filter(said).count(), 1);

    assert_eq!(patch(&ledger, &noor, r#"{"email": "LI@example.com"}"#), Err(Code::AlreadyExists));
    for wrong in [r#"{"email": "no address"}"#, r#"{"phone": "call me"}"#, r#"{"name": ""}"#] {
        assert_eq!(patch(&ledger, &noor, wrong), Err(Code::InvalidField), "{wrong}");
    }
    assert_eq!(patch(&ledger, &noor, r#"{"name": null}"#).unwrap().name, None);
    close(&ledger, 4, 1, 2, Some("li@example.com"));
    assert_eq!(profile(&ledger, &noor).customer.name, None);
    let mut record = closing(&ledger, 5, 1, 1, Some("noor@example.com"));
    record.closed.facts.name = fact("Noor", i64::from(u32::MAX) * 1_000);
    ledger.write(record).unwrap();
    assert_eq!(profile(&ledger, &noor).customer.name.as_deref(), Some("Noor"));

    patch(&ledger, &noor, r#"{"email": "noor@example.org"}"#).unwrap();
    assert_eq!(close(&ledger, 6, 1, 9, Some("noor@example.org")), noor, "it leads here now");
    assert_eq!(close(&ledger, 7, 1, 8, Some("noor@example.com")), noor, "and so does the old one");
    assert_ne!(noor, other);
}

#[test]
fn a_merge_shows_both_as_one_and_its_undoing_parts_them_with_what_came_meanwhile() {
    let ledger = Ledger::new();
    let a = close(&ledger, 1, 1, 1, Some("a@example.com"));
    let b = close(&ledger, 2, 1, 2, Some("b@example.com"));
    tag(&ledger, &b, &["vip"], &[]);
    note(&ledger, &b, "calls on Mondays");
    let link = merge(&ledger, &a, &b).unwrap();
    let shown = profile(&ledger, &b);
    assert_eq!(shown.customer.customer_id, a, "the other id leads here");
    assert_eq!(shown.customer.email.as_deref(), Some("a@example.com"));
    assert_eq!((shown.customer.conversations, shown.tags.len(), shown.notes.len()), (2, 1, 1));
    assert_eq!(shown.emails, ["a@example.com", "b@example.com"]);
    assert_eq!(ledger.customers().len(), 1);
    assert_eq!(by_text(&ledger, "b@example.com"), std::slice::from_ref(&a));
    assert_eq!(history(&ledger, &a), [conversation(2), conversation(1)]);
    assert_eq!(merge(&ledger, &b, &a), Err(Code::InvalidField), "they are one already");

    close(&ledger, 3, 1, 3, Some("b@example.com"));
    assert_eq!(profile(&ledger, &a).customer.conversations, 3);
    undo(&ledger, link).unwrap();
    assert_eq!(undo(&ledger, link), Err(Code::IllegalTransition));
    assert_eq!(history(&ledger, &a), [conversation(1)]);
    assert_eq!(history(&ledger, &b), [conversation(3), conversation(2)]);
    let parted = profile(&ledger, &b);
    assert_eq!((parted.tags, parted.notes.len()), (vec!["vip".to_owned()], 1));
    assert!(by_text(&ledger, "b@example.com") == [b.clone()]);
    // And the other way round.
    merge(&ledger, &b, &a).unwrap();
    assert_eq!(profile(&ledger, &a).customer.email.as_deref(), Some("b@example.com"));
    let log = ledger.read(Links { customer_id: a });
    assert_eq!(log.len(), 2);
    assert!(log[0].undone_at.is_none() && log[1].undone_by.as_deref() == Some(BY));
}

#[test]
fn conversations_of_somebody_else_are_split_off_and_brought_back() {
    let ledger = Ledger::new();
    let shared = close(&ledger, 1, 1, 1, Some("a@example.com"));
    close(&ledger, 2, 1, 1, None);
    close(&ledger, 3, 1, 1, None);
    assert_eq!(split(&ledger, &shared, &[1, 2]), Err(Code::InvalidField), "it names the address");
    assert_eq!(split(&ledger, &shared, &[2, 9]), Err(Code::NotFound));
    assert_eq!(split(&ledger, &shared, &[1, 2, 3]), Err(Code::InvalidField), "none would stay");
    let (link, new) = split(&ledger, &shared, &[2]).unwrap();
    assert_eq!(history(&ledger, &new), [conversation(2)]);
    assert_eq!(history(&ledger, &shared), [conversation(3), conversation(1)]);
    assert_eq!(close(&ledger, 2, 2, 1, None), new, "it stays there when it is closed again");
    undo(&ledger, link).unwrap();
    assert_eq!(history(&ledger, &shared).len(), 3);
    assert_eq!(ledger.customers().len(), 1);
}

#[test]
fn a_profile_that_loses_its_last_conversation_keeps_what_the_team_keeps_of_it() {
    let ledger = Ledger::new();
    let wrong = close(&ledger, 1, 1, 1, Some("noor@example.con"));
    tag(&ledger, &wrong, &["vip"], &[]);
    let right = close(&ledger, 1, 2, 1, Some("noor@example.com"));
    assert_ne!(wrong, right);
    let left = profile(&ledger, &wrong);
    assert_eq!((left.customer.conversations, left.customer.email, left.tags.len()), (0, None, 1));
    assert_eq!(by_text(&ledger, "vip"), [wrong]);
}

#[test]
fn nothing_gets_lost_whatever_is_merged_split_undone_closed_and_corrected() {
    for seed in 1..=16u64 {
        let ledger = Ledger::new();
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut draw = move |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below as u64) as usize
        };
        let mut revisions: BTreeMap<u32, (u32, Option<usize>)> = BTreeMap::new();
        let mut links: Vec<u64> = Vec::new();
        let (mut tags, mut notes) = (BTreeSet::new(), BTreeSet::new());
        for step in 0..40 {
            let shown: Vec<CustomerId> =
                ledger.customers().into_iter().map(|c| c.customer_id).collect();
            match draw(8) {
                0 | 1 => {
                    let n = draw(12) as u32;
                    let email = Some(draw(5)).filter(|email| *email > 0);
                    let revision = revisions.get(&n).map_or(1, |(revision, _)| revision + 1);
                    let text = email.map(|email| format!("person-{email}@example.com"));
                    close(&ledger, n, revision, draw(6) as u32, text.as_deref());
                    revisions.insert(n, (revision, email));
                }
                2 if shown.len() > 1 => {
                    let (into, other) = (&shown[draw(shown.len())], &shown[draw(shown.len())]);
                    links.extend(merge(&ledger, into, other));
                }
                3 if !links.is_empty() => {
                    let done = undo(&ledger, links[draw(links.len())]);
                    assert_ne!(done, Err(Code::Internal), "seed {seed}, step {step}");
                }
                4 if !shown.is_empty() => {
                    let id = &shown[draw(shown.len())];
                    links.extend(split(&ledger, id, &[draw(12) as u32]).map(|(link, _)| link));
                }
                5 if !shown.is_empty() => {
                    let name = format!("tag-{step}");
                    tag(&ledger, &shown[draw(shown.len())], &[&name], &[]);
                    tags.insert(name);
                }
                6 if !shown.is_empty() => {
                    notes.insert(note(&ledger, &shown[draw(shown.len())], &format!("n{step}")));
                }
                7 if !shown.is_empty() => {
                    let set = format!(r#"{{"email": "person-{}@example.com"}}"#, 1 + draw(4));
                    let done = patch(&ledger, &shown[draw(shown.len())], &set);
                    assert!(matches!(done, Ok(_) | Err(Code::AlreadyExists)), "{done:?}");
                }
                _ => {}
            }
            check(&ledger, &revisions, &tags, &notes, &format!("seed {seed}, step {step}"));
        }
        for link in links.iter().rev() {
            assert_ne!(undo(&ledger, *link), Err(Code::Internal), "seed {seed}");
        }
        check(&ledger, &revisions, &tags, &notes, &format!("seed {seed}, all undone"));
    }
}

fn check(
    ledger: &Ledger,
    revisions: &BTreeMap<u32, (u32, Option<usize>)>,
    tags: &BTreeSet<String>,
    notes: &BTreeSet<String>,
    when: &str,
) {
    let astray = "SELECT count(*) AS n FROM customers c LEFT JOIN customers i ON i.id = c.merged_into WHERE c.root IS NOT coalesce(i.root, i.id)";
    let astray = ledger.sql.count(astray, bind![]).unwrap();
    assert_eq!(astray, 0, "{when}: shown elsewhere than what they were merged into");
    found::assert_in_line(&ledger.sql, when);
    let mut seen: BTreeMap<ConversationId, CustomerId> = BTreeMap::new();
    let (mut tags_seen, mut notes_seen, mut emails) = (Vec::new(), Vec::new(), BTreeSet::new());
    for customer in ledger.customers() {
        let id = customer.customer_id.clone();
        let of_it = history(ledger, &id);
        assert_eq!(of_it.len(), customer.conversations as usize, "{when}: the count");
        for conversation in of_it {
            assert!(seen.insert(conversation, id.clone()).is_none(), "{when}: it stands twice");
        }
        assert!(
            customer.email.is_none_or(|email| emails.insert(email)),
            "{when}: an address twice"
        );
        let profile = profile(ledger, &id);
        tags_seen.extend(profile.tags);
        notes_seen.extend(profile.notes.into_iter().map(|note| note.id));
    }
    let all: BTreeSet<_> = revisions.keys().map(|n| conversation(*n)).collect();
    assert_eq!(seen.keys().cloned().collect::<BTreeSet<_>>(), all, "{when}: conversations");
    tags_seen.sort();
    notes_seen.sort();
    assert_eq!(tags_seen, tags.iter().cloned().collect::<Vec<_>>(), "{when}: tags");
    assert_eq!(notes_seen, notes.iter().cloned().collect::<Vec<_>>(), "{when}: notes");
    let mut owners: BTreeMap<usize, &CustomerId> = BTreeMap::new();
    for (n, (_, email)) in revisions {
        let Some(email) = email else { continue };
        let owner = &seen[&conversation(*n)];
        assert_eq!(*owners.entry(*email).or_insert(owner), owner, "{when}: equal e-mail is one");
    }
}

#[test]
fn who_is_erased_leaves_nothing_and_does_not_come_back() {
    let ledger = Ledger::new();
    let secret = ["zebra@example.com", "Zebra Quagga", "+12025550177", "okapi"];
    let mut record = closing(&ledger, 1, 1, 1, Some(secret[0]));
    record.closed.facts.name = fact(secret[1], 5);
    record.closed.facts.phone = fact(secret[2], 5);
    record.closed.messages[0].text =
        format!("I am {}, {}, and like {}", secret[1], secret[0], secret[3]);
    // What was said stands in more places than the transcript.
    let quote = Evidence { message: 0, quote: format!("and like {}", secret[3]) };
    record.conclusion.answers[0].answer.evidence = vec![quote.clone()];
    let id = ledger.write(record.clone()).unwrap().customer_id;
    let said = record.conclusion.answers[1].clone();
    let reviewed = Answer { method: Method::Human, evidence: vec![quote], ..said.answer.clone() };
    let answers = vec![FieldAnswer { answer: reviewed, ..said }];
    ledger.write(answers::Put { conversation_id: conversation(1), revision: 1, answers }).unwrap();
    let review = reviews::Review {
        conversation_id: conversation(1),
        field_id: record.conclusion.answers[0].field_id.clone(),
        answer: None,
        by: BY.to_owned(),
    };
    ledger.write(review).unwrap();
    ledger.write(asks::Again { conversation_id: conversation(1), by_model: false }).unwrap();
    let gap = replies::GapNoted {
        question: "Do you feed an okapi?".to_owned(),
        lang: None,
        kind: KbGapType::Missing,
        nearest: None,
    };
    let noted = replies::Note {
        conversation_id: conversation(1),
        visitor_id: visitor(1),
        platform: Platform::default(),
        which: "m-1".to_owned(),
        generated: None,
        gap: Some(gap),
    };
    ledger.write(noted).unwrap();
    let letter = format!("{} revision 1", conversation(1));
    ledger.write(dead::Note { queue: "askwell-closed-dead".to_owned(), subject: letter }).unwrap();
    assert!(ledger.sql.dump().matches("okapi").count() >= 3, "in answers and in a gap");
    let other = close(&ledger, 2, 1, 2, Some("quagga.friend@example.org"));
    close(&ledger, 3, 1, 3, Some("li@example.com"));
    merge(&ledger, &id, &other).unwrap();
    note(&ledger, &id, "an okapi lover");
    tag(&ledger, &id, &["okapi"], &[]);
    patch(&ledger, &id, r#"{"name": "Zebra Q. Quagga"}"#).unwrap();
    let package =
        ledger.write(DataPackageOf { customer_id: id.clone(), by: BY.to_owned() }).unwrap();
    assert_eq!((package.conversations.len(), package.profile.notes.len()), (2, 1));
    assert!(serde_json::to_string(&package).unwrap().contains("like okapi"));
    assert_eq!(ledger.read(Accesses { customer_id: id.clone() })[0].what, "package");
    let counted = |ledger: &Ledger| -> u64 {
        ledger.read(overview::Get).answers.values().flat_map(|values| values.values()).sum()
    };
    let before = counted(&ledger);

    let erasure = ledger.write(Erase { customer_id: other.clone(), by: BY.to_owned() }).unwrap();
    assert_eq!(erasure.customer_ids.len(), 2, "also what was merged");
    assert_eq!(erasure.conversation_ids, sorted([conversation(1), conversation(2)]));
    assert_eq!(erasure.visitor_ids.len(), 2);
    assert_eq!(erasure.removed["notes"], 1);
    assert_eq!(counted(&ledger) * 3, before, "the answers of one conversation in three are left");
    let gone = |ledger: &Ledger, when: &str| {
        let dump = ledger.sql.dump().to_lowercase();
        for word in ["zebra", "quagga", "5550177", "okapi"] {
            assert!(!dump.contains(word), "{when}: {word}");
        }
        for id in [&id, &other] {
            let call = Profile { customer_id: id.clone(), by: BY.to_owned() };
            assert_eq!(ledger.write(call).unwrap_err().public().code, Code::Gone);
        }
        assert_eq!(ledger.customers().len(), 1);
    };
    gone(&ledger, "erased");
    for table in ["asks", "reviews", "gaps", "dead_letters"] {
        let left = format!("SELECT count(*) AS n FROM {table}");
        assert_eq!(ledger.sql.count(&left, bind![]).unwrap(), 0, "{table}");
    }
    record.closed.revision = 2;
    assert!(ledger.write(record.clone()).unwrap().duplicate);
    let summary = askwell::api::ConversationSummary {
        conversation_id: conversation(1),
        platform_conversation_id: None,
        customer_id: None,
        status: Status::InProgress,
        revision: 0,
        direction: record.closed.direction,
        platform: record.closed.platform,
        transferred: false,
        lang: None,
        messages: 1,
        started_at: UnixMillis(5),
        ended_at: None,
        sentiment: None,
        classify_ms: None,
        test_mode: false,
    };
    let word = conversations::Register {
        summary,
        version: 9,
        visitor_id: None,
        opened_at: None,
        last_at: None,
        said: None,
    };
    ledger.write(word).unwrap();
    gone(&ledger, "after a late closing and a late word");
    let left = ledger.read(conversations::List { search: ConversationSearch::default() });
    assert_eq!(left.items.len(), 1);
    // Their copies are to be deleted, and their objects emptied.
    let stale = "SELECT count(*) AS n FROM documents WHERE subject IN (SELECT id FROM erased) OR kind = 'visitor'";
    assert!(ledger.sql.count(stale, bind![]).unwrap() >= 4);
    let (all, pending) = ledger.read(Erasures { page: askwell::api::PageQuery::default() });
    assert_eq!((all.items.as_slice(), all.next), (&[erasure][..], None));
    assert!(pending >= 2, "{pending}");
    // Who writes again is somebody new.
    let again = close(&ledger, 9, 1, 1, Some("zebra@example.com"));
    assert!(again != id && ledger.read(Get { customer_id: again }).unwrap().conversations == 1);
    assert_eq!(visitor(1).to_string().len(), 29);
}

fn sorted<const N: usize>(mut ids: [ConversationId; N]) -> Vec<ConversationId> {
    ids.sort();
    ids.to_vec()
}

#[test]
fn what_was_given_meanwhile_is_not_taken_away_by_an_older_form() {
    let ledger = Ledger::new();
    ledger.write(closing(&ledger, 0, 1, 0, Some("ana@fern.example"))).unwrap();
    let id = found(&ledger, CustomerSearch::default()).remove(0);
    let set = |change: &str, shown: &str| {
        let (patch, shown) =
            (serde_json::from_str(change).unwrap(), serde_json::from_str(shown).unwrap());
        let call = Patch { customer_id: id.clone(), patch, shown: Some(shown), by: BY.to_owned() };
        ledger.write(call).map_err(|fault| fault.public())
    };
    // The form showed no e-mail address when somebody typed another one.
    let email = r#"{"email": "bo@fern.example"}"#;
    let refused = set(email, r#"{"email": null}"#).unwrap_err();
    assert_eq!(refused.code, Code::PreconditionFailed);
    assert!(refused.detail.starts_with("the field `email`"), "{}", refused.detail);
    let other = set(r#"{"phone": "+43 1 234567"}"#, r#"{"phone": null}"#).unwrap();
    assert_eq!(other.email.as_deref(), Some("ana@fern.example"), "only what was changed is set");
    let seen = set(email, r#"{"email": "ana@fern.example"}"#).unwrap();
    assert_eq!(seen.email.as_deref(), Some("bo@fern.example"));
    set(email, r#"{"email": "ana@fern.example"}"#).unwrap();
}
