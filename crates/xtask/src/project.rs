//! Where things are: in the repository and in the user's cache.

use anyhow::{Context, Result, bail};
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's root and the cache for tools that outlive `cargo clean`.
pub struct Project {
    root: PathBuf,
    cache: PathBuf,
}

impl Project {
    /// Finds the repository from cargo's environment, so that a target directory shared between
    /// checkouts does not lead into the wrong one.
    pub fn locate() -> Result<Self> {
        let manifest_dir = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest_dir.join("../..").canonicalize().with_context(|| {
            format!("{} is gone; run this through `cargo xtask`", manifest_dir.display())
        })?;
        let cache = match (env::var_os("XDG_CACHE_HOME"), env::var_os("HOME")) {
            (Some(dir), _) if Path::new(&dir).is_absolute() => PathBuf::from(dir),
            (_, Some(home)) => PathBuf::from(home).join(".cache"),
            _ => {
                bail!("neither HOME nor XDG_CACHE_HOME is set; set one to a directory to write to")
            }
        };
        Ok(Self { root, cache: cache.join("askwell") })
    }

    /// A repository that a test has made.
    #[cfg(test)]
    pub fn at(root: PathBuf) -> Self {
        Self { cache: root.join("cache"), root }
    }

    /// The repository's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path inside the repository.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// Where tools built by `cargo install` are kept: one directory per tool and version.
    pub fn cache(&self) -> &Path {
        &self.cache
    }

    /// A program of an npm package, Node.js itself included.
    pub fn node_bin(&self, name: &str) -> PathBuf {
        self.root.join("node_modules/.bin").join(name)
    }

    /// A command that runs in the root and finds the pinned Node.js and npm tools first.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", self.search_path());
        for name in env::vars_os().map(|(name, _)| name).filter(|name| describes_package(name)) {
            command.env_remove(name);
        }
        command
    }

    fn search_path(&self) -> OsString {
        let own = self.root.join("node_modules/.bin");
        let rest = env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(own.clone()).chain(env::split_paths(&rest).filter(|p| *p != own));
        // Fails only when a directory holds the separator; then it could never be searched.
        env::join_paths(all).unwrap_or(rest)
    }
}

/// Whether a variable says which package `cargo run` runs. Build scripts of dependencies depend on these, so
/// a cargo that is started with them builds anew what one from a shell has built, and the other way round.
fn describes_package(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_MANIFEST_") || name.starts_with("CARGO_PKG_")
}
