//! When to ask for what is missing: `state × event × now → (state, decision)`.
//!
//! Asks wait for a natural moment, come one at a time, never answer a bare greeting, and are never
//! repeated once the field was given or refused.

use crate::detect::{Detection, Kind};
use crate::text::Lang;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// What to ask for, and how. Chosen by the owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Off: nothing is ever asked; what is volunteered is still noticed.
    pub enabled: bool,
    /// The fields wanted; the order has no meaning.
    pub fields: Vec<Kind>,
}

impl Default for Config {
    fn default() -> Self {
        Self { enabled: true, fields: Kind::ALL.to_vec() }
    }
}

/// The policy's memory of one conversation. Opaque JSON to everybody else.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct State {
    known: Vec<Kind>,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'a> {
    /// The conversation begins; the profile holds these already.
    Start {
        /// Known from the profile.
        known: &'a [Kind],
    },
    /// The visitor said something.
    Visitor {
        /// The words.
        text: &'a str,
        /// Their language, where known.
        lang: Option<Lang>,
        /// What was found in them.
        detection: &'a Detection,
    },
    /// A person or a bot said something to the visitor.
    Agent {
        /// The words.
        text: &'a str,
    },
    /// The site told who the visitor is.
    Identified {
        /// Known from now on.
        kinds: &'a [Kind],
    },
    /// A person takes over, or will once there is one.
    Handoff,
}

/// What to do now.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Decision {
    /// The question to put, or none.
    pub ask: Option<Ask>,
    /// Why, or why not: a short sentence for a person, the same words for the same reason
    /// ("held: greeting only"). Without personal data.
    pub reason: String,
}

/// A question for one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// What it asks for.
    pub field: Kind,
    /// The words, in the visitor's language.
    pub text: String,
}

/// Takes one event and decides.
pub fn step(
    config: &Config,
    state: State,
    event: &Event<'_>,
    now: UnixMillis,
) -> (State, Decision) {
    let _ = (config, event, now);
    (state, Decision::default())
}
