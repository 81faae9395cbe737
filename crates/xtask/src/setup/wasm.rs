//! A Rust toolchain that can build for wasm32-unknown-unknown.

use super::{announce, debian};
use crate::command;
use anyhow::{Context, Result, bail};
use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// The target of everything that runs in the browser and at the edge.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// `rustup` or `debian`: set to choose the way instead of trying both in turn.
const CHOICE: &str = "ASKWELL_WASM_TOOLCHAIN";
/// The standard library is 30 MB; a server that needs longer does not answer at all.
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);

/// Which toolchain builds for wasm; native code is always built by the default one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toolchain {
    /// The default toolchain, with the target added by rustup.
    Default,
    /// Debian's packages, linked into rustup as `debian`, with a standard library built once.
    Debian,
}

impl Toolchain {
    /// For people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Default => "the default Rust toolchain",
            Self::Debian => "Debian's Rust toolchain",
        }
    }

    /// Makes cargo and rustc below this command use it.
    pub fn apply(self, command: &mut Command) {
        if self == Self::Debian {
            command
                .env("RUSTUP_TOOLCHAIN", debian::TOOLCHAIN)
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", debian::LINKER);
        }
    }

    /// Whether it has a standard library for the target.
    fn is_ready(self) -> bool {
        let mut rustc = Command::new("rustc");
        self.apply(&mut rustc);
        rustc.args(["--print", "target-libdir", "--target", TARGET]);
        let Ok(dir) = command::output(&mut rustc) else { return false };
        let has_std = PathBuf::from(dir).read_dir().is_ok_and(|mut files| {
            files.any(|f| f.is_ok_and(|f| f.file_name().to_string_lossy().starts_with("libstd")))
        });
        has_std && (self == Self::Default || command::find(debian::LINKER).is_some())
    }
}

/// Finds or makes one: what rustup gives, else what Debian gives.
pub fn ensure() -> Result<Toolchain> {
    let choice = env::var(CHOICE).ok();
    let (by_rustup, by_debian) = match choice.as_deref() {
        None | Some("") => (true, true),
        Some("rustup") => (true, false),
        Some("debian") => (false, true),
        Some(other) => bail!("{CHOICE} is `{other}`; it can be `rustup` or `debian`"),
    };
    for (wanted, toolchain) in [(by_rustup, Toolchain::Default), (by_debian, Toolchain::Debian)] {
        if wanted && toolchain.is_ready() {
            return Ok(toolchain);
        }
    }
    if command::find("rustup").is_none() {
        bail!(
            "the Rust on PATH cannot build for {TARGET}, and rustup is not installed to add it. \
             Install Rust through rustup.rs, or your system's package of the standard library for \
             {TARGET}, and run this command again"
        );
    }
    if by_rustup {
        announce(&format!("rustup target add {TARGET}"));
        let mut add = Command::new("rustup");
        add.args(["target", "add", TARGET]);
        match command::run_within(&mut add, RUSTUP_LIMIT) {
            Ok(()) => return Ok(Toolchain::Default),
            Err(why) if !by_debian => return Err(why),
            Err(why) => eprintln!("set-up: {why:#}; trying Debian's toolchain instead"),
        }
    }
    debian::install().context(
        "neither rustup nor Debian could give a toolchain for wasm. On any machine that reaches \
         the rustup servers `rustup target add wasm32-unknown-unknown` is enough",
    )?;
    if !Toolchain::Debian.is_ready() {
        bail!("Debian's toolchain was installed but still cannot build for {TARGET}");
    }
    Ok(Toolchain::Debian)
}
