//! A message with all the signs that its words give.

use super::filter::has_form;
use super::lang::cues::{
    CODE, Cues, MY, NEGATE, NOT, NUMBER, PHONE, SORRY, THEIR, TRAIT, YOU, YOUR,
};
use super::lang::{ALL_LANGS, Langs, Lexicon, MAX_TOKENS, NAMES, SPELLED, WORDS, only};
use crate::text::print::Print;
use crate::text::{Case, Class, Lang, Tokens, fold, is_apostrophe};

/// A word or phrase of the lexicon, found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    /// What it is a sign of.
    pub cues: Cues,
    /// First token.
    pub first: usize,
    /// Token after the last. Inside a run it is the run's own token plus one.
    pub last: usize,
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// A message, cut and looked up.
#[derive(Debug)]
pub(super) struct Message<'a> {
    pub text: &'a str,
    pub tokens: Tokens<'a>,
    /// In the order of their starts, shorter ones first.
    pub hits: Vec<Hit>,
    /// For each token what it alone is a sign of.
    single: Vec<Cues>,
    /// Most words are in capitals or all are small: capitals say nothing.
    pub flat: bool,
    /// Nothing but English is looked up, of which most words that are no names are known.
    pub english: bool,
}

impl<'a> Message<'a> {
    /// Looks all words up, in some languages; the text itself is likely in some of these.
    pub(super) fn new(tokens: Tokens<'a>, langs: Langs, likely: Langs) -> Self {
        let lexicon = &Lexicon::get();
        let mut hits = Vec::new();
        let mut single = vec![0; tokens.len()];
        let (mut titled, mut small) = (0, 0);
        for (i, token) in tokens.list().iter().enumerate() {
            match token.class {
                Class::Run => {
                    let spelled = runs(lexicon, &tokens, i, langs, &mut hits);
                    if let Some(s) = single.get_mut(i) {
                        *s = spelled;
                    }
                }
                Class::Number => {}
                Class::Word | Class::Mark => {
                    match token.case {
                        Case::Title => titled += 1,
                        Case::Lower => small += 1,
                        _ => {}
                    }
                    let never = never(lexicon, tokens.folded(i), langs);
                    let own = others(&tokens, i, langs, likely);
                    let mut print = Print::NONE;
                    for last in i..tokens.len().min(i + MAX_TOKENS) {
                        print = print.letters(tokens.folded(last)).end();
                        let mut cues = lexicon.phrase(print, langs, own);
                        if last == i {
                            cues |= Lexicon::never(tokens.folded(i), langs);
                        }
                        let mut cues = if never { cues } else { cues & !(NOT | TRAIT) };
                        if last == i && cues & THEIR != 0 && !theirs(lexicon, &tokens, i, own) {
                            cues &= !THEIR;
                        }
                        if cues == 0 {
                            continue;
                        }
                        if last == i
                            && let Some(s) = single.get_mut(i)
                        {
                            *s |= cues;
                        }
                        let end = tokens.get(last).map_or(token.end, |t| t.end);
                        hits.push(Hit { cues, first: i, last: last + 1, start: token.start, end });
                    }
                    let cues = parts(lexicon, &tokens, i, langs);
                    if cues != 0
                        && let Some(s) = single.get_mut(i).filter(|s| **s == 0)
                    {
                        *s = cues;
                        let (start, end) = (token.start, token.end);
                        hits.push(Hit { cues, first: i, last: i + 1, start, end });
                    }
                }
            }
        }
        let (flat, english) = (titled == 0 || small == 0, langs == only(Lang::En));
        Self { text: tokens.text, tokens, hits, single, flat, english }
    }

    /// What the i-th token alone is a sign of.
    #[inline(never)]
    pub(super) fn cues(&self, i: usize) -> Cues {
        self.single.get(i).copied().unwrap_or_default()
    }

