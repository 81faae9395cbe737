//! Which article answers a question: by the words that they share (BM25) and by meaning (the
//! classifier's vectors), weighed into one probability against "none of them does".

use super::passage::{Passage, passages};
use super::weights::{MEANING, WORDS};
use crate::classify::lexicon::Map;
use crate::classify::terms::{is_empty, stem};
use crate::classify::vectors::{Vector, embed};
use crate::classify::words::{Words, is_unspaced};
use crate::detect;
use crate::text::Lang;
use serde::{Deserialize, Serialize};

/// How many things are weighed of an article; see [`Candidate::features`].
pub const FEATURES: usize = 10;

/// How sure an answer must be: on the development half, from here on 88 of 100 questions without an answer
/// are declined.
pub const SURE: f32 = 0.44;

/// BM25: how soon another mention adds nothing, and how much length counts (Robertson and Zaragoza,
/// "The Probabilistic Relevance Framework", 2009, use 1.2 to 2 and .5 to .8).
const K1: f32 = 1.4;
const B: f32 = 0.6;
/// A word of the title counts as often as so many in the text.
const TITLE: f32 = 2.0;
/// Articles that compete with each other and with "none": more would be noise in large collections.
const COMPETING: usize = 5;
/// Bytes of a question that are read.
const QUESTION_BYTES: usize = 1_000;
/// Words of a question, the rarest, whose meaning is looked for among those of the articles.
const MEANT: usize = 8;
/// Nearness from which two words mean something like the same; below it is chance.
const ALIKE: f32 = 0.35;
/// Letters of a word that tell it apart in languages whose endings are not known here.
const TRUNCATED: usize = 5;

/// An article as it is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Whatever tells it from others.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Its language; told from its words where it is not known.
    pub lang: Option<Lang>,
}

/// An article that may answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// [`Document::id`].
    pub id: String,
    /// Its title.
    pub title: String,
    /// The heading over the passage, empty where there is none.
    pub heading: String,
    /// The passage that fits best.
    pub text: String,
    /// How likely this article answers, 0 to 1; those of all articles and of "none" add up to 1.
    pub confidence: f32,
}

/// What is known of a question.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Known {
    /// The likeliest articles, the likeliest first.
    pub found: Vec<Found>,
}

impl Known {
    /// The article that answers; none where it is not sure enough.
    pub fn answer(&self) -> Option<&Found> {
        self.found.first().filter(|found| found.confidence >= SURE)
    }

    /// Whether there is something on the subject, though not enough to answer from.
    pub fn is_weak(&self) -> bool {
        self.found.first().is_some_and(|found| found.confidence >= SURE / 2.0)
    }
}

/// An article beside a question, with all that is weighed.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its place among the documents.
    pub document: usize,
    /// The passage that fits best.
    passage: usize,
    /// 1; the share of the question's words that the article has, and its best passage has, by
    /// rarity; BM25 of that passage, of what it can be; the share of the title's words that the
    /// question has; the same of the question's that the title has; nearness in meaning of the
    /// nearest passage, of the title; the share of the question's words that the article has or has
    /// something like, by rarity; nearness of the nearest sentence.
    pub features: [f32; FEATURES],
}

struct Entry {
    id: String,
    title: String,
    /// Whether words are compared by their English stems.
    english: bool,
    title_terms: Vec<u32>,
    /// All of its terms, in their order.
    all_terms: Vec<u32>,
    vector: Vector,
    /// Of each sentence, with the title before it.
    sentences: Vec<Vector>,
    parts: core::ops::Range<usize>,
}

struct Part {
    passage: Passage,
    vector: Vector,
    /// Each term with how often it stands there, in the order of the terms.
    counts: Vec<(u32, f32)>,
    length: f32,
}

