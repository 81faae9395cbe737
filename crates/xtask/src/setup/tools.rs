//! The two build tools that cargo installs, each kept in the cache by name and version.

use super::announce;
use super::wasm::Toolchain;
use crate::command;
use crate::project::Project;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A program on Cargo's registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Makes the JavaScript side of a wasm module. Must be exactly the library's version.
    WasmBindgen,
    /// Makes a Worker out of a crate.
    WorkerBuild,
}

/// Both.
pub const ALL: [Tool; 2] = [Tool::WasmBindgen, Tool::WorkerBuild];

impl Tool {
    /// The package's name on Cargo's registry.
    pub fn name(self) -> &'static str {
        match self {
            Self::WasmBindgen => "wasm-bindgen-cli",
            Self::WorkerBuild => "worker-build",
        }
    }

    fn executable(self) -> &'static str {
        match self {
            Self::WasmBindgen => "wasm-bindgen",
            Self::WorkerBuild => "worker-build",
        }
    }

    /// The package whose locked version it must have: both are released in step.
    fn library(self) -> &'static str {
        match self {
            Self::WasmBindgen => "wasm-bindgen",
            Self::WorkerBuild => "worker",
        }
    }

    /// Finds it in the cache, or builds it there (a few minutes each).
    pub fn ensure(self, project: &Project) -> Result<PathBuf> {
        let lock =
            fs::read_to_string(project.path("Cargo.lock")).context("cannot read Cargo.lock")?;
        let version = locked_version(&lock, self.library())
            .with_context(|| format!("Cargo.lock has no {}", self.library()))?;
        let dir = project.cache().join(format!("{}-{version}", self.name()));
        let executable = dir.join("bin").join(self.executable());
        if executable.is_file() {
            return Ok(executable);
        }
        announce(&format!("cargo install {} {version} (a few minutes, once)", self.name()));
        let install = |locked: bool| {
            let mut cargo = Command::new("cargo");
            cargo
                // Outside the repository, so that its settings do not leak into the build.
                .current_dir(std::env::temp_dir())
                .env_remove("CARGO_TARGET_DIR")
                // They run for seconds: what they are built with matters less than how long it takes.
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
                .args(["install", self.name(), "--version", &format!("={version}")])
                .arg("--root")
                .arg(&dir);
            if locked {
                cargo.arg("--locked");
            }
            command::run(&mut cargo)
        };
        install(true)
            .or_else(|why| {
                // A registry may lack a version that the tool's own lock names.
                eprintln!("set-up: {why:#}; trying with the newest dependencies that are there");
                install(false)
            })
            .with_context(|| {
                format!(
                    "{} could not be built. It needs Cargo's registry and a C compiler; when both are \
                     there, run this command again",
                    self.name()
                )
            })?;
        Ok(executable)
    }
}

/// The version of a package in a Cargo.lock.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines.find(|line| *line == name)?;
    lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')
}

/// Everything that a build calls.
pub struct Toolbox {
    wasm: Toolchain,
    wasm_bindgen: PathBuf,
    worker_build: PathBuf,
    wasm_opt: PathBuf,
    esbuild: PathBuf,
}

impl Toolbox {
    /// Finds or installs all of it.
    pub fn new(project: &Project, wasm: Toolchain) -> Result<Self> {
        Ok(Self {
            wasm,
            wasm_bindgen: Tool::WasmBindgen.ensure(project)?,
            worker_build: Tool::WorkerBuild.ensure(project)?,
            wasm_opt: project.node_bin("wasm-opt"),
            esbuild: project.node_bin("esbuild"),
        })
    }

    /// worker-build itself.
    pub fn worker_build(&self) -> &PathBuf {
        &self.worker_build
    }

    /// Tells a build where its tools are: worker-build looks nowhere else and would download.
    pub fn apply(&self, command: &mut Command) {
        self.wasm.apply(command);
        command
            // Cargo tells its children which cargo it was; that one ignores the choice above.
            .env_remove("CARGO")
            .env("WASM_BINDGEN_BIN", &self.wasm_bindgen)
            .env("WASM_OPT_BIN", &self.wasm_opt)
            .env("ESBUILD_BIN", &self.esbuild);
    }

    /// What the outcome of a build depends on besides its sources.
    pub fn identity(&self) -> String {
        format!("{:?} {} {}", self.wasm, self.wasm_bindgen.display(), self.worker_build.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_the_lock() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm-bindgen-cli"), None);
        assert_eq!(locked_version("name = \"a\"", "a"), None);
    }
}
