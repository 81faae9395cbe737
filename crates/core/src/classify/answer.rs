//! From a field and a reading to an answer: the kind picks the method, the null rules the state.

use super::composite;
use super::concepts::{self, Concept};
use super::counting::Counting;
use super::cues::Cue;
use super::facts::Shown;
use super::kind::{Kind, Sense, means};
use super::label::{self, Score};
use super::outcome;
use super::reading::{Reading, cut};
use super::rules::Otherwise;
use super::spoken;
use super::sureness;
use super::timing::Elapsed;
use super::tone;
use super::whether;
use super::{Answer, AnswerState, Evidence, Method, Question, rules};
use crate::conversation::Role;

/// What a method finds: a value with its confidence, or that there is none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    pub value: Option<usize>,
    pub confidence: f32,
    pub evidence: Vec<Evidence>,
    pub method: Method,
}

impl Finding {
    pub(crate) fn none(confidence: f32, method: Method) -> Self {
        Self { value: None, confidence, evidence: Vec::new(), method }
    }
}

/// Answers one question.
pub(crate) fn answer(reading: &Reading<'_>, question: &Question) -> Answer {
    let (field, kind) = (question.field(), question.kind());
    let looked_up =
        matches!(kind, Kind::Time(_) | Kind::Language(_) | Kind::Count(Counting::Number(_)));
    let mut found = match kind {
        _ if looked_up && field.optional && question.skips().hold(reading) => {
            Finding::none(1.0, Method::Exact)
        }
        Kind::Time(timing) => match timing.measure(reading) {
            Elapsed::Value(value, turns) => Finding {
                value: Some(value),
                confidence: 1.0,
                evidence: turns.into_iter().filter_map(|i| whole(reading, i)).collect(),
                method: Method::Exact,
            },
            Elapsed::Unknown => Finding::none(1.0, Method::Exact),
            // Whoever can read the question may answer it.
            Elapsed::Unread => Finding::none(0.0, Method::Embedded),
        },
        Kind::Count(counting) => match counting.count(reading) {
            Shown::Value(value, turns, confidence) => Finding {
                value: Some(value),
                confidence,
                evidence: turns.into_iter().filter_map(|i| whole(reading, i)).collect(),
                method: Method::Exact,
            },
            Shown::Nothing => Finding::none(1.0, Method::Exact),
            Shown::Untold => Finding::none(0.8, Method::Exact),
        },
        Kind::Language(asked) => spoken::decide(reading, question, asked),
        Kind::Amount(amount) => amount.stated(reading),
        Kind::Mood(asked) => asked.answer(reading),
        Kind::YesNo { yes, no } => whether::decide(reading, question, *yes, *no),
        Kind::Outcome(ends) => outcome::decide(reading, question, ends),
        Kind::Averted(claims) => match composite::decide(reading, claims) {
            Some((value, at)) => Finding {
                value: Some(value),
                confidence: 0.7,
                evidence: part(reading, at).into_iter().collect(),
                method: Method::Embedded,
            },
            None => Finding::none(0.75, Method::Embedded),
        },
        Kind::Label => matter(reading, question),
    };
    // A required question gets the value for "something else" where it has one. Times that cannot
    // be measured stay open: they are never guessed.
    if found.value.is_none() && !field.optional && !matches!(kind, Kind::Time(_) | Kind::Count(_)) {
        found.value = question
            .rest()
            .or_else(|| field.possible_values.iter().position(|v| means(v.name(), Sense::No)));
        found.confidence = found.confidence.min(0.3);
    }
    let name = found.value.and_then(|i| field.possible_values.get(i)).map(|v| v.name().to_owned());
    let state = match (&name, field.optional) {
        (Some(_), _) => AnswerState::Value,
        (None, true) => AnswerState::Null,
        (None, false) => AnswerState::Unresolved,
    };
    Answer {
        answer: name,
        state,
        confidence: found.confidence.clamp(0.0, 1.0),
        evidence: found.evidence,
        method: found.method,
    }
}

/// A whole turn as evidence.
pub(crate) fn whole(reading: &Reading<'_>, index: usize) -> Option<Evidence> {
    let turn = reading.turns.get(index)?;
    let quote = cut(turn.text, 240).to_owned();
    (!quote.is_empty()).then_some(Evidence { message: index, quote })
}

