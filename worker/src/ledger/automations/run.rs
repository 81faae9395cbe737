//! Running what is configured, when a closing is recorded.

use crate::bind;
use crate::fault::{Fault, Outcome, from_json, to_json};
use crate::ledger::cx::Cx;
use crate::ledger::marks::{AddNote, ChangeTags, Subject};
use crate::ledger::op::Write;
use crate::ledger::record::Record;
use crate::ledger::{deliveries, endpoints, events, marks};
use crate::sql::word;
use askwell::api::{AutomationAction, AutomationTarget, NewAutomation, TagChange, Trigger};
use askwell::conversation::{Direction, Marker, Platform, Role, Sentiment};
use askwell::event::{Event, Name, Payload, Scope, UserId};
use askwell::id::{AutomationId, ConversationId, CustomerId, OrgId};
use askwell::{Code, Error};
use serde::Deserialize;

/// A conversation was closed and read.
pub fn after(cx: &Cx, record: &Record) -> Outcome<()> {
    let closed = &record.closed;
    let id = closed.conversation_id.as_str();
    // Those of the closing before that still waited are to be looked at anew.
    cx.sql.run("DELETE FROM automation_waits WHERE conversation_id = ?", bind![id])?;
    if closed.test_mode {
        return Ok(());
    }
    let last = closed.messages.iter().rev().find(|message| message.role == Role::System);
    let marker = last.and_then(|message| Marker::parse(&message.text));
    let came = [
        (Trigger::Closed, closed.status.is_terminal()),
        (Trigger::Resolved, closed.status.is_terminal() && marker == Some(Marker::Resolved)),
        (Trigger::HandedOff, !closed.status.is_terminal()),
        (Trigger::Classified, true),
    ];
    #[derive(Deserialize)]
    struct Waiting {
        id: AutomationId,
        body: String,
    }
    let all: Vec<Waiting> =
        cx.sql.rows("SELECT id, body FROM automations WHERE enabled = 1 ORDER BY seq", bind![])?;
    for Waiting { id: automation, body } in all {
        let set: NewAutomation = from_json("automation", &body)?;
        if !came.contains(&(set.on, true)) {
            continue;
        }
        let needs_answers = set.on == Trigger::Classified || !set.when.answers.is_empty();
        if needs_answers && !record.ask.is_empty() {
            cx.sql.run(
                "INSERT INTO automation_waits (conversation_id, automation_id, trigger_on) VALUES (?, ?, ?)",
                bind![id, automation.as_str(), set.on.as_str()],
            )?;
        } else {
            run(cx, &closed.conversation_id, &automation, &set)?;
        }
    }
    Ok(())
}

