//! The workspace's keys, and who shows one. Only their SHA-256 is stored, and of a revoked one not
//! even that: its id stands in the place. A site key stands in every page of the site, and is kept whole, so
//! that the tag to put there can be copied.

use super::Workspace;
use super::cx::Cx;
use super::op::{Op, Read, Room, Task, Write};
use super::{members, sessions, settings};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::access::{Principal, Scope, Scopes, Who};
use askwell::api::{KeyKind, KeyShown};
use askwell::id::KeyId;
use askwell::limit::Standing;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[
        Migration {
            id: "keys/1",
            statements: &[
                "CREATE TABLE keys (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, prefix TEXT NOT NULL, scopes TEXT NOT NULL, created_at INTEGER NOT NULL, revoked_at INTEGER) WITHOUT ROWID",
            ],
        },
        Migration {
            id: "keys/2",
            statements: &[
                "ALTER TABLE keys ADD COLUMN name TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE keys ADD COLUMN created_by TEXT",
                "ALTER TABLE keys ADD COLUMN last_used_at INTEGER",
            ],
        },
        Migration {
            id: "keys/3",
            statements: &[
                // Exporting was part of reading: what a key could do it goes on to do.
                "UPDATE keys SET scopes = json_insert(scopes, '$[#]', 'customers:export') WHERE EXISTS (SELECT 1 FROM json_each(scopes) WHERE value = 'customers:read')",
            ],
        },
        Migration { id: "keys/4", statements: &["ALTER TABLE keys ADD COLUMN whole TEXT"] },
    ],
    ops: &[
        Op::task::<Identify>(),
        Op::read::<Stands>(),
        Op::read::<List>(),
        Op::write::<Make>(),
        Op::write::<Regenerate>(),
        Op::write::<Revoke>(),
    ],
    ..Room::EMPTY
};

/// Most keys of a workspace.
const MAX_KEYS: u64 = 100;
/// How exactly it is known when a key was used: a write for every request would be a write too many.
pub const SEEN_EVERY_MS: i64 = 60_000;

/// Who shows a key, a member's sign-in key or a session; counts the request, and takes it from what
/// they may ask for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Identify {
    /// What is shown.
    pub shown: Shown,
    /// From where, for site keys: all visitors of a page show the same.
    pub address: String,
}

/// What somebody shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// The hash of a key of the workspace.
    Key(String),
    /// The hash of a session.
    Session(String),
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Whoever it is.
    pub principal: Principal,
    /// Where a site key may be used.
    pub origins: Vec<String>,
    /// What is left to them.
    pub standing: Standing,
}

impl Call for Identify {
    const NAME: &'static str = "keys.identify";
    type Out = Option<Found>;
}

impl Task for Identify {
    async fn run(self, ledger: &Workspace) -> Outcome<Option<Found>> {
        let Some((principal, seen)) = ledger.read(|cx| who(cx, &self.shown))? else {
            return Ok(None);
        };
        let origins = match principal.who {
            Who::Page(_) => ledger.read(|cx| Ok(settings::read(cx.sql)?.origins))?,
            _ => Vec::new(),
        };
        let standing = ledger.limit(&principal, &self.address);
        let sender = principal.who.clone();
        let shown = self.shown;
        ledger
            .see(seen, move |cx| {
                if let Shown::Session(hash) = &shown {
                    sessions::seen(cx, hash)?;
                }
                match sender {
                    Who::Key(id) | Who::Page(id) => cx.sql.run(
                        "UPDATE keys SET last_used_at = ? WHERE id = ?",
                        bind![cx.now.0, id.as_str()],
                    ),
                    Who::Member(id) => members::seen(cx, &id),
                    Who::Visitor { .. } | Who::System => Ok(()),
                }
            })
            .await?;
        Ok(Some(Found { principal, origins, standing }))
    }
}

/// Who shows something that was good when they came, if it still is. Counts nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stands {
    /// What was shown.
    pub shown: Shown,
}

impl Call for Stands {
    const NAME: &'static str = "keys.stands";
    type Out = Option<Principal>;
}

