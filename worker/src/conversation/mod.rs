//! The Conversation object: one per live conversation. Orders messages, holds the sockets, closes on
//! idle by alarm, and hands each closing over until the ledger has confirmed it.
//!
//! Why it is correct when requests overlap: every operation first reads its whole input, then does
//! all its reading and writing in one synchronous transaction, so that no other request of the
//! object comes in between; sockets and alarms are served after it. Nothing lives in fields but the
//! handle of the runtime, so that a restart at any point loses nothing that was answered.
//!
//! A closing is a row, and a job (`send.rs`). The alarm sends its name to the queue, and again with
//! growing pauses, until the ledger's confirmation deletes the row; the queue may lose, repeat or reorder it.

mod answer;
mod asked;
mod attend;
pub mod calls;
mod deliver;
mod desk;
mod mailed;
mod send;
mod sockets;
pub mod store;
#[cfg(test)]
mod tests;
mod turn;
mod verify;

use crate::alarm;
use crate::config;
use crate::fault::{Fault, Outcome, from_json};
use crate::jobs;
use crate::ledger::archives;
use crate::rpc::{self, Call};
use crate::sql::{Sql, transaction};
pub use answer::Suggest;
use askwell::access::Principal;
use askwell::api::{ReadMarks, ServerFrame};
use askwell::closing::Closed;
use askwell::conversation::{Action, Direction, MAX_MESSAGES, Platform, Status};
use askwell::limit::Bucket;
use askwell::reply::Tally;
use askwell::session::Session;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use calls::{
    Act, Amend, AnswerCode, Attend, Confirm, Decisions, Erase, GetSnapshot, Identify, Open, Opened,
    Prove, Read, Recite, Say, SendCode, Snapshot, Transcript,
};
pub use desk::{Assign, GetDesk, Return, Unassign};
pub use sockets::{LISTENER, Listener};
use std::cell::Cell;
use store::Meta;
use turn::Changed;
use worker::{
    DurableObject, Env, Request, Response, State, WebSocket, WebSocketIncomingMessage,
    durable_object,
};

/// The object.
#[durable_object]
pub struct Conversation {
    state: State,
    env: Env,
    migrated: Cell<bool>,
    /// What is left to the visitor. Only here: a restart gives a fresh start, and nothing else.
    left: Cell<Option<Bucket>>,
}

impl DurableObject for Conversation {
    fn new(state: State, env: Env) -> Self {
        if let Ok(pair) = worker::WebSocketRequestResponsePair::new("ping", "pong") {
            state.set_websocket_auto_response(&pair);
        }
        Self { state, env, migrated: Cell::new(false), left: Cell::new(None) }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let operation = rpc::operation(&request);
        if operation == "socket" {
            return match self.socket(&request).await {
                Ok(response) => Ok(response),
                Err(fault) => crate::problem::response(&fault, "conversation socket"),
            };
        }
        let body = request.text().await?;
        rpc::answer(self.dispatch(&operation, &body).await, "conversation")
    }

    async fn alarm(&self) -> worker::Result<Response> {
        if let Err(fault) = self.wake().await {
            fault.log("conversation alarm");
            // The runtime repeats a failed alarm with growing pauses.
            return Err(worker::Error::RustError("alarm failed".to_owned()));
        }
        Response::empty()
    }

    async fn websocket_message(
        &self,
        socket: WebSocket,
        message: WebSocketIncomingMessage,
    ) -> worker::Result<()> {
        let mut goes_on = true;
        let answer = match self.frame(&socket, message).await {
            Ok(None) => return Ok(()),
            Ok(Some(frame)) => frame,
            Err(fault) => {
                fault.log_ours("conversation frame");
                let error = fault.public();
                goes_on = error.code != Code::Unauthorized;
                ServerFrame::Problem { problem: (&error).into() }
            }
        };
        socket.send_with_str(serde_json::to_string(&answer)?)?;
        if !goes_on {
            sockets::hang_up(&socket);
        }
        Ok(())
    }

    async fn websocket_close(
        &self,
        socket: WebSocket,
        _code: usize,
        _reason: String,
        _was_clean: bool,
    ) -> worker::Result<()> {
        // The other side is gone already: an error here has nobody to tell.
        let _ = socket.close(Some(1000), Some("closed"));
        Ok(())
    }

    async fn websocket_error(
        &self,
        _socket: WebSocket,
        _error: worker::Error,
    ) -> worker::Result<()> {
        Ok(())
    }
}

