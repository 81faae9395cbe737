//! E-mail addresses, written and spelled out.

use super::asked::Question;
use super::filter::has_form;
use super::lang::cues::{AND, AT, COMMON, DASH, DOT, EMAIL, IAM, NOT, TRAIT, UNDERSCORE};
use super::lang::{NAMES, WORDS};
use super::message::{Hit, Message};
use super::region::{Plan, first};
use super::{Candidate, Kind, Region};
use crate::text::{Class, chars, concat, cut, cut_last, is_letter, is_mark, is_upper, lower};

/// RFC 5321, 4.5.3.1.
const MAX_LOCAL: usize = 64;
const MAX_DOMAIN: usize = 255;

/// Domains that many visitors have their mail at, for telling slips from other domains.
const PROVIDERS: &str = "gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.com.br hotmail.com hotmail.co.uk hotmail.fr \
    hotmail.es outlook.com live.com icloud.com aol.com protonmail.com gmx.de web.de t-online.de \
    orange.fr wanadoo.fr free.fr uol.com.br rediffmail.com wp.pl onet.pl \
    qq.com 163.com";

/// Real top-level domains that are one slip away from `com`.
const TOPS: &str = "cam mom bom";

/// Labels shorter than this are not corrected: whoever is one letter away from them is somebody else.
const MIN_LABEL: usize = 5;

/// How sure it is that what can be no address as it stands was meant for one.
pub(super) const BROKEN: f32 = 0.4;

/// Finds all addresses of a message.
pub(super) fn scan(message: &Message<'_>, question: Question, out: &mut Vec<Candidate>) {
    let mut floor = 0;
    for hit in &message.hits {
        if hit.cues & AT != 0
            && hit.start >= floor
            && let Some(found) =
                written(message, floor, hit).or_else(|| spelled(message, question, floor, hit))
        {
            floor = found.end;
            out.push(found);
        }
    }
}

/// An address with what is likely meant where it looks like a slip.
fn found(start: usize, end: usize, value: String, confidence: f32) -> Candidate {
    let suggestion = slip(&value);
    Candidate { suggestion, ..Candidate::new(Kind::Email, start, end, value, confidence) }
}

/// As it is written, in small letters.
fn small(text: &str, start: usize, end: usize) -> String {
    let address = text.get(start..end).unwrap_or_default();
    address.chars().map(|c| if c == '＠' { '@' } else { lower(c) }).collect()
}

fn is_one_of(list: &str, word: &str) -> bool {
    first(list, b' ', &mut |one| one == word).is_some()
}

fn is_local(c: char) -> bool {
    if c.is_ascii() {
        // A string's own `contains` would bring a search for strings with it.
        c.is_ascii_alphanumeric()
            || matches!(c, '!' | '#'..='&' | '*' | '+' | '-'..='/' | '=' | '?' | '^' | '_' | '{'..='~')
    } else {
        // A script without spaces runs into the address from the sentence around it.
        (is_letter(c) || is_mark(c)) && !is_unspaced(c)
    }
}

fn is_domain(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || c == '-' || c == '.'
    } else {
        (is_letter(c) || is_mark(c)) && !is_unspaced(c)
    }
}

fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3000}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// The address around an at-sign, if there is one.
fn written(message: &Message<'_>, from: usize, hit: &Hit) -> Option<Candidate> {
    message.tokens.mark(hit.first)?;
    let text = message.text;
    let mut start = hit.start;
    // The character after, and where two dots stand side by side.
    let (mut next, mut double) = ('.', None);
    for (i, c) in text.get(from..start)?.char_indices().rev() {
        if !is_local(c) {
            break;
        }
        if c == '.' && next == '.' {
            double = Some(from + i);
        }
        next = c;
        // "mailto:", quotes and the like stand before the address, and are no part of it.
        if !c.is_ascii_punctuation() || c == '_' || c == '+' {
            start = from + i;
        }
    }
    if start == hit.start || hit.start - start > MAX_LOCAL || double.is_some_and(|at| at > start) {
        return None;
    }
    let after = text.get(hit.end..)?;
    let (mut len, mut last) = (0, ' ');
    for (i, c) in after.char_indices() {
        if !is_domain(c) || c == '.' && last == '.' || i > MAX_DOMAIN {
            break;
        }
        last = c;
        // What stands at its end belongs to the sentence.
        if !matches!(c, '.' | '-') {
            len = i + c.len_utf8();
        }
    }
    // "ana@example.com.Please": the sentence goes on without a space.
    if let Some((front, word)) = cut_last(after.get(..len)?, b'.')
        && word.len() != 2
        && word != "com"
        && is_host(front)
        && (word.starts_with(is_upper) && !front.contains(is_upper)
            || word.len() > 3 && is_one_of(PROVIDERS, front))
    {
        len = front.len();
    }
    let end = hit.end + len;
    is_host(after.get(..len)?).then(|| found(start, end, small(text, start, end), 0.99))
}

