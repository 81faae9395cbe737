//! Other platforms: what their webhooks say, and what their sending interfaces want to hear.
//!
//! Nothing here fetches anything. Whoever does hands in raw bodies and answers, and gets facts and
//! bodies back.

mod answer;
pub mod code;
pub mod email;
pub mod line;
pub mod messenger;
mod quoted;
pub mod signature;

pub use answer::{Answered, Reason, Verdict, verdict};

use crate::conversation::{MAX_MESSAGE_BYTES, Platform};
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// A message that came in from another platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbound {
    /// The platform's name for the sender; for e-mail the address, lower-cased.
    pub user: String,
    /// The platform's name for the message.
    pub message_id: String,
    /// What was said; a mark in brackets for what is no text. Never empty.
    pub text: String,
    /// When, by the platform's clock.
    pub at: UnixMillis,
    /// What the sender is called there, if the message says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E-mail only: what it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Thread>,
}

/// What an e-mail belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Thread {
    /// Without `Re:` and the like.
    pub subject: String,
    /// Message-IDs without their brackets, the oldest first: those that it refers to, then its own.
    pub references: Vec<String>,
}

/// A message of a platform that is older than this is not taken any more (a mail is as old as its coming): its id may have been
/// forgotten, and somebody may be playing it again. Platforms try for a day and a half at most.
pub const STALE_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// How long ids of messages must be remembered so that none is taken twice: a day longer than
/// [`STALE_MS`], for clocks that differ.
pub const REMEMBER_MS: i64 = STALE_MS + 24 * 60 * 60 * 1000;

/// What cannot be shown here, as a mark that stands in its place.
fn mark(what: &str, detail: Option<&str>) -> String {
    match detail.map(one_line).filter(|detail| !detail.is_empty()) {
        Some(detail) => format!("[{what}: {detail}]"),
        None => format!("[{what}]"),
    }
}

/// A text without line breaks and other control characters, 200 characters at most.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace());
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.chars().take(200).collect()
}

/// Longest text of one message that a platform takes, in what it counts.
fn fits(platform: Platform, text: &str) -> bool {
    match platform {
        // Text message object: 5,000 UTF-16 code units.
        Platform::Line => text.encode_utf16().count() <= 5_000,
        // Send API: fewer than 2,000 characters, of which emoji may count twice.
        Platform::Facebook => text.encode_utf16().count() < 2_000,
        _ => text.len() <= MAX_MESSAGE_BYTES,
    }
}

/// A text in parts that each fit into one message of a platform; whole where it fits. Parts end
/// between words where there are any.
pub fn parts(platform: Platform, text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let mut end = rest.len();
        while !fits(platform, &rest[..end]) {
            // A code point is 1 to 4 bytes and counts for 1 or 2: a step of a sixteenth ends soon.
            end = rest.floor_char_boundary(end - (end / 16).max(1));
        }
        if end < rest.len() {
            let break_at = rest[..end].rfind(char::is_whitespace);
            end = break_at.filter(|at| *at > end / 2).unwrap_or(end);
        }
        // Even one code point that does not fit is sent: an empty part would never end.
        let end = end.max(rest.chars().next().map_or(0, char::len_utf8));
        parts.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fit_and_lose_nothing_but_space() {
        let words = "naïve 🦀 crab ".repeat(900);
        for platform in [Platform::Line, Platform::Facebook, Platform::Email] {
            let parts = parts(platform, &words);
            assert!(parts.len() > 1, "{platform:?}");
            assert!(parts.iter().all(|part| fits(platform, part)), "{platform:?}");
            let again: Vec<&str> = parts.iter().flat_map(|part| part.split_whitespace()).collect();
            assert!(again.iter().copied().eq(words.split_whitespace()), "{platform:?}");
        }
        let solid = "語".repeat(6_000);
        assert_eq!(parts(Platform::Line, &solid).concat(), solid);
        assert_eq!(parts(Platform::Facebook, " hello "), ["hello"]);
        assert!(parts(Platform::Facebook, " \n ").is_empty());
    }

    #[test]
    fn a_mark_is_one_line() {
        assert_eq!(mark("file", Some("in\nvoice\t.pdf")), "[file: in voice .pdf]");
        assert_eq!(mark("image", Some(" ")), "[image]");
    }
}