impl Conversation {
    async fn dispatch(&self, operation: &str, body: &str) -> Outcome<String> {
        match operation {
            Open::NAME => rpc::run(body, |call| self.open(call)).await,
            Say::NAME => rpc::run(body, |call| self.say(call)).await,
            Act::NAME => rpc::run(body, |call| self.act(call)).await,
            Recite::NAME => rpc::run(body, |call| self.recite(call)).await,
            Amend::NAME => rpc::run(body, |call| self.amend(call)).await,
            Attend::NAME => rpc::run(body, |call| self.attend(call)).await,
            Identify::NAME => rpc::run(body, |call| self.identify(call)).await,
            Prove::NAME => rpc::run(body, |call| self.prove(call)).await,
            SendCode::NAME => rpc::run(body, |call| self.send_code(call)).await,
            AnswerCode::NAME => rpc::run(body, |call| self.answer_code(call)).await,
            Decisions::NAME => rpc::run(body, |call| self.decisions(call)).await,
            Read::NAME => rpc::run(body, |call| self.read(call)).await,
            GetSnapshot::NAME => rpc::run(body, |call| self.snapshot(call)).await,
            Confirm::NAME => rpc::run(body, |call| self.confirm(call)).await,
            Assign::NAME => rpc::run(body, |call| self.assign(call)).await,
            Return::NAME => rpc::run(body, |call| self.give_back(call)).await,
            Unassign::NAME => rpc::run(body, |call| self.unassign(call)).await,
            GetDesk::NAME => rpc::run(body, |call| self.desk(call)).await,
            Suggest::NAME => rpc::run(body, |call| self.suggest(call)).await,
            Erase::NAME => rpc::run(body, |call| self.erase(call)).await,
            _ => Err(Error::new(Code::NotFound, "no such operation").into()),
        }
    }

    fn sql(&self) -> Sql {
        Sql::of(&self.state.storage())
    }

    /// Refuses what was never opened, without creating anything for it; brings the rest up to date.
    async fn existing(&self) -> Outcome<Sql> {
        let sql = self.sql();
        if !self.migrated.get() {
            if !sql.is_made()? {
                return Err(Error::new(Code::NotFound, "no such conversation").into());
            }
            sql.migrate(&self.state, store::MIGRATIONS).await?;
            self.migrated.set(true);
        }
        Ok(sql)
    }

    async fn open(&self, input: Open) -> Outcome<Opened> {
        self.sql().migrate(&self.state, store::MIGRATIONS).await?;
        self.migrated.set(true);
        let now = config::now(&self.env);
        let opened = transaction(&self.state, move |sql| {
            if let Some(meta) = store::find_meta(sql)? {
                same_conversation(&meta, &input)?;
                return Ok(Opened { created: false, session: store::session(sql)?, meta });
            }
            let meta = Meta {
                workspace: input.workspace,
                conversation_id: input.conversation_id,
                visitor_id: input.visitor_id,
                platform_conversation_id: input.platform_conversation_id,
                platform: input.platform,
                direction: input.direction,
                status: Status::Queued,
                revision: 0,
                transferred: false,
                test_mode: input.test_mode,
                recorded: input.recorded,
                messages: 0,
                started_at: now,
                last_at: now,
                ended_at: None,
                touched_at: now,
                version: 1,
                archived: false,
                read: ReadMarks::default(),
                channel: input.channel,
                replies: Tally::default(),
                opened_at: Some(now),
            };
            let mut session = Session::new(input.options, &input.known, now);
            if input.held_out {
                session.hold_out(now);
            }
            for (field, value) in &input.claims {
                session.told(*field, value, now);
            }
            store::put_meta(sql, &meta)?;
            store::put_session(sql, &session)?;
            if let Some(arm) = session.arm() {
                store::put_arm(sql, arm)?;
            }
            send::tell(sql, now)?;
            Ok(Opened { created: true, meta, session })
        })
        .await?;
        self.schedule(&opened.meta).await?;
        Ok(opened)
    }

    /// Takes a request of the visitor's from what is left to them. The team's are counted by their
    /// key.
    ///
    /// # Errors
    /// [`Code::RateLimited`] when nothing is left.
    fn limit(&self, by: &Principal) -> Outcome<()> {
        if !by.is_visitor() {
            return Ok(());
        }
        let (rule, now) = (config::visitor_limit(&self.env), config::now(&self.env));
        let mut left = self.left.get().unwrap_or_else(|| Bucket::full(rule, now));
        let standing = left.take(rule, now);
        self.left.set(Some(left));
        if standing.allowed {
            return Ok(());
        }
        let error = Error::new(Code::RateLimited, "too many requests; wait, and go on slower");
        Err(Fault::RefusedWith { error, headers: standing.headers("visitor") })
    }

