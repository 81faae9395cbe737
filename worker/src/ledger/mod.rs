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
//! The object is named by the workspace. Spreading one over several objects means naming them
//! `workspace/shard` by the customer's e-mail, and asking all of them for lists.

pub mod calls;
mod customers;
mod lanes;
mod outbox;
mod query;
mod record;
mod schema;
mod seal;

use crate::alarm;
use crate::auth::{KeyKind, KeyRecord};
use crate::bind;
use crate::config;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc;
use crate::sql::{Sql, transaction};
use askwell::api::{ConversationSummary, FieldList, WorkspaceSettings};
use askwell::classify::{self, Field};
use askwell::closing::FieldVersion;
use askwell::time::Day;
use askwell::{Code, Error, id};
use calls::{
    Create, Dead, Delivered, PageQuery, Record, Recorded, Settings, Take, Taken, workspace_key,
};
use serde::Deserialize;
use std::cell::Cell;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

/// Pause between a change and its publishing, so that a burst is published once.
const PUBLISH_AFTER_MS: i64 = 500;

/// The object.
#[durable_object]
pub struct Workspace {
    state: State,
    env: Env,
    migrated: Cell<bool>,
}

impl DurableObject for Workspace {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, migrated: Cell::new(false) }
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
        if operation == "create" {
            return to_json("answer", &self.create(from_json("call", body)?).await?);
        }
        let sql = self.existing().await?;
        let page = || from_json::<PageQuery>("call", body);
        let name = || from_json::<String>("call", body);
        match operation {
            "key" => to_json("answer", &key(&sql, &name()?)?),
            "settings" => to_json("answer", &settings(&sql)?),
            "put-settings" => {
                to_json("answer", &self.put_settings(from_json("call", body)?).await?)
            }
            "fields" => to_json("answer", &fields(&sql)?),
            "put-fields" => to_json("answer", &self.put_fields(from_json("call", body)?).await?),
            "register" => to_json("answer", &self.register(from_json("call", body)?).await?),
            "record" => to_json("answer", &self.record(from_json("call", body)?).await?),
            "archive" => to_json("answer", &query::archive(&sql, &name()?)?),
            "overview" => to_json("answer", &query::overview(&sql)?),
            "customer" => to_json("answer", &query::customer(&sql, &name()?)?),
            "customers" => to_json("answer", &query::customers(&sql, &page()?)?),
            "conversation" => to_json("answer", &query::conversation(&sql, &name()?)?),
            "conversations" => to_json("answer", &query::conversations(&sql, &page()?)?),
            "events" => to_json("answer", &query::events(&sql, &page()?)?),
            "take" => to_json("answer", &self.take(from_json("call", body)?).await?),
            "delivered" => to_json("answer", &self.delivered(from_json("call", body)?).await?),
            "dead" => to_json("answer", &self.dead(from_json("call", body)?).await?),
            "export-days" => to_json("answer", &query::export_days(&sql)?),
            "seal" => {
                let day: Day = from_json("call", body)?;
                let settings = settings(&sql)?;
                to_json("answer", &seal::seal(&self.state, &self.env, &settings, day).await?)
            }
            "seal-due" => to_json("answer", &self.seal_due(&sql).await?),
            _ => Err(Error::new(Code::NotFound, "no such operation").into()),
        }
    }

    /// Refuses a workspace that was never created, without creating anything for it.
    async fn existing(&self) -> Outcome<Sql> {
        let sql = Sql::of(&self.state.storage());
        if !self.migrated.get() {
            if !sql.has_table("migrations")? {
                return Err(Error::new(Code::Unauthorized, "no such key").into());
            }
            sql.migrate(&self.state, schema::MIGRATIONS).await?;
            self.migrated.set(true);
        }
        Ok(sql)
    }

    async fn create(&self, input: Create) -> Outcome<()> {
        Sql::of(&self.state.storage()).migrate(&self.state, schema::MIGRATIONS).await?;
        self.migrated.set(true);
        let now = config::now(&self.env);
        transaction(&self.state, move |sql| {
            if read_state::<Settings>(sql, "settings")?.is_some() {
                return Err(Error::new(
                    Code::AlreadyExists,
                    "there is a workspace of this id; choose another",
                )
                .into());
            }
            let new = input.workspace;
            let settings = Settings {
                id: new.id,
                name: new.name,
                origins: new.origins,
                webhook: new.webhook,
                created_at: now,
            };
            write_state(sql, "settings", &settings)?;
            for (hash, kind, prefix) in [
                (input.site_key_hash, "site", input.site_key_prefix),
                (input.secret_key_hash, "secret", input.secret_key_prefix),
            ] {
                sql.run(
                    "INSERT INTO keys (hash, kind, prefix, created_at) VALUES (?, ?, ?, ?)",
                    bind![hash, kind, prefix, now.0],
                )?;
            }
            let starters: Vec<(String, Field)> = classify::starter_fields()
                .into_iter()
                .map(|field| (field_id(&settings, &field), field))
                .collect();
            for (position, (id, field)) in (0i64..).zip(starters) {
                put_field(sql, &id, position, 1, &field)?;
            }
            record::document(sql, "workspace", settings.id.as_str(), &workspace_key(&settings.id))
        })
        .await?;
        self.schedule().await
    }

    async fn put_settings(&self, new: WorkspaceSettings) -> Outcome<Settings> {
        let settings = transaction(&self.state, move |sql| {
            let settings = Settings {
                name: new.name,
                origins: new.origins,
                webhook: new.webhook,
                ..settings(sql)?
            };
            write_state(sql, "settings", &settings)?;
            record::document(sql, "workspace", settings.id.as_str(), &workspace_key(&settings.id))?;
            Ok(settings)
        })
        .await?;
        self.schedule().await?;
        Ok(settings)
    }

    async fn put_fields(&self, list: FieldList) -> Outcome<FieldList> {
        let list = transaction(&self.state, move |sql| {
            let settings = settings(sql)?;
            let old = fields(sql)?.fields;
            let mut taken: Vec<String> = old.iter().map(|field| field.id.clone()).collect();
            check_ids(&list.fields, &taken)?;
            sql.run("DELETE FROM fields", bind![])?;
            for (position, new) in (0i64..).zip(list.fields) {
                let id =
                    if new.id.is_empty() { free_id(&settings, &new.field, &taken) } else { new.id };
                taken.push(id.clone());
                // A field that changes is a new version; its id, and so its history, stays.
                let version = match old.iter().find(|o| o.id == id) {
                    Some(before) if before.field == new.field => before.version,
                    Some(before) => before.version + 1,
                    None => 1,
                };
                put_field(sql, &id, position, version, &new.field)?;
            }
            fields(sql)
        })
        .await?;
        Ok(list)
    }

    async fn register(&self, summary: ConversationSummary) -> Outcome<()> {
        transaction(&self.state, move |sql| {
            sql.run(
                "INSERT INTO conversations (id, platform_conversation_id, status, revision, direction, platform, transferred, lang, messages, started_at, ended_at)
                 VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT (id) DO UPDATE SET status = excluded.status, transferred = excluded.transferred, lang = coalesce(excluded.lang, lang), messages = max(messages, excluded.messages), ended_at = iif(excluded.ended_at IS NULL, NULL, ended_at)",
                bind![
                    summary.conversation_id.as_str(),
                    summary.platform_conversation_id,
                    summary.status.as_str(),
                    summary.direction.as_str(),
                    summary.platform.as_str(),
                    i64::from(summary.transferred),
                    summary.lang.map(|lang| lang.code()),
                    i64::from(summary.messages),
                    summary.started_at.0,
                    summary.ended_at.map(|at| at.0)
                ],
            )
        })
        .await
    }

    async fn record(&self, input: Record) -> Outcome<Recorded> {
        let now = config::now(&self.env);
        let recorded =
            transaction(&self.state, move |sql| record::record(sql, &settings(sql)?, &input, now))
                .await?;
        self.schedule().await?;
        Ok(recorded)
    }

    async fn take(&self, input: Take) -> Outcome<Taken> {
        let now = config::now(&self.env);
        transaction(&self.state, move |sql| lanes::take(sql, &settings(sql)?, &input, now)).await
    }

    async fn delivered(&self, input: Delivered) -> Outcome<()> {
        let now = config::now(&self.env);
        transaction(&self.state, move |sql| lanes::delivered(sql, &input, now)).await?;
        self.schedule().await
    }

    async fn dead(&self, dead: Dead) -> Outcome<()> {
        let now = config::now(&self.env);
        transaction(&self.state, move |sql| {
            let id = id::digest(&[dead.queue.as_bytes(), dead.subject.as_bytes()]);
            sql.run(
                "INSERT OR IGNORE INTO dead_letters (id, queue, subject, at) VALUES (?, ?, ?, ?)",
                bind![id, dead.queue.as_str(), dead.subject.as_str(), now.0],
            )
        })
        .await
    }

    async fn seal_due(&self, sql: &Sql) -> Outcome<Vec<Day>> {
        let settings = settings(sql)?;
        let days = seal::due_days(sql, &self.env)?;
        for day in &days {
            seal::seal(&self.state, &self.env, &settings, *day).await?;
        }
        Ok(days)
    }

    async fn wake(&self) -> Outcome<()> {
        let sql = self.existing().await?;
        let settings = settings(&sql)?;
        let now = config::now(&self.env);
        // One failing must not hold up the other, and the alarm is set again whatever fails here:
        // the runtime gives a failing alarm up after a few tries.
        let published = outbox::publish(&sql, &settings, &self.env, now).await;
        let sent = lanes::send(&sql, &settings, &self.env, now).await;
        self.schedule().await?;
        for failed in [published, sent].into_iter().filter_map(Result::err) {
            failed.log("ledger alarm");
        }
        Ok(())
    }

    /// Sets the alarm to what is due next.
    async fn schedule(&self) -> Outcome<()> {
        let Some(due) = outbox::due(&Sql::of(&self.state.storage()))? else { return Ok(()) };
        let soonest = config::now(&self.env).plus(PUBLISH_AFTER_MS);
        alarm::set(&self.state, &self.env, due.max(soonest)).await
    }
}

