//! Finds many phrases in a text in one pass: a trie whose edges are folded words.

use super::words::Words;
use core::hash::{BuildHasherDefault, Hasher};
use std::collections::HashMap;

/// Longest phrase that is looked for, in words; characters in unspaced scripts.
pub(crate) const MAX_PHRASE: usize = 24;
/// Shortest stem that a phrase's `*` may stand after, in bytes.
const MIN_STEM: usize = 2;
/// Most words that the `_` of a phrase stands for.
const MAX_GAP: usize = 2;
/// The edge that every word takes.
const ANY: u32 = u32::MAX;

/// FNV-1a. The keys are this crate's own phrases or an owner's values, so flooding is no concern.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// A map with [`Fnv`].
pub(crate) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Fnv>>;

/// Spreads a number over all bits (Fibonacci hashing), for keys that are numbers already.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u64(u64::from(*b)));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        let spread = (self.0 ^ number ^ (number >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = spread ^ (spread >> 32);
    }
}

/// A map with [`Spread`].
pub(crate) type Numbers<V> = HashMap<u64, V, BuildHasherDefault<Spread>>;

/// Phrases, each under one or more labels.
#[derive(Debug)]
pub(crate) struct Lexicon<L> {
    /// The labels, each once; the trie knows them by their place, so that its code is there once for all of them.
    labels: Vec<L>,
    trie: Trie,
}

/// Phrases, each under the places of its labels.
#[derive(Debug, Default)]
struct Trie {
    /// Words that must match whole, and stems that match by their beginning, each by its [`Fnv`]: the
    /// hashes of all beginnings of a word are found in one pass over it. Two words of one hash would
    /// be taken for each other; among 64 bits no two of any language are.
    whole: Numbers<u32>,
    stems: Numbers<u32>,
    longest_stem: usize,
    edges: Numbers<u32>,
    /// Labels of the nodes at which a phrase ends; node 0 is the beginning.
    labels: Numbers<Vec<u32>>,
    nodes: u32,
}

/// The edge from a node by a word.
fn edge(node: u32, word: u32) -> u64 {
    u64::from(node) << 32 | u64::from(word)
}

fn fnv(word: &str) -> u64 {
    let mut hash = Fnv::default();
    hash.write(word.as_bytes());
    hash.finish()
}

impl<L> Default for Lexicon<L> {
    fn default() -> Self {
        Self { labels: Vec::new(), trie: Trie::default() }
    }
}

/// A phrase found: its label and the words that it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit<L> {
    /// Under which label.
    pub label: L,
    /// Index of its first word.
    pub from: usize,
    /// Index after its last word.
    pub to: usize,
}

impl<L: Copy + PartialEq> Lexicon<L> {
    /// Makes room for about so many phrases.
    pub(crate) fn with_room(phrases: usize) -> Self {
        let mut lexicon = Self::default();
        lexicon.trie.reserve(phrases);
        lexicon
    }

    /// Adds a phrase; a word that ends in `*` matches by its beginning, and `_` stands for up to
    /// [`MAX_GAP`] words of any kind.
    pub(crate) fn add(&mut self, phrase: &str, label: L) {
        // Phrases of one label come together.
        let place = self.labels.iter().rposition(|l| *l == label).unwrap_or_else(|| {
            self.labels.push(label);
            self.labels.len() - 1
        });
        self.trie.add(phrase, place as u32);
    }

    /// All phrases in the text, each label with the longest phrase per first word.
    pub(crate) fn hits(&self, words: &Words) -> Vec<Hit<L>> {
        let hits = self.trie.hits(words).into_iter();
        hits.filter_map(|Hit { label, from, to }| {
            Some(Hit { label: *self.labels.get(label as usize)?, from, to })
        })
        .collect()
    }
}

impl Trie {
    fn reserve(&mut self, phrases: usize) {
        self.whole.reserve(phrases);
        self.stems.reserve(phrases / 2);
        self.edges.reserve(2 * phrases);
        self.labels.reserve(phrases);
    }

    fn add(&mut self, phrase: &str, label: u32) {
        let Some((before, after)) = phrase.split_once(" _ ") else {
            return self.add_plain(phrase, label);
        };
        for words in 0..=MAX_GAP {
            self.add(&format!("{before} {}{after}", "? ".repeat(words)), label);
        }
    }

    /// Adds a phrase in which each `?` stands for one word of any kind.
    fn add_plain(&mut self, phrase: &str, label: u32) {
        let mut node = 0u32;
        for piece in phrase.split_whitespace() {
            if piece == "?" && node != 0 {
                let fresh = self.nodes + 1;
                node = *self.edges.entry(edge(node, ANY)).or_insert(fresh);
                self.nodes = self.nodes.max(node);
                continue;
            }
            let (piece, stem) = match piece.strip_suffix('*') {
                Some(stem) => (stem, true),
                None => (piece, false),
            };
            // Most pieces are one folded word already.
            if piece.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
                node = self.step(node, piece, stem);
                continue;
            }
            let words = Words::new(piece);
            let last = words.len().saturating_sub(1);
            for (i, word) in words.iter().enumerate() {
                node = self.step(node, word, stem && i == last);
            }
        }
        if node != 0 {
            let labels = self.labels.entry(u64::from(node)).or_default();
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
    }

