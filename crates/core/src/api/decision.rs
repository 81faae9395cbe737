//! What the policy decided in a conversation, and what the site tells it.

use crate::detect::Kind;
use crate::prompt::Arm;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// `GET /v1/conversations/{id}/decisions`: why something was asked, or was not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConversationDecisions {
    /// On which side of the comparison the visitor is; none where asking was switched off when the
    /// conversation began, and nothing was decided.
    pub arm: Option<Arm>,
    /// In the order of the messages.
    pub decisions: Vec<DecisionShown>,
}

/// What was decided on a message of the visitor, or on a hand-off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionShown {
    /// The message's place.
    pub seq: u32,
    /// The message's id.
    pub message_id: String,
    /// When.
    pub at: UnixMillis,
    /// Stable, for counting: `asked.email.send`, `held.greeting_only`.
    pub code: String,
    /// For a person: `held: greeting only`.
    pub reason: String,
    /// What was asked for, or asked to be confirmed; none where nothing was said.
    pub field: Option<Kind>,
}

/// `POST /v1/conversations/{id}/known`: what the site knows of the visitor is not asked from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KnownFields {
    /// Which.
    pub known: Vec<Kind>,
}
