//! The form by which a channel is connected, and what is to be done on the platform before and after.

use super::blank::{Blank, Wrong};
use super::parts;
use crate::fault::{Fault, Outcome};
use askwell::api::{Channel, Connection, NewChannel};
use askwell::conversation::Platform;
use askwell::{Code, Error};
use maud::{Markup, html};
use serde::Deserialize;

/// What can be connected, each with a word on it.
pub const KINDS: [(Platform, &str); 4] = [
    (Platform::Line, "Messages to your LINE Official Account, answered as push messages."),
    (Platform::Facebook, "Messages to your Facebook page in Messenger."),
    (Platform::Email, "Mails to an address of yours, answered from there."),
    (Platform::Phone, "Calls of an outside voice operator, who tells of them over the API."),
];

/// Where Resend takes mails; others take the same.
const RESEND: &str = "https://api.resend.com/emails";

/// What can be connected, by its name.
///
/// # Errors
/// [`Code::NotFound`].
pub fn kind(text: &str) -> Outcome<Platform> {
    let found = KINDS.iter().find(|(kind, _)| kind.as_str() == text).map(|(kind, _)| *kind);
    found.ok_or_else(|| Fault::refused(Code::NotFound, "There is no such channel to connect."))
}

/// What the form sends; each platform needs some of it.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Form {
    /// The platform.
    pub kind: String,
    /// For people.
    pub name: String,
    channel_secret: String,
    access_token: String,
    page_id: String,
    app_secret: String,
    verify_token: String,
    address: String,
    send_url: String,
    send_key: String,
}

impl Form {
    /// An empty one.
    pub fn fresh(kind: Platform) -> Self {
        let send_url = if kind == Platform::Email { RESEND } else { "" };
        Self { kind: kind.as_str().to_owned(), send_url: send_url.to_owned(), ..Self::default() }
    }

    /// What may be shown of a channel, in the form.
    pub fn of(channel: &Channel) -> Self {
        let account = channel.account.clone().unwrap_or_default();
        let mut form = Self { name: channel.name.clone(), ..Self::fresh(channel.platform) };
        match channel.platform {
            Platform::Facebook => form.page_id = account,
            Platform::Email => form.address = account,
            _ => {}
        }
        form
    }

    /// The channel. What is pasted often has space around it.
    ///
    /// # Errors
    /// As [`kind`].
    pub fn read(&self) -> Outcome<NewChannel> {
        let text = |text: &String| text.trim().to_owned();
        let connection = match kind(&self.kind)? {
            Platform::Facebook => Connection::Facebook {
                page_id: text(&self.page_id),
                app_secret: text(&self.app_secret),
                verify_token: text(&self.verify_token),
                access_token: text(&self.access_token),
            },
            Platform::Email => Connection::Email {
                address: text(&self.address),
                send_url: text(&self.send_url),
                send_key: text(&self.send_key),
            },
            Platform::Phone => Connection::Phone {},
            _ => Connection::Line {
                channel_secret: text(&self.channel_secret),
                access_token: text(&self.access_token),
            },
        };
        Ok(NewChannel { name: text(&self.name), connection })
    }

    /// What is wrong with it.
    pub fn wrong(&self, error: &Error) -> Wrong {
        match (error.code, self.kind.as_str()) {
            (Code::AlreadyExists, "facebook") => {
                Wrong::at("page_id", "This page is connected already; change that channel.")
            }
            (Code::AlreadyExists, _) => {
                Wrong::at("address", "This address is connected already; change that channel.")
            }
            _ => Wrong::of(error),
        }
    }
}

