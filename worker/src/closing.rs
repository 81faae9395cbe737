//! The consumer of closings: fetch the conversation → conclude → record in the ledger → confirm.
//!
//! Each step may be repeated: the ledger knows the closing by its revision, and the conversation
//! sends it again until it is confirmed. So a message is acknowledged once its closing is recorded,
//! and retried otherwise; after the last retry it goes to the dead-letter queue, where it is noted
//! in the ledger, and the conversation's own resending still goes on.

use crate::config;
use crate::conversation::calls::{ClosingNotice, Confirm, GetSnapshot};
use crate::fault::{Fault, Outcome, to_json};
use crate::ledger::lanes::LaneNotice;
use crate::ledger::record::Record;
use crate::ledger::{dead, fields};
use crate::rpc;
use askwell::closing::{FieldVersion, conclude};
use askwell::id::{self, WorkspaceId};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use js_sys::{ArrayBuffer, Uint8Array};
use serde::de::{DeserializeOwned, IgnoredAny};
use std::collections::HashMap;
use wasm_bindgen::{JsCast, JsValue};
use worker::{Env, MessageBatch, MessageExt, RawMessage};

/// How long a poison message is kept for somebody to look at: 30 days.
const POISON_TTL_S: u64 = 30 * 24 * 60 * 60;

/// Classifies a batch of closings.
pub async fn consume(batch: &MessageBatch<IgnoredAny>, env: &Env) {
    let mut questions: HashMap<WorkspaceId, Vec<FieldVersion>> = HashMap::new();
    for message in batch.raw_iter() {
        let Some(notice) = decode::<ClosingNotice>(&message, env, "closed").await else { continue };
        match classify(&notice, &mut questions, env).await {
            Ok(()) => message.ack(),
            Err(fault) => {
                fault.log("classify");
                message.retry();
            }
        }
    }
}

async fn classify(
    notice: &ClosingNotice,
    questions: &mut HashMap<WorkspaceId, Vec<FieldVersion>>,
    env: &Env,
) -> Outcome<()> {
    let conversation = rpc::conversation(env, &notice.workspace, &notice.conversation_id)?;
    let revision = notice.revision;
    let snapshot = rpc::call(&conversation, &GetSnapshot { revision }).await?;
    // None: it has been confirmed, and this is a repeat.
    let Some(snapshot) = snapshot else { return Ok(()) };
    let ledger = rpc::ledger(env, &notice.workspace)?;
    if !questions.contains_key(&notice.workspace) {
        let list = rpc::call(&ledger, &fields::List).await?;
        questions.insert(notice.workspace.clone(), list.fields);
    }
    let asked = questions.get(&notice.workspace).map(Vec::as_slice).unwrap_or_default();
    let conclusion = conclude(&snapshot.closed, asked);
    let record = Record {
        closed: snapshot.closed,
        conclusion,
        session: snapshot.session,
        closed_wall: snapshot.closed_wall,
        version: snapshot.version,
    };
    rpc::call(&ledger, &record).await?;
    rpc::call(&conversation, &Confirm { revision }).await
}

/// Notes what a queue gave up on.
pub async fn bury(batch: &MessageBatch<IgnoredAny>, env: &Env, queue: &str) {
    for message in batch.raw_iter() {
        let noted = if queue.contains("closed") {
            match decode::<ClosingNotice>(&message, env, queue).await {
                Some(notice) => {
                    let subject =
                        format!("{} revision {}", notice.conversation_id, notice.revision);
                    note(env, &notice.workspace, queue, subject).await
                }
                None => continue,
            }
        } else {
            match decode::<LaneNotice>(&message, env, queue).await {
                Some(notice) => note(env, &notice.workspace, queue, notice.lane).await,
                None => continue,
            }
        };
        match noted {
            Ok(()) => message.ack(),
            Err(fault) => {
                fault.log("dead letter");
                message.retry();
            }
        }
    }
}

async fn note(env: &Env, workspace: &WorkspaceId, queue: &str, subject: String) -> Outcome<()> {
    let note = dead::Note { queue: queue.to_owned(), subject };
    rpc::call(&rpc::ledger(env, workspace)?, &note).await
}

/// Reads a message. One that cannot be read is set aside in KV under `poison/` and acknowledged, so
/// that it fails neither its batch nor itself over and over.
pub async fn decode<T: DeserializeOwned>(
    message: &RawMessage,
    env: &Env,
    queue: &str,
) -> Option<T> {
    let text = text(&message.body());
    if let Ok(notice) = serde_json::from_str(&text) {
        return Some(notice);
    }
    match set_aside(env, queue, &message.id(), &text).await {
        Ok(()) => {
            worker::console_error!(
                "a message of the queue {queue} could not be read; it is in KV under poison/"
            );
            message.ack();
        }
        Err(fault) => {
            fault.log("poison");
            message.retry();
        }
    }
    None
}

/// A body as text: strings as they are, bytes in base 64, anything else as JSON.
fn text(body: &JsValue) -> String {
    if let Some(buffer) = body.dyn_ref::<ArrayBuffer>() {
        return STANDARD.encode(Uint8Array::new(buffer).to_vec());
    }
    if let Some(bytes) = body.dyn_ref::<Uint8Array>() {
        return STANDARD.encode(bytes.to_vec());
    }
    body.as_string()
        .or_else(|| js_sys::JSON::stringify(body).ok().and_then(|text| text.as_string()))
        .unwrap_or_default()
}

async fn set_aside(env: &Env, queue: &str, message: &str, text: &str) -> Outcome<()> {
    let key = format!("poison/{queue}/{}", id::digest(&[message.as_bytes(), text.as_bytes()]));
    let at = config::now(env).rfc3339();
    let body = to_json("poison", &serde_json::json!({ "queue": queue, "at": at, "body": text }))?;
    let put = env.kv(config::DOCUMENTS)?.put(&key, body)?.expiration_ttl(POISON_TTL_S);
    put.execute().await.map_err(Fault::from)
}
