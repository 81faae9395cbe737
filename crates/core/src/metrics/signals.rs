//! The modules of the signals dashboard, as the source document's table has them: each from exactly its
//! inputs, which are events.
//!
//! An input is there once an event of it has been seen, in the period or before. A figure whose input
//! is not there is left out, and the module names what is missing: it never shows a 0 that nobody has
//! counted. Where the input is there, a 0 is a count like any other.

use super::period::{Comparison, DayCount, Period};
use super::rise::{self, Rise};
use crate::classify::review::{Theme, ThemeKind};
use crate::conversation::Platform;
use crate::event::{Field, Name, Origin};
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Themes that are shown, the most frequent first.
const TOP: usize = 10;

/// Events of one day, one name, one channel and one value of [`detail`], counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventCount {
    /// The UTC day of `occurred_at`.
    pub day: Day,
    /// The name.
    pub name: Name,
    /// Where the customer wrote, where that is known.
    pub channel_type: Option<Platform>,
    /// The value of [`detail`]'s field, where it is set.
    pub detail: Option<String>,
    /// How many.
    pub count: u64,
}

/// The field whose values the modules tell apart, in events of a name.
pub fn detail(name: Name) -> Option<Field> {
    match name {
        Name::CustomerSignalDetected => Some(Field::SignalType),
        Name::CustomerSignalThemeClustered => Some(Field::ThemeId),
        Name::AiTriageCompleted => Some(Field::TriageResult),
        Name::AiReplySent => Some(Field::ReplyMode),
        Name::AiReplyKbGapDetected => Some(Field::KbGapType),
        _ => None,
    }
}

/// What the modules are made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// The first day on which events were counted at all.
    pub since: Day,
    /// All counts up to the last day of the period, or at least the last day's of each name and
    /// detail before it: see [`needed`].
    pub rows: Vec<EventCount>,
}

/// The first day whose rows a period needs; of those before it, one a name and detail is enough.
pub fn needed(period: Period) -> Day {
    let mut window = period.last;
    for _ in 1..rise::BASE_DAYS + rise::RECENT_DAYS {
        window = window.previous();
    }
    window.min(period.before().first)
}

/// A module of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "SignalModule"))]
pub enum Module {
    /// Dissatisfaction detected.
    DissatisfactionDetected,
    /// Severe negative count.
    SevereNegativeCount,
    /// Top friction themes.
    TopFrictionThemes,
    /// Escalated for human review.
    EscalatedForHumanReview,
    /// Auto, assisted, escalated handling split.
    HandlingSplit,
    /// Gaps of the knowledge base that affect replies.
    KbGaps,
    /// Resolved, recovered.
    ResolvedRecovered,
    /// Reopened issues.
    ReopenedIssues,
    /// Successful human hand-off.
    SuccessfulHandoff,
}

impl Module {
    /// As the API and the addresses of the dashboard write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DissatisfactionDetected => "dissatisfaction_detected",
            Self::SevereNegativeCount => "severe_negative_count",
            Self::TopFrictionThemes => "top_friction_themes",
            Self::EscalatedForHumanReview => "escalated_for_human_review",
            Self::HandlingSplit => "handling_split",
            Self::KbGaps => "kb_gaps",
            Self::ResolvedRecovered => "resolved_recovered",
            Self::ReopenedIssues => "reopened_issues",
            Self::SuccessfulHandoff => "successful_handoff",
        }
    }
}

/// A figure of a module: the events that it counts.
struct Part {
    key: &'static str,
    name: Name,
    /// Only those with this detail.
    detail: Option<&'static str>,
    /// Whether an event without that detail makes the input be there all the same.
    shared: bool,
}

const fn all(key: &'static str, name: Name) -> Part {
    Part { key, name, detail: None, shared: true }
}

/// A share of the events of a name.
const fn of(key: &'static str, name: Name, detail: &'static str) -> Part {
    Part { key, name, detail: Some(detail), shared: true }
}

