//! The Workspace ledger: the single writer of a workspace's customers, answers, counts and events.
//!
//! Why it is correct when requests overlap: a workspace has one object, and an object runs one
//! thread. Every operation that writes reads its whole input first and does its work in one
//! synchronous transaction, so no other operation comes in between and a failure leaves nothing
//! half-written. What must reach KV, queues or R2 is written as rows of the same transaction and
//! sent later by the alarm; each such row goes away only when the other side has it, so everything
//! is sent at least once, and every receiver knows repeats: KV documents are whole, events have
//! ids, sealed files are written once. Nothing lives in fields but handles and a flag that the
//! schema has been checked.
//!
//! The object is named by the workspace. What spreading one over several objects would take:
//!
//! - Names: `workspace/shard`, a customer's shard by a digest of their e-mail address, a visitor's without one by
//!   that of the visitor; the core would derive it, and [`crate::rpc`], where alone objects are named, would use it.
//! - Who moves: an address that becomes known, or is corrected, may lead to another shard, and so may a merge. The
//!   former shard keeps a row that leads on, as it does for profiles that have moved, and hands over the
//!   conversation as a job; recording it is known by its revision already.
//! - What there is once in a workspace, settings, fields, keys, members, articles and webhooks, stays in one
//!   object; shards keep a copy of what recording reads, with its revision.
//! - Lists and searches ask all shards for a page and merge it, which their order and cursors, an instant and an
//!   id, allow. Counts are sums, and so are those of answers, of pairs and of events.
//! - Events are numbered, told and sealed by shard; a day file has the rows of all of them, and is sealed when the
//!   last has frozen its own.
//!
//! What the ledger keeps and can do stands in its rooms, a file each: a room's `ROOM` lists its
//! migrations and its operations, and [`ROOMS`] lists the rooms.

pub mod actions;
pub mod answers;
pub mod archives;
pub mod asking;
pub mod asks;
pub mod automations;
pub mod backfills;
#[cfg(test)]
mod bench;
pub mod billing;
pub mod calls;
pub mod channels;
pub mod collected;
pub mod conversations;
pub mod customers;
pub mod cx;
pub mod data_keys;
pub mod dead;
pub mod deliveries;
pub mod desk;
pub mod documents;
pub mod doings;
pub mod drafts;
pub mod endpoints;
pub mod events;
pub mod exports;
pub mod facts;
pub mod fields;
pub mod filing;
pub mod happenings;
pub mod hourly;
pub mod idempotency;
pub mod identity;
pub mod inbox;
pub mod intake;
pub mod keys;
pub mod knowledge;
pub mod lanes;
mod leaving;
mod limits;
pub mod listing;
pub mod llm;
pub mod looks;
pub mod marks;
pub mod members;
pub mod op;
mod outbox;
pub mod overview;
pub mod record;
pub mod replies;
pub mod retention;
pub mod reviews;
pub mod revisions;
mod seal;
pub mod sections;
pub mod seen;
pub mod sessions;
pub mod settings;
pub mod signals;
pub mod stats;
pub mod tap;
#[cfg(test)]
mod tests;
pub mod views;

use crate::alarm;
use crate::config;
use crate::fault::{Outcome, from_json};
use crate::jobs;
use crate::rpc::{self, Call};
use crate::sql::{Migration, Sql, transaction};
use crate::vault;
use askwell::access::{Principal, Who};
use askwell::id::WorkspaceId;
use askwell::limit::Standing;
use askwell::{Code, Error};
use cx::Cx;
use limits::Limits;
use op::Room;
use std::cell::OnceCell;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

/// All rooms.
const ROOMS: &[Room] = &[
    settings::ROOM,
    sections::ROOM,
    endpoints::ROOM,
    billing::ROOM,
    actions::ROOM,
    asking::ROOM,
    keys::ROOM,
    members::ROOM,
    leaving::ROOM,
    sessions::ROOM,
    idempotency::ROOM,
    fields::ROOM,
    drafts::ROOM,
    llm::ROOM,
    conversations::ROOM,
    facts::ROOM,
    identity::ROOM,
    data_keys::ROOM,
    archives::ROOM,
    record::ROOM,
    revisions::ROOM,
    marks::ROOM,
    customers::ROOM,
    looks::ROOM,
    answers::ROOM,
    reviews::ROOM,
    asks::ROOM,
    automations::ROOM,
    backfills::ROOM,
    stats::ROOM,
    collected::ROOM,
    events::ROOM,
    intake::ROOM,
    signals::ROOM,
    deliveries::ROOM,
    lanes::ROOM,
    tap::ROOM,
    happenings::ROOM,
    doings::ROOM,
    channels::ROOM,
    calls::ROOM,
    documents::ROOM,
    exports::ROOM,
    knowledge::ROOM,
    replies::ROOM,
    retention::ROOM,
    hourly::ROOM,
    dead::ROOM,
    overview::ROOM,
    desk::ROOM,
    views::ROOM,
    inbox::ROOM,
];

/// What makes the tables, in order. Rooms put jobs.
fn migrations() -> impl Iterator<Item = &'static Migration> {
    std::iter::once(&jobs::MIGRATION).chain(ROOMS.iter().flat_map(|room| room.migrations))
}

