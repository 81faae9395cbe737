//! What was said in conversations that have been closed, kept to be read and to be reopened.

use super::cx::Cx;
use super::op::{Op, Read, Room};
use crate::bind;
use crate::conversation::calls::Archive;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::id::ConversationId;
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "archives/1",
        statements: &[
            "CREATE TABLE archives (conversation_id TEXT NOT NULL, part INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (conversation_id, part))",
        ],
    }],
    ops: &[Op::read::<Get>()],
    ..Room::EMPTY
};

/// Longest part of an archive, in bytes: a row of SQLite here may have 2 MB.
const PART_BYTES: usize = 1024 * 1024;

/// What was kept of a conversation, if anything was.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Which.
    pub conversation_id: ConversationId,
}

impl Call for Get {
    const NAME: &'static str = "archives.get";
    type Out = Option<Archive>;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Option<Archive>> {
        find(cx.sql, self.conversation_id.as_str())
    }
}

/// What was kept of a conversation, if anything was.
pub fn find(sql: &Sql, conversation: &str) -> Outcome<Option<Archive>> {
    #[derive(Deserialize)]
    struct Part {
        body: String,
    }
    let parts: Vec<Part> = sql.rows(
        "SELECT body FROM archives WHERE conversation_id = ? ORDER BY part",
        bind![conversation],
    )?;
    if parts.is_empty() {
        return Ok(None);
    }
    let text: String = parts.into_iter().map(|part| part.body).collect();
    Ok(Some(from_json("archive", &text)?))
}

/// Keeps a conversation in place of what was kept of it before.
pub fn put(cx: &Cx, conversation: &ConversationId, archive: &Archive) -> Outcome<()> {
    let id = conversation.as_str();
    let text = to_json("archive", archive)?;
    cx.sql.run("DELETE FROM archives WHERE conversation_id = ?", bind![id])?;
    let (mut rest, mut part) = (text.as_str(), 0i64);
    while !rest.is_empty() {
        let (head, tail) = rest.split_at(rest.floor_char_boundary(PART_BYTES));
        cx.sql.run(
            "INSERT INTO archives (conversation_id, part, body) VALUES (?, ?, ?)",
            bind![id, part, head],
        )?;
        (rest, part) = (tail, part + 1);
    }
    Ok(())
}
