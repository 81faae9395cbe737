//! The release builds: the widget's npm package and the Worker.

use crate::command;
use crate::project::Project;
use crate::setup::{self, tools::Toolbox};
use crate::stamp::Stamp;
use anyhow::{Context, Result, bail};
use std::env;
use std::process::Command;

/// Set to `1` by whoever has built already, so that wrangler's own call does nothing.
pub const PREBUILT: &str = "ASKWELL_PREBUILT";

/// Set to `1` by whoever edits the Worker: it is built in seconds then, and is not what is deployed.
pub const QUICK: &str = "ASKWELL_QUICK";

/// What can be built by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// `widget-plugin/dist`: loader, widget, engine, demo page.
    Widget,
    /// `worker/build`: the Worker as wrangler takes it.
    Worker,
}

/// What both are made from.
const SHARED: [&str; 5] =
    ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "package-lock.json", "crates/core"];
/// What changes without changing either.
const APART: [&str; 2] = ["crates/core/tests", "crates/core/benches"];

/// Builds one part or both, unless told that it has been done.
pub fn run(project: &Project, part: Option<Part>) -> Result<()> {
    if is_prebuilt() {
        return Ok(());
    }
    let tools = setup::for_building(project)?;
    match part {
        Some(Part::Widget) => widget(project, &tools, false),
        Some(Part::Worker) => worker(project, &tools),
        None => both(project, &tools, false),
    }
}

/// Builds both, and the engine with the line protocol that the shared test cases speak.
pub fn for_tests(project: &Project) -> Result<()> {
    if is_prebuilt() {
        return Ok(());
    }
    both(project, &setup::for_building(project)?, true)
}

/// Builds both at once: most of either is the linking of one module, which takes one core.
fn both(project: &Project, tools: &Toolbox, lines: bool) -> Result<()> {
    std::thread::scope(|scope| {
        let widget = scope.spawn(|| widget(project, tools, lines));
        let worker = worker(project, tools);
        let widget = widget.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        widget.and(worker)
    })
}

/// Builds the widget and the engine with the line protocol.
pub fn lines(project: &Project) -> Result<()> {
    if is_prebuilt() {
        return Ok(());
    }
    widget(project, &setup::for_building(project)?, true)
}

/// Builds the engine with the line protocol as the Worker is compiled, which is where it runs for the answers
/// and the replies. Only benches need it.
pub fn edge(project: &Project) -> Result<()> {
    if is_prebuilt() {
        return Ok(());
    }
    let tools = setup::for_building(project)?;
    let mut build = project.command("node");
    build.args(["widget-plugin/build.mjs", "--edge"]);
    tools.apply(&mut build);
    let sources = [&SHARED[..], &["widget-plugin"]].concat();
    let stamp = Stamp::of_trees(project, "edge", &sources, &apart_of_widget(), &tools.identity())?;
    unless_fresh(
        project,
        "engine as at the edge",
        &[(stamp, "widget-plugin/build/edge/engine_bg.wasm")],
        &mut build,
    )
}

/// What a build of the widget makes, and its tests.
fn apart_of_widget() -> Vec<&'static str> {
    let outputs = ["widget-plugin/dist", "widget-plugin/build", "widget-plugin/node_modules"];
    [&APART[..], &outputs, &["widget-plugin/tests"]].concat()
}

fn is_prebuilt() -> bool {
    is_set(PREBUILT)
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| value == "1")
}

fn widget(project: &Project, tools: &Toolbox, lines: bool) -> Result<()> {
    let mut build = project.command("node");
    build.args(["widget-plugin/build.mjs", "--release"]);
    if lines {
        build.arg("--lines");
    }
    tools.apply(&mut build);
    let stamp = |name| {
        let sources = [&SHARED[..], &["widget-plugin"]].concat();
        Stamp::of_trees(project, name, &sources, &apart_of_widget(), &tools.identity())
    };
    let mut outcomes = vec![(stamp("widget")?, "widget-plugin/dist/widget.js")];
    if lines {
        outcomes.push((stamp("widget-lines")?, "widget-plugin/build/lines/engine_bg.wasm"));
    }
    unless_fresh(project, "widget", &outcomes, &mut build)
}

/// The styles and scripts of the dashboard, which the Worker is compiled with.
fn dashboard(project: &Project, tools: &Toolbox) -> Result<()> {
    let mut build = project.command("node");
    build.arg("worker/dashboard/build.mjs");
    tools.apply(&mut build);
    let sources = ["package-lock.json", "worker/dashboard"];
    let apart = ["worker/dashboard/dist"];
    let stamp = Stamp::of_trees(project, "dashboard", &sources, &apart, &tools.identity())?;
    unless_fresh(project, "dashboard", &[(stamp, "worker/dashboard/dist")], &mut build)
}

fn worker(project: &Project, tools: &Toolbox) -> Result<()> {
    dashboard(project, tools)?;
    let mut build = project.command(tools.worker_build());
    let quick = is_set(QUICK);
    build.current_dir(project.path("worker"));
    build.args(if quick { &["--profile", "quick"][..] } else { &["--release"] });
    // wasm-opt needs minutes for a module of this size, and what it makes compresses worse than what it gets.
    build.arg("--no-opt");
    tools.apply(&mut build);
    let sources = [&SHARED[..], &["worker"]].concat();
    let apart = [&APART[..], &["worker/build", "worker/dashboard/dist"]].concat();
    let made_by = format!("{} {}", tools.identity(), if quick { "quick" } else { "release" });
    let stamp = Stamp::of_trees(project, "worker", &sources, &apart, &made_by)?;
    unless_fresh(project, "worker", &[(stamp, "worker/build/index.js")], &mut build)
}

/// Runs a build unless each of its outcomes is there and was made from what is there now.
fn unless_fresh(
    project: &Project,
    name: &str,
    outcomes: &[(Stamp, &str)],
    build: &mut Command,
) -> Result<()> {
    if outcomes.iter().all(|(stamp, file)| stamp.is_fresh() && project.path(file).exists()) {
        return Ok(());
    }
    eprintln!("build: {name}");
    command::run(build).with_context(|| format!("the {name} could not be built"))?;
    for (stamp, file) in outcomes {
        if !project.path(file).exists() {
            bail!("the build of the {name} did not write {file}");
        }
        stamp.write()?;
    }
    Ok(())
}
