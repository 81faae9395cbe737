//! What the team thinks of how conversations were handled and read, counted by the days on which it was left.
//! A person's newest feedback on a conversation is the one that counts.

use super::period::{Comparison, Period};
use crate::time::Day;
use serde::{Deserialize, Serialize};

/// Feedback of one day, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeedbackDay {
    /// The UTC day on which it was left.
    pub day: Day,
    /// How often it was good.
    pub good: u64,
    /// How often it was not.
    pub not_good: u64,
}

/// The feedback of a period, beside that of the period before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeedbackReport {
    /// Over which days.
    pub period: Period,
    /// All of it.
    pub left: Comparison,
    /// That was good.
    pub good: Comparison,
    /// That was not.
    pub not_good: Comparison,
    /// The share that was good, 0 to 1; none where nobody left any.
    pub good_rate: Option<f64>,
    /// The same in the period before.
    pub good_rate_before: Option<f64>,
    /// Each day of the period, in order.
    pub trend: Vec<FeedbackDay>,
}

/// Reports on feedback; `days` are those with some, of the period and of the one before.
pub fn report(days: &[FeedbackDay], period: Period) -> FeedbackReport {
    let sum = |period: Period| {
        let within = days.iter().filter(|row| period.has(row.day));
        within.fold((0, 0), |(good, not), row| (good + row.good, not + row.not_good))
    };
    let ((good, not), (good_before, not_before)) = (sum(period), sum(period.before()));
    let rate = |good: u64, all: u64| (all > 0).then(|| good as f64 / all as f64);
    let (left, left_before) = (good + not, good_before + not_before);
    let found = |day: Day| days.iter().find(|row| row.day == day).copied();
    let trend = period
        .days()
        .map(|day| found(day).unwrap_or(FeedbackDay { day, good: 0, not_good: 0 }))
        .collect();
    FeedbackReport {
        period,
        left: Comparison::of(left, left_before),
        good: Comparison::of(good, good_before),
        not_good: Comparison::of(not, not_before),
        good_rate: rate(good, left),
        good_rate_before: rate(good_before, left_before),
        trend,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_stands_beside_the_one_before_and_nothing_has_no_share() {
        let day = |text: &str| -> Day { text.parse().unwrap() };
        let row = |text, good, not_good| FeedbackDay { day: day(text), good, not_good };
        let period = Period::new(day("2026-03-03"), day("2026-03-04")).unwrap();
        let days = [
            row("2026-02-28", 9, 9),
            row("2026-03-02", 1, 1),
            row("2026-03-03", 3, 1),
            row("2026-03-05", 7, 7),
        ];
        let shown = report(&days, period);
        assert_eq!((shown.left.now, shown.left.before), (4, 2));
        assert_eq!((shown.good.now, shown.not_good.now), (3, 1));
        assert_eq!((shown.good_rate, shown.good_rate_before), (Some(0.75), Some(0.5)));
        assert_eq!(shown.trend, [row("2026-03-03", 3, 1), row("2026-03-04", 0, 0)]);
        let none = report(&[], period);
        assert_eq!((none.left.now, none.good_rate, none.good.change), (0, None, None));
    }
}
