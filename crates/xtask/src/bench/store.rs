//! The ledger with a hundred thousand customers and a million conversations: lists, reports and closings,
//! natively on SQLite in a file; and closings through the public API in the real runtime, beside a Worker
//! that keeps the same in KV by reading, changing and writing.
//!
//! What is timed natively stands beside the ledger (`worker/src/ledger/bench.rs`), since only its own code may
//! touch its tables. It is built with the profile `measure`: everything optimised, SQLite as well.

use crate::build;
use crate::command;
use crate::project::Project;
use anyhow::{Context, Result};
use comfy_table::{Cell, CellAlignment, Table, presets};
use serde::Deserialize;

/// How much is put in.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Customers.
    #[arg(long, default_value_t = 100_000)]
    customers: u32,
    /// Conversations, within a year.
    #[arg(long, default_value_t = 1_000_000)]
    conversations: u32,
    /// Closings that are timed natively; 0 for none.
    #[arg(long, default_value_t = 2_000)]
    closes: u32,
    /// Closings that are timed through the API, each of 1, 8 and 64 at a time; 0 for none.
    #[arg(long, default_value_t = 960)]
    http_closes: u32,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Found {
    Time { name: String, p50_ms: f64, p99_ms: f64, processor_p50_ms: f64, processor_p99_ms: f64 },
    Filled { customers: u64, conversations: u64, seconds: f64, bytes: u64 },
    Closes { ledger_per_s: f64, naive_per_s: f64, bytes_each: i64 },
}

#[derive(Deserialize)]
struct OverHttp {
    closes: u64,
    rounds: Vec<Round>,
}

#[derive(Deserialize)]
struct Round {
    width: u64,
    acknowledged: f64,
    recorded: f64,
    lost_conversations: i64,
    naive: Naive,
}

#[derive(Deserialize)]
struct Naive {
    took: f64,
    lost_counts: i64,
    lost_conversations: i64,
}

/// Runs it and prints the tables.
///
/// # Errors
/// When it cannot be built, or fails.
pub fn run(project: &Project, args: &Args) -> Result<()> {
    if args.customers > 0 {
        natively(project, args)?;
    }
    if args.http_closes > 0 {
        over_http(project, args.http_closes)?;
    }
    Ok(())
}

fn natively(project: &Project, args: &Args) -> Result<()> {
    let mut cargo = project.command("cargo");
    cargo.args(["test", "--quiet", "--profile", "measure", "-p", "askwell-worker", "--lib", "--"]);
    cargo.args(["ledger::bench::store", "--exact", "--ignored", "--nocapture"]);
    cargo
        .env("BENCH_CUSTOMERS", args.customers.to_string())
        .env("BENCH_CONVERSATIONS", args.conversations.to_string())
        .env("BENCH_CLOSES", args.closes.to_string());
    let output = command::output(&mut cargo)?;
    let lines = output.lines().filter(|line| line.starts_with('{'));
    let mut table =
        table(&["", "p50 ms", "p99 ms", "p50 ms of the processor", "p99 ms of the processor"]);
    for line in lines {
        let found = serde_json::from_str(line).context("the bench printed something else")?;
        match found {
            Found::Time { name, p50_ms, p99_ms, processor_p50_ms, processor_p99_ms } => {
                let times = [p50_ms, p99_ms, processor_p50_ms, processor_p99_ms];
                let cells = times.map(|ms| number(ms, 2));
                table.add_row([Cell::new(name)].into_iter().chain(cells));
            }
            Found::Filled { customers, conversations, seconds, bytes } => println!(
                "{customers} customers and {conversations} conversations: {:.0} MB, filled in {seconds:.0} s",
                bytes as f64 / 1e6
            ),
            Found::Closes { ledger_per_s, naive_per_s, bytes_each } => println!(
                "closes each second of one processor, one at a time: {ledger_per_s:.0}; read, changed and written as documents: {naive_per_s:.0}; {bytes_each} bytes each"
            ),
        }
    }
    println!("{table}");
    Ok(())
}

fn over_http(project: &Project, closes: u32) -> Result<()> {
    build::for_tests(project)?;
    let mut node = project.command(project.node_bin("node"));
    node.args(["tests/bench/store.mjs", &closes.to_string()]).env(build::PREBUILT, "1");
    let output = command::output(&mut node)?;
    let found: OverHttp =
        serde_json::from_str(&output).context("tests/bench/store.mjs printed no report")?;
    let mut table = table(&[
        "closes at a time",
        "accepted/s",
        "in the ledger/s",
        "lost",
        "naive KV/s",
        "naive: lost of the customers' lists",
        "naive: lost of the counts",
    ]);
    for round in found.rounds {
        let each = |seconds: f64| number(found.closes as f64 / seconds, 0);
        let lost =
            |n: i64, of: u64| Cell::new(format!("{n} of {of}")).set_alignment(CellAlignment::Right);
        table.add_row([
            number(round.width as f64, 0),
            each(round.acknowledged),
            each(round.recorded),
            lost(round.lost_conversations, found.closes),
            each(round.naive.took),
            lost(round.naive.lost_conversations, found.closes),
            lost(round.naive.lost_counts, 6 * found.closes),
        ]);
    }
    println!("Over HTTP, {} closes each:\n{table}", found.closes);
    Ok(())
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(header);
    table
}

fn number(n: f64, places: usize) -> Cell {
    Cell::new(format!("{n:.places$}")).set_alignment(CellAlignment::Right)
}
