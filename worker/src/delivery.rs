//! The consumer of events: hands each to the workspace's sinks and confirms it to the ledger.
//!
//! The webhook speaks Standard Webhooks (standardwebhooks.com, specification 1.0): the headers
//! `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,` HMAC-SHA-256 over
//! `id.timestamp.body`.

use crate::auth::sign_bytes;
use crate::closing::decode;
use crate::config;
use crate::fault::{Fault, Outcome};
use crate::ledger::calls::{EventNotice, Settings};
use crate::rpc;
use askwell::Code;
use askwell::api::Webhook;
use askwell::id::WorkspaceId;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;
use std::collections::HashMap;
use std::time::Duration;
use worker::{
    AbortSignal, Delay, Env, Fetch, Headers, MessageBatch, MessageExt, Method, Request, RequestInit,
};

/// Longest that a webhook may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Delivers a batch of events in their order.
pub async fn consume(batch: &MessageBatch<IgnoredAny>, env: &Env) {
    let mut webhooks: HashMap<WorkspaceId, Option<Webhook>> = HashMap::new();
    let mut delivered: HashMap<WorkspaceId, Vec<(String, worker::RawMessage)>> = HashMap::new();
    for message in batch.raw_iter() {
        let Some(notice) = decode::<EventNotice>(&message, env, "events").await else { continue };
        match deliver(&notice, &mut webhooks, env).await {
            Ok(()) => delivered.entry(notice.workspace).or_default().push((notice.id, message)),
            Err(fault) => {
                fault.log("deliver");
                message.retry();
            }
        }
    }
    for (workspace, messages) in delivered {
        let ids: Vec<&String> = messages.iter().map(|(id, _)| id).collect();
        let confirmed = match rpc::ledger(env, &workspace) {
            Ok(ledger) => rpc::call::<_, ()>(&ledger, "delivered", &ids).await,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = &confirmed {
            fault.log("confirm delivery");
        }
        for (_, message) in messages {
            if confirmed.is_ok() { message.ack() } else { message.retry() }
        }
    }
}

async fn deliver(
    notice: &EventNotice,
    webhooks: &mut HashMap<WorkspaceId, Option<Webhook>>,
    env: &Env,
) -> Outcome<()> {
    if !webhooks.contains_key(&notice.workspace) {
        let ledger = rpc::ledger(env, &notice.workspace)?;
        let settings: Settings = rpc::call(&ledger, "settings", &()).await?;
        webhooks.insert(notice.workspace.clone(), settings.webhook);
    }
    let body = notice.event.to_string();
    if config::log_events(env) {
        worker::console_log!("{body}");
    }
    match webhooks.get(&notice.workspace) {
        Some(Some(webhook)) => post(webhook, &notice.id, body, env).await,
        _ => Ok(()),
    }
}

async fn post(webhook: &Webhook, id: &str, body: String, env: &Env) -> Outcome<()> {
    let timestamp = config::now(env).secs().to_string();
    let headers = Headers::new();
    headers.set("content-type", "application/cloudevents+json")?;
    headers.set("webhook-id", id)?;
    headers.set("webhook-timestamp", &timestamp)?;
    headers.set("webhook-signature", &signature(&webhook.secret, id, &timestamp, &body)?)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_headers(headers).with_body(Some(body.into()));
    let request = Request::new_with_init(&webhook.url, &init)?;
    let abort = worker::AbortController::default();
    let signal: AbortSignal = abort.signal();
    let fetch = Fetch::Request(request);
    let sending = fetch.send_with_signal(&signal);
    let response = match futures_util::future::select(Box::pin(sending), Delay::from(TIMEOUT)).await
    {
        futures_util::future::Either::Left((response, _)) => response?,
        futures_util::future::Either::Right(((), _)) => {
            abort.abort();
            return Err(failed("no answer in time".to_owned()));
        }
    };
    match response.status_code() {
        200..=299 => Ok(()),
        status => Err(failed(format!("answered {status}"))),
    }
}

fn failed(why: String) -> Fault {
    Fault::Platform(worker::Error::RustError(format!("the webhook {why}; it will be tried again")))
}

/// The key of a secret: what stands behind `whsec_`, base 64, 24 to 64 bytes.
///
/// # Errors
/// [`Code::InvalidField`] when it is not that.
pub fn secret_bytes(secret: &str) -> Outcome<Vec<u8>> {
    secret
        .strip_prefix("whsec_")
        .and_then(|text| STANDARD.decode(text).ok())
        .filter(|bytes| (24..=64).contains(&bytes.len()))
        .ok_or_else(|| {
            Fault::refused(
                Code::InvalidField,
                "the field `webhook.secret` must be whsec_ and the base 64 of 24 to 64 bytes",
            )
        })
}

fn signature(secret: &str, id: &str, timestamp: &str, body: &str) -> Outcome<String> {
    let tag = sign_bytes(&secret_bytes(secret)?, format!("{id}.{timestamp}.{body}").as_bytes())?;
    Ok(format!("v1,{}", STANDARD.encode(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of the specification's reference libraries (`webhook.test.ts`).
    #[test]
    fn signs_as_the_specification_does() {
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
