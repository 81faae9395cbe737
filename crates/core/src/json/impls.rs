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

    fn from_field(field: Option<Value>) -> Result<Self, Mismatch> {
        Self::from_value(field.unwrap_or(Value::Null))
    }
}

impl<T: Json> Json for Vec<T> {
    fn to_value(&self) -> Value {
        Value::List(self.iter().map(T::to_value).collect())
    }

    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::List(items) => items.into_iter().map(T::from_value).collect(),
            _ => Err(Mismatch::new("expected an array")),
        }
    }
}

impl<A: Json, B: Json> Json for (A, B) {
    fn to_value(&self) -> Value {
        Value::List(vec![self.0.to_value(), self.1.to_value()])
    }

    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::List(items) => match <[Value; 2]>::try_from(items) {
                Ok([a, b]) => Ok((A::from_value(a)?, B::from_value(b)?)),
                Err(_) => Err(Mismatch::new("expected an array of two")),
            },
            _ => Err(Mismatch::new("expected an array of two")),
        }
    }
}

/// The variant that has a name.
pub(crate) fn named<T: Copy>(
    value: &Value,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<T, Mismatch> {
    let given = if let Value::Text(text) = value { text.as_str() } else { "" };
    all.iter().copied().find(|t| name(*t) == given).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|t| name(*t)).collect();
        Mismatch(["expected one of ", &names.join(", ")].concat())
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
                $crate::json::named(&value, &$all, $name)
            }
        }
    };
}

/// `json_struct!(Fact { value: with, at: with_some = 0 })`: an object with these fields, in this order.
/// `with_some` leaves out what says nothing. A field with a default may be absent. `strict` refuses
/// other fields, which are passed over else.
macro_rules! json_struct {
    ($t:ty { $($field:ident: $with:ident $(= $default:expr)?),* $(,)? } $($strict:ident)?) => {
        impl $crate::json::Json for $t {
            fn to_value(&self) -> $crate::json::Value {
                $crate::json::Object::default()
                    $(.$with(stringify!($field), &self.$field))*
                    .done()
            }

            fn from_value(value: $crate::json::Value) -> Result<Self, $crate::json::Mismatch> {
                let mut fields = $crate::json::Fields::of(value)?;
                let mut at = "";
                let mut read = || {
                    Ok(Self {
                        $($field: {
                            at = stringify!($field);
                            json_struct!(@read fields.take(at) $(, $default)?)
                        },)*
                    })
                };
                let read: Result<Self, $crate::json::Mismatch> = read();
                let read = read.map_err(|e| e.within(at))?;
                $(json_struct!(@end fields, $strict);)?
                Ok(read)
            }
        }
    };
    (@read $field:expr) => {
        $crate::json::Json::from_field($field)?
    };
    (@read $field:expr, $default:expr) => {
        match $field {
            Some(value) => $crate::json::Json::from_value(value)?,
            None => $default,
        }
    };
    (@end $fields:ident, strict) => {
        $fields.end()?
    };
}

pub(crate) use {json_enum, json_struct};
