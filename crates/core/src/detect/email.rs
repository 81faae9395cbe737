//! E-mail addresses, written and spelled out.

use super::lang::cues::{AT, DASH, DOT, NOT, UNDERSCORE};
use super::message::Message;
use super::{Candidate, Kind};
use crate::text::{Class, chars, concat, cut, cut_last, is_letter, is_mark, lower};

/// RFC 5321, 4.5.3.1.
const MAX_LOCAL: usize = 64;
const MAX_DOMAIN: usize = 255;

/// Domains that many visitors have their mail at, for telling slips from other domains.
const PROVIDERS: [&str; 29] = [
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "live.com",
    "msn.com",
    "aol.com",
    "protonmail.com",
    "proton.me",
    "gmx.de",
    "gmx.net",
    "gmx.com",
    "web.de",
    "orange.fr",
    "wanadoo.fr",
    "laposte.net",
    "libero.it",
    "yahoo.co.uk",
    "yahoo.co.jp",
    "yahoo.co.in",
    "hotmail.co.uk",
    "hotmail.fr",
    "hotmail.es",
    "rediffmail.com",
    "qq.com",
    "163.com",
    "naver.com",
];

/// Real domains that are one slip away from those above.
const NOT_SLIPS: [&str; 7] =
    ["ymail.com", "email.com", "mail.com", "hotmail.de", "gmx.at", "126.com", "yahoo.ca"];

/// The first byte of ＠.
const WIDE_AT: u8 = 0xef;

/// Finds all addresses of a message.
pub(super) fn scan(message: &Message<'_>, out: &mut Vec<Candidate>) {
    let text = message.text;
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let sign = match byte {
            b'@' => '@',
            WIDE_AT if text.get(at..).is_some_and(|rest| rest.starts_with('＠')) => '＠',
            _ => continue,
        };
        if at >= from
            && let Some((start, end)) = written(text, from, at, sign.len_utf8())
        {
            push(start, end, text.get(start..end).unwrap_or_default(), out);
            from = end;
        }
    }
    spelled(message, out);
}

