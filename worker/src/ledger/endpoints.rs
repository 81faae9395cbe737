//! The webhooks that take the workspace's events. Each has a secret, and for a while after a change the
//! one before as well, so that a receiver can go over from one to the other without missing anything.

use super::cx::Cx;
use super::lanes;
use super::op::{Op, Read, Room, Write};
use super::seen;
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql, word};
use askwell::api::{DisabledBecause, Endpoint, EndpointPatch, Webhook, WebhookChange};
use askwell::event::{Name, retry};
use askwell::id::EndpointId;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "endpoints/1",
        statements: &[
            "CREATE TABLE endpoints (id TEXT PRIMARY KEY, url TEXT NOT NULL, secret TEXT NOT NULL, old_secret TEXT, old_until INTEGER, names TEXT NOT NULL, disabled TEXT, first INTEGER NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID",
            // The one webhook that there was stood in the settings.
            "INSERT INTO endpoints (id, url, secret, names, first, created_at)
             SELECT 'wh_' || lower(hex(randomblob(13))), json_extract(body, '$.webhook.url'), json_extract(body, '$.webhook.secret'), '[]', 1, json_extract(body, '$.created_at')
             FROM workspace WHERE key = 'settings' AND json_extract(body, '$.webhook.url') IS NOT NULL",
            "UPDATE workspace SET body = json_remove(body, '$.webhook') WHERE key = 'settings'",
        ],
    }, Migration {
        id: "endpoints/2",
        // `failures`: attempts that failed in a row; `probe`: the lane that is tried while it rests.
        statements: &[
            "ALTER TABLE endpoints ADD COLUMN failures INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE endpoints ADD COLUMN rests_until INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE endpoints ADD COLUMN probe TEXT",
        ],
    }],
    ops: &[
        Op::read::<List>(),
        Op::write::<Add>(),
        Op::write::<Change>(),
        Op::write::<Remove>(),
        Op::write::<Rotate>(),
    ],
    ..Room::EMPTY
};

/// Most webhooks of a workspace.
const MAX_ENDPOINTS: u64 = 10;

#[derive(Deserialize)]
struct Row {
    id: EndpointId,
    url: String,
    names: String,
    disabled: Option<String>,
    created_at: i64,
    old_until: Option<i64>,
    failures: u32,
    rests_until: i64,
    delivered: u64,
    waiting: u64,
    failing: u64,
    dead: u64,
    last_delivered_at: Option<i64>,
}

impl Row {
    fn read(self, now: UnixMillis) -> Outcome<Endpoint> {
        Ok(Endpoint {
            endpoint_id: self.id,
            url: self.url,
            names: from_json("names", &self.names)?,
            enabled: self.disabled.is_none(),
            disabled_because: self.disabled.map(word).transpose()?,
            resting_until: (self.failures >= retry::PATIENCE)
                .then_some(UnixMillis(self.rests_until))
                .filter(|until| *until > now),
            created_at: UnixMillis(self.created_at),
            old_secret_until: self.old_until.map(UnixMillis).filter(|until| *until > now),
            delivered: self.delivered,
            waiting: self.waiting,
            failing: self.failing,
            dead: self.dead,
            last_delivered_at: self.last_delivered_at.map(UnixMillis),
        })
    }
}

const SHOWN: &str = "SELECT id, url, names, disabled, created_at, old_until, failures, rests_until,
    coalesce((SELECT n FROM delivery_counts WHERE endpoint = id AND state = 'delivered'), 0) AS delivered,
    coalesce((SELECT n FROM delivery_counts WHERE endpoint = id AND state = 'waiting'), 0) AS waiting,
    (SELECT count(*) FROM deliveries WHERE state = 'waiting' AND attempts > 0 AND endpoint = id) AS failing,
    coalesce((SELECT n FROM delivery_counts WHERE endpoint = id AND state = 'dead'), 0) AS dead,
    (SELECT last_at FROM delivery_counts WHERE endpoint = id AND state = 'delivered') AS last_delivered_at
    FROM endpoints";

/// All webhooks, the oldest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List;

