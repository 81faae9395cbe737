//! The log of deliveries: a row for each event and webhook, with where it stands; and sending again.

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use super::{endpoints, lanes};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::{Migration, Sql, word};
use askwell::api::{
    Delivery, DeliveryFailure, DeliveryQuery, DeliveryState, DisabledBecause, Page, PageQuery,
    Replay, Replayed,
};
use askwell::event::Name;
use askwell::event::retry::{self, Failed};
use askwell::id::{EndpointId, EventId};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// See [`super::ROOMS`]; after the room of events, whose table it changes.
pub const ROOM: Room = Room {
    migrations: &[FIRST, COUNTED],
    ops: &[Op::read::<List>(), Op::write::<Replay>()],
    ..Room::EMPTY
};

const FIRST: Migration = Migration {
        id: "deliveries/1",
        statements: &[
            "CREATE TABLE deliveries (seq INTEGER NOT NULL, endpoint TEXT NOT NULL, lane TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, failed_since INTEGER, last_at INTEGER, status INTEGER, failure TEXT, next_at INTEGER, delivered_at INTEGER, PRIMARY KEY (seq, endpoint)) WITHOUT ROWID",
            "CREATE INDEX deliveries_by_state ON deliveries (state, endpoint, lane, seq)",
            "INSERT INTO deliveries (seq, endpoint, lane, state, delivered_at)
             SELECT seq, endpoints.id, lane, iif(delivered_at IS NULL, 'waiting', 'delivered'), delivered_at FROM events JOIN endpoints",
            "DROP INDEX events_waiting",
            "ALTER TABLE events DROP COLUMN delivered_at",
        ],
};

/// What each webhook has of each state, without counting a log of years; and the log by webhook and by state.
const COUNTED: Migration = Migration {
    id: "deliveries/2",
    statements: &[
        "CREATE TABLE delivery_counts (endpoint TEXT NOT NULL, state TEXT NOT NULL, n INTEGER NOT NULL, last_at INTEGER, PRIMARY KEY (endpoint, state)) WITHOUT ROWID",
        "INSERT INTO delivery_counts (endpoint, state, n, last_at) SELECT endpoint, state, count(*), max(delivered_at) FROM deliveries GROUP BY 1, 2",
        "CREATE TRIGGER deliveries_put AFTER INSERT ON deliveries BEGIN
           INSERT INTO delivery_counts (endpoint, state, n) VALUES (new.endpoint, new.state, 1) ON CONFLICT (endpoint, state) DO UPDATE SET n = n + 1;
         END",
        "CREATE TRIGGER deliveries_gone AFTER DELETE ON deliveries BEGIN
           UPDATE delivery_counts SET n = n - 1 WHERE endpoint = old.endpoint AND state = old.state;
         END",
        "CREATE TRIGGER deliveries_moved AFTER UPDATE OF state ON deliveries WHEN new.state <> old.state BEGIN
           UPDATE delivery_counts SET n = n - 1 WHERE endpoint = old.endpoint AND state = old.state;
           INSERT INTO delivery_counts (endpoint, state, n, last_at) VALUES (new.endpoint, new.state, 1, new.delivered_at)
             ON CONFLICT (endpoint, state) DO UPDATE SET n = n + 1, last_at = max(coalesce(last_at, excluded.last_at), coalesce(excluded.last_at, last_at));
         END",
        "CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint, seq)",
        // Nearly all are delivered: those are found on the way through all.
        "CREATE INDEX deliveries_left ON deliveries (state, seq, endpoint) WHERE state <> 'delivered'",
        "CREATE INDEX deliveries_failing ON deliveries (endpoint) WHERE state = 'waiting' AND attempts > 0",
    ],
};

/// The order of the list: the latest event first.
const BY_EVENT: &str = "event";

/// A page of the log, the latest event first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct List {
    /// Which.
    pub query: DeliveryQuery,
}

