//! Pages of lists.

use serde::{Deserialize, Serialize};

/// A page of a list. `next` goes into `?cursor=` for the page after; absent on the last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
