//! What the policy listens for and what it says, per language: one file for each.
//!
//! `lexicon/CODE.txt`, in the order of [`Lang::ALL`]. A line is `cue = phrase, phrase, …`; a cue may
//! come again; `#` begins a comment. Phrases are words, written in any case and with or without
//! accents and apostrophes. `*` at the end of the last word stands for any ending, `~` between words
//! for up to four words in between (ten characters in scripts without spaces). `say.LINE = …` is a
//! sentence that is said.
//!
//! `build.rs` packs them ([`crate::vocabulary`]): of phrases, their fingerprints are kept.

pub(crate) mod cue;

use crate::text::Lang;

/// Whether a question word can stand anywhere in a sentence, and so shows a question wherever it
/// stands; elsewhere it does at the beginning only.
pub(super) fn asks_anywhere(lang: Lang) -> bool {
    matches!(lang, Lang::Ja | Lang::Zh | Lang::Th | Lang::Tr | Lang::Hi)
}

#[cfg(test)]
mod tests {
    use super::cue::Cue;
    use crate::prompt::Line;
    use crate::text::Lang;
    use crate::vocabulary::{HEAD, Vocabulary};

    #[test]
    fn every_language_knows_every_cue() {
        let vocabulary = Vocabulary::get();
        for lang in Lang::ALL {
            for (n, cue) in Cue::ALL.iter().enumerate() {
                assert!(n < usize::from(HEAD));
                let mut all = vocabulary.prompt.entries.iter();
                let known = all.any(|e| e.langs == 1 << lang as u16 && usize::from(e.meaning) == n);
                assert!(known, "{lang:?} {cue:?}");
            }
        }
    }

    #[test]
    fn every_sentence_is_there_with_its_places() {
        for lang in Lang::ALL {
            for (n, l) in Line::ALL.into_iter().enumerate() {
                assert_eq!(l as usize, n);
                let text = Vocabulary::get().line(lang, l);
                assert!(!text.trim().is_empty(), "{lang:?} {l:?}");
                let value = matches!(l, Line::ConfirmOnFile | Line::ConfirmSlip);
                assert_eq!(text.contains("{value}"), value, "{lang:?} {l:?}");
                assert_eq!(text.matches(['{', '}']).count(), if value { 2 } else { 0 });
            }
        }
    }
}
