//! Names in scripts that are written with spaces.

mod reach;

use super::asked::Question;
use super::lang::cues::{
    BOOK, BYE, CLAIM, CODE, Cues, DENIED, EMAIL, FOR, HELLO, IAM, INTRO, IT, LABEL, LEAD, NEGATE,
    NOT, NOUN, NUMBER, OUTRO, PARTICLE, PHONE, REQUEST, SORRY, SURNAME, THEIR, THING, THIRD, TITLE,
    UNDER, YOUR,
};
use super::message::{Hit, Message};
use super::{Candidate, Kind, Subject};
use crate::prompt::names_nobody;
use crate::text::{Case, Class, cut};

/// Names longer than this are sentences.
const MAX_WORDS: usize = 4;

/// More candidates than this are no message of a visitor's; the choice among them is quadratic.
const MAX_CANDIDATES: usize = 64;

/// No item is longer than this, in bytes.
const LONGEST: usize = 48;

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
    let finder = Finder { message, question, taken: out };
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
    if !found.iter().any(own) {
        finder.beside_address(&mut found);
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
    /// What else was found: a name ends before it.
    taken: &'m [Candidate],
}

impl Finder<'_, '_> {
    fn cued(&self, hit: &Hit, found: &mut Vec<Candidate>) {
        let m = self.message;
        let cues = hit.cues;
        let sure = cues & INTRO != 0;
        let asked = self.question.name || self.question.unknown;
        if (sure || cues & LABEL != 0) && !self.is_within(hit, INTRO | UNDER) {
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
            let calls = m.cues(hit.last.wrapping_sub(2)) & PHONE != 0;
            if starts
                && !self.names_a_thing(hit)
                && let Some(span) = self.forward(at, Cue::Sure)
                // "call me" is also said of the phone, and of a time.
                && (!calls || span.best > Sort::Common || m.cues(span.first) & SURNAME != 0)
                && (cues & PHONE == 0 || span.title || self.question.name || span.best == Sort::Name)
                && (cues & CLAIM == 0 || asked || self.is_claimed(span))
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
        // "Booking for" is said of much else.
        let books = m.cues(hit.first) & BOOK != 0 || m.cues(hit.last - 1) & (FOR | LABEL) == FOR;
        if cues & UNDER != 0
            && !self.is_within(hit, UNDER)
            && let Some(span) = self.forward(self.skip_marks(hit.last), Cue::Weak)
            && (span.title
                || span.best > Sort::Unknown
                || self.question.name
                || hit.last - hit.first > 1 && !books
                || m.is_case(span.first, Case::None))
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
            let next = span.last + 1;
            let it = cues & IT != 0;
            let known = match span.best {
                Sort::Name => !it || asked || self.closes(next),
                Sort::Both if m.english => (!it || asked) && self.closes(next),
                Sort::Both => (!it || asked) && self.ends(next),
                Sort::Unknown => asked && self.ends(next),
                _ => false,
            };
            // "ich bin Gethin Rhys" and "ich bin Frau Rhys", and not "ich bin Rentner"
            let titled = |i: usize| m.is_case(i, Case::Title);
            let alone = span.first == span.last && span.first == hit.last || !titled(span.last);
            let noun = cues & NOUN != 0 && !asked && (it || alone);
            // "this is Ingrid's order", "im daves wife"
            let owns = (m.cues(span.last) | m.cues(next)) & THEIR != 0
                && m.tokens.class(next) == Some(Class::Word);
            if (known || span.title && !noun) && !owns {
                let confidence = if span.title { 0.9 } else { WEAK };
                // "kan ik met Ingrid spreken"
                let third = m.cues(next) & THIRD != 0;
                let subject = if third { Subject::Other } else { self.owner(hit) };
                self.push(span, confidence, subject, found);
            }
        }
        if cues & OUTRO != 0
            && let Some(span) = self.backward(hit)
        {
            self.push(span, 0.85, Subject::Visitor, found);
        }
        if cues & BYE != 0 {
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
        let titled = m.is_case(hit.last, Case::Title);
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
        // "many thanks,\nDeb"
        if (line || m.begins_clause(hit.first) && (at > hit.last || only))
            && let Some(span) = self.forward(at, Cue::Weak)
            && self.closes(span.last + 1)
            && (span.title || span.best == Sort::Name || line && span.last + 1 >= m.tokens.len())
        {
            let signed = line || only;
            self.push(span, 0.85, if signed { Subject::Visitor } else { Subject::Agent }, found);
        }
    }

    fn push(&self, span: Span, confidence: f32, subject: Subject, found: &mut Vec<Candidate>) {
        let (start, end) = self.bytes(span);
        let value = self.message.text.get(start..end).unwrap_or_default().to_owned();
        let mut name = Candidate::new(Kind::Name, start, end, value, confidence);
        name.subject = subject;
        found.push(name);
    }

    /// First byte, and byte after the last.
    fn bytes(&self, span: Span) -> (usize, usize) {
        let tokens = &self.message.tokens;
        let start = tokens.get(span.first).map_or(0, |t| t.start);
        (start, tokens.get(span.last).map_or(start, |t| t.end))
    }

    fn skip_marks(&self, mut i: usize) -> usize {
        let tokens = &self.message.tokens;
        while matches!(tokens.mark(i), Some(':' | '-' | '–' | '=' | '"' | '“' | ',' | '\'' | '('))
        {
            i += 1;
        }
        i
    }

    /// Whether a longer sign takes this one in: "au nom de".
    fn is_within(&self, hit: &Hit, cue: Cues) -> bool {
        let near = self.message.hits_from(hit.start.saturating_sub(LONGEST), hit.end);
        near.iter().any(|h| {
            h.cues & cue != 0
                && h.first <= hit.first
                && hit.last <= h.last
                && h.last - h.first > hit.last - hit.first
        })
    }

    /// Whether what follows "my name" without an "is" is a name, and not what has become of it: "mi nombre
    /// aparece mal".
    fn is_claimed(&self, span: Span) -> bool {
        let m = self.message;
        let next = span.last + 1;
        let caseless = m.is_case(span.first, Case::None);
        span.title
            || span.best >= Sort::Both
            || (span.best == Sort::Unknown && span.first == span.last || caseless)
                && (self.ends(next) || m.cues(next) & OUTRO != 0)
    }

    /// "no soy Pedro": a no before the sign, in languages that do not say it last.
    fn is_denied(&self, hit: &Hit) -> bool {
        let before = hit.first.checked_sub(1).map_or(0, |i| self.message.cues(i));
        before & (NEGATE | DENIED) == NEGATE
    }

    /// "company name is …"
    fn names_a_thing(&self, hit: &Hit) -> bool {
        hit.first.checked_sub(1).is_some_and(|i| self.message.cues(i) & THING != 0)
    }

    /// Whose name it is that "name is" introduces; a phrase that begins otherwise says it itself.
    fn owner(&self, hit: &Hit) -> Subject {
        let m = self.message;
        if self.is_denied(hit) {
            return Subject::Negated;
        }
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
                || self.question.name
                    && (tokens.class(at - 1) == Some(Class::Number) || m.cues(at) & SORRY != 0))
            {
                continue;
            }
            let mut i = at;
            // "yes sure, it is …"
            while m.cues(i) & (LEAD | HELLO | SORRY) != 0 || tokens.is_mark(i, ',') {
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
            // "è obbligatorio?" asks back, and "brb" is no word that is spoken.
            let asks = m.asks(next)
                || words == 1
                    && tokens.written(span.last).len() > 2
                    && !has_vowel(tokens.folded(span.last));
            let fits = !(asks && span.best < Sort::Name)
                && if self.question.name {
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
                let (start, end) = self.bytes(span);
                let known = span.best >= Sort::Both;
                if !names_nobody(m.text, self.question.hint, start, end, known) {
                    let confidence = if self.question.name { 0.9 } else { 0.7 };
                    self.push(span, confidence, Subject::Visitor, found);
                }
                return;
            }
        }
    }

