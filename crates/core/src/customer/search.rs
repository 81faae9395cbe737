//! Words by which customers are found: what goes into the index, and what is asked of it.
//!
//! The index cuts text into words and finds them by their beginnings. Two things are not found that
//! way, and are written out so that they are: any part of a phone number, and words of scripts that
//! put no space between them. What is written out takes up to 33 times the room of the text, so that a profile has
//! a bound ([`Words`]).

use std::collections::BTreeSet;

/// Shortest part of a phone number that finds it.
const DIGITS: usize = 4;
/// Most words that one question looks for.
const TERMS: usize = 12;
/// Characters of a run of a script without spaces of which the ending is written out, and most of each.
const RUN: usize = 64;
/// Most that the index holds of one profile, in bytes: an eighth of the longest text that SQLite takes in a Durable
/// Object (2 MB), and little enough to be cut into words within a closing.
const PROFILE_BYTES: usize = 256 * 1024;

/// What the index is to hold of one profile: what is put first, as much as fits, and of what is written out what has
/// room beside all that was put.
#[derive(Debug, Default)]
pub struct Words {
    all: String,
    texts: Vec<String>,
}

impl Words {
    /// Puts a phone number, unless there is no room for it: each ending of it, for the beginning of an ending is any
    /// part.
    pub fn phone(&mut self, number: &str) {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let ends = (0..digits.len().saturating_sub(DIGITS - 1)).map(|at| &digits[at..]);
        self.put(&ends.collect::<Vec<_>>().join(" "));
    }

    /// Puts a text, unless there is no room for it. Whether it is in.
    pub fn text(&mut self, text: &str) -> bool {
        let fits = self.put(text);
        if fits && text.contains(unspaced) {
            self.texts.push(text.to_owned());
        }
        fits
    }

    fn put(&mut self, words: &str) -> bool {
        let fits = self.all.len() + 1 + words.len() <= PROFILE_BYTES;
        if fits && !words.is_empty() {
            if !self.all.is_empty() {
                self.all.push(' ');
            }
            self.all.push_str(words);
        }
        fits
    }

    /// All of it.
    pub fn into_text(mut self) -> String {
        for text in core::mem::take(&mut self.texts) {
            self.put(&endings(&text));
        }
        self.all
    }
}

/// Each ending of what is written without spaces.
fn endings(text: &str) -> String {
    let runs = text.split(|c: char| !unspaced(c)).filter(|run| !run.is_empty());
    let ends = runs
        .flat_map(|run| run.char_indices().skip(1).take(RUN).map(|(at, _)| beginning(&run[at..])));
    ends.collect::<Vec<_>>().join(" ")
}

/// As much of a run as is written out.
fn beginning(run: &str) -> &str {
    run.char_indices().nth(RUN).map_or(run, |(at, _)| &run[..at])
}

/// Han, kana, Thai, Lao, Khmer and Burmese: Unicode blocks of scripts without spaces.
fn unspaced(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{2FA1F}')
}

/// The question to the index (FTS5) for what somebody typed; none when that holds no word. Nothing
/// of what was typed is an operator.
pub fn query(typed: &str) -> Option<String> {
    let mut terms: BTreeSet<String> = BTreeSet::new();
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let number = digits.len() >= DIGITS
        && typed.chars().all(|c| c.is_ascii_digit() || " +-().\u{a0}/".contains(c));
    if number {
        terms.insert(digits);
    } else {
        let word = |c: char| c.is_alphanumeric() || is_mark(c);
        let words = typed.split(|c| !word(c)).filter(|t| !t.is_empty());
        let whole = |word: &str| !word.chars().any(unspaced);
        terms.extend(words.map(|t| if whole(t) { t } else { beginning(t) }).map(str::to_owned));
    }
    let terms: Vec<String> = terms.iter().take(TERMS).map(|term| format!("\"{term}\"*")).collect();
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

/// Combining marks belong to the letter before them.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0900}'..='\u{0903}' | '\u{093A}'..='\u{094F}'
        | '\u{064B}'..='\u{065F}' | '\u{0E31}' | '\u{0E34}'..='\u{0E3A}' | '\u{0E47}'..='\u{0E4E}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(number: &str) -> String {
        let mut words = Words::default();
        words.phone(number);
        words.into_text()
    }

    fn text(text: &str) -> String {
        let mut words = Words::default();
        words.text(text);
        words.into_text()
    }

    #[test]
    fn any_four_digits_of_a_number_begin_an_ending() {
        let words = phone("+1 202-555-0123");
        for part in ["1202", "0123", "5550", "12025550123", "2555"] {
            assert!(words.split(' ').any(|word| word.starts_with(part)), "{part}");
        }
        assert!(!words.split(' ').any(|word| word == "123"), "too short to find anybody by");
        assert_eq!(phone("12"), "");
    }

    #[test]
    fn a_family_name_behind_or_before_the_given_one_is_an_ending() {
        let words = text("山田太郎 (Taro)");
        assert!(words.split(' ').any(|word| word == "太郎"), "{words}");
        assert_eq!(text("Ana O'Neil"), "Ana O'Neil");
    }

    #[test]
    fn a_profile_has_a_bound_and_what_is_put_first_is_in() {
        // As long as a note may be, and of what takes most room: runs of the length whose every ending is written out.
        let note = format!("{} ", "ก".repeat(RUN)).repeat(40);
        let alone = text(&note).len();
        assert!(alone > 30 * note.len() && alone < 34 * note.len(), "{alone}");
        let mut words = Words::default();
        assert!(words.text("山田太郎"));
        words.phone("+1 202-555-0123");
        assert_eq!((0..1_000).take_while(|_| words.text(&note)).count(), 33);
        assert!(words.text("short"), "what fits still fits");
        let all = words.into_text();
        assert!(all.len() <= PROFILE_BYTES, "{}", all.len());
        for part in ["太郎", "0123", "short"] {
            assert!(all.split(' ').any(|word| word == part), "{part}");
        }
        // What is asked is cut as what was written out is.
        let asked = query(&"ก".repeat(100)).unwrap();
        assert_eq!(asked.chars().filter(|c| unspaced(*c)).count(), RUN);
    }

    #[test]
    fn what_is_typed_is_words_and_never_an_operator() {
        assert_eq!(query("noor@example.com").unwrap(), "\"com\"* AND \"example\"* AND \"noor\"*");
        assert_eq!(query("202 555-01").unwrap(), "\"20255501\"*");
        assert_eq!(query("a\" OR \"b NEAR(c)").unwrap().matches(" AND ").count(), 4);
        for nothing in ["", "  ", "@.-", "\"", "*"] {
            assert_eq!(query(nothing), None, "{nothing:?}");
        }
    }
}
