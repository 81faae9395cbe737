//! Letters and their case, for the scripts that visitors write in.
//!
//! Unicode's own tables weigh 25 kB in wasm. Here case is known for Latin, Greek and Cyrillic, and
//! every character outside ASCII is a letter unless its block holds punctuation or symbols.

/// The small letter of a capital, or the character itself.
pub fn lower(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let n = c as u32;
    let shift = match n {
        0xc0..=0xde if n != 0xd7 => 32,
        0x130 => return 'i',
        0x178 => return 'ÿ',
        0x100..=0x137 | 0x14a..=0x177 | 0x1e00..=0x1eff | 0x1cd..=0x24f if n & 1 == 0 => {
            // Latin Extended-B is irregular up to the carons.
            u32::from(!(0x1cd..=0x1dc).contains(&n))
        }
        0x139..=0x148 | 0x179..=0x17e | 0x1cd..=0x1dc if n & 1 == 1 => 1,
        0x391..=0x3a9 | 0x410..=0x42f => 32,
        0x400..=0x40f => 80,
        _ => 0,
    };
    char::from_u32(n + shift).unwrap_or(c)
}

/// Whether a character is a capital.
pub fn is_upper(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_uppercase() } else { lower(c) != c }
}

/// Whether a character is a small letter.
pub fn is_lower(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_lowercase();
    }
    let cased = matches!(c as u32, 0xdf..=0x24f | 0x3ac..=0x3ce | 0x430..=0x45f | 0x1e00..=0x1eff);
    cased && c != '÷' && !is_upper(c)
}

/// Whether a character is a letter.
pub fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    !matches!(c as u32,
        // Latin-1 signs, spacing modifiers.
        0x80..=0xa9 | 0xab..=0xb4 | 0xb6..=0xb9 | 0xbb..=0xbf | 0xd7 | 0xf7 | 0x2b9..=0x2df
        // Greek and Armenian, Hebrew, Arabic punctuation.
        | 0x37e | 0x387 | 0x55a..=0x55f | 0x589 | 0x5be | 0x5c0 | 0x5f3 | 0x5f4
        | 0x600..=0x61f | 0x66a..=0x66d | 0x6d4
        // Danda, baht, Thai signs.
        | 0x964 | 0x965 | 0x970 | 0xe3f | 0xe4f | 0xe5a | 0xe5b
        // General punctuation to supplemental punctuation: no letters but a few symbols like them.
        | 0x2000..=0x2bff | 0x2e00..=0x2e7f
        // East Asian punctuation and forms.
        | 0x3000..=0x3004 | 0x3007..=0x3020 | 0x3030 | 0x303d..=0x303f | 0x30a0 | 0x30fb
        // A blank of Hangul, variation selectors, the byte order mark.
        | 0x3164 | 0xfe00..=0xfe6f | 0xfeff..=0xff0f | 0xff1a..=0xff20 | 0xff3b..=0xff40 | 0xff5b..=0xff65
        | 0xffa0 | 0xffe0..=0xffff
        // Private use, emoji, tags.
        | 0xe000..=0xf8ff | 0x1f000..=0x1faff | 0xe0000..=0x10_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_unicode_where_it_claims_to() {
        let blocks = [0x20..=0x17f, 0x1e00..=0x1e95, 0x218..=0x21b, 0x391..=0x3a9, 0x400..=0x45f];
        for c in blocks.into_iter().flatten().filter_map(char::from_u32) {
            // The dotless and the dotted i are one letter here, ŉ and ĸ are read by nobody.
            if "İıŉĸſ".contains(c) || c as u32 == 0x3a2 {
                continue;
            }
            assert_eq!(Some(lower(c)), c.to_lowercase().next(), "{c}");
            assert_eq!(is_upper(c), c.is_uppercase(), "{c}");
            assert_eq!(is_letter(c), c.is_alphabetic(), "{c}");
            assert!(!is_lower(c) || c.is_lowercase(), "{c}");
        }
        for c in "漢字ひカกมहिمش한ŁżñğŞșțбΩ".chars() {
            assert!(is_letter(c), "{c}");
        }
        for c in "。、「」!؟،।😀€™→…“”\u{a0}\u{fe0f}\u{feff}\u{3164}\u{ffa0}\u{200d}".chars()
        {
            assert!(!is_letter(c), "{c}");
        }
    }
}
