//! Whether NOTICE names everything of others that is compiled into what is shipped.

use crate::command;
use crate::project::Project;
use crate::setup::wasm;
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::fs;

/// What is shipped: its package, and the target that it is compiled for where that is not ours.
const SHIPPED: [(&str, Option<&str>); 3] = [
    ("askwell-worker", Some(wasm::TARGET)),
    ("askwell-widget", Some(wasm::TARGET)),
    ("askwell-cli", None),
];

/// Compares NOTICE with the dependency tree; whoever adds a line to NOTICE reads the licence in it.
pub fn check(project: &Project) -> Result<()> {
    let mut used = BTreeSet::new();
    for (package, target) in SHIPPED {
        let mut tree = project.command("cargo");
        tree.args(["tree", "--locked", "--package", package, "--edges", "normal,no-proc-macro"])
            .args(["--prefix", "none", "--format", "{p}|{l}"]);
        tree.args(target.into_iter().flat_map(|target| ["--target", target]));
        used.extend(command::output(&mut tree)?.lines().filter_map(entry));
    }
    let notice = fs::read_to_string(project.path("NOTICE")).context("cannot read NOTICE")?;
    let named: BTreeSet<String> =
        notice.lines().filter_map(|l| l.strip_prefix("- ")).map(str::to_owned).collect();
    let missing: Vec<_> = used.difference(&named).map(|line| format!("- {line}")).collect();
    if !missing.is_empty() {
        bail!(
            "NOTICE does not name these; add the lines if the licences permit redistribution \
             under MIT or Apache-2.0:\n{}",
            missing.join("\n")
        );
    }
    Ok(())
}

/// `serde v1.0.229|MIT OR Apache-2.0` as it stands in NOTICE; our own packages have a path.
fn entry(line: &str) -> Option<String> {
    let (package, licence) = line.split_once('|')?;
    let mut words = package.split_whitespace();
    let name = words.next()?;
    let own = words.nth(1).is_some_and(|source| source.starts_with("(/"));
    let licence = licence.trim_end_matches("(*)").trim();
    (!own).then(|| format!("{name}: {}", if licence.is_empty() { "unknown" } else { licence }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_tree_become_lines_of_the_notice() {
        assert_eq!(
            entry("serde v1.0.229|MIT OR Apache-2.0 (*)").as_deref(),
            Some("serde: MIT OR Apache-2.0")
        );
        assert_eq!(entry("askwell v0.1.0 (/src/crates/core)|MIT OR Apache-2.0"), None);
        assert_eq!(entry("odd v1.0.0|").as_deref(), Some("odd: unknown"));
        assert_eq!(entry(""), None);
    }
}
