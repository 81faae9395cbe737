//! How long a conversation lasted, in the steps by which lists are filtered.

use serde::{Deserialize, Serialize};

/// How long an ended conversation lasted, from its beginning to its end. A band includes its lower bound and
/// not its upper one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum DurationBand {
    /// Less than a minute.
    #[serde(rename = "under-1m")]
    Under1m,
    /// One to five minutes.
    #[serde(rename = "1m-5m")]
    From1mTo5m,
    /// Five to thirty minutes.
    #[serde(rename = "5m-30m")]
    From5mTo30m,
    /// Thirty minutes to two hours.
    #[serde(rename = "30m-2h")]
    From30mTo2h,
    /// Two hours to a day.
    #[serde(rename = "2h-24h")]
    From2hTo24h,
    /// A day or more.
    #[serde(rename = "over-24h")]
    Over24h,
}

impl DurationBand {
    /// All, the shortest first.
    pub const ALL: [Self; 6] = [
        Self::Under1m,
        Self::From1mTo5m,
        Self::From5mTo30m,
        Self::From30mTo2h,
        Self::From2hTo24h,
        Self::Over24h,
    ];

    /// The band as it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Under1m => "under-1m",
            Self::From1mTo5m => "1m-5m",
            Self::From5mTo30m => "5m-30m",
            Self::From30mTo2h => "30m-2h",
            Self::From2hTo24h => "2h-24h",
            Self::Over24h => "over-24h",
        }
    }

    /// What is shorter than this, in milliseconds, is in this band or one before it; none for the last.
    pub const fn end_ms(self) -> Option<i64> {
        const MINUTE: i64 = 60 * 1000;
        match self {
            Self::Under1m => Some(MINUTE),
            Self::From1mTo5m => Some(5 * MINUTE),
            Self::From5mTo30m => Some(30 * MINUTE),
            Self::From30mTo2h => Some(120 * MINUTE),
            Self::From2hTo24h => Some(24 * 60 * MINUTE),
            Self::Over24h => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_written_alike_everywhere_and_follow_each_other() {
        let mut last = 0;
        for band in DurationBand::ALL {
            assert_eq!(serde_json::to_value(band).unwrap(), band.as_str());
            let end = band.end_ms().unwrap_or(i64::MAX);
            assert!(end > last, "{band:?}");
            last = end;
        }
        assert_eq!(last, i64::MAX);
    }
}
