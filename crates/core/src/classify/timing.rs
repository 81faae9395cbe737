//! Times for service levels, computed from the transcript and never guessed (requirement CV.6).

use super::Field;
use super::duration::{Duration, durations};
use super::kind::Sense;
use super::phrase::find;
use super::reading::{Read, Reading};
use super::words::Words;
use crate::conversation::{Marker, Role};

/// From where time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Handoff,
    Reopened,
    FirstCustomer,
}

/// Up to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Agent,
    AnyReply,
    End,
}

/// A question about an elapsed time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Timing {
    start: Start,
    stop: Stop,
    last: bool,
    /// Per value: the seconds that it stands for, both ends included.
    windows: Vec<Option<(f64, f64)>>,
}

/// What the transcript says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Elapsed {
    /// The index of the value, and of the turns that decide.
    Value(usize, Vec<usize>),
    /// There is nothing to measure, or times are missing.
    Unknown,
}

const TIMED: [&str; 22] = [
    "sla",
    "response time",
    "respond*",
    "response*",
    "reply*",
    "replies",
    "replied",
    "answer*",
    "react*",
    "antwort*",
    "reponse*",
    "repond*",
    "respuesta*",
    "respond*",
    "resposta*",
    "rispost*",
    "antwoord*",
    "odpowied*",
    "svar*",
    "yanit*",
    "wait*",
    "resolution time",
];
const HANDOFF: [&str; 16] = [
    "handoff*",
    "hand off",
    "hand over",
    "handover*",
    "handed",
    "escalat*",
    "transfer*",
    "ubergabe",
    "weiterleit*",
    "traspas*",
    "deriv*",
    "passage",
    "passaggio",
    "overdracht",
    "przekaz*",
    "overlamn*",
];
const REOPENED: [&str; 12] = [
    "reopen*",
    "re open*",
    "next response",
    "next reply",
    "wieder*",
    "reabr*",
    "reapert*",
    "rouver*",
    "reouver*",
    "riapert*",
    "heropen*",
    "ateroppn*",
];
const FROM_START: [&str; 6] = [
    "first customer message",
    "customers first message",
    "first message",
    "conversation start*",
    "start of",
    "opened",
];
const TO_END: [&str; 6] = [
    "resolution time",
    "time to resol*",
    "until resol*",
    "resolved within",
    "duration of the conversation",
    "conversation last*",
];
const LAST: [&str; 5] = ["last", "latest", "most recent", "letzte*", "ultim*"];

impl Timing {
    /// Reads a field as a question about an elapsed time, or not.
    pub(crate) fn parse(field: &Field) -> Option<Self> {
        let text = format!("{}. {}", field.name, field.prompt);
        let words = Words::new(&text);
        let at = |phrases: &[&str]| find(&words, phrases);
        at(&TIMED)?;
        let values: Vec<&str> = field.possible_values.iter().map(super::Value::name).collect();
        let measured = !durations(&field.prompt).is_empty()
            || values.iter().any(|v| !durations(v).is_empty())
            || values.iter().any(|v| find(&Words::new(v), &["sla"]).is_some());
        if !measured {
            return None;
        }
        let (handoff, reopened) = (at(&HANDOFF), at(&REOPENED));
        let (begin, end) = (at(&FROM_START), at(&TO_END));
        let named = find(
            &Words::new(&field.name),
            &["sla", "response time", "reply time", "resolution time"],
        )
        .is_some();
        if handoff.is_none() && reopened.is_none() && begin.is_none() && end.is_none() && !named {
            return None;
        }
        let start = match (handoff, reopened, begin) {
            (Some(h), Some(r), _) if r < h => Start::Reopened,
            (Some(_), _, _) => Start::Handoff,
            (None, Some(_), _) => Start::Reopened,
            (None, None, _) => Start::FirstCustomer,
        };
        let stop = if end.is_some() {
            Stop::End
        } else if find(
            &words,
            &["agent*", "human*", "person*", "mitarbeit*", "agente*", "conseiller*", "medewerk*"],
        )
        .is_some()
            || start != Start::FirstCustomer
        {
            Stop::Agent
        } else {
            Stop::AnyReply
        };
        let windows = windows(field, &values);
        if windows.iter().all(Option::is_none) {
            return None;
        }
        let last = start == Start::Reopened && at(&LAST).is_some();
        Some(Self { start, stop, last, windows })
    }

