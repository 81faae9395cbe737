//! Benches: figures with a peer or a baseline beside them in the same run. They print tables and
//! judge nothing but the widget's sizes; the tables in `docs/` name the command that made them.

mod classify;
mod deliver;
mod detect;
mod export;
mod privacy;
mod prompt;
mod reply;
mod size;
mod store;
mod widget;

use crate::project::Project;
use anyhow::Result;
use std::path::PathBuf;

/// What can be measured, each by a file of its own beside this one.
#[derive(clap::Subcommand)]
pub enum Bench {
    /// When the policy asks, beside human agents and simple rules; what a decision costs.
    Prompt {
        /// Random conversations in which nothing may be asked against the rules; the documented run
        /// has 10,000,000 and takes minutes.
        #[arg(long, default_value_t = 0)]
        sequences: u64,
    },
    /// Detection: accuracy on the development data, speed and size, beside its peers.
    Detect,
    /// The embedded classifier: accuracy by task with baselines, size, time in wasm.
    Classify,
    /// Sealing a day of the export: rows each second and peak memory; and delivering events to a receiver
    /// that fails one in ten.
    Export(export::Args),
    /// The embedded answerer: right article first, declines, time in wasm.
    Reply(reply::Args),
    /// Looks for personal data in events, log and day files after real dialogues and messages full of it.
    Privacy(privacy::Args),
    /// The ledger with 100,000 customers and 1,000,000 conversations: lists, reports, closings.
    Store(store::Args),
    /// The engine that visitors load: bytes of the wasm module and its glue, by section.
    Size,
    /// The widget on a page: sizes, time to ready, longest task and memory, beside other chats.
    Widget(widget::Args),
}

/// Runs one bench.
pub fn run(project: &Project, bench: &Bench) -> Result<()> {
    match bench {
        Bench::Prompt { sequences } => prompt::run(project, *sequences),
        Bench::Detect => detect::run(project),
        Bench::Classify => classify::run(project),
        Bench::Export(args) => export::run(project, args),
        Bench::Reply(args) => reply::run(project, args),
        Bench::Privacy(args) => privacy::run(project, args),
        Bench::Store(args) => store::run(project, args),
        Bench::Size => size::run(project),
        Bench::Widget(args) => widget::run(project, args),
    }
}

/// Development data is not part of the repository: where `../shared/data` or `ASKWELL_DATA` has
/// it, its path; elsewhere a line that says what is skipped.
pub fn data(project: &Project, name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("ASKWELL_DATA")
        .map_or_else(|| project.path("../shared/data"), PathBuf::from);
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!(
        "skipped: no {} (set ASKWELL_DATA to the folder that holds `{name}`)",
        path.display()
    );
    None
}
