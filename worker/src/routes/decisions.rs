//! Why something was asked in a conversation or was not, and what the site knows of its visitor.

use super::conversations::conversation;
use super::{Bound, Call, bound};
use crate::conversation::calls::{Decisions, Identify};
use crate::fault::Outcome;
use crate::{http, rpc};
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{ConversationDecisions, FactsAmended, KnownFields};
use worker::Response;

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/conversations/{conversation_id}/decisions",
            "decisions.list",
            Access::Scope(Scope::ConversationsRead),
            "What was decided on each message: asked and for what, or held, each with its reason.",
            &[Answer::json(200, Shape::of::<ConversationDecisions>(), "The decisions.")],
        ),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/{conversation_id}/known",
            "known.add",
            Access::VisitorOr(Scope::ConversationsWrite),
            "Tells which details the site knows of the visitor, so that they are not asked from now on.",
            &[Answer::json(200, Shape::of::<FactsAmended>(), "What stands now.")],
        )
        .body(Shape::of::<KnownFields>()),
        |call| Box::pin(identify(call)),
    ),
];

async fn list(call: Call) -> Outcome<Response> {
    let by = call.principal()?.clone();
    http::reply(200, &rpc::call(&conversation(&call)?, &Decisions { by }).await?)
}

async fn identify(mut call: Call) -> Outcome<Response> {
    let KnownFields { known } = call.json().await?;
    let (by, object) = (call.principal()?.clone(), conversation(&call)?);
    http::reply(200, &rpc::call(&object, &Identify { by, known }).await?)
}
