//! The workspace's actions: what they are, and adding, switching, configuring and removing them.

use super::billing::leading_to_it;
use super::{Bound, Call, bound};
use crate::fault::{Fault, Outcome};
use crate::ledger::actions::{Activate, Change, Found, Get, Remove};
use crate::ledger::asking::Report;
use crate::{http, rpc};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::PeriodQuery;
use askwell::api::route::{Access, Answer, IF_MATCH, Method, Route};
use askwell::api::shape::Shape;
use askwell::enrichment::report::EnrichmentReport;
use askwell::enrichment::{
    self, ActionList, ActionPatch, ActionShown, Activation, EnrichmentConfig, Review,
};
use worker::Response;

const READ: Access = Access::Scope(Scope::SettingsRead);
const WRITE: Access = Access::Scope(Scope::SettingsWrite);

const SHOWN: &[Answer] = &[Answer::json(200, Shape::of::<ActionShown>(), "How it stands.")];

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/actions",
            "actions.list",
            READ,
            "What Askwell can do in conversations by itself, added or not.",
            &[Answer::json(200, Shape::of::<ActionList>(), "All of them.")],
        ),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/actions/{action}",
            "actions.get",
            READ,
            "One action: its state, since when it has been active, what keeps it from being so, and its configuration.",
            SHOWN,
        ),
        |call| Box::pin(get(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/actions/{action}/review",
            "actions.review",
            READ,
            "Says what an action with this configuration would ask, when, and in which words. Changes nothing.",
            &[Answer::json(200, Shape::of::<Review>(), "The configuration in words.")],
        )
        .body(Shape::of::<EnrichmentConfig>())
        .looks(),
        |call| Box::pin(review(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/actions/{action}/activate",
            "actions.activate",
            WRITE,
            "Adds an action as it was reviewed. Conversations that begin from now on are asked in.",
            SHOWN,
        )
        .body(Shape::of::<Activation>()),
        |call| Box::pin(activate(call)),
    ),
    bound(
        Route::new(
            Method::Patch,
            "/v1/actions/{action}",
            "actions.update",
            WRITE,
            "Switches an action on or off, or configures it; what is absent stays. Conversations that have begun go on as they are.",
            SHOWN,
        )
        .headers(&[IF_MATCH])
        .body(Shape::of::<ActionPatch>()),
        |call| Box::pin(update(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/actions/{action}/report",
            "actions.report",
            Access::Scope(Scope::ReportsRead),
            "What asking costs and brings: questions and what became of them, by field and by reason, of visitors who are asked beside those who never are.",
            &[Answer::json(200, Shape::of::<EnrichmentReport>(), "The numbers.")],
        )
        .query(Shape::of::<PeriodQuery>()),
        |call| Box::pin(report(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/actions/{action}",
            "actions.remove",
            WRITE,
            "Removes an action that is not built in. What it collected stays.",
            &[Answer::empty(204, "It is removed.")],
        ),
        |call| Box::pin(remove(call)),
    ),
];

async fn list(call: Call) -> Outcome<Response> {
    let found = rpc::call(&call.ledger()?, &Get).await?;
    http::reply(200, &ActionList { actions: vec![found.action] })
}

async fn get(call: Call) -> Outcome<Response> {
    known(&call)?;
    shown(&rpc::call(&call.ledger()?, &Get).await?)
}

async fn review(mut call: Call) -> Outcome<Response> {
    known(&call)?;
    let config: EnrichmentConfig = call.json().await?;
    http::reply(200, &enrichment::review(&config.checked()?))
}

async fn activate(mut call: Call) -> Outcome<Response> {
    known(&call)?;
    let activation: Activation = call.json().await?;
    let found = rpc::call(&call.ledger()?, &Activate { activation }).await;
    shown(&found.map_err(leading_to_it)?)
}

async fn update(mut call: Call) -> Outcome<Response> {
    known(&call)?;
    let patch: ActionPatch = call.json().await?;
    let revision = http::if_match(&call.request)?;
    let found = rpc::call(&call.ledger()?, &Change { patch, revision }).await;
    shown(&found.map_err(leading_to_it)?)
}

async fn report(call: Call) -> Outcome<Response> {
    known(&call)?;
    let query: PeriodQuery = call.query()?;
    let report = Report { period: query.period()?, channel: query.channel };
    http::reply(200, &rpc::call(&call.ledger()?, &report).await?)
}

async fn remove(call: Call) -> Outcome<Response> {
    known(&call)?;
    rpc::call(&call.ledger()?, &Remove).await?;
    http::done()
}

fn known(call: &Call) -> Outcome<()> {
    if call.text("action") == enrichment::NAME {
        return Ok(());
    }
    Err(Fault::refused(Code::NotFound, "there is no such action; `GET /v1/actions` names them"))
}

fn shown(found: &Found) -> Outcome<Response> {
    http::tagged(200, &found.action, found.revision)
}
