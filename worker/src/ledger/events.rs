//! What happened, as events without personal data. Any room makes one with [`Event::new`] and puts it
//! in with [`emit`], which is the only way into the table.

use super::cx::Cx;
use super::op::{Op, Read, Room};
use super::page::PageQuery;
use super::{lanes, settings};
use crate::bind;
use crate::fault::{Outcome, complain, from_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::{Page, StoredEvent};
use askwell::event::{self, Event};
use askwell::id::ConversationId;
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "events/1",
        statements: &[
            "CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, lane TEXT NOT NULL, body TEXT NOT NULL, delivered_at INTEGER)",
            "CREATE INDEX events_waiting ON events (lane, seq) WHERE delivered_at IS NULL",
            "CREATE INDEX events_by_name ON events (name)",
        ],
    }],
    ops: &[Op::read::<List>()],
    ..Room::EMPTY
};

/// The order of the list: the ledger's own.
const BY_SEQ: &str = "seq";

/// Counts the events that were held back.
const BLOCKED: &str = "events_blocked";

/// A page of events in the ledger's order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List {
    /// Which.
    pub page: PageQuery,
}

impl Call for List {
    const NAME: &'static str = "events.list";
    type Out = Page<StoredEvent>;
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<Page<StoredEvent>> {
        #[derive(Deserialize)]
        struct Row {
            seq: u64,
            id: String,
            name: String,
            body: String,
            delivered_at: Option<i64>,
        }
        let after = self.page.after(BY_SEQ)?.map_or(0, |(seq, _)| seq);
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT seq, id, name, body, delivered_at FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
            bind![after, self.page.rows()],
        )?;
        let items = rows
            .into_iter()
            .map(|row| {
                Ok(StoredEvent {
                    seq: row.seq,
                    id: row.id,
                    name: row.name,
                    event: from_json("event", &row.body)?,
                    delivered_at: row.delivered_at.map(UnixMillis),
                })
            })
            .collect::<Outcome<Vec<_>>>()?;
        let next = self.page.next(BY_SEQ, &items, |event| {
            (i64::try_from(event.seq).unwrap_or(i64::MAX), event.id.as_str())
        });
        Ok(Page { items, next })
    }
}

/// Puts an event into the outbox, unless it looks like personal data: then it is only counted.
pub fn emit(cx: &Cx, event: &Event) -> Outcome<()> {
    if !event::is_clean(event) {
        complain("an event was held back because it looks like personal data");
        return settings::count(cx.sql, BLOCKED);
    }
    let body = event::cloud_event(event).to_string();
    let id = event.event_id.as_str();
    let lane = event.conversation_id.as_ref().map_or(id, ConversationId::as_str);
    let new: Option<serde::de::IgnoredAny> = cx.sql.first(
        "INSERT INTO events (id, name, lane, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING seq",
        bind![id, event.name.to_string(), lane, body],
    )?;
    if new.is_some() { lanes::wake(cx, lane) } else { Ok(()) }
}

/// How many there are.
#[derive(Debug)]
pub struct Counts {
    /// By name.
    pub names: BTreeMap<String, u64>,
    /// Not delivered yet.
    pub undelivered: u64,
    /// Held back.
    pub blocked: u64,
    /// Not sent once.
    pub unsent: u64,
}

/// Counts the events.
pub fn counts(sql: &Sql) -> Outcome<Counts> {
    #[derive(Deserialize)]
    struct Row {
        name: String,
        n: u64,
    }
    let names: Vec<Row> =
        sql.rows("SELECT name, count(*) AS n FROM events GROUP BY name", bind![])?;
    Ok(Counts {
        names: names.into_iter().map(|row| (row.name, row.n)).collect(),
        undelivered: sql
            .count("SELECT count(*) AS n FROM events WHERE delivered_at IS NULL", bind![])?,
        blocked: settings::counter(sql, BLOCKED)?,
        unsent: lanes::unsent(sql)?,
    })
}
