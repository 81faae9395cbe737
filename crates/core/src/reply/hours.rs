//! When the team is there.

use crate::{Code, Error};
use serde::{Deserialize, Serialize};

const DAY_MINUTES: u16 = 24 * 60;
/// Most openings of a week, and most days on which it is closed.
const OPENINGS_MOST: usize = 50;
const CLOSED_MOST: usize = 100;

/// The hours of a week in which the team answers. Without openings it always does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Hours {
    /// The time zone by its name in the IANA database, `UTC` where it is empty.
    pub zone: String,
    /// 50 at most.
    pub open: Vec<Open>,
    /// Days on which nobody is there, `YYYY-MM-DD`, 100 at most.
    pub closed: Vec<String>,
}

/// An opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// 1 is Monday, 7 is Sunday (ISO 8601).
    pub day: u8,
    /// `HH:MM`.
    pub from: String,
    /// `HH:MM`, later than `from`; `24:00` is the end of the day.
    pub to: String,
}

/// An instant by the clock and the calendar of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// 1 is Monday, 7 is Sunday.
    pub day: u8,
    /// Minutes since midnight.
    pub minute: u16,
}

impl Hours {
    /// Checks all but the time zone, which only a clock knows.
    ///
    /// # Errors
    /// [`Code::InvalidField`], naming the field.
    pub fn check(&self) -> Result<(), Error> {
        let refuse = |detail: &str| Err(Error::new(Code::InvalidField, detail.to_owned()));
        let good = |open: &Open| {
            let times = minutes(&open.from).zip(minutes(&open.to));
            (1..=7).contains(&open.day) && times.is_some_and(|(from, to)| from < to)
        };
        if self.open.len() > OPENINGS_MOST || !self.open.iter().all(good) {
            return refuse(
                "`hours.open` must be 50 openings at most, each with a `day` of 1 to 7 and `from` before `to` as HH:MM",
            );
        }
        let date = |text: &String| text.parse::<crate::time::Day>().is_ok();
        if self.closed.len() > CLOSED_MOST || !self.closed.iter().all(date) {
            return refuse("`hours.closed` must be 100 days at most, each as YYYY-MM-DD");
        }
        Ok(())
    }

    /// Whether somebody is there.
    pub fn is_open(&self, local: &Local) -> bool {
        self.open.is_empty()
            || (!self.closed.contains(&local.date)
                && self.open.iter().any(|open| {
                    open.day == local.day
                        && minutes(&open.from).is_some_and(|from| from <= local.minute)
                        && minutes(&open.to).is_some_and(|to| local.minute < to)
                }))
    }
}

fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= DAY_MINUTES).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weekdays() -> Hours {
        let open = |day| Open { day, from: "09:00".to_owned(), to: "17:00".to_owned() };
        let closed = vec!["2026-12-25".to_owned()];
        Hours { zone: String::new(), open: (1..=5).map(open).collect(), closed }
    }

    fn at(date: &str, day: u8, minute: u16) -> Local {
        Local { date: date.to_owned(), day, minute }
    }

    #[test]
    fn somebody_is_there_from_the_first_minute_to_before_the_last() {
        let hours = weekdays();
        for (day, minute, open) in [
            (1, 9 * 60, true),
            (1, 9 * 60 - 1, false),
            (5, 17 * 60 - 1, true),
            (5, 17 * 60, false),
            (6, 10 * 60, false),
        ] {
            assert_eq!(hours.is_open(&at("2026-11-23", day, minute)), open, "{day} {minute}");
        }
        assert!(!hours.is_open(&at("2026-12-25", 5, 600)), "a day off");
        assert!(Hours::default().is_open(&at("2026-11-22", 7, 0)), "no hours, always there");
    }

    #[test]
    fn hours_are_checked() {
        weekdays().check().unwrap();
        for (day, from, to) in [
            (0, "09:00", "10:00"),
            (8, "09:00", "10:00"),
            (1, "10:00", "10:00"),
            (1, "9:00", "10:00"),
            (1, "09:60", "10:00"),
            (1, "09:00", "24:01"),
            (1, "ab:cd", "10:00"),
        ] {
            let open = vec![Open { day, from: from.to_owned(), to: to.to_owned() }];
            assert!(Hours { open, ..Hours::default() }.check().is_err(), "{day} {from} {to}");
        }
        let closed = vec!["25.12.2026".to_owned()];
        assert!(Hours { closed, ..Hours::default() }.check().is_err());
    }
}
