//! A second browser for the widget's tests: whoever has none can run all the others.

use super::apt;
use crate::command;
use anyhow::{Result, bail};
use std::env;
use std::path::PathBuf;

/// Names the browser to use.
pub const CHOICE: &str = "FIREFOX";

const ON_PATH: [&str; 2] = ["firefox-esr", "firefox"];
const PACKAGE: &str = "firefox-esr";

/// The browser that is there, if one is.
pub fn find() -> Result<Option<PathBuf>> {
    let Some(chosen) = env::var_os(CHOICE).filter(|c| !c.is_empty()) else {
        return Ok(ON_PATH.into_iter().find_map(command::find));
    };
    let path = PathBuf::from(&chosen);
    if !path.is_file() {
        bail!("{CHOICE} is `{}`, and there is no such file", path.display());
    }
    Ok(Some(path))
}

/// Finds one, or installs Debian's where that can be done without anybody's help. None where it cannot: the
/// tests in it are skipped then, and say so.
pub fn ensure() -> Result<Option<PathBuf>> {
    if let Some(browser) = find()? {
        return Ok(Some(browser));
    }
    if let Err(error) = apt::install(&[PACKAGE], "Firefox", "Its tests are skipped without it.") {
        eprintln!("note: {error:#}");
    }
    find()
}
