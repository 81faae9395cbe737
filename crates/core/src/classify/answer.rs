//! From a field and a reading to an answer: the kind picks the method, the null rules the state.

use super::composite;
use super::concepts::{self, Concept};
use super::cues::Cue;
use super::kind::{Kind, Sense, means};
use super::label::{self, Score};
use super::language;
use super::reading::{Reading, cut};
use super::timing::Elapsed;
use super::tone;
use super::words::Words;
use super::{Answer, AnswerState, Evidence, Field, Method};
use super::{focus, rules};
use crate::conversation::{Role, Sentiment};

/// What a method finds: a value with its confidence, or that there is none.
#[derive(Debug, Clone, PartialEq)]
struct Finding {
    value: Option<usize>,
    confidence: f32,
    evidence: Vec<Evidence>,
    method: Method,
}

impl Finding {
    fn none(confidence: f32, method: Method) -> Self {
        Self { value: None, confidence, evidence: Vec::new(), method }
    }
}

/// Answers one question.
pub(crate) fn answer(reading: &Reading<'_>, field: &Field) -> Answer {
    let kind = Kind::of(field);
    let mut found = match &kind {
        Kind::Time(timing) => match timing.measure(reading) {
            Elapsed::Value(value, turns) => Finding {
                value: Some(value),
                confidence: 1.0,
                evidence: turns.into_iter().filter_map(|i| whole(reading, i)).collect(),
                method: Method::Exact,
            },
            Elapsed::Unknown => Finding::none(1.0, Method::Exact),
        },
        Kind::Count(counting) => Finding {
            value: counting.count(reading),
            confidence: 1.0,
            evidence: Vec::new(),
            method: Method::Exact,
        },
        Kind::Language(codes) => spoken(reading, codes),
        Kind::Amount(ranges) => stated(reading, ranges),
        Kind::Mood(steps) => mood(reading, steps),
        Kind::YesNo { yes, no } => yes_no(reading, field, *yes, *no),
        Kind::Outcome { good, bad } => outcome(reading, *good, *bad),
        Kind::Averted(claims) => match composite::decide(reading, claims) {
            Some((value, at)) => Finding {
                value: Some(value),
                confidence: 0.6,
                evidence: part(reading, at).into_iter().collect(),
                method: Method::Embedded,
            },
            None => Finding::none(0.5, Method::Embedded),
        },
        Kind::Label => matter(reading, field),
    };
    // A required question gets the value for "something else" where it has one. Times that cannot
    // be measured stay open: they are never guessed.
    if found.value.is_none() && !field.optional && !matches!(kind, Kind::Time(_) | Kind::Count(_)) {
        found.value = rules::rest(field, true)
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
fn whole(reading: &Reading<'_>, index: usize) -> Option<Evidence> {
    let turn = reading.turns.get(index)?;
    let quote = cut(turn.text, 240).to_owned();
    (!quote.is_empty()).then_some(Evidence { message: index, quote })
}

/// Some words of a turn as evidence.
fn part(reading: &Reading<'_>, at: (usize, usize, usize)) -> Option<Evidence> {
    let quote = reading.turns.get(at.0)?.quote(at.1, at.2);
    (!quote.is_empty()).then_some(Evidence { message: at.0, quote })
}

/// Customers' words below which their language is told from the team's answers too.
const FEW_WORDS: usize = 4;

/// The language of the customer's words among the values.
fn spoken(reading: &Reading<'_>, codes: &[Option<&'static str>]) -> Finding {
    let mut text = String::new();
    for (_, turn) in reading.customer() {
        text.push_str(cut(turn.text, 1_000));
        text.push('\n');
        if text.len() > 8_000 {
            break;
        }
    }
    // "Test" and "ok" are of many languages; the team answers in the one that the customer chose.
    if reading.customer().map(|(_, t)| t.words.len()).sum::<usize>() < FEW_WORDS {
        for (_, turn) in reading.by(&[Role::Agent, Role::Bot]).take(2) {
            text.push_str(cut(turn.text, 200));
            text.push('\n');
        }
    }
    let ranked = language::ranked(&text);
    let Some((top, share)) = ranked.first() else { return Finding::none(0.8, Method::Exact) };
    let best = ranked
        .iter()
        .filter_map(|(l, s)| Some((codes.iter().position(|c| *c == Some(l.code))?, *s)))
        .next();
    let evidence: Vec<Evidence> =
        reading.customer().take(1).filter_map(|(i, _)| whole(reading, i)).collect();
    let listed = codes.contains(&Some(top.code));
    let other = codes.iter().position(Option::is_none);
    let value = match (listed, best, other) {
        (true, Some((value, _)), _) => Some(value),
        (_, _, Some(other)) => Some(other),
        // A close relative of a listed language is likely that one, read from too little text.
        (_, Some((value, s)), None) if s > 0.5 * share => Some(value),
        _ => None,
    };
    Finding { value, confidence: share.max(0.5), evidence, method: Method::Exact }
}

/// The amount that the customer states.
fn stated(reading: &Reading<'_>, ranges: &[Option<super::amount::Range>]) -> Finding {
    let mut best: Option<(bool, usize, super::amount::Figure)> = None;
    for (index, turn) in reading.customer() {
        for figure in super::amount::figures(turn.text) {
            if best.as_ref().is_none_or(|(money, _, _)| figure.money || !money) {
                best = Some((figure.money, index, figure));
            }
        }
    }
    let Some((money, index, figure)) = best.filter(|(money, _, _)| *money) else {
        return Finding::none(0.7, Method::Embedded);
    };
    let value = ranges
        .iter()
        .position(|r| r.is_some_and(|r| r.low <= figure.amount && figure.amount < r.high));
    let quote = reading.turns.get(index).and_then(|t| t.text.get(figure.start..figure.end));
    let evidence = quote.map(|q| Evidence { message: index, quote: q.to_owned() });
    Finding {
        value,
        confidence: if money { 0.8 } else { 0.4 },
        evidence: evidence.into_iter().collect(),
        method: Method::Embedded,
    }
}

/// The customer's mood on the field's own scale.
fn mood(reading: &Reading<'_>, steps: &[Option<i8>]) -> Finding {
    let tone = tone::tone(reading);
    let wanted: i8 = match tone.sentiment {
        Sentiment::NotApplicable => return Finding::none(tone.confidence, Method::Embedded),
        Sentiment::OverlyNegative => -2,
        Sentiment::Negative => -1,
        Sentiment::Neutral => 0,
        Sentiment::Positive => 1,
        Sentiment::OverlyPositive => 2,
    };
    let value = steps
        .iter()
        .enumerate()
        .filter_map(|(i, s)| s.map(|s| (i, (s - wanted).abs(), s.signum() != wanted.signum())))
        .min_by_key(|(_, distance, other_side)| (*other_side, *distance))
        .map(|(i, _, _)| i);
    let evidence = reading
        .customer()
        .filter(|(_, t)| {
            let m = tone::mood(t);
            if wanted < 0 { m < tone::Mood::Plain } else { wanted > 0 && m > tone::Mood::Plain }
        })
        .take(3)
        .filter_map(|(i, _)| whole(reading, i))
        .collect();
    Finding { value, confidence: tone.confidence, evidence, method: Method::Embedded }
}

/// The last cue of success or failure, the team's first.
fn last_outcome(reading: &Reading<'_>) -> Option<(bool, (usize, usize, usize))> {
    let of = |role: &[Role]| {
        reading.by(role).rev().find_map(|(i, t)| {
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

/// Whether something went well.
fn outcome(reading: &Reading<'_>, good: usize, bad: usize) -> Finding {
    let Some((well, at)) = last_outcome(reading) else {
        return Finding::none(0.5, Method::Embedded);
    };
    Finding {
        value: Some(if well { good } else { bad }),
        confidence: 0.7,
        evidence: part(reading, at).into_iter().collect(),
        method: Method::Embedded,
    }
}

/// The customer's plain yes or no to a question of the team about one of these concepts.
fn replied(reading: &Reading<'_>, about: &[Concept]) -> Option<(bool, usize)> {
    reading.turns.windows(2).enumerate().find_map(|(i, pair)| {
        let [question, reply] = pair else { return None };
        let asks = matches!(question.role, Role::Agent | Role::Bot)
            && question.ends_in_question()
            && question.touched.iter().any(|c| about.contains(c));
        if !asks || reply.role != Role::Customer {
            return None;
        }
        let so = super::kind::yes_or_no(&reply.words)?;
        Some((so, i + 1))
    })
}

/// Concepts that are the scene of a question rather than its point.
const SCENES: [&str; 7] =
    ["subscription", "delivery", "payment", "component", "booking", "return", "refund"];

/// Concepts that only the customer's own words show, whoever else the question names.
const CUSTOMERS: [&str; 5] =
    ["thanks", "data leak", "opened package", "unopened package", "bank details"];

/// Whether something is so: the turn that is most like the question decides.
fn yes_no(reading: &Reading<'_>, field: &Field, yes: usize, no: usize) -> Finding {
    let question = format!("{} {}", field.name, field.prompt);
    let words = Words::new(&question);
    let asks_outcome =
        super::phrase::find(&words, &["successful*", "succeed*", "able to", "resolved", "solved"]);
    if asks_outcome.is_some() {
        let found = outcome(reading, yes, no);
        if found.value.is_some() || field.optional {
            return found;
        }
    }
    let positive = field.possible_values.get(yes).map(super::Value::name).unwrap_or_default();
    let asked =
        if means(positive, Sense::Yes) { probe(&field.prompt) } else { positive.to_owned() };
    let focus = focus::Focus::of(field);
    // The name says in short what is asked; what both speak of only in passing is its setting.
    let mut said = concepts::named(&asked);
    said.extend(concepts::named(&field.name));
    let wanted = rules::point(said, &SCENES);
    let applies = rules::applies(reading, field);
    if field.optional && applies == Some(false) {
        return Finding::none(0.6, Method::Embedded);
    }
    let opposite: Vec<Concept> = wanted.iter().filter_map(|c| concepts::opposite(*c)).collect();
    let told = |of: &[Concept]| -> Option<(usize, usize, usize)> {
        reading.turns.iter().enumerate().find_map(|(i, t)| {
            let heard = |c: Concept| {
                let own = CUSTOMERS.iter().any(|n| concepts::concept(n) == Some(c));
                if own {
                    t.role == Role::Customer
                } else {
                    focus.weight(t.role, i, reading.turns.len()) >= 0.5
                }
            };
            t.concepts
                .iter()
                .find(|h| of.contains(&h.label) && heard(h.label))
                .map(|h| (i, h.from, h.to))
        })
    };
    let decided = |value: usize, confidence: f32, at: Option<(usize, usize, usize)>| Finding {
        value: Some(value),
        confidence,
        evidence: at.and_then(|at| part(reading, at)).into_iter().collect(),
        method: Method::Embedded,
    };
    if let Some((so, index)) = replied(reading, &wanted) {
        let at = reading.turns.get(index).map(|t| (index, 0, t.words.len()));
        return decided(if so { yes } else { no }, 0.8, at);
    }
    if let Some(at) = told(&opposite) {
        return decided(no, 0.7, Some(at));
    }
    if !wanted.is_empty() {
        if let Some(at) = told(&wanted) {
            return decided(yes, 0.7, Some(at));
        }
        // It was not said. Where the prompt's condition is met that is a no, else no answer.
        // What only the team has touched is no matter of the customer's.
        let silent = rules::unsaid_is_null(field) || rules::raised(reading, field) != Some(true);
        return if field.optional && silent {
            Finding::none(0.6, Method::Embedded)
        } else {
            decided(no, 0.5, None)
        };
    }
    let question = Field {
        name: String::new(),
        prompt: field.prompt.clone(),
        possible_values: vec![super::Value::Name(asked)],
        optional: true,
    };
    let Some(score) = label::score(reading, &question).into_iter().next() else {
        return Finding::none(0.3, Method::Embedded);
    };
    if score.score >= 0.45 {
        decided(yes, 0.5, score.at)
    } else if field.optional && score.score < 0.15 {
        Finding::none(0.5, Method::Embedded)
    } else {
        decided(no, 0.5, None)
    }
}

/// What a prompt asks about, without what it says on how to answer.
fn probe(prompt: &str) -> String {
    let empty = [
        "return",
        "output",
        "otherwise",
        "whether",
        "yes",
        "no",
        "agent",
        "bot",
        "null",
        "value",
        "answer",
        "did",
        "conversation",
        "classify",
        "empty",
        "leave",
    ];
    let first = prompt.split_inclusive(['.', '?', '\n']).next().unwrap_or(prompt);
    Words::new(first).iter().filter(|w| !empty.contains(w)).collect::<Vec<_>>().join(" ")
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
const ENOUGH: f32 = 0.55;
/// The same where phrases for the value are known and none of them was said.
const CLEAR: f32 = 1.2;

/// Which of several matters.
fn matter(reading: &Reading<'_>, field: &Field) -> Finding {
    let applies = rules::applies(reading, field);
    if field.optional && applies == Some(false) {
        return Finding::none(0.7, Method::Embedded);
    }
    let scores = label::score(reading, field);
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
    let names = || field.possible_values.iter().map(super::Value::name);
    let bad = names()
        .position(|n| means(n, Sense::Bad))
        .filter(|_| !names().any(|n| means(n, Sense::Good)));
    if let Some(bad) = bad
        && (applies == Some(true) || best.1.score > threshold)
        && failed(reading)
        && !worked(reading)
    {
        return Finding { value: Some(bad), ..Finding::none(0.5, Method::Embedded) };
    }
    if best.1.score <= threshold {
        let rest = rules::rest(field, true).filter(|_| applies == Some(true) || !field.optional);
        let otherwise = rules::otherwise(field)
            .filter(|_| applies != Some(false) && focus::Focus::of(field).is_met(reading));
        // A required question is answered even on next to nothing.
        let least = (!field.optional && !scores.is_empty()).then_some(best.0);
        let value = otherwise.or(rest).or(least);
        return Finding { value, ..Finding::none(0.4, Method::Embedded) };
    }
    Finding {
        value: Some(best.0),
        confidence: 0.4 + 0.5 * (best.1.score - second).clamp(0.0, 1.0),
        evidence: best.1.at.and_then(|at| part(reading, at)).into_iter().collect(),
        method: Method::Embedded,
    }
}