/// Articles, ready to be searched. Making it takes some 30 µs a passage, a search less than that for
/// all of some hundred articles.
#[derive(Default)]
pub struct Index {
    entries: Vec<Entry>,
    parts: Vec<Part>,
    terms: Map<String, u32>,
    /// The meaning of each term; empty in other languages than English.
    meanings: Vec<Vector>,
    /// In how many articles each term stands.
    spread: Vec<u32>,
    mean_length: f32,
}

impl core::fmt::Debug for Index {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Index of {} articles in {} passages", self.entries.len(), self.parts.len())
    }
}

impl Index {
    /// Reads the articles.
    pub fn new<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Self {
        let mut index = Self::default();
        for document in documents {
            index.add(document);
        }
        let total: f32 = index.parts.iter().map(|part| part.length).sum();
        index.mean_length = (total / index.parts.len().max(1) as f32).max(1.0);
        index
    }

    /// Articles in it.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no article in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn add(&mut self, document: &Document) {
        let lang = document.lang.or_else(|| detect::language(&document.body));
        let english = lang.is_none_or(|lang| lang == Lang::En);
        let from = self.parts.len();
        let title_terms = self.ids(&document.title, english);
        let mut mine: Vec<u32> = title_terms.clone();
        let mut sentences = Vec::new();
        for passage in passages(&document.body) {
            let heading = self.ids(&passage.heading, english);
            let text = self.ids(&passage.text, english);
            let mut counts: Map<u32, f32> = Map::default();
            title_terms.iter().for_each(|id| *counts.entry(*id).or_default() += TITLE);
            heading.iter().chain(&text).for_each(|id| *counts.entry(*id).or_default() += 1.0);
            mine.extend(counts.keys());
            if english {
                sentences.extend(sentences_of(&document.title, &passage.text));
            }
            let mut counts: Vec<(u32, f32)> = counts.into_iter().collect();
            counts.sort_unstable_by_key(|(id, _)| *id);
            let said = format!("{}. {}. {}", document.title, passage.heading, passage.text);
            let length = (text.len() + heading.len()) as f32;
            let vector = if english { embed(&said) } else { Vector::default() };
            self.parts.push(Part { passage, vector, counts, length });
        }
        if self.parts.len() == from {
            return;
        }
        mine.sort_unstable();
        mine.dedup();
        self.spread.resize(self.terms.len(), 0);
        for id in &mine {
            if let Some(n) = self.spread.get_mut(*id as usize) {
                *n += 1;
            }
        }
        self.entries.push(Entry {
            id: document.id.clone(),
            title: document.title.clone(),
            english,
            title_terms,
            all_terms: mine,
            sentences,
            vector: if english { embed(&document.title) } else { Vector::default() },
            parts: from..self.parts.len(),
        });
    }

    fn ids(&mut self, text: &str, english: bool) -> Vec<u32> {
        let mut ids = Vec::new();
        for (term, word) in terms(text, english) {
            let fresh = self.terms.len() as u32;
            let id = *self.terms.entry(term).or_insert(fresh);
            if id == fresh {
                self.meanings.push(if english { embed(&word) } else { Vector::default() });
            }
            ids.push(id);
        }
        ids
    }

    /// How rare a term is; one that no article has is the rarest.
    fn rarity(&self, term: Option<u32>) -> f32 {
        let articles = self.entries.len() as f32;
        let n = term.and_then(|id| self.spread.get(id as usize)).copied().unwrap_or(0) as f32;
        (1.0 + (articles - n + 0.5) / (n + 0.5)).ln()
    }

    /// The articles beside a question, each with what is weighed; `lang` is the question's language
    /// where it is known.
    pub fn candidates(&self, question: &str, lang: Option<Lang>) -> Vec<Candidate> {
        let question = super::excerpt(question, QUESTION_BYTES);
        let english = lang.is_none_or(|lang| lang == Lang::En);
        let by_stem = self.asked(question, true, english);
        let by_start = self.asked(question, false, false);
        let vector = if english { embed(question) } else { Vector::default() };
        self.entries
            .iter()
            .enumerate()
            .filter_map(|(document, entry)| {
                let asked = if entry.english { &by_stem } else { &by_start };
                self.candidate(document, entry, asked, &vector)
            })
            .collect()
    }

    /// The question's terms. With `meant`, the rarest of them know how near each of the articles' terms
    /// is to them.
    fn asked(&self, question: &str, english: bool, meant: bool) -> Vec<Asked> {
        let mut all = terms(question, english);
        all.sort_unstable();
        all.dedup_by(|a, b| a.0 == b.0);
        let mut all: Vec<(Asked, String)> = all
            .into_iter()
            .map(|(term, word)| {
                let id = self.terms.get(&term).copied();
                (Asked { id, rarity: self.rarity(id), near: Vec::new() }, word)
            })
            .collect();
        all.sort_by(|a, b| b.0.rarity.total_cmp(&a.0.rarity));
        if meant {
            for (asked, word) in all.iter_mut().take(MEANT) {
                let meaning = embed(word);
                if !meaning.is_empty() {
                    let near =
                        |other: &Vector| (meaning.cosine(other) - ALIKE).max(0.0) / (1.0 - ALIKE);
                    asked.near = self.meanings.iter().map(near).collect();
                }
            }
        }
        all.into_iter().map(|(asked, _)| asked).collect()
    }

    fn candidate(
        &self,
        document: usize,
        entry: &Entry,
        asked: &[Asked],
        vector: &Vector,
    ) -> Option<Candidate> {
        let total: f32 = asked.iter().map(|one| one.rarity).sum::<f32>().max(f32::MIN_POSITIVE);
        let parts = self.parts.get(entry.parts.clone())?;
        let mut best = (f32::MIN, 0, 0.0, 0.0);
        let mut nearest = 0f32;
        let mut seen = vec![false; asked.len()];
        for (at, part) in parts.iter().enumerate() {
            let (mut share, mut rank) = (0.0, 0.0);
            for (Asked { id, rarity, .. }, seen) in asked.iter().zip(&mut seen) {
                let Some(n) = id.and_then(|id| part.count(id)) else { continue };
                *seen = true;
                share += rarity;
                let length = 1.0 - B + B * part.length / self.mean_length;
                rank += rarity * n * (K1 + 1.0) / (n + K1 * length);
            }
            let near = vector.cosine(&part.vector);
            nearest = nearest.max(near);
            let fit = rank / total + near;
            if fit > best.0 {
                best = (fit, at, share / total, rank / (total * (K1 + 1.0)));
            }
        }
        let (mut has, mut alike) = (0.0, 0.0);
        for (one, seen) in asked.iter().zip(&seen) {
            has += if *seen { one.rarity } else { 0.0 };
            alike += one.rarity * if *seen { 1.0 } else { one.nearest(&entry.all_terms) };
        }
        let sentence = entry.sentences.iter().map(|other| vector.cosine(other)).fold(0.0, f32::max);
        let asks = |id: &u32| asked.iter().any(|one| one.id == Some(*id));
        let title: f32 = entry.title_terms.iter().map(|id| self.rarity(Some(*id))).sum();
        let title_asked: f32 =
            entry.title_terms.iter().filter(|id| asks(id)).map(|id| self.rarity(Some(*id))).sum();
        let in_title: f32 = asked
            .iter()
            .filter(|one| one.id.is_some_and(|id| entry.title_terms.contains(&id)))
            .map(|one| one.rarity)
            .sum();
        Some(Candidate {
            document,
            passage: entry.parts.start + best.1,
            features: [
                1.0,
                has / total,
                best.2,
                best.3,
                title_asked / title.max(f32::MIN_POSITIVE),
                in_title / total,
                nearest,
                vector.cosine(&entry.vector).max(0.0),
                alike / total,
                sentence,
            ],
        })
    }

    /// The articles that may answer a question, `most` at most.
    pub fn search(&self, question: &str, lang: Option<Lang>, most: usize) -> Known {
        let lang = lang.or_else(|| detect::language(question));
        let weights = if lang.is_none_or(|lang| lang == Lang::En) { &MEANING } else { &WORDS };
        let mut scored: Vec<(f32, Candidate)> = self
            .candidates(question, lang)
            .into_iter()
            // Without a word in common and without meaning there is nothing to go by.
            .filter(|candidate| candidate.features.iter().skip(1).any(|f| *f > 0.0))
            .map(|candidate| (score(weights, &candidate.features), candidate))
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.document.cmp(&b.1.document)));
        scored.truncate(COMPETING.max(most));
        let likely = probabilities(&scored.iter().map(|(s, _)| *s).collect::<Vec<_>>());
        let found = scored.into_iter().zip(likely).take(most);
        let found = found.filter_map(|((_, candidate), confidence)| {
            let entry = self.entries.get(candidate.document)?;
            let part = self.parts.get(candidate.passage)?;
            Some(Found {
                id: entry.id.clone(),
                title: entry.title.clone(),
                heading: part.passage.heading.clone(),
                text: part.passage.text.clone(),
                confidence,
            })
        });
        Known { found: found.collect() }
    }
}