impl Call for List {
    const NAME: &'static str = "endpoints.list";
    type Out = Vec<Endpoint>;
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<Vec<Endpoint>> {
        let rows: Vec<Row> = cx.sql.rows(&format!("{SHOWN} ORDER BY created_at, id"), bind![])?;
        rows.into_iter().map(|row| row.read(cx.now)).collect()
    }
}

/// A new webhook. Its address and secret have been checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Add {
    /// Where events go.
    pub url: String,
    /// What they are signed with.
    pub secret: String,
    /// Which; all where this is empty.
    pub names: Vec<Name>,
    /// The mark of those that the form stood below, by [`there_are`]: the same form sent again adds no second one. Any
    /// with none.
    #[serde(default)]
    pub seen: Option<String>,
}

/// What of the list a form for one more has seen.
pub fn there_are(all: &[Endpoint]) -> Vec<EndpointId> {
    all.iter().map(|endpoint| endpoint.endpoint_id.clone()).collect()
}

impl Call for Add {
    const NAME: &'static str = "endpoints.add";
    type Out = Endpoint;
}

impl Write for Add {
    fn run(self, cx: &Cx) -> Outcome<Endpoint> {
        seen::stands(self.seen.as_deref(), &there_are(&List.run(cx)?))?;
        let id = insert(cx, &self.url, &self.secret, &self.names, false)?;
        show(cx, &id)
    }
}

/// Changes a webhook. A new address has been checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Change {
    /// Which.
    pub endpoint_id: EndpointId,
    /// What.
    pub patch: EndpointPatch,
}

impl Call for Change {
    const NAME: &'static str = "endpoints.change";
    type Out = Endpoint;
}

impl Write for Change {
    fn run(self, cx: &Cx) -> Outcome<Endpoint> {
        let (id, patch) = (self.endpoint_id, self.patch);
        must(cx.sql, &id)?;
        if let Some(url) = patch.url {
            cx.sql.run("UPDATE endpoints SET url = ? WHERE id = ?", bind![url, id.as_str()])?;
            well(cx, &id)?;
        }
        if let Some(names) = patch.names {
            let names = to_json("names", &names)?;
            cx.sql.run("UPDATE endpoints SET names = ? WHERE id = ?", bind![names, id.as_str()])?;
        }
        match patch.enabled {
            Some(true) => {
                cx.sql
                    .run("UPDATE endpoints SET disabled = NULL WHERE id = ?", bind![id.as_str()])?;
                well(cx, &id)?;
                lanes::wake_all(cx, &id)?;
            }
            Some(false) => disable(cx, &id, DisabledBecause::Team)?,
            None => {}
        }
        show(cx, &id)
    }
}

/// Removes a webhook, and what is known of its deliveries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Remove {
    /// Which.
    pub endpoint_id: EndpointId,
}

impl Call for Remove {
    const NAME: &'static str = "endpoints.remove";
    type Out = ();
}

impl Write for Remove {
    fn run(self, cx: &Cx) -> Outcome<()> {
        must(cx.sql, &self.endpoint_id)?;
        remove(cx.sql, &self.endpoint_id)
    }
}

/// Puts another secret in the place of the one that stands. It has been checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rotate {
    /// Of which.
    pub endpoint_id: EndpointId,
    /// The new one.
    pub secret: String,
    /// For how many seconds the one before signs as well.
    pub keep_s: u32,
    /// The mark of until when an older one signs, by which it is told whether there is another one since; whatever
    /// there is with none.
    #[serde(default)]
    pub seen: Option<String>,
}

impl Call for Rotate {
    const NAME: &'static str = "endpoints.rotate";
    type Out = Endpoint;
}

impl Write for Rotate {
    fn run(self, cx: &Cx) -> Outcome<Endpoint> {
        must(cx.sql, &self.endpoint_id)?;
        let before = show(cx, &self.endpoint_id)?.old_secret_until;
        seen::stands(self.seen.as_deref(), &before)?;
        let until = cx.now.plus(i64::from(self.keep_s) * 1000);
        cx.sql.run(
            "UPDATE endpoints SET old_secret = secret, old_until = ?, secret = ? WHERE id = ?",
            bind![until.0, self.secret, self.endpoint_id.as_str()],
        )?;
        show(cx, &self.endpoint_id)
    }
}