    /// Whether the i-th token is a word that could be part of a name.
    pub(super) fn nameable(&self, i: usize) -> bool {
        self.tokens.class(i) == Some(Class::Word)
            && self.cues(i) & (NOT | SORRY) == 0
            && (self.cues(i) & (MY | YOUR | YOU | NEGATE) == 0
                || self.is_case(i, Case::Title)
                || self.is_case(i, Case::Upper))
            && !self.tokens.folded(i).bytes().any(|b| b.is_ascii_digit())
    }

    /// Whether a clause begins with the i-th token: first of a line, or after a mark other than
    /// one that joins words.
    pub(super) fn begins_clause(&self, i: usize) -> bool {
        let Some(token) = self.tokens.get(i) else { return true };
        i == 0
            || token.newline
            || self.tokens.mark(i - 1).is_some_and(|mark| !matches!(mark, '-' | '@' | '/'))
    }

    /// Whether the i-th token ends a sentence. The stops of "Tel." and "Bestellnr." do not.
    pub(super) fn ends_sentence(&self, i: usize) -> bool {
        let short = || {
            let before = i.wrapping_sub(1);
            let word = self.tokens.folded(before);
            self.cues(before) & (PHONE | NUMBER) != 0 && word.len() < 5 || word.ends_with("nr")
        };
        match self.tokens.mark(i) {
            Some('.') => !short(),
            Some(mark) => matches!(mark, '!' | '?' | ';' | '。' | '！' | '？' | '؟' | '।'),
            None => false,
        }
    }

    /// Whether the i-th token is a question mark.
    #[inline(never)]
    pub(super) fn asks(&self, i: usize) -> bool {
        matches!(self.tokens.mark(i), Some('?' | '？' | '؟'))
    }

    /// Whether the i-th token is a word with these capitals.
    #[inline(never)]
    pub(super) fn is_case(&self, i: usize, case: Case) -> bool {
        self.is_word(i) && self.tokens.get(i).is_some_and(|t| t.case == case)
    }

    /// Whether the i-th token has a capital that says something.
    #[inline(never)]
    pub(super) fn is_capital(&self, i: usize) -> bool {
        !self.flat && self.is_case(i, Case::Title)
    }

    /// Whether the i-th token is a word.
    #[inline(never)]
    pub(super) fn is_word(&self, i: usize) -> bool {
        self.tokens.class(i) == Some(Class::Word)
    }

    /// All hits that begin within a range of bytes.
    #[inline(never)]
    pub(super) fn hits_from(&self, from: usize, to: usize) -> &[Hit] {
        let place = |byte: usize| self.hits.partition_point(|h| h.start < byte);
        self.hits.get(place(from)..place(to)).unwrap_or_default()
    }

    /// Whether one of these signs begins within a range of bytes.
    #[inline(never)]
    pub(super) fn shows(&self, from: usize, to: usize, cues: Cues) -> bool {
        self.hits_from(from, to).iter().any(|h| h.cues & cues != 0)
    }

    /// Signs of all hits that end at or before a byte, nearest first, back to the start of the
    /// sentence and at most `reach` tokens away.
    #[inline(never)]
    pub(super) fn before(&self, byte: usize, reach: usize) -> Before<'_> {
        let token = self.tokens.at(byte);
        let mut from = token;
        while from > 0 && token - from < reach {
            let starts_line = self.tokens.get(from).is_some_and(|t| t.newline) && from != token;
            if starts_line || (from < token && self.ends_sentence(from - 1)) {
                break;
            }
            from -= 1;
        }
        Before { near: self.hits_from(0, byte), from, byte }
    }

    /// Whether one of these signs ends at or before a byte, as [`before`](Self::before) looks for them.
    #[inline(never)]
    pub(super) fn shows_before(&self, byte: usize, reach: usize, cues: Cues) -> bool {
        self.before(byte, reach).any(|h| h.cues & cues != 0)
    }
}

/// What [`Message::before`] gives. Adapters of the standard library would be compiled anew for each use.
pub(super) struct Before<'a> {
    near: &'a [Hit],
    /// The first token that is near enough.
    from: usize,
    byte: usize,
}

