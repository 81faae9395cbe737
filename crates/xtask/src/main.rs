//! `cargo xtask …`: set-up, build, dev server, replay, tests and checks, each one command.

mod bench;
mod build;
mod command;
mod dev;
mod lint;
mod project;
mod replay;
mod setup;
mod size;
mod stamp;
mod test;

use anyhow::Result;
use clap::{Parser, Subcommand};
use project::Project;
use std::process::ExitCode;

/// Works on Linux and macOS; on Windows inside WSL.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, about)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Installs what the other commands need; what is there already is left alone.
    Setup,
    /// Builds the widget and the Worker for release.
    Build {
        /// Only this one.
        #[arg(value_enum)]
        part: Option<build::Part>,
    },
    /// Builds everything, runs it in the real runtime on local disk, and plays sample conversations.
    Dev(dev::Args),
    /// Plays recorded conversations through a running Worker and says what came of them.
    Replay(replay::Args),
    /// Runs the tests: everything, or only the suites named.
    Test {
        /// Only these.
        #[arg(value_enum)]
        suites: Vec<test::Suite>,
    },
    /// Format, clippy (native and wasm32), the core's dependencies, licences, types, a deployment without deploying.
    Lint,
    /// How large what visitors load and what the edge runs has become.
    Size,
    /// Measures something, with a peer or a baseline beside it.
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    let project = Project::locate()?;
    match task {
        Task::Setup => setup::everything(&project)?,
        Task::Build { part } => build::run(&project, part)?,
        Task::Dev(args) => return dev::run(&project, &args),
        Task::Replay(args) => return replay::run(&project, &args),
        Task::Test { suites } => return test::run(&project, &suites),
        Task::Lint => return lint::run(&project),
        Task::Size => size::run(&project)?,
        Task::Bench(bench) => bench::run(&project, &bench)?,
    }
    Ok(ExitCode::SUCCESS)
}
