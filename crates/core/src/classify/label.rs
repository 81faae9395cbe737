//! Which of several matters a conversation is about: by concepts shared with the values, by the
//! words shared with them.

use super::concepts::{self, Concept};
use super::focus::Focus;
use super::lexicon::Map;
use super::reading::Reading;
use super::rules::is_rest;
use super::terms::terms;
use super::vectors::{self, Vector};
use super::words::Words;
use super::{Field, Question};

/// Where something stands: index of the turn, first and last + 1 of its words.
pub(crate) type Place = (usize, usize, usize);

/// A value's score with what speaks most for it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Score {
    /// From 0; 1 is a concept of the value in the customer's words.
    pub score: f32,
    /// What speaks most for it.
    pub at: Option<Place>,
    /// Whether phrases for the same thing are known and none was said: then shared words and
    /// nearness must speak clearly.
    pub unheard: bool,
    /// Whether such a phrase was denied, or stands inside a longer one for something else.
    pub denied: bool,
}

/// What is left of a value's score where its phrases were said and denied.
const DENIED: f32 = 0.5;
/// Weight of shared words beside a shared concept, which is 1.
const WORDS: f32 = 0.6;
/// Weight of nearness in meaning.
const VECTORS: f32 = 1.0;

/// How much of a value a concept is that its description speaks of.
const DESCRIBED: f32 = 0.8;

/// What is looked for of each value of a field.
#[derive(Debug, Clone)]
pub(crate) struct Values {
    /// The concepts, with how much of the value each is.
    concepts: Vec<Vec<(Concept, f32)>>,
    /// The values that have a term, each with how much of it the term is.
    owners: Map<String, Vec<(usize, f32)>>,
    /// The weight of all terms together.
    norms: Vec<f32>,
    /// Whether it stands for what the others do not cover.
    rest: Vec<bool>,
}

/// How much a term tells that so many of the values have.
fn idf(values: usize, owners: usize) -> f32 {
    (1.0 + values.max(1) as f32 / owners.max(1) as f32).ln()
}

impl Values {
    /// Reads the values of a field.
    pub(crate) fn of(field: &Field) -> Self {
        let terms: Vec<Vec<(String, f32)>> = field
            .possible_values
            .iter()
            .map(|value| {
                let name = terms(&Words::new(value.name()));
                let about = terms(&Words::new(value.description().unwrap_or_default()));
                let mut weighted: Vec<(String, f32)> = Vec::new();
                let own = name.into_iter().map(|(t, _)| (t, 1.0));
                for (term, weight) in own.chain(about.into_iter().map(|(t, _)| (t, 0.7))) {
                    if !weighted.iter().any(|(t, _)| *t == term) {
                        weighted.push((term, weight));
                    }
                }
                weighted
            })
            .collect();
        // A term that several values share tells them apart less.
        let mut owners: Map<String, Vec<(usize, f32)>> = Map::default();
        for (i, terms) in terms.iter().enumerate() {
            for (term, weight) in terms {
                owners.entry(term.clone()).or_default().push((i, *weight));
            }
        }
        let norms = terms
            .iter()
            .map(|of| {
                let weigh = |(t, w): &(String, f32)| {
                    w * idf(terms.len(), owners.get(t).map_or(1, Vec::len))
                };
                of.iter().map(weigh).sum::<f32>().max(f32::MIN_POSITIVE)
            })
            .collect();
        Self {
            concepts: value_concepts(field),
            owners,
            norms,
            rest: field.possible_values.iter().map(is_rest).collect(),
        }
    }
}

/// The vectors of each value, with their weights.
pub(crate) fn vectors(field: &Field) -> Vec<Vec<(f32, Vector)>> {
    field
        .possible_values
        .iter()
        .map(|value| match value.description() {
            Some(description) => sides(&format!("{}. {description}", value.name())),
            None => sides(value.name()),
        })
        .collect()
}