fn push(start: usize, end: usize, address: &str, out: &mut Vec<Candidate>) {
    let value: String = address.chars().map(|c| if c == '＠' { '@' } else { lower(c) }).collect();
    let suggestion = slip(&value);
    out.push(Candidate { suggestion, ..Candidate::new(Kind::Email, start, end, value, 0.99) });
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
fn written(text: &str, from: usize, at: usize, sign: usize) -> Option<(usize, usize)> {
    let before = text.get(from..at)?;
    let mut start = at;
    for (i, c) in before.char_indices().rev().take(MAX_LOCAL + 1) {
        if !is_local(c) {
            break;
        }
        start = from + i;
    }
    // "mailto:", quotes and the like stand before the address, and are no part of it.
    let local = text.get(start..at)?.trim_start_matches(|c: char| {
        c == '.' || (c.is_ascii_punctuation() && c != '_' && c != '+')
    });
    let start = at - local.len();
    if local.is_empty()
        || local.len() > MAX_LOCAL
        || local.ends_with('.')
        || local.as_bytes().windows(2).any(|w| w == b"..")
    {
        return None;
    }
    let after = text.get(at + sign..)?;
    let mut len = 0;
    for (i, c) in after.char_indices().take(MAX_DOMAIN) {
        if !is_domain(c) || (c == '.' && after.get(..i)?.ends_with('.')) {
            break;
        }
        // What stands at its end belongs to the sentence.
        if !matches!(c, '.' | '-') {
            len = i + c.len_utf8();
        }
    }
    let domain = after.get(..len)?;
    is_host(domain).then_some((start, at + sign + domain.len()))
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

/// "ana at gmail dot com", "juan arroba hotmail punto com", "a.b (at) c.de".
fn spelled(message: &Message<'_>, out: &mut Vec<Candidate>) {
    let tokens = &message.tokens;
    for hit in message.hits.iter().filter(|h| h.cues & AT != 0) {
        let bracketed = hit.first > 0
            && (tokens.is_mark(hit.first - 1, '(') && tokens.is_mark(hit.last, ')')
                || tokens.is_mark(hit.first - 1, '[') && tokens.is_mark(hit.last, ']'));
        let (before, after) =
            if bracketed { (hit.first - 1, hit.last + 1) } else { (hit.first, hit.last) };
        let Some(last_local) = before.checked_sub(1) else { continue };
        let Some((start, local)) = local_before(message, last_local) else { continue };
        let Some((end, domain, dots_spelled)) = domain_after(message, after) else { continue };
        let sure = bracketed || dots_spelled || PROVIDERS.contains(&domain.as_str());
        let (Some(s), Some(e)) = (tokens.get(start), tokens.get(end)) else { continue };
        let overlaps = out.iter().any(|c| c.start < e.end && s.start < c.end);
        if sure && is_host(&domain) && !overlaps {
            let value = concat(&[&local, "@", &domain]);
            let suggestion = slip(&value);
            out.push(Candidate {
                suggestion,
                ..Candidate::new(Kind::Email, s.start, e.end, value, 0.9)
            });
        }
    }
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

fn is_piece(message: &Message<'_>, i: usize) -> bool {
    matches!(message.tokens.class(i), Some(Class::Word | Class::Number))
}

fn local_before(message: &Message<'_>, last: usize) -> Option<(usize, String)> {
    if !is_piece(message, last) || message.cues(last) & NOT != 0 {
        return None;
    }
    let mut first = last;
    let mut local = message.tokens.folded(last).to_owned();
    while let Some(prev) = first.checked_sub(1).filter(|_| local.len() <= MAX_LOCAL) {
        let adjacent = !message.tokens.get(first)?.spaced;
        if adjacent && is_piece(message, prev) {
            local = concat(&[message.tokens.folded(prev), &local]);
            first = prev;
            continue;
        }
        let (Some(c), Some(before)) = (sign(message, prev), prev.checked_sub(1)) else { break };
        let mark = message.tokens.class(prev) == Some(Class::Mark);
        let spaced = message.tokens.get(prev)?.spaced || message.tokens.get(first)?.spaced;
        if !is_piece(message, before) || (mark && spaced) {
            break;
        }
        local = concat(&[message.tokens.folded(before), c.encode_utf8(&mut [0; 4]), &local]);
        first = before;
    }
    (local.len() <= MAX_LOCAL).then_some((first, local))
}

fn domain_after(message: &Message<'_>, first: usize) -> Option<(usize, String, bool)> {
    if !is_piece(message, first) {
        return None;
    }
    let mut domain = message.tokens.folded(first).to_owned();
    let (mut last, mut dots, mut spelled) = (first, 0, false);
    loop {
        // "firm(dot)com"
        let bracketed =
            message.tokens.is_mark(last + 1, '(') && message.tokens.is_mark(last + 3, ')');
        if bracketed && message.cues(last + 2) & DOT != 0 && is_piece(message, last + 4) {
            (dots, spelled) = (dots + 1, true);
            domain.push('.');
            domain.push_str(message.tokens.folded(last + 4));
            last += 4;
            continue;
        }
        let Some(c) = sign(message, last + 1) else { break };
        let mark = message.tokens.class(last + 1) == Some(Class::Mark);
        let spaced = message.tokens.get(last + 2).is_none_or(|t| t.spaced);
        if !is_piece(message, last + 2) || (mark && spaced) || domain.len() > MAX_DOMAIN {
            break;
        }
        dots += u32::from(c == '.');
        spelled |= c == '.' && !mark;
        domain.push(c);
        domain.push_str(message.tokens.folded(last + 2));
        last += 2;
    }
    (dots > 0).then_some((last, domain, spelled))
}

/// The address with the domain that was likely meant, where this one looks like a slip.
fn slip(address: &str) -> Option<String> {
    let (local, domain) = cut(address, b'@')?;
    if PROVIDERS.contains(&domain) || NOT_SLIPS.contains(&domain) {
        return None;
    }
    let near = PROVIDERS.iter().find(|p| p.len() > 6 && one_slip(domain, p)).copied();
    let meant = match near {
        Some(p) => p.to_owned(),
        None => {
            let (name, top) = cut_last(domain, b'.')?;
            [
                ("con", "com"),
                ("cmo", "com"),
                ("comm", "com"),
                ("vom", "com"),
                ("ocm", "com"),
                ("nte", "net"),
            ]
            .iter()
            .find(|(wrong, _)| *wrong == top)
            .map(|(_, right)| concat(&[name, ".", right]))?
        }
    };
    Some(concat(&[local, "@", &meant]))
}

/// Whether one letter was left out, put in, changed, or changed places with its neighbour.
fn one_slip(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a == b {
        return false;
    }
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    match (a, b) {
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([a0, a1, a @ ..], [b0, b1, b @ ..]) if a == b && a0 == b1 && a1 == b0 => true,
        ([_, a @ ..], b) if a == b => true,
        (a, [_, b @ ..]) => a == b,
        _ => false,
    }
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
