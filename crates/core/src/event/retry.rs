//! When a delivery that failed is tried again: pauses that double, with jitter, for a day.
//!
//! The pauses are spread over their upper half ("equal jitter"), so that what failed together does not
//! come back together. The last attempt is made a day after the first that failed. Standard Webhooks
//! asks for a schedule of this kind ("exponential back-off with jitter, over days").

use crate::time::UnixMillis;

/// The first pause at its longest, in milliseconds.
const FIRST_MS: i64 = 2_000;
/// The longest pause, in milliseconds: 4 hours.
const MOST_MS: i64 = 4 * 60 * 60 * 1000;
/// How long is tried, in milliseconds: 24 hours.
pub const TRIED_FOR_MS: i64 = 24 * 60 * 60 * 1000;

/// So many failures in a row, whatever of, and the receiver is left alone for a while. One that fails
/// now and then is not: one in ten at random fails five times in a row once in 100,000 deliveries.
pub const PATIENCE: u32 = 5;
/// The first rest at its longest, in milliseconds.
const FIRST_REST_MS: i64 = 5_000;
/// The longest rest, in milliseconds: 5 minutes. What waits is late by that much at the most once the
/// receiver is well again.
const MOST_REST_MS: i64 = 5 * 60 * 1000;

/// An attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Failed {
    /// When the first attempt failed.
    pub since: UnixMillis,
    /// When this one failed.
    pub at: UnixMillis,
    /// How many have failed with this one, from 1.
    pub attempts: u32,
    /// Where in its range the pause lies: random, from 0 to 1.
    pub chance: f64,
    /// For how many seconds the receiver asked to be left alone (`Retry-After`, RFC 9110 §10.2.3).
    pub asked_s: Option<u32>,
}

/// When to try again; none: it is given up.
pub fn next_try(failed: Failed) -> Option<UnixMillis> {
    let end = failed.since.plus(TRIED_FOR_MS);
    if failed.at >= end {
        return None;
    }
    let pause = doubled(FIRST_MS, failed.attempts.saturating_sub(1), MOST_MS, failed.chance);
    let asked = i64::from(failed.asked_s.unwrap_or(0)).saturating_mul(1000).min(MOST_MS);
    Some(failed.at.plus(pause.max(asked)).min(end))
}

/// For how many milliseconds a receiver gets nothing after `failures` in a row (a circuit breaker); none
/// while it is not to be spared. After that it gets one event, and the rest as soon as it takes that one.
/// `chance` is random, from 0 to 1.
pub fn rest(failures: u32, chance: f64) -> Option<i64> {
    let doublings = failures.checked_sub(PATIENCE)?;
    Some(doubled(FIRST_REST_MS, doublings, MOST_REST_MS, chance))
}

/// A pause in the upper half of what the first one is after so many doublings.
fn doubled(first: i64, doublings: u32, most: i64, chance: f64) -> i64 {
    // 2³⁰ of the first pause are longer than the longest.
    let longest = first.saturating_mul(1 << doublings.min(30)).min(most);
    let half = longest / 2;
    // What is no number counts as 0.
    half + (half as f64 * chance.clamp(0.0, 1.0)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: UnixMillis = UnixMillis(1_780_272_000_000);

    fn failed(after_ms: i64, attempts: u32, chance: f64) -> Failed {
        Failed { since: BEGIN, at: BEGIN.plus(after_ms), attempts, chance, asked_s: None }
    }

    fn pause(attempts: u32, chance: f64) -> i64 {
        next_try(failed(0, attempts, chance)).unwrap().0 - BEGIN.0
    }

    #[test]
    fn pauses_double_within_their_upper_half() {
        let range = |attempts| (pause(attempts, 0.0), pause(attempts, 1.0));
        assert_eq!(range(1), (1_000, 2_000));
        assert_eq!(range(2), (2_000, 4_000));
        assert_eq!(range(5), (16_000, 32_000));
        assert_eq!(range(14), (2 * 3_600_000, 4 * 3_600_000));
        assert_eq!(range(u32::MAX), (2 * 3_600_000, 4 * 3_600_000));
        assert_eq!(pause(1, 0.5), 1_500);
        assert_eq!((pause(1, f64::NAN), pause(1, -3.0), pause(1, 7.0)), (1_000, 1_000, 2_000));
    }

    #[test]
    fn the_last_attempt_is_made_a_day_after_the_first_that_failed() {
        for chance in [0.0, 0.3, 1.0] {
            let (mut at, mut attempts) = (BEGIN, 1);
            while let Some(next) =
                next_try(Failed { since: BEGIN, at, attempts, chance, asked_s: None })
            {
                assert!(next > at);
                (at, attempts) = (next, attempts + 1);
            }
            assert_eq!(at, BEGIN.plus(TRIED_FOR_MS));
            assert!((15..=30).contains(&attempts), "{attempts} attempts");
        }
    }

    #[test]
    fn a_receiver_that_only_fails_is_left_alone_for_longer_and_longer() {
        assert_eq!(rest(0, 1.0), None);
        assert_eq!(rest(PATIENCE - 1, 1.0), None);
        assert_eq!((rest(PATIENCE, 0.0), rest(PATIENCE, 1.0)), (Some(2_500), Some(5_000)));
        assert_eq!(rest(PATIENCE + 1, 1.0), Some(10_000));
        assert_eq!((rest(u32::MAX, 0.0), rest(u32::MAX, 1.0)), (Some(150_000), Some(300_000)));
    }

    #[test]
    fn a_receiver_that_asks_to_be_left_alone_is_within_reason() {
        let asked = |seconds| {
            next_try(Failed { asked_s: Some(seconds), ..failed(0, 1, 0.0) }).unwrap().0 - BEGIN.0
        };
        assert_eq!(asked(0), 1_000);
        assert_eq!(asked(90), 90_000);
        assert_eq!(asked(u32::MAX), 4 * 3_600_000);
    }
}
