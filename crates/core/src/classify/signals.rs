//! What a dashboard wants to know of a conversation (requirement CV.5).

use super::cues::Cue;
use super::reading::Reading;
use super::tone::{Mood, mood};
use super::{Outcome, Signals, Tone};
use crate::conversation::{Marker, Role, Sentiment};

/// Reads the signals.
pub(crate) fn signals(reading: &Reading<'_>, tone: Tone) -> Signals {
    let severe_negative = reading.customer().any(|(_, t)| t.has(Cue::Severe));
    let sour = |m: Mood| matches!(m, Mood::Rage | Mood::Displeased);
    let dissatisfaction = severe_negative || reading.customer().any(|(_, t)| sour(mood(t)));
    let success = reading.customer().any(|(_, t)| {
        matches!(mood(t), Mood::Pleased | Mood::Effusive)
            || (t.has(Cue::Works) && !t.has(Cue::Fails))
    });
    let outcome = if tone.sentiment == Sentiment::NotApplicable {
        Outcome::None
    } else {
        outcome(reading, dissatisfaction)
    };
    Signals { dissatisfaction, severe_negative, success, outcome }
}

/// How the conversation ended: the team's mark first, then the customer's last word, then the
/// team's.
fn outcome(reading: &Reading<'_>, displeased: bool) -> Outcome {
    let mark = |wanted: &[Marker]| {
        reading.turns.iter().rposition(|t| t.marker.is_some_and(|m| wanted.contains(&m)))
    };
    let resolved = mark(&[Marker::Resolved]);
    let handed = mark(&[Marker::Handoff, Marker::Transferred]);
    let reopened = mark(&[Marker::Reopened]);
    let settled =
        if displeased && ends_well(reading) { Outcome::Recovered } else { Outcome::Resolved };
    if resolved.is_some() && resolved > reopened && resolved > handed {
        return settled;
    }
    let after = handed.map_or(0, |i| i + 1);
    let closes_well =
        reading.customer().rev().take_while(|(i, _)| *i >= after).next().is_some_and(|(_, t)| {
            t.has(Cue::Works)
                || (!t.has(Cue::Fails)
                    && matches!(mood(t), Mood::Thankful | Mood::Pleased | Mood::Effusive))
        });
    let done = reading
        .by(&[Role::Agent, Role::Bot])
        .rev()
        .take_while(|(i, _)| *i >= after)
        .next()
        .is_some_and(|(_, t)| t.has(Cue::Settled) && !t.has(Cue::Fails) && !t.has(Cue::Wait));
    if handed.is_some() && !(closes_well || done) {
        return Outcome::Handoff;
    }
    if closes_well {
        return settled;
    }
    let last = reading.turns.iter().rev().find(|t| t.role != Role::System);
    match last {
        Some(t) if t.role == Role::Customer => {
            let goes_on = t.matter() > 0 || matches!(mood(t), Mood::Rage | Mood::Displeased);
            let answered = reading.by(&[Role::Agent, Role::Bot]).next().is_some();
            if goes_on || !answered { Outcome::Unresolved } else { settled }
        }
        Some(t) if t.has(Cue::Fails) || t.has(Cue::Wait) || t.ends_in_question() => {
            if done {
                settled
            } else {
                Outcome::Unresolved
            }
        }
        Some(_) if displeased && !done => Outcome::Unresolved,
        Some(_) => settled,
        None => Outcome::None,
    }
}

/// Whether the customer's last words are good ones.
fn ends_well(reading: &Reading<'_>) -> bool {
    reading.customer().rev().take(2).any(|(_, t)| {
        t.has(Cue::Works) || matches!(mood(t), Mood::Thankful | Mood::Pleased | Mood::Effusive)
    })
}
