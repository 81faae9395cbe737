//! The daily export: one row a conversation, on the day that it is exported on.

use super::cx::Cx;
use super::op::{Op, Read, Room, Task, Write};
use super::record::Record;
use super::{Workspace, answers, seal, settings};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::Code;
use askwell::api::{ExportDay, ExportRead, Page, PageQuery, SealProblem};
use askwell::export::{self, Bot, Form};
use askwell::id::{CustomerId, WorkspaceId};
use askwell::time::{Day, UnixMillis};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[
        Migration {
            id: "exports/1",
            statements: &[
                "CREATE TABLE export_rows (day TEXT NOT NULL, conversation_id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (day, conversation_id)) WITHOUT ROWID",
                "CREATE TABLE export_days (day TEXT PRIMARY KEY, frozen_at INTEGER NOT NULL, sealed_at INTEGER, sha256 TEXT, bytes INTEGER, conversations INTEGER NOT NULL) WITHOUT ROWID",
            ],
        },
        Migration {
            id: "exports/2",
            statements: &[
                "CREATE INDEX export_rows_by_conversation ON export_rows (conversation_id)",
            ],
        },
        Migration {
            id: "exports/3",
            statements: &[
                // Of the twin, once somebody has asked for it.
                "ALTER TABLE export_days ADD COLUMN ndjson_sha256 TEXT",
                "ALTER TABLE export_days ADD COLUMN ndjson_bytes INTEGER",
                "CREATE TABLE export_reads (seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, day TEXT NOT NULL, what TEXT NOT NULL)",
            ],
        },
        Migration {
            id: "exports/4",
            statements: &[
                // How many rows the days have that are open: of those that are not, it is noted with them.
                "CREATE TABLE export_counts (day TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID",
                "WITH RECURSIVE each (day) AS (
                   SELECT min(day) FROM export_rows
                   UNION ALL SELECT (SELECT min(day) FROM export_rows WHERE day > each.day) FROM each WHERE each.day IS NOT NULL)
                 INSERT INTO export_counts (day, n) SELECT day, (SELECT count(*) FROM export_rows r WHERE r.day = each.day) FROM each WHERE day IS NOT NULL AND day NOT IN (SELECT day FROM export_days)",
                "CREATE TRIGGER export_rows_put AFTER INSERT ON export_rows BEGIN
                   INSERT INTO export_counts (day, n) VALUES (new.day, 1) ON CONFLICT (day) DO UPDATE SET n = n + 1;
                 END",
                "CREATE TRIGGER export_rows_gone AFTER DELETE ON export_rows BEGIN
                   UPDATE export_counts SET n = n - 1 WHERE day = old.day;
                 END",
                "CREATE TABLE export_problems (day TEXT PRIMARY KEY, code TEXT NOT NULL, at INTEGER NOT NULL, attempts INTEGER NOT NULL) WITHOUT ROWID",
            ],
        },
    ],
    ops: &[
        Op::read::<Days>(),
        Op::task::<Seal>(),
        Op::task::<Restore>(),
        Op::write::<NoteRead>(),
        Op::read::<Reads>(),
    ],
    ..Room::EMPTY
};

const DAYS: &str = "SELECT d.day AS day, coalesce(e.conversations, c.n, 0) AS n, e.sealed_at, e.sha256, e.bytes, p.code, p.at, p.attempts
     FROM (SELECT day FROM export_counts UNION SELECT day FROM export_days UNION SELECT day FROM export_problems) d
     LEFT JOIN export_days e ON e.day = d.day LEFT JOIN export_counts c ON c.day = d.day LEFT JOIN export_problems p ON p.day = d.day ORDER BY d.day";

/// The days that the export has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Days;

impl Call for Days {
    const NAME: &'static str = "exports.days";
    type Out = Vec<ExportDay>;
}

