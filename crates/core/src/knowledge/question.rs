//! A question beside an article: what of it the article has, and how near the two are.

use super::excerpt;
use super::index::{Entry, Index};
use super::reading::terms;
use super::topics::{self, Topic};
use crate::classify::lexicon::Hit;
use crate::classify::vectors::{Vector, embed, weight};
use crate::classify::words::Words;
use crate::text::Lang;

/// How many things are weighed of an article; see [`Candidate::features`].
pub const FEATURES: usize = 10;

/// BM25: how soon another mention adds nothing, and how much length counts (Robertson and Zaragoza,
/// "The Probabilistic Relevance Framework", 2009, use 1.2 to 2 and .5 to .8).
const K1: f32 = 1.4;
const B: f32 = 0.6;
/// Bytes of a question that are read.
const QUESTION_BYTES: usize = 1_000;
/// Words of a question, the weightiest, whose meaning is looked for among those of the articles.
const MEANT: usize = 12;
/// Nearness from which two words mean something like the same; below it is chance.
const ALIKE: f32 = 0.35;
/// Most that a word weighs: past it names would outweigh what is asked of them.
const MOST_WEIGHT: f32 = 2.0;
/// Brings sums of rarities to about the size of the other things that are weighed.
const SCALE: f32 = 3.0;

/// By what a question and an article are compared besides their words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Senses {
    /// The vectors' nearness, for English.
    pub meaning: bool,
    /// The topics that both name.
    pub topics: bool,
}

impl Senses {
    /// By both.
    pub const ALL: Self = Self { meaning: true, topics: true };
}

/// An article beside a question, with all that is weighed.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its place among the documents.
    pub document: usize,
    /// The passage that fits best.
    pub(super) passage: usize,
    /// Whether meaning could be compared.
    pub(super) meant: bool,
    /// 1; the share of the question's words that the article has, by their weight; BM25 of the best
    /// passage, of what it can be; nearness in meaning of the nearest passage, and of the nearest
    /// sentence; the share of the question's words that the article has, or has something like, or
    /// names the topic of; the rarity of the topics that both name, and of those that the title names;
    /// the share of the title's topics that is asked for; the weight of the weightiest word of the
    /// question that the article has nothing like.
    pub features: [f32; FEATURES],
}

impl Candidate {
    /// Whether there is anything to go by.
    pub(super) fn is_near(&self) -> bool {
        let [_, has, rank, passage, sentence, alike, topics, ..] = self.features;
        [has, rank, passage, sentence, alike, topics].iter().any(|f| *f > 0.0)
    }

    pub(super) fn score(&self, weights: &[f32; FEATURES]) -> f32 {
        weights.iter().zip(&self.features).map(|(w, f)| w * f).sum()
    }
}

/// A term of a question.
struct Asked {
    /// None: no article has it.
    id: Option<u32>,
    rarity: f32,
    /// Its rarity, times how much such a word means at all.
    weight: f32,
    /// Topics that the word is part of naming.
    topics: Vec<Topic>,
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

/// A question, read once for all articles.
pub(super) struct Question {
    /// As English articles, and as those of other languages are compared with it.
    by_stem: Vec<Asked>,
    by_start: Vec<Asked>,
    topics: Vec<Topic>,
    vector: Vector,
}

impl Question {
    /// Reads a question in a language, English where that is not known.
    pub fn new(index: &Index, text: &str, lang: Option<Lang>, senses: Senses) -> Self {
        let text = excerpt(text, QUESTION_BYTES);
        let words = Words::new(text);
        let named = if senses.topics { topics::named(&words, lang) } else { Vec::new() };
        let meant = senses.meaning && lang.is_none_or(|lang| lang == Lang::En);
        let mut topics: Vec<Topic> = named.iter().map(|hit| hit.label).collect();
        topics.sort_unstable();
        topics.dedup();
        Self {
            by_stem: asked(index, &words, &named, true, meant),
            by_start: asked(index, &words, &named, false, false),
            topics,
            vector: if meant { embed(text) } else { Vector::default() },
        }
    }

