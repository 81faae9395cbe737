//! What a Conversation object keeps, and the only statements that touch it.

use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::jobs;
use crate::ledger::happenings::{Happening, What};
use crate::sql::{Migration, Sql};
use askwell::api::{ConversationState, ConversationSummary, DecisionShown, ReadMarks};
use askwell::closing::Closed;
use askwell::conversation::{Direction, Marker, Message, Platform, Role, Status};
use askwell::customer::Proven;
use askwell::id::{ChannelId, ConversationId, VisitorId, WorkspaceId};
use askwell::prompt::{Arm, Decision};
use askwell::reply::{Intent, MAX_INTENTS, Tally};
use askwell::session::Session;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// The schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        id: "conversation/1",
        statements: &[
            "CREATE TABLE state (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE messages (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, role TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL)",
            "CREATE TABLE seen (id TEXT PRIMARY KEY, digest TEXT NOT NULL, reply TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE actions (key TEXT PRIMARY KEY, digest TEXT NOT NULL, reply TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE closings (revision INTEGER PRIMARY KEY, body TEXT NOT NULL, upto INTEGER NOT NULL, closed_wall INTEGER NOT NULL, version INTEGER NOT NULL)",
            "CREATE TABLE happenings (seq INTEGER PRIMARY KEY AUTOINCREMENT, revision INTEGER NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL)",
        ],
    },
    Migration {
        id: "conversation/2",
        statements: &["ALTER TABLE messages ADD COLUMN sent_by TEXT"],
    },
    Migration {
        id: "decisions/1",
        statements: &[
            "CREATE TABLE decisions (seq INTEGER PRIMARY KEY, message_id TEXT NOT NULL, at INTEGER NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, field TEXT)",
        ],
    },
    jobs::MIGRATION,
    Migration {
        id: "deliveries/1",
        statements: &[
            "CREATE TABLE deliveries (seq INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL, part INTEGER NOT NULL, role TEXT NOT NULL, text TEXT, state TEXT NOT NULL, reason TEXT, status INTEGER, attempts INTEGER NOT NULL DEFAULT 0, queued_at INTEGER NOT NULL, at INTEGER NOT NULL, told INTEGER NOT NULL DEFAULT 1)",
        ],
    },
    Migration {
        id: "deliveries/2",
        statements: &[
            // Of what is mailed to somebody who was promised it: their address, and where the message stands.
            "ALTER TABLE deliveries ADD COLUMN channel_id TEXT",
            "ALTER TABLE deliveries ADD COLUMN address TEXT",
            "ALTER TABLE deliveries ADD COLUMN lang TEXT",
            "ALTER TABLE deliveries ADD COLUMN place INTEGER",
        ],
    },
];

/// Everything of a conversation but its words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Where.
    pub workspace: WorkspaceId,
    /// Which.
    pub conversation_id: ConversationId,
    /// Who visits.
    pub visitor_id: VisitorId,
    /// The other system's name for it.
    pub platform_conversation_id: Option<String>,
    /// From where.
    pub platform: Platform,
    /// Who began.
    pub direction: Direction,
    /// Where it stands.
    pub status: Status,
    /// Counts the closings.
    pub revision: u32,
    /// Whether it went from one agent to another.
    pub transferred: bool,
    /// Whether it is a test.
    pub test_mode: bool,
    /// Whether messages carry their own times.
    pub recorded: bool,
    /// Messages so far.
    pub messages: u32,
    /// First instant.
    pub started_at: UnixMillis,
    /// Instant of the newest message.
    pub last_at: UnixMillis,
    /// Last instant, once it has ended.
    pub ended_at: Option<UnixMillis>,
    /// When anything last happened by the clock of the machine.
    pub touched_at: UnixMillis,
    /// Counts the changes that the ledger's list should show.
    pub version: u32,
    /// Whether the words have moved to the ledger.
    pub archived: bool,
    /// What each side has seen.
    #[serde(default)]
    pub read: ReadMarks,
    /// Over which connected channel it is held, if any.
    #[serde(default)]
    pub channel: Option<ChannelId>,
    /// What became of the visitor's messages while no person answered.
    #[serde(default)]
    pub replies: Tally,
    /// When it was opened by the clock of the machine; none where a version of before has opened it.
    #[serde(default)]
    pub opened_at: Option<UnixMillis>,
}

