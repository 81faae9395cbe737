//! The list of conversations: what live ones tell of themselves, and what their closings add.

mod filed;
mod list;

#[cfg(test)]
pub use filed::Traits;
pub use list::{List, Wanted, answered, page};

use super::cx::Cx;
use super::filing::File;
use super::op::{Op, Read, Room, Write};
use super::record::Record;
use super::{answers, archives, customers, facts, identity};
use crate::bind;
use crate::fault::Outcome;
use crate::jobs::Job;
use crate::rpc::Call;
use crate::sql::{Migration, Sql, word};
use askwell::api::{ConversationDetail, ConversationSummary};
use askwell::customer::{Facts, Proven};
use askwell::id::{ConversationId, CustomerId, VisitorId};
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[
        Migration {
            id: "conversations/1",
            statements: &[
                "CREATE TABLE conversations (id TEXT PRIMARY KEY, platform_conversation_id TEXT, customer_id TEXT, visitor_id TEXT, status TEXT NOT NULL, revision INTEGER NOT NULL, direction TEXT NOT NULL, platform TEXT NOT NULL, transferred INTEGER NOT NULL, lang TEXT, messages INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER, sentiment TEXT, classify_ms INTEGER, told INTEGER NOT NULL) WITHOUT ROWID",
                "CREATE INDEX conversations_by_start ON conversations (started_at, id)",
                "CREATE INDEX conversations_by_customer ON conversations (customer_id, started_at)",
            ],
        },
        list::MIGRATION,
        Migration {
            id: "conversations/3",
            statements: &[
                // Those of a visitor that no customer is known of yet. Not an index of the table, which would have
                // to read all of it first: those of before come in with what they tell next.
                "CREATE TABLE unowned (visitor_id TEXT NOT NULL, conversation_id TEXT NOT NULL, PRIMARY KEY (visitor_id, conversation_id)) WITHOUT ROWID",
                "CREATE TRIGGER unowned_put AFTER INSERT ON conversations WHEN new.customer_id IS NULL AND new.visitor_id IS NOT NULL BEGIN
                   INSERT OR IGNORE INTO unowned (visitor_id, conversation_id) VALUES (new.visitor_id, new.id);
                 END",
                "CREATE TRIGGER unowned_changed AFTER UPDATE OF customer_id, visitor_id ON conversations WHEN (new.customer_id, new.visitor_id) IS NOT (old.customer_id, old.visitor_id) AND (new.customer_id IS NULL OR old.customer_id IS NULL) BEGIN
                   DELETE FROM unowned WHERE visitor_id = old.visitor_id AND conversation_id = old.id;
                   INSERT OR IGNORE INTO unowned (visitor_id, conversation_id) SELECT new.visitor_id, new.id WHERE new.customer_id IS NULL AND new.visitor_id IS NOT NULL;
                 END",
                "CREATE TRIGGER unowned_gone AFTER DELETE ON conversations WHEN old.customer_id IS NULL AND old.visitor_id IS NOT NULL BEGIN
                   DELETE FROM unowned WHERE visitor_id = old.visitor_id AND conversation_id = old.id;
                 END",
            ],
        },
        Migration {
            id: "conversations/4",
            statements: &[
                // Up to where it has told of its visitor; when anything was last said in it.
                "ALTER TABLE conversations ADD COLUMN claimed INTEGER NOT NULL DEFAULT 0",
                "ALTER TABLE conversations ADD COLUMN last_at INTEGER",
            ],
        },
        filed::MIGRATION,
        Migration {
            id: "conversations/7",
            statements: &[
                // Those of before count as they did: nobody has kept which of them were tests.
                "ALTER TABLE conversations ADD COLUMN test_mode INTEGER NOT NULL DEFAULT 0",
                "CREATE INDEX conversations_tests ON conversations (started_at, id) WHERE test_mode = 1",
            ],
        },
    ],
    ops: &[Op::read::<Get>(), Op::read::<List>(), Op::write::<Register>()],
    jobs: &[Job::of::<File<filed::Traits>>()],
};

/// One conversation with all that is known of it; its transcript as of the newest closing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Which.
    pub conversation_id: ConversationId,
}

impl Call for Get {
    const NAME: &'static str = "conversations.get";
    type Out = Option<ConversationDetail>;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Option<ConversationDetail>> {
        detail(cx.sql, &self.conversation_id)
    }
}

/// A conversation under the customer that it is shown with.
const SHOWN: &str = "SELECT c.*, coalesce(h.root, c.customer_id) AS shown FROM conversations c LEFT JOIN customers h ON h.id = c.customer_id";

/// What the list has of a conversation.
pub fn summary(sql: &Sql, id: &ConversationId) -> Outcome<Option<ConversationSummary>> {
    let row: Option<Row> = sql.first(&format!("{SHOWN} WHERE c.id = ?"), bind![id.as_str()])?;
    row.map(Row::read).transpose()
}

