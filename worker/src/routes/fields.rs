//! The owner's questions about conversations.

use super::{Bound, Call, bound};
use crate::fault::{Fault, Outcome};
use crate::ledger::fields;
use crate::{http, rpc};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::FieldList;
use askwell::api::route::{Access, Answer, IF_MATCH, Method, Route};
use askwell::api::shape::Shape;
use askwell::classify;
use worker::Response;

/// Most fields of a workspace.
const MAX_FIELDS: usize = 100;

const LIST: &[Answer] =
    &[Answer::json(200, Shape::of::<FieldList>(), "All of them, in the owner's order.")];

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/fields",
            "fields.list",
            Access::Scope(Scope::FieldsRead),
            "The questions that are answered about every conversation.",
            LIST,
        ),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Put,
            "/v1/fields",
            "fields.put",
            Access::Scope(Scope::FieldsWrite),
            "Sets the whole list of questions. One with an empty `id` is new.",
            LIST,
        )
        .headers(&[IF_MATCH])
        .body(Shape::of::<FieldList>()),
        |call| Box::pin(put(call)),
    ),
];

async fn list(call: Call) -> Outcome<Response> {
    shown(&rpc::call(&call.ledger()?, &fields::List).await?)
}

async fn put(mut call: Call) -> Outcome<Response> {
    let list: FieldList = call.json().await?;
    if list.fields.len() > MAX_FIELDS {
        return Err(invalid("a workspace may have 100 fields at most"));
    }
    for field in &list.fields {
        classify::validate(&field.field)?;
    }
    let mut names: Vec<&str> = list.fields.iter().map(|f| f.field.name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(invalid("two of `fields` have the same `name`"));
    }
    let revision = http::if_match(&call.request)?;
    shown(&rpc::call(&call.ledger()?, &fields::Put { list, revision }).await?)
}

fn shown(listed: &fields::Listed) -> Outcome<Response> {
    http::tagged(200, &listed.list, listed.revision)
}

fn invalid(detail: &str) -> Fault {
    Fault::refused(Code::InvalidField, detail)
}
