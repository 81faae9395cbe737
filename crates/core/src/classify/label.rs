//! Which of several matters a conversation is about, by the words that it shares with the values.

use super::kind::{Sense, means};
use super::lexicon::Map;
use super::reading::Reading;
use super::timing::find;
use super::words::Words;
use super::{Field, Value};
use crate::conversation::Role;

/// A score per value with the turn and words that speak most for it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Score {
    /// Weighted share of the value's words that the conversation has, from 0.
    pub score: f32,
    /// Index of the turn, and first and last + 1 of its words.
    pub at: Option<(usize, usize, usize)>,
}

/// Words that carry no matter, in English; other languages' short words are dropped by length.
const EMPTY: [&str; 78] = [
    "the",
    "and",
    "for",
    "with",
    "from",
    "that",
    "this",
    "was",
    "were",
    "are",
    "has",
    "have",
    "had",
    "not",
    "but",
    "you",
    "your",
    "our",
    "their",
    "its",
    "his",
    "her",
    "they",
    "them",
    "customer",
    "customers",
    "what",
    "which",
    "when",
    "who",
    "how",
    "why",
    "where",
    "did",
    "does",
    "any",
    "all",
    "can",
    "could",
    "would",
    "should",
    "will",
    "been",
    "being",
    "into",
    "than",
    "then",
    "only",
    "other",
    "others",
    "about",
    "because",
    "if",
    "no",
    "none",
    "yes",
    "of",
    "to",
    "in",
    "on",
    "at",
    "is",
    "it",
    "an",
    "as",
    "by",
    "or",
    "be",
    "do",
    "my",
    "me",
    "we",
    "so",
    "us",
    "user",
    "client",
    "a",
    "i",
];

/// A word without its commonest English endings, so that "cancelled" meets "cancel".
pub(crate) fn stem(word: &str) -> &str {
    if !word.is_ascii() || word.len() < 4 {
        return word;
    }
    for ending in
        ["ations", "ation", "ings", "ing", "ies", "ied", "edly", "ed", "es", "s", "ly", "e", "y"]
    {
        if let Some(rest) = word.strip_suffix(ending)
            && rest.len() >= 3
        {
            let bytes = rest.as_bytes();
            let doubled = bytes.len() > 3
                && bytes.last() == bytes.get(bytes.len() - 2)
                && !rest.ends_with(['a', 'e', 'i', 'o', 'u', 's']);
            return if doubled { rest.get(..rest.len() - 1).unwrap_or(rest) } else { rest };
        }
    }
    word
}

/// Terms of a text: stems, and pairs of characters where no spaces divide words.
fn terms(words: &Words) -> Vec<(String, usize)> {
    let mut out = Vec::new();
    let mut previous: Option<&str> = None;
    for (i, word) in words.iter().enumerate() {
        if word.chars().all(super::words::is_unspaced) {
            if let Some(before) = previous {
                out.push((format!("{before}{word}"), i));
            }
            previous = Some(word);
        } else {
            previous = None;
            if !EMPTY.contains(&word) {
                out.push((stem(word).to_owned(), i));
            }
        }
    }
    out
}

