//! The inbox: visitors who wait for a person, who has whom, and taking one.

use super::customer_page::by;
use super::parts::{self, platform};
use super::{Page, Visit, visit};
use crate::conversation::calls::Read;
use crate::conversation::{Assign, GetDesk};
use crate::fault::{Fault, Outcome};
use crate::ledger::inbox::{Inbox, InboxShown};
use crate::rpc;
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{DeskQuery, DeskShown, DeskState};
use askwell::conversation::Role;
use askwell::event::EscalationReason;
use askwell::id::ConversationId;
use askwell::time::UnixMillis;
use futures_util::future::join_all;
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/inbox";
/// Conversations on a page: each is asked for its newest words.
const AT_ONCE: u32 = 25;
/// Messages that are looked through for the visitor's newest.
const LOOKED_THROUGH: u32 = 6;
/// Characters of it that are shown.
const WORDS: usize = 160;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::ConversationsRead, |visit| Box::pin(list(visit))),
    Page::post("/app/inbox/{conversation_id}/take", Scope::ConversationsWrite, |visit| {
        Box::pin(take(visit))
    }),
];

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    state: Option<String>,
    cursor: Option<String>,
}

async fn list(visit: Visit) -> Outcome<Response> {
    let Asked { state, cursor } = visit.query()?;
    let state = match state.as_deref() {
        Some("agent") => DeskState::Agent,
        _ => DeskState::Waiting,
    };
    let query = DeskQuery { state: Some(state), cursor, limit: Some(AT_ONCE) };
    let shown = visit.call(&Inbox { query }).await?;
    let heard = join_all((0..shown.page.items.len()).map(|at| hear(&visit, &shown, at))).await;
    let at = Shown {
        state,
        shown: &shown,
        heard: &heard,
        now: visit.now(),
        may_write: visit.may(Scope::ConversationsWrite),
        query: visit.raw_query(),
    };
    visit.page_with("Inbox", page(&at), &["search.js", "live.js"])
}

/// What a live conversation tells of itself.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// What the visitor is called.
    pub name: Option<String>,
    /// What they said last.
    pub words: Option<String>,
}

/// Asks a conversation. One that cannot be asked is listed all the same.
async fn hear(visit: &Visit, shown: &InboxShown, at: usize) -> Heard {
    let ask = async {
        let Some(item) = shown.page.items.get(at) else { return Ok(Heard::default()) };
        let messages = shown.rows.get(at).and_then(|row| Some(row.as_ref()?.messages));
        let after = messages.and_then(|n| n.checked_sub(LOOKED_THROUGH));
        let object =
            rpc::conversation(&visit.env, &visit.principal.workspace, &item.conversation_id)?;
        let read = rpc::call(&object, &Read { by: visit.principal.clone(), after }).await?;
        let said = read.messages.into_iter().rev().find(|message| message.role == Role::Customer);
        let facts = read.facts;
        let known = askwell::detect::Kind::ALL.into_iter().find_map(|kind| facts.get(kind));
        Ok::<_, Fault>(Heard {
            name: known.map(|fact| fact.value.clone()),
            words: said.map(|message| message.text),
        })
    };
    ask.await.unwrap_or_default()
}

#[derive(Deserialize)]
struct TakeForm {
    /// Who had it when the page was shown; nobody with none.
    #[serde(default)]
    from: String,
}

async fn take(mut visit: Visit) -> Outcome<Response> {
    let id: ConversationId = visit.parameter("conversation_id")?;
    let TakeForm { from } = visit.form().await?;
    let object = rpc::conversation(&visit.env, &visit.principal.workspace, &id)?;
    let principal = visit.principal.clone();
    let before = rpc::call(&object, &GetDesk { by: principal.clone() }).await?;
    let other = before.assignee.filter(|other| *other != from && *other != visit.by());
    if before.state == DeskState::Agent && other.is_some() {
        return Err(Fault::refused(
            Code::PreconditionFailed,
            "Somebody else has taken this conversation meanwhile. Open it to see who.",
        ));
    }
    rpc::call(&object, &Assign { by: principal, to: None }).await?;
    visit::to(&format!("{PATH}/{id}"))
}

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// Which of the lists.
    pub state: DeskState,
    /// What is in it.
    pub shown: &'a InboxShown,
    /// What each tells of itself.
    pub heard: &'a [Heard],
    /// Now.
    pub now: UnixMillis,
    /// Whether whoever looks may take one.
    pub may_write: bool,
    /// The query of the page.
    pub query: &'a str,
}

