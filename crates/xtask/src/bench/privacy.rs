//! Looks for personal data in all that leaves the Worker: events, the log, and day files, after real
//! dialogues and messages full of names, e-mails and phones. By `tests/bench/privacy.mjs`.

use crate::build;
use crate::command;
use crate::project::Project;
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// What is played.
#[derive(clap::Args)]
pub struct Args {
    /// Messages full of personal data.
    #[arg(long, default_value_t = 2_000)]
    messages: u64,
}

/// Plays, scans, and prints what was found.
///
/// # Errors
/// When anything was found, or an event was held back.
pub fn run(project: &Project, args: &Args) -> Result<()> {
    build::for_tests(project)?;
    let mut node = project.command(project.node_bin("node"));
    node.args(["tests/bench/privacy.mjs", &args.messages.to_string()]).env(build::PREBUILT, "1");
    if let Some(dialogues) = super::data(project, "conversations/star.jsonl") {
        node.arg(dialogues);
    }
    let output = command::output(&mut node)?;
    let report: Value =
        serde_json::from_str(&output).context("tests/bench/privacy.mjs printed no report")?;
    println!("{}", serde_json::to_string_pretty(&report)?);
    let nothing = |what: &str| report["found"][what].as_array().is_some_and(Vec::is_empty);
    ensure!(
        nothing("events") && nothing("log") && nothing("exports") && report["blocked"] == 0,
        "personal data has left"
    );
    Ok(())
}
