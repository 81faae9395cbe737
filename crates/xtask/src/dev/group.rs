//! The processes below us, which end with us.

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// wrangler lets workerd finish its writes in this time.
pub const STOP_LIMIT: Duration = Duration::from_secs(5);

/// The process group of the child that runs now, shared with who may have to end it.
#[derive(Clone, Default)]
pub struct Group(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Locked while it is being ended, so that nobody leaves before that is done.
    leader: Mutex<Option<Pid>>,
    serving: AtomicBool,
    stopping: AtomicBool,
}

impl Group {
    /// This child leads it from now on.
    pub fn lead(&self, leader: Pid) {
        *self.0.leader.lock().unwrap_or_else(PoisonError::into_inner) = Some(leader);
        // Whoever stopped in between has not seen this child.
        if self.is_stopping() {
            self.end();
        }
    }

    /// From now on being stopped is the ordinary end.
    pub fn serve(&self) {
        self.0.serving.store(true, Ordering::SeqCst);
    }

    /// Whether being stopped is the ordinary end.
    pub fn is_serving(&self) -> bool {
        self.0.serving.load(Ordering::SeqCst)
    }

    /// Whether nothing is to be started any more.
    pub fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::SeqCst)
    }

    /// Ends it for good.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::SeqCst);
        self.end();
    }

    /// Asks all of it to end, and makes what has not ended in time.
    pub fn end(&self) {
        let mut present = self.0.leader.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(leader) = present.take() else { return };
        end(leader);
    }
}

/// Asks a process group to end, and makes what has not ended in time.
pub fn end(leader: Pid) {
    let deadline = Instant::now() + STOP_LIMIT;
    // An error says that nobody is left in the group.
    let mut left = killpg(leader, Signal::SIGTERM).is_ok();
    while left && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(50));
        left = killpg(leader, None).is_ok();
    }
    if left {
        let _ = killpg(leader, Signal::SIGKILL);
    }
}
