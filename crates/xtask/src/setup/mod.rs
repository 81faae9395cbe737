//! What the other commands need, installed once and then left alone.

mod apt;
pub mod chromium;
mod debian;
pub mod firefox;
pub mod node;
pub mod tools;
pub mod wasm;

use crate::project::Project;
use anyhow::Result;

/// Everything, with one line for each part.
pub fn everything(project: &Project) -> Result<()> {
    let node = node::ensure(project)?;
    ready("JavaScript tools", &format!("Node.js {node}, node_modules"));
    let wasm = wasm::ensure()?;
    ready("wasm32 target", wasm.describe());
    for tool in tools::ALL {
        let installed = tool.ensure(project)?;
        ready(tool.name(), &installed.display().to_string());
    }
    for (name, found) in [("Chromium", chromium::find()?), ("Firefox", firefox::find()?)] {
        match found {
            Some(browser) => ready(name, &browser.display().to_string()),
            None => ready(name, "not installed; `cargo xtask test browser` installs it"),
        }
    }
    Ok(())
}

/// What building needs.
pub fn for_building(project: &Project) -> Result<tools::Toolbox> {
    node::ensure(project)?;
    let wasm = wasm::ensure()?;
    tools::Toolbox::new(project, wasm)
}

fn ready(what: &str, detail: &str) {
    println!("  {what:<18} {detail}");
}

/// Says that something longer begins.
fn announce(what: &str) {
    eprintln!("set-up: {what} …");
}
