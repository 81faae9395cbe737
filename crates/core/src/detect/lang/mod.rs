//! What each language says: words and phrases, and what each is a sign of.
//!
//! One file per language, `CODE.txt`, in the order of [`Lang::ALL`]. A line is `key = item item …`;
//! a key may come again; `_` stands for a space inside an item; `#` begins a comment. Items are
//! written as a careful writer would; case, accents and apostrophes are folded away here. The keys
//! are those of [`cues::KEYS`]; what English has under `common` goes into [`WORDS`].
//! In languages written without spaces, items are looked for inside runs of characters.

pub(crate) mod cues;

use super::filter::{FINE, Filter, ROUGH};
use crate::text::Lang;
use crate::text::print::Print;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::table::Entry;
use cues::{
    AT, COM, Cues, DASH, DOT, HELLO, IAM, LEAD, MY, NOT, REQUEST, SORRY, THEIR, UNDERSCORE, YOU,
    YOUR,
};
use std::sync::Arc;

/// Given and family names that are frequent somewhere, in Latin letters. Without the common words that their
/// filter would take for names: "ready" after "I'm" is said more often than any name.
pub(crate) struct Names(Filter);

pub(crate) const NAMES: Names =
    Names(Filter { bytes: include_bytes!(concat!(env!("OUT_DIR"), "/names.bin")), print: ROUGH });

/// Such words.
const IMPOSTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/impostors.txt"));

impl Names {
    /// Whether a folded word is among them.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.0.has(word) && !IMPOSTORS.split(|b| *b == b' ').any(|other| other == word.as_bytes())
    }
}

/// Words that are seldom names: the commonest English ones, in the form that others are formed
/// from, and those that the file of English has under `common`.
pub(crate) const WORDS: Filter =
    Filter { bytes: include_bytes!(concat!(env!("OUT_DIR"), "/words.bin")), print: ROUGH };

/// What English has under `not` and under nothing else: words of one language that are asked for in every message weigh
/// less here than among the phrases. None of [`NAMES`] seems to be one of them.
const NEVER: Filter =
    Filter { bytes: include_bytes!(concat!(env!("OUT_DIR"), "/never.bin")), print: FINE };

/// The longest phrase, in tokens.
pub(crate) const MAX_TOKENS: usize = 5;

/// The longest item in a run without spaces, in characters.
const MAX_CHARS: usize = 14;

/// A set of languages, bit by position in [`Lang::ALL`].
pub(crate) type Langs = u16;

/// Every language.
pub(crate) const ALL_LANGS: Langs = Langs::MAX >> (Langs::BITS as usize - Lang::ALL.len());

/// The set with one language.
pub(crate) fn only(lang: Lang) -> Langs {
    1 << (lang as u16)
}

/// The language of a set that has but one.
pub(crate) fn single(langs: Langs) -> Option<Lang> {
    (langs.count_ones() == 1).then(|| Lang::ALL.get(langs.trailing_zeros() as usize).copied())?
}

/// How addresses are spelled out; understood in any language, since nothing else is said so.
pub(super) const SPELLED: Cues = AT | DOT | DASH | UNDERSCORE | COM;

/// What tells a language.
const LITTLE: Cues = NOT | MY | YOUR | YOU | THEIR | HELLO | LEAD | SORRY | REQUEST | IAM;

/// The words and phrases of the languages that are there.
pub(crate) struct Lexicon(Arc<Vocabulary>);

impl Lexicon {
    /// What is there now.
    pub(crate) fn get() -> Self {
        Self(Vocabulary::get())
    }

    fn entries(&self, print: u32) -> impl Iterator<Item = (Langs, Cues)> {
        let cues = |meaning: u16| self.0.signs.get(usize::from(meaning)).copied();
        let found = self.0.detect.find(print);
        found.map(move |Entry { langs, meaning, .. }| (*langs, cues(*meaning).unwrap_or_default()))
    }

    /// What a phrase is a sign of. English is looked up in every message; a little word of one of
    /// the message's `own` other languages is not "I am" in English: "im" in German.
    pub(crate) fn phrase(&self, print: Print, langs: Langs, own: Langs) -> Cues {
        let print = print.whole();
        if self.entries(print).next().is_none() {
            return 0;
        }
        let native =
            self.entries(print).any(|(said_in, cues)| said_in & own != 0 && cues & NOT != 0);
        self.entries(print).fold(0, |all, (said_in, cues)| {
            let cues = if said_in & langs != 0 { cues } else { cues & SPELLED };
            all | if native && said_in & own == 0 { cues & !IAM } else { cues }
        })
    }

    /// What a word is a sign of.
    pub(crate) fn word(&self, word: &str, langs: Langs) -> Cues {
        self.phrase(Print::NONE.letters(word).end(), langs, 0) | Self::never(word, langs)
    }

    /// [`NOT`] where a word is never a name in English, and that is in these languages.
    pub(crate) fn never(word: &str, langs: Langs) -> Cues {
        if langs & only(Lang::En) != 0 && NEVER.has(word) { NOT } else { 0 }
    }

    /// The languages that have a word among those that are never names, for telling languages.
    pub(crate) fn speakers(&self, word: &str) -> Langs {
        let little = self.entries(Print::NONE.letters(word).end().whole());
        let english = if NEVER.has(word) { only(Lang::En) } else { 0 };
        little.filter(|(_, cues)| cues & LITTLE != 0).fold(english, |all, (langs, _)| all | langs)
    }

