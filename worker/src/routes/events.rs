//! Events and what became of them.

use super::{Bound, Call, bound};
use crate::fault::Outcome;
use crate::ledger::{events, intake};
use crate::{http, rpc};
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{HandedIn, Page, PageQuery, Replay, Replayed, StoredEvent};
use serde_json::Value;
use worker::Response;

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/events",
            "events.list",
            Access::Scope(Scope::EventsRead),
            "Events in the ledger's order, the oldest first.",
            &[Answer::json(200, Shape::of::<Page<StoredEvent>>(), "A page of them.")],
        )
        .query(Shape::of::<PageQuery>()),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/events",
            "events.hand-in",
            Access::Scope(Scope::EventsWrite),
            "Takes events of other parts of the platform: a CloudEvent or an array of up to 500; see docs/events.md.",
            &[Answer::json(200, Shape::of::<HandedIn>(), "Each is judged by itself.")],
        )
        .body(Shape::of::<Value>()),
        |call| Box::pin(hand_in(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/events/replay",
            "events.replay",
            Access::Scope(Scope::EventsWrite),
            "Sends events again that webhooks have taken, that were given up on, or that are older than a webhook: by a range of `seq`, 10,000 deliveries at most.",
            &[Answer::json(202, Shape::of::<Replayed>(), "They are on their way.")],
        )
        .body(Shape::of::<Replay>()),
        |call| Box::pin(replay(call)),
    ),
];

async fn list(call: Call) -> Outcome<Response> {
    let page = call.query()?;
    http::reply(200, &rpc::call(&call.ledger()?, &events::List { page }).await?)
}

async fn hand_in(mut call: Call) -> Outcome<Response> {
    let batch = call.json_value().await?;
    http::reply(200, &rpc::call(&call.ledger()?, &intake::HandIn { batch }).await?)
}

async fn replay(mut call: Call) -> Outcome<Response> {
    let range: Replay = call.json().await?;
    http::reply(202, &rpc::call(&call.ledger()?, &range).await?)
}