/// The probability of each, where "none of them" scores 0.
pub(crate) fn probabilities(scores: &[f32]) -> Vec<f32> {
    let top = scores.iter().copied().fold(0.0, f32::max);
    let none = (-top).exp();
    let parts: Vec<f32> = scores.iter().take(COMPETING).map(|s| (s - top).exp()).collect();
    let total = none + parts.iter().sum::<f32>();
    scores.iter().map(|s| (s - top).exp() / total).collect()
}

fn score(weights: &[f32; FEATURES], features: &[f32; FEATURES]) -> f32 {
    weights.iter().zip(features).map(|(w, f)| w * f).sum()
}

/// A term of a question.
struct Asked {
    /// None: no article has it.
    id: Option<u32>,
    rarity: f32,
    /// How near each of the articles' terms is in meaning, 0 to 1; empty where that is not known.
    near: Vec<f32>,
}

impl Asked {
    /// How near the nearest of some terms is.
    fn nearest(&self, terms: &[u32]) -> f32 {
        let near = terms.iter().filter_map(|id| self.near.get(*id as usize).copied());
        near.fold(0.0, f32::max)
    }
}

/// The meaning of each sentence of a passage, with the title before it.
fn sentences_of(title: &str, text: &str) -> Vec<Vector> {
    text.split_inclusive(['.', '!', '?', '\n'])
        .filter(|sentence| sentence.len() > 10)
        .map(|sentence| embed(&format!("{title}. {sentence}")))
        .collect()
}

