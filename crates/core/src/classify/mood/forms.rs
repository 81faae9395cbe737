//! The forms that such a question takes, by its values and its words.

use super::super::Field;
use super::super::kind::{Sense, means, step};
use super::super::lexicon::Hit;
use super::super::rules::is_rest;
use super::super::words::Words;
use super::Form;
use super::words::{Grade, Word, lexicon};

/// Whether at least two values have a step, not all the same one, and the others stand for what is left.
fn is_scale(field: &Field, steps: &[Option<i8>]) -> bool {
    let (high, low) = (steps.iter().flatten().max(), steps.iter().flatten().min());
    high > low && steps.iter().zip(&field.possible_values).all(|(s, v)| s.is_some() || is_rest(v))
}

/// Values that name moods: "Very satisfied", "Neutral", "Not satisfied".
pub(super) fn scale(field: &Field, names: &[&str]) -> Option<Form> {
    let manner = |name: &&str| {
        let words = Words::new(name);
        let hits = lexicon().hits(&words);
        let has = |word| words.len() <= 4 && hits.iter().any(|h| h.label == word);
        let denied = has(Word::Grade(Grade::None));
        match (has(Word::Rude), has(Word::Polite)) {
            (true, _) => Some(if denied { 0 } else { -2 }),
            (_, true) => Some(if denied { -2 } else { 0 }),
            _ => None,
        }
    };
    let steps: Vec<Option<i8>> = names.iter().map(|n| step(n)).collect();
    if is_scale(field, &steps) {
        return Some(Form::Scale { steps, manners: false });
    }
    let manners: Vec<Option<i8>> =
        names.iter().zip(&steps).map(|(n, s)| manner(n).or(s.filter(|s| *s == 0))).collect();
    (names.iter().any(|n| manner(n).is_some()) && is_scale(field, &manners))
        .then_some(Form::Scale { steps: manners, manners: true })
}

/// "Was the customer angry or upset?" The mood stands beside the customer, with nothing between that would make it
/// somebody else's.
pub(super) fn whether(question: &Words, hits: &[Hit<Word>], names: &[&str]) -> Option<Form> {
    let place = |sense| names.iter().position(|n| means(n, sense));
    let (yes, no) = (place(Sense::Yes)?, place(Sense::No)?);
    if names.len() > 3 {
        return None;
    }
    let covered = |at: usize| {
        hits.iter().any(|h| {
            (h.from..h.to).contains(&at) && (h.label == Word::Between || h.label.about().is_some())
        })
    };
    let beside = |one: &Hit<Word>, other: &Hit<Word>| {
        let (left, right) = if one.from < other.from { (one, other) } else { (other, one) };
        right.from >= left.to && right.from - left.to <= 6 && (left.to..right.from).all(covered)
    };
    let customers = || hits.iter().filter(|h| h.label == Word::Customer);
    let moods = || hits.iter().filter(|h| h.label.about().is_some());
    let (customer, mood) =
        customers().find_map(|c| moods().find(|m| beside(c, m)).map(|m| (c, m)))?;
    let first = customer.from.min(mood.from);
    // "Did the agent apologise when the customer was upset?" is about the agent.
    if hits.iter().any(|h| h.label == Word::Team && h.from < first) {
        return None;
    }
    let about = mood.label.about()?;
    let before = |n: usize| first.checked_sub(n).map_or("", |i| question.get(i));
    // "'No' if the customer was angry".
    let turned = ["if", "wenn", "si", "se"].contains(&before(1))
        || ["if", "wenn", "si", "se"].contains(&before(2));
    let no_first = turned && (before(2) == "no" || before(3) == "no");
    let denied = ["not", "nicht", "never"].contains(&question.get(mood.from.wrapping_sub(1)));
    let (yes, no) = if no_first != denied { (no, yes) } else { (yes, no) };
    Some(Form::Whether { about, yes, no })
}

/// The one mood that a question grades: "How frustrated was the customer?", "Frustration level".
fn grading(field: &Field, hits: &[Hit<Word>]) -> Option<bool> {
    let name = Words::new(&field.name).len();
    let graded = |m: &&Hit<Word>| {
        let near = |h: &Hit<Word>| {
            h.label == Word::Level
                && (h.to <= m.from && m.from - h.to <= 3 || h.from >= m.to && h.from - m.to <= 1)
        };
        m.to <= name || hits.iter().any(near)
    };
    let mut bad = hits.iter().filter(|h| h.label == Word::Upset).filter(graded);
    let mut good = hits.iter().filter(|h| h.label == Word::Happy).filter(graded);
    match (bad.next(), good.next()) {
        (Some(_), None) => Some(false),
        (None, Some(_)) => Some(true),
        _ => None,
    }
}

