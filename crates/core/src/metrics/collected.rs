//! The answers to the owner's questions, counted: how often each, over time, by channel, and two
//! questions against each other. Products are compared in the same way: against the question that
//! names the product.
//!
//! What is no answer is never mixed with answers: that the conversation has none (null), that a
//! required question stayed open (unresolved), that it could not be put (error) or has not been put
//! yet (pending). Shares are shares of the conversations that were answered with a value.

use super::period::{Comparison, Period};
use super::rise::{self, Rise};
use crate::classify::AnswerState;
use crate::conversation::Platform;
use crate::error::{Code, Error};
use crate::time::Day;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::collections::{BTreeMap, BTreeSet};

/// An answer as it is counted: a value, or the state of what is none. Written as the value, or as
/// `(null)`, `(unresolved)`, `(error)`, `(pending)`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counted {
    /// Answered with one of the values.
    Value(String),
    /// Answered: the conversation has no answer.
    Null,
    /// A required question that was not answered.
    Unresolved,
    /// Could not be put.
    Error,
    /// Not put yet.
    Pending,
}

impl Counted {
    /// An answer of a state; a value without its text counts as null.
    pub fn of(state: AnswerState, value: Option<&str>) -> Self {
        match state {
            AnswerState::Value => value.map_or(Self::Null, |text| Self::Value(text.to_owned())),
            AnswerState::Null => Self::Null,
            AnswerState::Unresolved => Self::Unresolved,
            AnswerState::Error => Self::Error,
            AnswerState::Pending => Self::Pending,
        }
    }

    /// Reads what was written.
    pub fn parse(text: &str) -> Self {
        match text {
            "(null)" => Self::Null,
            "(unresolved)" => Self::Unresolved,
            "(error)" => Self::Error,
            "(pending)" => Self::Pending,
            value => Self::Value(value.to_owned()),
        }
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Value(value) => value,
            Self::Null => "(null)",
            Self::Unresolved => "(unresolved)",
            Self::Error => "(error)",
            Self::Pending => "(pending)",
        }
    }
}

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d).map(|text| Self::parse(&text)).map_err(D::Error::custom)
    }
}

/// Answers to one question on one day, in one channel, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerCount {
    /// The UTC day on which the conversations ended.
    pub day: Day,
    /// Where the customers wrote.
    pub channel_type: Platform,
    /// The answer.
    pub answer: Counted,
    /// How many.
    pub count: u64,
}

/// How long a step of a trend is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "TrendStep"))]
pub enum Step {
    /// A day.
    #[default]
    Day,
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

impl Step {
    /// Reads a step.
    ///
    /// # Errors
    /// [`Code::InvalidField`] for anything but day, week and month.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match text {
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            _ => Err(Error::new(Code::InvalidField, "a step is day, week or month")),
        }
    }

    /// The first day of the step that a day is in.
    fn begin(self, day: Day) -> Day {
        match self {
            Self::Day => day,
            Self::Week => day.monday(),
            Self::Month => day.first_of_month(),
        }
    }
}

/// A step of a trend. The first and the last may be cut by the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepCount {
    /// Its first day, which may be before the period.
    pub from: Day,
    /// The count of its days in the period.
    pub count: u64,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "CollectedReport"))]
pub struct Report {
    /// Conversations in which it was to be answered, whatever became of that.
    pub conversations: Comparison,
    /// Of them, answered with a value.
    pub answered: Comparison,
    /// The conversation has no answer.
    pub null: Comparison,
    /// Required, and stayed open.
    pub unresolved: Comparison,
    /// Could not be put.
    pub error: Comparison,
    /// Not put yet.
    pub pending: Comparison,
    /// The values, the most frequent first.
    pub values: Vec<ValueReport>,
}

/// One value of a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "CollectedValue"))]
pub struct ValueReport {
    /// Which.
    pub value: String,
    /// In the period, and in the one before.
    pub count: Comparison,
    /// Of the conversations answered with a value in the period; none where there is none.
    pub share: Option<f64>,
    /// Over the period.
    pub trend: Vec<StepCount>,
    /// In the period, by channel.
    pub channels: BTreeMap<Platform, u64>,
    /// Early notice, where it has risen.
    pub rise: Option<Rise>,
}

/// What is counted of one answer.
#[derive(Default)]
struct Sum<'a> {
    now: u64,
    before: u64,
    /// Those of the period.
    rows: Vec<&'a AnswerCount>,
}

