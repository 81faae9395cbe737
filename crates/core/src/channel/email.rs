//! E-mail: messages in (RFC 5322 with MIME), and the body that an HTTP mail interface wants.

use super::quoted::{fresh, plain};
use super::{Inbound, Thread, mark};
use crate::customer::normalise_email;
use crate::time::UnixMillis;
use crate::{Code, Error, id};
use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders, PartType};
use serde::Serialize;
use std::collections::BTreeMap;

/// Most Message-IDs that are kept of a thread: the first, and the latest.
const MAX_REFERENCES: usize = 20;

/// Attachments that are named; of more there is the number.
const MAX_NAMED: usize = 10;

/// Reads an e-mail. None for one that a machine sent by itself (RFC 3834: vacation notices, bounces,
/// lists): answering these would never end.
///
/// # Errors
/// [`Code::UnsupportedMedia`] for what is no e-mail, or has no sender.
pub fn inbound(raw: &[u8], now: UnixMillis) -> Result<Option<Inbound>, Error> {
    let unread = |why: &str| Error::new(Code::UnsupportedMedia, format!("not an e-mail: {why}"));
    let mail = MessageParser::default().parse(raw).ok_or_else(|| unread("it has no headers"))?;
    if is_automatic(&mail) {
        return Ok(None);
    }
    let sender = mail.from().and_then(|from| from.first()).ok_or_else(|| unread("no sender"))?;
    let user = sender.address().map(normalise_email).unwrap_or_default();
    if !is_address(&user) {
        return Err(unread("no sender's address"));
    }
    let message_id = match mail.message_id() {
        Some(id) if !id.trim().is_empty() => id.trim().to_owned(),
        // Everybody should give one; the same bytes are the same mail.
        _ => format!("{}@unnamed.invalid", id::digest(&[raw])),
    };
    // A sender's clock may be wrong by years: what counts is when the mail came.
    let at = now;
    let mut references = ids(mail.references());
    for id in ids(mail.in_reply_to()) {
        if !references.contains(&id) {
            references.push(id);
        }
    }
    let subject = mail.thread_name().or_else(|| mail.subject()).unwrap_or_default();
    let thread = Thread {
        subject: super::one_line(subject),
        references: shorten(references.into_iter().chain([message_id.clone()]).collect()),
    };
    let name = sender.name().map(super::one_line).filter(|name| !name.is_empty());
    let mut text = said(&mail);
    // What a first mail is about often stands nowhere else.
    if thread.references.len() == 1 && !thread.subject.is_empty() {
        text = format!("{}\n\n{text}", thread.subject);
    }
    Ok(Some(Inbound { user, message_id, text, at, name, thread: Some(thread) }))
}

fn said(mail: &Message<'_>) -> String {
    let part = |at: &u32| mail.part(*at);
    let bodies = mail.text_body.iter().filter_map(part).filter_map(|part| match &part.body {
        PartType::Text(text) => Some(text.as_ref().to_owned()),
        PartType::Html(html) => Some(plain(html)),
        _ => None,
    });
    let text = fresh(&bodies.collect::<Vec<_>>().join("\n").replace('\r', ""));
    let mut lines: Vec<String> = Some(text).filter(|text| !text.is_empty()).into_iter().collect();
    let count = mail.attachment_count();
    for attachment in mail.attachments().take(MAX_NAMED) {
        lines.push(mark("file", attachment.attachment_name()));
    }
    if count > MAX_NAMED {
        lines.push(format!("[{} more files]", count - MAX_NAMED));
    }
    if lines.is_empty() {
        lines.push(mark("empty message", None));
    }
    lines.join("\n")
}

