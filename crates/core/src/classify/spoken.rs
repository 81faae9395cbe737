//! Which language somebody writes in, and which of a field's values that is.

use super::answer::{Finding, whole};
use super::kind::{Sense, means};
use super::language;
use super::reading::{Read, Reading, cut};
use super::words::Words;
use super::{Evidence, Method, Question};
use crate::conversation::Role;
use core::ops::Range;

/// A question about a language.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spoken {
    /// Whose.
    pub who: Role,
    /// Per value its code.
    pub codes: Vec<Option<&'static str>>,
}

/// Words below which a customer's language is told from the team's answers too.
const FEW_WORDS: usize = 4;
/// Words below which a listed language is taken for its near relative, and which those are: of little text one reads
/// like the other.
const LITTLE: usize = 6;
const RELATIVES: [(&str, &str); 5] =
    [("ca", "es"), ("ms", "id"), ("id", "ms"), ("sk", "cs"), ("cs", "sk")];

/// Messages of somebody that are read one by one at most.
const MOST_TURNS: usize = 200;

/// Quotations of so many words are somebody else's.
const QUOTED_WORDS: usize = 3;

/// What somebody writes, without what they quote, as far as it is needed.
fn text(reading: &Reading<'_>, who: Role, from: usize) -> String {
    let mut text = String::new();
    for (_, turn) in reading.by(&[who]).filter(|(i, _)| *i >= from) {
        text.push_str(&unquoted(cut(turn.text, 1_000)));
        text.push('\n');
        if text.len() > 8_000 {
            break;
        }
    }
    // Who writes nothing but quotations is read by them.
    if text.chars().any(char::is_alphabetic) {
        return text;
    }
    reading.by(&[who]).take(8).map(|(_, t)| cut(t.text, 1_000)).collect()
}

/// A text without what it quotes.
fn unquoted(text: &str) -> String {
    let mut said = String::new();
    let mut from = 0;
    for quotation in quotations(text) {
        said.push_str(text.get(from..quotation.start).unwrap_or_default());
        said.push(' ');
        from = quotation.end;
    }
    said.push_str(text.get(from..).unwrap_or_default());
    said
}

