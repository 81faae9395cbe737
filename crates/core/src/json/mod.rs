//! The few values that cross between the engine and JavaScript, as JSON text.
//!
//! Everywhere else serde writes and reads JSON. In the module that visitors load it would weigh
//! 45 kB after gzip: its derived code is made anew for each type and each format, and it brings the
//! printing of floating-point numbers with it. Here a value is a [`Value`] first, so that one
//! reader and one writer serve all types. What a type looks like is the same in both: the tests
//! compare them.

mod impls;
mod read;
mod record;
mod write;

use crate::text::concat;
pub(crate) use impls::{json_enum, json_struct, named};
pub use read::read;
pub(crate) use record::{How, Record, read_record, write_record};
pub use write::write;

/// Any JSON value, with the numbers that occur here.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number of 64 bits.
    Whole(i64),
    /// A number that is not whole, or too large; never written.
    Odd,
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object, in the order of its fields.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// An array of so many items.
    fn list(count: usize, item: &dyn Fn(usize) -> Self) -> Self {
        let mut items = Vec::with_capacity(count);
        for n in 0..count {
            items.push(item(n));
        }
        Self::List(items)
    }
}

/// Why a value is not of its type: where, and what is expected there. It never repeats the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch(pub String);

impl Mismatch {
    /// An expectation, with no place yet.
    pub fn new(expected: &str) -> Self {
        Self(expected.to_owned())
    }

    /// The same inside a field.
    #[must_use]
    pub fn within(self, field: &str) -> Self {
        Self(concat(&["`", field, "`: ", &self.0]))
    }
}

/// What can be written and read.
pub trait Json: Sized {
    /// As a value.
    fn to_value(&self) -> Value;

    /// From a value.
    ///
    /// # Errors
    /// Where it is of another form.
    fn from_value(value: Value) -> Result<Self, Mismatch>;

    /// Whether a field of this type may be left out.
    const OPTIONAL: bool = false;
}

/// A place for a value of a type that its reader does not know: one reader serves all structures.
pub trait Slot {
    /// As [`Json::to_value`].
    fn value(&self) -> Value;

    /// Puts what a value says here.
    ///
    /// # Errors
    /// Where it is of another form; what was here stays.
    fn put(&mut self, value: Value) -> Result<(), Mismatch>;

    /// As [`Json::OPTIONAL`].
    fn optional(&self) -> bool;
}

impl<T: Json> Slot for T {
    fn value(&self) -> Value {
        self.to_value()
    }

    fn put(&mut self, value: Value) -> Result<(), Mismatch> {
        *self = Self::from_value(value)?;
        Ok(())
    }

    fn optional(&self) -> bool {
        Self::OPTIONAL
    }
}

/// The fields of an object, to be taken one by one.
#[derive(Debug)]
pub struct Fields(Vec<(String, Value)>);

impl Fields {
    /// Of an object.
    ///
    /// # Errors
    /// For anything else.
    pub fn of(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Map(fields) => Ok(Self(fields)),
            _ => Err(Mismatch::new("expected an object")),
        }
    }

    /// Takes a field out.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().position(|(n, _)| n == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// Reads a field, which may have been left out; says whether it was there.
    ///
    /// # Errors
    /// Where it is of another form.
    pub fn put(&mut self, name: &str, slot: &mut dyn Slot) -> Result<bool, Mismatch> {
        match self.take(name) {
            Some(value) => slot.put(value).map(|()| true).map_err(|e| e.within(name)),
            None => Ok(false),
        }
    }

    /// Reads a field of which `null` says as little as leaving it out.
    ///
    /// # Errors
    /// Where it is of another form.
    pub fn option(&mut self, name: &str, slot: &mut dyn Slot) -> Result<(), Mismatch> {
        match self.take(name) {
            Some(Value::Null) | None => Ok(()),
            Some(value) => slot.put(value).map_err(|e| e.within(name)),
        }
    }

    /// Refuses what was not taken.
    ///
    /// # Errors
    /// For a field that there is not.
    pub fn end(self) -> Result<(), Mismatch> {
        match self.0.first() {
            Some((name, _)) => Err(Mismatch::new("there is no such field").within(name)),
            None => Ok(()),
        }
    }
}

impl IntoIterator for Fields {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<(String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// An object under construction.
#[derive(Debug, Default)]
pub struct Object(Vec<(String, Value)>);

impl Object {
    /// Adds a field.
    #[must_use]
    pub fn with(self, name: &str, field: &dyn Slot) -> Self {
        self.with_value(name, field.value())
    }

    /// Adds a field unless it is `null`, `false` or an empty list.
    #[must_use]
    pub fn with_some(self, name: &str, field: &dyn Slot) -> Self {
        match field.value() {
            Value::Null | Value::Bool(false) => self,
            Value::List(items) if items.is_empty() => self,
            value => self.with_value(name, value),
        }
    }

    /// Adds a field.
    #[must_use]
    pub fn with_value(mut self, name: &str, value: Value) -> Self {
        self.0.push((name.to_owned(), value));
        self
    }

    /// The object.
    pub fn done(self) -> Value {
        Value::Map(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_is_what_serde_json_writes() {
        for text in [
            "null",
            "true",
            "-12",
            "253402300799999",
            r#""a\"b\\c\n\t\u0001 é 漢 😀""#,
            r#"[1,[],{}]"#,
            r#"{"a":{"b":["x",null]},"c":false}"#,
        ] {
            let value = read(text).unwrap();
            assert_eq!(write(&value), text);
            let theirs: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&theirs).unwrap(), text);
        }
    }

    #[test]
    fn reads_all_that_json_has() {
        assert_eq!(read(" { } "), Some(Value::Map(Vec::new())));
        assert_eq!(read("[-0, 07]"), Some(Value::List(vec![Value::Whole(0), Value::Whole(7)])));
        assert_eq!(read("1.5"), Some(Value::Odd));
        assert_eq!(read("1e3"), Some(Value::Odd));
        assert_eq!(read("99999999999999999999"), Some(Value::Odd));
        assert_eq!(read(r#""\ud83d\ude00\/\u00e9""#), Some(Value::Text("😀/é".to_owned())));
        // JavaScript strings may hold half of a pair, and `JSON.stringify` escapes it.
        assert_eq!(read(r#""\ud83d x""#), Some(Value::Text("\u{fffd} x".to_owned())));
        assert_eq!(read(r#""\ude00""#), Some(Value::Text("\u{fffd}".to_owned())));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let deep = "[".repeat(100_000);
        for text in [
            "",
            "nul",
            "[1,]",
            "{\"a\"}",
            "{\"a\":1,}",
            "\"a",
            "\"\\x\"",
            "\"\\u12\"",
            "1 2",
            "-",
            "+1",
            "[1 2]",
            "\u{feff}1",
            &deep,
        ] {
            assert_eq!(read(text), None, "{text:.20}");
        }
    }
}
