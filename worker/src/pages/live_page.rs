//! How a conversation of the inbox looks: what was said, who has it, and what can be done with it.

use super::customer_page::by;
use super::inbox::{self, why};
use super::live::{Draft, path};
use super::parts::{self, platform};
use askwell::api::{ConversationDetail, DeskShown, DeskState, Member};
use askwell::conversation::{Message, REPLY_PREFIX, Role};
use askwell::detect::Kind;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Live<'a> {
    /// The conversation.
    pub shown: &'a ConversationDetail,
    /// Who has it.
    pub desk: &'a DeskShown,
    /// What the customer is called.
    pub name: Option<&'a str>,
    /// The names of the team's people and keys.
    pub team: &'a BTreeMap<String, String>,
    /// To whom it can be given.
    pub members: &'a [Member],
    /// How whoever looks signs.
    pub me: &'a str,
    /// Whether they may speak.
    pub may_write: bool,
    /// What stands in the field for the reply.
    pub draft: &'a Draft,
}

impl Live<'_> {
    fn ended(&self) -> bool {
        self.shown.summary.status.is_terminal()
    }

    fn is_mine(&self) -> bool {
        self.desk.state == DeskState::Agent && self.desk.assignee.as_deref() == Some(self.me)
    }

    /// What the visitor is called.
    pub fn called(&self) -> &str {
        let fact = Kind::ALL.into_iter().find_map(|kind| self.shown.facts.get(kind));
        self.name.or(fact.map(|fact| fact.value.as_str())).unwrap_or("Nameless visitor")
    }
}

/// The page.
pub fn page(live: &Live) -> Markup {
    let summary = &live.shown.summary;
    let id = &summary.conversation_id;
    let here = path(id);
    // Where this changes, the controls beside the transcript do as well.
    let stands = format!(
        "{} {} {}",
        if live.ended() { "ended" } else { live.desk.state.as_str() },
        live.desk.assignee.as_deref().unwrap_or_default(),
        summary.status.as_str()
    );
    html! {
        p { a href=(inbox::PATH) { "← Inbox" } }
        h1 #called .wrap { (live.called()) }
        div.two {
            article {
                header { h2 { "Conversation" } }
                div.log role="log" tabindex="0" aria-label="Transcript" {
                    ol #live .talk data-poll data-socket={ "/v1/conversations/" (id) "/team-socket" } data-stands=(stands)
                        hx-get=(here) hx-trigger="said, every 5s" hx-select="#live" hx-select-oob="#called,#visitor" hx-swap="outerHTML" {
                        @for message in &live.shown.transcript { (said(message, live.team)) }
                    }
                }
                p #typing .muted.small-text role="status" {}
                p #moved .flash role="status" hidden { "This conversation has changed hands or ended. " a href=(here) { "Show how it stands" } }
                @if live.may_write && !live.ended() { (reply(live, &here)) }
                @else if !live.draft.text.is_empty() { (unsent(live.draft)) }
                p #gone .flash.bad role="alert" hidden {
                    "You are not signed in any more. What you wrote is still here: "
                    a href=(here) target="_blank" { "sign in in a new tab" } ", and send it then."
                }
                noscript { p { a href=(here) { "Look for new messages" } } }
            }
            div {
                article {
                    header { h2 { "Who has it" } }
                    (has(live))
                    @if live.may_write { (controls(live, &here)) }
                }
                article #visitor {
                    header { h2 { "The visitor" } }
                    dl.facts {
                        @for kind in Kind::ALL {
                            dt { (parts::kind(kind)) }
                            dd { @match live.shown.facts.get(kind) { Some(fact) => { (parts::address(&fact.value)) } None => { span.muted { "not known" } } } }
                        }
                        dt { "Channel" } dd { (platform(summary.platform)) }
                        dt { "Language" } dd { (summary.lang.map_or("–", parts::language)) }
                        dt { "Began" } dd { (parts::time(summary.started_at)) }
                    }
                    p.small-text {
                        @if let Some(customer) = &summary.customer_id { a href={ "/app/customers/" (customer) } { "Profile and history" } " · " }
                        a href={ "/app/conversations/" (id) } { "Tags, notes and answers" }
                    }
                }
            }
        }
    }
}