impl Call for List {
    const NAME: &'static str = "deliveries.list";
    type Out = Page<Delivery>;
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<Page<Delivery>> {
        #[derive(Deserialize)]
        struct Row {
            seq: u64,
            id: EventId,
            name: Name,
            endpoint: EndpointId,
            state: String,
            attempts: u32,
            last_at: Option<i64>,
            status: Option<u16>,
            failure: Option<String>,
            next_at: Option<i64>,
            delivered_at: Option<i64>,
        }
        let DeliveryQuery { endpoint_id, state, event_id, cursor, limit } = self.query;
        let page = PageQuery { cursor, limit };
        let (seq, after) = page.after(BY_EVENT)?.unwrap_or((MAX_SEQ as i64, String::new()));
        // The first part alone says where in an index to begin.
        let mut wanted = vec!["d.seq <= ? AND (d.seq < ? OR d.endpoint > ?)"];
        let mut values = bind![seq, seq, after];
        if let Some(id) = &endpoint_id {
            wanted.push("d.endpoint = ?");
            values.push(id.as_str().into());
        }
        if let Some(state) = state {
            wanted.push(match state {
                DeliveryState::Delivered => "d.state = 'delivered'",
                // Written out, for only so is the index of those taken.
                DeliveryState::Waiting => "d.state = 'waiting' AND d.state <> 'delivered'",
                DeliveryState::Dead => "d.state = 'dead' AND d.state <> 'delivered'",
            });
        }
        if let Some(id) = &event_id {
            wanted.push("d.seq = (SELECT seq FROM events WHERE id = ?)");
            values.push(id.as_str().into());
        }
        values.push(page.rows()?.into());
        let query = format!(
            "SELECT d.*, e.id, e.name FROM deliveries d JOIN events e ON e.seq = d.seq WHERE {} ORDER BY d.seq DESC, d.endpoint LIMIT ?",
            wanted.join(" AND ")
        );
        let rows: Vec<Row> = cx.sql.rows(&query, values)?;
        let items = rows
            .into_iter()
            .map(|row| {
                Ok(Delivery {
                    seq: row.seq,
                    event_id: row.id,
                    name: row.name,
                    endpoint_id: row.endpoint,
                    state: word(row.state)?,
                    attempts: row.attempts,
                    last_attempt_at: row.last_at.map(UnixMillis),
                    last_status: row.status,
                    last_failure: row.failure.map(word).transpose()?,
                    next_try_at: row.next_at.map(UnixMillis),
                    delivered_at: row.delivered_at.map(UnixMillis),
                })
            })
            .collect::<Outcome<Vec<_>>>()?;
        let next = page.next(BY_EVENT, &items, |row| {
            (i64::try_from(row.seq).unwrap_or(i64::MAX), row.endpoint_id.as_str())
        });
        Ok(Page { items, next })
    }
}

/// Lets an event that is new go to every webhook that takes it.
pub fn plan(cx: &Cx, seq: i64, lane: &str, name: Name) -> Outcome<()> {
    for endpoint in endpoints::takers(cx.sql, name)? {
        wait(cx.sql, seq, &endpoint, lane)?;
        lanes::wake(cx, &endpoint, lane)?;
    }
    Ok(())
}

/// Lets an event that has just been put in go to one webhook, whatever that takes otherwise.
pub fn also(cx: &Cx, event: &str, endpoint: &EndpointId) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Place {
        seq: i64,
        lane: String,
    }
    let place: Option<Place> =
        cx.sql.first("SELECT seq, lane FROM events WHERE id = ?", bind![event])?;
    // One that looks like personal data was held back.
    let Some(Place { seq, lane }) = place else { return Ok(()) };
    wait(cx.sql, seq, endpoint, &lane)?;
    lanes::wake(cx, endpoint, &lane)
}

fn wait(sql: &Sql, seq: i64, endpoint: &EndpointId, lane: &str) -> Outcome<()> {
    sql.run(
        "INSERT INTO deliveries (seq, endpoint, lane, state) VALUES (?, ?, ?, 'waiting')
         ON CONFLICT (seq, endpoint) DO UPDATE SET state = 'waiting', attempts = 0, failed_since = NULL, status = NULL, failure = NULL, next_at = NULL",
        bind![seq, endpoint.as_str(), lane],
    )
}

/// Notes that a webhook has taken an event.
pub fn taken(cx: &Cx, endpoint: &EndpointId, seq: i64, status: u16) -> Outcome<()> {
    cx.sql.run(
        "UPDATE deliveries SET state = 'delivered', attempts = attempts + 1, last_at = ?1, status = ?2, failure = NULL, next_at = NULL, delivered_at = ?1
         WHERE seq = ?3 AND endpoint = ?4 AND state = 'waiting'",
        bind![cx.now.0, i64::from(status), seq, endpoint.as_str()],
    )
}

/// An attempt that failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The event.
    pub seq: i64,
    /// The status that it was answered with.
    pub status: Option<u16>,
    /// Why.
    pub why: DeliveryFailure,
    /// For how many seconds the receiver asked to be left alone.
    pub asked_s: Option<u32>,
    /// Random, from 0 to 1.
    pub chance: f64,
}

/// The status that says that nothing is wanted any more (Standard Webhooks: the receiver is gone).
const GONE: u16 = 410;

