//! What conversations tell of their visitors while they are held.

use super::{BY, Get, by_text, close, history, note, patch, profile, split, tag};
use crate::bind;
use crate::ledger::customers::{DataPackageOf, Erase, root};
use crate::ledger::happenings::{Happening, Take, What};
use crate::ledger::tests::{Ledger, Walk, closing, conversation, fact, under_way, visitor};
use crate::ledger::{archives, conversations, events};
use askwell::api::{CustomerSearch, PageQuery};
use askwell::conversation::{Platform, Status};
use askwell::customer::{Facts, Proof, Proven, ProvenValue};
use askwell::id::CustomerId;
use askwell::time::UnixMillis;
use std::collections::{BTreeMap, BTreeSet};

const AT: i64 = 1_780_272_000_000;

/// What a visitor has said by some time.
pub(super) fn facts(name: Option<&str>, email: Option<&str>) -> Facts {
    let fact = |value: Option<&str>| value.and_then(|value| fact(value, AT));
    Facts { name: fact(name), email: fact(email), phone: None }
}

/// Conversation `n` of visitor `who` tells what was said in it.
fn tell_all(ledger: &Ledger, n: u32, who: u32, version: u32, said: conversations::Said) {
    let register = conversations::Register {
        summary: under_way(n, Status::InProgress, UnixMillis(AT)),
        version,
        visitor_id: Some(visitor(who)),
        opened_at: Some(UnixMillis(AT)),
        last_at: Some(UnixMillis(AT + i64::from(version))),
        said: Some(said),
    };
    ledger.write(register).unwrap();
}

pub(super) fn tell(ledger: &Ledger, n: u32, who: u32, version: u32, facts: Facts) {
    tell_all(ledger, n, who, version, conversations::Said { facts, proven: Proven::default() });
}

/// Its closing, with what was said by then.
pub(super) fn end(
    ledger: &Ledger,
    n: u32,
    who: u32,
    revision: u32,
    version: u32,
    facts: Facts,
) -> CustomerId {
    let mut record = closing(ledger, n, revision, who, None);
    record.version = version;
    record.closed.facts = facts;
    ledger.write(record).unwrap().customer_id
}

pub(super) fn owner(ledger: &Ledger, n: u32) -> Option<CustomerId> {
    conversations::known(&ledger.sql, &conversation(n)).unwrap().and_then(|known| known.customer)
}

/// E-mail, name and conversations of everybody, by e-mail.
fn people(ledger: &Ledger) -> Vec<(Option<String>, Option<String>, u32)> {
    let all = ledger.customers().into_iter();
    let mut all: Vec<_> = all.map(|c| (c.email, c.name, c.conversations)).collect();
    all.sort();
    all
}

fn person(email: &str, conversations: u32) -> (Option<String>, Option<String>, u32) {
    (Some(email.to_owned()), None, conversations)
}

#[test]
fn who_says_who_they_are_is_there_and_their_closing_says_it_once() {
    let ledger = Ledger::new();
    tell(&ledger, 1, 1, 1, Facts::default());
    assert!(people(&ledger).is_empty() && owner(&ledger, 1).is_none(), "nobody has said anything");
    tell(&ledger, 1, 1, 2, facts(Some("Ana Ruiz"), None));
    assert_eq!(people(&ledger), [(None, Some("Ana Ruiz".to_owned()), 1)]);
    tell(&ledger, 1, 1, 3, facts(Some("Ana Ruiz"), Some("Ana@example.com")));
    let ana = owner(&ledger, 1).unwrap();
    assert_eq!(by_text(&ledger, "ana@example"), std::slice::from_ref(&ana));
    let shown = ledger.read(Get { customer_id: ana.clone() }).unwrap();
    assert_eq!((shown.first_at.0, shown.last_at.0), (AT, AT + 3));
    assert!(shown.verified.is_empty(), "it is a claim");
    assert_eq!(history(&ledger, &ana), [conversation(1)]);
    let settled = "SELECT count(*) AS n FROM visitors";
    assert_eq!(ledger.sql.count(settled, bind![]).unwrap(), 0, "and binds nothing");

    let said = facts(Some("Ana Ruiz"), Some("Ana@example.com"));
    assert_eq!(end(&ledger, 1, 1, 1, 4, said), ana);
    let shown = ledger.read(Get { customer_id: ana.clone() }).unwrap();
    assert_eq!((shown.conversations, shown.email.as_deref()), (1, Some("ana@example.com")));
    assert_eq!(ledger.customers().len(), 1);
    assert_eq!(profile(&ledger, &ana).visitors, [visitor(1)]);
    // The next chat of the browser is theirs as it is closed, before anything was said.
    assert_eq!(end(&ledger, 2, 1, 1, 1, Facts::default()), ana);
}