    /// Items that a run of characters begins with: length in bytes, and what they are signs of.
    pub(crate) fn prefixes(&self, run: &str, langs: Langs, mut each: impl FnMut(usize, Cues)) {
        let mut print = Print::NONE;
        for (i, c) in run.char_indices().take(MAX_CHARS) {
            let end = i + c.len_utf8();
            print = print.letters(run.get(i..end).unwrap_or_default());
            let entries = self.entries(print.end().whole());
            let cues = entries.fold(0, |all, (said_in, cues)| {
                all | if said_in & langs != 0 { cues } else { cues & SPELLED }
            });
            if cues != 0 {
                each(end, cues);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::filter::has_form;
    use super::cues::{INTRO, KEYS, OUTRO, SURNAME};
    use super::*;
    use crate::text::{Class, Tokens, fold};

    #[test]
    fn every_language_can_introduce_ask_and_refuse() {
        let lexicon = Lexicon::get();
        for lang in Lang::ALL {
            for (key, cue) in KEYS.iter().filter(|(k, _)| {
                ["intro", "iam", "ask", "email", "phone", "code", "not", "negate", "sorry"]
                    .contains(k)
            }) {
                let signs = |e: &Entry| lexicon.0.signs[usize::from(e.meaning)];
                let mut all = lexicon.0.detect.entries.iter();
                let has = all.any(|e| e.langs & only(lang) != 0 && signs(e) & cue != 0);
                assert!(has, "{} lacks {key}", lang.code());
            }
        }
    }

    #[test]
    fn filters_hold_their_lists_and_little_else() {
        let names = include_str!("../../../data/detect/names.txt");
        let words = include_str!("../../../data/detect/words.txt");
        let lexicon = Lexicon::get();
        let (names, arabic): (Vec<&str>, Vec<&str>) = names.lines().partition(|w| w.is_ascii());
        assert!(arabic.iter().all(|w| lexicon.word(w, only(Lang::Ar)) & SURNAME != 0));
        let never = |word: &str| lexicon.word(word, only(Lang::En)) & NOT != 0;
        let words: Vec<&str> = words.lines().filter(|w| !never(w)).collect();
        for word in words.iter().filter(|w| !names.contains(w)) {
            assert!(!NAMES.has(word), "{word} is no name");
        }
        for (set, list) in [(NAMES.0, names), (WORDS, words)] {
            assert!(list.iter().all(|w| set.has(w)));
            // One in 128, 78, with a deviation of 9: five deviations more are no chance.
            let strangers = (0..10_000).filter(|n| set.has(&format!("zz{n}"))).count();
            assert!(strangers < 78 + 45, "{strangers} of 10,000");
        }
        assert!(
            has_form(WORDS, "looking") && has_form(WORDS, "houses") && !has_form(WORDS, "lucy")
        );
    }

    #[test]
    fn every_item_is_found_and_strangers_are_not() {
        let lexicon = Lexicon::get();
        let files = [
            (Lang::En, include_str!("en.txt")),
            (Lang::De, include_str!("de.txt")),
            (Lang::Ja, include_str!("ja.txt")),
            (Lang::Th, include_str!("th.txt")),
        ];
        for (lang, file) in files {
            for line in file.lines().filter(|l| !l.starts_with(['#'])) {
                let Some((key, items)) = line.split_once(" = ") else { continue };
                let Some((_, cue)) = KEYS.iter().find(|(k, _)| *k == key) else { continue };
                if lang == Lang::En && key == "common" {
                    continue;
                }
                for item in items.split(' ') {
                    let spaced = item.replace('_', " ");
                    let tokens = Tokens::new(&spaced);
                    assert!(tokens.len() <= MAX_TOKENS, "{item}");
                    let mut cues = 0;
                    if tokens.class(0) == Some(Class::Run) {
                        let item = fold(item);
                        lexicon.prefixes(&item, only(lang), |n, c| {
                            cues |= if n == item.len() { c } else { 0 };
                        });
                    } else {
                        let words = (0..tokens.len()).map(|i| tokens.folded(i));
                        let print = words.fold(Print::NONE, |p, word| p.letters(word).end());
                        cues = lexicon.phrase(print, only(lang), 0)
                            | Lexicon::never(&fold(&spaced), only(lang));
                    }
                    assert!(cues & cue != 0, "{} {key}: {item}", lang.code());
                }
            }
        }
        let strangers = (0..20_000).filter(|n| lexicon.word(&format!("zq{n}x"), ALL_LANGS) != 0);
        assert!(strangers.count() < 20);
    }

    #[test]
    fn phrases_are_those_of_their_language() {
        let lexicon = Lexicon::get();
        let my_name = Print::NONE.letters("my").end().letters("name").end();
        assert!(lexicon.phrase(my_name, only(Lang::En), 0) & INTRO != 0);
        assert!(lexicon.word("my", only(Lang::En)) & MY != 0);
        assert_eq!(lexicon.word("my", only(Lang::De)), 0);
        let mut found = Vec::new();
        lexicon.prefixes("と申します。", only(Lang::Ja), |n, cues| found.push((n, cues)));
        assert!(found.contains(&(15, OUTRO)), "{found:?}");
    }
}
