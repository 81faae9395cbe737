//! Where a message speaks of a name, an e-mail address or a phone number, and which of them an
//! agent's words ask for: for the policy, which must not ask again.

use super::Kind;
use super::asked::Question;
use super::lang::cues::{ASK, CODE, EMAIL, LABEL, NUMBER, PHONE};
use super::lang::{ALL_LANGS, only};
use super::message::{Hit, Message};
use crate::text::{Lang, Tokens};

/// The kinds that an agent's words ask for, in the order of [`Kind::ALL`].
pub(crate) fn asked_for(text: &str, lang: Option<Lang>) -> Vec<Kind> {
    let question = Question::new(&[], Some(Tokens::new(text)), lang.map_or(ALL_LANGS, only));
    [(question.name, Kind::Name), (question.email, Kind::Email), (question.phone, Kind::Phone)]
        .into_iter()
        .filter_map(|(asked, kind)| asked.then_some(kind))
        .collect()
}

/// The kinds that a message mentions, each with the bytes of the mention.
pub(crate) fn mentions(text: &str, lang: Option<Lang>) -> Vec<(Kind, usize, usize)> {
    let message = Message::new(Tokens::new(text), lang.map_or(ALL_LANGS, only), 0);
    let signs = [(Kind::Name, LABEL | ASK), (Kind::Email, EMAIL), (Kind::Phone, PHONE | NUMBER)];
    let mut all = Vec::new();
    // "No" is no number here, and an order number none for calling.
    let code = |h: &Hit| {
        let beside = [h.first.wrapping_sub(1), h.last].map(|i| message.cues(i));
        h.cues & PHONE == 0 && (h.end - h.start < 3 || beside.iter().any(|c| c & CODE != 0))
    };
    for hit in message.hits.iter().filter(|h| h.cues & NUMBER == 0 || !code(h)) {
        for (kind, signs) in signs {
            if hit.cues & signs != 0 {
                all.push((kind, hit.start, hit.end));
            }
        }
    }
    all
}
