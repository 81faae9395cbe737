use super::super::customers::Erase;
use super::super::tests::{Ledger, closing};
use super::*;
use crate::sql::Sql;

fn begin(ledger: &Ledger, key: &str, request: &str, attempt: &str) -> Begun {
    let [name, request, attempt] = [key, request, attempt].map(str::to_owned);
    ledger.write(Begin { name, request, attempt }).unwrap()
}

fn finish(ledger: &Ledger, key: &str, attempt: &str, end: End) {
    let [name, attempt] = [key, attempt].map(str::to_owned);
    ledger.write(Finish { name, attempt, end }).unwrap();
}

fn answer(body: &str) -> Answer {
    let headers = vec![("etag".to_owned(), "\"1\"".to_owned())];
    Answer { status: 201, headers, body: body.to_owned() }
}

fn done(body: &str) -> End {
    End::Done { answer: Some(answer(body)), subject: None }
}

/// Does a request from its beginning to its end.
fn do_it(ledger: &Ledger, key: &str, body: &str) {
    assert_eq!(begin(ledger, key, "r", key), Begun::New, "{key}");
    finish(ledger, key, key, done(body));
}

fn count(sql: &Sql, table: &str) -> u64 {
    sql.count(&format!("SELECT count(*) AS n FROM {table}"), bind![]).unwrap()
}

#[test]
fn a_request_is_done_once_and_answered_again_as_it_was() {
    let ledger = Ledger::new();
    assert_eq!(begin(&ledger, "k", "r", "1"), Begun::New);
    assert_eq!(begin(&ledger, "k", "r", "2"), Begun::UnderWay);
    assert_eq!(begin(&ledger, "k", "other", "3"), Begun::Other, "also while it is under way");
    assert_eq!(begin(&ledger, "l", "r", "4"), Begun::New, "another key");
    finish(&ledger, "k", "2", done("not this one's"));
    assert_eq!(begin(&ledger, "k", "r", "5"), Begun::UnderWay);
    finish(&ledger, "k", "1", done("first"));
    finish(&ledger, "k", "1", done("again"));
    for _ in 0..2 {
        assert_eq!(begin(&ledger, "k", "r", "6"), Begun::Answered(answer("first")));
    }
    assert_eq!(begin(&ledger, "k", "other", "7"), Begun::Other);
}

#[test]
fn a_refused_request_frees_its_key() {
    let ledger = Ledger::new();
    assert_eq!(begin(&ledger, "k", "wrong", "1"), Begun::New);
    finish(&ledger, "k", "1", End::Refused);
    assert_eq!(begin(&ledger, "k", "right", "2"), Begun::New);
    finish(&ledger, "k", "1", End::Refused);
    assert_eq!(begin(&ledger, "k", "right", "3"), Begun::UnderWay, "the key is the second's");
}

#[test]
fn what_never_ended_is_not_done_again() {
    let ledger = Ledger::new();
    assert_eq!(begin(&ledger, "died", "r", "1"), Begun::New);
    assert_eq!(begin(&ledger, "failed", "r", "2"), Begun::New);
    finish(&ledger, "failed", "2", End::Lost);
    assert_eq!(begin(&ledger, "failed", "r", "3"), Begun::Unknown, "at once");
    ledger.wait(UNDER_WAY_MS - 10_000);
    assert_eq!(begin(&ledger, "died", "r", "4"), Begun::UnderWay);
    ledger.wait(10_000);
    assert_eq!(begin(&ledger, "died", "r", "5"), Begun::Unknown);
    ledger.wait(KEEP_MS - UNDER_WAY_MS - 20_000);
    assert_eq!(begin(&ledger, "died", "r", "6"), Begun::Unknown, "for the rest of the day");
    finish(&ledger, "died", "1", done("late"));
    assert_eq!(begin(&ledger, "died", "r", "7"), Begun::Answered(answer("late")), "it was slow");
    finish(&ledger, "failed", "2", done("no"));
    assert_eq!(begin(&ledger, "failed", "r", "8"), Begun::Unknown);
}

#[test]
fn a_secret_is_not_kept_nor_is_what_is_too_long() {
    let ledger = Ledger::new();
    assert_eq!(begin(&ledger, "secret", "r", "1"), Begun::New);
    let subject = Some("ky_1".to_owned());
    finish(&ledger, "secret", "1", End::Done { answer: None, subject: subject.clone() });
    assert_eq!(begin(&ledger, "secret", "r", "2"), Begun::Done { subject });
    do_it(&ledger, "long", &"x".repeat(MAX_ANSWER_BYTES + 1));
    assert_eq!(begin(&ledger, "long", "r", "3"), Begun::Done { subject: None });
    let most = "x".repeat(MAX_ANSWER_BYTES);
    do_it(&ledger, "most", &most);
    assert_eq!(begin(&ledger, "most", "r", "4"), Begun::Answered(answer(&most)));
    assert_eq!(count(&ledger.sql, "request_answers"), 1);
}

#[test]
fn only_the_latest_answers_are_kept_and_all_keys_for_a_day() {
    let ledger = Ledger::new();
    let keys: Vec<String> = (0..ANSWERS + 2).map(|n| format!("k{n}")).collect();
    keys.iter().for_each(|key| do_it(&ledger, key, key));
    assert_eq!(count(&ledger.sql, "request_answers"), ANSWERS as u64);
    for (place, key) in keys.iter().enumerate() {
        let known = begin(&ledger, key, "r", "again");
        let kept = Begun::Answered(answer(key));
        assert_eq!(known, if place < 2 { Begun::Done { subject: None } } else { kept });
    }
    // One is over and has not been swept.
    ledger.wait(KEEP_MS - 16_000);
    assert_eq!(begin(&ledger, "k0", "r", "1"), Begun::New);
    assert!(jobs::due(&ledger.sql).unwrap().is_some(), "somebody sweeps");
    ledger.wait(60_000);
    let mut steps = 1;
    while ledger.with(sweep).unwrap() {
        steps += 1;
    }
    assert_eq!(steps, 3, "some at a time");
    assert_eq!((count(&ledger.sql, "requests"), count(&ledger.sql, "request_answers")), (1, 0));
    let Next::At(next) = ledger.at(due).unwrap() else { panic!("one is left") };
    assert_eq!(ledger.at(|cx| next.0 - cx.now.0) / 3_600_000, 23);
    ledger.wait(KEEP_MS);
    assert!(!ledger.with(sweep).unwrap());
    assert_eq!(ledger.at(due).unwrap(), Next::Done);
}

#[test]
fn an_erasure_takes_all_answers_and_leaves_the_keys() {
    let ledger = Ledger::new();
    let closed = ledger.write(closing(&ledger, 1, 1, 1, Some("noor@example.com")));
    closed.unwrap();
    let customer_id = ledger.customers().remove(0).customer_id;
    do_it(&ledger, "before", "Noor likes xylophones");
    assert_eq!(begin(&ledger, "meanwhile", "r", "1"), Begun::New);
    assert!(ledger.sql.dump().contains("xylophones"));
    ledger.write(Erase { customer_id, by: "test".to_owned() }).unwrap();
    finish(&ledger, "meanwhile", "1", done("Noor likes xylophones"));
    assert!(!ledger.sql.dump().contains("xylophones"));
    for key in ["before", "meanwhile"] {
        assert_eq!(begin(&ledger, key, "r", "2"), Begun::Done { subject: None }, "{key}");
    }
    do_it(&ledger, "after", "something else");
    assert_eq!(begin(&ledger, "after", "r", "3"), Begun::Answered(answer("something else")));
}
