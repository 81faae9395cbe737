//! The words of each language that are signs of something: which languages are there, and what a
//! phrase of them means to [`crate::detect`] and to [`crate::prompt`].
//!
//! With the feature `languages`, as at the edge and on the command line, all of them are there. The
//! module that visitors load has English, and a site's other languages are added ([`add`]) from the
//! files that `build.rs` makes. Where a language is missing, its texts are read with those that are
//! there.

pub(crate) mod file;
pub(crate) mod table;

use crate::detect::cues::{Cues, KEYS};
use crate::prompt::{Cue, Line};
use crate::text::print::Packed;
use crate::text::{Lang, concat, cut};
use crate::{Code, Error};
use file::{
    CUES_BITS, HEADER, MEANINGS_BITS, PHRASES_BITS, SIGN_BITS, SIGNS_BITS, START, checksum,
};
use std::sync::{Arc, PoisonError, RwLock};
use table::{Entry, Table};

macro_rules! built_in {
    ($($code:literal),*) => {
        &[$(include_bytes!(concat!(env!("OUT_DIR"), "/vocabulary/", $code, ".bin"))),*]
    };
}

#[cfg(feature = "languages")]
const BUILT_IN: &[&[u8]] = built_in![
    "en", "es", "fr", "de", "pt", "it", "nl", "pl", "ja", "zh", "th", "tr", "hi", "ar", "sv"
];
#[cfg(not(feature = "languages"))]
const BUILT_IN: &[&[u8]] = built_in!["en"];

const EDITION: u32 = file::edition(KEYS, Cue::KEYS);

/// Heads of phrases with a gap, among the cues.
pub(crate) const HEAD: u16 = Cue::ALL.len() as u16;

/// What is there now; nothing before it is first needed.
static CURRENT: RwLock<Option<Arc<Vocabulary>>> = RwLock::new(None);

/// All languages that are there.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    /// The sentences of each, one a line.
    lines: [Option<&'static str>; Lang::ALL.len()],
    /// Phrases of detection; their meanings are places in `signs`.
    pub detect: Table,
    /// Sets of signs.
    pub signs: Vec<Cues>,
    /// Phrases of prompting; their meanings are places in `Cue::ALL`, or [`HEAD`].
    pub prompt: Table,
}

impl Vocabulary {
    /// What is there.
    pub(crate) fn get() -> Arc<Self> {
        let current = CURRENT.read().unwrap_or_else(PoisonError::into_inner).clone();
        current.unwrap_or_else(|| Self::with(None))
    }

    /// Puts one more in.
    fn with(more: Option<File<'static>>) -> Arc<Self> {
        let mut current = CURRENT.write().unwrap_or_else(PoisonError::into_inner);
        let known = current.take().unwrap_or_else(|| {
            Arc::new(
                Self::default()
                    .and(&mut BUILT_IN.iter().filter_map(|bytes| File::read(bytes).ok())),
            )
        });
        let all = match more {
            Some(more) if !known.has(more.lang) => Arc::new(known.and(&mut [more].into_iter())),
            _ => known,
        };
        *current = Some(Arc::clone(&all));
        all
    }

    fn and(&self, files: &mut dyn Iterator<Item = File<'static>>) -> Self {
        let mut all = Self { lines: self.lines, signs: self.signs.clone(), ..Self::default() };
        let (mut detect, mut prompt) = (self.detect.entries.clone(), self.prompt.entries.clone());
        for File { lang, lines, mut packed } in files {
            all.lines[lang as usize] = Some(lines);
            let langs = 1 << lang as u16;
            for _ in 0..packed.bits(MEANINGS_BITS) {
                let signs = packed.bits(SIGNS_BITS) + 1;
                let signs = (0..signs).fold(0, |all, _| all | 1 << packed.bits(SIGN_BITS));
                let meaning = all.signs.iter().position(|s| *s == signs).unwrap_or_else(|| {
                    all.signs.push(signs);
                    all.signs.len() - 1
                }) as u16;
                let take = &mut |print| detect.push(Entry { print, langs, meaning });
                packed.group(PHRASES_BITS, take);
            }
            for meaning in 0..=HEAD {
                let take = &mut |print| prompt.push(Entry { print, langs, meaning });
                packed.group(CUES_BITS, take);
            }
        }
        (all.detect, all.prompt) = (Table::new(&detect), Table::new(&prompt));
        all
    }

    fn has(&self, lang: Lang) -> bool {
        self.lines[lang as usize].is_some()
    }

