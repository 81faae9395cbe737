//! Events on their way to webhooks, in lanes: the events of one conversation for one webhook are a lane,
//! and any other event is one by itself. Lanes are independent; within one, an event is sent only after
//! every earlier one has been taken, or given up on after a day.
//!
//! The queue carries names of lanes. Whoever consumes such a message takes the lane, which nobody
//! else gets meanwhile, delivers its oldest events one by one and reports what became of them. When to
//! try again is decided here and nowhere else ([`askwell::event::retry`]). A lane that was put into the
//! queue and that nobody has touched for a while is put into it again.

use super::Workspace;
use super::cx::Cx;
use super::deliveries::{self, Failure};
use super::endpoints::{self, Gate, Target};
use super::op::{Op, Room, Write};
use super::settings::{self, Settings};
use crate::alarm;
use crate::bind;
use crate::config;
use crate::fault::{Outcome, from_json};
use crate::jobs::{self, Job, Next, Work};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::event::retry;
use askwell::id::{EndpointId, WorkspaceId};
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};
use worker::Env;

/// See [`super::ROOMS`]; after the room of deliveries.
pub const ROOM: Room = Room {
    migrations: &[
        Migration {
            id: "lanes/1",
            statements: &[
                "CREATE TABLE lanes (name TEXT PRIMARY KEY, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, holder TEXT) WITHOUT ROWID",
                "CREATE INDEX lanes_due ON lanes (due_at)",
            ],
        },
        Migration {
            id: "lanes/2",
            statements: &[
                "DROP TABLE lanes",
                // `sent`: whether it is in the queue, or with somebody who delivers it.
                "CREATE TABLE lanes (endpoint TEXT NOT NULL, name TEXT NOT NULL, due_at INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, holder TEXT, PRIMARY KEY (endpoint, name)) WITHOUT ROWID",
                "CREATE INDEX lanes_due ON lanes (endpoint, due_at)",
                "INSERT INTO lanes (endpoint, name, due_at) SELECT DISTINCT endpoint, lane, 0 FROM deliveries WHERE state = 'waiting'",
            ],
        },
    ],
    ops: &[Op::write::<Take>(), Op::write::<Report>()],
    jobs: &[Job::of::<SendLanes>()],
};

/// Lanes per alarm and per batch of the queue, which takes 100 messages.
const LANES_AT_ONCE: u32 = 100;
/// Events that one consumer takes at once: at ten seconds each still far from the quarter of an hour
/// that a consumer may run.
const EVENTS_AT_ONCE: u32 = 10;
/// A lane is put into the queue again when nobody has touched it for so long. Longer than the pause
/// between two of the queue's own retries (5 s) and a delivery (10 s) together.
const RESEND_MS: i64 = 45_000;
const RESEND_MOST_MS: i64 = 60 * 60 * 1000;
/// When the queue itself could not be written to.
const REQUEUE_MS: i64 = 2_000;

/// What the queue carries of events: the name of a lane that has some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneNotice {
    /// Where.
    pub workspace: WorkspaceId,
    /// For which webhook.
    pub endpoint: EndpointId,
    /// A conversation, or an event that belongs to none.
    pub lane: String,
}

/// Somebody wants to deliver a lane's events.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Take {
    /// For which webhook.
    pub endpoint: EndpointId,
    /// Which.
    pub lane: String,
    /// Who: the same one may take it again.
    pub holder: String,
}

impl Call for Take {
    const NAME: &'static str = "lanes.take";
    type Out = Option<Taken>;
}

impl Write for Take {
    fn run(self, cx: &Cx) -> Outcome<Option<Taken>> {
        take(cx, &self)
    }
}

/// What taking a lane answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// Where to.
    pub target: Target,
    /// The oldest that it is yet to take, in order.
    pub events: Vec<LaneEvent>,
}

/// An event to deliver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaneEvent {
    /// Its place in the ledger's order.
    pub seq: i64,
    /// Unique.
    pub id: String,
    /// CloudEvents 1.0.
    pub event: serde_json::Value,
}

/// What became of a lane's events.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// For which webhook.
    pub endpoint: EndpointId,
    /// Which.
    pub lane: String,
    /// Who delivers it.
    pub holder: String,
    /// Those that were taken: `seq`, and the status of the answer.
    pub taken: Vec<(i64, u16)>,
    /// The one that was not, which is the last.
    pub failure: Option<Failure>,
    /// Whether nothing more comes of what was taken from the lane.
    pub done: bool,
}

impl Call for Report {
    const NAME: &'static str = "lanes.report";
    type Out = ();
}

impl Write for Report {
    fn run(self, cx: &Cx) -> Outcome<()> {
        report(cx, &self)
    }
}