/// What somebody who delivers needs to know of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Where to.
    pub url: String,
    /// What to sign with, the newest first.
    pub secrets: Vec<String>,
}

/// Whether a webhook is open to a lane.
#[derive(Debug, PartialEq, Eq)]
pub enum Gate {
    /// It is off, or there is none.
    Shut,
    /// It only fails, and is left alone until then.
    Rests(UnixMillis),
    /// It may be sent this.
    Open(Target),
}

/// Whether a lane may be delivered, and where to.
pub fn gate(cx: &Cx, id: &EndpointId, lane: &str) -> Outcome<Gate> {
    #[derive(Deserialize)]
    struct Row {
        url: String,
        secret: String,
        old_secret: Option<String>,
        old_until: Option<i64>,
        rests_until: i64,
        probe: Option<String>,
    }
    let row: Option<Row> = cx.sql.first(
        "SELECT url, secret, old_secret, old_until, rests_until, probe FROM endpoints WHERE id = ? AND disabled IS NULL",
        bind![id.as_str()],
    )?;
    let Some(row) = row else { return Ok(Gate::Shut) };
    if row.rests_until > cx.now.0 && row.probe.as_deref() != Some(lane) {
        return Ok(Gate::Rests(UnixMillis(row.rests_until)));
    }
    let kept = row.old_until.is_some_and(|until| until > cx.now.0);
    let old = row.old_secret.filter(|_| kept);
    let secrets = std::iter::once(row.secret).chain(old).collect();
    Ok(Gate::Open(Target { url: row.url, secrets }))
}

/// Lets a lane be tried while its webhook rests, until an answer can be expected: no other one is then.
pub fn probe(sql: &Sql, id: &EndpointId, lane: &str, until: UnixMillis) -> Outcome<()> {
    sql.run(
        "UPDATE endpoints SET probe = ?, rests_until = ? WHERE id = ?",
        bind![lane, until.0, id.as_str()],
    )
}

/// A webhook has taken something, or is another one from now on: it need not rest.
pub fn well(cx: &Cx, id: &EndpointId) -> Outcome<()> {
    cx.sql.run(
        "UPDATE endpoints SET failures = 0, rests_until = 0, probe = NULL WHERE id = ? AND failures > 0",
        bind![id.as_str()],
    )
}

/// A webhook has failed. One that only fails rests: it would hold up the webhooks of others, which wait
/// for the same connections, and it is no kindness to whoever mends it.
pub fn ill(cx: &Cx, id: &EndpointId, chance: f64) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Row {
        failures: u32,
    }
    let row: Option<Row> =
        cx.sql.first("SELECT failures FROM endpoints WHERE id = ?", bind![id.as_str()])?;
    let Some(row) = row else { return Ok(()) };
    let failures = row.failures.saturating_add(1);
    let until = retry::rest(failures, chance).map_or(0, |rest| cx.now.plus(rest).0);
    cx.sql.run(
        "UPDATE endpoints SET failures = ?, rests_until = ?, probe = NULL WHERE id = ?",
        bind![i64::from(failures), until, id.as_str()],
    )
}

/// The webhooks that take events of a name.
pub fn takers(sql: &Sql, name: Name) -> Outcome<Vec<EndpointId>> {
    #[derive(Deserialize)]
    struct Taker {
        id: EndpointId,
    }
    let takers: Vec<Taker> = sql.rows(
        "SELECT id FROM endpoints WHERE disabled IS NULL AND (names = '[]' OR EXISTS (SELECT 1 FROM json_each(names) WHERE value = ?)) ORDER BY created_at, id",
        bind![name.as_str()],
    )?;
    Ok(takers.into_iter().map(|taker| taker.id).collect())
}

/// Sends a webhook nothing any more.
pub fn disable(cx: &Cx, id: &EndpointId, why: DisabledBecause) -> Outcome<()> {
    cx.sql.run(
        "UPDATE endpoints SET disabled = ? WHERE id = ? AND disabled IS NULL",
        bind![why.as_str(), id.as_str()],
    )
}

