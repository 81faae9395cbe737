//! Facebook Messenger (developers.facebook.com, "Messenger Platform"): webhook events in, the Send
//! API out.

use super::{Inbound, mark};
use crate::conversation::Role;
use crate::time::UnixMillis;
use crate::{Code, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
struct Webhook {
    object: String,
    #[serde(default)]
    entry: Vec<Entry>,
}

/// What came for one page. Events that another app of the page handles stand under `standby`, and
/// are not ours.
#[derive(Deserialize)]
struct Entry {
    id: String,
    #[serde(default)]
    messaging: Vec<Value>,
}

#[derive(Deserialize)]
struct Event {
    sender: Party,
    timestamp: i64,
    message: Option<Message>,
    postback: Option<Postback>,
}

#[derive(Deserialize)]
struct Party {
    id: String,
}

#[derive(Deserialize)]
struct Message {
    mid: String,
    text: Option<String>,
    #[serde(default)]
    is_echo: bool,
    #[serde(default)]
    attachments: Vec<Attachment>,
}

#[derive(Deserialize)]
struct Attachment {
    #[serde(rename = "type")]
    kind: String,
    title: Option<String>,
    payload: Option<Payload>,
}

#[derive(Deserialize)]
struct Payload {
    sticker_id: Option<Value>,
}

/// A button was pressed.
#[derive(Deserialize)]
struct Postback {
    mid: Option<String>,
    title: Option<String>,
}

/// The messages to a page in a webhook's body, in order. What the page itself sent (echoes), receipts
/// and what came for other pages of the same app are none.
///
/// # Errors
/// [`Code::MalformedJson`] when the body is no webhook of a page.
pub fn inbound(page: &str, body: &[u8]) -> Result<Vec<Inbound>, Error> {
    let webhook: Webhook = serde_json::from_slice(body)
        .ok()
        .filter(|webhook: &Webhook| webhook.object == "page")
        .ok_or_else(|| Error::new(Code::MalformedJson, "not a webhook of a Facebook page"))?;
    let ours = webhook.entry.into_iter().filter(|entry| entry.id == page);
    let events = ours.flat_map(|entry| entry.messaging);
    let events = events.filter_map(|event| serde_json::from_value(event).ok());
    Ok(events.filter_map(message).collect())
}

fn message(event: Event) -> Option<Inbound> {
    let (message_id, text) = match (event.message, event.postback) {
        (Some(message), _) if !message.is_echo => (message.mid.clone(), message.shown()?),
        (None, Some(Postback { mid: Some(mid), title: Some(title) }))
            if !title.trim().is_empty() =>
        {
            (mid, title)
        }
        _ => return None,
    };
    let at = UnixMillis(event.timestamp).clamped();
    Some(Inbound { user: event.sender.id, message_id, text, at, name: None, thread: None })
}

impl Message {
    fn shown(self) -> Option<String> {
        let text = self.text.filter(|text| !text.trim().is_empty());
        let sticker = |a: &Attachment| {
            a.kind == "sticker" || a.payload.as_ref().is_some_and(|p| p.sticker_id.is_some())
        };
        // A shared link stands in the text as well.
        let lone = |a: &&Attachment| a.kind != "fallback" || text.is_none();
        let mut lines: Vec<String> = text.iter().cloned().collect();
        for attachment in self.attachments.iter().filter(lone) {
            let line = match attachment.kind.as_str() {
                _ if sticker(attachment) => mark("sticker", None),
                kind @ ("image" | "video" | "audio" | "file" | "location") => mark(kind, None),
                "reel" | "ig_reel" => mark("video", None),
                "fallback" => mark("link", attachment.title.as_deref()),
                _ => mark("attachment", None),
            };
            // While both kinds are sent, a sticker comes as an image as well.
            if lines.last() != Some(&line) || line != mark("sticker", None) {
                lines.push(line);
            }
        }
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

/// How long after the last message of a person a page may answer freely.
pub const WINDOW_MS: i64 = 24 * 60 * 60 * 1000;

/// The body of a request to the Send API.
#[derive(Debug, Serialize)]
pub struct Send<'a> {
    recipient: Recipient<'a>,
    messaging_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<&'static str>,
    message: Text<'a>,
}

#[derive(Debug, Serialize)]
struct Recipient<'a> {
    id: &'a str,
}

#[derive(Debug, Serialize)]
struct Text<'a> {
    text: &'a str,
}

