//! A value that the visitor writes for a named field, outside of any message.

use crate::detect::{self, Asked, Context, Kind, Region};
use crate::{Code, Error};

/// Longest name, in characters.
const MAX_NAME: usize = 100;
/// Longest text that is read at all, in bytes.
const MAX_BYTES: usize = 400;

/// The value as it is kept: an e-mail address and a phone number as the detector normalises them, a
/// name as written with single spaces. A name is taken on the visitor's word, because no list knows
/// all names; the others must be one whole address or number.
///
/// # Errors
/// [`Code::InvalidField`] when the text is none of its kind.
pub fn claim(field: Kind, text: &str, region: Option<Region>) -> Result<String, Error> {
    let text = text.trim();
    let refused = |why| Err(Error::new(Code::InvalidField, format!("the field `value` {why}")));
    if text.is_empty() || text.len() > MAX_BYTES || text.chars().any(char::is_control) {
        return refused("must be one line of 1 to 400 bytes");
    }
    if field == Kind::Name {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_name = name.chars().any(char::is_alphabetic)
            && name.chars().count() <= MAX_NAME
            && !name.contains(['@', '/', '<', '>']);
        return if is_name { Ok(name) } else { refused("is no name") };
    }
    let context = Context { asked: &[Asked::from(field)], region, ..Context::default() };
    let detection = detect::detect(text, &context);
    let whole = detection
        .found
        .into_iter()
        .find(|f| f.kind == field && f.start == 0 && f.end == text.len() && f.is_whole());
    match whole {
        Some(found) => Ok(found.value),
        None if field == Kind::Email => refused("is no e-mail address"),
        None => refused("is no phone number"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_normalised_or_refused() {
        let gb = Region::new("GB");
        for (field, text, kept) in [
            (Kind::Email, " Mike@Fern.Example ", Some("mike@fern.example")),
            (Kind::Email, "mike", None),
            (Kind::Email, "mike@fern.example, or so", None),
            (Kind::Phone, "020 7946 0958", Some("+442079460958")),
            (Kind::Phone, "+44 20 7946 0958", Some("+442079460958")),
            (Kind::Phone, "soon", None),
            (Kind::Name, "  Þórdís   Q  ", Some("Þórdís Q")),
            (Kind::Name, "李雷", Some("李雷")),
            (Kind::Name, "12", None),
            (Kind::Name, "mike@fern.example", None),
            (Kind::Name, "", None),
            (Kind::Name, "Mike\nBrown", None),
        ] {
            assert_eq!(claim(field, text, gb).ok().as_deref(), kept, "{text}");
        }
    }
}
