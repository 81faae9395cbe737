//! Frames of the socket.

use super::{ConversationState, MessageAccepted, NewMessage, Problem};
use crate::conversation::Message;
use serde::{Deserialize, Serialize};

/// A frame from the server on `GET /v1/conversations/{id}/socket`.
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
}
