//! What can go wrong with a language model.

use crate::fault::Fault;
use askwell::Code;
use askwell::classify::llm::is_transient;
use wasm_bindgen::JsValue;
use worker::AbortSignal;

/// Longest that an endpoint may tell us to wait, in seconds.
const MOST_RETRY_AFTER_S: u32 = 15 * 60;

/// Why a model did not reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LlmError {
    /// The provider is Workers AI, and the Worker has no binding `AI`.
    #[error("the Worker has no binding `AI`; add it to wrangler.toml, or use an address")]
    NoBinding,
    /// There is no address that a request could be sent to.
    #[error("the language model has no address that a request could be sent to")]
    NoAddress,
    /// Nobody answered.
    #[error("the language model could not be reached")]
    Unreachable,
    /// It took too long.
    #[error("the language model did not answer in time")]
    TimedOut,
    /// It has too much to do, or fails; later may be better.
    #[error("the language model answered {status}; it may succeed later")]
    Busy {
        /// HTTP: 408, 425, 429 or 5xx.
        status: u16,
        /// Seconds that it asks to be given, if it says.
        retry_after_s: Option<u32>,
    },
    /// It will not do this, later neither: a wrong key, an unknown model, a request that it does not
    /// understand.
    #[error("the language model answered {status}; check its address, its key and the model")]
    Refused {
        /// HTTP, without the statuses of `Busy`.
        status: u16,
    },
    /// What it answered is no completion.
    #[error("the language model answered with something that is no chat completion")]
    Unreadable,
}

impl LlmError {
    /// Whether the same request may succeed later.
    pub const fn is_transient(self) -> bool {
        match self {
            Self::Unreachable | Self::TimedOut | Self::Busy { .. } => true,
            Self::NoBinding | Self::NoAddress | Self::Refused { .. } | Self::Unreadable => false,
        }
    }
}

impl From<LlmError> for Fault {
    fn from(error: LlmError) -> Self {
        Self::refused(Code::BadGateway, error.to_string())
    }
}

/// What a status other than 200 means.
pub(super) fn of_status(status: u16, retry_after: Option<&str>) -> LlmError {
    if !is_transient(status) {
        return LlmError::Refused { status };
    }
    // RFC 9110 §10.2.3 allows a date too; the back-off is as good.
    let retry_after_s = retry_after
        .and_then(|text| text.trim().parse::<u32>().ok())
        .map(|seconds| seconds.min(MOST_RETRY_AFTER_S));
    LlmError::Busy { status, retry_after_s }
}

/// Why a request came to nothing.
pub(super) fn of_fetch(signal: &AbortSignal) -> LlmError {
    if signal.aborted() { LlmError::TimedOut } else { LlmError::Unreachable }
}

/// What the binding throws. It tells by codes in its message: 3036 the day's free use is spent, 3040 and
/// 3039 no capacity; 5xxx that the input is not to its taste. Whatever else it is may pass.
pub(super) fn of_binding(error: &JsValue) -> LlmError {
    let message = js_sys::Reflect::get(error, &JsValue::from_str("message"));
    let message = message.ok().and_then(|message| message.as_string()).unwrap_or_default();
    of_binding_code(message.split(':').next().unwrap_or_default().trim())
}

fn of_binding_code(code: &str) -> LlmError {
    match code {
        "3036" | "3039" | "3040" => LlmError::Busy { status: 429, retry_after_s: None },
        _ if code.len() == 4 && code.starts_with('5') => LlmError::Refused { status: 400 },
        _ => LlmError::Busy { status: 500, retry_after_s: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_say_whether_to_try_again() {
        let busy = |status, retry_after_s| LlmError::Busy { status, retry_after_s };
        assert_eq!(of_status(429, Some("7")), busy(429, Some(7)));
        assert_eq!(of_status(503, Some("Wed, 21 Oct 2026 07:28:00 GMT")), busy(503, None));
        assert_eq!(of_status(500, Some("999999")), busy(500, Some(MOST_RETRY_AFTER_S)));
        for status in [301, 400, 401, 403, 404, 422] {
            let error = of_status(status, None);
            assert_eq!(error, LlmError::Refused { status });
            assert!(!error.is_transient());
        }
        assert!(of_status(408, None).is_transient() && LlmError::TimedOut.is_transient());
        assert!(of_binding_code("3040").is_transient() && !of_binding_code("5007").is_transient());
    }
}
