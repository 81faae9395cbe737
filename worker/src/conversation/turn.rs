//! One message, and one action, in one transaction each.

use super::calls::{Act, Archive, Recite, Say};
use super::store::{self, Meta, Remembered};
use super::{deliver, desk, mailed, send, verify};
use crate::fault::{Fault, Outcome, from_json, to_json};
use crate::ledger::happenings::What;
use crate::sql::Sql;
use askwell::access::{Principal, Who};
use askwell::api::{Asked, ConversationState, FoundOnWire, MessageAccepted, NewAction};
use askwell::closing::Closed;
use askwell::conversation::{
    Action, Direction, MAX_MESSAGE_BYTES, Message, Platform, QUESTION_PREFIX, REPLY_PREFIX, Role,
    takes_another,
};
use askwell::customer::Proven;
use askwell::detect::Kind;
use askwell::prompt::{Doubt, Reason};
use askwell::reply::Tally;
use askwell::session::Session;
use askwell::text::is_blank;
use askwell::time::UnixMillis;
use askwell::{Code, Error, id};
use serde::{Deserialize, Serialize};

/// Ids that begin so, or with [`QUESTION_PREFIX`], are given by the conversation itself.
const MARK_PREFIX: &str = "mark-";

/// What a request changed, to be told to those who listen.
#[derive(Debug)]
pub struct Changed<T> {
    /// The answer to the request.
    pub answer: T,
    /// New messages.
    pub messages: Vec<Message>,
    /// The conversation as it stands now.
    pub meta: Meta,
}

/// What is remembered of an accepted message.
#[derive(Serialize, Deserialize)]
struct Reply {
    seq: u32,
    at: UnixMillis,
    role: Role,
    #[serde(default)]
    by: Option<String>,
    found: Vec<FoundOnWire>,
    ask: Option<Asked>,
    reason: String,
}

/// Takes a message.
pub fn say(sql: &Sql, input: Say, now: UnixMillis) -> Outcome<Changed<MessageAccepted>> {
    let mut meta = store::meta(sql)?;
    authorise(&meta, &input.by)?;
    let new = input.message;
    let role = role(&input.by, new.role)?;
    check_message(&new.id, &new.text)?;

    let digest = id::digest(&[role.as_str().as_bytes(), new.text.as_bytes()]);
    if let Some(before) = store::recall(sql, Remembered::Message, &new.id, &digest)? {
        let reply: Reply = from_json("reply", &before.reply)?;
        let message = Message {
            id: new.id,
            seq: reply.seq,
            role: reply.role,
            text: new.text,
            at: reply.at,
            by: reply.by.clone(),
        };
        let answer = accepted(message, true, reply);
        return Ok(Changed { answer, messages: Vec::new(), meta });
    }

    if let Some(had) = &input.had {
        desk::still_with(sql, had, &input.by)?;
    }
    let was = meta.status;
    let begun = meta.status.after(Action::Begin, meta.direction)?;
    // What the team sends out over a channel begins nothing before somebody answers.
    let waits =
        meta.channel.is_some() && meta.direction == Direction::Outbound && role != Role::Customer;
    if !waits {
        meta.status = begun;
    }
    if !takes_another(meta.messages as usize) {
        return Err(full());
    }
    let at = instant(&meta, new.at, now)?;
    let mut session = store::session(sql)?;
    let mut said = Vec::new();
    let by = signed(&input.by);
    let message =
        Message { id: new.id, seq: meta.messages, role, text: new.text, at, by: by.clone() };
    push(sql, &mut meta, &mut said, message.clone())?;

    let mut reply = Reply {
        seq: message.seq,
        at,
        role,
        by,
        found: Vec::new(),
        ask: None,
        reason: String::new(),
    };
    let (mut learned, mut address) = (false, false);
    if role == Role::Customer {
        let before = session.facts().clone();
        let outcome = session.visitor(&message.text, at);
        learned = *session.facts() != before;
        address = session.facts().get(Kind::Email).is_some_and(|fact| fact.at == at);
        reply.found = FoundOnWire::list(&message.text, &outcome.detection);
        if session.arm().is_some() {
            store::put_decision(sql, &message, &outcome.decision)?;
        }
        if let Some((field, text)) = outcome.decision.said() {
            let on_file = Reason::Confirmed(Kind::Email, Doubt::OnFile).code();
            let shown =
                if outcome.decision.code == on_file { store::proven(sql)?.email } else { None };
            let text = shown.map_or_else(|| text.to_owned(), |email| session.on_file(&email.value));
            let question = question(&meta, &message.id, &text, at);
            push(sql, &mut meta, &mut said, question.clone())?;
            reply.ask = Some(Asked { field, message: question });
        }
        reply.reason = outcome.decision.reason;
    } else {
        session.agent(&message.text, at);
    }

    if role == Role::Customer && verify::takes(sql, &message.text, now)? {
        desk::code(sql, &message, now)?;
    } else {
        desk::said(sql, &meta, &input.by, &message, now)?;
    }
    meta.touched_at = now;
    if was != meta.status || learned {
        meta.version += 1;
        send::tell(sql, now)?;
    }
    store::put_session(sql, &session)?;
    store::put_meta(sql, &meta)?;
    if learned
        && address
        && let Some(noted) = desk::noted(sql, &message, &session, now)?
    {
        said.push(noted);
        meta = store::meta(sql)?;
    }
    store::remember(sql, Remembered::Message, &message.id, &digest, &to_json("reply", &reply)?)?;
    Ok(Changed { answer: accepted(message, false, reply), messages: said, meta })
}

