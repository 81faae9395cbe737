//! Events and what became of them.

use super::{Bound, Call, bound};
use crate::fault::Outcome;
use crate::ledger::events;
use crate::{http, rpc};
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{Page, PageQuery, StoredEvent};
use worker::Response;

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[bound(
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
)];

async fn list(call: Call) -> Outcome<Response> {
    let page = call.query()?;
    http::reply(200, &rpc::call(&call.ledger()?, &events::List { page }).await?)
}
