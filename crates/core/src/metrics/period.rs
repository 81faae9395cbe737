//! Periods of whole UTC days.

use crate::error::{Code, Error};
use crate::time::Day;
use serde::{Deserialize, Serialize};

/// Longest period, in days: ten years.
const MAX_DAYS: usize = 3660;

/// Days from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Period {
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
}

impl Period {
    /// A period.
    ///
    /// # Errors
    /// [`Code::InvalidField`] when it ends before it begins, or has more than ten years.
    pub fn new(first: Day, last: Day) -> Result<Self, Error> {
        let period = Self { first, last };
        if first > last {
            return Err(Error::new(Code::InvalidField, "a period must not end before it begins"));
        }
        if period.days().nth(MAX_DAYS).is_some() {
            return Err(Error::new(Code::InvalidField, "a period has ten years at most"));
        }
        Ok(period)
    }

    /// Its days, in order.
    pub fn days(self) -> impl Iterator<Item = Day> {
        let mut next = Some(self.first);
        core::iter::from_fn(move || {
            let day = next.filter(|day| *day <= self.last)?;
            next = Some(day.next()).filter(|after| *after > day);
            Some(day)
        })
    }

    /// Whether a day is in it.
    pub fn has(self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// The period of the same length that ends where this one begins.
    pub fn before(self) -> Self {
        let last = self.first.previous();
        let first = self.days().skip(1).fold(last, |day, _| day.previous());
        Self { first, last }
    }
}

/// A count of a period beside that of the period before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// In the period.
    pub now: u64,
    /// In the period before.
    pub before: u64,
    /// The difference as a share of the period before; none where that has nothing to divide by.
    pub change: Option<f64>,
}

impl Comparison {
    /// Two counts beside each other.
    pub fn of(now: u64, before: u64) -> Self {
        let change = (before > 0).then(|| (now as f64 - before as f64) / before as f64);
        Self { now, before, change }
    }
}

/// A count of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DayCount {
    /// The day.
    pub day: Day,
    /// The count.
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn the_period_before_is_as_long_and_ends_where_it_begins() {
        let period = Period::new(day("2026-03-01"), day("2026-03-07")).unwrap();
        assert_eq!(period.days().count(), 7);
        let before = Period::new(day("2026-02-22"), day("2026-02-28")).unwrap();
        assert_eq!(period.before(), before);
        let one = Period::new(day("2026-03-01"), day("2026-03-01")).unwrap();
        assert_eq!(one.before().last, day("2026-02-28"));
        assert_eq!(one.before().days().count(), 1);
    }

    #[test]
    fn what_is_no_period_is_refused() {
        assert!(Period::new(day("2026-03-02"), day("2026-03-01")).is_err());
        assert!(Period::new(day("2006-03-02"), day("2026-03-01")).is_err());
        assert_eq!(Period::new(day("9999-12-31"), day("9999-12-31")).unwrap().days().count(), 1);
    }

    #[test]
    fn a_change_from_nothing_has_no_share() {
        assert_eq!(Comparison::of(3, 0).change, None);
        assert_eq!(Comparison::of(3, 2).change, Some(0.5));
        assert_eq!(Comparison::of(0, 2).change, Some(-1.0));
    }
}
