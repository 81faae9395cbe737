//! What is said to a visitor when nobody of the team is there yet, and when a person is called.
//!
//! The embedded answerer greets, answers from the published articles, says that it does not know, and
//! hands over. It asks for nothing by itself: that is the policy's ([`crate::prompt`]), whose question
//! follows the visitor's message before anything here is said.

pub mod grounded;
mod hours;
mod intent;
mod lines;
mod rules;
mod tally;

pub use hours::{Hours, Local, Open};
pub use intent::{Intent, MAX_INTENTS, intent};
pub use lines::{Line, line};
pub use rules::{MAX_PHRASE_CHARS, MAX_PHRASES, MAX_RULES, Rule, Rules, escalates};
pub use tally::Tally;

use crate::event::EscalationReason;
use crate::knowledge::{Found, Known};
use crate::prompt::{self, Gist};
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
    /// The article that they are from.
    pub article: Option<Found>,
}

/// What the embedded answerer makes of a message, and what is to be remembered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What to do.
    pub step: Step,
    /// For the next message.
    pub memory: Memory,
    /// Whether a question was left without an article that answers it.
    pub gap: bool,
}

/// Answers a message from what is known, and by the rules calls a person.
pub fn answer(rules: &Rules, turn: Turn<'_>, known: &Known) -> Answer {
    let gist = prompt::gist(turn.text, turn.lang);
    let mut memory = turn.memory;
    let done = |step, memory| Answer { step, memory, gap: false };
    if let Some(reason) = escalates(rules, turn.text, gist) {
        return done(Step::HandOver(reason), memory);
    }
    if let Some(found) = known.answer() {
        memory = Memory { greeted: true, ..Memory::default() };
        return done(Step::Say(cite(found)), memory);
    }
    if gist.greets || (gist.chats && !memory.greeted && !turn.gave) {
        let first = !memory.greeted;
        memory.greeted = true;
        return done(if first { say(turn.lang, Line::Greeting) } else { Step::Rest }, memory);
    }
    memory.greeted = true;
    if gist.chats || gist.refuses {
        return done(Step::Rest, memory);
    }
    if gist.opens {
        return done(say(turn.lang, Line::GoOn), memory);
    }
    // A detail of theirs, and nothing that is asked.
    if turn.gave && !gist.asks {
        if memory.open && !turn.asked {
            return done(Step::HandOver(EscalationReason::KbGap), memory);
        }
        let next = if turn.asked { Step::Rest } else { say(turn.lang, Line::Noted) };
        return done(next, memory);
    }
    memory.misunderstood = memory.misunderstood.saturating_add(1);
    memory.open = true;
    let step = if memory.misunderstood >= rules.misunderstood.max(1) {
        Step::HandOver(EscalationReason::KbGap)
    } else if turn.asked {
        Step::Rest
    } else {
        say(turn.lang, Line::Unsure)
    };
    Answer { step, memory, gap: worth(gist) }
}

/// Whether a message that found no answer is a question that an article could answer.
fn worth(gist: Gist) -> bool {
    !(gist.angry || gist.person)
}

fn say(lang: Option<Lang>, line: Line) -> Step {
    Step::Say(Said { text: lines::line(lang, line).to_owned(), article: None })
}

/// An article's passage with its title under it, which says where it is from.
fn cite(found: &Found) -> Said {
    let text = format!("{}\n\n— {}", found.text, found.title);
    Said { text, article: Some(found.clone()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::{Document, Index};

    fn index() -> Index {
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
        assert!(first.gap && line(&first.step).is_some());
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
