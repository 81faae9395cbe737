//! Documents on their way to KV.
//!
//! A document is a row that names what is out of date, not a copy of it: however often a customer
//! changes, KV is written once with what is true when it is written. One that cannot be written is
//! tried again with growing pauses, and holds up no other.

use super::documents::{
    SealedDocument, TranscriptDocument, Versioned, VisitorDocument, WorkspaceDocument,
};
use super::settings::{self, Settings};
use super::{Workspace, archives, conversations, customers, data_keys};
use crate::alarm;
use crate::bind;
use crate::bounded::{self, Limits};
use crate::config;
use crate::fault::{Outcome, to_json};
use crate::jobs::{self, Next, Work};
use crate::sql::Sql;
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};
use worker::{Env, kv::KvStore};

/// Documents per alarm: each is a KV write, and an invocation may make 1,000 subrequests.
const DOCUMENTS_AT_ONCE: u32 = 400;
/// What is written at the same time: six connections are all that an invocation may have, and of
/// its 128 MB a transcript needs a few times its size.
const LIMITS: Limits = Limits { items: 6, bytes: 4 * 1024 * 1024 };
/// Size of a document that holds no conversation.
const SMALL_BYTES: u64 = 2 * 1024;
/// Pause before a document is tried again: 2 s × 2ⁿ, at most 15 min.
const RETRY_MS: i64 = 2_000;
const RETRY_MOST_MS: i64 = 15 * 60 * 1000;

#[derive(Deserialize)]
struct Document {
    key: String,
    kind: String,
    subject: String,
    version: i64,
    attempts: u32,
}

/// Publishes what is out of date.
pub struct Publish;

impl Work<Workspace> for Publish {
    const KIND: &'static str = "publish";

    async fn run(ledger: &Workspace, _subject: &str) -> Outcome<Next> {
        let sql = ledger.sql();
        let now = config::now(&ledger.env);
        publish(&sql, &settings::read(&sql)?, &ledger.env, now).await?;
        jobs::again_at(&sql, "SELECT min(due_at) AS at FROM documents", now)
    }
}

/// Publishes documents that are out of date, those that have waited longest first.
async fn publish(sql: &Sql, settings: &Settings, env: &Env, now: UnixMillis) -> Outcome<()> {
    let store = env.kv(config::DOCUMENTS)?;
    let documents: Vec<Document> = sql.rows(
        "SELECT key, kind, subject, version, attempts FROM documents WHERE due_at <= ? ORDER BY due_at, key LIMIT ?",
        bind![now.0, i64::from(DOCUMENTS_AT_ONCE)],
    )?;
    let write = async |document: &Document| {
        if let Err(fault) = put(sql, settings, &store, document).await {
            fault.log("publish");
            let pause = alarm::pause(RETRY_MS, document.attempts, RETRY_MOST_MS);
            sql.run(
                "UPDATE documents SET attempts = attempts + 1, due_at = ? WHERE key = ?",
                bind![now.plus(pause).0, document.key.as_str()],
            )?;
        }
        Ok(())
    };
    bounded::for_each(&documents, LIMITS, |document| size(sql, document), write).await
}

async fn put(sql: &Sql, settings: &Settings, store: &KvStore, document: &Document) -> Outcome<()> {
    match read(sql, settings, document)? {
        Some(text) => store.put(&document.key, text)?.execute().await?,
        None => store.delete(&document.key).await?,
    }
    // Unless it has changed again meanwhile.
    sql.run(
        "DELETE FROM documents WHERE key = ? AND version = ?",
        bind![document.key.as_str(), document.version],
    )
}

/// What a document takes in memory, about.
fn size(sql: &Sql, document: &Document) -> Outcome<u64> {
    #[derive(Deserialize)]
    struct Row {
        bytes: Option<u64>,
    }
    if document.kind != "transcript" {
        return Ok(SMALL_BYTES);
    }
    let row: Option<Row> = sql.first(
        "SELECT sum(length(CAST(body AS BLOB))) AS bytes FROM archives WHERE conversation_id = ?",
        bind![document.subject.as_str()],
    )?;
    Ok(row.and_then(|row| row.bytes).unwrap_or(0))
}

fn read(sql: &Sql, settings: &Settings, document: &Document) -> Outcome<Option<String>> {
    let subject = document.subject.as_str();
    match document.kind.as_str() {
        "customer" => customers::find(sql, subject)?
            .map(|customer| sealed(sql, document, subject, &Versioned::new(customer)))
            .transpose(),
        // Ids and kinds alone, which the edge reads before the first word.
        "visitor" => visitor(sql, subject)?
            .map(|visitor| to_json("document", &Versioned::new(visitor)))
            .transpose(),
        "transcript" => archives::find(sql, subject)?
            .map(|archive| {
                let owner = conversations::owner(sql, subject)?.unwrap_or_default();
                let transcript = TranscriptDocument { messages: archive.messages };
                sealed(sql, document, &owner, &Versioned::new(transcript))
            })
            .transpose(),
        "workspace" => {
            let workspace =
                WorkspaceDocument { id: settings.id.clone(), name: settings.name.clone() };
            Ok(Some(to_json("document", &Versioned::new(workspace))?))
        }
        _ => Ok(None),
    }
}

/// A document that only whoever has its customer's key can read.
fn sealed<T: Serialize>(
    sql: &Sql,
    document: &Document,
    customer: &str,
    content: &T,
) -> Outcome<String> {
    let text = to_json("document", content)?;
    let sealed = data_keys::of(sql, customer)?.seal(customer, &document.key, text.as_bytes())?;
    to_json("document", &Versioned::new(SealedDocument { sealed }))
}

/// None for a visitor who was erased, or of whom nothing is known yet.
pub fn visitor(sql: &Sql, id: &str) -> Outcome<Option<VisitorDocument>> {
    #[derive(Deserialize)]
    struct Row {
        customer_id: String,
    }
    let row: Option<Row> = sql.first("SELECT customer_id FROM visitors WHERE id = ?", bind![id])?;
    let customer = row.map(|row| customers::shown(sql, &row.customer_id)).transpose()?.flatten();
    Ok(customer.map(|customer| VisitorDocument {
        known: customers::kinds(&customer),
        customer_id: Some(customer.customer_id),
    }))
}
