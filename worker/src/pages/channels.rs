//! Settings → Channels: the other platforms that people write from, whether each works, and what its console
//! is to be told. The form of one is `channel_form.rs`'s.

use super::blank::Wrong;
use super::channel_form::{self, Form};
use super::parts::{self, platform};
use super::visit::{self, form_urlencode};
use super::{Page, Visit};
use crate::fault::Outcome;
use crate::ledger::channels::{Connect, Deliveries, Disconnect, Get, List};
use crate::routes::channels::{check, fresh_id};
use askwell::access::Scope;
use askwell::api::{
    Channel, ChannelDelivery, ChannelDeliveryQuery, ChannelDeliveryState, ChannelState,
    Page as Rows,
};
use askwell::channel::Reason;
use askwell::conversation::Platform;
use askwell::id::ChannelId;
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/settings/channels";
const NEW: &str = "/app/settings/channels/new";
const READ: Scope = Scope::SettingsRead;
const WRITE: Scope = Scope::SettingsWrite;
const ID: &str = "channel_id";
/// Rows of the log on a page.
const AT_ONCE: u32 = 25;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, READ, |visit| Box::pin(list(visit))),
    Page::get(NEW, WRITE, |visit| Box::pin(fresh(visit))),
    Page::post(NEW, WRITE, |visit| Box::pin(connect(visit))),
    Page::get("/app/settings/channels/{channel_id}", READ, |visit| Box::pin(show(visit))),
    Page::post("/app/settings/channels/{channel_id}", WRITE, |visit| Box::pin(again(visit))),
    Page::post("/app/settings/channels/{channel_id}/disconnect", WRITE, |visit| {
        Box::pin(disconnect(visit))
    }),
];

/// The page of one.
pub fn at(id: &ChannelId) -> String {
    format!("{PATH}/{id}")
}

