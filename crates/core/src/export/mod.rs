//! The daily export: one immutable JSON document per UTC day, its metrics and its checks.
//!
//! A [`Row`] is made when a conversation ends ([`row`]), stored as one line of JSON, and written
//! out unchanged into the day's file ([`Document`]), so that the same rows give the same bytes.

mod document;
mod lines;
mod metrics;
mod row;
mod verify;

#[cfg(test)]
mod tests;

pub use document::{Document, Form, Manifest, document};
pub use lines::Lines;
pub use metrics::{
    ConversationIntents, IntentMetrics, LastIntentMetrics, Metrics, NOT_MEANINGFUL, Tally, intents,
    metrics, took_place,
};
pub use row::{Bot, Channel, ConversationStatus, Count, Instant, Intent, Row, row, set_answers};
pub use verify::{Fault, Finding, read, verify};
