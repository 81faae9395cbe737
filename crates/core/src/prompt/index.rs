//! Which phrases occur in a message.

use super::lexicon::cue::Cue;
use super::words::Words;
use crate::text::Lang;
use crate::text::print::{OPEN_WORDS, Print, STEM_CHARS};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::table::Entry;

/// Words that a gap may skip.
const GAP_WORDS: usize = 4;
/// Characters that a gap may skip in a script without spaces.
const GAP_CHARS: usize = 10;
/// The longest phrase, in words. Every run of words that is looked up may seem to be a phrase that it
/// is not, so none is looked up that is longer than any phrase.
const LONGEST: usize = 5;
/// The longest phrase in a script without spaces, in characters.
const LONGEST_DENSE: usize = 21;
/// What a fingerprint stands for: none is what may begin a phrase with a gap.
pub(super) type Meaning = (Lang, Option<Cue>);

fn find(vocabulary: &Vocabulary, print: u32, take: &mut dyn FnMut(Meaning)) {
    for Entry { langs, meaning, .. } in vocabulary.prompt.find(print) {
        if let Some(lang) = Lang::ALL.get(langs.trailing_zeros() as usize) {
            take((*lang, Cue::ALL.get(usize::from(*meaning)).copied()));
        }
    }
}

/// One phrase found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub lang: Lang,
    pub cue: Cue,
    /// First word.
    pub start: usize,
    /// Word after the last.
    pub end: usize,
}

/// Where to read a message.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Hint {
    /// The language as the caller knows it. It stands unless the words speak clearly for another.
    pub known: Option<Lang>,
    /// The language that earlier messages seemed to be in: decides where the words do not.
    pub earlier: Option<Lang>,
}

/// Every phrase that occurs, in the message's language and in English, which is mixed in
/// everywhere; and that language.
pub(super) fn hits(words: &Words<'_>, hint: Hint) -> (Vec<Hit>, Option<Lang>) {
    let vocabulary = &Vocabulary::get();
    let mut hits = Vec::new();
    let mut heads = Vec::new();
    for start in 0..words.len() {
        let script = Script::of(words.word(start));
        follow(vocabulary, words, start, Print::NONE, &mut |print, end, (lang, cue)| match cue {
            _ if !script.writes(lang) => {}
            Some(cue) => hits.push(Hit { lang, cue, start, end }),
            None => heads.push((print.gap(), end, lang)),
        });
        for (head, from, head_lang) in heads.drain(..) {
            let gap = if words.dense(from - 1) { GAP_CHARS } else { GAP_WORDS };
            for from in from..words.len().min(from + gap + 1) {
                follow(vocabulary, words, from, head, &mut |_, end, (lang, cue)| {
                    // What goes on in another language is another phrase's fingerprint.
                    let cue = cue.filter(|_| lang == head_lang);
                    hits.extend(cue.map(|cue| Hit { lang, cue, start, end }));
                });
            }
        }
    }
    let read_in = language(&hits, hint);
    hits.retain(|h| Some(h.lang) == read_in || h.lang == Lang::En);
    (hits, read_in)
}

/// Gives what begins with a print and goes on at a word: the print, the word after the last, and
/// what it means.
fn follow(
    vocabulary: &Vocabulary,
    words: &Words<'_>,
    start: usize,
    mut print: Print,
    take: &mut dyn FnMut(Print, usize, Meaning),
) {
    let longest = if words.dense(start) { LONGEST_DENSE } else { LONGEST };
    for n in start..words.len().min(start + longest) {
        let word = words.word(n);
        if n - start >= OPEN_WORDS || words.dense(n) {
            print = print.letters(word).end();
        } else {
            for (chars, c) in word.chars().enumerate() {
                print = print.letters(c.encode_utf8(&mut [0; 4]));
                if chars + 1 >= STEM_CHARS {
                    find(vocabulary, print.open(), &mut |meaning| take(print, n + 1, meaning));
                }
            }
            print = print.end();
        }
        find(vocabulary, print.whole(), &mut |meaning| take(print, n + 1, meaning));
    }
}

/// What a word is written in. A fingerprint in a script that its language is not written in is
/// another phrase's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Thai,
    Cjk,
    Devanagari,
    Arabic,
    /// Latin, in which every language is written at times, and all others.
    Other,
}

impl Script {
    fn of(word: &str) -> Self {
        match word.chars().next() {
            Some('\u{e01}'..='\u{e4e}') => Self::Thai,
            Some('\u{3005}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}') => {
                Self::Cjk
            }
            Some('\u{900}'..='\u{97f}') => Self::Devanagari,
            Some('\u{600}'..='\u{6ff}') => Self::Arabic,
            _ => Self::Other,
        }
    }

    fn writes(self, lang: Lang) -> bool {
        match self {
            Self::Thai => lang == Lang::Th,
            Self::Cjk => matches!(lang, Lang::Ja | Lang::Zh),
            Self::Devanagari => lang == Lang::Hi,
            Self::Arabic => lang == Lang::Ar,
            Self::Other => true,
        }
    }
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
        hits(&Words::new(text), hint).1
    }

    fn shows(text: &str, lang: Lang, cue: Cue) -> bool {
        let hint = Hint { known: Some(lang), earlier: None };
        hits(&Words::new(text), hint).0.iter().any(|h| h.cue == cue)
    }

    #[test]
    fn phrases_are_found_whatever_the_spelling() {
        assert!(shows("Könnten Sie mir BITTE die Rechnung schicken?", Lang::De, Cue::Send));
        assert!(!shows("Ich schicken mir", Lang::De, Cue::Send));
        assert!(shows("I’d RATHER not", Lang::En, Cue::Refuse));
        assert!(shows("hellooo", Lang::En, Cue::Greeting), "a stem");
        assert!(!shows("other", Lang::En, Cue::Greeting));
    }

    #[test]
    fn scripts_without_spaces_match_inside() {
        assert!(shows("十月のレシートを送ってください", Lang::Ja, Cue::Send));
        assert!(shows("請把發票寄給我", Lang::Zh, Cue::Send));
        assert!(shows("ช่วยส่งใบเสร็จให้หน่อย", Lang::Th, Cue::Send));
        assert_eq!(read("อยากจองโต๊ะสำหรับสองคนคืนวันเสาร์", Hint::default()), Some(Lang::Th));
    }

    #[test]
    fn a_gap_is_short() {
        assert!(shows("could someone send one two three four over", Lang::En, Cue::Send));
        assert!(!shows("could someone send one two three four five over", Lang::En, Cue::Send));
    }

    #[test]
    fn strange_words_show_nothing() {
        let words = (0..20_000).map(|n| format!("zq{n}x"));
        let shown = words.filter(|w| !hits(&Words::new(w), Hint::default()).0.is_empty()).count();
        // 20,000 words with four stems each, 6,000 fingerprints among 2^28: two.
        assert!(shown < 10, "{shown}");
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
