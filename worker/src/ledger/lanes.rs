//! Events on their way to the sinks, in lanes: the events of one conversation are a lane, and any
//! other event is one by itself. Lanes are independent; within one, an event is sent only after
//! every earlier one has been delivered.
//!
//! The queue carries names of lanes. Whoever consumes such a message takes the lane, which nobody
//! else gets meanwhile, delivers its oldest events one by one and confirms each, so that a repeat
//! goes on where the last attempt ended. A lane that nobody has touched for a while is put into the
//! queue again, which is later than the queue's own retries.

use super::Workspace;
use super::cx::Cx;
use super::op::{Op, Room, Write};
use super::settings::{self, Settings};
use crate::alarm;
use crate::bind;
use crate::config;
use crate::fault::{Outcome, from_json};
use crate::jobs::{self, Job, Next, Work};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::Webhook;
use askwell::id::WorkspaceId;
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};
use worker::Env;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "lanes/1",
        statements: &[
            "CREATE TABLE lanes (name TEXT PRIMARY KEY, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, holder TEXT) WITHOUT ROWID",
            "CREATE INDEX lanes_due ON lanes (due_at)",
        ],
    }],
    ops: &[Op::write::<Take>(), Op::write::<Delivered>()],
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
    /// A conversation, or an event that belongs to none.
    pub lane: String,
}

/// Somebody wants to deliver a lane's events.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Take {
    /// Which.
    pub lane: String,
    /// Who: the same one may take it again.
    pub holder: String,
}

impl Call for Take {
    const NAME: &'static str = "lanes.take";
    type Out = Taken;
}

impl Write for Take {
    fn run(self, cx: &Cx) -> Outcome<Taken> {
        take(cx, &self)
    }
}

/// What taking a lane answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Taken {
    /// Where to.
    pub webhook: Option<Webhook>,
    /// The oldest that are not delivered, in order; none when there are none, or when another has
    /// the lane.
    pub events: Vec<LaneEvent>,
}

/// An event to deliver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaneEvent {
    /// Unique.
    pub id: String,
    /// CloudEvents 1.0.
    pub event: serde_json::Value,
}

/// The sinks have events.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Delivered {
    /// Of which lane.
    pub lane: String,
    /// Which.
    pub ids: Vec<String>,
    /// Whether that is the last of what was taken.
    pub done: bool,
}

impl Call for Delivered {
    const NAME: &'static str = "lanes.delivered";
    type Out = ();
}

impl Write for Delivered {
    fn run(self, cx: &Cx) -> Outcome<()> {
        delivered(cx, &self)
    }
}

/// Lets a lane be sent; one that is under way takes its new event along.
pub fn wake(cx: &Cx, lane: &str) -> Outcome<()> {
    jobs::put(cx.sql, SendLanes::KIND, "", cx.now.plus(super::SOON_MS))?;
    cx.sql.run(
        "INSERT INTO lanes (name, due_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        bind![lane, cx.now.0],
    )
}

/// Puts what is due into the queue.
struct SendLanes;

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
        jobs::again_at(&sql, "SELECT min(due_at) AS at FROM lanes", now)
    }
}

