//! How sure answers of the embedded methods are: figures that follow how often such answers were right among the
//! conversations of `docs/classification.md`, so that the high band is surer than the medium one and that than the low one.

use super::answer::ENOUGH;
use super::label::Score;

/// That there is no answer, where what the prompt makes a condition was not spoken of.
pub(crate) const UNMET: f32 = 0.85;
/// That what is known by its phrases was not said.
pub(crate) const UNSAID: f32 = 0.75;
/// A value for what is left over where the question applies and nothing fits: most often something fits that was said in
/// other words.
pub(crate) const LEFT: f32 = 0.35;

/// The best of several values, by how far it is ahead of the second. That none of them holds is the commoner mistake: where
/// there may be no answer it takes more. What an optional question
/// would not have taken is never sure.
pub(crate) fn of_best(best: f32, second: f32, optional: bool) -> f32 {
    let ahead = (best - second).max(0.0);
    match optional {
        true => 0.3 + 0.4 * ahead.min(1.5),
        false if best < ENOUGH => (0.3 + 0.3 * ahead).min(0.45),
        false => (0.45 + 0.6 * ahead).min(0.95),
    }
}

/// That none of several values holds, by the best one's score and the score from which it would have been taken. Where no
/// phrases are known for the values this says little.
pub(crate) fn of_nothing(best: &Score, enough: f32, applies: bool) -> f32 {
    let share = (best.score / enough).clamp(0.0, 1.0);
    let sure = if best.unheard { 0.9 - 0.9 * (share - 0.35).max(0.0) } else { 0.6 - 0.4 * share };
    if applies { sure - 0.1 } else { sure }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ConfidenceBand as Band;

    #[test]
    fn a_value_is_surer_the_further_it_is_ahead_and_where_there_must_be_one() {
        assert_eq!(Band::of(of_best(0.8, 0.7, true)), Band::Low);
        assert_eq!(Band::of(of_best(0.9, 0.2, true)), Band::Medium);
        assert_eq!(Band::of(of_best(1.6, 0.2, true)), Band::High);
        assert_eq!(Band::of(of_best(0.8, 0.7, false)), Band::Medium);
        assert_eq!(Band::of(of_best(0.5, 0.0, false)), Band::Low);
        assert_eq!(Band::of(of_best(0.9, 0.2, false)), Band::High);
    }

    #[test]
    fn nothing_is_surest_where_phrases_are_known_and_nothing_comes_near() {
        let best = |score, unheard| Score { score, unheard, ..Score::default() };
        assert_eq!(Band::of(of_nothing(&best(0.1, true), 1.2, false)), Band::High);
        assert_eq!(Band::of(of_nothing(&best(0.1, true), 1.2, true)), Band::Medium);
        assert_eq!(Band::of(of_nothing(&best(1.1, true), 1.2, false)), Band::Low);
        assert_eq!(Band::of(of_nothing(&best(0.4, false), 0.55, false)), Band::Low);
    }
}
