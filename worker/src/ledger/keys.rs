//! The workspace's keys. Only their SHA-256 is stored.

use super::cx::Cx;
use super::op::{Op, Read, Room};
use super::settings;
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::Migration;
use askwell::access::Scopes;
use askwell::id::KeyId;
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "keys/1",
        statements: &[
            "CREATE TABLE keys (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, prefix TEXT NOT NULL, scopes TEXT NOT NULL, created_at INTEGER NOT NULL, revoked_at INTEGER) WITHOUT ROWID",
        ],
    }],
    ops: &[Op::read::<Find>()],
    ..Room::EMPTY
};

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// On pages: opens conversations from the workspace's origins.
    Site,
    /// On servers: whatever its scopes allow.
    Secret,
}

/// What the ledger knows of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Which.
    pub id: KeyId,
    /// What it is for.
    pub kind: Kind,
    /// What a secret key may do.
    pub scopes: Scopes,
    /// Where a site key may be used.
    pub origins: Vec<String>,
}

/// What a key may do; none for one that there is not, or that was revoked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Find {
    /// See [`crate::auth::hash`].
    pub hash: String,
}

impl Call for Find {
    const NAME: &'static str = "keys.find";
    type Out = Option<Found>;
}

impl Read for Find {
    fn run(self, cx: &Cx) -> Outcome<Option<Found>> {
        #[derive(Deserialize)]
        struct Row {
            id: KeyId,
            kind: Kind,
            scopes: String,
        }
        let row: Option<Row> = cx.sql.first(
            "SELECT id, kind, scopes FROM keys WHERE hash = ? AND revoked_at IS NULL",
            bind![self.hash],
        )?;
        let Some(row) = row else { return Ok(None) };
        let scopes = from_json("scopes", &row.scopes)?;
        let origins = settings::read(cx.sql)?.origins;
        Ok(Some(Found { id: row.id, kind: row.kind, scopes, origins }))
    }
}

/// Adds a key.
pub fn add(cx: &Cx, hash: &str, kind: Kind, prefix: &str, scopes: Scopes) -> Outcome<()> {
    let id = KeyId::derive(&[cx.workspace.as_str().as_bytes(), hash.as_bytes()]);
    let kind = match kind {
        Kind::Site => "site",
        Kind::Secret => "secret",
    };
    cx.sql.run(
        "INSERT INTO keys (id, hash, kind, prefix, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        bind![id.as_str(), hash, kind, prefix, to_json("scopes", &scopes)?, cx.now.0],
    )
}
