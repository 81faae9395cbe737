//! How long each kind of step took.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Opening a conversation.
    Open,
    /// A visitor's message: stored, detected in, decided on.
    VisitorMessage,
    /// A message of an agent or a bot.
    AgentMessage,
    /// A closing, a hand-off, a reopening …
    Action,
    /// From the closing to the classified conversation in the ledger, by the Worker's clock.
    Classify,
}

impl Kind {
    /// For the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::VisitorMessage => "visitor message",
            Self::AgentMessage => "agent message",
            Self::Action => "action",
            Self::Classify => "classify",
        }
    }
}

/// Everything measured so far, by all threads.
#[derive(Default)]
pub struct Timings(Mutex<BTreeMap<Kind, Vec<Duration>>>);

impl Timings {
    /// Adds one measurement.
    pub fn add(&self, kind: Kind, took: Duration) {
        // Poisoned only if another thread has panicked, which ends the replay anyway.
        if let Ok(mut all) = self.0.lock() {
            all.entry(kind).or_default().push(took);
        }
    }

    /// Measures a piece of work.
    pub fn measure<T>(&self, kind: Kind, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = work();
        self.add(kind, started.elapsed());
        result
    }

    /// Per kind: how many, the median and the 99th percentile.
    pub fn summary(&self) -> Vec<(Kind, usize, Duration, Duration)> {
        let Ok(mut all) = self.0.lock() else { return Vec::new() };
        all.iter_mut()
            .map(|(kind, times)| {
                times.sort_unstable();
                (*kind, times.len(), percentile(times, 50), percentile(times, 99))
            })
            .collect()
    }
}

/// The smallest measurement that at least `percent` in a hundred do not exceed (nearest rank).
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_measurements_by_nearest_rank() {
        let times: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&times, 50), Duration::from_millis(100));
        assert_eq!(percentile(&times, 99), Duration::from_millis(198));
        assert_eq!(percentile(&times[..1], 99), Duration::from_millis(1));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
    }
}
