//! How often the team agrees with a field's answers, measured where a person has looked.

use serde::{Deserialize, Serialize};

/// A value that the team changed into another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Confusion {
    /// What was answered; null for no value.
    pub answered: Option<String>,
    /// What the person says.
    pub human: Option<String>,
    /// How often.
    pub count: usize,
}

/// Agreement between a field's answers and the team.
///
/// It holds for the conversations that were reviewed and for no others: where people look only at
/// answers that seem wrong it is lower than over all conversations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Agreement {
    /// Conversations in which a person confirmed or changed the answer.
    pub reviewed: usize,
    /// Those in which it was right.
    pub agreed: usize,
    /// Their share, 0 to 1; none without any.
    pub rate: Option<f64>,
    /// Bounds of the 95 % interval of the rate (Wilson score); none without any.
    pub interval: Option<(f64, f64)>,
    /// Cohen's kappa: agreement beyond chance, 1 for perfect, 0 for chance. None where chance alone
    /// would agree always.
    pub kappa: Option<f64>,
    /// What was changed into what, the most frequent first.
    pub confusions: Vec<Confusion>,
}

/// Measures agreement over pairs of (what was answered, what the person says).
pub fn agreement<'a>(
    pairs: impl IntoIterator<Item = (Option<&'a str>, Option<&'a str>)>,
) -> Agreement {
    let pairs: Vec<_> = pairs.into_iter().collect();
    let reviewed = pairs.len();
    let agreed = pairs.iter().filter(|(a, h)| a == h).count();
    let mut confusions: Vec<Confusion> = Vec::new();
    for (answered, human) in pairs.iter().filter(|(a, h)| a != h) {
        let known = confusions
            .iter_mut()
            .find(|c| c.answered.as_deref() == *answered && c.human.as_deref() == *human);
        match known {
            Some(known) => known.count += 1,
            None => confusions.push(Confusion {
                answered: answered.map(str::to_owned),
                human: human.map(str::to_owned),
                count: 1,
            }),
        }
    }
    confusions.sort_by_key(|c| core::cmp::Reverse(c.count));
    let total = reviewed as f64;
    let rate = (reviewed > 0).then(|| agreed as f64 / total);
    let kappa = rate.and_then(|observed| {
        let mut values: Vec<Option<&str>> = pairs.iter().flat_map(|(a, h)| [*a, *h]).collect();
        values.sort_unstable();
        values.dedup();
        let share = |n: usize| n as f64 / total;
        let chance: f64 = values
            .iter()
            .map(|v| {
                let answered = pairs.iter().filter(|(a, _)| a == v).count();
                let human = pairs.iter().filter(|(_, h)| h == v).count();
                share(answered) * share(human)
            })
            .sum();
        (chance < 1.0).then(|| (observed - chance) / (1.0 - chance))
    });
    Agreement {
        reviewed,
        agreed,
        rate,
        interval: rate.map(|rate| wilson(rate, total)),
        kappa,
        confusions,
    }
}

/// Wilson's score interval at 95 % (E. B. Wilson, 1927), which holds for few cases too.
fn wilson(rate: f64, total: f64) -> (f64, f64) {
    const Z: f64 = 1.959_964;
    let z2 = Z * Z / total;
    let middle = (rate + z2 / 2.0) / (1.0 + z2);
    let half = Z / (1.0 + z2) * (rate * (1.0 - rate) / total + z2 / (4.0 * total)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_interval_and_kappa_are_those_of_the_textbook() {
        // 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: observed 0.7, chance 0.5, kappa 0.4.
        let pair = |a, h, n| std::iter::repeat_n((Some(a), Some(h)), n);
        let all = pair("yes", "yes", 20)
            .chain(pair("yes", "no", 5))
            .chain(pair("no", "yes", 10))
            .chain(pair("no", "no", 15));
        let found = agreement(all);
        assert_eq!((found.reviewed, found.agreed), (50, 35));
        let near = |a: f64, b: f64| (a - b).abs() < 1e-3;
        assert!(near(found.rate.unwrap(), 0.7) && near(found.kappa.unwrap(), 0.4));
        let (low, high) = found.interval.unwrap();
        assert!(near(low, 0.5625) && near(high, 0.8090), "{low} {high}");
        assert_eq!(found.confusions[0].count, 10);
        assert_eq!(found.confusions[0].human.as_deref(), Some("yes"));
    }

    #[test]
    fn nothing_reviewed_has_no_rate_and_no_value_is_a_value() {
        let none = agreement([]);
        assert_eq!((none.rate, none.interval, none.kappa), (None, None, None));
        let found = agreement([(None, None), (Some("Late"), None)]);
        assert_eq!((found.agreed, found.confusions.len()), (1, 1));
        assert_eq!(agreement([(None, None), (None, None)]).kappa, None);
    }
}
