//! What can go wrong at the edge: a refusal that the caller should see, or a failure of ours.

use askwell::{Code, Error};

/// The error of every function here.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The request is refused; the reason goes out as it is.
    #[error(transparent)]
    Refused(#[from] Error),
    /// The same, with headers that say more.
    #[error("{error}")]
    RefusedWith {
        /// The reason.
        error: Error,
        /// Names and values.
        headers: Vec<(&'static str, String)>,
    },
    /// Somebody else is not ready; a queue repeats the work after so long.
    #[error("{error}; again in {seconds} s")]
    Later {
        /// The reason.
        error: Error,
        /// Pause.
        seconds: u32,
    },
    /// The platform failed; the reason is logged and only [`Code::Internal`] goes out.
    #[error("{0}")]
    Platform(#[from] worker::Error),
    /// Something stored or sent by ourselves could not be read. Where it went wrong is said by line
    /// and column alone: the reader's own words could repeat a value.
    #[error("unreadable {what}: line {line}, column {column}")]
    Unreadable {
        /// What it was.
        what: &'static str,
        /// From 1; 0 where there are no lines.
        line: usize,
        /// From 1.
        column: usize,
    },
}

/// The result of every function here.
pub type Outcome<T> = Result<T, Fault>;

impl Fault {
    /// A refusal.
    pub fn refused(code: Code, detail: impl Into<String>) -> Self {
        Self::Refused(Error::new(code, detail))
    }

    /// What the caller may see.
    pub fn public(&self) -> Error {
        match self {
            Self::Refused(error) | Self::RefusedWith { error, .. } | Self::Later { error, .. } => {
                error.clone()
            }
            Self::Platform(_) | Self::Unreadable { .. } => Error::new(
                Code::Internal,
                "something failed on our side; the same request may be repeated",
            ),
        }
    }

    /// Writes a failure of work that nobody waits for to the log, a refusal too: there is no caller
    /// who would hear of it. No detail repeats what a person wrote.
    pub fn log(&self, place: &str) {
        complain(&format!("{place}: {self}"));
    }

    /// Writes a failure of ours to the log. Refusals are the caller's business and are not logged.
    pub fn log_ours(&self, place: &str) {
        match self {
            Self::Refused(_) | Self::RefusedWith { .. } | Self::Later { .. } => {}
            Self::Platform(_) | Self::Unreadable { .. } => self.log(place),
        }
    }
}

impl From<worker::kv::KvError> for Fault {
    fn from(error: worker::kv::KvError) -> Self {
        Self::Platform(worker::Error::from(error))
    }
}

/// Writes to the log that something is wrong.
pub fn complain(what: &str) {
    // The runtime's console is not there in native tests.
    if cfg!(target_arch = "wasm32") {
        worker::console_error!("{what}");
    } else {
        eprintln!("{what}");
    }
}

/// Writes what we ourselves store or send.
pub fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Outcome<String> {
    serde_json::to_string(value).map_err(|error| unreadable(what, &error))
}

/// Reads what we ourselves stored or sent.
pub fn from_json<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Outcome<T> {
    serde_json::from_str(text).map_err(|error| unreadable(what, &error))
}

/// An error of ours about a document of ours.
pub fn unreadable(what: &'static str, error: &serde_json::Error) -> Fault {
    Fault::Unreadable { what, line: error.line(), column: error.column() }
}
