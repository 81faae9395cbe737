//! Points in time as the wire carries them, and UTC days as the export counts them.

use crate::crossing::{Cross, Port};
use crate::error::{Code, Error};
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339};

/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time × 1000).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixMillis(pub i64);

impl Cross for UnixMillis {
    fn blank() -> Self {
        Self(0)
    }

    fn cross(&mut self, port: &mut Port<'_>) {
        self.0.cross(port);
    }
}

impl UnixMillis {
    /// Latest representable instant: the end of year 9999, the limit of RFC 3339.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// From POSIX seconds; saturates.
    pub fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000)).clamped()
    }

    /// Whole POSIX seconds, rounded down.
    pub fn secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This instant moved into 1970..=9999, the range that every format here can write.
    pub fn clamped(self) -> Self {
        Self(self.0.clamp(0, Self::MAX.0))
    }

    /// This instant plus a number of milliseconds; saturates.
    pub fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// The UTC day it falls on.
    pub fn day(self) -> Day {
        Day(self.offset().date())
    }

    /// RFC 3339 in UTC with milliseconds, for example `2026-11-21T05:14:00.000Z`.
    pub fn rfc3339(self) -> String {
        let t = self.offset();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            t.year(),
            u8::from(t.month()),
            t.day(),
            t.hour(),
            t.minute(),
            t.second(),
            t.millisecond()
        )
    }

    /// Reads RFC 3339 with any offset.
    ///
    /// # Errors
    /// [`Code::InvalidField`] when the text is no RFC 3339 timestamp.
    pub fn parse_rfc3339(text: &str) -> Result<Self, Error> {
        let t = OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|_| Error::new(Code::InvalidField, "a time must be written as RFC 3339"))?;
        let millis = t.unix_timestamp_nanos().div_euclid(1_000_000);
        Ok(Self(i64::try_from(millis).unwrap_or(0)).clamped())
    }

    fn offset(self) -> OffsetDateTime {
        let clamped = self.clamped().0;
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(clamped) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// A UTC calendar day, written `YYYY-MM-DD` (ISO 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// The first instant of the day.
    pub fn start(self) -> UnixMillis {
        UnixMillis::from_secs(self.0.midnight().assume_utc().unix_timestamp())
    }

    /// The first instant of the day after.
    pub fn end(self) -> UnixMillis {
        self.start().plus(24 * 60 * 60 * 1000)
    }

    /// The day before, or the same day at the beginning of time.
    pub fn previous(self) -> Self {
        Self(self.0.previous_day().unwrap_or(self.0))
    }

    /// The Monday of its week (ISO 8601).
    pub fn monday(self) -> Self {
        let back = self.0.weekday().number_days_from_monday();
        (0..back).fold(self, |day, _| day.previous())
    }

    /// The first day of its month.
    pub fn first_of_month(self) -> Self {
        Self(self.0.replace_day(1).unwrap_or(self.0))
    }

    /// The day after, or the same day at the end of time.
    pub fn next(self) -> Self {
        Self(self.0.next_day().unwrap_or(self.0))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

impl core::str::FromStr for Day {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::new(Code::InvalidField, "a day must be written YYYY-MM-DD");
        let number = |range: core::ops::Range<usize>| -> Result<u16, Error> {
            let part = text.get(range).ok_or_else(wrong)?;
            if !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(wrong());
            }
            part.parse().map_err(|_| wrong())
        };
        if text.len() != 10 || text.get(4..5) != Some("-") || text.get(7..8) != Some("-") {
            return Err(wrong());
        }
        let month = u8::try_from(number(5..7)?).map_err(|_| wrong())?;
        let month = time::Month::try_from(month).map_err(|_| wrong())?;
        let day = u8::try_from(number(8..10)?).map_err(|_| wrong())?;
        let year = i32::from(number(0..4)?);
        if year < 1970 {
            return Err(wrong());
        }
        Date::from_calendar_date(year, month, day).map(Self).map_err(|_| wrong())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_instants_agree() {
        let t = UnixMillis(1_589_477_294_123);
        assert_eq!(t.rfc3339(), "2020-05-14T17:28:14.123Z");
        assert_eq!(t.day().to_string(), "2020-05-14");
        assert_eq!(UnixMillis::parse_rfc3339("2020-05-14T19:28:14.123+02:00"), Ok(t));
        let day: Day = "2024-02-29".parse().unwrap();
        assert_eq!(day.end(), day.next().start());
        assert_eq!(day.next().to_string(), "2024-03-01");
        assert_eq!(day.next().previous(), day);
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "2023-02-29",
            "2024-13-01",
            "24-01-01",
            "2024-1-01",
            "2024-01-011",
            "",
            "1969-12-31",
            "２０24-01-1",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }

    #[test]
    fn far_times_are_clamped_and_do_not_panic() {
        for t in [i64::MIN, -1, i64::MAX] {
            assert_eq!(UnixMillis(t).rfc3339().len(), 24);
        }
    }
}