/// Scores every value.
pub(crate) fn score(reading: &Reading<'_>, field: &Field) -> Vec<Score> {
    let values: Vec<Vec<(String, f32)>> = field
        .possible_values
        .iter()
        .map(|value| {
            let name = terms(&Words::new(value.name()));
            let about = terms(&Words::new(value.description().unwrap_or_default()));
            let mut weighted: Vec<(String, f32)> = Vec::new();
            for (term, weight) in name
                .into_iter()
                .map(|(t, _)| (t, 1.0))
                .chain(about.into_iter().map(|(t, _)| (t, 0.5)))
            {
                if !weighted.iter().any(|(t, _)| *t == term) {
                    weighted.push((term, weight));
                }
            }
            weighted
        })
        .collect();
    // A term that several values share tells them apart less.
    let mut owners: Map<&str, Vec<(usize, f32)>> = Map::default();
    for (i, terms) in values.iter().enumerate() {
        for (term, weight) in terms {
            owners.entry(term).or_default().push((i, *weight));
        }
    }
    let many = values.len().max(1) as f32;
    let idf = |n: usize| (1.0 + many / n.max(1) as f32).ln();
    let norms: Vec<f32> = values
        .iter()
        .map(|terms| {
            terms
                .iter()
                .map(|(t, w)| w * idf(owners.get(t.as_str()).map_or(1, Vec::len)))
                .sum::<f32>()
                .max(f32::MIN_POSITIVE)
        })
        .collect();
    let mut best = vec![Score::default(); values.len()];
    let mut whole: Vec<Vec<&str>> = vec![Vec::new(); values.len()];
    let mut sums = vec![0f32; values.len()];
    for (index, turn) in reading.turns.iter().enumerate() {
        let weight = match turn.role {
            Role::Customer => 1.0,
            Role::Agent | Role::Bot => 0.5,
            Role::System => continue,
        };
        let mut scores: Vec<(f32, usize, usize, Vec<&str>)> =
            vec![(0.0, usize::MAX, 0, Vec::new()); values.len()];
        for (term, at) in terms(&turn.words) {
            let Some((key, of)) = owners.get_key_value(term.as_str()) else { continue };
            for (value, term_weight) in of {
                let Some(score) = scores.get_mut(*value) else { continue };
                if score.3.contains(key) {
                    continue;
                }
                score.3.push(key);
                score.0 += term_weight * idf(of.len());
                score.1 = score.1.min(at);
                score.2 = score.2.max(at + 1);
                if let (Some(seen), Some(sum)) = (whole.get_mut(*value), sums.get_mut(*value))
                    && !seen.contains(key)
                {
                    seen.push(key);
                    *sum += weight * term_weight * idf(of.len());
                }
            }
        }
        for ((score, best), norm) in scores.iter().zip(&mut best).zip(&norms) {
            let share = weight * score.0 / norm;
            if share > best.score {
                *best = Score { score: share, at: Some((index, score.1, score.2)) };
            }
        }
    }
    for ((best, sum), norm) in best.iter_mut().zip(&sums).zip(&norms) {
        best.score += 0.5 * sum / norm;
    }
    for (best, value) in best.iter_mut().zip(&field.possible_values) {
        if is_rest(value) {
            *best = Score::default();
        }
    }
    best
}

/// Whether a value stands for what the others do not cover.
pub(crate) fn is_rest(value: &Value) -> bool {
    [Sense::Other, Sense::Unsaid, Sense::Unknown].iter().any(|s| means(value.name(), *s))
}

/// Index of the value for "something else" or, where nothing was said at all, "no reason given".
pub(crate) fn rest(field: &Field, unsaid: bool) -> Option<usize> {
    let place = |sense| field.possible_values.iter().position(|v| means(v.name(), sense));
    let (other, silent) = (place(Sense::Other), place(Sense::Unsaid));
    if unsaid { silent.or(other) } else { other.or(silent) }
}

/// Whether the conversation has what the prompt makes a condition of answering at all ("only if the
/// customer has requested a cancellation"). Without a condition the values' own score decides.
pub(crate) fn applies(reading: &Reading<'_>, field: &Field) -> Option<bool> {
    let condition = condition(&field.prompt)?;
    let wanted: Vec<String> = terms(&Words::new(condition)).into_iter().map(|(t, _)| t).collect();
    let wanted: Vec<&String> =
        wanted.iter().filter(|t| !GATE_EMPTY.contains(&t.as_str())).collect();
    if wanted.is_empty() {
        return None;
    }
    Some(reading.by(&[Role::Customer, Role::Agent, Role::Bot]).any(|(_, t)| {
        let has = terms(&t.words);
        wanted.iter().any(|w| has.iter().any(|(t, _)| t == *w))
    }))
}

/// Stems in conditions that name no matter.
const GATE_EMPTY: [&str; 24] = [
    "request",
    "ask",
    "report",
    "conversation",
    "mention",
    "perform",
    "categorization",
    "classification",
    "classif",
    "output",
    "value",
    "null",
    "leav",
    "empt",
    "blank",
    "relat",
    "want",
    "issu",
    "problem",
    "provid",
    "appl",
    "answer",
    "field",
    "skip",
];

/// The part of a prompt that says when to answer.
fn condition(prompt: &str) -> Option<&str> {
    prompt.split_inclusive(['.', ';', '\n']).find_map(|sentence| {
        let words = Words::new(sentence);
        let at = find(
            &words,
            &[
                "only if",
                "only when",
                "only be performed if",
                "only for",
                "only answer if",
                "only classify if",
            ],
        )?;
        sentence.get(words.source(at..words.len()))
    })
}