    /// "Yusuf Rahman, yusuf.rahman@…": a clause of its own before an address that has a part of it.
    fn beside_address(&self, found: &mut Vec<Candidate>) {
        let (m, tokens) = (self.message, &self.message.tokens);
        let Some(address) = self.taken.iter().find(|c| c.kind == Kind::Email) else { return };
        let at = tokens.list().iter().position(|t| t.start == address.start);
        let (Some(mut end), Some((local, _))) = (at, cut(&address.value, b'@')) else { return };
        while matches!(tokens.mark(end.wrapping_sub(1)), Some(',' | '-' | '–' | '(' | ':')) {
            end -= 1;
        }
        let (mut best, mut shared) = (Sort::Never, false);
        for first in (end.saturating_sub(MAX_WORDS)..end).rev() {
            let (sort, word) = (self.sort(first), tokens.folded(first).as_bytes());
            if sort == Sort::Never || !m.is_capital(first) {
                return;
            }
            best = best.max(sort);
            // The standard library's search in strings would weigh more than all of this.
            shared |= word.len() > 2 && local.as_bytes().windows(word.len()).any(|w| w == word);
            if m.begins_clause(first) {
                // "who: Tom Baker, tom@…" may be anybody.
                let listed = tokens.is_mark(first.wrapping_sub(1), ':');
                if shared && best > Sort::Common && !listed {
                    let span = Span { first, last: end - 1, best, title: true };
                    self.push(span, 0.85, address.subject, found);
                }
                return;
            }
        }
    }

    /// "prefiero no decirlo": what begins like an answer goes on with a no, which is not that of "Giada non
    /// Giulia".
    fn is_refusal(&self, span: Span) -> bool {
        let m = self.message;
        let rest = span.last + 1..span.last + 4;
        rest.take_while(|i| m.tokens.class(*i) == Some(Class::Word)).any(|i| {
            // "Jelle niet Jelte"
            let sort = self.sort(i + 1);
            let capital = m.is_capital(i + 1);
            m.cues(i) & NEGATE != 0 && sort < Sort::Both && !(capital && sort == Sort::Unknown)
        })
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
