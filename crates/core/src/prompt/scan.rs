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
    first: Filter,
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

/// Which first characters occur, so that most phrases are dismissed at once.
#[derive(Debug, Default)]
struct Filter([u64; 4]);

impl Filter {
    fn add(&mut self, c: char) {
        let bit = u32::from(c) as usize & 255;
        self.0[bit >> 6] |= 1 << (bit & 63);
    }

    fn may_hold(&self, c: char) -> bool {
        let bit = u32::from(c) as usize & 255;
        self.0[bit >> 6] & (1 << (bit & 63)) != 0
    }
}

impl Tokens {
    /// Reads a message.
    pub fn new(text: &str) -> Self {
        let mut out = Self {
            folded: String::with_capacity(text.len().min(MAX_TOKENS * 8)),
            spans: Vec::new(),
            first: Filter::default(),
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
                out.first.add(c);
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
        if let Some(c) = self.folded.get(start..end).and_then(|w| w.chars().next()) {
            self.first.add(c);
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

    /// Whether any of the phrases occurs.
    pub fn any(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|p| self.find(p).is_some())
    }

    /// Where a phrase first occurs, as a range of tokens.
    pub fn find(&self, phrase: &str) -> Option<(usize, usize)> {
        let first = phrase.chars().next()?;
        if !self.first.may_hold(first) {
            return None;
        }
        (0..self.len()).find_map(|at| self.matches(phrase, at).map(|end| (at, end)))
    }

    /// Marks the tokens that the phrases cover, wherever they occur.
    pub fn cover(&self, phrases: &[&str], covered: &mut [bool]) {
        for phrase in phrases {
            let Some(first) = phrase.chars().next() else { continue };
            if !self.first.may_hold(first) {
                continue;
            }
            for at in 0..self.len() {
                if let Some(end) = self.matches(phrase, at) {
                    covered.iter_mut().take(end).skip(at).for_each(|c| *c = true);
                }
            }
        }
    }

    /// The token after the phrase where it begins at a token.
    fn matches(&self, phrase: &str, at: usize) -> Option<usize> {
        let (piece, rest) = next_piece(phrase)?;
        let word = self.word(at);
        let hit = match piece.strip_suffix('*') {
            Some(stem) => word.starts_with(stem),
            None => word == piece,
        };
        if at >= self.len() || !hit {
            return None;
        }
        let next = at + 1;
        if rest.is_empty() {
            return Some(next);
        }
        match rest.strip_prefix('~') {
            None => self.matches(rest, next),
            Some(rest) => {
                let rest = rest.trim_start();
                let dense = rest.chars().next().is_some_and(is_dense);
                let gap = if dense { GAP_CHARS } else { GAP_WORDS };
                (next..=next + gap).find_map(|from| self.matches(rest, from))
            }
        }
    }
}

/// The next word or dense character of a phrase, and what follows it.
fn next_piece(phrase: &str) -> Option<(&str, &str)> {
    let first = phrase.chars().next()?;
    let end = if is_dense(first) {
        first.len_utf8()
    } else {
        phrase.find(|c: char| c == ' ' || c == '~' || is_dense(c)).unwrap_or(phrase.len())
    };
    Some((phrase.get(..end)?, phrase.get(end..)?.trim_start_matches(' ')))
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
    folded == phrase && phrase.trim() == phrase && !phrase.contains("  ") && !phrase.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_whatever_the_spelling() {
        let t = Tokens::new("Könnten Sie mir BITTE die Rechnung schicken?");
        assert!(t.any(&["mir ~ schicken"]));
        assert!(t.any(&["rechnung*"]));
        assert!(!t.any(&["rechnun", "schicken mir", "konnt"]));
        assert!(t.question_mark);
        assert!(Tokens::new("I’d rather not").any(&["id rather not"]));
    }

    #[test]
    fn scripts_without_spaces_match_inside() {
        assert!(Tokens::new("領収書をLINEで送ってください").any(&["送って"]));
        assert!(Tokens::new("請把發票寄給我").any(&["把~寄"]));
        assert!(Tokens::new("ช่วยส่งใบเสร็จให้หน่อย").any(&["ส่ง~ให้"]));
    }

    #[test]
    fn a_gap_is_short() {
        assert!(Tokens::new("send one two three four me").any(&["send ~ me"]));
        assert!(!Tokens::new("send one two three four five me").any(&["send ~ me"]));
    }
}
