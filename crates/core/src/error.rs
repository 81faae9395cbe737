//! The one error type that leaves this crate, and the stable codes that clients may rely on.

use serde::{Deserialize, Serialize};

/// A stable, machine-readable reason why something was refused. Never renamed, only added to.
///
/// Which HTTP status a code becomes is decided in one place, `worker/src/problem.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The body is not JSON (RFC 8259).
    MalformedJson,
    /// A field that the request does not have; the detail names it.
    UnknownField,
    /// A field is missing, of the wrong type or out of range; the detail names it.
    InvalidField,
    /// No such conversation, customer, day or route.
    NotFound,
    /// The key or token is missing, malformed, expired or revoked.
    Unauthorized,
    /// The key is good but may not do this.
    Forbidden,
    /// The site key is not to be used from this origin.
    OriginNotAllowed,
    /// A message is longer than [`crate::conversation::MAX_MESSAGE_BYTES`].
    MessageTooLarge,
    /// A request body is longer than [`crate::api::MAX_BODY_BYTES`].
    BodyTooLarge,
    /// A conversation has reached [`crate::conversation::MAX_MESSAGES`].
    ConversationFull,
    /// The conversation has ended; reopen it first.
    ConversationClosed,
    /// The status machine has no such move.
    IllegalTransition,
    /// The same idempotency key came with a different request.
    IdempotencyConflict,
    /// The name is taken.
    AlreadyExists,
    /// The day has not been sealed yet; the detail says when it will be.
    NotReady,
    /// The method does not exist on this route.
    MethodNotAllowed,
    /// Something that should hold did not. The request may be repeated.
    Internal,
}

impl Code {
    /// The code as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MalformedJson => "malformed_json",
            Self::UnknownField => "unknown_field",
            Self::InvalidField => "invalid_field",
            Self::NotFound => "not_found",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::OriginNotAllowed => "origin_not_allowed",
            Self::MessageTooLarge => "message_too_large",
            Self::BodyTooLarge => "body_too_large",
            Self::ConversationFull => "conversation_full",
            Self::ConversationClosed => "conversation_closed",
            Self::IllegalTransition => "illegal_transition",
            Self::IdempotencyConflict => "idempotency_conflict",
            Self::AlreadyExists => "already_exists",
            Self::NotReady => "not_ready",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Internal => "internal",
        }
    }
}

/// A refusal: a stable [`Code`] and a sentence that says what to do next.
///
/// The detail never repeats what a visitor wrote, so that it may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", code.as_str())]
pub struct Error {
    /// The stable reason.
    pub code: Code,
    /// For a person; without personal data.
    pub detail: String,
}

impl Error {
    /// A refusal with its reason and what to do next.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}
