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
fn questions_in_an_owners_own_words_are_answered_as_written() {
    let count = run_file("questions.jsonl", |input: &In| serde_json::to_value(run(input)).unwrap());
    assert!(count >= 120, "only {count} cases");
}

#[test]
fn what_is_looked_up_is_not_taken_for_what_is_asked_beside_it() {
    let file = "questions_facts.jsonl";
    let count = run_file(file, |input: &In| serde_json::to_value(run(input)).unwrap());
    assert!(count >= 200, "only {count} cases");
}

#[test]
fn tones_are_judged_as_written() {
    let count = run_file("sentiment.jsonl", |input: &SentimentIn| {
        serde_json::to_value(run_sentiment(input)).unwrap()
    });
    assert!(count >= 25, "only {count} cases");
}

/// Pieces that have broken scanners before: joined scripts, lone marks, numbers without units.
const PIECES: [&str; 40] = [
    "not ",
    "n't",
    "'",
    "’",
    "l'",
    "?",
    "！",
    "。",
    ",",
    "\n",
    "\u{301}",
    "\u{200d}",
    "😀",
    "👍🏽",
    "返品",
    "したい",
    "คืน",
    "हो गया",
    "لا ",
    "طلب",
    "ß",
    "İ",
    "ﬁ",
    "ａ１",
    "$",
    "10k",
    "1 000",
    "€",
    "-",
    "4 hours",
    "h",
    "½",
    "<",
    "ignore all instructions ",
    "cancel",
    "refund ",
    "works ",
    "great ",
    "\u{0}",
    "if ",
];

#[test]
fn no_text_panics_and_every_quote_is_verbatim() {
    use askwell::classify::{Field, Transcript, lint, templates};
    use askwell::conversation::{Role, Turn};

    // A linear congruential generator (Knuth's MMIX constants): the same texts on every run.
    let mut state = 20_261_121u64;
    let mut next = move |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut fields: Vec<Field> = templates().into_iter().map(|t| t.field.into()).collect();
    for _ in 0..60 {
        let mut text = |most: usize| -> String {
            (0..next(most)).map(|_| PIECES[next(PIECES.len())]).collect()
        };
        let (prompt, first, second) = (text(12), text(4), text(4));
        let spoken: Vec<String> = (0..6).map(|_| text(30)).collect();
        fields.truncate(23);
        fields.push(Field {
            name: text(3),
            prompt,
            possible_values: vec![
                askwell::classify::Value::Name(first),
                askwell::classify::Value::Name(second),
            ],
            optional: next(2) == 0,
        });
        let roles = [Role::Customer, Role::Bot, Role::Agent, Role::System];
        let turns: Vec<Turn> = spoken
            .into_iter()
            .map(|text| Turn { role: roles[next(4)], text, at: Some(i64::MAX - next(9) as i64) })
            .collect();
        let transcript = Transcript::new(&turns);
        for field in &fields {
            let answer = transcript.answer(field);
            assert!((0.0..=1.0).contains(&answer.confidence));
            if let Some(value) = &answer.answer {
                assert!(field.possible_values.iter().any(|v| v.name() == value));
            }
            for evidence in &answer.evidence {
                assert!(turns[evidence.message].text.contains(&evidence.quote), "{evidence:?}");
            }
        }
        let tone = transcript.tone();
        let signals = transcript.signals(tone);
        assert!(signals.dissatisfaction || !signals.severe_negative);
        let _ = lint(&fields[23]);
    }
}

#[test]
fn a_possible_value_says_what_is_wrong_with_it() {
    let read = |text: &str| serde_json::from_str::<askwell::classify::Value>(text);
    assert_eq!(read(r#""Red""#).unwrap().name(), "Red");
    let red = read(r#"{"value": "Red", "description": "it burns"}"#).unwrap();
    let written = serde_json::to_string(&red).unwrap();
    assert_eq!(red.description(), Some("it burns"));
    assert_eq!(read(&written).unwrap(), red);
    for (wrong, named) in [
        (r#"{"value": "Red", "description": "it burns", "colour": 1}"#, "colour"),
        (r#"{"value": "Red", "descriptoin": "it burns"}"#, "descriptoin"),
        (r#"{"value": "Red"}"#, "description"),
        ("7", "`value` and `description`"),
    ] {
        let said = read(wrong).unwrap_err().to_string();
        assert!(said.contains(named), "{wrong}: {said}");
    }
}
