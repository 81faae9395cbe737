//! Skipping work whose inputs have not changed since it last succeeded.

use crate::project::Project;
use anyhow::{Context, Result};
use askwell::id;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Remembers in a small file what the inputs of a piece of work looked like.
pub struct Stamp {
    file: PathBuf,
    now: String,
}

impl Stamp {
    /// For small inputs: their content, and anything else that the outcome depends on.
    pub fn of_content(file: PathBuf, inputs: &[PathBuf]) -> Result<Self> {
        let contents = inputs
            .iter()
            .map(|p| fs::read(p).with_context(|| format!("cannot read {}", p.display())))
            .collect::<Result<Vec<_>>>()?;
        let parts: Vec<&[u8]> = contents.iter().map(Vec::as_slice).collect();
        Ok(Self { file, now: id::digest(&parts) })
    }

    /// For source trees: the path, size and time of change of every file in them, less the
    /// directories named in `except`; and what else the outcome depends on.
    pub fn of_trees(
        project: &Project,
        name: &str,
        trees: &[&str],
        except: &[&str],
        also: &str,
    ) -> Result<Self> {
        let except: Vec<PathBuf> = except.iter().map(|p| project.path(p)).collect();
        let mut lines = vec![also.to_owned()];
        for tree in trees {
            describe(&project.path(tree), &except, &mut lines)?;
        }
        let parts: Vec<&[u8]> = lines.iter().map(String::as_bytes).collect();
        let file = project.path(".askwell/stamps").join(name);
        Ok(Self { file, now: id::digest(&parts) })
    }

    /// Whether the work was last done with these very inputs.
    pub fn is_fresh(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|then| then == self.now)
    }

    /// Notes that the work has been done.
    pub fn write(&self) -> Result<()> {
        if let Some(dir) = self.file.parent() {
            fs::create_dir_all(dir)?;
        }
        fs::write(&self.file, &self.now)
            .with_context(|| format!("cannot write {}", self.file.display()))
    }
}

/// One line per file under `path`, in a stable order; what does not exist gives none.
fn describe(path: &Path, except: &[PathBuf], lines: &mut Vec<String>) -> Result<()> {
    if except.iter().any(|e| e == path) {
        return Ok(());
    }
    let Ok(meta) = fs::metadata(path) else { return Ok(()) };
    if meta.is_dir() {
        let mut children =
            fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
        children.sort();
        for child in children {
            describe(&child, except, lines)?;
        }
    } else {
        let changed = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        lines.push(format!("{} {} {}", path.display(), meta.len(), changed.as_nanos()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_added_or_removed_file_is_noticed() {
        let dir = std::env::temp_dir().join(format!("askwell-stamp-{}", std::process::id()));
        fs::create_dir_all(dir.join("src/skip")).unwrap();
        let seen = |dir: &Path| {
            let mut lines = Vec::new();
            describe(&dir.join("src"), &[dir.join("src/skip")], &mut lines).unwrap();
            lines
        };
        fs::write(dir.join("src/a"), "1").unwrap();
        let first = seen(&dir);
        assert_eq!(first.len(), 1);
        fs::write(dir.join("src/skip/b"), "1").unwrap();
        assert_eq!(seen(&dir), first);
        fs::write(dir.join("src/a"), "12").unwrap();
        let changed = seen(&dir);
        assert_ne!(changed, first);
        fs::write(dir.join("src/c"), "").unwrap();
        assert_ne!(seen(&dir), changed);
        fs::remove_dir_all(&dir).unwrap();
    }
}