impl Part {
    fn count(&self, id: u32) -> Option<f32> {
        let at = self.counts.binary_search_by_key(&id, |(other, _)| *other).ok()?;
        self.counts.get(at).map(|(_, n)| *n)
    }
}

/// The terms of a text, each with the word that it is from. English words meet by their stems; those of other languages, marked `~`, by
/// their first letters, and the shortest, which carry no matter, are left out. Scripts without
/// spaces give pairs of characters.
fn terms(text: &str, english: bool) -> Vec<(String, String)> {
    let words = Words::new(text);
    let mut out = Vec::new();
    let mut previous: Option<&str> = None;
    for word in words.iter() {
        if word.chars().all(is_unspaced) {
            if let Some(before) = previous {
                let pair = format!("{before}{word}");
                out.push((format!("~{pair}"), pair));
            }
            previous = Some(word);
            continue;
        }
        previous = None;
        if english {
            if !is_empty(word) {
                out.push((stem(word).to_owned(), word.to_owned()));
            }
            continue;
        }
        let number = word.chars().any(char::is_numeric);
        if number || word.chars().nth(3).is_some() {
            let end = word.char_indices().nth(TRUNCATED).map_or(word.len(), |(at, _)| at);
            out.push((format!("~{}", word.get(..end).unwrap_or(word)), word.to_owned()));
        }
    }
    out
}

#[cfg(test)]
mod tests;