fn said(message: &Message, team: &BTreeMap<String, String>) -> Markup {
    if message.role == Role::System {
        return html! { li.system data-seq=(message.seq) { "— " (message.text) ", " (parts::time(message.at)) " —" } };
    }
    html! {
        li class=(message.role.as_str()) data-seq=(message.seq) {
            p.said {
                @match message.role {
                    Role::Customer => "Visitor",
                    Role::Agent => { @match &message.by { Some(id) => (by(id, team)), None => "Agent" } }
                    _ => "Bot",
                }
                ", " (parts::time(message.at))
                @if message.is_question() { " " span.badge { "asked by Askwell" } }
                @if message.id.starts_with(REPLY_PREFIX) { " " span.badge { "automatic" } }
                @if message.is_assisted() { " " span.badge { "assisted" } }
            }
            p { (message.text) }
        }
    }
}

/// A reply that came too late.
fn unsent(draft: &Draft) -> Markup {
    html! {
        (draft.wrong.above(&[]))
        label for="reply" { "Your reply, which was not sent" }
        textarea #reply rows="6" readonly { (draft.text) }
        div.row { button.secondary.small type="button" data-copy="reply" { "Copy" } }
    }
}

fn reply(live: &Live, here: &str) -> Markup {
    let wrong = &live.draft.wrong;
    let invalid = wrong.beside("text").map(|_| "true");
    html! {
        (wrong.above(&["text"]))
        form #say method="post" action={ (here) "/say" } {
            (parts::hidden("message_id", &live.draft.message_id))
            (parts::hidden("had", live.desk.assignee.as_deref().unwrap_or_default()))
            label for="reply" { "Reply" @if !live.is_mine() { span.muted { " (you take the conversation with it)" } } }
            textarea #reply name="text" rows="4" maxlength="8000" autofocus[live.is_mine() || invalid.is_some()] placeholder="Write to the visitor" aria-invalid=[invalid] aria-describedby=[invalid.map(|_| "text-wrong")] { (live.draft.text) }
            (wrong.below("text"))
            @if let Some(sources) = &live.draft.sources {
                p.small-text role="status" {
                    @if sources.is_empty() { "No published article answers this, so nothing is suggested." }
                    @else { "Suggested from: " (sources.join(", ")) ". Change it as you like." }
                }
            }
            div.row {
                button { "Send" }
                button.secondary formaction={ (here) "/suggest" } { "Suggest a reply" }
                span.muted.small-text { "Ctrl + Enter sends." }
            }
        }
    }
}

fn has(live: &Live) -> Markup {
    let desk = live.desk;
    html! {
        p {
            @if live.ended() { (parts::status(live.shown.summary.status)) " Nobody any more: it has ended." }
            @else {
                @match desk.state {
                    DeskState::Bot => { span.badge { "bot" } " The bot answers." }
                    DeskState::Waiting => { span.badge.bad { "waiting" } " Nobody yet. The visitor has been waiting since " (parts::time(desk.since)) "." }
                    DeskState::Agent => {
                        span.badge.good { "with a person" } " "
                        @match &desk.assignee { Some(id) if id == live.me => "You", Some(id) => (by(id, live.team)), None => "A person" }
                        ", since " (parts::time(desk.since)) "."
                    }
                    DeskState::Ended => "Nobody any more."
                }
            }
        }
        dl.facts.small-text {
            @if let Some(reason) = desk.reason { dt { "Because" } dd { (why(reason)) } }
            @if let Some(at) = desk.handed_at { dt { "Handed over" } dd { (parts::time(at)) } }
            @if let Some(millis) = desk.first_response_ms { dt { "First answered after" } dd { (parts::duration(millis)) } }
        }
    }
}

