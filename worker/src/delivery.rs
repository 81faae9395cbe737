//! The consumer of events: takes a lane from the ledger, hands its events to the workspace's sinks one
//! by one, and confirms each before the next, so that a slow or failing receiver gets no repeats of
//! what it has taken, and nothing before what came earlier in the same conversation.
//!
//! The webhook speaks Standard Webhooks (standardwebhooks.com, specification 1.0): the headers
//! `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,` HMAC-SHA-256 over
//! `id.timestamp.body`.

use crate::auth::sign;
use crate::config;
use crate::fault::{Fault, Outcome};
use crate::ledger::lanes::{Delivered, LaneEvent, LaneNotice, Take};
use crate::{queue, rpc};
use askwell::Code;
use askwell::api::Webhook;
use askwell::time::UnixMillis;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;
use worker::{AbortSignal, Env, Fetch, Headers, MessageBatch, Method, Request, RequestInit};

/// Longest that a webhook may take to answer.
const TIMEOUT_MS: u32 = 10_000;

/// Lanes that are worked on at the same time: an invocation may wait for six connections.
const LANES_AT_ONCE: usize = 6;

/// Delivers a batch of lanes.
pub async fn consume(batch: &MessageBatch<IgnoredAny>, env: &Env) {
    queue::each(batch, env, LANES_AT_ONCE, async |notice, id| deliver(&notice, &id, env).await)
        .await;
}

/// Delivers what a lane holds, up to the first failure.
async fn deliver(notice: &LaneNotice, holder: &str, env: &Env) -> Outcome<()> {
    let ledger = rpc::ledger(env, &notice.workspace)?;
    let take = Take { lane: notice.lane.clone(), holder: holder.to_owned() };
    let taken = rpc::call(&ledger, &take).await?;
    let confirm = async |ids: Vec<String>, done| {
        let delivered = Delivered { lane: notice.lane.clone(), ids, done };
        rpc::call(&ledger, &delivered).await
    };
    let mut unconfirmed = Vec::new();
    let last = taken.events.len().saturating_sub(1);
    for (place, LaneEvent { id, event }) in taken.events.into_iter().enumerate() {
        let body = event.to_string();
        if config::log_events(env) {
            worker::console_log!("{body}");
        }
        if let Some(webhook) = &taken.webhook {
            post(webhook, &id, body, env).await?;
        }
        unconfirmed.push(id);
        // Without a receiver there is nobody who could get a repeat.
        if taken.webhook.is_some() || place == last {
            confirm(std::mem::take(&mut unconfirmed), place == last).await?;
        }
    }
    Ok(())
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
    // A timer of the runtime: one of ours would have to be stopped once there is an answer.
    let signal = AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(TIMEOUT_MS));
    let response = Fetch::Request(request).send_with_signal(&signal).await?;
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

/// Whether a timestamp in seconds is of now, give or take the five minutes that the reference libraries
/// of Standard Webhooks allow.
pub fn is_timely(timestamp: &str, now: UnixMillis) -> bool {
    let seconds = timestamp.parse::<i64>().ok();
    seconds.is_some_and(|seconds| seconds.abs_diff(now.secs()) <= 300)
}

/// The signature of Standard Webhooks over what is sent.
///
/// # Errors
/// [`Code::InvalidField`] for a secret that is none.
pub fn signature(secret: &str, id: &str, timestamp: &str, body: &str) -> Outcome<String> {
    let tag = sign(&secret_bytes(secret)?, format!("{id}.{timestamp}.{body}").as_bytes())?;
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
