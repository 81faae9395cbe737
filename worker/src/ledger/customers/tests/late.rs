//! Conversations that the ledger has not recorded when their person is erased.

use super::{BY, close, found, merge, sorted};
use crate::bind;
use crate::ledger::customers::{Erase, Erasures};
use crate::ledger::happenings::{Happening, Take, What};
use crate::ledger::tests::{Ledger, closing, conversation, first_telling, under_way, visitor};
use crate::ledger::{conversations, replies};
use askwell::api::{
    ConversationSearch, ConversationSummary, CustomerSearch, DeskShown, DeskState, Erasure,
};
use askwell::conversation::{Platform, Status};
use askwell::event::KbGapType;
use askwell::id::{ConversationId, CustomerId};
use askwell::time::UnixMillis;

fn now(ledger: &Ledger) -> UnixMillis {
    ledger.at(|cx| cx.now)
}

/// Conversation `n` of visitor `who` tells how it stands. It was opened just now, unless said otherwise.
pub(super) fn tell(
    ledger: &Ledger,
    n: u32,
    who: Option<u32>,
    status: Status,
    opened_at: Option<UnixMillis>,
) {
    let opened_at = opened_at.unwrap_or_else(|| now(ledger));
    let summary = ConversationSummary {
        ended_at: status.is_terminal().then_some(UnixMillis(6)),
        // Of before by its own count, as what was held elsewhere is.
        ..under_way(n, status, UnixMillis(5))
    };
    ledger.write(first_telling(summary, who.map(visitor), opened_at)).unwrap();
}

/// What rooms keep of a conversation while it is held: who has it, what no article answered, and up to
/// where it was heard.
fn talk(ledger: &Ledger, n: u32, who: u32) {
    let desk = DeskShown {
        conversation_id: conversation(n),
        state: DeskState::Waiting,
        since: UnixMillis(7),
        reason: None,
        assignee: None,
        handed_at: None,
        first_response_at: None,
        first_response_ms: None,
    };
    ledger.write(replies::PutDesk { desk, version: 1 }).unwrap();
    let gap = replies::GapNoted {
        question: format!("Do you feed okapi {n}?"),
        lang: None,
        kind: KbGapType::Missing,
        nearest: None,
    };
    let note = replies::Note {
        conversation_id: conversation(n),
        visitor_id: visitor(who),
        platform: Platform::default(),
        which: format!("m-{n}"),
        generated: None,
        gap: Some(gap),
    };
    ledger.write(note).unwrap();
    let happening = Happening { seq: 1, at: UnixMillis(8), what: What::Assigned };
    let take = Take {
        conversation_id: conversation(n),
        visitor_id: visitor(who),
        platform: Platform::default(),
        happenings: vec![happening],
    };
    ledger.write(take).unwrap();
}

fn erase(ledger: &Ledger, customer_id: &CustomerId) -> Erasure {
    ledger.write(Erase { customer_id: customer_id.clone(), by: BY.to_owned() }).unwrap()
}

/// The conversations whose objects are to be emptied.
fn to_be_emptied(ledger: &Ledger) -> Vec<ConversationId> {
    let rows: Vec<super::super::Value> = ledger
        .sql
        .rows("SELECT subject AS value FROM jobs WHERE kind = 'empty' ORDER BY 1", bind![])
        .unwrap();
    rows.into_iter().map(|row| row.value.parse().unwrap()).collect()
}

fn all(ledger: &Ledger) -> Vec<ConversationId> {
    let list = ledger.read(conversations::List { search: ConversationSearch::default() });
    list.items.into_iter().map(|c| c.conversation_id).collect()
}

#[test]
fn what_is_open_or_in_the_queue_goes_with_its_person_and_brings_nobody_back() {
    let ledger = Ledger::new();
    let opened = now(&ledger);
    let person = close(&ledger, 1, 1, 1, Some("zebra@example.com"));
    let merged = close(&ledger, 2, 1, 2, Some("quagga@example.com"));
    merge(&ledger, &person, &merged).unwrap();
    close(&ledger, 3, 1, 3, Some("li@example.com"));
    tell(&ledger, 11, Some(1), Status::InProgress, None);
    tell(&ledger, 12, Some(2), Status::Completed, None);
    tell(&ledger, 13, Some(3), Status::InProgress, None);
    // Two that have told nothing of themselves yet.
    for (n, who) in [(11, 1), (12, 2), (13, 3), (14, 1), (15, 1)] {
        talk(&ledger, n, who);
    }

    let erasure = erase(&ledger, &person);
    let gone = sorted([1, 2, 11, 12].map(conversation));
    assert_eq!(erasure.conversation_ids, gone);
    assert_eq!(to_be_emptied(&ledger), gone);
    assert_eq!(
        ledger.read(Erasures { page: askwell::api::PageQuery::default() }).1,
        4 + stale(&ledger),
        "they are waited for"
    );
    assert_eq!(all(&ledger), [conversation(3), conversation(13)]);

    tell(&ledger, 14, Some(1), Status::InProgress, Some(opened));
    for (n, who) in [(11, 1), (12, 2), (14, 1), (15, 1)] {
        tell(&ledger, n, Some(who), Status::InProgress, Some(opened));
        let mut late = closing(&ledger, n, 1, who, Some("zebra@example.com"));
        late.opened_at = Some(opened);
        assert!(ledger.write(late).unwrap().duplicate, "{n}");
        // What a room hears last.
        talk(&ledger, n, who);
    }
    assert_eq!(all(&ledger), [conversation(3), conversation(13)]);
    assert_eq!(to_be_emptied(&ledger), sorted([1, 2, 11, 12, 14, 15].map(conversation)));
    assert_eq!(found(&ledger, CustomerSearch::default()).len(), 1);
    let dump = ledger.sql.dump();
    for word in ["zebra", "quagga", "okapi 11", "okapi 12", "okapi 14", "okapi 15"] {
        assert!(!dump.contains(word), "{word}");
    }
    assert!(dump.contains("okapi 13") && dump.contains("li@example.com"), "another's is untouched");
    for (table, column) in
        [("desk", "conversation_id"), ("gaps", "conversation_id"), ("heard", "conversation_id")]
    {
        let others = format!("SELECT count(*) AS n FROM {table} WHERE {column} <> ?");
        let others = ledger.sql.count(&others, bind![conversation(13).as_str()]).unwrap();
        assert_eq!(others, 0, "{table}");
    }
}

