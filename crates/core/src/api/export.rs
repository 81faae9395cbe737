//! The daily export.

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
}

/// What `GET /v1/exports` answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportList {
    /// One row per day.
    pub items: Vec<ExportDay>,
}