impl Meta {
    /// Where the conversation stands.
    pub fn state(&self) -> ConversationState {
        ConversationState {
            conversation_id: self.conversation_id.clone(),
            status: self.status,
            revision: self.revision,
            messages: self.messages,
            transferred: self.transferred,
        }
    }

    /// As far as this object can tell without the ledger.
    pub fn summary(&self, session: Option<&Session>) -> ConversationSummary {
        ConversationSummary {
            conversation_id: self.conversation_id.clone(),
            platform_conversation_id: self.platform_conversation_id.clone(),
            customer_id: None,
            status: self.status,
            revision: 0,
            direction: self.direction,
            platform: self.platform,
            transferred: self.transferred,
            lang: session.and_then(Session::lang),
            messages: self.messages,
            started_at: self.started_at,
            ended_at: self.ended_at,
            sentiment: None,
            classify_ms: None,
            test_mode: self.test_mode,
        }
    }
}

/// A closing that has not been confirmed by the ledger.
#[derive(Debug, Clone, Deserialize)]
pub struct PendingClosing {
    /// Which.
    pub revision: u32,
    /// [`Closed`] without its messages.
    pub body: String,
    /// How many messages belong to it.
    pub upto: u32,
    /// When it happened by the clock of the machine.
    pub closed_wall: i64,
    /// [`Meta::version`] then.
    pub version: u32,
}

#[derive(Deserialize)]
struct Body {
    body: String,
}

/// A document of the conversation.
pub(super) fn state<T: serde::de::DeserializeOwned>(
    sql: &Sql,
    key: &'static str,
) -> Outcome<Option<T>> {
    sql.first::<Body>("SELECT body FROM state WHERE key = ?", bind![key])?
        .map(|row| from_json(key, &row.body))
        .transpose()
}

/// Stores a document of the conversation.
pub(super) fn put_state<T: Serialize>(sql: &Sql, key: &'static str, value: &T) -> Outcome<()> {
    sql.run(
        "INSERT INTO state (key, body) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET body = excluded.body",
        bind![key, to_json(key, value)?],
    )
}

/// The conversation, if it was ever opened.
///
/// # Errors
/// [`Code::Gone`] when it was erased.
pub fn find_meta(sql: &Sql) -> Outcome<Option<Meta>> {
    if state::<UnixMillis>(sql, "erased")?.is_some() {
        return Err(Error::new(Code::Gone, "this conversation was erased").into());
    }
    state(sql, "meta")
}

/// Notes that the conversation was erased; nothing is opened under its id again.
pub fn put_erased(sql: &Sql, at: UnixMillis) -> Outcome<()> {
    put_state(sql, "erased", &at)
}

/// The conversation.
///
/// # Errors
/// [`Code::NotFound`] when it was never opened.
pub fn meta(sql: &Sql) -> Outcome<Meta> {
    find_meta(sql)?.ok_or_else(|| Error::new(Code::NotFound, "no such conversation").into())
}

/// Stores the conversation.
pub fn put_meta(sql: &Sql, meta: &Meta) -> Outcome<()> {
    put_state(sql, "meta", meta)
}

/// The engine's memory, in whatever version it was written; gone once the conversation is archived.
pub fn session(sql: &Sql) -> Outcome<Session> {
    let row: Option<Body> = sql.first("SELECT body FROM state WHERE key = 'session'", bind![])?;
    Ok(row.map(|row| Session::restore(&row.body)).unwrap_or_default())
}

/// On which side of the comparison the visitor is; none where asking is switched off.
pub fn arm(sql: &Sql) -> Outcome<Option<Arm>> {
    state(sql, "arm")
}

/// Stores on which side of the comparison the visitor is.
pub fn put_arm(sql: &Sql, arm: Arm) -> Outcome<()> {
    put_state(sql, "arm", &arm)
}