fn is_automatic(mail: &Message<'_>) -> bool {
    let header = |name: &str| {
        mail.header_raw(name).map(|value| value.trim().to_ascii_lowercase()).unwrap_or_default()
    };
    let submitted = header("Auto-Submitted");
    let precedence = header("Precedence");
    (!submitted.is_empty() && submitted != "no")
        || matches!(precedence.as_str(), "bulk" | "junk" | "list" | "auto_reply")
        || !header("X-Autoreply").is_empty()
        || !header("X-Autorespond").is_empty()
        // What Exchange puts on its own notices (MS-OXCMAIL, 2.1.3.2.21).
        || header("X-Auto-Response-Suppress") == "all"
        || mail.header("List-Id").is_some()
        // The null sender (RFC 5321 §4.5.5).
        || header("Return-Path") == "<>"
}

fn ids(header: &HeaderValue<'_>) -> Vec<String> {
    let all = header.as_text_list().map(<[_]>::to_vec).unwrap_or_default();
    all.iter()
        .map(|id| id.trim().to_owned())
        .filter(|id| !id.is_empty() && id.len() <= 998)
        .collect()
}

/// The first and the latest of a thread's Message-IDs.
pub fn shorten(mut references: Vec<String>) -> Vec<String> {
    if references.len() > MAX_REFERENCES {
        references.drain(1..references.len() - MAX_REFERENCES + 1);
    }
    references
}

/// Whether a text can be an address to send to: one `@`, with something on both sides, and nothing
/// that could end a header.
pub fn is_address(text: &str) -> bool {
    let plain =
        text.chars().all(|c| !c.is_control() && !c.is_whitespace() && !"<>(),;:\"\\".contains(c));
    let parts = text.split_once('@');
    plain
        && text.len() <= 254
        && parts.is_some_and(|(local, domain)| {
            !local.is_empty()
                && domain.contains('.')
                && !domain.contains('@')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
        })
}

/// An e-mail to be sent, in the form that Resend's interface (resend.com, "Send email", `POST
/// /emails`) and those that follow it take. The same request may be sent again with the same
/// `Idempotency-Key`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Mail<'a> {
    from: String,
    to: [&'a str; 1],
    subject: String,
    text: &'a str,
    headers: BTreeMap<&'static str, String>,
}

/// Who sends, to whom, and what it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// The channel's address.
    pub from: &'a str,
    /// What the channel is called.
    pub sender: &'a str,
    /// The customer's address.
    pub to: &'a str,
    /// The thread; its references may be empty for the first mail of one.
    pub thread: &'a Thread,
    /// The Message-ID of this mail, without its brackets.
    pub message_id: &'a str,
    /// Whether no person wrote it: then other machines do not answer it (RFC 3834, 5).
    pub automatic: bool,
}

/// An e-mail with a text.
pub fn mail<'a>(envelope: &Envelope<'a>, text: &'a str) -> Mail<'a> {
    let Envelope { from, sender, to, thread, message_id, automatic } = *envelope;
    let bracketed = |id: &str| format!("<{id}>");
    let mut headers = BTreeMap::from([("Message-ID", bracketed(message_id))]);
    let subject = match thread.references.last() {
        Some(last) => {
            headers.insert("In-Reply-To", bracketed(last));
            let all: Vec<String> = thread.references.iter().map(|id| bracketed(id)).collect();
            headers.insert("References", all.join(" "));
            format!("Re: {}", thread.subject).trim_end().to_owned()
        }
        None => super::one_line(&thread.subject),
    };
    if automatic {
        let why = if thread.references.is_empty() { "auto-generated" } else { "auto-replied" };
        headers.insert("Auto-Submitted", why.to_owned());
    }
    let sender = super::one_line(sender).replace(['"', '\\'], "'");
    Mail { from: format!("\"{sender}\" <{from}>"), to: [to], subject, text, headers }
}

/// The Message-ID of a mail that is sent: it says which conversation it belongs to, whatever becomes
/// of the rest of the headers.
pub fn message_id(message: &str, conversation: &id::ConversationId, from: &str) -> String {
    let domain = from.rsplit_once('@').map_or("invalid", |(_, domain)| domain);
    format!("{message}.{conversation}@{domain}")
}

