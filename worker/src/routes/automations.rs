//! Automations: what is done by itself after a conversation.

use super::{Bound, Call, bound};
use crate::fault::Outcome;
use crate::ledger::automations;
use crate::{http, rpc};
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{Automation, AutomationList, AutomationRun, NewAutomation, Page, PageQuery};
use worker::Response;

const READ: Access = Access::Scope(Scope::SettingsRead);
const WRITE: Access = Access::Scope(Scope::SettingsWrite);
const ID: &str = "automation_id";

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/automations",
            "automations.list",
            READ,
            "What is done by itself after conversations, in the order in which it is done.",
            &[Answer::json(200, Shape::of::<AutomationList>(), "All of them.")],
        ),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/automations",
            "automations.create",
            WRITE,
            "Adds an automation (50 at most), for conversations that are closed from now on.",
            &[Answer::json(201, Shape::of::<Automation>(), "The automation.")],
        )
        .body(Shape::of::<NewAutomation>()),
        |call| Box::pin(create(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/automations/{automation_id}",
            "automations.get",
            READ,
            "One automation.",
            &[Answer::json(200, Shape::of::<Automation>(), "The automation.")],
        ),
        |call| Box::pin(get(call)),
    ),
    bound(
        Route::new(
            Method::Put,
            "/v1/automations/{automation_id}",
            "automations.put",
            WRITE,
            "Sets an automation anew. What it has run for it does not run for again.",
            &[Answer::json(200, Shape::of::<Automation>(), "The automation.")],
        )
        .body(Shape::of::<NewAutomation>()),
        |call| Box::pin(put(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/automations/{automation_id}",
            "automations.remove",
            WRITE,
            "Removes an automation and its log. What it has done stays.",
            &[Answer::empty(204, "It is gone.")],
        ),
        |call| Box::pin(remove(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/automations/{automation_id}/runs",
            "automations.runs",
            READ,
            "For which conversations an automation has run, the latest first.",
            &[Answer::json(200, Shape::of::<Page<AutomationRun>>(), "A page of them.")],
        )
        .query(Shape::of::<PageQuery>()),
        |call| Box::pin(runs(call)),
    ),
];

async fn list(call: Call) -> Outcome<Response> {
    let items = rpc::call(&call.ledger()?, &automations::List).await?;
    http::reply(200, &AutomationList { items })
}

async fn create(mut call: Call) -> Outcome<Response> {
    let new = call.json().await?;
    http::reply(201, &rpc::call(&call.ledger()?, &automations::Add { new }).await?)
}

async fn get(call: Call) -> Outcome<Response> {
    let get = automations::Get { automation_id: call.parameter(ID)? };
    http::reply(200, &rpc::call(&call.ledger()?, &get).await?)
}

async fn put(mut call: Call) -> Outcome<Response> {
    let new = call.json().await?;
    let put = automations::Put { automation_id: call.parameter(ID)?, new, seen: None };
    http::reply(200, &rpc::call(&call.ledger()?, &put).await?)
}

async fn remove(call: Call) -> Outcome<Response> {
    let remove = automations::Remove { automation_id: call.parameter(ID)? };
    rpc::call(&call.ledger()?, &remove).await?;
    Ok(Response::empty()?.with_status(204))
}

async fn runs(call: Call) -> Outcome<Response> {
    let runs = automations::Runs { automation_id: call.parameter(ID)?, page: call.query()? };
    http::reply(200, &rpc::call(&call.ledger()?, &runs).await?)
}
