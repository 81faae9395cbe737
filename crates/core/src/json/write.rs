//! Values to text.

use super::Value;

/// The text of a value, without spaces, as `JSON.stringify` writes it.
pub fn write(value: &Value) -> String {
    let mut out = String::new();
    put(value, &mut out);
    out
}

fn put(value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Odd => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Whole(n) => {
            if *n < 0 {
                out.push('-');
            }
            whole(n.unsigned_abs(), out);
        }
        Value::Text(text) => string(text, out),
        Value::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                put(item, out);
            }
            out.push(']');
        }
        Value::Map(fields) => {
            out.push('{');
            for (i, (name, field)) in fields.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                string(name, out);
                out.push(':');
                put(field, out);
            }
            out.push('}');
        }
    }
}

fn whole(n: u64, out: &mut String) {
    if n > 9 {
        whole(n / 10, out);
    }
    out.push(char::from(b'0' + (n % 10) as u8));
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' => {
                out.push_str("\\u00");
                for digit in [c as u8 >> 4, c as u8 & 15] {
                    out.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
                }
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}