#[derive(Deserialize)]
struct Body {
    body: String,
}

fn read_state<T: serde::de::DeserializeOwned>(sql: &Sql, key: &'static str) -> Outcome<Option<T>> {
    sql.first::<Body>("SELECT body FROM workspace WHERE key = ?", bind![key])?
        .map(|row| from_json(key, &row.body))
        .transpose()
}

fn write_state<T: serde::Serialize>(sql: &Sql, key: &'static str, value: &T) -> Outcome<()> {
    sql.run(
        "INSERT INTO workspace (key, body) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET body = excluded.body",
        bind![key, to_json(key, value)?],
    )
}

/// A counter of the workspace.
fn read_counter(sql: &Sql, name: &'static str) -> Outcome<u64> {
    Ok(read_state(sql, name)?.unwrap_or(0))
}

/// Adds to a counter of the workspace.
fn counter(sql: &Sql, name: &'static str, by: u64) -> Outcome<()> {
    write_state(sql, name, &read_counter(sql, name)?.saturating_add(by))
}

fn settings(sql: &Sql) -> Outcome<Settings> {
    read_state(sql, "settings")?
        .ok_or_else(|| Error::new(Code::NotFound, "no such workspace").into())
}

fn key(sql: &Sql, hash: &str) -> Outcome<Option<KeyRecord>> {
    #[derive(Deserialize)]
    struct Row {
        kind: KeyKind,
    }
    let row: Option<Row> =
        sql.first("SELECT kind FROM keys WHERE hash = ? AND revoked_at IS NULL", bind![hash])?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(KeyRecord { kind: row.kind, origins: settings(sql)?.origins }))
}

