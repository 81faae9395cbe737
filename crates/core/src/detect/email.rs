//! E-mail addresses, written and spelled out.

mod domain;

use super::asked::Question;
use super::filter::has_form;
use super::lang::cues::{
    AND, AT, COM, COMMON, DASH, DOT, EMAIL, IAM, IT, LABEL, LEAD, MY, NOT, THEIR, TRAIT,
    UNDERSCORE, YOU,
};
use super::lang::{NAMES, WORDS};
use super::message::{Hit, Message};
use super::region::first as first_of;
use super::{Candidate, Kind};
use crate::text::{Case, Class, chars, concat, cut, cut_last, is_letter, is_mark, is_upper, lower};
use domain::{Domain, slip};

/// RFC 5321, 4.5.3.1.
const MAX_LOCAL: usize = 64;
const MAX_DOMAIN: usize = 255;

/// Domains that many visitors have their mail at, for telling slips from other domains.
const PROVIDERS: &str = "gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.com.br hotmail.com hotmail.co.uk hotmail.fr \
    hotmail.es outlook.com live.com icloud.com aol.com protonmail.com gmx.de web.de t-online.de \
    orange.fr wanadoo.fr free.fr uol.com.br rediffmail.com wp.pl onet.pl \
    qq.com 163.com";

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
    text.get(start..end).unwrap_or_default().chars().map(|c| lower(narrow(c))).collect()
}

/// A letter, digit or sign of an address that was typed in full width as the plain one.
fn narrow(c: char) -> char {
    let wide = matches!(c, '\u{ff01}'..='\u{ff5e}');
    let plain = char::from_u32((c as u32).wrapping_sub(0xfee0)).filter(|_| wide);
    plain.filter(|c| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '-' | '_')).unwrap_or(c)
}

fn is_one_of(list: &str, word: &str) -> bool {
    first_of(list, b' ', &mut |one| one == word).is_some()
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
        let c = narrow(c);
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
    // "ana underscore r@example.com"
    let spelled = message.tokens.at(start).checked_sub(1).is_some_and(|i| is_spelled(message, i));
    if start == hit.start
        || hit.start - start > MAX_LOCAL
        || spelled
        || double.is_some_and(|at| at > start)
    {
        return None;
    }
    let mut host = String::new();
    let (mut len, mut own, mut last, mut capitals) = (0, 0, ' ', false);
    // Where a sentence may begin: bytes of the text and of the domain, and whether with a capital.
    let mut sentence = None;
    for (i, c) in text.get(hit.end..)?.char_indices() {
        let plain = narrow(c);
        if !is_domain(plain) || plain == '.' && last == '.' || i > MAX_DOMAIN {
            break;
        }
        let capital = is_upper(plain);
        if last == '.' && sentence.is_none() && (capital && !capitals || is_provider(&host)) {
            sentence = Some((len, own, capital));
        }
        (last, capitals) = (plain, capitals || capital);
        host.push(lower(plain));
        // What stands at its end belongs to the sentence.
        if !matches!(plain, '.' | '-') {
            (len, own) = (i + c.len_utf8(), host.len());
        }
    }
    host.truncate(own);
    // "ana@example.com.Please", "ana@gmail.com.please"; other countries have domains of their own: "yahoo.com.mx".
    if let Some((front, own, capital)) = sentence {
        let (known, long) = (is_provider(host.get(..=own)?), host.len() > own + 3);
        if host.len() > own && (known && capital || long && (known || is_host(host.get(..own)?))) {
            (len, host) = (front, host.get(..own)?.to_owned());
        }
    }
    let end = hit.end + len;
    // "ana@yahoo.co,uk"
    let goes_on =
        |provider: &str| provider.strip_prefix(&*host).is_some_and(|p| p.starts_with('.'));
    if text.as_bytes().get(end) == Some(&b',')
        && first_of(PROVIDERS, b' ', &mut { goes_on }).is_some()
    {
        return None;
    }
    is_host(&host).then(|| found(start, end, small(text, start, end), 0.99))
}

