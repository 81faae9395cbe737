//! The shared cases of `tests/data/detect.jsonl`, natively. The same file runs in wasm and through
//! the Worker.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use askwell::line::detect::{In, Options, run};
use askwell::text::Lang;
use serde_json::Value;
use std::collections::BTreeMap;

/// Every key of `part` is in `whole` with an equal value; arrays match element by element.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(p), Value::Object(w)) => {
            p.iter().all(|(k, v)| w.get(k).is_some_and(|w| is_part(v, w)))
        }
        (Value::Array(p), Value::Array(w)) => {
            p.len() == w.len() && p.iter().zip(w).all(|(p, w)| is_part(p, w))
        }
        _ => part == whole,
    }
}

#[test]
fn shared_cases() {
    let cases = include_str!("../../../tests/data/detect.jsonl");
    let mut failures = Vec::new();
    for (n, line) in cases.lines().enumerate() {
        let case: Value = serde_json::from_str(line).unwrap();
        let input: In = serde_json::from_value(case["in"].clone()).unwrap();
        let out = serde_json::to_value(run(&input, Options::default())).unwrap();
        if !is_part(&case["out"], &out) {
            failures.push(format!("line {}: {}\n  real: {out}", n + 1, line));
        }
    }
    assert!(cases.lines().count() >= 60, "the file is whole");
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}