    /// The question beside an article.
    pub fn beside(&self, index: &Index, document: usize, entry: &Entry) -> Option<Candidate> {
        let asked = if entry.english { &self.by_stem } else { &self.by_start };
        let total: f32 = asked.iter().map(|one| one.rarity).sum::<f32>().max(f32::MIN_POSITIVE);
        let weights: f32 = asked.iter().map(|one| one.weight).sum::<f32>().max(f32::MIN_POSITIVE);
        let touched = |topics: &[Topic]| self.rarity(index, topics);
        let named = touched(&self.topics).max(f32::MIN_POSITIVE);
        let (mut best, mut passage, mut rank, mut nearest) = (f32::MIN, 0, 0.0, 0f32);
        for (at, part) in index.parts.get(entry.parts.clone())?.iter().enumerate() {
            let mut ranked = 0.0;
            for Asked { id, rarity, .. } in asked {
                let Some(n) = id.and_then(|id| part.count(id)) else { continue };
                let length = 1.0 - B + B * part.length / index.mean_length;
                ranked += rarity * n * (K1 + 1.0) / (n + K1 * length);
            }
            let near = self.vector.cosine(&part.vector);
            nearest = nearest.max(near);
            let fit = ranked / total + near + touched(&part.topics) / named;
            if fit > best {
                (best, passage, rank) = (fit, at, ranked / (total * (K1 + 1.0)));
            }
        }
        let (mut has, mut alike, mut lacking) = (0.0, 0.0, 0f32);
        for one in asked {
            let there = one.id.is_some_and(|id| entry.all_terms.binary_search(&id).is_ok());
            let meets = there || one.topics.iter().any(|t| entry.topics.binary_search(t).is_ok());
            let near = if meets { 1.0 } else { one.nearest(&entry.all_terms) };
            has += if there { one.weight } else { 0.0 };
            alike += one.weight * near;
            lacking = lacking.max(one.weight * (1.0 - near));
        }
        let near = |other: &Vector| self.vector.cosine(other);
        let sentence = entry.sentences.iter().map(near).fold(0.0, f32::max);
        let title: f32 = entry.title_topics.iter().map(|topic| index.topic_rarity(*topic)).sum();
        let title_asked = touched(&entry.title_topics);
        Some(Candidate {
            document,
            passage: entry.parts.start + passage,
            meant: entry.english && !self.vector.is_empty(),
            features: [
                1.0,
                has / weights,
                rank,
                nearest,
                sentence,
                alike / weights,
                touched(&entry.topics) / SCALE,
                title_asked / SCALE,
                title_asked / title.max(f32::MIN_POSITIVE),
                lacking / SCALE,
            ],
        })
    }

    /// The rarity of those topics of the question that are among some.
    fn rarity(&self, index: &Index, topics: &[Topic]) -> f32 {
        let both = self.topics.iter().filter(|topic| topics.binary_search(topic).is_ok());
        both.map(|topic| index.topic_rarity(*topic)).sum()
    }
}

/// The question's terms, each once. With `meant`, each weighs as much as such a word means, and the
/// weightiest know how near each of the articles' terms is to them.
fn asked(
    index: &Index,
    words: &Words,
    named: &[Hit<Topic>],
    english: bool,
    meant: bool,
) -> Vec<Asked> {
    let mut all: Vec<(Asked, String, String)> = Vec::new();
    for term in terms(words, english) {
        let topics = named.iter().filter(|hit| (hit.from..hit.to).contains(&term.at));
        let topics = topics.map(|hit| hit.label);
        if let Some((same, ..)) = all.iter_mut().find(|(_, other, _)| *other == term.term) {
            same.topics.extend(topics);
            continue;
        }
        let id = index.terms.get(&term.term).copied();
        let rarity = index.rarity(id);
        let share = if meant { weight(&term.word).min(MOST_WEIGHT) } else { 1.0 };
        let one = Asked {
            id,
            rarity,
            weight: rarity * share,
            topics: topics.collect(),
            near: Vec::new(),
        };
        all.push((one, term.term, term.word));
    }
    all.sort_by(|a, b| b.0.weight.total_cmp(&a.0.weight));
    if meant {
        for (asked, _, word) in all.iter_mut().take(MEANT) {
            let meaning = embed(word);
            if !meaning.is_empty() {
                let near =
                    |other: &Vector| (meaning.cosine(other) - ALIKE).max(0.0) / (1.0 - ALIKE);
                asked.near = index.meanings.iter().map(near).collect();
            }
        }
    }
    all.into_iter().map(|(asked, ..)| asked).collect()
}
