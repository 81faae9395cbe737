//! Events: what happened, without content and without personal data.

use crate::closing::{Closed, Conclusion};
use crate::id::{CustomerId, EventId};
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// Version of the catalog that an event was made by.
pub const SCHEMA_VERSION: u32 = 1;

/// Which workspace an event belongs to, by internal ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The organisation's id.
    pub org_id: &'a str,
    /// The workspace's id.
    pub workspace_id: &'a str,
    /// The internal, pseudonymous id of the person it is about.
    pub user_id: &'a CustomerId,
}

/// One event, ready to be delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Unique; the same fact always has the same id.
    pub event_id: EventId,
    /// A name of the catalog, for example `customer_signal.detected`.
    pub name: String,
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// When the fact happened.
    pub occurred_at: UnixMillis,
}

/// The events that the close of a conversation gives.
pub fn of_closed(closed: &Closed, conclusion: &Conclusion, scope: &Scope<'_>) -> Vec<Event> {
    let _ = (closed, conclusion, scope);
    Vec::new()
}

/// The event as CloudEvents 1.0 in JSON format.
pub fn cloud_event(event: &Event) -> serde_json::Value {
    let _ = event;
    serde_json::Value::Null
}

/// Whether the event, as it would leave, is free of personal data.
pub fn is_clean(event: &Event) -> bool {
    let _ = event;
    true
}
