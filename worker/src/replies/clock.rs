//! The clock of a place: what the runtime knows of time zones.

use crate::fault::{Fault, Outcome};
use askwell::Code;
use askwell::reply::Local;
use askwell::time::{Day, UnixMillis};
use js_sys::{Array, Date, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// An instant in a time zone; an empty one is UTC.
///
/// # Errors
/// [`Code::InvalidField`] for a zone that the runtime does not know.
pub fn local(zone: &str, at: UnixMillis) -> Outcome<Local> {
    let text = if zone.is_empty() { at.rfc3339() } else { written(zone, at)? };
    read(&text).ok_or_else(|| Fault::refused(Code::Internal, "the clock gave no time"))
}

/// `2026-11-25 17:25:00`: in Swedish, dates are written as ISO 8601 does.
fn written(zone: &str, at: UnixMillis) -> Outcome<String> {
    let unknown = |_| {
        let detail =
            "the field `hours.zone` must be a time zone of the IANA database, like Europe/Paris";
        Fault::refused(Code::InvalidField, detail)
    };
    let options = Object::new();
    Reflect::set(&options, &"timeZone".into(), &zone.into()).map_err(unknown)?;
    let date = Date::new(&JsValue::from_f64(at.0 as f64));
    let write = Reflect::get(&date, &"toLocaleString".into()).map_err(unknown)?;
    let write: Function = write.dyn_into().map_err(unknown)?;
    // Called so that what it throws comes back as an error.
    let arguments = Array::of2(&"sv-SE".into(), &options);
    let text = Reflect::apply(&write, &date, &arguments).map_err(unknown)?;
    Ok(text.as_string().unwrap_or_default())
}

/// Reads a date, one character, and hours and minutes.
fn read(text: &str) -> Option<Local> {
    let date = text.get(..10)?;
    let day: Day = date.parse().ok()?;
    // 1970-01-01 was a Thursday.
    let days = day.start().0.div_euclid(24 * 60 * 60 * 1000);
    let hours: u16 = text.get(11..13)?.parse().ok()?;
    let minutes: u16 = text.get(14..16)?.parse().ok()?;
    let day = u8::try_from((days + 3).rem_euclid(7) + 1).ok()?;
    Some(Local { date: date.to_owned(), day, minute: hours * 60 + minutes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_its_weekday() {
        for (text, day, minute) in [
            ("2026-11-25 17:25:00", 3, 17 * 60 + 25),
            ("2026-11-29T00:00:00Z", 7, 0),
            ("2026-11-30 23:59:59", 1, 24 * 60 - 1),
        ] {
            let local = read(text).unwrap();
            assert_eq!((local.day, local.minute), (day, minute), "{text}");
        }
        assert_eq!(read("nonsense"), None);
        assert_eq!(local("", UnixMillis(1_780_272_000_000)).unwrap().date, "2026-06-01");
    }
}
