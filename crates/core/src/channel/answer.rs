//! What the answer of a platform means for a message that was sent to it.

use crate::conversation::Platform;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a platform answered; none of it when it did not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answered {
    /// HTTP status; 0 without an answer in time.
    pub status: u16,
    /// The body, as far as it was read.
    pub body: String,
}

/// Why a message has not been delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No answer, or one that says that something is wrong over there.
    Unreachable,
    /// Too many messages for now.
    RateLimited,
    /// The channel's token or key is not accepted: connect it again.
    Credentials,
    /// The platform does not take this message, or not for this person.
    Refused,
    /// The channel was disconnected.
    Disconnected,
    /// It could not be delivered within a day.
    TooLate,
}

impl Reason {
    /// The reason as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::RateLimited => "rate_limited",
            Self::Credentials => "credentials",
            Self::Refused => "refused",
            Self::Disconnected => "disconnected",
            Self::TooLate => "too_late",
        }
    }
}

/// What becomes of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The platform has it.
    Sent,
    /// It is to be tried again. A token that is not accepted is among these: once its owner has put
    /// it right, the message goes out.
    Later(Reason),
    /// It will not get through.
    Never(Reason),
}

/// What an answer means.
pub fn verdict(platform: Platform, answered: &Answered) -> Verdict {
    let Answered { status, body } = answered;
    match (status, platform) {
        (200..=299, _) => Verdict::Sent,
        // The retry key was accepted before.
        (409, Platform::Line) => Verdict::Sent,
        // Another attempt with the same key is under way.
        (409, Platform::Email) => Verdict::Later(Reason::Unreachable),
        (0 | 408 | 425 | 500..=599, Platform::Line | Platform::Email) => {
            Verdict::Later(Reason::Unreachable)
        }
        (429, _) => Verdict::Later(Reason::RateLimited),
        (_, Platform::Facebook) => graph(*status, body),
        (401 | 403, _) => Verdict::Later(Reason::Credentials),
        _ => Verdict::Never(Reason::Refused),
    }
}

/// The Graph API says by a code of its own what is wrong ("Handle errors"); one and the same HTTP
/// status stands beside most of them.
fn graph(status: u16, body: &str) -> Verdict {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    match body.pointer("/error/code").and_then(Value::as_i64) {
        // An access token that has expired or was taken back; an app secret proof that does not fit.
        Some(102 | 190) => Verdict::Later(Reason::Credentials),
        Some(1 | 2) => Verdict::Later(Reason::Unreachable),
        Some(4 | 17 | 32 | 613) => Verdict::Later(Reason::RateLimited),
        Some(_) => Verdict::Never(Reason::Refused),
        None if status == 0 || status == 408 || status >= 500 => {
            Verdict::Later(Reason::Unreachable)
        }
        None if status == 401 => Verdict::Later(Reason::Credentials),
        None => Verdict::Never(Reason::Refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        use Platform::{Email, Facebook, Line};
        let expired = r#"{"error":{"message":"…","type":"OAuthException","code":190,"error_subcode":463,"fbtrace_id":"A"}}"#;
        let window = r#"{"error":{"message":"…","type":"OAuthException","code":10,"error_subcode":2018278}}"#;
        let busy = r#"{"error":{"code":613}}"#;
        let down = r#"{"error":{"code":2,"is_transient":true}}"#;
        for (platform, status, body, expected) in [
            (Line, 200, "", Verdict::Sent),
            (Line, 409, "", Verdict::Sent),
            (Line, 400, "", Verdict::Never(Reason::Refused)),
            (Line, 401, "", Verdict::Later(Reason::Credentials)),
            (Line, 429, "", Verdict::Later(Reason::RateLimited)),
            (Line, 500, "", Verdict::Later(Reason::Unreachable)),
            (Line, 0, "", Verdict::Later(Reason::Unreachable)),
            (Facebook, 200, "", Verdict::Sent),
            (Facebook, 400, expired, Verdict::Later(Reason::Credentials)),
            (Facebook, 400, window, Verdict::Never(Reason::Refused)),
            (Facebook, 403, window, Verdict::Never(Reason::Refused)),
            (Facebook, 400, busy, Verdict::Later(Reason::RateLimited)),
            (Facebook, 500, down, Verdict::Later(Reason::Unreachable)),
            (Facebook, 502, "<html>", Verdict::Later(Reason::Unreachable)),
            (Facebook, 0, "", Verdict::Later(Reason::Unreachable)),
            (Email, 200, "", Verdict::Sent),
            (Email, 409, "", Verdict::Later(Reason::Unreachable)),
            (Email, 403, "", Verdict::Later(Reason::Credentials)),
            (Email, 422, "", Verdict::Never(Reason::Refused)),
        ] {
            let answered = Answered { status, body: body.to_owned() };
            assert_eq!(verdict(platform, &answered), expected, "{platform:?} {status} {body}");
        }
    }
}
