//! What is said to a visitor when nobody of the team is there yet, and when a person is called.
//!
//! The embedded answerer greets, answers from the published articles, says that it does not know, and
//! hands over. It asks for nothing by itself: that is the policy's ([`crate::prompt`]), whose question
//! follows the visitor's message before anything here is said.

pub mod grounded;
mod hours;
mod intent;
mod lines;
mod remarks;
mod rules;
mod tally;
mod together;

pub use hours::{Hours, Local, Open};
pub use intent::{Intent, MAX_INTENTS, intents};
pub use lines::{Line, line};
pub use rules::{MAX_PHRASE_CHARS, MAX_PHRASES, MAX_RULES, Rule, Rules};
pub use tally::Tally;
pub use together::{Message, Waiting, rests, together};

use crate::event::EscalationReason;
use crate::knowledge::{Found, Known};
use crate::text::Lang;
use serde::{Deserialize, Serialize};

/// What is remembered between a conversation's messages, for its answerer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Whether the visitor was greeted.
    pub greeted: bool,
    /// Messages in a row that were not understood.
    pub misunderstood: u8,
    /// Whether the visitor's matter waits for an answer that was not had.
    pub open: bool,
}

/// What an answerer is given.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// What the visitor said.
    pub text: &'a str,
    /// Their language, where it is known.
    pub lang: Option<Lang>,
    /// Whether they gave details of theirs in it.
    pub gave: bool,
    /// Whether the policy has put a question right after it.
    pub asked: bool,
    /// What is remembered.
    pub memory: Memory,
}

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Nothing: what was said needs no answer, or has one in the policy's question.
    Rest,
    /// Say something.
    Say(Said),
    /// Call a person.
    HandOver(EscalationReason),
}

/// Something to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The words.
    pub text: String,
    /// The articles that they are from.
    pub articles: Vec<Found>,
}

/// What the embedded answerer makes of what a visitor has said, and what is to be remembered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What to do.
    pub step: Step,
    /// For the next message.
    pub memory: Memory,
    /// What was asked and no article answers, in the visitor's words.
    pub gap: Option<String>,
}

/// Answers one message from what is known, and by the rules calls a person. [`together`] answers several.
pub fn answer(rules: &Rules, turn: Turn<'_>, known: &Known) -> Answer {
    let Turn { text, lang, gave, asked, memory } = turn;
    let messages = [Message { text, gave, asked, known }];
    together(rules, Waiting { messages: &messages, whole: known, lang, memory })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::{Document, Index};

    pub(super) fn index() -> Index {
        Index::new(&[
            Document {
                id: "a".to_owned(),
                title: "Returns and refunds".to_owned(),
                body: "Send anything back within 30 days and you get a refund.".to_owned(),
                lang: None,
            },
            Document {
                id: "b".to_owned(),
                title: "Opening hours".to_owned(),
                body: "We are open from nine to five on working days.".to_owned(),
                lang: None,
            },
        ])
    }

    fn turn(text: &str, memory: Memory) -> Turn<'_> {
        Turn { text, lang: Some(Lang::En), gave: false, asked: false, memory }
    }

    fn step(text: &str, memory: Memory) -> Answer {
        let known = index().search(text, Some(Lang::En), 3);
        answer(&Rules::default(), turn(text, memory), &known)
    }

    fn line(step: &Step) -> Option<&str> {
        match step {
            Step::Say(said) => Some(&said.text),
            _ => None,
        }
    }

    #[test]
    fn it_greets_once_and_answers_from_an_article() {
        let first = step("Hello!", Memory::default());
        assert_eq!(line(&first.step), Some(lines::line(Some(Lang::En), Line::Greeting)));
        assert_eq!(step("hi", first.memory).step, Step::Rest);
        let answered = step("What are your opening hours?", first.memory);
        let Step::Say(said) = &answered.step else { panic!("{answered:?}") };
        assert!(said.text.starts_with("We are open") && said.text.ends_with("— Opening hours"));
        assert_eq!(step("thanks!", answered.memory).step, Step::Rest);
    }

    #[test]
    fn it_calls_a_person_when_it_does_not_understand_twice() {
        let first = step("Do you repair accordions from the 1950s?", Memory::default());
        assert!(first.gap.is_some() && line(&first.step).is_some());
        let second = step("I mean old squeezeboxes, any chance?", first.memory);
        assert_eq!(second.step, Step::HandOver(EscalationReason::KbGap));
        let between = step("What are your opening hours?", first.memory);
        assert_eq!(between.memory.misunderstood, 0, "in a row");
    }

    #[test]
    fn a_matter_that_waits_goes_to_a_person_once_the_details_are_there() {
        let text = "my accordion broke in half";
        let known = Known::default();
        let asked = Turn { asked: true, ..turn(text, Memory::default()) };
        let first = answer(&Rules::default(), asked, &known);
        assert_eq!(first.step, Step::Rest, "the policy's question is the answer for now");
        let gave = Turn { gave: true, ..turn("I'm Ingrid", first.memory) };
        let then = answer(&Rules::default(), gave, &known).step;
        assert_eq!(then, Step::HandOver(EscalationReason::KbGap));
        let noted = Turn { gave: true, ..turn("I'm Ingrid", Memory::default()) };
        let noted = answer(&Rules::default(), noted, &known).step;
        assert_eq!(line(&noted), Some(lines::line(Some(Lang::En), Line::Noted)));
    }
}
