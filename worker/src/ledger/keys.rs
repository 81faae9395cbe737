//! The workspace's keys, and who shows one. Only their SHA-256 is stored, and of a revoked one not
//! even that: its id stands in the place.

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
    ],
    ops: &[
        Op::task::<Identify>(),
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
        let Some((principal, seen)) = ledger.read(|cx| match &self.shown {
            Shown::Key(hash) => by_key(cx, hash),
            Shown::Session(hash) => sessions::find(cx, hash),
        })?
        else {
            return Ok(None);
        };
        let origins = match principal.who {
            Who::Page(_) => ledger.read(|cx| Ok(settings::read(cx.sql)?.origins))?,
            _ => Vec::new(),
        };
        let standing = ledger.limit(&principal, &self.address);
        let who = principal.who.clone();
        let shown = self.shown;
        ledger
            .see(seen, move |cx| {
                if let Shown::Session(hash) = &shown {
                    sessions::seen(cx, hash)?;
                }
                match who {
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

#[derive(Deserialize)]
struct Row {
    id: KeyId,
    kind: KeyKind,
    name: String,
    prefix: String,
    scopes: String,
    created_at: i64,
    created_by: Option<String>,
    last_used_at: Option<i64>,
}

const COLUMNS: &str = "id, kind, name, prefix, scopes, created_at, created_by, last_used_at";

impl Row {
    fn read(self) -> Outcome<KeyShown> {
        Ok(KeyShown {
            key_id: self.id,
            kind: self.kind,
            name: self.name,
            prefix: self.prefix,
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
}

impl Call for Regenerate {
    const NAME: &'static str = "keys.regenerate";
    type Out = KeyShown;
}

impl Write for Regenerate {
    fn run(self, cx: &Cx) -> Outcome<KeyShown> {
        within(&self.by, good(cx, &self.key_id)?.scopes)?;
        cx.sql.run(
            "UPDATE keys SET hash = ?, prefix = ?, created_at = ?, last_used_at = NULL WHERE id = ?",
            bind![self.hash, self.prefix, cx.now.0, self.key_id.as_str()],
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
            "UPDATE keys SET hash = id, revoked_at = ? WHERE id = ?",
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
}

/// Adds a key.
pub fn add(cx: &Cx, new: New, by: Option<&str>) -> Outcome<KeyId> {
    let id = KeyId::derive(&[cx.workspace.as_str().as_bytes(), new.hash.as_bytes()]);
    let kind = match new.kind {
        KeyKind::Site => "site",
        KeyKind::Secret => "secret",
    };
    cx.sql.run(
        "INSERT INTO keys (id, hash, kind, name, prefix, scopes, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        bind![
            id.as_str(),
            new.hash,
            kind,
            new.name,
            new.prefix,
            to_json("scopes", &new.scopes)?,
            cx.now.0,
            by
        ],
    )?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::super::sessions::{self, Begin};
    use super::super::tests::Ledger;
    use super::*;
    use askwell::access::Role;
    use askwell::api::{Member, MemberPatch, NewMember};
    use members::{Add, Change, NewSignInKey, Remove};

    fn by(ledger: &Ledger, scopes: Scopes) -> Principal {
        let workspace = ledger.at(|cx| cx.workspace.clone());
        Principal { workspace, who: Who::Key(KeyId::derive(&[b"maker"])), scopes }
    }

    fn make(ledger: &Ledger, by: Principal, hash: &str, scopes: Scopes) -> Outcome<KeyShown> {
        let (kind, name) = (KeyKind::Secret, "Till".to_owned());
        let prefix = "sk_shop_abcd".to_owned();
        ledger.write(Make { by, name, kind, scopes, hash: hash.to_owned(), prefix })
    }

    fn scopes_of(ledger: &Ledger, hash: &str) -> Option<Scopes> {
        ledger.at(|cx| by_key(cx, hash)).unwrap().map(|(principal, _)| principal.scopes)
    }

    fn scopes_in(ledger: &Ledger, session: &str) -> Option<Scopes> {
        ledger.at(|cx| sessions::find(cx, session)).unwrap().map(|(principal, _)| principal.scopes)
    }

    fn begin(ledger: &Ledger, key: &str, session: &str) {
        let (by, _) = ledger.at(|cx| by_key(cx, key)).unwrap().unwrap();
        ledger.write(Begin { by, hash: session.to_owned(), switched: false }).unwrap();
    }

    fn refusal<T>(outcome: Outcome<T>) -> Code {
        outcome.err().unwrap().public().code
    }

    #[test]
    fn a_key_is_good_until_it_is_regenerated_or_revoked() {
        let ledger = Ledger::new();
        let all = by(&ledger, Scopes::ALL);
        let scopes = Role::Viewer.scopes();
        let key_id = make(&ledger, all.clone(), "h1", scopes).unwrap().key_id;
        assert_eq!(scopes_of(&ledger, "h1"), Some(scopes));
        begin(&ledger, "h1", "s1");
        assert_eq!(scopes_in(&ledger, "s1"), Some(scopes));

        let prefix = "sk_shop_efgh".to_owned();
        let hash = "h2".to_owned();
        let again = Regenerate { by: all.clone(), key_id: key_id.clone(), hash, prefix };
        assert_eq!(ledger.write(again).unwrap().key_id, key_id);
        assert_eq!(scopes_of(&ledger, "h1"), None);
        assert_eq!(scopes_of(&ledger, "h2"), Some(scopes));
        assert_eq!(scopes_in(&ledger, "s1"), None, "its sessions are gone as well");

        begin(&ledger, "h2", "s2");
        ledger.write(Revoke { by: all.clone(), key_id: key_id.clone() }).unwrap();
        assert_eq!(scopes_of(&ledger, "h2"), None);
        assert_eq!(scopes_of(&ledger, key_id.as_str()), None, "what stands in its place is no key");
        assert_eq!(scopes_in(&ledger, "s2"), None);
        assert!(ledger.read(List).iter().all(|key| key.key_id != key_id));
        assert_eq!(refusal(ledger.write(Revoke { by: all, key_id })), Code::NotFound);
    }

    #[test]
    fn nobody_hands_on_or_takes_away_more_than_they_have() {
        let ledger = Ledger::new();
        let clerk = by(&ledger, Scopes::of(&[Scope::KeysManage, Scope::MembersManage]));
        let more = Scopes::of(&[Scope::CustomersRead]);
        assert_eq!(refusal(make(&ledger, clerk.clone(), "h1", more)), Code::Forbidden);
        assert!(make(&ledger, clerk.clone(), "h1", clerk.scopes).is_ok());
        let first = ledger.read(List).into_iter().find(|key| key.scopes == Scopes::ALL).unwrap();
        let key_id = first.key_id;
        let (hash, prefix) = ("h3".to_owned(), "sk".to_owned());
        let again = Regenerate { by: clerk.clone(), key_id: key_id.clone(), hash, prefix };
        assert_eq!(refusal(ledger.write(again)), Code::Forbidden);
        assert_eq!(refusal(ledger.write(Revoke { by: clerk.clone(), key_id })), Code::Forbidden);
        let member = NewMember {
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            role: Role::Viewer,
        };
        let add = Add { by: clerk, member, key_hash: "m1".to_owned() };
        assert_eq!(refusal(ledger.write(add)), Code::Forbidden);
    }

    #[test]
    fn the_last_key_that_manages_keys_stays() {
        let ledger = Ledger::new();
        let all = by(&ledger, Scopes::ALL);
        make(&ledger, all.clone(), "h1", Role::Agent.scopes()).unwrap();
        let first = ledger.read(List).into_iter().find(|key| key.scopes == Scopes::ALL).unwrap();
        let revoke = Revoke { by: all.clone(), key_id: first.key_id };
        assert_eq!(refusal(ledger.write(revoke.clone())), Code::Forbidden);
        make(&ledger, all, "h2", Scopes::of(&[Scope::KeysManage])).unwrap();
        ledger.write(revoke).unwrap();
    }

    #[test]
    fn a_member_may_what_the_role_says_from_the_next_request_on() {
        let ledger = Ledger::new();
        let all = by(&ledger, Scopes::ALL);
        let member = NewMember {
            name: "Ada".to_owned(),
            email: " Ada@Example.com ".to_owned(),
            role: Role::Viewer,
        };
        let add =
            |hash: &str| Add { by: all.clone(), member: member.clone(), key_hash: hash.to_owned() };
        let Member { member_id, email, .. } = ledger.write(add("m1")).unwrap();
        assert_eq!(email, "ada@example.com");
        assert_eq!(refusal(ledger.write(add("m2"))), Code::AlreadyExists);
        begin(&ledger, "m1", "s1");
        assert_eq!(scopes_in(&ledger, "s1"), Some(Role::Viewer.scopes()));
        let patch = MemberPatch { name: None, role: Some(Role::Agent) };
        let change = Change { by: all.clone(), member_id: member_id.clone(), patch };
        assert_eq!(ledger.write(change).unwrap().name, "Ada");
        assert_eq!(scopes_in(&ledger, "s1"), Some(Role::Agent.scopes()));
        let key_hash = "m3".to_owned();
        let give = NewSignInKey { by: all.clone(), member_id: member_id.clone(), key_hash };
        ledger.write(give).unwrap();
        assert_eq!((scopes_in(&ledger, "s1"), scopes_of(&ledger, "m1")), (None, None));
        begin(&ledger, "m3", "s2");
        ledger.write(Remove { by: all, member_id }).unwrap();
        assert_eq!((scopes_in(&ledger, "s2"), scopes_of(&ledger, "m3")), (None, None));
    }

    #[test]
    fn a_session_ends_by_itself() {
        let ledger = Ledger::new();
        make(&ledger, by(&ledger, Scopes::ALL), "h1", Scopes::NONE).unwrap();
        begin(&ledger, "h1", "s1");
        ledger.wait(12 * 60 * 60 * 1000 - 60_000);
        assert!(scopes_in(&ledger, "s1").is_some());
        ledger.at(|cx| sessions::seen(cx, "s1")).unwrap();
        ledger.wait(12 * 60 * 60 * 1000 - 60_000);
        assert!(scopes_in(&ledger, "s1").is_some(), "it was used in between");
        ledger.wait(60_000);
        assert!(scopes_in(&ledger, "s1").is_none());
        begin(&ledger, "h1", "s2");
        for _ in 0..15 {
            ledger.wait(11 * 60 * 60 * 1000);
            ledger.at(|cx| sessions::seen(cx, "s2")).unwrap();
        }
        assert!(scopes_in(&ledger, "s2").is_some());
        ledger.wait(11 * 60 * 60 * 1000);
        assert!(scopes_in(&ledger, "s2").is_none(), "a week is over");
    }
}
