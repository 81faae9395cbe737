//! What a prompt says on when to answer, and what to answer when nothing fits.

use super::concepts::{self, Concept};
use super::kind::{Sense, means};
use super::phrase::{find, find_all};
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

/// Whether the values are kinds of what the prompt makes its condition: "Which defect is reported? If no defect is
/// reported, output null". Then whatever fits a value meets the condition, in words that no phrase foresees.
pub(crate) fn names_kinds(field: &Field) -> bool {
    const WHICH: [&str; 44] = [
        "which",
        "what",
        "what kind of",
        "what type of",
        "which kind of",
        "which type of",
        "welche",
        "welcher",
        "welches",
        "welchen",
        "welchem",
        "was fur ein",
        "was fur eine",
        "was fur einen",
        "que",
        "cual",
        "cual es el",
        "cual es la",
        "que tipo de",
        "quel",
        "quelle",
        "quels",
        "quelles",
        "quel est le",
        "quelle est la",
        "quel type de",
        "qual",
        "quais",
        "qual e o",
        "qual e a",
        "que tipo de",
        "quale",
        "quali",
        "che",
        "che tipo di",
        "welk",
        "welke",
        "wat voor",
        "jaki",
        "jaka",
        "jakie",
        "vilken",
        "vilket",
        "hangi",
    ];
    // What stands between the noun and the rest of the question.
    const ENDS: [&str; 32] = [
        "of", "with", "in", "on", "for", "about", "from", "does", "did", "do", "is", "was", "were",
        "has", "had", "have", "the", "an", "der", "die", "des", "am", "bei", "de", "del", "du",
        "da", "do", "con", "met", "z", "med",
    ];
    let Some(wanted) = condition(field) else { return false };
    let words = Words::new(&field.prompt);
    find_all(&words, &WHICH).into_iter().any(|(_, from)| {
        let to = (from..words.len().min(from + 3)).find(|i| ENDS.contains(&words.get(*i)));
        let noun = from..to.unwrap_or(words.len().min(from + 3));
        let text = field.prompt.get(words.source(noun.clone())).unwrap_or_default();
        !noun.is_empty() && concepts::named(text).iter().any(|c| wanted.contains(c))
    })
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

/// What a prompt says to answer when nothing else holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Otherwise {
    /// One of the values.
    Value(usize),
    /// Nothing.
    Null,
}

/// What the prompt says to answer when nothing else holds: "otherwise output 'Behaved correctly'", "if it did neither,
/// 'Behaved correctly'", "'No' if not". Where the second form names a value for what the others do not cover it is none
/// of it: that one needs its occasion.
pub(crate) fn otherwise(field: &Field) -> Option<Otherwise> {
    const OTHERWISE: [&str; 17] = [
        "otherwise",
        "else",
        "in all other cases",
        "in any other case",
        "in every other case",
        "sonst",
        "andernfalls",
        "ansonsten",
        "sinon",
        "de lo contrario",
        "caso contrario",
        "altrimenti",
        "anders",
        "w przeciwnym razie",
        "annars",
        "aksi halde",
        "否则",
    ];
    // Whole only where nothing but the answer follows: "if not mentioned, output null" is something else.
    const IF_NOT: [&str; 13] = [
        "if not",
        "if it did not",
        "if they did not",
        "if it does not",
        "if it was not",
        "if it is not",
        "if there was none",
        "if none was",
        "falls nicht",
        "wenn nicht",
        "si no",
        "se nao",
        "se no",
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
        let hits = named(&words, field);
        let first = |from: usize| {
            let after = hits.iter().filter(|h| h.from >= from);
            after.min_by_key(|h| (h.from, core::cmp::Reverse(h.to))).copied()
        };
        // "'Fast' otherwise": it ends the sentence, and the answer stands right before.
        let before = |at: usize| {
            let close = hits.iter().filter(|h| h.to == at);
            close.min_by_key(|h| h.from).copied()
        };
        if let Some((from, to)) = find_all(&words, &OTHERWISE).first().copied() {
            let found = first(to).or_else(|| before(from).filter(|_| to == words.len()))?;
            return Some(found.label);
        }
        for (from, to) in find_all(&words, &IF_NOT) {
            if to == words.len() {
                if let Some(hit) = before(from) {
                    return Some(hit.label);
                }
                continue;
            }
            const SAY: [&str; 16] = [
                "output", "return", "answer", "say", "use", "set", "choose", "select", "pick",
                "then", "it", "is", "with", "the", "value", "leave",
            ];
            let hit = first(to).filter(|h| (to..h.from).all(|i| SAY.contains(&words.get(i))));
            if let Some(hit) = hit {
                return Some(hit.label);
            }
        }
        let neither = find_all(&words, &NEITHER).first().copied()?;
        match first(neither.0 + 1)?.label {
            Otherwise::Value(value) => {
                let is_rest = field.possible_values.get(value).is_some_and(is_rest);
                (!is_rest).then_some(Otherwise::Value(value))
            }
            Otherwise::Null => None,
        }
    })
}

/// Where answers are named in these words.
fn named(words: &Words, field: &Field) -> Vec<super::lexicon::Hit<Otherwise>> {
    let mut lexicon = super::lexicon::Lexicon::default();
    for (i, value) in field.possible_values.iter().enumerate() {
        lexicon.add(value.name(), Otherwise::Value(i));
    }
    for null in
        ["null", "blank", "empty", "nothing", "leer", "vacio", "vide", "vazio", "vuoto", "leeg"]
    {
        lexicon.add(null, Otherwise::Null);
    }
    lexicon.hits(words)
}