/// A text to a person, said by `role` so many milliseconds after they last wrote (none: they never
/// did). Within the window it is a response; later a person of the team may still answer for a week
/// as a human agent, where Facebook allows the page to; anything else is an update, which Facebook
/// takes or refuses ("Send API", messaging types and message tags).
pub fn send<'a>(to: &'a str, text: &'a str, role: Role, since: Option<i64>) -> Send<'a> {
    let (messaging_type, tag) = match since {
        Some(since) if since <= WINDOW_MS => ("RESPONSE", None),
        Some(_) if role == Role::Agent => ("MESSAGE_TAG", Some("HUMAN_AGENT")),
        _ => ("UPDATE", None),
    };
    Send { recipient: Recipient { id: to }, messaging_type, tag, message: Text { text } }
}

/// What a profile says ("User Profile API").
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Profile {
    first_name: Option<String>,
    last_name: Option<String>,
}

/// Fields of a profile that are read.
pub const PROFILE_FIELDS: &str = "first_name,last_name";

impl Profile {
    /// The whole name.
    pub fn name(self) -> Option<String> {
        let parts = [self.first_name, self.last_name].into_iter().flatten();
        Some(parts.collect::<Vec<_>>().join(" ")).filter(|name| !name.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shapes of the reference: a text, an image, a sticker in both kinds, a shared link, a button, an
    /// echo, a receipt, and a text to another page.
    const BODY: &str = include_str!("../../tests/data/messenger_webhook.json");

    #[test]
    fn messages_to_the_page_are_read_in_order() {
        let all = inbound("682498302938465", BODY.as_bytes()).unwrap();
        let said: Vec<(&str, &str)> =
            all.iter().map(|m| (m.message_id.as_str(), m.text.as_str())).collect();
        assert_eq!(
            said,
            [
                ("m_1457764197618:41d102a3e1ae206a38", "hello, world!"),
                ("mid.$cAAJdkrCd2ORnva8ErFhjGm0X_Q_c", "look\n[image]\n[file]"),
                ("m_sticker", "[sticker]"),
                ("m_link", "https://shop.example/p/1"),
                ("m_share", "[link: A shelf]"),
                ("m_button", "Track my order"),
            ]
        );
        assert!(all.iter().all(|m| m.user == "5163218870431"));
        assert_eq!(all[0].at, UnixMillis(1_790_000_000_000));
        assert_eq!(inbound("other", BODY.as_bytes()).unwrap().len(), 0);
        assert_eq!(inbound("111", BODY.as_bytes()).unwrap().len(), 1);
    }

    #[test]
    fn a_body_that_is_none_is_refused() {
        for body in
            ["", "{}", r#"{"object":"instagram","entry":[]}"#, r#"{"object":"page","entry":5}"#]
        {
            assert_eq!(
                inbound("1", body.as_bytes()).unwrap_err().code,
                Code::MalformedJson,
                "{body}"
            );
        }
    }

    #[test]
    fn a_text_is_a_response_within_a_day_and_tagged_later() {
        let body = |role, since| serde_json::to_value(send("1", "hi", role, since)).unwrap();
        let response = body(Role::Bot, Some(WINDOW_MS));
        assert_eq!(
            response,
            serde_json::json!({"recipient": {"id": "1"}, "messaging_type": "RESPONSE", "message": {"text": "hi"}})
        );
        assert_eq!(body(Role::Agent, Some(WINDOW_MS + 1))["tag"], "HUMAN_AGENT");
        assert_eq!(body(Role::Bot, Some(WINDOW_MS + 1))["messaging_type"], "UPDATE");
        assert_eq!(body(Role::Agent, None)["messaging_type"], "UPDATE");
    }

    #[test]
    fn a_name_is_put_together() {
        let name = |text| serde_json::from_str::<Profile>(text).unwrap().name();
        let whole = r#"{"first_name":"Ana","last_name":"Lima","id":"1"}"#;
        assert_eq!(name(whole).as_deref(), Some("Ana Lima"));
        assert_eq!(name(r#"{"first_name":"Ana"}"#).as_deref(), Some("Ana"));
        assert_eq!(name(r#"{"id":"1"}"#), None);
    }
}
