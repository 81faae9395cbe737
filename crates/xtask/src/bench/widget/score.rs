//! Lighthouse's performance score of a page, from what was measured of it.
//!
//! Each timing is scored by a log-normal curve through two published points, as Lighthouse 10 and later do for phones:
//! <https://developer.chrome.com/docs/lighthouse/performance/performance-scoring>, and `core/audits/metrics` and
//! `shared/statistics.js` of Lighthouse. Speed Index (weight 10 of 100), which needs a film of the page, is left out, and the
//! other weights are taken by their share.

/// What the figure is, and is not.
pub const LEGEND: &str = "score: Lighthouse's performance score for phones from FCP, LCP, TBT and CLS, without Speed Index, \
     the line not slowed down, TBT counted to the end of the visit";

/// Of one page.
pub struct Timings {
    /// First contentful paint.
    pub fcp_ms: f64,
    /// Largest contentful paint.
    pub lcp_ms: f64,
    /// Total blocking time: what tasks take beyond 50 ms each.
    pub tbt_ms: f64,
    /// Cumulative layout shift, without a unit.
    pub cls: f64,
}

/// A metric's curve: the value that scores 0.9, the one that scores 0.5, and its weight.
struct Curve {
    p10: f64,
    median: f64,
    weight: f64,
}

const FCP: Curve = Curve { p10: 1800.0, median: 3000.0, weight: 10.0 };
const LCP: Curve = Curve { p10: 2500.0, median: 4000.0, weight: 25.0 };
const TBT: Curve = Curve { p10: 200.0, median: 600.0, weight: 30.0 };
const CLS: Curve = Curve { p10: 0.1, median: 0.25, weight: 25.0 };

/// 0 to 100.
pub fn score(timings: &Timings) -> u8 {
    let Timings { fcp_ms, lcp_ms, tbt_ms, cls } = *timings;
    let metrics = [(FCP, fcp_ms), (LCP, lcp_ms), (TBT, tbt_ms), (CLS, cls)];
    let weights: f64 = metrics.iter().map(|(curve, _)| curve.weight).sum();
    let points: f64 = metrics.iter().map(|(curve, value)| curve.weight * curve.score(*value)).sum();
    // Rounded to the nearest, as the report shows it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is 0 to 100")]
    let whole = (100.0 * points / weights).round() as u8;
    whole
}

impl Curve {
    /// 0 to 1, to two places. At the two points the result is theirs, whatever the arithmetic makes of them.
    fn score(&self, value: f64) -> f64 {
        if value <= 0.0 {
            return 1.0;
        }
        // erfc⁻¹(1/5): ten in a hundred are better than `p10`.
        const INVERSE_ERFC_ONE_FIFTH: f64 = 0.906_193_802_436_823_2;
        let distance =
            (value / self.median).ln() * INVERSE_ERFC_ONE_FIFTH / -(self.p10 / self.median).ln();
        let better = (1.0 - erf(distance)) / 2.0;
        let within = if value <= self.p10 {
            better.clamp(0.9, 1.0)
        } else if value <= self.median {
            better.clamp(0.5, 0.9 - f64::EPSILON)
        } else {
            better.clamp(0.0, 0.5 - f64::EPSILON)
        };
        (within * 100.0).round() / 100.0
    }
}

/// The error function to 1.5 × 10⁻⁷ (Abramowitz and Stegun, 7.1.26).
fn erf(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let series = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let y = series.iter().fold(0.0, |sum, term| (sum + term) * t);
    x.signum() * (1.0 - y * (-x * x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curves_go_through_their_points() {
        for curve in [FCP, LCP, TBT, CLS] {
            assert_eq!(curve.score(curve.p10).to_bits(), 0.9_f64.to_bits());
            assert_eq!(curve.score(curve.median).to_bits(), 0.5_f64.to_bits());
            assert_eq!(curve.score(0.0).to_bits(), 1.0_f64.to_bits());
            assert!(curve.score(20.0 * curve.median) < 0.01);
        }
    }

    /// By the normal distribution: a value as far below the median as `p10` is, once more, is 2 × 1.2816 standard
    /// deviations from it, which 99.5 % lie above.
    #[test]
    fn a_curve_is_log_normal() {
        let value = FCP.p10 * FCP.p10 / FCP.median;
        assert_eq!(FCP.score(value).to_bits(), 0.99_f64.to_bits());
        let value = FCP.median * FCP.median / FCP.p10;
        assert_eq!(FCP.score(value).to_bits(), 0.1_f64.to_bits());
    }

    #[test]
    fn weights_are_shared_among_what_was_measured() {
        let best = Timings { fcp_ms: 100.0, lcp_ms: 100.0, tbt_ms: 0.0, cls: 0.0 };
        assert_eq!(score(&best), 100);
        // 60 of the 90 points are 0.5 · 30 short of whole: 75 of 90.
        assert_eq!(score(&Timings { tbt_ms: 600.0, ..best }), 83);
        let worst = Timings { fcp_ms: 1e6, lcp_ms: 1e6, tbt_ms: 1e6, cls: 1e3 };
        assert_eq!(score(&worst), 0);
    }

    #[test]
    fn the_error_function_is_the_published_one() {
        for (x, y) in [(0.0, 0.0), (0.5, 0.520_499_88), (1.0, 0.842_700_79), (-2.0, -0.995_322_27)]
        {
            assert!((erf(x) - y).abs() < 2e-7, "{x}");
        }
    }
}
