//! Compiles the language files into one vocabulary a language (`src/vocabulary`), and the word lists
//! of detection into two filters.

use std::error::Error;
use std::{env, fs, path::Path};

#[path = "build/bits.rs"]
mod bits;

#[allow(dead_code, reason = "shared with the library")]
#[path = "src/detect/lang/cues.rs"]
mod cues;
#[allow(dead_code, reason = "shared with the library")]
#[path = "src/detect/filter.rs"]
mod filter;
#[path = "build/prompt.rs"]
mod prompt;
#[path = "build/vocabulary.rs"]
mod vocabulary;
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
    for path in ["build", "src/detect", "src/prompt", "src/text", "src/vocabulary", "data/detect"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let out = env::var("OUT_DIR")?;
    let vocabularies = Path::new(&out).join("vocabulary");
    fs::create_dir_all(&vocabularies)?;
    for (place, lang) in LANGS.iter().enumerate() {
        fs::write(vocabularies.join(format!("{lang}.bin")), vocabulary::pack(place, lang)?)?;
    }
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
