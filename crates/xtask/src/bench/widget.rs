//! The widget on a page: sizes against their budgets and the last release, and, in Chromium with its
//! processor slowed down, time to ready, longest task and memory, beside other makers' chats.
//!
//! The measuring is done by `widget-plugin/bench/widget.mjs`, where the browser is driven.

use crate::build;
use crate::command;
use crate::project::Project;
use crate::setup::chromium;
use anyhow::{Context, Result};
use comfy_table::{CellAlignment, Table, presets};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;

/// Sizes of the last release, written by `--record` when one is made.
const RELEASED: &str = "widget-plugin/released.json";
/// Most bytes after gzip.
const BUDGETS: [(&str, u64); 3] =
    [("loader", 2 * 1024), ("widget", 20 * 1024), ("engine", 60 * 1024)];

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
    /// Keeps the sizes as those of the release that is being made.
    #[arg(long)]
    record: bool,
}

#[derive(Deserialize)]
struct Report {
    browser: String,
    throttle: u32,
    runs: u32,
    parts: BTreeMap<String, Size>,
    rows: Vec<Row>,
    skipped: Vec<String>,
}

#[derive(Deserialize, Serialize, Clone, Copy)]
struct Size {
    bytes: u64,
    gzip: u64,
}

/// One page; medians, but the worst of all visits for shifts.
#[derive(Deserialize)]
struct Row {
    name: String,
    version: String,
    bytes: u64,
    gzip: u64,
    ready_ms: Option<f64>,
    lcp_ms: f64,
    cls: f64,
    tbt_ms: f64,
    longest_ms: f64,
    heap_bytes: f64,
    requests: f64,
    longest_in_use_ms: Option<f64>,
    heap_in_use_bytes: Option<f64>,
    requests_in_use: Option<f64>,
}

/// Builds the widget, measures, and prints the tables.
pub fn run(project: &Project, args: &Args) -> Result<()> {
    build::run(project, Some(build::Part::Widget))?;
    let mut node = project.command(project.node_bin("node"));
    node.arg("widget-plugin/bench/widget.mjs")
        .args(["--runs", &args.runs.to_string(), "--throttle", &args.throttle.to_string()])
        .env(chromium::CHOICE, chromium::ensure()?);
    if args.no_peers {
        node.arg("--no-peers");
    }
    let report: Report = serde_json::from_str(&command::output(&mut node)?)
        .context("widget-plugin/bench/widget.mjs printed no report")?;
    let released = project.path(RELEASED);
    let before: BTreeMap<String, Size> = match fs::read(&released) {
        Ok(file) => serde_json::from_slice(&file).with_context(|| format!("{RELEASED} is odd"))?,
        Err(_) => BTreeMap::new(),
    };
    println!("{}", sizes(&report.parts, &before));
    println!(
        "\nChromium {}, processor {}× slower, {} visits each, served from this machine\n{}",
        report.browser,
        report.throttle,
        report.runs,
        pages(&report.rows)
    );
    for line in &report.skipped {
        println!("skipped: {line}");
    }
    if args.record {
        fs::write(&released, serde_json::to_string_pretty(&report.parts)? + "\n")?;
    }
    Ok(())
}

fn sizes(parts: &BTreeMap<String, Size>, before: &BTreeMap<String, Size>) -> Table {
    let mut table = table(&["part", "bytes", "gzip -9", "budget", "last release"]);
    for (name, budget) in BUDGETS {
        let Some(size) = parts.get(name) else { continue };
        let verdict = if size.gzip <= budget { "" } else { " exceeded" };
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
            mega(row.heap_bytes),
        ]);
        if let (Some(longest), Some(heap)) = (row.longest_in_use_ms, row.heap_in_use_bytes) {
            let requests = or(row.requests_in_use);
            let empty = String::new;
            table.add_row([
                "  opened and written in".to_owned(),
                empty(),
                empty(),
                requests,
                empty(),
                whole(longest),
                empty(),
                empty(),
                empty(),
                mega(heap),
            ]);
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
        let parts = BTreeMap::from([("loader".to_owned(), size(3000))]);
        let before = BTreeMap::from([("loader".to_owned(), size(2900))]);
        let shown = sizes(&parts, &before).to_string();
        assert!(shown.contains("2048 exceeded") && shown.contains("2900 (+100)"), "{shown}");
        assert!(sizes(&parts, &BTreeMap::new()).to_string().contains("none yet"));
    }

    #[test]
    fn bytes_are_shortened() {
        assert_eq!((kilo(1_449), mega(1_449_000.0)), ("1.4".to_owned(), "1.4".to_owned()));
    }
}
