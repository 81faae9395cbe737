//! What goes of old things, and what stays.

use super::*;
use crate::ledger::idempotency::{Answer, Begin, End, Finish};
use crate::ledger::tests::{Ledger, closing, conversation, first_telling, visitor};
use crate::ledger::{answers, asks, conversations, replies};
use askwell::classify::Evidence;
use askwell::conversation::Platform;
use askwell::event::KbGapType;
use sections::Put;

#[derive(Deserialize)]
struct Value {
    value: String,
}

const NONE: RetentionSettings = RetentionSettings {
    customers_days: None,
    transcripts_days: None,
    accesses_days: None,
    events_days: None,
};

fn set(ledger: &Ledger, change: RetentionSettings) -> Outcome<u64> {
    ledger
        .write(Put::<RetentionSettings> { change, revision: None })
        .map(|section| section.revision)
}

fn preview(ledger: &Ledger, settings: RetentionSettings) -> (u64, u64) {
    let count = ledger.read(Preview { settings });
    (count.customers, count.transcripts)
}

fn words(ledger: &Ledger, n: u32) -> bool {
    archives::find(&ledger.sql, conversation(n).as_str()).unwrap().is_some()
}

/// Does the whole of it as the job does, and says in how many steps.
fn run(ledger: &Ledger) -> u32 {
    let (mut steps, mut after) = (1, String::new());
    while let Some(next) = ledger.with(|cx| step(cx, &after)).unwrap() {
        (steps, after) = (steps + 1, next);
    }
    steps
}

#[test]
fn what_is_counted_goes_and_nothing_else() {
    let ledger = Ledger::new();
    for n in 1..=120 {
        let email = format!("{n}@example.com");
        ledger.write(closing(&ledger, n, 1, n, Some(&email))).unwrap();
    }
    ledger.wait(10 * DAY_MS);
    // One of them writes again.
    let mut late = closing(&ledger, 121, 1, 1, Some("1@example.com"));
    late.closed.started_at = late.closed.started_at.plus(9 * DAY_MS);
    late.closed.ended_at = late.closed.ended_at.plus(9 * DAY_MS);
    ledger.write(late).unwrap();

    let transcripts = RetentionSettings { transcripts_days: Some(5), ..NONE };
    assert_eq!(preview(&ledger, NONE), (0, 0));
    assert_eq!(preview(&ledger, transcripts), (0, 120));
    assert_eq!(preview(&ledger, RetentionSettings { customers_days: Some(5), ..NONE }), (119, 0));
    assert_eq!(run(&ledger), 1, "nothing is set: nothing goes");
    assert_eq!(ledger.customers().len(), 120);

    let gap = |n: u32| replies::Note {
        conversation_id: conversation(n),
        visitor_id: visitor(n),
        platform: Platform::default(),
        which: "m-1".to_owned(),
        generated: None,
        gap: Some(replies::GapNoted {
            question: format!("Do you mend kites of type {n}?"),
            lang: None,
            kind: KbGapType::Missing,
            nearest: None,
        }),
    };
    [2, 121].into_iter().for_each(|n| ledger.write(gap(n)).unwrap());
    // A model reads one while its words go.
    ledger.write(asks::Again { conversation_id: conversation(2), by_model: false }).unwrap();
    let ask: Value = ledger.sql.first("SELECT id AS value FROM asks", bind![]).unwrap().unwrap();
    let take = asks::Take { ask: ask.value.clone(), holder: "a".to_owned() };
    assert!(ledger.write(take).unwrap().is_some());

    // Somebody asked for a suggestion, and may ask for the same once more.
    let [name, request, attempt] = ["k", "r", "1"].map(str::to_owned);
    ledger.write(Begin { name: name.clone(), request, attempt: attempt.clone() }).unwrap();
    let body = "Do you mend kites of type 2?".to_owned();
    let answer = Some(Answer { status: 200, headers: Vec::new(), body });
    let end = End::Done { answer, subject: None };
    ledger.write(Finish { name, attempt, end }).unwrap();

    set(&ledger, transcripts).unwrap();
    let answered = answers::find(&ledger.sql, conversation(2).as_str()).unwrap().len();
    assert!(run(&ledger) > 2, "some at a time");
    assert!(!words(&ledger, 1) && !words(&ledger, 120) && words(&ledger, 121));
    assert_eq!(ledger.customers().len(), 120, "people stay");
    let mut late = answers::of_model(&ledger.sql, conversation(2).as_str()).unwrap();
    let quote = Evidence { message: 0, quote: "hello".to_owned() };
    late.iter_mut().for_each(|given| given.answer.evidence = vec![quote.clone()]);
    let done = asks::Done { ask: ask.value, revision: 1, answers: late, run: None };
    ledger.write(done).unwrap();
    let dump = ledger.sql.dump();
    assert!(!dump.contains("kites of type 2?") && dump.contains("kites of type 121?"));
    let left = answers::find(&ledger.sql, conversation(2).as_str()).unwrap();
    assert!(left.len() == answered && left.iter().all(|a| a.answer.evidence.is_empty()));
    assert_eq!(preview(&ledger, transcripts), (0, 0));

    set(&ledger, RetentionSettings { customers_days: Some(5), ..NONE }).unwrap();
    assert_eq!(run(&ledger), 3, "some at a time");
    let emails: Vec<_> = ledger.customers().into_iter().filter_map(|c| c.email).collect();
    assert_eq!(emails, ["1@example.com"]);
}