/// Scores every value.
pub(crate) fn score(reading: &Reading<'_>, question: &Question) -> Vec<Score> {
    let (values, focus) = (question.values(), question.focus());
    let by_concept = by_concept(reading, values, focus);
    let by_word = by_word(reading, values, focus);
    let by_vector = by_vector(reading, question, focus);
    let mut scores: Vec<Score> = by_concept
        .into_iter()
        .zip(by_word)
        .zip(by_vector)
        .map(|((c, w), v)| {
            let parts =
                [c, Score { score: WORDS * w.score, ..w }, Score { score: VECTORS * v.score, ..v }];
            let most =
                parts.iter().filter(|p| p.at.is_some()).max_by(|a, b| a.score.total_cmp(&b.score));
            // What a denial says is in its words as well.
            let share = if c.denied { DENIED } else { 1.0 };
            Score {
                score: share * parts.iter().map(|p| p.score).sum::<f32>(),
                at: most.and_then(|p| p.at),
                ..c
            }
        })
        .collect();
    for (score, is_rest) in scores.iter_mut().zip(&values.rest) {
        if *is_rest {
            *score = Score::default();
        }
    }
    scores
}

/// Concepts per value with how much of it they are; those that all values share tell nothing and are
/// left out.
fn value_concepts(field: &Field) -> Vec<Vec<(Concept, f32)>> {
    let mut all: Vec<Vec<(Concept, f32)>> = field
        .possible_values
        .iter()
        .map(|v| {
            let mut found = concepts::covering(v.name());
            for concept in v.description().map(concepts::named).unwrap_or_default() {
                if !has(&found, concept) {
                    found.push((concept, DESCRIBED));
                }
            }
            found
        })
        .collect();
    let shared: Vec<Concept> = match all.split_first() {
        Some((first, rest)) if !rest.is_empty() => {
            first.iter().map(|(c, _)| *c).filter(|c| rest.iter().all(|r| has(r, *c))).collect()
        }
        _ => Vec::new(),
    };
    for of in &mut all {
        of.retain(|(c, _)| !shared.contains(c));
    }
    all
}

fn has(of: &[(Concept, f32)], concept: Concept) -> bool {
    of.iter().any(|(c, _)| *c == concept)
}

fn by_concept(reading: &Reading<'_>, values: &Values, focus: Focus) -> Vec<Score> {
    let wanted = &values.concepts;
    let owners = |c: Concept| wanted.iter().filter(|w| has(w, c)).count().max(1) as f32;
    wanted
        .iter()
        .map(|of| {
            let mut best = Score { unheard: !of.is_empty(), ..Score::default() };
            let mut more = 0f32;
            let mut denied = false;
            for (index, turn) in reading.turns.iter().enumerate() {
                let weight = focus.weight(turn.role, index, reading.turns.len());
                // What is left out of the matter because it steers is what such a value asks for.
                if turn.steers && concepts::concept("break security").is_some_and(|c| has(of, c)) {
                    best = Score {
                        score: 1.0,
                        at: Some((index, 0, turn.words.len())),
                        unheard: false,
                        ..Score::default()
                    };
                }
                denied |= weight >= 0.5
                    && of.iter().any(|(c, _)| {
                        turn.touched.contains(c) && !turn.concepts.iter().any(|h| h.label == *c)
                    });
                for hit in &turn.concepts {
                    let Some((_, part)) = of.iter().find(|(c, _)| *c == hit.label) else {
                        continue;
                    };
                    // Longer phrases are surer; a concept of two values tells half.
                    let sure = (0.85 + 0.15 * (hit.to - hit.from).min(3) as f32)
                        / owners(hit.label).sqrt();
                    let score = weight * sure * part;
                    more += score;
                    if score > best.score {
                        best = Score {
                            score,
                            at: Some((index, hit.from, hit.to)),
                            unheard: false,
                            ..Score::default()
                        };
                    }
                }
            }
            best.score += 0.15 * (more - best.score).clamp(0.0, 2.0);
            best.denied = best.unheard && denied;
            best
        })
        .collect()
}

