//! Questions put to conversations that ended before.

use crate::classify::review::Estimate;
use crate::time::{Day, UnixMillis};
use serde::{Deserialize, Serialize};

/// `POST /v1/backfills`, `POST /v1/backfills/estimate`: which questions, to which conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewBackfill {
    /// The questions, in their newest versions.
    pub field_ids: Vec<String>,
    /// The first day on which the conversations ended; from the beginning with none.
    #[serde(default)]
    pub first: Option<Day>,
    /// The last day; without end with none.
    #[serde(default)]
    pub last: Option<Day>,
    /// Whether the language model answers, as it is set to; otherwise the embedded classifier does.
    #[serde(default)]
    pub model: bool,
}

/// `POST /v1/backfills/estimate`: what it is likely to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BackfillEstimate {
    /// For all conversations, by a sample of the latest.
    pub estimate: Estimate,
    /// How many were in the sample.
    pub sampled: u32,
}

/// Where a backfill stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum BackfillState {
    /// It goes on.
    Running,
    /// It waits to be told to go on; what was under way is finished.
    Paused,
    /// Somebody ended it; what was answered stays.
    Cancelled,
    /// All conversations were asked about.
    Finished,
}

impl BackfillState {
    /// As it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Finished => "finished",
        }
    }
}

/// A backfill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Backfill {
    /// Which.
    pub id: String,
    /// What was wanted.
    pub wanted: NewBackfill,
    /// Where it stands.
    pub state: BackfillState,
    /// Conversations that there were when it began.
    pub total: u64,
    /// Of them, answered.
    pub done: u64,
    /// Of them, given up.
    pub failed: u64,
    /// What the language model cost so far, in millionths of the prices' currency unit.
    pub cost_micros: u64,
    /// Since when.
    pub begun_at: UnixMillis,
    /// Who began it.
    pub begun_by: String,
}

/// `GET /v1/backfills`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BackfillList {
    /// The latest 50, the latest first.
    pub backfills: Vec<Backfill>,
}

/// What can be done with a backfill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum BackfillAction {
    /// Let it wait.
    Pause,
    /// Let it go on.
    Resume,
    /// End it.
    Cancel,
}

/// `POST /v1/backfills/{backfill_id}/actions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewBackfillAction {
    /// What.
    pub action: BackfillAction,
}

/// `POST /v1/conversations/{conversation_id}/classify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewClassification {
    /// Whether the language model answers, as it is set to.
    #[serde(default = "crate::classify::yes")]
    pub model: bool,
}
