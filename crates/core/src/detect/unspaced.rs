//! Names in scripts that are written without spaces.

use super::asked::Question;
use super::lang::cues::{IAM, INTRO, NOT, OUTRO, SURNAME, THEIR, TITLE, UNDER, YOUR};
use super::message::{Hit, Message};
use super::{Candidate, Kind, Subject, in_order};
use crate::text::{Class, is_letter};

/// More candidates than this are no message of a visitor's; the choice among them is quadratic.
const MAX_CANDIDATES: usize = 64;

/// No item is longer than this, in bytes.
const LONGEST: usize = 48;

/// Names longer than this, in characters, are sentences.
const MAX_CHARS: usize = 16;

/// Finds names by the words around them and by the question asked.
pub(super) fn scan(message: &Message<'_>, question: Question, out: &mut Vec<Candidate>) {
    let mut found: Vec<Candidate> = Vec::new();
    for hit in &message.hits {
        if found.len() >= MAX_CANDIDATES {
            break;
        }
        if message.tokens.class(hit.first) != Some(Class::Run) || covered(message, hit) {
            continue;
        }
        if hit.cues & (INTRO | IAM) != 0 {
            let sure = hit.cues & INTRO != 0;
            if let Some((start, end)) = forward(message, hit.end) {
                let known =
                    message.hits_from(start, start + 1).iter().any(|h| h.cues & SURNAME != 0);
                let polite = message.hits_from(end, end + 1).iter().any(|h| h.cues & OUTRO != 0);
                if sure || known || polite || question.name {
                    push(message, start, end, if sure { 0.9 } else { 0.8 }, hit.start, &mut found);
                }
            }
        }
        if hit.cues & (OUTRO | UNDER) != 0
            && let Some((start, end)) = backward(message, hit)
        {
            // です and ครับ end any sentence.
            let thai = message.text.get(hit.start..).is_some_and(|t| t.starts_with(is_thai));
            let weak = (thai || hit.end - hit.start <= 6) && !question.name;
            if !weak {
                push(message, start, end, 0.85, start, &mut found);
            }
        }
    }
    if found.is_empty() && question.name {
        let run = (0..message.tokens.len()).find(|i| message.tokens.class(*i) == Some(Class::Run));
        if let Some(token) = run.and_then(|i| message.tokens.get(i))
            && let Some((start, end)) = forward(message, token.start)
        {
            push(message, start, end, 0.8, start, &mut found);
        }
    }
    in_order(&mut found, |a, b| a.confidence > b.confidence);
    for name in found {
        if !out.iter().any(|c| c.start < name.end && name.start < c.end) {
            out.push(name);
        }
    }
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
            () => None,
        })
        .unwrap_or_default();
    found.push(name);
}

/// The characters from a byte on, up to the first sign of anything else.
fn forward(message: &Message<'_>, from: usize) -> Option<(usize, usize)> {
    let text = message.text;
    let skipped = text.get(from..)?.trim_start_matches([' ', ':', '：', '、', '「', '\u{3000}']);
    let start = text.len() - skipped.len();
    let stop = NOT | OUTRO | TITLE | INTRO;
    let mut end = start;
    for (i, c) in skipped.char_indices() {
        let at = start + i;
        let here = message.hits_from(at, at + 1);
        // Thai names hold short words that mean something else elsewhere.
        let fresh = at == start || text.get(..at).is_some_and(|t| t.ends_with(' '));
        let cut = here.iter().any(|h| {
            let word = h.end - h.start;
            let inside =
                is_thai(c) && h.cues & stop == NOT && word <= 9 && (fresh || at < start + 9);
            h.cues & stop != 0 && !inside
        });
        let space = c == ' ' || c == '\u{3000}' || c == '・' || c == '·';
        if cut || !(is_letter(c) || is_thai(c) || space) {
            break;
        }
        if !space {
            end = at + c.len_utf8();
        }
    }
    let name = text.get(start..end)?;
    (2..=MAX_CHARS).contains(&name.chars().count()).then_some((start, end)).or_else(|| {
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
    for (i, c) in text.get(..hit.start)?.char_indices().rev() {
        let end = i + c.len_utf8();
        let near = message.hits_from(end.saturating_sub(LONGEST), hit.start);
        let cut = near.iter().any(|h| {
            h.end == i + c.len_utf8() && h.cues & (NOT | INTRO | IAM) != 0 && h.start < hit.start
        });
        if cut || !is_letter(c) || is_hiragana(c) {
            break;
        }
        start = i;
    }
    let name = text.get(start..hit.start)?;
    (2..=8).contains(&name.chars().count()).then_some((start, hit.start))
}

fn is_hiragana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{309f}')
}

fn is_thai(c: char) -> bool {
    matches!(c, '\u{e01}'..='\u{e4e}')
}
