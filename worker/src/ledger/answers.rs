//! The answers to the owner's questions, and how often each stands.
//!
//! A question about a conversation may have two answers: what a model says, as of a closing, and what
//! a person of the team says. The person's stands, and what stands is counted, on the day on which
//! the conversation ended. Whatever changes, the counts are moved by the difference, and so are those
//! of each two answers that stand together: a table of two questions over a million conversations is a
//! sum over some thousand rows then, and not a join of two million. What stands is filed once more by what it
//! is, in the order of the list of conversations: see [`filed`].

mod filed;

pub use filed::in_order;
#[cfg(test)]
pub use filed::{Answers, FILE, misfiled};

use super::cx::Cx;
use super::filing::File;
use super::op::{Op, Room, Write};
use super::{conversations, revisions};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::jobs::Job;
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::AnswerFilter;
use askwell::classify::{AnswerState, Method};
use askwell::closing::{Closed, FieldAnswer};
use askwell::id::ConversationId;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use worker::SqlStorageValue;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[
        Migration {
            id: "answers/1",
            statements: &[
                "CREATE TABLE answers (conversation_id TEXT NOT NULL, field_id TEXT NOT NULL, source TEXT NOT NULL, revision INTEGER NOT NULL, field_version INTEGER NOT NULL, value TEXT NOT NULL, body TEXT NOT NULL, day TEXT NOT NULL, platform TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (conversation_id, field_id, source)) WITHOUT ROWID",
                "CREATE INDEX answers_by_value ON answers (field_id, value, conversation_id)",
                // 'human' comes before 'model'.
                "CREATE VIEW standing AS SELECT * FROM answers a WHERE source = (SELECT min(source) FROM answers WHERE conversation_id = a.conversation_id AND field_id = a.field_id)",
                "CREATE TABLE answer_counts (field_id TEXT NOT NULL, value TEXT NOT NULL, day TEXT NOT NULL, platform TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (field_id, value, day, platform)) WITHOUT ROWID",
            ],
        },
        Migration {
            id: "answers/2",
            statements: &[
                // Of two questions the one with the smaller id comes first.
                "CREATE TABLE answer_pairs (one TEXT NOT NULL, other TEXT NOT NULL, day TEXT NOT NULL, platform TEXT NOT NULL, one_value TEXT NOT NULL, other_value TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (one, other, day, platform, one_value, other_value)) WITHOUT ROWID",
                PAIRS,
            ],
        },
        filed::MIGRATION,
    ],
    ops: &[Op::write::<Put>()],
    jobs: &[Job::of::<File<filed::Answers>>()],
};

/// Most answers that one list asks for.
const FILTERS: usize = 10;

/// What a list asks for.
///
/// # Errors
/// [`Code::InvalidField`] for too many.
pub fn checked(filters: &[AnswerFilter]) -> Outcome<&[AnswerFilter]> {
    if filters.len() > FILTERS {
        return Err(Error::new(Code::InvalidField, "`answers` may have 10 entries at most").into());
    }
    Ok(filters)
}

/// Counts all pairs of answers that stand together.
pub const PAIRS: &str = "INSERT INTO answer_pairs (one, other, day, platform, one_value, other_value, n)
    SELECT a.field_id, b.field_id, a.day, a.platform, a.value, b.value, count(*) FROM standing a JOIN standing b ON b.conversation_id = a.conversation_id AND b.field_id > a.field_id GROUP BY 1, 2, 3, 4, 5, 6";

/// Answers that are given after the closing: a model's second opinion, or a person's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Put {
    /// Of which conversation.
    pub conversation_id: ConversationId,
    /// As of which closing. A model's answer about an older one than the newest is not taken.
    pub revision: u32,
    /// Each says by its method who answered.
    pub answers: Vec<FieldAnswer>,
}

impl Call for Put {
    const NAME: &'static str = "answers.put";
    /// Whether they were taken.
    type Out = bool;
}

impl Write for Put {
    fn run(self, cx: &Cx) -> Outcome<bool> {
        let known = conversations::known(cx.sql, &self.conversation_id)?;
        let known = known.ok_or_else(|| Error::new(Code::NotFound, "no such conversation"))?;
        let by_person = |answer: &FieldAnswer| answer.answer.method == Method::Human;
        if self.revision < known.revision && !self.answers.iter().all(by_person) {
            return Ok(false);
        }
        set(cx, &self.conversation_id, self.revision, &self.answers)?;
        Ok(true)
    }
}

