//! Writing to a customer first: a conversation that the team begins, over a channel by which they can be
//! reached.

use super::blank::{Blank, Wrong};
use super::customer::{self, ID};
use super::customers_page::shown_name;
use super::parts::{self, platform};
use super::{Page, Visit, channels, live};
use crate::config;
use crate::fault::{Fault, Outcome};
use crate::ledger::channels::Reaching;
use crate::ledger::customers;
use crate::routes::outbound::start;
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{Channel, Customer, NewOutbound};
use askwell::conversation::{MAX_MESSAGE_BYTES, Platform};
use askwell::id::{ChannelId, CustomerId};
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

const WRITE: Scope = Scope::ConversationsWrite;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get("/app/customers/{customer_id}/write", WRITE, |visit| Box::pin(show(visit))),
    Page::post("/app/customers/{customer_id}/write", WRITE, |visit| Box::pin(begin(visit))),
];

/// What the form sends.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Sent twice, it is said once.
    key: String,
    channel: String,
    subject: String,
    text: String,
}

async fn show(visit: Visit) -> Outcome<Response> {
    let form = Form { key: config::random()?, ..Form::default() };
    opened(&visit, &form, &Wrong::default()).await
}

async fn opened(visit: &Visit, form: &Form, wrong: &Wrong) -> Outcome<Response> {
    // The page says what they are called.
    if !visit.may(Scope::CustomersRead) {
        return Err(super::forbidden(Scope::CustomersRead));
    }
    let customer_id: CustomerId = visit.parameter(ID)?;
    let customer = visit.call(&customers::Get { customer_id: customer_id.clone() }).await?;
    let customer = customer.ok_or_else(|| Fault::refused(Code::NotFound, "no such customer"))?;
    let reaching = visit.call(&Reaching { customer_id }).await?;
    visit.page("New conversation", page(&customer, &reaching, form, wrong))
}

async fn begin(mut visit: Visit) -> Outcome<Response> {
    let customer_id: CustomerId = visit.parameter(ID)?;
    let form: Form = visit.form().await?;
    let reaching = visit.call(&Reaching { customer_id: customer_id.clone() }).await?;
    let new = match form.read(&reaching, customer_id) {
        Ok(new) => new,
        Err(wrong) => return Ok(opened(&visit, &form, &wrong).await?.with_status(422)),
    };
    let by = visit.principal.clone();
    match start(&visit.env, &visit.ledger()?, by, &form.key, new).await {
        Ok((begun, _)) => visit.done(
            &live::path(&begun.conversation_id),
            "It is on its way. The conversation is queued until they answer.",
        ),
        Err(fault) if super::is_mistake(fault.public().code) => {
            let wrong = Wrong::of(&fault.public());
            Ok(opened(&visit, &form, &wrong).await?.with_status(422))
        }
        Err(fault) => Err(fault),
    }
}

impl Form {
    /// The conversation. What stands in a field that the channel does not have is left out.
    ///
    /// # Errors
    /// What is wrong, and where.
    fn read(&self, reaching: &[Channel], customer_id: CustomerId) -> Result<NewOutbound, Wrong> {
        let good = (1..=128).contains(&self.key.len())
            && self.key.bytes().all(|b| b.is_ascii_alphanumeric());
        if !good {
            return Err(Wrong::at("", "Open this page again, and send it from there."));
        }
        let chosen: Option<ChannelId> = self.channel.parse().ok();
        let channel = reaching.iter().find(|channel| chosen.as_ref() == Some(&channel.channel_id));
        let Some(channel) = channel else {
            return Err(Wrong::at("channel", "Choose one of the channels offered."));
        };
        // Forms send the ends of lines as two characters.
        let text = self.text.replace("\r\n", "\n").trim().to_owned();
        if text.is_empty() || text.len() > MAX_MESSAGE_BYTES {
            return Err(Wrong::at("text", "Must have 1 byte to 8 kB."));
        }
        let subject = self.subject.trim();
        let mail = channel.platform == Platform::Email;
        if mail && subject.is_empty() {
            return Err(Wrong::at("subject", "Say what the mail is about."));
        }
        Ok(NewOutbound {
            channel_id: channel.channel_id.clone(),
            to: None,
            customer_id: Some(customer_id),
            text,
            subject: mail.then(|| subject.to_owned()),
            name: None,
            role: None,
        })
    }
}