const MODULES: &[(Module, &[Part])] = &[
    (
        Module::DissatisfactionDetected,
        &[Part {
            key: "dissatisfaction",
            name: Name::CustomerSignalDetected,
            detail: Some("dissatisfaction"),
            shared: false,
        }],
    ),
    (
        Module::SevereNegativeCount,
        &[all("severe_negative", Name::CustomerSignalSevereNegativeDetected)],
    ),
    (Module::TopFrictionThemes, &[all("clustered", Name::CustomerSignalThemeClustered)]),
    (Module::EscalatedForHumanReview, &[all("escalated", Name::AiTriageEscalationTriggered)]),
    (
        Module::HandlingSplit,
        &[
            of("auto", Name::AiTriageCompleted, "auto"),
            of("assisted", Name::AiTriageCompleted, "assisted"),
            of("escalated", Name::AiTriageCompleted, "escalated"),
            of("replies_auto", Name::AiReplySent, "auto"),
            of("replies_assisted", Name::AiReplySent, "assisted"),
            of("replies_human", Name::AiReplySent, "human"),
        ],
    ),
    (
        Module::KbGaps,
        &[
            all("gaps", Name::AiReplyKbGapDetected),
            of("missing", Name::AiReplyKbGapDetected, "missing"),
            of("weak", Name::AiReplyKbGapDetected, "weak"),
        ],
    ),
    (
        Module::ResolvedRecovered,
        &[
            all("resolved", Name::InteractionOutcomeResolved),
            all("recovered", Name::InteractionOutcomeRecovered),
        ],
    ),
    (Module::ReopenedIssues, &[all("reopened", Name::InteractionOutcomeReopened)]),
    (Module::SuccessfulHandoff, &[all("completed", Name::InteractionOutcomeHandoffCompleted)]),
];

/// Whether a module has what it is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "SignalModuleState"))]
pub enum State {
    /// All inputs are there.
    Ready,
    /// Some are.
    Partial,
    /// None is.
    NotEnoughData,
}

/// A module as the dashboard shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "SignalReport"))]
pub struct Report {
    /// Which.
    pub module: Module,
    /// Whether it has what it is made from.
    pub state: State,
    /// The inputs of which nothing has been seen yet, in the words of the source document.
    pub missing: Vec<String>,
    /// What it shows; figures without their input are left out.
    pub figures: Vec<Figure>,
}

/// A count in a module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "SignalFigure"))]
pub struct Figure {
    /// What it counts; of a theme, its id.
    pub key: String,
    /// The name of a theme that Askwell itself tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// In the period, and in the one before.
    pub count: Comparison,
    /// Its share of the module's figures about the same events, from 0 to 1, where there are several.
    pub share: Option<f64>,
    /// Each day of the period.
    pub trend: Vec<DayCount>,
    /// Early notice, where it has risen.
    pub rise: Option<Rise>,
}

/// All modules in the order of the source document, of one channel or of all.
pub fn modules(counts: &Counts, period: Period, channel: Option<Platform>) -> Vec<Report> {
    let view = View { counts, period, channel };
    let mut series = Vec::new();
    let mut reports: Vec<Report> =
        MODULES.iter().map(|(module, parts)| view.report(*module, parts, &mut series)).collect();
    let mut figures: Vec<&mut Figure> = reports.iter_mut().flat_map(|r| &mut r.figures).collect();
    for (place, rise) in rise::notices(&series) {
        if let Some(figure) = figures.get_mut(place) {
            figure.rise = Some(rise);
        }
    }
    reports
}

struct View<'a> {
    counts: &'a Counts,
    period: Period,
    channel: Option<Platform>,
}

