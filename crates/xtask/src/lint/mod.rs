//! The checks that need no run: format, clippy, the core's dependencies, licences,
//! types, and whether the whole could be deployed.

mod licences;

use crate::build::{self, Part};
use crate::command;
use crate::project::Project;
use crate::setup::{self, wasm};
use anyhow::{Result, bail};
use std::process::ExitCode;

type Check = fn(&Project) -> Result<()>;

/// What the names of crates begin with that would tie the core to one host.
const BANNED_IN_CORE: [&str; 9] = [
    "wasm-",
    "js-sys",
    "web-sys",
    "gloo",
    "worker",
    "serde-wasm-bindgen",
    "console_error_panic_hook",
    "getrandom",
    "rand",
];
const WASM_PACKAGES: [&str; 2] = ["askwell-widget", "askwell-worker"];

/// Runs all checks, also after one has failed, and says at the end which did.
pub fn run(project: &Project) -> Result<ExitCode> {
    setup::node::ensure(project)?;
    let checks: [(&str, Check); 7] = [
        ("format", format),
        ("clippy, native", clippy_native),
        ("clippy, wasm32", clippy_wasm),
        ("dependencies of core", core_dependencies),
        ("licences", licences::check),
        ("types", types),
        ("deployment, without deploying", deployment),
    ];
    let mut failed = Vec::new();
    for (name, check) in checks {
        eprintln!("lint: {name}");
        if let Err(error) = check(project) {
            eprintln!("lint: {name}: {error:#}");
            failed.push(name);
        }
    }
    if failed.is_empty() {
        println!("lint: {} checks passed", checks.len());
        return Ok(ExitCode::SUCCESS);
    }
    println!("lint: failed: {}", failed.join(", "));
    Ok(ExitCode::FAILURE)
}

fn format(project: &Project) -> Result<()> {
    command::run(project.command("cargo").args(["fmt", "--all", "--check"]))
}

fn clippy_native(project: &Project) -> Result<()> {
    let mut clippy = project.command("cargo");
    // The tests of the two wasm crates run natively, so that they are linted here as well.
    clippy.args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    command::run(&mut clippy)
}

fn clippy_wasm(project: &Project) -> Result<()> {
    let toolchain = wasm::ensure()?;
    let mut clippy = project.command("cargo");
    toolchain.apply(&mut clippy);
    clippy.args(["clippy", "--locked", "--target", wasm::TARGET]);
    for package in WASM_PACKAGES {
        clippy.args(["--package", package]);
    }
    command::run(clippy.args(["--", "-D", "warnings"]))
}

fn core_dependencies(project: &Project) -> Result<()> {
    let tree = command::output(project.command("cargo").args([
        "tree",
        "--locked",
        "--package",
        "askwell",
        "--edges",
        "normal,build",
        "--target",
        "all",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))?;
    let found = banned(&tree);
    if !found.is_empty() {
        bail!("the core must run anywhere, but it depends on {}", found.join(", "));
    }
    Ok(())
}

/// The banned packages in a `cargo tree` of one `name version` a line.
fn banned(tree: &str) -> Vec<&str> {
    let is_banned = |name: &&str| BANNED_IN_CORE.iter().any(|prefix| name.starts_with(prefix));
    tree.lines().filter_map(|line| line.split_whitespace().next()).filter(is_banned).collect()
}

fn types(project: &Project) -> Result<()> {
    // The widget's own types are checked together with those that its build generates.
    build::run(project, Some(Part::Widget))?;
    command::run(project.command("tsc").args(["--noEmit", "--project", "widget-plugin"]))
}

/// What `wrangler deploy` would upload is put together and checked, and not uploaded.
fn deployment(project: &Project) -> Result<()> {
    build::run(project, None)?;
    let mut wrangler = project.command("wrangler");
    wrangler.args(["deploy", "--dry-run", "--outdir", "target/deployment"]);
    wrangler.env(build::PREBUILT, "1").env("WRANGLER_SEND_METRICS", "false").env("CI", "true");
    command::run(&mut wrangler)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_how_they_begin() {
        assert_eq!(banned("askwell v0.1.0 (/x)\nserde v1\ncoworker v1"), [""; 0]);
        let tree = "askwell v0.1.0\njs-sys v0.3.107\nwasm-bindgen-futures v0.4\nworker-sys v0.8\ngloo-timers v0.3";
        assert_eq!(banned(tree), ["js-sys", "wasm-bindgen-futures", "worker-sys", "gloo-timers"]);
    }
}