#[test]
fn what_was_told_before_changes_nothing_and_neither_does_a_repeat() {
    let ledger = Ledger::new();
    tell(&ledger, 1, 1, 3, facts(None, Some("new@example.com")));
    let before = ledger.sql.dump();
    tell(&ledger, 1, 1, 2, facts(None, Some("old@example.com")));
    tell(&ledger, 1, 1, 3, facts(None, Some("old@example.com")));
    assert_eq!(ledger.sql.dump(), before);
    tell(&ledger, 1, 1, 4, facts(None, Some("new@example.com")));
    let documents = "SELECT sum(version) AS n FROM documents";
    let written = ledger.sql.count(documents, bind![]).unwrap();
    tell(&ledger, 1, 1, 5, facts(None, Some("new@example.com")));
    assert_eq!(ledger.sql.count(documents, bind![]).unwrap(), written, "nothing to publish");
    // Handed over meanwhile: that closing is older than what is known by now.
    tell(&ledger, 1, 1, 7, facts(None, Some("newer@example.com")));
    end(&ledger, 1, 1, 1, 6, facts(None, Some("new@example.com")));
    assert_eq!(people(&ledger), [person("newer@example.com", 1)]);
    end(&ledger, 1, 1, 2, 8, facts(None, Some("newest@example.com")));
    assert_eq!(people(&ledger), [person("newest@example.com", 1)]);
}

#[test]
fn a_typo_leaves_nobody_and_what_is_taken_back_leaves_nothing() {
    let ledger = Ledger::new();
    tell(&ledger, 1, 1, 1, facts(None, Some("ana@gmial.example")));
    let ana = owner(&ledger, 1).unwrap();
    tag(&ledger, &ana, &["vip"], &[]);
    tell(&ledger, 1, 1, 2, facts(None, Some("ana@gmail.example")));
    assert_eq!(owner(&ledger, 1).as_ref(), Some(&ana), "the same person, and what hangs on them");
    assert_eq!(people(&ledger), [person("ana@gmail.example", 1)]);
    assert!(by_text(&ledger, "gmial").is_empty());
    tag(&ledger, &ana, &[], &["vip"]);

    tell(&ledger, 1, 1, 3, Facts::default());
    assert!(people(&ledger).is_empty() && owner(&ledger, 1).is_none());
    assert_eq!(root(&ledger.sql, ana.as_str()).unwrap(), None);
    for table in ["customers", "facts", "emails", "indexed", "data_keys"] {
        let n = ledger.sql.count(&format!("SELECT count(*) AS n FROM {table}"), bind![]).unwrap();
        assert_eq!(n, 0, "{table}");
    }
    // Somebody of whom the team has written something down stays.
    tell(&ledger, 1, 1, 4, facts(Some("Ana"), None));
    let ana = owner(&ledger, 1).unwrap();
    note(&ledger, &ana, "rang about it");
    tell(&ledger, 1, 1, 5, Facts::default());
    assert_eq!(people(&ledger), [(None, None, 0)]);
    assert_eq!(profile(&ledger, &ana).notes.len(), 1);
}

