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
    if let Some(at) = resolved
        && resolved > reopened
        && resolved > handed
    {
        return if contradicted(reading, at) { Outcome::Unresolved } else { settled };
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

/// Whether the customer's last word after a mark is that it is not so: "No, it did not!"
fn contradicted(reading: &Reading<'_>, mark: usize) -> bool {
    reading.customer().next_back().filter(|(i, _)| *i > mark).is_some_and(|(_, t)| {
        // "No, no more" denies nothing; "no, it did not" does.
        let first = t.words.get(0);
        let denials = || t.cues.iter().filter(|h| h.label == Cue::Deny);
        let denied =
            denials().any(|h| h.from == 0) && denials().any(|h| t.words.get(h.from) != first);
        let pleased = matches!(mood(t), Mood::Thankful | Mood::Pleased | Mood::Effusive);
        !t.has(Cue::Works)
            && !pleased
            && (denied || t.has(Cue::Fails) || matches!(mood(t), Mood::Rage | Mood::Displeased))
    })
}

/// Whether the customer's last words are good ones.
fn ends_well(reading: &Reading<'_>) -> bool {
    reading.customer().rev().take(2).any(|(_, t)| {
        t.has(Cue::Works) || matches!(mood(t), Mood::Thankful | Mood::Pleased | Mood::Effusive)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::{sentiment, signals};
    use crate::conversation::Turn;

    /// Turns written as "c text" for the customer, and b, a, s for bot, agent and system.
    fn talk(lines: &[&str]) -> Vec<Turn> {
        let turn = |line: &&str| {
            let (who, text) = line.split_once(' ').unwrap();
            let role = match who {
                "c" => Role::Customer,
                "b" => Role::Bot,
                "a" => Role::Agent,
                _ => Role::System,
            };
            Turn { role, text: text.to_owned(), at: None }
        };
        lines.iter().map(turn).collect()
    }

    fn read(lines: &[&str]) -> Signals {
        let talk = talk(lines);
        signals(&talk, sentiment(&talk))
    }

    #[test]
    fn a_reported_problem_is_no_displeasure() {
        let s = read(&["c My lamp is broken", "a I will send a new one.", "c ok thanks"]);
        assert!(!s.dissatisfaction && !s.severe_negative);
        assert_eq!(s.outcome, Outcome::Resolved);
    }

    #[test]
    fn severe_implies_dissatisfaction_and_a_bad_review_is_not_severe() {
        for words in [
            "I will call my lawyer",
            "I'll file a chargeback",
            "This cream caused an allergic reaction",
            "Ich schalte meinen Anwalt ein",
        ] {
            let s = read(&[&format!("c {words}"), "a I am sorry."]);
            assert!(s.severe_negative && s.dissatisfaction, "{words}");
        }
        let s = read(&["c I'm so disappointed, expect a one star review", "a I am sorry."]);
        assert!(s.dissatisfaction && !s.severe_negative);
    }

    #[test]
    fn success_is_praise_or_that_it_works() {
        assert!(read(&["c How do I reset it?", "a Hold the button.", "c It works now"]).success);
        assert!(read(&["c Wann kommt es?", "a Morgen.", "c Super, das freut mich sehr!"]).success);
        assert!(
            !read(&["c How do I reset it?", "a Hold the button.", "c does it work after that?"])
                .success
        );
        assert!(!read(&["c It still does not work", "a Hold the button."]).success);
    }

    #[test]
    fn outcomes_are_told_apart() {
        for (wanted, lines) in [
            (Outcome::None, &["c hi", "b Hello!"][..]),
            (
                Outcome::Recovered,
                &[
                    "c This is unacceptable, it is broken again",
                    "a I have sent a new one.",
                    "c It arrived and works perfectly, thank you!",
                ],
            ),
            (Outcome::Resolved, &["c When do you open?", "b At nine.", "c thanks"]),
            (
                Outcome::Unresolved,
                &["c My code is not accepted", "b Please try again.", "c It is still not accepted"],
            ),
            (
                Outcome::Handoff,
                &[
                    "c My code is not accepted",
                    "b I will connect you.",
                    "s handoff",
                    "a One moment please.",
                ],
            ),
            (
                Outcome::Resolved,
                &[
                    "c My code is not accepted",
                    "s handoff",
                    "a It has been activated.",
                    "c thank you",
                ],
            ),
            (Outcome::Resolved, &["c My code is not accepted", "a One moment", "s resolved"]),
            (
                Outcome::Unresolved,
                &["c Where is the van?", "a It has just left.", "s resolved", "c No it has not!"],
            ),
            (
                Outcome::Resolved,
                &["c Where is the van?", "a Around the corner.", "s resolved", "c no, no more"],
            ),
        ] {
            assert_eq!(read(lines).outcome, wanted, "{lines:?}");
        }
    }
}
