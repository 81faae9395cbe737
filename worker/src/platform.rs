//! The port to other platforms: the one place that speaks to them.

use crate::config;
use crate::fault::{Outcome, to_json};
use crate::ledger::channels::Reached;
use askwell::api::Connection;
use askwell::channel::email::{self, Envelope};
use askwell::channel::{Answered, line, messenger, signature};
use askwell::conversation::Role;
use askwell::id::ConversationId;
use worker::{AbortSignal, Env, Fetch, Headers, Method, Request, RequestInit};

/// Longest that a platform may take to take a message.
const SEND_TIMEOUT_MS: u32 = 10_000;
/// Longest that it may take to say who somebody is: their first message waits for it.
const PROFILE_TIMEOUT_MS: u32 = 2_000;
/// Longest answer that is read.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Something to be sent.
#[derive(Debug)]
pub struct Letter<'a> {
    /// In which conversation.
    pub conversation: &'a ConversationId,
    /// Which message.
    pub message: &'a str,
    /// Which part of it.
    pub part: u32,
    /// Who says it.
    pub role: Role,
    /// What.
    pub text: &'a str,
}

impl Letter<'_> {
    /// The same for the same part of the same message.
    fn key(&self) -> [Vec<u8>; 3] {
        [
            self.conversation.as_str().as_bytes().to_vec(),
            self.message.as_bytes().to_vec(),
            self.part.to_le_bytes().to_vec(),
        ]
    }
}

/// Sends a text to somebody. No answer in time, and none at all, is status 0.
///
/// # Errors
/// When the request cannot even be built.
pub async fn send(env: &Env, to: &Reached, letter: &Letter<'_>) -> Outcome<Answered> {
    let key = letter.key();
    let key: Vec<&[u8]> = key.iter().map(Vec::as_slice).collect();
    let (url, token, headers, body) = match &to.connection {
        Connection::Line { access_token, .. } => (
            format!("{}{}", config::line_url(env), line::PUSH),
            access_token,
            vec![("x-line-retry-key", line::retry_key(&key))],
            to_json("message", &line::push(&to.user, letter.text))?,
        ),
        Connection::Facebook { page_id, app_secret, access_token, .. } => {
            let since = to.heard_at.map(|at| config::now(env).0.saturating_sub(at.0));
            let body = messenger::send(&to.user, letter.text, letter.role, since);
            let proof = signature::app_secret_proof(app_secret, access_token);
            (
                format!("{}/{page_id}/messages?appsecret_proof={proof}", config::graph_url(env)),
                access_token,
                Vec::new(),
                to_json("message", &body)?,
            )
        }
        Connection::Email { address, send_url, send_key } => {
            let message_id = email::message_id(letter.message, letter.conversation, address);
            let thread = to.thread.clone().unwrap_or_default();
            let envelope = Envelope {
                from: address,
                sender: &to.sender,
                to: &to.user,
                thread: &thread,
                message_id: &message_id,
                automatic: letter.role == Role::Bot,
            };
            (
                send_url.clone(),
                send_key,
                vec![("idempotency-key", line::retry_key(&key))],
                to_json("message", &email::mail(&envelope, letter.text))?,
            )
        }
        // Nothing is ever queued for a call: its words are spoken.
        Connection::Phone {} => return Ok(Answered::default()),
    };
    ask(Method::Post, &url, token, &headers, Some(body), SEND_TIMEOUT_MS).await
}

/// What a platform knows of somebody.
#[derive(Debug, Default)]
pub struct Profile {
    /// What they are called there.
    pub name: Option<String>,
    /// Their language, a BCP 47 tag.
    pub language: Option<String>,
}

/// Asks a platform who somebody is. Where it does not say, nothing is known.
pub async fn profile(env: &Env, connection: &Connection, user: &str) -> Profile {
    let (url, token) = match connection {
        Connection::Line { access_token, .. } => {
            (format!("{}{}", config::line_url(env), line::profile_path(user)), access_token)
        }
        Connection::Facebook { app_secret, access_token, .. } => {
            let proof = signature::app_secret_proof(app_secret, access_token);
            let (base, fields) = (config::graph_url(env), messenger::PROFILE_FIELDS);
            (format!("{base}/{user}?fields={fields}&appsecret_proof={proof}"), access_token)
        }
        Connection::Email { .. } | Connection::Phone {} => return Profile::default(),
    };
    let answered = ask(Method::Get, &url, token, &[], None, PROFILE_TIMEOUT_MS).await;
    let answered = answered.unwrap_or_else(|fault| {
        fault.log("profile of a platform");
        Answered::default()
    });
    if !(200..300).contains(&answered.status) {
        return Profile::default();
    }
    match connection {
        Connection::Line { .. } => {
            let told: line::Profile = serde_json::from_str(&answered.body).unwrap_or_default();
            Profile { name: told.display_name, language: told.language }
        }
        _ => {
            let told: messenger::Profile = serde_json::from_str(&answered.body).unwrap_or_default();
            Profile { name: told.name(), language: None }
        }
    }
}

async fn ask(
    method: Method,
    url: &str,
    token: &str,
    more: &[(&str, String)],
    body: Option<String>,
    timeout_ms: u32,
) -> Outcome<Answered> {
    let headers = Headers::new();
    headers.set("authorization", &format!("Bearer {token}"))?;
    if body.is_some() {
        headers.set("content-type", "application/json")?;
    }
    for (name, value) in more {
        headers.set(name, value)?;
    }
    let mut init = RequestInit::new();
    init.with_method(method).with_headers(headers).with_body(body.map(Into::into));
    let request = Request::new_with_init(url, &init)?;
    let signal = AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(timeout_ms));
    let Ok(mut response) = Fetch::Request(request).send_with_signal(&signal).await else {
        return Ok(Answered::default());
    };
    let status = response.status_code();
    // What it says is looked at for a code; without one the status alone decides.
    let mut body = response.text().await.unwrap_or_default();
    body.truncate(body.floor_char_boundary(MAX_ANSWER_BYTES));
    Ok(Answered { status, body })
}
