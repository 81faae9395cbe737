//! What happened, as events without personal data. Any room makes one with [`Event::new`] and puts it
//! in with [`emit`], which is the only way into the table.

use super::cx::Cx;
use super::op::{Op, Read, Room};
use super::{deliveries, lanes, settings, signals, tap};
use crate::bind;
use crate::fault::{Outcome, complain, from_json, to_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::{Page, PageQuery, StoredEvent};
use askwell::event::{self, Event};
use askwell::id::ConversationId;
use askwell::time::{Day, UnixMillis};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[
        Migration {
        id: "events/1",
        statements: &[
            "CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, lane TEXT NOT NULL, body TEXT NOT NULL, delivered_at INTEGER)",
            "CREATE INDEX events_waiting ON events (lane, seq) WHERE delivered_at IS NULL",
            "CREATE INDEX events_by_name ON events (name)",
        ],
    },
    Migration {
        id: "events/2",
        statements: &[
            "CREATE TABLE event_counts (day TEXT NOT NULL, name TEXT NOT NULL, channel TEXT NOT NULL, detail TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (day, name, channel, detail)) WITHOUT ROWID",
            "INSERT INTO event_counts (day, name, channel, detail, n)
             SELECT substr(json_extract(body, '$.time'), 1, 10), name, coalesce(json_extract(body, '$.data.channel_type'), ''),
                    coalesce(json_extract(body, '$.data.signal_type'), json_extract(body, '$.data.triage_result'), ''), count(*)
             FROM events GROUP BY 1, 2, 3, 4",
        ],
    },
    Migration {
        id: "events/3",
        statements: &[
            // Nothing has read it since there are counts.
            "DROP INDEX events_by_name",
        ],
    },
    Migration {
        id: "events/4",
        statements: &[
            // From which on events were put in on a day, and how many of them are there. What is older than the
            // first of these days was put in before anybody noted it, and counts as older than it.
            "CREATE TABLE event_days (day TEXT PRIMARY KEY, first_seq INTEGER NOT NULL, n INTEGER NOT NULL) WITHOUT ROWID",
        ],
    },
    Migration {
        id: "events/5",
        statements: &[
            // Of conversations, which may be closed anew and tell the same again.
            "CREATE TABLE events_gone (id TEXT PRIMARY KEY) WITHOUT ROWID",
        ],
    },
    Migration {
        id: "events/6",
        statements: &[
            // Up to where events have been looked at that were put in before a day.
            "CREATE TABLE events_walk (one INTEGER PRIMARY KEY CHECK (one = 1), day TEXT NOT NULL, seq INTEGER NOT NULL)",
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
            "SELECT seq, id, name, body, (SELECT iif(sum(state <> 'delivered') > 0, NULL, max(d.delivered_at)) FROM deliveries d WHERE d.seq = events.seq) AS delivered_at
             FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
            bind![after, self.page.rows()?],
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
        let next = self.page.next_by_number(BY_SEQ, &items, |event| event.seq);
        Ok(Page { items, next })
    }
}

/// What became of an event that was put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is new.
    New,
    /// It was there.
    Known,
    /// It looks like personal data and was held back.
    Blocked,
}

/// Puts an event into the outbox, unless it looks like personal data: then it is only counted.
pub fn emit(cx: &Cx, event: &Event) -> Outcome<()> {
    put(cx, event).map(drop)
}

/// As [`emit`], and says what became of it.
pub fn put(cx: &Cx, event: &Event) -> Outcome<Put> {
    let envelope = event::cloud_event(event);
    if !event::hits(&envelope).is_empty() {
        let (name, id) = (event.name, &event.event_id);
        complain(&format!("{name} {id} was held back because it looks like personal data"));
        settings::count(cx.sql, BLOCKED)?;
        return Ok(Put::Blocked);
    }
    let body = envelope.to_string();
    let id = event.event_id.as_str();
    let lane = event.conversation_id.as_ref().map_or(id, ConversationId::as_str);
    // Looked for first, since an insertion that comes to nothing uses up a `seq` all the same.
    let known: Option<serde::de::IgnoredAny> = cx.sql.first(
        "SELECT 1 AS found FROM events WHERE id = ?1 UNION ALL SELECT 1 FROM events_gone WHERE id = ?1",
        bind![id],
    )?;
    if known.is_some() {
        return Ok(Put::Known);
    }
    #[derive(Deserialize)]
    struct Place {
        seq: i64,
    }
    let place: Option<Place> = cx.sql.first(
        "INSERT INTO events (id, name, lane, body) VALUES (?, ?, ?, ?) RETURNING seq",
        bind![id, event.name.as_str(), lane, body],
    )?;
    signals::count(cx, event)?;
    if let Some(Place { seq }) = place {
        cx.sql.run(
            "INSERT INTO event_days (day, first_seq, n) VALUES (?, ?, 1) ON CONFLICT (day) DO UPDATE SET n = n + 1",
            bind![cx.now.day().to_string(), seq],
        )?;
        deliveries::plan(cx, seq, lane, event.name)?;
    }
    tap::wake(cx)?;
    Ok(Put::New)
}

/// Whether an event that is there is this one, and not another with the same id. Of one that retention has let go
/// of only its id is known, which is taken for it.
pub fn is_stored(sql: &Sql, event: &Event) -> Outcome<bool> {
    let found: Option<serde::de::IgnoredAny> = sql.first(
        "SELECT 1 AS found FROM events WHERE id = ?1 AND body = ?2 UNION ALL SELECT 1 FROM events_gone WHERE id = ?1",
        bind![event.event_id.as_str(), event::cloud_event(event).to_string()],
    )?;
    Ok(found.is_some())
}

/// Events that are let go of in one go.
const AT_ONCE: i64 = if cfg!(test) { 7 } else { 1_000 };
/// Events that are looked at for that.
const LOOKED_AT: i64 = if cfg!(test) { 12 } else { 20_000 };

/// The first event that was put in on a day or later, or that the platform's sinks have not had yet. What lies
/// before it goes, but for what some webhook has not taken.
fn first_to_keep(cx: &Cx, day: Day) -> Outcome<i64> {
    #[derive(Deserialize)]
    struct Row {
        seq: Option<i64>,
    }
    // As long as no day that is noted is older nothing is known to be: what was put in before the first of them
    // may be younger than that day.
    let row: Option<Row> = cx.sql.first(
        "SELECT min(coalesce((SELECT min(first_seq) FROM event_days WHERE day >= ?1), (SELECT max(seq) + 1 FROM events)), (SELECT seq + 1 FROM tap)) AS seq WHERE EXISTS (SELECT 1 FROM event_days WHERE day < ?1)",
        bind![day.to_string()],
    )?;
    Ok(row.and_then(|row| row.seq).unwrap_or(0))
}

/// Some webhook has not taken it: it waits, or was given up on, and may be sent again.
const NOT_TAKEN: &str =
    "EXISTS (SELECT 1 FROM deliveries d WHERE d.seq = e.seq AND d.state <> 'delivered')";

/// How many events would go of those that were put in before a day.
pub fn older(cx: &Cx, day: Day) -> Outcome<u64> {
    let first = first_to_keep(cx, day)?;
    let noted = cx.sql.count(
        "SELECT coalesce(sum(n), 0) AS n FROM event_days WHERE day < ?1 AND first_seq < ?2",
        bind![day.to_string(), first],
    )?;
    let unnoted = cx.sql.count(
        "SELECT count(*) AS n FROM events WHERE seq < min(?, coalesce((SELECT min(first_seq) FROM event_days), 0))",
        bind![first],
    )?;
    let kept = cx.sql.count(
        "SELECT count(DISTINCT seq) AS n FROM deliveries WHERE state <> 'delivered' AND seq < ?",
        bind![first],
    )?;
    Ok((noted + unnoted).saturating_sub(kept))
}

/// Lets go of some of the events that were put in before a day, with the log of their deliveries; whether there
/// may be more. Each is looked at once for a day: what some webhook has taken by the next one goes then.
pub fn let_go(cx: &Cx, day: Day) -> Outcome<bool> {
    #[derive(Deserialize)]
    struct Row {
        seq: i64,
    }
    #[derive(Deserialize)]
    struct Looked {
        last: Option<i64>,
        n: i64,
    }
    let first = first_to_keep(cx, day)?;
    let walk: Option<Row> =
        cx.sql.first("SELECT seq FROM events_walk WHERE day = ?", bind![day.to_string()])?;
    let after = walk.map_or(0, |walk| walk.seq);
    let some = "(SELECT seq FROM events WHERE seq > ? AND seq < ? ORDER BY seq LIMIT ?)";
    let looked: Option<Looked> = cx.sql.first(
        &format!("SELECT max(seq) AS last, count(*) AS n FROM {some}"),
        bind![after, first, LOOKED_AT],
    )?;
    let Some(Looked { last: Some(last), n }) = looked else { return Ok(false) };
    let rows: Vec<Row> = cx.sql.rows(
        &format!("SELECT seq FROM {some} e WHERE NOT {NOT_TAKEN} ORDER BY seq LIMIT ?"),
        bind![after, first, LOOKED_AT, AT_ONCE],
    )?;
    let seqs: Vec<i64> = rows.into_iter().map(|row| row.seq).collect();
    let full = seqs.len() as i64 == AT_ONCE;
    let until = seqs.last().copied().filter(|_| full).unwrap_or(last);
    cx.sql.run(
        "INSERT INTO events_walk (one, day, seq) VALUES (1, ?1, ?2) ON CONFLICT (one) DO UPDATE SET day = ?1, seq = ?2",
        bind![day.to_string(), until],
    )?;
    remove(cx, &seqs, day)?;
    Ok(full || n == LOOKED_AT)
}

/// Removes events, and counts them out of their days, which lie before one.
fn remove(cx: &Cx, seqs: &[i64], day: Day) -> Outcome<()> {
    if seqs.is_empty() {
        return Ok(());
    }
    let gone = to_json("events", &seqs)?;
    let those = "seq IN (SELECT value FROM json_each(?))";
    // Those of a conversation stand in its lane, which has its id; the others each in one of their own.
    cx.sql.run(
        &format!("INSERT OR IGNORE INTO events_gone (id) SELECT id FROM events WHERE {those} AND lane <> id"),
        bind![gone.as_str()],
    )?;
    cx.sql.run(&format!("DELETE FROM deliveries WHERE {those}"), bind![gone.as_str()])?;
    cx.sql.run(&format!("DELETE FROM events WHERE {those}"), bind![gone.as_str()])?;
    cx.sql.run(
        "UPDATE event_days SET n = event_days.n - g.n FROM (
           SELECT (SELECT d.day FROM event_days d WHERE d.first_seq <= e.value ORDER BY d.first_seq DESC LIMIT 1) AS day, count(*) AS n FROM json_each(?) e GROUP BY 1
         ) g WHERE event_days.day = g.day",
        bind![gone],
    )?;
    cx.sql.run("DELETE FROM event_days WHERE day < ? AND n <= 0", bind![day.to_string()])
}

/// How many there are.
#[derive(Debug)]
pub struct Counts {
    /// By name.
    pub names: BTreeMap<String, u64>,
    /// That some webhook is yet to take.
    pub undelivered: u64,
    /// Held back.
    pub blocked: u64,
    /// Lanes that are to be put into the queue.
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
        sql.rows("SELECT name, sum(n) AS n FROM event_counts GROUP BY name", bind![])?;
    Ok(Counts {
        names: names.into_iter().map(|row| (row.name, row.n)).collect(),
        undelivered: deliveries::undelivered(sql)?,
        blocked: settings::counter(sql, BLOCKED)?,
        unsent: lanes::unsent(sql)?,
    })
}

#[cfg(test)]
mod tests;
