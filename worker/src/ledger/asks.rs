//! Conversations whose questions are to be put again: to the language model after a closing, because a
//! person wants it, or by a backfill.
//!
//! An ask is a row until it is done. Its name goes through a queue, whose consumer takes it, answers outside
//! of the ledger and hands the answers in. What the queue gave up on stays as failed, with the reason.

use super::cx::Cx;
use super::op::{Op, Room, Write};
use super::settings::{self, Settings};
use super::{
    Workspace, answers, archives, automations, backfills, conversations, drafts, exports, fields,
    llm,
};
use crate::alarm;
use crate::bind;
use crate::config;
use crate::fault::{Outcome, from_json, to_json};
use crate::jobs::{self, Job, Next, Work};
use crate::llm::Endpoint;
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::{Asking, ModelRun};
use askwell::classify::AnswerState;
use askwell::classify::llm::Usage;
use askwell::closing::{FieldAnswer, FieldVersion};
use askwell::conversation::Turn;
use askwell::id::{self, ConversationId, WorkspaceId};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};
use worker::Env;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "asks/1",
        statements: &[
            "CREATE TABLE asks (id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL, cause TEXT NOT NULL, fields TEXT NOT NULL, by_model INTEGER NOT NULL, failed INTEGER NOT NULL DEFAULT 0, error TEXT, attempts INTEGER NOT NULL DEFAULT 0, holder TEXT, due_at INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE INDEX asks_due ON asks (due_at) WHERE failed = 0",
            "CREATE INDEX asks_by_conversation ON asks (conversation_id)",
            "CREATE INDEX asks_by_cause ON asks (cause, failed)",
            "CREATE TABLE llm_runs (seq INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL)",
            "CREATE INDEX llm_runs_by_conversation ON llm_runs (conversation_id, seq)",
            "CREATE TABLE llm_costs (field_id TEXT NOT NULL, day TEXT NOT NULL, asked INTEGER NOT NULL, failed INTEGER NOT NULL, cost_micros INTEGER NOT NULL, PRIMARY KEY (field_id, day)) WITHOUT ROWID",
        ],
    }],
    ops: &[
        Op::write::<Again>(),
        Op::write::<Take>(),
        Op::write::<Missed>(),
        Op::write::<Done>(),
        Op::write::<GiveUp>(),
    ],
    jobs: &[Job::of::<Send>()],
};

/// Asks per alarm and per batch of the queue.
const AT_ONCE: i64 = 100;
/// An ask is put into the queue again when it was not done for so long: longer than all the queue's own
/// retries of one together.
const RESEND_MS: i64 = 60 * 60 * 1000;
/// When the queue itself could not be written to.
const REQUEUE_MS: i64 = 2_000;

/// Why a closing's questions go to the model.
pub const CLOSING: &str = "closing";
/// Why somebody has them put again.
const AGAIN: &str = "again";

/// What the queue carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskNotice {
    /// Where.
    pub workspace: WorkspaceId,
    /// Which.
    pub ask: String,
}

/// Has the questions that are put now answered anew about one conversation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Again {
    /// Which.
    pub conversation_id: ConversationId,
    /// Whether the language model answers, as it is set to.
    pub by_model: bool,
}

impl Call for Again {
    const NAME: &'static str = "asks.again";
    type Out = ();
}

impl Write for Again {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let known = conversations::known(cx.sql, &self.conversation_id)?;
        if known.is_none_or(|known| known.revision == 0) {
            let detail = "no such conversation, or not classified yet";
            return Err(Error::new(Code::NotFound, detail).into());
        }
        let live = fields::listed(cx.sql)?.list.fields;
        let fields: Vec<String> = live.into_iter().map(|field| field.id).collect();
        put(cx, &self.conversation_id, AGAIN, &fields, self.by_model)
    }
}

/// Has questions put; in place of those of the same cause that wait.
pub fn put(
    cx: &Cx,
    conversation: &ConversationId,
    cause: &str,
    fields: &[String],
    by_model: bool,
) -> Outcome<()> {
    cx.sql.run(
        "INSERT INTO asks (id, conversation_id, cause, fields, by_model, due_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET fields = excluded.fields, by_model = excluded.by_model, failed = 0, error = NULL, attempts = 0, holder = NULL, due_at = excluded.due_at",
        bind![
            name(conversation, cause),
            conversation.as_str(),
            cause,
            to_json("fields", &fields)?,
            i64::from(by_model),
            cx.now.0
        ],
    )?;
    jobs::put(cx.sql, Send::KIND, "", cx.now)
}

