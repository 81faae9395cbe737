//! What other platforms call: their webhooks. Nobody shows a key here; the signature over the raw
//! body says who it is.

use super::{Bound, Call, bound};
use crate::auth;
use crate::fault::{Fault, Outcome};
use crate::ledger::channels::{Hook, Receive};
use crate::rpc;
use askwell::Code;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{Connection, HubQuery};
use askwell::channel::{Inbound, line, messenger, signature};
use askwell::id::{ChannelId, WorkspaceId};
use worker::{Response, ResponseBuilder, Stub};

const TAKEN: &[Answer] = &[Answer::empty(200, "It was taken, or had been taken before.")];

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Post,
            "/hooks/{workspace_id}/{channel_id}/line",
            "hooks.line",
            Access::Public,
            "For LINE: what happens in the channel, signed in `x-line-signature`.",
            TAKEN,
        )
        .raw(),
        |call| Box::pin(of_line(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/hooks/{workspace_id}/{channel_id}/facebook",
            "hooks.facebook_verify",
            Access::Public,
            "For Facebook: asks whether this address is meant.",
            &[Answer::body(200, "text/plain", "The challenge.")],
        )
        .query(Shape::of::<HubQuery>()),
        |call| Box::pin(verify(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/hooks/{workspace_id}/{channel_id}/facebook",
            "hooks.facebook",
            Access::Public,
            "For Facebook: what happens at the page, signed in `x-hub-signature-256`.",
            TAKEN,
        )
        .raw(),
        |call| Box::pin(of_facebook(call)),
    ),
];

fn unknown() -> Fault {
    Fault::refused(Code::NotFound, "no such channel, or it is disconnected")
}

fn unsigned() -> Fault {
    Fault::refused(Code::Forbidden, "the signature does not fit the body and the channel's secret")
}

/// The channel that the address names, and how it is connected.
async fn hook(call: &Call) -> Outcome<(Stub, ChannelId, Connection)> {
    let workspace: WorkspaceId = call.parameter("workspace_id").map_err(|_| unknown())?;
    let channel: ChannelId = call.parameter("channel_id").map_err(|_| unknown())?;
    let ledger = rpc::ledger(&call.env, &workspace)?;
    let found = match rpc::call(&ledger, &Hook { channel: channel.to_string() }).await {
        // There is no such workspace.
        Err(fault) if fault.public().code == Code::Unauthorized => None,
        found => found?,
    };
    let (channel, connection) = found.ok_or_else(unknown)?;
    Ok((ledger, channel, connection))
}

async fn of_line(mut call: Call) -> Outcome<Response> {
    let (ledger, channel_id, connection) = hook(&call).await?;
    let Connection::Line { channel_secret, .. } = connection else { return Err(unknown()) };
    let body = call.body().await?;
    let header = call.header("x-line-signature")?.unwrap_or_default();
    if !signature::line(&channel_secret, &body, &header) {
        return Err(unsigned());
    }
    take(&ledger, channel_id, line::inbound(&body)?).await
}

async fn of_facebook(mut call: Call) -> Outcome<Response> {
    let (ledger, channel_id, connection) = hook(&call).await?;
    let Connection::Facebook { page_id, app_secret, .. } = connection else {
        return Err(unknown());
    };
    let body = call.body().await?;
    let header = call.header("x-hub-signature-256")?.unwrap_or_default();
    if !signature::messenger(&app_secret, &body, &header) {
        return Err(unsigned());
    }
    take(&ledger, channel_id, messenger::inbound(&page_id, &body)?).await
}

async fn take(ledger: &Stub, channel_id: ChannelId, messages: Vec<Inbound>) -> Outcome<Response> {
    if !messages.is_empty() {
        rpc::call(ledger, &Receive { channel_id, messages }).await?;
    }
    Ok(ResponseBuilder::new().empty())
}

async fn verify(call: Call) -> Outcome<Response> {
    let (_, _, connection) = hook(&call).await?;
    let Connection::Facebook { verify_token, .. } = connection else { return Err(unknown()) };
    let query: HubQuery = call.query()?;
    if query.mode != "subscribe" || !auth::same(&query.verify_token, &verify_token) {
        return Err(Fault::refused(Code::Forbidden, "this is not the channel's verify token"));
    }
    Ok(ResponseBuilder::new()
        .with_header("content-type", "text/plain; charset=utf-8")?
        .with_header("x-content-type-options", "nosniff")?
        .fixed(query.challenge.into_bytes()))
}
