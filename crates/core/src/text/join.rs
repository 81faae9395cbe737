//! What the standard library does for slices of anything and for patterns of any kind, here for strings and
//! bytes alone: its own weighs 3 kB in the module that visitors load.

/// Strings one after the other.
pub fn concat(parts: &[&str]) -> String {
    let mut all = String::new();
    for part in parts {
        all.push_str(part);
    }
    all
}

/// What stands before the first of these bytes and what after it, where there is one. Of no other byte than
/// an ASCII character's.
pub fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    around(text, text.bytes().position(|byte| byte == at)?)
}

/// As [`cut`], at the last of these bytes.
pub fn cut_last(text: &str, at: u8) -> Option<(&str, &str)> {
    around(text, text.bytes().rposition(|byte| byte == at)?)
}

fn around(text: &str, at: usize) -> Option<(&str, &str)> {
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Number of characters.
pub fn chars(text: &str) -> usize {
    // Bytes that go on with a character are 10xxxxxx.
    text.bytes().fold(0, |n, byte| n + usize::from(byte & 0xc0 != 0x80))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_the_standard_library_does() {
        for text in ["", "a", "é漢😀\u{301}z"] {
            assert_eq!(chars(text), text.chars().count());
            assert_eq!(concat(&[text, "-", text]), [text, "-", text].concat());
            let twice = concat(&[text, "-", text, "-"]);
            assert_eq!(cut(&twice, b'-'), twice.split_once('-'));
            assert_eq!(cut_last(&twice, b'-'), twice.rsplit_once('-'));
            assert_eq!((cut(text, b'-'), cut_last(text, b'-')), (None, None));
        }
        assert_eq!(concat(&[]), "");
    }
}