/// Takes an action; `archive` is what the ledger kept, for reopening an archived conversation.
pub fn act(
    sql: &Sql,
    input: &Act,
    archive: Option<Archive>,
    now: UnixMillis,
) -> Outcome<Changed<ConversationState>> {
    take(sql, input, archive, now, false)
}

/// Takes a transfer that is known to be no repeat of one before: it goes to somebody else.
pub fn transfer(sql: &Sql, by: &Principal, now: UnixMillis) -> Outcome<Changed<ConversationState>> {
    let action = NewAction { action: Action::Transfer, at: None };
    let act = Act { by: by.clone(), action, idempotency_key: None };
    take(sql, &act, None, now, true)
}

fn take(
    sql: &Sql,
    input: &Act,
    archive: Option<Archive>,
    now: UnixMillis,
    anew: bool,
) -> Outcome<Changed<ConversationState>> {
    let mut meta = store::meta(sql)?;
    authorise(&meta, &input.by)?;
    let action = input.action.action;
    // Of a call it is known that somebody picked up before anybody has said what.
    if action == Action::Begin && meta.platform != Platform::Phone {
        return Err(Error::new(
            Code::InvalidField,
            "the field `action` cannot be begin; post the first message instead",
        )
        .into());
    }
    if input.by.is_visitor() && action != Action::Close {
        return Err(Error::new(Code::Forbidden, "a visitor can only close").into());
    }
    let digest = id::digest(&[action.as_str().as_bytes()]);
    if let Some(key) = &input.idempotency_key
        && let Some(before) = store::recall(sql, Remembered::Action, key, &digest)?
    {
        let answer = from_json("reply", &before.reply)?;
        return Ok(Changed { answer, messages: Vec::new(), meta });
    }

    meta.status = meta.status.after(action, meta.direction)?;
    if !anew && action.stands(&store::unanswered(sql, desk::read(sql)?.returned)?) {
        let answer = meta.state();
        if let Some(key) = &input.idempotency_key {
            store::remember(sql, Remembered::Action, key, &digest, &to_json("reply", &answer)?)?;
        }
        return Ok(Changed { answer, messages: Vec::new(), meta });
    }
    // Only a reopening gets here while the words are away.
    if meta.archived {
        let archive = archive.filter(|a| a.messages.len() == meta.messages as usize);
        let archive = archive.ok_or_else(|| {
            Error::new(Code::Internal, "the conversation is being put away; reopen it again")
        })?;
        for message in &archive.messages {
            store::append(sql, message)?;
        }
        store::put_session(sql, &archive.session)?;
        store::put_proven(sql, &archive.proven)?;
        meta.archived = false;
    }
    if !meta.status.is_terminal() && !takes_another(meta.messages as usize) {
        return Err(full());
    }
    let at = instant(&meta, input.action.at, now)?;
    let mut session = store::session(sql)?;
    let mut said = Vec::new();
    if let Some(marker) = action.marker() {
        let mark = Message {
            id: format!("{MARK_PREFIX}{}", meta.messages),
            seq: meta.messages,
            role: Role::System,
            text: marker.as_str().to_owned(),
            at,
            by: signed(&input.by),
        };
        push(sql, &mut meta, &mut said, mark.clone())?;
        let decision = session.marker(at, action == Action::Handoff);
        if session.arm().is_some() {
            store::put_decision(sql, &mark, &decision)?;
        }
        if let Some((_, text)) = decision.said() {
            let question = question(&meta, &mark.id, text, at);
            push(sql, &mut meta, &mut said, question)?;
        }
    }
    meta.transferred |= action == Action::Transfer;
    meta.ended_at = meta.status.is_terminal().then_some(at);
    meta.touched_at = now;
    meta.version += 1;
    send::tell(sql, now)?;
    if action == Action::Transfer && !meta.test_mode {
        store::put_happening(sql, What::Assigned, at, meta.revision)?;
        send::hand_over(sql, now)?;
    }
    if action.classifies() {
        meta.revision += 1;
        let mut closed = closed(&meta, &session, store::proven(sql)?, at);
        closed.intents = store::intents(sql)?;
        store::put_closing(sql, &closed, &meta, now)?;
        send::send_closing(sql, now)?;
    }
    store::put_session(sql, &session)?;
    store::put_meta(sql, &meta)?;
    desk::acted(sql, &meta, action, at, now)?;
    let answer = meta.state();
    if let Some(key) = &input.idempotency_key {
        store::remember(sql, Remembered::Action, key, &digest, &to_json("reply", &answer)?)?;
    }
    Ok(Changed { answer, messages: said, meta })
}

