//! When to ask for what is missing: `state × event × now → (state, decision)`.
//!
//! Asks wait for a natural moment, come one at a time, never answer a bare greeting, and are never
//! repeated once the field was given or refused.

mod crossing;
mod hold_out;
mod index;
mod lexicon;
mod policy;
mod reading;
mod reason;
mod report;
mod state;
mod wording;
mod words;

pub use hold_out::held_out;
pub(crate) use index::Hint;
pub(crate) use lexicon::cue::Cue;
pub(crate) use policy::lang as said_in;
pub use policy::step;
pub(crate) use reading::names_nobody;
pub use reason::{Doubt, Hold, Moment, Reason};
pub use report::{Arm, AskCounts, AskReport, AskResult};
pub use state::{AskOutcome, Asked, State};
pub use wording::{Line, MAX_LINE_CHARS, Wording, default_line, mask};
pub(crate) use words::Words;

use crate::detect::{Detection, Kind};
use crate::text::Lang;
use serde::{Deserialize, Serialize};

/// What to ask for, and how. Chosen by the owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Off: nothing is ever asked; what is volunteered is still noticed.
    pub enabled: bool,
    /// The fields wanted; the order has no meaning.
    pub fields: Vec<Kind>,
    /// Most questions in one conversation. No field is ever asked for twice, so more than three
    /// means no limit.
    pub max_asks: u8,
    /// The visitor's messages that must pass after a question that was not answered.
    pub cool_down_turns: u8,
    /// The language to ask in where the visitor's is not known; English where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<Lang>,
    /// The owner's own sentences.
    pub wording: Wording,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            enabled: true,
            fields: Kind::ALL.to_vec(),
            max_asks: 3,
            cool_down_turns: 2,
            lang: None,
            wording: Wording::default(),
        }
    }
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
    /// The visitor corrected what was noted of them, or had it removed.
    Amended {
        /// Which.
        field: Kind,
        /// Whether there still is a value.
        kept: bool,
    },
    /// A person takes over, or will once there is one.
    Handoff,
    /// The visitor is in the share that is never asked ([`held_out`]), from now on.
    HeldOut,
}

/// What to do now.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Decision {
    /// The question to put, or none.
    pub ask: Option<Ask>,
    /// A value to have confirmed, said in place of a question; never together with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<Confirm>,
    /// Why, or why not: a short sentence for a person, the same words for the same reason
    /// ("held: greeting only"). Without personal data. [`Reason::text`].
    pub reason: String,
    /// The same for counting: [`Reason::code`].
    #[serde(default)]
    pub code: String,
}

impl Decision {
    /// What is said to the visitor now, whether it asks for a field or has a value confirmed.
    pub fn said(&self) -> Option<(Kind, &str)> {
        match (&self.ask, &self.confirm) {
            (Some(ask), _) => Some((ask.field, &ask.text)),
            (None, Some(confirm)) => Some((confirm.field, &confirm.text)),
            (None, None) => None,
        }
    }
}

/// Whether a message agrees to what was just asked, in a language where it is known: "yes please".
pub fn agrees(text: &str, lang: Option<Lang>) -> bool {
    let reading = reading::visitor(text, index::Hint { known: lang, earlier: None });
    reading.yes && !reading.no
}

/// What a message is, for whoever answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gist {
    /// A greeting and nothing else.
    pub greets: bool,
    /// Says that there is a matter, and not which.
    pub opens: bool,
    /// Thanks, agreement, chat.
    pub chats: bool,
    /// Wants to talk to a person.
    pub person: bool,
    /// Is angry.
    pub angry: bool,
    /// Asks something.
    pub asks: bool,
    /// Will not say what was asked.
    pub refuses: bool,
}

/// Reads what a visitor's message is, in a language where it is known.
pub fn gist(text: &str, lang: Option<Lang>) -> Gist {
    let reading = reading::visitor(text, index::Hint { known: lang, earlier: None });
    Gist {
        greets: reading.act == reading::Act::Greeting,
        opens: reading.act == reading::Act::Opener,
        chats: reading.act == reading::Act::SmallTalk,
        person: reading.moments.contains(&Moment::Handoff),
        angry: reading.angry,
        asks: reading.asks,
        refuses: reading.refuses || reading.evades,
    }
}

/// A question for one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// What it asks for.
    pub field: Kind,
    /// The words, in the visitor's language.
    pub text: String,
}

/// A question whether a value is right. It is said once for a field, like a question for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirm {
    /// What it is about.
    pub field: Kind,
    /// The words, in the visitor's language. A correction holds the corrected value; what is on
    /// file is not spelled out, since it must not be shown to whoever claims to be back.
    pub text: String,
    /// The corrected value, where one was recognised: stands once the visitor agrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}
