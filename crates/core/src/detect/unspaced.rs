//! Names in scripts that are written without spaces.

use super::asked::Question;
use super::lang::cues::{
    BYE, Cues, DENIED, HELLO, IAM, INTRO, LEAD, MY, NEGATE, NOT, OUTRO, SORRY, SURNAME, THEIR,
    TITLE, UNDER, YOUR,
};
use super::message::{Hit, Message};
use super::{Candidate, Kind, Subject, in_order};
use crate::prompt::names_nobody;
use crate::text::{Class, chars, is_letter};

/// More candidates than this are no message of a visitor's; the choice among them is quadratic.
const MAX_CANDIDATES: usize = 64;

/// No item is longer than this, in bytes.
const LONGEST: usize = 48;

/// Names longer than this, in characters, are sentences.
const MAX_CHARS: usize = 16;

/// So far, in code points or in signs, is looked from a sign. What is further away is too far for a name, and
/// looking at all of it for each sign would take the square of a long message's time.
const REACH: usize = 64;

/// Finds names by the words around them and by the question asked.
pub(super) fn scan(message: &Message<'_>, question: Question, out: &mut Vec<Candidate>) {
    let mut found: Vec<Candidate> = Vec::new();
    for hit in &message.hits {
        if found.len() >= MAX_CANDIDATES {
            break;
        }
        let run = message.tokens.class(hit.first) == Some(Class::Run);
        if !run || covered(message, hit) || !is_whole(message.text, hit) {
            continue;
        }
        if hit.cues & (INTRO | IAM) != 0 {
            let sure = hit.cues & INTRO != 0;
            if let Some((start, end)) = forward(message, hit.end) {
                let known = message.shows(start, start + 1, SURNAME);
                let polite = message.shows(end, end + 1, OUTRO)
                    && message.text.get(start..end).is_some_and(is_plain);
                if sure || known || polite || question.name {
                    push(message, start, end, if sure { 0.9 } else { 0.8 }, hit.start, &mut found);
                }
            }
        }
        let thai = message.text.get(hit.start..).is_some_and(|t| t.starts_with(is_thai));
        if hit.cues & UNDER != 0 && thai {
            if let Some((start, end)) = forward(message, hit.end) {
                push(message, start, end, 0.85, start, &mut found);
            }
        } else if hit.cues & (OUTRO | UNDER) != 0 {
            // です and ครับ end any sentence: only a family name at its start makes a name of it.
            let weak = (thai || hit.end - hit.start <= 6) && hit.cues & UNDER == 0;
            let clause = clause(message, hit.start);
            let span = if weak && !question.name {
                // "先週注文した高橋です" says which of those of that name.
                let past = |(start, _): &(usize, usize)| {
                    message.text.get(..*start).is_some_and(|t| t.ends_with('た'))
                };
                let whole = backward(message, hit).filter(past).or(clause);
                whole.filter(|span| surname(message, *span))
            } else if weak && says_no(message, hit) {
                None
            } else {
                backward(message, hit).or(clause.filter(|_| !weak))
            };
            if let Some((start, end)) = span {
                push(message, start, end, 0.85, start, &mut found);
            }
        }
    }
    if found.is_empty() && question.name {
        answer(message, question, &mut found);
    }
    if found.is_empty() {
        signature(message, &mut found);
    }
    in_order(&mut found, &|a, b| a.confidence > b.confidence);
    for name in found {
        if !out.iter().any(|c| c.start < name.end && name.start < c.end) {
            out.push(name);
        }
    }
}

/// The first clause that can be a name, unless it says no.
fn answer(message: &Message<'_>, question: Question, found: &mut Vec<Candidate>) {
    for i in 0..message.tokens.len() {
        let Some(token) = message.tokens.get(i).filter(|t| t.class == Class::Run) else { continue };
        let says = |at: usize, cue: Cues| {
            message.hits_from(at, at + 1).iter().filter(|h| h.cues & cue != 0).map(|h| h.end).max()
        };
        if says(token.start, NEGATE).is_some() {
            return;
        }
        let mut at = token.start;
        while let Some(end) = says(at, LEAD | SORRY | HELLO) {
            at = end;
        }
        if at < token.end
            && let Some((start, end)) = forward(message, at)
        {
            let known = surname(message, (start, end));
            if !names_nobody(message.text, question.hint, start, end, known) {
                push(message, start, end, 0.8, token.start, found);
            }
            return;
        }
    }
}

