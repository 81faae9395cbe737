//! The JavaScript tools, exactly as `package-lock.json` pins them, Node.js included.

use super::{announce, apt};
use crate::command;
use crate::project::Project;
use crate::stamp::Stamp;
use anyhow::{Context, Result, bail};
use std::fs;

/// Installs `node_modules` when the lock has changed; gives the version of the Node.js in it.
pub fn ensure(project: &Project) -> Result<String> {
    let stamp = Stamp::of_content(
        project.path("node_modules/.askwell-stamp"),
        &["package.json", "package-lock.json", "widget-plugin/package.json"]
            .map(|p| project.path(p)),
    )?;
    if stamp.is_fresh()
        && let Ok(version) = pinned_version(project)
    {
        return Ok(version);
    }
    if command::find("npm").is_none() {
        apt::install(
            &["nodejs", "npm"],
            "npm",
            "Install Node.js 20 or newer with npm from your system's packages or from nodejs.org; \
             it only fetches the pinned tools, a Node.js of the right version among them.",
        )?;
    }
    announce("npm ci");
    command::run(project.command("npm").args([
        "ci",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]))
    .context(
        "the JavaScript tools could not be installed. Where npm reports a network error, check \
         `npm ping` and the registry in `npm config get registry`, then run this command again",
    )?;
    let version = pinned_version(project).context(
        "npm ran, but node_modules/.bin/node does not: where npm is set to skip install scripts \
         (`npm config get ignore-scripts`), allow them for this repository",
    )?;
    stamp.write()?;
    Ok(version)
}

/// Asks the package which Node.js it is; starting that Node.js would cost 40 ms at every call.
fn pinned_version(project: &Project) -> Result<String> {
    let executable = project.node_bin("node");
    if !executable.exists() {
        bail!("{} is missing", executable.display());
    }
    let manifest = fs::read(project.path("node_modules/node/package.json"))?;
    let manifest: serde_json::Value = serde_json::from_slice(&manifest)?;
    manifest["version"].as_str().map(str::to_owned).context("the package `node` has no version")
}
