//! Names in scripts that are written with spaces.

use super::asked::Question;
use super::lang::{
    BYE, HELLO, IAM, INTRO, LABEL, NOT, OUTRO, PARTICLE, THEIR, THING, THIRD, TITLE, UNDER, YOUR,
};
use super::message::Message;
use super::{Candidate, Kind, Subject};
use crate::text::{Case, Class};

/// Names longer than this are sentences.
const MAX_WORDS: usize = 4;

/// Finds names by the words around them and by the question asked.
pub(super) fn scan(message: &Message<'_>, question: Question, out: &mut Vec<Candidate>) {
    let mut found = Vec::new();
    for hit in &message.hits {
        if message.tokens.class(hit.first) == Some(Class::Run) {
            continue;
        }
        cued(message, hit.cues, hit.first, hit.last, question, &mut found);
    }
    if found.is_empty() && (question.name || question.unknown) {
        bare(message, question, &mut found);
    }
    // The surer reading of overlapping ones stands, then the longer.
    found.sort_by(|a: &Candidate, b| {
        b.confidence.total_cmp(&a.confidence).then((b.end - b.start).cmp(&(a.end - a.start)))
    });
    for name in found {
        if !out.iter().any(|c| c.start < name.end && name.start < c.end) {
            out.push(name);
        }
    }
}

fn cued(
    message: &Message<'_>,
    cues: u32,
    first: usize,
    last: usize,
    question: Question,
    found: &mut Vec<Candidate>,
) {
    let sure = cues & INTRO != 0;
    if sure || cues & (UNDER | LABEL) != 0 {
        let label = cues & LABEL != 0 && !sure;
        let at = skip_marks(message, last);
        let allowed = !label
            || at > last
            || message.begins_clause(first)
            || question.name
            || question.unknown;
        if allowed
            && !belongs_to_thing(message, first)
            && let Some((start, end)) = forward(message, at, sure)
        {
            let mut name = candidate(message, start, end, if sure { 0.95 } else { 0.85 });
            name.subject = owner(message, first, cues);
            found.push(name);
        }
    }
    if cues & IAM != 0
        && cues & INTRO == 0
        && let Some((start, end)) = forward(message, last, false)
    {
        let ends = end + 1 >= message.tokens.len() || message.begins_clause(end + 2);
        let titled = message.tokens.get(start).is_some_and(|t| t.case == Case::Title);
        if titled || question.name || (ends && message.flat) {
            let mut name = candidate(message, start, end, if titled { 0.9 } else { 0.75 });
            name.subject = owner(message, first, cues);
            found.push(name);
        }
    }
    if cues & OUTRO != 0
        && let Some((start, end)) = backward(message, first)
    {
        found.push(candidate(message, start, end, 0.85));
    }
    if cues & BYE != 0 && message.begins_clause(first) {
        let at = skip_marks(message, last);
        let apart = at > last || message.tokens.get(at).is_some_and(|t| t.newline);
        let ends =
            |end: usize| end + 1 >= message.tokens.len() || message.tokens.is_mark(end + 1, '.');
        if apart
            && let Some((start, end)) = forward(message, at, false).filter(|(_, end)| ends(*end))
        {
            let line = message.tokens.get(start).is_some_and(|t| t.newline);
            let mut name = candidate(message, start, end, 0.8);
            // "Thanks, Sarah" thanks Sarah; "Regards, Sarah" and a line of its own are signed.
            if cues & HELLO != 0 && !line {
                name.subject = Subject::Agent;
            }
            found.push(name);
        }
    }
    let titled = |i: usize| message.tokens.get(i).is_some_and(|t| matches!(t.case, Case::Title));
    if cues & HELLO != 0
        && titled(last)
        && let Some((start, end)) = forward(message, last, false)
    {
        let mut name = candidate(message, start, end, 0.7);
        name.subject = Subject::Agent;
        found.push(name);
    }
    if cues & (THIRD | THEIR) != 0
        && titled(last)
        && let Some((start, end)) = forward(message, last, false)
    {
        let mut name = candidate(message, start, end, 0.8);
        name.subject = Subject::Other;
        found.push(name);
    }
}

fn candidate(message: &Message<'_>, first: usize, last: usize, confidence: f32) -> Candidate {
    let start = message.tokens.get(first).map_or(0, |t| t.start);
    let end = message.tokens.get(last).map_or(start, |t| t.end);
    let value = message.text.get(start..end).unwrap_or_default().to_owned();
    Candidate::new(Kind::Name, start, end, value, confidence)
}