/// One conversation with all that is known of it.
pub fn detail(sql: &Sql, conversation: &ConversationId) -> Outcome<Option<ConversationDetail>> {
    let Some(summary) = summary(sql, conversation)? else { return Ok(None) };
    let id = conversation.as_str();
    Ok(Some(ConversationDetail {
        summary,
        transcript: archives::find(sql, id)?.map(|a| a.messages).unwrap_or_default(),
        facts: facts::find(sql, id)?,
        proven: identity::find(sql, id)?,
        answers: answers::find(sql, id)?,
    }))
}

/// A conversation tells how it stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Register {
    /// As far as its object knows.
    pub summary: ConversationSummary,
    /// Counts what it tells; what comes late changes nothing.
    pub version: u32,
    /// Who visits; a version of before does not tell.
    #[serde(default)]
    pub visitor_id: Option<VisitorId>,
    /// When it was opened by the clock of the machine, where that is not when it began.
    #[serde(default)]
    pub opened_at: Option<UnixMillis>,
    /// When anything was last said in it, by its own count; a version of before does not tell.
    #[serde(default)]
    pub last_at: Option<UnixMillis>,
    /// What is known of the visitor; none where a version of before does not tell, and once a closing has told it.
    #[serde(default)]
    pub said: Option<Said>,
}

/// What a conversation tells of its visitor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// What they said of themselves.
    pub facts: Facts,
    /// What has been verified of them.
    pub proven: Proven,
}

impl Call for Register {
    const NAME: &'static str = "conversations.register";
    type Out = ();
}

impl Write for Register {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let summary = self.summary;
        let heard = customers::Heard {
            conversation_id: &summary.conversation_id,
            visitor_id: self.visitor_id.as_ref(),
            opened_at: self.opened_at.unwrap_or(summary.started_at),
        };
        if customers::drop_late(cx, heard)? {
            return Ok(());
        }
        cx.sql.run(
            "INSERT INTO conversations (id, platform_conversation_id, visitor_id, status, revision, direction, platform, transferred, lang, messages, started_at, ended_at, last_at, told, test_mode)
             VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET visitor_id = coalesce(visitor_id, excluded.visitor_id), status = excluded.status, transferred = excluded.transferred, lang = coalesce(excluded.lang, lang), messages = max(messages, excluded.messages), ended_at = iif(excluded.ended_at IS NULL, NULL, ended_at), last_at = coalesce(excluded.last_at, last_at), told = excluded.told
             WHERE excluded.told > told",
            bind![
                summary.conversation_id.as_str(),
                summary.platform_conversation_id,
                self.visitor_id.as_ref().map(VisitorId::as_str),
                summary.status.as_str(),
                summary.direction.as_str(),
                summary.platform.as_str(),
                i64::from(summary.transferred),
                summary.lang.map(|lang| lang.code()),
                i64::from(summary.messages),
                summary.started_at.0,
                summary.ended_at.map(|at| at.0),
                self.last_at.map(|at| at.0),
                i64::from(self.version),
                i64::from(summary.test_mode)
            ],
        )?;
        let (Some(visitor_id), Some(Said { facts, proven })) = (&self.visitor_id, &self.said)
        else {
            return Ok(());
        };
        let conversation_id = &summary.conversation_id;
        let claim = customers::Claim { conversation_id, visitor_id, facts, proven };
        customers::tell(cx, &claim, self.version)
    }
}

#[derive(Deserialize)]
struct Row {
    id: String,
    platform_conversation_id: Option<String>,
    shown: Option<String>,
    status: String,
    revision: u32,
    direction: String,
    platform: String,
    transferred: i64,
    lang: Option<String>,
    messages: u32,
    started_at: i64,
    ended_at: Option<i64>,
    sentiment: Option<String>,
    classify_ms: Option<i64>,
    test_mode: i64,
}

impl Row {
    fn read(self) -> Outcome<ConversationSummary> {
        Ok(ConversationSummary {
            conversation_id: self.id.parse()?,
            platform_conversation_id: self.platform_conversation_id,
            customer_id: self.shown.map(|id| id.parse()).transpose()?,
            status: word(self.status)?,
            revision: self.revision,
            direction: word(self.direction)?,
            platform: word(self.platform)?,
            transferred: self.transferred != 0,
            lang: self.lang.map(word).transpose()?,
            messages: self.messages,
            started_at: UnixMillis(self.started_at),
            ended_at: self.ended_at.map(UnixMillis),
            sentiment: self.sentiment.map(word).transpose()?,
            classify_ms: self.classify_ms,
            test_mode: self.test_mode != 0,
        })
    }
}

/// What the ledger knows of a conversation.
#[derive(Debug)]
pub struct Known {
    /// Its newest recorded closing; 0 before the first.
    pub revision: u32,
    /// Whose it is; before the first closing, as far as it has told.
    pub customer: Option<CustomerId>,
    /// Up to where it has told of its visitor.
    pub claimed: u32,
}

impl Known {
    /// Whose it is, once a closing has settled that: in events nobody is taken for somebody else for a while.
    pub fn settled(self) -> Option<CustomerId> {
        self.customer.filter(|_| self.revision > 0)
    }
}

