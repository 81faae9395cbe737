//! The baseline: the value that shares most words with the customer, rarer words counting more.

use askwell::classify::{Field, Value};
use askwell::conversation::{Role, Turn};
use std::collections::{HashMap, HashSet};

/// Lower-case words without an English plural or past ending.
fn stems(text: &str) -> HashSet<String> {
    let lower = text.to_lowercase();
    lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| w.len() > 2)
        .map(|w| {
            let short = ["ing", "ed", "es", "s"].iter().find_map(|e| w.strip_suffix(e));
            short.filter(|s| s.len() > 2).unwrap_or(w).to_owned()
        })
        .collect()
}

/// Answers by shared words; without any, null for an optional field and the first value for a required one.
pub fn answer(conversation: &[Turn], field: &Field) -> Option<String> {
    let said: HashSet<String> = conversation
        .iter()
        .filter(|t| t.role == Role::Customer)
        .flat_map(|t| stems(&t.text))
        .collect();
    let values: Vec<HashSet<String>> =
        field.possible_values.iter().map(|v| stems(v.name())).collect();
    let mut owners: HashMap<&str, usize> = HashMap::new();
    for word in values.iter().flatten() {
        *owners.entry(word).or_default() += 1;
    }
    let rare = |word: &String| {
        let of = owners.get(word.as_str()).copied().unwrap_or(1) as f64;
        (1.0 + values.len() as f64 / of).ln()
    };
    let scores = values.iter().map(|words| {
        let all: f64 = words.iter().map(rare).sum();
        words.iter().filter(|w| said.contains(*w)).map(rare).sum::<f64>() / all.max(1e-9)
    });
    let mut best: (Option<&Value>, f64) = (None, 0.0);
    for (value, score) in field.possible_values.iter().zip(scores) {
        if score > best.1 {
            best = (Some(value), score);
        }
    }
    let fallback = field.possible_values.first().filter(|_| !field.optional);
    best.0.or(fallback).map(|v| v.name().to_owned())
}
