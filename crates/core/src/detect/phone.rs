//! Phone numbers: runs of digits that the words around do not make something else.

use super::asked::Question;
use super::lang::cues::{CODE, EXT, MONEY, MY, NUMBER, PHONE};
use super::message::{Hit, Message};
use super::region::{self, Plan};
use super::{Candidate, Kind, Region};
use crate::text::{concat, digit};

/// ITU-T E.164: at most fifteen digits. Fewer than seven are dialled nowhere from outside.
const DIGITS: core::ops::RangeInclusive<usize> = 7..=15;

/// A run of digits as it stands in the text.
struct Run {
    start: usize,
    end: usize,
    digits: String,
    plus: bool,
    groups: Vec<Group>,
}

/// Digits that stand together.
#[derive(Clone, Copy)]
struct Group {
    /// How many.
    digits: usize,
    start: usize,
    end: usize,
    /// What separates it from the one before: the first that is no space.
    mark: char,
}

/// Finds all phone numbers of a message.
pub(super) fn scan(
    message: &Message<'_>,
    question: Question,
    region: Option<Region>,
    out: &mut Vec<Candidate>,
) {
    let mut at = 0;
    while let Some(run) = next_run(message.text, at) {
        let Some(run) = part(message.text, run) else { return };
        at = run.end;
        if out.iter().any(|c| c.start < run.end && run.start < c.end) {
            continue;
        }
        if let Some(confidence) = judge(message, question, region, &run) {
            let (end, value) = extension(message, &run, region);
            at = end;
            out.push(Candidate::new(Kind::Phone, run.start, end, value, confidence));
        }
    }
}

fn is_separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' | '\u{2010}'
            ..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{ff0d}' | '\u{3000}' | '\u{202f}'
    )
}

/// The next run of digits at or after a byte: digits with single separators between them.
fn next_run(text: &str, from: usize) -> Option<Run> {
    let mut start = from;
    loop {
        // Most of a text is ASCII without a digit.
        let byte = *text.as_bytes().get(start)?;
        let wide = || text.get(start..)?.chars().next().and_then(digit);
        if byte.is_ascii_digit() || !byte.is_ascii() && wide().is_some() {
            match other(text, start) {
                0 => break,
                len => start += len,
            }
        } else {
            start += 1;
        }
    }
    let first = start - from;
    let before = text.get(from..start).unwrap_or_default();
    let opened = before.strip_suffix('(').unwrap_or(before);
    let plus = opened.ends_with(['+', '＋']);
    if plus {
        start = opened.len() + from - opened.chars().next_back().map_or(0, char::len_utf8);
    } else if opened.len() != before.len() {
        start -= 1;
    }
    let group = |start: usize, mark: char| Group { digits: 0, start, end: start, mark };
    let mut run = Run {
        start,
        end: start,
        digits: String::new(),
        plus,
        groups: vec![group(from + first, ' ')],
    };
    // How many separators stand since the last digit, and the first of them that is no space.
    let (mut gap, mut mark) = (0, ' ');
    for (i, c) in text.get(from + first..)?.char_indices() {
        if let Some(d) = digit(c) {
            let at = from + first + i;
            if gap > 0 {
                // A time or another number follows: 06.12.34.56.78 is one.
                if other(text, at) > 0
                    || is_date(&run) && run.groups.last().is_some_and(|c| c.mark != mark)
                {
                    break;
                }
                run.groups.push(group(at, mark));
                (gap, mark) = (0, ' ');
            }
            run.digits.push(char::from(b'0' + d));
            run.end = at + c.len_utf8();
            if let Some(group) = run.groups.last_mut() {
                group.digits += 1;
                group.end = run.end;
            }
        } else if is_separator(c) && gap < 3 {
            gap += 1;
            mark = if mark == ' ' { c } else { mark };
        } else {
            break;
        }
        if run.digits.len() > 40 {
            break;
        }
    }
    // "plus 44 7700 900123", dictated, and not "plus 20 1234567".
    let country = run.groups.first().is_some_and(|group| group.digits <= 3);
    if let Some(sign) = spelled_plus(before)
        && country
        && run.digits.len() > 9
        && !run.digits.starts_with('0')
    {
        (run.start, run.plus) = (from + sign, true);
    }
    Some(run)
}

