//! The policy and its memory, as they cross to JavaScript.

use super::state::AgentQuestion;
use super::{Ask, AskOutcome, Asked, Config, Confirm, Decision, Line, Moment, State, Wording};
use crate::crossing::{Cross, Port, cross_enum, cross_struct};
use crate::text::Lang;
use core::mem;

const OUTCOMES: [AskOutcome; 4] =
    [AskOutcome::Open, AskOutcome::Answered, AskOutcome::Refused, AskOutcome::PassedOver];

cross_enum!(Moment, Moment::ALL);
cross_enum!(AskOutcome, OUTCOMES);

cross_struct!(Ask { field, text });
cross_struct!(Confirm { field, text, suggestion });
cross_struct!(Decision { ask, confirm, reason, code });
cross_struct!(Asked { field, moment, at, turn, outcome });
cross_struct!(State {
    known,
    refused,
    asked_by_agent,
    asks,
    on_file,
    confirmed,
    confirming,
    wants,
    turns,
    refused_turn,
    angry_turn,
    agent_question,
    exploring,
    offer,
    held_out,
    lang,
} in State::default());
cross_struct!(Config { enabled, fields, max_asks, cool_down_turns, lang, wording } in Config::default());

/// Whether it is for a field, and for which.
impl Cross for AgentQuestion {
    fn blank() -> Self {
        Self::Other
    }

    fn cross(&mut self, port: &mut Port<'_>) {
        let mut field = if let Self::For(kind) = self { Some(*kind) } else { None };
        field.cross(port);
        *self = field.map_or(Self::Other, Self::For);
    }
}

/// For each language whether there is a sentence in it, and then for each line.
impl Cross for Wording {
    fn blank() -> Self {
        Self::default()
    }

    fn cross(&mut self, port: &mut Port<'_>) {
        let mut sentences = mem::take(self);
        for lang in Lang::ALL {
            let mut any = sentences.iter().any(|(said_in, ..)| said_in == lang);
            any.cross(port);
            for line in Line::ALL.into_iter().filter(|_| any) {
                let mut text = sentences.take(lang, line);
                text.cross(port);
                if let Some(text) = text {
                    self.set(lang, line, text);
                }
            }
        }
    }
}
