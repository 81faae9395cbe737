//! What each language says: words and phrases, and what each is a sign of.
//!
//! One file per language, `CODE.txt`, in the order of [`Lang::ALL`]. A line is `key = item item …`;
//! a key may come again; `_` stands for a space inside an item; `#` begins a comment. Items are
//! written as a careful writer would; case, accents and apostrophes are folded away here. The keys
//! are those of [`cues::KEYS`], and `common`: words that are seldom names, which go into [`WORDS`].
//! In languages written without spaces, items are looked for inside runs of characters.

pub(crate) mod cues;

use super::filter::Filter;
use crate::text::Lang;
use cues::{
    AT, Cues, DASH, DOT, HELLO, IAM, LEAD, MY, NOT, REQUEST, SORRY, THEIR, UNDERSCORE, YOUR,
};
use std::sync::OnceLock;

/// Made by `build.rs`, which says how they are laid out.
const PHRASES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/phrases.bin"));

/// Given and family names that are frequent somewhere, in Latin letters.
pub(crate) const NAMES: Filter = Filter(include_bytes!(concat!(env!("OUT_DIR"), "/names.bin")));

/// Words that are seldom names: the commonest English ones, in the form that others are formed
/// from, and those that the language files have under `common`.
pub(crate) const WORDS: Filter = Filter(include_bytes!(concat!(env!("OUT_DIR"), "/words.bin")));

/// A set of languages, bit by position in [`Lang::ALL`].
pub(crate) type Langs = u16;

/// Every language.
pub(crate) const ALL_LANGS: Langs = (1 << 15) - 1;

/// The set with one language.
pub(crate) fn only(lang: Lang) -> Langs {
    1 << (lang as u16)
}

/// How addresses are spelled out; understood in any language, since nothing else is said so.
const SPELLED: Cues = AT | DOT | DASH | UNDERSCORE;

/// What tells a language.
const LITTLE: Cues = NOT | MY | YOUR | THEIR | HELLO | LEAD | SORRY | REQUEST | IAM;

struct Entry {
    start: u32,
    len: u16,
    langs: Langs,
    cues: Cues,
}

/// All languages' words and phrases, folded, sorted.
#[derive(Default)]
pub(crate) struct Lexicon {
    arena: String,
    entries: Vec<Entry>,
    /// The first entry that begins with a word, by the word's hash: open addressing, 0 is empty.
    index: Vec<u16>,
}

/// Slots of the index: a power of two, more than twice the distinct first words.
const SLOTS: usize = 16_384;

fn slot(word: &str) -> usize {
    let mix = |h: u32, b: u8| (h ^ u32::from(b)).wrapping_mul(0x0100_0193);
    let h = word.bytes().fold(0x811c_9dc5, mix);
    (h ^ (h >> 15)) as usize % SLOTS
}