    /// A built-in sentence; the English one where the language is missing.
    pub(crate) fn line(&self, lang: Lang, line: Line) -> &'static str {
        let lines = self.lines[lang as usize].or(self.lines[Lang::En as usize]);
        let mut rest = lines.unwrap_or_default();
        for _ in 0..line as usize {
            rest = cut(rest, b'\n').unwrap_or_default().1;
        }
        cut(rest, b'\n').map_or(rest, |(first, _)| first)
    }
}

/// A file, taken apart.
struct File<'a> {
    lang: Lang,
    lines: &'a str,
    packed: Packed<'a>,
}

impl<'a> File<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let refuse = |why: &str| Error::new(Code::InvalidField, concat(&["vocabulary: ", why]));
        let fits = |edition: &[u8; 4]| u32::from_le_bytes(*edition) == EDITION;
        if !bytes.first_chunk().is_some_and(fits) {
            return Err(refuse("of another version than the engine"));
        }
        let read = || {
            let (header, rest) = bytes.split_at_checked(HEADER)?;
            let sum = u32::from_le_bytes(*header.get(5..9)?.first_chunk()?);
            let length = u16::from_le_bytes(*header.get(9..)?.first_chunk()?);
            let (lines, bits) = rest.split_at_checked(usize::from(length))?;
            let lang = *Lang::ALL.get(usize::from(*header.get(4)?))?;
            let whole = checksum(bytes.get(9..)?, checksum(bytes.get(4..5)?, START)) == sum;
            let lines = core::str::from_utf8(lines).ok().filter(|_| whole)?;
            Some(Self { lang, lines, packed: Packed::new(bits) })
        };
        read().ok_or_else(|| refuse("not whole"))
    }
}

/// Adds a language from its file, and says which it is. One that is there already stays as it is.
///
/// The file is kept for as long as the program runs: two to three kB.
///
/// # Errors
/// [`Code::InvalidField`] for a file of another version of this crate, or one that is damaged.
pub fn add(bytes: Vec<u8>) -> Result<Lang, Error> {
    let lang = File::read(&bytes)?.lang;
    if !has(lang) {
        Vocabulary::with(File::read(Vec::leak(bytes)).ok());
    }
    Ok(lang)
}

/// Whether a language is there.
pub fn has(lang: Lang) -> bool {
    Vocabulary::get().has(lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(code: &str) -> Vec<u8> {
        let at = Lang::ALL.iter().position(|l| l.code() == code).unwrap();
        BUILT_IN[at].to_vec()
    }

    #[test]
    fn all_languages_are_there_and_one_more_changes_nothing() {
        for lang in Lang::ALL {
            assert!(has(lang), "{lang:?}");
        }
        let before = Arc::as_ptr(&Vocabulary::get());
        assert_eq!(add(file("de")), Ok(Lang::De));
        assert_eq!(Arc::as_ptr(&Vocabulary::get()), before);
    }

    #[test]
    fn languages_added_one_by_one_are_those_added_together() {
        let read = |code: &str| File::read(Vec::leak(file(code))).unwrap();
        let english = Vocabulary::default().and(&mut [read("en")].into_iter());
        assert!(!english.has(Lang::Sv));
        assert_eq!(
            english.line(Lang::Sv, Line::EmailSend),
            english.line(Lang::En, Line::EmailSend)
        );
        let all = Lang::ALL[1..]
            .iter()
            .fold(english, |all, lang| all.and(&mut [read(lang.code())].into_iter()));
        let together = Vocabulary::get();
        assert_eq!(all.signs, together.signs);
        for (one, other) in [(&all.detect, &together.detect), (&all.prompt, &together.prompt)] {
            assert_eq!(one.entries.len(), other.entries.len());
            for Entry { print, langs, meaning } in &other.entries {
                assert!(one.find(*print).any(|e| e.langs == *langs && e.meaning == *meaning));
            }
        }
        for lang in Lang::ALL {
            assert_eq!(all.line(lang, Line::NameCall), together.line(lang, Line::NameCall));
        }
    }

    #[test]
    fn a_file_that_does_not_fit_is_refused() {
        let refused = |bytes: &[u8]| add(bytes.to_vec()).unwrap_err().code;
        let whole = file("fr");
        for cut in 0..whole.len() {
            assert_eq!(refused(&whole[..cut]), Code::InvalidField, "{cut}");
        }
        for at in [0, 4, 9, HEADER, whole.len() - 1] {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            assert_eq!(refused(&bytes), Code::InvalidField, "{at}");
        }
    }
}
