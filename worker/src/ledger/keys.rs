//! The workspace's keys. Only their SHA-256 is stored.

use super::cx::Cx;
use super::op::{Op, Read, Room};
use super::settings;
use crate::auth::{KeyKind, KeyRecord};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::Migration;
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "keys/1",
        statements: &[
            "CREATE TABLE keys (hash TEXT PRIMARY KEY, kind TEXT NOT NULL, prefix TEXT NOT NULL, created_at INTEGER NOT NULL, revoked_at INTEGER) WITHOUT ROWID",
        ],
    }],
    ops: &[Op::read::<Find>()],
    ..Room::EMPTY
};

/// What a key may do; none for one that there is not, or that was revoked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Find {
    /// See [`crate::auth::key_hash`].
    pub hash: String,
}

impl Call for Find {
    const NAME: &'static str = "keys.find";
    type Out = Option<KeyRecord>;
}

impl Read for Find {
    fn run(self, cx: &Cx) -> Outcome<Option<KeyRecord>> {
        #[derive(Deserialize)]
        struct Row {
            kind: KeyKind,
        }
        let row: Option<Row> = cx.sql.first(
            "SELECT kind FROM keys WHERE hash = ? AND revoked_at IS NULL",
            bind![self.hash],
        )?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(KeyRecord { kind: row.kind, origins: settings::read(cx.sql)?.origins }))
    }
}

/// Adds a key.
pub fn add(cx: &Cx, hash: &str, kind: &str, prefix: &str) -> Outcome<()> {
    cx.sql.run(
        "INSERT INTO keys (hash, kind, prefix, created_at) VALUES (?, ?, ?, ?)",
        bind![hash, kind, prefix, cx.now.0],
    )
}
