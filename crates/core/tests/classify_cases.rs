//! Runs the shared cases of classification and sentiment against the native code.
#![expect(clippy::unwrap_used, reason = "a case file that cannot be read must fail the test")]

use askwell::line::classify::{In, SentimentIn, run, run_sentiment};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Whether every key of `wanted` stands with the same value in `real`; arrays match one by one.
fn is_subset(wanted: &Value, real: &Value) -> bool {
    match (wanted, real) {
        (Value::Object(wanted), Value::Object(real)) => {
            wanted.iter().all(|(key, value)| real.get(key).is_some_and(|r| is_subset(value, r)))
        }
        (Value::Array(wanted), Value::Array(real)) => {
            wanted.len() == real.len() && wanted.iter().zip(real).all(|(w, r)| is_subset(w, r))
        }
        _ => wanted == real,
    }
}

/// Runs a file of cases and returns how many there were.
fn run_file<I: DeserializeOwned>(file: &str, run: impl Fn(&I) -> Value) -> usize {
    let path = format!("{}/../../tests/data/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let mut failures = Vec::new();
    let lines = text.lines().filter(|l| !l.trim().is_empty());
    let count = lines
        .map(|line| {
            let case: Value = serde_json::from_str(line).unwrap();
            let input: I = serde_json::from_value(case["in"].clone()).unwrap();
            let real = run(&input);
            if !is_subset(&case["out"], &real) {
                failures.push(format!("{}\n  wanted {}\n  got    {real}", case["in"], case["out"]));
            }
        })
        .count();
    assert!(failures.is_empty(), "{} of {count} fail:\n{}", failures.len(), failures.join("\n"));
    count
}

#[test]
fn fields_are_answered_as_written() {
    let count = run_file("classify.jsonl", |input: &In| serde_json::to_value(run(input)).unwrap());
    assert!(count >= 40, "only {count} cases");
}

#[test]
fn tones_are_judged_as_written() {
    let count = run_file("sentiment.jsonl", |input: &SentimentIn| {
        serde_json::to_value(run_sentiment(input)).unwrap()
    });
    assert!(count >= 25, "only {count} cases");
}
