//! Finds many phrases in a text in one pass: a trie whose edges are folded words.

use super::words::Words;
use core::hash::{BuildHasherDefault, Hasher};
use std::collections::HashMap;

/// Longest phrase that is looked for, in words; characters in unspaced scripts.
const MAX_PHRASE: usize = 16;
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

/// Phrases, each under one or more labels.
#[derive(Debug)]
pub(crate) struct Lexicon<L> {
    /// Words that must match whole, and stems that match by their beginning.
    whole: Map<Box<str>, u32>,
    stems: Map<Box<str>, u32>,
    longest_stem: usize,
    edges: Map<(u32, u32), u32>,
    /// Labels of the nodes at which a phrase ends; node 0 is the beginning.
    labels: Map<u32, Vec<L>>,
    nodes: u32,
}

impl<L> Default for Lexicon<L> {
    fn default() -> Self {
        Self {
            whole: Map::default(),
            stems: Map::default(),
            longest_stem: 0,
            edges: Map::default(),
            labels: Map::default(),
            nodes: 0,
        }
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
        lexicon.whole.reserve(phrases);
        lexicon.stems.reserve(phrases / 2);
        lexicon.edges.reserve(2 * phrases);
        lexicon.labels.reserve(phrases);
        lexicon
    }

    /// Adds a phrase; a word that ends in `*` matches by its beginning, and `_` stands for up to
    /// [`MAX_GAP`] words of any kind.
    pub(crate) fn add(&mut self, phrase: &str, label: L) {
        let Some((before, after)) = phrase.split_once(" _ ") else {
            return self.add_plain(phrase, label);
        };
        for words in 0..=MAX_GAP {
            self.add(&format!("{before} {}{after}", "? ".repeat(words)), label);
        }
    }

    /// Adds a phrase in which each `?` stands for one word of any kind.
    fn add_plain(&mut self, phrase: &str, label: L) {
        let mut node = 0u32;
        for piece in phrase.split_whitespace() {
            if piece == "?" && node != 0 {
                let fresh = self.nodes + 1;
                node = *self.edges.entry((node, ANY)).or_insert(fresh);
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
            let labels = self.labels.entry(node).or_default();
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
    }

    /// The node after a word, made where there is none.
    fn step(&mut self, node: u32, word: &str, stem: bool) -> u32 {
        let id = self.word_id(word, stem && word.len() >= MIN_STEM);
        let fresh = self.nodes + 1;
        let next = *self.edges.entry((node, id)).or_insert(fresh);
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
        // Looked up before a key is made: most words of a phrase are known already.
        match words.get(word) {
            Some(id) => *id,
            None => {
                words.insert(word.into(), fresh);
                fresh
            }
        }
    }

    /// All phrases in the text, each label with the longest phrase per first word.
    pub(crate) fn hits(&self, words: &Words) -> Vec<Hit<L>> {
        let ids: Vec<Vec<u32>> = words.iter().map(|w| self.ids(w)).collect();
        let mut hits: Vec<Hit<L>> = Vec::new();
        let (mut nodes, mut next) = (Vec::new(), Vec::new());
        for from in 0..ids.len() {
            let first = hits.len();
            nodes.clear();
            nodes.push(0u32);
            for (to, at) in ids.iter().enumerate().skip(from).take(MAX_PHRASE) {
                next.clear();
                for node in &nodes {
                    next.extend(at.iter().filter_map(|id| self.edges.get(&(*node, *id))));
                    if *node != 0 {
                        next.extend(self.edges.get(&(*node, ANY)));
                    }
                }
                if next.is_empty() {
                    break;
                }
                for label in next.iter().filter_map(|n| self.labels.get(n)).flatten() {
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

    fn ids(&self, word: &str) -> Vec<u32> {
        let mut ids: Vec<u32> = self.whole.get(word).copied().into_iter().collect();
        for end in MIN_STEM..=word.len().min(self.longest_stem) {
            if let Some(id) = word.get(..end).and_then(|stem| self.stems.get(stem)) {
                ids.push(*id);
            }
        }
        ids
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
