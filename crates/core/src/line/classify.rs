//! The lines of `askwell classify` and `askwell sentiment`.

use crate::classify::{self, Answer, Field, Value};
use crate::conversation::{Sentiment, Turn};
use serde::{Deserialize, Serialize};
use serde_json::Value as Id;

/// A conversation and a question about it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClassifyIn"))]
pub struct In {
    /// The caller's name for the line, of any type.
    pub id: Id,
    /// All turns, in order.
    pub conversation: Vec<Turn>,
    /// The question.
    pub field: FieldIn,
}

/// A question as a line holds it: as [`Field`], but other keys are ignored.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClassifyField"))]
pub struct FieldIn {
    /// How it appears in reports.
    #[serde(default)]
    pub name: String,
    /// What to look for, in natural language.
    #[serde(default)]
    pub prompt: String,
    /// The answers that there can be.
    pub possible_values: Vec<Value>,
    /// Whether "no answer" is one.
    #[serde(default = "yes")]
    pub optional: bool,
}

fn yes() -> bool {
    true
}

impl From<&FieldIn> for Field {
    fn from(f: &FieldIn) -> Self {
        Self {
            name: f.name.clone(),
            prompt: f.prompt.clone(),
            possible_values: f.possible_values.clone(),
            optional: f.optional,
        }
    }
}

/// The answer of a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClassifyOut"))]
pub struct Out {
    /// As it came in.
    pub id: Id,
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
}

/// Answers one line with the embedded classifier.
pub fn run(input: &In) -> Out {
    let field = Field::from(&input.field);
    Out { id: input.id.clone(), answer: classify::classify(&input.conversation, &field) }
}

/// A conversation whose tone is asked for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SentimentIn {
    /// The caller's name for the line, of any type.
    pub id: Id,
    /// All turns, in order.
    pub conversation: Vec<Turn>,
}

/// The tone of a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SentimentOut {
    /// As it came in.
    pub id: Id,
    /// The tag.
    pub sentiment: Sentiment,
    /// 0 to 1.
    pub confidence: f32,
}

/// Judges the tone of one line.
pub fn run_sentiment(input: &SentimentIn) -> SentimentOut {
    let tone = classify::sentiment(&input.conversation);
    SentimentOut { id: input.id.clone(), sentiment: tone.sentiment, confidence: tone.confidence }
}
