//! People who are signed in. A session dies by itself, and with the key or member that it is of.

use super::cx::Cx;
use super::op::{Op, Room, Write};
use super::{doings, keys, members};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::Migration;
use askwell::access::{Principal, Who};
use askwell::id::{KeyId, MemberId};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "sessions/1",
        statements: &[
            "CREATE TABLE sessions (hash TEXT PRIMARY KEY, key_id TEXT, member_id TEXT, created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL) WITHOUT ROWID",
        ],
    }],
    ops: &[Op::write::<Begin>(), Op::write::<End>()],
    ..Room::EMPTY
};

/// A session ends after a week, whatever happens in it, and the cookie with it.
pub const LIFE_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// And after twelve hours in which nothing was asked for.
const IDLE_MS: i64 = 12 * 60 * 60 * 1000;

/// Signs somebody in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Begin {
    /// Who showed a key.
    pub by: Principal,
    /// See [`crate::auth::hash`].
    pub hash: String,
    /// Whether they were signed in to another workspace until now.
    pub switched: bool,
}

impl Call for Begin {
    const NAME: &'static str = "sessions.begin";
    type Out = ();
}

impl Write for Begin {
    fn run(self, cx: &Cx) -> Outcome<()> {
        cx.sql.run(
            "DELETE FROM sessions WHERE created_at < ? OR seen_at < ?",
            bind![cx.now.0 - LIFE_MS, cx.now.0 - IDLE_MS],
        )?;
        let (key, member) = match &self.by.who {
            Who::Key(id) => (Some(id.as_str()), None),
            Who::Member(id) => (None, Some(id.as_str())),
            Who::Page(_) | Who::Visitor { .. } | Who::System => return Ok(()),
        };
        cx.sql.run(
            "INSERT INTO sessions (hash, key_id, member_id, created_at, seen_at) VALUES (?, ?, ?, ?, ?)",
            bind![self.hash.as_str(), key, member, cx.now.0, cx.now.0],
        )?;
        doings::signed_in(cx, &self.by, self.switched, &self.hash)
    }
}

/// Signs somebody out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct End {
    /// See [`crate::auth::hash`].
    pub hash: String,
}

impl Call for End {
    const NAME: &'static str = "sessions.end";
    type Out = ();
}

impl Write for End {
    fn run(self, cx: &Cx) -> Outcome<()> {
        cx.sql.run("DELETE FROM sessions WHERE hash = ?", bind![self.hash])
    }
}

/// Whose session it is, and when that was last noted. What they may do is read with every request:
/// another role, or fewer scopes, count at once.
pub fn find(cx: &Cx, hash: &str) -> Outcome<Option<(Principal, Option<i64>)>> {
    #[derive(Deserialize)]
    struct Row {
        key_id: Option<KeyId>,
        member_id: Option<MemberId>,
        seen_at: i64,
    }
    let row: Option<Row> = cx.sql.first(
        "SELECT key_id, member_id, seen_at FROM sessions WHERE hash = ? AND created_at >= ? AND seen_at >= ?",
        bind![hash, cx.now.0 - LIFE_MS, cx.now.0 - IDLE_MS],
    )?;
    let Some(row) = row else { return Ok(None) };
    let found = match (row.key_id, row.member_id) {
        (Some(id), _) => keys::scopes(cx, &id)?.map(|scopes| (Who::Key(id), scopes)),
        (None, Some(id)) => members::role(cx, &id)?.map(|role| (Who::Member(id), role.scopes())),
        (None, None) => None,
    };
    let workspace = cx.workspace.clone();
    Ok(found.map(|(who, scopes)| (Principal { workspace, who, scopes }, Some(row.seen_at))))
}

/// Notes that a session goes on.
pub fn seen(cx: &Cx, hash: &str) -> Outcome<()> {
    cx.sql.run("UPDATE sessions SET seen_at = ? WHERE hash = ?", bind![cx.now.0, hash])
}

/// Ends the sessions that were begun with a key.
pub fn end_of_key(cx: &Cx, id: &KeyId) -> Outcome<()> {
    cx.sql.run("DELETE FROM sessions WHERE key_id = ?", bind![id.as_str()])
}

/// Ends the sessions of a member.
pub fn end_of_member(cx: &Cx, id: &MemberId) -> Outcome<()> {
    cx.sql.run("DELETE FROM sessions WHERE member_id = ?", bind![id.as_str()])
}
