//! Keys: listing, making, regenerating and revoking them.

use super::{Bound, Call, bound};
use crate::auth;
use crate::fault::{Fault, Outcome};
use crate::ledger::keys;
use crate::{http, rpc};
use askwell::Code;
use askwell::access::{Principal, Scope, Scopes};
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{KeyKind, KeyList, KeyMade, NewKey};
use askwell::id::KeyId;
use worker::{Response, Stub};

const MANAGE: Access = Access::Scope(Scope::KeysManage);

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/keys",
            "keys.list",
            MANAGE,
            "The keys that are good, without their secrets.",
            &[Answer::json(200, Shape::of::<KeyList>(), "All of them, the oldest first.")],
        ),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/keys",
            "keys.create",
            MANAGE,
            "Makes a key, which is shown this once.",
            &[Answer::json(201, Shape::of::<KeyMade>(), "The key.")],
        )
        .body(Shape::of::<NewKey>())
        .shows_once(Some("key_id")),
        |call| Box::pin(create(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/keys/{key_id}/regenerate",
            "keys.regenerate",
            MANAGE,
            "Puts another secret in the place of a key's, which is shown this once. The one before is dead at once.",
            &[Answer::json(200, Shape::of::<KeyMade>(), "The key.")],
        )
        .shows_once(Some("key_id")),
        |call| Box::pin(regenerate(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/keys/{key_id}",
            "keys.revoke",
            MANAGE,
            "Ends a key at once, and with it the sessions that were begun with it.",
            &[Answer::empty(204, "It is revoked.")],
        ),
        |call| Box::pin(revoke(call)),
    ),
];

async fn list(call: Call) -> Outcome<Response> {
    let items = rpc::call(&call.ledger()?, &keys::List).await?;
    http::reply(200, &KeyList { items })
}

async fn create(mut call: Call) -> Outcome<Response> {
    let new: NewKey = call.json().await?;
    let by = call.principal()?.clone();
    http::reply(201, &make(&call.ledger()?, by, new).await?)
}

/// Makes a key.
///
/// # Errors
/// [`Code::InvalidField`] for what is no key, and what [`keys::Make`] gives.
pub async fn make(ledger: &Stub, by: Principal, new: NewKey) -> Outcome<KeyMade> {
    http::check_name(&new.name)?;
    let scopes = match (new.kind, &new.scopes) {
        (KeyKind::Site, Some(_)) => {
            return Err(Fault::refused(
                Code::InvalidField,
                "a site key has no `scopes`: all that it may do is open conversations",
            ));
        }
        (KeyKind::Site, None) => Scopes::NONE,
        (KeyKind::Secret, Some(names)) => Scopes::parse(names)?,
        (KeyKind::Secret, None) => by.scopes,
    };
    let fresh = auth::fresh_key(new.kind, &by.workspace)?;
    let make = keys::Make {
        by,
        name: new.name,
        kind: new.kind,
        scopes,
        hash: auth::hash(&fresh.key),
        prefix: fresh.prefix,
        whole: fresh.whole,
    };
    let shown = rpc::call(ledger, &make).await?;
    Ok(KeyMade { shown, key: fresh.key })
}

async fn regenerate(call: Call) -> Outcome<Response> {
    let key_id = call.parameter("key_id")?;
    let by = call.principal()?.clone();
    http::reply(200, &make_again(&call.ledger()?, by, key_id).await?)
}

/// Puts another secret in the place of a key's.
///
/// # Errors
/// [`Code::NotFound`], and what [`keys::Regenerate`] gives.
pub async fn make_again(ledger: &Stub, by: Principal, key_id: KeyId) -> Outcome<KeyMade> {
    let found = rpc::call(ledger, &keys::List).await?.into_iter().find(|k| k.key_id == key_id);
    let kind = found.ok_or_else(|| Fault::refused(Code::NotFound, "no such key"))?.kind;
    let fresh = auth::fresh_key(kind, &by.workspace)?;
    let again = keys::Regenerate {
        by,
        key_id,
        hash: auth::hash(&fresh.key),
        prefix: fresh.prefix,
        whole: fresh.whole,
    };
    let shown = rpc::call(ledger, &again).await?;
    Ok(KeyMade { shown, key: fresh.key })
}

async fn revoke(call: Call) -> Outcome<Response> {
    let key_id = call.parameter("key_id")?;
    let by = call.principal()?.clone();
    rpc::call(&call.ledger()?, &keys::Revoke { by, key_id }).await?;
    http::done()
}