/// Pause between a change and what it leaves to be sent, so that a burst is sent once.
const SOON_MS: i64 = 500;

/// The object.
#[durable_object]
pub struct Workspace {
    state: State,
    env: Env,
    /// Whose ledger this is, once that is known and the schema is up to date.
    workspace: OnceCell<WorkspaceId>,
    /// What is left to whom. Only here: a restart gives everybody a fresh start, and nothing else.
    limits: Limits,
}

impl DurableObject for Workspace {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, workspace: OnceCell::new(), limits: Limits::default() }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let operation = rpc::operation(&request);
        let body = request.text().await?;
        rpc::answer(self.dispatch(&operation, &body).await, "ledger")
    }

    async fn alarm(&self) -> worker::Result<Response> {
        if let Err(fault) = self.wake().await {
            fault.log("ledger alarm");
            // The runtime repeats a failed alarm with growing pauses.
            return Err(worker::Error::RustError("alarm failed".to_owned()));
        }
        Response::empty()
    }
}

impl Workspace {
    async fn dispatch(&self, operation: &str, body: &str) -> Outcome<String> {
        let mut ops = ROOMS.iter().flat_map(|room| room.ops);
        let Some(op) = ops.find(|op| op.name == operation) else {
            return Err(Error::new(Code::NotFound, "no such operation").into());
        };
        if operation == settings::Create::NAME {
            let create: settings::Create = from_json(op.name, body)?;
            self.begin(create.workspace.id).await?;
        } else {
            self.existing().await?;
        }
        (op.run)(self, body).await
    }

    fn sql(&self) -> Sql {
        Sql::of(&self.state.storage())
    }

    /// Makes the tables of a new workspace.
    async fn begin(&self, workspace: WorkspaceId) -> Outcome<()> {
        self.migrate().await?;
        self.workspace.get_or_init(|| workspace);
        Ok(())
    }

    /// Refuses a workspace that was never created, without creating anything for it; brings the rest
    /// up to date.
    async fn existing(&self) -> Outcome<&WorkspaceId> {
        if let Some(workspace) = self.workspace.get() {
            return Ok(workspace);
        }
        let unknown = || Error::new(Code::Unauthorized, "no such key");
        if !self.sql().is_made()? {
            return Err(unknown().into());
        }
        let changed = self.migrate().await?;
        let workspace = settings::workspace(&self.sql())?.ok_or_else(unknown)?;
        if changed {
            // What a migration has left to be done is begun, also where nothing is ever written.
            self.schedule().await?;
        }
        Ok(self.workspace.get_or_init(|| workspace))
    }

    async fn migrate(&self) -> Outcome<bool> {
        vault::begin(&self.env)?;
        self.sql().migrate(&self.state, migrations()).await
    }

    fn known(&self) -> Outcome<&WorkspaceId> {
        self.workspace.get().ok_or_else(|| Error::new(Code::NotFound, "no such workspace").into())
    }

    /// Looks at the ledger.
    fn read<T>(&self, work: impl FnOnce(&Cx) -> Outcome<T>) -> Outcome<T> {
        let now = config::now(&self.env);
        work(&Cx { sql: &self.sql(), workspace: self.known()?, now })
    }

    /// Changes the ledger in one transaction, and sees to what that leaves to be sent.
    async fn write<T: 'static>(
        &self,
        work: impl FnOnce(&Cx) -> Outcome<T> + 'static,
    ) -> Outcome<T> {
        let now = config::now(&self.env);
        let workspace = self.known()?.clone();
        let done =
            transaction(&self.state, move |sql| work(&Cx { sql, workspace: &workspace, now }));
        let done = done.await?;
        self.schedule().await?;
        Ok(done)
    }

    /// Takes a request from what is left to somebody.
    fn limit(&self, principal: &Principal, address: &str) -> Standing {
        let name = principal.signature().unwrap_or_default();
        let (who, rule) = match &principal.who {
            // All visitors of a page show the same key: each address has its own share.
            Who::Page(_) => (format!("{name} {address}"), config::page_limit(&self.env)),
            _ => (name.to_owned(), config::team_limit(&self.env)),
        };
        self.limits.take(who, rule, config::now(&self.env))
    }

    /// Notes that somebody was there, unless that was done a moment ago.
    async fn see(
        &self,
        last: Option<i64>,
        note: impl FnOnce(&Cx) -> Outcome<()> + 'static,
    ) -> Outcome<()> {
        let now = config::now(&self.env);
        match last {
            Some(last) if now.0 < last.saturating_add(keys::SEEN_EVERY_MS) => Ok(()),
            _ => self.write(note).await,
        }
    }

    async fn wake(&self) -> Outcome<()> {
        self.existing().await?;
        let jobs = ROOMS.iter().flat_map(|room| room.jobs);
        let done = jobs::run(&self.sql(), self, jobs, config::now(&self.env)).await;
        // Whatever fails here: the runtime gives a failing alarm up after a few tries.
        self.schedule().await?;
        done
    }

    /// Sets the alarm to what is due next.
    async fn schedule(&self) -> Outcome<()> {
        match jobs::due(&self.sql())? {
            Some(due) => alarm::set(&self.state, &self.env, due).await,
            None => Ok(()),
        }
    }
}
