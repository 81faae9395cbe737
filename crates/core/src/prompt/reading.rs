//! What one message means to the policy.

use super::lexicon::{self, Lexicon};
use super::reason::Moment;
use super::scan::Tokens;
use crate::detect::Kind;
use crate::text::Lang;

/// What the visitor's words say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Reading {
    /// Moments that the words call for, the most telling first.
    pub moments: Vec<Moment>,
    /// A greeting and nothing more.
    pub greeting: bool,
    /// Thanks, agreement or chat and nothing more.
    pub small_talk: bool,
    /// Angry.
    pub angry: bool,
    /// Asks something.
    pub question: bool,
    /// Will not say, or not now.
    pub refuse: bool,
    /// "No" and nothing more.
    pub no: bool,
    /// Does not know yet.
    pub unsure: bool,
    /// Details that are spoken of.
    pub mentions: Vec<Kind>,
}

/// Reads a visitor's message.
pub(super) fn visitor(text: &str, lang: Option<Lang>) -> Reading {
    let tokens = Tokens::new(text);
    let mut out = Reading { question: tokens.question_mark, ..Reading::default() };
    let mut greeting = vec![false; tokens.len()];
    let mut chatter = vec![false; tokens.len()];
    for lexicon in candidates(lang) {
        for moment in Moment::ALL {
            if !out.moments.contains(&moment) && tokens.any(cues(lexicon, moment)) {
                out.moments.push(moment);
            }
        }
        tokens.cover(lexicon.greeting, &mut greeting);
        tokens.cover(lexicon.small_talk, &mut chatter);
        out.angry |= tokens.any(lexicon.angry);
        out.question |= opens(&tokens, lexicon.question);
        out.refuse |= tokens.any(lexicon.refuse);
        out.no |= tokens.len() <= 4 && opens(&tokens, lexicon.no);
        out.unsure |= tokens.any(lexicon.unsure);
        for kind in Kind::ALL {
            if !out.mentions.contains(&kind) && tokens.any(words_for(lexicon, kind)) {
                out.mentions.push(kind);
            }
        }
    }
    out.moments.sort_by_key(|m| Moment::ALL.iter().position(|o| o == m));
    out.angry |= tokens.shouted && tokens.exclamations >= 2;
    let uncovered = greeting.iter().filter(|c| !**c).count();
    let plain = out.moments.is_empty() && !tokens.digits;
    // "hi robin": up to two words that are no greeting may be whom they greet.
    out.greeting = plain
        && (uncovered == 0
            || (greeting.first() == Some(&true)
                && uncovered <= 2
                && tokens.len() <= 4
                && !out.question));
    let idle = greeting.iter().zip(&chatter).all(|(g, c)| *g || *c);
    out.small_talk = plain && !out.greeting && idle;
    out
}

/// What was asked of the visitor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Heard {
    /// A question at all.
    pub question: bool,
    /// Details that it asks for.
    pub asks: Vec<Kind>,
}

/// Reads what a person or a bot said to the visitor.
pub(super) fn agent(text: &str, lang: Option<Lang>) -> Heard {
    let tokens = Tokens::new(text);
    let mut out = Heard { question: tokens.question_mark, asks: Vec::new() };
    for lexicon in candidates(lang) {
        out.question |= opens(&tokens, lexicon.question);
        for kind in Kind::ALL {
            if !out.asks.contains(&kind) && tokens.any(words_for(lexicon, kind)) {
                out.asks.push(kind);
            }
        }
    }
    out
}

/// The languages to read in: the one that is known and English, which is mixed in everywhere; all
/// of them where none is known.
fn candidates(lang: Option<Lang>) -> impl Iterator<Item = &'static Lexicon> {
    Lang::ALL
        .into_iter()
        .filter(move |l| lang.is_none_or(|known| *l == known || *l == Lang::En))
        .map(lexicon::of)
}

fn opens(tokens: &Tokens, phrases: &[&str]) -> bool {
    phrases.iter().any(|p| tokens.find(p).is_some_and(|(at, _)| at == 0))
}

fn cues(lexicon: &Lexicon, moment: Moment) -> lexicon::Cues {
    match moment {
        Moment::Send => lexicon.send,
        Moment::Book => lexicon.book,
        Moment::Call => lexicon.call,
        Moment::Handoff => lexicon.human,
        Moment::Returning => lexicon.returning,
        Moment::Matter => lexicon.matter,
    }
}

fn words_for(lexicon: &Lexicon, kind: Kind) -> lexicon::Cues {
    match kind {
        Kind::Name => lexicon.name,
        Kind::Email => lexicon.email,
        Kind::Phone => lexicon.phone,
    }
}
