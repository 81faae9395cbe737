//! Offsets: bytes of UTF-8 inside Rust, code points on the command line, UTF-16 units in JavaScript.

/// Number of code points before a byte offset. The offset is taken as the end where it is past it.
pub fn code_points(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(i, _)| *i < byte).count()
}

/// The byte offset of the n-th code point, or the length of the text where it has fewer.
pub fn code_points_to_byte(text: &str, code_point: usize) -> usize {
    text.char_indices().nth(code_point).map_or(text.len(), |(i, _)| i)
}

/// The byte offset of a UTF-16 offset, or the length of the text where it is shorter.
/// An offset inside a surrogate pair counts as the start of its character.
pub fn utf16_to_byte(text: &str, units: usize) -> usize {
    if text.as_bytes().get(..units).is_some_and(|bytes| bytes.iter().all(u8::is_ascii)) {
        return units;
    }
    let mut seen = 0;
    for (i, c) in text.char_indices() {
        let next = seen + c.len_utf16();
        if next > units {
            return i;
        }
        seen = next;
    }
    text.len()
}

/// Turns growing byte offsets into UTF-16 offsets in one pass over the text.
#[derive(Debug)]
pub struct Utf16<'a> {
    text: &'a str,
    byte: usize,
    units: usize,
}

impl<'a> Utf16<'a> {
    /// Begins at the start of the text.
    pub fn new(text: &'a str) -> Self {
        Self { text, byte: 0, units: 0 }
    }

    /// UTF-16 units before a byte offset; an offset before the last one asked starts over.
    pub fn at(&mut self, byte: usize) -> usize {
        if byte < self.byte {
            (self.byte, self.units) = (0, 0);
        }
        let rest = self.text.get(self.byte..).unwrap_or_default();
        let from = self.byte;
        for (i, c) in rest.char_indices() {
            if from + i >= byte {
                break;
            }
            self.byte = from + i + c.len_utf8();
            self.units += c.len_utf16();
        }
        self.units
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_round_trip_on_every_boundary() {
        let text = "aé漢😀\u{0301}z";
        let mut utf16 = Utf16::new(text);
        for (byte, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let units = utf16.at(byte);
            assert_eq!(units, text[..byte].encode_utf16().count());
            assert_eq!(utf16_to_byte(text, units), byte);
            assert_eq!(code_points_to_byte(text, code_points(text, byte)), byte);
        }
        assert_eq!(utf16.at(1), 1, "going back starts over");
    }
}