    /// Measures a conversation.
    pub(crate) fn measure(&self, reading: &Reading<'_>) -> Elapsed {
        let turns = &reading.turns;
        let begins = |t: &Read<'_>| match self.start {
            Start::Handoff => t.marker == Some(Marker::Handoff),
            Start::Reopened => t.marker == Some(Marker::Reopened),
            Start::FirstCustomer => t.role == Role::Customer,
        };
        let from =
            if self.last { turns.iter().rposition(begins) } else { turns.iter().position(begins) };
        let Some(from) = from else { return Elapsed::Unknown };
        let Some(start) = turns.get(from).and_then(|t| t.at) else { return Elapsed::Unknown };
        let stops = |t: &Read<'_>| match self.stop {
            Stop::Agent => t.role == Role::Agent,
            Stop::AnyReply => matches!(t.role, Role::Agent | Role::Bot),
            Stop::End => matches!(t.marker, Some(Marker::Resolved | Marker::Closed)),
        };
        let reply = turns.iter().enumerate().skip(from + 1).find(|(_, t)| stops(t));
        let elapsed = match reply {
            Some((_, t)) => t.at.map(|at| (at.saturating_sub(start)) as f64),
            None => None,
        };
        match (reply, elapsed) {
            (Some((to, _)), Some(secs)) => match self.value(secs) {
                Some(value) => Elapsed::Value(value, vec![from, to]),
                None => Elapsed::Unknown,
            },
            (Some(_), None) => Elapsed::Unknown,
            // Nobody answered: certain only once even the latest known time is past every bound.
            (None, _) => {
                let latest = turns.iter().skip(from).filter_map(|t| t.at).max().unwrap_or(start);
                let waited = latest.saturating_sub(start) as f64;
                let bound = self.windows.iter().flatten().map(|(low, _)| *low).fold(0.0, f64::max);
                match self.value(waited) {
                    Some(value) if waited > bound && bound > 0.0 => {
                        Elapsed::Value(value, vec![from])
                    }
                    _ => Elapsed::Unknown,
                }
            }
        }
    }

    /// The value whose window holds so many seconds: a tighter upper bound first, so that exactly
    /// the limit is within it.
    fn value(&self, secs: f64) -> Option<usize> {
        self.windows
            .iter()
            .enumerate()
            .filter_map(|(i, w)| w.map(|w| (i, w)))
            .filter(|(_, (low, high))| (*low..=*high).contains(&secs))
            .min_by(|a, b| a.1.1.total_cmp(&b.1.1))
            .map(|(i, _)| i)
    }
}

/// Whether a value is a step on a scale ("Very satisfied", "Over 4 hours"), which its words share
/// with the other steps.
pub(crate) fn is_graded(value: &str) -> bool {
    !durations(value).is_empty()
        || super::amount::range(value).is_some()
        || super::kind::step(value).is_some()
}

/// What each value stands for, from its own words or from the prompt's words beside it; one that
/// says nothing takes what is left.
fn windows(field: &Field, values: &[&str]) -> Vec<Option<(f64, f64)>> {
    let clauses = clauses(&field.prompt);
    if let Some(windows) = affirmed(&clauses, values) {
        return windows;
    }
    let mut windows: Vec<Option<(f64, f64)>> = values
        .iter()
        .map(|value| {
            window(value).or_else(|| {
                let lower = value.to_lowercase();
                clauses.iter().find(|c| c.to_lowercase().contains(&lower)).and_then(|c| window(c))
            })
        })
        .collect();
    let limit = durations(&field.prompt).first().map(|d| d.secs);
    for (i, value) in values.iter().enumerate() {
        if windows.get(i).is_some_and(Option::is_none)
            && let Some(limit) = limit
            && values.len() == 2
        {
            let late = find(
                &Words::new(value),
                &[
                    "violat*",
                    "breach*",
                    "miss*",
                    "late",
                    "exceed*",
                    "over",
                    "outside",
                    "no",
                    "not",
                    "fail*",
                    "delayed",
                    "slow",
                    "verletz*",
                    "uberschrit*",
                    "depass*",
                    "incumpl*",
                    "fuera",
                    "fora",
                    "hors",
                    "fuori",
                    "przekrocz*",
                    "overtrad*",
                ],
            )
            .is_some();
            let early = find(
                &Words::new(value),
                &[
                    "within",
                    "met",
                    "on time",
                    "in time",
                    "ok",
                    "yes",
                    "inside",
                    "fast",
                    "under",
                    "compliant",
                    "eingehalten",
                    "innerhalb",
                    "dentro",
                    "respect*",
                    "entro",
                    "binnen",
                    "inom",
                ],
            )
            .is_some();
            let late = if late == early { i == 1 } else { late };
            if let Some(w) = windows.get_mut(i) {
                *w = Some(if late { (limit, f64::INFINITY) } else { (0.0, limit) });
            }
        }
    }
    windows
}

