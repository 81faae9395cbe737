//! Whether the Worker runs.

use super::{Bound, Call, bound};
use crate::fault::Outcome;
use crate::http;
use askwell::api::Health;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use worker::Response;

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[bound(
    Route::new(
        Method::Get,
        "/health",
        "health.get",
        Access::Public,
        "Whether the Worker runs.",
        &[Answer::json(200, Shape::of::<Health>(), "It runs.")],
    ),
    |call| Box::pin(get(call)),
)];

async fn get(_: Call) -> Outcome<Response> {
    http::reply(200, &Health { status: "ok".to_owned() })
}