/// A family name and what follows it on a line of its own, below a greeting.
fn signature(message: &Message<'_>, found: &mut Vec<Candidate>) {
    let tokens = message.tokens.list();
    let Some(last) = tokens.iter().rposition(|t| t.newline).filter(|i| *i > 0) else { return };
    let (Some(first), Some(last)) = (tokens.get(last), tokens.last()) else { return };
    let (start, end) = (first.start, last.end);
    let line = message.text.get(start..end).unwrap_or_default();
    let parts = line.chars().filter(|c| is_letter(*c)).count();
    let whole = line.chars().all(|c| is_letter(c) || c == ' ' || c == '\u{3000}');
    let greeted = message.shows(0, start, BYE);
    if whole && greeted && (2..=6).contains(&parts) && surname(message, (start, end)) {
        push(message, start, end, 0.85, start, found);
    }
}

/// Whether a stretch begins with a family name and is no longer than a name.
fn surname(message: &Message<'_>, (start, end): (usize, usize)) -> bool {
    let here = message.hits_from(start, start + 1).iter();
    let length =
        here.filter(|h| h.cues & SURNAME != 0 && h.end <= end).map(|h| h.end - start).max();
    length.is_some_and(|n| end - start <= n + 12)
}

/// From the start of the clause to a byte, where that is as long as a name and nothing in it says
/// that it is none.
fn clause(message: &Message<'_>, to: usize) -> Option<(usize, usize)> {
    let before = message.text.get(..to)?;
    let letters = before.chars().rev().take(REACH).take_while(|c| is_letter(*c));
    let length = letters.map(char::len_utf8).sum::<usize>();
    let start = to - length;
    let length = chars(before.get(start..)?);
    let other = message.hits_from(start, to).iter().any(|h| {
        let whole = h.cues & MY != 0 || h.end - h.start > 3;
        h.cues & (NOT | INTRO | IAM | THEIR | TITLE | MY) != 0 && h.end <= to && whole
    });
    ((1..=8).contains(&length) && !other).then_some((start, to))
}

/// Whether what is before a sign in its run says no: "ไม่สะดวกบอกค่ะ".
fn says_no(message: &Message<'_>, hit: &Hit) -> bool {
    let start = message.tokens.get(hit.first).map_or(hit.start, |t| t.start);
    let before = message.hits_from(start, hit.start).iter().rev();
    // "斉藤ではなく齋藤です" says no of the first.
    before.take(REACH).any(|h| h.cues & NEGATE != 0 && (h.cues & DENIED == 0 || h.end == hit.start))
}

/// Thai vowels that are written before their consonant belong to the syllable, and those above and
/// below it go on it: ชื่อ is no word in เชื่อ.
fn is_whole(text: &str, hit: &Hit) -> bool {
    let before = text.get(..hit.start).and_then(|t| t.chars().next_back());
    let after = text.get(hit.end..).and_then(|t| t.chars().next());
    !before.is_some_and(|c| matches!(c, '\u{e40}'..='\u{e44}'))
        && !after
            .is_some_and(|c| matches!(c, '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}'))
}

/// Whether what stands before です can be a name by its letters: Thai, or a few characters of Han.
fn is_plain(name: &str) -> bool {
    let han = |c: char| matches!(c, '\u{3005}' | '\u{4e00}'..='\u{9fff}');
    name.chars().all(is_thai) || (name.chars().all(han) && (2..=5).contains(&chars(name)))
}

/// Whether a longer item of the same meaning takes this one in.
fn covered(message: &Message<'_>, hit: &Hit) -> bool {
    let near = message.hits_from(hit.start.saturating_sub(LONGEST), hit.end);
    near.iter()
        .any(|h| h.start <= hit.start && hit.end <= h.end && h.end - h.start > hit.end - hit.start)
}

