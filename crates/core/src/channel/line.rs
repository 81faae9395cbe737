//! LINE Messaging API (developers.line.biz, "Messaging API reference"): webhook events in, push
//! messages out.

use super::{Inbound, mark};
use crate::time::UnixMillis;
use crate::{Code, Error, id};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The body of a webhook.
#[derive(Deserialize)]
struct Webhook {
    events: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    mode: Option<String>,
    timestamp: i64,
    source: Option<Source>,
    message: Option<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    #[serde(rename = "type")]
    kind: String,
    user_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    file_name: Option<String>,
    title: Option<String>,
    address: Option<String>,
    #[serde(default)]
    keywords: Vec<String>,
}

/// The messages of a webhook's body, in order. Events of other kinds, those of groups (whose answers
/// all members would read) and those that another module of the account handles (`standby`) are
/// none, and so is an event that cannot be read: the rest counts all the same.
///
/// # Errors
/// [`Code::MalformedJson`] when the body is no webhook of LINE.
pub fn inbound(body: &[u8]) -> Result<Vec<Inbound>, Error> {
    let webhook: Webhook = serde_json::from_slice(body)
        .map_err(|_| Error::new(Code::MalformedJson, "not a webhook of LINE"))?;
    let events = webhook.events.into_iter().filter_map(|event| serde_json::from_value(event).ok());
    Ok(events.filter_map(message).collect())
}

fn message(event: Event) -> Option<Inbound> {
    let active = event.mode.as_deref().is_none_or(|mode| mode == "active");
    let source = event.source.filter(|source| source.kind == "user")?;
    if event.kind != "message" || !active {
        return None;
    }
    let said = event.message?;
    let user = source.user_id.filter(|user| !user.is_empty())?;
    let message_id = said.id.clone();
    let at = UnixMillis(event.timestamp).clamped();
    Some(Inbound { user, message_id, text: said.shown(), at, name: None, thread: None })
}

impl Message {
    fn shown(self) -> String {
        let place = self.address.or(self.title);
        match self.kind.as_str() {
            "text" => self
                .text
                .filter(|text| !text.trim().is_empty())
                .unwrap_or_else(|| mark("empty message", None)),
            "file" => mark("file", self.file_name.as_deref()),
            "location" => mark("location", place.as_deref()),
            "sticker" => mark("sticker", self.keywords.first().map(String::as_str)),
            kind @ ("image" | "video" | "audio") => mark(kind, None),
            _ => mark("attachment", None),
        }
    }
}

/// Where a message is pushed to, after the base of the interface.
pub const PUSH: &str = "/v2/bot/message/push";

/// The body of a push message.
#[derive(Debug, Serialize)]
pub struct Push<'a> {
    to: &'a str,
    messages: [Text<'a>; 1],
}

#[derive(Debug, Serialize)]
struct Text<'a> {
    r#type: &'static str,
    text: &'a str,
}

/// A push message with one text.
pub fn push<'a>(to: &'a str, text: &'a str) -> Push<'a> {
    Push { to, messages: [Text { r#type: "text", text }] }
}

/// `X-Line-Retry-Key` of a message: a UUID, always the same for the same parts, so that LINE accepts
/// it once however often it is sent ("Retry failed API requests"). Version 8 of RFC 9562: one that
/// its maker derives.
pub fn retry_key(parts: &[&[u8]]) -> String {
    let hash = Sha256::digest(id::digest(parts).as_bytes());
    let mut text = String::with_capacity(36);
    for (place, byte) in hash.iter().take(16).enumerate() {
        let byte = match place {
            6 => 0x80 | (byte & 0x0f),
            8 => 0x80 | (byte & 0x3f),
            _ => *byte,
        };
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for nibble in [byte >> 4, byte & 0x0f] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    text
}

/// Where a user's profile is read, after the base of the interface.
pub fn profile_path(user: &str) -> String {
    format!("/v2/bot/profile/{user}")
}

/// What a profile says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Profile {
    /// What the user is called there.
    pub display_name: Option<String>,
    /// The user's language, a BCP 47 tag.
    pub language: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shapes of the reference: a text, a file, a sticker, a location, a group's text, a follow, a
    /// standby text, and something that does not exist yet.
    const BODY: &str = include_str!("../../tests/data/line_webhook.json");

    #[test]
    fn messages_of_users_are_read_in_order() {
        let all = inbound(BODY.as_bytes()).unwrap();
        let said: Vec<(&str, &str)> =
            all.iter().map(|m| (m.message_id.as_str(), m.text.as_str())).collect();
        assert_eq!(
            said,
            [
                ("444573844083572737", "Hello, I'm Ana"),
                ("494781285937152001", "[file: receipt.pdf]"),
                ("494781285937152002", "[sticker: Thanks]"),
                ("494781285937152003", "[location: 4-1-6 Yotsuya, Shinjuku-ku]"),
                ("494781285937152004", "[image]"),
                ("494781285937152009", "[attachment]"),
            ]
        );
        assert!(all.iter().all(|m| m.user == "U80696558e1aa831d5e2b2d4d1f3e5e00"));
        assert_eq!(all[0].at, UnixMillis(1_790_000_000_000));
    }

    #[test]
    fn a_body_that_is_none_is_refused_and_one_without_events_is_empty() {
        // What the console sends to try the address.
        assert_eq!(inbound(br#"{"destination":"Uxx","events":[]}"#), Ok(Vec::new()));
        for body in ["", "[]", "{\"events\":1}", "\u{1}"] {
            assert_eq!(inbound(body.as_bytes()).unwrap_err().code, Code::MalformedJson, "{body}");
        }
    }

    #[test]
    fn a_push_has_the_shape_of_the_reference() {
        let body = serde_json::to_string(&push("U1", "hi")).unwrap();
        assert_eq!(body, r#"{"to":"U1","messages":[{"type":"text","text":"hi"}]}"#);
        let key = retry_key(&[b"m-1", b"0"]);
        let groups: Vec<usize> = key.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{key}");
        assert!(key.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'), "{key}");
        assert_eq!(key, retry_key(&[b"m-1", b"0"]));
        assert_ne!(key, retry_key(&[b"m-1", b"1"]));
    }
}