/// Whether a domain with a dot behind it is that of a provider.
fn is_provider(domain: &str) -> bool {
    domain.strip_suffix('.').is_some_and(|domain| is_one_of(PROVIDERS, domain))
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
    let local = Local::before(message, question, last)?;
    let start = tokens.get(local.first).map(|t| t.start).filter(|start| *start >= floor)?;
    let mut domain = Domain::after(message, hit.last + around)?;
    if sign {
        domain.mend(message);
    }
    let known = is_one_of(PROVIDERS, &domain.name);
    let end = tokens.get(domain.last)?.end;
    let address = concat(&[&local.name, "@", &domain.name]);
    let host = is_host(&domain.name);
    // Nobody spells letters of other scripts.
    if !address.is_ascii() && !glued {
        return None;
    }
    let meant = glued
        || around > 0 && (sign || length > 1)
        || Said { message, question, hit, first: local.first, last, end, known }
            .is_meant(domain.spelled);
    if glued && (domain.broken || !host) || local.broken && meant && host {
        let suggestion =
            Some(if domain.broken || local.broken && host { address } else { slip(&address)? });
        let value = small(message.text, start, end);
        return Some(Candidate {
            suggestion,
            ..Candidate::new(Kind::Email, start, end, value, BROKEN)
        });
    }
    (meant && host).then(|| found(start, end, address, 0.9))
}

/// What may be an address in which the at-sign is spelled, or has spaces around it.
struct Said<'m, 'a> {
    message: &'m Message<'a>,
    question: Question,
    /// The sign.
    hit: &'m Hit,
    /// First token.
    first: usize,
    /// The last token before the sign.
    last: usize,
    /// Byte after the address.
    end: usize,
    /// The domain is a provider's.
    known: bool,
}

impl Said<'_, '_> {
    /// Whether an address is meant. "at", "et" and "chez" are said of much else, prices have an "@" with spaces around
    /// it, and a monkey is "małpa" as well.
    fn is_meant(&self, spelled: bool) -> bool {
        let Self { message, question, hit, first, last, end, known } = *self;
        let tokens = &message.tokens;
        let sign = tokens.mark(hit.first).is_some();
        let (local, cues) = (tokens.folded(last), message.cues(last));
        let named = NAMES.has(local);
        // "Et" is "and" in French.
        if hit.cues & AND != 0 && !known {
            return false;
        }
        let several = first < last;
        let never = (cues & (NOT | MY | YOU | THEIR | LABEL) != 0 || local.len() < 2) && !named;
        let length = hit.end - hit.start;
        let ordinary = hit.cues & COMMON != 0;
        if !sign && length > "chez".len() && !ordinary {
            return several || !never && (spelled || known || !message.english);
        }
        let handle = self.is_handle();
        let start = tokens.get(first).map_or(0, |t| t.start);
        let whole = !message.is_word(tokens.at(end));
        let begins = message.begins_clause(first);
        // "john.doe at example.com", where nothing else is said, or "my e-mail is" before it
        let leads = first.checked_sub(1).is_some_and(|i| message.cues(i) & (LEAD | IT) != 0);
        let alone = handle
            && whole
            && (question.email && (begins || leads) || message.shows_before(start, 2, EMAIL));
        if !(spelled || known || sign || alone) {
            return false;
        }
        if several {
            return handle || question.email || known && spelled;
        }
        // "hosted at …"
        let done = message.english && local.ends_with("ed") && !named;
        if never || done {
            return false;
        }
        // "iptal et" is "cancel" in Turkish, and "scala a chiocciola" a staircase in Italian.
        if ordinary && !named {
            return (length > 2 || question.email) && (spelled || known)
                || local.bytes().any(|b| b.is_ascii_digit());
        }
        let mail = known && spelled && message.english;
        let word = !named && (cues & (EMAIL | COMMON | TRAIT) != 0 || has_form(WORDS, local));
        question.email && (!word || begins || leads)
            || message.before(start, 4).any(|h| {
                // "It's ana at gmail dot com"
                let says = if mail { EMAIL | IAM } else { EMAIL };
                h.cues & says != 0 && (!word || h.last < first)
            })
            || !word && (mail && !named || begins && whole)
    }