impl View<'_> {
    fn report(&self, module: Module, parts: &[Part], series: &mut Vec<Vec<u64>>) -> Report {
        let mut missing: Vec<String> = Vec::new();
        let mut figures = Vec::new();
        for part in parts {
            if !self.is_there(part) {
                let input = match part.detail.filter(|_| !part.shared) {
                    None => part.name.to_string(),
                    Some(value) => {
                        let field = detail(part.name).map_or("", Field::as_str);
                        format!("{} with {field}={value}", part.name)
                    }
                };
                if !missing.contains(&input) {
                    missing.push(input);
                }
                continue;
            }
            let mut figure = self.figure(part.key, part.name, part.detail, series);
            let siblings: Vec<&Part> = parts
                .iter()
                .filter(|p| p.name == part.name && p.detail.is_some() && p.shared)
                .collect();
            if part.detail.is_some() && siblings.len() > 1 {
                let all: u64 =
                    siblings.iter().map(|p| self.sum(p.name, p.detail, self.period)).sum();
                figure.share = (all > 0).then(|| figure.count.now as f64 / all as f64);
            }
            figures.push(figure);
        }
        if module == Module::TopFrictionThemes {
            figures.extend(self.themes(series));
        }
        let state = match (missing.is_empty(), figures.is_empty()) {
            (true, _) => State::Ready,
            (false, false) => State::Partial,
            (false, true) => State::NotEnoughData,
        };
        Report { module, state, missing, figures }
    }

    /// Whether an event of the input has been seen up to the end of the period, in any channel.
    fn is_there(&self, part: &Part) -> bool {
        let wanted = part.detail.filter(|_| !part.shared);
        self.counts.rows.iter().any(|row| {
            row.name == part.name
                && row.day <= self.period.last
                && row.count > 0
                && (wanted.is_none() || row.detail.as_deref() == wanted)
        })
    }

    fn rows(&self, name: Name, detail: Option<&str>) -> impl Iterator<Item = &EventCount> {
        self.counts.rows.iter().filter(move |row| {
            row.name == name
                && (self.channel.is_none() || row.channel_type == self.channel)
                && (detail.is_none() || row.detail.as_deref() == detail)
        })
    }

    fn sum(&self, name: Name, detail: Option<&str>, period: Period) -> u64 {
        self.rows(name, detail).filter(|row| period.has(row.day)).map(|row| row.count).sum()
    }

    fn figure(
        &self,
        key: &str,
        name: Name,
        detail: Option<&str>,
        series: &mut Vec<Vec<u64>>,
    ) -> Figure {
        let mut days: BTreeMap<Day, u64> = BTreeMap::new();
        for row in self.rows(name, detail) {
            *days.entry(row.day).or_default() += row.count;
        }
        let on = |day: Day| days.get(&day).copied().unwrap_or(0);
        let trend = self.period.days().map(|day| DayCount { day, count: on(day) }).collect();
        let sum = |period| self.sum(name, detail, period);
        let count = Comparison::of(sum(self.period), sum(self.period.before()));
        series.push(self.window(name, on));
        Figure { key: key.to_owned(), label: None, count, share: None, trend, rise: None }
    }

    /// The daily counts that a rise is told from; empty where they have not been counted for so long.
    /// What others hand in is counted since its first event, for only they know when they began; so are
    /// gaps, of which there are none before there is a knowledge base, and themes, which earlier versions did not
    /// tell of.
    fn window(&self, name: Name, on: impl Fn(Day) -> u64) -> Vec<u64> {
        let mut days = vec![self.period.last];
        for _ in 1..rise::BASE_DAYS + rise::RECENT_DAYS {
            days.push(days.last().map_or(self.period.last, |day| day.previous()));
        }
        days.reverse();
        let first =
            || self.counts.rows.iter().filter(|row| row.name == name).map(|row| row.day).min();
        let since = match (name, name.origin()) {
            (Name::AiReplyKbGapDetected | Name::CustomerSignalThemeClustered, _)
            | (_, Origin::Platform) => first(),
            (_, Origin::Askwell | Origin::Both) => Some(self.counts.since),
        };
        if since.is_some_and(|since| days.first().is_some_and(|first| since <= *first)) {
            days.into_iter().map(on).collect()
        } else {
            Vec::new()
        }
    }

    fn themes(&self, series: &mut Vec<Vec<u64>>) -> Vec<Figure> {
        let name = Name::CustomerSignalThemeClustered;
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for row in self.rows(name, None).filter(|row| self.period.has(row.day)) {
            // What customers want is told of by the same event, and is no friction.
            let wanted = |theme: &Theme| theme.kind() == ThemeKind::Opportunity;
            if let Some(theme) =
                row.detail.as_ref().filter(|id| !known(id).as_ref().is_some_and(wanted))
            {
                *counts.entry(theme).or_default() += row.count;
            }
        }
        let all: u64 = counts.values().sum();
        let mut top: Vec<(&str, u64)> = counts.into_iter().filter(|(_, n)| *n > 0).collect();
        // Stable: equal counts stay in the order of their ids.
        top.sort_by_key(|(_, n)| core::cmp::Reverse(*n));
        top.truncate(TOP);
        top.into_iter()
            .map(|(theme, n)| {
                let mut figure = self.figure(theme, name, Some(theme), series);
                figure.share = Some(n as f64 / all as f64);
                figure.label = known(theme).map(|theme| theme.name().to_owned());
                figure
            })
            .collect()
    }
}

/// Askwell's own theme of an id.
fn known(id: &str) -> Option<Theme> {
    Theme::of(&id.parse().ok()?)
}

#[cfg(test)]
mod tests;