/// Nearness in meaning: the nearest turn of the customer, the customer's words as a whole, and a
/// little of the team's nearest turn.
fn by_vector(reading: &Reading<'_>, question: &Question, focus: Focus) -> Vec<Score> {
    let turns = reading.vectors();
    if turns.iter().all(Vector::is_empty) {
        return vec![Score::default(); question.field().possible_values.len()];
    }
    let weights: Vec<f32> = reading
        .turns
        .iter()
        .enumerate()
        .map(|(i, t)| focus.wording(t, i, reading.turns.len()))
        .collect();
    let whole = Vector::sum(weights.iter().copied().zip(turns));
    question
        .vectors()
        .iter()
        .map(|wanted| {
            let near = |v: &Vector| {
                wanted.iter().map(|(weight, w)| weight * v.cosine(w)).fold(-1.0, f32::max)
            };
            let nearest = turns
                .iter()
                .zip(&weights)
                .enumerate()
                .filter(|(_, (turn, weight))| !turn.is_empty() && **weight > 0.0)
                .map(|(i, (turn, weight))| (i, weight * near(turn)))
                .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
            let Some((index, best)) = nearest else { return Score::default() };
            let words = reading.turns.get(index).map_or(0, |t| t.words.len());
            Score {
                score: (best + near(&whole)).max(0.0),
                at: (best > 0.0).then_some((index, 0, words)),
                unheard: false,
                ..Score::default()
            }
        })
        .collect()
}

/// A value as a whole, and the parts of an enumeration ("Alarms, calculator, time") each for itself,
/// a little lighter because a part may be said in passing.
fn sides(text: &str) -> Vec<(f32, Vector)> {
    let mut sides = vec![(1.0, vectors::embed(text))];
    let parts: Vec<&str> = text
        .split([',', '/', '(', ')', ';', '&', '.'])
        .flat_map(|p| p.split(" and "))
        .flat_map(|p| p.split(" or "))
        .filter(|p| !p.trim().is_empty())
        .collect();
    if parts.len() > 1 {
        sides.extend(parts.iter().take(12).map(|p| (0.9, vectors::embed(p))));
    }
    sides
}

fn by_word(reading: &Reading<'_>, values: &Values, focus: Focus) -> Vec<Score> {
    let Values { owners, norms, .. } = values;
    let many = norms.len();
    let mut best = vec![Score::default(); many];
    let mut seen: Vec<Vec<&str>> = vec![Vec::new(); many];
    let mut sums = vec![0f32; many];
    for (index, turn) in reading.turns.iter().enumerate() {
        let weight = focus.wording(turn, index, reading.turns.len());
        if weight == 0.0 {
            continue;
        }
        let mut here: Vec<Tally<'_>> = vec![Tally::default(); many];
        for (term, at) in &turn.terms {
            let Some((key, of)) = owners.get_key_value(term.as_str()) else { continue };
            let key = key.as_str();
            for (value, own) in of {
                let worth = own * idf(many, of.len());
                if let Some(tally) = here.get_mut(*value) {
                    tally.add(key, worth, *at);
                }
                if let (Some(seen), Some(sum)) = (seen.get_mut(*value), sums.get_mut(*value))
                    && !seen.contains(&key)
                {
                    seen.push(key);
                    *sum += weight * worth;
                }
            }
        }
        for ((tally, best), norm) in here.iter().zip(&mut best).zip(norms) {
            // One word of three says less than a third: it may be the least of them.
            let share = tally.worth / norm;
            let share = weight * share * share.sqrt();
            if share > best.score {
                let at = Some((index, tally.from, tally.to));
                *best = Score { score: share, at, unheard: false, ..Score::default() };
            }
        }
    }
    for ((best, sum), norm) in best.iter_mut().zip(&sums).zip(norms) {
        let share = sum / norm;
        best.score += 0.5 * share * share.max(0.0).sqrt();
    }
    best
}

/// What one turn has of one value's terms.
#[derive(Debug, Clone, Default)]
struct Tally<'a> {
    seen: Vec<&'a str>,
    worth: f32,
    from: usize,
    to: usize,
}

impl<'a> Tally<'a> {
    fn add(&mut self, term: &'a str, worth: f32, at: usize) {
        if self.seen.contains(&term) {
            return;
        }
        self.from = if self.seen.is_empty() { at } else { self.from.min(at) };
        self.to = self.to.max(at + 1);
        self.seen.push(term);
        self.worth += worth;
    }
}