#[test]
fn who_has_begun_to_talk_again_is_not_let_go_of() {
    let ledger = Ledger::new();
    ledger.write(closing(&ledger, 1, 1, 1, Some("1@example.com"))).unwrap();
    ledger.write(closing(&ledger, 2, 1, 2, Some("2@example.com"))).unwrap();
    ledger.wait(10 * DAY_MS);
    let mut summary = conversations::summary(&ledger.sql, &conversation(1)).unwrap().unwrap();
    summary.conversation_id = conversation(3);
    summary.ended_at = None;
    let opened_at = ledger.at(|cx| cx.now);
    ledger.write(first_telling(summary, Some(visitor(1)), opened_at)).unwrap();
    let customers = RetentionSettings { customers_days: Some(5), ..NONE };
    assert_eq!(preview(&ledger, customers).0, 1);
    set(&ledger, customers).unwrap();
    run(&ledger);
    let emails: Vec<_> = ledger.customers().into_iter().filter_map(|c| c.email).collect();
    assert_eq!(emails, ["1@example.com"]);
}

#[test]
fn events_go_that_everybody_has_and_their_counts_and_the_days_stay() {
    let ledger = Ledger::new();
    let count = |query: &str| {
        ledger.sql.count(&format!("SELECT count(*) AS n FROM {query}"), bind![]).unwrap()
    };
    for n in 1..=5 {
        ledger.write(closing(&ledger, n, 1, n, None)).unwrap();
    }
    // As if they had been there before it was noted when they are put in.
    ledger.sql.run("DELETE FROM event_days", bind![]).unwrap();
    let old = count("events");
    assert!(old > 10);
    let events = RetentionSettings { events_days: Some(30), ..NONE };
    set(&ledger, events).unwrap();
    ledger.wait(40 * DAY_MS);
    assert_eq!(ledger.read(Preview { settings: events }).events, 0, "nobody knows how old");
    run(&ledger);
    assert_eq!(count("events"), old);
    ledger.write(closing(&ledger, 6, 1, 6, None)).unwrap();
    let first_day = count("events") - old;
    ledger.wait(20 * DAY_MS);
    ledger.write(closing(&ledger, 7, 1, 7, None)).unwrap();
    let all = count("events");
    let (rows, counts) = (count("export_rows"), count("event_counts"));
    // The platform's own sinks are behind: nothing goes that they have not had.
    assert_eq!(ledger.read(Preview { settings: events }).events, 0);
    run(&ledger);
    assert_eq!(count("events"), all);
    ledger.sql.run("UPDATE tap SET seq = (SELECT max(seq) FROM events)", bind![]).unwrap();
    for (seq, state) in [(1, "waiting"), (2, "dead"), (3, "delivered"), (all, "delivered")] {
        ledger
            .sql
            .run(
                "INSERT INTO deliveries (seq, endpoint, lane, state) VALUES (?, 'wh_1', 'l', ?)",
                bind![seq as i64, state],
            )
            .unwrap();
    }
    // The first day that is noted is twenty days old, and what was before it may be as young.
    assert_eq!(ledger.read(Preview { settings: events }).events, 0);
    run(&ledger);
    assert_eq!(count("events"), all);
    ledger.wait(15 * DAY_MS);
    assert_eq!(ledger.read(Preview { settings: events }).events, old - 2 + first_day);
    assert!(run(&ledger) > 1, "some at a time");
    assert_eq!(count("events"), all - old - first_day + 2);
    assert_eq!(count("events WHERE seq IN (1, 2)"), 2, "what was not taken stays");
    assert_eq!(count("deliveries"), 3);
    assert_eq!(ledger.read(Preview { settings: events }).events, 0);
    assert_eq!((count("export_rows"), count("event_counts")), (rows, counts));
    // A conversation whose events have gone tells none of them again.
    let told = "SELECT count(*) AS n FROM events_gone";
    assert!(ledger.sql.count(told, bind![]).unwrap() > 0);
    let again = "SELECT count(*) AS n FROM events e JOIN events_gone g ON g.id = e.id";
    ledger.write(closing(&ledger, 6, 2, 6, None)).unwrap();
    assert_eq!(ledger.sql.count(again, bind![]).unwrap(), 0);
    ledger.wait(1_000 * DAY_MS);
    run(&ledger);
    assert_eq!((count("events"), count("event_days")), (2, 0));
    let next = ledger.write(closing(&ledger, 8, 1, 8, None)).unwrap();
    assert!(!next.duplicate);
    assert!(count(&format!("events WHERE seq > {all}")) > 0, "no place is given twice");
}

