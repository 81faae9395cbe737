//! The consumer of events: takes a lane from the ledger, hands its events to their webhook one by one,
//! and reports what became of each, so that a slow or failing receiver gets no repeats of what it has
//! taken, and nothing before what came earlier in the same conversation.
//!
//! The webhook speaks Standard Webhooks (standardwebhooks.com, specification 1.0): the headers
//! `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,` HMAC-SHA-256 over
//! `id.timestamp.body`.

use crate::auth::sign;
use crate::config;
use crate::fault::{Fault, Outcome};
use crate::ledger::deliveries::Failure;
use crate::ledger::lanes::{LaneEvent, LaneNotice, Report, Take, Taken};
use crate::{queue, rpc};
use askwell::Code;
use askwell::api::DeliveryFailure;
use askwell::time::UnixMillis;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;
use worker::{
    AbortSignal, Env, Fetch, Headers, MessageBatch, Method, Request, RequestInit, RequestRedirect,
    Stub,
};

/// Longest that a webhook may take to answer.
const TIMEOUT_MS: u32 = 10_000;

/// Lanes that are worked on at the same time: an invocation may wait for six connections.
const LANES_AT_ONCE: usize = 6;

/// What was taken is reported after so many milliseconds at the latest. When the machine dies, that
/// much comes again.
const REPORT_EVERY_MS: i64 = 500;

/// Delivers a batch of lanes.
pub async fn consume(batch: &MessageBatch<IgnoredAny>, env: &Env) {
    queue::each(batch, env, LANES_AT_ONCE, async |notice, id| deliver(&notice, &id, env).await)
        .await;
}

/// Delivers what a lane holds, up to the first failure.
async fn deliver(notice: &LaneNotice, holder: &str, env: &Env) -> Outcome<()> {
    let ledger = rpc::ledger(env, &notice.workspace)?;
    let take = Take {
        endpoint: notice.endpoint.clone(),
        lane: notice.lane.clone(),
        holder: holder.to_owned(),
    };
    match rpc::call(&ledger, &take).await? {
        Some(taken) => send(taken, take, &ledger, env).await,
        None => Ok(()),
    }
}

async fn send(taken: Taken, take: Take, ledger: &Stub, env: &Env) -> Outcome<()> {
    let Take { endpoint, lane, holder } = take;
    let mut report =
        Report { endpoint, lane, holder, taken: Vec::new(), failure: None, done: false };
    let mut reported = config::now(env);
    let mut events = taken.events.into_iter().peekable();
    while let Some(LaneEvent { seq, id, event }) = events.next() {
        let begun = config::now(env);
        let body = event.to_string();
        let signed = signatures(&taken.target.secrets, &id, begun, &body)?;
        match post(&taken.target.url, &id, body, begun, &signed).await? {
            Answered::With(status @ 200..=299, _) => report.taken.push((seq, status)),
            answered => report.failure = Some(failure(answered, seq, begun, env)?),
        }
        report.done = report.failure.is_some() || events.peek().is_none();
        let now = config::now(env);
        if report.done || now.0.saturating_sub(reported.0) >= REPORT_EVERY_MS {
            rpc::call(ledger, &report).await?;
            report.taken.clear();
            reported = now;
        }
        if report.failure.is_some() {
            return Ok(());
        }
    }
    if !report.done {
        // There was nothing to send.
        report.done = true;
        rpc::call(ledger, &report).await?;
    }
    Ok(())
}

/// What a webhook did.
enum Answered {
    /// With a status, and for how many seconds it asked to be left alone.
    With(u16, Option<u32>),
    /// Not in time, or not at all.
    Not,
}

