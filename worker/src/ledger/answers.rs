//! The answers to the owner's questions, and how often each was given.

use super::cx::Cx;
use super::op::Room;
use crate::bind;
use crate::fault::{Outcome, from_json};
use crate::sql::{Migration, Sql};
use askwell::classify::AnswerState;
use askwell::closing::{Closed, FieldAnswer};
use serde::Deserialize;
use std::collections::BTreeMap;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "answers/1",
        statements: &[
            "CREATE TABLE answers (conversation_id TEXT NOT NULL, field_id TEXT NOT NULL, value TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (conversation_id, field_id)) WITHOUT ROWID",
            "CREATE INDEX answers_by_value ON answers (field_id, value, conversation_id)",
            "CREATE TABLE answer_counts (field_id TEXT NOT NULL, value TEXT NOT NULL, day TEXT NOT NULL, platform TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (field_id, value, day, platform)) WITHOUT ROWID",
        ],
    }],
    ops: &[],
};

/// The answer as it is counted; what is no value stands in brackets.
fn counted(answer: &FieldAnswer) -> String {
    match (&answer.answer.answer, answer.answer.state) {
        (Some(value), AnswerState::Value) => value.clone(),
        (_, state) => format!("({})", state.as_str()),
    }
}

/// The answers of a conversation, in the owner's order.
pub fn find(sql: &Sql, conversation: &str) -> Outcome<Vec<FieldAnswer>> {
    #[derive(Deserialize)]
    struct Row {
        body: String,
    }
    #[derive(Deserialize)]
    struct Body {
        answer: FieldAnswer,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT body FROM answers WHERE conversation_id = ? ORDER BY json_extract(body, '$.position')",
        bind![conversation],
    )?;
    rows.iter().map(|row| Ok(from_json::<Body>("answer", &row.body)?.answer)).collect()
}

/// Puts a closing's answers in place of those of the one before.
pub fn put(cx: &Cx, closed: &Closed, answers: &[FieldAnswer]) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Old {
        field_id: String,
        value: String,
        day: String,
        platform: String,
    }
    let id = closed.conversation_id.as_str();
    let day = closed.ended_at.day().to_string();
    let old: Vec<Old> = cx.sql.rows(
        "SELECT field_id, value, json_extract(body, '$.day') AS day, json_extract(body, '$.platform') AS platform FROM answers WHERE conversation_id = ?",
        bind![id],
    )?;
    for row in old {
        cx.sql.run(
            "UPDATE answer_counts SET n = n - 1 WHERE field_id = ? AND value = ? AND day = ? AND platform = ?",
            bind![row.field_id, row.value, row.day, row.platform],
        )?;
    }
    cx.sql.run("DELETE FROM answers WHERE conversation_id = ?", bind![id])?;
    for (position, answer) in answers.iter().enumerate() {
        let value = counted(answer);
        let body = serde_json::json!({
            "day": day, "platform": closed.platform.as_str(), "position": position, "answer": answer,
        });
        cx.sql.run(
            "INSERT INTO answers (conversation_id, field_id, value, body) VALUES (?, ?, ?, ?)",
            bind![id, answer.field_id.as_str(), value.as_str(), body.to_string()],
        )?;
        cx.sql.run(
            "INSERT INTO answer_counts (field_id, value, day, platform, n) VALUES (?, ?, ?, ?, 1)
             ON CONFLICT (field_id, value, day, platform) DO UPDATE SET n = n + 1",
            bind![answer.field_id.as_str(), value, day.as_str(), closed.platform.as_str()],
        )?;
    }
    Ok(())
}

/// How often each answer was given: by the field's name, then by the answer.
pub fn counts(sql: &Sql) -> Outcome<BTreeMap<String, BTreeMap<String, u64>>> {
    #[derive(Deserialize)]
    struct Row {
        field: String,
        value: String,
        n: u64,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT json_extract(f.body, '$.name') AS field, c.value AS value, sum(c.n) AS n FROM answer_counts c JOIN fields f ON f.id = c.field_id GROUP BY 1, 2 HAVING sum(c.n) > 0",
        bind![],
    )?;
    let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for row in rows {
        counts.entry(row.field).or_default().insert(row.value, row.n);
    }
    Ok(counts)
}
