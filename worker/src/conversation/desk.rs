//! Who has the conversation: the answerer, nobody yet, a person, or nobody any more.
//!
//! [`said`] and [`acted`] are told of every message and action; recorded conversations are left as they
//! were, and have no desk.

use super::answer;
use super::asked::{self, Asked};
use super::store::{self, Meta};
use super::{Conversation, send, turn};
use crate::config;
use crate::fault::{Fault, Outcome};
use crate::jobs::{self, Next, Work};
use crate::ledger::happenings::What;
use crate::ledger::members;
use crate::ledger::replies::PutDesk;
use crate::rpc::{self, Call};
use crate::sql::{Sql, transaction};
use askwell::Code;
use askwell::access::{Principal, Scope, Who};
use askwell::api::{DeskShown, DeskState, ServerFrame};
use askwell::conversation::{Action, Message, Role};
use askwell::event::EscalationReason;
use askwell::reply::{Line, Memory, Tally, line};
use askwell::session::Session;
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// What is kept of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Desk {
    /// Who has it.
    pub state: DeskState,
    /// Since when.
    pub since: UnixMillis,
    /// Why a person was called, where the answerer did.
    pub reason: Option<EscalationReason>,
    /// The member or key that has it.
    pub assignee: Option<String>,
    /// When it was last handed over.
    pub handed_at: Option<UnixMillis>,
    /// When a person first answered after that.
    pub first_response_at: Option<UnixMillis>,
    /// What the answerer remembers.
    pub memory: Memory,
    /// The newest message that the answerer has dealt with.
    pub answered: Option<u32>,
    /// Whether the visitor was told that the answer comes by e-mail.
    pub by_mail: bool,
    /// Messages since that one which were codes, and no questions.
    pub codes: Vec<u32>,
    /// How many messages there were when it was last given back to the answerer: a hand-off before that is over,
    /// though nobody of the team has spoken.
    pub returned: u32,
    /// Whether another bot speaks here, over the API: then the answerer does not.
    pub muted: bool,
    /// Counts the changes that the team's list should show.
    pub version: u32,
}

impl Desk {
    /// As the team sees it.
    pub fn shown(&self, meta: &Meta) -> DeskShown {
        DeskShown {
            conversation_id: meta.conversation_id.clone(),
            state: self.state,
            since: self.since,
            reason: self.reason,
            assignee: self.assignee.clone(),
            handed_at: self.handed_at,
            first_response_at: self.first_response_at,
            first_response_ms: self.first_response_at.zip(self.handed_at).map(|(a, b)| a.0 - b.0),
        }
    }

    /// Whether the visitor waits for a person who has not answered yet.
    pub fn waits(&self) -> bool {
        let called = self.handed_at.is_some() && self.first_response_at.is_none();
        self.state == DeskState::Waiting || (self.state == DeskState::Agent && called)
    }

    /// All up to a message has been dealt with.
    pub(super) fn answers(&mut self, seq: u32) {
        self.answered = self.answered.max(Some(seq));
        self.codes.retain(|code| *code > seq);
    }

    /// Moves it, where it is elsewhere.
    pub(super) fn moves(&mut self, state: DeskState, at: UnixMillis) {
        if self.state != state {
            self.state = state;
            self.since = at;
        }
    }
}

/// Gives the conversation to a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Assign {
    /// Who does it.
    pub by: Principal,
    /// To whom; to the one who does it with none.
    pub to: Option<String>,
}

impl Call for Assign {
    const NAME: &'static str = "assign";
    type Out = DeskShown;
}

/// Gives the conversation back to the answerer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Return {
    /// Who does it.
    pub by: Principal,
}

impl Call for Return {
    const NAME: &'static str = "return";
    type Out = DeskShown;
}

/// Takes the conversation from whoever left the team, if they still have it: the visitor waits again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Unassign {
    /// The system.
    pub by: Principal,
    /// From whom.
    pub from: String,
}

impl Call for Unassign {
    const NAME: &'static str = "unassign";
    type Out = ();
}

/// Who has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetDesk {
    /// Who wants to know.
    pub by: Principal,
}

impl Call for GetDesk {
    const NAME: &'static str = "desk";
    type Out = DeskShown;
}

/// The desk.
pub fn read(sql: &Sql) -> Outcome<Desk> {
    Ok(store::state(sql, "desk")?.unwrap_or_default())
}

/// Stores the desk, and lets the team's list be told where it moved.
pub fn put(sql: &Sql, desk: &mut Desk, before: &Desk, now: UnixMillis) -> Outcome<()> {
    let shown = |desk: &Desk| {
        let Desk { state, since, reason, assignee, handed_at, first_response_at, .. } = desk;
        (*state, *since, *reason, assignee.clone(), *handed_at, *first_response_at)
    };
    // A conversation that only the answerer has had is nothing for the team's list.
    if shown(desk) != shown(before) {
        desk.version += 1;
        jobs::put(sql, TellDesk::KIND, "", now)?;
    }
    store::put_state(sql, "desk", desk)
}

