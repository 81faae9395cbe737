//! Whose it is, and whether it stands.

use super::lang::cues::{
    AND, BYE, Cues, DENIED, EMAIL, FORBID, FORGET, HELLO, LABEL, MY, NEGATE, NOT, NUMBER, OLD,
    PHONE, REQUEST, SORRY, THEIR, YOU, YOUR,
};
use super::message::{Hit, Message};
use super::{Candidate, Kind, Subject};
use crate::text::{Case, Class, cut_last};

/// Words back from an address or number within which its owner is named.
const REACH: usize = 9;

/// Bytes after a value within which it is said not to be used.
const FAR: usize = 96;

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
        // "Schreiben Sie an …": in German "you" is "she" with a capital.
        let title = message.tokens.get(hit.first).is_some_and(|t| t.case == Case::Title);
        if hit.cues & THEIR != 0 && hit.cues & YOU != 0 && title {
            continue;
        }
        let says = match () {
            () if hit.cues & THEIR != 0 => Subject::Other,
            () if hit.cues & MY != 0 => Subject::Visitor,
            () if hit.cues & (YOUR | YOU) != 0 && of_shop(message, hit, start) => Subject::Agent,
            () => continue,
        };
        subject = Some(says);
        break;
    }
    let says = |cue: Cues| {
        message.before(start, REACH).filter(|h| h.start >= floor && h.cues & cue != 0).any(|h| {
            same_clause(message.text, h.end, start)
                && (cue == NEGATE || is_of_value(message, h, start))
        })
    };
    // "Don't forget to call me at …"
    let negated = says(NEGATE) != says(FORGET);
    match subject {
        Some(Subject::Other) => Subject::Other,
        Some(Subject::Agent) => Subject::Agent,
        _ if negated => Subject::Negated,
        _ => Subject::Visitor,
    }
}

/// Whether "delete" is said of the value at a byte: "delete my number …" and not "drop me a line at …".
fn is_of_value(message: &Message<'_>, forget: &Hit, start: usize) -> bool {
    let refused = message.before(forget.start, 3).any(|h| h.cues & NEGATE != 0);
    refused
        || message.tokens.at(start) <= forget.last + 4
            && message.shows(forget.end, start, EMAIL | PHONE | NUMBER)
            && message.shows(forget.end, start, MY)
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

/// "eski@example.com değil yeni@example.com" and "0171 … bitte nicht anrufen": some languages say last that it is
/// not the one, or not to be used.
fn denied(message: &Message<'_>, candidates: &mut [Candidate]) {
    for i in 0..candidates.len() {
        let Some(c) = candidates.get_mut(i).filter(|c| c.subject == Subject::Visitor) else {
            continue;
        };
        let after = message.tokens.at(c.end);
        let next = message.tokens.get(after).map_or(c.end, |t| t.start);
        let stop = message.tokens.get(after + 4).map_or(message.text.len(), |t| t.start);
        let forbidden = c.kind != Kind::Name
            && message
                .hits_from(c.end, stop.min(c.end + FAR))
                .iter()
                .any(|h| h.cues & FORBID != 0 && same_clause(message.text, c.end, h.start));
        if !forbidden && !message.shows(next, next + 1, DENIED) {
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
        let before = message.before(hit.start, 3).any(|h| h.cues & NEGATE != 0);
        if before || ends_with_no(message, hit) {
            continue;
        }
        let near = |is: &dyn Fn(Cues) -> bool| {
            let byte = |i: usize| message.tokens.get(i).map_or(message.text.len(), |t| t.start);
            let around = message.hits_from(byte(hit.first.saturating_sub(8)), byte(hit.last + 5));
            around.iter().any(|h| {
                is(h.cues)
                    && (h.start >= hit.end && h.first <= hit.last + 4
                        || h.end <= hit.start && h.last + 4 >= hit.first)
            })
        };
        // "Nehmen Sie meine Nummer raus": in German "you" is "she" as well.
        let theirs = near(&|cues| cues & (THEIR | YOU) == THEIR);
        // Languages written without spaces leave "my" out.
        let mine = message.tokens.class(hit.first) == Some(Class::Run)
            || hit.cues & MY != 0
            || near(&|cues| cues & MY != 0);
        for (kind, cue) in
            [(Kind::Name, LABEL), (Kind::Email, EMAIL), (Kind::Phone, PHONE | NUMBER)]
        {
            let given = candidates.iter().any(|c| c.kind == kind && c.subject == Subject::Visitor);
            if near(&|cues| cues & cue != 0) && mine && !theirs && !given && !kinds.contains(&kind)
            {
                kinds.push(kind);
            }
        }
    }
    kinds
}

/// Whether the clause ends with "not" a few words after a sign: "löschen Sie meine Nummer nicht".
fn ends_with_no(message: &Message<'_>, hit: &Hit) -> bool {
    let ends =
        |i: usize| message.tokens.class(i) != Some(Class::Word) && !message.tokens.is_mark(i, '-');
    (hit.last..hit.last + 7)
        .take_while(|i| !ends(*i))
        .any(|i| message.cues(i) & NEGATE != 0 && ends(i + 1))
}