impl<'a> Iterator for Before<'a> {
    type Item = &'a Hit;

    #[inline(never)]
    fn next(&mut self) -> Option<&'a Hit> {
        while let Some((hit, rest)) =
            self.near.split_last().filter(|(hit, _)| hit.first >= self.from)
        {
            self.near = rest;
            if hit.end <= self.byte {
                return Some(hit);
            }
        }
        None
    }
}

/// Looks for the items inside a run, and gives what the whole run says of how an address is spelled.
fn runs(
    lexicon: &Lexicon,
    tokens: &Tokens<'_>,
    i: usize,
    langs: Langs,
    hits: &mut Vec<Hit>,
) -> Cues {
    let run = tokens.written(i);
    let mut spelled = 0;
    let base = tokens.get(i).map_or(0, |t| t.start);
    for (at, _) in run.char_indices() {
        lexicon.prefixes(run.get(at..).unwrap_or_default(), langs, |len, cues| {
            let start = base + at;
            hits.push(Hit { cues, first: i, last: i + 1, start, end: start + len });
            if len == run.len() {
                spelled |= cues & SPELLED;
            }
        });
    }
    spelled
}

/// Whether what a language says is no name, or seldom one, is taken for its word. Where no language is known, the
/// little words of all of them would take too many names: "Ali" is "there" in Portuguese.
fn never(lexicon: &Lexicon, word: &str, langs: Langs) -> bool {
    langs != ALL_LANGS
        || !NAMES.has(word)
        || lexicon.word(word, only(Lang::En)) & (NOT | TRAIT) != 0
}

/// The languages, other than English, whose words are not read as English where a word is in both. "I'm"
/// is none of theirs, nor is a word of a text that is in English rather than in them; where it may
/// be in either, "hi im sarah" is English by the name after it, and "hi, im Vertrag steht" is not.
fn others(tokens: &Tokens<'_>, i: usize, langs: Langs, likely: Langs) -> Langs {
    let english = only(Lang::En);
    let others = if langs == ALL_LANGS { 0 } else { langs & !english };
    let mixed = likely & english != 0;
    let named = || NAMES.has(tokens.folded(i + 1));
    if tokens.written(i).contains(is_apostrophe) || mixed && (likely & others == 0 || named()) {
        0
    } else {
        others
    }
}

/// Whether a word speaks of another person: "on" is "he" in Polish, and not in "call me on …".
fn theirs(lexicon: &Lexicon, tokens: &Tokens<'_>, i: usize, own: Langs) -> bool {
    let cues = |i: usize| lexicon.word(tokens.folded(i), only(Lang::En));
    let english = |i: usize| cues(i) != 0 || has_form(WORDS, tokens.folded(i));
    cues(i) & THEIR != 0 || !english(i) || own != 0 && !i.checked_sub(1).is_some_and(english)
}

/// What a word that is not among the phrases is a sign of by its parts: what stands before or after an apostrophe ("wife's",
/// "Anna's", "d'ordine"), or "number" in languages that join words ("Bestellnr", "lidnummer").
fn parts(lexicon: &Lexicon, tokens: &Tokens<'_>, i: usize, langs: Langs) -> Cues {
    let (written, word) = (tokens.written(i), tokens.folded(i));
    if word.ends_with("nr") || word.ends_with("nummer") {
        return CODE;
    }
    if written.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return 0;
    }
    let Some((before, after)) = written.split_once(is_apostrophe) else { return 0 };
    let (owner, part) = match (before.len(), after) {
        (3.., "s" | "S") => (true, before),
        (1..=2, _) => (false, after),
        _ => return 0,
    };
    let cues = lexicon.word(&fold(part), langs);
    match owner {
        true if cues & NOT != 0 && cues & THEIR == 0 => NOT,
        true => THEIR,
        false => cues,
    }
}