/// The visitor has given a code that was asked for: nobody has to answer it.
pub fn code(sql: &Sql, message: &Message, now: UnixMillis) -> Outcome<()> {
    let before = read(sql)?;
    let mut desk = before.clone();
    desk.codes.push(message.seq);
    put(sql, &mut desk, &before, now)
}

/// Tells a visitor who has left an address, while they wait for the answer there, that it is noted.
pub fn noted(
    sql: &Sql,
    message: &Message,
    session: &Session,
    now: UnixMillis,
) -> Outcome<Option<Message>> {
    let desk = read(sql)?;
    if !desk.by_mail || desk.state != DeskState::Waiting {
        return Ok(None);
    }
    let words = [Line::Noted, Line::AwayMail].map(|said| line(session.lang(), said));
    turn::speak(sql, answer::reply_id(message.seq), words.join(" "), Tally::default(), now)
}

/// Somebody has said something.
pub fn said(
    sql: &Sql,
    meta: &Meta,
    by: &Principal,
    message: &Message,
    now: UnixMillis,
) -> Outcome<()> {
    if meta.recorded {
        return Ok(());
    }
    let before = read(sql)?;
    let mut desk = before.clone();
    match message.role {
        // What a server posts in the visitor's name is a transcript, and answered there.
        Role::Customer if matches!(by.who, Who::Visitor { .. } | Who::System) => {
            if desk.state == DeskState::Bot && !desk.muted {
                answer::put(sql, now)?;
            }
            return Ok(());
        }
        Role::Agent => {
            if desk.handed_at.is_some() && desk.first_response_at.is_none() {
                desk.first_response_at = Some(message.at);
            }
            desk.moves(DeskState::Agent, message.at);
            desk.answers(message.seq);
            if let Who::Member(member) = &by.who {
                let to = Some(member.to_string());
                // Whoever takes it over by speaking is told of as if it had been given to them.
                if desk.assignee.is_some() && desk.assignee != to && !meta.test_mode {
                    store::put_happening(sql, What::Assigned, message.at, meta.revision)?;
                    send::hand_over(sql, now)?;
                }
                desk.assignee = to;
            }
        }
        Role::Bot if matches!(by.who, Who::Key(_)) => desk.muted = true,
        Role::Customer | Role::Bot | Role::System => return Ok(()),
    }
    put(sql, &mut desk, &before, now)
}

/// Something was done with the conversation.
pub fn acted(
    sql: &Sql,
    meta: &Meta,
    action: Action,
    at: UnixMillis,
    now: UnixMillis,
) -> Outcome<()> {
    if meta.recorded {
        return Ok(());
    }
    let before = read(sql)?;
    let mut desk = before.clone();
    match action {
        Action::Handoff | Action::Transfer => {
            desk.moves(DeskState::Waiting, at);
            desk.assignee = None;
            if action == Action::Handoff {
                desk.handed_at = Some(at);
                desk.first_response_at = None;
                desk.reason = None;
            }
        }
        Action::Reopen => {
            let people = desk.handed_at.is_some() || desk.assignee.is_some();
            desk.moves(if people { DeskState::Waiting } else { DeskState::Bot }, at);
            desk.memory = Memory::default();
            // What was left without an answer then is over.
            meta.messages.checked_sub(1).into_iter().for_each(|last| desk.answers(last));
        }
        _ if meta.status.is_terminal() => desk.moves(DeskState::Ended, at),
        _ => return Ok(()),
    }
    put(sql, &mut desk, &before, now)
}

/// Tells the ledger's list of who waits.
pub(super) struct TellDesk;

impl Work<Conversation> for TellDesk {
    const KIND: &'static str = "desk";

    async fn run(object: &Conversation, _subject: &str) -> Outcome<Next> {
        let sql = object.sql();
        let meta = store::meta(&sql)?;
        let desk = read(&sql)?;
        let ledger = rpc::ledger(&object.env, &meta.workspace)?;
        rpc::call(&ledger, &PutDesk { desk: desk.shown(&meta), version: desk.version }).await?;
        Ok(Next::Done)
    }
}

impl Conversation {
    pub(super) async fn assign(&self, input: Assign) -> Outcome<DeskShown> {
        let sql = self.existing().await?;
        let now = config::now(&self.env);
        if let Some(to) = &input.to {
            let ledger = rpc::ledger(&self.env, &store::meta(&sql)?.workspace)?;
            let member = members::Get { member_id: to.parse()? };
            let member =
                rpc::call(&ledger, &member).await.map_err(|fault| match fault.public().code {
                    Code::NotFound => {
                        Fault::refused(Code::InvalidField, "the field `member_id` names no member")
                    }
                    _ => fault,
                })?;
            if !member.role.scopes().has(Scope::ConversationsWrite) {
                return Err(Fault::refused(
                    Code::InvalidField,
                    "the field `member_id` names somebody whose role does not let them answer visitors",
                ));
            }
        }
        let (changed, meta, shown) =
            transaction(&self.state, move |sql| assign(sql, &input, now)).await?;
        for mut message in changed {
            message.by = None;
            self.broadcast(&ServerFrame::Message { message }).await;
        }
        self.schedule(&meta).await?;
        Ok(shown)
    }