impl Read for Stands {
    fn run(self, cx: &Cx) -> Outcome<Option<Principal>> {
        Ok(who(cx, &self.shown)?.map(|(principal, _)| principal))
    }
}

/// Who shows something, and when that was last noted.
fn who(cx: &Cx, shown: &Shown) -> Outcome<Option<(Principal, Option<i64>)>> {
    match shown {
        Shown::Key(hash) => by_key(cx, hash),
        Shown::Session(hash) => sessions::find(cx, hash),
    }
}

#[derive(Deserialize)]
struct Row {
    id: KeyId,
    kind: KeyKind,
    name: String,
    prefix: String,
    whole: Option<String>,
    scopes: String,
    created_at: i64,
    created_by: Option<String>,
    last_used_at: Option<i64>,
}

const COLUMNS: &str = "id, kind, name, prefix, whole, scopes, created_at, created_by, last_used_at";

impl Row {
    fn read(self) -> Outcome<KeyShown> {
        Ok(KeyShown {
            key_id: self.id,
            kind: self.kind,
            name: self.name,
            prefix: self.prefix,
            key: self.whole,
            scopes: from_json("scopes", &self.scopes)?,
            created_at: UnixMillis(self.created_at),
            created_by: self.created_by,
            last_used_at: self.last_used_at.map(UnixMillis),
        })
    }
}

/// Who shows a key: a key of the workspace, or a member's own. And when that was last noted.
fn by_key(cx: &Cx, hash: &str) -> Outcome<Option<(Principal, Option<i64>)>> {
    let query = format!("SELECT {COLUMNS} FROM keys WHERE hash = ? AND revoked_at IS NULL");
    let Some(row) = cx.sql.first::<Row>(&query, bind![hash])? else {
        return members::by_key(cx, hash);
    };
    let seen = row.last_used_at;
    let key = row.read()?;
    let who = match key.kind {
        KeyKind::Secret => Who::Key(key.key_id),
        KeyKind::Site => Who::Page(key.key_id),
    };
    Ok(Some((Principal { workspace: cx.workspace.clone(), who, scopes: key.scopes }, seen)))
}

/// What a secret key may do; none when it is not good any more.
pub fn scopes(cx: &Cx, id: &KeyId) -> Outcome<Option<Scopes>> {
    Ok(find(cx.sql, id)?.map(|key| key.scopes))
}

fn find(sql: &Sql, id: &KeyId) -> Outcome<Option<KeyShown>> {
    let query = format!("SELECT {COLUMNS} FROM keys WHERE id = ? AND revoked_at IS NULL");
    sql.first::<Row>(&query, bind![id.as_str()])?.map(Row::read).transpose()
}

fn good(cx: &Cx, id: &KeyId) -> Outcome<KeyShown> {
    find(cx.sql, id)?.ok_or_else(|| Error::new(Code::NotFound, "no such key").into())
}

fn all(sql: &Sql) -> Outcome<Vec<KeyShown>> {
    let query =
        format!("SELECT {COLUMNS} FROM keys WHERE revoked_at IS NULL ORDER BY created_at, id");
    sql.rows::<Row>(&query, bind![])?.into_iter().map(Row::read).collect()
}

/// The keys that are good.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List;

impl Call for List {
    const NAME: &'static str = "keys.list";
    type Out = Vec<KeyShown>;
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<Vec<KeyShown>> {
        all(cx.sql)
    }
}

/// A new key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Make {
    /// Who makes it.
    pub by: Principal,
    /// For people.
    pub name: String,
    /// What it is for.
    pub kind: KeyKind,
    /// What it may do.
    pub scopes: Scopes,
    /// See [`crate::auth::hash`].
    pub hash: String,
    /// Its first characters.
    pub prefix: String,
    /// A site key, whole.
    pub whole: Option<String>,
}

impl Call for Make {
    const NAME: &'static str = "keys.make";
    type Out = KeyShown;
}