    async fn say(&self, input: Say) -> Outcome<askwell::api::MessageAccepted> {
        self.existing().await?;
        self.limit(&input.by)?;
        let now = config::now(&self.env);
        let by = input.by.clone();
        let is_code = by.is_visitor() && verify::takes(&self.sql(), &input.message.text, now)?;
        let changed = transaction(&self.state, move |sql| turn::say(sql, input, now)).await?;
        let accepted = self.after(changed).await?;
        if is_code
            && !accepted.duplicate
            && let Err(fault) = self.heard_code(by, &accepted).await
        {
            // The message was taken all the same.
            fault.log("a code in a message");
        }
        Ok(accepted)
    }

    async fn act(&self, input: Act) -> Outcome<askwell::api::ConversationState> {
        let sql = self.existing().await?;
        self.limit(&input.by)?;
        let meta = store::meta(&sql)?;
        let archive = if input.action.action == Action::Reopen && meta.archived {
            let ledger = rpc::ledger(&self.env, &meta.workspace)?;
            rpc::call(&ledger, &archives::Get { conversation_id: meta.conversation_id }).await?
        } else {
            None
        };
        let now = config::now(&self.env);
        let was = meta.status;
        let changed =
            transaction(&self.state, move |sql| turn::act(sql, &input, archive, now)).await?;
        if changed.meta.status != was {
            self.broadcast(&ServerFrame::State(changed.meta.state())).await;
        }
        self.after(changed).await
    }

    async fn recite(&self, input: Recite) -> Outcome<askwell::api::ConversationState> {
        let sql = self.existing().await?;
        let (now, was) = (config::now(&self.env), store::meta(&sql)?.status);
        let changed = transaction(&self.state, move |sql| turn::recite(sql, input, now)).await?;
        if changed.meta.status != was {
            self.broadcast(&ServerFrame::State(changed.meta.state())).await;
        }
        self.after(changed).await
    }

    async fn after<T>(&self, changed: Changed<T>) -> Outcome<T> {
        for mut message in changed.messages {
            // Those who listen are the visitor's.
            message.by = None;
            self.broadcast(&ServerFrame::Message { message }).await;
        }
        self.schedule(&changed.meta).await?;
        Ok(changed.answer)
    }

    async fn read(&self, input: Read) -> Outcome<Transcript> {
        let sql = self.existing().await?;
        let meta = store::meta(&sql)?;
        turn::authorise(&meta, &input.by)?;
        let session = store::session(&sql)?;
        let mut messages = store::messages(&sql, input.after, MAX_MESSAGES as u32)?;
        if input.by.is_visitor() {
            messages.iter_mut().for_each(|message| message.by = None);
        }
        Ok(Transcript {
            summary: meta.summary(Some(&session)),
            revision: meta.revision,
            archived: meta.archived,
            messages,
            facts: session.facts().clone(),
            proven: store::proven(&sql)?,
            read: meta.read,
        })
    }

    async fn snapshot(&self, input: GetSnapshot) -> Outcome<Option<Snapshot>> {
        let sql = self.existing().await?;
        let Some(row) = store::closings(&sql)?.into_iter().find(|c| c.revision == input.revision)
        else {
            return Ok(None);
        };
        let mut closed: Closed = from_json("closing", &row.body)?;
        closed.messages = store::messages(&sql, None, row.upto)?;
        Ok(Some(Snapshot {
            closed,
            session: store::session(&sql)?,
            closed_wall: UnixMillis(row.closed_wall),
            version: row.version,
            opened_at: store::meta(&sql)?.opened_at,
        }))
    }

    /// The ledger has a closing. Once it has all of an ended conversation the words are let go.
    async fn confirm(&self, input: Confirm) -> Outcome<()> {
        self.existing().await?;
        let now = config::now(&self.env);
        let meta = transaction(&self.state, move |sql| {
            let mut meta = store::meta(sql)?;
            store::drop_closing(sql, input.revision)?;
            // What happened after it was waiting for it.
            if !store::happenings(sql, None, 1)?.is_empty() {
                send::hand_over(sql, now)?;
            }
            let all = store::closings(sql)?.is_empty();
            if all {
                send::sent(sql)?;
            } else {
                send::send_closing(sql, now)?;
            }
            if all && meta.status.is_terminal() && !meta.archived {
                store::empty(sql)?;
                meta.archived = true;
                store::put_meta(sql, &meta)?;
                // The record told the ledger all that its list shows.
                send::told(sql)?;
            }
            Ok(meta)
        })
        .await?;
        self.schedule(&meta).await
    }

