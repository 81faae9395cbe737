//! What queues gave up on.

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::DeadLetter;
use askwell::id;
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "dead/1",
        statements: &[
            "CREATE TABLE dead_letters (id TEXT PRIMARY KEY, queue TEXT NOT NULL, subject TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID",
        ],
    }],
    ops: &[Op::write::<Note>(), Op::read::<List>()],
    ..Room::EMPTY
};

/// Dead letters that are listed.
const SHOWN_MOST: i64 = 500;

/// Notes that a queue gave up on something.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Note {
    /// Which queue.
    pub queue: String,
    /// Which closing, or which lane of events for which webhook.
    pub subject: String,
}

impl Call for Note {
    const NAME: &'static str = "dead.note";
    type Out = ();
}

impl Write for Note {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let id = id::digest(&[self.queue.as_bytes(), self.subject.as_bytes()]);
        cx.sql.run(
            "INSERT OR IGNORE INTO dead_letters (id, queue, subject, at) VALUES (?, ?, ?, ?)",
            bind![id, self.queue, self.subject, cx.now.0],
        )
    }
}

/// What there is, the latest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List;

impl Call for List {
    const NAME: &'static str = "dead.list";
    type Out = Vec<DeadLetter>;
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<Vec<DeadLetter>> {
        #[derive(Deserialize)]
        struct Row {
            queue: String,
            subject: String,
            at: i64,
        }
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT queue, subject, at FROM dead_letters ORDER BY at DESC, id LIMIT ?",
            bind![SHOWN_MOST],
        )?;
        let read = |row: Row| DeadLetter {
            queue: row.queue,
            subject: row.subject,
            at: UnixMillis(row.at),
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

/// How many there are.
pub fn count(sql: &Sql) -> Outcome<u64> {
    sql.count("SELECT count(*) AS n FROM dead_letters", bind![])
}