/// Numbers and addresses in fifteen languages: with what is dialled inside a country only, with extensions, of orders and
/// firms, of callers, replaced by others, and spelled with brackets.
#[test]
fn values_are_read_whole_and_only_where_they_are_the_visitors() {
    let cases = include_str!("../../../tests/data/detect_values.jsonl");
    // Values that are there, and messages without one, by language.
    let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    let mut wrong = Vec::new();
    let what = |found: &Value| {
        let list = found.as_array().unwrap();
        list.iter().map(|f| format!("{} {}", f["kind"], f["value"])).collect::<Vec<_>>()
    };
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let input: In = serde_json::from_value(case["in"].clone()).unwrap();
        let out = serde_json::to_value(run(&input, Options::default())).unwrap();
        let expected = what(&case["out"]["found"]);
        let counts = counts.entry(case["in"]["lang"].as_str().unwrap().to_owned()).or_default();
        counts[usize::from(expected.is_empty())] += 1;
        if expected != what(&out["found"]) {
            wrong.push(format!("{line}\n  real: {out}"));
        }
    }
    assert_eq!(counts.len(), Lang::ALL.len());
    assert!(counts.values().flatten().all(|n| *n >= 3), "{counts:?}");
    assert!(wrong.is_empty(), "{} read wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_case_that_differs_fails() {
    let whole: Value =
        serde_json::from_str(r#"{"found":[{"kind":"name","value":"Ana"}]}"#).unwrap();
    for (part, fits) in [
        (r#"{"found":[{"value":"Ana"}]}"#, true),
        (r#"{"found":[{"value":"Eva"}]}"#, false),
        (r#"{"found":[]}"#, false),
        (r#"{"withdrawn":["name"]}"#, false),
    ] {
        assert_eq!(is_part(&serde_json::from_str(part).unwrap(), &whole), fits, "{part}");
    }
}

/// Kind, first and last code point of everything found.
fn spans(found: &Value) -> Vec<String> {
    let list = found.as_array().unwrap();
    list.iter().map(|f| format!("{} {} {}", f["kind"], f["start"], f["end"])).collect()
}

/// Messages written in fifteen languages without looking at the code. Not each must be read right,
/// but no language may fall behind.
#[test]
fn every_language_is_read_well() {
    let cases = include_str!("../../../tests/data/detect_languages.jsonl");
    // Expected, found, and both, by language.
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let input: In = serde_json::from_value(case["in"].clone()).unwrap();
        let out = serde_json::to_value(run(&input, Options::default())).unwrap();
        let (expected, found) = (spans(&case["out"]["found"]), spans(&out["found"]));
        let both = expected.iter().filter(|e| found.contains(e)).count();
        let lang = case["in"]["id"].as_str().unwrap()[..2].to_owned();
        for key in [lang, "all".to_owned()] {
            let [e, f, b] = counts.entry(key).or_default();
            *e += expected.len();
            *f += found.len();
            *b += both;
        }
    }
    assert_eq!(counts.len(), Lang::ALL.len() + 1);
    for (lang, [expected, found, both]) in counts {
        let f1 = 200 * both / (expected + found);
        let least = if lang == "all" { 90 } else { 80 };
        assert!(f1 >= least, "{lang}: F1 .{f1} ({both} of {expected}, {found} found)");
    }
}

/// Names after words that are said of much else ("soy …", "my name …", "das ist …"), and as many messages in
/// which something else follows these words. A name that is none hurts more than one that is missed.
#[test]
fn what_follows_an_introduction_is_a_name_or_is_left_alone() {
    let cases = include_str!("../../../tests/data/detect_names.jsonl");
    // Names, names missed, messages without one, and those among them that give one, by language.
    let mut counts: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let input: In = serde_json::from_value(case["in"].clone()).unwrap();
        let out = serde_json::to_value(run(&input, Options::default())).unwrap();
        let (expected, found) = (spans(&case["out"]["found"]), spans(&out["found"]));
        let [names, missed, without, false_names] =
            counts.entry(case["in"]["lang"].as_str().unwrap().to_owned()).or_default();
        let fails = usize::from(expected != found);
        match expected.is_empty() {
            true => (*without, *false_names) = (*without + 1, *false_names + fails),
            false => (*names, *missed) = (*names + 1, *missed + fails),
        }
        if fails == 1 {
            wrong.push(format!("{line}\n  real: {out}"));
        }
    }
    assert_eq!(counts.len(), 15);
    for (lang, [names, missed, without, false_names]) in counts {
        let all = wrong.join("\n");
        assert!(names > 4 && without > 4, "{lang}: {names} and {without}");
        assert!(10 * missed <= names + 9, "{lang}: {missed} of {names} names are missed\n{all}");
        assert!(false_names <= 1, "{lang}: {false_names} of {without} give a name\n{all}");
    }
}

/// Answers to the question for the name, in fifteen languages: words that are no name, and names that
/// are words as well, written without looking at the code.
#[test]
fn an_answer_that_is_no_name_gives_none_and_a_name_stands() {
    let cases = include_str!("../../../tests/data/detect_answers.jsonl");
    // By language, of what is no name and of what is one: how many, and which were read wrong.
    let mut read: BTreeMap<String, [(usize, Vec<String>); 2]> = BTreeMap::new();
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let input: In = serde_json::from_value(case["in"].clone()).unwrap();
        let out = serde_json::to_value(run(&input, Options::default())).unwrap();
        let expected = spans(&case["out"]["found"]);
        let lang = case["in"]["id"].as_str().unwrap()[..2].to_owned();
        let (all, wrong) = &mut read.entry(lang).or_default()[usize::from(!expected.is_empty())];
        *all += 1;
        if expected != spans(&out["found"]) {
            wrong.push(input.text);
        }
    }
    assert_eq!(read.len(), Lang::ALL.len());
    for (lang, [(refusals, taken), (names, missed)]) in read {
        assert!(refusals >= 15 && names >= 15, "{lang}: {refusals} and {names}");
        assert!(taken.len() <= 1, "{lang}: taken for names: {taken:?}");
        assert!(missed.len() <= 2, "{lang}: names missed: {missed:?}");
    }
}

/// Addresses as people spell them in fifteen languages, slips in their domains, and what only looks like
/// either. An address that is none is worse than a question too many, and neither may arise.
#[test]
fn addresses_are_read_as_they_are_spelled_and_nothing_else_is_one() {
    let cases = include_str!("../../../tests/data/detect_emails.jsonl");
    // Addresses, and messages without one, by language.
    let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    let mut wrong = Vec::new();
    let what = |found: &Value| {
        let emails = found.as_array().unwrap().iter().filter(|f| f["kind"] == "email");
        let what =
            |f: &Value| format!("{} {} {} {}", f["start"], f["end"], f["value"], f["suggestion"]);
        emails.map(what).collect::<Vec<_>>()
    };
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let input: In = serde_json::from_value(case["in"].clone()).unwrap();
        let out = serde_json::to_value(run(&input, Options::default())).unwrap();
        let (expected, found) = (what(&case["out"]["found"]), what(&out["found"]));
        let counts = counts.entry(case["in"]["lang"].as_str().unwrap().to_owned()).or_default();
        counts[usize::from(expected.is_empty())] += 1;
        if expected != found {
            wrong.push(format!("{line}\n  real: {out}"));
        }
    }
    assert_eq!(counts.len(), Lang::ALL.len());
    assert!(counts.values().flatten().all(|n| *n >= 4), "{counts:?}");
    assert!(wrong.is_empty(), "{} read wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Wishes to be forgotten, values that the visitor says not to use, and those of others, in fifteen languages; with
/// as many messages that sound like one and are none.
#[test]
fn what_is_withdrawn_or_denied_does_not_stand_and_nothing_else_falls() {
    let cases = include_str!("../../../tests/data/detect_withdrawn.jsonl");
    // Withdrawals, and values that do not stand, by language.
    let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let input: In = serde_json::from_value(case["in"].clone()).unwrap();
        let out = serde_json::to_value(run(&input, Options::default())).unwrap();
        let withdrawn = |out: &Value| out["withdrawn"].as_array().cloned().unwrap_or_default();
        let [wishes, denials] =
            counts.entry(case["in"]["lang"].as_str().unwrap().to_owned()).or_default();
        *wishes += withdrawn(&case["out"]).len();
        *denials += usize::from(case["in"]["id"].as_str().unwrap().contains("-deny-"));
        if spans(&case["out"]["found"]) != spans(&out["found"])
            || withdrawn(&case["out"]) != withdrawn(&out)
        {
            wrong.push(format!("{line}\n  real: {out}"));
        }
    }
    assert_eq!(counts.len(), Lang::ALL.len());
    assert!(counts.values().all(|[w, d]| *w >= 4 && *d >= 3), "{counts:?}");
    assert!(wrong.is_empty(), "{} read wrong:\n{}", wrong.len(), wrong.join("\n"));
}