fn push(
    message: &Message<'_>,
    start: usize,
    end: usize,
    confidence: f32,
    cue: usize,
    found: &mut Vec<Candidate>,
) {
    let value = message.text.get(start..end).unwrap_or_default().to_owned();
    let mut name = Candidate::new(Kind::Name, start, end, value, confidence);
    name.subject = message
        .before(cue, 2)
        .find_map(|h| match () {
            () if h.end + 6 < cue => None,
            () if h.cues & THEIR != 0 => Some(Subject::Other),
            () if h.cues & YOUR != 0 => Some(Subject::Agent),
            () if h.cues & (NEGATE | DENIED) == NEGATE && h.end == cue => Some(Subject::Negated),
            () => None,
        })
        .unwrap_or_default();
    found.push(name);
}

/// The characters from a byte on, up to the first sign of anything else.
fn forward(message: &Message<'_>, from: usize) -> Option<(usize, usize)> {
    let text = message.text;
    let mut skipped = text.get(from..)?;
    let mark = |c: &char| matches!(c, ' ' | ':' | '：' | '、' | '「' | '\u{3000}');
    while let Some(c) = skipped.chars().next().filter(mark) {
        skipped = skipped.get(c.len_utf8()..)?;
    }
    let start = text.len() - skipped.len();
    // "ชื่อผิด", "ชื่อของฉัน": what has become of it, and whose it is. ผม also begins names.
    let here = message.hits_from(start, start + 1).iter();
    if here.into_iter().any(|h| h.cues & NEGATE != 0 || h.cues & MY != 0 && h.end - h.start > 9) {
        return None;
    }
    let stop = NOT | OUTRO | TITLE | INTRO;
    let (mut end, mut foreign) = (start, false);
    for (i, c) in skipped.char_indices().take(REACH) {
        let at = start + i;
        let here = message.hits_from(at, at + 1);
        // Thai names hold short words that mean something else elsewhere.
        let fresh = at == start || text.get(..at).is_some_and(|t| t.ends_with(' '));
        // Names from other languages hold characters that are words in Chinese.
        let dot = is_dot(c);
        foreign |= dot;
        let cut = !foreign
            && here.iter().any(|h| {
                let word = h.end - h.start;
                let inside =
                    is_thai(c) && h.cues & stop == NOT && word <= 9 && (fresh || at < start + 9);
                h.cues & stop != 0 && !inside
            });
        let space = c == ' ' || c == '\u{3000}' || dot;
        if cut || !(is_letter(c) || is_thai(c) || space) {
            break;
        }
        if !space {
            end = at + c.len_utf8();
        }
    }
    let name = text.get(start..end)?;
    (2..=MAX_CHARS).contains(&chars(name)).then_some((start, end)).or_else(|| {
        let surname = message
            .hits_from(start, start + 1)
            .iter()
            .any(|h| h.end == end && h.cues & SURNAME != 0);
        surname.then_some((start, end))
    })
}

/// The characters before a sign, back to the first sign of anything else.
fn backward(message: &Message<'_>, hit: &Hit) -> Option<(usize, usize)> {
    let text = message.text;
    let mut start = hit.start;
    for (i, c) in text.get(..hit.start)?.char_indices().rev().take(REACH) {
        let end = i + c.len_utf8();
        let near = message.hits_from(end.saturating_sub(LONGEST), hit.start);
        let cut = near.iter().any(|h| {
            h.end == i + c.len_utf8() && h.cues & (NOT | INTRO | IAM) != 0 && h.start < hit.start
        });
        // "John Smithと申します", "ジョンソン・マイケルと申します"
        let joins = c == ' ' || is_dot(c);
        if cut || !(joins || is_letter(c)) || is_hiragana(c) {
            break;
        }
        if !joins {
            start = i;
        }
    }
    let name = text.get(start..hit.start)?;
    let short = || surname(message, (start, hit.start));
    match chars(name) {
        2..=MAX_CHARS => Some((start, hit.start)),
        1 if short() => Some((start, hit.start)),
        _ => None,
    }
}

/// Whether a character stands between the parts of a name from another language.
fn is_dot(c: char) -> bool {
    matches!(c, '・' | '·')
}

fn is_hiragana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{309f}')
}

fn is_thai(c: char) -> bool {
    matches!(c, '\u{e01}'..='\u{e4e}')
}
