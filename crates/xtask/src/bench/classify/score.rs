//! Scores of answers against labels: "no answer" is a label like any other, and macro-F1 is the mean over
//! the labels that occur among the right ones.

use std::collections::{BTreeMap, BTreeSet};

/// A label and what was answered; null is an answer like any other.
pub struct Pair {
    /// What is right.
    pub gold: Option<String>,
    /// What was said.
    pub said: Option<String>,
}

/// What one task reaches, and what answering always the same would.
pub struct Score {
    /// Right answers among all, null included.
    pub accuracy: f64,
    /// Right answers among the items with a value; none where there are none.
    pub valued: Option<f64>,
    /// Mean F1 over the labels that occur.
    pub macro_f1: f64,
    /// Of the answers that are null, how many should be.
    pub null_precision: Option<f64>,
    /// Of the labels that are null, how many were answered so.
    pub null_recall: Option<f64>,
    /// Accuracy of the commonest label as the answer to everything.
    pub majority: f64,
    /// Its macro-F1.
    pub majority_f1: f64,
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Scores a task.
pub fn score(pairs: &[Pair]) -> Score {
    let mut counts: BTreeMap<&Option<String>, [usize; 3]> = BTreeMap::new();
    for pair in pairs {
        if pair.gold == pair.said {
            counts.entry(&pair.gold).or_default()[0] += 1;
        } else {
            counts.entry(&pair.said).or_default()[1] += 1;
            counts.entry(&pair.gold).or_default()[2] += 1;
        }
    }
    let golds: BTreeSet<&Option<String>> = pairs.iter().map(|p| &p.gold).collect();
    let of = |label: &Option<String>| counts.get(label).copied().unwrap_or_default();
    let f1 = |[right, wrong, missed]: [usize; 3]| {
        if right == 0 { 0.0 } else { 2.0 * right as f64 / (2 * right + wrong + missed) as f64 }
    };
    let right: usize = golds.iter().map(|g| of(g)[0]).sum();
    let null = of(&None);
    let labels = golds.len().max(1) as f64;
    let valued = pairs.iter().filter(|p| p.gold.is_some()).count();
    let most = golds.iter().map(|g| of(g)[0] + of(g)[2]).max().unwrap_or(0);
    Score {
        accuracy: share(right, pairs.len()).unwrap_or(0.0),
        valued: share(right - null[0], valued),
        macro_f1: golds.iter().map(|g| f1(of(g))).sum::<f64>() / labels,
        null_precision: share(null[0], null[0] + null[1]),
        null_recall: share(null[0], null[0] + null[2]),
        majority: share(most, pairs.len()).unwrap_or(0.0),
        majority_f1: f1([most, pairs.len() - most, 0]) / labels,
    }
}

/// Tags of sentiment in their order.
const STEPS: [&str; 5] = ["overly-negative", "negative", "neutral", "positive", "overly-positive"];

/// Mean distance of the tags on their scale, over the pairs that both stand on it.
pub fn distance(pairs: &[Pair]) -> Option<f64> {
    let place = |tag: &Option<String>| STEPS.iter().position(|s| Some(*s) == tag.as_deref());
    let steps: Vec<f64> = pairs
        .iter()
        .filter_map(|p| Some(place(&p.gold)?.abs_diff(place(&p.said)?) as f64))
        .collect();
    (!steps.is_empty()).then(|| steps.iter().sum::<f64>() / steps.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(gold: &str, said: &str) -> Pair {
        let of = |t: &str| (t != "-").then(|| t.to_owned());
        Pair { gold: of(gold), said: of(said) }
    }

    #[test]
    fn scores_are_those_of_the_script() {
        let pairs =
            [pair("a", "a"), pair("a", "b"), pair("b", "b"), pair("-", "-"), pair("-", "a")];
        let s = score(&pairs);
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(near(s.accuracy, 0.6) && near(s.valued.unwrap(), 2.0 / 3.0));
        // F1: a 1/2, b 2/3, null 2/3.
        assert!(near(s.macro_f1, (0.5 + 2.0 / 3.0 + 2.0 / 3.0) / 3.0));
        assert!(near(s.null_precision.unwrap(), 1.0) && near(s.null_recall.unwrap(), 0.5));
        assert!(near(s.majority, 0.4) && near(s.majority_f1, (4.0 / 7.0) / 3.0));
    }

    #[test]
    fn distances_are_in_steps() {
        let pairs =
            [pair("negative", "positive"), pair("neutral", "neutral"), pair("-", "neutral")];
        assert_eq!(distance(&pairs), Some(1.0));
        assert_eq!(distance(&[]), None);
    }
}
