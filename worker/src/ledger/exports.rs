//! The daily export: one row a conversation, on the day that it is exported on.

use super::cx::Cx;
use super::op::{Op, Read, Room, Task, Write};
use super::record::Record;
use super::{Workspace, answers, seal, settings};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::{ExportDay, ExportRead, Page, PageQuery};
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
    ],
    ops: &[
        Op::read::<Days>(),
        Op::task::<Seal>(),
        Op::task::<SealDue>(),
        Op::write::<NoteRead>(),
        Op::read::<Reads>(),
    ],
    ..Room::EMPTY
};

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
        }
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT d.day AS day, (SELECT count(*) FROM export_rows r WHERE r.day = d.day) AS n, e.sealed_at, e.sha256, e.bytes
             FROM (SELECT day FROM export_rows UNION SELECT day FROM export_days) d LEFT JOIN export_days e ON e.day = d.day ORDER BY d.day",
            bind![],
        )?;
        rows.into_iter()
            .map(|row| {
                Ok(ExportDay {
                    day: row.day.parse()?,
                    conversations: row.n,
                    sealed_at: row.sealed_at.map(UnixMillis),
                    sha256: row.sha256,
                    bytes: row.bytes,
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

/// Seals all days that are over and past their grace, and says which.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SealDue;

impl Call for SealDue {
    const NAME: &'static str = "exports.seal-due";
    type Out = Vec<Day>;
}

impl Task for SealDue {
    async fn run(self, ledger: &Workspace) -> Outcome<Vec<Day>> {
        let settings = ledger.read(|cx| settings::read(cx.sql))?;
        let days = ledger.read(|cx| seal::due_days(cx.sql, &ledger.env))?;
        for day in &days {
            seal::seal(&ledger.state, &ledger.env, &settings, *day).await?;
        }
        Ok(days)
    }
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
        let before = self.page.after(BY_READ)?.map_or((1 << 53) - 1, |(seq, _)| seq);
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT seq, at, who, day, what FROM export_reads WHERE seq < ? ORDER BY seq DESC LIMIT ?",
            bind![before, self.page.rows()?],
        )?;
        let read = |row: Row| ExportRead {
            seq: row.seq,
            at: UnixMillis(row.at),
            by: row.who,
            day: row.day,
            what: row.what,
        };
        let items: Vec<ExportRead> = rows.into_iter().map(read).collect();
        let next = self.page.next(BY_READ, &items, |read| {
            (i64::try_from(read.seq).unwrap_or(i64::MAX), read.by.as_str())
        });
        Ok(Page { items, next })
    }
}

/// Puts a conversation's row on its day.
pub fn put(cx: &Cx, input: &Record, customer: &CustomerId) -> Outcome<()> {
    let settings = settings::read(cx.sql)?;
    let bot = Bot { id: settings.id.as_str(), name: &settings.name };
    let row = export::row(&input.closed, &input.conclusion, customer, &bot);
    cx.sql.run(
        "INSERT INTO export_rows (day, conversation_id, body) VALUES (?, ?, ?)
         ON CONFLICT (day, conversation_id) DO UPDATE SET body = excluded.body",
        bind![
            open_day(cx.sql, input.closed.ended_at, cx.now)?.to_string(),
            input.closed.conversation_id.as_str(),
            to_json("export row", &row)?
        ],
    )
}

/// Puts the answers that stand now into a conversation's row, unless its day is sealed.
pub fn refresh(cx: &Cx, conversation: &str) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Found {
        day: String,
        body: String,
    }
    let rows: Vec<Found> = cx.sql.rows(
        "SELECT day, body FROM export_rows WHERE conversation_id = ? AND day NOT IN (SELECT day FROM export_days)",
        bind![conversation],
    )?;
    for Found { day, body } in rows {
        let mut row: export::Row = from_json("export row", &body)?;
        export::set_answers(&mut row, &answers::find(cx.sql, conversation)?);
        cx.sql.run(
            "UPDATE export_rows SET body = ? WHERE day = ? AND conversation_id = ?",
            bind![to_json("export row", &row)?, day, conversation],
        )?;
    }
    Ok(())
}

/// The day that a conversation is exported on: the one it ended on, or, where that is sealed
/// already, the first one from today that is not.
fn open_day(sql: &Sql, ended_at: UnixMillis, now: UnixMillis) -> Outcome<Day> {
    let frozen = |day: Day| -> Outcome<bool> {
        let found: Option<serde::de::IgnoredAny> =
            sql.first("SELECT 1 AS found FROM export_days WHERE day = ?", bind![day.to_string()])?;
        Ok(found.is_some())
    };
    let mut day = ended_at.day();
    if frozen(day)? {
        day = now.day().max(day);
        while frozen(day)? {
            day = day.next();
        }
    }
    Ok(day)
}
