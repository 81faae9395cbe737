//! The last look before an event leaves.
//!
//! An [`Event`] cannot carry text, so a hit here means that the catalog was widened by mistake or
//! that an event was altered after it had been made. Every string of the envelope is looked at,
//! object keys included, but for what cannot be a person's:
//! - ids that this crate derives (two letters, `_`, 26 characters: a hash, whatever digits it has),
//! - RFC 3339 times in the form that [`crate::time::UnixMillis::rfc3339`] writes,
//! - the ids of the organisation and the workspace, which the operator chose before there was any
//!   visitor and whose alphabet has no `@`.

use super::{Event, cloud_event};
use crate::detect::{self, Context, Kind};
use crate::id;
use serde_json::Value;

/// Digits that make a phone number, at least: shorter than any subscriber number that can be
/// called without knowing where it belongs.
const PHONE_DIGITS: usize = 7;

/// Something in an event that looks like personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Where, as a JSON pointer (RFC 6901); a hit in a key gives the place of its object.
    pub pointer: String,
    /// What it looks like.
    pub kind: Kind,
}

/// Whether the event, as it would leave, is free of personal data.
pub fn is_clean(event: &Event) -> bool {
    hits(&cloud_event(event)).is_empty()
}

/// Everything in an envelope that looks like an e-mail address or a phone number.
pub fn hits(envelope: &Value) -> Vec<Hit> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), envelope)];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::String(text) if !is_exempt(&pointer, text) => {
                found.extend(kind_of(text).map(|kind| Hit { pointer, kind }));
            }
            Value::Array(items) => open
                .extend(items.iter().enumerate().map(|(i, item)| (format!("{pointer}/{i}"), item))),
            Value::Object(map) => {
                for (key, item) in map {
                    if let Some(kind) = kind_of(key) {
                        found.push(Hit { pointer: pointer.clone(), kind });
                    }
                    let escaped = key.replace('~', "~0").replace('/', "~1");
                    open.push((format!("{pointer}/{escaped}"), item));
                }
            }
            _ => {}
        }
    }
    found.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    found
}

fn is_exempt(pointer: &str, text: &str) -> bool {
    matches!(pointer, "/source" | "/data/org_id" | "/data/workspace_id")
        || id::is_derived(text)
        || is_timestamp(text)
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
    detect::detect(text, &Context::default())
        .found
        .into_iter()
        .map(|found| found.kind)
        .find(|kind| matches!(kind, Kind::Email | Kind::Phone))
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
