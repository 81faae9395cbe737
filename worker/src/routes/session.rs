//! Signing in and out: a key is turned into a cookie that scripts cannot read.

use super::{Bound, Call, bound};
use crate::auth::{issued, session};
use crate::fault::Outcome;
use crate::ledger::members;
use crate::{http, rpc};
use askwell::access::{Principal, Who};
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{SessionShown, SignIn, TokenSignIn};
use worker::Response;

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Post,
            "/v1/session",
            "session.create",
            Access::SignIn,
            "Signs somebody in with a member's sign-in key or a secret key: sets a cookie for this origin.",
            &[Answer::json(201, Shape::of::<SessionShown>(), "They are signed in.")],
        )
        .body(Shape::of::<SignIn>()),
        |call| Box::pin(create(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/session/token",
            "session.create_by_token",
            Access::SignIn,
            "Signs a member in with a token of the workspace's OpenID provider, or of Cloudflare Access: sets a cookie for this origin.",
            &[Answer::json(201, Shape::of::<SessionShown>(), "They are signed in.")],
        )
        .body(Shape::of::<TokenSignIn>()),
        |call| Box::pin(create_by_token(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/session",
            "session.get",
            Access::Team,
            "Who is signed in, and what they may do.",
            &[Answer::json(200, Shape::of::<SessionShown>(), "Who it is.")],
        ),
        |call| Box::pin(get(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/session",
            "session.end",
            Access::Team,
            "Signs out.",
            &[Answer::empty(204, "They are signed out.")],
        ),
        |call| Box::pin(end(call)),
    ),
];

async fn create(mut call: Call) -> Outcome<Response> {
    let SignIn { key } = call.json().await?;
    let (principal, cookie) = session::sign_in(&key, &call.request, &call.env).await?;
    begun(&call, principal, &cookie).await
}

async fn create_by_token(mut call: Call) -> Outcome<Response> {
    let with: TokenSignIn = call.json().await?;
    let (principal, cookie) = issued::sign_in(with, &call.request, &call.env).await?;
    begun(&call, principal, &cookie).await
}

async fn begun(call: &Call, principal: Principal, cookie: &str) -> Outcome<Response> {
    let mut response = http::reply(201, &shown(call, principal).await?)?;
    response.headers_mut().set("set-cookie", cookie)?;
    Ok(response)
}

async fn get(call: Call) -> Outcome<Response> {
    http::reply(200, &shown(&call, call.principal()?.clone()).await?)
}

async fn end(call: Call) -> Outcome<Response> {
    session::sign_out(call.principal()?, &call.request, &call.env).await?;
    let mut response = http::done()?;
    response.headers_mut().set("set-cookie", session::NO_COOKIE)?;
    Ok(response)
}

async fn shown(call: &Call, principal: Principal) -> Outcome<SessionShown> {
    let (member, key_id) = match principal.who {
        Who::Member(member_id) => {
            let ledger = rpc::ledger(&call.env, &principal.workspace)?;
            (Some(rpc::call(&ledger, &members::Get { member_id }).await?), None)
        }
        Who::Key(id) => (None, Some(id)),
        Who::Page(_) | Who::Visitor { .. } | Who::System => (None, None),
    };
    let Principal { workspace: workspace_id, scopes, .. } = principal;
    Ok(SessionShown { workspace_id, member, key_id, scopes })
}