impl Read for Days {
    fn run(self, cx: &Cx) -> Outcome<Vec<ExportDay>> {
        #[derive(Deserialize)]
        struct Row {
            day: String,
            n: u64,
            sealed_at: Option<i64>,
            sha256: Option<String>,
            bytes: Option<u64>,
            code: Option<String>,
            at: Option<i64>,
            attempts: Option<u32>,
        }
        let rows: Vec<Row> = cx.sql.rows(DAYS, bind![])?;
        rows.into_iter()
            .map(|row| {
                let problem = row.code.map(|code| SealProblem {
                    code,
                    at: UnixMillis(row.at.unwrap_or_default()),
                    attempts: row.attempts.unwrap_or_default(),
                });
                Ok(ExportDay {
                    day: row.day.parse()?,
                    conversations: row.n,
                    sealed_at: row.sealed_at.map(UnixMillis),
                    sha256: row.sha256,
                    bytes: row.bytes,
                    problem,
                })
            })
            .collect()
    }
}

/// Seals a day, or says how it was sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seal {
    /// Which.
    pub day: Day,
    /// Which of its files is wanted.
    pub form: Form,
}

/// How a day was sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sealed {
    /// Where the file is in R2.
    pub key: String,
    /// SHA-256 in hexadecimal; in quotes, the ETag.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
}

impl Call for Seal {
    const NAME: &'static str = "exports.seal";
    type Out = Sealed;
}

impl Task for Seal {
    async fn run(self, ledger: &Workspace) -> Outcome<Sealed> {
        let settings = ledger.read(|cx| settings::read(cx.sql))?;
        let (state, env) = (&ledger.state, &ledger.env);
        let sealed = seal::seal(state, env, &settings, self.day).await?;
        match self.form {
            Form::Json => Ok(sealed),
            Form::Ndjson => seal::twin(state, env, &settings, self.day).await,
        }
    }
}

/// Makes a file of a sealed day again that is missing from the bucket: the same bytes, from the rows that
/// were frozen with the day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Restore {
    /// Which.
    pub day: Day,
    /// Which of its files.
    pub form: Form,
}

impl Call for Restore {
    const NAME: &'static str = "exports.restore";
    type Out = ();
}

impl Task for Restore {
    async fn run(self, ledger: &Workspace) -> Outcome<()> {
        let settings = ledger.read(|cx| settings::read(cx.sql))?;
        seal::restore(&ledger.state, &ledger.env, &settings, self.day, self.form).await
    }
}

/// Notes that a day could not be sealed.
pub fn put_problem(cx: &Cx, day: Day, code: Code) -> Outcome<()> {
    cx.sql.run(
        // Whoever asked for the day meanwhile may have sealed it.
        "INSERT INTO export_problems (day, code, at, attempts) SELECT ?1, ?2, ?3, 1 WHERE NOT EXISTS (SELECT 1 FROM export_days WHERE day = ?1 AND sealed_at IS NOT NULL)
         ON CONFLICT (day) DO UPDATE SET code = excluded.code, at = excluded.at, attempts = attempts + 1",
        bind![day.to_string(), code.as_str(), cx.now.0],
    )
}

/// Days that could not be sealed so far.
pub fn problems(sql: &Sql) -> Outcome<u64> {
    sql.count("SELECT count(*) AS n FROM export_problems", bind![])
}

/// Where a day's file is in R2.
pub fn key(workspace: &WorkspaceId, day: Day, form: Form) -> String {
    format!("{workspace}/{day}.{}", form.extension())
}

/// Where the manifest of the file at a key is.
pub fn manifest_key(key: &str) -> String {
    key.replace(".json", ".manifest.json")
}

/// Notes that somebody reads a day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoteRead {
    /// The member's or key's id.
    pub by: String,
    /// Which day.
    pub day: Day,
    /// What of it.
    pub what: String,
}

impl Call for NoteRead {
    const NAME: &'static str = "exports.note-read";
    type Out = ();
}

impl Write for NoteRead {
    fn run(self, cx: &Cx) -> Outcome<()> {
        cx.sql.run(
            "INSERT INTO export_reads (at, who, day, what) VALUES (?, ?, ?, ?)",
            bind![cx.now.0, self.by, self.day.to_string(), self.what],
        )
    }
}

/// Who has read what, the latest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reads {
    /// Which.
    pub page: PageQuery,
}

/// The order of the list: the latest first.
const BY_READ: &str = "read";

impl Call for Reads {
    const NAME: &'static str = "exports.reads";
    type Out = Page<ExportRead>;
}

