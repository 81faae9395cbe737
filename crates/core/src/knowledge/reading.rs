//! Texts in the parts by which they are compared.

use crate::classify::terms::{is_empty, stem};
use crate::classify::vectors::{Vector, embed};
use crate::classify::words::{Words, is_unspaced};

/// Letters of a word that tell it apart in languages whose endings are not known here.
const TRUNCATED: usize = 5;

/// A term of a text, and the word that it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    /// As it is compared.
    pub term: String,
    /// As it is written, folded.
    pub word: String,
    /// Where that stands among the words of the text.
    pub at: usize,
}

/// The terms of a text. English words meet by their stems; those of other languages, marked `~`, by
/// their first letters, and the shortest, which carry no matter, are left out. Scripts without
/// spaces give pairs of characters.
pub(super) fn terms(words: &Words, english: bool) -> Vec<Term> {
    let mut out = Vec::new();
    let mut previous: Option<&str> = None;
    for (at, word) in words.iter().enumerate() {
        if word.chars().all(is_unspaced) {
            if let Some(before) = previous {
                let pair = format!("{before}{word}");
                out.push(Term { term: format!("~{pair}"), word: pair, at });
            }
            previous = Some(word);
            continue;
        }
        previous = None;
        if english {
            if !is_empty(word) {
                out.push(Term { term: stem(word).to_owned(), word: word.to_owned(), at });
            }
            continue;
        }
        let number = word.chars().any(char::is_numeric);
        if number || word.chars().nth(3).is_some() {
            let end = word.char_indices().nth(TRUNCATED).map_or(word.len(), |(at, _)| at);
            let start = word.get(..end).unwrap_or(word);
            out.push(Term { term: format!("~{start}"), word: word.to_owned(), at });
        }
    }
    out
}

/// The meaning of each sentence of a passage, with the title before it.
pub(super) fn sentences(title: &str, text: &str) -> Vec<Vector> {
    text.split_inclusive(['.', '!', '?', '\n'])
        .filter(|sentence| sentence.len() > 10)
        .map(|sentence| embed(&format!("{title}. {sentence}")))
        .collect()
}
