//! Day files: their metrics, and whether they are what they should be.

use anyhow::{Context as _, Result, anyhow, bail};
use askwell::Code;
use askwell::export::{self, Finding, Manifest, Metrics, Row, Tally};
use askwell::time::Day;

use comfy_table::{CellAlignment, Table, presets};
use serde_json::json;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read as _, Write};
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

/// Writes what is wrong with day files. The status is 1 when anything is.
///
/// # Errors
/// When a file or its manifest cannot be read, or standard output fails.
pub fn verify(files: &[PathBuf], json: bool) -> Result<ExitCode> {
    let mut all_good = true;
    for file in files {
        let mut bytes = Vec::new();
        open(file)?.read_to_end(&mut bytes).with_context(|| file.display().to_string())?;
        let manifest = manifest_of(file)?;
        let findings = export::verify(&bytes, manifest.as_ref());
        let good = findings.is_empty();
        all_good &= good;
        let name = file.display().to_string();
        print(&match json {
            true => json!({"file": name, "good": good, "manifest": manifest, "findings": findings})
                .to_string(),
            false => report(&name, &findings, manifest.as_ref()),
        })?;
    }
    Ok(if all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(file: &Path, mut each: impl FnMut(Row)) -> Result<()> {
    export::read(BufReader::new(open(file)?), |_, row| each(row)).map_err(|error| {
        let file = file.display();
        match error.code {
            Code::InvalidField => {
                anyhow!("{file}: {error}; `askwell export verify` says what is wrong")
            }
            _ => anyhow!("{file}: {error}"),
        }
    })?;
    Ok(())
}

/// Opens a day file, unless its name says that it is none.
fn open(file: &Path) -> Result<File> {
    let name = file.display();
    if file.is_dir() {
        bail!("{name}: a folder, and no day file");
    }
    if name.to_string().ends_with(MANIFEST) {
        bail!("{name}: a manifest, and no day file; 2026-11-??.json leaves manifests out");
    }
    File::open(file).with_context(|| name.to_string())
}

/// How the names of manifests end.
const MANIFEST: &str = ".manifest.json";

/// The manifest beside a file: `2026-11-20.json` has `2026-11-20.manifest.json`.
fn manifest_of(file: &Path) -> Result<Option<Manifest>> {
    let beside = file.with_extension(MANIFEST.trim_start_matches('.'));
    let text = match fs::read(&beside) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| beside.display().to_string()),
    };
    let manifest = serde_json::from_slice(&text).with_context(|| beside.display().to_string())?;
    Ok(Some(manifest))
}

fn report(file: &str, findings: &[Finding], manifest: Option<&Manifest>) -> String {
    let mut lines: Vec<String> = findings.iter().map(|f| format!("{file}: {f}")).collect();
    lines.push(match (findings.len(), manifest) {
        (0, Some(m)) => format!("{file}: good: {} rows of {}, as sealed", m.rows, m.day),
        (0, None) => format!("{file}: good, but there is no manifest beside it to compare with"),
        (1, _) => format!("{file}: 1 finding"),
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
