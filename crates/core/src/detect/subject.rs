//! Whose it is, and whether it stands.

use super::lang::cues::{
    AND, BYE, Cues, DENIED, EMAIL, FORGET, HELLO, LABEL, MY, NEGATE, NOT, NUMBER, OLD, PHONE,
    REQUEST, SORRY, THEIR, YOU, YOUR,
};
use super::message::{Hit, Message};
use super::{Candidate, Kind, Subject};
use crate::text::{Class, cut_last};

/// Words back from an address or number within which its owner is named.
const REACH: usize = 9;

/// Settles addresses and numbers by the words before them, then what later ones correct.
pub(super) fn settle(message: &Message<'_>, candidates: &mut [Candidate]) {
    let mut floor = 0;
    let mut passed = 0;
    let mut quote = message.text.trim_start().starts_with('>');
    for c in candidates.iter_mut() {
        if c.kind != Kind::Name {
            c.subject = before(message, floor, c.start);
        }
        quote = quoted(message.text.get(passed..c.start).unwrap_or_default(), quote);
        passed = c.end;
        if quote {
            c.subject = Subject::Quoted;
        }
        // A name stands between "my assistant" and the number that is hers.
        if c.kind != Kind::Name {
            floor = c.end;
        }
    }
    denied(message, candidates);
    corrected(message, candidates);
    outdated(message, candidates);
}

fn before(message: &Message<'_>, floor: usize, start: usize) -> Subject {
    let mut subject = None;
    for hit in message.before(start, REACH).filter(|h| h.start >= floor) {
        let says = match () {
            () if hit.cues & THEIR != 0 => Subject::Other,
            () if hit.cues & MY != 0 => Subject::Visitor,
            () if hit.cues & (YOUR | YOU) != 0 && of_shop(message, hit, start) => Subject::Agent,
            () => continue,
        };
        subject = Some(says);
        break;
    }
    let negated = message
        .before(start, REACH)
        .filter(|h| h.start >= floor && h.cues & NEGATE != 0)
        .any(|h| same_clause(message.text, h.end, start));
    match subject {
        Some(Subject::Other) => Subject::Other,
        Some(Subject::Agent) => Subject::Agent,
        _ if negated => Subject::Negated,
        _ => Subject::Visitor,
    }
}

/// Whether "your" or "you" makes what follows an address or number of the one spoken to: "your new number is …",
/// "I called you on …". "Can you send it to …" and "your invoice goes to …" do not, and nor does "thank you, …".
fn of_shop(message: &Message<'_>, hit: &Hit, start: usize) -> bool {
    if !same_clause(message.text, hit.end, start) {
        return false;
    }
    let near = message.tokens.at(start) <= hit.last + 1;
    if hit.cues & YOUR != 0 {
        let noun = message.tokens.get(hit.last + 3).map_or(start, |t| t.start.min(start));
        return near || message.shows(hit.end, noun, EMAIL | PHONE | NUMBER | LABEL);
    }
    // Who is asked to do something comes first, or after "can"; who was called or written to, after that.
    let verb = hit.first.checked_sub(1).filter(|i| message.tokens.class(*i) == Some(Class::Word));
    near && verb.is_some_and(|i| message.cues(i) & (REQUEST | NOT | HELLO | BYE | AND) == 0)
}

/// Whether nothing between two places ends a clause: "don't mail me at …" denies what follows,
/// "wrong address, it's …" does not.
fn same_clause(text: &str, from: usize, to: usize) -> bool {
    let between = text.get(from..to).unwrap_or_default();
    let ends = [',', ';', '.', '!', '?', '\n', '،', '؛', '؟', '、', '，', '。', '！', '？', '।'];
    !between.chars().any(|c| ends.contains(&c))
}

/// Whether the line in which a stretch of text ends begins with `>`, or goes on one that does.
fn quoted(passed: &str, before: bool) -> bool {
    cut_last(passed, b'\n').map_or(before, |(_, line)| line.trim_start().starts_with('>'))
}

/// "eski@example.com değil yeni@example.com": some languages say last that it is not the one.
fn denied(message: &Message<'_>, candidates: &mut [Candidate]) {
    for i in 0..candidates.len() {
        let Some(c) = candidates.get_mut(i).filter(|c| c.subject == Subject::Visitor) else {
            continue;
        };
        let after = message.tokens.at(c.end);
        let next = message.tokens.get(after).map_or(c.end, |t| t.start);
        if !message.shows(next, next + 1, DENIED) {
            continue;
        }
        c.subject = Subject::Retracted;
        if let Some(stands) = candidates.get_mut(i + 1).filter(|c| c.subject == Subject::Negated) {
            stands.subject = Subject::Visitor;
        }
    }
}

/// "john, not jon" and "a@x.com, sorry, b@x.com".
fn corrected(message: &Message<'_>, candidates: &mut [Candidate]) {
    for i in 1..candidates.len() {
        let Some([a, b]) = candidates.get_mut(i - 1..=i) else { continue };
        if a.kind != b.kind || a.subject != Subject::Visitor {
            continue;
        }
        let between = |cue: Cues| {
            let within = message.hits_from(a.end, b.start);
            within.iter().any(|h| h.end <= b.start && h.cues & cue != 0)
        };
        if between(SORRY) {
            a.subject = Subject::Retracted;
            if b.subject == Subject::Negated {
                b.subject = Subject::Visitor;
            }
        } else if between(NEGATE) {
            b.subject = Subject::Retracted;
        }
    }
}

/// "my old number was …, the new one is …": the old one does not stand beside the new one.
fn outdated(message: &Message<'_>, candidates: &mut [Candidate]) {
    for i in 0..candidates.len() {
        let Some(c) = candidates.get(i).filter(|c| c.subject == Subject::Visitor) else { continue };
        let floor = i.checked_sub(1).and_then(|p| candidates.get(p)).map_or(0, |p| p.end);
        let old = message.before(c.start, REACH).any(|h| h.start >= floor && h.cues & OLD != 0);
        let newer = candidates
            .iter()
            .enumerate()
            .any(|(j, o)| j != i && o.kind == c.kind && o.subject == Subject::Visitor);
        if old
            && newer
            && let Some(c) = candidates.get_mut(i)
        {
            c.subject = Subject::Retracted;
        }
    }
}

/// Kinds that the visitor wants forgotten.
pub(super) fn withdrawn(message: &Message<'_>, candidates: &[Candidate]) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for hit in message.hits.iter().filter(|h| h.cues & FORGET != 0) {
        let refused =
            message.before(hit.start, 3).any(|h| h.cues & NEGATE != 0 && h.end <= hit.start);
        if refused {
            continue;
        }
        let near = |cue: Cues| {
            let byte = |i: usize| message.tokens.get(i).map_or(message.text.len(), |t| t.start);
            let around = message.hits_from(byte(hit.first.saturating_sub(8)), byte(hit.last + 5));
            around.iter().any(|h| {
                h.cues & cue != 0 && h.start >= hit.end && h.first <= hit.last + 4
                    || (h.cues & cue != 0 && h.end <= hit.start && h.last + 4 >= hit.first)
            })
        };
        let theirs = near(THEIR);
        for (kind, cue) in
            [(Kind::Name, LABEL), (Kind::Email, EMAIL), (Kind::Phone, PHONE | NUMBER)]
        {
            let given = candidates.iter().any(|c| c.kind == kind && c.subject == Subject::Visitor);
            // Languages written without spaces leave "my" out.
            let mine = near(MY) || message.tokens.class(hit.first) == Some(Class::Run);
            if near(cue) && mine && !theirs && !given && !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    kinds
}
