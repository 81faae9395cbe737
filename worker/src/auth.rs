//! Who is asking: the operator, a server of the workspace, a page of the site, or a visitor.

use crate::config;
use crate::fault::{Fault, Outcome};
use crate::ledger::keys;
use crate::rpc;
use askwell::id::{ConversationId, VisitorId, WorkspaceId};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::HashMap;
use worker::{Env, Request};

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// On pages: opens conversations from the workspace's origins.
    Site,
    /// On servers: all of the workspace.
    Secret,
}

/// What the ledger knows of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// What it may do.
    pub kind: KeyKind,
    /// Where a site key may be used.
    pub origins: Vec<String>,
}

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Runs the Worker.
    Operator,
    /// A server of the workspace.
    Team(WorkspaceId),
    /// A page of the workspace, from an allowed origin.
    Page(WorkspaceId),
    /// A visitor in one conversation.
    Visitor(VisitorToken),
}

/// What a visitor's token says; signed, not encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitorToken {
    /// Where.
    #[serde(rename = "w")]
    pub workspace: WorkspaceId,
    /// Who.
    #[serde(rename = "v")]
    pub visitor: VisitorId,
    /// In which conversation.
    #[serde(rename = "c")]
    pub conversation: ConversationId,
    /// Until when.
    #[serde(rename = "e")]
    pub expires_at: UnixMillis,
}

/// A visitor who comes back within half a year is the same visitor.
const TOKEN_LIFE_MS: i64 = 180 * 24 * 60 * 60 * 1000;
/// How long an isolate trusts what the ledger said of a key: a revoked key dies within a minute.
const KEY_CACHE_MS: i64 = 60 * 1000;
/// Keys remembered by an isolate; at 200 bytes each, 200 kB.
const KEY_CACHE_SIZE: usize = 1_000;

thread_local! {
    static KEYS: RefCell<HashMap<String, (KeyRecord, UnixMillis)>> = RefCell::default();
}

/// Finds out who is asking from `Authorization: Bearer …`.
///
/// # Errors
/// [`Code::Unauthorized`], or [`Code::OriginNotAllowed`] for a site key on a foreign page.
pub async fn caller(request: &Request, env: &Env) -> Outcome<Caller> {
    let header = request.headers().get("authorization")?.unwrap_or_default();
    let bearer = header
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let Some(bearer) = bearer else { return Err(unauthorized()) };
    let now = config::now(env);
    if let Some(token) = bearer.strip_prefix("vt_") {
        return Ok(Caller::Visitor(read_token(token, env, now)?));
    }
    if bearer.starts_with("pk_") || bearer.starts_with("sk_") {
        let workspace = bearer
            .split('_')
            .nth(1)
            .and_then(|name| name.parse::<WorkspaceId>().ok())
            .ok_or_else(unauthorized)?;
        let record = look_up(&workspace, bearer, env, now).await?;
        return match record.kind {
            KeyKind::Secret => Ok(Caller::Team(workspace)),
            KeyKind::Site => {
                let origin = request.headers().get("origin")?.unwrap_or_default();
                if record.origins.contains(&origin) {
                    Ok(Caller::Page(workspace))
                } else {
                    Err(Fault::refused(
                        Code::OriginNotAllowed,
                        "this site key is not to be used from this page; add its origin to the workspace",
                    ))
                }
            }
        };
    }
    if same(bearer, &config::admin_key(env)?) {
        return Ok(Caller::Operator);
    }
    Err(unauthorized())
}

/// Makes a visitor's token.
pub fn issue_token(
    env: &Env,
    workspace: &WorkspaceId,
    visitor: &VisitorId,
    conversation: &ConversationId,
) -> Outcome<String> {
    let token = VisitorToken {
        workspace: workspace.clone(),
        visitor: visitor.clone(),
        conversation: conversation.clone(),
        expires_at: config::now(env).plus(TOKEN_LIFE_MS),
    };
    let body = URL_SAFE_NO_PAD.encode(crate::fault::to_json("visitor token", &token)?);
    let tag = URL_SAFE_NO_PAD.encode(sign(&config::signing_secret(env)?, &body)?);
    Ok(format!("vt_{body}.{tag}"))
}

/// Reads a visitor's token whatever conversation it is for.
///
/// # Errors
/// [`Code::Unauthorized`] when it is forged or expired.
pub fn visitor_token(token: &str, env: &Env) -> Outcome<VisitorToken> {
    let body = token.strip_prefix("vt_").ok_or_else(unauthorized)?;
    read_token(body, env, config::now(env))
}

/// What is stored of a key: its SHA-256 in hexadecimal.
pub fn key_hash(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// HMAC-SHA-256.
pub fn sign(secret: &str, text: &str) -> Outcome<Vec<u8>> {
    sign_bytes(secret.as_bytes(), text.as_bytes())
}

/// HMAC-SHA-256 over bytes.
pub fn sign_bytes(secret: &[u8], bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret)
        .map_err(|_| Fault::refused(Code::Internal, "the signing secret cannot be used"))?;
    mac.update(bytes);
    Ok(mac.finalize().into_bytes().to_vec())
}

fn read_token(text: &str, env: &Env, now: UnixMillis) -> Outcome<VisitorToken> {
    let (body, tag) = text.split_once('.').ok_or_else(unauthorized)?;
    let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| unauthorized())?;
    let secret = config::signing_secret(env)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| unauthorized())?;
    mac.update(body.as_bytes());
    // Compares in constant time.
    mac.verify_slice(&tag).map_err(|_| unauthorized())?;
    let json = URL_SAFE_NO_PAD.decode(body).map_err(|_| unauthorized())?;
    let token: VisitorToken = serde_json::from_slice(&json).map_err(|_| unauthorized())?;
    if token.expires_at < now { Err(unauthorized()) } else { Ok(token) }
}

async fn look_up(
    workspace: &WorkspaceId,
    key: &str,
    env: &Env,
    now: UnixMillis,
) -> Outcome<KeyRecord> {
    let hash = key_hash(key);
    let fresh = KEYS.with_borrow(|keys| {
        keys.get(&hash).filter(|(_, until)| *until > now).map(|(record, _)| record.clone())
    });
    if let Some(record) = fresh {
        return Ok(record);
    }
    let stub = rpc::ledger(env, workspace)?;
    let found = rpc::call(&stub, &keys::Find { hash: hash.clone() }).await?;
    let record = found.ok_or_else(unauthorized)?;
    KEYS.with_borrow_mut(|keys| {
        if keys.len() >= KEY_CACHE_SIZE {
            keys.clear();
        }
        keys.insert(hash, (record.clone(), now.plus(KEY_CACHE_MS)));
    });
    Ok(record)
}

/// Whether two secrets are equal, in a time that does not depend on where they differ.
fn same(a: &str, b: &str) -> bool {
    let (a, b) = (Sha256::digest(a.as_bytes()), Sha256::digest(b.as_bytes()));
    a.iter().zip(b.iter()).fold(0u8, |diff, (x, y)| diff | (x ^ y)) == 0
}

fn unauthorized() -> Fault {
    Fault::Refused(Error::new(
        Code::Unauthorized,
        "send a valid key or visitor token as `Authorization: Bearer …`",
    ))
}
