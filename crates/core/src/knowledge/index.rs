//! Which article answers a question: by the words that they share (BM25), by the topics that both name
//! and by meaning (the classifier's vectors), weighed into one probability against "none of them does".

use super::passage::{Passage, passages};
use super::question::{Candidate, Question, Senses};
use super::reading::{sentences, terms};
use super::topics::{self, Topic};
use super::weights::{MEANING, SURE, WORDS};
use crate::classify::lexicon::Map;
use crate::classify::vectors::{Vector, embed};
use crate::classify::words::Words;
use crate::detect;
use crate::text::Lang;
use serde::{Deserialize, Serialize};

/// A word of the title counts as often as so many in the text.
const TITLE: f32 = 2.0;
/// Articles that compete with each other and with "none": more would be noise in large collections.
const COMPETING: usize = 5;

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

    /// What is known of several questions, `most` articles of it at most: the likeliest of each, then those after
    /// them, and no article twice.
    pub fn of_all<'a>(all: impl IntoIterator<Item = &'a Self>, most: usize) -> Self {
        let all: Vec<&Self> = all.into_iter().collect();
        let longest = all.iter().map(|known| known.found.len()).max().unwrap_or(0);
        let mut found: Vec<Found> = Vec::new();
        for one in (0..longest).flat_map(|at| all.iter().filter_map(move |all| all.found.get(at))) {
            if found.len() < most && !found.iter().any(|other| other.id == one.id) {
                found.push(one.clone());
            }
        }
        Self { found }
    }

    /// Whether there is something on the subject, though not enough to answer from.
    pub fn is_weak(&self) -> bool {
        self.found.first().is_some_and(|found| found.confidence >= SURE / 2.0)
    }
}

pub(super) struct Entry {
    id: String,
    title: String,
    /// Whether words are compared by their English stems.
    pub english: bool,
    /// All of its terms, in their order.
    pub all_terms: Vec<u32>,
    /// Of each sentence, with the title before it.
    pub sentences: Vec<Vector>,
    /// What its title is about, and all of it; in their order.
    pub title_topics: Vec<Topic>,
    pub topics: Vec<Topic>,
    pub parts: core::ops::Range<usize>,
}

pub(super) struct Part {
    passage: Passage,
    pub vector: Vector,
    /// Each term with how often it stands there, in the order of the terms.
    counts: Vec<(u32, f32)>,
    pub length: f32,
    /// What it is about, in their order.
    pub topics: Vec<Topic>,
}

/// Articles, ready to be searched. Making it takes some 30 µs a passage, a search less than that for
/// all of some hundred articles.
#[derive(Default)]
pub struct Index {
    pub(super) entries: Vec<Entry>,
    pub(super) parts: Vec<Part>,
    pub(super) terms: Map<String, u32>,
    /// The meaning of each term; empty in other languages than English.
    pub(super) meanings: Vec<Vector>,
    /// In how many articles each term stands, and each topic is named.
    spread: Vec<u32>,
    topic_spread: Map<Topic, u32>,
    pub(super) mean_length: f32,
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
        let title_topics = topics::of(&document.title, lang);
        let mut all_terms: Vec<u32> = title_terms.clone();
        let mut all_topics = title_topics.clone();
        let mut meant = Vec::new();
        for passage in passages(&document.body) {
            let heading = self.ids(&passage.heading, english);
            let text = self.ids(&passage.plain, english);
            let mut counts: Map<u32, f32> = Map::default();
            title_terms.iter().for_each(|id| *counts.entry(*id).or_default() += TITLE);
            heading.iter().chain(&text).for_each(|id| *counts.entry(*id).or_default() += 1.0);
            all_terms.extend(counts.keys());
            if english {
                meant.extend(sentences(&document.title, &passage.plain));
            }
            let mut counts: Vec<(u32, f32)> = counts.into_iter().collect();
            counts.sort_unstable_by_key(|(id, _)| *id);
            let said = format!("{}. {}. {}", document.title, passage.heading, passage.plain);
            let length = (text.len() + heading.len()) as f32;
            let vector = if english { embed(&said) } else { Vector::default() };
            let topics = topics::of(&format!("{}. {}", passage.heading, passage.plain), lang);
            all_topics.extend(&topics);
            self.parts.push(Part { passage, vector, counts, length, topics });
        }
        if self.parts.len() == from {
            return;
        }
        all_terms.sort_unstable();
        all_terms.dedup();
        all_topics.sort_unstable();
        all_topics.dedup();
        self.spread.resize(self.terms.len(), 0);
        for id in &all_terms {
            if let Some(n) = self.spread.get_mut(*id as usize) {
                *n += 1;
            }
        }
        all_topics.iter().for_each(|topic| *self.topic_spread.entry(*topic).or_default() += 1);
        self.entries.push(Entry {
            id: document.id.clone(),
            title: document.title.clone(),
            english,
            all_terms,
            sentences: meant,
            title_topics,
            topics: all_topics,
            parts: from..self.parts.len(),
        });
    }

    fn ids(&mut self, text: &str, english: bool) -> Vec<u32> {
        let mut ids = Vec::new();
        for term in terms(&Words::new(text), english) {
            let fresh = self.terms.len() as u32;
            let id = *self.terms.entry(term.term).or_insert(fresh);
            if id == fresh {
                self.meanings.push(if english { embed(&term.word) } else { Vector::default() });
            }
            ids.push(id);
        }
        ids
    }

    /// How rare a term is; one that no article has is the rarest.
    pub(super) fn rarity(&self, term: Option<u32>) -> f32 {
        let known = term.and_then(|id| self.spread.get(id as usize)).copied();
        self.rare(known.unwrap_or(0))
    }

    /// How rare a topic is.
    pub(super) fn topic_rarity(&self, topic: Topic) -> f32 {
        self.rare(self.topic_spread.get(&topic).copied().unwrap_or(0))
    }

    /// How rare what stands in so many of the articles is (Robertson and Spärck Jones).
    fn rare(&self, articles: u32) -> f32 {
        let (all, n) = (self.entries.len() as f32, articles as f32);
        (1.0 + (all - n + 0.5) / (n + 0.5)).ln()
    }

    /// The articles beside a question, each with what is weighed; `lang` is the question's language
    /// where it is known.
    pub fn candidates(&self, question: &str, lang: Option<Lang>, senses: Senses) -> Vec<Candidate> {
        let question = Question::new(self, question, lang, senses);
        let beside = |(document, entry)| question.beside(self, document, entry);
        self.entries.iter().enumerate().filter_map(beside).collect()
    }

    /// The articles that may answer a question, `most` at most.
    pub fn search(&self, question: &str, lang: Option<Lang>, most: usize) -> Known {
        let lang = lang.or_else(|| detect::language(question));
        let mut scored: Vec<(f32, Candidate)> = self
            .candidates(question, lang, Senses::ALL)
            .into_iter()
            .filter(Candidate::is_near)
            .map(|candidate| {
                (candidate.score(if candidate.meant { &MEANING } else { &WORDS }), candidate)
            })
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

impl Part {
    /// How often a term stands there.
    pub fn count(&self, id: u32) -> Option<f32> {
        let at = self.counts.binary_search_by_key(&id, |(other, _)| *other).ok()?;
        self.counts.get(at).map(|(_, n)| *n)
    }
}

#[cfg(test)]
mod tests;
