//! People of the team.

use super::cx::Cx;
use super::keys::within;
use super::op::{Op, Read, Room, Write};
use super::{leaving, sessions};
use crate::bind;
use crate::fault::{Fault, Outcome};
use crate::rpc::Call;
use crate::sql::Migration;
use askwell::access::{Principal, Role, Scope, Who};
use askwell::api::{Member, MemberPatch, NewMember};
use askwell::customer::normalise_email;
use askwell::id::MemberId;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[
        Migration {
            id: "members/1",
            statements: &[
                "CREATE TABLE members (id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE, role TEXT NOT NULL, key_hash TEXT UNIQUE, created_at INTEGER NOT NULL, last_seen_at INTEGER) WITHOUT ROWID",
            ],
        },
        Migration {
            id: "members/2",
            statements: &[
                // Who did what is told by name also after they have left.
                "CREATE TABLE former_members (id TEXT PRIMARY KEY, name TEXT NOT NULL, left_at INTEGER NOT NULL) WITHOUT ROWID",
            ],
        },
    ],
    ops: &[
        Op::read::<List>(),
        Op::read::<Get>(),
        Op::read::<Find>(),
        Op::write::<Add>(),
        Op::write::<Change>(),
        Op::write::<NewSignInKey>(),
        Op::write::<Remove>(),
    ],
    ..Room::EMPTY
};

/// Most members of a workspace.
const MAX_MEMBERS: u64 = 1_000;

#[derive(Deserialize)]
struct Row {
    id: MemberId,
    name: String,
    email: String,
    role: Role,
    created_at: i64,
    last_seen_at: Option<i64>,
}

const COLUMNS: &str = "id, name, email, role, created_at, last_seen_at";

impl Row {
    fn read(self) -> Member {
        Member {
            member_id: self.id,
            name: self.name,
            email: self.email,
            role: self.role,
            created_at: UnixMillis(self.created_at),
            last_seen_at: self.last_seen_at.map(UnixMillis),
        }
    }
}

fn find(cx: &Cx, id: &MemberId) -> Outcome<Option<Member>> {
    let query = format!("SELECT {COLUMNS} FROM members WHERE id = ?");
    Ok(cx.sql.first::<Row>(&query, bind![id.as_str()])?.map(Row::read))
}

fn good(cx: &Cx, id: &MemberId) -> Outcome<Member> {
    find(cx, id)?.ok_or_else(|| Error::new(Code::NotFound, "no such member").into())
}

/// Who signs in with a key, and when they were last seen.
pub fn by_key(cx: &Cx, hash: &str) -> Outcome<Option<(Principal, Option<i64>)>> {
    let query = format!("SELECT {COLUMNS} FROM members WHERE key_hash = ?");
    let row: Option<Row> = cx.sql.first(&query, bind![hash])?;
    Ok(row.map(|row| {
        let seen = row.last_seen_at;
        let (who, scopes) = (Who::Member(row.id), row.role.scopes());
        (Principal { workspace: cx.workspace.clone(), who, scopes }, seen)
    }))
}

/// What a member may do; none for one who has gone.
pub fn role(cx: &Cx, id: &MemberId) -> Outcome<Option<Role>> {
    Ok(find(cx, id)?.map(|member| member.role))
}

/// Notes that a member is there.
pub fn seen(cx: &Cx, id: &MemberId) -> Outcome<()> {
    cx.sql.run("UPDATE members SET last_seen_at = ? WHERE id = ?", bind![cx.now.0, id.as_str()])
}

/// All of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List;

impl Call for List {
    const NAME: &'static str = "members.list";
    type Out = Vec<Member>;
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<Vec<Member>> {
        let query = format!("SELECT {COLUMNS} FROM members ORDER BY created_at, id");
        Ok(cx.sql.rows::<Row>(&query, bind![])?.into_iter().map(Row::read).collect())
    }
}

/// One of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Who.
    pub member_id: MemberId,
}

impl Call for Get {
    const NAME: &'static str = "members.get";
    type Out = Member;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Member> {
        good(cx, &self.member_id)
    }
}

/// The one with this e-mail; none when nobody has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Find {
    /// However it is written.
    pub email: String,
}

impl Call for Find {
    const NAME: &'static str = "members.find";
    type Out = Option<Member>;
}

impl Read for Find {
    fn run(self, cx: &Cx) -> Outcome<Option<Member>> {
        let query = format!("SELECT {COLUMNS} FROM members WHERE email = ?");
        let row: Option<Row> = cx.sql.first(&query, bind![normalise_email(&self.email)])?;
        Ok(row.map(Row::read))
    }
}

/// A new member.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Add {
    /// Who adds them.
    pub by: Principal,
    /// Who it is.
    pub member: NewMember,
    /// See [`crate::auth::hash`].
    pub key_hash: String,
}

