//! What each language says: words and phrases, and what each is a sign of.
//!
//! One file per language, `CODE.txt`, in the order of [`Lang::ALL`]. A line is `key = item item …`;
//! a key may come again; `_` stands for a space inside an item; `#` begins a comment. Items are
//! written as a careful writer would; case, accents and apostrophes are folded away here. The keys
//! are those of [`KEYS`]. In languages written without spaces, items are looked for inside runs of
//! characters.

use crate::text::{Lang, Tokens, fold};
use std::sync::OnceLock;

/// A set of signs: the bits below.
pub(crate) type Cues = u32;

macro_rules! cues {
    ($($(#[$doc:meta])* $name:ident = $key:literal),* $(,)?) => {
        cues!(@bits 0u32; $($(#[$doc])* $name,)*);
        /// The keys of the language files with their signs.
        const KEYS: &[(&str, Cues)] = &[$(($key, $name)),*];
    };
    (@bits $n:expr; $(#[$doc:meta])* $name:ident, $($rest:tt)*) => {
        $(#[$doc])* pub(crate) const $name: Cues = 1 << ($n);
        cues!(@bits $n + 1; $($rest)*);
    };
    (@bits $n:expr;) => {};
}

cues! {
    /// Before a name, and hardly before anything else: "my name is".
    INTRO = "intro",
    /// Before a name, or before much else: "I am".
    IAM = "iam",
    /// Says that a name is meant: "full name".
    LABEL = "label",
    /// In the agent's words, asks for the visitor's name.
    ASK = "ask",
    /// After a name: "… here", "… is my name".
    OUTRO = "outro",
    /// Before the name that a booking is under.
    UNDER = "under",
    /// Before a signature.
    BYE = "bye",
    /// A greeting; a name after it is the agent's.
    HELLO = "hello",
    /// Before the name of somebody else: "talk to".
    THIRD = "third",
    /// Belongs to, or is, somebody else: "his", "husband".
    THEIR = "their",
    /// Belongs to the visitor.
    MY = "my",
    /// Belongs to the one spoken to.
    YOUR = "your",
    /// Says no.
    NEGATE = "negate",
    /// Announces a correction.
    SORRY = "sorry",
    /// Asks to have something forgotten.
    FORGET = "forget",
    /// Says that an e-mail address is meant.
    EMAIL = "email",
    /// Says that a phone number is meant.
    PHONE = "phone",
    /// Says that a number is meant: one for calling, unless a word beside it says otherwise.
    NUMBER = "number",
    /// Says that some other number is meant: order, account, postcode.
    CODE = "code",
    /// A currency or unit.
    MONEY = "money",
    /// Spelled `@`.
    AT = "at",
    /// Spelled `.`.
    DOT = "dot",
    /// Spelled `-`.
    DASH = "dash",
    /// Spelled `_`.
    UNDERSCORE = "underscore",
    /// Before a phone extension.
    EXT = "ext",
    /// In the agent's words, asks for something.
    REQUEST = "request",
    /// After "name": whose it is, so that it is not the visitor's ("name of the dentist").
    OF = "of",
    /// Inside a name, in small letters: "van der".
    PARTICLE = "particle",
    /// Before (or after) a name, and no part of it.
    TITLE = "title",
    /// Never part of a name.
    NOT = "not",
    /// A family name that a name without spaces begins with.
    SURNAME = "surname",
    /// A thing that has a name: "company".
    THING = "thing",
}

/// The sources, in the order of [`Lang::ALL`].
const FILES: [&str; 15] = [
    include_str!("en.txt"),
    include_str!("es.txt"),
    include_str!("fr.txt"),
    include_str!("de.txt"),
    include_str!("pt.txt"),
    include_str!("it.txt"),
    include_str!("nl.txt"),
    include_str!("pl.txt"),
    include_str!("ja.txt"),
    include_str!("zh.txt"),
    include_str!("th.txt"),
    include_str!("tr.txt"),
    include_str!("hi.txt"),
    include_str!("ar.txt"),
    include_str!("sv.txt"),
];

/// A set of languages, bit by position in [`Lang::ALL`].
pub(crate) type Langs = u16;

/// Every language.
pub(crate) const ALL_LANGS: Langs = (1 << FILES.len()) - 1;

/// The set with one language.
pub(crate) fn only(lang: Lang) -> Langs {
    1 << (lang as u16)
}

struct Entry {
    start: u32,
    len: u16,
    langs: Langs,
    cues: Cues,
}

/// All languages' words and phrases, folded, sorted.
pub(crate) struct Lexicon {
    arena: String,
    entries: Vec<Entry>,
    /// For each second byte value of three-byte characters, whether an item begins so: spares the
    /// search at most characters of a run.
    longest_run_item: usize,
}

impl Lexicon {
    /// The one lexicon, built on first use.
    pub(crate) fn get() -> &'static Self {
        static LEXICON: OnceLock<Lexicon> = OnceLock::new();
        LEXICON.get_or_init(Self::build)
    }

    fn build() -> Self {
        let mut raw: Vec<(String, Langs, Cues)> = Vec::with_capacity(8192);
        let mut longest_run_item = 0;
        for (lang, file) in FILES.iter().enumerate() {
            for line in file.lines() {
                let Some((key, items)) = line.split_once(" = ") else { continue };
                let Some((_, cue)) = KEYS.iter().find(|(k, _)| *k == key) else { continue };
                for item in items.split_ascii_whitespace() {
                    let folded = item_form(item);
                    if folded.bytes().next().is_some_and(|b| b >= 0xe0) {
                        longest_run_item = longest_run_item.max(folded.chars().count());
                    }
                    raw.push((folded, 1 << lang, *cue));
                }
            }
        }
        raw.sort_unstable();
        let mut lexicon = Self { arena: String::new(), entries: Vec::new(), longest_run_item };
        let mut last = String::new();
        for (text, langs, cues) in raw {
            match lexicon.entries.last_mut() {
                // The same item may mean different things in different languages.
                Some(e) if text == last && e.langs == langs => e.cues |= cues,
                _ => {
                    let start = u32::try_from(lexicon.arena.len()).unwrap_or(u32::MAX);
                    let len = u16::try_from(text.len()).unwrap_or(u16::MAX);
                    lexicon.arena.push_str(&text);
                    lexicon.entries.push(Entry { start, len, langs, cues });
                    last = text;
                }
            }
        }
        lexicon
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
        let from = self.entries.partition_point(|e| self.text(e) < word);
        self.entries
            .get(from..)
            .unwrap_or_default()
            .iter()
            .map_while(move |e| {
                let rest = self.text(e).strip_prefix(word)?;
                (rest.is_empty() || rest.starts_with(' ')).then_some((e, rest.trim_start()))
            })
            .filter(move |(e, _)| e.langs & langs != 0)
            .map(|(e, rest)| (rest, e.cues))
    }

    /// The languages that have a word among those that are never names, for telling languages.
    pub(crate) fn speakers(&self, word: &str) -> Langs {
        let from = self.entries.partition_point(|e| self.text(e) < word);
        self.entries
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|e| self.text(e) == word)
            .filter(|e| e.cues & (NOT | MY | YOUR) != 0)
            .fold(0, |all, e| all | e.langs)
    }

    /// Items that a run of characters begins with: length in bytes, and what they are signs of.
    pub(crate) fn prefixes(&self, run: &str, langs: Langs, mut each: impl FnMut(usize, Cues)) {
        for (i, c) in run.char_indices().take(self.longest_run_item) {
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

/// An item as it is looked up: its folded tokens, a space between them.
fn item_form(item: &str) -> String {
    let spaced = item.replace('_', " ");
    let tokens = Tokens::new(&spaced);
    if tokens.len() == 1 && tokens.class(0) == Some(crate::text::Class::Run) {
        return fold(item);
    }
    let mut out = String::new();
    for i in 0..tokens.len() {
        if i > 0 {
            out.push(' ');
        }
        out.push_str(tokens.folded(i));
    }
    out
}

/// The language among those in Latin letters whose little words the text has.
pub(crate) fn by_words(text: &str) -> Option<Lang> {
    let lexicon = Lexicon::get();
    let tokens = Tokens::new(text);
    // Twelfths, so that a word shared by two, three or four languages counts in whole numbers.
    let mut score = [0u32; FILES.len()];
    for i in 0..tokens.len() {
        let word = tokens.folded(i);
        let langs = lexicon.speakers(word);
        if langs == 0 {
            continue;
        }
        let share = 12 / langs.count_ones().min(12);
        for (l, s) in score.iter_mut().enumerate() {
            if langs & (1 << l) != 0 {
                *s += share;
            }
        }
    }
    for c in text.chars() {
        let lang = match c {
            'ñ' | '¿' | '¡' => Lang::Es,
            'ß' => Lang::De,
            'ł' | 'ą' | 'ę' | 'ż' | 'ś' => Lang::Pl,
            'ğ' | 'ı' | 'ş' => Lang::Tr,
            'å' => Lang::Sv,
            'ã' | 'õ' => Lang::Pt,
            _ => continue,
        };
        score[lang as usize] += 12;
    }
    let (best, top) = score.iter().enumerate().max_by_key(|(l, s)| (**s, usize::MAX - l))?;
    let second = score.iter().enumerate().filter(|(l, _)| *l != best).map(|(_, s)| *s).max()?;
    (*top >= 12 && *top >= second + 6).then(|| Lang::ALL.get(best).copied()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_every_file_has_a_known_key() {
        for (lang, file) in Lang::ALL.iter().zip(FILES) {
            for line in file.lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
                let key = line.split_once(" =").map(|(key, _)| key);
                assert!(KEYS.iter().any(|(k, _)| Some(*k) == key), "{}: {line}", lang.code());
            }
        }
    }

    #[test]
    fn every_language_can_introduce_ask_and_refuse() {
        for (lang, file) in Lang::ALL.iter().zip(FILES) {
            for key in ["intro", "iam", "ask", "email", "phone", "code", "not", "negate", "sorry"] {
                assert!(
                    file.lines().any(|l| l.starts_with(&format!("{key} = "))),
                    "{} lacks {key}",
                    lang.code()
                );
            }
        }
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
