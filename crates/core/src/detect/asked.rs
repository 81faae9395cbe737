//! What the question just put to the visitor asked for.

use super::Asked;
use super::lang::Langs;
use super::lang::cues::{ASK, CODE, EMAIL, LABEL, NUMBER, OF, PHONE, REQUEST, THEIR, THING};
use super::message::Message;
use crate::prompt::Hint;
use crate::text::Tokens;

/// What is expected of the answer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Question {
    pub name: bool,
    pub email: bool,
    pub phone: bool,
    /// Something else was asked, and that is known for certain.
    pub other: bool,
    /// A number other than the phone's was asked for.
    pub code: bool,
    /// Something was asked, and nobody knows what.
    pub unknown: bool,
    /// In which language the answer may be.
    pub hint: Hint,
}

impl Question {
    /// From what is known, else from the agent's words.
    pub(super) fn new(known: &[Asked], agent: Option<Tokens<'_>>, langs: Langs) -> Self {
        let mut question = Self::default();
        for asked in known {
            match asked {
                Asked::Name => question.name = true,
                Asked::Email => question.email = true,
                Asked::Phone => question.phone = true,
                Asked::Other => question.other = true,
                Asked::Unknown => question.unknown = true,
            }
        }
        let known = question.name || question.email || question.phone || question.other;
        if !known && let Some(words) = agent {
            question.read(words, langs);
        }
        question
    }

    fn read(&mut self, words: Tokens<'_>, langs: Langs) {
        let message = Message::new(words, langs, 0);
        let tokens = &message.tokens;
        let mut from = 0;
        for end in 1..=tokens.len() {
            if end < tokens.len() && !message.ends_sentence(end - 1) {
                continue;
            }
            let byte = |i: usize| tokens.get(i).map_or(tokens.text.len(), |t| t.start);
            let (start, stop) = (byte(from), byte(end));
            let asks = message.asks(end - 1) || message.shows(start, stop, REQUEST | ASK);
            if asks {
                let code = message.shows(start, stop, CODE);
                self.code |= code;
                for hit in message.hits_from(start, stop) {
                    let next = message.cues(hit.last);
                    let prev = hit.first.checked_sub(1).map_or(0, |i| message.cues(i));
                    self.name |= hit.cues & ASK != 0
                        || (hit.cues & LABEL != 0 && next & OF == 0 && prev & (THEIR | THING) == 0);
                    self.email |= hit.cues & EMAIL != 0;
                    self.phone |= hit.cues & PHONE != 0 || (hit.cues & NUMBER != 0 && !code);
                }
            }
            from = end;
        }
    }
}