/// The form, sent to `to` by a button called `save`.
pub fn form(form: &Form, kind: Platform, to: &str, save: &str, wrong: &Wrong) -> Markup {
    let blanks = blanks(form, kind);
    let names: Vec<&str> = blanks.iter().map(|blank| blank.name).collect();
    let secret = blanks.iter().any(|blank| blank.kind == "password");
    html! {
        (wrong.above(&names))
        form method="post" action=(to) {
            (parts::hidden("kind", kind.as_str()))
            @for blank in &blanks { (blank.show(wrong)) }
            @if secret && *wrong != Wrong::default() { p { strong { "Put in the secrets again: they are never shown." } } }
            button { (save) }
        }
    }
}

fn blanks(form: &Form, kind: Platform) -> Vec<Blank<'_>> {
    let secret = |label, name, about| Blank {
        label,
        name,
        kind: "password",
        required: true,
        about,
        ..Blank::default()
    };
    let name = Blank {
        label: "Name",
        name: "name",
        value: &form.name,
        required: true,
        most: 200,
        placeholder: "Fern & Co",
        about: if kind == Platform::Email {
            "Customers see it as the sender of your mails."
        } else {
            "For the team."
        },
        ..Blank::default()
    };
    let mut blanks = vec![name];
    match kind {
        Platform::Line => blanks.extend([
            secret("Channel secret", "channel_secret", "Under “Basic settings” of the channel."),
            secret(
                "Channel access token",
                "access_token",
                "The long-lived one, under “Messaging API”.",
            ),
        ]),
        Platform::Facebook => blanks.extend([
            Blank {
                label: "Page ID",
                name: "page_id",
                value: &form.page_id,
                required: true,
                most: 40,
                placeholder: "682498302938465",
                about: "Digits, under “Page transparency” of your page.",
                ..Blank::default()
            },
            secret("App secret", "app_secret", "Under “App settings”, “Basic”."),
            secret("Page access token", "access_token", "Under “Messenger”, “Access tokens”."),
            secret(
                "Verify token",
                "verify_token",
                "A word that you choose: Facebook shows it when it first calls. Keep it until the callback is set.",
            ),
        ]),
        Platform::Email => blanks.extend([
            Blank {
                label: "Address",
                name: "address",
                kind: "email",
                value: &form.address,
                required: true,
                most: 254,
                placeholder: "help@shop.example",
                about: "What customers write to, and what answers come from.",
            },
            Blank {
                label: "Where mails are handed in",
                name: "send_url",
                kind: "url",
                value: &form.send_url,
                required: true,
                about: "Resend's address, or one that takes the same.",
                ..Blank::default()
            },
            secret("Key for handing in mails", "send_key", "Of your account there."),
        ]),
        _ => {}
    }
    blanks
}

/// What is to be done before there is anything to put into the form.
pub fn before(kind: Platform) -> Markup {
    html! {
        @match kind {
            Platform::Line => ol.flat {
                li { "In the LINE Developers Console make a Messaging API channel." }
                li { "Issue a long-lived channel access token." }
                li { "Put it and the channel secret in here." }
            },
            Platform::Facebook => ol.flat {
                li { "In the dashboard of your app on developers.facebook.com add Messenger." }
                li { "Connect your page, and make a page access token." }
                li { "Put it in here with the app secret, and choose a verify token." }
            },
            Platform::Email => ol.flat {
                li { "At a mail provider that takes what Resend's “Send email” takes, verify the domain of the address." }
                li { "Make a key that may send from it, and put it in here." }
            },
            _ => p.flat { "Nothing. Your operator needs a secret key of the scope " code { "conversations:write" } ", from Keys and embedding." },
        }
    }
}

