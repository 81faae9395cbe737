//! Whose it is, and whether it stands.

use super::lang::cues::{
    AND, BECOMES, BYE, CALLER, CODE, Cues, DENIED, EMAIL, FORBID, FORGET, HELLO, IDLE, LABEL, MY,
    NEGATE, NOT, NUMBER, OLD, PHONE, REQUEST, SORRY, THEIR, USE, WHEN, YOU, YOUR,
};
use super::message::{Hit, Message};
use super::{Candidate, Kind, Subject};
use crate::text::{Case, Class};

/// Words back from an address or number within which its owner is named.
const REACH: usize = 9;

/// Bytes after a value within which it is said not to be used.
const FAR: usize = 96;

/// Settles addresses and numbers by the words before them, then what later ones correct.
pub(super) fn settle(message: &Message<'_>, candidates: &mut [Candidate]) {
    let mut floor = 0;
    let (mut passed, mut quote) = (0, false);
    for c in candidates.iter_mut() {
        if c.kind != Kind::Name {
            c.subject = owner(message, floor, c);
        }
        // Each line that begins with `>` is.
        while let Some(token) = message.tokens.get(passed).filter(|t| t.start <= c.start) {
            quote = if token.newline { token.mark == Some('>') } else { quote };
            passed += 1;
        }
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

/// Whose an address or number is, by the words before it, and who called from it or was called.
fn owner(message: &Message<'_>, floor: usize, c: &Candidate) -> Subject {
    let start = c.start;
    for hit in message.before(start, REACH).filter(|h| h.start >= floor) {
        // "Schreiben Sie an …": in German "you" is "she" with a capital.
        let title = message.tokens.get(hit.first).is_some_and(|t| t.case == Case::Title);
        if hit.cues & THEIR != 0 && hit.cues & YOU != 0 && title {
            continue;
        }
        match () {
            () if hit.cues & THEIR != 0 || hit.cues & CALLER != 0 && start < hit.end + 2 => {
                return Subject::Other;
            }
            () if hit.cues & (YOUR | YOU) != 0 && of_shop(message, hit, start) => {
                return Subject::Agent;
            }
            () if hit.cues & MY == 0 => continue,
            () => break,
        }
    }
    match () {
        () if is_refused(message, floor, start) => Subject::Negated,
        () if message.shows(c.end, c.end + 2, CALLER) => Subject::Other,
        () => Subject::Visitor,
    }
}

/// What an address, a number or a name is called.
const NOUN: Cues = EMAIL | PHONE | NUMBER | LABEL;

/// Whether the words before say not to use what stands at a byte, or to forget it.
fn is_refused(message: &Message<'_>, floor: usize, start: usize) -> bool {
    for hit in message.before(start, REACH).filter(|h| h.start >= floor) {
        // "No" is "number" in English and "on the" in Portuguese.
        let number = hit.cues & NUMBER != 0 && message.tokens.at(start) == hit.last;
        if hit.cues & (FORGET | NEGATE) == 0 || number || !same_clause(message.text, hit.end, start)
        {
            continue;
        }
        if hit.cues & FORGET != 0 {
            // "don't forget to call me at …"
            if is_kept(message, hit) {
                return false;
            }
            if is_of_value(message, hit, start) {
                return true;
            }
        } else if !is_idle(message, hit) && reaches(message, hit, start) {
            return true;
        }
    }
    false
}

/// Whether "forget" is said with a no: "do not delete", "vergeet niet", "löschen Sie … nicht".
fn is_kept(message: &Message<'_>, forget: &Hit) -> bool {
    message.shows_before(forget.start, 3, NEGATE)
        || message.cues(forget.last) & NEGATE != 0
        || ends_with_no(message, forget)
}

/// Whether a no says nothing of what follows: "why don't you call me", "don't hesitate", "niet vergeten".
fn is_idle(message: &Message<'_>, no: &Hit) -> bool {
    let run = message.tokens.class(no.first) == Some(Class::Run);
    let near = |h: &Hit| h.cues & (IDLE | FORGET) != 0 && (!run || h.end == no.start);
    no.cues & IDLE != 0
        || message.before(no.start, 2).any(near)
        || message.shows(no.end, no.end + 2, IDLE | FORGET)
}

/// Whether a no is said of the value at a byte: of using it ("don't call me at …"), or of itself ("not at …", "it isn't
/// my number …"). "I never got the mail to …" is not.
fn reaches(message: &Message<'_>, no: &Hit, start: usize) -> bool {
    let tokens = &message.tokens;
    if tokens.class(no.first) == Some(Class::Run) {
        return start <= no.end + 7 || message.shows(no.end, no.end + 4, USE);
    }
    let cues = |i: usize| message.cues(i);
    let uses = cues(no.last) & USE != 0 || cues(no.last + 1) & USE != 0 && cues(no.last) & YOU == 0;
    let mut i = tokens.at(start);
    while i > no.last && (cues(i - 1) & (MY | OLD | NOUN) != 0 || tokens.mark(i - 1).is_some()) {
        i -= 1;
    }
    let between = no.last..i;
    let little = |i: usize| cues(i) & (NOT | NOUN) == NOT;
    uses || between.len() < 2 || !message.english && between.len() == 2 && { between }.all(little)
}

/// Whether "delete" is said of the value at a byte: "delete my number …" and not "drop me a line at …".
fn is_of_value(message: &Message<'_>, forget: &Hit, start: usize) -> bool {
    let at = message.tokens.at(start);
    at <= forget.last
        || at <= forget.last + 4
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

/// "eski@example.com değil yeni@example.com" and "0171 … bitte nicht anrufen": some languages say last that it is
/// not the one, or not to be used. "… am Wochenende nicht anrufen" says when, and "… doesn't work on your page" of what else.
fn denied(message: &Message<'_>, candidates: &mut [Candidate]) {
    let tokens = &message.tokens;
    let byte = |i: usize| tokens.get(i).map_or(message.text.len(), |t| t.start);
    for i in 0..candidates.len() {
        let Some(c) = candidates.get_mut(i).filter(|c| c.subject == Subject::Visitor) else {
            continue;
        };
        let after = tokens.at(c.end);
        let next = tokens.get(after).map_or(c.end, |t| t.start);
        let forbids = |h: &Hit| {
            h.cues & FORBID != 0
                && c.kind != Kind::Name
                && same_clause(message.text, c.end, h.start)
                && !message.shows(c.end, byte(h.last + 3).min(h.end + FAR), WHEN)
        };
        let denies = |h: &Hit| {
            // "take … off your list"
            let listed = h.cues & FORGET != 0 && h.last > h.first + 2;
            h.start == next
                && (h.cues & DENIED != 0 && (c.kind == Kind::Name || ends(message, h)) || listed)
        };
        let mut near = message.hits_from(c.end, byte(after + 4).min(c.end + FAR)).iter();
        if !near.any(|h| forbids(h) || denies(h)) {
            continue;
        }
        c.subject = Subject::Retracted;
        if let Some(stands) = candidates.get_mut(i + 1).filter(|c| c.subject == Subject::Negated) {
            stands.subject = Subject::Visitor;
        }
    }
}

/// Whether the clause ends after a sign, but for what the value is called, whose it is, and one word: "is no longer my
/// number", "n'est plus valable".
fn ends(message: &Message<'_>, hit: &Hit) -> bool {
    let mut more = 0;
    for i in hit.last..hit.last + 5 {
        if !message.is_word(i) {
            return true;
        }
        more += u8::from(message.cues(i) & (MY | NOUN) == 0);
        if more > 1 {
            break;
        }
    }
    false
}

/// "a@x.com, sorry, b@x.com" and "from a@x.com to b@x.com".
fn corrected(message: &Message<'_>, candidates: &mut [Candidate]) {
    for i in 1..candidates.len() {
        let Some([a, b]) = candidates.get_mut(i - 1..=i) else { continue };
        if a.kind != b.kind || a.subject != Subject::Visitor {
            continue;
        }
        let corrects = |h: &Hit| {
            let beside = h.start < a.end + 3 && b.start < h.end + 2 && a.kind != Kind::Name;
            h.end <= b.start && (h.cues & SORRY != 0 || h.cues & BECOMES != 0 && beside)
        };
        if message.hits_from(a.end, b.start).iter().any(corrects) {
            a.subject = Subject::Retracted;
            if b.subject == Subject::Negated {
                b.subject = Subject::Visitor;
            }
        }
    }
}

/// "john, not jon", "… doesn't work, use …", "my old number was …, the new one is …", "… is the old one, use …": one of
/// two does not stand beside the other.
fn outdated(message: &Message<'_>, candidates: &mut [Candidate]) {
    let mut next = 0;
    for hit in message.hits.iter().filter(|h| h.cues & (OLD | NEGATE) != 0) {
        while candidates.get(next).is_some_and(|c| c.start < hit.end) {
            next += 1;
        }
        let near = |c: &Candidate| {
            c.start < hit.end + FAR / 2 && same_clause(message.text, hit.end, c.start)
        };
        let mut of = next;
        // A no before the first is settled already.
        if next == 0 && hit.cues & OLD == 0 {
            continue;
        }
        if !candidates.get(next).is_some_and(near) {
            let Some(before) = next.checked_sub(1) else { continue };
            of = before;
            if !candidates.get(of).is_some_and(|c| same_clause(message.text, c.end, hit.start)) {
                continue;
            }
        }
        let Some(kind) = candidates.get(of).map(|c| c.kind) else { continue };
        let stands = |c: &&Candidate| c.kind == kind && c.subject == Subject::Visitor;
        if candidates.iter().filter(stands).count() > 1
            && let Some(c) = candidates.get_mut(of).filter(|c| c.subject == Subject::Visitor)
        {
            c.subject = Subject::Retracted;
        }
    }
}

/// Kinds that the visitor wants forgotten.
pub(super) fn withdrawn(message: &Message<'_>, candidates: &[Candidate]) -> Vec<Kind> {
    let mut kinds = Vec::new();
    let mut push = |kind: Kind| {
        let given = candidates.iter().any(|c| c.kind == kind && c.subject == Subject::Visitor);
        if !given && !kinds.contains(&kind) {
            kinds.push(kind);
        }
    };
    let tokens = &message.tokens;
    let byte = |i: usize| tokens.get(i).map_or(message.text.len(), |t| t.start);
    for hit in message.hits.iter().filter(|h| h.cues & FORGET != 0) {
        if is_kept(message, hit) || is_told(message, hit) {
            continue;
        }
        for noun in message.hits_from(byte(hit.first.saturating_sub(8)), byte(hit.last + 8)) {
            if noun.cues & (LABEL | EMAIL | NUMBER) != 0
                && is_object(message, candidates, hit, noun)
            {
                for (kind, cue) in
                    [(Kind::Name, LABEL), (Kind::Email, EMAIL), (Kind::Phone, NUMBER)]
                {
                    if noun.cues & cue != 0 {
                        push(kind);
                    }
                }
            }
        }
        // "delete ana@example.com"
        let beside =
            |c: &&Candidate| tokens.at(c.start) == hit.last || tokens.at(c.end) == hit.first;
        for c in candidates.iter().filter(beside) {
            push(c.kind);
        }
    }
    kinds
}

/// Whether "delete" tells of what was done, or asks: "did you delete my number?", "I forget my number", "j'ai effacé …".
fn is_told(message: &Message<'_>, hit: &Hit) -> bool {
    let byte = |i: usize| message.tokens.get(i).map_or(message.text.len(), |t| t.start);
    let near = message.hits_from(byte(hit.first.saturating_sub(5)), byte(hit.last + 6));
    near.iter().any(|h| {
        let (from, to) = (h.end.min(hit.end), hit.start.max(h.start));
        h.cues & IDLE != 0 && same_clause(message.text, from, to)
    }) || message.text.get(..hit.end).is_some_and(|t| t.ends_with('é'))
}

/// Whether a noun is what a wish to forget is said of: the visitor's own, beside it in the clause, and not part of
/// another noun: "remove my number from your list", and not "remove my phone case", "delete my order number".
fn is_object(message: &Message<'_>, candidates: &[Candidate], forget: &Hit, noun: &Hit) -> bool {
    let (text, tokens) = (message.text, &message.tokens);
    let cues = |i: usize| message.cues(i);
    let last = noun.end <= forget.start;
    let (from, to) = if last { (noun.end, forget.start) } else { (forget.end, noun.start) };
    if from > to || !same_clause(text, from, to) {
        return false;
    }
    if tokens.class(noun.first) == Some(Class::Run) {
        let gap = text.get(from..to).unwrap_or_default();
        // Japanese leaves "my" out, and alone has kana: the characters of three bytes that begin with this one.
        let kana = text.as_bytes().get(from.min(forget.start)..forget.end);
        let mine = kana.is_some_and(|b| b.iter().any(|b| matches!(b, 0xe3)))
            || message.shows(noun.end, noun.end + 1, MY)
            || message.before(noun.start, 2).any(|h| h.cues & MY != 0 && h.end == noun.start);
        // "名前の刻印を消して"
        let part = last && gap.len() > 3 && gap.starts_with('の');
        return mine && gap.len() < 25 && !part;
    }
    let mut mine = noun.first;
    while cues(mine) & MY == 0 && mine > 0 && cues(mine - 1) & (MY | OLD | NOUN | AND) != 0 {
        mine -= 1;
    }
    if cues(mine) & MY == 0 {
        if forget.cues & MY == 0 && !message.shows(noun.start, noun.end, MY) {
            return false;
        }
        mine = noun.first;
    }
    if last {
        let gap = forget.first - noun.last;
        return gap < if message.english { 2 } else { 5 };
    }
    let little = |i: usize| cues(i) & (NOT | REQUEST | YOU) != 0 && cues(i) & (CODE | NOUN) == 0;
    // "my inbox messages", "mi número de pedido", "my no. 3"
    let next = noun.last;
    let goes_on = match tokens.class(next) {
        Some(Class::Word) => {
            let known = cues(next) & (NOT | FORGET | YOUR | REQUEST | AND | NOUN) != 0;
            let value = candidates.iter().any(|c| tokens.at(c.start) == next);
            message.english && !known && !value || cues(next + 1) & CODE != 0
        }
        Some(Class::Number) => tokens.folded(next).len() < 3,
        _ => false,
    };
    !goes_on && (forget.last..mine).all(little)
}

/// Whether the clause ends with "not" a few words after a sign: "löschen Sie meine Nummer nicht".
fn ends_with_no(message: &Message<'_>, hit: &Hit) -> bool {
    let ends = |i: usize| !message.is_word(i) && !message.tokens.is_mark(i, '-');
    (hit.last..hit.last + 7)
        .take_while(|i| !ends(*i))
        .any(|i| message.cues(i) & NEGATE != 0 && ends(i + 1))
}