/// Lets a lane be sent; one that is under way takes its new event along.
pub fn wake(cx: &Cx, endpoint: &EndpointId, lane: &str) -> Outcome<()> {
    jobs::put(cx.sql, SendLanes::KIND, "", cx.now.plus(super::SOON_MS))?;
    cx.sql.run(
        "INSERT INTO lanes (endpoint, name, due_at) VALUES (?, ?, ?) ON CONFLICT (endpoint, name) DO NOTHING",
        bind![endpoint.as_str(), lane, cx.now.0],
    )
}

/// Lets all lanes of a webhook be sent, without the pauses that they are in.
pub fn wake_all(cx: &Cx, endpoint: &EndpointId) -> Outcome<()> {
    jobs::put(cx.sql, SendLanes::KIND, "", cx.now.plus(super::SOON_MS))?;
    cx.sql.run(
        "UPDATE lanes SET due_at = ? WHERE endpoint = ? AND sent = 0",
        bind![cx.now.0, endpoint.as_str()],
    )
}

/// Puts what is due into the queue.
struct SendLanes;

/// Those of webhooks that are on.
const EARLIEST: &str = "SELECT min(max(due_at, rests_until)) AS at FROM lanes JOIN endpoints ON endpoints.id = endpoint WHERE disabled IS NULL";

impl Work<Workspace> for SendLanes {
    const KIND: &'static str = "lanes";

    async fn run(ledger: &Workspace, _subject: &str) -> Outcome<Next> {
        let sql = ledger.sql();
        let now = config::now(&ledger.env);
        let sent = send(&sql, &settings::read(&sql)?, &ledger.env, now).await;
        // A lane has its own pauses, also where the queue could not be written to.
        if let Err(fault) = sent {
            fault.log(Self::KIND);
        }
        jobs::again_at(&sql, EARLIEST, now)
    }
}

#[derive(Debug, Deserialize)]
struct Lane {
    endpoint: EndpointId,
    name: String,
    attempts: u32,
    /// Whether it is what its webhook, which has rested, is tried with.
    probes: u8,
}

/// Puts the names of due lanes into the queue, those that have waited longest first.
async fn send(sql: &Sql, settings: &Settings, env: &Env, now: UnixMillis) -> Outcome<()> {
    let due = due(sql, now)?;
    if due.is_empty() {
        return Ok(());
    }
    let notice = |lane: &Lane| LaneNotice {
        workspace: settings.id.clone(),
        endpoint: lane.endpoint.clone(),
        lane: lane.name.clone(),
    };
    let notices: Vec<LaneNotice> = due.iter().map(notice).collect();
    let sent = match env.queue(config::EVENTS) {
        Ok(queue) => queue.send_batch(notices).await,
        Err(error) => Err(error),
    };
    if sent.is_err() {
        for lane in due {
            let pause = alarm::pause(REQUEUE_MS, lane.attempts, RESEND_MOST_MS);
            // Unless it did get through: then somebody has the lane, or has emptied it.
            sql.run(
                "UPDATE lanes SET due_at = ?, sent = 0 WHERE endpoint = ? AND name = ? AND holder IS NULL",
                bind![now.plus(pause).0, lane.endpoint.as_str(), lane.name],
            )?;
        }
    }
    Ok(sent?)
}

/// The lanes that are due. They count as sent from here on: before the sending, so that a consumer that
/// is quick finds a lane to take.
fn due(sql: &Sql, now: UnixMillis) -> Outcome<Vec<Lane>> {
    // Of a webhook that has rested one lane goes out, to see whether it is well again.
    let due: Vec<Lane> = sql.rows(
        "SELECT endpoint, name, attempts, due_at, 0 AS probes FROM lanes JOIN endpoints ON endpoints.id = endpoint WHERE disabled IS NULL AND due_at <= ?1 AND failures < ?2
         UNION ALL
         SELECT l.endpoint, l.name, l.attempts, l.due_at, 1 FROM endpoints e JOIN lanes l ON l.endpoint = e.id AND l.name = (SELECT name FROM lanes WHERE endpoint = e.id AND due_at <= ?1 ORDER BY due_at, name LIMIT 1)
         WHERE e.disabled IS NULL AND e.failures >= ?2 AND e.rests_until <= ?1
         ORDER BY due_at, name LIMIT ?3",
        bind![now.0, i64::from(retry::PATIENCE), i64::from(LANES_AT_ONCE)],
    )?;
    for lane in &due {
        if lane.probes == 1 {
            endpoints::probe(sql, &lane.endpoint, &lane.name, now.plus(RESEND_MS))?;
        }
        let pause = alarm::pause(RESEND_MS, lane.attempts, RESEND_MOST_MS);
        sql.run(
            "UPDATE lanes SET attempts = attempts + 1, due_at = ?, sent = 1, holder = NULL WHERE endpoint = ? AND name = ?",
            bind![now.plus(pause).0, lane.endpoint.as_str(), lane.name.as_str()],
        )?;
    }
    Ok(due)
}

