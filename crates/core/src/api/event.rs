//! Events as the API lists them.

use super::{AnswerFilter, DeliveryState};
use crate::conversation::Platform;
use crate::error::{Code, Error};
use crate::event::ingest::Refusal;
use crate::id::EndpointId;
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
    /// When the last of the webhooks that are to have it took it; none while one has not, and where
    /// there is none.
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

/// `POST /v1/events/replay`: sends events again, those from one place of the order to another, both
/// included: to each webhook that is on those that it has taken, those that were given up on, and those
/// that happened before it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// The first `seq`.
    pub from: u64,
    /// The last `seq`.
    pub to: u64,
    /// Only to this webhook.
    #[serde(default)]
    pub endpoint_id: Option<EndpointId>,
    /// Only what stands so in the log: `delivered` or `dead`.
    #[serde(default)]
    pub state: Option<DeliveryState>,
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

/// `GET /v1/feedback`: left on which days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FeedbackQuery {
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
    /// Only on conversations of this channel.
    #[serde(default)]
    pub channel: Option<Platform>,
}

/// `GET /v1/collected/{field_id}`: over which days, and of which conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CollectedQuery {
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
    /// Only this channel.
    #[serde(default)]
    pub channel: Option<Platform>,
    /// How long a step of a trend is; a day by default.
    #[serde(default)]
    pub step: Step,
    /// With `with_answer`: only conversations in which this question has that answer, as the one that
    /// asks for the product has the name of one.
    #[serde(default)]
    pub with_field: Option<String>,
    /// The answer to `with_field`; what is no value stands in brackets: `(null)`, `(unresolved)`.
    #[serde(default)]
    pub with_answer: Option<String>,
}

impl CollectedQuery {
    /// The period.
    ///
    /// # Errors
    /// As [`Period::new`].
    pub fn period(&self) -> Result<Period, Error> {
        Period::new(self.first, self.last)
    }

    /// The answer that conversations must have to another question.
    ///
    /// # Errors
    /// [`Code::InvalidField`] for one of the two without the other.
    pub fn with(&self) -> Result<Option<AnswerFilter>, Error> {
        match (&self.with_field, &self.with_answer) {
            (None, None) => Ok(None),
            (Some(field_id), Some(value)) => {
                Ok(Some(AnswerFilter { field_id: field_id.clone(), value: value.clone() }))
            }
            _ => Err(Error::new(
                Code::InvalidField,
                "the parameters `with_field` and `with_answer` come together",
            )),
        }
    }
}

/// `GET /v1/collected/{field_id}/conversations`: those behind a count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CollectedConversationsQuery {
    /// The answer that is counted; what is no value stands in brackets: `(null)`, `(unresolved)`,
    /// `(error)`, `(pending)`.
    pub answer: String,
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
    /// Only this channel.
    #[serde(default)]
    pub channel: Option<Platform>,
    /// Where the page before ended.
    #[serde(default)]
    pub cursor: Option<String>,
    /// 1 to 500, 50 by default.
    #[serde(default)]
    pub limit: Option<u32>,
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
