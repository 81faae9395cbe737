//! A conversation that several questions are put to.

use super::cues::Cue;
use super::reading::Reading;
use super::{Answer, Field, Question, Signals, Tone};
use crate::conversation::Turn;

/// A conversation, read once: putting ten questions to it costs little more than putting one.
///
/// [`super::classify`], [`super::sentiment`] and [`super::signals`] are the same for one question.
#[derive(Debug)]
pub struct Transcript<'a>(Reading<'a>);

impl<'a> Transcript<'a> {
    /// Reads a conversation, in time linear in its length.
    pub fn new(conversation: &'a [Turn]) -> Self {
        Self(Reading::new(conversation))
    }

    /// What was read.
    pub(crate) fn reading(&self) -> &Reading<'a> {
        &self.0
    }

    /// Answers one field.
    pub fn answer(&self, field: &Field) -> Answer {
        self.put(&Question::new(field.clone()))
    }

    /// Puts a question: what [`Self::answer`] says of its field, without reading the field again.
    pub fn put(&self, question: &Question) -> Answer {
        super::answer::answer(&self.0, question)
    }

    /// Judges the customer's tone over the whole conversation (requirement CV.5).
    pub fn tone(&self) -> Tone {
        super::tone::tone(&self.0)
    }

    /// Whether the customer uses a harsh word for what is not harsh ("a stupid question"), and shows
    /// no displeasure.
    pub(crate) fn is_calm(&self) -> bool {
        let calm = self.0.customer().any(|(_, turn)| turn.has(Cue::Calm));
        calm && !self.signals(self.tone()).dissatisfaction
    }

    /// Reads the signals (requirement CV.5); `tone` is what [`Self::tone`] said.
    pub fn signals(&self, tone: Tone) -> Signals {
        super::signals::signals(&self.0, tone)
    }
}
