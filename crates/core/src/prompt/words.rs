//! The words of a message, as phrases are made of them.
//!
//! Scripts written without spaces count each character as a word, so that one matcher serves all
//! languages.

use crate::text::{Class, Tokens};

/// Words read of one message. What people want stands well within it; the rest is paste, and the
/// limit keeps the cost of a decision bounded.
const MAX_WORDS: usize = 400;
/// Bytes in which that many words fit, as they are written.
const MAX_BYTES: usize = 8 * MAX_WORDS;

/// A message in words.
#[derive(Debug)]
pub(crate) struct Words<'a> {
    tokens: Tokens<'a>,
    list: Vec<Word>,
}

/// A part of a token's folded form.
#[derive(Debug, Clone, Copy)]
struct Word {
    token: usize,
    from: usize,
    to: usize,
}

impl<'a> Words<'a> {
    /// Reads a message.
    pub fn new(text: &'a str) -> Self {
        let mut end = text.len().min(MAX_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let tokens = Tokens::new(text.get(..end).unwrap_or_default());
        let mut list = Vec::with_capacity(tokens.len());
        for token in 0..tokens.len() {
            let folded = tokens.folded(token);
            match tokens.class(token) {
                Some(Class::Run) => list.extend(folded.char_indices().map(|(from, c)| Word {
                    token,
                    from,
                    to: from + c.len_utf8(),
                })),
                Some(Class::Word | Class::Number) if !folded.is_empty() => {
                    list.push(Word { token, from: 0, to: folded.len() });
                }
                _ => {}
            }
        }
        list.truncate(MAX_WORDS);
        Self { tokens, list }
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The n-th word, folded.
    pub fn word(&self, n: usize) -> &str {
        self.list
            .get(n)
            .and_then(|w| self.tokens.folded(w.token).get(w.from..w.to))
            .unwrap_or_default()
    }

    /// Whether the n-th word is a character of a script without spaces.
    pub fn dense(&self, n: usize) -> bool {
        self.list.get(n).is_some_and(|w| self.tokens.class(w.token) == Some(Class::Run))
    }

    /// The first word that begins at or after a byte of the message.
    pub fn at(&self, byte: usize) -> usize {
        self.list.partition_point(|w| {
            self.tokens.get(w.token).is_some_and(|token| token.start + w.from < byte)
        })
    }

    /// Whether a comma or the end of a sentence stands between the word before one and another.
    pub fn pauses(&self, from: usize, to: usize) -> bool {
        let token = |n: usize| self.list.get(n).map(|w| w.token);
        let (Some(first), Some(last)) = (from.checked_sub(1).and_then(token), token(to)) else {
            return false;
        };
        const PAUSES: &str = ",.;:!?،؛؟、，。！？।";
        let pauses =
            |i: usize| self.tokens.mark(i).is_some_and(|mark| PAUSES.chars().any(|p| p == mark));
        (first..last).any(pauses)
    }

    /// Whether any word holds a digit.
    pub fn digits(&self) -> bool {
        (0..self.len()).any(|n| self.word(n).bytes().any(|b| b.is_ascii_digit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_are_read_in_bounded_time() {
        assert_eq!(Words::new(&"a ".repeat(4_096)).len(), MAX_WORDS);
        assert_eq!(Words::new(&"好".repeat(2_730)).len(), MAX_WORDS);
    }

    #[test]
    fn words_know_their_place() {
        let words = Words::new("Hi! 我叫Ana。");
        let all: Vec<&str> = (0..words.len()).map(|n| words.word(n)).collect();
        assert_eq!(all, ["hi", "我", "叫", "ana"]);
        assert_eq!([0, 3, 4, 7, 10, 99].map(|byte| words.at(byte)), [0, 1, 1, 2, 3, 4]);
        assert!(words.dense(1) && !words.dense(3) && !words.digits());
    }
}