/// Takes back what waits for a cause.
pub fn spare(cx: &Cx, conversation: &ConversationId, cause: &str) -> Outcome<()> {
    cx.sql.run("DELETE FROM asks WHERE id = ?", bind![name(conversation, cause)])
}

fn name(conversation: &ConversationId, cause: &str) -> String {
    id::digest(&[conversation.as_str().as_bytes(), cause.as_bytes()])
}

/// Somebody wants to answer an ask.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Take {
    /// Which.
    pub ask: String,
    /// Who: the same one may take it again.
    pub holder: String,
}

/// What there is to answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Taken {
    /// About which conversation.
    pub conversation_id: ConversationId,
    /// As of which closing.
    pub revision: u32,
    /// What was said.
    pub turns: Vec<Turn>,
    /// The questions.
    pub fields: Vec<FieldVersion>,
    /// The model, where one is to answer.
    pub endpoint: Option<Endpoint>,
    /// How often it was taken before.
    pub attempts: u32,
}

impl Call for Take {
    const NAME: &'static str = "asks.take";
    /// None: it is done, was taken back, or somebody else has it.
    type Out = Option<Taken>;
}

#[derive(Deserialize)]
struct Row {
    conversation_id: String,
    cause: String,
    fields: String,
    by_model: i64,
    attempts: u32,
    holder: Option<String>,
}

fn find(sql: &Sql, ask: &str) -> Outcome<Option<Row>> {
    sql.first(
        "SELECT conversation_id, cause, fields, by_model, attempts, holder FROM asks WHERE id = ? AND failed = 0",
        bind![ask],
    )
}

impl Write for Take {
    fn run(self, cx: &Cx) -> Outcome<Option<Taken>> {
        let Some(row) = find(cx.sql, &self.ask)? else { return Ok(None) };
        if row.holder.is_some_and(|holder| holder != self.holder) {
            return Ok(None);
        }
        let conversation_id: ConversationId = row.conversation_id.parse()?;
        let known = conversations::known(cx.sql, &conversation_id)?;
        let archive = archives::find(cx.sql, &row.conversation_id)?;
        let (Some(known), Some(archive)) = (known, archive) else {
            cx.sql.run("DELETE FROM asks WHERE id = ?", bind![self.ask])?;
            return Ok(None);
        };
        cx.sql.run(
            "UPDATE asks SET holder = ?, attempts = attempts + 1 WHERE id = ?",
            bind![self.holder, self.ask],
        )?;
        let ids: Vec<String> = from_json("fields", &row.fields)?;
        let mut fields = Vec::new();
        for id in ids {
            let history = drafts::load(cx.sql, &id)?.history;
            if let Some(newest) = history.newest() {
                fields.push(FieldVersion {
                    id,
                    version: newest.version,
                    field: newest.field.clone(),
                });
            }
        }
        let endpoint = if row.by_model == 0 { None } else { llm::find(cx.sql)? };
        Ok(Some(Taken {
            conversation_id,
            revision: known.revision,
            turns: archive.messages.iter().map(Turn::from).collect(),
            fields,
            endpoint,
            attempts: row.attempts,
        }))
    }
}

/// An attempt came to nothing and will be repeated; what it cost is noted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Missed {
    /// Which.
    pub ask: String,
    /// What came of it.
    pub asked: Asked,
}

impl Call for Missed {
    const NAME: &'static str = "asks.missed";
    type Out = ();
}

impl Write for Missed {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let Some(row) = find(cx.sql, &self.ask)? else { return Ok(()) };
        let run = &self.asked.run;
        cx.sql.run("UPDATE asks SET error = ? WHERE id = ?", bind![run.error.clone(), self.ask])?;
        if run.prompt_tokens == 0 {
            return Ok(());
        }
        put_run(cx, &row.conversation_id, run)?;
        put_costs(cx, &self.asked, Attempt::Missed)?;
        backfills::spent(cx, &row.cause, run.cost_micros)
    }
}

/// The answers to an ask.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Done {
    /// Which.
    pub ask: String,
    /// As of which closing.
    pub revision: u32,
    /// To all of its questions.
    pub answers: Vec<FieldAnswer>,
    /// What the model did, where it was asked.
    pub run: Option<Asked>,
}

