//! The owner's questions, worked on one by one: drafts, publishing, history, order, statistics.

use super::{Bound, Call, bound};
use crate::fault::Outcome;
use crate::ledger::{drafts, stats};
use crate::{http, rpc};
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{
    FieldDetail, FieldDetails, FieldLint, FieldOrder, FieldRestore, FieldStatsList,
    FieldStatsQuery, FieldSwitch, FieldWithHistory, TemplateList,
};
use askwell::classify::{self, Field};
use worker::Response;

const READ: Access = Access::Scope(Scope::FieldsRead);
const WRITE: Access = Access::Scope(Scope::FieldsWrite);
const DETAILS: &[Answer] =
    &[Answer::json(200, Shape::of::<FieldDetails>(), "In the owner's order.")];
const DETAIL: &[Answer] = &[Answer::json(200, Shape::of::<FieldDetail>(), "As it stands now.")];

/// See [`super::ROOMS`]. Names come before the parameter.
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/fields/details",
            "fields.details",
            READ,
            "All questions with their drafts, those that are off too.",
            DETAILS,
        ),
        |call| Box::pin(details(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/fields/templates",
            "fields.templates",
            READ,
            "Questions to begin with.",
            &[Answer::json(200, Shape::of::<TemplateList>(), "The templates.")],
        ),
        |_| Box::pin(templates()),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/fields/stats",
            "fields.stats",
            READ,
            "How each question does: how often it is answered, what it costs.",
            &[Answer::json(200, Shape::of::<FieldStatsList>(), "The numbers.")],
        )
        .query(Shape::of::<FieldStatsQuery>()),
        |call| Box::pin(statistics(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/fields/lint",
            "fields.lint",
            READ,
            "What would be said of a question. Nothing is stored.",
            &[Answer::json(200, Shape::of::<FieldLint>(), "The advice.")],
        )
        .body(Shape::of::<Field>())
        .looks(),
        |call| Box::pin(lint(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/fields/order",
            "fields.order",
            WRITE,
            "Sets the order of the questions.",
            DETAILS,
        )
        .body(Shape::of::<FieldOrder>()),
        |call| Box::pin(order(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/fields",
            "fields.create",
            WRITE,
            "Begins a question with a draft.",
            &[Answer::json(201, Shape::of::<FieldDetail>(), "The question.")],
        )
        .body(Shape::of::<Field>()),
        |call| Box::pin(create(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/fields/{field_id}",
            "fields.get",
            READ,
            "A question with its draft and its history.",
            &[Answer::json(200, Shape::of::<FieldWithHistory>(), "The question.")],
        ),
        |call| Box::pin(get(call)),
    ),
    bound(
        Route::new(
            Method::Patch,
            "/v1/fields/{field_id}",
            "fields.switch",
            WRITE,
            "Turns a question on or off.",
            DETAIL,
        )
        .body(Shape::of::<FieldSwitch>()),
        |call| Box::pin(switch(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/fields/{field_id}",
            "fields.remove",
            WRITE,
            "Takes a question away. Its versions and answers stay.",
            &[Answer::empty(204, "It is put no more.")],
        ),
        |call| Box::pin(remove(call)),
    ),
    bound(
        Route::new(
            Method::Put,
            "/v1/fields/{field_id}/draft",
            "fields.edit",
            WRITE,
            "Sets a question's draft, which is put to nothing until it is published.",
            DETAIL,
        )
        .body(Shape::of::<Field>()),
        |call| Box::pin(edit(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/fields/{field_id}/draft",
            "fields.discard",
            WRITE,
            "Throws a draft away; a question that was never published is gone then.",
            &[Answer::empty(204, "It is gone.")],
        ),
        |call| Box::pin(discard(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/fields/{field_id}/publish",
            "fields.publish",
            WRITE,
            "Makes the draft the version that is put to conversations from now on.",
            DETAIL,
        ),
        |call| Box::pin(publish(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/fields/{field_id}/restore",
            "fields.restore",
            WRITE,
            "Makes an old version the draft; brings a question back that was removed.",
            DETAIL,
        )
        .body(Shape::of::<FieldRestore>()),
        |call| Box::pin(restore(call)),
    ),
];

async fn details(call: Call) -> Outcome<Response> {
    let (revision, details) = rpc::call(&call.ledger()?, &drafts::List).await?;
    http::tagged(200, &details, revision)
}

async fn templates() -> Outcome<Response> {
    http::reply(200, &TemplateList { templates: classify::templates() })
}

async fn statistics(call: Call) -> Outcome<Response> {
    let query: FieldStatsQuery = call.query()?;
    http::reply(200, &rpc::call(&call.ledger()?, &stats::Get { query }).await?)
}

async fn lint(mut call: Call) -> Outcome<Response> {
    let field: Field = call.json().await?;
    let refused = classify::validate(&field).err();
    let lint = FieldLint {
        valid: refused.is_none(),
        detail: refused.map(|error| error.detail),
        hints: classify::lint(&field),
    };
    http::reply(200, &lint)
}

async fn order(mut call: Call) -> Outcome<Response> {
    let FieldOrder { ids } = call.json().await?;
    let ledger = call.ledger()?;
    rpc::call(&ledger, &drafts::Reorder { ids }).await?;
    let (revision, details) = rpc::call(&ledger, &drafts::List).await?;
    http::tagged(200, &details, revision)
}

async fn create(mut call: Call) -> Outcome<Response> {
    let field: Field = call.json().await?;
    http::reply(201, &rpc::call(&call.ledger()?, &drafts::Create { field }).await?)
}

async fn get(call: Call) -> Outcome<Response> {
    let get = drafts::Get { field_id: id(&call) };
    http::reply(200, &rpc::call(&call.ledger()?, &get).await?)
}

async fn switch(mut call: Call) -> Outcome<Response> {
    let FieldSwitch { enabled } = call.json().await?;
    let switch = drafts::Switch { field_id: id(&call), enabled };
    http::reply(200, &rpc::call(&call.ledger()?, &switch).await?)
}

async fn remove(call: Call) -> Outcome<Response> {
    rpc::call(&call.ledger()?, &drafts::Remove { field_id: id(&call) }).await?;
    http::done()
}

async fn edit(mut call: Call) -> Outcome<Response> {
    let field: Field = call.json().await?;
    let edit = drafts::Edit { field_id: id(&call), field, seen: None };
    http::reply(200, &rpc::call(&call.ledger()?, &edit).await?)
}

async fn discard(call: Call) -> Outcome<Response> {
    rpc::call(&call.ledger()?, &drafts::Discard { field_id: id(&call), seen: None }).await?;
    http::done()
}

async fn publish(call: Call) -> Outcome<Response> {
    let publish = drafts::Publish { field_id: id(&call) };
    http::reply(200, &rpc::call(&call.ledger()?, &publish).await?)
}

async fn restore(mut call: Call) -> Outcome<Response> {
    let FieldRestore { version } = call.json().await?;
    let restore = drafts::Restore { field_id: id(&call), version };
    http::reply(200, &rpc::call(&call.ledger()?, &restore).await?)
}

fn id(call: &Call) -> String {
    call.text("field_id")
}
