//! The forms of plain types, and the macros for structures and enumerations.

use super::{Json, Mismatch, Value};

impl Json for bool {
    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }

    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Bool(b) => Ok(b),
            _ => Err(Mismatch::new("expected true or false")),
        }
    }
}

impl Json for String {
    fn to_value(&self) -> Value {
        Value::Text(self.clone())
    }

    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Text(text) => Ok(text),
            _ => Err(Mismatch::new("expected a string")),
        }
    }
}

impl Json for i64 {
    fn to_value(&self) -> Value {
        Value::Whole(*self)
    }

    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Whole(n) => Ok(n),
            _ => Err(Mismatch::new("expected a whole number")),
        }
    }
}

macro_rules! small {
    ($($t:ty, $what:literal;)*) => {$(
        impl Json for $t {
            fn to_value(&self) -> Value {
                Value::Whole(i64::from(*self))
            }

            fn from_value(value: Value) -> Result<Self, Mismatch> {
                i64::from_value(value)
                    .ok()
                    .and_then(|n| n.try_into().ok())
                    .ok_or_else(|| Mismatch::new($what))
            }
        }
    )*};
}

small! {
    u8, "expected a whole number from 0 to 255";
    u32, "expected a whole number from 0 to 4294967295";
}

impl<T: Json> Json for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_value)
    }

    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }

    const OPTIONAL: bool = true;
}

impl<T: Json> Json for Vec<T> {
    fn to_value(&self) -> Value {
        Value::list(self.len(), &|n| self[n].to_value())
    }

    fn from_value(value: Value) -> Result<Self, Mismatch> {
        let Value::List(items) = value else { return Err(Mismatch::new("expected an array")) };
        // Collecting results would weigh three functions more for each type.
        let mut all = Self::new();
        for item in items {
            all.push(T::from_value(item)?);
        }
        Ok(all)
    }
}

impl<A: Json, B: Json> Json for (A, B) {
    fn to_value(&self) -> Value {
        Value::list(2, &|n| if n == 0 { self.0.to_value() } else { self.1.to_value() })
    }

    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::List(mut items) if items.len() == 2 => {
                let mut last = || items.pop().unwrap_or(Value::Null);
                let (b, a) = (last(), last());
                Ok((A::from_value(a)?, B::from_value(b)?))
            }
            _ => Err(Mismatch::new("expected an array of two")),
        }
    }
}

/// Which of so many names is given.
pub(crate) fn named(
    value: &Value,
    count: usize,
    name: &dyn Fn(usize) -> &'static str,
) -> Result<usize, Mismatch> {
    let given = if let Value::Text(text) = value { text.as_str() } else { "" };
    (0..count).find(|n| name(*n) == given).ok_or_else(|| {
        let mut expected = String::from("expected one of ");
        for n in 0..count {
            expected.push_str(if n > 0 { ", " } else { "" });
            expected.push_str(name(n));
        }
        Mismatch(expected)
    })
}

/// `json_enum!(Kind, Kind::ALL, Kind::as_str)`: strings.
macro_rules! json_enum {
    ($t:ty, $all:expr, $name:expr) => {
        impl $crate::json::Json for $t {
            fn to_value(&self) -> $crate::json::Value {
                $crate::json::Value::Text($name(*self).to_owned())
            }

            fn from_value(value: $crate::json::Value) -> Result<Self, $crate::json::Mismatch> {
                let n = $crate::json::named(&value, $all.len(), &|n| $name($all[n]))?;
                Ok($all[n])
            }
        }
    };
}

/// `json_struct!(Fact { value: With, at: Default } in Fact::default())`: an object with these fields, in
/// this order ([`super::How`]). What follows `in` is what is read into, and stays where a field may be
/// left out and is. `strict` refuses other fields, which are passed over else.
macro_rules! json_struct {
    ($t:ty { $($field:ident: $how:ident),* $(,)? } in $blank:expr $(, $strict:ident)?) => {
        impl $crate::json::Record for $t {
            fn field(
                &self,
                n: usize,
            ) -> Option<(&'static str, $crate::json::How, &dyn $crate::json::Slot)> {
                let mut at = 0..;
                $(if at.next() == Some(n) {
                    return Some((stringify!($field), $crate::json::How::$how, &self.$field));
                })*
                None
            }

            fn slot(&mut self, n: usize) -> Option<&mut dyn $crate::json::Slot> {
                let mut at = 0..;
                $(if at.next() == Some(n) {
                    return Some(&mut self.$field);
                })*
                None
            }
        }

        impl $crate::json::Json for $t {
            fn to_value(&self) -> $crate::json::Value {
                $crate::json::write_record(self)
            }

            fn from_value(value: $crate::json::Value) -> Result<Self, $crate::json::Mismatch> {
                let mut new: Self = $blank;
                let strict = json_struct!(@strict $($strict)?);
                $crate::json::read_record(&mut new, value, strict)?;
                Ok(new)
            }
        }
    };
    (@strict strict) => {
        true
    };
    (@strict) => {
        false
    };
}

pub(crate) use {json_enum, json_struct};
