//! Questions about the customer's mood: on a scale, by grades of one mood, by numbers, or whether it was so.

mod forms;
mod words;

use super::answer::{Finding, whole};
use super::cues::Cue;
use super::reading::Reading;
use super::tone::{self, Mood};
use super::words::Words;
use super::{Field, Method, Outcome, Value, signals};
use crate::conversation::Sentiment;
use forms::{graded, numbered, scale, whether};
use words::{Word, lexicon};

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// Displeasure shown.
    Upset,
    /// Pleased; whoever has got what they came for is satisfied too.
    Happy,
    /// Insults, rage.
    Rude,
    /// None of these.
    Polite,
    /// No displeasure.
    Calm,
}

/// A question about the customer's mood.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    /// Whether the end of the conversation counts and not the whole.
    at_end: bool,
    form: Form,
}

#[derive(Debug, Clone, PartialEq)]
enum Form {
    /// Per value its step, from −2 (rage) to 2 (effusive).
    Scale { steps: Vec<Option<i8>>, manners: bool },
    /// Whether it is so.
    Whether { about: About, yes: usize, no: usize },
}

impl Asked {
    /// Reads a field as a question about the customer's mood, or not.
    pub(crate) fn parse(field: &Field) -> Option<Self> {
        let question = Words::new(&format!("{}. {}", field.name, field.prompt));
        let hits = lexicon().hits(&question);
        let has = |word: Word| hits.iter().any(|h| h.label == word);
        let names: Vec<&str> = field.possible_values.iter().map(Value::name).collect();
        let form = scale(field, &names)
            .or_else(|| whether(&question, &hits, &names))
            .or_else(|| graded(field, &hits, &names))
            .or_else(|| numbered(field, &question, &hits, &names))?;
        Some(Self { at_end: has(Word::End), form })
    }

    /// The customer's mood among the values.
    pub(crate) fn answer(&self, reading: &Reading<'_>) -> Finding {
        let whole_tone = tone::tone(reading);
        if whole_tone.sentiment == Sentiment::NotApplicable {
            return Finding::none(whole_tone.confidence, Method::Embedded);
        }
        let end = || tone::at_end(reading).filter(|t| t.sentiment != Sentiment::NotApplicable);
        let tone = if self.at_end { end().unwrap_or(whole_tone) } else { whole_tone };
        let mood = match tone.sentiment {
            Sentiment::NotApplicable => return Finding::none(tone.confidence, Method::Embedded),
            Sentiment::OverlyNegative => -2,
            Sentiment::Negative => -1,
            Sentiment::Neutral => 0,
            Sentiment::Positive => 1,
            Sentiment::OverlyPositive => 2,
        };
        let value = match &self.form {
            Form::Scale { steps, manners } => {
                // Who is displeased is not rude.
                let mood: i8 = if *manners && mood == -1 { 0 } else { mood };
                nearest(steps, mood)
            }
            Form::Whether { about, yes, no } => {
                let signals = signals::signals(reading, whole_tone);
                let rage = || reading.customer().any(|(_, t)| tone::mood(t) == Mood::Rage);
                let sour = if self.at_end { mood < 0 } else { signals.dissatisfaction };
                let so = match about {
                    About::Upset => sour,
                    About::Happy => {
                        let served =
                            matches!(signals.outcome, Outcome::Resolved | Outcome::Recovered);
                        mood > 0 || (mood == 0 && served && thanks_at_last(reading))
                    }
                    About::Rude => mood == -2 || rage(),
                    About::Polite => mood != -2 && !rage(),
                    About::Calm => !sour,
                };
                Some(if so { *yes } else { *no })
            }
        };
        let evidence = reading
            .customer()
            .filter(|(_, t)| {
                let m = tone::mood(t);
                if mood < 0 { m < Mood::Plain } else { mood > 0 && m > Mood::Plain }
            })
            .take(3)
            .filter_map(|(i, _)| whole(reading, i))
            .collect();
        Finding { value, confidence: tone.confidence, evidence, method: Method::Embedded }
    }
}

/// Whether the customer ends with thanks, or with better.
fn thanks_at_last(reading: &Reading<'_>) -> bool {
    reading.customer().next_back().is_some_and(|(_, t)| t.has(Cue::Thanks) || t.has(Cue::Works))
}

/// The value whose step is nearest, on the same side where there is one.
fn nearest(steps: &[Option<i8>], mood: i8) -> Option<usize> {
    steps
        .iter()
        .enumerate()
        .filter_map(|(i, s)| s.map(|s| (i, (s - mood).abs(), s.signum() != mood.signum())))
        .min_by_key(|(_, distance, other_side)| (*other_side, *distance))
        .map(|(i, _, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(prompt: &str, values: &[&str]) -> Option<Vec<i8>> {
        let field = Field {
            name: "Mood".to_owned(),
            prompt: prompt.to_owned(),
            possible_values: values.iter().map(|v| Value::Name((*v).to_owned())).collect(),
            optional: true,
        };
        match Asked::parse(&field)?.form {
            Form::Scale { steps, .. } => steps.into_iter().collect(),
            Form::Whether { .. } => None,
        }
    }

    #[test]
    fn scales_are_read_in_several_forms() {
        let how = "How frustrated was the customer?";
        for (prompt, values, wanted) in [
            (
                how,
                &["Not frustrated", "Somewhat frustrated", "Very frustrated"][..],
                Some(vec![0, -1, -2]),
            ),
            (how, &["Not frustrated", "Somewhat", "Very"], Some(vec![0, -1, -2])),
            (how, &["Low", "Medium", "High"], Some(vec![0, -1, -2])),
            ("How satisfied was the customer?", &["Low", "Medium", "High"], Some(vec![-1, 0, 1])),
            (
                "Rate the customer's satisfaction from 1 (very dissatisfied) to 5 (very satisfied).",
                &["1", "2", "3", "4", "5"],
                Some(vec![-2, -1, 0, 1, 2]),
            ),
            (
                "Rate the customer's satisfaction, where 1 is very satisfied and 5 very dissatisfied.",
                &["1", "2", "3", "4", "5"],
                Some(vec![2, 1, 0, -1, -2]),
            ),
            (
                "Satisfaction: 1 = very satisfied, 5 = very dissatisfied",
                &["1", "2", "3", "4", "5"],
                Some(vec![2, 1, 0, -1, -2]),
            ),
            (
                "Satisfaction: 1 = very dissatisfied, 5 = very satisfied",
                &["1", "2", "3", "4", "5"],
                Some(vec![-2, -1, 0, 1, 2]),
            ),
            ("How urgent is it?", &["Low", "Medium", "High"], None),
            ("How many lamps did the happy customer order?", &["1", "2", "4"], None),
        ] {
            assert_eq!(steps(prompt, values), wanted, "{prompt} {values:?}");
        }
    }
}
