//! Names in scripts that are written with spaces.

use super::asked::Question;
use super::filter::has_form;
use super::lang::cues::{
    AND, BOOK, BYE, CODE, Cues, EMAIL, FOR, HELLO, IAM, INTRO, LABEL, LEAD, NEGATE, NOT, NUMBER,
    OUTRO, PARTICLE, PHONE, REQUEST, THEIR, THING, THIRD, TITLE, TRAIT, UNDER, YOUR,
};
use super::lang::{NAMES, WORDS};
use super::message::{Hit, Message};
use super::{Candidate, Kind, Subject};
use crate::text::{Case, Class};

/// Names longer than this are sentences.
const MAX_WORDS: usize = 4;

/// More candidates than this are no message of a visitor's; the choice among them is quadratic.
const MAX_CANDIDATES: usize = 64;

/// How sure "call me" is, which is said of the phone too.
const NICKNAME: f32 = 0.84;

/// How sure "I am" is before a small letter.
const WEAK: f32 = 0.75;

/// Words that begin the next field of an answer: "ethan hunt mobile 945…".
const OTHER_FIELDS: Cues = CODE | EMAIL | PHONE | NUMBER;

/// What is known of a word by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    /// No word, or one that is never part of a name.
    Never,
    /// An English word, and no name that is met often.
    Common,
    /// Not known: most names of the world.
    Unknown,
    /// Both an English word and a frequent name: "mark", "rose".
    Both,
    /// A frequent name.
    Name,
}

/// How sure the words before it are that a name follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cue {
    /// "my name is": what follows is a name unless it cannot be.
    Sure,
    /// "I am", "under": what follows may be one.
    Weak,
    /// Nothing but the question asked.
    Bare,
}

/// A name by its first and last token.
#[derive(Debug, Clone, Copy)]
struct Span {
    first: usize,
    last: usize,
    /// The likeliest of its words.
    best: Sort,
    /// Begins with a capital where capitals say something.
    title: bool,
}

/// Finds names by the words around them and by the question asked.
pub(super) fn scan(message: &Message<'_>, question: Question, out: &mut Vec<Candidate>) {
    let finder = Finder { message, question };
    let mut found = Vec::new();
    for hit in &message.hits {
        if found.len() == MAX_CANDIDATES {
            break;
        }
        if message.tokens.class(hit.first) != Some(Class::Run) {
            finder.cued(hit, &mut found);
            found.truncate(MAX_CANDIDATES);
        }
    }
    let own = |c: &Candidate| c.subject == Subject::Visitor && c.confidence != NICKNAME;
    if !found.iter().any(own) {
        finder.bare(&mut found);
    }
    // After "my name is", "this is" says something else, and "call me" is a nickname.
    let surest = found.iter().filter(|c| c.subject == Subject::Visitor);
    if surest.clone().any(|c| c.confidence > NICKNAME) {
        found.retain(|c| {
            c.subject != Subject::Visitor || c.confidence > WEAK && c.confidence != NICKNAME
        });
    }
    // The surer reading of overlapping ones stands, then the longer.
    while let Some(best) = best(&found) {
        let name = found.swap_remove(best);
        if !out.iter().any(|c| c.start < name.end && name.start < c.end) {
            out.push(name);
        }
    }
}

fn best(found: &[Candidate]) -> Option<usize> {
    let rank = |c: &Candidate| (c.confidence, c.end - c.start);
    (0..found.len()).reduce(|a, b| {
        let later = found.get(b).map(rank) > found.get(a).map(rank);
        if later { b } else { a }
    })
}

struct Finder<'m, 'a> {
    message: &'m Message<'a>,
    question: Question,
}