    /// Lets go of everything: the runtime drops the files of the database with its rows.
    async fn erase(&self, input: Erase) -> Outcome<()> {
        for socket in self.state.get_websockets() {
            // One that is gone already needs no closing.
            let _ = socket.close(Some(1000), Some("closed"));
        }
        let storage = self.state.storage();
        storage.delete_alarm().await?;
        self.migrated.set(false);
        storage.delete_all().await?;
        self.sql().migrate(&self.state, store::MIGRATIONS).await?;
        store::put_erased(&self.sql(), input.at)?;
        self.migrated.set(true);
        Ok(())
    }

    /// When something is due next, by the clock of the machine; none once all is done.
    fn due(&self, sql: &Sql, meta: &Meta) -> Outcome<Option<UnixMillis>> {
        let open = !meta.status.is_terminal();
        let idle = open.then(|| self.idle_at(sql, meta)).transpose()?;
        Ok([jobs::due(sql)?, idle].into_iter().flatten().min())
    }

    /// When the silence has lasted too long. Whoever was promised a person is waited for until one has answered.
    fn idle_at(&self, sql: &Sql, meta: &Meta) -> Outcome<UnixMillis> {
        let outbound = meta.direction == Direction::Outbound && meta.channel.is_some();
        let patience = match meta.status {
            Status::Queued if outbound => config::answer_ms(&self.env),
            _ => config::silence_ms(&self.env, meta.platform),
        };
        // Of a call that nobody tells of any more there is nobody left to wait.
        let waits = meta.platform != Platform::Phone && desk::read(sql)?.waits();
        let patience = if waits { patience.max(config::waiting_ms(&self.env)) } else { patience };
        Ok(meta.touched_at.plus(patience))
    }

    /// Sets the alarm to what is due next.
    async fn schedule(&self, meta: &Meta) -> Outcome<()> {
        match self.due(&self.sql(), meta)? {
            Some(due) => alarm::set(&self.state, &self.env, due).await,
            None => Ok(()),
        }
    }

    async fn wake(&self) -> Outcome<()> {
        let sql = self.existing().await?;
        let meta = match store::meta(&sql) {
            // An alarm of before the erasure.
            Err(fault) if fault.public().code == Code::Gone => return Ok(()),
            meta => meta?,
        };
        let now = config::now(&self.env);
        let idle_at = self.idle_at(&sql, &meta)?;
        // The alarm is set again whatever fails here: the runtime gives a failing alarm up after a
        // few tries, and then nobody would come back to a conversation that has ended.
        let closed = if !meta.status.is_terminal() && idle_at <= now {
            let at = meta.recorded.then_some(meta.last_at);
            let action = askwell::api::NewAction { action: ended_by_silence(&meta), at };
            let by = Principal::system(meta.workspace.clone());
            self.act(Act { by, action, idempotency_key: None }).await.map(drop)
        } else {
            Ok(())
        };
        let done = jobs::run(&sql, self, send::JOBS.iter(), now).await;
        self.schedule(&store::meta(&sql)?).await?;
        closed.and(done)
    }
}

/// What it means that nothing has happened for so long.
fn ended_by_silence(meta: &Meta) -> Action {
    match (meta.status, meta.direction) {
        (Status::Queued, Direction::Outbound) if meta.channel.is_some() => Action::NoAnswer,
        // Whoever was to hold the call has not told of it again.
        (Status::Queued, _) if meta.platform == Platform::Phone => Action::Fail,
        _ => Action::Close,
    }
}

/// Refuses to go on with a conversation as if it were another one.
fn same_conversation(meta: &Meta, input: &Open) -> Result<(), Error> {
    let same = meta.platform == input.platform
        && meta.direction == input.direction
        && meta.recorded == input.recorded
        && meta.test_mode == input.test_mode
        && meta.channel == input.channel
        && meta.platform_conversation_id == input.platform_conversation_id;
    if same {
        Ok(())
    } else {
        Err(Error::new(
            Code::IdempotencyConflict,
            "this key was used for a different conversation; choose a new one",
        ))
    }
}
