//! The daily export: one immutable JSON document per UTC day, its metrics and its checks.

use crate::closing::{Closed, Conclusion};
use crate::id::CustomerId;
use serde::{Deserialize, Serialize};

/// Names that a row carries besides the conversation itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bot<'a> {
    /// The workspace's id.
    pub id: &'a str,
    /// The workspace's name.
    pub name: &'a str,
}

/// One conversation in a day file, with exactly the properties and types of the file schema.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The conversation.
    pub conversation_id: String,
}

/// The row of a conversation that has ended.
pub fn row(closed: &Closed, conclusion: &Conclusion, customer: &CustomerId, bot: &Bot<'_>) -> Row {
    let _ = (conclusion, customer, bot);
    Row { conversation_id: closed.conversation_id.to_string() }
}

/// The day's document: rows as they were stored, in the given order.
pub fn document<'a>(rows: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::from("[");
    for (i, row) in rows.into_iter().enumerate() {
        out.push_str(if i == 0 { "\n" } else { ",\n" });
        out.push_str(row);
    }
    out.push_str(if out.len() == 1 { "]\n" } else { "\n]\n" });
    out
}