/// What a model was asked, and what came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asked {
    /// In numbers.
    pub run: ModelRun,
    /// The questions.
    pub fields: Vec<String>,
    /// Those without an answer that could be used.
    pub failed: Vec<String>,
}

impl Call for Done {
    const NAME: &'static str = "asks.done";
    type Out = ();
}

impl Write for Done {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let Some(row) = find(cx.sql, &self.ask)? else { return Ok(()) };
        let conversation_id: ConversationId = row.conversation_id.parse()?;
        let mut cost = 0;
        if let Some(asked) = &self.run {
            put_run(cx, &row.conversation_id, &asked.run)?;
            put_costs(cx, asked, Attempt::Last)?;
            cost = asked.run.cost_micros;
        }
        let known = conversations::known(cx.sql, &conversation_id)?;
        if known.is_some_and(|known| known.revision != self.revision) {
            // It went on meanwhile: what was said since is to be read as well.
            cx.sql.run(
                "UPDATE asks SET holder = NULL, due_at = ? WHERE id = ?",
                bind![cx.now.0, self.ask],
            )?;
            return jobs::put(cx.sql, Send::KIND, "", cx.now);
        }
        let mut given = self.answers;
        // The words were let go while they were being read: their quotes go with them.
        if !archives::is_kept(cx.sql, &row.conversation_id)? {
            given.iter_mut().for_each(|given| given.answer.evidence.clear());
        }
        answers::set(cx, &conversation_id, self.revision, &given)?;
        exports::refresh(cx, &row.conversation_id)?;
        cx.sql.run("DELETE FROM asks WHERE id = ?", bind![self.ask])?;
        if row.cause == CLOSING {
            automations::go_on(cx, &conversation_id)?;
        }
        backfills::told(cx, &row.cause, true, cost)
    }
}

/// The queue has given an ask up. Questions that had no answer meanwhile are in error; it can be asked
/// again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GiveUp {
    /// Which.
    pub ask: String,
}

impl Call for GiveUp {
    const NAME: &'static str = "asks.give-up";
    type Out = ();
}

impl Write for GiveUp {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let Some(row) = find(cx.sql, &self.ask)? else { return Ok(()) };
        cx.sql.run("UPDATE asks SET failed = 1 WHERE id = ?", bind![self.ask])?;
        let conversation_id: ConversationId = row.conversation_id.parse()?;
        let ids: Vec<String> = from_json("fields", &row.fields)?;
        let mut pending = answers::of_model(cx.sql, &row.conversation_id)?;
        pending.retain(|given| {
            given.answer.state == AnswerState::Pending && ids.contains(&given.field_id)
        });
        for given in &mut pending {
            given.answer.state = AnswerState::Error;
        }
        if let Some(known) = conversations::known(cx.sql, &conversation_id)? {
            answers::set(cx, &conversation_id, known.revision, &pending)?;
        }
        if row.cause == CLOSING {
            automations::go_on(cx, &conversation_id)?;
        }
        backfills::told(cx, &row.cause, false, 0)
    }
}

fn put_run(cx: &Cx, conversation: &str, run: &ModelRun) -> Outcome<()> {
    let run = ModelRun { at: cx.now, ..run.clone() };
    cx.sql.run(
        "INSERT INTO llm_runs (conversation_id, at, body) VALUES (?, ?, ?)",
        bind![conversation, cx.now.0, to_json("run", &run)?],
    )
}

/// Whether a question has been asked with this, or will be once more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attempt {
    Missed,
    Last,
}

/// Shares the cost of a request among its questions; the first take what does not divide. A question counts as asked once,
/// however often it was tried.
fn put_costs(cx: &Cx, asked: &Asked, attempt: Attempt) -> Outcome<()> {
    let n = u64::try_from(asked.fields.len()).unwrap_or(u64::MAX).max(1);
    let (share, rest) = (asked.run.cost_micros / n, asked.run.cost_micros % n);
    for (place, field) in (0u64..).zip(&asked.fields) {
        let cost = share + u64::from(place < rest);
        cx.sql.run(
            "INSERT INTO llm_costs (field_id, day, asked, failed, cost_micros) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (field_id, day) DO UPDATE SET asked = asked + excluded.asked, failed = failed + excluded.failed, cost_micros = cost_micros + excluded.cost_micros",
            bind![
                field.as_str(),
                cx.now.day().to_string(),
                i64::from(attempt == Attempt::Last),
                i64::from(attempt == Attempt::Last && asked.failed.contains(field)),
                i64::try_from(cost).unwrap_or(i64::MAX)
            ],
        )?;
    }
    Ok(())
}

