//! Who is there, and what was noted of the visitor.

use crate::detect::Kind;
use crate::session::Session;
use serde::{Deserialize, Serialize};

/// `POST /v1/conversations/{id}/facts` (visitor token, or secret key): corrects what was noted of the
/// visitor, or has it removed. The same twice is the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewFact {
    /// Which.
    pub field: Kind,
    /// As the visitor writes it; null removes what was noted, and it is not asked for again.
    pub value: Option<String>,
}

/// What the correction of a fact answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactsAmended {
    /// Messages so far.
    pub messages: u32,
    /// The memory from which the widget predicts; see [`Session`].
    pub session: Session,
}

/// `POST /v1/conversations/{id}/presence` (visitor token, or secret key), or a frame of type
/// `presence` on the socket: passed on to everybody who listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct NewPresence {
    /// Whether they are writing; holds for six seconds.
    pub typing: bool,
    /// The highest `seq` that they have seen.
    pub read: Option<u32>,
}

/// Up to which `seq` each side has seen the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ReadMarks {
    /// The visitor.
    pub customer: Option<u32>,
    /// The team.
    pub agent: Option<u32>,
}
