//! Events as the API lists them.

use crate::time::UnixMillis;
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