#[test]
fn anothers_address_is_joined_as_long_as_it_is_claimed() {
    let ledger = Ledger::new();
    let bob = close(&ledger, 1, 1, 1, Some("bob@example.com"));
    let before = people(&ledger);
    tell(&ledger, 2, 2, 1, facts(None, Some("Bob@Example.com")));
    assert_eq!(owner(&ledger, 2).as_ref(), Some(&bob), "equal e-mail is one profile");
    assert_eq!(ledger.read(Get { customer_id: bob.clone() }).unwrap().conversations, 2);
    assert_eq!(ledger.customers().len(), 1);
    // "That is not mine."
    tell(&ledger, 2, 2, 2, Facts::default());
    assert_eq!((people(&ledger), owner(&ledger, 2)), (before.clone(), None));
    tell(&ledger, 2, 2, 3, facts(None, Some("bob@example.com")));
    let mine = facts(None, Some("li@example.com"));
    tell(&ledger, 2, 2, 4, mine.clone());
    let li = owner(&ledger, 2).unwrap();
    assert!(li != bob && people(&ledger).contains(&before[0]));
    assert_eq!(end(&ledger, 2, 2, 1, 5, mine), li);
    let other = end(&ledger, 3, 2, 1, 1, Facts::default());
    assert_eq!(other, li, "the browser is known as the one that was right in the end");
}

#[test]
fn a_first_address_completes_the_visitors_own_profile_and_so_does_its_correction() {
    let ledger = Ledger::new();
    let own = close(&ledger, 1, 1, 1, None);
    for (version, email) in [(1, "a@exmaple.com"), (2, "a@example.com")] {
        tell(&ledger, 2, 1, version, facts(None, Some(email)));
        assert_eq!(owner(&ledger, 2).as_ref(), Some(&own));
        assert_eq!(people(&ledger), [(Some(email.to_owned()), Some("Visitor 1".to_owned()), 2)]);
    }
    tell(&ledger, 2, 1, 3, Facts::default());
    assert_eq!(people(&ledger), [(None, Some("Visitor 1".to_owned()), 1)]);
    tell(&ledger, 2, 1, 4, facts(None, Some("a@example.com")));
    assert_eq!(end(&ledger, 2, 1, 1, 5, facts(None, Some("a@example.com"))), own);
}

#[test]
fn after_a_closing_a_corrected_address_moves_the_conversation_at_once() {
    let ledger = Ledger::new();
    let first = end(&ledger, 1, 1, 1, 2, facts(None, Some("a@example.com")));
    tell(&ledger, 1, 1, 3, facts(None, Some("b@example.com")));
    let second = owner(&ledger, 1).unwrap();
    assert_ne!(first, second);
    assert_eq!(people(&ledger), [person("b@example.com", 1)]);
    assert_eq!(root(&ledger.sql, first.as_str()).unwrap().as_deref(), Some(second.as_str()));
    assert!(archives::find(&ledger.sql, conversation(1).as_str()).unwrap().is_some());
    tell(&ledger, 1, 1, 4, Facts::default());
    assert_eq!(owner(&ledger, 1).as_ref(), Some(&second), "it was somebody's");
    assert_eq!(end(&ledger, 1, 1, 2, 5, facts(None, Some("b@example.com"))), second);
    assert_eq!(people(&ledger), [person("b@example.com", 1)]);
    ledger.write(Erase { customer_id: second, by: BY.to_owned() }).unwrap();
    assert!(!ledger.sql.dump().contains("example.com"));
}