/// Sets some answers of a conversation, each the model's or a person's as its method says.
///
/// # Errors
/// [`Code::NotFound`] where the conversation was not classified yet.
pub fn set(
    cx: &Cx,
    conversation: &ConversationId,
    revision: u32,
    answers: &[FieldAnswer],
) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Place {
        ended_at: Option<i64>,
        started_at: i64,
        platform: String,
        day: Option<String>,
    }
    let id = conversation.as_str();
    let place: Option<Place> = cx.sql.first(
        "SELECT ended_at, started_at, platform, (SELECT day FROM answers WHERE conversation_id = ?1 LIMIT 1) AS day FROM conversations WHERE id = ?1 AND revision > 0",
        bind![id],
    )?;
    let place =
        place.ok_or_else(|| Error::new(Code::NotFound, "the conversation is not classified"))?;
    let ended = || UnixMillis(place.ended_at.unwrap_or(place.started_at)).day().to_string();
    let day = place.day.clone().unwrap_or_else(ended);
    revisions::amend(cx, conversation, revision, answers)?;
    change(cx, id, || put_all(cx, id, revision, (&day, &place.platform), answers))
}

/// What the model answered about a conversation.
pub fn of_model(sql: &Sql, conversation: &str) -> Outcome<Vec<FieldAnswer>> {
    #[derive(Deserialize)]
    struct Row {
        body: String,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT body FROM answers WHERE conversation_id = ? AND source = 'model'",
        bind![conversation],
    )?;
    rows.iter().map(|row| from_json("answer", &row.body)).collect()
}

/// Takes a person's answer away.
pub fn withdraw(cx: &Cx, conversation: &ConversationId, field: &str) -> Outcome<()> {
    let id = conversation.as_str();
    change(cx, id, || {
        cx.sql.run(
            "DELETE FROM answers WHERE conversation_id = ? AND field_id = ? AND source = 'human'",
            bind![id, field],
        )
    })
}

/// The answer as it is counted; what is no value stands in brackets.
fn counted(answer: &FieldAnswer) -> String {
    match (&answer.answer.answer, answer.answer.state) {
        (Some(value), AnswerState::Value) => value.clone(),
        (_, state) => format!("({})", state.as_str()),
    }
}

/// The answers of a conversation that stand, in the owner's order.
pub fn find(sql: &Sql, conversation: &str) -> Outcome<Vec<FieldAnswer>> {
    #[derive(Deserialize)]
    struct Row {
        body: String,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT a.body FROM standing a LEFT JOIN fields f ON f.id = a.field_id WHERE a.conversation_id = ? ORDER BY f.enabled DESC, f.position, a.field_id",
        bind![conversation],
    )?;
    rows.iter().map(|row| from_json("answer", &row.body)).collect()
}

/// Puts a closing's answers in place of those of the one before. What a person said stands, and so
/// does what was answered to questions that are put no more.
pub fn put(cx: &Cx, closed: &Closed, answers: &[FieldAnswer]) -> Outcome<()> {
    let id = closed.conversation_id.as_str();
    let day = closed.ended_at.day().to_string();
    let platform = closed.platform.as_str();
    change(cx, id, || {
        cx.sql.run(
            "UPDATE answers SET day = ?, platform = ? WHERE conversation_id = ?",
            bind![day.as_str(), platform, id],
        )?;
        put_all(cx, id, closed.revision, (&day, platform), answers)
    })
}

/// Takes all answers of a conversation away, and out of the counts; how many there were.
pub fn forget(cx: &Cx, conversation: &str) -> Outcome<u64> {
    let all = "SELECT count(*) AS n FROM answers WHERE conversation_id = ?";
    let n = cx.sql.count(all, bind![conversation])?;
    change(cx, conversation, || {
        cx.sql.run("DELETE FROM answers WHERE conversation_id = ?", bind![conversation])
    })?;
    Ok(n)
}