/// Says something to the visitor in the answerer's name; nothing of no words. The tally is what that
/// counts for, and is counted either way.
pub fn speak(
    sql: &Sql,
    id: String,
    text: String,
    tally: Tally,
    now: UnixMillis,
) -> Outcome<Option<Message>> {
    let mut meta = store::meta(sql)?;
    meta.replies.add(tally);
    let text = askwell::knowledge::excerpt(&text, MAX_MESSAGE_BYTES).to_owned();
    if text.is_empty() {
        store::put_meta(sql, &meta)?;
        return Ok(None);
    }
    let at = instant(&meta, None, now)?;
    let mut session = store::session(sql)?;
    let message = Message { id, seq: meta.messages, role: Role::Bot, text, at, by: None };
    push(sql, &mut meta, &mut Vec::new(), message.clone())?;
    session.agent(&message.text, at);
    meta.touched_at = now;
    store::put_session(sql, &session)?;
    store::put_meta(sql, &meta)?;
    Ok(Some(message))
}

fn full() -> Fault {
    Fault::refused(
        Code::ConversationFull,
        "the conversation has reached its greatest length; close it and begin a new one",
    )
}

/// Whether somebody may touch this conversation. The route has checked what they may do at all.
///
/// # Errors
/// [`Code::Forbidden`] for another's visitor, and for whoever is of another workspace.
pub fn authorise(meta: &Meta, by: &Principal) -> Result<(), Error> {
    let own = match &by.who {
        Who::Visitor { visitor, conversation } => {
            *visitor == meta.visitor_id && *conversation == meta.conversation_id
        }
        Who::Key(_) | Who::Member(_) | Who::System => true,
        Who::Page(_) => false,
    };
    if own && by.workspace == meta.workspace {
        Ok(())
    } else {
        Err(Error::new(Code::Forbidden, "this token is for another conversation"))
    }
}

/// Whether somebody may change this conversation now.
///
/// # Errors
/// As [`authorise`], and [`Code::ConversationClosed`] after its end.
pub fn open_to(meta: &Meta, by: &Principal) -> Result<(), Error> {
    authorise(meta, by)?;
    if meta.status.is_terminal() { Err(ended()) } else { Ok(()) }
}

/// What is refused because the conversation is over.
pub fn ended() -> Error {
    Error::new(Code::ConversationClosed, "the conversation has ended; reopen it first")
}

/// Who of the team it is.
fn signed(by: &Principal) -> Option<String> {
    match by.who {
        Who::Key(_) | Who::Member(_) => by.signature().map(str::to_owned),
        Who::Page(_) | Who::Visitor { .. } | Who::System => None,
    }
}

fn role(by: &Principal, wanted: Option<Role>) -> Result<Role, Error> {
    match (by.is_visitor(), wanted) {
        (true, None | Some(Role::Customer)) => Ok(Role::Customer),
        (true, Some(_)) => {
            Err(Error::new(Code::Forbidden, "a visitor only speaks as the customer"))
        }
        (false, Some(Role::System)) => Err(Error::new(
            Code::InvalidField,
            "the field `role` cannot be system; what happens is posted as an action",
        )),
        (false, wanted) => Ok(wanted.unwrap_or(Role::Agent)),
    }
}

