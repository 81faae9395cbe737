//! Times for service levels, computed from the transcript and never guessed (requirement CV.6).

mod bounds;
mod course;
mod mentions;
mod phrases;
mod polarity;

use super::Field;
use super::duration::durations;
use super::phrase::find;
use super::reading::{Read, Reading};
use super::words::Words;
use crate::conversation::{Marker, Role};
use course::{Course, Start, Stop};
use phrases::of;
use polarity::Meaning;

/// A question about an elapsed time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Timing {
    /// One that is measured.
    Measured(Measure),
    /// One that is recognised and cannot be measured.
    Unread(Unread),
}

/// What is measured, and what the values stand for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measure {
    course: Course,
    meaning: Meaning,
}

/// Why a question about a time cannot be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// Working hours are not in a transcript.
    WorkingTime,
    /// It asks for what is not measured, or does not say from what to what.
    Course,
    /// It does not say which value stands for which times.
    Values,
}

/// What the transcript says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Elapsed {
    /// The index of the value, and of the turns that decide.
    Value(usize, Vec<usize>),
    /// There is nothing to measure, or times are missing.
    Unknown,
    /// The question, or what its values stand for, cannot be read.
    Unread,
}

/// Who says something, where a question is about what was said of a time and not about how long it took.
const SPEAKERS: [&str; 9] =
    ["agent", "bot", "customer", "human", "representative", "they", "assistant", "visitor", "team"];
/// What they do with it.
const SAYING: [&str; 20] = [
    "promise",
    "promised",
    "offer",
    "offered",
    "mention",
    "mentioned",
    "say",
    "said",
    "tell",
    "told",
    "ask",
    "asked",
    "demand",
    "demanded",
    "announce",
    "announced",
    "complain",
    "complained",
    "threaten",
    "expect",
];

/// Whether the values are lengths of time, but for those that stand for what is left.
pub(crate) fn are_lengths(field: &Field) -> bool {
    let length = |v: &super::Value| !durations(v.name()).is_empty();
    field.possible_values.iter().filter(|v| length(v)).count() >= 2
        && field.possible_values.iter().all(|v| length(v) || super::rules::is_rest(v))
}

impl Timing {
    /// Reads a field as a question about an elapsed time, or not.
    pub(crate) fn parse(field: &Field) -> Option<Self> {
        let words = Words::new(&format!("{}. {}", field.name, field.prompt));
        let name = Words::new(&field.name);
        let values = || field.possible_values.iter().map(super::Value::name);
        // Lengths of time beside a mark, or beside a first reply, ask how long it took, in whatever words.
        let anchored = course::is_anchored(&words);
        let timed = find(&words, of("timed")).is_some();
        let lengths = find(&words, of("wished")).is_none() && are_lengths(field);
        if !(timed || lengths && anchored) {
            return None;
        }
        let working = |words: &Words| find(words, of("working")).is_some();
        let works = working(&words) || values().any(|v| working(&Words::new(v)));
        let measured = works
            || !durations(&field.prompt).is_empty()
            || !durations(&field.name).is_empty()
            || values()
                .any(|v| !durations(v).is_empty() || find(&Words::new(v), &["sla"]).is_some())
            || ((find(&words, &["how many"]).is_none()
                || find(&words, &["how many minutes", "how many hours", "how many seconds"])
                    .is_some())
                && polarity::has_bare_numbers(field));
        let said = (0..words.len())
            .any(|i| SPEAKERS.contains(&words.get(i)) && SAYING.contains(&words.get(i + 1)));
        if !measured || said {
            return None;
        }
        if !anchored && !lengths && find(&name, of("named")).is_none() {
            return None;
        }
        Some(if works {
            Self::Unread(Unread::WorkingTime)
        } else if course::is_unmeasured(&words) {
            Self::Unread(Unread::Course)
        } else {
            match (course::course(&words, name.len()), polarity::meaning(field)) {
                (None, _) => Self::Unread(Unread::Course),
                (_, None) => Self::Unread(Unread::Values),
                (Some(course), Some(meaning)) => Self::Measured(Measure { course, meaning }),
            }
        })
    }

