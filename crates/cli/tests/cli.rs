//! The binary as a caller sees it: lines in, lines out, exit status.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn askwell(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_askwell"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(args: &[&str], input: &[u8]) -> Output {
    let mut child = askwell(args).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    // Commands that take no input close it early.
    let _ = writer.join().unwrap();
    output
}

fn lines(output: &Output) -> Vec<Value> {
    let text = str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_line_command_answers_a_line() {
    let conversation = json!([
        {"role": "customer", "text": "Hi, I am Ana and my parcel is late."},
        {"role": "bot", "text": "I am sorry to hear that."},
    ]);
    let field = json!({"name": "Topic", "prompt": "What is it about?",
        "possible_values": ["Delivery", "Payment"], "optional": true});
    for (command, input, keys) in [
        ("detect", json!({"id": "x", "text": "Hi, I am Ana"}), &["found"][..]),
        ("prompt", json!({"id": "x", "turns": [{"text": "hi"}]}), &["ask", "trace"]),
        (
            "classify",
            json!({"id": "x", "conversation": conversation, "field": field}),
            &["answer", "state", "confidence", "evidence", "method"],
        ),
        (
            "sentiment",
            json!({"id": "x", "conversation": conversation}),
            &["sentiment", "confidence"],
        ),
    ] {
        let output = run(&[command], format!("{input}\n").as_bytes());
        assert_eq!(output.status.code(), Some(0), "{command}");
        let out = lines(&output);
        assert_eq!(out.len(), 1, "{command}");
        assert_eq!(out[0]["id"], "x", "{command}");
        for key in keys {
            assert!(out[0].get(key).is_some(), "{command}: {key}");
        }
        assert!(output.stderr.is_empty(), "no progress where there is no terminal");
    }
}

#[test]
fn detect_takes_its_options() {
    let said = json!({"id": 1, "text": "(415) 555-0132. my email is ana@example.org, sorry, bea@example.org"});
    let found = |args: &[&str]| -> Vec<Value> {
        let out = lines(&run(args, said.to_string().as_bytes())).remove(0);
        out["found"].as_array().unwrap().clone()
    };
    assert_eq!(found(&["detect", "--region", "us"])[0]["value"], "+14155550132");
    let own = found(&["detect"]);
    assert_eq!(own.len(), 2, "{own:?}");
    let all = found(&["detect", "--all"]);
    assert!(all.iter().any(|f| f["subject"] == "retracted"), "{all:?}");
}

#[test]
fn prompt_asks_only_for_the_fields_wanted() {
    let input = json!({"id": 1, "turns": [{"text": "can you email me the invoice please?"}]});
    let ask = |fields: &str| {
        let output = run(&["prompt", "--fields", fields], input.to_string().as_bytes());
        lines(&output).remove(0)["ask"].clone()
    };
    assert_eq!(ask("name,email"), json!({"email": 0}));
    assert_eq!(ask("name").get("email"), None);
    let wrong = run(&["prompt", "--fields", "age"], b"");
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn order_holds_over_many_lines_and_workers() {
    let input: String = (0..5_000)
        .map(|i| {
            let text = "my name is Ana. ".repeat(if i % 97 == 0 { 200 } else { 1 });
            format!("{}\n", json!({"id": i, "text": text}))
        })
        .collect();
    for jobs in ["1", "3", "8"] {
        let output = run(&["detect", "--jobs", jobs], input.as_bytes());
        assert_eq!(output.status.code(), Some(0));
        let ids: Vec<_> = lines(&output).iter().map(|l| l["id"].as_i64().unwrap()).collect();
        assert!(ids.iter().copied().eq(0..5_000), "{jobs} jobs");
    }
}

#[test]
fn a_bad_line_is_answered_in_its_place_and_tells_at_the_end() {
    let input: &[u8] = b"{\"id\":\"a\",\"text\":\"I am Ana\"}\n\
        not json\n\
        \xff\xfe\n\
        {\"id\":\"b\",\"text\":7}\n\
        \n\
        {\"id\":\"c\"}\n\
        [\"g\",\"I am Kate Morris\",null,[\"name\"],null,null]\n\
        {\"id\":\"d\",\"text\":\"x\"} trailing\n\
        {\"id\":\"e\",\"text\":\"bye\",\"more\":true}\r\n\
        {\"id\":\"f\",\"text\":\"the last line needs no end\"}";
    let output = run(&["detect"], input);
    assert_eq!(output.status.code(), Some(1));
    let out = lines(&output);
    let ids: Vec<_> = out.iter().map(|line| line["id"].clone()).collect();
    assert_eq!(
        ids,
        [
            json!("a"),
            Value::Null,
            Value::Null,
            json!("b"),
            Value::Null,
            json!("c"),
            Value::Null,
            Value::Null,
            json!("e"),
            json!("f"),
        ]
    );
    let bad: Vec<_> = out.iter().map(|line| line.get("error").is_some()).collect();
    assert_eq!(bad, [false, true, true, true, true, true, true, true, false, false]);
    for (line, code, told) in [
        (1, "malformed_json", "column"),
        (2, "malformed_json", "byte 0"),
        (3, "invalid_field", "`text`"),
        (5, "invalid_field", "`text` is missing"),
        (6, "invalid_field", "JSON object"),
        (7, "malformed_json", "column"),
    ] {
        assert_eq!(out[line]["code"], code, "{}", out[line]);
        assert!(out[line]["error"].as_str().unwrap().contains(told), "{}", out[line]);
    }
}

#[test]
fn times_with_fractions_and_a_byte_order_mark_are_read() {
    let field = r#"{"name":"Language","prompt":"In which language does the customer write?","possible_values":["English","German"],"optional":true}"#;
    let line = |at: &str| {
        format!(
            r#"{{"id":"x","conversation":[{{"role":"customer","text":"Where is my parcel, please?","at":{at}}}],"field":{field}}}"#
        )
    };
    let input = format!(
        "\u{feff}{}\n{}\n{}\n",
        line("1589477294"),
        line("1589477294.0"),
        line("1589477294.75")
    );
    let output = run(&["classify"], input.as_bytes());
    assert!(output.status.success());
    let answers: Vec<Value> = lines(&output).iter().map(|line| line["answer"].clone()).collect();
    assert_eq!(answers, ["English"; 3]);
    let output = run(&["classify"], format!("{}\n", line(r#""noon""#)).as_bytes());
    assert_eq!(lines(&output)[0]["code"], "invalid_field");
}

#[test]
fn nothing_in_is_nothing_out() {
    let output = run(&["detect"], b"");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
}

#[test]
fn an_answer_comes_before_the_next_line_is_there() {
    let mut child = askwell(&["detect"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    for id in 0..3 {
        writeln!(stdin, "{}", json!({"id": id, "text": "hi"})).unwrap();
        let answer: Value = serde_json::from_str(&stdout.next().unwrap().unwrap()).unwrap();
        assert_eq!(answer["id"], id);
    }
    drop(stdin);
    assert!(stdout.next().is_none());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let mut child = askwell(&["detect"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    drop(child.stdout.take());
    let line = format!("{}\n", json!({"id": 1, "text": "hi"}));
    while stdin.write_all(line.as_bytes()).is_ok() {}
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A folder of this test's own, with the sample day and its manifest.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

const DAY: &str = include_str!("data/2026-11-20.json");
const MANIFEST: &str = include_str!("data/2026-11-20.manifest.json");

#[test]
fn metrics_are_counted_over_all_files_together() {
    let folder = Folder::new("metrics");
    let day = folder.write("a.json", DAY);
    let empty = folder.write("b.json", "[]\n");
    let output = run(&["metrics", "--json", &day, &empty], b"");
    assert_eq!(output.status.code(), Some(0));
    let metrics: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        metrics,
        json!({
            "total_conversations": 4,
            "bot_handled_conversations": 2,
            "bot_handled_rate": 0.5,
            "deflection_rate": 0.75,
            "escalation_rate": 0.25,
            "failed_escalation_rate": 0.25,
            "informed_rate": 0.25,
            "automation_rate": 0.75,
            "messages_understood_rate": 0.8,
            "first_meaningful_intents": [
                {
                    "first_meaningful_intent": "Refund",
                    "total_conversations": 2,
                    "bot_handled_rate": 0.5,
                },
                {
                    "first_meaningful_intent": "Opening hours",
                    "total_conversations": 1,
                    "bot_handled_rate": 1.0,
                },
            ],
            "last_meaningful_intents": [
                {
                    "last_meaningful_intent": "Refund",
                    "total_conversations": 2,
                    "bot_handled_rate": 0.5,
                },
                {
                    "last_meaningful_intent": "Opening hours",
                    "total_conversations": 1,
                    "bot_handled_rate": 1.0,
                },
            ],
        })
    );
    let table = run(&["metrics", &day], b"");
    let table = String::from_utf8(table.stdout).unwrap();
    let deflection = table.lines().find(|line| line.contains("deflection rate")).unwrap();
    assert!(deflection.contains("75.0 %"), "{deflection}");

    let none = run(&["metrics", "--json", &empty], b"");
    let none: Value = serde_json::from_slice(&none.stdout).unwrap();
    assert_eq!(none["bot_handled_rate"], Value::Null);

    let intents = lines(&run(&["metrics", "--intents", &day, &day], b""));
    let ends: Vec<_> = intents.iter().map(|i| [&i["first_intent"], &i["last_intent"]]).collect();
    assert_eq!(
        json!(ends),
        json!([
            ["Greeting", "Refund"],
            ["Opening hours", "Opening hours"],
            ["Refund", "Talk to a human/agent"],
            [null, null],
        ])
    );
}

#[test]
fn metrics_of_what_is_no_day_file_are_an_error_that_says_why() {
    let folder = Folder::new("no-metrics");
    let rows = DAY.trim().trim_start_matches('[').trim_end_matches(']').trim();
    for (name, text, told) in [
        ("object.json", "{}", "not the array"),
        ("row.json", "[{}]", "`askwell export verify` says what is wrong"),
        ("cut.json", &DAY[..500], "ends before its array does"),
        ("empty.json", "", "the file is empty"),
        ("not.json", "day", "not the JSON of a day file, at line 1"),
        ("twin.ndjson", rows, "one row a line"),
        ("2026-11-20.manifest.json", MANIFEST, "a manifest, and no day file"),
    ] {
        for command in [&["metrics"][..], &["metrics", "--intents"], &["export", "ndjson"]] {
            let output = run(&[command, &[&folder.write(name, text)]].concat(), b"");
            assert_eq!(output.status.code(), Some(2), "{name}");
            assert!(output.stdout.is_empty());
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(error.contains(name) && error.contains(told), "{error}");
        }
    }
    let absent = folder.0.join("absent.json");
    for path in [&absent, &folder.0] {
        for command in [&["metrics"][..], &["export", "verify"]] {
            let output = run(&[command, &[path.to_str().unwrap()]].concat(), b"");
            assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
            assert!(String::from_utf8_lossy(&output.stderr).contains(path.to_str().unwrap()));
        }
    }
}

#[test]
fn verify_compares_with_the_manifest_beside_the_file() {
    let folder = Folder::new("verify");
    let day = folder.write("2026-11-20.json", DAY);
    let alone = run(&["export", "verify", &day], b"");
    assert_eq!(alone.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&alone.stdout).contains("no manifest"));

    folder.write("2026-11-20.manifest.json", MANIFEST);
    let sealed = run(&["export", "verify", "--json", &day], b"");
    assert_eq!(sealed.status.code(), Some(0));
    let report: Value = serde_json::from_slice(&sealed.stdout).unwrap();
    assert_eq!((&report["good"], &report["findings"]), (&json!(true), &json!([])));

    folder.write("2026-11-20.json", &DAY.replacen("\"chat\"", "\"fax\"", 1));
    let touched = run(&["export", "verify", &day], b"");
    assert_eq!(touched.status.code(), Some(1));
    let told = String::from_utf8(touched.stdout).unwrap();
    assert!(told.contains("row 0: channel: must be chat or ticket"), "{told}");
    assert!(told.contains("sha256: differs from the manifest"), "{told}");
}

#[test]
fn verify_takes_several_files_and_tells_of_each() {
    let folder = Folder::new("verify-several");
    let good = folder.write("2026-11-20.json", DAY);
    folder.write("2026-11-20.manifest.json", MANIFEST);
    let bad = folder.write("2026-11-21.json", "[{}]");
    let empty = folder.write("2026-11-22.json", "[]\n");
    let output = run(&["export", "verify", "--json", &good, &bad, &empty], b"");
    assert_eq!(output.status.code(), Some(1));
    let told = lines(&output);
    let told: Vec<_> = told.iter().map(|line| (&line["file"], &line["good"])).collect();
    let expected =
        [(&good, true), (&bad, false), (&empty, true)].map(|(f, g)| (json!(f), json!(g)));
    assert!(told.iter().copied().eq(expected.iter().map(|(file, good)| (file, good))), "{told:?}");
    let two = run(&["export", "verify", &good, &empty], b"");
    assert_eq!(two.status.code(), Some(0), "{}", String::from_utf8_lossy(&two.stdout));
    let one = folder.write("2026-11-23.json", "{}");
    let one = String::from_utf8(run(&["export", "verify", &one], b"").stdout).unwrap();
    assert!(one.ends_with("2026-11-23.json: 1 finding\n"), "{one}");
}
