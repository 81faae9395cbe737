//! What visitors load and what the edge runs, in bytes.

use crate::build;
use crate::project::Project;
use anyhow::{Context, Result, bail};
use comfy_table::{CellAlignment, Table, presets};
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Builds, then prints every shipped script and wasm module, raw and as gzip sends it.
pub fn run(project: &Project) -> Result<()> {
    build::run(project, None)?;
    let mut files = Vec::new();
    for dir in ["widget-plugin/dist", "worker/build"] {
        shipped(&project.path(dir), &mut files)?;
    }
    if files.is_empty() {
        bail!("neither widget-plugin/dist nor worker/build holds a script or a wasm module");
    }
    files.sort();
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["file", "bytes", "gzip -9"]);
    for file in files {
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.strip_prefix(project.root()).unwrap_or(&file).display().to_string();
        table.add_row([name, bytes.len().to_string(), gzipped(&bytes)?.to_string()]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
    Ok(())
}

/// How many bytes gzip -9 makes of these.
pub fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

/// Scripts, style sheets and wasm modules below a directory, less source maps and types.
fn shipped(dir: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            shipped(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|e| e == "js" || e == "mjs" || e == "css" || e == "wasm")
        {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_compresses_and_the_header_remains() {
        assert!(gzipped(&[b'a'; 10_000]).unwrap() < 100);
        assert!(gzipped(b"").unwrap() > 0);
    }
}