    /// Whether it can be measured.
    pub(crate) fn is_measured(&self) -> bool {
        matches!(self, Self::Measured(_))
    }

    /// Why it cannot be measured, where it cannot.
    pub(crate) fn unread(&self) -> Option<Unread> {
        match self {
            Self::Measured(_) => None,
            Self::Unread(why) => Some(*why),
        }
    }

    /// Measures a conversation.
    pub(crate) fn measure(&self, reading: &Reading<'_>) -> Elapsed {
        match self {
            Self::Measured(measure) => measure.of(reading),
            Self::Unread(_) => Elapsed::Unread,
        }
    }
}

impl Measure {
    fn of(&self, reading: &Reading<'_>) -> Elapsed {
        let turns = &reading.turns;
        let marked = |marker| move |t: &Read<'_>| t.marker == Some(marker);
        let place = |begins: &dyn Fn(&Read<'_>) -> bool| {
            if self.course.last {
                turns.iter().rposition(begins)
            } else {
                turns.iter().position(begins)
            }
        };
        let (handoff, customer) =
            (marked(Marker::Handoff), |t: &Read<'_>| t.role == Role::Customer);
        let from = match self.course.start {
            Start::Mark(marker) => place(&marked(marker)),
            Start::Transfer => place(&marked(Marker::Transferred)).or_else(|| place(&handoff)),
            Start::FirstCustomer => turns.iter().position(customer),
            Start::Arrival => place(&handoff).or_else(|| turns.iter().position(customer)),
        };
        let Some(from) = from else {
            return self
                .meaning
                .missing
                .map_or(Elapsed::Unknown, |v| Elapsed::Value(v, Vec::new()));
        };
        let Some(start) = turns.get(from).and_then(|t| t.at) else { return Elapsed::Unknown };
        // What the bot answered alone has been answered.
        let alone = !turns.iter().any(|t| t.role == Role::Agent || handoff(t));
        let stops = |(_, t): &(usize, &Read<'_>)| match self.course.stop {
            Stop::Reply { agent, bot, anyone } => {
                (agent && t.role == Role::Agent)
                    || ((bot || anyone && alone) && t.role == Role::Bot)
            }
            Stop::Mark(marker) => t.marker == Some(marker),
            Stop::End => matches!(t.marker, Some(Marker::Resolved | Marker::Closed)),
        };
        let mut after = turns.iter().enumerate().skip(from + 1).filter(stops);
        let stop = if self.course.stop == Stop::End { after.next_back() } else { after.next() };
        // What was opened again has not ended.
        let open = |to: usize| {
            self.course.stop == Stop::End && turns.iter().skip(to + 1).any(marked(Marker::Reopened))
        };
        if stop.as_ref().is_some_and(|(to, _)| open(*to)) {
            return Elapsed::Unknown;
        }
        if let Some((to, turn)) = stop {
            // What happened before its beginning was never measured.
            let Some(secs) = turn.at.map(|at| at.saturating_sub(start)).filter(|s| *s >= 0) else {
                return Elapsed::Unknown;
            };
            return match self.meaning.value(secs as f64) {
                Some(value) => Elapsed::Value(value, vec![from, to]),
                None => Elapsed::Unknown,
            };
        }
        if let (Some(value), Stop::Reply { .. }) = (self.meaning.silence, self.course.stop) {
            return Elapsed::Value(value, vec![from]);
        }
        // Nobody answered: certain only once even the latest known time is past every bound.
        let latest = turns.iter().skip(from).filter_map(|t| t.at).max().unwrap_or(start);
        let waited = latest.saturating_sub(start) as f64;
        match self.meaning.value(waited) {
            Some(value) if waited > self.meaning.bound() => Elapsed::Value(value, vec![from]),
            _ => Elapsed::Unknown,
        }
    }
}

/// Whether a value is a step on a scale ("Very satisfied", "Over 4 hours"), which its words share
/// with the other steps.
pub(crate) fn is_graded(value: &str) -> bool {
    !durations(value).is_empty()
        || super::amount::range(value).is_some()
        || super::kind::step(value).is_some()
}