/// The bytes that stand in quotation marks, of three words and more.
fn quotations(text: &str) -> Vec<Range<usize>> {
    const PAIRS: [(char, &[char]); 6] = [
        ('"', &['"']),
        ('“', &['”', '"', '“']),
        ('„', &['“', '”', '"']),
        ('«', &['»']),
        ('»', &['«']),
        ('「', &['」']),
    ];
    let mut found = Vec::new();
    let mut chars = text.char_indices();
    while let Some((start, open)) = chars.next() {
        let Some((_, close)) = PAIRS.iter().find(|(o, _)| *o == open) else { continue };
        let after = start + open.len_utf8();
        let rest = text.get(after..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        let Some(length) = line.find(*close) else { continue };
        let inside = line.get(..length).unwrap_or_default();
        let end = after
            + length
            + line.get(length..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
        if inside.split_whitespace().count() >= QUOTED_WORDS {
            found.push(start..end);
        }
        // A mark that closes one quotation opens no other.
        while chars.clone().next().is_some_and(|(at, _)| at < end) {
            chars.next();
        }
    }
    found
}

/// Whether some message of somebody is long enough to tell its language, and is in one of these.
pub(crate) fn writes_once(reading: &Reading<'_>, who: Role, codes: &[&str]) -> Option<usize> {
    let long = |t: &(usize, &Read<'_>)| t.1.words.len() >= LITTLE;
    let roles = [who];
    reading.by(&roles).filter(long).take(MOST_TURNS).find_map(|(i, turn)| {
        let own = unquoted(cut(turn.text, 400));
        if Words::new(&own).len() < LITTLE {
            return None;
        }
        let ranked = language::ranked(&own);
        ranked.first().filter(|(top, _)| codes.contains(&top.code)).map(|_| i)
    })
}

/// The language that somebody writes in, with how sure that is (0 to 1); none where nothing tells.
pub(crate) fn language(reading: &Reading<'_>, who: Role) -> Option<(&'static str, f32)> {
    of(told(reading, who, 0)?)
}

/// The language in which somebody of the team answers the customer: a greeting that the customer has not yet written
/// before is in the site's. None where nothing tells.
pub(crate) fn answers(reading: &Reading<'_>, who: Role) -> Option<(&'static str, f32)> {
    let first = reading.customer().next().map_or(0, |(i, _)| i);
    of(told(reading, who, first).or_else(|| told(reading, who, 0))?)
}

fn of((text, words): (String, usize)) -> Option<(&'static str, f32)> {
    let ranked = language::ranked(&text);
    let (top, share) = ranked.first()?;
    let confidence = if words < LITTLE { sureness(*share, words) } else { 1.0 };
    Some((top.code, confidence))
}

/// How sure a language is that has this share among all, told from so many words. Of some words the first is nearly always
/// the right one, whatever its share; of one or two it is not.
fn sureness(share: f32, words: usize) -> f32 {
    match words {
        0..FEW_WORDS => share,
        FEW_WORDS..LITTLE => share.max(0.5),
        _ => share.max(0.9),
    }
}

/// What tells which language somebody writes in from a turn on, with the number of words that are their own; none where
/// they write nothing in words.
fn told(reading: &Reading<'_>, who: Role, from: usize) -> Option<(String, usize)> {
    let mut text = text(reading, who, from);
    let said = |w: &&str| w.chars().any(char::is_alphabetic);
    let own = |(_, t): (usize, &Read<'_>)| t.words.iter().filter(said).count();
    let words: usize = reading.by(&[who]).filter(|(i, _)| *i >= from).map(own).sum();
    if words == 0 {
        return None;
    }
    // "Test" and "ok" are of many languages; the team answers in the one that the customer chose.
    if who == Role::Customer && words < FEW_WORDS {
        for (_, turn) in reading.by(&[Role::Agent, Role::Bot]).take(2) {
            text.push_str(cut(turn.text, 200));
            text.push('\n');
        }
    }
    Some((text, words))
}

/// The first turn of somebody.
pub(crate) fn first(reading: &Reading<'_>, who: Role) -> Vec<usize> {
    reading.by(&[who]).take(1).map(|(i, _)| i).collect()
}

/// The value for the language that is written.
pub(crate) fn decide(reading: &Reading<'_>, question: &Question, spoken: &Spoken) -> Finding {
    let Spoken { who, codes } = spoken;
    let values = &question.field().possible_values;
    // "Unknown" is for what cannot be told, beside a value for all other languages.
    let unknown = |i: &usize| values.get(*i).is_some_and(|v| means(v.name(), Sense::Unknown));
    let Some((text, words)) = told(reading, *who, 0) else {
        let value = (0..codes.len()).find(unknown);
        return Finding { value, ..Finding::none(0.9, Method::Exact) };
    };
    let ranked = language::ranked(&text);
    let Some((top, share)) = ranked.first() else { return Finding::none(0.8, Method::Exact) };
    let best = ranked
        .iter()
        .filter_map(|(l, s)| Some((codes.iter().position(|c| *c == Some(l.code))?, *s)))
        .next();
    let evidence: Vec<Evidence> =
        first(reading, *who).into_iter().filter_map(|i| whole(reading, i)).collect();
    let listed = codes.contains(&Some(top.code));
    let open = |i: &usize| codes.get(*i).is_some_and(Option::is_none);
    let other = (0..codes.len()).filter(open).find(|i| !unknown(i));
    let value = match (listed, best, other) {
        // Of two ways to write one language only the right one is an answer.
        (true, Some((value, _)), _) if top.code == "zh" => {
            let named = |i: usize| language::Chinese::named(values.get(i)?.name());
            let mut of = (0..codes.len()).filter(|i| codes.get(*i) == Some(&Some(top.code)));
            let written = language::Chinese::of(&text);
            match named(value) {
                None => Some(value),
                Some(_) => of.find(|i| written.is_some() && named(*i) == written).or(other),
            }
        }
        (true, Some((value, _)), _) => Some(value),
        (_, _, Some(other)) => Some(other),
        (_, Some((value, s)), None)
            if words < LITTLE && s > 0.5 * share && {
                let listed = |code| codes.get(value) == Some(&Some(code));
                RELATIVES.iter().any(|(from, to)| *from == top.code && listed(*to))
            } =>
        {
            Some(value)
        }
        _ => (0..codes.len()).filter(open).find(unknown),
    };
    Finding { value, confidence: sureness(*share, words), evidence, method: Method::Exact }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_of_a_few_words_are_somebody_elses() {
        let text = "It says \"der Artikel ist leider weg\" and \"ok\", why?";
        let found = quotations(text);
        assert_eq!(found.len(), 1);
        assert_eq!(&text[found[0].clone()], "\"der Artikel ist leider weg\"");
        assert_eq!(quotations("an inch is written 5\" wide").len(), 0);
        assert_eq!(quotations("„eins zwei drei“ und «un deux trois»").len(), 2);
        assert!(quotations("“").is_empty());
    }
}
