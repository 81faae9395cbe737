//! All phrases of all languages in one table, and what of it occurs in a message.

use super::lexicon::{self, Cue};
use super::scan::{Key, Phrase, Tokens};
use crate::text::Lang;
use std::sync::OnceLock;

#[derive(Debug)]
struct Entry {
    key: Key,
    lang: Lang,
    cue: Cue,
    phrase: Phrase,
}

/// One phrase found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub lang: Lang,
    pub cue: Cue,
    /// First token.
    pub start: usize,
    /// Token after the last.
    pub end: usize,
}

/// Built once: the table is the same for every message.
static TABLE: OnceLock<Vec<Entry>> = OnceLock::new();

fn table() -> &'static [Entry] {
    TABLE.get_or_init(|| {
        let mut entries: Vec<Entry> = Vec::new();
        for lang in Lang::ALL {
            for (cue, phrases) in lexicon::of(lang).cues {
                entries.extend(lexicon::split(phrases).filter_map(|phrase| {
                    let phrase = Phrase::new(phrase)?;
                    Some(Entry { key: phrase.key(), lang, cue: *cue, phrase })
                }));
            }
        }
        entries.sort_by_key(|e| e.key);
        entries
    })
}

/// Where to read a message.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hint {
    /// The language as the caller knows it. It stands unless the words speak clearly for another.
    pub known: Option<Lang>,
    /// The language that earlier messages seemed to be in: decides where the words do not.
    pub earlier: Option<Lang>,
}

/// Every phrase that occurs, in the message's language and in English, which is mixed in
/// everywhere; and that language.
pub(super) fn hits(tokens: &Tokens, hint: Hint) -> (Vec<Hit>, Option<Lang>) {
    let table = table();
    let mut hits = Vec::new();
    for at in 0..tokens.len() {
        let key = tokens.key(at);
        let from = table.partition_point(|e| e.key < key);
        for entry in table.iter().skip(from).take_while(|e| e.key == key) {
            if let Some(end) = tokens.matches(&entry.phrase, at) {
                hits.push(Hit { lang: entry.lang, cue: entry.cue, start: at, end });
            }
        }
    }
    let read_in = language(&hits, hint);
    hits.retain(|h| Some(h.lang) == read_in || h.lang == Lang::En);
    (hits, read_in)
}

/// The language whose phrases cover most of the words.
fn language(hits: &[Hit], hint: Hint) -> Option<Lang> {
    // Hits come by their start, so that each language's cover only grows to the right.
    let (mut cover, mut reach) = ([0; Lang::ALL.len()], [0; Lang::ALL.len()]);
    for hit in hits {
        let n = hit.lang as usize;
        cover[n] += hit.end.saturating_sub(hit.start.max(reach[n]));
        reach[n] = reach[n].max(hit.end);
    }
    let most = cover.iter().copied().max().unwrap_or_default();
    if let Some(known) = hint.known.filter(|l| cover[*l as usize] + 1 >= most) {
        return Some(known);
    }
    if most == 0 {
        return None;
    }
    let likeliest = |l: &Lang| cover[*l as usize] == most;
    hint.earlier.filter(likeliest).or_else(|| Lang::ALL.into_iter().find(likeliest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, hint: Hint) -> Option<Lang> {
        hits(&Tokens::new(text), hint).1
    }

    #[test]
    fn languages_are_numbered_as_they_are_listed() {
        for (n, lang) in Lang::ALL.into_iter().enumerate() {
            assert_eq!(lang as usize, n);
        }
    }

    #[test]
    fn the_words_tell_the_language_where_nobody_does() {
        let none = Hint::default();
        assert_eq!(read("Min beställning har inte kommit", none), Some(Lang::Sv));
        assert_eq!(read("Mijn bestelling is niet aangekomen", none), Some(Lang::Nl));
        assert_eq!(read("quero cancelar meu pedido", none), Some(Lang::Pt));
        assert_eq!(read("xyzzy", none), None);
        let earlier = Hint { earlier: Some(Lang::Sv), known: None };
        assert_eq!(read("hej", earlier), Some(Lang::Sv), "also a Polish greeting");
        let known = Hint { known: Some(Lang::De), earlier: None };
        assert_eq!(read("no", known), Some(Lang::De), "too little to overrule the caller");
        assert_eq!(read("where is my order please", known), Some(Lang::En));
    }
}
