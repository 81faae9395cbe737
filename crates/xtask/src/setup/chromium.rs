//! A browser for the tests that play the whole story.

use super::apt;
use crate::command;
use anyhow::{Result, bail};
use std::env;
use std::path::PathBuf;

/// Names the browser to use; anything that speaks Chromium's protocol.
pub const CHOICE: &str = "CHROMIUM";

/// The same engine without windows comes first: it takes a third less of the processor for the same pages.
const ON_PATH: [&str; 5] = [
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
/// Debian's packages of it; older releases, and Ubuntu, lack the first.
const PACKAGES: [&str; 2] = ["chromium-headless-shell", "chromium"];

/// The browser that is there, if one is.
pub fn find() -> Result<Option<PathBuf>> {
    if let Some(chosen) = env::var_os(CHOICE).filter(|c| !c.is_empty()) {
        let path = PathBuf::from(&chosen);
        if !path.is_file() {
            bail!("{CHOICE} is `{}`, and there is no such file", path.display());
        }
        return Ok(Some(path));
    }
    let on_path = ON_PATH.into_iter().find_map(command::find);
    let application =
        || Some(PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"));
    Ok(on_path.or_else(|| application().filter(|p| p.is_file())))
}

/// Finds one or installs Debian's.
pub fn ensure() -> Result<PathBuf> {
    if let Some(browser) = find()? {
        return Ok(browser);
    }
    let install = |package| {
        apt::install(
            &[package],
            "Chromium",
            "Or install Chromium or Chrome in any other way and set CHROMIUM to its path.",
        )
    };
    install(PACKAGES[0]).or_else(|_| install(PACKAGES[1]))?;
    match find()? {
        Some(browser) => Ok(browser),
        None => {
            bail!("Debian's Chromium was installed, but none of {} is on PATH", ON_PATH.join(", "))
        }
    }
}
