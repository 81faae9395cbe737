//! What each closing of a conversation concluded. The newest counts, older ones are kept (see [`super::answers`] for what
//! counts).

use super::conversations;
use super::cx::Cx;
use super::op::{Op, Read, Room};
use super::record::Record;
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::Migration;
use askwell::api::{ConversationRevisions, Revision};
use askwell::classify::Method;
use askwell::closing::{Conclusion, FieldAnswer};
use askwell::id::ConversationId;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        // Once part of another room, and run under its name.
        id: "record/1",
        statements: &[
            "CREATE TABLE revisions (conversation_id TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL, recorded_at INTEGER NOT NULL, PRIMARY KEY (conversation_id, revision)) WITHOUT ROWID",
        ],
    }],
    ops: &[Op::read::<List>()],
    ..Room::EMPTY
};

/// What is left of a conclusion whose words were let go.
pub const LET_GO: &str = "{}";

/// What all closings of a conversation concluded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List {
    /// Of which.
    pub conversation_id: ConversationId,
}

impl Call for List {
    const NAME: &'static str = "revisions.list";
    type Out = ConversationRevisions;
}

#[derive(Deserialize)]
struct Row {
    revision: u32,
    body: String,
    recorded_at: i64,
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<ConversationRevisions> {
        let id = &self.conversation_id;
        let missing = || Error::new(Code::NotFound, "no such conversation");
        conversations::known(cx.sql, id)?.ok_or_else(missing)?;
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT revision, body, recorded_at FROM revisions WHERE conversation_id = ? ORDER BY revision DESC",
            bind![id.as_str()],
        )?;
        let revisions = rows.into_iter().map(Row::read).collect::<Outcome<_>>()?;
        Ok(ConversationRevisions { revisions })
    }
}

impl Row {
    fn read(self) -> Outcome<Revision> {
        let conclusion = conclusion(&self.body)?;
        Ok(Revision {
            revision: self.revision,
            recorded_at: UnixMillis(self.recorded_at),
            sentiment: conclusion.as_ref().map(|conclusion| conclusion.tone.sentiment),
            answers: conclusion.map(|conclusion| conclusion.answers).unwrap_or_default(),
        })
    }
}

fn conclusion(body: &str) -> Outcome<Option<Conclusion>> {
    (body != LET_GO).then(|| from_json("conclusion", body)).transpose()
}

/// Whether a closing is recorded.
pub fn has(cx: &Cx, conversation: &ConversationId, revision: u32) -> Outcome<bool> {
    let found: Option<serde::de::IgnoredAny> = cx.sql.first(
        "SELECT 1 AS found FROM revisions WHERE conversation_id = ? AND revision = ?",
        bind![conversation.as_str(), i64::from(revision)],
    )?;
    Ok(found.is_some())
}

/// Keeps what a closing concluded.
pub fn put(cx: &Cx, input: &Record) -> Outcome<()> {
    cx.sql.run(
        "INSERT INTO revisions (conversation_id, revision, body, recorded_at) VALUES (?, ?, ?, ?)",
        bind![
            input.closed.conversation_id.as_str(),
            i64::from(input.closed.revision),
            to_json("conclusion", &input.conclusion)?,
            cx.now.0
        ],
    )
}

/// Answers to a closing's questions that came later, as those of a language model do, in place of what was answered meanwhile.
/// A person's answers are about no single closing.
pub fn amend(
    cx: &Cx,
    conversation: &ConversationId,
    revision: u32,
    answers: &[FieldAnswer],
) -> Outcome<()> {
    let mut late = answers.iter().filter(|given| given.answer.method != Method::Human).peekable();
    if late.peek().is_none() {
        return Ok(());
    }
    let at = bind![conversation.as_str(), i64::from(revision)];
    let row: Option<Row> = cx.sql.first(
        "SELECT revision, body, recorded_at FROM revisions WHERE conversation_id = ? AND revision = ?",
        at,
    )?;
    let Some(mut conclusion) = row.map(|row| conclusion(&row.body)).transpose()?.flatten() else {
        return Ok(());
    };
    for answer in late {
        match conclusion.answers.iter_mut().find(|old| old.field_id == answer.field_id) {
            Some(old) => old.clone_from(answer),
            None => conclusion.answers.push(answer.clone()),
        }
    }
    cx.sql.run(
        "UPDATE revisions SET body = ? WHERE conversation_id = ? AND revision = ?",
        bind![to_json("conclusion", &conclusion)?, conversation.as_str(), i64::from(revision)],
    )
}