/// The counts of one question in a period, of one channel or of all. `since` is the first day on which
/// the question was asked. Rows are needed from [`super::signals::needed`] on.
pub fn report(
    rows: &[AnswerCount],
    since: Day,
    period: Period,
    step: Step,
    channel: Option<Platform>,
) -> Report {
    let rows: Vec<&AnswerCount> =
        rows.iter().filter(|row| channel.is_none_or(|only| row.channel_type == only)).collect();
    let before = period.before();
    // Once through the rows: a year has ten thousand of them.
    let mut sums: BTreeMap<&Counted, Sum> = BTreeMap::new();
    for row in rows.iter().copied() {
        if period.has(row.day) {
            let sum = sums.entry(&row.answer).or_default();
            sum.now += row.count;
            sum.rows.push(row);
        } else if before.has(row.day) {
            sums.entry(&row.answer).or_default().before += row.count;
        }
    }
    let compare = |wanted: &dyn Fn(&Counted) -> bool| {
        let of = sums.iter().filter(|(answer, _)| wanted(answer));
        let (now, then) =
            of.fold((0, 0), |(now, then), (_, sum)| (now + sum.now, then + sum.before));
        Comparison::of(now, then)
    };
    let is = |state: Counted| compare(&move |answer: &Counted| *answer == state);
    let answered = compare(&|answer| matches!(answer, Counted::Value(_)));
    let steps: BTreeSet<Day> = period.days().map(|day| step.begin(day)).collect();
    let mut values: Vec<ValueReport> = sums
        .iter()
        .filter(|(_, sum)| sum.now + sum.before > 0)
        .filter_map(|(answer, sum)| match answer {
            Counted::Value(value) => Some((value, sum)),
            _ => None,
        })
        .map(|(value, sum)| {
            let count = Comparison::of(sum.now, sum.before);
            let mut trend: BTreeMap<Day, u64> = steps.iter().map(|from| (*from, 0)).collect();
            let mut channels = BTreeMap::new();
            for row in &sum.rows {
                *trend.entry(step.begin(row.day)).or_default() += row.count;
                *channels.entry(row.channel_type).or_default() += row.count;
            }
            ValueReport {
                value: value.clone(),
                share: (answered.now > 0).then(|| count.now as f64 / answered.now as f64),
                count,
                trend: trend.into_iter().map(|(from, count)| StepCount { from, count }).collect(),
                channels,
                rise: None,
            }
        })
        .collect();
    // Stable: equal counts stay in the order of their values.
    values.sort_by_key(|value| core::cmp::Reverse(value.count.now));
    tell_rises(&mut values, &rows, since, period);
    Report {
        conversations: compare(&|_| true),
        answered,
        null: is(Counted::Null),
        unresolved: is(Counted::Unresolved),
        error: is(Counted::Error),
        pending: is(Counted::Pending),
        values,
    }
}

fn tell_rises(values: &mut [ValueReport], rows: &[&AnswerCount], since: Day, period: Period) {
    let mut days = vec![period.last];
    for _ in 1..rise::BASE_DAYS + rise::RECENT_DAYS {
        days.push(days.last().map_or(period.last, |day| day.previous()));
    }
    days.reverse();
    if days.first().is_none_or(|first| since > *first) {
        return;
    }
    let mut daily: BTreeMap<&str, BTreeMap<Day, u64>> = BTreeMap::new();
    for row in rows.iter().filter(|row| days.first().is_some_and(|first| row.day >= *first)) {
        *daily.entry(row.answer.as_str()).or_default().entry(row.day).or_default() += row.count;
    }
    let series = |value: &ValueReport| -> Vec<u64> {
        let counts = daily.get(value.value.as_str());
        let on = |day: &Day| counts.and_then(|counts| counts.get(day)).copied().unwrap_or(0);
        days.iter().map(on).collect()
    };
    let series: Vec<Vec<u64>> = values.iter().map(series).collect();
    for (place, rise) in rise::notices(&series) {
        if let Some(value) = values.get_mut(place) {
            value.rise = Some(rise);
        }
    }
}

/// Conversations with one answer to each of two questions, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairCount {
    /// To the question of the rows.
    pub row: Counted,
    /// To the question of the columns.
    pub column: Counted,
    /// How many.
    pub count: u64,
}

/// Two questions against each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CrossTab {
    /// Answers to the first question, values first, the states of what is none after them.
    pub rows: Vec<Counted>,
    /// Answers to the second question, likewise.
    pub columns: Vec<Counted>,
    /// Counts, by row, then by column.
    pub cells: Vec<Vec<u64>>,
    /// Of each row.
    pub row_totals: Vec<u64>,
    /// Of each column.
    pub column_totals: Vec<u64>,
    /// Of all.
    pub total: u64,
}

/// Puts two questions against each other.
pub fn cross(pairs: &[PairCount]) -> CrossTab {
    let distinct = |of: fn(&PairCount) -> &Counted| -> Vec<Counted> {
        let found = pairs.iter().filter(|pair| pair.count > 0).map(|pair| of(pair).clone());
        found.collect::<BTreeSet<_>>().into_iter().collect()
    };
    let (rows, columns) = (distinct(|pair| &pair.row), distinct(|pair| &pair.column));
    let mut counts: BTreeMap<(&Counted, &Counted), u64> = BTreeMap::new();
    for pair in pairs {
        *counts.entry((&pair.row, &pair.column)).or_default() += pair.count;
    }
    let cell = |row, column| counts.get(&(row, column)).copied().unwrap_or(0);
    let cells: Vec<Vec<u64>> =
        rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
    let row_totals: Vec<u64> = cells.iter().map(|row| row.iter().sum()).collect();
    let column_totals =
        columns.iter().map(|column| rows.iter().map(|row| cell(row, column)).sum()).collect();
    let total = row_totals.iter().sum();
    CrossTab { rows, columns, cells, row_totals, column_totals, total }
}

#[cfg(test)]
mod tests;