/// Whether it could be the domain of an address: two labels or more, the last one of letters.
fn is_host(domain: &str) -> bool {
    let Some((front, top)) = cut_last(domain, b'.') else { return false };
    let label = |l: &str| !l.is_empty() && !l.starts_with('-') && !l.ends_with('-') && l.len() < 64;
    let mut rest = front;
    while let Some((_, after)) = cut(rest, b'.').filter(|(first, _)| label(first)) {
        rest = after;
    }
    // One that is no label is left, or stands before a dot that is.
    label(rest)
        && cut(rest, b'.').is_none()
        && chars(top) >= 2
        && (top.chars().all(is_letter) || top.starts_with("xn--"))
}

/// "ana at gmail dot com", "juan arroba hotmail punto com", "a.b (at) c.de", "pepe @ gmail . com", and "ana@gmail,com".
fn spelled(
    message: &Message<'_>,
    question: Question,
    floor: usize,
    hit: &Hit,
) -> Option<Candidate> {
    let tokens = &message.tokens;
    let token = tokens.get(hit.first)?;
    let around = usize::from(is_bracketed(message, hit.first, hit.last));
    let (sign, length) = (token.class == Class::Mark, hit.end - hit.start);
    let glued = sign && !token.spaced;
    // In brackets "a" is one; in a run others begin like it.
    if !sign && length == 1 && around == 0
        || token.class == Class::Run && message.cues(hit.first) & AT == 0
    {
        return None;
    }
    let last = hit.first.checked_sub(1 + around)?;
    let (first, local) = local_before(message, last)?;
    let start = tokens.get(first).map(|t| t.start).filter(|start| *start >= floor)?;
    let mut domain = Domain::after(message, hit.last + around)?;
    if sign {
        domain.mend(message);
    }
    let known = is_one_of(PROVIDERS, &domain.name);
    let end = tokens.get(domain.last)?.end;
    let address = concat(&[&local, "@", &domain.name]);
    let host = is_host(&domain.name);
    if glued && (domain.broken || !host) {
        let suggestion = Some(if domain.broken { address } else { slip(&address)? });
        let value = small(message.text, start, end);
        return Some(Candidate {
            suggestion,
            ..Candidate::new(Kind::Email, start, end, value, BROKEN)
        });
    }
    let sure = match () {
        () if glued || around > 0 && (sign || length > 1) => true,
        // "Et" is "and" in French.
        () if hit.cues & AND != 0 && !known => false,
        // "at", "et" and "chez" are said of much else, and prices have an "@" with spaces around it.
        () if sign || length < "chez ".len() => {
            let mail = known && domain.spelled && message.english;
            (domain.spelled || known || sign)
                && is_meant(message, question, (first, last, end), mail)
        }
        () => message.cues(last) & NOT == 0 || NAMES.has(tokens.folded(last)),
    };
    (sure && host).then(|| found(start, end, address, 0.9))
}

