//! The release builds: the widget's npm package and the Worker.

use crate::command;
use crate::project::Project;
use crate::setup::{self, tools::Toolbox};
use crate::stamp::Stamp;
use anyhow::{Context, Result, bail};
use std::env;

/// Set to `1` by whoever has built already, so that wrangler's own call does nothing.
pub const PREBUILT: &str = "ASKWELL_PREBUILT";

/// What can be built by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// `widget-plugin/dist`: loader, widget, engine, demo page.
    Widget,
    /// `worker/build`: the Worker as wrangler takes it.
    Worker,
}

const SHARED: [&str; 5] =
    ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "package-lock.json", "crates/core"];

/// Builds one part or both, unless told that it has been done.
pub fn run(project: &Project, part: Option<Part>) -> Result<()> {
    if env::var_os(PREBUILT).is_some_and(|v| v == "1") {
        return Ok(());
    }
    let tools = setup::for_building(project)?;
    match part {
        Some(Part::Widget) => widget(project, &tools),
        Some(Part::Worker) => worker(project, &tools),
        None => {
            widget(project, &tools)?;
            worker(project, &tools)
        }
    }
}

fn widget(project: &Project, tools: &Toolbox) -> Result<()> {
    let mut build = project.command("node");
    build.arg("widget-plugin/build.mjs");
    tools.apply(&mut build);
    let sources = ["widget-plugin"];
    let outputs = ["widget-plugin/dist", "widget-plugin/build", "widget-plugin/node_modules"];
    unless_fresh(project, tools, "widget", &sources, &outputs, "widget-plugin/dist", || {
        command::run(&mut build).context("the widget could not be built")
    })
}

fn worker(project: &Project, tools: &Toolbox) -> Result<()> {
    let mut build = project.command(tools.worker_build());
    build.current_dir(project.path("worker")).arg("--release");
    tools.apply(&mut build);
    // The Worker may embed what the widget's build gives, so that is one of its sources.
    let sources = ["worker", "widget-plugin/dist"];
    unless_fresh(
        project,
        tools,
        "worker",
        &sources,
        &["worker/build"],
        "worker/build/index.js",
        || command::run(&mut build).context("the Worker could not be built"),
    )
}

fn unless_fresh(
    project: &Project,
    tools: &Toolbox,
    name: &str,
    sources: &[&str],
    outputs: &[&str],
    result: &str,
    build: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let trees = [&SHARED[..], sources].concat();
    let stamp = Stamp::of_trees(project, name, &trees, outputs, &tools.identity())?;
    let result = project.path(result);
    if stamp.is_fresh() && result.exists() {
        return Ok(());
    }
    eprintln!("build: {name}");
    build()?;
    if !result.exists() {
        bail!("the build of the {name} did not write {}", result.display());
    }
    stamp.write()
}
