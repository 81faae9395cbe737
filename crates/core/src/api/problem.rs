//! Problem details: how a refusal stands on the wire.

use crate::error::Error;
use serde::{Deserialize, Serialize};

/// RFC 9457 problem details, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// `about:blank`: the code says it all.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do next. Without personal data.
    pub detail: String,
    /// Stable; see [`crate::error::Code`].
    pub code: String,
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        Self {
            kind: "about:blank".to_owned(),
            title: reason(error.code.status()).to_owned(),
            status: error.code.status(),
            detail: error.detail.clone(),
            code: error.code.as_str().to_owned(),
        }
    }
}

/// The words of an HTTP status that a [`crate::Code`] may have (RFC 9110 §15, RFC 6585, RFC 8470).
pub fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        425 => "Too Early",
        429 => "Too Many Requests",
        502 => "Bad Gateway",
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn every_status_has_its_own_words() {
        for code in Code::all() {
            let unknown = reason(code.status()) == "Internal Server Error";
            assert_eq!(unknown, code.status() == 500, "{code:?}");
        }
    }
}