/// The conversations that Message-IDs name ([`message_id`]), the newest first.
pub fn conversations(references: &[String]) -> Vec<id::ConversationId> {
    let named = references.iter().rev().filter_map(|id| {
        let (local, _) = id.rsplit_once('@')?;
        local.rsplit_once('.')?.1.parse().ok()
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_795_600_000_000);

    fn read(text: &str) -> Option<Inbound> {
        inbound(text.replace('\n', "\r\n").as_bytes(), NOW).unwrap()
    }

    #[test]
    fn a_reply_is_read_with_its_thread_and_without_what_it_quotes() {
        let mail = read(include_str!("../../tests/data/reply.eml")).unwrap();
        assert_eq!(
            (mail.user.as_str(), mail.name.as_deref()),
            ("ana.lima@example.com", Some("Ana Lîma"))
        );
        assert_eq!(
            mail.text,
            "Thank you. It is order 77 — my number is 020 7946 0958.\n[file: receipt.pdf]"
        );
        assert_eq!(mail.at, NOW, "when it came, whatever its `Date` says");
        let thread = mail.thread.unwrap();
        assert_eq!(thread.subject, "Where is my order?");
        assert_eq!(
            thread.references,
            ["first@mail.example", "a-1.x@shop.example", "second@mail.example"]
        );
    }

    #[test]
    fn html_alone_and_other_encodings_are_read() {
        let mail = read(include_str!("../../tests/data/html.eml")).unwrap();
        assert_eq!(mail.text, "Question\n\nHello, do you ship to Norway?");
        assert_eq!(mail.name, None);
        let raw = b"From: =?ISO-2022-JP?B?GyRCOzNFRBsoQg==?= <yamada@example.jp>\r\nContent-Type: text/plain; charset=ISO-2022-JP\r\n\r\n\x1b$B$3$s$K$A$O\x1b(B\r\n";
        let mail = inbound(raw, NOW).unwrap().unwrap();
        assert_eq!((mail.name.as_deref(), mail.text.as_str()), (Some("山田"), "こんにちは"));
        assert_eq!(mail.at, NOW);
        assert!(mail.message_id.ends_with("@unnamed.invalid"));
        assert_eq!(mail.message_id, inbound(raw, NOW).unwrap().unwrap().message_id);
    }

    #[test]
    fn replies_in_html_alone_are_read_without_what_they_quote() {
        let head = "From: Ada <ada@example.com>\nSubject: Re: Offer\nReferences: <1@x>\nContent-Type: text/html; charset=utf-8\n\n";
        for html in [
            "<html><body>Yes please<br><div><br><blockquote type=\"cite\"><div>On 24 Nov 2026, at 10:01, Shop &lt;help@shop.example&gt; wrote:</div><br><div>Shall we? Call 020 7946 0958.</div></blockquote></div></body></html>",
            "<div dir=\"ltr\">Yes please</div><br><div class=\"gmail_quote gmail_quote_container\"><div class=\"gmail_attr\">On Tue, 24 Nov 2026, Kim Larsen &lt;kim@shop.example&gt; wrote:<br></div><blockquote class=\"gmail_quote\">Shall we?</blockquote></div>",
            "<body><div>Yes please</div><div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\"><b>From:</b> Kim<br><b>Sent:</b> Tuesday<br><b>Subject:</b> Offer</div><div>Shall we?</div></body>",
            "<div class=WordSection1><p>Yes please</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p><b>Von:</b> Kim<br><b>Gesendet:</b> Dienstag</p></div></div><p>Shall we?</p></div>",
        ] {
            assert_eq!(read(&format!("{head}{html}")).unwrap().text, "Yes please", "{html}");
        }
        for html in [
            "<body><div class=\"moz-cite-prefix\">Am 24.11.26 schrieb Shop:</div><blockquote type=\"cite\">Which <blockquote type=\"cite\">colour and</blockquote> size?</blockquote><p>Medium.</p></body>",
            "<div>Medium.</div><blockquote type=\"cite\">Which size?</blockquote><div><br></div>",
        ] {
            assert_eq!(read(&format!("{head}{html}")).unwrap().text, "Medium.", "{html}");
        }
        let between = "<p>Hi</p><blockquote type=cite>Which size?</blockquote><p>Medium.</p><blockquote type=cite>open";
        let text = read(&format!("{head}{between}")).unwrap().text;
        assert_eq!(text.split_whitespace().collect::<Vec<_>>(), ["Hi", "Medium."]);
        let bare = "<blockquote type=\"cite\">nothing of my own</blockquote>";
        assert_eq!(read(&format!("{head}{bare}")).unwrap().text, "nothing of my own");
    }

    #[test]
    fn machines_are_not_answered() {
        let from = "From: Ana <ana@example.com>\n";
        assert!(read(&format!("{from}Auto-Submitted: no\n\nhello")).is_some());
        for header in [
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: auto-generated",
            "Precedence: bulk",
            "X-Autoreply: yes",
            "X-Autorespond: yes",
            "X-Auto-Response-Suppress: All",
            "List-Id: <news.shop.example>",
            "Return-Path: <>",
        ] {
            assert_eq!(read(&format!("{from}{header}\n\nI am away")), None, "{header}");
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for raw in [
            "",
            "hello",
            "Subject: hi\r\n\r\nhello",
            "From: nobody\r\n\r\nhello",
            "From: <a@b@c>\r\n\r\nx",
        ] {
            let refused = inbound(raw.as_bytes(), NOW).unwrap_err();
            assert_eq!(refused.code, Code::UnsupportedMedia, "{raw}");
        }
    }

    #[test]
    fn an_answer_belongs_to_its_thread_and_names_its_conversation() {
        let conversation = id::ConversationId::derive(&[b"c"]);
        let message_id = message_id("a-1", &conversation, "help@shop.example");
        let thread = Thread {
            subject: "Where?".to_owned(),
            references: vec!["1@x".to_owned(), "2@x".to_owned()],
        };
        let envelope = Envelope {
            from: "help@shop.example",
            sender: "Shop \"Ltd\"\r\nBcc: x",
            to: "ana@example.com",
            thread: &thread,
            message_id: &message_id,
            automatic: false,
        };
        for (thread, why) in [(&thread, "auto-replied"), (&Thread::default(), "auto-generated")] {
            let machine = Envelope { automatic: true, thread, ..envelope };
            let body = serde_json::to_value(mail(&machine, "On its way.")).unwrap();
            assert_eq!(body["headers"]["Auto-Submitted"], why);
        }
        let body = serde_json::to_value(mail(&envelope, "On its way.")).unwrap();
        assert_eq!(
            body,
            serde_json::json!({
                "from": "\"Shop 'Ltd' Bcc: x\" <help@shop.example>",
                "to": ["ana@example.com"],
                "subject": "Re: Where?",
                "text": "On its way.",
                "headers": {
                    "In-Reply-To": "<2@x>",
                    "Message-ID": format!("<a-1.{conversation}@shop.example>"),
                    "References": "<1@x> <2@x>",
                },
            })
        );
        let first = Thread { subject: "Your order".to_owned(), references: Vec::new() };
        let body =
            serde_json::to_value(mail(&Envelope { thread: &first, ..envelope }, "Hi")).unwrap();
        assert_eq!(
            (&body["subject"], body["headers"].get("References")),
            (&"Your order".into(), None)
        );
        let references = ["1@x".to_owned(), message_id, "2@x".to_owned()];
        assert_eq!(conversations(&references), [conversation]);
    }

    #[test]
    fn a_long_thread_keeps_its_first_and_latest() {
        let long: Vec<String> = (0..30).map(|n| n.to_string()).collect();
        let short = shorten(long);
        assert_eq!(
            (short.len(), short[0].as_str(), short[1].as_str(), short[19].as_str()),
            (20, "0", "11", "29")
        );
    }
}
