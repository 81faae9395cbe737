//! Words by which customers are found: what goes into the index, and what is asked of it.
//!
//! The index cuts text into words and finds them by their beginnings. Two things are not found that
//! way, and are written out so that they are: any part of a phone number, and words of scripts that
//! put no space between them.

use std::collections::BTreeSet;

/// Shortest part of a phone number that finds it.
const DIGITS: usize = 4;
/// Most words that one question looks for.
const TERMS: usize = 12;
/// Longest run of a script without spaces whose every ending is written out.
const RUN: usize = 64;

/// What the index is to hold of a phone number: it, and each ending of it. The beginning of an
/// ending is any part.
pub fn phone(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let ends = (0..digits.len().saturating_sub(DIGITS - 1)).map(|at| &digits[at..]);
    ends.collect::<Vec<_>>().join(" ")
}

/// What the index is to hold of a text: it, and each ending of what is written without spaces.
pub fn text(text: &str) -> String {
    let mut words = text.to_owned();
    for run in text.split(|c: char| !unspaced(c)).filter(|run| !run.is_empty()) {
        for (at, _) in run.char_indices().skip(1).take(RUN) {
            words.push(' ');
            words.push_str(&run[at..]);
        }
    }
    words
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
        terms.extend(typed.split(|c| !word(c)).filter(|t| !t.is_empty()).map(str::to_owned));
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
    fn what_is_typed_is_words_and_never_an_operator() {
        assert_eq!(query("noor@example.com").unwrap(), "\"com\"* AND \"example\"* AND \"noor\"*");
        assert_eq!(query("202 555-01").unwrap(), "\"20255501\"*");
        assert_eq!(query("a\" OR \"b NEAR(c)").unwrap().matches(" AND ").count(), 4);
        for nothing in ["", "  ", "@.-", "\"", "*"] {
            assert_eq!(query(nothing), None, "{nothing:?}");
        }
    }
}