/// What is known of a conversation, if anything is.
pub fn known(sql: &Sql, id: &ConversationId) -> Outcome<Option<Known>> {
    #[derive(Deserialize)]
    struct Row {
        revision: u32,
        customer_id: Option<String>,
        claimed: u32,
    }
    let row: Option<Row> = sql.first(
        "SELECT revision, customer_id, claimed FROM conversations WHERE id = ?",
        bind![id.as_str()],
    )?;
    Ok(row.map(|row| Known {
        revision: row.revision,
        customer: row.customer_id.and_then(|id| id.parse().ok()),
        claimed: row.claimed,
    }))
}

/// Notes up to where a conversation has told of its visitor.
pub fn put_claimed(cx: &Cx, id: &ConversationId, version: u32) -> Outcome<()> {
    let note = "UPDATE conversations SET claimed = ? WHERE id = ?";
    cx.sql.run(note, bind![i64::from(version), id.as_str()])
}

/// Puts a conversation under a profile, or under none.
pub fn put_customer(cx: &Cx, id: &ConversationId, customer: Option<&CustomerId>) -> Outcome<()> {
    let put = "UPDATE conversations SET customer_id = ? WHERE id = ?";
    cx.sql.run(put, bind![customer.map(CustomerId::as_str), id.as_str()])
}

/// Puts what a closing tells of a conversation. Where the conversation has told more of itself
/// meanwhile, because it goes on, that stands.
pub fn put(cx: &Cx, input: &Record, customer: &CustomerId) -> Outcome<()> {
    let closed = &input.closed;
    let ended_at = closed.status.is_terminal().then_some(closed.ended_at.0);
    cx.sql.run(
        "INSERT INTO conversations (id, platform_conversation_id, customer_id, visitor_id, status, revision, direction, platform, transferred, lang, messages, started_at, ended_at, sentiment, classify_ms, told, claimed, last_at, test_mode)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?17, ?17, ?16, ?18)
         ON CONFLICT (id) DO UPDATE SET customer_id = excluded.customer_id, visitor_id = excluded.visitor_id, revision = excluded.revision, lang = excluded.lang, started_at = excluded.started_at, sentiment = excluded.sentiment, classify_ms = excluded.classify_ms,
             status = iif(excluded.told >= told, excluded.status, status),
             transferred = iif(excluded.told >= told, excluded.transferred, transferred),
             messages = max(messages, excluded.messages),
             ended_at = iif(excluded.told >= told, excluded.ended_at, ended_at),
             told = max(told, excluded.told),
             claimed = max(claimed, excluded.claimed),
             last_at = max(coalesce(last_at, excluded.last_at), excluded.last_at)",
        bind![
            closed.conversation_id.as_str(),
            closed.platform_conversation_id.clone(),
            customer.as_str(),
            closed.visitor_id.as_str(),
            closed.status.as_str(),
            i64::from(closed.revision),
            closed.direction.as_str(),
            closed.platform.as_str(),
            i64::from(closed.transferred),
            closed.lang.map(|lang| lang.code()),
            i64::try_from(closed.messages.len()).unwrap_or(i64::MAX),
            closed.started_at.0,
            ended_at,
            input.conclusion.tone.sentiment.as_str(),
            cx.now.0.saturating_sub(input.closed_wall.0).max(0),
            closed.ended_at.0,
            i64::from(input.version),
            i64::from(closed.test_mode)
        ],
    )
}

/// How many there are.
#[derive(Debug)]
pub struct Counts {
    /// All.
    pub all: u64,
    /// Ended, and classified.
    pub classified: u64,
    /// Under way.
    pub open: u64,
}

/// Counts the conversations.
pub fn counts(sql: &Sql) -> Outcome<Counts> {
    #[derive(Deserialize)]
    struct Row {
        open: u8,
        classified: u8,
        n: u64,
    }
    let rows: Vec<Row> =
        sql.rows("SELECT open, classified, n FROM conversation_counts", bind![])?;
    let sum = |which: fn(&Row) -> bool| rows.iter().filter(|row| which(row)).map(|row| row.n).sum();
    Ok(Counts {
        all: sum(|_| true),
        classified: sum(|row| row.classified == 1),
        open: sum(|row| row.open == 1),
    })
}

/// Whether it was opened as a test.
pub fn is_test(sql: &Sql, conversation: &str) -> Outcome<bool> {
    let tests = "SELECT count(*) AS n FROM conversations WHERE id = ? AND test_mode = 1";
    Ok(sql.count(tests, bind![conversation])? > 0)
}

/// Whose conversation it is; none when that is not known yet.
pub fn owner(sql: &Sql, conversation: &str) -> Outcome<Option<String>> {
    #[derive(Deserialize)]
    struct Row {
        customer_id: Option<String>,
    }
    let row: Option<Row> =
        sql.first("SELECT customer_id FROM conversations WHERE id = ?", bind![conversation])?;
    Ok(row.and_then(|row| row.customer_id))
}
