//! Sealing a day of many conversations: rows each second and peak memory, beside the whole day as one
//! value in memory, which is what sealing in pieces is there to avoid.
//!
//! Rows come from a file, a line each, as the ledger's rows come from its database, and go to a file.
//! Each way runs in a process of its own, for the peak is the process's.

use crate::project::Project;
use anyhow::{Context, Result, ensure};
use askwell::export::{self, Document, Form, Row};
use askwell::id::ConversationId;
use askwell::time::{Day, UnixMillis};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// What is measured.
#[derive(clap::Args)]
pub struct Args {
    /// Conversations of the day.
    #[arg(long, default_value_t = 100_000)]
    rows: u64,
    /// Events that are delivered.
    #[arg(long, default_value_t = 100_000)]
    events: u64,
    /// Runs one way and prints its figures; for the bench itself.
    #[arg(long, hide = true)]
    way: Option<Way>,
}

/// How a day is sealed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Way {
    /// Row by row.
    Pieces,
    /// As one value.
    Whole,
}

/// Seals a day both ways and prints a table.
pub fn run(project: &Project, args: &Args) -> Result<()> {
    let dir = project.path(".askwell/bench-export");
    fs::create_dir_all(&dir)?;
    let rows = dir.join("rows.ndjson");
    if let Some(way) = args.way {
        return measure(way, &rows, &dir);
    }
    write_rows(&rows, args.rows)?;
    let mut table = Table::new();
    let head = ["way", "rows", "MB", "rows/s", "peak MB", "sha256"];
    table.load_style(presets::NOTHING).set_header(head);
    let mut hashes = Vec::new();
    for (name, way) in
        [("in pieces", "pieces"), ("in pieces, again", "pieces"), ("one value", "whole")]
    {
        let output = Command::new(std::env::current_exe()?)
            .args(["bench", "export", "--way", way])
            .output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let found: Value = serde_json::from_slice(&output.stdout)?;
        let number = |key: &str| found[key].as_f64().unwrap_or_default();
        let hash = found["sha256"].as_str().unwrap_or_default().to_owned();
        table.add_row([
            name.to_owned(),
            format!("{}", number("rows")),
            format!("{:.1}", number("bytes") / 1e6),
            format!("{:.0}", number("rows") / number("seconds")),
            format!("{:.1}", number("peak_kb") / 1e3),
            hash.chars().take(12).collect(),
        ]);
        hashes.push(hash);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
    fs::remove_dir_all(&dir)?;
    ensure!(hashes.windows(2).all(|pair| pair[0] == pair[1]), "the files differ");
    if args.events > 0 { super::deliver::run(project, args.events) } else { Ok(()) }
}

fn measure(way: Way, rows: &Path, dir: &Path) -> Result<()> {
    let day: Day = "2026-11-20".parse()?;
    let lines = BufReader::new(File::open(rows)?).lines();
    let begun = Instant::now();
    let mut out = BufWriter::new(File::create(dir.join("day.json"))?);
    let mut document = Document::new(Form::Json);
    match way {
        Way::Pieces => {
            for line in lines {
                out.write_all(document.row(&line?).as_bytes())?;
            }
        }
        Way::Whole => {
            let all: Vec<Row> =
                lines.map(|line| Ok(Row::from_line(&line?)?)).collect::<Result<_>>()?;
            let text: String = all.iter().map(|row| document.row(&row.to_line())).collect();
            out.write_all(text.as_bytes())?;
        }
    }
    let (last, manifest) = document.seal(day, UnixMillis(0));
    out.write_all(last.as_bytes())?;
    out.flush()?;
    let seconds = begun.elapsed().as_secs_f64();
    let status = fs::read_to_string("/proc/self/status").context("only Linux tells the peak")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak: u64 = peak
        .and_then(|text| text.split_whitespace().next())
        .and_then(|kb| kb.parse().ok())
        .context("no peak of memory in /proc/self/status")?;
    println!(
        "{}",
        json!({
            "rows": manifest.rows, "bytes": manifest.bytes, "sha256": manifest.sha256,
            "seconds": seconds, "peak_kb": peak,
        })
    );
    Ok(())
}

/// Rows as conversations of five answered questions give them.
fn write_rows(path: &Path, count: u64) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let answers: serde_json::Map<String, Value> = ["Reason", "Product", "Outcome", "Refund", "SLA"]
        .into_iter()
        .map(|name| (name.to_owned(), json!("A value of some length")))
        .chain([("customer_id".to_owned(), json!("cu_00000000000000000000000000"))])
        .collect();
    let template: Row = serde_json::from_value(json!({
        "bot_id": "shop", "bot_name": "The Shop", "conversation_id": ConversationId::derive(&[]),
        "platform_conversation_id": "ticket-12345", "language": "en", "channel": "chat",
        "conversation_start_time": "2026-11-20T10:00:00.000Z",
        "conversation_end_time": "2026-11-20T10:05:00.000Z",
        "labels": ["sentiment:neutral", "signal:success"],
        "conversations_data": Value::Object(answers).to_string(), "test_mode": false,
        "conversation_status": "botHandled", "last_resolution": "resolved",
        "triggered_replies": "", "triggered_intent_replies": [], "is_llm_conversation": false,
        "llm_notUnderstood_count": "0", "llm_responseGenerated_count": "0",
        "llm_errorOccurred_count": "0", "llm_escalationRequired_count": "0",
        "llm_fallback_count": "0", "bot_messages_count": "4", "visitor_messages_count": "4",
        "not_understood_messages_count": "0",
    }))?;
    for n in 0..count {
        let mut row = template.clone();
        row.conversation_id = ConversationId::derive(&[&n.to_le_bytes()]);
        let at = row.conversation_end_time.0.plus(i64::try_from(n % 3_600_000)?);
        row.conversation_end_time = export::Instant(at);
        writeln!(out, "{}", row.to_line())?;
    }
    out.flush()?;
    Ok(())
}