/// A language model has answered, or never will.
pub fn go_on(cx: &Cx, conversation: &ConversationId) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Waited {
        automation_id: AutomationId,
        body: String,
    }
    let waited: Vec<Waited> = cx.sql.rows(
        "SELECT w.automation_id, a.body FROM automation_waits w JOIN automations a ON a.id = w.automation_id AND a.enabled = 1 AND a.trigger_on = w.trigger_on WHERE w.conversation_id = ? ORDER BY a.seq",
        bind![conversation.as_str()],
    )?;
    cx.sql.run(
        "DELETE FROM automation_waits WHERE conversation_id = ?",
        bind![conversation.as_str()],
    )?;
    for Waited { automation_id, body } in waited {
        run(cx, conversation, &automation_id, &from_json("automation", &body)?)?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Talk {
    customer_id: CustomerId,
    revision: u32,
    platform: String,
    direction: String,
    sentiment: Option<String>,
}

/// Runs an automation, unless it has run or does not fit.
fn run(
    cx: &Cx,
    conversation: &ConversationId,
    automation: &AutomationId,
    set: &NewAutomation,
) -> Outcome<()> {
    let id = conversation.as_str();
    let talk: Option<Talk> = cx.sql.first(
        "SELECT customer_id, revision, platform, direction, sentiment FROM conversations WHERE id = ? AND customer_id IS NOT NULL",
        bind![id],
    )?;
    let Some(talk) = talk else { return Ok(()) };
    if !fits(cx, id, &talk, set)? {
        return Ok(());
    }
    let key = bind![id, automation.as_str(), set.on.as_str()];
    let ran = "SELECT count(*) AS n FROM automation_runs WHERE conversation_id = ? AND automation_id = ? AND trigger_on = ?";
    if cx.sql.count(ran, key)? > 0 {
        return Ok(());
    }
    let mut undone = Vec::new();
    for (place, action) in (0u32..).zip(&set.then) {
        match act(cx, conversation, automation, &talk, set.on, action) {
            Ok(()) => {}
            // What cannot be done now could not be done later either, and holds up nothing else.
            Err(Fault::Refused(_)) => undone.push(place),
            Err(fault) => return Err(fault),
        }
    }
    cx.sql.run(
        "INSERT INTO automation_runs (conversation_id, automation_id, trigger_on, revision, at, undone) VALUES (?, ?, ?, ?, ?, ?)",
        bind![
            id,
            automation.as_str(),
            set.on.as_str(),
            i64::from(talk.revision),
            cx.now.0,
            to_json("undone", &undone)?
        ],
    )
}

fn fits(cx: &Cx, conversation: &str, talk: &Talk, set: &NewAutomation) -> Outcome<bool> {
    let when = &set.when;
    let platform: Platform = word(talk.platform.clone())?;
    let direction: Direction = word(talk.direction.clone())?;
    let sentiment: Option<Sentiment> = talk.sentiment.clone().map(word).transpose()?;
    let fits = (when.platforms.is_empty() || when.platforms.contains(&platform))
        && when.direction.is_none_or(|wanted| wanted == direction)
        && (when.sentiments.is_empty()
            || sentiment.is_some_and(|tone| when.sentiments.contains(&tone)));
    if !fits {
        return Ok(false);
    }
    for answer in &when.answers {
        let standing = "SELECT count(*) AS n FROM standing WHERE conversation_id = ? AND field_id = ? AND value = ?";
        let values = bind![conversation, answer.field_id.as_str(), answer.value.as_str()];
        if cx.sql.count(standing, values)? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

fn act(
    cx: &Cx,
    conversation: &ConversationId,
    automation: &AutomationId,
    talk: &Talk,
    on: Trigger,
    action: &AutomationAction,
) -> Outcome<()> {
    let by = automation.to_string();
    let subject = |target: AutomationTarget| match target {
        AutomationTarget::Conversation => Subject::Conversation(conversation.clone()),
        AutomationTarget::Customer => Subject::Customer(talk.customer_id.clone()),
    };
    match action {
        AutomationAction::Tag { tag, on } => {
            let subject = subject(*on);
            // Looked at first: what is refused afterwards would stay.
            if marks::is_full(cx, &subject, tag.trim())? {
                return Err(Error::new(Code::InvalidField, "there are too many tags").into());
            }
            let change = TagChange { add: vec![tag.trim().to_owned()], remove: Vec::new() };
            ChangeTags { subjects: vec![subject], change, by }.run(cx).map(drop)
        }
        AutomationAction::Note { text, on } => {
            AddNote { subject: subject(*on), text: text.clone(), by }.run(cx).map(drop)
        }
        AutomationAction::Webhook { endpoint_id } => {
            if !endpoints::must(cx.sql, endpoint_id)? {
                return Err(Error::new(Code::NotFound, "the webhook is off").into());
            }
            let (org_id, user_id) =
                (OrgId::from(cx.workspace), UserId::Customer(talk.customer_id.clone()));
            let scope = Scope { org_id: &org_id, workspace_id: cx.workspace, user_id: &user_id };
            let payload = Payload {
                channel_type: Some(word(talk.platform.clone())?),
                automation_id: Some(automation.clone()),
                ..Payload::default()
            };
            // One event for the automation, the conversation and the trigger, whoever is told of it.
            let which = format!("{automation} {}", on.as_str());
            let event = Event::new(
                Name::AutomationRan,
                &scope,
                Some(conversation),
                &which,
                cx.now,
                payload,
            )?;
            events::emit(cx, &event)?;
            deliveries::also(cx, event.event_id.as_str(), endpoint_id)
        }
    }
}