/// Gives a lane's oldest events that are not delivered to a consumer, or nothing while another one
/// has the lane, while it pauses, and where there is nothing.
fn take(cx: &Cx, input: &Take) -> Outcome<Option<Taken>> {
    let (sql, now) = (cx.sql, cx.now);
    #[derive(Deserialize)]
    struct Held {
        due_at: i64,
        holder: Option<String>,
    }
    #[derive(Deserialize)]
    struct Event {
        seq: i64,
        id: String,
        body: String,
    }
    let (endpoint, lane) = (input.endpoint.as_str(), input.lane.as_str());
    let target = match endpoints::gate(cx, &input.endpoint, lane)? {
        Gate::Open(target) => target,
        Gate::Shut => return Ok(None),
        Gate::Rests(until) => {
            put_back(cx, input, until)?;
            return Ok(None);
        }
    };
    let held: Option<Held> = sql.first(
        "SELECT due_at, holder FROM lanes WHERE endpoint = ? AND name = ? AND sent = 1",
        bind![endpoint, lane],
    )?;
    let Some(held) = held else { return Ok(None) };
    if held.holder.is_some_and(|holder| holder != input.holder) && held.due_at > now.0 {
        return Ok(None);
    }
    sql.run(
        "UPDATE lanes SET holder = ?, due_at = max(due_at, ?) WHERE endpoint = ? AND name = ?",
        bind![input.holder.as_str(), now.plus(RESEND_MS).0, endpoint, lane],
    )?;
    let rows: Vec<Event> = sql.rows(
        "SELECT d.seq, e.id, e.body FROM deliveries d JOIN events e ON e.seq = d.seq
         WHERE d.state = 'waiting' AND d.endpoint = ? AND d.lane = ? ORDER BY d.seq LIMIT ?",
        bind![endpoint, lane, i64::from(EVENTS_AT_ONCE)],
    )?;
    let read = |row: Event| {
        Ok(LaneEvent { seq: row.seq, id: row.id, event: from_json("event", &row.body)? })
    };
    let events = rows.into_iter().map(read).collect::<Outcome<_>>()?;
    Ok(Some(Taken { target, events }))
}

/// Lets a lane that was in the queue wait until its webhook has rested, unless somebody has it.
fn put_back(cx: &Cx, input: &Take, until: UnixMillis) -> Outcome<()> {
    jobs::put(cx.sql, SendLanes::KIND, "", until)?;
    cx.sql.run(
        "UPDATE lanes SET due_at = ?, sent = 0, attempts = 0 WHERE endpoint = ? AND name = ? AND sent = 1 AND holder IS NULL",
        bind![until.0, input.endpoint.as_str(), input.lane.as_str()],
    )
}

/// Notes what became of events. A lane without further ones goes; one with more is due at once when its
/// consumer is through with what it took, and after a pause when the last attempt failed.
fn report(cx: &Cx, input: &Report) -> Outcome<()> {
    let (sql, now) = (cx.sql, cx.now);
    let (endpoint, lane) = (input.endpoint.as_str(), input.lane.as_str());
    if !input.taken.is_empty() {
        endpoints::well(cx, &input.endpoint)?;
    }
    for (seq, status) in &input.taken {
        deliveries::taken(cx, &input.endpoint, *seq, *status)?;
    }
    let next = match &input.failure {
        Some(failure) => Some(deliveries::failed(cx, &input.endpoint, failure)?),
        None => input.done.then_some(now),
    };
    sql.run(
        "DELETE FROM lanes WHERE endpoint = ?1 AND name = ?2 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE state = 'waiting' AND endpoint = ?1 AND lane = ?2)",
        bind![endpoint, lane],
    )?;
    // Another one has the lane where this one took too long: when it goes on is for the other to say.
    let mine = "endpoint = ? AND name = ? AND holder = ?";
    let whose = |at: UnixMillis| bind![at.0, endpoint, lane, input.holder.as_str()];
    match next {
        Some(next) => {
            let soon = next.max(now.plus(super::SOON_MS));
            jobs::put(sql, SendLanes::KIND, "", soon)?;
            sql.run(
                &format!(
                    "UPDATE lanes SET due_at = ?, sent = 0, attempts = 0, holder = NULL WHERE {mine}"
                ),
                whose(next),
            )
        }
        None => sql
            .run(&format!("UPDATE lanes SET due_at = ? WHERE {mine}"), whose(now.plus(RESEND_MS))),
    }
}

/// How many are to be put into the queue.
pub fn unsent(sql: &Sql) -> Outcome<u64> {
    sql.count(
        "SELECT count(*) AS n FROM lanes JOIN endpoints ON endpoints.id = endpoint WHERE sent = 0 AND disabled IS NULL",
        bind![],
    )
}

#[cfg(test)]
mod tests;
