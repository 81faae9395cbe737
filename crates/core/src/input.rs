//! JSON that others sent, read so that what is wrong is told without repeating any of it.

use crate::error::{Code, Error};
use serde::de::{DeserializeOwned, IgnoredAny};

/// Reads one JSON object, telling malformed text from a wrong or unknown field.
///
/// An array is never read as an object, although serde would take its items for the fields in their order.
///
/// # Errors
/// [`Code::MalformedJson`], [`Code::UnknownField`], [`Code::InvalidField`]; the detail names the
/// place but never repeats a value.
pub fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let text = json(bytes)?;
    if !text.trim_start().starts_with('{') {
        return Err(Error::new(Code::InvalidField, "it must be a JSON object"));
    }
    read(text)
}

/// Reads JSON of any kind.
///
/// # Errors
/// [`Code::MalformedJson`].
pub fn value(bytes: &[u8]) -> Result<serde_json::Value, Error> {
    read(json(bytes)?)
}

/// The text, if it is JSON from its beginning to its end: a wrong field in front must not hide that the rest is none.
fn json(bytes: &[u8]) -> Result<&str, Error> {
    let text = core::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Error::new(Code::MalformedJson, format!("not JSON: it must be UTF-8, and byte {at} is not"))
    })?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| {
        Error::new(
            Code::MalformedJson,
            format!("not JSON: line {}, column {}", error.line(), error.column()),
        )
    })?;
    Ok(text)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| explain("field", &error.path().to_string(), &error.inner().to_string()))
}

/// What is wrong, from serde's message and the path to the place; `what` is what a name there names: a
/// "field" of a body, a "parameter" of a query.
pub fn explain(what: &str, path: &str, message: &str) -> Error {
    let quoted = |prefix: &str| {
        message.strip_prefix(prefix).and_then(|rest| rest.split('`').next()).map(str::to_owned)
    };
    if let Some(name) = quoted("unknown field `") {
        // The name is the sender's: show it only as far as it can be a field name.
        let name: String =
            name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect();
        return Error::new(Code::UnknownField, format!("there is no {what} `{name}` here"));
    }
    if let Some(name) = quoted("missing field `") {
        return Error::new(Code::InvalidField, format!("the {what} `{name}` is missing"));
    }
    let place = match (path, what) {
        (".", "field") => "it".to_owned(),
        (".", _) => "the query".to_owned(),
        _ => format!("the {what} `{path}`"),
    };
    Error::new(Code::InvalidField, format!("{place} is of the wrong type or out of range"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[serde(default)]
        _id: String,
        #[serde(default)]
        _n: u8,
    }

    #[test]
    fn what_is_wrong_is_told_and_nothing_of_it_repeated() {
        for (text, code, told) in [
            (&b"{\"_id\":"[..], Code::MalformedJson, "line 1"),
            (b"{\"_id\":\"\xff\"}", Code::MalformedJson, "byte 8"),
            (b"[\"kate@example.com\", 1]", Code::InvalidField, "JSON object"),
            (b" \n[]", Code::InvalidField, "JSON object"),
            (b"null", Code::InvalidField, "JSON object"),
            (b"\"kate@example.com\"", Code::InvalidField, "JSON object"),
            (b"{\"_n\":\"kate@example.com\"}", Code::InvalidField, "`_n`"),
            (b"{\"_n\":256}", Code::InvalidField, "`_n`"),
            (b"{\"_n\":{\"kate@example.com\":1}}", Code::InvalidField, "`_n`"),
            (b"{\"colour\":1}", Code::UnknownField, "`colour`"),
            (b"{} x", Code::MalformedJson, "column 4"),
            (b"", Code::MalformedJson, "line 1"),
        ] {
            let error = object::<Body>(text).unwrap_err();
            assert_eq!(error.code, code, "{error:?}");
            assert!(error.detail.contains(told), "{error:?}");
            assert!(!error.detail.contains("kate"), "{error:?}");
        }
        assert_eq!(value(b" [1, 2]").unwrap(), serde_json::json!([1, 2]));
        assert_eq!(value(b"[1, 2").unwrap_err().code, Code::MalformedJson);
        assert!(object::<Body>(b" {\"_id\":\"a\"} ").is_ok());
    }
}
