//! The metrics of day files beside DuckDB and ZetaSQL running the queries of `docs/export-sql.md`.
//!
//! Needs Python with `duckdb/requirements.txt`; `cargo xtask test export` sees to that. Without it the
//! test says that it skips.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use askwell::export::{ConversationStatus, Document, Form, Row};
use askwell::time::UnixMillis;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names the interpreter, and makes its absence a failure.
const PYTHON: &str = "ASKWELL_DUCKDB_PYTHON";

fn python() -> Option<String> {
    if let Ok(python) = std::env::var(PYTHON) {
        return Some(python);
    }
    let probe = Command::new("python3").args(["-c", "import duckdb, zetasql"]).output();
    probe.is_ok_and(|out| out.status.success()).then(|| "python3".to_owned())
}

/// Splitmix64 (Steele, Lea, Flood 2014): the same rows each time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn of<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len() as u64) as usize]
    }
}

/// A row of a file of `day` November: of few conversations, so that some stand in several files, and
/// with few times, so that some intents are equal in time.
fn row(draw: &mut Draw, day: u64) -> Row {
    let conversation = draw.below(60);
    let id = askwell::id::ConversationId::derive(&[&conversation.to_le_bytes()]);
    let intents: Vec<Value> = (0..draw.below(5))
        .map(|_| {
            json!({
                "intent_name": draw.of(&["Greeting", "Refund", "Order \"status\"", "Talk to a human/agent", "O'Hare, 日本"]),
                "intent_timestamp": format!("2026-11-{day:02}T0{}:00:00.000Z", draw.below(3)),
                "not_meaningful": draw.below(4) == 0,
            })
        })
        .collect();
    let begun = day - draw.below(3);
    let count = |draw: &mut Draw, most| draw.below(most).to_string();
    let row = json!({
        "bot_id": "shop", "bot_name": "The Shop", "conversation_id": id,
        "platform_conversation_id": "", "language": "en", "channel": draw.of(&["chat", "ticket"]),
        "conversation_start_time": format!("2026-11-{begun:02}T00:00:00.000Z"),
        // Distinct, for the end decides between rows of a conversation.
        "conversation_end_time": format!("2026-11-{day:02}T23:00:{:02}.000Z", conversation),
        "labels": [], "conversations_data": "{\"customer_id\":\"cu_00000000000000000000000000\"}",
        "test_mode": false,
        "conversation_status": draw.of(&ConversationStatus::ALL.map(ConversationStatus::as_str)),
        "last_resolution": draw.of(&["informed", "resolved", "escalated", "undefined"]),
        "triggered_replies": "", "triggered_intent_replies": intents, "is_llm_conversation": false,
        "llm_notUnderstood_count": "0", "llm_responseGenerated_count": "0",
        "llm_errorOccurred_count": "0", "llm_escalationRequired_count": "0", "llm_fallback_count": "0",
        "bot_messages_count": count(draw, 3), "visitor_messages_count": count(draw, 9),
        "not_understood_messages_count": count(draw, 3),
    });
    serde_json::from_value(row).unwrap()
}

fn run(dir: &Path, args: &[&str], files: &[String]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_askwell"));
    let output = command.args(args).args(files).current_dir(dir).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Equal, but for the last digits of fractions.
fn same(ours: &Value, theirs: &Value, place: &str) {
    match (ours, theirs) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().for_each(|(i, (a, b))| same(a, b, &format!("{place}/{i}")));
        }
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
            a.iter().for_each(|(k, a)| same(a, &b[k], &format!("{place}/{k}")));
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            assert!((a - b).abs() < 1e-12, "{place}: {a} and {b}");
        }
        _ => assert_eq!(ours, theirs, "{place}"),
    }
}

/// Day files, as many as there are days, each with its manifest beside it.
type Days = Vec<(u64, Vec<Row>)>;

