//! Requests that bear an `Idempotency-Key`: which were made, and what they were answered with.
//!
//! After draft-ietf-httpapi-idempotency-key-header-07. The Worker asks [`Begin`] before it does what a request
//! wants, and says with [`Finish`] what came of it, before the answer leaves. Both are transactions of the single
//! writer, so of any number that come at once one begins.
//!
//! # What is promised
//! Within [`KEEP_MS`] the same key of the same sender is done once at most. That is kept to even where it is
//! inconvenient: what was begun and never finished, because the runtime died or something of ours failed between
//! two stores, may have been done or not, and nobody knows. It is [`Begun::Unknown`] from then on, and never done
//! again under that key; the sender is told to look, which they can and we cannot. (To do it again would double it
//! in silence. To write down what came of it in the same transaction as the work would settle it for work that is
//! one transaction of the ledger, and not for what other objects and other servers have a part in.) As nothing
//! tells a runtime that died from one that is slow, it counts as under way for [`UNDER_WAY_MS`] first. One that
//! is slower than that still finishes, and is known from then on.
//!
//! A refusal has changed nothing, so it is not kept and the key is free again.
//!
//! # What is kept
//! No key and no request, only digests of them. That of the request has the key in it, which whoever reads these
//! rows does not have, so nobody can try out what it was. The answer may hold a name or a note. It stands in a
//! table of its own, until [`KEEP_MS`] is over, [`ANSWERS`] later ones have come, or anybody is erased or any
//! transcript goes: which answer held something of theirs is not known, so all go, and none that is under way
//! then is kept. An answer with a secret in it is never kept. Of these the key stays known: it was done.

use super::Workspace;
use super::cx::Cx;
use super::op::{Op, Room, Write};
use crate::bind;
use crate::config;
use crate::fault::{Outcome, from_json, to_json};
use crate::jobs::{self, Job, Next, Work};
use crate::rpc::Call;
use crate::sql::{Migration, word};
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "idempotency/1",
        statements: &[
            // `kept` is 0 where somebody was erased while it was under way.
            "CREATE TABLE requests (name TEXT PRIMARY KEY, request TEXT NOT NULL, attempt TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL, kept INTEGER NOT NULL DEFAULT 1, subject TEXT) WITHOUT ROWID",
            "CREATE INDEX requests_by_time ON requests (at)",
            "CREATE INDEX requests_begun ON requests (name) WHERE state = 'begun'",
            "CREATE TABLE request_answers (n INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, body TEXT NOT NULL)",
        ],
    }],
    ops: &[Op::write::<Begin>(), Op::write::<Finish>()],
    jobs: &[Job::of::<Sweep>()],
};

/// For how long a key is known: a day.
pub const KEEP_MS: i64 = 24 * 60 * 60 * 1000;
/// For how long what was begun counts as under way. Most requests take less than a second, and what waits for a
/// language model a quarter of this at most.
pub const UNDER_WAY_MS: i64 = 60 * 1000;
/// Longest answer that is kept, in bytes of its body.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// Answers that are kept at once, so that no sender fills the store: 1.3 GB where all are of the longest.
const ANSWERS: i64 = if cfg!(test) { 5 } else { 20_000 };
/// Keys that are let go of in one transaction.
const AT_ONCE: i64 = if cfg!(test) { 3 } else { 1_000 };

/// What a request was answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Those that matter: names and values.
    pub headers: Vec<(String, String)>,
    /// The whole of it.
    pub body: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Begun,
    Done,
    /// What came of it is not known.
    Lost,
}

/// Begins a request, unless it is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Begin {
    /// A digest of the sender and the key.
    pub name: String,
    /// A digest of the whole request and the key.
    pub request: String,
    /// Which one of those that bear this key this is: drawn for it.
    pub attempt: String,
}

/// What is to become of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begun {
    /// It is to be done.
    New,
    /// The key was another request's.
    Other,
    /// It is being done.
    UnderWay,
    /// It may have been done.
    Unknown,
    /// It was done, and answered with this.
    Answered(Answer),
    /// It was done, and its answer is not kept.
    Done {
        /// The id of what it made, where the answer was not kept for the secret in it.
        subject: Option<String>,
    },
}

impl Call for Begin {
    const NAME: &'static str = "idempotency.begin";
    type Out = Begun;
}

#[derive(Deserialize)]
struct Row {
    request: String,
    at: i64,
    state: String,
    subject: Option<String>,
    body: Option<String>,
}

impl Write for Begin {
    fn run(self, cx: &Cx) -> Outcome<Begun> {
        let row: Option<Row> = cx.sql.first(
            "SELECT r.request, r.at, r.state, r.subject, a.body FROM requests r LEFT JOIN request_answers a ON a.name = r.name
             WHERE r.name = ? AND r.at > ?",
            bind![self.name.as_str(), cx.now.0 - KEEP_MS],
        )?;
        if let Some(row) = row {
            return known(cx, &self, row);
        }
        // One that is over and has not been swept yet gives way.
        cx.sql.run("DELETE FROM request_answers WHERE name = ?", bind![self.name.as_str()])?;
        cx.sql.run(
            "INSERT OR REPLACE INTO requests (name, request, attempt, at, state) VALUES (?, ?, ?, ?, 'begun')",
            bind![self.name, self.request, self.attempt, cx.now.0],
        )?;
        jobs::put(cx.sql, Sweep::KIND, "", cx.now.plus(KEEP_MS))?;
        Ok(Begun::New)
    }
}