/// Yes and no: the question's own words say which times are a yes, all others are a no.
fn affirmed(clauses: &[&str], values: &[&str]) -> Option<Vec<Option<(f64, f64)>>> {
    let place = |sense| values.iter().position(|v| super::kind::means(v, sense));
    let (yes, no) = (place(Sense::Yes)?, place(Sense::No)?);
    let (low, high) = clauses.iter().find_map(|c| window(c))?;
    let mut windows = vec![None; values.len()];
    let rest = if high.is_finite() { (high, f64::INFINITY) } else { (0.0, low) };
    *windows.get_mut(yes)? = Some((low, high));
    *windows.get_mut(no)? = Some(rest);
    Some(windows)
}

/// The clauses of a prompt; the point or comma inside a number does not end one.
fn clauses(prompt: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (i, c) in prompt.char_indices().filter(|(_, c)| matches!(c, '.' | ';' | '\n' | ',')) {
        let end = i + c.len_utf8();
        let digit_follows =
            prompt.get(end..).is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit()));
        let digit_precedes =
            prompt.get(..i).is_some_and(|t| t.ends_with(|c: char| c.is_ascii_digit()));
        if !(digit_follows && digit_precedes) {
            found.extend(prompt.get(start..end));
            start = end;
        }
    }
    found.extend(prompt.get(start..));
    found
}

/// The seconds that a piece of text stands for: "within 4 hours", "1-4 h", "> 8 hours".
fn window(text: &str) -> Option<(f64, f64)> {
    let found: Vec<Duration> = durations(text);
    let first = found.first()?;
    let before = text.get(..first.start).unwrap_or_default();
    let after = text.get(first.end..).unwrap_or_default();
    if let Some(second) = found.get(1)
        && second.secs > first.secs
        && !before.trim_end().ends_with(['>', '<'])
    {
        return Some((first.secs, second.secs));
    }
    // "1-4 hours": the first number has no unit of its own.
    let dash = before.trim_end();
    if let Some(low) = dash
        .strip_suffix(['-', '–'])
        .or_else(|| dash.strip_suffix(" to"))
        .or_else(|| dash.strip_suffix(" and"))
        && let Some(number) = trailing_number(low)
    {
        let unit = first.secs
            / trailing_number(
                text.get(first.start..first.end)
                    .and_then(|t| t.split([' ', 'h', 'm', 'd']).next())
                    .unwrap_or("1"),
            )
            .unwrap_or(1.0)
            .max(f64::MIN_POSITIVE);
        return Some((number * unit, first.secs));
    }
    let words = Words::new(before);
    let more = find(
        &words,
        &[
            "more", "over", "greater", "exceed*", "longer", "after", "above", "later", "mehr",
            "uber", "mas de", "plus de", "mais de", "piu di", "meer dan", "ponad", "mer an",
            "beyond", "than",
        ],
    );
    let less = find(
        &words,
        &[
            "less",
            "under",
            "within",
            "fewer",
            "at most",
            "up to",
            "no more",
            "not more",
            "below",
            "before",
            "innerhalb",
            "unter",
            "menos",
            "moins",
            "meno",
            "entro",
            "binnen",
            "inom",
            "dentro",
            "ponizej",
        ],
    );
    let over = before.contains(['>', '≥']) || after.trim_start().starts_with('+');
    let past = after.trim_start().starts_with(['+'])
        || find(&Words::new(after), &["or more", "or longer", "plus"]).is_some();
    Some(match (less, more) {
        _ if over || past => (first.secs, f64::INFINITY),
        _ if before.contains(['<', '≤']) => (0.0, first.secs),
        (None, Some(_)) => (first.secs, f64::INFINITY),
        _ => (0.0, first.secs),
    })
}

fn trailing_number(text: &str) -> Option<f64> {
    let text = text.trim_end();
    let start = text
        .rfind(|c: char| !(c.is_ascii_digit() || c == '.'))
        .map_or(0, |i| i + text.get(i..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8));
    text.get(start..)?.parse().ok()
}