/// Whether an address is meant where its sign is said of much else: it was asked for or announced, it is all that is said,
/// or what stands before the sign is no word and what follows it speaks of `mail`. Given are its first token, the
/// last one before the sign, and the byte after it.
fn is_meant(
    message: &Message<'_>,
    question: Question,
    (first, last, end): (usize, usize, usize),
    mail: bool,
) -> bool {
    let tokens = &message.tokens;
    let (local, cues) = (tokens.folded(last), message.cues(last));
    let named = NAMES.has(local);
    // "9.99 @ example.com"
    if first < last || cues & NOT != 0 && !named {
        return first < last && tokens.class(first) == Some(Class::Word);
    }
    let word = !named && (cues & (EMAIL | COMMON | TRAIT) != 0 || has_form(WORDS, local));
    let start = tokens.get(first).map_or(0, |t| t.start);
    question.email
        || message.before(start, 4).any(|h| {
            // "It's ana at gmail dot com"
            let says = if mail { EMAIL | IAM } else { EMAIL };
            h.cues & says != 0 && (!word || h.last < first)
        })
        || !word
            && (mail && !named
                || message.begins_clause(first)
                    && tokens.class(tokens.at(end)) != Some(Class::Word))
}

/// Whether brackets stand around some tokens: "(at)", "[dot]".
fn is_bracketed(message: &Message<'_>, first: usize, last: usize) -> bool {
    let mark = |i: usize| message.tokens.mark(i);
    matches!(first.checked_sub(1).and_then(mark), Some('(' | '[' | '{' | '<'))
        && matches!(mark(last), Some(')' | ']' | '}' | '>'))
}

/// What a token says inside a spelled address: a sign, or its own letters.
fn sign(message: &Message<'_>, i: usize) -> Option<char> {
    let (cues, mark) = (message.cues(i), message.tokens.mark(i));
    match () {
        () if cues & DOT != 0 => Some('.'),
        () if cues & DASH != 0 => Some('-'),
        () if cues & UNDERSCORE != 0 => Some('_'),
        () => mark.filter(|mark| matches!(mark, '.' | '-' | '_' | '+')),
    }
}

/// The letters that a token stands for in an address, if it does.
fn piece<'m>(message: &'m Message<'_>, i: usize) -> Option<&'m str> {
    let word = matches!(message.tokens.class(i), Some(Class::Word | Class::Number));
    word.then(|| message.tokens.folded(i))
}

fn local_before(message: &Message<'_>, last: usize) -> Option<(usize, String)> {
    let tokens = &message.tokens;
    let mut first = last;
    let mut local = piece(message, last)?.to_owned();
    while local.len() <= MAX_LOCAL {
        let Some(mut at) = first.checked_sub(1) else { break };
        let mut c = None;
        let spaced = tokens.get(first)?.spaced;
        if spaced || piece(message, at).is_none() {
            c = sign(message, at);
            let mark = tokens.mark(at).is_some() && (spaced || tokens.get(at)?.spaced);
            let Some(before) = at.checked_sub(1).filter(|_| c.is_some() && !mark) else {
                // "ana lopez at …" and "j o h n at …": an address of which a part is read is somebody else's.
                let word = piece(message, at).unwrap_or_default();
                let part =
                    NAMES.has(word) && message.cues(at) == 0 || word.len() == 1 && local.len() == 1;
                if part {
                    return None;
                }
                break;
            };
            at = before;
            // "guion bajo"
            if at > 0 && tokens.mark(at).is_none() && sign(message, at).is_some() {
                (c, at) = (Some('_'), at - 1);
            }
        }
        let Some(word) = piece(message, at) else { break };
        let mut longer = word.to_owned();
        longer.extend(c);
        longer.push_str(&local);
        (local, first) = (longer, at);
    }
    (local.len() <= MAX_LOCAL).then_some((first, local))
}

/// What stands for a domain after an at-sign.
struct Domain {
    name: String,
    /// The last token.
    last: usize,
    /// Its dots are spelled.
    spelled: bool,
    /// Another sign stands for a dot, or none.
    broken: bool,
}

impl Domain {
    /// The domain that begins at a token.
    fn after(message: &Message<'_>, first: usize) -> Option<Self> {
        let name = piece(message, first)?.to_owned();
        let mut domain = Self { name, last: first, spelled: false, broken: false };
        while domain.name.len() <= MAX_DOMAIN {
            // "firm(dot)com"
            let around = usize::from(is_bracketed(message, domain.last + 2, domain.last + 3));
            let at = domain.last + 1 + around;
            let Some(c) = sign(message, at) else { break };
            let next = at + 1 + around;
            let mark = message.tokens.mark(at).is_some();
            let Some(word) = piece(message, next)
                .filter(|_| !mark || message.tokens.get(next).is_some_and(|t| !t.spaced))
            else {
                break;
            };
            domain.spelled |= c == '.' && !mark;
            domain.last = next;
            domain.name.push(c);
            domain.name.push_str(word);
        }
        Some(domain)
    }

