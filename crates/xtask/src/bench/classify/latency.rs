//! Milliseconds that ten fields take over a conversation of forty turns, as wasm in Node.js: compiled as in the
//! Worker, where answers are given, and for the least size, as what visitors load.

use super::Item;
use crate::bench::data;
use crate::build;
use crate::project::Project;
use anyhow::{Context, Result, bail};
use askwell::conversation::Turn;
use serde_json::json;
use std::io::Write as _;
use std::process::Stdio;

/// Turns of the conversation that is timed.
const TURNS: usize = 40;
/// Fields put to it.
const FIELDS: usize = 10;

const SCRIPT: &str = include_str!("latency.mjs");

/// Builds the engine with the line protocol in both ways and times them.
pub fn run(project: &Project) -> Result<()> {
    let Some(dir) = data(project, "classify/tasks") else { return Ok(()) };
    let items: Vec<Item> = super::lines(&dir.join("star_reason.jsonl"))?;
    // Real turns of both sides, one conversation after the other.
    let turns: Vec<Turn> = items.into_iter().flat_map(|i| i.conversation).take(TURNS).collect();
    let fields: Vec<askwell::classify::Field> =
        askwell::classify::templates().into_iter().map(|t| t.field.into()).take(FIELDS).collect();
    build::lines(project)?;
    build::edge(project)?;
    let input = json!({"conversation": turns, "fields": fields}).to_string();
    let mut node = project.command("node");
    node.args(["--input-type=module", "-e", SCRIPT]);
    node.args(["edge", "lines"].map(|name| project.path("widget-plugin/build").join(name)));
    let mut child = node.stdin(Stdio::piped()).spawn().context("node does not start")?;
    child.stdin.take().context("node has no input")?.write_all(input.as_bytes())?;
    if !child.wait()?.success() {
        bail!("the bench in node failed");
    }
    Ok(())
}