/// What is to be done with a channel that is connected, with what is to be pasted there.
pub fn after(channel: &Channel, origin: &str) -> Markup {
    let webhook = channel.webhook.as_deref().map(|path| format!("{origin}{path}"));
    let webhook = webhook.as_deref().unwrap_or_default();
    html! {
        @match channel.platform {
            Platform::Line => {
                p { "Under “Messaging API” of your channel in the LINE Developers Console:" }
                ol {
                    li { "Put this into “Webhook URL”, and press “Verify”:" (paste(webhook)) }
                    li { "Switch “Use webhook” and “Webhook redelivery” on." }
                    li { "Switch “Auto-reply messages” off." }
                }
                p.muted.small-text.flat { "Answers are push messages, which LINE counts against your plan. Messages of groups are passed over." }
            }
            Platform::Facebook => {
                p { "Under “Messenger” of your app on developers.facebook.com:" }
                ol {
                    li { "Put this into “Callback URL”, and your verify token beside it:" (paste(webhook)) }
                    li { "Subscribe the page to " code { "messages" } " and " code { "messaging_postbacks" } "." }
                }
                p.muted.small-text.flat { "Within 24 hours of a person's last message an answer is always taken. Later one of the team needs Facebook's permission “Human Agent”." }
            }
            Platform::Email => {
                ol {
                    li { "In Cloudflare's Email Routing, for a domain of this server's, send all mail (“Catch-all”) to this Worker." }
                    li {
                        "Forward " strong.wrap { (channel.account.as_deref().unwrap_or_default()) } " to this, with that domain behind the " code { "@" } ":"
                        (paste(&format!("{}@", channel.inbox.as_deref().unwrap_or_default())))
                    }
                }
                p.muted.small-text.flat { "What a machine sent is passed over, and what is quoted left out." }
            }
            _ => {
                p { "Your operator tells of each call by " code { "POST /v1/calls" } ", with this as " code { "channel_id" } ":" }
                (paste(channel.channel_id.as_str()))
                p.muted.small-text.flat { "It says what became of it by " code { "/progress" } " and " code { "/end" } ", and hands in the transcript there." }
            }
        }
    }
}

fn paste(text: &str) -> Markup {
    html! {
        pre { code #paste { (text) } }
        p { button.secondary.small type="button" data-copy="paste" { "Copy" } }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::HOSTILE;
    use super::*;

    fn sent(text: &str) -> Form {
        serde_html_form::from_str(text).unwrap()
    }

    #[test]
    fn a_form_is_read_for_its_platform() {
        let line = sent("kind=line&name=+Shop+&channel_secret=+s%0A&access_token=t&page_id=1");
        let connection =
            Connection::Line { channel_secret: "s".to_owned(), access_token: "t".to_owned() };
        assert_eq!(line.read().unwrap(), NewChannel { name: "Shop".to_owned(), connection });
        assert_eq!(sent("kind=phone&name=Calls").read().unwrap().connection, Connection::Phone {});
        for kind in ["", "fax", "web_widget"] {
            let refused = sent(&format!("kind={kind}")).read().unwrap_err();
            assert_eq!(refused.public().code, Code::NotFound, "{kind}");
        }
    }

    #[test]
    fn what_was_typed_stays_but_for_secrets() {
        let typed = form_text(
            "kind=facebook&name=Shop&page_id=12x&app_secret=hush&verify_token=hush&access_token=hush",
        );
        assert!(typed.contains("value=\"12x\"") && typed.contains("value=\"Shop\""), "{typed}");
        assert!(typed.contains("Must be digits.") && typed.contains("Put in the secrets again"));
        assert!(!typed.contains("hush"));
        let hostile = form_text(&format!(
            "kind=facebook&name={0}&page_id={0}",
            super::super::visit::form_urlencode(HOSTILE)
        ));
        assert!(!hostile.contains("<script"));
        let taken = Error::new(Code::AlreadyExists, "this account is connected".to_owned());
        assert!(sent("kind=email").wrong(&taken).beside("address").is_some());
        assert!(sent("kind=facebook").wrong(&taken).beside("page_id").is_some());
    }

    fn form_text(text: &str) -> String {
        let sent = sent(text);
        let detail = "the field `connection.page_id` must be digits".to_owned();
        let wrong = sent.wrong(&Error::new(Code::InvalidField, detail));
        form(&sent, kind(&sent.kind).unwrap(), "/x", "Save", &wrong).into_string()
    }
}
