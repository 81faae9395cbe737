//! Rows on their days, on SQLite in memory.

use super::*;
use crate::ledger::tests::{Ledger, closing, conversation};
use crate::ledger::{fields, reviews};

fn seal(ledger: &Ledger, day: Day) {
    ledger
        .sql
        .run(
            "INSERT INTO export_days (day, frozen_at, conversations) VALUES (?, 1, 0)",
            bind![day.to_string()],
        )
        .unwrap();
}

/// The days on which conversation `n` stands, with its end and its answer to the first question on each.
fn rows(ledger: &Ledger, n: u32) -> Vec<(Day, i64, String)> {
    let query =
        "SELECT day, body, 0 AS frozen FROM export_rows WHERE conversation_id = ? ORDER BY day";
    let found: Vec<Found> = ledger.sql.rows(query, bind![conversation(n).as_str()]).unwrap();
    let name = &ledger.read(fields::List).list.fields[0].field.name;
    let read = |found: Found| {
        let row = found.row().unwrap();
        let data: serde_json::Value = serde_json::from_str(&row.conversations_data).unwrap();
        let answer = data[name].as_str().unwrap_or_default().to_owned();
        (found.day, row.conversation_end_time.0.0, answer)
    };
    found.into_iter().map(read).collect()
}

#[test]
fn an_answer_that_becomes_known_after_the_day_was_sealed_stands_on_the_first_open_day() {
    let ledger = Ledger::new();
    let record = closing(&ledger, 1, 1, 1, None);
    let day = record.closed.ended_at.day();
    let ended = record.closed.ended_at.0;
    let field = record.conclusion.answers[0].clone();
    ledger.write(record).unwrap();
    let say = |answer: &str| {
        let review = reviews::Review {
            conversation_id: conversation(1),
            field_id: field.field_id.clone(),
            answer: Some(answer.to_owned()),
            by: "us_somebody".to_owned(),
        };
        ledger.write(review).unwrap();
    };
    let first = field.answer.answer.clone().unwrap();
    seal(&ledger, day);
    ledger.with(|cx| refresh(cx, conversation(1).as_str())).unwrap();
    assert_eq!(rows(&ledger, 1), [(day, ended, first.clone())], "nothing new became known");
    let values = ledger.read(fields::List).list.fields[0].field.possible_values.clone();
    let (one, other) = (values[0].name(), values[1].name());
    say(one);
    let next = day.next();
    assert_eq!(rows(&ledger, 1), [(day, ended, first.clone()), (next, ended, one.to_owned())]);
    say(other);
    let both = [(day, ended, first.clone()), (next, ended, other.to_owned())];
    assert_eq!(rows(&ledger, 1), both, "as long as that is open it is brought up to date");
    seal(&ledger, next);
    ledger
        .write(reviews::Withdraw {
            conversation_id: conversation(1),
            field_id: field.field_id.clone(),
        })
        .unwrap();
    let three = rows(&ledger, 1);
    assert_eq!((&three[..2], three.len()), (&both[..], 3), "what is sealed stays");
    assert_eq!(three[2], (next.next(), ended, first));
}

#[test]
fn an_ending_that_is_recorded_after_a_newer_one_stands_on_its_day() {
    let ledger = Ledger::new();
    let ended = |revision, after_ms| {
        let mut record = closing(&ledger, 1, revision, 1, None);
        record.closed.ended_at = record.closed.started_at.plus(after_ms);
        record
    };
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    let days = || rows(&ledger, 1).iter().map(|row| (row.0, row.1)).collect::<Vec<_>>();
    let place = |record: &Record| (record.closed.ended_at.day(), record.closed.ended_at.0);
    let (first, second) = (ended(1, 60_000), ended(2, DAY_MS));
    let (third, fourth) = (ended(3, DAY_MS + 60_000), ended(4, 2 * DAY_MS));
    let expected = [place(&first), place(&third), place(&fourth)];
    for record in [fourth, third, second, first] {
        ledger.write(record).unwrap();
    }
    assert_eq!(days(), expected, "one a day, the last of it");
    // One of the days is sealed when its ending is recorded, which leads it behind the newer one.
    let ledger = Ledger::new();
    let (first, second) = (ended(1, 60_000), ended(2, DAY_MS));
    let of_first = place(&first).1;
    seal(&ledger, first.closed.ended_at.day());
    let of_second = place(&second);
    let field_id = second.conclusion.answers[0].field_id.clone();
    ledger.write(second).unwrap();
    seal(&ledger, of_second.0);
    ledger.write(first).unwrap();
    let late = of_second.0.next();
    let ends = |ledger: &Ledger| -> Vec<(Day, i64)> {
        rows(ledger, 1).iter().map(|row| (row.0, row.1)).collect()
    };
    assert_eq!(ends(&ledger), [of_second, (late, of_first)]);
    let values = ledger.read(fields::List).list.fields[0].field.possible_values.clone();
    let review = reviews::Review {
        conversation_id: conversation(1),
        field_id,
        answer: Some(values[0].name().to_owned()),
        by: "us_somebody".to_owned(),
    };
    ledger.write(review).unwrap();
    assert_eq!(ends(&ledger), [of_second, (late, of_second.1)], "the last ending, once more");
}

#[test]
fn the_days_are_listed_with_their_counts_without_reading_their_rows() {
    let ledger = Ledger::new();
    for n in 1..=3 {
        ledger.write(closing(&ledger, n, 1, n, None)).unwrap();
    }
    ledger.write(closing(&ledger, 1, 2, 1, None)).unwrap();
    let listed = || -> Vec<(String, u64, Option<u32>)> {
        let days = ledger.read(Days).into_iter();
        days.map(|d| (d.day.to_string(), d.conversations, d.problem.map(|p| p.attempts))).collect()
    };
    let counted = "SELECT count(DISTINCT conversation_id) AS n FROM export_rows";
    assert_eq!(ledger.sql.count(counted, bind![]).unwrap(), 3);
    let [(name, 3, None)] = &listed()[..] else { panic!("{:?}", listed()) };
    let day: Day = name.parse().unwrap();
    ledger.with(|cx| put_problem(cx, day.next(), Code::Internal)).unwrap();
    ledger.with(|cx| put_problem(cx, day.next(), Code::BadGateway)).unwrap();
    assert_eq!(listed()[1], (day.next().to_string(), 0, Some(2)));
    assert_eq!(problems(&ledger.sql).unwrap(), 1);
    // What is frozen keeps its count, whatever becomes of the rows.
    ledger
        .sql
        .run(
            "INSERT INTO export_days (day, frozen_at, conversations) VALUES (?, 1, 7)",
            bind![name.as_str()],
        )
        .unwrap();
    assert_eq!(listed()[0].1, 7);
    let plan = |query: &str| -> String {
        let rows: Vec<Detail> =
            ledger.sql.rows(&format!("EXPLAIN QUERY PLAN {query}"), bind![]).unwrap();
        rows.into_iter().map(|row| row.detail).collect()
    };
    #[derive(Deserialize)]
    struct Detail {
        detail: String,
    }
    assert!(!plan(DAYS).contains("export_rows"), "{}", plan(DAYS));
}