async fn post(
    url: &str,
    id: &str,
    body: String,
    at: UnixMillis,
    signatures: &str,
) -> Outcome<Answered> {
    let headers = Headers::new();
    headers.set("content-type", "application/cloudevents+json")?;
    headers.set("user-agent", "askwell-webhooks")?;
    headers.set("webhook-id", id)?;
    headers.set("webhook-timestamp", &at.secs().to_string())?;
    headers.set("webhook-signature", signatures)?;
    let mut init = RequestInit::new();
    // A redirect is no answer of whoever holds the secret: it is a failure, and its target gets nothing.
    init.with_method(Method::Post)
        .with_headers(headers)
        .with_body(Some(body.into()))
        .with_redirect(RequestRedirect::Manual);
    let request = Request::new_with_init(url, &init)?;
    // A timer of the runtime: one of ours would have to be stopped once there is an answer.
    let signal = AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(TIMEOUT_MS));
    let Ok(response) = Fetch::Request(request).send_with_signal(&signal).await else {
        return Ok(Answered::Not);
    };
    let asked = response.headers().get("retry-after")?.and_then(|text| text.trim().parse().ok());
    Ok(Answered::With(response.status_code(), asked))
}

fn failure(answered: Answered, seq: i64, begun: UnixMillis, env: &Env) -> Outcome<Failure> {
    let took = config::now(env).0.saturating_sub(begun.0);
    let (status, asked_s, why) = match answered {
        Answered::With(status, asked) => (Some(status), asked, DeliveryFailure::Status),
        Answered::Not if took >= i64::from(TIMEOUT_MS) => (None, None, DeliveryFailure::Timeout),
        Answered::Not => (None, None, DeliveryFailure::Connection),
    };
    Ok(Failure { seq, status, why, asked_s, chance: config::chance()? })
}

/// The key of a secret: what stands behind `whsec_`, base 64, 24 to 64 bytes.
///
/// # Errors
/// [`Code::InvalidField`] when it is not that; `field` is the name that the detail gives.
pub fn secret_bytes(field: &str, secret: &str) -> Outcome<Vec<u8>> {
    secret
        .strip_prefix(SECRET_PREFIX)
        .and_then(|text| STANDARD.decode(text).ok())
        .filter(|bytes| (24..=64).contains(&bytes.len()))
        .ok_or_else(|| {
            let detail =
                format!("the field `{field}` must be whsec_ and the base 64 of 24 to 64 bytes");
            Fault::refused(Code::InvalidField, detail)
        })
}

/// Whether a timestamp in seconds is of now, give or take the five minutes that the reference libraries
/// of Standard Webhooks allow.
pub fn is_timely(timestamp: &str, now: UnixMillis) -> bool {
    let seconds = timestamp.parse::<i64>().ok();
    seconds.is_some_and(|seconds| seconds.abs_diff(now.secs()) <= 300)
}

const SECRET_PREFIX: &str = "whsec_";

/// A random secret.
pub fn fresh_secret() -> Outcome<String> {
    Ok(format!("{SECRET_PREFIX}{}", STANDARD.encode(config::random_bytes()?)))
}

/// A signature by each secret, as the header lists them: a receiver takes what any of them signs.
fn signatures(secrets: &[String], id: &str, at: UnixMillis, body: &str) -> Outcome<String> {
    let timestamp = at.secs().to_string();
    let signed: Vec<String> = secrets
        .iter()
        .map(|secret| signature(secret, id, &timestamp, body))
        .collect::<Outcome<_>>()?;
    Ok(signed.join(" "))
}

/// The signature of Standard Webhooks over what is sent.
///
/// # Errors
/// [`Code::InvalidField`] for a secret that is none.
pub fn signature(secret: &str, id: &str, timestamp: &str, body: &str) -> Outcome<String> {
    let key = secret_bytes("secret", secret)?;
    let tag = sign(&key, format!("{id}.{timestamp}.{body}").as_bytes())?;
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

    #[test]
    fn each_secret_signs() {
        let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(), {
            format!("whsec_{}", STANDARD.encode([7; 32]))
        }];
        let at = UnixMillis(1_614_265_330_000);
        let both = signatures(&secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, "{}").unwrap();
        let (first, second) = both.split_once(' ').unwrap();
        assert!(first.starts_with("v1,") && second.starts_with("v1,") && first != second);
    }
}
