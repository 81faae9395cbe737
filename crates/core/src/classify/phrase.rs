//! Finds the first of a few fixed phrases without building anything.

use super::words::{Words, is_unspaced};

/// Index of the first word at which one of the phrases stands. Phrases are written folded, their
/// words divided by spaces; a word that ends in `*` matches by its beginning.
pub(crate) fn find(words: &Words, phrases: &[&str]) -> Option<usize> {
    words.iter().enumerate().position(|(at, word)| {
        let first = word.as_bytes().first();
        // Most phrases are ruled out by their first byte.
        phrases.iter().any(|p| p.as_bytes().first() == first && stands(words, at, p).is_some())
    })
}

/// All places where one of the phrases stands, in order: index of the first word, and of the word after the last.
/// Where several begin at one word, the longest.
pub(crate) fn find_all(words: &Words, phrases: &[&str]) -> Vec<(usize, usize)> {
    let longest = |at: usize| {
        let first = words.get(at).as_bytes().first();
        let here = phrases.iter().filter(|p| p.as_bytes().first() == first);
        here.filter_map(|p| stands(words, at, p)).max()
    };
    (0..words.len()).filter_map(|at| Some((at, longest(at)?))).collect()
}

/// Index of the word after a phrase that begins at a word.
fn stands(words: &Words, from: usize, phrase: &str) -> Option<usize> {
    let mut at = from;
    let whole = phrase.split(' ').all(|piece| {
        if piece.starts_with(is_unspaced) {
            return piece.chars().all(|c| {
                at += 1;
                words.get(at - 1).starts_with(c)
            });
        }
        let word = words.get(at);
        at += 1;
        match piece.strip_suffix('*') {
            Some(stem) => word.starts_with(stem),
            None => word == piece,
        }
    });
    whole.then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_is_found() {
        let words = Words::new("Within four hours, or the SLA is violated; 言語はどれ");
        assert_eq!(find(&words, &["sla", "violat*"]), Some(5));
        assert_eq!(find(&words, &["four hours"]), Some(1));
        assert_eq!(find(&words, &["言語"]), Some(8));
        assert_eq!(find(&words, &["hour", "four days", "violated now"]), None);
        assert_eq!(find(&Words::new(""), &["a"]), None);
    }
}
