//! Compiles the language files and word lists of detection into the tables that
//! `src/detect/lang/mod.rs` reads: fingerprints of phrases by what they mean, and two filters.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::{env, fs, path::Path};
use text::print::Print;

#[allow(dead_code, reason = "shared with the library")]
#[path = "src/detect/lang/cues.rs"]
mod cues;
#[allow(dead_code, reason = "shared with the library")]
#[path = "src/detect/filter.rs"]
mod filter;
#[path = "build/prompt.rs"]
mod prompt;
#[allow(dead_code, unused_imports, reason = "shared with the library")]
#[path = "src/text"]
mod text {
    mod fold;
    mod letter;
    pub mod print;
    mod token;
    pub use fold::fold;
    pub use token::{Class, Tokens};
}

/// In the order of `text::Lang::ALL`.
const LANGS: [&str; 15] =
    ["en", "es", "fr", "de", "pt", "it", "nl", "pl", "ja", "zh", "th", "tr", "hi", "ar", "sv"];

fn main() -> Result<(), Box<dyn Error>> {
    for path in ["build", "src/detect", "src/prompt", "src/text", "data/detect"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("phrases.bin"), phrases()?)?;
    let (prints, sentences) = prompt::pack(&LANGS)?;
    fs::write(Path::new(&out).join("prompt.bin"), prints)?;
    fs::write(Path::new(&out).join("lines.txt"), sentences)?;
    for list in ["names", "words"] {
        let text = fs::read_to_string(format!("data/detect/{list}.txt"))?;
        let mut words: Vec<String> = text.lines().map(str::to_owned).collect();
        if list == "words" {
            words.extend(common_words()?);
        }
        words.sort_unstable();
        words.dedup();
        let table = xor_filter(&words)?;
        fs::write(Path::new(&out).join(format!("{list}.bin")), table)?;
    }
    Ok(())
}

/// What the language files have under `common`: words that are seldom names, in any language.
fn common_words() -> Result<Vec<String>, Box<dyn Error>> {
    let mut words = Vec::new();
    for lang in LANGS {
        let file = fs::read_to_string(format!("src/detect/lang/{lang}.txt"))?;
        let lines = file.lines().filter_map(|l| l.strip_prefix("common = "));
        words.extend(lines.flat_map(str::split_ascii_whitespace).map(form));
    }
    Ok(words)
}

/// The phrases of all languages by what they mean; `PHRASES` in `src/detect/lang/mod.rs` has the
/// layout.
fn phrases() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut all: BTreeMap<String, BTreeMap<u16, u64>> = BTreeMap::new();
    for (n, lang) in LANGS.iter().enumerate() {
        let file = fs::read_to_string(format!("src/detect/lang/{lang}.txt"))?;
        for line in file
            .lines()
            .filter(|l| !l.is_empty() && !l.starts_with('#') && !l.starts_with("common ="))
        {
            let (key, items) = line.split_once(" =").ok_or_else(|| format!("{lang}: {line}"))?;
            let (_, cue) = cues::KEYS
                .iter()
                .find(|(k, _)| *k == key)
                .ok_or_else(|| format!("{lang}: no key {key}"))?;
            for item in items.split_ascii_whitespace() {
                *all.entry(form(item)).or_default().entry(1 << n).or_default() |= cue;
            }
        }
    }
    let mut meanings: BTreeMap<(u16, u64), BTreeSet<u32>> = BTreeMap::new();
    for (phrase, cues) in &all {
        // The same meaning in several languages is one.
        let mut by_cue: BTreeMap<u64, u16> = BTreeMap::new();
        for (lang, cue) in cues {
            *by_cue.entry(*cue).or_default() |= lang;
        }
        for (cue, langs) in by_cue {
            meanings.entry((langs, cue)).or_default().insert(fingerprint(phrase));
        }
    }
    let mut out = u16::try_from(meanings.len())?.to_le_bytes().to_vec();
    out.extend(meanings.keys().flat_map(|(langs, _)| langs.to_le_bytes()));
    out.extend(meanings.keys().flat_map(|(_, cues)| cues.to_le_bytes()));
    let mut bits = prompt::Bits::default();
    for prints in meanings.values() {
        bits.group(prints, 9)?;
    }
    out.extend(bits.bytes);
    Ok(out)
}

/// Of the folded tokens, each with its end; a run without spaces is one.
fn fingerprint(phrase: &str) -> u32 {
    phrase.split(' ').fold(Print::NONE, |print, word| print.letters(word).end()).whole()
}

/// An item as it is looked up: its folded tokens with a space between, or, for scripts without
/// spaces, itself.
fn form(item: &str) -> String {
    let spaced = item.replace('_', " ");
    let tokens = text::Tokens::new(&spaced);
    if tokens.class(0) == Some(text::Class::Run) {
        return text::fold(&spaced);
    }
    (0..tokens.len()).map(|i| tokens.folded(i)).collect::<Vec<_>>().join(" ")
}

/// See `src/detect/filter.rs`. Tries seeds until the words can be placed, as one in two can.
fn xor_filter(words: &[String]) -> Result<Vec<u8>, Box<dyn Error>> {
    let block = (words.len() * 123 / 100 + 32).div_ceil(3);
    for seed in 0..=u8::MAX {
        if let Some(prints) = place(words, block, seed) {
            return Ok([vec![seed], prints].concat());
        }
    }
    Err("no seed places all words".into())
}

fn place(words: &[String], block: usize, seed: u8) -> Option<Vec<u8>> {
    let hashes: Vec<u64> = words.iter().map(|w| filter::hash(w, seed)).collect();
    // For each slot how many hashes still need one of their three there, and the xor of them.
    let mut slots = vec![(0u32, 0u64); 3 * block];
    for h in &hashes {
        for i in filter::places(*h, block).0 {
            slots[i].0 += 1;
            slots[i].1 ^= h;
        }
    }
    let mut alone: Vec<usize> = (0..slots.len()).filter(|i| slots[*i].0 == 1).collect();
    let mut order = Vec::with_capacity(hashes.len());
    while let Some(slot) = alone.pop() {
        let (1, h) = slots[slot] else { continue };
        order.push((slot, h));
        for i in filter::places(h, block).0 {
            slots[i].0 -= 1;
            slots[i].1 ^= h;
            if slots[i].0 == 1 {
                alone.push(i);
            }
        }
    }
    if order.len() < hashes.len() {
        return None;
    }
    let mut prints = vec![0u8; 3 * block];
    for (slot, h) in order.into_iter().rev() {
        let (places, print) = filter::places(h, block);
        prints[slot] = places.iter().filter(|i| **i != slot).fold(print, |p, i| p ^ prints[*i]);
    }
    Some(prints)
}
