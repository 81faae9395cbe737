//! Phone calls that an outside operator tells of: what their conversations do not know.

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::conversation::Platform;
use askwell::id::{ChannelId, ConversationId};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "calls/1",
        statements: &[
            "CREATE TABLE calls (conversation_id TEXT PRIMARY KEY, channel_id TEXT NOT NULL, reference TEXT NOT NULL, dials INTEGER NOT NULL DEFAULT 0, dialled_at INTEGER, answered_at INTEGER) WITHOUT ROWID",
        ],
    }],
    ops: &[Op::write::<Note>(), Op::read::<Get>()],
    ..Room::EMPTY
};

/// What the ledger knows of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The operator's name for it.
    pub reference: String,
    /// How often it was dialled.
    pub dials: u32,
    /// When last.
    pub dialled_at: Option<UnixMillis>,
    /// When somebody picked up.
    pub answered_at: Option<UnixMillis>,
}

/// A call is told of, dialled, or answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Note {
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// What.
    pub what: What,
}

/// What is told of a call.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It comes in over a channel, or is to be made, under the operator's name.
    Begun(ChannelId, String),
    /// Its number is called. The same instant again is the same.
    Dialled(UnixMillis),
    /// Somebody picked up; the first time counts.
    Answered(UnixMillis),
}

impl Call for Note {
    const NAME: &'static str = "calls.note";
    type Out = Known;
}

impl Write for Note {
    fn run(self, cx: &Cx) -> Outcome<Known> {
        let id = self.conversation_id.as_str();
        match self.what {
            What::Begun(channel, reference) => {
                let connected = cx.sql.count(
                    "SELECT count(*) AS n FROM channels WHERE id = ? AND platform = ? AND disconnected_at IS NULL",
                    bind![channel.as_str(), Platform::Phone.as_str()],
                )?;
                if connected == 0 {
                    let why = "no such phone channel, or it is disconnected";
                    return Err(Error::new(Code::NotFound, why).into());
                }
                cx.sql.run(
                    "INSERT INTO calls (conversation_id, channel_id, reference) VALUES (?, ?, ?) ON CONFLICT (conversation_id) DO NOTHING",
                    bind![id, channel.as_str(), reference],
                )?;
            }
            What::Dialled(at) => cx.sql.run(
                "UPDATE calls SET dials = dials + 1, dialled_at = ?1 WHERE conversation_id = ?2 AND coalesce(dialled_at, -1) <> ?1",
                bind![at.0, id],
            )?,
            What::Answered(at) => cx.sql.run(
                "UPDATE calls SET answered_at = coalesce(answered_at, ?) WHERE conversation_id = ?",
                bind![at.0, id],
            )?,
        }
        find(cx.sql, &self.conversation_id)
    }
}

/// What is known of a call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Its conversation.
    pub conversation_id: ConversationId,
}

impl Call for Get {
    const NAME: &'static str = "calls.get";
    type Out = Known;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Known> {
        find(cx.sql, &self.conversation_id)
    }
}

fn find(sql: &Sql, id: &ConversationId) -> Outcome<Known> {
    let known: Option<Known> = sql.first(
        "SELECT reference, dials, dialled_at, answered_at FROM calls WHERE conversation_id = ?",
        bind![id.as_str()],
    )?;
    known.ok_or_else(|| Error::new(Code::NotFound, "no such call").into())
}
