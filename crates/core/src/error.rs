//! The one error type that leaves this crate, and the stable codes that clients may rely on.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A stable, machine-readable reason why something was refused. Never renamed, only added to.
///
/// Its name on the wire, its HTTP status and what it means stand in one table, [`Code::all`] and
/// the functions below read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "what each means stands in the table, where the API document reads it"
)]
pub enum Code {
    MalformedJson,
    UnknownField,
    InvalidField,
    NotFound,
    Unauthorized,
    Forbidden,
    OriginNotAllowed,
    MessageTooLarge,
    BodyTooLarge,
    ConversationFull,
    ConversationClosed,
    IllegalTransition,
    IdempotencyConflict,
    RequestInProgress,
    AlreadyDone,
    OutcomeUnknown,
    AlreadyExists,
    NotReady,
    MethodNotAllowed,
    RateLimited,
    PreconditionFailed,
    Gone,
    PaymentRequired,
    UnsupportedMedia,
    BadGateway,
    InvalidToken,
    ExpiredToken,
    WrongCode,
    ExpiredCode,
    Internal,
}

struct Row(Code, &'static str, u16, &'static str);

/// In the order of the variants; checked below when this is compiled.
const TABLE: [Row; Code::Internal as usize + 1] = [
    Row(Code::MalformedJson, "malformed_json", 400, "The body is not JSON (RFC 8259)."),
    Row(
        Code::UnknownField,
        "unknown_field",
        422,
        "A field or parameter that the request does not have; the detail names it.",
    ),
    Row(
        Code::InvalidField,
        "invalid_field",
        422,
        "A field, parameter or header is missing, of the wrong type or out of range; the detail names it.",
    ),
    Row(
        Code::NotFound,
        "not_found",
        404,
        "There is no such thing in this workspace, or no such address.",
    ),
    Row(
        Code::Unauthorized,
        "unauthorized",
        401,
        "The key, token or session is missing, malformed, expired or revoked.",
    ),
    Row(Code::Forbidden, "forbidden", 403, "Whoever is asking is known, but may not do this."),
    Row(
        Code::OriginNotAllowed,
        "origin_not_allowed",
        403,
        "The site key, or the session, is not to be used from this origin.",
    ),
    Row(Code::MessageTooLarge, "message_too_large", 413, "A message is longer than 8 kB."),
    Row(Code::BodyTooLarge, "body_too_large", 413, "A request body is longer than 1 MB."),
    Row(
        Code::ConversationFull,
        "conversation_full",
        409,
        "The conversation has reached its greatest length.",
    ),
    Row(
        Code::ConversationClosed,
        "conversation_closed",
        409,
        "The conversation has ended; reopen it first.",
    ),
    Row(
        Code::IllegalTransition,
        "illegal_transition",
        409,
        "The conversation cannot go from its status to the one wanted.",
    ),
    Row(
        Code::IdempotencyConflict,
        "idempotency_conflict",
        409,
        "The same idempotency key came with a different request.",
    ),
    Row(
        Code::RequestInProgress,
        "request_in_progress",
        409,
        "The request of this idempotency key is being done; `Retry-After` says in how many seconds to ask again.",
    ),
    Row(
        Code::AlreadyDone,
        "already_done",
        409,
        "The request of this idempotency key was done, and its answer is not kept: it held a secret, was too long, or somebody was erased since.",
    ),
    Row(
        Code::OutcomeUnknown,
        "outcome_unknown",
        409,
        "The request of this idempotency key was begun, and whether it was done is not known: look, and send it with another key if it was not.",
    ),
    Row(Code::AlreadyExists, "already_exists", 409, "The name is taken."),
    Row(
        Code::NotReady,
        "not_ready",
        425,
        "The day has not been sealed yet; the detail says when it will be.",
    ),
    Row(
        Code::MethodNotAllowed,
        "method_not_allowed",
        405,
        "The address exists, but not for this method; `Allow` names those that it has.",
    ),
    Row(
        Code::RateLimited,
        "rate_limited",
        429,
        "Too many requests; `Retry-After` says in how many seconds to go on.",
    ),
    Row(
        Code::PreconditionFailed,
        "precondition_failed",
        412,
        "`If-Match` names another version than the one that stands; read it and try again.",
    ),
    Row(Code::Gone, "gone", 410, "What was here has been removed for good."),
    Row(
        Code::PaymentRequired,
        "payment_required",
        402,
        "The plan does not include this, or has lapsed.",
    ),
    Row(
        Code::UnsupportedMedia,
        "unsupported_media",
        415,
        "The body is not of a type that is read here.",
    ),
    Row(
        Code::BadGateway,
        "bad_gateway",
        502,
        "A server of somebody else that is needed for this did not answer as it should.",
    ),
    Row(
        Code::InvalidToken,
        "invalid_token",
        422,
        "An identity token is none, is not signed with the workspace's identity secret, or lacks a claim; the detail says which.",
    ),
    Row(
        Code::ExpiredToken,
        "expired_token",
        422,
        "An identity token was good once; let your server sign a new one.",
    ),
    Row(Code::WrongCode, "wrong_code", 422, "The code is not the one that was mailed."),
    Row(
        Code::ExpiredCode,
        "expired_code",
        422,
        "No code is waiting for an answer: none was asked for, or its time or tries are over.",
    ),
    Row(
        Code::Internal,
        "internal",
        500,
        "Something that should hold did not. The request may be repeated.",
    ),
];

const _: () = {
    let mut at = 0;
    while at < TABLE.len() {
        assert!(TABLE[at].0 as usize == at, "the table is in the order of the variants");
        at += 1;
    }
};

/// Apart, so that what each means stays out of the module that visitors load.
const NAMES: [&str; TABLE.len()] = {
    let mut names = [""; TABLE.len()];
    let mut at = 0;
    while at < TABLE.len() {
        names[at] = TABLE[at].1;
        at += 1;
    }
    names
};

impl Code {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }

    /// The code as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        NAMES[self as usize]
    }

    /// The HTTP status that it is answered with.
    pub fn status(self) -> u16 {
        TABLE[self as usize].2
    }

    /// What it means, for the documentation.
    pub fn meaning(self) -> &'static str {
        TABLE[self as usize].3
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::all()
            .find(|code| code.as_str() == name)
            .ok_or_else(|| D::Error::custom("not one of the error codes"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_read_back() {
        for code in Code::all() {
            let text = serde_json::to_string(&code).unwrap();
            assert_eq!(serde_json::from_str::<Code>(&text).unwrap(), code);
        }
        assert!(serde_json::from_str::<Code>("\"no_such\"").is_err());
    }
}