/// Where the word "plus" begins that a text ends in: one spelling for many languages.
fn spelled_plus(before: &str) -> Option<usize> {
    let mut text = before.as_bytes();
    while let [rest @ .., b' '] = text {
        text = rest;
    }
    let [at @ .., b'p' | b'P', b'l' | b'L', b'u' | b'U', b's' | b'S'] = text else { return None };
    let whole = !at.last().is_some_and(|b| b.is_ascii_alphanumeric() || !b.is_ascii());
    whole.then_some(at.len())
}

/// How many bytes from a digit on are no number for calling whatever stands around them, or none: a time
/// ("9:05", "14:05:59"), or an account number after its country, in groups of four with a space between
/// them, as ISO 13616-1 has it on paper. The shortest of these has 15 characters.
fn other(text: &str, at: usize) -> usize {
    let byte = |i: usize| text.as_bytes().get(i).copied().unwrap_or_default();
    let digit = |i: usize| byte(i).is_ascii_digit();
    let country = at.wrapping_sub(2);
    if byte(country).is_ascii_alphabetic() && byte(at.wrapping_sub(1)).is_ascii_alphabetic() {
        let mut len = 0;
        while len < 44
            && if len % 5 == 4 {
                byte(country + len) == b' '
            } else {
                byte(country + len).is_ascii_alphanumeric()
            }
        {
            len += 1;
        }
        if len > 17 {
            return len - 2;
        }
    }
    let hours = if digit(at + 1) { 2 } else { 1 };
    let mut len = hours;
    while byte(at + len) == b':'
        && digit(at + len + 1)
        && digit(at + len + 2)
        && !digit(at + len + 3)
    {
        len += 3;
    }
    if len > hours { len } else { 0 }
}

/// Groups of a number that is whole by itself.
const WHOLE: core::ops::RangeInclusive<usize> = 9..=12;

/// Cuts off what is another number beside a whole one: "9876543210 4471", "60611 585 777 8969"; of two that
/// differ in their last digits the second: "0171 1234567/68".
fn part(text: &str, run: Run) -> Option<Run> {
    let groups = run.groups.as_slice();
    let spaced = |i: usize| groups.get(i + 1).is_some_and(|group| group.mark == ' ');
    let ([first, ..], [before @ .., last]) = (groups, groups) else { return Some(run) };
    if last.mark == '/' && last.digits <= 2 && !before.iter().any(|group| group.mark == '/') {
        return next_run(text.get(..before.last()?.end)?, run.start);
    }
    // "0044 20 …": the first group is no other number either.
    if run.plus || run.digits.starts_with("00") {
        return Some(run);
    }
    if WHOLE.contains(&first.digits) && spaced(0) {
        return next_run(text.get(..first.end)?, run.start);
    }
    let mut rest = run.digits.len();
    for (i, Group { digits, .. }) in groups.iter().enumerate() {
        // A country code or area code is no number of its own.
        if rest > 12 && (4..=7).contains(digits) && spaced(i) && WHOLE.contains(&(rest - digits)) {
            return next_run(text.get(..run.end)?, groups.get(i + 1)?.start);
        }
        rest -= digits;
    }
    Some(run)
}

/// How sure it is that the run is a phone number, or nothing where it is not.
fn judge(
    message: &Message<'_>,
    question: Question,
    region: Option<Region>,
    run: &Run,
) -> Option<f32> {
    let text = message.text;
    let prev = text.get(..run.start).and_then(|t| t.chars().next_back());
    let next = text.get(run.end..).and_then(|t| t.chars().next());
    let joins = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '_' | '#' | '$' | '€' | '£' | '@' | '*' | '%' | '=')
    };
    let glued = |c: Option<char>| c.is_some_and(joins);
    if glued(prev)
        || glued(next)
        || !DIGITS.contains(&run.digits.len())
        || is_date(run)
        || is_dotted(run)
    {
        return None;
    }
    let after = message.tokens.at(run.end);
    let near = label(message, run.start).or_else(|| label_after(message, after));
    let labelled = near == Some(Label::Phone);
    if message.cues(after) & MONEY != 0 {
        return None;
    }
    if run.plus {
        return Some(if labelled || question.phone { 0.99 } else { 0.95 });
    }
    if labelled || (question.phone && near.is_none()) {
        return Some(0.95);
    }
    if near.is_some() {
        return None;
    }
    let fits = region.and_then(Plan::of).is_some_and(|plan| plan.known(&run.digits).is_some());
    let n = run.digits.len();
    let alone = message.begins_clause(message.tokens.at(run.start))
        && message.tokens.get(after).is_none_or(|t| t.newline);
    match () {
        () if question.other || (question.code && !question.phone) => None,
        () if is_round(run) || is_sizes(run) => None,
        () if fits => Some(0.85),
        () if n == 10 && run.groups.len() <= 4 => Some(0.7),
        // Nine and eleven digits are as often something else.
        () if (9..=11).contains(&n) && (is_grouped(run) || alone && question.unknown) => Some(0.6),
        () => None,
    }
}

