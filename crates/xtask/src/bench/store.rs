//! The ledger with a hundred thousand customers and a million conversations: lists, reports and closings,
//! natively on SQLite in a file, beside a key-value store that is read, changed and written.
//!
//! What is timed stands beside the ledger (`worker/src/ledger/bench.rs`), since only its own code may touch
//! its tables; it is built with optimising, SQLite as well.

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
    /// Closings that are timed.
    #[arg(long, default_value_t = 2_000)]
    closes: u32,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Found {
    Time { name: String, p50_ms: f64, p99_ms: f64 },
    Filled { customers: u64, conversations: u64, seconds: f64, bytes: u64 },
    Closes { ledger_per_s: f64, naive_per_s: f64, bytes_each: i64 },
}

/// Runs it and prints the table.
///
/// # Errors
/// When it cannot be built, or fails.
pub fn run(project: &Project, args: &Args) -> Result<()> {
    let mut cargo = project.command("cargo");
    cargo.args([
        "test",
        "--quiet",
        "--profile",
        "quick",
        "--config",
        "profile.quick.package.libsqlite3-sys.opt-level=3",
        "-p",
        "askwell-worker",
        "--lib",
        "--",
        "ledger::bench::store",
        "--exact",
        "--ignored",
        "--nocapture",
    ]);
    cargo
        .env("BENCH_CUSTOMERS", args.customers.to_string())
        .env("BENCH_CONVERSATIONS", args.conversations.to_string())
        .env("BENCH_CLOSES", args.closes.to_string());
    let output = command::output(&mut cargo)?;
    let lines = output.lines().filter(|line| line.starts_with('{'));
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(["", "p50 ms", "p99 ms"]);
    for line in lines {
        let found = serde_json::from_str(line).context("the bench printed something else")?;
        match found {
            Found::Time { name, p50_ms, p99_ms } => {
                let number =
                    |n: f64| Cell::new(format!("{n:.2}")).set_alignment(CellAlignment::Right);
                table.add_row([Cell::new(name), number(p50_ms), number(p99_ms)]);
            }
            Found::Filled { customers, conversations, seconds, bytes } => println!(
                "{customers} customers and {conversations} conversations: {:.0} MB, filled in {seconds:.0} s",
                bytes as f64 / 1e6
            ),
            Found::Closes { ledger_per_s, naive_per_s, bytes_each } => println!(
                "closes each second, one at a time: {ledger_per_s:.0}; read, changed and written as documents: {naive_per_s:.0}; {bytes_each} bytes each"
            ),
        }
    }
    println!("{table}");
    Ok(())
}