/// The page.
pub fn page(customer: &Customer, reaching: &[Channel], form: &Form, wrong: &Wrong) -> Markup {
    let here = customer::path(&customer.customer_id);
    let chosen = |channel: &Channel| channel.channel_id.as_str() == form.channel;
    html! {
        p { a href=(here) { "← " (shown_name(customer)) } }
        h1.wrap { "Write to " (shown_name(customer)) }
        @if reaching.is_empty() {
            (parts::empty("No channel leads to them", html! {
                "They can be reached by e-mail where their address is known and a channel for e-mail is connected, and on LINE or Messenger where they have written before. "
                a href=(channels::PATH) { "Channels" }
            }))
        } @else {
            (wrong.above(&["channel", "subject", "text"]))
            form.write method="post" action={ (here) "/write" } novalidate {
                (parts::hidden("key", &form.key))
                label for="channel" { "Over" }
                select #channel name="channel" aria-describedby=[wrong.beside("channel").map(|_| "channel-wrong")] {
                    @for channel in reaching {
                        option.mail[channel.platform == Platform::Email] value=(channel.channel_id) selected[chosen(channel)] { (platform(channel.platform)) ": " (channel.name) }
                    }
                }
                (wrong.below("channel"))
                div.for-mail {
                    (Blank { label: "Subject", name: "subject", value: &form.subject, most: 200, ..Blank::default() }.show(wrong))
                }
                (Blank { label: "Message", name: "text", value: &form.text, kind: "lines", required: true, most: 8_000, about: "It goes out at once. What they answer comes to the inbox.", ..Blank::default() }.show(wrong))
                div.row {
                    button { "Send" }
                    a href=(here) { "Leave it" }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::HOSTILE;
    use super::*;
    use askwell::api::ChannelState;
    use askwell::time::UnixMillis;

    fn channel(platform: Platform) -> Channel {
        Channel {
            channel_id: ChannelId::derive(&[platform.as_str().as_bytes()]),
            platform,
            name: HOSTILE.to_owned(),
            state: ChannelState::Connected,
            account: None,
            webhook: None,
            inbox: None,
            connected_at: UnixMillis(0),
            disconnected_at: None,
            received_at: None,
            sent_at: None,
            trouble: None,
        }
    }

    fn customer() -> Customer {
        Customer {
            customer_id: CustomerId::derive(&[b"1"]),
            name: Some(HOSTILE.to_owned()),
            email: None,
            phone: None,
            platforms: Vec::new(),
            first_at: UnixMillis(0),
            last_at: UnixMillis(0),
            verified: Vec::new(),
            conversations: 1,
        }
    }

    #[test]
    fn a_form_is_read_for_its_channel() {
        let (line, mail) = (channel(Platform::Line), channel(Platform::Email));
        let all = [line.clone(), mail.clone()];
        let form = |channel: &Channel, subject: &str, text: &str| Form {
            key: "k1".to_owned(),
            channel: channel.channel_id.to_string(),
            subject: subject.to_owned(),
            text: text.to_owned(),
        };
        let read = |form: Form| form.read(&all, customer().customer_id);
        let said = read(form(&line, "left over", " a\r\nb ")).unwrap();
        assert_eq!((said.text.as_str(), said.subject), ("a\nb", None));
        let said = read(form(&mail, " About ", "a")).unwrap();
        assert_eq!(said.subject.as_deref(), Some("About"));
        for (form, field) in [
            (form(&mail, " ", "a"), "subject"),
            (form(&mail, "x", " \r\n"), "text"),
            (form(&channel(Platform::Facebook), "", "a"), "channel"),
            (Form { key: String::new(), ..form(&line, "", "a") }, ""),
        ] {
            assert!(read(form).unwrap_err().beside(field).is_some(), "{field}");
        }
    }

    #[test]
    fn the_page_offers_what_leads_to_them() {
        let typed =
            Form { subject: HOSTILE.to_owned(), text: HOSTILE.to_owned(), ..Form::default() };
        let wrong = Wrong::at("text", "Must have 1 byte to 8 kB.");
        let text = page(&customer(), &[channel(Platform::Email)], &typed, &wrong).into_string();
        assert!(!text.contains("<script") && text.contains("text-wrong"));
        assert!(text.contains("class=\"mail\""));
        let none = page(&customer(), &[], &Form::default(), &Wrong::default()).into_string();
        assert!(none.contains("No channel leads to them") && !none.contains("<form"));
    }
}