#[test]
fn a_number_of_days_has_its_range() {
    let ledger = Ledger::new();
    for days in [0, MOST_DAYS + 1, u32::MAX] {
        let refused = set(&ledger, RetentionSettings { accesses_days: Some(days), ..NONE });
        assert_eq!(refused.unwrap_err().public().code, Code::InvalidField, "{days}");
    }
    assert_eq!(set(&ledger, RetentionSettings { accesses_days: Some(1), ..NONE }).unwrap(), 1);
}

#[test]
fn events_are_looked_at_once_for_a_day_a_few_at_a_time() {
    let ledger = Ledger::new();
    for n in 1..=40 {
        ledger.write(closing(&ledger, n, 1, n, None)).unwrap();
    }
    ledger.sql.run("UPDATE tap SET seq = (SELECT max(seq) FROM events)", bind![]).unwrap();
    // A webhook has taken none of those that came first.
    let untaken = "INSERT INTO deliveries (seq, endpoint, lane, state) SELECT seq, 'wh_1', lane, 'waiting' FROM events ORDER BY seq LIMIT 50";
    ledger.sql.run(untaken, bind![]).unwrap();
    let count = |query: &str| {
        ledger.sql.count(&format!("SELECT count(*) AS n FROM {query}"), bind![]).unwrap()
    };
    let all = count("events");
    assert!(all > 100);
    let noted = || ledger.sql.count("SELECT sum(n) AS n FROM event_days", bind![]).unwrap();
    // The test's ledger has let go of the event that it was made.
    assert_eq!(noted(), all + 1);
    ledger.wait(40 * DAY_MS);
    let day = ledger.at(|cx| cx.now.plus(-30 * DAY_MS).day());
    let mut steps = Vec::new();
    loop {
        let before = count("events");
        let more = ledger.with(|cx| events::let_go(cx, day)).unwrap();
        steps.push(before - count("events"));
        assert!(steps.len() < 50, "it goes on from where it ended");
        if !more {
            break;
        }
    }
    // Twelve are looked at in a step, and seven go.
    assert_eq!(steps[..4], [0; 4], "nobody has taken any of the first 48");
    assert!(steps.iter().all(|gone| *gone <= 7), "{steps:?}");
    assert_eq!(count("events"), 50);
    // They are taken now: not looked at again on the same day, and gone on the next.
    ledger.sql.run("UPDATE deliveries SET state = 'delivered' WHERE seq <= 30", bind![]).unwrap();
    assert!(!ledger.with(|cx| events::let_go(cx, day)).unwrap());
    assert_eq!(count("events"), 50);
    while ledger.with(|cx| events::let_go(cx, day.next())).unwrap() {}
    assert_eq!((count("events"), count("events WHERE seq <= 30")), (20, 0));
    assert_eq!(noted(), 20 + 1);
}

#[test]
fn looks_go_in_their_order_a_few_at_a_time() {
    let ledger = Ledger::new();
    let id = ledger.write(closing(&ledger, 1, 1, 1, None)).unwrap().customer_id;
    let look = || {
        let by = "us_one".to_owned();
        ledger.write(customers::Profile { customer_id: id.clone(), by }).unwrap();
    };
    (0..12).for_each(|_| look());
    ledger.wait(10 * DAY_MS);
    (0..3).for_each(|_| look());
    let looks = RetentionSettings { accesses_days: Some(5), ..NONE };
    assert_eq!(ledger.read(Preview { settings: looks }).accesses, 12);
    set(&ledger, looks).unwrap();
    assert_eq!(run(&ledger), 3, "five, five, and two");
    let left = "SELECT count(*) AS n FROM accesses";
    assert_eq!(ledger.sql.count(left, bind![]).unwrap(), 3);
    assert_eq!(ledger.read(Preview { settings: looks }).accesses, 0);
}
