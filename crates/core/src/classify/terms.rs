//! Terms by which texts are compared word by word: stems, or pairs of characters.

use super::words::{Words, is_unspaced};

/// Words that carry no matter.
const EMPTY: [&str; 84] = [
    "the",
    "and",
    "for",
    "with",
    "from",
    "that",
    "this",
    "was",
    "were",
    "are",
    "has",
    "have",
    "had",
    "not",
    "but",
    "you",
    "your",
    "our",
    "their",
    "its",
    "his",
    "her",
    "they",
    "them",
    "customer",
    "customers",
    "what",
    "which",
    "when",
    "who",
    "how",
    "why",
    "where",
    "did",
    "does",
    "any",
    "all",
    "can",
    "could",
    "would",
    "should",
    "will",
    "been",
    "being",
    "into",
    "than",
    "then",
    "only",
    "other",
    "others",
    "about",
    "because",
    "if",
    "no",
    "none",
    "yes",
    "of",
    "to",
    "in",
    "on",
    "at",
    "is",
    "it",
    "an",
    "as",
    "by",
    "or",
    "be",
    "do",
    "my",
    "me",
    "we",
    "so",
    "us",
    "user",
    "client",
    "a",
    "i",
    "im",
    "ive",
    "get",
    "got",
    "there",
    "here",
];

/// Whether a folded word carries no matter.
pub(crate) fn is_empty(word: &str) -> bool {
    EMPTY.contains(&word)
}

/// A word without its commonest English endings, so that "cancelled" meets "cancel".
pub(crate) fn stem(word: &str) -> &str {
    if !word.is_ascii() || word.len() < 4 {
        return word;
    }
    const ENDINGS: [&str; 12] =
        ["ations", "ation", "ings", "ing", "ies", "ied", "edly", "ed", "es", "s", "e", "y"];
    for ending in ENDINGS {
        if let Some(rest) = word.strip_suffix(ending)
            && rest.len() >= 3
            && !(*ending == *"y" && rest.ends_with(['a', 'e', 'o', 'u']))
        {
            let bytes = rest.as_bytes();
            let doubled = bytes.len() > 3
                && bytes.last() == bytes.get(bytes.len() - 2)
                && !rest.ends_with(['a', 'e', 'i', 'o', 'u', 's']);
            return if doubled { rest.get(..rest.len() - 1).unwrap_or(rest) } else { rest };
        }
    }
    word
}

/// The terms of a text, each with the index of its word.
pub(crate) fn terms(words: &Words) -> Vec<(String, usize)> {
    let mut out = Vec::new();
    let mut previous: Option<&str> = None;
    for (i, word) in words.iter().enumerate() {
        if word.chars().all(is_unspaced) {
            if let Some(before) = previous {
                out.push((format!("{before}{word}"), i));
            }
            previous = Some(word);
        } else {
            previous = None;
            if !is_empty(word) {
                out.push((stem(word).to_owned(), i));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_meet() {
        for (a, b) in [
            ("cancelled", "cancel"),
            ("delays", "delay"),
            ("booking", "book"),
            ("stories", "story"),
        ] {
            assert_eq!(stem(a), stem(b), "{a} {b}");
        }
        assert_ne!(stem("ring"), stem("r"));
    }
}
