//! Folded tokens of a message, and phrases looked up in them.
//!
//! A phrase is words with single spaces. `*` at the end of a word stands for any ending, `~`
//! between words for a few words in between. Scripts written without spaces count each character
//! as a word, so that one matcher serves all languages.

/// Tokens read of one message. What people want stands well within it; the rest is paste, and the
/// limit keeps the cost of a decision bounded.
const MAX_TOKENS: usize = 400;
/// Words that a `~` may skip.
const GAP_WORDS: usize = 4;
/// Characters that a `~` may skip in a script without spaces.
const GAP_CHARS: usize = 10;

/// A message, folded and cut into tokens.
#[derive(Debug)]
pub(super) struct Tokens {
    folded: String,
    spans: Vec<Span>,
    /// Whether the message holds a question mark.
    pub question_mark: bool,
    /// Exclamation marks in the message.
    pub exclamations: usize,
    /// Whether most of its letters, and at least eight, are capitals.
    pub shouted: bool,
    /// Whether it holds a digit.
    pub digits: bool,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

impl Tokens {
    /// Reads a message.
    pub fn new(text: &str) -> Self {
        let mut out = Self {
            folded: String::with_capacity(text.len().min(MAX_TOKENS * 8)),
            spans: Vec::new(),
            question_mark: false,
            exclamations: 0,
            shouted: false,
            digits: false,
        };
        let (mut upper, mut lower) = (0usize, 0usize);
        let mut open: Option<usize> = None;
        for c in text.chars() {
            if out.spans.len() >= MAX_TOKENS {
                break;
            }
            upper += usize::from(c.is_uppercase());
            lower += usize::from(c.is_lowercase());
            match c {
                '?' | '？' | '؟' | '¿' => out.question_mark = true,
                '!' | '！' => out.exclamations += 1,
                _ => {}
            }
            if is_apostrophe(c) || is_dropped(c) {
                continue;
            }
            if is_dense(c) {
                out.close(&mut open);
                let start = out.folded.len();
                out.folded.push(c);
                out.spans.push(Span { start, end: out.folded.len() });
            } else if c.is_alphanumeric() || is_mark(c) {
                out.digits |= c.is_numeric();
                if open.is_none() {
                    open = Some(out.folded.len());
                }
                fold_into(c, &mut out.folded);
            } else {
                out.close(&mut open);
            }
        }
        out.close(&mut open);
        out.shouted = upper >= 8 && upper > lower * 3;
        out
    }

    fn close(&mut self, open: &mut Option<usize>) {
        let Some(start) = open.take() else { return };
        let end = self.folded.len();
        // A word can fold to nothing: a lone combining dot.
        if end > start {
            self.spans.push(Span { start, end });
        }
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// The n-th token, folded.
    pub fn word(&self, n: usize) -> &str {
        self.spans.get(n).and_then(|s| self.folded.get(s.start..s.end)).unwrap_or_default()
    }

    /// The key of the n-th token.
    pub fn key(&self, n: usize) -> Key {
        key(self.word(n))
    }

    /// The token after the phrase where it begins at a token.
    pub fn matches(&self, phrase: &Phrase, at: usize) -> Option<usize> {
        phrase.first.fits(self.word(at)).then(|| self.follows(phrase.rest, at + 1))?
    }

    fn follows(&self, rest: &'static str, at: usize) -> Option<usize> {
        if rest.is_empty() {
            return Some(at);
        }
        if let Some(rest) = rest.strip_prefix('~') {
            let rest = rest.trim_start_matches(' ');
            let dense = rest.chars().next().is_some_and(is_dense);
            let gap = if dense { GAP_CHARS } else { GAP_WORDS };
            let end = self.len().min(at + gap + 1);
            return (at..end).find_map(|from| self.follows(rest, from));
        }
        // Most phrases part here, and cutting them is what costs.
        let said = self.word(at);
        if said.chars().next() != rest.chars().next() {
            return None;
        }
        let (word, rest) = next_word(rest)?;
        word.fits(said).then(|| self.follows(rest, at + 1))?
    }
}

/// What tells most phrases apart from a token at a glance: the first three characters of a word, or
/// the one of a script without spaces, 21 bits each.
pub(super) type Key = u64;

/// Shorter stems have no key of their own: words that continue them have another.
const KEY_CHARS: usize = 3;

fn key(word: &str) -> Key {
    let chars = if word.chars().next().is_some_and(is_dense) { 1 } else { KEY_CHARS };
    word.chars().take(chars).fold(0, |key, c| (key << 21) | u64::from(u32::from(c)))
}

/// One word of a phrase.
#[derive(Debug, Clone, Copy)]
struct Word {
    stem: &'static str,
    /// Any ending.
    open: bool,
}

impl Word {
    fn fits(self, word: &str) -> bool {
        if self.open { word.starts_with(self.stem) } else { word == self.stem }
    }
}

/// A phrase, its first word apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phrase {
    first: Word,
    rest: &'static str,
}

impl Phrase {
    /// Reads a phrase; none where it is empty or begins with a gap.
    pub fn new(phrase: &'static str) -> Option<Self> {
        let (first, rest) = next_word(phrase)?;
        Some(Self { first, rest })
    }