impl Finder<'_, '_> {
    fn cued(&self, hit: &Hit, found: &mut Vec<Candidate>) {
        let m = self.message;
        let cues = hit.cues;
        let sure = cues & INTRO != 0;
        if sure || cues & LABEL != 0 {
            let mut at = self.skip_marks(hit.last);
            // "nennen Sie mich bitte Max"
            while sure && m.cues(at) & (REQUEST | NOT) == REQUEST | NOT {
                at += 1;
            }
            let starts = sure
                || at > hit.last
                || m.begins_clause(hit.first)
                || self.question.name
                || self.question.unknown;
            if starts
                && !self.names_a_thing(hit)
                && let Some(span) = self.forward(at, Cue::Sure)
                // "call me" is also said of the phone.
                && (cues & PHONE == 0 || span.title || self.question.name || span.best == Sort::Name)
            {
                let subject = self.owner(hit);
                let confidence = match () {
                    () if cues & PHONE != 0 => NICKNAME,
                    () if sure => 0.95,
                    () => 0.85,
                };
                self.push(span, confidence, subject, found);
            }
        }
        if cues & UNDER != 0
            && let Some(span) = self.forward(self.skip_marks(hit.last), Cue::Weak)
            && (span.title
                || span.best > Sort::Unknown
                || hit.last - hit.first > 1
                || m.tokens.get(span.first).is_some_and(|t| t.case == Case::None))
        {
            self.push(span, 0.85, Subject::Visitor, found);
        }
        // "Mohammed bin Salman" is no German.
        let inside = m.cues(hit.first) & PARTICLE != 0
            && hit.first.checked_sub(1).is_some_and(|i| self.sort(i) > Sort::Common);
        if cues & IAM != 0
            && !sure
            && !inside
            && let Some(span) = self.forward(hit.last, Cue::Weak)
        {
            let asked = self.question.name || self.question.unknown;
            let plain = match span.best {
                Sort::Name => true,
                Sort::Both => self.closes(span.last + 1),
                // "मैं … हूँ"
                Sort::Unknown => {
                    asked && self.ends(span.last + 1)
                        || m.cues(span.last + 1) & (OUTRO | NOT) == OUTRO | NOT
                }
                _ => false,
            };
            if span.title || plain {
                let confidence = if span.title { 0.9 } else { WEAK };
                self.push(span, confidence, self.owner(hit), found);
            }
        }
        if cues & OUTRO != 0
            && let Some(span) = self.backward(hit)
        {
            self.push(span, 0.85, Subject::Visitor, found);
        }
        if cues & BYE != 0 && m.begins_clause(hit.first) {
            self.signature(hit, found);
        }
        if cues & FOR != 0
            && m.before(hit.start, 12).any(|h| h.cues & BOOK != 0)
            && m.cues(hit.last) & TITLE == 0
            && let Some(span) = self.forward(hit.last, Cue::Weak)
            && span.title
            && (span.best == Sort::Name || span.last > span.first)
        {
            self.push(span, 0.75, Subject::Visitor, found);
        }
        let titled = m.tokens.get(hit.last).is_some_and(|t| t.case == Case::Title);
        if cues & (HELLO | THIRD | THEIR) != 0
            && titled
            && let Some(span) = self.forward(hit.last, Cue::Weak)
        {
            let subject = if cues & HELLO != 0 { Subject::Agent } else { Subject::Other };
            self.push(span, 0.8, subject, found);
        }
    }

    /// "Regards, Sarah" and a name on a line of its own sign; "Thanks, Sarah" thanks Sarah.
    fn signature(&self, hit: &Hit, found: &mut Vec<Candidate>) {
        let m = self.message;
        let at = self.skip_marks(hit.last);
        let line = m.tokens.get(at).is_some_and(|t| t.newline);
        let only = hit.cues & HELLO == 0;
        if (at > hit.last || line || only)
            && let Some(span) = self.forward(at, Cue::Weak)
            && self.closes(span.last + 1)
            && (span.title || span.best == Sort::Name)
        {
            let signed = line || hit.cues & HELLO == 0;
            self.push(span, 0.85, if signed { Subject::Visitor } else { Subject::Agent }, found);
        }
    }

    fn push(&self, span: Span, confidence: f32, subject: Subject, found: &mut Vec<Candidate>) {
        let tokens = &self.message.tokens;
        let (Some(first), Some(last)) = (tokens.get(span.first), tokens.get(span.last)) else {
            return;
        };
        let value = self.message.text.get(first.start..last.end).unwrap_or_default().to_owned();
        let mut name = Candidate::new(Kind::Name, first.start, last.end, value, confidence);
        name.subject = subject;
        found.push(name);
    }

    fn sort(&self, i: usize) -> Sort {
        if !self.message.nameable(i) {
            return Sort::Never;
        }
        if self.message.cues(i) & TRAIT != 0 {
            return Sort::Common;
        }
        let word = self.message.tokens.folded(i);
        match (NAMES.has(word), has_form(WORDS, word)) {
            (true, false) => Sort::Name,
            (true, true) => Sort::Both,
            (false, true) => Sort::Common,
            (false, false) => Sort::Unknown,
        }
    }

