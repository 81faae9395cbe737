//! What detection is told, as JavaScript gives it.

use super::{Asked, Kind, Region};
use crate::json::{Json, Mismatch, Value, json_enum};

fn asked(asked: Asked) -> &'static str {
    match asked {
        Asked::Name => "name",
        Asked::Email => "email",
        Asked::Phone => "phone",
        Asked::Other => "other",
        Asked::Unknown => "unknown",
    }
}

json_enum!(Kind, Kind::ALL, Kind::as_str);
json_enum!(Asked, Asked::ALL, asked);

impl Json for Region {
    fn to_value(&self) -> Value {
        // Its bytes need no check that they are text.
        Value::Text(self.0.iter().copied().map(char::from).collect())
    }

    fn from_value(value: Value) -> Result<Self, Mismatch> {
        let read = if let Value::Text(code) = &value { Self::new(code) } else { None };
        read.ok_or_else(|| Mismatch::new("expected two letters (ISO 3166-1)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::write;

    #[test]
    fn names_are_those_of_serde() {
        let same = |ours: &dyn Fn() -> Value, theirs: String| assert_eq!(write(&ours()), theirs);
        for a in Asked::ALL {
            same(&|| a.to_value(), serde_json::to_string(&a).unwrap());
            assert_eq!(Asked::from_value(a.to_value()), Ok(a));
        }
        for k in Kind::ALL {
            same(&|| k.to_value(), serde_json::to_string(&k).unwrap());
        }
        assert!(Region::from_value(Value::Text("Britain".to_owned())).is_err());
    }
}