impl Lexicon {
    /// The one lexicon, unpacked on first use.
    pub(crate) fn get() -> &'static Self {
        static LEXICON: OnceLock<Lexicon> = OnceLock::new();
        LEXICON.get_or_init(|| Self::unpack(PHRASES).unwrap_or_default())
    }

    fn unpack(table: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u16::from_le_bytes(*table.get(at..)?.first_chunk()?));
        let meanings = usize::from(number(0)?);
        let count = usize::from(number(2 + 10 * meanings)?);
        let numbers = 4 + 10 * meanings;
        let mut at = numbers + 2 * count;
        let mut lexicon = Self {
            arena: String::new(),
            entries: Vec::with_capacity(count),
            index: vec![0; SLOTS],
        };
        let mut last = 0..0;
        for i in 0..count {
            let shared = usize::from(*table.get(at)?);
            let rest = table.get(at + 1..)?;
            let len = rest.iter().position(|b| *b < 32).unwrap_or(rest.len());
            let start = lexicon.arena.len();
            lexicon.arena.extend_from_within(last.start..last.start + shared);
            lexicon.arena.push_str(core::str::from_utf8(rest.get(..len)?).ok()?);
            last = start..lexicon.arena.len();
            at += 1 + len;
            let low = usize::from(*table.get(numbers + i)?);
            let meaning = low | usize::from(*table.get(numbers + count + i)?) << 8;
            lexicon.entries.push(Entry {
                start: u32::try_from(start).ok()?,
                len: u16::try_from(last.len()).ok()?,
                langs: number(2 + 10 * meaning)?,
                cues: u64::from_le_bytes(*table.get(4 + 10 * meaning..)?.first_chunk()?),
            });
        }
        lexicon.fill_index();
        Some(lexicon)
    }

    fn fill_index(&mut self) {
        let mut last = String::new();
        for (i, e) in self.entries.iter().enumerate() {
            let word = self.text(e).split(' ').next().unwrap_or_default();
            if word == last {
                continue;
            }
            last = word.to_owned();
            let mut at = slot(&last);
            while self.index.get(at).is_some_and(|n| *n != 0) {
                at = (at + 1) % SLOTS;
            }
            if let (Some(place), Ok(n)) = (self.index.get_mut(at), u16::try_from(i + 1)) {
                *place = n;
            }
        }
    }

    /// The entries from the first one that begins with a word on.
    fn entries_of(&self, word: &str) -> &[Entry] {
        let mut at = slot(word);
        // There are free slots, so this ends.
        while let Some(n) = self.index.get(at).filter(|n| **n != 0) {
            let entries = self.entries.get(usize::from(*n) - 1..).unwrap_or_default();
            if entries.first().is_some_and(|e| rest_after(self.text(e), word).is_some()) {
                return entries;
            }
            at = (at + 1) % SLOTS;
        }
        &[]
    }

    fn text(&self, e: &Entry) -> &str {
        self.arena.get(e.start as usize..e.start as usize + e.len as usize).unwrap_or_default()
    }

    /// Items that begin with this word: the words after the first, and what they are signs of.
    pub(crate) fn phrases<'s>(
        &'s self,
        word: &'s str,
        langs: Langs,
    ) -> impl Iterator<Item = (&'s str, Cues)> {
        self.entries_of(word)
            .iter()
            .map_while(move |e| Some((e, rest_after(self.text(e), word)?)))
            .map(move |(e, rest)| {
                (rest, if e.langs & langs != 0 { e.cues } else { e.cues & SPELLED })
            })
            .filter(|(_, cues)| *cues != 0)
    }

    /// The languages that have a word among those that are never names, for telling languages.
    pub(crate) fn speakers(&self, word: &str) -> Langs {
        self.entries_of(word)
            .iter()
            .take_while(|e| usize::from(e.len) == word.len())
            .filter(|e| e.cues & LITTLE != 0)
            .fold(0, |all, e| all | e.langs)
    }

    /// Items that a run of characters begins with: length in bytes, and what they are signs of.
    pub(crate) fn prefixes(&self, run: &str, langs: Langs, mut each: impl FnMut(usize, Cues)) {
        for (i, c) in run.char_indices() {
            let end = i + c.len_utf8();
            let prefix = run.get(..end).unwrap_or_default();
            let from = self.entries.partition_point(|e| self.text(e) < prefix);
            let mut any_longer = false;
            let mut cues = 0;
            for e in self.entries.get(from..).unwrap_or_default() {
                let text = self.text(e);
                if text == prefix {
                    if e.langs & langs != 0 {
                        cues |= e.cues;
                    }
                } else {
                    any_longer = text.starts_with(prefix);
                    break;
                }
            }
            if cues != 0 {
                each(end, cues);
            }
            if !any_longer {
                break;
            }
        }
    }
}

/// What of a phrase follows its first word, if that is its first word.
fn rest_after<'p>(phrase: &'p str, word: &str) -> Option<&'p str> {
    let rest = phrase.strip_prefix(word)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(' ') }
}

#[cfg(test)]
mod tests {
    use super::super::filter::has_form;
    use super::cues::{INTRO, KEYS, OUTRO};
    use super::*;

    #[test]
    fn every_language_can_introduce_ask_and_refuse() {
        let lexicon = Lexicon::get();
        for lang in Lang::ALL {
            for (key, cue) in KEYS.iter().filter(|(k, _)| {
                ["intro", "iam", "ask", "email", "phone", "code", "not", "negate", "sorry"]
                    .contains(k)
            }) {
                let has = |e: &&Entry| e.langs & only(lang) != 0 && e.cues & cue != 0;
                assert!(lexicon.entries.iter().any(|e| has(&e)), "{} lacks {key}", lang.code());
            }
        }
    }

    #[test]
    fn filters_hold_their_lists_and_little_else() {
        for (set, list) in [
            (NAMES, include_str!("../../../data/detect/names.txt")),
            (WORDS, include_str!("../../../data/detect/words.txt")),
        ] {
            assert!(list.lines().all(|w| set.has(w)));
            let strangers = (0..10_000).filter(|n| set.has(&format!("zz{n}"))).count();
            assert!(strangers < 80, "{strangers} of 10,000");
        }
        assert!(
            has_form(WORDS, "looking") && has_form(WORDS, "houses") && !has_form(WORDS, "lucy")
        );
    }

    #[test]
    fn phrases_are_found_by_their_first_word() {
        let lexicon = Lexicon::get();
        let found: Vec<_> = lexicon.phrases("my", only(Lang::En)).collect();
        assert!(found.iter().any(|(rest, cues)| *rest == "name is" && cues & INTRO != 0));
        assert!(found.iter().any(|(rest, cues)| rest.is_empty() && cues & MY != 0));
        assert_eq!(lexicon.phrases("my", only(Lang::De)).count(), 0);
        let mut found = Vec::new();
        lexicon.prefixes("と申します。", only(Lang::Ja), |n, cues| found.push((n, cues)));
        assert!(found.contains(&(15, OUTRO)), "{found:?}");
    }
}
