//! What became of a visitor's messages while no person answered them, counted for the export.

use serde::{Deserialize, Serialize};

/// Counts of a conversation; what is not counted is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// Messages that nothing known answered, whoever was to answer.
    pub not_understood: u32,
    /// Replies that a language model wrote.
    pub model_replies: u32,
    /// Messages of which the language model said that it has no answer.
    pub model_not_understood: u32,
    /// Messages that the language model did not answer in time, or not as it was asked to.
    pub model_errors: u32,
    /// Times that a person was called because the language model had no answer.
    pub model_escalations: u32,
    /// Replies that the embedded answerer gave in the place of the language model.
    pub model_fallbacks: u32,
}

impl Tally {
    /// Adds what became of another message.
    pub fn add(&mut self, other: Self) {
        let pairs = [
            (&mut self.not_understood, other.not_understood),
            (&mut self.model_replies, other.model_replies),
            (&mut self.model_not_understood, other.model_not_understood),
            (&mut self.model_errors, other.model_errors),
            (&mut self.model_escalations, other.model_escalations),
            (&mut self.model_fallbacks, other.model_fallbacks),
        ];
        for (sum, more) in pairs {
            *sum = sum.saturating_add(more);
        }
    }
}