/// Writes them into a folder of their own, and gives their names.
fn write(dir: &Path, days: &Days) -> Vec<String> {
    std::fs::create_dir_all(dir).unwrap();
    let write = |(day, rows): &(u64, Vec<Row>)| {
        let mut document = Document::new(Form::Json);
        let mut text: String = rows.iter().map(|row| document.row(&row.to_line())).collect();
        let day = format!("2026-11-{day:02}");
        let (last, manifest) = document.seal(day.parse().unwrap(), UnixMillis(0));
        text.push_str(&last);
        let name = format!("{day}.json");
        std::fs::write(dir.join(&name), text).unwrap();
        let manifest = serde_json::to_string(&manifest).unwrap();
        std::fs::write(dir.join(format!("{day}.manifest.json")), manifest).unwrap();
        name
    };
    days.iter().map(write).collect()
}

/// What the queries of the page give on the files of each folder.
fn queried(python: &str, dirs: &[PathBuf]) -> Vec<Value> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(python)
        .arg(here.join("tests/duckdb/run.py"))
        .arg(here.join("../../docs/export-sql.md"))
        .args(dirs)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn compare(dir: &Path, files: &[String], theirs: &Value) {
    let ours: Value = serde_json::from_slice(&run(dir, &["metrics", "--json"], files)).unwrap();
    let mut totals = ours.clone();
    let first = totals.as_object_mut().unwrap().remove("first_meaningful_intents").unwrap();
    let last = totals.as_object_mut().unwrap().remove("last_meaningful_intents").unwrap();
    let mut intents: Vec<Value> = String::from_utf8(run(dir, &["metrics", "--intents"], files))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // As SQL sorts: nulls last.
    let key = |row: &Value, name: &str| {
        (row[name].is_null(), row[name].as_str().unwrap_or_default().to_owned())
    };
    intents.sort_by_key(|row| {
        ["conversation_id", "first_intent", "last_intent"].map(|name| key(row, name))
    });
    let on = ["metrics", "--json", "--with-bot", "--on", "2026-11-20"];
    let parity: Value = serde_json::from_slice(&run(dir, &on, files)).unwrap();
    let parity = json!([{"total_conversations": parity["total_conversations"]}]);
    assert_eq!(theirs["parquet"], 0, "rows that differ in the twin");
    for dialect in ["duckdb", "bigquery"] {
        let of = |name: &str| &theirs[format!("{dialect} {name}")];
        same(&json!([totals]), of("totals"), &format!("{dialect} totals"));
        same(&first, of("first-meaningful"), &format!("{dialect} first-meaningful"));
        same(&last, of("last-meaningful"), &format!("{dialect} last-meaningful"));
        same(&parity, of("parity"), &format!("{dialect} parity"));
        let mut found = of("intents").as_array().unwrap().clone();
        found.sort_by_key(|row| {
            ["conversation_id", "first_intent", "last_intent"].map(|name| key(row, name))
        });
        same(&json!(intents), &json!(found), &format!("{dialect} intents"));
    }
}

#[test]
fn every_metric_is_what_duckdb_makes_of_the_files() {
    let Some(python) = python() else {
        eprintln!("skipped: no Python with duckdb and zetasql; `cargo xtask test export` has them");
        return;
    };
    let dir = std::env::temp_dir().join(format!("askwell-duckdb-{}", std::process::id()));
    let mut cases: Vec<Days> = (0..5)
        .map(|seed| {
            let mut draw = Draw(seed);
            let day = |day| {
                let rows = (0..40).map(|_| row(&mut draw, day));
                let mut rows: Vec<Row> = rows.collect();
                rows.sort_by(|a, b| a.conversation_id.cmp(&b.conversation_id));
                rows.dedup_by(|a, b| a.conversation_id == b.conversation_id);
                (day, rows)
            };
            (19..22).map(day).collect()
        })
        .collect();
    cases.push(vec![(20, Vec::new())]);
    let dirs: Vec<PathBuf> = (0..cases.len()).map(|n| dir.join(n.to_string())).collect();
    let files: Vec<_> = dirs.iter().zip(&cases).map(|(dir, days)| write(dir, days)).collect();
    // All at once: the engine takes a while to start.
    let theirs = queried(&python, &dirs);
    assert_eq!(theirs.len(), cases.len());
    for ((dir, files), theirs) in dirs.iter().zip(&files).zip(&theirs) {
        compare(dir, files, theirs);
    }
    std::fs::remove_dir_all(&dir).unwrap();
}