impl Write for Make {
    fn run(self, cx: &Cx) -> Outcome<KeyShown> {
        within(&self.by, self.scopes)?;
        let keys =
            cx.sql.count("SELECT count(*) AS n FROM keys WHERE revoked_at IS NULL", bind![])?;
        if keys >= MAX_KEYS {
            return Err(Error::new(
                Code::InvalidField,
                "a workspace may have 100 keys at most; revoke one first",
            )
            .into());
        }
        let new = New {
            name: &self.name,
            kind: self.kind,
            scopes: self.scopes,
            hash: &self.hash,
            prefix: &self.prefix,
            whole: self.whole.as_deref(),
        };
        let id = add(cx, new, self.by.signature())?;
        good(cx, &id)
    }
}

/// Another secret for a key: the one before is dead with the next request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Regenerate {
    /// Who does it.
    pub by: Principal,
    /// Which.
    pub key_id: KeyId,
    /// See [`crate::auth::hash`].
    pub hash: String,
    /// The new one's first characters.
    pub prefix: String,
    /// The new one whole, of a site key.
    pub whole: Option<String>,
}

impl Call for Regenerate {
    const NAME: &'static str = "keys.regenerate";
    type Out = KeyShown;
}

impl Write for Regenerate {
    fn run(self, cx: &Cx) -> Outcome<KeyShown> {
        within(&self.by, good(cx, &self.key_id)?.scopes)?;
        cx.sql.run(
            "UPDATE keys SET hash = ?, prefix = ?, whole = ?, created_at = ?, last_used_at = NULL WHERE id = ?",
            bind![self.hash, self.prefix, self.whole, cx.now.0, self.key_id.as_str()],
        )?;
        sessions::end_of_key(cx, &self.key_id)?;
        good(cx, &self.key_id)
    }
}

/// Ends a key, and the sessions that were begun with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Revoke {
    /// Who does it.
    pub by: Principal,
    /// Which.
    pub key_id: KeyId,
}

impl Call for Revoke {
    const NAME: &'static str = "keys.revoke";
    type Out = ();
}

impl Write for Revoke {
    fn run(self, cx: &Cx) -> Outcome<()> {
        within(&self.by, good(cx, &self.key_id)?.scopes)?;
        let manages = |key: &KeyShown| key.scopes.has(Scope::KeysManage);
        let others = all(cx.sql)?.into_iter().filter(|key| key.key_id != self.key_id);
        if manages(&good(cx, &self.key_id)?) && !others.into_iter().any(|key| manages(&key)) {
            return Err(Error::new(
                Code::Forbidden,
                "this is the last key that manages keys; make another first",
            )
            .into());
        }
        cx.sql.run(
            "UPDATE keys SET hash = id, whole = NULL, revoked_at = ? WHERE id = ?",
            bind![cx.now.0, self.key_id.as_str()],
        )?;
        sessions::end_of_key(cx, &self.key_id)
    }
}

/// Nobody hands on what they may not do themselves.
///
/// # Errors
/// [`Code::Forbidden`].
pub fn within(by: &Principal, scopes: Scopes) -> Outcome<()> {
    if by.scopes.covers(scopes) {
        return Ok(());
    }
    let detail = "this would give, or take away, more than you may do yourself";
    Err(Error::new(Code::Forbidden, detail).into())
}

/// A key that is to be.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// For people.
    pub name: &'a str,
    /// What it is for.
    pub kind: KeyKind,
    /// What it may do.
    pub scopes: Scopes,
    /// See [`crate::auth::hash`].
    pub hash: &'a str,
    /// Its first characters.
    pub prefix: &'a str,
    /// A site key, whole.
    pub whole: Option<&'a str>,
}

/// Adds a key.
pub fn add(cx: &Cx, new: New, by: Option<&str>) -> Outcome<KeyId> {
    let id = KeyId::derive(&[cx.workspace.as_str().as_bytes(), new.hash.as_bytes()]);
    let kind = match new.kind {
        KeyKind::Site => "site",
        KeyKind::Secret => "secret",
    };
    cx.sql.run(
        "INSERT INTO keys (id, hash, kind, name, prefix, whole, scopes, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        bind![
            id.as_str(),
            new.hash,
            kind,
            new.name,
            new.prefix,
            new.whole,
            to_json("scopes", &new.scopes)?,
            cx.now.0,
            by
        ],
    )?;
    Ok(id)
}

#[cfg(test)]
mod tests;