fn field_id(settings: &Settings, field: &Field) -> String {
    let digest = id::digest(&[settings.id.as_str().as_bytes(), field.name.as_bytes()]);
    format!("fd_{digest}")
}

/// The id of a new field: its name's, or the first variant of it that no other field has.
fn free_id(settings: &Settings, field: &Field, taken: &[String]) -> String {
    let first = field_id(settings, field);
    let variants = (2u32..).map(|n| format!("{first}-{n}"));
    // There are more variants than fields.
    std::iter::once(first.clone()).chain(variants).find(|id| !taken.contains(id)).unwrap_or(first)
}

/// # Errors
/// [`Code::InvalidField`] when an id is not known, or stands twice.
fn check_ids(fields: &[FieldVersion], known: &[String]) -> Result<(), Error> {
    let mut ids: Vec<&String> = fields.iter().map(|f| &f.id).filter(|id| !id.is_empty()).collect();
    ids.sort_unstable();
    let twice = ids.windows(2).any(|pair| pair.first() == pair.last());
    if twice || ids.iter().any(|id| !known.contains(id)) {
        return Err(Error::new(
            Code::InvalidField,
            "each `id` in `fields` must be one of this workspace, once; leave it empty for a new field",
        ));
    }
    Ok(())
}

fn put_field(sql: &Sql, id: &str, position: i64, version: u32, field: &Field) -> Outcome<()> {
    sql.run(
        "INSERT INTO fields (id, position, version, body) VALUES (?, ?, ?, ?)",
        bind![id, position, i64::from(version), to_json("field", field)?],
    )
}

fn fields(sql: &Sql) -> Outcome<FieldList> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        version: u32,
        body: String,
    }
    let rows: Vec<Row> =
        sql.rows("SELECT id, version, body FROM fields ORDER BY position", bind![])?;
    let fields = rows
        .into_iter()
        .map(|row| {
            let field = from_json("field", &row.body)?;
            Ok(FieldVersion { id: row.id, version: row.version, field })
        })
        .collect::<Outcome<_>>()?;
    Ok(FieldList { fields })
}
