//! Words, numbers and marks of a message, each with its place and its folded form.

use super::fold::{digit, fold_into, fold_plain, is_apostrophe, is_mark};
use super::letter::{is_letter, is_lower, is_upper};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Letters of a script that is written with spaces, perhaps with digits among them.
    Word,
    /// Digits only.
    Number,
    /// A run of one script that is written without spaces (Thai, Japanese, Chinese).
    Run,
    /// One character of punctuation or a symbol.
    Mark,
}

/// How a word is capitalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// No capital.
    Lower,
    /// Begins with one, and goes on in lower case (or is a single capital).
    Title,
    /// Two or more letters, all capitals.
    Upper,
    /// The script has no case.
    None,
}

/// One token.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// What it is.
    pub class: Class,
    /// Capitals; [`Case::None`] for anything but words.
    pub case: Case,
    /// The character where it is a mark.
    pub mark: Option<char>,
    /// White space stands before it.
    pub spaced: bool,
    /// A line begins with it.
    pub newline: bool,
    folded: (u32, u32),
}

/// A message in tokens.
#[derive(Debug)]
pub struct Tokens<'a> {
    /// The message.
    pub text: &'a str,
    list: Vec<Token>,
    folded: String,
}

impl<'a> Tokens<'a> {
    /// Cuts a text, in one pass.
    pub fn new(text: &'a str) -> Self {
        let mut list: Vec<Token> = Vec::with_capacity(text.len() / 4 + 1);
        let mut folded = String::with_capacity(text.len());
        let (mut spaced, mut newline) = (true, true);
        let mut at = 0;
        while let Some(c) = char_at(text, at) {
            let start = at;
            at += c.len_utf8();
            if c.is_whitespace() {
                (spaced, newline) = (true, newline || c == '\n');
                continue;
            }
            let from = folded.len();
            let mut token = Token {
                start,
                end: at,
                class: Class::Mark,
                case: Case::None,
                mark: None,
                spaced,
                newline,
                folded: (0, 0),
            };
            (spaced, newline) = (false, false);
            let first = kind(c);
            if first == Kind::Mark {
                fold_into(c, &mut folded);
            } else {
                token.class = first.class();
                read_on(text, first, &mut token, &mut folded);
                at = token.end;
            }
            // A message is at most a few kB, and longer ones only lose their folded forms.
            token.folded = (index(from), index(folded.len()));
            token.mark = (token.class == Class::Mark).then_some(c);
            list.push(token);
        }
        Self { text, list, folded }
    }

    /// All tokens.
    pub fn list(&self) -> &[Token] {
        &self.list
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The i-th token.
    #[inline(never)]
    pub fn get(&self, i: usize) -> Option<&Token> {
        self.list.get(i)
    }

    /// The folded form of the i-th token, or nothing past the end.
    pub fn folded(&self, i: usize) -> &str {
        self.list
            .get(i)
            .and_then(|t| self.folded.get(t.folded.0 as usize..t.folded.1 as usize))
            .unwrap_or_default()
    }

    /// The i-th token as written, or nothing past the end.
    pub fn written(&self, i: usize) -> &'a str {
        self.list.get(i).and_then(|t| self.text.get(t.start..t.end)).unwrap_or_default()
    }

    /// The i-th token where it is a mark.
    #[inline(never)]
    pub fn mark(&self, i: usize) -> Option<char> {
        self.list.get(i).and_then(|t| t.mark)
    }

    /// Whether the i-th token is this mark.
    #[inline(never)]
    pub fn is_mark(&self, i: usize, mark: char) -> bool {
        self.mark(i) == Some(mark)
    }

    /// The class of the i-th token.
    #[inline(never)]
    pub fn class(&self, i: usize) -> Option<Class> {
        self.list.get(i).map(|t| t.class)
    }

    /// The first token that begins at or after a byte.
    pub fn at(&self, byte: usize) -> usize {
        self.list.partition_point(|t| t.start < byte)
    }
}

