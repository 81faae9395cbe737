//! The widget on a page: sizes against their budgets and the last release, and, in Chromium with its
//! processor slowed down, time to ready, longest task, memory and what Lighthouse makes of it, beside other
//! makers' chats.
//!
//! The measuring is done by `widget-plugin/bench/widget.mjs`, where the browser is driven; the budgets stand in
//! `sizes.mjs` beside it.

mod goals;
mod score;

use crate::build;
use crate::command;
use crate::project::Project;
use crate::setup::chromium;
use anyhow::{Context, Result, bail};
use comfy_table::{CellAlignment, Table, presets};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;

/// Sizes of the last release, written by `--record` when one is made.
const RELEASED: &str = "widget-plugin/released.json";
/// How to measure.
#[derive(clap::Args)]
pub struct Args {
    /// Visits of each page; the median is shown.
    #[arg(long, default_value_t = 7)]
    runs: u32,
    /// How many times slower the processor is made.
    #[arg(long, default_value_t = 4)]
    throttle: u32,
    /// Leaves the other makers' chats out, which are fetched from npm.
    #[arg(long)]
    no_peers: bool,
    /// Sizes alone, without a browser.
    #[arg(long)]
    sizes: bool,
    /// Keeps the sizes as those of the release that is being made.
    #[arg(long)]
    record: bool,
}

#[derive(Deserialize)]
struct Report {
    parts: BTreeMap<String, Part>,
    #[serde(flatten)]
    visits: Option<Visits>,
}

/// What the browser has measured.
#[derive(Deserialize)]
struct Visits {
    browser: String,
    throttle: u32,
    runs: u32,
    rows: Vec<Row>,
    skipped: Vec<String>,
}

/// A part of the package.
#[derive(Deserialize)]
struct Part {
    #[serde(flatten)]
    size: Size,
    /// Most bytes after gzip; more are an error.
    budget: u64,
}

#[derive(Deserialize, Serialize, Clone, Copy)]
struct Size {
    bytes: u64,
    /// As gzip -9 sends it.
    gzip: u64,
}

/// One page; medians, but the worst of all visits for shifts and for the longest tasks.
#[derive(Deserialize)]
struct Row {
    name: String,
    version: String,
    bytes: u64,
    gzip: u64,
    ready_ms: Option<f64>,
    fcp_ms: f64,
    lcp_ms: f64,
    cls: f64,
    tbt_ms: f64,
    longest_ms: f64,
    heap_bytes: f64,
    requests: f64,
    longest_in_use_ms: Option<f64>,
    /// While the longest text there can be is pasted and sent.
    longest_pasting_ms: Option<f64>,
    heap_in_use_bytes: Option<f64>,
    requests_in_use: Option<f64>,
}

impl Row {
    fn timings(&self) -> score::Timings {
        let Self { fcp_ms, lcp_ms, tbt_ms, cls, .. } = *self;
        score::Timings { fcp_ms, lcp_ms, tbt_ms, cls }
    }
}

/// Builds the widget, measures, and prints the tables.
///
/// # Errors
/// When a part is larger than its budget, or a page with the widget misses one of the [`goals`], after all has been printed;
/// then nothing is recorded.
pub fn run(project: &Project, args: &Args) -> Result<()> {
    build::run(project, Some(build::Part::Widget))?;
    let mut node = project.command(project.node_bin("node"));
    node.arg("widget-plugin/bench/widget.mjs");
    if args.sizes {
        node.arg("--sizes");
    } else {
        node.args(["--runs", &args.runs.to_string(), "--throttle", &args.throttle.to_string()])
            .env(chromium::CHOICE, chromium::ensure()?);
    }
    if args.no_peers {
        node.arg("--no-peers");
    }
    let report: Report = serde_json::from_str(&command::output(&mut node)?)
        .context("widget-plugin/bench/widget.mjs printed no report")?;
    if report.visits.is_none() && !args.sizes {
        bail!("widget-plugin/bench/widget.mjs printed no visits, or some of another form");
    }
    let released = project.path(RELEASED);
    let before: BTreeMap<String, Size> = match fs::read(&released) {
        Ok(file) => serde_json::from_slice(&file).with_context(|| format!("{RELEASED} is odd"))?,
        Err(_) => BTreeMap::new(),
    };
    println!("{}", sizes(&report.parts, &before));
    if let Some(visits) = &report.visits {
        println!(
            "\nChromium {}, processor {}× slower, {} visits each, served from this machine\n{}\n{}",
            visits.browser,
            visits.throttle,
            visits.runs,
            pages(&visits.rows),
            score::LEGEND,
        );
        for line in &visits.skipped {
            println!("skipped: {line}");
        }
    }
    let mut missed = exceeded(&report.parts);
    if let Some(visits) = &report.visits {
        missed.extend(goals::missed(&visits.rows)?);
    }
    if !missed.is_empty() {
        bail!("missed: {}", missed.join("; "));
    }
    if args.record {
        let sizes: BTreeMap<_, _> =
            report.parts.iter().map(|(name, part)| (name, part.size)).collect();
        fs::write(&released, serde_json::to_string_pretty(&sizes)? + "\n")?;
    }
    Ok(())
}