    /// Whether what stands before the sign begins as somebody's would: with a name, or with a word that nobody knows.
    fn is_handle(&self) -> bool {
        let (m, word) = (self.message, self.message.tokens.folded(self.first));
        m.is_word(self.first)
            && word.len() > 1
            && (NAMES.has(word) || m.cues(self.first) == 0 && !has_form(WORDS, word))
    }
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
        () if message.tokens.folded(i) == "plus" => Some('+'),
        () => mark.filter(|mark| matches!(mark, '.' | '-' | '_' | '+')),
    }
}

/// Whether a token spells a sign.
fn is_spelled(message: &Message<'_>, i: usize) -> bool {
    message.tokens.mark(i).is_none() && sign(message, i).is_some()
}

/// The letters that a token stands for in an address, if it does.
fn piece<'m>(message: &'m Message<'_>, i: usize) -> Option<&'m str> {
    if message.cues(i) & (COM | DOT) == COM {
        return Some("com");
    }
    let word = matches!(message.tokens.class(i), Some(Class::Word | Class::Number));
    word.then(|| message.tokens.folded(i))
}

/// What stands for the local part before an at-sign.
struct Local {
    name: String,
    /// The first token.
    first: usize,
    /// Words stand side by side in it, or two dots: what is meant is to be asked.
    broken: bool,
}

impl Local {
    /// The local part that ends with a token.
    fn before(message: &Message<'_>, question: Question, last: usize) -> Option<Self> {
        let tokens = &message.tokens;
        let mut local = Self { name: piece(message, last)?.to_owned(), first: last, broken: false };
        while local.name.len() <= MAX_LOCAL {
            let first = tokens.get(local.first)?;
            let Some(mut at) = local.first.checked_sub(1) else { break };
            // "ana(dot)lopez"
            let around = usize::from(at > 1 && is_bracketed(message, at - 1, at));
            at -= around;
            let mut c = sign(message, at);
            if c.is_some() {
                let mark = tokens.mark(at).is_some();
                let Some(before) = at.checked_sub(1 + around) else { break };
                if mark && (first.spaced || tokens.get(at)?.spaced) {
                    break;
                }
                at = before;
                if mark && tokens.is_mark(at, '.') && c == Some('.') {
                    // "ben..h", and not "well...ben"
                    local.broken = at > 0 && !tokens.is_mark(at - 1, '.');
                    at -= usize::from(local.broken);
                } else if at > 0 && is_spelled(message, at) {
                    // "guion bajo", and not "dot dot"
                    if c == sign(message, at) {
                        return None;
                    }
                    (c, at) = (Some('_'), at - 1);
                } else if mark && tokens.class(at) == Some(Class::Run) {
                    return None;
                }
            } else if first.spaced {
                let Some(word) = piece(message, at) else { break };
                // "j o h n"
                let letters = chars(word) == 1 && chars(tokens.folded(local.first)) == 1;
                if !letters {
                    if !local.goes_back(message, question, at, word)? {
                        break;
                    }
                    local.broken = true;
                }
            }
            let Some(word) = piece(message, at) else { break };
            let mut longer = word.to_owned();
            longer.extend(c);
            longer.push_str(&local.name);
            (local.name, local.first) = (longer, at);
        }
        (local.name.len() <= MAX_LOCAL).then_some(local)
    }

    /// Whether the word before belongs to it as well: "ana lopez at …", "ben 92 at …", and not "I'm Ana Lopez alopez at …";
    /// nothing where it may, and is not understood.
    fn goes_back(
        &self,
        message: &Message<'_>,
        question: Question,
        at: usize,
        word: &str,
    ) -> Option<bool> {
        let (tokens, cues) = (&message.tokens, message.cues(at));
        let case = |i: usize| tokens.get(i).map(|t| t.case);
        let known = has_form(WORDS, word) && case(at) != Some(Case::Title);
        let name = NAMES.has(word) && cues & NOT == 0 && !known;
        let number = tokens.class(self.first) == Some(Class::Number);
        let strange = cues == 0 && !known;
        let asked = number || question.email && message.english;
        let anew = case(at) == Some(Case::Title) && case(self.first) == Some(Case::Lower);
        match () {
            () if anew || word == tokens.folded(self.first) => Some(false),
            () if name || strange && asked => Some(true),
            // Signs in it tell where it begins.
            () if strange && message.is_word(at) && self.name == tokens.folded(self.first) => None,
            () => Some(false),
        }
    }
}
