//! How far a name goes, and what is known of each of its words.

use super::super::filter::has_form;
use super::super::lang::cues::{
    AND, BOOK, COMMON, HELLO, INTRO, LABEL, LEAD, NOT, OUTRO, PARTICLE, SURNAME, THEIR, TITLE,
    TRAIT,
};
use super::super::lang::{NAMES, WORDS};
use super::super::message::Hit;
use super::{Cue, Finder, MAX_WORDS, OTHER_FIELDS, Sort, Span, has_vowel};
use crate::text::{Case, Class, chars};

impl Finder<'_, '_> {
    pub(super) fn sort(&self, i: usize) -> Sort {
        if !self.message.nameable(i) {
            return Sort::Never;
        }
        let (m, cues) = (self.message, self.message.cues(i));
        // "soy moreno" says what somebody is, and "soy Moreno" who.
        let small = m.english || !m.is_capital(i);
        if cues & (TRAIT | THEIR) != 0 && small {
            return Sort::Common;
        }
        let word = m.tokens.folded(i);
        let name = cues & SURNAME != 0 || NAMES.has(word);
        let common = cues & (COMMON | TRAIT | THEIR) != 0 || has_form(WORDS, word);
        match (name, common) {
            (true, false) => Sort::Name,
            (true, true) => Sort::Both,
            (false, true) => Sort::Common,
            (false, false) => Sort::Unknown,
        }
    }

    /// "Can Öztürk": a little word that is a name, and a family name after it.
    fn is_full_name(&self, first: usize) -> bool {
        let tokens = &self.message.tokens;
        let titled = self.message.is_case(first + 1, Case::Title);
        let name = self.is_named(first) || NAMES.has(tokens.folded(first));
        titled && name && self.sort(first + 1) >= Sort::Unknown
    }

    /// Whether a word that is never part of a name is one all the same where one was asked for: "April".
    fn is_named(&self, i: usize) -> bool {
        self.question.name && self.message.cues(i) & SURNAME != 0
    }

    /// Whether a word is a short code before its number: "kumar lkj 784".
    fn is_code(&self, i: usize) -> bool {
        let tokens = &self.message.tokens;
        let word = tokens.folded(i);
        let short = word.len() <= 4 && tokens.class(i + 1) == Some(Class::Number);
        self.sort(i) == Sort::Unknown && (short || !has_vowel(word))
            || word.len() == 1 && tokens.class(i + 1) == Some(Class::Number)
    }

    /// Whether the clause ends before a token, or goes on with "and" or another field.
    pub(super) fn ends(&self, i: usize) -> bool {
        let m = self.message;
        let taken = |start: usize| self.taken.iter().any(|c| c.start == start);
        m.tokens.get(i).is_none_or(|t| t.newline || t.class != Class::Word || taken(t.start))
            || m.cues(i) & (AND | OTHER_FIELDS) != 0
    }

    /// Whether what stands there cannot go on a name, so that one that ends before it is whole.
    pub(super) fn closes(&self, i: usize) -> bool {
        let m = self.message;
        let small = m.is_case(i, Case::Lower);
        self.ends(i)
            || m.cues(i) & (NOT | TITLE) != 0
            || self.is_code(i)
            || (small && self.sort(i) == Sort::Common)
    }

