//! Sending what the transactions left behind: documents to KV, events to their queue.
//!
//! A document is a row that names what is out of date, not a copy of it: however often a customer
//! changes, KV is written once with what is true when it is written. An event stays due, with
//! growing pauses, until its delivery is confirmed; sinks know repeats by the event's id.

use super::calls::{EventNotice, Settings, VisitorDocument};
use super::query;
use crate::bind;
use crate::config;
use crate::fault::{Outcome, from_json, to_json};
use crate::sql::Sql;
use askwell::detect::Kind;
use askwell::time::UnixMillis;
use serde::Deserialize;
use worker::Env;

/// Documents per alarm: each is a KV write, and an invocation may make 1,000 subrequests.
const DOCUMENTS_AT_ONCE: u32 = 400;
/// Events per alarm and per batch of the queue.
const EVENTS_AT_ONCE: u32 = 100;
/// A batch of the queue may have 256 kB; our largest event is under 2 kB.
const RESEND_MS: i64 = 30_000;
const RESEND_MOST_MS: i64 = 60 * 60 * 1000;

#[derive(Deserialize)]
struct Document {
    key: String,
    kind: String,
    subject: String,
    version: i64,
}

#[derive(Deserialize)]
struct DueEvent {
    seq: i64,
    id: String,
    body: String,
    attempts: u32,
}

/// When there is something to send next; none when all is sent.
pub fn due(sql: &Sql, now: UnixMillis) -> Outcome<Option<UnixMillis>> {
    #[derive(Deserialize)]
    struct Row {
        at: Option<i64>,
    }
    let waiting: Option<serde::de::IgnoredAny> =
        sql.first("SELECT 1 AS found FROM documents LIMIT 1", bind![])?;
    if waiting.is_some() {
        return Ok(Some(now));
    }
    let row: Option<Row> =
        sql.first("SELECT min(due_at) AS at FROM events WHERE due_at IS NOT NULL", bind![])?;
    Ok(row.and_then(|row| row.at).map(UnixMillis))
}

/// Publishes documents that are out of date.
pub async fn publish(sql: &Sql, settings: &Settings, env: &Env) -> Outcome<()> {
    let store = env.kv(config::DOCUMENTS)?;
    let documents: Vec<Document> = sql.rows(
        "SELECT key, kind, subject, version FROM documents LIMIT ?",
        bind![i64::from(DOCUMENTS_AT_ONCE)],
    )?;
    let writes = documents.into_iter().map(|document| {
        let store = store.clone();
        async move {
            match read(sql, settings, &document)? {
                Some(text) => store.put(&document.key, text)?.execute().await?,
                None => store.delete(&document.key).await?,
            }
            // Unless it has changed again meanwhile.
            sql.run(
                "DELETE FROM documents WHERE key = ? AND version = ?",
                bind![document.key, document.version],
            )
        }
    });
    futures_util::future::join_all(writes).await.into_iter().collect()
}

fn read(sql: &Sql, settings: &Settings, document: &Document) -> Outcome<Option<String>> {
    let subject = document.subject.as_str();
    match document.kind.as_str() {
        "customer" => query::customer(sql, subject)?.map(|c| to_json("document", &c)).transpose(),
        "visitor" => Ok(Some(to_json("document", &visitor(sql, subject)?)?)),
        "transcript" => Ok(query::archive(sql, subject)?
            .map(|archive| to_json("document", &archive.messages))
            .transpose()?),
        "workspace" => {
            Ok(Some(serde_json::json!({ "id": settings.id, "name": settings.name }).to_string()))
        }
        _ => Ok(None),
    }
}

fn visitor(sql: &Sql, id: &str) -> Outcome<VisitorDocument> {
    #[derive(Deserialize)]
    struct Row {
        customer_id: String,
    }
    let row: Option<Row> = sql.first("SELECT customer_id FROM visitors WHERE id = ?", bind![id])?;
    let Some(customer) =
        row.map(|row| query::customer(sql, &row.customer_id)).transpose()?.flatten()
    else {
        return Ok(VisitorDocument::default());
    };
    let has = |kind: &Kind| match kind {
        Kind::Name => customer.name.is_some(),
        Kind::Email => customer.email.is_some(),
        Kind::Phone => customer.phone.is_some(),
    };
    let known = Kind::ALL.into_iter().filter(has).collect();
    Ok(VisitorDocument { customer_id: Some(customer.customer_id), known })
}

/// Puts due events into the queue, in the ledger's order.
pub async fn send_events(
    sql: &Sql,
    settings: &Settings,
    env: &Env,
    now: UnixMillis,
) -> Outcome<()> {
    let due: Vec<DueEvent> = sql.rows(
        "SELECT seq, id, body, attempts FROM events WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY seq LIMIT ?",
        bind![now.0, i64::from(EVENTS_AT_ONCE)],
    )?;
    if due.is_empty() {
        return Ok(());
    }
    let mut notices = Vec::with_capacity(due.len());
    for event in &due {
        notices.push(EventNotice {
            workspace: settings.id.clone(),
            id: event.id.clone(),
            event: from_json("event", &event.body)?,
        });
    }
    let texts: Vec<String> =
        notices.iter().map(|n| to_json("event notice", n)).collect::<Outcome<_>>()?;
    env.queue(config::EVENTS)?.send_batch(texts).await?;
    for event in due {
        let pause = RESEND_MS.saturating_mul(1 << event.attempts.min(10)).min(RESEND_MOST_MS);
        sql.run(
            "UPDATE events SET attempts = attempts + 1, due_at = ? WHERE seq = ? AND due_at IS NOT NULL",
            bind![now.plus(pause).0, event.seq],
        )?;
    }
    Ok(())
}

/// Notes deliveries.
pub fn delivered(sql: &Sql, ids: &[String], now: UnixMillis) -> Outcome<()> {
    for id in ids {
        sql.run(
            "UPDATE events SET delivered_at = coalesce(delivered_at, ?), due_at = NULL WHERE id = ?",
            bind![now.0, id.as_str()],
        )?;
    }
    Ok(())
}