/// Written in the groups in which people write phone numbers.
fn is_grouped(run: &Run) -> bool {
    (3..=5).contains(&run.groups.len()) && run.groups.iter().all(|n| (1..=4).contains(&n.digits))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    Phone,
    Code,
}

/// What the words before a number say that it is. The nearest have the say; "number" alone means a
/// phone number, unless the word beside it says which number.
fn label(message: &Message<'_>, start: usize) -> Option<Label> {
    let hit = message.before(start, 8).find(|h| h.cues & (PHONE | CODE | NUMBER) != 0)?;
    let beside = |h: &&Hit| h.last + 1 >= hit.first;
    let other = || message.before(start, 10).filter(beside).any(|h| h.cues & CODE != 0);
    // "Best.-Nr.", and not "Tel.-Nr."
    let joined = || {
        message.text.as_bytes().get(hit.start.wrapping_sub(1)) == Some(&b'-')
            && !message.shows_before(hit.start, 3, PHONE)
    };
    Some(if hit.cues & CODE != 0 || other() || joined() { Label::Code } else { Label::Phone })
}

/// What the words after a number say that it is: "… is my number", "… is my order number".
fn label_after(message: &Message<'_>, after: usize) -> Option<Label> {
    let words = (after..after + 5).take_while(|i| message.is_word(*i));
    let mut my = false;
    let mut label = None;
    for cues in words.map(|i| message.cues(i)) {
        match () {
            () if cues & CODE != 0 => return Some(Label::Code),
            () if my && cues & (PHONE | NUMBER) != 0 => label = Some(Label::Phone),
            () => my |= cues & MY != 0,
        }
    }
    label
}

/// 2024-05-06, 6.5.2024, 05/06/24.
fn is_date(run: &Run) -> bool {
    let [a, b, c] = run.groups.as_slice() else { return false };
    let short = |group: &Group| group.digits <= 2;
    let year_first = a.digits == 4 && short(c) && !run.digits.starts_with('0');
    b.mark == c.mark && short(b) && (year_first || (short(a) && matches!(c.digits, 2 | 4)))
}

/// Both halves are round: 3000000000, and 10000-15000, from one number to another.
fn is_round(run: &Run) -> bool {
    let (a, b) = run.digits.split_at_checked(run.digits.len() / 2).unwrap_or_default();
    a.ends_with("00") && b.ends_with("00")
}

/// Five pairs that begin as sizes do, not as numbers that are written in pairs do: 36 38 40 42 44.
fn is_sizes(run: &Run) -> bool {
    run.groups.len() > 4
        && matches!(run.digits.as_bytes(), [b'1'..=b'5', ..])
        && run.groups.iter().all(|group| group.digits == 2)
}

/// An IP address, or a number of a person or firm with its check digits: 12.345.678-5.
fn is_dotted(run: &Run) -> bool {
    run.groups.len() == 4
        && !run.digits.starts_with('0')
        && run.groups.iter().all(|group| group.digits <= 3)
        && run.groups.iter().skip(1).take(2).all(|group| group.mark == '.')
}

/// Takes an extension in, and writes the value.
fn extension(message: &Message<'_>, run: &Run, region: Option<Region>) -> (usize, String) {
    let value = region::normalise(&run.digits, run.plus, region);
    let tokens = &message.tokens;
    let mut i = tokens.at(run.end);
    if tokens.is_mark(i, ',') {
        i += 1;
    }
    let Some(token) = tokens.get(i) else { return (run.end, value) };
    // "x27" is one word, and what begins with 分机 a run.
    let word = tokens.folded(i);
    let short = word.strip_prefix("ext").or_else(|| word.strip_prefix('x'));
    let (mut digits, mut last) = (short.unwrap_or_default(), i);
    if message.shows(token.start, token.start + 1, EXT) {
        last = if tokens.mark(i + 1).is_some() { i + 2 } else { i + 1 };
        digits = tokens.folded(last);
    }
    if (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        let end = tokens.get(last).map_or(run.end, |t| t.end);
        return (end, concat(&[&value, ";ext=", digits]));
    }
    (run.end, value)
}