    /// The name that begins at a token, if one does.
    pub(super) fn forward(&self, mut i: usize, cue: Cue) -> Option<Span> {
        let (m, tokens) = (self.message, &self.message.tokens);
        let begin = i;
        // Nobody has more titles, and one who repeats them costs no more time.
        for _ in 0..MAX_WORDS {
            if m.cues(i) & TITLE == 0 || tokens.class(i + 1) == Some(Class::Number) {
                break;
            }
            i += if tokens.is_mark(i + 1, '.') { 2 } else { 1 };
        }
        let first = i;
        let head = tokens.get(first).filter(|t| t.class == Class::Word)?;
        let capital = m.is_capital(first);
        let title = head.case == Case::Title && (!m.flat || cue != Cue::Bare);
        let mut best = self.sort(first);
        let particle = (capital || cue == Cue::Sure || first > begin)
            .then(|| self.past_particles(first))
            .flatten()
            .is_some();
        let fits = match best {
            Sort::Never => {
                particle
                    || (cue == Cue::Sure && capital && tokens.folded(first).len() > 2)
                    || (self.is_named(first) && self.ends(first + 1))
                    || ((self.is_named(first) || cue != Cue::Bare && capital)
                        && self.is_full_name(first))
            }
            // One name in a hundred seems to be an English word. After "Mr" it is none.
            Sort::Common if first > begin && head.case != Case::Lower => true,
            Sort::Common => match cue {
                Cue::Sure => capital || self.closes(first + 1),
                Cue::Weak => capital && self.sort(self.joined(first)) > Sort::Common,
                Cue::Bare => {
                    self.sort(first + 1) >= Sort::Both
                        || (self.question.name && self.is_all_titled())
                }
            },
            _ => true,
        };
        // Of English the words that are no names are known; in other languages what is not known may be a verb.
        let strange = !m.english && !self.question.name && cue != Cue::Bare;
        let last_of_name = |i: usize| match strange {
            true => self.ends(i) || m.cues(i) & OUTRO != 0 || tokens.written(i).starts_with('و'),
            false => self.closes(i) || cue == Cue::Bare,
        };
        let initial = |i: usize| chars(tokens.written(i)) == 1;
        if !fits || (initial(first) && !tokens.is_mark(first + 1, '.') && head.case != Case::None) {
            return None;
        }
        let (mut last, mut words) = (first, 1);
        while words < MAX_WORDS {
            let next = self.joined(last);
            if let Some(after) = self.past_particles(next) {
                (last, words) = (after, words + 1);
                continue;
            }
            let Some(token) = tokens.get(next).filter(|t| t.class == Class::Word && !t.newline)
            else {
                break;
            };
            let glued = next > last + 1;
            let sort = self.sort(next);
            let goes_on = match (token.case, sort) {
                // "Saint-Just"
                (_, Sort::Never) => glued && token.case == Case::Title,
                // "and" is written in one with the word after it.
                (Case::None, Sort::Unknown) if tokens.written(next).starts_with('و') => false,
                _ if initial(next) => {
                    tokens.is_mark(next + 1, '.') || token.case == Case::Title || glued
                }
                (Case::Title | Case::Upper, _) => true,
                // "joe root": a word that ends what began as a name.
                (_, Sort::Common) => {
                    glued
                        || (words == 1
                            && best >= Sort::Both
                            && cue != Cue::Weak
                            && self.ends(next + 1))
                }
                // A small letter after a capital goes on only a name, or ends the answer.
                (Case::Lower, Sort::Both) if capital => true,
                (_, Sort::Unknown) if (capital || strange) && m.cues(last) & PARTICLE == 0 => {
                    last_of_name(next + 1)
                }
                (_, Sort::Both) => last_of_name(next + 1),
                _ => true,
            };
            if !goes_on
                || self.ends(next)
                || m.cues(next) & (INTRO | LABEL | OUTRO | TITLE | OTHER_FIELDS) != 0
                    && m.cues(next) & SURNAME == 0
                    && !glued
            {
                break;
            }
            best = best.max(sort);
            (last, words) = (next, words + 1);
        }
        while last > first && self.is_code(last) && !tokens.is_mark(last + 1, '.') {
            last -= 1;
        }
        Some(Span { first, last, best, title })
    }

    /// The word after "van der" and the like, where they stand.
    fn past_particles(&self, first: usize) -> Option<usize> {
        let m = self.message;
        // "van 't Hof"
        let particle = |i: usize| {
            m.cues(i) & PARTICLE != 0 || m.tokens.is_mark(i, '\'') && m.cues(i + 1) & PARTICLE != 0
        };
        let after = (first..first + 4).find(|i| !particle(*i))?;
        let apart = m.tokens.get(after).is_none_or(|t| t.newline);
        // "van der Meer": in Dutch "more" as well
        let capital = m.is_capital(after);
        (after > first && !apart && (capital || self.sort(after) > Sort::Common)).then_some(after)
    }

    /// The token that would go on a name after this one: past the stop of an initial and past a
    /// hyphen inside the name.
    fn joined(&self, last: usize) -> usize {
        let tokens = &self.message.tokens;
        let close = |i: usize| tokens.get(i).is_some_and(|t| !t.spaced);
        let initial = chars(tokens.written(last)) == 1;
        let hyphen = tokens.is_mark(last + 1, '-') && close(last + 1) && close(last + 2);
        // "St. John"
        let short = initial || self.message.cues(last) & PARTICLE != 0;
        let passes = hyphen || short && tokens.is_mark(last + 1, '.');
        if passes { last + 2 } else { last + 1 }
    }

    /// The name that fills the clause up to a sign.
    pub(super) fn backward(&self, hit: &Hit) -> Option<Span> {
        let m = self.message;
        let last = hit.first.checked_sub(1)?;
        let sure = hit.last - hit.first > 1;
        for words in 1..=MAX_WORDS {
            let first = (last + 1).checked_sub(words)?;
            let sort = self.sort(first);
            if words > 1 && m.cues(first) & PARTICLE != 0 {
                continue;
            }
            if sort == Sort::Never || (sort == Sort::Common && !sure) {
                return None;
            }
            let before = first.checked_sub(1).map(|i| m.cues(i)).unwrap_or_default();
            let leads = if sure { HELLO | LEAD | NOT } else { HELLO | LEAD };
            let starts = m.begins_clause(first) || before & (leads | BOOK) != 0;
            if starts {
                let title = m.is_capital(first);
                let best = (first..=last).map(|i| self.sort(i)).max()?;
                let fits = sure || title || best == Sort::Name;
                return fits.then_some(Span { first, last, best, title });
            }
        }
        None
    }
}
