//! Who is asking: the operator, a server or person of the workspace, a page of the site, a visitor.
//!
//! Every key is looked up in its workspace's ledger with every request. So a key that is revoked is
//! dead with the next request, wherever that arrives; an isolate that remembered keys would have to
//! be told. Visitors' tokens are signed and need no look-up.

mod secret;
pub mod visitor;

pub use secret::{hash, same, sign};

use crate::config;
use crate::fault::{Fault, Outcome};
use crate::ledger::keys;
use crate::rpc;
use askwell::Code;
use askwell::access::{Caller, Principal, Scopes, Who};
use askwell::id::WorkspaceId;
use worker::{Env, Request};

/// Finds out who is asking from `Authorization: Bearer …`.
///
/// # Errors
/// [`Code::Unauthorized`] for what is no key or token of ours, or [`Code::OriginNotAllowed`] for a
/// site key on a foreign page.
pub async fn caller(request: &Request, env: &Env) -> Outcome<Caller> {
    let Some(header) = request.headers().get("authorization")? else { return Ok(Caller::Anyone) };
    let bearer = header
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(unauthorized)?;
    if bearer.starts_with(visitor::PREFIX) {
        return Ok(Caller::In(visitor::read(bearer, env)?.principal()));
    }
    if bearer.starts_with("pk_") || bearer.starts_with("sk_") {
        return key(bearer, request, env).await.map(Caller::In);
    }
    if same(bearer, &config::admin_key(env)?) {
        return Ok(Caller::Operator);
    }
    Err(unauthorized())
}

/// Finds out who offers a token among the protocols of a web socket: the only header that a page can
/// add to an upgrade, and unlike the address it stands in nobody's logs.
///
/// # Errors
/// [`Code::Unauthorized`] for what is no visitor's token.
pub fn socket_caller(request: &Request, env: &Env) -> Outcome<Caller> {
    let offered = request.headers().get("sec-websocket-protocol")?.unwrap_or_default();
    let token = visitor::offered(&offered).ok_or_else(|| {
        Fault::refused(
            Code::Unauthorized,
            "offer the protocols `askwell` and, as the second, the visitor token",
        )
    })?;
    Ok(Caller::In(visitor::read(token, env)?.principal()))
}

async fn key(key: &str, request: &Request, env: &Env) -> Outcome<Principal> {
    let workspace = key
        .split('_')
        .nth(1)
        .and_then(|name| name.parse::<WorkspaceId>().ok())
        .ok_or_else(unauthorized)?;
    let ledger = rpc::ledger(env, &workspace)?;
    let found = rpc::call(&ledger, &keys::Find { hash: hash(key) }).await?;
    let found = found.ok_or_else(unauthorized)?;
    match found.kind {
        keys::Kind::Secret => {
            Ok(Principal { workspace, who: Who::Key(found.id), scopes: found.scopes })
        }
        keys::Kind::Site => {
            let origin = request.headers().get("origin")?.unwrap_or_default();
            if !found.origins.contains(&origin) {
                return Err(Fault::refused(
                    Code::OriginNotAllowed,
                    "this site key is not to be used from this page; add its origin to the workspace",
                ));
            }
            Ok(Principal { workspace, who: Who::Page(found.id), scopes: Scopes::NONE })
        }
    }
}

fn unauthorized() -> Fault {
    Fault::refused(
        Code::Unauthorized,
        "send a valid key or visitor token as `Authorization: Bearer …`",
    )
}