/// Notes what was decided on a message. It carries nothing of what was said, so it stays when the
/// words are let go.
pub fn put_decision(sql: &Sql, message: &Message, decision: &Decision) -> Outcome<()> {
    if decision.code.is_empty() {
        return Ok(());
    }
    let field = decision.said().map(|(field, _)| field.as_str());
    sql.run(
        "INSERT INTO decisions (seq, message_id, at, code, reason, field) VALUES (?, ?, ?, ?, ?, ?)",
        bind![
            i64::from(message.seq),
            message.id.as_str(),
            message.at.0,
            decision.code.as_str(),
            decision.reason.as_str(),
            field
        ],
    )
}

/// What was decided, in the order of the messages.
pub fn decisions(sql: &Sql) -> Outcome<Vec<DecisionShown>> {
    sql.rows("SELECT seq, message_id, at, code, reason, field FROM decisions ORDER BY seq", bind![])
}

/// Stores the engine's memory.
pub fn put_session(sql: &Sql, session: &Session) -> Outcome<()> {
    put_state(sql, "session", session)
}

#[derive(Deserialize)]
struct MessageRow {
    id: String,
    seq: u32,
    role: Role,
    text: String,
    at: i64,
    sent_by: Option<String>,
}

/// Messages from `after + 1` (all with none) up to but without `upto`, in order.
pub fn messages(sql: &Sql, after: Option<u32>, upto: u32) -> Outcome<Vec<Message>> {
    let from = after.map_or(0, |seq| i64::from(seq) + 1);
    let rows: Vec<MessageRow> = sql.rows(
        "SELECT id, seq, role, text, at, sent_by FROM messages WHERE seq >= ? AND seq < ? ORDER BY seq",
        bind![from, i64::from(upto)],
    )?;
    let message = |r: MessageRow| Message {
        id: r.id,
        seq: r.seq,
        role: r.role,
        text: r.text,
        at: UnixMillis(r.at),
        by: r.sent_by,
    };
    Ok(rows.into_iter().map(message).collect())
}

/// Markers after the last message of a person of the team, and from a place on, in order.
pub fn unanswered(sql: &Sql, from: u32) -> Outcome<Vec<Marker>> {
    #[derive(Deserialize)]
    struct Row {
        text: String,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT text FROM messages WHERE role = 'system' AND seq > (SELECT coalesce(max(seq), -1) FROM messages WHERE role = 'agent') AND seq >= ? ORDER BY seq",
        bind![i64::from(from)],
    )?;
    Ok(rows.iter().filter_map(|row| Marker::parse(&row.text)).collect())
}

/// How often it was handed over.
pub fn handoffs(sql: &Sql) -> Outcome<u32> {
    let n = sql.count(
        "SELECT count(*) AS n FROM messages WHERE role = 'system' AND text = 'handoff'",
        bind![],
    )?;
    Ok(u32::try_from(n).unwrap_or(u32::MAX))
}

/// Appends a message.
pub fn append(sql: &Sql, message: &Message) -> Outcome<()> {
    sql.run(
        "INSERT INTO messages (seq, id, role, text, at, sent_by) VALUES (?, ?, ?, ?, ?, ?)",
        bind![
            i64::from(message.seq),
            message.id.as_str(),
            message.role.as_str(),
            message.text.as_str(),
            message.at.0,
            message.by.as_deref()
        ],
    )
}

/// The answer that a request got before.
#[derive(Debug, Deserialize)]
pub struct Before {
    /// Digest of the request.
    pub digest: String,
    /// The answer; without content once the conversation is archived.
    pub reply: String,
}

/// Which of the two kinds of remembered requests.
#[derive(Debug, Clone, Copy)]
pub enum Remembered {
    /// Messages by their ids.
    Message,
    /// Actions by their idempotency keys.
    Action,
}

/// What an id or key was answered before.
///
/// # Errors
/// [`Code::IdempotencyConflict`] when it came with another request.
pub fn recall(sql: &Sql, kind: Remembered, key: &str, digest: &str) -> Outcome<Option<Before>> {
    let query = match kind {
        Remembered::Message => "SELECT digest, reply FROM seen WHERE id = ?",
        Remembered::Action => "SELECT digest, reply FROM actions WHERE key = ?",
    };
    let before: Option<Before> = sql.first(query, bind![key])?;
    match before {
        Some(before) if before.digest != digest => Err(Error::new(
            Code::IdempotencyConflict,
            "this id was used for a different request; choose a new one",
        )
        .into()),
        other => Ok(other),
    }
}