fn skip_marks(message: &Message<'_>, mut i: usize) -> usize {
    while [':', '-', '–', '=', '"', '“', ',', '\''].iter().any(|m| message.tokens.is_mark(i, *m))
    {
        i += 1;
    }
    i
}

/// "company name is …"
fn belongs_to_thing(message: &Message<'_>, first: usize) -> bool {
    first.checked_sub(1).is_some_and(|i| message.cues(i) & THING != 0)
}

/// Whose name it is that the phrase at a token introduces.
fn owner(message: &Message<'_>, first: usize, _cues: u32) -> Subject {
    let near = (first.saturating_sub(3)..first)
        .rev()
        .take_while(|i| message.tokens.class(*i) == Some(Class::Word));
    for i in near {
        let cues = message.cues(i);
        if cues & THEIR != 0 {
            return Subject::Other;
        }
        if cues & YOUR != 0 {
            return Subject::Agent;
        }
    }
    Subject::Visitor
}

/// The name that begins at a token, if one does: its first and last token.
fn forward(message: &Message<'_>, mut i: usize, sure: bool) -> Option<(usize, usize)> {
    let tokens = &message.tokens;
    while message.cues(i) & TITLE != 0 && message.nameable(i) {
        i += if tokens.is_mark(i + 1, '.') { 2 } else { 1 };
    }
    let first = i;
    let case = tokens.get(first)?.case;
    let capital = sure && case == Case::Title && !message.flat && tokens.folded(first).len() > 2;
    let particle = message.cues(first) & PARTICLE != 0 && message.nameable(first + 1);
    if tokens.class(first) != Some(Class::Word)
        || (!message.nameable(first) && !capital && !particle)
    {
        return None;
    }
    let mut last = first;
    let mut words = 1;
    loop {
        let next = last + 1;
        let initial = tokens.written(last).chars().count() == 1;
        if tokens.is_mark(next, '-')
            && !tokens.get(next)?.spaced
            && message.nameable(next + 1)
            && !tokens.get(next + 1)?.spaced
        {
            last = next + 1;
            continue;
        }
        if initial && tokens.is_mark(next, '.') && message.nameable(next + 1) {
            last = next + 1;
            words += 1;
            continue;
        }
        if words == MAX_WORDS {
            break;
        }
        let Some(token) = tokens.get(next) else { break };
        if token.newline {
            break;
        }
        if message.cues(next) & PARTICLE != 0
            && message.nameable(next + 1)
            && !tokens.get(next + 1)?.newline
        {
            last = next + 1;
            words += 1;
            continue;
        }
        let cased = case != Case::Title || token.case != Case::Lower || message.flat;
        if !message.nameable(next) || !cased || message.cues(next) & (LABEL | OUTRO) != 0 {
            break;
        }
        last = next;
        words += 1;
    }
    Some((first, last))
}

/// The name that ends before a token, if it fills the clause up to there.
fn backward(message: &Message<'_>, end: usize) -> Option<(usize, usize)> {
    let last = end.checked_sub(1)?;
    let mut first = last;
    let mut words = 0;
    loop {
        if !message.nameable(first) {
            return None;
        }
        words += 1;
        if words > 3 {
            return None;
        }
        let boundary = message.begins_clause(first)
            || first.checked_sub(1).is_none_or(|i| message.cues(i) & (HELLO | NOT) != 0);
        if boundary {
            return Some((first, last));
        }
        first -= 1;
    }
}

/// The answer that is nothing but a name, or begins with one.
fn bare(message: &Message<'_>, question: Question, found: &mut Vec<Candidate>) {
    let tokens = &message.tokens;
    let mut i = 0;
    // "yes sure, it is …": words that can be no name, and marks.
    while i < tokens.len()
        && i < 6
        && !message.nameable(i)
        && tokens.class(i) != Some(Class::Number)
    {
        i += 1;
    }
    let Some((first, last)) = forward(message, i, false) else { return };
    let next = last + 1;
    let ends = next >= tokens.len()
        || matches!(tokens.class(next), Some(Class::Mark | Class::Number))
        || !message.nameable(next);
    let alone = next >= tokens.len() || tokens.class(next) != Some(Class::Word);
    if ends && (question.name || alone) {
        found.push(candidate(message, first, last, if question.name { 0.9 } else { 0.7 }));
    }
}