fn put_all(
    cx: &Cx,
    conversation: &str,
    revision: u32,
    (day, platform): (&str, &str),
    answers: &[FieldAnswer],
) -> Outcome<()> {
    let row = |answer: &FieldAnswer| -> Outcome<_> {
        let source = if answer.answer.method == Method::Human { "human" } else { "model" };
        let body = to_json("answer", answer)?;
        Ok((answer.field_id.clone(), source, answer.field_version, counted(answer), body))
    };
    let rows = answers.iter().map(row).collect::<Outcome<Vec<_>>>()?;
    cx.sql.run(
        "INSERT INTO answers (conversation_id, field_id, source, revision, field_version, value, body, day, platform, at)
         SELECT ?2, value ->> 0, value ->> 1, ?3, value ->> 2, value ->> 3, value ->> 4, ?4, ?5, ?6 FROM json_each(?1) WHERE true
         ON CONFLICT (conversation_id, field_id, source) DO UPDATE SET revision = excluded.revision, field_version = excluded.field_version, value = excluded.value, body = excluded.body, at = excluded.at",
        bind![to_json("answers", &rows)?, conversation, i64::from(revision), day, platform, cx.now.0],
    )
}

/// An answer that stands, as it is counted and found.
#[derive(PartialEq, Deserialize)]
struct Standing {
    field_id: String,
    value: String,
    day: String,
    platform: String,
}

/// Changes a conversation's answers, and moves the counts, and that by which it is found, by what that
/// makes different: each with one statement for all answers.
///
/// What a test was answered is kept with it, and neither counted nor filed: a report would show what no customer said.
fn change(cx: &Cx, conversation: &str, work: impl FnOnce() -> Outcome<()>) -> Outcome<()> {
    if conversations::is_test(cx.sql, conversation)? {
        return work();
    }
    let standing = || -> Outcome<Vec<Standing>> {
        cx.sql.rows(
            "SELECT field_id, value, day, platform FROM standing WHERE conversation_id = ?",
            bind![conversation],
        )
    };
    let before = standing()?;
    work()?;
    let after = standing()?;
    let gone: Vec<&Standing> = before.iter().filter(|old| !after.contains(old)).collect();
    let new: Vec<&Standing> = after.iter().filter(|new| !before.contains(new)).collect();
    if gone.is_empty() && new.is_empty() {
        return Ok(());
    }
    let moved = |all: &[&Standing], query: &str, by: SqlStorageValue| {
        let rows: Vec<[&str; 4]> =
            all.iter().map(|at| [&*at.field_id, &*at.value, &*at.day, &*at.platform]).collect();
        if rows.is_empty() {
            return Ok(());
        }
        cx.sql.run(query, vec![to_json("answers", &rows)?.into(), by])
    };
    moved(&before.iter().collect::<Vec<_>>(), COUNT_PAIRS, (-1i64).into())?;
    moved(&gone, COUNT, (-1i64).into())?;
    moved(&gone, filed::LOSE, conversation.into())?;
    moved(&after.iter().collect::<Vec<_>>(), COUNT_PAIRS, 1i64.into())?;
    moved(&new, COUNT, 1i64.into())?;
    moved(&new, filed::PUT, conversation.into())
}

/// What these bind is a list of answers, each with its field, value, day and platform; and by how much
/// they are counted, or which conversation it is.
const COUNT: &str = "INSERT INTO answer_counts (field_id, value, day, platform, n)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, ?2 FROM json_each(?1) WHERE true
    ON CONFLICT DO UPDATE SET n = n + excluded.n";
const COUNT_PAIRS: &str = "WITH given (field, value, day, platform) AS MATERIALIZED (SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?1))
    INSERT INTO answer_pairs (one, other, day, platform, one_value, other_value, n)
    SELECT a.field, b.field, a.day, a.platform, a.value, b.value, ?2 FROM given a JOIN given b ON b.field > a.field WHERE true
    ON CONFLICT DO UPDATE SET n = n + excluded.n";

/// How often each answer stands, of the questions that are put: by the field's name, then by the answer.
pub fn counts(sql: &Sql) -> Outcome<BTreeMap<String, BTreeMap<String, u64>>> {
    #[derive(Deserialize)]
    struct Row {
        field: String,
        value: String,
        n: u64,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT json_extract(v.body, '$.name') AS field, c.value AS value, sum(c.n) AS n FROM (SELECT field_id, value, sum(n) AS n FROM answer_counts GROUP BY 1, 2) c JOIN fields f ON f.id = c.field_id AND f.enabled = 1 JOIN field_versions v ON v.field_id = f.id AND v.version = (SELECT max(version) FROM field_versions WHERE field_id = f.id) GROUP BY 1, 2 HAVING sum(c.n) > 0",
        bind![],
    )?;
    let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for row in rows {
        counts.entry(row.field).or_default().insert(row.value, row.n);
    }
    Ok(counts)
}