impl Read for Reads {
    fn run(self, cx: &Cx) -> Outcome<Page<ExportRead>> {
        #[derive(Deserialize)]
        struct Row {
            seq: u64,
            at: i64,
            who: String,
            day: Day,
            what: String,
        }
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT seq, at, who, day, what FROM export_reads WHERE seq < ? ORDER BY seq DESC LIMIT ?",
            bind![self.page.before(BY_READ)?, self.page.rows()?],
        )?;
        let read = |row: Row| ExportRead {
            seq: row.seq,
            at: UnixMillis(row.at),
            by: row.who,
            day: row.day,
            what: row.what,
        };
        let items: Vec<ExportRead> = rows.into_iter().map(read).collect();
        let next = self.page.next_by_number(BY_READ, &items, |read| read.seq);
        Ok(Page { items, next })
    }
}

/// Puts a conversation's row on its day. An ending that was recorded after a newer one is put there too, unless that
/// day has the newer one.
pub fn put(cx: &Cx, input: &Record, customer: &CustomerId, newest: bool) -> Outcome<()> {
    let (id, ended_at) = (input.closed.conversation_id.as_str(), input.closed.ended_at);
    let day = open_day(cx.sql, ended_at, cx.now)?;
    if !newest {
        let found: Option<Found> = cx.sql.first(
            "SELECT day, body, 0 AS frozen FROM export_rows WHERE day = ? AND conversation_id = ?",
            bind![day.to_string(), id],
        )?;
        let there = found.map(|found| found.row()).transpose()?;
        if there.is_some_and(|row| row.conversation_end_time.0 >= ended_at) {
            return Ok(());
        }
    }
    let settings = settings::read(cx.sql)?;
    let bot = Bot { id: settings.id.as_str(), name: &settings.name };
    put_row(cx, day, id, &export::row(&input.closed, &input.conclusion, customer, &bot))
}

fn put_row(cx: &Cx, day: Day, conversation: &str, row: &export::Row) -> Outcome<()> {
    cx.sql.run(
        "INSERT INTO export_rows (day, conversation_id, body) VALUES (?, ?, ?)
         ON CONFLICT (day, conversation_id) DO UPDATE SET body = excluded.body",
        bind![day.to_string(), conversation, to_json("export row", row)?],
    )
}

#[derive(Deserialize)]
struct Found {
    day: Day,
    body: String,
    /// Whether its day takes nothing any more.
    frozen: i64,
}

impl Found {
    fn row(&self) -> Outcome<export::Row> {
        from_json("export row", &self.body)
    }
}

/// Puts the answers that stand now into a conversation's rows on days that are open. Where the row of its last ending
/// stands on a day that is not, and has other answers, it stands once more, with these, on the first that is open.
pub fn refresh(cx: &Cx, conversation: &str) -> Outcome<()> {
    // The last ending comes last, so that it stands on a day which it shares with another.
    let rows: Vec<Found> = cx.sql.rows(
        "SELECT day, body, day IN (SELECT day FROM export_days) AS frozen FROM export_rows WHERE conversation_id = ? ORDER BY json_extract(body, '$.conversation_end_time'), day",
        bind![conversation],
    )?;
    let answers = answers::find(cx.sql, conversation)?;
    let last = rows.len().saturating_sub(1);
    for (place, found) in rows.into_iter().enumerate() {
        if found.frozen != 0 && place < last {
            continue;
        }
        let mut row = found.row()?;
        if export::set_answers(&mut row, &answers) {
            put_row(cx, open_day(cx.sql, found.day.start(), cx.now)?, conversation, &row)?;
        }
    }
    Ok(())
}

/// The day that what belongs to an instant is exported on: its own, or, where that is sealed already, the first one
/// from today that is not.
fn open_day(sql: &Sql, at: UnixMillis, now: UnixMillis) -> Outcome<Day> {
    let frozen = |day: Day| -> Outcome<bool> {
        let found: Option<serde::de::IgnoredAny> =
            sql.first("SELECT 1 AS found FROM export_days WHERE day = ?", bind![day.to_string()])?;
        Ok(found.is_some())
    };
    let mut day = at.day();
    if frozen(day)? {
        day = now.day().max(day);
        while frozen(day)? {
            day = day.next();
        }
    }
    Ok(day)
}

#[cfg(test)]
mod tests;