impl Call for Add {
    const NAME: &'static str = "members.add";
    type Out = Member;
}

impl Write for Add {
    fn run(self, cx: &Cx) -> Outcome<Member> {
        let NewMember { name, email, role } = self.member;
        within(&self.by, role.scopes())?;
        let email = normalise_email(&email);
        if cx.sql.count("SELECT count(*) AS n FROM members", bind![])? >= MAX_MEMBERS {
            return Err(Error::new(
                Code::InvalidField,
                "a workspace may have 1,000 members at most; remove one first",
            )
            .into());
        }
        let taken = cx
            .sql
            .count("SELECT count(*) AS n FROM members WHERE email = ?", bind![email.as_str()])?;
        if taken > 0 {
            let detail = "there is a member with this `email`; change that one instead";
            return Err(Error::new(Code::AlreadyExists, detail).into());
        }
        let id = MemberId::derive(&[cx.workspace.as_str().as_bytes(), self.key_hash.as_bytes()]);
        cx.sql.run(
            "INSERT INTO members (id, name, email, role, key_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            bind![id.as_str(), name, email, role.as_str(), self.key_hash, cx.now.0],
        )?;
        good(cx, &id)
    }
}

fn manages(role: Role) -> bool {
    role.scopes().has(Scope::MembersManage)
}

/// Keeps somebody of the team from leaving it without anybody who manages it. Whoever has a key that does, still can.
fn not_the_last(cx: &Cx, by: &Principal, member: &Member) -> Outcome<()> {
    let others = || {
        let all = List.run(cx)?.into_iter();
        Ok::<_, Fault>(
            all.filter(|other| other.member_id != member.member_id && manages(other.role)).count(),
        )
    };
    if matches!(by.who, Who::Member(_)) && manages(member.role) && others()? == 0 {
        let detail = "nobody else manages the team; make somebody else an admin first";
        return Err(Error::new(Code::InvalidField, detail).into());
    }
    Ok(())
}

/// Another name or role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Change {
    /// Who changes it.
    pub by: Principal,
    /// Whose.
    pub member_id: MemberId,
    /// What.
    pub patch: MemberPatch,
}

impl Call for Change {
    const NAME: &'static str = "members.change";
    type Out = Member;
}

impl Write for Change {
    fn run(self, cx: &Cx) -> Outcome<Member> {
        let member = good(cx, &self.member_id)?;
        let role = self.patch.role.unwrap_or(member.role);
        within(&self.by, member.role.scopes())?;
        within(&self.by, role.scopes())?;
        if !manages(role) {
            not_the_last(cx, &self.by, &member)?;
        }
        if !role.scopes().has(Scope::ConversationsWrite) {
            leaving::left(cx, &self.member_id)?;
        }
        let name = self.patch.name.unwrap_or(member.name);
        cx.sql.run(
            "UPDATE members SET name = ?, role = ? WHERE id = ?",
            bind![name, role.as_str(), self.member_id.as_str()],
        )?;
        good(cx, &self.member_id)
    }
}

/// Another key to sign in with: the one before, and the sessions begun with it, are dead at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewSignInKey {
    /// Who gives it.
    pub by: Principal,
    /// To whom.
    pub member_id: MemberId,
    /// See [`crate::auth::hash`].
    pub key_hash: String,
}

impl Call for NewSignInKey {
    const NAME: &'static str = "members.key";
    type Out = Member;
}

impl Write for NewSignInKey {
    fn run(self, cx: &Cx) -> Outcome<Member> {
        let member = good(cx, &self.member_id)?;
        within(&self.by, member.role.scopes())?;
        cx.sql.run(
            "UPDATE members SET key_hash = ? WHERE id = ?",
            bind![self.key_hash, self.member_id.as_str()],
        )?;
        sessions::end_of_member(cx, &self.member_id)?;
        Ok(member)
    }
}

/// Removes a member. Their name is kept beside what they did; visitors whom they had wait for a person again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Remove {
    /// Who removes them.
    pub by: Principal,
    /// Whom.
    pub member_id: MemberId,
}

impl Call for Remove {
    const NAME: &'static str = "members.remove";
    type Out = ();
}

impl Write for Remove {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let member = good(cx, &self.member_id)?;
        within(&self.by, member.role.scopes())?;
        not_the_last(cx, &self.by, &member)?;
        sessions::end_of_member(cx, &self.member_id)?;
        leaving::left(cx, &self.member_id)?;
        cx.sql.run(
            "INSERT OR REPLACE INTO former_members (id, name, left_at) VALUES (?, ?, ?)",
            bind![self.member_id.as_str(), member.name, cx.now.0],
        )?;
        cx.sql.run("DELETE FROM members WHERE id = ?", bind![self.member_id.as_str()])
    }
}