async fn list(visit: Visit) -> Outcome<Response> {
    let all = visit.call(&List).await?;
    visit.page("Channels", page(&all, visit.may(WRITE)))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Kind {
    kind: String,
}

async fn fresh(visit: Visit) -> Outcome<Response> {
    let Kind { kind } = visit.query()?;
    if kind.is_empty() {
        // A form that was refused, loaded anew.
        return visit::to(PATH);
    }
    let form = Form::fresh(channel_form::kind(&kind)?);
    visit.page("Connect a channel", new_page(&form, &Wrong::default())?)
}

async fn connect(mut visit: Visit) -> Outcome<Response> {
    let form: Form = visit.form().await?;
    let put = async {
        let connect = Connect {
            channel_id: fresh_id(&visit.principal.workspace)?,
            again: false,
            channel: check(form.read()?)?,
            by: visit.principal.clone(),
        };
        visit.call(&connect).await
    };
    match put.await {
        Ok(made) => visit.done(
            &at(&made.channel_id),
            &format!("“{}” is connected. Now do what stands below over there.", made.name),
        ),
        Err(fault) if super::is_mistake(fault.public().code) => {
            let body = new_page(&form, &form.wrong(&fault.public()))?;
            Ok(visit.page("Connect a channel", body)?.with_status(422))
        }
        Err(fault) => Err(fault),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    cursor: Option<String>,
}

async fn show(visit: Visit) -> Outcome<Response> {
    let channel = visit.call(&Get { channel_id: visit.parameter(ID)? }).await?;
    opened(&visit, &channel, &Form::of(&channel), &Wrong::default()).await
}

async fn opened(visit: &Visit, channel: &Channel, form: &Form, wrong: &Wrong) -> Outcome<Response> {
    let log = match visit.may(Scope::ConversationsRead) {
        true => {
            let Asked { cursor } = visit.query()?;
            let query = ChannelDeliveryQuery {
                channel_id: Some(channel.channel_id.clone()),
                cursor,
                limit: Some(AT_ONCE),
                ..ChannelDeliveryQuery::default()
            };
            Some(visit.call(&Deliveries { query }).await?)
        }
        false => None,
    };
    let shown = Shown { channel, log: log.as_ref(), origin: &visit.origin() };
    visit.page(&channel.name, one_page(&shown, form, wrong, visit.may(WRITE)))
}

async fn again(mut visit: Visit) -> Outcome<Response> {
    let channel_id: ChannelId = visit.parameter(ID)?;
    let mut form: Form = visit.form().await?;
    let channel = visit.call(&Get { channel_id: channel_id.clone() }).await?;
    channel.platform.as_str().clone_into(&mut form.kind);
    let put = async {
        let (new, by) = (check(form.read()?)?, visit.principal.clone());
        visit.call(&Connect { channel_id, again: true, channel: new, by }).await
    };
    match put.await {
        Ok(set) => {
            visit.done(&at(&set.channel_id), "Saved. It is connected in this way from now on.")
        }
        Err(fault) if super::is_mistake(fault.public().code) => {
            let wrong = form.wrong(&fault.public());
            Ok(opened(&visit, &channel, &form, &wrong).await?.with_status(422))
        }
        Err(fault) => Err(fault),
    }
}

async fn disconnect(visit: Visit) -> Outcome<Response> {
    let channel_id: ChannelId = visit.parameter(ID)?;
    let off = visit.call(&Disconnect { channel_id, by: visit.principal.clone() }).await?;
    visit.done(PATH, &format!("“{}” is disconnected, and its secrets are forgotten.", off.name))
}

/// The list.
pub fn page(all: &[Channel], may_write: bool) -> Markup {
    let (off, on): (Vec<&Channel>, Vec<&Channel>) =
        all.iter().partition(|channel| channel.state == ChannelState::Disconnected);
    html! {
        h1 { "Channels" }
        p.muted { "People write from LINE, from Messenger or by e-mail, and call. Each becomes a conversation like one of the chat on your site, answered in the same inbox, and goes back the way it came." }
        @if on.is_empty() {
            (parts::empty("No channels connected", html! {
                @if may_write { "The chat on your site needs none. Connect one below where your customers write to you elsewhere." }
                @else { "Whoever may change settings can connect one." }
            }))
        }
        @for channel in &on { (card(channel)) }
        @if may_write {
            h2 { "Connect a channel" }
            div.cards.large {
                @for (kind, about) in channel_form::KINDS {
                    article {
                        h3 { (platform(kind)) }
                        p.small-text { (about) }
                        a role="button" .secondary.small href={ (NEW) "?kind=" (kind.as_str()) } { "Connect " (platform(kind)) }
                    }
                }
            }
        }
        @if !off.is_empty() {
            details {
                summary { "Disconnected (" (off.len()) ")" }
                @for channel in &off { (card(channel)) }
            }
        }
    }
}

fn badge(state: ChannelState) -> Markup {
    match state {
        ChannelState::Connected => html! { span.badge.good { "connected" } },
        ChannelState::Failing => html! { span.badge.bad { "failing" } },
        ChannelState::Disconnected => html! { span.badge { "disconnected" } },
    }
}

fn card(channel: &Channel) -> Markup {
    html! {
        article aria-label=(channel.name) {
            header {
                div.row.spread {
                    h2.wrap { a href=(at(&channel.channel_id)) { (channel.name) } }
                    (badge(channel.state))
                }
            }
            (facts(channel))
        }
    }
}

fn facts(channel: &Channel) -> Markup {
    html! {
        dl.facts {
            dt { "Platform" } dd { (platform(channel.platform)) @if let Some(account) = &channel.account { ": " (parts::address(account)) } }
            dt { "Last came in" }
            dd { @match channel.received_at { Some(at) => { (parts::time(at)) } None => { span.muted { "nothing yet" } } } }
            @if channel.platform != Platform::Phone {
                dt { "Last went out" }
                dd { @match channel.sent_at { Some(at) => { (parts::time(at)) } None => { span.muted { "nothing yet" } } } }
            }
            @if let Some(trouble) = &channel.trouble {
                dt { "Last trouble" } dd { (why(trouble.reason)) ", " (parts::time(trouble.at)) }
            }
            dt { "Connected" }
            dd { (parts::time(channel.connected_at)) @if let Some(until) = channel.disconnected_at { ", until " (parts::time(until)) } }
        }
    }
}

/// Why something did not get through, as people say it.
const fn why(reason: Reason) -> &'static str {
    match reason {
        Reason::Unreachable => "the platform did not answer, or something is wrong over there",
        Reason::RateLimited => "too many messages for the platform",
        Reason::Credentials => "the token or key is not accepted: put in one that is",
        Reason::Refused => "the platform does not take this message, or not for this person",
        Reason::Disconnected => "the channel was disconnected",
        Reason::TooLate => "it could not be delivered within a day",
    }
}

/// A page to connect one.
///
/// # Errors
/// As [`channel_form::kind`].
fn new_page(form: &Form, wrong: &Wrong) -> Outcome<Markup> {
    let kind = channel_form::kind(&form.kind)?;
    Ok(html! {
        p { a href=(PATH) { "← Channels" } }
        h1 { "Connect " (platform(kind)) }
        div.two {
            div { (channel_form::form(form, kind, NEW, "Connect", wrong)) }
            article {
                header { h2 { "Before" } }
                (channel_form::before(kind))
            }
        }
    })
}

/// A channel, and what is shown with it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The channel.
    pub channel: &'a Channel,
    /// A page of what was to be sent over it; none for whoever may not look at conversations.
    pub log: Option<&'a Rows<ChannelDelivery>>,
    /// Where this server is.
    pub origin: &'a str,
}