/// Whether a webhook is on.
///
/// # Errors
/// [`Code::NotFound`] where there is none of this id.
pub fn must(sql: &Sql, id: &EndpointId) -> Outcome<bool> {
    #[derive(Deserialize)]
    struct Found {
        on: u8,
    }
    let found: Option<Found> = sql.first(
        "SELECT disabled IS NULL AS \"on\" FROM endpoints WHERE id = ?",
        bind![id.as_str()],
    )?;
    found
        .map(|found| found.on == 1)
        .ok_or_else(|| Error::new(Code::NotFound, "there is no such webhook").into())
}

fn show(cx: &Cx, id: &EndpointId) -> Outcome<Endpoint> {
    must(cx.sql, id)?;
    let row: Option<Row> = cx.sql.first(&format!("{SHOWN} WHERE id = ?"), bind![id.as_str()])?;
    row.ok_or_else(|| Error::new(Code::NotFound, "there is no such webhook").into())
        .and_then(|row| row.read(cx.now))
}

fn insert(cx: &Cx, url: &str, secret: &str, names: &[Name], first: bool) -> Outcome<EndpointId> {
    let n = cx.sql.count("SELECT count(*) AS n FROM endpoints", bind![])?;
    if n >= MAX_ENDPOINTS {
        let detail = "a workspace may have 10 webhooks at most; remove one first";
        return Err(Error::new(Code::InvalidField, detail).into());
    }
    // Calls come one after another, so two of the same instant find different numbers.
    let (now, n) = (cx.now.0.to_le_bytes(), n.to_le_bytes());
    let id = EndpointId::derive(&[cx.workspace.as_str().as_bytes(), url.as_bytes(), &now, &n]);
    cx.sql.run(
        "INSERT INTO endpoints (id, url, secret, names, first, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        bind![id.as_str(), url, secret, to_json("names", &names)?, i64::from(first), cx.now.0],
    )?;
    Ok(id)
}

fn remove(sql: &Sql, id: &EndpointId) -> Outcome<()> {
    sql.run("DELETE FROM endpoints WHERE id = ?", bind![id.as_str()])?;
    // Before the log, so that no row of that changes them.
    sql.run("DELETE FROM delivery_counts WHERE endpoint = ?", bind![id.as_str()])?;
    sql.run("DELETE FROM deliveries WHERE endpoint = ?", bind![id.as_str()])?;
    sql.run("DELETE FROM lanes WHERE endpoint = ?", bind![id.as_str()])
}

/// The webhook that was named with the workspace, which the settings show.
#[derive(Deserialize)]
struct First {
    id: EndpointId,
    url: String,
}

fn find_first(sql: &Sql) -> Outcome<Option<First>> {
    sql.first("SELECT id, url FROM endpoints WHERE first = 1", bind![])
}

/// The address of the webhook that the settings show.
pub fn first_url(sql: &Sql) -> Outcome<Option<String>> {
    Ok(find_first(sql)?.map(|first| first.url))
}

/// Names a webhook with the workspace.
pub fn begin(cx: &Cx, webhook: &Webhook) -> Outcome<()> {
    insert(cx, &webhook.url, &webhook.secret, &[], true).map(drop)
}

/// Changes or removes the webhook that the settings show.
///
/// # Errors
/// [`Code::InvalidField`] for another address without a secret.
pub fn set_first(cx: &Cx, change: Option<WebhookChange>) -> Outcome<()> {
    let first = find_first(cx.sql)?;
    match (first, change) {
        (None, None) => Ok(()),
        (Some(first), None) => remove(cx.sql, &first.id),
        (first, Some(WebhookChange { url, secret })) => match (first, secret) {
            (Some(first), None) if first.url == url => Ok(()),
            (_, None) => Err(Error::new(
                Code::InvalidField,
                "the field `webhook.secret` is missing; it may be left out only where the `url` stays",
            )
            .into()),
            (Some(first), Some(secret)) => cx.sql.run(
                "UPDATE endpoints SET url = ?, secret = ?, old_secret = NULL, old_until = NULL, failures = 0, rests_until = 0, probe = NULL WHERE id = ?",
                bind![url, secret, first.id.as_str()],
            ),
            (None, Some(secret)) => begin(cx, &Webhook { url, secret }),
        },
    }
}
