//! Structures: their fields by number, so that one reader and one writer serve all of them.

use super::{Fields, Mismatch, Object, Slot, Value};

/// How a field is written and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// Always written, and must be there.
    With,
    /// As [`How::With`], but left out where it says nothing.
    WithSome,
    /// Always written; stays as it was where it is left out.
    Default,
    /// As [`How::Default`], but left out where it says nothing.
    DefaultSome,
}

/// A structure.
pub(crate) trait Record {
    /// The n-th field.
    fn field(&self, n: usize) -> Option<(&'static str, How, &dyn Slot)>;

    /// The place of the n-th field.
    fn slot(&mut self, n: usize) -> Option<&mut dyn Slot>;
}

/// An object with all fields, in their order.
pub(crate) fn write_record(record: &dyn Record) -> Value {
    let mut object = Object::default();
    let mut n = 0;
    while let Some((name, how, slot)) = record.field(n) {
        object = match how {
            How::With | How::Default => object.with(name, slot),
            How::WithSome | How::DefaultSome => object.with_some(name, slot),
        };
        n += 1;
    }
    object.done()
}

/// Puts the fields of an object in their places.
pub(crate) fn read_record(
    record: &mut dyn Record,
    value: Value,
    strict: bool,
) -> Result<(), Mismatch> {
    let mut fields = Fields::of(value)?;
    let mut n = 0;
    while let Some((name, how, slot)) = record.field(n) {
        let required = matches!(how, How::With | How::WithSome) && !slot.optional();
        let Some(slot) = record.slot(n) else { break };
        if !fields.put(name, slot)? && required {
            return Err(Mismatch::new("is missing").within(name));
        }
        n += 1;
    }
    if strict { fields.end() } else { Ok(()) }
}
