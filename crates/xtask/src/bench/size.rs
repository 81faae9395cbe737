//! Where the engine's bytes are: each section of the wasm module, raw and as gzip sends it.

use crate::build;
use crate::project::Project;
use crate::size::gzipped;
use anyhow::{Context, Result, bail};
use comfy_table::{CellAlignment, Table, presets};
use std::fs;

/// Section names by id (WebAssembly core specification 2.0, 5.5.2).
const SECTIONS: [&str; 13] = [
    "custom",
    "type",
    "import",
    "function",
    "table",
    "memory",
    "global",
    "export",
    "start",
    "element",
    "code",
    "data",
    "data count",
];

/// Builds the widget, then prints the sections of its engine, and what a visitor loads: the engine with
/// English, its glue, and the largest of the other languages.
pub fn run(project: &Project) -> Result<()> {
    build::run(project, Some(build::Part::Widget))?;
    let read = |name: &str| {
        let file = project.path("widget-plugin/dist").join(name);
        fs::read(&file).with_context(|| format!("cannot read {}", file.display()))
    };
    let (module, glue) = (read("engine_bg.wasm")?, read("engine.js")?);
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["part", "bytes", "gzip -9"]);
    let mut row = |name: &str, bytes: &[u8]| -> Result<usize> {
        let small = gzipped(bytes)?;
        table.add_row([name, &bytes.len().to_string(), &small.to_string()]);
        Ok(small)
    };
    for (name, body) in sections(&module)? {
        row(name, body)?;
    }
    let loading = read("vocabulary.js")?;
    let own = row("module", &module)? + row("glue", &glue)? + row("loading languages", &loading)?;
    let folder = project.path("widget-plugin/dist/vocabulary");
    let mut languages = Vec::new();
    for entry in
        fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let bytes = fs::read(entry?.path())?;
        languages.push((gzipped(&bytes)?, bytes));
    }
    languages.sort();
    let largest = languages.last().context("there are no languages")?;
    row("largest language", &largest.1)?;
    let all: usize = languages.iter().map(|(small, _)| small).sum();
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!(
        "{table}\nbytes gzip: {own} with English alone, {} with one more language, the largest, {} with all {}",
        own + largest.0,
        own + all,
        languages.len() + 1,
    );
    Ok(())
}

/// The sections of a module in their order.
///
/// # Errors
/// When the bytes are no wasm module of version 1, or end within a section.
fn sections(module: &[u8]) -> Result<Vec<(&'static str, &[u8])>> {
    let Some(mut rest) = module.strip_prefix(b"\0asm\x01\0\0\0") else {
        bail!("not a wasm module of version 1");
    };
    let mut found = Vec::new();
    while let [id, after @ ..] = rest {
        let (length, body) = leb128(after).context("a section's length is cut off")?;
        let (body, next) = body.split_at_checked(length).context("a section is cut off")?;
        let name = SECTIONS.get(usize::from(*id)).copied().unwrap_or("unknown");
        found.push((name, body));
        rest = next;
    }
    Ok(found)
}

/// An unsigned 32-bit number in LEB128, and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = bytes.iter().take(5).position(|byte| byte & 0x80 == 0)? + 1;
    let (number, rest) = bytes.split_at(end);
    let value = number.iter().rev().fold(0_u64, |value, byte| value << 7 | u64::from(byte & 0x7f));
    Some((usize::try_from(value).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_told_apart() {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.extend([1, 2, 7, 8]);
        module.extend([11, 0x80, 0x01]);
        module.extend([9; 128]);
        let found = sections(&module).unwrap();
        assert_eq!(found[0], ("type", &[7, 8][..]));
        assert_eq!((found[1].0, found[1].1.len()), ("data", 128));
    }

    #[test]
    fn what_is_cut_off_is_an_error() {
        assert!(sections(b"\0asm\x01\0\0\0\x0b\x05ab").is_err());
        assert!(sections(b"\0asm\x01\0\0\0\x0b\xff").is_err());
        assert!(sections(b"<!doctype html>").is_err());
    }
}
