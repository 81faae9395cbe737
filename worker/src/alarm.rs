//! When an object comes back to what is not done: the one place that sets alarms, and how long to wait
//! after a failure.

use crate::config;
use crate::fault::Outcome;
use askwell::time::UnixMillis;
use worker::{Env, State};

/// Sets the alarm to an instant of [`config::now`], unless it rings before that anyway: one that
/// rings too early is harmless, and cheaper than moving it with every change.
pub async fn set(state: &State, env: &Env, due: UnixMillis) -> Outcome<()> {
    let storage = state.storage();
    let now = config::now(env);
    // The runtime's clock knows nothing of an offset.
    let set = storage.get_alarm().await?.map(|at| at.saturating_add(config::clock_offset_ms(env)));
    let wait = due.0.saturating_sub(now.0).max(0);
    match set {
        Some(set) if set <= now.0.saturating_add(wait) => Ok(()),
        _ => Ok(storage.set_alarm(wait).await?),
    }
}

/// The pause after the `attempts`-th attempt has failed, from 0: `first` milliseconds, then twice as
/// long each time, `most` at most.
pub fn pause(first: i64, attempts: u32, most: i64) -> i64 {
    // 2³⁰ seconds are longer than any `most` here.
    first.saturating_mul(1 << attempts.min(30)).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_most() {
        let pauses: Vec<i64> = (0..5).map(|n| pause(2_000, n, 15_000)).collect();
        assert_eq!(pauses, [2_000, 4_000, 8_000, 15_000, 15_000]);
        assert_eq!(pause(2_000, u32::MAX, 15_000), 15_000);
    }
}
