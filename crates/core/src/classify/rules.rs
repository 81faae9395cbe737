//! What a prompt says on when to answer, and what to answer when nothing fits.

use super::concepts::{self, Concept};
use super::kind::{Sense, means};
use super::phrase::find;
use super::reading::{Read, Reading};
use super::words::Words;
use super::{Field, Question, Value};
use crate::conversation::Role;

/// Whether a value stands for what the others do not cover.
pub(crate) fn is_rest(value: &Value) -> bool {
    [Sense::Other, Sense::Unsaid, Sense::Unknown].iter().any(|s| means(value.name(), *s))
}

/// Index of the value for "no reason given", else the one for "something else".
pub(crate) fn rest(field: &Field, unsaid: bool) -> Option<usize> {
    let place = |sense| field.possible_values.iter().position(|v| means(v.name(), sense));
    let (other, silent) = (place(Sense::Other), place(Sense::Unsaid));
    if unsaid { silent.or(other) } else { other.or(silent) }
}

/// Concepts that are the setting of a condition and not its point.
const SETTINGS: [&str; 6] =
    ["subscription", "delivery", "payment", "component", "booking", "thanks"];

/// Concepts that a condition names, each group with those that are signs of it.
const FAMILIES: [(&[&str], &[&str]); 4] = [
    (
        &["technical issue", "defect"],
        &[
            "technical issue",
            "defect",
            "device defective",
            "network settings",
            "restart device",
            "factory reset",
            "apn",
            "not resolved",
            "no data left",
        ],
    ),
    (&["delivery"], &["delay", "in transit", "in preparation", "delivered"]),
    (&["payment"], &["payment problem", "bank details"]),
    (&["broken seal", "damaged container"], &["leak", "missing"]),
];

/// Concepts without those that are a setting, unless nothing else is left.
pub(crate) fn point(mut of: Vec<Concept>, settings: &[&str]) -> Vec<Concept> {
    let settings: Vec<Concept> = settings.iter().filter_map(|n| concepts::concept(n)).collect();
    if of.iter().any(|c| !settings.contains(c)) {
        of.retain(|c| !settings.contains(c));
    }
    of
}

/// The concepts that a prompt makes a condition of answering at all ("only if the customer has requested a
/// cancellation", "if no return was requested, output null"). None where the prompt sets no condition
/// that can be told.
pub(crate) fn condition(field: &Field) -> Option<Vec<Concept>> {
    let said = conditions(&field.prompt).into_iter().flat_map(named_plainly).collect();
    let mut wanted = point(said, &SETTINGS);
    if wanted.is_empty() {
        return None;
    }
    for (names, signs) in FAMILIES {
        let all = |of: &[&str]| -> Vec<Concept> {
            of.iter().filter_map(|n| concepts::concept(n)).collect()
        };
        if all(names).iter().any(|c| wanted.contains(c)) {
            wanted.extend(all(signs));
        }
    }
    Some(wanted)
}

/// Whether the conversation meets the question's condition; none where it has none.
pub(crate) fn applies(reading: &Reading<'_>, question: &Question) -> Option<bool> {
    met(reading, question, &[Role::Customer, Role::Agent, Role::Bot])
}

/// The same, by the customer's own words.
pub(crate) fn raised(reading: &Reading<'_>, question: &Question) -> Option<bool> {
    met(reading, question, &[Role::Customer])
}

fn met(reading: &Reading<'_>, question: &Question, by: &[Role]) -> Option<bool> {
    let wanted = question.condition()?;
    let said = |(_, t): (usize, &Read<'_>)| t.touched.iter().any(|c| wanted.contains(c));
    Some(reading.by(by).any(said))
}

/// The concepts of a condition, whether it is affirmed or denied: "if payment never came up" is about
/// payment, and not about what never came.
fn named_plainly(condition: &str) -> Vec<Concept> {
    let denial = |w: &&str| !matches!(*w, "never" | "not" | "no" | "nicht" | "kein" | "keine");
    let words = Words::new(condition);
    concepts::named(&words.iter().filter(denial).collect::<Vec<_>>().join(" "))
}

/// Whether the prompt says that what is not said has no answer, rather than a no.
pub(crate) fn unsaid_is_null(field: &Field) -> bool {
    const UNSAID: [&str; 14] = [
        "unclear",
        "not clear",
        "not said",
        "is said",
        "unknown",
        "not known",
        "not mentioned",
        "not stated",
        "not specified",
        "unspecified",
        "cannot be told",
        "cant be told",
        "cannot be determined",
        "cant tell",
    ];
    find(&Words::new(&field.prompt), &UNSAID).is_some()
}

/// The parts of a prompt that say when to answer, and when not.
fn conditions(prompt: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for sentence in prompt.split_inclusive(['.', ';', '\n']) {
        let words = Words::new(sentence);
        let only = find(
            &words,
            &[
                "only if",
                "only when",
                "only be performed if",
                "only for",
                "only answer if",
                "only classify if",
                "nur wenn",
                "solo si",
                "seulement si",
                "uniquement si",
                "apenas se",
                "somente se",
                "solo se",
                "alleen als",
                "tylko jesli",
                "endast om",
            ],
        );
        let skips = find(
            &words,
            &["null", "blank", "empty", "skip", "dont output", "do not output", "no value"],
        );
        let unless = find(
            &words,
            &["if", "when", "unless", "wenn", "falls", "si", "se", "als", "jesli", "om"],
        );
        let from = match (only, skips, unless) {
            (Some(only), _, _) => only,
            (None, Some(_), Some(unless)) => unless,
            _ => continue,
        };
        if let Some(part) = sentence.get(words.source(from..words.len())) {
            found.push(part);
        }
    }
    found
}

/// The value that the prompt names for when nothing else holds: "otherwise output 'Behaved
/// correctly'", "if it did neither, 'Behaved correctly'". None where what follows is null, and where
/// the second form names a value for what the others do not cover: that one needs its occasion.
pub(crate) fn otherwise(field: &Field) -> Option<usize> {
    const OTHERWISE: [&str; 12] = [
        "otherwise",
        "else",
        "in all other cases",
        "sonst",
        "andernfalls",
        "sinon",
        "de lo contrario",
        "caso contrario",
        "altrimenti",
        "w przeciwnym razie",
        "annars",
        "aksi halde",
    ];
    const NEITHER: [&str; 8] = [
        "neither",
        "none of these",
        "none of those",
        "none of them",
        "nothing of the kind",
        "no such thing",
        "weder noch",
        "keines davon",
    ];
    field.prompt.split_inclusive(['.', ';', '\n']).find_map(|sentence| {
        let words = Words::new(sentence);
        let plain = find(&words, &OTHERWISE);
        let at = plain.or_else(|| find(&words, &NEITHER))?;
        let rest = Words::new(sentence.get(words.source(at..at + 1).end..)?);
        let named = named_first(&rest, field)?;
        let is_rest = field.possible_values.get(named).is_some_and(is_rest);
        (plain.is_some() || !is_rest).then_some(named)
    })
}

/// The value whose name stands first in these words, the longer one where two begin together.
fn named_first(words: &Words, field: &Field) -> Option<usize> {
    let mut lexicon = super::lexicon::Lexicon::default();
    for (i, value) in field.possible_values.iter().enumerate() {
        lexicon.add(value.name(), i);
    }
    let null = field.possible_values.len();
    lexicon.add("null", null);
    let hits = lexicon.hits(words);
    let first = hits.iter().min_by_key(|h| (h.from, core::cmp::Reverse(h.to)))?;
    (first.label != null).then_some(first.label)
}
