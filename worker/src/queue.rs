//! What all queues have in common: working through a batch, messages that cannot be read, and messages
//! that a queue gave up on.

use crate::config;
use crate::conversation::calls::ClosingNotice;
use crate::fault::{Fault, Outcome, to_json};
use crate::ledger::dead;
use crate::ledger::lanes::LaneNotice;
use crate::rpc;
use askwell::api::{PageQuery, PoisonList, PoisonMessage};
use askwell::id::{self, WorkspaceId};
use askwell::time::UnixMillis;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::{self, StreamExt};
use js_sys::{ArrayBuffer, Uint8Array};
use serde::de::{DeserializeOwned, IgnoredAny};
use wasm_bindgen::{JsCast, JsValue};
use worker::{Env, MessageBatch, MessageExt, QueueRetryOptionsBuilder, RawMessage};

/// What the keys of poison messages begin with.
const POISON: &str = "poison/";
/// Poison messages on a page: each is read by itself, and an invocation may make 1,000 requests.
const POISON_MOST: i64 = 100;
/// How long a poison message is kept for somebody to look at: 30 days.
const POISON_TTL_S: u64 = 30 * 24 * 60 * 60;

/// Works through a batch, `width` messages at the same time. A message that is worked off is
/// acknowledged, one that fails is retried, and one that cannot be read is set aside. `work` also gets
/// the message's id, which stays the same over its retries.
pub async fn each<T: DeserializeOwned>(
    batch: &MessageBatch<IgnoredAny>,
    env: &Env,
    width: usize,
    work: impl AsyncFn(T, String) -> Outcome<()>,
) {
    let queue = batch.queue();
    stream::iter(batch.raw_iter())
        .for_each_concurrent(width, async |message| {
            let Some(notice) = decode(&message, env, &queue).await else { return };
            match work(notice, message.id()).await {
                Ok(()) => message.ack(),
                Err(fault) => {
                    fault.log(&queue);
                    match fault {
                        Fault::Later { seconds, .. } => {
                            let later = QueueRetryOptionsBuilder::new();
                            message.retry_with_options(&later.with_delay_seconds(seconds).build());
                        }
                        _ => message.retry(),
                    }
                }
            }
        })
        .await;
}

/// Notes what the queue of closings gave up on.
pub async fn bury_closings(batch: &MessageBatch<IgnoredAny>, env: &Env) {
    each(batch, env, 1, async |notice: ClosingNotice, _| {
        let subject = format!("{} revision {}", notice.conversation_id, notice.revision);
        note(env, &notice.workspace, batch.queue(), subject).await
    })
    .await;
}

/// Notes what the queue of events gave up on.
pub async fn bury_events(batch: &MessageBatch<IgnoredAny>, env: &Env) {
    each(batch, env, 1, async |notice: LaneNotice, _| {
        let subject = format!("{} {}", notice.endpoint, notice.lane);
        note(env, &notice.workspace, batch.queue(), subject).await
    })
    .await;
}

/// Notes that a queue gave up on something.
pub async fn note(
    env: &Env,
    workspace: &WorkspaceId,
    queue: String,
    subject: String,
) -> Outcome<()> {
    rpc::call(&rpc::ledger(env, workspace)?, &dead::Note { queue, subject }).await
}

/// Reads a message. One that cannot be read is set aside in KV under `poison/` and acknowledged, so
/// that it fails neither its batch nor itself over and over.
async fn decode<T: DeserializeOwned>(message: &RawMessage, env: &Env, queue: &str) -> Option<T> {
    let body = message.body();
    if let Ok(notice) = serde_wasm_bindgen::from_value(body.clone()) {
        return Some(notice);
    }
    match set_aside(env, queue, &message.id(), &text(&body)).await {
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
    let key = format!("{POISON}{queue}/{}", id::digest(&[message.as_bytes(), text.as_bytes()]));
    let at = config::now(env).rfc3339();
    let body = to_json("poison", &serde_json::json!({ "queue": queue, "at": at, "body": text }))?;
    let put = env.kv(config::DOCUMENTS)?.put(&key, body)?.expiration_ttl(POISON_TTL_S);
    put.execute().await.map_err(Fault::from)
}

/// Messages that were set aside, in the order of their keys.
///
/// # Errors
/// [`askwell::Code::InvalidField`] for a cursor that is none of KV's.
pub async fn poison(env: &Env, page: &PageQuery) -> Outcome<PoisonList> {
    #[derive(serde::Deserialize)]
    struct Aside {
        queue: String,
        at: String,
        body: String,
    }
    let store = env.kv(config::DOCUMENTS)?;
    let most = u64::try_from(page.rows()?.min(POISON_MOST)).unwrap_or(1);
    let mut list = store.list().prefix(POISON.to_owned()).limit(most);
    if let Some(cursor) = &page.cursor {
        list = list.cursor(cursor.clone());
    }
    let found = list.execute().await?;
    let mut items = Vec::new();
    for key in found.keys {
        // One that has run out meanwhile is not there any more.
        let Some(aside) = store.get(&key.name).json::<Aside>().await? else { continue };
        items.push(PoisonMessage {
            key: key.name,
            queue: aside.queue,
            at: UnixMillis::parse_rfc3339(&aside.at)?,
            bytes: aside.body.len() as u64,
        });
    }
    Ok(PoisonList { items, next: found.cursor.filter(|_| !found.list_complete) })
}