/// Notes an attempt that failed, and says when the lane goes on: with this event, or, where it is given
/// up on, with the next.
pub fn failed(cx: &Cx, endpoint: &EndpointId, failure: &Failure) -> Outcome<UnixMillis> {
    #[derive(Deserialize)]
    struct Row {
        attempts: u32,
        failed_since: Option<i64>,
    }
    let row: Option<Row> = cx.sql.first(
        "SELECT attempts, failed_since FROM deliveries WHERE seq = ? AND endpoint = ? AND state = 'waiting'",
        bind![failure.seq, endpoint.as_str()],
    )?;
    // The webhook was removed meanwhile.
    let Some(row) = row else { return Ok(cx.now) };
    let gone = failure.status == Some(GONE);
    if gone {
        endpoints::disable(cx, endpoint, DisabledBecause::Gone)?;
    } else {
        endpoints::ill(cx, endpoint, failure.chance)?;
    }
    let attempts = row.attempts.saturating_add(1);
    let since = row.failed_since.map_or(cx.now, UnixMillis);
    let next = retry::next_try(Failed {
        since,
        at: cx.now,
        attempts,
        chance: failure.chance,
        asked_s: failure.asked_s,
    });
    // A webhook that is turned on again goes on where it was.
    let state = match next {
        None if !gone => DeliveryState::Dead,
        _ => DeliveryState::Waiting,
    };
    let shown = next.filter(|_| !gone).map(|next| next.0);
    cx.sql.run(
        "UPDATE deliveries SET state = ?, attempts = ?, failed_since = ?, last_at = ?, status = ?, failure = ?, next_at = ? WHERE seq = ? AND endpoint = ?",
        bind![
            state.as_str(),
            i64::from(attempts),
            since.0,
            cx.now.0,
            failure.status.map(i64::from),
            word_of(failure.why),
            shown,
            failure.seq,
            endpoint.as_str()
        ],
    )?;
    Ok(next.unwrap_or(cx.now))
}

fn word_of(why: DeliveryFailure) -> &'static str {
    match why {
        DeliveryFailure::Status => "status",
        DeliveryFailure::Timeout => "timeout",
        DeliveryFailure::Connection => "connection",
    }
}

/// Events that are yet to be taken by a webhook that is on.
pub fn undelivered(sql: &Sql) -> Outcome<u64> {
    sql.count(
        "SELECT count(DISTINCT seq) AS n FROM deliveries JOIN endpoints ON endpoints.id = endpoint WHERE state = 'waiting' AND disabled IS NULL",
        bind![],
    )
}

/// Deliveries that are sent again at once.
pub const REPLAY_MOST: i64 = 10_000;

/// The greatest integer that the database's numbers keep exactly: 2^53 − 1.
const MAX_SEQ: u64 = (1 << 53) - 1;

impl Call for Replay {
    const NAME: &'static str = "deliveries.replay";
    type Out = Replayed;
}

impl Write for Replay {
    fn run(self, cx: &Cx) -> Outcome<Replayed> {
        #[derive(Deserialize)]
        struct Row {
            seq: i64,
            lane: String,
            endpoint: EndpointId,
        }
        let refused = |detail: &str| Err(Error::new(Code::InvalidField, detail).into());
        if self.from > self.to {
            return refused("the field `from` must not be greater than `to`");
        }
        if self.state == Some(DeliveryState::Waiting) {
            return refused(
                "the field `state` must be delivered or dead; what waits is sent anyway",
            );
        }
        if let Some(id) = &self.endpoint_id
            && !endpoints::must(cx.sql, id)?
        {
            return refused("the webhook is turned off; turn it on first");
        }
        let place = |seq: u64| i64::try_from(seq.min(MAX_SEQ)).unwrap_or(i64::MAX);
        let mut rows: Vec<Row> = cx.sql.rows(
            "SELECT e.seq, e.lane, x.id AS endpoint FROM events e JOIN endpoints x LEFT JOIN deliveries d ON d.seq = e.seq AND d.endpoint = x.id
             WHERE e.seq BETWEEN ?1 AND ?2 AND x.disabled IS NULL AND (?3 = '' OR x.id = ?3)
             AND (d.seq IS NOT NULL OR x.names = '[]' OR EXISTS (SELECT 1 FROM json_each(x.names) WHERE value = e.name))
             AND iif(?4 = '', coalesce(d.state, '') <> 'waiting', d.state = ?4)
             ORDER BY e.seq, x.id LIMIT ?5",
            bind![
                place(self.from),
                place(self.to),
                self.endpoint_id.as_ref().map_or("", EndpointId::as_str),
                self.state.map_or("", DeliveryState::as_str),
                REPLAY_MOST + 1
            ],
        )?;
        let next = if rows.len() as i64 > REPLAY_MOST { rows.pop() } else { None };
        for row in &rows {
            wait(cx.sql, row.seq, &row.endpoint, &row.lane)?;
            lanes::wake(cx, &row.endpoint, &row.lane)?;
        }
        let events: BTreeSet<i64> = rows.iter().map(|row| row.seq).collect();
        let next = next.and_then(|row| u64::try_from(row.seq).ok());
        Ok(Replayed { events: events.len() as u64, next })
    }
}