    pub(super) async fn give_back(&self, input: Return) -> Outcome<DeskShown> {
        self.existing().await?;
        let now = config::now(&self.env);
        let (meta, shown) =
            transaction(&self.state, move |sql| give_back(sql, &input, now)).await?;
        self.schedule(&meta).await?;
        Ok(shown)
    }

    pub(super) async fn unassign(&self, input: Unassign) -> Outcome<()> {
        self.existing().await?;
        let now = config::now(&self.env);
        let meta = transaction(&self.state, move |sql| {
            let meta = store::meta(sql)?;
            turn::authorise(&meta, &input.by)?;
            let before = read(sql)?;
            let has =
                before.state == DeskState::Agent && before.assignee.as_ref() == Some(&input.from);
            if has && !meta.status.is_terminal() {
                let mut desk = Desk { assignee: None, ..before.clone() };
                desk.moves(DeskState::Waiting, now);
                put(sql, &mut desk, &before, now)?;
            }
            Ok(meta)
        })
        .await?;
        self.schedule(&meta).await
    }

    pub(super) async fn desk(&self, input: GetDesk) -> Outcome<DeskShown> {
        let sql = self.existing().await?;
        let meta = store::meta(&sql)?;
        turn::authorise(&meta, &input.by)?;
        Ok(read(&sql)?.shown(&meta))
    }
}

/// Checks that the conversation is with whoever had it when somebody looked, or with them.
///
/// # Errors
/// [`Code::PreconditionFailed`].
pub(super) fn still_with(sql: &Sql, had: &str, by: &Principal) -> Outcome<()> {
    let desk = read(sql)?;
    let other = desk.assignee.as_deref().filter(|id| *id != had && Some(*id) != by.signature());
    if desk.state == DeskState::Agent && other.is_some() {
        return Err(Fault::refused(
            Code::PreconditionFailed,
            "Somebody else has this conversation by now, and your reply was not sent. It stands below: sent once more, it takes the conversation from them.",
        ));
    }
    Ok(())
}

/// The conversation of a person of the team, to be given to somebody.
fn open(sql: &Sql, by: &Principal) -> Outcome<Meta> {
    let meta = store::meta(sql)?;
    turn::authorise(&meta, by)?;
    if meta.status.is_terminal() || meta.recorded {
        return Err(turn::ended().into());
    }
    Ok(meta)
}

pub(super) fn assign(
    sql: &Sql,
    input: &Assign,
    now: UnixMillis,
) -> Outcome<(Vec<Message>, Meta, DeskShown)> {
    let mut meta = open(sql, &input.by)?;
    let to = input.to.as_deref().or_else(|| input.by.signature()).map(str::to_owned);
    let before = read(sql)?;
    if before.state == DeskState::Agent && before.assignee == to {
        let shown = before.shown(&meta);
        return Ok((Vec::new(), meta, shown));
    }
    let mut messages = Vec::new();
    // From one person to another is a transfer, which the transcript shows.
    if before.state == DeskState::Agent && before.assignee.is_some() {
        let changed = turn::transfer(sql, &input.by, now)?;
        messages = changed.messages;
        meta = changed.meta;
    } else if !meta.test_mode {
        store::put_happening(sql, What::Assigned, now, meta.revision)?;
        send::hand_over(sql, now)?;
    }
    let before = read(sql)?;
    let mut desk = before.clone();
    desk.moves(DeskState::Agent, now);
    desk.assignee = to;
    put(sql, &mut desk, &before, now)?;
    let shown = desk.shown(&meta);
    Ok((messages, meta, shown))
}

pub(super) fn give_back(sql: &Sql, input: &Return, now: UnixMillis) -> Outcome<(Meta, DeskShown)> {
    let meta = open(sql, &input.by)?;
    let before = read(sql)?;
    let mut desk = before.clone();
    desk.moves(DeskState::Bot, now);
    desk.assignee = None;
    desk.muted = false;
    desk.by_mail = false;
    desk.memory = Memory { greeted: true, ..Memory::default() };
    if let Some(seq) = asked::dealt_with(sql)? {
        desk.answers(seq);
    }
    // Whoever has written since is answered now.
    if Asked::read(sql, &desk)?.is_some() {
        answer::put(sql, now)?;
    }
    desk.returned = meta.messages;
    put(sql, &mut desk, &before, now)?;
    let shown = desk.shown(&meta);
    Ok((meta, shown))
}
