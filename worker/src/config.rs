//! The names of all bindings and variables, and the one place that reads the clock and draws random
//! bytes.

use crate::fault::{Fault, Outcome};
use askwell::conversation::Platform;
use askwell::limit::Rule;
use askwell::time::UnixMillis;
use askwell::{Code, id};
use wasm_bindgen::{JsCast, JsValue};
use worker::{Date, Env};

/// KV: customer documents, visitor documents, closed transcripts, the list of workspaces.
pub const DOCUMENTS: &str = "DOCUMENTS";
/// R2: sealed day files.
pub const EXPORTS: &str = "EXPORTS";
/// Durable Objects: one per live conversation.
pub const CONVERSATION: &str = "CONVERSATION";
/// Durable Objects: one ledger per workspace.
pub const WORKSPACE: &str = "WORKSPACE";
/// Queue of closings to classify.
pub const CLOSED: &str = "CLOSED";
/// Queue of events to deliver.
pub const EVENTS: &str = "EVENTS";
/// Workers Analytics Engine, where that is bound: takes every event.
pub const ANALYTICS: &str = "ANALYTICS";

/// Queue of conversations whose questions are to be put again.
pub const ASKS: &str = "ASKS";
/// Workers AI; not there by default.
pub const AI: &str = "AI";

/// Secret of the operator, who may create workspaces.
const ADMIN_KEY: &str = "ADMIN_KEY";
/// Secret that signs visitor tokens.
const SIGNING_SECRET: &str = "SIGNING_SECRET";

/// Secret that wraps the customers' keys; see [`crate::vault`].
const ENCRYPTION_KEYS: &str = "ENCRYPTION_KEYS";

/// Now, moved by `CLOCK_OFFSET_S` seconds where that is set: a test can make a day pass.
pub fn now(env: &Env) -> UnixMillis {
    let millis = i64::try_from(Date::now().as_millis()).unwrap_or(0);
    UnixMillis(millis).plus(clock_offset_ms(env))
}

/// What [`now`] is ahead of the machine's clock, in milliseconds.
pub fn clock_offset_ms(env: &Env) -> i64 {
    number(env, "CLOCK_OFFSET_S", 0).saturating_mul(1000)
}

/// Milliseconds of silence after which an open conversation is closed.
pub fn idle_close_ms(env: &Env) -> i64 {
    number(env, "IDLE_CLOSE_MS", 30 * 60 * 1000).max(1_000)
}

/// Milliseconds of silence after which a conversation on a platform ends. People look into their
/// messengers and their mail less often than at a page that they have open.
pub fn silence_ms(env: &Env, platform: Platform) -> i64 {
    const HOUR_MS: i64 = 60 * 60 * 1000;
    let (name, default) = match platform {
        Platform::WebWidget | Platform::Api => return idle_close_ms(env),
        Platform::Line | Platform::Facebook => ("MESSENGER_IDLE_CLOSE_MS", 4 * HOUR_MS),
        Platform::Email => ("EMAIL_IDLE_CLOSE_MS", 72 * HOUR_MS),
        Platform::Phone => ("PHONE_IDLE_CLOSE_MS", 24 * HOUR_MS),
    };
    number(env, name, default).max(1_000)
}

/// Milliseconds of silence after which even somebody who waits for a person is no longer waited for.
pub fn waiting_ms(env: &Env) -> i64 {
    number(env, "WAITING_CLOSE_MS", 30 * 24 * 60 * 60 * 1000).max(1_000)
}

/// Milliseconds that a visitor who was promised an answer by e-mail has to see one in the chat first.
pub fn mail_after_ms(env: &Env) -> i64 {
    number(env, "ANSWER_MAIL_AFTER_MS", 60 * 1000).max(0)
}

/// Milliseconds within which somebody whom the team has written to may answer.
pub fn answer_ms(env: &Env) -> i64 {
    number(env, "OUTBOUND_ANSWER_MS", 72 * 60 * 60 * 1000).max(1_000)
}

/// Where LINE's interface is.
pub fn line_url(env: &Env) -> String {
    text(env, "LINE_API_URL", "https://api.line.me")
}

/// Where Facebook's interface is, with its version.
pub fn graph_url(env: &Env) -> String {
    text(env, "FACEBOOK_API_URL", "https://graph.facebook.com/v23.0")
}