/// Puts the names of due lanes into the queue, those that have waited longest first.
async fn send(sql: &Sql, settings: &Settings, env: &Env, now: UnixMillis) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Lane {
        name: String,
        attempts: u32,
    }
    let due: Vec<Lane> = sql.rows(
        "SELECT name, attempts FROM lanes WHERE due_at <= ? ORDER BY due_at, name LIMIT ?",
        bind![now.0, i64::from(LANES_AT_ONCE)],
    )?;
    if due.is_empty() {
        return Ok(());
    }
    let notice =
        |lane: &Lane| LaneNotice { workspace: settings.id.clone(), lane: lane.name.clone() };
    let notices: Vec<LaneNotice> = due.iter().map(notice).collect();
    // Before the sending, so that a consumer that is quick finds a lane to take.
    for lane in &due {
        let pause = alarm::pause(RESEND_MS, lane.attempts, RESEND_MOST_MS);
        sql.run(
            "UPDATE lanes SET attempts = attempts + 1, due_at = ?, holder = NULL WHERE name = ?",
            bind![now.plus(pause).0, lane.name.as_str()],
        )?;
    }
    let sent = match env.queue(config::EVENTS) {
        Ok(queue) => queue.send_batch(notices).await,
        Err(error) => Err(error),
    };
    if sent.is_err() {
        for lane in due {
            let pause = alarm::pause(REQUEUE_MS, lane.attempts, RESEND_MOST_MS);
            // Unless it did get through: then somebody has the lane, or has emptied it.
            sql.run(
                "UPDATE lanes SET due_at = ? WHERE name = ? AND holder IS NULL",
                bind![now.plus(pause).0, lane.name],
            )?;
        }
    }
    Ok(sent?)
}

/// Gives a lane's oldest events that are not delivered to a consumer, or nothing while another one
/// has the lane.
fn take(cx: &Cx, input: &Take) -> Outcome<Taken> {
    let (sql, now) = (cx.sql, cx.now);
    #[derive(Deserialize)]
    struct Lane {
        due_at: i64,
        holder: Option<String>,
    }
    #[derive(Deserialize)]
    struct Event {
        id: String,
        body: String,
    }
    let nothing = Taken { webhook: None, events: Vec::new() };
    let lane: Option<Lane> =
        sql.first("SELECT due_at, holder FROM lanes WHERE name = ?", bind![input.lane.as_str()])?;
    let Some(lane) = lane else { return Ok(nothing) };
    let held = lane.holder.is_some_and(|holder| holder != input.holder);
    if held && lane.due_at > now.0 {
        return Ok(nothing);
    }
    sql.run(
        "UPDATE lanes SET holder = ?, due_at = max(due_at, ?) WHERE name = ?",
        bind![input.holder.as_str(), now.plus(RESEND_MS).0, input.lane.as_str()],
    )?;
    let rows: Vec<Event> = sql.rows(
        "SELECT id, body FROM events WHERE lane = ? AND delivered_at IS NULL ORDER BY seq LIMIT ?",
        bind![input.lane.as_str(), i64::from(EVENTS_AT_ONCE)],
    )?;
    let events = rows
        .into_iter()
        .map(|row| Ok(LaneEvent { id: row.id, event: from_json("event", &row.body)? }))
        .collect::<Outcome<_>>()?;
    Ok(Taken { webhook: settings::read(sql)?.webhook, events })
}

/// Notes deliveries. A lane without further events goes; one with more is due at once when its
/// consumer is through with what it took.
fn delivered(cx: &Cx, input: &Delivered) -> Outcome<()> {
    let (sql, now) = (cx.sql, cx.now);
    for id in &input.ids {
        sql.run(
            "UPDATE events SET delivered_at = ? WHERE id = ? AND delivered_at IS NULL",
            bind![now.0, id.as_str()],
        )?;
    }
    let lane = input.lane.as_str();
    sql.run(
        "DELETE FROM lanes WHERE name = ?1 AND NOT EXISTS (SELECT 1 FROM events WHERE lane = ?1 AND delivered_at IS NULL)",
        bind![lane],
    )?;
    if input.done {
        jobs::put(sql, SendLanes::KIND, "", now.plus(super::SOON_MS))?;
        sql.run(
            "UPDATE lanes SET due_at = ?, attempts = 0, holder = NULL WHERE name = ?",
            bind![now.0, lane],
        )
    } else {
        sql.run("UPDATE lanes SET due_at = ? WHERE name = ?", bind![now.plus(RESEND_MS).0, lane])
    }
}

/// How many have not been sent once.
pub fn unsent(sql: &Sql) -> Outcome<u64> {
    sql.count("SELECT count(*) AS n FROM lanes WHERE attempts = 0", bind![])
}
