//! How something ended: by the last phrase of success or failure, else by the team's marks and by how the conversation
//! ends.

use super::answer::{Finding, part};
use super::cues::Cue;
use super::kind::Sense;
use super::label::Place;
use super::phrase::find;
use super::reading::Reading;
use super::rules::{Otherwise, is_rest};
use super::words::Words;
use super::{Field, Method, Outcome, Question, signals, tone};
use crate::conversation::{Marker, Role};

/// The values of a question of how something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ends {
    /// The value for "it went well".
    pub good: usize,
    /// The value for "it did not".
    pub bad: usize,
    /// The value for what is in other hands.
    pub escalated: Option<usize>,
    /// The value for what went well in part.
    pub partly: Option<usize>,
    /// The value for what is not settled yet, where there is one for failure as well.
    pub open: Option<usize>,
}

impl Ends {
    /// Two values and no more.
    pub(crate) fn plain(good: usize, bad: usize) -> Self {
        Self { good, bad, escalated: None, partly: None, open: None }
    }

    /// Reads the values so, of which `meanings` are known; none where others are among them.
    pub(crate) fn of(field: &Field, meanings: &[Vec<Sense>]) -> Option<Self> {
        let place = |sense| meanings.iter().position(|m| m.contains(&sense));
        let (escalated, open) = (place(Sense::Escalated), place(Sense::Open));
        let partly = place(Sense::Partly);
        let good = place(Sense::Good)?;
        let bad = place(Sense::Bad).or(open).or(escalated)?;
        let ends = Self { good, bad, escalated, partly, open: open.filter(|o| *o != bad) };
        let known = |i: usize| [Some(good), Some(bad), escalated, partly, open].contains(&Some(i));
        let few = field.possible_values.len() <= 3;
        let whole = field
            .possible_values
            .iter()
            .enumerate()
            .all(|(i, v)| known(i) || is_rest(v) || few && place(Sense::Bad).is_some());
        whole.then_some(ends)
    }
}

/// Answers it.
pub(crate) fn decide(reading: &Reading<'_>, question: &Question, ends: &Ends) -> Finding {
    let found = find_end(reading, ends, is_about_the_whole(question.field()));
    if found.value.is_some() {
        return found;
    }
    match question.otherwise() {
        Some(Otherwise::Value(value)) => Finding { value: Some(value), ..found },
        _ => found,
    }
}

/// Whether a question is about the customer's matter as a whole, which the end of the conversation tells, and not about one
/// thing that was done or not ("was a table booked").
pub(crate) fn is_about_the_whole(field: &Field) -> bool {
    const MATTER: [&str; 38] = [
        "issue*",
        "problem*",
        "question*",
        "request*",
        "concern*",
        "enquir*",
        "inquir*",
        "query",
        "case",
        "matter",
        "ticket",
        "conversation*",
        "chat",
        "need*",
        "resol*",
        "solv*",
        "solution",
        "help*",
        "fix*",
        "settle*",
        "outcome",
        "anliegen",
        "frage*",
        "gesprach*",
        "gelost",
        "losung",
        "problema*",
        "consulta",
        "conversacion",
        "resuel*",
        "probleme*",
        "demande",
        "conversa",
        "richiesta",
        "vraag",
        "opgelost",
        "sprawa",
        "arende",
    ];
    // What is not a matter but a thing that is bought, booked or paid.
    const DEEDS: [&str; 12] = [
        "book*",
        "reserv*",
        "purchas*",
        "payment*",
        "order*",
        "appointment*",
        "transaction*",
        "sale",
        "verif*",
        "buchung*",
        "reserva*",
        "deliver*",
    ];
    let words = Words::new(&format!("{}. {}", field.name, field.prompt));
    find(&words, &MATTER).is_some() && find(&words, &DEEDS).is_none()
}

/// The value for how it ended; `whole` where the end of the conversation tells it.
pub(crate) fn find_end(reading: &Reading<'_>, ends: &Ends, whole: bool) -> Finding {
    let told = |value: usize, confidence: f32, at: Option<Place>| Finding {
        value: Some(value),
        confidence,
        evidence: at.and_then(|at| part(reading, at)).into_iter().collect(),
        method: Method::Embedded,
    };
    let ended = || signals::signals(reading, tone::tone(reading)).outcome;
    if let Some(escalated) = ends.escalated
        && ended() == Outcome::Handoff
    {
        return told(escalated, 0.7, None);
    }
    if let Some(partly) = ends.partly
        && let Some(at) = in_part(reading)
    {
        return told(partly, 0.6, Some(at));
    }
    if let Some((well, at)) = last_phrase(reading) {
        return told(if well { ends.good } else { ends.bad }, 0.7, Some(at));
    }
    if !whole {
        return Finding::none(0.7, Method::Embedded);
    }
    match ended() {
        Outcome::Resolved | Outcome::Recovered => told(ends.good, 0.6, None),
        Outcome::Handoff => told(ends.open.unwrap_or(ends.bad), 0.5, None),
        Outcome::Unresolved => told(ends.open.unwrap_or(ends.bad), 0.5, None),
        Outcome::None => Finding::none(0.7, Method::Embedded),
    }
}

/// The last phrase of success or failure, the team's first. What was said before a reopening has been overtaken.
fn last_phrase(reading: &Reading<'_>) -> Option<(bool, Place)> {
    let reopened = reading.turns.iter().rposition(|t| t.marker == Some(Marker::Reopened));
    let of = |role: &[Role]| {
        reading.by(role).rev().take_while(|(i, _)| Some(*i) > reopened).find_map(|(i, t)| {
            let hit = t
                .cues
                .iter()
                .rev()
                .find(|h| matches!(h.label, Cue::Works | Cue::Settled | Cue::Fails))?;
            Some((hit.label != Cue::Fails, (i, hit.from, hit.to)))
        })
    };
    of(&[Role::Agent, Role::Bot]).or_else(|| of(&[Role::Customer]))
}

/// Where the customer's last words are that one thing works and another does not.
fn in_part(reading: &Reading<'_>) -> Option<Place> {
    let (index, turn) = reading.customer().rev().find(|(_, t)| t.matter() > 0)?;
    let of = |cue: Cue| turn.cues.iter().find(|h| h.label == cue);
    let (works, fails) = (of(Cue::Works)?, of(Cue::Fails)?);
    Some((index, works.from.min(fails.from), works.to.max(fails.to)))
}
