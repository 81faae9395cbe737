//! The last look before an event leaves.
//!
//! An [`Event`] cannot carry text, so a hit here means that the catalog was widened by mistake or
//! that an event was altered after it had been made. Nothing is guessed: whatever stands in an
//! envelope must be what the catalog has in that place, and all else is a hit, a name in a place
//! for an enum as well as a number under a key that no event has. So what passes consists of
//! - ids that this crate derives (two letters, `_`, 26 characters: a hash, whatever digits it has),
//! - RFC 3339 times in the form that [`crate::time::UnixMillis::rfc3339`] writes,
//! - the catalog's names, values and numbers,
//! - the ids of the organisation and the workspace, which the operator chose before there was any
//!   visitor and whose alphabet has no `@`.
//!
//! What a hit looks like is told by the detector that reads visitors' messages, for the operator.

use super::envelope::TYPE_PREFIX;
use super::{Event, Field, Name, Values, cloud_event};
use crate::detect::{self, Context, Kind};
use crate::id::{self, WorkspaceId};
use serde_json::Value;

/// Digits that make a phone number, at least: shorter than any subscriber number that can be
/// called without knowing where it belongs.
const PHONE_DIGITS: usize = 7;

/// Something in an event that no event has in that place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Where, as a JSON pointer (RFC 6901); a hit in a key gives the place of its object.
    pub pointer: String,
    /// What it looks like; none: like none of these, which says nothing in its favour.
    pub kind: Option<Kind>,
}

/// Whether the event, as it would leave, is free of personal data.
pub fn is_clean(event: &Event) -> bool {
    hits(&cloud_event(event)).is_empty()
}

/// Everything in an envelope that does not belong there.
pub fn hits(envelope: &Value) -> Vec<Hit> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), envelope)];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Object(map) => {
                for (key, item) in map {
                    let escaped = key.replace('~', "~0").replace('/', "~1");
                    let place = format!("{pointer}/{escaped}");
                    if !is_place(&place)
                        && let Some(kind) = kind_of(key)
                    {
                        found.push(Hit { pointer: pointer.clone(), kind: Some(kind) });
                    }
                    open.push((place, item));
                }
                if !matches!(pointer.as_str(), "" | "/data") {
                    found.push(Hit { pointer, kind: None });
                }
            }
            Value::Array(items) => {
                open.extend(
                    items.iter().enumerate().map(|(i, item)| (format!("{pointer}/{i}"), item)),
                );
                found.push(Hit { pointer, kind: None });
            }
            leaf if belongs(&pointer, leaf) => {}
            leaf => found.push(Hit { pointer, kind: leaf.as_str().and_then(kind_of) }),
        }
    }
    found.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    found
}

/// Places of an envelope besides the fields of payloads.
const PLACES: [&str; 14] = [
    "/specversion",
    "/datacontenttype",
    "/type",
    "/source",
    "/id",
    "/subject",
    "/time",
    "/data",
    "/data/org_id",
    "/data/workspace_id",
    "/data/user_id",
    "/data/conversation_id",
    "/data/timestamp",
    "/data/schema_version",
];

fn is_place(pointer: &str) -> bool {
    PLACES.contains(&pointer) || field(pointer).is_some()
}

/// The field of payloads whose place this is.
fn field(pointer: &str) -> Option<Field> {
    pointer.strip_prefix("/data/").and_then(Field::parse)
}

/// Whether an envelope may have this value in this place.
fn belongs(pointer: &str, value: &Value) -> bool {
    let text = value.as_str();
    let is = |check: fn(&str) -> bool| text.is_some_and(check);
    match pointer {
        "/specversion" => text == Some("1.0"),
        "/datacontenttype" => text == Some("application/json"),
        "/type" => is(|t| t.strip_prefix(TYPE_PREFIX).and_then(Name::parse).is_some()),
        "/source" => is(|t| t.strip_prefix("/workspaces/").is_some_and(is_slug)),
        "/data/org_id" | "/data/workspace_id" => is(is_slug),
        "/id" | "/subject" | "/data/user_id" | "/data/conversation_id" => is(id::is_derived),
        "/time" | "/data/timestamp" => is(is_timestamp),
        "/data/schema_version" => value.is_u64(),
        _ => field(pointer).is_some_and(|field| match (field.values(), text) {
            (Values::OneOf(values), Some(text)) => values.contains(&text),
            (Values::Id(prefix), Some(text)) => text.starts_with(prefix) && id::is_derived(text),
            (Values::Millis, None) => value.is_u64(),
            _ => false,
        }),
    }
}

fn is_slug(text: &str) -> bool {
    text.parse::<WorkspaceId>().is_ok()
}

/// `2026-11-21T05:14:00.000Z`, digit by digit.
fn is_timestamp(text: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00.000Z";
    text.len() == FORM.len()
        && text.bytes().zip(FORM).all(|(b, form)| match form {
            b'0' => b.is_ascii_digit(),
            other => b == *other,
        })
}

/// The detector weighs the words around a number and may let a bare one pass, so two plain signs
/// that nothing in an event should bear are looked for besides.
fn kind_of(text: &str) -> Option<Kind> {
    if text.contains('@') {
        return Some(Kind::Email);
    }
    if longest_digits(text) >= PHONE_DIGITS {
        return Some(Kind::Phone);
    }
    detect::detect(text, &Context::default()).found.into_iter().map(|found| found.kind).next()
}

/// Digits in the longest run that may be broken by the signs with which phone numbers are grouped.
fn longest_digits(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        if c.is_numeric() {
            run += 1;
            longest = longest.max(run);
        } else if !matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '+' | '\u{a0}') {
            run = 0;
        }
    }
    longest
}