/// Some words of a turn as evidence.
pub(crate) fn part(reading: &Reading<'_>, at: (usize, usize, usize)) -> Option<Evidence> {
    let quote = reading.turns.get(at.0)?.quote(at.1, at.2);
    (!quote.is_empty()).then_some(Evidence { message: at.0, quote })
}

/// Whether the customer's last word on the matter is that it works.
fn worked(reading: &Reading<'_>) -> bool {
    let last = reading.customer().rev().find_map(|(_, t)| {
        t.cues
            .iter()
            .rev()
            .find(|h| matches!(h.label, Cue::Works | Cue::Fails | Cue::Warm | Cue::Effusive))
    });
    last.is_some_and(|h| h.label != Cue::Fails)
}

/// Whether something was tried and the customer says that it failed, or nothing was reached at all.
fn failed(reading: &Reading<'_>) -> bool {
    let Some(first) = reading.by(&[Role::Agent, Role::Bot]).next().map(|(i, _)| i) else {
        return true;
    };
    let broken: Vec<Concept> =
        ["defect", "not resolved"].iter().filter_map(|n| concepts::concept(n)).collect();
    let fails = reading.customer().any(|(i, t)| {
        i > first && (t.has(Cue::Fails) || t.touched.iter().any(|c| broken.contains(c)))
    });
    fails || {
        let tone = tone::tone(reading);
        let outcome = super::signals::signals(reading, tone).outcome;
        matches!(outcome, super::Outcome::Unresolved | super::Outcome::Handoff)
    }
}

/// Score from which an optional question counts as answered: about one shared word that is rare
/// among the values, or clear nearness in meaning.
pub(crate) const ENOUGH: f32 = 0.55;
/// The same where phrases for the value are known and none of them was said.
const CLEAR: f32 = 1.2;

/// Which of several matters.
fn matter(reading: &Reading<'_>, question: &Question) -> Finding {
    let field = question.field();
    let applies = rules::applies(reading, question);
    if field.optional && applies == Some(false) && !question.names_kinds() {
        return Finding::none(sureness::UNMET, Method::Embedded);
    }
    let scores = label::score(reading, question);
    let best = scores
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.score.total_cmp(&b.1.score).then(b.0.cmp(&a.0)))
        .map(|(i, s)| (i, *s))
        .unwrap_or((0, Score::default()));
    let second = scores
        .iter()
        .enumerate()
        .filter(|(i, _)| *i != best.0)
        .map(|(_, s)| s.score)
        .fold(0.0, f32::max);
    let enough = if best.1.unheard { CLEAR } else { ENOUGH };
    let threshold = if field.optional { enough } else { 0.0 };
    if let Some(bad) = question.failure()
        && (applies == Some(true) || best.1.score > threshold)
        && failed(reading)
        && !worked(reading)
    {
        return Finding { value: Some(bad), ..Finding::none(sureness::LEFT, Method::Embedded) };
    }
    if best.1.score <= threshold {
        let rest = question.rest().filter(|_| applies == Some(true) || !field.optional);
        let otherwise = question
            .otherwise()
            .filter(|_| applies != Some(false) && question.focus().is_met(reading));
        // A required question is answered even on next to nothing.
        let least = (!field.optional && !scores.is_empty()).then_some(best.0);
        let unsaid = sureness::of_nothing(&best.1, enough, applies == Some(true));
        let (value, confidence) = match otherwise {
            Some(Otherwise::Value(value)) => (Some(value), unsaid),
            Some(Otherwise::Null) if field.optional => (None, unsaid),
            _ => match rest.or(least) {
                Some(value) => (Some(value), sureness::LEFT),
                None => (None, unsaid),
            },
        };
        return Finding { value, ..Finding::none(confidence, Method::Embedded) };
    }
    Finding {
        value: Some(best.0),
        confidence: sureness::of_best(best.1.score, second, field.optional),
        evidence: best.1.at.and_then(|at| part(reading, at)).into_iter().collect(),
        method: Method::Embedded,
    }
}
