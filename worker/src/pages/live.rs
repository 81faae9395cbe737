//! One conversation of the inbox, while it is held: the transcript as it grows, replying, and giving it
//! to somebody else, back to the bot, or to its end.

use super::customer::by;
use super::inbox::{self, why};
use super::parts::{self, platform};
use super::{Page, Visit};
use crate::config;
use crate::conversation::calls::{Act, Say};
use crate::conversation::{Assign, GetDesk, Return, Suggest};
use crate::fault::{Fault, Outcome};
use crate::ledger::inbox::{Beside, BesideShown};
use crate::ledger::members;
use crate::routes::conversations::detail;
use crate::rpc;
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{
    ConversationDetail, DeskShown, DeskState, Member, NewAction, NewMessage, Suggestion,
};
use askwell::conversation::{Action, Message, REPLY_PREFIX, Role};
use askwell::detect::Kind;
use askwell::id::{ConversationId, MemberId};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;
use worker::{Response, Stub};

const ID: &str = "conversation_id";
const READ: Scope = Scope::ConversationsRead;
const WRITE: Scope = Scope::ConversationsWrite;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get("/app/inbox/{conversation_id}", READ, |visit| Box::pin(look(visit))),
    Page::post("/app/inbox/{conversation_id}/say", WRITE, |visit| Box::pin(say(visit))),
    Page::post("/app/inbox/{conversation_id}/suggest", WRITE, |visit| Box::pin(suggest(visit))),
    Page::post("/app/inbox/{conversation_id}/transfer", WRITE, |visit| Box::pin(transfer(visit))),
    Page::post("/app/inbox/{conversation_id}/return", WRITE, |visit| Box::pin(give_back(visit))),
    Page::post("/app/inbox/{conversation_id}/act", WRITE, |visit| Box::pin(act(visit))),
];

/// Where a conversation of the inbox is.
pub fn path(id: &ConversationId) -> String {
    format!("{}/{id}", inbox::PATH)
}

fn object(visit: &Visit) -> Outcome<(ConversationId, Stub)> {
    let id: ConversationId = visit.parameter(ID)?;
    let object = rpc::conversation(&visit.env, &visit.principal.workspace, &id)?;
    Ok((id, object))
}

async fn look(visit: Visit) -> Outcome<Response> {
    let draft = Draft { message_id: format!("desk-{}", config::random()?), ..Draft::default() };
    show(&visit, &draft).await
}

async fn show(visit: &Visit, draft: &Draft) -> Outcome<Response> {
    let (id, object) = object(visit)?;
    let shown = detail(&visit.env, &visit.principal, &id).await?;
    let desk = rpc::call(&object, &GetDesk { by: visit.principal.clone() }).await?;
    let BesideShown { name, team, members } = visit.call(&Beside { conversation_id: id }).await?;
    let me = visit.by();
    let live = Live {
        shown: &shown,
        desk: &desk,
        name: name.as_deref(),
        team: &team,
        members: &members,
        me: &me,
        may_write: visit.may(WRITE),
        draft,
    };
    visit.page_with("Inbox", page(&live), &["search.js", "live.js"])
}

#[derive(Deserialize)]
struct SayForm {
    message_id: String,
    #[serde(default)]
    text: String,
}

async fn say(mut visit: Visit) -> Outcome<Response> {
    let (id, object) = object(&visit)?;
    let SayForm { message_id, text } = visit.form().await?;
    // Forms send the ends of lines as two characters.
    let text = text.replace("\r\n", "\n").trim().to_owned();
    let message = NewMessage { id: message_id, text, role: None, at: None };
    rpc::call(&object, &Say { by: visit.principal.clone(), message }).await.map_err(as_mistake)?;
    super::visit::to(&format!("{}#reply", path(&id)))
}

async fn suggest(mut visit: Visit) -> Outcome<Response> {
    let (_, object) = object(&visit)?;
    let SayForm { message_id, text } = visit.form().await?;
    let suggestion = rpc::call(&object, &Suggest { by: visit.principal.clone() }).await?;
    show(&visit, &Draft::of(suggestion, message_id, &text)).await
}

#[derive(Deserialize)]
struct TransferForm {
    member_id: MemberId,
}

async fn transfer(mut visit: Visit) -> Outcome<Response> {
    let (id, object) = object(&visit)?;
    let TransferForm { member_id } = visit.form().await?;
    let members = visit.call(&members::List).await?;
    let Some(to) = members.into_iter().find(|member| member.member_id == member_id) else {
        return Err(Fault::refused(Code::InvalidField, "Nobody of the team is this one any more."));
    };
    let assign = Assign { by: visit.principal.clone(), to: Some(member_id.to_string()) };
    rpc::call(&object, &assign).await.map_err(as_mistake)?;
    visit.done(&path(&id), &format!("{} has it now.", to.name))
}

async fn give_back(visit: Visit) -> Outcome<Response> {
    let (id, object) = object(&visit)?;
    rpc::call(&object, &Return { by: visit.principal.clone() }).await.map_err(as_mistake)?;
    visit.done(&path(&id), "The bot answers again.")
}

#[derive(Deserialize)]
struct ActForm {
    action: Action,
}

