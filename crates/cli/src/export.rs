//! Day files: their metrics, and whether they are what they should be.

use anyhow::{Context as _, Result, anyhow};
use askwell::export::{self, Finding, Manifest, Metrics, Row, Tally};
use askwell::time::Day;

use comfy_table::{CellAlignment, Table, presets};
use serde_json::json;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Which conversations count.
#[derive(Debug, Clone, Copy)]
pub struct Select {
    /// Only those that took place on this day.
    pub on: Option<Day>,
    /// Only those in which the bot spoke.
    pub with_bot: bool,
}

impl Select {
    fn takes(self, row: &Row) -> bool {
        self.on.is_none_or(|day| export::took_place(row, day))
            && (!self.with_bot || row.bot_messages_count.0 > 0)
    }
}

/// Writes the rows of day files, one a line, unchanged.
///
/// # Errors
/// When a file cannot be read or is no day file, or standard output fails.
pub fn ndjson(files: &[PathBuf]) -> Result<ExitCode> {
    let mut out = BufWriter::new(io::stdout().lock());
    for file in files {
        let mut outcome = Ok(());
        read(file, |row| {
            if outcome.is_ok() {
                outcome = writeln!(out, "{}", row.to_line());
            }
        })?;
        outcome.context("standard output")?;
    }
    out.flush().context("standard output")?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the metrics over all files together.
///
/// # Errors
/// When a file cannot be read or is no day file, or standard output fails.
pub fn metrics(
    files: &[PathBuf],
    select: Select,
    mut tally: Tally,
    json: bool,
) -> Result<ExitCode> {
    for file in files {
        read(file, |row| {
            if select.takes(&row) {
                tally.add(&row);
            }
        })?;
    }
    let metrics = tally.metrics();
    let text = if json { serde_json::to_string_pretty(&metrics)? } else { table(&metrics) };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the first and the last intent of each conversation, as one JSON object a line.
///
/// # Errors
/// As [`metrics`].
pub fn intents(files: &[PathBuf], select: Select) -> Result<ExitCode> {
    let mut out = BufWriter::new(io::stdout().lock());
    // `select distinct`: the same conversation with the same intents in two files is one line.
    let mut seen = HashSet::new();
    for file in files {
        let mut outcome = Ok(());
        read(file, |row| {
            let line = serde_json::to_string(&export::intents(&row)).unwrap_or_default();
            if outcome.is_ok() && select.takes(&row) && !seen.contains(&line) {
                outcome = writeln!(out, "{line}");
                seen.insert(line);
            }
        })?;
        outcome.context("standard output")?;
    }
    out.flush().context("standard output")?;
    Ok(ExitCode::SUCCESS)
}

/// Writes what is wrong with a day file. The status is 1 when anything is.
///
/// # Errors
/// When the file or its manifest cannot be read, or standard output fails.
pub fn verify(file: &Path, json: bool) -> Result<ExitCode> {
    let bytes = fs::read(file).with_context(|| file.display().to_string())?;
    let manifest = manifest_of(file)?;
    let findings = export::verify(&bytes, manifest.as_ref());
    let text = if json {
        let good = findings.is_empty();
        serde_json::to_string_pretty(
            &json!({"good": good, "manifest": manifest, "findings": findings}),
        )?
    } else {
        report(file, &findings, manifest.as_ref())
    };
    print(&text)?;
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(file: &Path, mut each: impl FnMut(Row)) -> Result<()> {
    let open = File::open(file).with_context(|| file.display().to_string())?;
    export::read(BufReader::new(open), |_, row| each(row))
        .map_err(|error| anyhow!("{}: {error}", file.display()))?;
    Ok(())
}

/// The manifest beside a file: `2026-11-20.json` has `2026-11-20.manifest.json`.
fn manifest_of(file: &Path) -> Result<Option<Manifest>> {
    let beside = file.with_extension("manifest.json");
    let text = match fs::read(&beside) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| beside.display().to_string()),
    };
    let manifest = serde_json::from_slice(&text).with_context(|| beside.display().to_string())?;
    Ok(Some(manifest))
}

fn report(file: &Path, findings: &[Finding], manifest: Option<&Manifest>) -> String {
    let file = file.display();
    let mut lines: Vec<String> = findings.iter().map(|f| format!("{file}: {f}")).collect();
    lines.push(match (findings.len(), manifest) {
        (0, Some(m)) => format!("{file}: good: {} rows of {}, as sealed", m.rows, m.day),
        (0, None) => format!("{file}: good, but there is no manifest beside it to compare with"),
        (n, _) => format!("{file}: {n} findings"),
    });
    lines.join("\n")
}

fn table(metrics: &Metrics) -> String {
    let mut whole = Table::new();
    whole.load_style(presets::UTF8_FULL_CONDENSED).set_header(["metric", "value"]);
    let count = |n: u64| n.to_string();
    for (name, value) in [
        ("total conversations", count(metrics.total_conversations)),
        ("bot-handled conversations", count(metrics.bot_handled_conversations)),
        ("bot-handled rate", percent(metrics.bot_handled_rate)),
        ("deflection rate", percent(metrics.deflection_rate)),
        ("escalation rate", percent(metrics.escalation_rate)),
        ("failed escalation rate", percent(metrics.failed_escalation_rate)),
        ("informed rate", percent(metrics.informed_rate)),
        ("automation rate", percent(metrics.automation_rate)),
        ("messages understood rate", percent(metrics.messages_understood_rate)),
    ] {
        whole.add_row([name.to_owned(), value]);
    }
    let mut intents = Table::new();
    intents.load_style(presets::UTF8_FULL_CONDENSED).set_header([
        "intent",
        "first in",
        "bot-handled rate",
        "last in",
        "bot-handled rate",
    ]);
    let last = &metrics.last_meaningful_intents;
    let mut rest: Vec<_> = last.iter().collect();
    for first in &metrics.first_meaningful_intents {
        let name = &first.first_meaningful_intent;
        let at = rest.iter().position(|last| last.last_meaningful_intent == *name);
        let last = at.map(|at| rest.remove(at));
        intents.add_row([
            name.clone(),
            count(first.total_conversations),
            percent(first.bot_handled_rate),
            count(last.map_or(0, |last| last.total_conversations)),
            percent(last.and_then(|last| last.bot_handled_rate)),
        ]);
    }
    for last in rest {
        intents.add_row([
            last.last_meaningful_intent.clone(),
            count(0),
            percent(None),
            count(last.total_conversations),
            percent(last.bot_handled_rate),
        ]);
    }
    for column in whole.column_iter_mut().chain(intents.column_iter_mut()).filter(|c| c.index > 0) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    if intents.is_empty() { whole.to_string() } else { format!("{whole}\n\n{intents}") }
}

/// A share in per cent, or a dash where there is nothing to divide by.
fn percent(share: Option<f64>) -> String {
    share.map_or("–".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

fn print(text: &str) -> Result<()> {
    writeln!(io::stdout(), "{text}").context("standard output")
}