/// The page.
pub fn page(at: &Shown) -> Markup {
    let InboxShown { page, rows, names, waiting, taken, team } = at.shown;
    let is = |state| (at.state == state).then_some("true");
    html! {
        h1 { "Inbox" }
        // Every few seconds; the whole of it, so that who was taken by others goes.
        div #queue data-poll hx-get={ (PATH) "?" (at.query) } hx-trigger="every 4s" hx-select="#queue" hx-swap="outerHTML" {
            nav aria-label="Lists" {
                div.row {
                    a #waiting .chip href=(PATH) aria-current=[is(DeskState::Waiting)] { "Waiting: " (waiting) }
                    a #taken .chip href={ (PATH) "?state=agent" } aria-current=[is(DeskState::Agent)] { "With a person: " (taken) }
                    a #open .chip href="/app/conversations?status=in-progress" { "All that are open" }
                }
            }
            @if page.items.is_empty() {
                @if at.state == DeskState::Waiting {
                    (parts::empty("Nobody waits", html! { "Visitors appear here as soon as they are handed over to a person. This page looks by itself every few seconds." }))
                } @else {
                    (parts::empty("Nobody is with a person", html! { "Take a visitor who waits, and the conversation is listed here until it ends." }))
                }
            } @else {
                ol.queue {
                    @for (n, item) in page.items.iter().enumerate() {
                        @let heard = at.heard.get(n).cloned().unwrap_or_default();
                        @let known = names.get(n).cloned().flatten();
                        @let row = rows.get(n).and_then(Option::as_ref);
                        li {
                            article {
                                div.row.spread {
                                    strong.wrap { (known.or(heard.name).unwrap_or_else(|| "Nameless visitor".to_owned())) }
                                    span.badge { (for_how_long(item, at.now)) }
                                }
                                @if let Some(words) = &heard.words { p.words { "“" (shortened(words)) "”" } }
                                p.muted.small-text {
                                    @if let Some(reason) = item.reason { (why(reason)) " · " }
                                    @if let Some(row) = row {
                                        (platform(row.platform))
                                        @if let Some(lang) = row.lang { " · " (parts::language(lang)) }
                                        " · " (parts::count(u64::from(row.messages), "message"))
                                    } @else { "just now" }
                                    @if let Some(who) = &item.assignee { " · with " (by(who, team)) }
                                }
                                div.row {
                                    @if at.may_write && item.state == DeskState::Waiting {
                                        form method="post" action={ (PATH) "/" (item.conversation_id) "/take" } {
                                            button.small id={ "take-" (item.conversation_id) } { "Take" }
                                        }
                                    }
                                    a id={ "open-" (item.conversation_id) } role="button" .secondary.small href={ (PATH) "/" (item.conversation_id) } { "Open" }
                                }
                            }
                        }
                    }
                }
                @if let Some(next) = &page.next {
                    a role="button" .secondary.small href={ (PATH) "?state=" (at.state.as_str()) "&cursor=" (visit::form_urlencode(next)) } { "Next page" }
                }
            }
        }
    }
}

fn for_how_long(item: &DeskShown, now: UnixMillis) -> String {
    let lasted = parts::duration(now.0 - item.since.0);
    match item.state {
        DeskState::Waiting => format!("waiting for {lasted}"),
        _ => format!("for {lasted}"),
    }
}

fn shortened(words: &str) -> String {
    let mut all = words.chars();
    let short: String = all.by_ref().take(WORDS).collect();
    if all.next().is_some() { format!("{}…", short.trim_end()) } else { short }
}

/// Why a person was called, as people say it.
pub const fn why(reason: EscalationReason) -> &'static str {
    match reason {
        EscalationReason::CustomerRequest => "asked for a person",
        EscalationReason::Dissatisfaction => "is not content",
        EscalationReason::SevereNegative => "is angry",
        EscalationReason::KbGap => "was not understood twice",
        EscalationReason::Policy => "a rule of yours",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use super::super::tests::HOSTILE;
    use askwell::api::Page;
    use std::collections::BTreeMap;

    #[test]
    fn who_waits_is_shown_with_their_words_as_words() {
        let item = DeskShown {
            conversation_id: ConversationId::derive(&[b"1"]),
            state: DeskState::Waiting,
            since: UnixMillis(0),
            reason: Some(EscalationReason::KbGap),
            assignee: None,
            handed_at: None,
            first_response_at: None,
            first_response_ms: None,
        };
        let shown = InboxShown {
            page: Page { items: vec![item], next: None },
            rows: vec![None],
            names: vec![None],
            waiting: 1,
            taken: 2,
            team: BTreeMap::new(),
        };
        let heard = [Heard { name: Some(HOSTILE.to_owned()), words: Some(HOSTILE.to_owned()) }];
        let draw = |may_write, heard: &[Heard]| {
            let state = DeskState::Waiting;
            let now = UnixMillis(65_000);
            page(&Shown { state, shown: &shown, heard, now, may_write, query: "" }).into_string()
        };
        let text = draw(true, &heard);
        assert!(
            text.contains("waiting for 1 min 5 s") && text.contains("was not understood twice")
        );
        assert!(text.contains("Waiting: 1") && text.contains("With a person: 2"));
        assert!(!text.contains("<script>alert") && text.contains("&lt;script&gt;"));
        assert!(text.contains("/take") && !draw(false, &heard).contains("/take"));
        assert!(draw(true, &[]).contains("Nameless visitor"), "one that did not answer is listed");
    }

    #[test]
    fn long_words_are_cut_between_characters() {
        assert_eq!(shortened("Hi"), "Hi");
        let cut = shortened(&"ä".repeat(WORDS + 1));
        assert_eq!(cut.chars().count(), WORDS + 1);
        assert!(cut.ends_with('…'));
    }
}
