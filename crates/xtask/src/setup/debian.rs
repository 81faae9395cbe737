//! The fall-back where rustup's servers are out of reach: Debian's Rust, which is built from the
//! same source, and a wasm32 standard library compiled from Debian's package of that source.

use super::wasm::TARGET;
use super::{announce, apt};
use crate::command;
use anyhow::{Context, Result, bail};
use nix::unistd::{AccessFlags, access};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The name under which rustup knows it.
pub const TOOLCHAIN: &str = "debian";
/// The linker that `rustc` expects as `rust-lld`, which Debian packages under this name.
pub const LINKER: &str = "wasm-ld-22";
const PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy", "lld-22"];
const SCRATCH_CRATE: &str = "askwell-wasm-std";

/// Installs the packages, links the toolchain and builds the library. About one minute.
pub fn install() -> Result<()> {
    apt::install(
        &PACKAGES,
        "a Rust toolchain for wasm",
        "Or connect to the rustup servers once: `rustup target add wasm32-unknown-unknown`.",
    )?;
    command::run(Command::new("rustup").args(["toolchain", "link", TOOLCHAIN, "/usr"]))?;
    let dir = std::env::temp_dir().join(format!("{SCRATCH_CRATE}-{}", std::process::id()));
    let built = build_std(&dir).and_then(|()| put_std(&dir));
    if built.as_ref().is_err_and(|error| error.is::<ForRoot>()) {
        // What it names must stay until it has been copied.
        return built;
    }
    let removed = fs::remove_dir_all(&dir);
    built.context("the standard library for wasm could not be built")?;
    removed.with_context(|| format!("cannot remove {}", dir.display()))
}

/// The library is built, and only root may put it where it belongs.
#[derive(Debug, thiserror::Error)]
#[error(
    "the standard library for wasm is built, and to put it beside Debian's Rust needs root. Run\n\n    \
     sudo sh -c 'mkdir -p {to} && cp {from}/*.rlib {to}/'\n\nand then this command again",
    to = to.display(), from = from.display()
)]
struct ForRoot {
    from: PathBuf,
    to: PathBuf,
}

fn build_std(dir: &Path) -> Result<()> {
    announce("building the standard library for wasm");
    fs::create_dir_all(dir.join("src"))?;
    fs::write(
        dir.join("Cargo.toml"),
        format!("[package]\nname = \"{SCRATCH_CRATE}\"\nedition = \"2021\"\n\n[workspace]\n"),
    )?;
    fs::write(dir.join("src/lib.rs"), "")?;
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(dir)
        .args(["build", "--release", "--target", TARGET])
        .args(["-Z", "build-std=std,panic_abort,panic_unwind,proc_macro"])
        .env("RUSTUP_TOOLCHAIN", TOOLCHAIN)
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode a later `lto = true` fails with "Can't find section .llvmbc".
        .env("RUSTFLAGS", "-C embed-bitcode=yes")
        .env("CARGO_TARGET_DIR", dir.join("target"))
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    command::run(&mut cargo)
}

/// Puts the library beside those of the linked toolchain.
fn put_std(dir: &Path) -> Result<()> {
    let sysroot = command::output(
        Command::new("rustc").args(["--print", "sysroot"]).env("RUSTUP_TOOLCHAIN", TOOLCHAIN),
    )?;
    let to = PathBuf::from(sysroot).join("lib/rustlib").join(TARGET).join("lib");
    let deps = dir.join("target").join(TARGET).join("release/deps");
    let own = format!("lib{}", SCRATCH_CRATE.replace('-', "_"));
    // What is left is what is to be copied, also by hand.
    for entry in fs::read_dir(&deps)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&own)) {
            fs::remove_file(path)?;
        }
    }
    if !is_writable(&to) {
        return Err(ForRoot { from: deps, to }.into());
    }
    fs::create_dir_all(&to).with_context(|| format!("cannot write to {}", to.display()))?;
    let mut copied = 0;
    for entry in fs::read_dir(&deps)? {
        let from = entry?.path();
        let Some(name) = from.file_name().map(|n| n.to_string_lossy().into_owned()) else {
            continue;
        };
        if name.ends_with(".rlib") {
            fs::copy(&from, to.join(&name))?;
            copied += 1;
        }
    }
    if copied == 0 {
        bail!("cargo built no library files");
    }
    Ok(())
}

/// Whether files may be made in a folder, or the folder itself in the nearest one above it that is there.
fn is_writable(folder: &Path) -> bool {
    let there = folder.ancestors().find(|above| above.is_dir());
    there.is_some_and(|there| access(there, AccessFlags::W_OK).is_ok())
}
