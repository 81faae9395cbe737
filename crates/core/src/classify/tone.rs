//! The customer's tone over the whole conversation (requirement CV.5).

use super::Tone;
use super::cues::Cue;
use super::reading::{Read, Reading};
use crate::conversation::Sentiment;

/// What one customer turn adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mood {
    Rage,
    Displeased,
    Plain,
    Thankful,
    Pleased,
    Effusive,
}

/// The mood of one turn.
pub(crate) fn mood(turn: &Read<'_>) -> Mood {
    let count = |cue| turn.cues.iter().filter(|h| h.label == cue).count();
    let (rage, displeased) = (count(Cue::Rage), count(Cue::Displeased));
    let (warm, effusive) = (count(Cue::Warm), count(Cue::Effusive));
    let loud = shouts(turn.text);
    if rage > 0 && (rage + displeased > 1 || loud || effusive + warm == 0) {
        return Mood::Rage;
    }
    if displeased > 1 && loud {
        return Mood::Rage;
    }
    if displeased > 0 && displeased >= warm + effusive {
        return Mood::Displeased;
    }
    // Praise beside a failure is sarcasm: "Great, it broke again."
    if warm + effusive > 0
        && count(Cue::Fails) > 0
        && count(Cue::Works) == 0
        && count(Cue::Thanks) == 0
    {
        return Mood::Displeased;
    }
    if effusive > 0 && (effusive + warm > 1 || turn.text.contains(['!', '！'])) {
        return Mood::Effusive;
    }
    // "It works now, thank you!" is more than the thanks of a farewell.
    let stressed = count(Cue::Thanks) > 0 || turn.text.contains(['!', '！']);
    let relieved = count(Cue::Works) > 0 && stressed && count(Cue::Fails) == 0;
    if warm + effusive > 0 || relieved {
        return Mood::Pleased;
    }
    if count(Cue::Thanks) > 0 { Mood::Thankful } else { Mood::Plain }
}

/// Mostly capitals over at least four words.
fn shouts(text: &str) -> bool {
    let (mut upper, mut lower) = (0usize, 0usize);
    for c in text.chars() {
        upper += usize::from(c.is_uppercase());
        lower += usize::from(c.is_lowercase());
    }
    upper >= 12 && upper > 3 * lower
}

/// Judges the customer's tone.
pub(crate) fn tone(reading: &Reading<'_>) -> Tone {
    let turns: Vec<(Mood, usize)> =
        reading.customer().map(|(_, t)| (mood(t), t.matter())).collect();
    judge(&turns)
}

/// The customer's turns that are the end of a conversation.
const LAST_TURNS: usize = 2;

/// Judges the tone of the customer's last turns that say something; none where no turn does.
pub(crate) fn at_end(reading: &Reading<'_>) -> Option<Tone> {
    let says = |(_, t): &(usize, &Read<'_>)| t.matter() > 0 || mood(t) != Mood::Plain;
    let mut turns: Vec<(Mood, usize)> = reading
        .customer()
        .rev()
        .filter(says)
        .take(LAST_TURNS)
        .map(|(_, t)| (mood(t), t.matter()))
        .collect();
    // Of two that differ the last one stands.
    if let [(last, _), (before, _)] = turns.as_slice()
        && *last != Mood::Plain
        && last != before
    {
        turns.truncate(1);
    }
    (!turns.is_empty()).then(|| judge(&turns))
}

fn judge(turns: &[(Mood, usize)]) -> Tone {
    let matter: usize = turns.iter().map(|(_, words)| words).sum();
    let of = |moods: &[Mood]| turns.iter().filter(|(m, _)| moods.contains(m)).count();
    let (rage, displeased) = (of(&[Mood::Rage]), of(&[Mood::Displeased]));
    let (pleased, effusive) = (of(&[Mood::Pleased]), of(&[Mood::Effusive]));
    let (negative, positive) = (rage + displeased, pleased + effusive);
    if negative + positive == 0 && matter < 2 {
        return Tone { sentiment: Sentiment::NotApplicable, confidence: 0.9 };
    }
    // Turns that say something; a "yes" between two complaints does not calm them.
    let said = turns.iter().filter(|(m, words)| *words > 0 || *m != Mood::Plain).count().max(1);
    let share = |n: usize| n as f32 / said as f32;
    let words = |moods: &[Mood]| -> usize {
        turns.iter().filter(|(m, _)| moods.contains(m)).map(|(_, w)| w + 1).sum()
    };
    let down = words(&[Mood::Rage, Mood::Displeased]);
    let up = words(&[Mood::Pleased, Mood::Effusive]);
    let (sentiment, confidence) = if negative == 0 && positive == 0 {
        (Sentiment::Neutral, 0.6)
    } else if negative > positive || (negative == positive && down >= up) {
        if 2 * rage >= negative && share(negative) >= 0.5 && rage > 0 {
            (Sentiment::OverlyNegative, 0.5 + 0.4 * share(rage))
        } else {
            (Sentiment::Negative, 0.5 + 0.4 * share(negative))
        }
    } else if effusive > 0 && share(positive) >= 0.5 && 2 * effusive >= positive {
        (Sentiment::OverlyPositive, 0.5 + 0.4 * share(effusive))
    } else {
        (Sentiment::Positive, 0.5 + 0.4 * share(positive))
    };
    Tone { sentiment, confidence }
}