fn check_message(id: &str, text: &str) -> Result<(), Error> {
    let character = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !(1..=64).contains(&id.len()) || !id.bytes().all(character) {
        return Err(Error::new(
            Code::InvalidField,
            "the field `id` must be 1 to 64 of A-Z a-z 0-9 - _",
        ));
    }
    let own = [QUESTION_PREFIX, MARK_PREFIX, REPLY_PREFIX];
    if own.iter().any(|prefix| id.starts_with(prefix)) {
        return Err(Error::new(
            Code::InvalidField,
            "the field `id` must not begin with ask-, auto- or mark-; these are given by the server",
        ));
    }
    if text.len() > MAX_MESSAGE_BYTES {
        return Err(Error::new(
            Code::MessageTooLarge,
            "a message may have 8 kB at most; send it in parts",
        ));
    }
    if is_blank(text) {
        return Err(Error::new(Code::InvalidField, "the field `text` must not be empty"));
    }
    Ok(())
}

/// The instant of a message: its own in recorded conversations, else now; never going back.
fn instant(meta: &Meta, at: Option<UnixMillis>, now: UnixMillis) -> Result<UnixMillis, Error> {
    match at {
        Some(_) if !meta.recorded => {
            Err(Error::new(Code::InvalidField, "the field `at` is only for recorded conversations"))
        }
        Some(at) if at != at.clamped() => {
            Err(Error::new(Code::InvalidField, "the field `at` is out of range"))
        }
        Some(at) if meta.messages == 0 => Ok(at),
        Some(at) => Ok(at.max(meta.last_at)),
        None if meta.recorded && meta.messages > 0 => Ok(meta.last_at),
        None => Ok(now.max(meta.last_at)),
    }
}

fn push(sql: &Sql, meta: &mut Meta, said: &mut Vec<Message>, message: Message) -> Outcome<()> {
    if meta.messages == 0 && meta.recorded {
        meta.started_at = message.at;
    }
    store::append(sql, &message)?;
    deliver::queue(sql, meta, &message)?;
    mailed::queue(sql, meta, &message)?;
    meta.messages += 1;
    meta.last_at = message.at;
    said.push(message);
    Ok(())
}

fn question(meta: &Meta, after: &str, text: &str, at: UnixMillis) -> Message {
    Message {
        id: format!("{QUESTION_PREFIX}{after}"),
        seq: meta.messages,
        role: Role::Bot,
        text: text.to_owned(),
        at,
        by: None,
    }
}

fn closed(meta: &Meta, session: &Session, proven: Proven, at: UnixMillis) -> Closed {
    Closed {
        conversation_id: meta.conversation_id.clone(),
        revision: meta.revision,
        platform_conversation_id: meta.platform_conversation_id.clone(),
        visitor_id: meta.visitor_id.clone(),
        platform: meta.platform,
        direction: meta.direction,
        status: meta.status,
        transferred: meta.transferred,
        test_mode: meta.test_mode,
        lang: session.lang(),
        started_at: meta.started_at,
        ended_at: at,
        messages: Vec::new(),
        facts: session.facts().clone(),
        proven,
        policy: session.policy().clone(),
        replies: meta.replies,
        intents: Vec::new(),
    }
}

fn accepted(message: Message, duplicate: bool, reply: Reply) -> MessageAccepted {
    MessageAccepted { message, duplicate, found: reply.found, ask: reply.ask, reason: reply.reason }
}

/// Takes what was said and done elsewhere. What was taken before is known again.
pub fn recite(sql: &Sql, input: Recite, now: UnixMillis) -> Outcome<Changed<ConversationState>> {
    let mut told = Vec::new();
    let doing = |sql: &Sql, when: &str, actions: Vec<NewAction>| -> Outcome<Vec<Message>> {
        let mut told = Vec::new();
        for (place, action) in actions.into_iter().enumerate() {
            let key = format!("recite-{when}-{place}-{}", action.action.as_str());
            let act_on = Act { by: input.by.clone(), action, idempotency_key: Some(key) };
            told.extend(act(sql, &act_on, None, now)?.messages);
        }
        Ok(told)
    };
    told.extend(doing(sql, "first", input.first)?);
    for message in input.messages {
        told.extend(say(sql, Say { by: input.by.clone(), message, had: None }, now)?.messages);
    }
    told.extend(doing(sql, "then", input.actions)?);
    let meta = store::meta(sql)?;
    Ok(Changed { answer: meta.state(), messages: told, meta })
}
