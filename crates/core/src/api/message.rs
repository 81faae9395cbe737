//! Messages: what is said, and what comes of it.

use super::{FoundOnWire, ReadMarks};
use crate::conversation::{Message, Role, Status};
use crate::detect::Kind;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// `POST /v1/conversations/{id}/messages` (visitor token, or secret key), or a frame of type
/// `message` on the socket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// Chosen by the sender, 1 to 64 of `A-Z a-z 0-9 - _`; the same id twice is the same message.
    pub id: String,
    /// What is said, 1 byte to 8 kB.
    pub text: String,
    /// Secret key only: who says it, by default an agent. A visitor is always the customer.
    #[serde(default)]
    pub role: Option<Role>,
    /// Recorded conversations only: when it was said.
    #[serde(default)]
    pub at: Option<UnixMillis>,
}

/// What the post of a message answers: 201 when new, 200 when its id was known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MessageAccepted {
    /// The message as it stands.
    pub message: Message,
    /// Whether its id had been seen before.
    pub duplicate: bool,
    /// What was noticed in it; offsets in UTF-16 code units.
    pub found: Vec<FoundOnWire>,
    /// The policy's question, which follows the message in the transcript.
    pub ask: Option<Asked>,
    /// Why it was asked or not; empty for agents' messages.
    pub reason: String,
}

/// The policy's question as a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Asked {
    /// What it asks for.
    pub field: Kind,
    /// The question.
    pub message: Message,
}

/// `GET /v1/conversations/{id}/messages?after=SEQ` (visitor token, or secret key).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MessagePage {
    /// Where the conversation stands.
    pub status: Status,
    /// Messages with a higher `seq`, in order.
    pub messages: Vec<Message>,
    /// What has been seen of it.
    #[serde(default)]
    pub read: ReadMarks,
}

/// The query of `GET /v1/conversations/{id}/messages`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct MessageQuery {
    /// Only messages with a higher `seq`.
    pub after: Option<u32>,
}
