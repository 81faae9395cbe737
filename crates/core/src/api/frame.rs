//! Frames of the socket.

use super::{ConversationState, MessageAccepted, NewMessage, NewPresence, Problem, ReadMarks};
use crate::conversation::{Message, Role};
use serde::{Deserialize, Serialize};

/// A frame from the server on `GET /v1/conversations/{id}/socket`, which is opened with the protocols
/// `askwell` and the visitor token (`Sec-WebSocket-Protocol: askwell, vt_…`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// Somebody said something.
    Message {
        /// What.
        message: Message,
    },
    /// The sender's own message was taken.
    Accepted(Box<MessageAccepted>),
    /// The conversation moved.
    State(ConversationState),
    /// Somebody is writing, or has seen something.
    Presence {
        /// Who: `customer` or `agent`.
        role: Role,
        /// Whether they are writing.
        typing: bool,
        /// What has been seen now.
        read: ReadMarks,
    },
    /// The answerer is writing. It may get lost, and is no part of the conversation: the message of the
    /// same id takes its place.
    Draft {
        /// The id of the message that it will be.
        id: String,
        /// All of it so far; none when nothing will come of it.
        text: Option<String>,
    },
    /// The last frame was refused.
    Problem {
        /// Why.
        problem: Problem,
    },
}

/// A frame from the visitor on the socket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// Says something.
    Message(NewMessage),
    /// Is writing, or has seen something. It is not answered.
    Presence(NewPresence),
}