/// Copies in KV that are to be deleted.
fn stale(ledger: &Ledger) -> u64 {
    let stale = "SELECT count(*) AS n FROM documents WHERE subject IN (SELECT id FROM erased)";
    ledger.sql.count(stale, bind![]).unwrap()
}

#[test]
fn who_goes_on_with_the_same_token_begins_anew() {
    let ledger = Ledger::new();
    let person = close(&ledger, 1, 1, 1, Some("zebra@example.com"));
    erase(&ledger, &person);
    tell(&ledger, 2, Some(1), Status::InProgress, None);
    assert_eq!(all(&ledger), [conversation(2)]);
    let mut record = closing(&ledger, 2, 1, 1, None);
    record.opened_at = Some(now(&ledger));
    let again = ledger.write(record).unwrap();
    assert!(!again.duplicate && again.customer_id != person);
    // And is erased anew.
    tell(&ledger, 3, Some(1), Status::InProgress, None);
    let opened = now(&ledger);
    let erasure = erase(&ledger, &again.customer_id);
    assert_eq!(erasure.conversation_ids, sorted([2, 3].map(conversation)));
    let mut late = closing(&ledger, 4, 1, 1, None);
    late.opened_at = Some(opened);
    assert!(ledger.write(late).unwrap().duplicate);
    assert!(all(&ledger).is_empty() && ledger.customers().is_empty());
}

#[test]
fn what_is_of_somebody_else_in_the_same_browser_stays() {
    let ledger = Ledger::new();
    let opened = now(&ledger);
    let first = close(&ledger, 1, 1, 1, Some("a@example.com"));
    let second = close(&ledger, 2, 1, 1, Some("b@example.com"));
    assert_ne!(first, second);
    let erasure = erase(&ledger, &second);
    assert_eq!(erasure.conversation_ids, [conversation(2)]);
    tell(&ledger, 1, Some(1), Status::InProgress, Some(opened));
    let mut again = closing(&ledger, 1, 2, 1, Some("a@example.com"));
    again.opened_at = Some(opened);
    let recorded = ledger.write(again).unwrap();
    assert!(!recorded.duplicate);
    assert_eq!(recorded.customer_id, first);
}

#[test]
fn what_a_version_of_before_has_told_is_known_by_what_it_tells_next() {
    let ledger = Ledger::new();
    let opened = now(&ledger);
    let person = close(&ledger, 1, 1, 1, Some("zebra@example.com"));
    tell(&ledger, 2, None, Status::InProgress, Some(opened));
    tell(&ledger, 3, None, Status::InProgress, Some(opened));
    let owned = "UPDATE conversations SET told = 0";
    ledger.sql.run(owned, bind![]).unwrap();
    tell(&ledger, 3, Some(1), Status::InProgress, Some(opened));
    let erasure = erase(&ledger, &person);
    assert_eq!(erasure.conversation_ids, sorted([1, 3].map(conversation)));
    assert_eq!(all(&ledger), [conversation(2)], "nobody knows yet whose it is");
    let mut late = closing(&ledger, 2, 1, 1, Some("zebra@example.com"));
    late.opened_at = Some(opened);
    assert!(ledger.write(late).unwrap().duplicate);
    assert!(all(&ledger).is_empty() && ledger.customers().is_empty());
    assert_eq!(to_be_emptied(&ledger), sorted([1, 2, 3].map(conversation)));
}

#[test]
fn the_list_of_what_nobody_owns_follows_the_conversations() {
    let ledger = Ledger::new();
    let unowned = || ledger.sql.count("SELECT count(*) AS n FROM unowned", bind![]).unwrap();
    tell(&ledger, 1, Some(1), Status::InProgress, None);
    tell(&ledger, 2, Some(2), Status::InProgress, None);
    tell(&ledger, 3, None, Status::InProgress, None);
    assert_eq!(unowned(), 2);
    close(&ledger, 1, 1, 1, None);
    assert_eq!(unowned(), 1, "it has a customer");
    let astray = "SELECT count(*) AS n FROM conversations WHERE customer_id IS NULL AND visitor_id IS NOT NULL AND id NOT IN (SELECT conversation_id FROM unowned)";
    assert_eq!(ledger.sql.count(astray, bind![]).unwrap(), 0);
    ledger.sql.run("DELETE FROM conversations", bind![]).unwrap();
    assert_eq!(unowned(), 0);
}
