//! One conversation of the inbox, while it is held: the transcript as it grows, replying, and giving it
//! to somebody else, back to the bot, or to its end.

use super::blank::Wrong;
use super::live_page::{Live, page};
use super::{Page, Visit, inbox, parts};
use crate::config;
use crate::conversation::calls::{Act, Say};
use crate::conversation::{Assign, GetDesk, Return, Suggest};
use crate::fault::{Fault, Outcome};
use crate::ledger::inbox::{Beside, BesideShown};
use crate::ledger::members;
use crate::routes::conversations::opened;
use crate::rpc;
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{NewAction, NewMessage, Suggestion};
use askwell::conversation::{Action, MAX_MESSAGE_BYTES};
use askwell::id::{ConversationId, MemberId};
use serde::Deserialize;
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
    let here = path(&visit.parameter(ID)?);
    let said = visit.forms().at(&format!("{here}/say"));
    let suggested = visit.forms().at(&format!("{here}/suggest"));
    let typed = if suggested.is_refused() { suggested } else { said };
    let fresh = format!("desk-{}", config::random()?);
    let message_id = match typed.code() {
        // Something else has been said under the old one.
        Some(Code::IdempotencyConflict) => &fresh,
        _ => typed.value("message_id", &fresh),
    };
    let draft = Draft {
        message_id: message_id.to_owned(),
        text: typed.value("text", "").to_owned(),
        sources: None,
        wrong: typed.wrong().clone(),
    };
    show(&visit, &draft).await
}

async fn show(visit: &Visit, draft: &Draft) -> Outcome<Response> {
    let (id, object) = object(visit)?;
    let shown = opened(&visit.env, &visit.principal, &id).await?;
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
    visit.page_with(&format!("{} · Inbox", live.called()), page(&live), &["search.js", "live.js"])
}

#[derive(Deserialize)]
struct SayForm {
    message_id: String,
    #[serde(default)]
    text: String,
    /// Who had it when the page was shown.
    #[serde(default)]
    had: Option<String>,
}

async fn say(mut visit: Visit) -> Outcome<Response> {
    let (id, object) = object(&visit)?;
    let SayForm { message_id, text, had } = visit.form().await?;
    // Forms send the ends of lines as two characters.
    let text = text.replace("\r\n", "\n").trim().to_owned();
    check(&text)?;
    let message = NewMessage { id: message_id, text, role: None, at: None };
    rpc::call(&object, &Say { by: visit.principal.clone(), message, had }).await?;
    super::visit::to(&format!("{}#reply", path(&id)))
}

/// Checks a reply, in people's words: they count no bytes.
///
/// # Errors
/// [`Code::InvalidField`].
fn check(text: &str) -> Outcome<()> {
    let wrong =
        |why: String| Err(Fault::refused(Code::InvalidField, format!("the field `text` {why}")));
    if text.is_empty() {
        return wrong("is empty: write something first".to_owned());
    }
    let fits = text.char_indices().take_while(|(at, c)| at + c.len_utf8() <= MAX_MESSAGE_BYTES);
    match text.chars().count() - fits.count() {
        0 => Ok(()),
        more => {
            let more = parts::count(more.try_into().unwrap_or(u64::MAX), "character");
            wrong(format!("is too long by {more}: shorten it, or send it in two"))
        }
    }
}

async fn suggest(mut visit: Visit) -> Outcome<Response> {
    let (_, object) = object(&visit)?;
    let SayForm { message_id, text, .. } = visit.form().await?;
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
    rpc::call(&object, &assign).await?;
    visit.done(&path(&id), &format!("{} has it now.", to.name))
}

async fn give_back(visit: Visit) -> Outcome<Response> {
    let (id, object) = object(&visit)?;
    rpc::call(&object, &Return { by: visit.principal.clone() }).await?;
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
    rpc::call(&object, &act).await?;
    visit.done(&to, word)
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
    /// What it was refused for, if it was.
    pub wrong: Wrong,
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
                let message_id = suggestion.message_id;
                Self { message_id, text, sources: Some(titles), ..Self::default() }
            }
            None => {
                let sources = Some(Vec::new());
                Self { message_id, text: written, sources, ..Self::default() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_that_is_too_long_says_by_how_much_people_count() {
        let said = |text: &str| check(text).map_err(|fault| fault.public().detail);
        assert_eq!(said(&"あ".repeat(2730)), Ok(()));
        assert_eq!(said(&"a".repeat(8192)), Ok(()));
        let detail = said(&"あ".repeat(2732)).unwrap_err();
        assert!(detail.contains("too long by 2 characters"), "{detail}");
        assert!(said("").unwrap_err().contains("empty"));
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
