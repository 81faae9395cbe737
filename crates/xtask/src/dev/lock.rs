//! Who serves a store: two runtimes on one store would damage it.
//!
//! The lock belongs to an open file, which the runtime inherits. So a store stays locked as long as either of us
//! is there, and what a killed `dev` has left is found by its number in the file, and ended.

use super::group;
use crate::replay::say;
use anyhow::{Context, Result, bail};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::signal::kill;
use nix::unistd::Pid;
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

const FILE: &str = "dev.lock";
/// How often a lock is looked at that its holders are letting go of.
const LOOKS: u32 = 40;
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A store is ours as long as this lives, or what inherited it.
#[derive(Debug)]
pub struct Lock(File);

impl Lock {
    /// Takes the store in a directory that is there.
    ///
    /// # Errors
    /// While another one serves it.
    pub fn take(directory: &Path) -> Result<Self> {
        let path = directory.join(FILE);
        let unwritable = || format!("cannot write {}", path.display());
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(unwritable)?;
        if !is_ours(&file, &path)? {
            if let Some(orphans) = left_behind(&mut file) {
                say("dev: an earlier run was killed and has left its runtime; ending that first");
                group::end(orphans);
            }
            if !soon_ours(&file, &path)? {
                bail!(
                    "another `cargo xtask dev` serves the store in {}: stop that one first, or choose \
                     another directory with --store",
                    directory.display()
                );
            }
        }
        file.set_len(0).with_context(unwritable)?;
        Ok(Self(file))
    }

    /// Lets what is started from now on hold the store as well.
    ///
    /// # Errors
    /// When the system refuses it.
    pub fn hand_on(&self) -> Result<()> {
        fcntl(&self.0, FcntlArg::F_SETFD(FdFlag::empty()))
            .context("cannot hand the lock on")
            .map(drop)
    }

    /// Notes who leads the processes that serve the store, for whoever finds them without us.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note(&self, leader: Pid) -> Result<()> {
        let mut file = &self.0;
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{} {leader}", std::process::id()).context("cannot note who serves the store")
    }
}

fn is_ours(file: &File, path: &Path) -> Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(e)) => {
            Err(e).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

fn soon_ours(file: &File, path: &Path) -> Result<bool> {
    for _ in 0..LOOKS {
        if is_ours(file, path)? {
            return Ok(true);
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(false)
}

/// The group that serves the store, where the `dev` that started it is gone. Its number cannot be another's:
/// somebody holds the lock, and if it is not that `dev` it is one of the group.
fn left_behind(file: &mut File) -> Option<Pid> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    let (ours, leader) = text.split_once(' ')?;
    let number = |text: &str| text.parse().ok().filter(|n| *n > 1).map(Pid::from_raw);
    let (ours, leader) = (number(ours)?, number(leader)?);
    (kill(ours, None) == Err(Errno::ESRCH)).then_some(leader)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};

    #[test]
    fn what_a_killed_run_has_left_is_ended_and_a_living_one_is_not() {
        let directory = std::env::temp_dir().join(format!("askwell-lock-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let lock = Lock::take(&directory).unwrap();
        assert!(Lock::take(&directory).unwrap_err().to_string().contains("--store"));
        lock.hand_on().unwrap();
        let mut sleeper = Command::new("sleep");
        sleeper.arg("600").stdin(Stdio::null()).process_group(0);
        let mut child = sleeper.spawn().unwrap();
        let leader = Pid::from_raw(i32::try_from(child.id()).unwrap());
        lock.note(leader).unwrap();
        assert!(Lock::take(&directory).is_err(), "we are here");

        // As if another process, that is gone, had written it.
        let mut gone = Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        std::fs::write(directory.join(FILE), format!("{} {leader}", gone.id())).unwrap();
        drop(lock);
        let reaper = std::thread::spawn(move || child.wait().unwrap());
        assert!(Lock::take(&directory).is_ok(), "the sleeper held it");
        assert!(!reaper.join().unwrap().success());
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
