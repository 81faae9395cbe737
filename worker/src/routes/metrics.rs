//! What the dashboards show.

use super::{Bound, Call, bound};
use crate::fault::Outcome;
use crate::ledger::{collected, marks, signals};
use crate::{http, rpc};
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{
    CollectedConversationsQuery, CollectedQuery, ConversationSummary, FeedbackQuery, Page,
    PageQuery, PeriodQuery, Signals,
};
use askwell::metrics::collected::{CrossTab, Report};
use askwell::metrics::feedback::FeedbackReport;
use askwell::metrics::period::Period;
use worker::Response;

const READ: Access = Access::Scope(Scope::ReportsRead);

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/signals",
            "signals.get",
            READ,
            "The modules of the signals dashboard, each from exactly its inputs; see docs/events.md.",
            &[Answer::json(200, Shape::of::<Signals>(), "All modules.")],
        )
        .query(Shape::of::<PeriodQuery>()),
        |call| Box::pin(modules(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/feedback",
            "feedback.get",
            READ,
            "What the team thinks of conversations, by the days on which it was left, beside the period before.",
            &[Answer::json(200, Shape::of::<FeedbackReport>(), "The counts.")],
        )
        .query(Shape::of::<FeedbackQuery>()),
        |call| Box::pin(feedback(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/collected/{field_id}",
            "collected.get",
            READ,
            "How often each answer to a question was given, over time and by channel; of all conversations, or of those with an answer to another question.",
            &[Answer::json(200, Shape::of::<Report>(), "The counts.")],
        )
        .query(Shape::of::<CollectedQuery>()),
        |call| Box::pin(report(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/collected/{field_id}/conversations",
            "collected.conversations",
            Access::Scope(Scope::ConversationsRead),
            "The conversations behind a count, the latest begun first.",
            &[Answer::json(200, Shape::of::<Page<ConversationSummary>>(), "A page of them.")],
        )
        .query(Shape::of::<CollectedConversationsQuery>()),
        |call| Box::pin(conversations(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/collected/{field_id}/by/{other_id}",
            "collected.cross",
            READ,
            "Two questions against each other.",
            &[Answer::json(200, Shape::of::<CrossTab>(), "The table.")],
        )
        .query(Shape::of::<PeriodQuery>()),
        |call| Box::pin(cross(call)),
    ),
];

async fn modules(call: Call) -> Outcome<Response> {
    let query: PeriodQuery = call.query()?;
    let period = query.period()?;
    let get = signals::Get { period, channel: query.channel };
    let modules = rpc::call(&call.ledger()?, &get).await?;
    http::reply(200, &Signals { period, modules })
}

async fn feedback(call: Call) -> Outcome<Response> {
    let FeedbackQuery { first, last, channel } = call.query()?;
    let get = marks::Thoughts { period: Period::new(first, last)?, channel };
    http::reply(200, &rpc::call(&call.ledger()?, &get).await?)
}

async fn report(call: Call) -> Outcome<Response> {
    let query: CollectedQuery = call.query()?;
    let get = collected::Get {
        field_id: call.text("field_id"),
        period: query.period()?,
        step: query.step,
        channel: query.channel,
        with: query.with()?,
    };
    http::reply(200, &rpc::call(&call.ledger()?, &get).await?)
}

async fn conversations(call: Call) -> Outcome<Response> {
    let query: CollectedConversationsQuery = call.query()?;
    let list = collected::Conversations {
        field_id: call.text("field_id"),
        answer: query.answer,
        period: Period::new(query.first, query.last)?,
        channel: query.channel,
        with: Vec::new(),
        page: PageQuery { cursor: query.cursor, limit: query.limit },
    };
    http::reply(200, &rpc::call(&call.ledger()?, &list).await?)
}

async fn cross(call: Call) -> Outcome<Response> {
    let query: PeriodQuery = call.query()?;
    let cross = collected::Cross {
        rows: call.text("field_id"),
        columns: call.text("other_id"),
        period: query.period()?,
        channel: query.channel,
        with: None,
    };
    http::reply(200, &rpc::call(&call.ledger()?, &cross).await?)
}