async fn act(mut visit: Visit) -> Outcome<Response> {
    let (id, object) = object(&visit)?;
    let ActForm { action } = visit.form().await?;
    let (to, word) = match action {
        Action::Resolve => (inbox::PATH.to_owned(), "Resolved."),
        Action::Close => (inbox::PATH.to_owned(), "Closed."),
        Action::Reopen => (path(&id), "Reopened."),
        _ => return Err(Fault::refused(Code::InvalidField, "This page cannot do that.")),
    };
    let action = NewAction { action, at: None };
    let act = Act { by: visit.principal.clone(), action, idempotency_key: None };
    rpc::call(&object, &act).await.map_err(as_mistake)?;
    visit.done(&to, word)
}

/// What came too late is shown above the conversation, as a mistake in a form is.
fn as_mistake(fault: Fault) -> Fault {
    match fault.public().code {
        Code::ConversationClosed | Code::IllegalTransition => {
            Fault::refused(Code::PreconditionFailed, fault.public().detail)
        }
        _ => fault,
    }
}

/// What stands in the field for the reply.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The id to send it under.
    pub message_id: String,
    /// The words.
    pub text: String,
    /// What it rests on; none where nothing was suggested.
    pub sources: Option<Vec<String>>,
}

impl Draft {
    /// What was suggested, after what was written already.
    fn of(suggestion: Suggestion, message_id: String, written: &str) -> Self {
        let written = written.replace("\r\n", "\n").trim().to_owned();
        // It is drawn from the likeliest.
        let titles = suggestion.found.into_iter().map(|found| found.title).take(1).collect();
        match suggestion.text {
            Some(words) => {
                let gap = if written.is_empty() { "" } else { "\n\n" };
                let text = format!("{written}{gap}{words}");
                Self { message_id: suggestion.message_id, text, sources: Some(titles) }
            }
            None => Self { message_id, text: written, sources: Some(Vec::new()) },
        }
    }
}

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

    fn called(&self) -> &str {
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
        h1.wrap { (live.called()) }
        div.two {
            article {
                header { h2 { "Conversation" } }
                div.log role="log" tabindex="0" aria-label="Transcript" {
                    ol #live .talk data-poll data-socket={ "/v1/conversations/" (id) "/team-socket" } data-stands=(stands)
                        hx-get=(here) hx-trigger="said, every 5s" hx-select="#live" hx-swap="outerHTML" {
                        @for message in &live.shown.transcript { (said(message, live.team)) }
                    }
                }
                p #typing .muted.small-text role="status" {}
                p #moved .flash role="status" hidden { "This conversation has changed hands or ended. " a href=(here) { "Show how it stands" } }
                @if live.may_write && !live.ended() { (reply(live, &here)) }
                noscript { p { a href=(here) { "Look for new messages" } } }
            }
            div {
                article {
                    header { h2 { "Who has it" } }
                    (has(live))
                    @if live.may_write { (controls(live, &here)) }
                }
                article {
                    header { h2 { "The visitor" } }
                    dl.facts {
                        @for kind in Kind::ALL {
                            dt { (parts::kind(kind)) }
                            dd { @match live.shown.facts.get(kind) { Some(fact) => { (fact.value) } None => { span.muted { "not known" } } } }
                        }
                        dt { "Channel" } dd { (platform(summary.platform)) }
                        dt { "Language" } dd { (summary.lang.map_or("–", |lang| lang.code())) }
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

fn reply(live: &Live, here: &str) -> Markup {
    html! {
        form #say method="post" action={ (here) "/say" } {
            (parts::hidden("message_id", &live.draft.message_id))
            label for="reply" { "Reply" @if !live.is_mine() { span.muted { " (you take the conversation with it)" } } }
            textarea #reply name="text" rows="4" maxlength="8000" autofocus[live.is_mine()] placeholder="Write to the visitor" { (live.draft.text) }
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
                    DeskState::Waiting => { span.badge.bad { "waiting" } " Nobody yet: the visitor waits since " (parts::time(desk.since)) "." }
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
        let mine = drawn(DeskState::Agent, "in-progress", true);
        assert!(!mine.contains("/take") && mine.contains("/return") && mine.contains("autofocus"));
        let ended = drawn(DeskState::Ended, "completed", true);
        assert!(ended.contains("Reopen") && !ended.contains("<textarea"));
        let looking = drawn(DeskState::Waiting, "in-progress", false);
        assert!(!looking.contains("method=\"post\""), "{looking}");
        for text in [waiting, mine, ended, looking] {
            assert!(!text.contains("<script>alert"));
        }
    }

    #[test]
    fn what_was_written_stays_before_what_is_suggested() {
        let suggestion = |text: Option<&str>| Suggestion {
            message_id: "assist-4".to_owned(),
            text: text.map(str::to_owned),
            found: Vec::new(),
        };
        let draft =
            Draft::of(suggestion(Some("30 days.")), "desk-1".to_owned(), " Hi!\r\nYou have ");
        assert_eq!(
            (draft.message_id.as_str(), draft.text.as_str()),
            ("assist-4", "Hi!\nYou have\n\n30 days.")
        );
        let none = Draft::of(suggestion(None), "desk-1".to_owned(), "Hi");
        assert_eq!((none.message_id.as_str(), none.text.as_str()), ("desk-1", "Hi"));
    }
}
