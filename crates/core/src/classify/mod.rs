//! Answers the owner's questions about a closed conversation, judges its tone, reads its signals.

mod amount;
mod answer;
mod composite;
mod concepts;
mod counting;
mod cues;
mod duration;
mod facts;
mod focus;
mod kind;
mod label;
mod language;
pub(crate) mod lexicon;
pub mod lint;
pub mod llm;
mod mood;
mod outcome;
mod phrase;
mod question;
mod reading;
pub mod review;
mod rules;
mod signals;
mod spoken;
mod stated;
mod steering;
mod sureness;
mod templates;
pub(crate) mod terms;
mod timing;
mod tone;
mod transcript;
pub(crate) mod vectors;
mod whether;
pub(crate) mod words;

pub use kind::FieldKind;
pub use lint::{lint, validate};
pub use question::Question;
pub use templates::{Template, starter_fields, templates};
pub use transcript::Transcript;

use crate::conversation::{Sentiment, Turn};
use core::fmt;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A question of the owner.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// How it appears in reports.
    pub name: String,
    /// What to look for, in natural language.
    pub prompt: String,
    /// The answers that there can be.
    pub possible_values: Vec<Value>,
    /// Whether "no answer" is one. New fields are optional.
    #[serde(default = "yes")]
    pub optional: bool,
}

pub(crate) fn yes() -> bool {
    true
}

/// One possible answer: a bare string, or with a description.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "PossibleValue", deny_unknown_fields)
)]
#[serde(untagged)]
pub enum Value {
    /// Just its name.
    Name(String),
    /// Its name and what it means.
    Described {
        /// The answer as it is reported.
        value: String,
        /// When it is the right one.
        description: String,
    },
}

/// By hand, for of a value that fits neither form serde says no more than that.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Described {
            value: String,
            description: String,
        }

        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, or an object of `value` and `description`")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Value, E> {
                Ok(Value::Name(name.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
                let Described { value, description } =
                    Described::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Value::Described { value, description })
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl Value {
    /// The answer as it is reported.
    pub fn name(&self) -> &str {
        match self {
            Self::Name(name) | Self::Described { value: name, .. } => name,
        }
    }

    /// When it is the right one, where the owner said so.
    pub fn description(&self) -> Option<&str> {
        match self {
            Self::Name(_) => None,
            Self::Described { description, .. } => Some(description),
        }
    }
}

/// How far a question got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AnswerState {
    /// Answered with one of the values.
    Value,
    /// Answered: the conversation has no answer.
    Null,
    /// A required question that was not answered even when put again.
    Unresolved,
    /// Could not be put.
    Error,
    /// Not put yet.
    Pending,
}

impl AnswerState {
    /// The state as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Null => "null",
            Self::Unresolved => "unresolved",
            Self::Error => "error",
            Self::Pending => "pending",
        }
    }
}

/// What in the transcript an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    /// Index of the turn.
    pub message: usize,
    /// Words of that turn, verbatim.
    pub quote: String,
}

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "AnswerMethod"))]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Computed from the transcript: times, counts, who spoke.
    Exact,
    /// The classifier of this crate.
    Embedded,
    /// A language model.
    Llm,
    /// A person of the team.
    Human,
}

/// An answer to a [`Field`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Answer {
    /// One of the field's values, only when `state` is `value`.
    pub answer: Option<String>,
    /// How far it got.
    pub state: AnswerState,
    /// 0 to 1.
    pub confidence: f32,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// Who answered.
    pub method: Method,
}

/// The customer's tone with how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tone {
    /// The tag.
    pub sentiment: Sentiment,
    /// 0 to 1.
    pub confidence: f32,
}

/// What a dashboard wants to know of a conversation (requirement CV.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signals {
    /// Displeasure shown, not merely a problem reported.
    pub dissatisfaction: bool,
    /// Abuse, legal threat, chargeback or authorities, danger to health. Implies `dissatisfaction`.
    pub severe_negative: bool,
    /// Praise, or the customer says that it works.
    pub success: bool,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a conversation ended for the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Was displeased and says at the end that it is good or solved.
    Recovered,
    /// Settled otherwise.
    Resolved,
    /// Not settled.
    Unresolved,
    /// Ends in human hands, not settled.
    Handoff,
    /// Nothing to settle.
    None,
}

/// Answers one question.
///
/// Times, languages and amounts are computed; everything else is judged by phrases and by the words
/// that the conversation shares with the field's values. Takes time linear in the conversation.
pub fn classify(conversation: &[Turn], field: &Field) -> Answer {
    Transcript::new(conversation).answer(field)
}

/// Judges the customer's tone over the whole conversation (requirement CV.5).
pub fn sentiment(conversation: &[Turn]) -> Tone {
    Transcript::new(conversation).tone()
}

/// Reads the signals (requirement CV.5); `tone` is what [`sentiment`] said of the same conversation.
pub fn signals(conversation: &[Turn], tone: Tone) -> Signals {
    Transcript::new(conversation).signals(tone)
}

/// Whether a customer's message tries to steer how the conversation is classified. Such sentences
/// are not read as part of the matter.
pub fn steers(conversation: &[Turn]) -> bool {
    steering::steers(conversation)
}