/// One, to be changed or only looked at.
pub fn one_page(shown: &Shown<'_>, form: &Form, wrong: &Wrong, may_write: bool) -> Markup {
    let channel = shown.channel;
    let here = at(&channel.channel_id);
    let off = channel.state == ChannelState::Disconnected;
    let open = *wrong != Wrong::default();
    html! {
        p { a href=(PATH) { "← Channels" } }
        div.row.spread { h1.wrap { (channel.name) } (badge(channel.state)) }
        article {
            header { h2 { "How it works" } }
            (facts(channel))
            @if !off && channel.received_at.is_none() {
                p.flat { "Nothing has come in yet. Do what stands below, and write a message to it yourself." }
            }
        }
        @if !off {
            article {
                header { h2 { "What to do over there" } }
                (channel_form::after(channel, shown.origin))
            }
        }
        @if may_write {
            details open[open] {
                summary { @if off { "Connect it again" } @else { "Change its name or secrets" } }
                p.muted.small-text { "The secrets that are there are not shown. Put in all of them anew." }
                (channel_form::form(form, channel.platform, &here, if off { "Connect again" } else { "Save" }, wrong))
            }
        }
        @if let Some(log) = shown.log { (sent(log, &here)) }
        @if may_write && !off {
            details {
                summary { "Disconnect" }
                form method="post" action={ (here) "/disconnect" } {
                    p.small-text { "Nothing is taken and nothing sent any more, and its secrets are forgotten. Conversations stay." }
                    button.danger.small { "Disconnect this channel" }
                }
            }
        }
    }
}

