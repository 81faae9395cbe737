//! What was said in conversations that have been closed, kept to be read and to be reopened: sealed with
//! the customer's key.

use super::cx::Cx;
use super::data_keys;
use super::op::{Op, Read, Room};
use crate::bind;
use crate::conversation::calls::Archive;
use crate::fault::{Fault, Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::id::{ConversationId, CustomerId};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[
        Migration {
            id: "archives/1",
            statements: &[
                "CREATE TABLE archives (conversation_id TEXT NOT NULL, part INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (conversation_id, part))",
            ],
        },
        Migration {
            id: "archives/2",
            statements: &[
                // Whose key it is sealed with; none for what was kept before there were keys.
                "ALTER TABLE archives ADD COLUMN sealed_for TEXT",
                "CREATE INDEX archives_sealed_for ON archives (sealed_for)",
            ],
        },
    ],
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
    text(sql, conversation)?.map(|text| from_json("archive", &text)).transpose()
}

/// Whether anything is kept of what was said.
pub fn is_kept(sql: &Sql, conversation: &str) -> Outcome<bool> {
    let parts = "SELECT count(*) AS n FROM archives WHERE conversation_id = ? AND part = 0";
    Ok(sql.count(parts, bind![conversation])? > 0)
}

fn text(sql: &Sql, conversation: &str) -> Outcome<Option<String>> {
    #[derive(Deserialize)]
    struct Part {
        body: String,
        sealed_for: Option<String>,
    }
    let parts: Vec<Part> = sql.rows(
        "SELECT body, sealed_for FROM archives WHERE conversation_id = ? ORDER BY part",
        bind![conversation],
    )?;
    let Some(owner) = parts.first().map(|part| part.sealed_for.clone()) else { return Ok(None) };
    let text: String = parts.into_iter().map(|part| part.body).collect();
    let Some(owner) = owner else { return Ok(Some(text)) };
    let key = data_keys::find(sql, &owner)?.ok_or_else(unreadable)?;
    let bytes = key.open(&purpose(conversation), &text)?;
    Ok(Some(String::from_utf8(bytes).map_err(|_| unreadable())?))
}

/// What a sealed archive is for.
fn purpose(conversation: &str) -> String {
    format!("archive {conversation}")
}

fn unreadable() -> Fault {
    Fault::Unreadable { what: "archive", line: 0, column: 0 }
}

/// Keeps a conversation of a customer in place of what was kept of it before.
pub fn put(
    cx: &Cx,
    conversation: &ConversationId,
    customer: &CustomerId,
    archive: &Archive,
) -> Outcome<()> {
    keep(cx, conversation.as_str(), customer.as_str(), &to_json("archive", archive)?)
}

fn keep(cx: &Cx, id: &str, customer: &str, text: &str) -> Outcome<()> {
    let sealed = data_keys::of(cx.sql, customer)?.seal(customer, &purpose(id), text.as_bytes())?;
    cx.sql.run("DELETE FROM archives WHERE conversation_id = ?", bind![id])?;
    let (mut rest, mut part) = (sealed.as_str(), 0i64);
    while !rest.is_empty() {
        let (head, tail) = rest.split_at(rest.floor_char_boundary(PART_BYTES));
        cx.sql.run(
            "INSERT INTO archives (conversation_id, part, body, sealed_for) VALUES (?, ?, ?, ?)",
            bind![id, part, head, customer],
        )?;
        (rest, part) = (tail, part + 1);
    }
    Ok(())
}

/// Lets go of what was said in a conversation.
pub fn remove(cx: &Cx, conversation: &str) -> Outcome<()> {
    cx.sql.run("DELETE FROM archives WHERE conversation_id = ?", bind![conversation])
}

/// Seals with the keys of their customers what is sealed with the key of another one, which is to go.
pub fn leave(cx: &Cx, former: &str) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Moved {
        id: String,
        customer_id: String,
    }
    let moved: Vec<Moved> = cx.sql.rows(
        "SELECT id, customer_id FROM conversations WHERE customer_id <> ? AND id IN (SELECT conversation_id FROM archives WHERE sealed_for = ?)",
        bind![former, former],
    )?;
    for Moved { id, customer_id } in moved {
        if let Some(text) = text(cx.sql, &id)? {
            keep(cx, &id, &customer_id, &text)?;
        }
    }
    Ok(())
}
