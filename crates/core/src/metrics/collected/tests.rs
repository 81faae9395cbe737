use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn row(on: &str, answer: &str, channel_type: Platform, count: u64) -> AnswerCount {
    AnswerCount { day: day(on), channel_type, answer: Counted::parse(answer), count }
}

fn november() -> Period {
    Period::new(day("2026-11-02"), day("2026-11-15")).unwrap()
}

#[test]
fn what_is_no_answer_stands_apart() {
    use Platform::{Email, Line};
    let rows = [
        row("2026-11-02", "Damaged", Line, 3),
        row("2026-11-09", "Damaged", Email, 1),
        row("2026-11-15", "Delay", Line, 4),
        row("2026-11-15", "(null)", Line, 10),
        row("2026-11-03", "(unresolved)", Line, 2),
        row("2026-11-04", "(error)", Email, 1),
        row("2026-11-05", "(pending)", Line, 5),
        row("2026-10-31", "Lost", Line, 6),
        row("2026-11-16", "Delay", Line, 100),
    ];
    let all = report(&rows, day("2026-01-01"), november(), Step::Week, None);
    assert_eq!(all.conversations, Comparison::of(26, 6));
    assert_eq!(all.answered, Comparison::of(8, 6));
    let states = [&all.null, &all.unresolved, &all.error, &all.pending].map(|c| c.now);
    assert_eq!(states, [10, 2, 1, 5]);
    let values: Vec<_> =
        all.values.iter().map(|v| (v.value.as_str(), v.count.now, v.share)).collect();
    assert_eq!(
        values,
        [("Damaged", 4, Some(0.5)), ("Delay", 4, Some(0.5)), ("Lost", 0, Some(0.0))]
    );
    let trend: Vec<_> = all.values[0].trend.iter().map(|s| (s.from, s.count)).collect();
    assert_eq!(trend, [(day("2026-11-02"), 3), (day("2026-11-09"), 1)]);
    assert_eq!(all.values[0].channels, [(Line, 3), (Email, 1)].into());

    let mail = report(&rows, day("2026-01-01"), november(), Step::Month, Some(Email));
    assert_eq!((mail.conversations.now, mail.answered.now, mail.error.now), (2, 1, 1));
    let trend: Vec<_> = mail.values[0].trend.iter().map(|s| (s.from, s.count)).collect();
    assert_eq!(trend, [(day("2026-11-01"), 1)]);
}

#[test]
fn nothing_answered_has_no_share() {
    let rows = [row("2026-10-31", "Lost", Platform::Line, 6)];
    let empty = report(&rows, day("2026-01-01"), november(), Step::Day, None);
    assert_eq!((empty.answered.now, empty.values[0].share), (0, None));
    assert_eq!(empty.values[0].trend.len(), 14);
}

#[test]
fn a_rising_value_is_told_once_there_are_five_weeks() {
    let leaks = |n: &str, count| row(n, "Leaks", Platform::Line, count);
    let rows: Vec<_> =
        ["2026-11-09", "2026-11-11", "2026-11-13"].iter().map(|on| leaks(on, 8)).collect();
    let rise = |since: &str| {
        let found = report(&rows, day(since), november(), Step::Day, None);
        found.values[0].rise.clone()
    };
    assert_eq!(rise("2026-10-12").map(|rise| rise.recent), Some(24));
    assert_eq!(rise("2026-10-13"), None);
}

#[test]
fn two_questions_against_each_other() {
    let pair = |row: &str, column: &str, count| PairCount {
        row: Counted::parse(row),
        column: Counted::parse(column),
        count,
    };
    let table = cross(&[
        pair("Too expensive", "Saved", 2),
        pair("Too expensive", "Lost", 5),
        pair("(null)", "Lost", 1),
        pair("Other", "Lost", 0),
        pair("Too expensive", "Saved", 1),
    ]);
    let names = |of: &[Counted]| of.iter().map(|c| c.as_str().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&table.rows), ["Too expensive", "(null)"]);
    assert_eq!(names(&table.columns), ["Lost", "Saved"]);
    assert_eq!(table.cells, [[5, 3], [1, 0]]);
    assert_eq!((table.row_totals, table.column_totals, table.total), (vec![8, 1], vec![6, 3], 9));
}

#[test]
fn answers_read_back() {
    for state in [
        AnswerState::Null,
        AnswerState::Unresolved,
        AnswerState::Error,
        AnswerState::Pending,
        AnswerState::Value,
    ] {
        let counted = Counted::of(state, Some("x"));
        assert_eq!(Counted::parse(counted.as_str()), counted);
        let bracketed = format!("({})", state.as_str());
        assert_eq!(state == AnswerState::Value, counted.as_str() != bracketed);
    }
}