/// What became of what was to be sent.
fn sent(log: &Rows<ChannelDelivery>, here: &str) -> Markup {
    html! {
        @if !log.items.is_empty() {
            h2 { "What was sent" }
            (parts::table("What was sent", html! {
                thead { tr { th scope="col" { "When" } th scope="col" { "State" } th scope="col" { "Why" } th.num scope="col" { "Tries" } th scope="col" { "Conversation" } } }
                tbody {
                    @for one in &log.items {
                        tr {
                            td { (parts::time(one.at)) }
                            td { span.badge.good[one.state == ChannelDeliveryState::Sent].bad[one.state == ChannelDeliveryState::Failed] { (one.state.as_str()) } }
                            td.wrap { @if let Some(reason) = one.reason { (why(reason)) } @if let Some(status) = one.status.filter(|status| *status >= 400) { " (" (status) ")" } }
                            td.num { (one.attempts) }
                            td { a href={ "/app/conversations/" (one.conversation_id) } { "Open" span.vh { " the conversation of " (one.at.rfc3339()) } } }
                        }
                    }
                }
            }))
            @if let Some(next) = &log.next { p { a href={ (here) "?cursor=" (form_urlencode(next)) } { "Earlier ones" } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::HOSTILE;
    use super::*;
    use askwell::api::Trouble;
    use askwell::id::ConversationId;
    use askwell::time::UnixMillis;

    fn channel(platform: Platform, state: ChannelState) -> Channel {
        Channel {
            channel_id: ChannelId::derive(&[platform.as_str().as_bytes()]),
            platform,
            name: HOSTILE.to_owned(),
            state,
            account: (platform == Platform::Email).then(|| "help@shop.example".to_owned()),
            webhook: (platform == Platform::Line).then(|| "/hooks/shop/ch_1/line".to_owned()),
            inbox: (platform == Platform::Email).then(|| "shop.0123456789abcdef".to_owned()),
            connected_at: UnixMillis(0),
            disconnected_at: None,
            received_at: None,
            sent_at: Some(UnixMillis(0)),
            trouble: (state == ChannelState::Failing)
                .then_some(Trouble { reason: Reason::Credentials, at: UnixMillis(0) }),
        }
    }

    #[test]
    fn the_list_says_how_each_works_and_offers_what_a_role_may() {
        let all = [
            channel(Platform::Line, ChannelState::Failing),
            channel(Platform::Email, ChannelState::Disconnected),
        ];
        let text = page(&all, true).into_string();
        assert!(!text.contains("<script"));
        for said in ["the token or key is not accepted", "Disconnected (1)", "Connect Facebook"] {
            assert!(text.contains(said), "{said} in {text}");
        }
        let looked_at = page(&all, false).into_string();
        assert!(!looked_at.contains("?kind="));
        assert!(page(&[], false).into_string().contains("Whoever may change settings"));
    }

    #[test]
    fn one_says_what_to_do_over_there() {
        let log = Rows {
            items: vec![ChannelDelivery {
                channel_id: ChannelId::derive(&[b"1"]),
                conversation_id: ConversationId::derive(&[b"1"]),
                message_id: "m".to_owned(),
                part: 0,
                state: ChannelDeliveryState::Failed,
                reason: Some(Reason::Refused),
                status: Some(403),
                attempts: 1,
                at: UnixMillis(0),
            }],
            next: None,
        };
        let line = channel(Platform::Line, ChannelState::Connected);
        let shown = Shown { channel: &line, log: Some(&log), origin: "https://chat.example" };
        let text = one_page(&shown, &Form::of(&line), &Wrong::default(), true).into_string();
        assert!(!text.contains("<script"));
        for said in [
            "https://chat.example/hooks/shop/ch_1/line",
            "Nothing has come in yet",
            "not for this person (403)",
            "Disconnect this channel",
        ] {
            assert!(text.contains(said), "{said} in {text}");
        }
        let looked_at = one_page(&shown, &Form::of(&line), &Wrong::default(), false).into_string();
        assert!(!looked_at.contains("<form"));
        let off = channel(Platform::Email, ChannelState::Disconnected);
        let shown = Shown { channel: &off, log: None, origin: "https://chat.example" };
        let text = one_page(&shown, &Form::of(&off), &Wrong::default(), true).into_string();
        assert!(text.contains("Connect again") && !text.contains("Disconnect this channel"));
        assert!(text.contains("value=\"help@shop.example\""));
    }
}