/// The parts that are larger than they may be.
fn exceeded(parts: &BTreeMap<String, Part>) -> Vec<String> {
    let over = parts.iter().filter(|(_, part)| part.size.gzip > part.budget);
    over.map(|(name, part)| format!("{name} has {} B, budget {}", part.size.gzip, part.budget))
        .collect()
}

fn sizes(parts: &BTreeMap<String, Part>, before: &BTreeMap<String, Size>) -> Table {
    let mut table = table(&["part", "bytes", "gzip -9", "budget", "last release"]);
    for (name, Part { size, budget }) in parts {
        let verdict = if size.gzip > *budget { " exceeded" } else { "" };
        let last = before.get(name).map_or_else(
            || "none yet".to_owned(),
            |last| format!("{} ({:+})", last.gzip, i128::from(size.gzip) - i128::from(last.gzip)),
        );
        table.add_row([
            name,
            &size.bytes.to_string(),
            &size.gzip.to_string(),
            &format!("{budget}{verdict}"),
            &last,
        ]);
    }
    table
}

fn pages(rows: &[Row]) -> Table {
    let mut table = table(&[
        "page with",
        "kB",
        "kB gzip",
        "files",
        "ready ms",
        "longest task ms",
        "blocked ms",
        "LCP ms",
        "CLS",
        "score",
        "heap MB",
    ]);
    let whole = |value: f64| format!("{value:.0}");
    let or = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), whole);
    for row in rows {
        table.add_row([
            format!("{} {}", row.name, row.version).trim().to_owned(),
            kilo(row.bytes),
            kilo(row.gzip),
            whole(row.requests),
            or(row.ready_ms),
            whole(row.longest_ms),
            whole(row.tbt_ms),
            whole(row.lcp_ms),
            format!("{:.3}", row.cls),
            score::score(&row.timings()).to_string(),
            mega(row.heap_bytes),
        ]);
        let empty = String::new;
        let mut more = |what: &str, requests: Option<f64>, longest: f64, heap: Option<f64>| {
            table.add_row([
                format!("  {what}"),
                empty(),
                empty(),
                requests.map_or_else(empty, whole),
                empty(),
                whole(longest),
                empty(),
                empty(),
                empty(),
                empty(),
                heap.map_or_else(empty, mega),
            ]);
        };
        if let Some(longest) = row.longest_in_use_ms {
            more("opened and written in", row.requests_in_use, longest, row.heap_in_use_bytes);
        }
        if let Some(longest) = row.longest_pasting_ms {
            more("8 KiB pasted and sent", None, longest, None);
        }
    }
    table
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn kilo(bytes: u64) -> String {
    let tenths = bytes / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn mega(bytes: f64) -> String {
    format!("{:.1}", bytes / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_over_its_budget_and_its_growth_are_shown() {
        let size = |gzip| Size { bytes: 3 * gzip, gzip };
        let part = |gzip| Part { size: size(gzip), budget: 2048 };
        let mut parts = BTreeMap::from([("loader".to_owned(), part(3000))]);
        let before = BTreeMap::from([("loader".to_owned(), size(2900))]);
        let shown = sizes(&parts, &before).to_string();
        assert!(shown.contains("2048 exceeded") && shown.contains("2900 (+100)"), "{shown}");
        assert!(sizes(&parts, &BTreeMap::new()).to_string().contains("none yet"));
        parts.insert("engine".to_owned(), part(2048));
        assert_eq!(exceeded(&parts), ["loader has 3000 B, budget 2048"]);
    }

    #[test]
    fn a_report_has_sizes_and_visits_or_sizes_alone() {
        let parts = r#""parts": {"loader": {"bytes": 3, "gzip": 2, "budget": 4}}"#;
        let report: Report = serde_json::from_str(&format!("{{{parts}}}")).unwrap();
        assert!(report.visits.is_none() && exceeded(&report.parts).is_empty());
        let visits = r#""browser": "156", "throttle": 4, "runs": 7, "rows": [], "skipped": ["x"]"#;
        let report: Report = serde_json::from_str(&format!("{{{parts}, {visits}}}")).unwrap();
        assert_eq!(report.visits.unwrap().skipped, ["x"]);
    }

    #[test]
    fn bytes_are_shortened() {
        assert_eq!((kilo(1_449), mega(1_449_000.0)), ("1.4".to_owned(), "1.4".to_owned()));
    }
}