    /// "Can Öztürk": a little word that is a name, and a family name after it.
    fn is_full_name(&self, first: usize) -> bool {
        let tokens = &self.message.tokens;
        let titled = tokens.get(first + 1).is_some_and(|t| t.case == Case::Title);
        titled && NAMES.has(tokens.folded(first)) && self.sort(first + 1) >= Sort::Unknown
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
    fn ends(&self, i: usize) -> bool {
        let m = self.message;
        m.tokens.get(i).is_none_or(|t| t.newline || t.class != Class::Word)
            || m.cues(i) & (AND | OTHER_FIELDS) != 0
    }

    /// Whether what stands there cannot go on a name, so that one that ends before it is whole.
    fn closes(&self, i: usize) -> bool {
        let m = self.message;
        let small = m.tokens.get(i).is_some_and(|t| t.case == Case::Lower);
        self.ends(i)
            || m.cues(i) & NOT != 0
            || self.is_code(i)
            || (small && self.sort(i) == Sort::Common)
    }

    fn skip_marks(&self, mut i: usize) -> usize {
        let tokens = &self.message.tokens;
        while [':', '-', '–', '=', '"', '“', ',', '\'', '('].iter().any(|m| tokens.is_mark(i, *m))
        {
            i += 1;
        }
        i
    }

    /// "company name is …"
    fn names_a_thing(&self, hit: &Hit) -> bool {
        hit.first.checked_sub(1).is_some_and(|i| self.message.cues(i) & THING != 0)
    }

    /// Whose name it is that "name is" introduces; a phrase that begins otherwise says it itself.
    fn owner(&self, hit: &Hit) -> Subject {
        let m = self.message;
        // "the manager's name is"
        if hit.first.checked_sub(1).is_some_and(|i| m.cues(i) & THEIR != 0) {
            return Subject::Other;
        }
        if m.cues(hit.first) & LABEL == 0 {
            return Subject::Visitor;
        }
        let near = (hit.first.saturating_sub(3)..hit.first).rev();
        for i in near.take_while(|i| m.tokens.class(*i) == Some(Class::Word)) {
            match m.cues(i) {
                cues if cues & THEIR != 0 => return Subject::Other,
                cues if cues & YOUR != 0 => return Subject::Agent,
                _ => {}
            }
        }
        Subject::Visitor
    }

    /// The name that begins at a token, if one does.
    fn forward(&self, mut i: usize, cue: Cue) -> Option<Span> {
        let (m, tokens) = (self.message, &self.message.tokens);
        while m.cues(i) & TITLE != 0 && tokens.class(i + 1) != Some(Class::Number) {
            i += if tokens.is_mark(i + 1, '.') { 2 } else { 1 };
        }
        let first = i;
        let head = tokens.get(first).filter(|t| t.class == Class::Word)?;
        let capital = head.case == Case::Title && !m.flat;
        let title = head.case == Case::Title && (!m.flat || cue != Cue::Bare);
        let mut best = self.sort(first);
        let particle =
            (capital || cue == Cue::Sure).then(|| self.past_particles(first)).flatten().is_some();
        let fits = match best {
            Sort::Never => {
                particle
                    || (cue == Cue::Sure && capital && tokens.folded(first).len() > 2)
                    || (cue != Cue::Bare && capital && self.is_full_name(first))
            }
            Sort::Common => match cue {
                Cue::Sure => capital || self.closes(first + 1),
                Cue::Weak => capital && self.sort(first + 1) > Sort::Common,
                Cue::Bare => {
                    self.sort(first + 1) >= Sort::Both
                        || (self.question.name && self.is_all_titled())
                }
            },
            _ => true,
        };
        let initial = |i: usize| tokens.written(i).chars().count() == 1;
        if !fits || (initial(first) && !tokens.is_mark(first + 1, '.') && head.case != Case::None) {
            return None;
        }
        let (mut last, mut words) = (first, 1);
        while words < MAX_WORDS {
            let next = self.joined(last);
            let Some(token) = tokens.get(next).filter(|t| t.class == Class::Word && !t.newline)
            else {
                break;
            };
            let glued = next > last + 1;
            if let Some(after) = self.past_particles(next) {
                (last, words) = (after, words + 1);
                continue;
            }
            let sort = self.sort(next);
            let goes_on = match (token.case, sort) {
                (_, Sort::Never) => false,
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
                (Case::Lower, Sort::Unknown | Sort::Both) if capital => {
                    sort == Sort::Both || self.closes(next + 1) || cue == Cue::Bare
                }
                (_, Sort::Both) => self.closes(next + 1) || cue == Cue::Bare,
                _ => true,
            };
            if !goes_on
                || m.cues(next) & (INTRO | LABEL | OUTRO | TITLE | OTHER_FIELDS) != 0 && !glued
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
        let after = (first..first + 3).find(|i| m.cues(*i) & PARTICLE == 0)?;
        let apart = m.tokens.get(after).is_none_or(|t| t.newline);
        (after > first && !apart && self.sort(after) > Sort::Common).then_some(after)
    }

    /// The token that would go on a name after this one: past the stop of an initial and past a
    /// hyphen inside the name.
    fn joined(&self, last: usize) -> usize {
        let tokens = &self.message.tokens;
        let close = |i: usize| tokens.get(i).is_some_and(|t| !t.spaced);
        let initial = tokens.written(last).chars().count() == 1;
        let hyphen = tokens.is_mark(last + 1, '-') && close(last + 1) && close(last + 2);
        if hyphen || (initial && tokens.is_mark(last + 1, '.')) { last + 2 } else { last + 1 }
    }

    /// The name that fills the clause up to a sign.
    fn backward(&self, hit: &Hit) -> Option<Span> {
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
                let title = m.tokens.get(first).is_some_and(|t| t.case == Case::Title) && !m.flat;
                let best = (first..=last).map(|i| self.sort(i)).max()?;
                let fits = sure || title || best == Sort::Name;
                return fits.then_some(Span { first, last, best, title });
            }
        }
        None
    }

