//! Delivering events to a receiver on this machine that fails one in ten: what is lost, what comes out of
//! order, and how fast. Through the Worker in its real runtime, by `tests/bench/deliver.mjs`.

use crate::build;
use crate::command;
use crate::project::Project;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;

#[derive(Deserialize)]
struct Found {
    events: u64,
    conversations: u64,
    requests: u64,
    failed: u64,
    unsigned: u64,
    repeats: u64,
    disorder: u64,
    lost: u64,
    undelivered: u64,
    dead: u64,
    dead_letters: u64,
    hand_in_s: f64,
    deliver_s: f64,
}

/// Delivers so many events and prints what became of them.
///
/// # Errors
/// When any is lost, comes out of order, or is badly signed.
pub fn run(project: &Project, events: u64) -> Result<()> {
    build::for_tests(project)?;
    let mut node = project.command(project.node_bin("node"));
    node.args(["tests/bench/deliver.mjs", &events.to_string()]).env(build::PREBUILT, "1");
    let output = command::output(&mut node)?;
    let found: Found =
        serde_json::from_str(&output).context("tests/bench/deliver.mjs printed no report")?;
    println!(
        "{} events of {} conversations: {} requests, of which {} were made to fail\n\
         lost {}, out of order {}, repeated {}, badly signed {}, waiting {}, given up {}, dead letters {}\n\
         handed in within {:.0} s, delivered within {:.0} s: {:.0} events/s",
        found.events,
        found.conversations,
        found.requests,
        found.failed,
        found.lost,
        found.disorder,
        found.repeats,
        found.unsigned,
        found.undelivered,
        found.dead,
        found.dead_letters,
        found.hand_in_s,
        found.deliver_s,
        found.events as f64 / found.deliver_s,
    );
    ensure!(
        found.lost + found.disorder + found.unsigned + found.undelivered + found.dead == 0,
        "not every event came once it was handed in, in order and signed"
    );
    Ok(())
}