    /// Takes in what is a provider's domain with other signs for its dots: "gmail,com", "gmail..com", "gmail com".
    fn mend(&mut self, message: &Message<'_>) {
        let mut name = self.name.clone();
        let mut at = self.last + 1;
        for _ in 0..2 {
            let from = at;
            while at < from + 2
                && matches!(message.tokens.mark(at), Some('.' | ',' | '，' | '。' | '．'))
            {
                at += 1;
            }
            // "ana@web de la tienda" is no slip.
            let Some(word) = piece(message, at).filter(|_| at > from || name.len() >= MIN_LABEL)
            else {
                break;
            };
            name.push('.');
            name.push_str(word);
            if is_one_of(PROVIDERS, &name) {
                (self.name, self.last, self.broken) = (name.clone(), at, true);
            }
            at += 1;
        }
    }
}

/// The address with the domain that was likely meant, where this one looks like a slip.
fn slip(address: &str) -> Option<String> {
    let (local, domain) = cut(address, b'@')?;
    if is_one_of(PROVIDERS, domain) {
        return None;
    }
    if let Some(meant) = first(PROVIDERS, b' ', &mut |provider| is_slip_of(domain, provider)) {
        return Some(concat(&[local, "@", meant]));
    }
    let (name, top) = cut_last(domain, b'.')?;
    let meant = match () {
        () if top == "nte" => "net",
        () if top.len() > 2 && one_slip(top, "com").is_some() && !is_one_of(TOPS, top) => "com",
        () => return None,
    };
    let mended = concat(&[local, "@", name, ".", meant]);
    // "gmial.con"
    slip(&mended).or(Some(mended))
}

/// Whether a domain is one slip away from a provider's, and no other country's, as "hotmail.fi" is.
fn is_slip_of(domain: &str, provider: &str) -> bool {
    let Some(at) = one_slip(domain, provider) else { return false };
    let (label, top) = cut(provider, b'.').unwrap_or_default();
    let long = label.len() >= MIN_LABEL;
    let Some((_, own)) = cut_last(domain, b'.') else { return true };
    if at <= label.len() {
        // The first letter is seldom the wrong one: "ymail.com" and "email.com" are others.
        return long && (at > 0 || domain.as_bytes().get(1) == provider.as_bytes().first());
    }
    top.ends_with(own)
        || domain.len() < provider.len() && long
        || Region::new(own).and_then(Plan::of).is_none()
}

/// Where one letter was left out, put in, changed, or changed places with its neighbour.
fn one_slip(a: &str, b: &str) -> Option<usize> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (short, long) = if a.len() < b.len() { (a.len(), b.len()) } else { (b.len(), a.len()) };
    let mut before = 0;
    while before < short && a.get(before) == b.get(before) {
        before += 1;
    }
    let mut after = 0;
    while before + after < short && a.get(a.len() - 1 - after) == b.get(b.len() - 1 - after) {
        after += 1;
    }
    let between = short - before - after;
    let swapped = || a.get(before) == b.get(before + 1) && a.get(before + 1) == b.get(before);
    let one = long - short + between == 1 || short == long && between == 2 && swapped();
    one.then_some(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_one_letter_away() {
        for (wrong, right) in [
            ("a@gmial.com", Some("a@gmail.com")),
            ("a@gmal.com", Some("a@gmail.com")),
            ("a@gmaill.com", Some("a@gmail.com")),
            ("a@hotnail.com", Some("a@hotmail.com")),
            ("a@firma.con", Some("a@firma.com")),
            ("a@gmail.com", None),
            ("a@ymail.com", None),
            ("a@example.org", None),
        ] {
            assert_eq!(slip(wrong).as_deref(), right, "{wrong}");
        }
    }

    #[test]
    fn hosts() {
        assert!(is_host("gmail.com") && is_host("a.co.uk") && is_host("müller.de"));
        assert!(!is_host("gmail") && !is_host("1.2") && !is_host("-a.com") && !is_host(".com"));
    }
}