#[test]
fn what_the_team_has_put_somewhere_stays_there() {
    let ledger = Ledger::new();
    let own = close(&ledger, 1, 1, 1, None);
    tell(&ledger, 2, 1, 1, facts(Some("Ana"), None));
    assert_eq!(owner(&ledger, 2).as_ref(), Some(&own));
    let (_, apart) = split(&ledger, &own, &[2]).unwrap();
    tell(&ledger, 2, 1, 2, facts(Some("Ana Ruiz"), None));
    assert_eq!(owner(&ledger, 2).as_ref(), Some(&apart));
    assert_eq!(end(&ledger, 2, 1, 1, 3, facts(Some("Ana Ruiz"), None)), apart);
    // What was set by hand is not for a correction to take along.
    tell(&ledger, 3, 3, 1, facts(None, Some("li@example.com")));
    let li = owner(&ledger, 3).unwrap();
    patch(&ledger, &li, r#"{"email": "li.wei@example.com"}"#).unwrap();
    tell(&ledger, 3, 3, 2, facts(None, Some("wei@example.com")));
    let wei = owner(&ledger, 3).unwrap();
    assert_ne!(li, wei);
    assert_eq!(
        ledger.read(Get { customer_id: li }).unwrap().email.as_deref(),
        Some("li.wei@example.com")
    );
}

#[test]
fn an_address_that_the_team_puts_in_while_somebody_chats_takes_no_profile_from_them() {
    let ledger = Ledger::new();
    tell(&ledger, 1, 1, 1, facts(Some("Ana"), None));
    let ana = owner(&ledger, 1).unwrap();
    patch(&ledger, &ana, r#"{"email": "ana@example.com"}"#).unwrap();
    tell(&ledger, 1, 1, 2, facts(Some("Ana Ruiz"), None));
    assert_eq!(owner(&ledger, 1).as_ref(), Some(&ana));
    assert_eq!(end(&ledger, 1, 1, 1, 3, facts(Some("Ana Ruiz"), None)), ana);
    assert_eq!(people(&ledger).len(), 1);
}

#[test]
fn who_is_verified_is_known_as_that_whatever_they_claim() {
    let ledger = Ledger::new();
    let ana = close(&ledger, 1, 1, 1, Some("ana@example.com"));
    let value = ProvenValue {
        value: "ana@example.com".to_owned(),
        at: UnixMillis(AT),
        proof: Proof::Token,
    };
    let subject = Some("user-7".to_owned());
    let proven = Proven { subject, email: Some(value), ..Proven::default() };
    let said = conversations::Said { facts: facts(None, Some("bob@example.com")), proven };
    tell_all(&ledger, 2, 2, 1, said.clone());
    assert_eq!(owner(&ledger, 2).as_ref(), Some(&ana));
    let shown = ledger.read(Get { customer_id: ana.clone() }).unwrap();
    assert!(shown.verified.contains(&askwell::detect::Kind::Email));
    assert!(profile(&ledger, &ana).subjects.is_empty(), "it settles nothing");
    let mut record = closing(&ledger, 2, 1, 2, None);
    (record.version, record.closed.facts, record.closed.proven) = (2, said.facts, said.proven);
    assert_eq!(ledger.write(record).unwrap().customer_id, ana);
    assert_eq!(profile(&ledger, &ana).subjects, ["user-7"]);
}

#[test]
fn who_is_erased_while_they_talk_is_gone_and_nothing_told_brings_them_back() {
    let ledger = Ledger::new();
    let said = || facts(Some("Zacharina"), Some("zebra@example.com"));
    tell(&ledger, 1, 1, 1, said());
    // Of the same browser, and nobody's yet.
    tell(&ledger, 2, 1, 1, Facts::default());
    tell(&ledger, 3, 2, 1, facts(None, Some("li@example.com")));
    let id = owner(&ledger, 1).unwrap();
    let package =
        ledger.write(DataPackageOf { customer_id: id.clone(), by: BY.to_owned() }).unwrap();
    assert_eq!(package.conversations.len(), 2);
    let erasure = ledger.write(Erase { customer_id: id, by: BY.to_owned() }).unwrap();
    assert_eq!(erasure.conversation_ids.len(), 2);
    assert_eq!(erasure.visitor_ids, [visitor(1)]);
    // What was on its way, and a chat that the ledger had not heard of.
    for n in [1, 2, 4] {
        tell(&ledger, n, 1, 2, said());
        end(&ledger, n, 1, 1, 3, said());
    }
    assert_eq!(people(&ledger), [person("li@example.com", 1)]);
    let dump = ledger.sql.dump();
    assert!(!dump.contains("zebra") && !dump.contains("Zacharina"));
}

#[test]
fn events_name_nobody_before_a_closing_has_settled_who_it_is() {
    let ledger = Ledger::new();
    tell(&ledger, 1, 1, 1, facts(None, Some("a@example.com")));
    let take = |seq| Take {
        conversation_id: conversation(1),
        visitor_id: visitor(1),
        platform: Platform::default(),
        happenings: vec![Happening { seq, at: UnixMillis(AT), what: What::Assigned }],
    };
    let users = || -> Vec<String> {
        let page = PageQuery { cursor: None, limit: Some(500) };
        let all = ledger.read(events::List { page }).items.into_iter();
        all.filter(|event| event.event.to_string().contains("assigned"))
            .map(|event| event.event["data"]["user_id"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    ledger.write(take(1)).unwrap();
    assert_eq!(users(), [visitor(1).to_string()]);
    let id = end(&ledger, 1, 1, 1, 2, facts(None, Some("a@example.com")));
    ledger.write(take(2)).unwrap();
    assert!(users().contains(&id.to_string()));
}

/// Which conversations are together, with what their profile shows.
fn groups(ledger: &Ledger, of: impl Iterator<Item = u32>) -> BTreeSet<(Vec<u32>, String)> {
    let mut all: BTreeMap<CustomerId, Vec<u32>> = BTreeMap::new();
    for n in of {
        all.entry(owner(ledger, n).unwrap()).or_default().push(n);
    }
    let shown = |(id, ns): (CustomerId, Vec<u32>)| {
        let c = ledger.read(Get { customer_id: id }).unwrap();
        assert_eq!(c.conversations as usize, ns.len());
        (ns, format!("{:?} {:?} {:?} {:?}", c.email, c.name, c.first_at, c.last_at))
    };
    all.into_iter().map(shown).collect()
}

#[test]
fn whatever_was_told_meanwhile_closings_come_to_the_same() {
    for seed in 0..24 {
        let (told, silent) = (Ledger::new(), Ledger::new());
        let mut walk = Walk(seed);
        let mut said: BTreeMap<u32, (u32, Facts)> = BTreeMap::new();
        for _ in 0..60 {
            let n = walk.below(7);
            let (version, facts_now) = said.entry(n).or_default();
            *version += 1;
            let email = ["a@x.example", "b@x.example", "c@x.example"][walk.below(3) as usize];
            let email = (walk.below(4) > 0).then_some(email);
            *facts_now = facts((walk.below(2) == 0).then_some("Ana"), email);
            tell(&told, n, n, *version, facts_now.clone());
            // Whoever says something is there as that, and nobody is there who has said nothing.
            let owner = owner(&told, n);
            assert_eq!(owner.is_some(), !facts_now.kinds().is_empty());
            if let (Some(owner), Some(email)) = (owner, email) {
                let shown = told.read(Get { customer_id: owner }).unwrap();
                assert_eq!(shown.email.as_deref(), Some(email));
            }
            let counted: u32 = told.customers().iter().map(|c| c.conversations).sum();
            let owned = "SELECT count(*) AS n FROM conversations WHERE customer_id IS NOT NULL";
            assert_eq!(u64::from(counted), told.sql.count(owned, bind![]).unwrap());
            assert!(told.customers().iter().all(|c| c.conversations > 0));
        }
        for (n, (version, facts)) in &said {
            for ledger in [&told, &silent] {
                end(ledger, *n, *n, 1, version + 1, facts.clone());
            }
        }
        let all = || said.keys().copied();
        assert_eq!(groups(&told, all()), groups(&silent, all()), "seed {seed}");
        let count = |ledger: &Ledger| ledger.customers().len();
        assert_eq!(count(&told), count(&silent));
        let search = CustomerSearch { email: Some("a@x.example".to_owned()), ..Default::default() };
        assert!(super::found(&told, search).len() <= 1);
    }
}
