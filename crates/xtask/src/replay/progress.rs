//! How far it is, on standard error: a bar where that is a terminal, else a line now and then.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::io::{IsTerminal, stderr};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long somebody who reads a log is left without a line.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// All bars, so that a message can be written above them.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Writes a line without breaking a bar that is being drawn.
pub fn say(line: &str) {
    BARS.suspend(|| eprintln!("{line}"));
}

/// One piece of work.
pub struct Progress {
    bar: ProgressBar,
    what: &'static str,
    /// When the next line is due; `None` where a bar is drawn.
    next_line: Option<Mutex<Instant>>,
}

impl Progress {
    /// So many steps; shown from now on.
    pub fn new(length: usize, what: &'static str) -> Self {
        let style = ProgressStyle::with_template("{msg:>14} [{bar:40}] {pos}/{len}  {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ");
        let bar = BARS.add(ProgressBar::new(length as u64).with_style(style).with_message(what));
        let next_line = (!stderr().is_terminal()).then(|| Mutex::new(Instant::now() + LINE_EVERY));
        Self { bar, what, next_line }
    }

    /// One step is done.
    pub fn step(&self) {
        self.bar.inc(1);
        self.show();
    }

    /// So many steps are there, and so many of them left.
    pub fn reach(&self, length: u64, left: u64) {
        self.bar.set_length(length);
        self.bar.set_position(length.saturating_sub(left));
        self.show();
    }

    /// Nothing was done and the work goes on, which those who wait shall see as well.
    pub fn show(&self) {
        self.bar.tick();
        let Some(next) = &self.next_line else { return };
        let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
        if Instant::now() >= *next {
            *next = Instant::now() + LINE_EVERY;
            let (done, all) = (self.bar.position(), self.bar.length().unwrap_or_default());
            eprintln!("{}: {done} of {all}", self.what);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