fn controls(live: &Live, here: &str) -> Markup {
    if live.ended() {
        return html! {
            @if live.shown.summary.status == askwell::conversation::Status::Completed {
                form method="post" action={ (here) "/act" } { (parts::hidden("action", "reopen")) button.secondary.small { "Reopen" } }
            }
        };
    }
    let others: Vec<&Member> = live
        .members
        .iter()
        .filter(|member| {
            let id = member.member_id.as_str();
            id != live.me && live.desk.assignee.as_deref() != Some(id)
        })
        .collect();
    html! {
        div.row {
            @if !live.is_mine() {
                form method="post" action={ (here) "/take" } {
                    @if let Some(from) = &live.desk.assignee { (parts::hidden("from", from)) }
                    button.small { @if live.desk.state == DeskState::Agent { "Take over" } @else { "Take" } }
                }
            }
            @if live.desk.state != DeskState::Bot {
                form method="post" action={ (here) "/return" } { button.secondary.small { "Return to the bot" } }
            }
            @for (action, name) in [("resolve", "Resolve"), ("close", "Close")] {
                form method="post" action={ (here) "/act" } { (parts::hidden("action", action)) button.secondary.small { (name) } }
            }
        }
        @if !others.is_empty() {
            form method="post" action={ (here) "/transfer" } {
                label for="to" { "Give it to" }
                div.row {
                    select #to name="member_id" required {
                        @for member in others { option value=(member.member_id) { (member.name) " (" (member.role.as_str()) ")" } }
                    }
                    button.secondary.small { "Transfer" }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use super::super::tests::HOSTILE;
    use askwell::customer::Facts;
    use askwell::id::ConversationId;
    use askwell::time::UnixMillis;

    fn drawn(state: DeskState, status: &str, may_write: bool) -> String {
        let id = ConversationId::derive(&[b"1"]);
        let summary = serde_json::json!({
            "conversation_id": id, "platform_conversation_id": null, "customer_id": null,
            "status": status, "revision": 0, "direction": "inbound", "platform": "line",
            "transferred": false, "lang": "en", "messages": 1, "started_at": 0, "ended_at": null,
            "sentiment": null, "classify_ms": null,
        });
        let message = Message {
            id: "m".to_owned(),
            seq: 0,
            role: Role::Customer,
            text: HOSTILE.to_owned(),
            at: UnixMillis(0),
            by: None,
        };
        let shown = ConversationDetail {
            summary: serde_json::from_value(summary).unwrap(),
            transcript: vec![message],
            facts: Facts::default(),
            proven: Default::default(),
            answers: Vec::new(),
        };
        let desk = DeskShown {
            conversation_id: id,
            state,
            since: UnixMillis(0),
            reason: None,
            assignee: (state == DeskState::Agent).then(|| "mb_me".to_owned()),
            handed_at: None,
            first_response_at: None,
            first_response_ms: None,
        };
        let draft = Draft { text: HOSTILE.to_owned(), ..Draft::default() };
        page(&Live {
            shown: &shown,
            desk: &desk,
            name: Some(HOSTILE),
            team: &BTreeMap::new(),
            members: &[],
            me: "mb_me",
            may_write,
            draft: &draft,
        })
        .into_string()
    }

    #[test]
    fn what_is_offered_follows_from_who_has_it_and_who_looks() {
        let waiting = drawn(DeskState::Waiting, "in-progress", true);
        assert!(waiting.contains("/take") && waiting.contains("you take the conversation with it"));
        assert!(waiting.contains("name=\"had\" value=\"\""), "{waiting}");
        let mine = drawn(DeskState::Agent, "in-progress", true);
        assert!(!mine.contains("/take") && mine.contains("/return") && mine.contains("autofocus"));
        assert!(mine.contains("name=\"had\" value=\"mb_me\""), "{mine}");
        let ended = drawn(DeskState::Ended, "completed", true);
        assert!(ended.contains("Reopen") && !ended.contains("/say"));
        assert!(ended.contains("which was not sent") && ended.contains("&lt;script&gt;alert(1)"));
        let looking = drawn(DeskState::Waiting, "in-progress", false);
        assert!(!looking.contains("method=\"post\""), "{looking}");
        for text in [waiting, mine, ended, looking] {
            assert!(!text.contains("<script>alert"));
        }
    }
}