    /// The key of the tokens at which it can begin.
    pub fn key(&self) -> Key {
        key(self.first.stem)
    }
}

/// The next word or dense character of a phrase, and what follows it.
fn next_word(phrase: &'static str) -> Option<(Word, &'static str)> {
    let first = phrase.chars().next()?;
    let end = if is_dense(first) {
        first.len_utf8()
    } else {
        phrase.find(|c: char| c == ' ' || c == '~' || is_dense(c)).unwrap_or(phrase.len())
    };
    let piece = phrase.get(..end).filter(|piece| !piece.is_empty())?;
    let (stem, open) = piece.strip_suffix('*').map_or((piece, false), |stem| (stem, true));
    Some((Word { stem, open }, phrase.get(end..)?.trim_start_matches(' ')))
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '＇')
}

/// Vowel points and stretching that Arabic writers mostly leave out, and stray combining accents.
fn is_dropped(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}'
        | '\u{670}' | '\u{93c}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
}

/// Signs that belong to the word they stand in.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{955}'..='\u{957}' | '\u{962}'..='\u{963}')
}

/// Characters of scripts written without spaces: Thai, kana, Han.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{e01}'..='\u{e4e}' | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{309f}'
        | '\u{30a1}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}')
}

/// Lower case, full width made narrow, Latin without diacritics, Arabic letter forms made one and
/// Devanagari without nukta: the spelling of people in a hurry.
fn fold_into(c: char, out: &mut String) {
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' => 'ي',
        'ة' => 'ه',
        'İ' => 'i',
        '\u{958}' => 'क',
        '\u{959}' => 'ख',
        '\u{95a}' => 'ग',
        '\u{95b}' => 'ज',
        '\u{95c}' => 'ड',
        '\u{95d}' => 'ढ',
        '\u{95e}' => 'फ',
        '\u{95f}' => 'य',
        _ => c,
    };
    for c in c.to_lowercase() {
        match c {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => out.push('a'),
            'æ' => out.push_str("ae"),
            'ç' | 'ć' | 'č' => out.push('c'),
            'ď' | 'đ' | 'ð' => out.push('d'),
            'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => out.push('e'),
            'ğ' => out.push('g'),
            'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => out.push('i'),
            'ł' => out.push('l'),
            'ñ' | 'ń' | 'ň' => out.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => out.push('o'),
            'œ' => out.push_str("oe"),
            'ř' => out.push('r'),
            'ś' | 'š' | 'ş' | 'ș' => out.push('s'),
            'ß' => out.push_str("ss"),
            'ť' | 'ţ' | 'ț' => out.push('t'),
            'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'ź' | 'ż' | 'ž' => out.push('z'),
            '\u{307}' => {}
            c => out.push(c),
        }
    }
}

/// A phrase as the lexicons must write it.
#[cfg(test)]
pub(super) fn is_folded(phrase: &str) -> bool {
    let mut folded = String::new();
    for c in phrase.chars() {
        match c {
            ' ' | '~' | '*' => folded.push(c),
            c if is_dropped(c) || is_apostrophe(c) => {}
            c => fold_into(c, &mut folded),
        }
    }
    let first = phrase.split([' ', '~']).next().unwrap_or_default();
    let stem = first.strip_suffix('*').map(|stem| stem.chars().count());
    let blunt = stem.is_some_and(|n| n < KEY_CHARS);
    folded == phrase && phrase.trim() == phrase && !phrase.contains("  ") && !blunt
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(text: &str, phrase: &'static str) -> bool {
        let tokens = Tokens::new(text);
        let phrase = Phrase::new(phrase).unwrap();
        (0..tokens.len())
            .any(|at| phrase.key() == tokens.key(at) && tokens.matches(&phrase, at).is_some())
    }

    #[test]
    fn phrases_are_found_whatever_the_spelling() {
        let text = "Könnten Sie mir BITTE die Rechnung schicken?";
        assert!(has(text, "mir ~ schicken"));
        assert!(has(text, "rechn*"));
        assert!(!has(text, "rechnun"));
        assert!(!has(text, "schicken mir"));
        assert!(!has(text, "konnt"));
        assert!(Tokens::new(text).question_mark);
        assert!(has("I’d rather not", "id rather not"));
    }

    #[test]
    fn scripts_without_spaces_match_inside() {
        assert!(has("領収書をLINEで送ってください", "送って"));
        assert!(has("請把發票寄給我", "把~寄"));
        assert!(has("ช่วยส่งใบเสร็จให้หน่อย", "ส่ง~ให้"));
    }

    #[test]
    fn a_gap_is_short() {
        assert!(has("send one two three four me", "send ~ me"));
        assert!(!has("send one two three four five me", "send ~ me"));
    }

    #[test]
    fn long_messages_are_read_in_bounded_time() {
        assert_eq!(Tokens::new(&"a ".repeat(4_096)).len(), MAX_TOKENS);
        assert_eq!(Tokens::new(&"好".repeat(2_730)).len(), MAX_TOKENS);
    }
}