fn known(cx: &Cx, begin: &Begin, row: Row) -> Outcome<Begun> {
    if row.request != begin.request {
        return Ok(Begun::Other);
    }
    Ok(match (word::<State>(row.state)?, row.body) {
        (State::Begun, _) if row.at > cx.now.0 - UNDER_WAY_MS => Begun::UnderWay,
        (State::Begun | State::Lost, _) => Begun::Unknown,
        (State::Done, Some(body)) => Begun::Answered(from_json("kept answer", &body)?),
        (State::Done, None) => Begun::Done { subject: row.subject },
    })
}

/// Says what came of a request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Finish {
    /// As in [`Begin`].
    pub name: String,
    /// As in [`Begin`]: one that was late, and whose key is another's by now, changes nothing.
    pub attempt: String,
    /// What came of it.
    pub end: End,
}

/// What came of a request.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// It was done.
    Done {
        /// None where it is not to be kept.
        answer: Option<Answer>,
        /// See [`Begun::Done`].
        subject: Option<String>,
    },
    /// It was refused, and nothing was done.
    Refused,
    /// Something failed, and nobody knows how much of it was done.
    Lost,
}

impl Call for Finish {
    const NAME: &'static str = "idempotency.finish";
    type Out = ();
}

impl Write for Finish {
    fn run(self, cx: &Cx) -> Outcome<()> {
        #[derive(Deserialize)]
        struct Kept {
            kept: u8,
        }
        let (name, attempt) = (self.name.as_str(), self.attempt.as_str());
        let own = "name = ? AND attempt = ? AND state = 'begun'";
        let found: Option<Kept> = cx
            .sql
            .first(&format!("SELECT kept FROM requests WHERE {own}"), bind![name, attempt])?;
        let Some(Kept { kept }) = found else { return Ok(()) };
        match self.end {
            End::Refused => {
                cx.sql.run(&format!("DELETE FROM requests WHERE {own}"), bind![name, attempt])
            }
            End::Lost => cx.sql.run(
                &format!("UPDATE requests SET state = 'lost' WHERE {own}"),
                bind![name, attempt],
            ),
            End::Done { answer, subject } => {
                cx.sql.run(
                    &format!("UPDATE requests SET state = 'done', subject = ? WHERE {own}"),
                    bind![subject, name, attempt],
                )?;
                match answer.filter(|answer| kept == 1 && answer.body.len() <= MAX_ANSWER_BYTES) {
                    Some(answer) => keep(cx, name, &answer),
                    None => Ok(()),
                }
            }
        }
    }
}

fn keep(cx: &Cx, name: &str, answer: &Answer) -> Outcome<()> {
    cx.sql.run(
        "INSERT INTO request_answers (name, body) VALUES (?, ?)",
        bind![name, to_json("kept answer", answer)?],
    )?;
    cx.sql.run(
        "DELETE FROM request_answers WHERE n <= (SELECT max(n) FROM request_answers) - ?",
        bind![ANSWERS],
    )
}

/// Takes away all answers that are kept: any may hold something of somebody who goes. In the transaction in which
/// they go.
pub fn forget_answers(cx: &Cx) -> Outcome<()> {
    cx.sql.run("DELETE FROM request_answers", bind![])?;
    cx.sql.run("UPDATE requests SET kept = 0 WHERE state = 'begun' AND kept = 1", bind![])
}

/// Lets go of keys whose day is over, some at a time.
struct Sweep;

impl Work<Workspace> for Sweep {
    const KIND: &'static str = "sweep";

    async fn run(ledger: &Workspace, _: &str) -> Outcome<Next> {
        let more = ledger.write(sweep).await?;
        if more {
            return Ok(Next::At(config::now(&ledger.env)));
        }
        ledger.read(due)
    }
}

fn due(cx: &Cx) -> Outcome<Next> {
    #[derive(Deserialize)]
    struct First {
        at: Option<i64>,
    }
    let first: Option<First> = cx.sql.first("SELECT min(at) AS at FROM requests", bind![])?;
    let at = first.and_then(|first| first.at);
    Ok(at.map_or(Next::Done, |at| Next::At(UnixMillis(at).plus(KEEP_MS))))
}

/// Whether there is more.
fn sweep(cx: &Cx) -> Outcome<bool> {
    #[derive(Deserialize)]
    struct Name {
        name: String,
    }
    let over: Vec<Name> = cx.sql.rows(
        "SELECT name FROM requests WHERE at <= ? ORDER BY at LIMIT ?",
        bind![cx.now.0 - KEEP_MS, AT_ONCE],
    )?;
    for Name { name } in &over {
        cx.sql.run("DELETE FROM request_answers WHERE name = ?", bind![name.as_str()])?;
        cx.sql.run("DELETE FROM requests WHERE name = ?", bind![name.as_str()])?;
    }
    Ok(over.len() as i64 == AT_ONCE)
}

#[cfg(test)]
mod tests;