/// Milliseconds between the end of a day and its sealing.
pub fn seal_grace_ms(env: &Env) -> i64 {
    number(env, "SEAL_GRACE_MS", 60 * 60 * 1000).max(0)
}

/// How often one key or person of the team may ask.
pub fn team_limit(env: &Env) -> Rule {
    limit(env, "LIMIT_TEAM", 6_000)
}

/// How often a page may open conversations from one address.
pub fn page_limit(env: &Env) -> Rule {
    limit(env, "LIMIT_PAGE", 120)
}

/// How often a visitor may write, or tell of being there, in one conversation.
pub fn visitor_limit(env: &Env) -> Rule {
    limit(env, "LIMIT_VISITOR", 240)
}

/// So many requests a minute.
fn limit(env: &Env, name: &str, default: i64) -> Rule {
    let requests = u32::try_from(number(env, name, default).max(1)).unwrap_or(u32::MAX);
    Rule { requests, seconds: 60 }
}

/// Milliseconds after which a language model that failed is asked again the first time.
pub fn llm_retry_ms(env: &Env) -> i64 {
    number(env, "LLM_RETRY_MS", 10_000).max(0)
}

/// Whether each event is also written to the log.
pub fn log_events(env: &Env) -> bool {
    number(env, "LOG_EVENTS", 0) == 1
}

/// The operator's key.
///
/// # Errors
/// When the secret is not set: nobody is the operator then.
pub fn admin_key(env: &Env) -> Outcome<String> {
    secret(env, ADMIN_KEY)
}

/// What signs visitor tokens.
///
/// # Errors
/// When the secret is not set.
pub fn signing_secret(env: &Env) -> Outcome<String> {
    secret(env, SIGNING_SECRET)
}

/// The keys that wrap the customers' keys.
///
/// # Errors
/// When the secret is not set.
pub fn encryption_keys(env: &Env) -> Outcome<String> {
    secret(env, ENCRYPTION_KEYS)
}

/// The platform's cryptography.
///
/// # Errors
/// Where there is none.
pub fn crypto() -> Result<web_sys::Crypto, JsValue> {
    js_sys::global().unchecked_into::<web_sys::WorkerGlobalScope>().crypto()
}

/// 130 random bits as 26 characters.
///
/// # Errors
/// When there are no random numbers to be had.
pub fn random() -> Outcome<String> {
    Ok(id::digest(&[&random_bytes()?]))
}

/// 256 random bits.
pub fn random_bytes() -> Outcome<[u8; 32]> {
    let mut bytes = [0u8; 32];
    fill(&mut bytes)?;
    Ok(bytes)
}

/// A random number from 0 to 1.
pub fn chance() -> Outcome<f64> {
    let [a, b, c, d, ..] = random_bytes()?;
    Ok(f64::from(u32::from_le_bytes([a, b, c, d])) / f64::from(u32::MAX))
}

/// Fills bytes with random ones.
///
/// # Errors
/// When there are no random numbers to be had.
pub fn fill(bytes: &mut [u8]) -> Outcome<()> {
    let none = || Fault::refused(Code::Internal, "no random numbers to be had");
    #[cfg(target_arch = "wasm32")]
    return crypto()
        .and_then(|crypto| crypto.get_random_values_with_u8_array(bytes))
        .map(drop)
        .map_err(|_| none());
    // In native tests there is no JavaScript.
    #[cfg(not(target_arch = "wasm32"))]
    return getrandom::fill(bytes).map_err(|_| none());
}

fn secret(env: &Env, name: &str) -> Outcome<String> {
    match env.secret(name) {
        Ok(value) if value.to_string().len() >= 16 => Ok(value.to_string()),
        _ => {
            worker::console_error!("the secret {name} is not set, or shorter than 16 characters");
            Err(Fault::refused(Code::Internal, "the server is not configured; tell its operator"))
        }
    }
}

/// A variable without a slash at its end.
fn text(env: &Env, name: &str, default: &str) -> String {
    let set = env.var(name).ok().map(|value| value.to_string());
    let text = set.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| default.to_owned());
    text.trim().trim_end_matches('/').to_owned()
}

fn number(env: &Env, name: &str, default: i64) -> i64 {
    env.var(name).ok().and_then(|v| v.to_string().trim().parse().ok()).unwrap_or(default)
}
