//! Early notice of a count that rises: the last seven days against the four weeks before.
//!
//! Two tests are made of each count, and the weaker one decides. Both windows are whole weeks, so that
//! quiet week-ends cancel out.
//! - The conditional test of two Poisson rates (Przyborowski and Wilenski 1940), exact: given the sum
//!   of both counts, the later one is binomial with the share of its days, 7 of 35, when nothing has
//!   changed.
//! - The same comparison for counts that scatter more than Poisson's (quasi-Poisson; McCullagh and
//!   Nelder 1989, 4.5): the signed root of the deviance by the root of the dispersion, which is
//!   Pearson's statistic of the 28 days about the means of their weekdays by its 21 degrees of freedom,
//!   never under 1. For the dispersion is itself estimated, Student's t with 21 degrees judges it.
//!
//! [`notices`] looks at many counts at once and holds the chance of *any* false notice at 1 in 100 for
//! a look (Holm 1979). What the test does not know is that one incident may last for days; such a rise
//! is told, and it is one.

use serde::{Deserialize, Serialize};

/// Days of the later window.
pub const RECENT_DAYS: usize = 7;
/// Days of the window before it.
pub const BASE_DAYS: usize = 28;
/// Chance of any false notice in one look, at most.
pub const FALSE_ALARMS: f64 = 0.01;
/// The later window's share of all days.
const SHARE: f64 = RECENT_DAYS as f64 / (RECENT_DAYS + BASE_DAYS) as f64;
/// Degrees of freedom of the dispersion.
const FREEDOM: f64 = (BASE_DAYS - RECENT_DAYS) as f64;
/// Under this many in the later window nothing is told: a rise from one to three is no news.
const LEAST: u64 = 5;

/// A count that has risen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rise {
    /// In the last seven days.
    pub recent: u64,
    /// In seven days of the four weeks before, on average.
    pub usual: f64,
    /// Chance of a count like this, or a higher one, when nothing has changed.
    pub p: f64,
}

/// Of several counts those that have risen, by their place; each is 35 daily counts, the oldest
/// first. A series of another length is never told of: there is not enough to compare with.
pub fn notices(series: &[Vec<u64>]) -> Vec<(usize, Rise)> {
    let mut tested: Vec<(usize, Rise)> = series
        .iter()
        .enumerate()
        .filter_map(|(place, daily)| rise(daily).map(|rise| (place, rise)))
        .collect();
    tested.sort_by(|a, b| a.1.p.total_cmp(&b.1.p));
    let all = tested.len();
    let told = tested
        .iter()
        .enumerate()
        .take_while(|(rank, (_, rise))| rise.p <= FALSE_ALARMS / (all - rank) as f64)
        .count();
    tested.truncate(told);
    tested.retain(|(_, rise)| rise.recent >= LEAST);
    tested.sort_by_key(|(place, _)| *place);
    tested
}

/// The test of one count; none when it has not 35 days, or nothing in them.
pub fn rise(daily: &[u64]) -> Option<Rise> {
    let (base, recent) = daily.split_at_checked(BASE_DAYS)?;
    if recent.len() != RECENT_DAYS {
        return None;
    }
    let (before, after) = (sum(base), sum(recent));
    if before.saturating_add(after) == 0 {
        return None;
    }
    let (x, y) = (after as f64, before as f64);
    let exact = tail(x, y, SHARE);
    let scattered = student_tail(deviance_root(x, y) / dispersion(base).sqrt());
    let usual = y * RECENT_DAYS as f64 / BASE_DAYS as f64;
    Some(Rise { recent: after, usual, p: exact.max(scattered) })
}

fn sum(daily: &[u64]) -> u64 {
    daily.iter().fold(0, |sum, n| sum.saturating_add(*n))
}

/// Pearson's statistic about the means of the weekdays, by its degrees of freedom; at least 1.
fn dispersion(base: &[u64]) -> f64 {
    let weeks = (BASE_DAYS / RECENT_DAYS) as f64;
    let mut statistic = 0.0;
    for weekday in 0..RECENT_DAYS {
        let counts = || base.iter().skip(weekday).step_by(RECENT_DAYS).map(|n| *n as f64);
        let mean = counts().sum::<f64>() / weeks;
        if mean > 0.0 {
            statistic += counts().map(|n| (n - mean).powi(2) / mean).sum::<f64>();
        }
    }
    (statistic / FREEDOM).max(1.0)
}

/// The signed root of the deviance of two Poisson counts from equal rates.
fn deviance_root(after: f64, before: f64) -> f64 {
    let part = |count: f64, share: f64| {
        if count > 0.0 { count * (count / ((after + before) * share)).ln() } else { 0.0 }
    };
    let deviance = 2.0 * (part(after, SHARE) + part(before, 1.0 - SHARE));
    let sign = if after > (after + before) * SHARE { 1.0 } else { -1.0 };
    sign * deviance.max(0.0).sqrt()
}

/// Chance that Student's t is `t` or more.
fn student_tail(t: f64) -> f64 {
    let both = incomplete_beta(FREEDOM / (FREEDOM + t * t), FREEDOM / 2.0, 0.5);
    if t > 0.0 { both / 2.0 } else { 1.0 - both / 2.0 }
}

/// Chance that a binomial of `after + before` trials with this share is `after` or more.
fn tail(after: f64, before: f64, share: f64) -> f64 {
    if after <= 0.0 { 1.0 } else { incomplete_beta(share, after, before + 1.0) }
}

/// The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22) in Lentz's form.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    // The fraction converges fast on one side of the mean only; the other is its complement.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let log_front =
        ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln() - a.ln();
    const TINY: f64 = 1e-300;
    let apart = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / apart(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..10_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut factor = 1.0;
        for numerator in [even, odd] {
            d = 1.0 / apart(1.0 + numerator * d);
            c = apart(1.0 + numerator / c);
            factor = c * d;
            fraction *= factor;
        }
        if (factor - 1.0).abs() < 1e-12 {
            break;
        }
    }
    (log_front.exp() * fraction).clamp(0.0, 1.0)
}

/// The logarithm of the gamma function of a positive number: Stirling's series (DLMF 5.11.1), after
/// moving the argument to where it is exact to double precision.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 15.0 {
        shift += x.ln();
        x += 1.0;
    }
    let inverse = 1.0 / (x * x);
    let series = (1.0 / 12.0
        - inverse * (1.0 / 360.0 - inverse * (1.0 / 1260.0 - inverse * (1.0 / 1680.0))))
        / x;
    (x - 0.5) * x.ln() - x + 0.5 * core::f64::consts::TAU.ln() + series - shift
}

#[cfg(test)]
mod tests;