/// Remembers an answer.
pub fn remember(sql: &Sql, kind: Remembered, key: &str, digest: &str, reply: &str) -> Outcome<()> {
    let statement = match kind {
        Remembered::Message => "INSERT INTO seen (id, digest, reply) VALUES (?, ?, ?)",
        Remembered::Action => "INSERT INTO actions (key, digest, reply) VALUES (?, ?, ?)",
    };
    sql.run(statement, bind![key, digest, reply])
}

/// Notes a closing that is to be classified.
pub fn put_closing(sql: &Sql, closed: &Closed, meta: &Meta, now: UnixMillis) -> Outcome<()> {
    sql.run(
        "INSERT INTO closings (revision, body, upto, closed_wall, version) VALUES (?, ?, ?, ?, ?)",
        bind![
            i64::from(closed.revision),
            to_json("closing", closed)?,
            i64::from(meta.messages),
            now.0,
            i64::from(meta.version)
        ],
    )
}

/// Closings that the ledger has not confirmed, oldest first.
pub fn closings(sql: &Sql) -> Outcome<Vec<PendingClosing>> {
    sql.rows(
        "SELECT revision, body, upto, closed_wall, version FROM closings ORDER BY revision",
        bind![],
    )
}

/// Notes something that happened after so many closings, to be handed over to the ledger.
pub fn put_happening(sql: &Sql, what: What, at: UnixMillis, revision: u32) -> Outcome<()> {
    sql.run(
        "INSERT INTO happenings (revision, at, what) VALUES (?, ?, ?)",
        bind![i64::from(revision), at.0, to_json("happening", &what)?],
    )
}

/// What happened before a closing (ever, with none) and was not handed over, in order.
pub fn happenings(sql: &Sql, before: Option<u32>, most: u32) -> Outcome<Vec<Happening>> {
    #[derive(Deserialize)]
    struct Row {
        seq: u32,
        at: i64,
        what: String,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT seq, at, what FROM happenings WHERE revision < ? ORDER BY seq LIMIT ?",
        bind![i64::from(before.unwrap_or(u32::MAX)), i64::from(most)],
    )?;
    rows.into_iter()
        .map(|row| {
            let what = from_json("happening", &row.what)?;
            Ok(Happening { seq: row.seq, at: UnixMillis(row.at), what })
        })
        .collect()
}

/// Forgets what was handed over.
pub fn drop_happenings(sql: &Sql, upto: u32) -> Outcome<()> {
    sql.run("DELETE FROM happenings WHERE seq <= ?", bind![i64::from(upto)])
}

/// Forgets a closing that the ledger has.
pub fn drop_closing(sql: &Sql, revision: u32) -> Outcome<()> {
    sql.run("DELETE FROM closings WHERE revision = ?", bind![i64::from(revision)])
}

/// Lets go of all words: they are in the ledger. Ids stay, so that a late repeat is known as one.
pub fn empty(sql: &Sql) -> Outcome<()> {
    sql.run("DELETE FROM messages", bind![])?;
    sql.run(
        "UPDATE seen SET reply = json_set(reply, '$.found', json('[]'), '$.ask', NULL)",
        bind![],
    )?;
    sql.run("DELETE FROM state WHERE key IN ('session', 'proven', 'code')", bind![])
}

/// What the visitor wanted, as far as it was recognised.
pub fn intents(sql: &Sql) -> Outcome<Vec<Intent>> {
    Ok(state(sql, "intents")?.unwrap_or_default())
}

/// Notes what the visitor wanted, unless that is of too many already.
pub fn put_intent(sql: &Sql, intent: Intent) -> Outcome<()> {
    let mut all = intents(sql)?;
    if all.len() >= MAX_INTENTS {
        return Ok(());
    }
    all.push(intent);
    put_state(sql, "intents", &all)
}

/// What has been verified of the visitor.
pub fn proven(sql: &Sql) -> Outcome<Proven> {
    Ok(state(sql, "proven")?.unwrap_or_default())
}

/// Stores what has been verified of the visitor.
pub fn put_proven(sql: &Sql, proven: &Proven) -> Outcome<()> {
    put_state(sql, "proven", proven)
}