    /// The node after a word, made where there is none.
    fn step(&mut self, node: u32, word: &str, stem: bool) -> u32 {
        let id = self.word_id(word, stem && word.len() >= MIN_STEM);
        let fresh = self.nodes + 1;
        let next = *self.edges.entry(edge(node, id)).or_insert(fresh);
        self.nodes = self.nodes.max(next);
        next
    }

    fn word_id(&mut self, word: &str, stem: bool) -> u32 {
        let fresh = (self.whole.len() + self.stems.len()) as u32;
        let words = if stem {
            self.longest_stem = self.longest_stem.max(word.len());
            &mut self.stems
        } else {
            &mut self.whole
        };
        *words.entry(fnv(word)).or_insert(fresh)
    }

    fn hits(&self, words: &Words) -> Vec<Hit<u32>> {
        // The ids of all words in one list, with where each word's begin.
        let (mut ids, mut starts) = (Vec::new(), Vec::with_capacity(words.len() + 1));
        for word in words.iter() {
            starts.push(ids.len());
            self.add_ids(word, &mut ids);
        }
        starts.push(ids.len());
        let of = |i: usize| match (starts.get(i), starts.get(i + 1)) {
            (Some(from), Some(to)) => ids.get(*from..*to).unwrap_or_default(),
            _ => &[],
        };
        let mut hits: Vec<Hit<u32>> = Vec::new();
        let (mut nodes, mut next) = (Vec::new(), Vec::new());
        for from in (0..words.len()).filter(|i| !of(*i).is_empty()) {
            let first = hits.len();
            nodes.clear();
            nodes.push(0u32);
            for to in from..words.len().min(from + MAX_PHRASE) {
                next.clear();
                for node in &nodes {
                    next.extend(of(to).iter().filter_map(|id| self.edges.get(&edge(*node, *id))));
                    if *node != 0 {
                        next.extend(self.edges.get(&edge(*node, ANY)));
                    }
                }
                if next.is_empty() {
                    break;
                }
                let ends = next.iter().filter_map(|n| self.labels.get(&u64::from(*n)));
                for label in ends.flatten() {
                    let hit = Hit { label: *label, from, to: to + 1 };
                    match hits.iter_mut().skip(first).find(|h| h.label == *label) {
                        Some(shorter) => *shorter = hit,
                        None => hits.push(hit),
                    }
                }
                core::mem::swap(&mut nodes, &mut next);
            }
        }
        hits
    }

    /// The id of a word and those of the stems that it begins with.
    fn add_ids(&self, word: &str, ids: &mut Vec<u32>) {
        let mut hash = Fnv::default();
        for (at, byte) in word.bytes().enumerate() {
            if at >= MIN_STEM && at <= self.longest_stem {
                ids.extend(self.stems.get(&hash.finish()));
            }
            hash.write(&[byte]);
        }
        ids.extend(self.whole.get(&hash.finish()));
        if word.len() >= MIN_STEM && word.len() <= self.longest_stem {
            ids.extend(self.stems.get(&hash.finish()));
        }
    }
}

/// Hits near the i-th, itself included. Hits come in the order of their first word and are short, so
/// that only these can touch it; looking at no more keeps the time linear.
pub(crate) fn around<L>(hits: &[Hit<L>], i: usize) -> impl Iterator<Item = &Hit<L>> {
    const REACH: usize = 48;
    hits.iter().skip(i.saturating_sub(REACH)).take(2 * REACH + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lexicon: &Lexicon<u8>, text: &str) -> Vec<(u8, String)> {
        let words = Words::new(text);
        let hits = lexicon.hits(&words);
        hits.iter().map(|h| (h.label, text[words.source(h.from..h.to)].to_owned())).collect()
    }

    #[test]
    fn phrases_stems_and_unspaced_text_are_found() {
        let mut lexicon = Lexicon::default();
        for (phrase, label) in [
            ("thank*", 1),
            ("thank you so much", 1),
            ("ありがとう", 2),
            ("not work*", 3),
            ("send _ back", 4),
        ] {
            lexicon.add(phrase, label);
        }
        assert_eq!(found(&lexicon, "Thanks!"), [(1, "Thanks".to_owned())]);
        assert_eq!(found(&lexicon, "Thank you so much."), [(1, "Thank you so much".to_owned())]);
        assert_eq!(found(&lexicon, "本当にありがとう。"), [(2, "ありがとう".to_owned())]);
        assert_eq!(found(&lexicon, "it's NOT working"), [(3, "NOT working".to_owned())]);
        assert_eq!(found(&lexicon, "Send back"), [(4, "Send back".to_owned())]);
        assert_eq!(found(&lexicon, "I send all five back"), [(4, "send all five back".to_owned())]);
        assert!(found(&lexicon, "send it all the way back").is_empty());
        assert!(found(&lexicon, "not at work, thinking").is_empty());
        assert!(found(&Lexicon::default(), "anything").is_empty());
    }
}
