//! The daily export.

use crate::export::{ConversationIntents, Form, Metrics};
use crate::time::{Day, UnixMillis};
use serde::{Deserialize, Serialize};

/// `GET /v1/exports`: one row per day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportDay {
    /// The UTC day.
    pub day: Day,
    /// Conversations in it so far.
    pub conversations: u64,
    /// When it was sealed, once it was.
    pub sealed_at: Option<UnixMillis>,
    /// SHA-256 of the file in hexadecimal, once sealed.
    pub sha256: Option<String>,
    /// Size in bytes, once sealed.
    pub bytes: Option<u64>,
    /// Why it could not be sealed so far; it is tried again every hour.
    pub problem: Option<SealProblem>,
}

/// Why a day could not be sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SealProblem {
    /// What the last try was refused with, one of the codes of problem details.
    pub code: String,
    /// When that was.
    pub at: UnixMillis,
    /// How often it was tried.
    pub attempts: u32,
}

/// What `GET /v1/exports` answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportList {
    /// One row per day.
    pub items: Vec<ExportDay>,
}

/// The query of `GET /v1/exports/{day}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ExportQuery {
    /// `json` by default.
    pub form: Form,
}

/// The query of `GET /v1/exports/metrics`: the files of which days, and which of their conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExportMetricsQuery {
    /// The first file's day.
    pub first: Day,
    /// The last file's day; at most 92 days together.
    pub last: Day,
    /// Only conversations that took place on this day, at least in part: for parity with counts by
    /// day, with `first` that day and `last` the next.
    #[serde(default)]
    pub on: Option<Day>,
    /// Only conversations in which the bot spoke.
    #[serde(default)]
    pub with_bot: bool,
    /// Intents that the tables of intents leave out, in place of the usual ones.
    #[serde(default)]
    pub leave_out: Vec<String>,
}

/// What `GET /v1/exports/metrics` answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportMetrics {
    /// The first file's day.
    pub first: Day,
    /// The last file's day.
    pub last: Day,
    /// As `askwell metrics --json` gives them for the same files.
    pub metrics: Metrics,
}

/// What `GET /v1/exports/{day}/intents` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportIntents {
    /// One a conversation, in the order of the file.
    pub items: Vec<ConversationIntents>,
}

/// Somebody has read a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportRead {
    /// Counts them, from 1.
    pub seq: u64,
    /// When.
    pub at: UnixMillis,
    /// The member's or key's id.
    pub by: String,
    /// The day.
    pub day: Day,
    /// `json`, `ndjson`, or `intents`.
    pub what: String,
}
