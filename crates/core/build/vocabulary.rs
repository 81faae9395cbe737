//! Makes one language's vocabulary from its two files, `src/detect/lang/CODE.txt` and
//! `src/prompt/lexicon/CODE.txt`, in the layout of `src/vocabulary/file.rs`.

use super::{cues, form, prompt};
use crate::bits::Bits;
use crate::text::print::Print;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;

#[allow(dead_code, reason = "shared with the library")]
#[path = "../src/vocabulary/file.rs"]
pub mod file;

/// The fingerprints of all phrases, and the phrases themselves.
#[derive(Default)]
pub struct Known {
    prints: BTreeSet<u32>,
    words: BTreeSet<String>,
}

impl Known {
    /// Whether a word that is no phrase seems to be one.
    pub fn mistakes(&self, word: &str) -> bool {
        self.prints.contains(&fingerprint(word)) && !self.words.contains(word)
    }

    /// Those phrases that are words as the filters take them.
    pub fn words(&self) -> impl Iterator<Item = &String> {
        self.words.iter().filter(|phrase| is_word(phrase))
    }
}

/// The file of the language at a place of `Lang::ALL`, with names that are known besides.
pub fn pack(
    place: usize,
    code: &str,
    names: &[String],
    known: &mut Known,
) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bits = Bits::default();
    detection(code, names, &mut bits, known)?;
    let sentences = prompt::pack(code, &mut bits, &mut known.prints, &mut known.words)?;
    let mut rest = u16::try_from(sentences.len())?.to_le_bytes().to_vec();
    rest.extend(sentences.bytes());
    rest.extend(bits.bytes);
    let place = [u8::try_from(place)?];
    let sum = file::checksum(&rest, file::checksum(&place, file::START));
    let edition = file::edition(cues::KEYS, prompt::KEYS).to_le_bytes();
    Ok([&edition[..], &place, &sum.to_le_bytes(), &rest].concat())
}

/// What words are a sign of beside values only, whatever else they are.
const BESIDE: cues::Cues = cues::CALLER | cues::BECOMES;

/// The words that English has under `not` and, but for what they say beside values, under nothing else: they have a filter of
/// their own.
pub fn never() -> Result<BTreeSet<String>, Box<dyn Error>> {
    let phrases = phrases("en")?.into_iter();
    let alone = phrases.filter(|(phrase, signs)| signs & !BESIDE == cues::NOT && is_word(phrase));
    Ok(alone.map(|(phrase, _)| phrase).collect())
}

/// As the filters take them.
fn is_word(phrase: &str) -> bool {
    phrase.is_ascii() && !phrase.contains(' ')
}

/// The phrases of detection with what they are signs of.
fn phrases(code: &str) -> Result<BTreeMap<String, u64>, Box<dyn Error>> {
    let text = fs::read_to_string(format!("src/detect/lang/{code}.txt"))?;
    let mut phrases: BTreeMap<String, u64> = BTreeMap::new();
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (key, items) = line.split_once(" =").ok_or_else(|| format!("{code}: {line}"))?;
        // Those of English are with the other words of English.
        if code == "en" && key == "common" {
            continue;
        }
        let (_, sign) = cues::KEYS
            .iter()
            .find(|(k, _)| *k == key)
            .ok_or_else(|| format!("{code}: no key {key}"))?;
        for item in items.split_ascii_whitespace() {
            *phrases.entry(form(item)).or_default() |= sign;
        }
    }
    Ok(phrases)
}

/// The phrases of detection by what they mean.
fn detection(
    code: &str,
    names: &[String],
    bits: &mut Bits,
    known: &mut Known,
) -> Result<(), Box<dyn Error>> {
    let mut phrases = phrases(code)?;
    if code == "en" {
        phrases.retain(|phrase, signs| *signs != cues::NOT || !is_word(phrase));
    }
    for name in names {
        *phrases.entry(form(name)).or_default() |= cues::SURNAME;
    }
    let mut meanings: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
    for (phrase, signs) in &phrases {
        let print = fingerprint(phrase);
        meanings.entry(*signs).or_default().insert(print);
        known.prints.insert(print);
        known.words.insert(phrase.clone());
    }
    bits.number(meanings.len(), file::MEANINGS_BITS)?;
    for (signs, prints) in &meanings {
        bits.number(signs.count_ones() as usize - 1, file::SIGNS_BITS)?;
        for sign in (0..u64::BITS).filter(|n| signs >> n & 1 == 1) {
            bits.number(sign as usize, file::SIGN_BITS)?;
        }
        bits.group(prints, file::PHRASES_BITS)?;
    }
    Ok(())
}

/// Of the folded tokens, each with its end; a run without spaces is one.
fn fingerprint(phrase: &str) -> u32 {
    phrase.split(' ').fold(Print::NONE, |print, word| print.letters(word).end()).whole()
}