/// What the model was asked about a conversation, the oldest first.
pub fn runs(sql: &Sql, conversation: &str) -> Outcome<Vec<ModelRun>> {
    #[derive(Deserialize)]
    struct Found {
        body: String,
    }
    let rows: Vec<Found> = sql.rows(
        "SELECT body FROM llm_runs WHERE conversation_id = ? ORDER BY seq",
        bind![conversation],
    )?;
    rows.iter().map(|row| from_json("run", &row.body)).collect()
}

/// What is still to be asked about a conversation, or could not be.
pub fn asking(sql: &Sql, conversation: &str) -> Outcome<Vec<Asking>> {
    #[derive(Deserialize)]
    struct Found {
        failed: i64,
        error: Option<String>,
        attempts: u32,
    }
    let rows: Vec<Found> = sql.rows(
        "SELECT failed, error, attempts FROM asks WHERE conversation_id = ? ORDER BY id",
        bind![conversation],
    )?;
    let asking = rows.into_iter().map(|row| Asking {
        failed: row.failed != 0,
        attempts: row.attempts,
        error: row.error,
    });
    Ok(asking.collect())
}

/// Puts the names of due asks into the queue.
pub struct Send;

impl Work<Workspace> for Send {
    const KIND: &'static str = "asks";

    async fn run(ledger: &Workspace, _subject: &str) -> Outcome<Next> {
        let sql = ledger.sql();
        let now = config::now(&ledger.env);
        let sent = send(&sql, &settings::read(&sql)?, &ledger.env, now).await;
        if let Err(fault) = sent {
            fault.log(Self::KIND);
        }
        jobs::again_at(&sql, "SELECT min(due_at) AS at FROM asks WHERE failed = 0", now)
    }
}

async fn send(sql: &Sql, settings: &Settings, env: &Env, now: UnixMillis) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Due {
        id: String,
        attempts: u32,
    }
    let due: Vec<Due> = sql.rows(
        "SELECT id, attempts FROM asks WHERE failed = 0 AND due_at <= ? ORDER BY due_at, id LIMIT ?",
        bind![now.0, AT_ONCE],
    )?;
    if due.is_empty() {
        return Ok(());
    }
    let notice = |due: &Due| AskNotice { workspace: settings.id.clone(), ask: due.id.clone() };
    let notices: Vec<AskNotice> = due.iter().map(notice).collect();
    // Before the sending, so that a consumer that is quick finds it to take.
    for ask in &due {
        sql.run(
            "UPDATE asks SET due_at = ?, holder = NULL WHERE id = ?",
            bind![now.plus(RESEND_MS).0, ask.id.as_str()],
        )?;
    }
    let sent = match env.queue(config::ASKS) {
        Ok(queue) => queue.send_batch(notices).await,
        Err(error) => Err(error),
    };
    if sent.is_err() {
        for ask in due {
            let pause = alarm::pause(REQUEUE_MS, ask.attempts, RESEND_MS);
            sql.run(
                "UPDATE asks SET due_at = ?, attempts = attempts + 1 WHERE id = ? AND holder IS NULL",
                bind![now.plus(pause).0, ask.id],
            )?;
        }
    }
    Ok(sent?)
}

impl Asked {
    /// Which model was asked what, before it is known what came of it.
    pub fn begun(endpoint: &Endpoint, fields: Vec<String>, usage: Usage) -> Self {
        let run = ModelRun {
            at: UnixMillis(0),
            model: endpoint.model.clone(),
            fields: u32::try_from(fields.len()).unwrap_or(u32::MAX),
            failed: 0,
            error: None,
            prompt_tokens: usage.prompt_tokens,
            completion_tokens: usage.completion_tokens,
            cost_micros: endpoint.prices.cost(usage.prompt_tokens, usage.completion_tokens),
            injection_suspected: false,
        };
        Self { run, fields, failed: Vec::new() }
    }
}

#[cfg(test)]
mod tests;