/// Reads a token that is no mark to its end. Nearly all of them are plain letters and digits, which are
/// read as bytes.
fn read_on(text: &str, first: Kind, token: &mut Token, folded: &mut String) {
    let (mut capitals, mut small, mut title) = (0_u32, 0_u32, false);
    let mut at = token.start;
    loop {
        if matches!(first, Kind::Letter | Kind::Digit) {
            let from = at;
            let cased = capitals + small;
            while let Some(byte) = text.as_bytes().get(at) {
                match byte {
                    b'a'..=b'z' => small += 1,
                    b'A'..=b'Z' => {
                        title |= at == token.start;
                        capitals += 1;
                    }
                    b'0'..=b'9' => {}
                    _ => break,
                }
                at += 1;
            }
            if capitals + small > cased {
                token.class = Class::Word;
            }
            fold_plain(text.get(from..at).unwrap_or_default(), folded);
        }
        let Some(c) = char_at(text, at) else { break };
        let after = at + c.len_utf8();
        let begins = at == token.start;
        let inside = begins
            || match (first, kind(c)) {
                (_, Kind::Joiner) => {
                    // An apostrophe belongs to the word only between letters.
                    is_mark(c)
                        || (token.class == Class::Word
                            && char_at(text, after).is_some_and(|c| kind(c) == Kind::Letter))
                }
                (Kind::Letter | Kind::Digit, Kind::Letter) => {
                    token.class = Class::Word;
                    true
                }
                (Kind::Letter | Kind::Digit, Kind::Digit) => true,
                (Kind::Thai | Kind::Cjk, next) => next == first,
                _ => false,
            };
        if !inside {
            break;
        }
        let capital = is_upper(c);
        title |= begins && capital;
        capitals += u32::from(capital);
        small += u32::from(is_lower(c));
        fold_into(c, folded);
        at = after;
    }
    token.end = at;
    if token.class == Class::Word {
        token.case = match (title, capitals, small) {
            (_, 0, 0) => Case::None,
            (true, 2.., 0) => Case::Upper,
            (true, ..) => Case::Title,
            _ => Case::Lower,
        };
    }
}

/// The character that begins at a byte.
#[inline(always)]
fn char_at(text: &str, at: usize) -> Option<char> {
    match *text.as_bytes().get(at)? {
        byte if byte.is_ascii() => Some(char::from(byte)),
        _ => text.get(at..)?.chars().next(),
    }
}

fn index(i: usize) -> u32 {
    u32::try_from(i).unwrap_or(u32::MAX)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Thai,
    Cjk,
    Joiner,
    Mark,
}

impl Kind {
    fn class(self) -> Class {
        match self {
            Self::Letter => Class::Word,
            Self::Digit => Class::Number,
            Self::Thai | Self::Cjk => Class::Run,
            Self::Joiner | Self::Mark => Class::Mark,
        }
    }
}

fn kind(c: char) -> Kind {
    if c.is_ascii() {
        return match c {
            'a'..='z' | 'A'..='Z' => Kind::Letter,
            '0'..='9' => Kind::Digit,
            '\'' | '`' => Kind::Joiner,
            _ => Kind::Mark,
        };
    }
    match c {
        _ if digit(c).is_some() => Kind::Digit,
        _ if is_apostrophe(c) || is_mark(c) => Kind::Joiner,
        '\u{e01}'..='\u{e4e}' => Kind::Thai,
        '\u{3005}'
        | '\u{3041}'..='\u{309f}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{30fc}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3134f}' => Kind::Cjk,
        // Vowel signs and the like of Indic scripts are no letters for Unicode, but part of words.
        '\u{900}'..='\u{dff}' if c != '\u{964}' && c != '\u{965}' => Kind::Letter,
        _ if is_letter(c) => Kind::Letter,
        _ => Kind::Mark,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        let tokens = Tokens::new(text);
        (0..tokens.len()).map(|i| tokens.written(i)).collect()
    }

    #[test]
    fn words_keep_their_apostrophes_and_numbers_their_letters() {
        assert_eq!(cut("I'm O’Brien, 'ok'."), ["I'm", "O’Brien", ",", "'", "ok", "'", "."]);
        assert_eq!(cut("gt67 +49 x@y.z"), ["gt67", "+", "49", "x", "@", "y", ".", "z"]);
        assert_eq!(cut("मेरा नाम।"), ["मेरा", "नाम", "।"]);
        assert_eq!(cut("ผมชื่อ สมชาย"), ["ผมชื่อ", "สมชาย"]);
        assert_eq!(cut("我叫Anna李"), ["我叫", "Anna", "李"]);
        assert_eq!(Tokens::new("O’Brien").folded(0), "obrien");
    }

    #[test]
    fn capitals() {
        let case = |t: &str| Tokens::new(t).get(0).map(|t| t.case);
        assert_eq!(case("Ana"), Some(Case::Title));
        assert_eq!(case("ana"), Some(Case::Lower));
        assert_eq!(case("ANA"), Some(Case::Upper));
        assert_eq!(case("McKay"), Some(Case::Title));
        assert_eq!(case("J"), Some(Case::Title));
        assert_eq!(case("أحمد"), Some(Case::None));
    }
}
