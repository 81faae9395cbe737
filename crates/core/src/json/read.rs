//! Text to values (RFC 8259).

use super::Value;

/// Deeper nesting than any value here has is refused, since reading recurses.
const MAX_DEPTH: u32 = 16;

/// The value of a text, or nothing where it is not JSON.
pub fn read(text: &str) -> Option<Value> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    (reader.peek().is_none()).then_some(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        let found = self.text.as_bytes().get(self.at..)?.starts_with(word.as_bytes());
        self.at += word.len();
        found.then_some(value)
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.peek()? {
            b'n' => self.word("null", Value::Null),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'"' => self.string().map(Value::Text),
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                if self.take(b']') {
                    return Some(Value::List(items));
                }
                loop {
                    items.push(self.value(depth + 1)?);
                    if self.take(b']') {
                        return Some(Value::List(items));
                    }
                    if !self.take(b',') {
                        return None;
                    }
                }
            }
            b'{' => {
                self.at += 1;
                let mut fields = Vec::new();
                if self.take(b'}') {
                    return Some(Value::Map(fields));
                }
                loop {
                    self.peek()?;
                    let name = self.string()?;
                    if !self.take(b':') {
                        return None;
                    }
                    fields.push((name, self.value(depth + 1)?));
                    if self.take(b'}') {
                        return Some(Value::Map(fields));
                    }
                    if !self.take(b',') {
                        return None;
                    }
                }
            }
            _ => self.number(),
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.text.as_bytes().get(self.at).copied()?;
        self.at += 1;
        Some(byte)
    }

    fn number(&mut self) -> Option<Value> {
        let negative = self.take(b'-');
        let (mut n, mut digits, mut odd) = (Some(0_i64), 0, false);
        while let Some(byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b'0'..=b'9' => {
                    let digit = i64::from(byte - b'0');
                    n = n.and_then(|n| n.checked_mul(10)?.checked_add(digit));
                    digits += 1;
                }
                b'.' | b'e' | b'E' | b'+' | b'-' if digits > 0 => odd = true,
                _ => break,
            }
            self.at += 1;
        }
        if digits == 0 {
            return None;
        }
        Some(match n {
            Some(n) if !odd => Value::Whole(if negative { -n } else { n }),
            _ => Value::Odd,
        })
    }

    fn string(&mut self) -> Option<String> {
        if self.byte()? != b'"' {
            return None;
        }
        let mut out = String::new();
        loop {
            let from = self.at;
            while !matches!(self.text.as_bytes().get(self.at)?, b'"' | b'\\' | 0..=31) {
                self.at += 1;
            }
            out.push_str(self.text.get(from..self.at)?);
            match self.byte()? {
                b'"' => return Some(out),
                b'\\' => {}
                _ => return None,
            }
            out.push(match self.byte()? {
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'u' => self.unit()?,
                escaped @ (b'"' | b'\\' | b'/') => char::from(escaped),
                _ => return None,
            });
        }
    }

    /// A UTF-16 unit, or two where they are a pair.
    fn unit(&mut self) -> Option<char> {
        let first = self.hex()?;
        if (0xd800..0xdc00).contains(&first) {
            let back = self.at;
            if self.byte() == Some(b'\\') && self.byte() == Some(b'u') {
                let second = self.hex()?;
                if (0xdc00..0xe000).contains(&second) {
                    return char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
                }
            }
            self.at = back;
        }
        Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |n, _| Some(n << 4 | char::from(self.byte()?).to_digit(16)?))
    }
}