    /// The answer that is nothing but a name, or begins with one.
    fn bare(&self, found: &mut Vec<Candidate>) {
        let (m, tokens) = (self.message, &self.message.tokens);
        let asked = self.question.name || self.question.unknown;
        if self.question.other && !asked {
            return;
        }
        let mut next_clause = 0;
        while next_clause < tokens.len() {
            let at = next_clause;
            next_clause += 1;
            if !(m.begins_clause(at)
                || self.question.name && tokens.class(at - 1) == Some(Class::Number))
            {
                continue;
            }
            let mut i = at;
            // "yes sure, it is …"
            while m.cues(i) & (LEAD | HELLO) != 0 || tokens.is_mark(i, ',') {
                i += 1;
            }
            // What was passed is not looked at again: the time stays linear.
            next_clause = next_clause.max(i);
            let Some(span) = self.forward(i, Cue::Bare) else { continue };
            if self.is_refusal(span) {
                return;
            }
            let words = span.last + 1 - span.first;
            let next = span.last + 1;
            let fits = if self.question.name {
                self.closes(next) || span.title && span.best >= Sort::Both
            } else if self.question.unknown {
                let whole =
                    if span.best >= Sort::Both { self.closes(next) } else { self.ends(next) };
                whole && self.outweighs_number(span)
            } else {
                // Nobody asked: only what is nothing but a full name.
                i == 0
                    && next >= tokens.len()
                    && words > 1
                    && span.best == Sort::Name
                    && self.sort(i) >= Sort::Both
            };
            if fits {
                let confidence = if self.question.name { 0.9 } else { 0.7 };
                self.push(span, confidence, Subject::Visitor, found);
                return;
            }
        }
    }

    /// "prefiero no decirlo": what begins like an answer goes on with a no.
    fn is_refusal(&self, span: Span) -> bool {
        let m = self.message;
        let rest = span.last + 1..span.last + 4;
        rest.take_while(|i| m.tokens.class(*i) == Some(Class::Word))
            .any(|i| m.cues(i) & NEGATE != 0)
    }

    /// Whether a name with a number after it is one, and not a town with its postcode, a model or
    /// a reference.
    fn outweighs_number(&self, span: Span) -> bool {
        let tokens = &self.message.tokens;
        let next = span.last + 1;
        if tokens.class(next) != Some(Class::Number) {
            return true;
        }
        let (word, number) = (tokens.folded(span.last), tokens.folded(next));
        span.best > Sort::Unknown
            || match number.len() {
                4 => !number.starts_with("19") && !number.starts_with("20") && vowels(word) > 1,
                10 => word.len() > 4,
                _ => false,
            }
    }

    /// Whether the message is nothing but a few words with capitals.
    fn is_all_titled(&self) -> bool {
        let list = self.message.tokens.list();
        list.len() <= MAX_WORDS
            && list.iter().enumerate().all(|(i, t)| {
                t.case == Case::Title && self.message.nameable(i) && t.end - t.start > 1
            })
    }
}

fn has_vowel(word: &str) -> bool {
    !word.is_ascii() || vowels(word) > 0
}

fn vowels(word: &str) -> usize {
    word.bytes().filter(|b| b"aeiouy".contains(b)).count()
}
