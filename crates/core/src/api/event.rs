//! Events as the API lists them.

use crate::conversation::Platform;
use crate::error::Error;
use crate::event::ingest::Refusal;
use crate::metrics::collected::Step;
use crate::metrics::period::Period;
use crate::metrics::signals::Report;
use crate::time::{Day, UnixMillis};
use serde::{Deserialize, Serialize};

/// An event in the ledger's order, with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoredEvent {
    /// Place in the ledger's order.
    pub seq: u64,
    /// Unique.
    pub id: String,
    /// A name of the catalog.
    pub name: String,
    /// CloudEvents 1.0.
    pub event: serde_json::Value,
    /// When a sink took it.
    pub delivered_at: Option<UnixMillis>,
}

/// `POST /v1/events`: what became of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HandedIn {
    /// Events that are new.
    pub taken: u64,
    /// Events that were there already.
    pub repeats: u64,
    /// Events that were refused, in the order of the batch.
    pub refusals: Vec<Refusal>,
}

/// `POST /v1/events/replay`: sends events again that have been delivered, those from one place of the
/// order to another, both included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// The first `seq`.
    pub from: u64,
    /// The last `seq`.
    pub to: u64,
}

/// What is sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Replayed {
    /// How many.
    pub events: u64,
    /// Where to go on, where there are more in the range.
    pub next: Option<u64>,
}

/// Over which days something is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PeriodQuery {
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
    /// Only this channel.
    pub channel: Option<Platform>,
    /// How long a step of a trend is, where there is a choice; a day by default.
    #[serde(default)]
    pub step: Step,
}

impl PeriodQuery {
    /// The period.
    ///
    /// # Errors
    /// As [`Period::new`].
    pub fn period(&self) -> Result<Period, Error> {
        Period::new(self.first, self.last)
    }
}

/// `GET /v1/signals`: the modules of the dashboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Signals {
    /// Over which days.
    pub period: Period,
    /// In the order of the source document.
    pub modules: Vec<Report>,
}
