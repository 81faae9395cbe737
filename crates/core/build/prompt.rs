//! Packs the language files of `src/prompt/lexicon`; `src/prompt/lexicon.rs` describes their form.

use crate::bits::Bits;
use crate::text::print::{OPEN_WORDS, Print, STEM_CHARS};
use crate::text::{Class, Tokens, fold};
use crate::vocabulary::file::CUES_BITS;
use cue::Cue;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;

#[allow(dead_code, reason = "shared with the library")]
#[path = "../src/prompt/lexicon/cue.rs"]
mod cue;

/// What is said, in the order of `prompt::Line::ALL`.
const LINES: [&str; 11] = [
    "email_send",
    "email_book",
    "email_handoff",
    "email_returning",
    "name_book",
    "name_call",
    "name_matter",
    "phone_book",
    "phone_call",
    "confirm_on_file",
    "confirm_slip",
];

/// The keys of the cues, in the order in which they are packed.
pub const KEYS: &[&str] = Cue::KEYS;

/// Adds the fingerprints of one language, also to all that are known with their phrases, and gives its sentences.
pub fn pack(
    lang: &str,
    bits: &mut Bits,
    known: &mut BTreeSet<u32>,
    known_words: &mut BTreeSet<String>,
) -> Result<String, Box<dyn Error>> {
    let file = fs::read_to_string(format!("src/prompt/lexicon/{lang}.txt"))?;
    let mut prints: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    let mut said: BTreeMap<&str, &str> = BTreeMap::new();
    for line in file.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let bad = || format!("prompt/lexicon/{lang}.txt: {line}");
        let (key, text) = line.split_once(" = ").ok_or_else(bad)?;
        if let Some(line) = key.strip_prefix("say.") {
            said.insert(line, text);
            continue;
        }
        let cue = Cue::KEYS.iter().position(|k| *k == key).ok_or_else(bad)?;
        for phrase in text.split(',') {
            let (head, whole) = fingerprint(phrase).ok_or_else(|| format!("{lang}: {phrase}"))?;
            known.insert(whole);
            known.extend(head);
            let head_text = phrase.split_once('~').map(|(before, _)| before);
            known_words.extend([phrase].into_iter().chain(head_text).map(|t| words(t).join(" ")));
            prints.entry(cue).or_default().insert(whole);
            prints.entry(Cue::ALL.len()).or_default().extend(head);
        }
    }
    for cue in 0..=Cue::ALL.len() {
        bits.group(&prints.remove(&cue).unwrap_or_default(), CUES_BITS)?;
    }
    let mut sentences = Vec::new();
    for line in LINES {
        sentences.push(said.remove(line).ok_or_else(|| format!("{lang}: no say.{line}"))?);
    }
    if let Some((line, _)) = said.first_key_value() {
        return Err(format!("{lang}: say.{line} is no sentence").into());
    }
    Ok(sentences.join("\n"))
}

/// The fingerprint of a phrase, and of what stands before its gap where it has one.
fn fingerprint(phrase: &str) -> Option<(Option<u32>, u32)> {
    let (phrase, open) = match phrase.strip_suffix('*') {
        Some(stem) => (stem, true),
        None => (phrase, false),
    };
    if phrase.contains('*') {
        return None;
    }
    let mut head = None;
    let mut print = Print::NONE;
    if let Some((before, _)) = phrase.split_once('~') {
        let words = words(before);
        print = words.iter().fold(print, |p, w| p.letters(w).end());
        head = (!words.is_empty()).then(|| print.whole());
        head?;
        print = print.gap();
    }
    let words = words(phrase.split_once('~').map_or(phrase, |(_, after)| after));
    let (last, before) = words.split_last()?;
    print = before.iter().fold(print, |p, w| p.letters(w).end()).letters(last);
    // Scripts without spaces have no stems.
    let stem = before.len() < OPEN_WORDS && last.chars().count() >= STEM_CHARS;
    if open && !stem {
        return None;
    }
    Some((head, if open { print.open() } else { print.end().whole() }))
}

/// As `src/prompt/words.rs` reads a message.
fn words(text: &str) -> Vec<String> {
    let tokens = Tokens::new(text);
    let mut words = Vec::new();
    for i in 0..tokens.len() {
        match tokens.class(i) {
            Some(Class::Run) => words.extend(tokens.folded(i).chars().map(String::from)),
            Some(Class::Word | Class::Number) => words.push(fold(tokens.folded(i))),
            _ => {}
        }
    }
    words
}
