//! What visitors said of themselves, as of what each conversation told of it last.

use super::cx::Cx;
use super::op::Room;
use crate::bind;
use crate::fault::Outcome;
use crate::sql::{Migration, Sql, word};
use askwell::customer::{Fact, Facts};
use askwell::detect::Kind;
use askwell::id::ConversationId;
use askwell::time::UnixMillis;
use serde::Deserialize;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "facts/1",
        statements: &[
            "CREATE TABLE facts (conversation_id TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, detector INTEGER NOT NULL, PRIMARY KEY (conversation_id, kind)) WITHOUT ROWID",
        ],
    }],
    ..Room::EMPTY
};

/// The facts of a conversation.
pub fn find(sql: &Sql, conversation: &str) -> Outcome<Facts> {
    #[derive(Deserialize)]
    struct Row {
        kind: String,
        value: String,
        seq: u32,
        at: i64,
        detector: u32,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT kind, value, seq, at, detector FROM facts WHERE conversation_id = ?",
        bind![conversation],
    )?;
    let mut facts = Facts::default();
    for row in rows {
        let kind: Kind = word(row.kind)?;
        *facts.slot(kind) = Some(Fact {
            value: row.value,
            seq: row.seq,
            at: UnixMillis(row.at),
            detector: row.detector,
        });
    }
    Ok(facts)
}

/// Puts the facts of a conversation in place of those that it told before.
pub fn put(cx: &Cx, conversation: &ConversationId, facts: &Facts) -> Outcome<()> {
    let id = conversation.as_str();
    cx.sql.run("DELETE FROM facts WHERE conversation_id = ?", bind![id])?;
    for kind in Kind::ALL {
        if let Some(fact) = facts.get(kind) {
            cx.sql.run(
                "INSERT INTO facts (conversation_id, kind, value, seq, at, detector) VALUES (?, ?, ?, ?, ?, ?)",
                bind![
                    id,
                    kind.as_str(),
                    fact.value.as_str(),
                    i64::from(fact.seq),
                    fact.at.0,
                    i64::from(fact.detector)
                ],
            )?;
        }
    }
    Ok(())
}