/// Values that are grades of the mood that the question names: "Low", "Medium", "High".
pub(super) fn graded(field: &Field, hits: &[Hit<Word>], names: &[&str]) -> Option<Form> {
    let good = grading(field, hits)?;
    let grade = |name: &&str| {
        let words = Words::new(name);
        let hits = lexicon().hits(&words);
        // All of it must be grade and mood.
        let known = |i: usize| {
            hits.iter().any(|h| {
                (h.from..h.to).contains(&i)
                    && (matches!(h.label, Word::Grade(_) | Word::Between)
                        || h.label.about().is_some())
            })
        };
        let grades = hits.iter().filter_map(|h| match h.label {
            Word::Grade(grade) => Some((h.from, grade)),
            _ => None,
        });
        // "Not very" is not much.
        let first = grades.min_by_key(|(from, _)| *from).map(|(_, grade)| grade);
        first.filter(|_| (0..words.len()).all(known))
    };
    let grades: Vec<Option<Grade>> = names.iter().map(grade).collect();
    let has = |grade| grades.contains(&Some(grade));
    let full = has(Grade::None) && has(Grade::Low);
    let steps: Vec<Option<i8>> = grades
        .iter()
        .map(|grade| {
            Some(match ((*grade)?, good) {
                (Grade::None, true) => -1,
                (Grade::Low, true) => {
                    if has(Grade::None) {
                        0
                    } else {
                        -1
                    }
                }
                (Grade::Medium, true) => i8::from(full),
                (Grade::High, true) => {
                    if full {
                        2
                    } else {
                        1
                    }
                }
                (Grade::None, false) => 0,
                (Grade::Low, false) => {
                    if has(Grade::None) {
                        -1
                    } else {
                        0
                    }
                }
                (Grade::Medium, false) => -1,
                (Grade::High, false) => -2,
            })
        })
        .collect();
    is_scale(field, &steps).then_some(Form::Scale { steps, manners: false })
}

/// Longest scale of numbers that is read.
const LONGEST: usize = 11;

/// Values that are the numbers of a scale of satisfaction or mood: "1" to "5".
pub(super) fn numbered(
    field: &Field,
    question: &Words,
    hits: &[Hit<Word>],
    names: &[&str],
) -> Option<Form> {
    let asked = |h: &&Hit<Word>| matches!(h.label, Word::Happy | Word::Mood | Word::Upset);
    let mood = hits.iter().find(asked)?;
    let numbers: Vec<Option<i64>> = names.iter().map(|n| number(n)).collect();
    let known: Vec<i64> = numbers.iter().flatten().copied().collect();
    let (low, high) = (*known.iter().min()?, *known.iter().max()?);
    let whole = known.len() >= 3
        && high - low == known.len() as i64 - 1
        && known.len() <= LONGEST
        && (0..=1).contains(&low)
        && numbers.iter().zip(&field.possible_values).all(|(n, v)| n.is_some() || is_rest(v));
    if !whole {
        return None;
    }
    // The end that is the best one, where the question says so: "1 (very satisfied)". Of "how upset" the low one.
    let lowest = low.to_string();
    let low_is_best = (0..question.len()).filter(|i| question.get(*i) == lowest).any(|i| {
        let stops = |at: usize| {
            matches!(question.get(at), "to" | "bis" | "a" | "not" | "and")
                || question.get(at) == high.to_string()
        };
        let best = |at: &usize| hits.iter().any(|h| h.label == Word::Best && h.from == *at);
        let named = (i + 1..=i + 3).find(best);
        named.is_some_and(|at| !(i + 1..at).any(stops))
    });
    let by_bad = mood.label == Word::Upset
        && grading(field, hits) == Some(false)
        && !hits.iter().any(|h| h.label == Word::Happy);
    let steps = numbers
        .iter()
        .map(|n| {
            let n = (*n)?;
            let up = if low_is_best || by_bad { high - n } else { n - low };
            // From −2 to 2, halves towards the middle.
            let step = 4.0 * up as f64 / (high - low).max(1) as f64 - 2.0;
            Some(if step < 0.0 { (step + 0.499).floor() } else { (step - 0.499).ceil() } as i8)
        })
        .collect();
    Some(Form::Scale { steps, manners: false })
}

/// The one number that a value is: "4", "4 stars", "4 - satisfied", "★★★★".
fn number(value: &str) -> Option<i64> {
    let stars = value.chars().filter(|c| matches!(c, '★' | '⭐')).count();
    let mut numbers =
        value.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(one)), None) if value.trim_start().starts_with(|c: char| c.is_ascii_digit()) => {
            Some(one)
        }
        (None, _) if stars > 0 => i64::try_from(stars).ok(),
        _ => None,
    }
}
