//! What `dev` remembers between runs: the secrets of the Worker and the keys of the demo workspace.

use super::lock::Lock;
use crate::project::Project;
use anyhow::{Context, Result, anyhow};
use askwell::api::WorkspaceCreated;
use askwell::id;
use askwell::time::Day;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Where the runtime keeps its stores, and the keys lie beside them: removing it starts anew.
const DIRECTORY: &str = ".askwell/state";
const KEYS: &str = "dev.json";
const EVENTS: &str = "events.jsonl";
const MAILS: &str = "mails.jsonl";
const LOG: &str = "dev.log";
/// Where wrangler looks for the secrets of a local Worker.
const SECRETS: &str = ".dev.vars";
/// Names the store that was served last, for `replay`.
const LAST: &str = ".askwell/last-store";

/// A directory that `dev` keeps everything in.
pub struct Store(PathBuf);

impl Store {
    /// This one, or that of the checkout.
    pub fn at(project: &Project, directory: Option<&Path>) -> Result<Self> {
        let directory = directory.unwrap_or_else(|| Path::new(DIRECTORY));
        // wrangler takes a relative path as relative to the repository, a person to where they are.
        let directory = if directory == Path::new(DIRECTORY) {
            project.path(directory)
        } else {
            std::path::absolute(directory)?
        };
        Ok(Self(directory))
    }

    /// The one that was served last, else that of the checkout.
    pub fn last(project: &Project) -> Result<Self> {
        let file = project.path(LAST);
        match fs::read(&file) {
            Ok(path) => {
                let last = Self(PathBuf::from(OsString::from_vec(path)));
                // It may have been removed since.
                if last.0.join(KEYS).is_file() { Ok(last) } else { Self::at(project, None) }
            }
            Err(e) if e.kind() == ErrorKind::NotFound => Self::at(project, None),
            Err(e) => Err(e).with_context(|| format!("cannot read {}", file.display())),
        }
    }

    /// Is from now on the one that was served last.
    pub fn note(&self, project: &Project) -> Result<()> {
        let file = project.path(LAST);
        let write = || {
            file.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(&file, self.0.as_os_str().as_bytes())
        };
        write().with_context(|| format!("cannot write {}", file.display()))
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.0
    }

    /// The events that the receiver took, one a line.
    pub fn events(&self) -> PathBuf {
        self.0.join(EVENTS)
    }

    /// The mails that were handed in.
    pub fn mails(&self) -> PathBuf {
        self.0.join(MAILS)
    }

    /// What wrangler and the Worker write.
    pub fn log(&self) -> PathBuf {
        self.0.join(LOG)
    }

    /// Takes the store for as long as the result lives, or says that somebody else has it.
    pub fn lock(&self) -> Result<Lock> {
        self.make()?;
        Lock::take(&self.0)
    }

    /// What the last run left, if there was one.
    pub fn read(&self) -> Result<Option<State>> {
        let file = self.0.join(KEYS);
        match fs::read(&file) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes).with_context(|| {
                let dir = self.0.display();
                format!("{} is damaged; remove {dir} to start anew", file.display())
            })?)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e).with_context(|| format!("cannot read {}", file.display())),
        }
    }

    /// Leaves it for the next run.
    pub fn write(&self, state: &State) -> Result<()> {
        self.make()?;
        write_private(&self.0.join(KEYS), &serde_json::to_string_pretty(state)?)
    }

    fn make(&self) -> Result<()> {
        fs::create_dir_all(&self.0).with_context(|| format!("cannot make {}", self.0.display()))
    }
}

/// How far the sample conversations are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sample {
    /// A run began to play them; the next one goes on.
    Begun,
    /// They are all there.
    Played,
}

/// The demo workspace.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    /// Where the Worker was last served.
    pub url: String,
    /// The workspace's keys.
    #[serde(rename = "workspace")]
    pub keys: WorkspaceCreated,
    /// Whether the sample is in it.
    #[serde(default)]
    pub sample: Option<Sample>,
    /// The day on which its newest recording ended: a run that goes on moves them as the one before did.
    #[serde(default)]
    pub last_day: Option<Day>,
}

/// The Worker's secrets that this program needs to know itself.
pub struct Secrets {
    /// The operator's.
    pub admin_key: String,
    /// Of the local webhook receiver.
    pub webhook_secret: String,
}

/// Reads the local secrets, after adding random ones for what is not set.
pub fn secrets(project: &Project) -> Result<Secrets> {
    let file = project.path(SECRETS);
    let mut text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => String::new(),
        Err(e) => return Err(e).with_context(|| format!("cannot read {}", file.display())),
    };
    let before = text.len();
    let admin_key = ensure(&mut text, "ADMIN_KEY")?;
    ensure(&mut text, "SIGNING_SECRET")?;
    if value(&text, "ENCRYPTION_KEYS").is_none() {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|e| anyhow!("no random bytes to be had: {e}"))?;
        text.push_str(&format!("ENCRYPTION_KEYS=\"1:{}\"\n", STANDARD.encode(bytes)));
    }
    if text.len() != before {
        write_private(&file, &text)?;
    }
    // Derived, so that it stays the same without being kept anywhere else.
    let key = id::digest(&[b"webhook", admin_key.as_bytes()]);
    let webhook_secret = format!("whsec_{}", STANDARD.encode(key));
    Ok(Secrets { admin_key, webhook_secret })
}

/// The value of a variable in a file of `NAME=value` lines; appended at random when it has none.
fn ensure(text: &mut String, name: &str) -> Result<String> {
    if let Some(value) = value(text, name) {
        return Ok(value);
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|e| anyhow!("no random bytes to be had: {e}"))?;
    let random = id::digest(&[&bytes]);
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&format!("{name}=\"{random}\"\n"));
    Ok(random)
}

fn value(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == name).then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    })
}

/// Writes a file that only its owner may read.
fn write_private(file: &Path, text: &str) -> Result<()> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut open| open.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_that_was_served_last_is_found_while_it_is_there() {
        let root = std::env::temp_dir().join(format!("askwell-last-{}", std::process::id()));
        let project = Project::at(root.clone());
        let last = || Store::last(&project).unwrap().0;
        let own = Store::at(&project, None).unwrap();
        assert_eq!(last(), own.0);
        let other = Store::at(&project, Some(&root.join("other store"))).unwrap();
        other.make().unwrap();
        fs::write(other.0.join(KEYS), "{}").unwrap();
        other.note(&project).unwrap();
        assert_eq!(last(), other.0);
        fs::remove_dir_all(&other.0).unwrap();
        assert_eq!(last(), own.0);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn secrets_that_are_set_are_kept_and_others_added() {
        let mut text = "# mine\nADMIN_KEY = 'chosen by hand'\nOTHER=1".to_owned();
        assert_eq!(ensure(&mut text, "ADMIN_KEY").unwrap(), "chosen by hand");
        let random = ensure(&mut text, "SIGNING_SECRET").unwrap();
        assert!(random.len() >= 16);
        assert!(text.contains("\nOTHER=1\nSIGNING_SECRET=\""));
        assert_eq!(value(&text, "SIGNING_SECRET"), Some(random));
    }
}
