//! What the policy listens for and what it says, per language: one file for each.
//!
//! `lexicon/CODE.txt`, in the order of [`Lang::ALL`]. A line is `cue = phrase, phrase, …`; a cue may
//! come again; `#` begins a comment. Phrases are words, written in any case and with or without
//! accents and apostrophes. `*` at the end of the last word stands for any ending, `~` between words
//! for up to four words in between (ten characters in scripts without spaces). `say.LINE = …` is a
//! sentence that is said.
//!
//! `build.rs` packs them: of phrases, their fingerprints are kept ([`crate::text::print`]).

pub(super) mod cue;

use super::wording::Line;
use crate::text::Lang;
use crate::text::print::Packed;
use cue::Cue;

/// Fingerprints, for each language and each cue, and then heads of phrases with a gap: groups whose
/// number has eight bits.
const PHRASES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/prompt.bin"));

/// The sentences of each language in the order of [`Line::ALL`], one a line.
const LINES: &str = include_str!(concat!(env!("OUT_DIR"), "/lines.txt"));

/// What a fingerprint stands for.
pub(super) type Meaning = (Lang, Option<Cue>);

/// Gives every fingerprint with its meaning; none for what may begin a phrase with a gap.
pub(super) fn each(mut take: impl FnMut(u32, Meaning)) {
    let mut packed = Packed::new(PHRASES);
    for lang in Lang::ALL {
        for cue in Cue::ALL.iter().map(|c| Some(*c)).chain([None]) {
            packed.group(8, |print| take(print, (lang, cue)));
        }
    }
}

/// A built-in sentence.
pub(super) fn line(lang: Lang, line: Line) -> &'static str {
    LINES.split('\n').nth(lang as usize * Line::ALL.len() + line as usize).unwrap_or_default()
}

/// Whether a question word can stand anywhere in a sentence, and so shows a question wherever it
/// stands; elsewhere it does at the beginning only.
pub(super) fn asks_anywhere(lang: Lang) -> bool {
    matches!(lang, Lang::Ja | Lang::Zh | Lang::Th | Lang::Tr | Lang::Hi)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::print::BITS;

    #[test]
    fn every_language_knows_every_cue() {
        let mut known = std::collections::HashSet::new();
        each(|print, meaning| {
            assert!(print < 1 << BITS);
            known.insert(meaning);
        });
        for lang in Lang::ALL {
            for cue in Cue::ALL {
                assert!(known.contains(&(lang, Some(*cue))), "{lang:?} {cue:?}");
            }
        }
    }

    #[test]
    fn every_sentence_is_there_with_its_places() {
        assert_eq!(LINES.lines().count(), Lang::ALL.len() * Line::ALL.len());
        for lang in Lang::ALL {
            for (n, l) in Line::ALL.into_iter().enumerate() {
                assert_eq!(l as usize, n);
                let text = line(lang, l);
                assert!(!text.trim().is_empty(), "{lang:?} {l:?}");
                let value = matches!(l, Line::ConfirmOnFile | Line::ConfirmSlip);
                assert_eq!(text.contains("{value}"), value, "{lang:?} {l:?}");
                assert_eq!(text.matches(['{', '}']).count(), if value { 2 } else { 0 });
            }
        }
    }
}
