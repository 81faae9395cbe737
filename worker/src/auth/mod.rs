//! Who is asking: the operator, a server or person of the workspace, a page of the site, a visitor.
//!
//! Every key and session is looked up in its workspace's ledger with every request. So one that is
//! revoked is dead with the next request, wherever that arrives; an isolate that remembered keys would
//! have to be told. The same call counts the request and takes it from what is left to its sender.
//! Visitors' tokens are signed and need no look-up; their conversation's object counts for them.

pub mod issued;
pub mod jwt;
mod secret;
pub mod session;
pub mod visitor;
pub mod webcrypto;

pub use secret::{hash, same, sign, verify};

use crate::config;
use crate::fault::{Fault, Outcome};
use crate::ledger::keys::{Found, Identify, Shown};
use crate::rpc;
use askwell::Code;
use askwell::access::{Caller, Who};
use askwell::api::KeyKind;
use askwell::id::WorkspaceId;
use askwell::limit::Standing;
use worker::{Env, Request};

/// Characters of a key's random part that are kept to recognise it by: 20 of 130 bits.
const PREFIX_CHARS: usize = 4;
/// What a member's sign-in key begins with.
const MEMBER_PREFIX: &str = "mk_";

/// Somebody, and what is left to them where that is counted here.
pub type Known = (Caller, Option<Standing>);

/// Finds out who is asking: from `Authorization: Bearer …`, or from the cookie of a session.
///
/// # Errors
/// [`Code::Unauthorized`] for what is no key, token or session of ours, or
/// [`Code::OriginNotAllowed`] for a site key or session on a foreign page.
pub async fn caller(request: &Request, env: &Env) -> Outcome<Known> {
    let Some(header) = request.headers().get("authorization")? else {
        let person = session::person(request, env).await?;
        return Ok(person.map_or((Caller::Anyone, None), known));
    };
    let bearer = header
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(unauthorized)?;
    if bearer.starts_with(visitor::PREFIX) {
        return Ok((Caller::In(visitor::read(bearer, env)?.principal()), None));
    }
    if bearer.starts_with("pk_") || bearer.starts_with("sk_") {
        return by_key(bearer, request, env).await.map(known);
    }
    if same(bearer, &config::admin_key(env)?) {
        return Ok((Caller::Operator, None));
    }
    Err(unauthorized())
}

/// What the team shows with a request, so that it can be looked up again as long as a socket lasts; none
/// for visitors and the operator.
///
/// # Errors
/// When the runtime fails.
pub fn shown(request: &Request) -> Outcome<Option<Shown>> {
    let Some(header) = request.headers().get("authorization")? else {
        return Ok(session::shown(request)?.map(|token| Shown::Session(hash(&token))));
    };
    let key = header.split_once(' ').map(|(_, key)| key.trim());
    Ok(key.filter(|key| key.starts_with("sk_")).map(|key| Shown::Key(hash(key))))
}

fn known(found: Found) -> Known {
    (Caller::In(found.principal), Some(found.standing))
}

/// Finds out who offers a token among the protocols of a web socket: the only header that a page can
/// add to an upgrade, and unlike the address it stands in nobody's logs.
///
/// # Errors
/// [`Code::Unauthorized`] for what is no visitor's token.
pub fn socket_caller(request: &Request, env: &Env) -> Outcome<Known> {
    let offered = request.headers().get("sec-websocket-protocol")?.unwrap_or_default();
    let token = visitor::offered(&offered).ok_or_else(|| {
        Fault::refused(
            Code::Unauthorized,
            "offer the protocols `askwell` and, as the second, the visitor token",
        )
    })?;
    Ok((Caller::In(visitor::read(token, env)?.principal()), None))
}

/// Whose key this is. Sign-in keys are good here as well: whoever calls decides whether they are good
/// for what is asked.
///
/// # Errors
/// As [`caller`].
pub async fn by_key(key: &str, request: &Request, env: &Env) -> Outcome<Found> {
    let found = look_up(key, Shown::Key(hash(key)), request, env).await?;
    if matches!(found.principal.who, Who::Page(_)) {
        let origin = request.headers().get("origin")?.unwrap_or_default();
        if !found.origins.contains(&origin) {
            return Err(Fault::refused(
                Code::OriginNotAllowed,
                "this site key is not to be used from this page; add its origin to the workspace",
            ));
        }
    }
    Ok(found)
}

async fn by_session(token: &str, request: &Request, env: &Env) -> Outcome<Found> {
    use worker::Method::{Get, Head};
    if !matches!(request.method(), Get | Head) {
        session::same_origin(request)?;
    }
    look_up(token, Shown::Session(hash(token)), request, env).await
}

async fn look_up(secret: &str, shown: Shown, request: &Request, env: &Env) -> Outcome<Found> {
    let workspace = secret
        .split('_')
        .nth(1)
        .and_then(|name| name.parse::<WorkspaceId>().ok())
        .ok_or_else(unauthorized)?;
    let address = request.headers().get("cf-connecting-ip")?.unwrap_or_default();
    let ledger = rpc::ledger(env, &workspace)?;
    rpc::call(&ledger, &Identify { shown, address }).await?.ok_or_else(unauthorized)
}

/// A key that nobody has seen yet.
#[derive(Debug)]
pub struct Fresh {
    /// To be shown once.
    pub key: String,
    /// To be kept.
    pub prefix: String,
    /// To be kept as well: a site key whole, for it stands in every page of the site; of others nothing.
    pub whole: Option<String>,
}

/// Makes a key of a workspace.
///
/// # Errors
/// When there are no random numbers to be had.
pub fn fresh_key(kind: KeyKind, workspace: &WorkspaceId) -> Outcome<Fresh> {
    let name = match kind {
        KeyKind::Site => "pk",
        KeyKind::Secret => "sk",
    };
    let random = config::random()?;
    let shown: String = random.chars().take(PREFIX_CHARS).collect();
    let key = format!("{name}_{workspace}_{random}");
    let whole = (kind == KeyKind::Site).then(|| key.clone());
    Ok(Fresh { key, prefix: format!("{name}_{workspace}_{shown}"), whole })
}

/// Makes a key for a member to sign in with.
///
/// # Errors
/// When there are no random numbers to be had.
pub fn fresh_member_key(workspace: &WorkspaceId) -> Outcome<String> {
    Ok(format!("{MEMBER_PREFIX}{workspace}_{}", config::random()?))
}

fn unauthorized() -> Fault {
    Fault::refused(
        Code::Unauthorized,
        "send a valid key or visitor token as `Authorization: Bearer …`, or sign in",
    )
}
