//! The API's own description.

use super::{Bound, Call, bound};
use crate::fault::Outcome;
use askwell::api::route::{Access, Answer, Method, Route};
use worker::{Response, ResponseBuilder};

/// Made from the table of routes by a test, which also sees to it that it stays true.
const DOCUMENT: &str = include_str!("openapi.json");

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[bound(
    Route::new(
        Method::Get,
        "/v1/openapi.json",
        "openapi.get",
        Access::Public,
        "This document (OpenAPI 3.1).",
        &[Answer::body(200, "application/json", "The document.")],
    ),
    |call| Box::pin(get(call)),
)];

async fn get(_: Call) -> Outcome<Response> {
    Ok(ResponseBuilder::new()
        .with_header("content-type", "application/json")?
        .with_header("cache-control", "public, max-age=300")?
        .fixed(DOCUMENT.as_bytes().to_vec()))
}
