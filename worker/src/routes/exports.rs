//! The daily export: the list of days, one day's file, and the sealing of all that is due.

use super::{Bound, Call, bound};
use crate::fault::{Fault, Outcome};
use crate::ledger::exports::{Days, Seal, SealDue};
use crate::ledger::{data_keys, retention};
use crate::{config, http, rpc};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::ExportList;
use askwell::api::route::{Access, Answer, Header, Method, Route};
use askwell::api::shape::Shape;
use askwell::id::WorkspaceId;
use worker::{Env, Response, ResponseBuilder, Stub};

const READ: Access = Access::Scope(Scope::ExportsRead);

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/exports",
            "exports.list",
            READ,
            "The days that there are.",
            &[Answer::json(200, Shape::of::<ExportList>(), "All of them, the oldest first.")],
        ),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/exports/{day}",
            "exports.get",
            READ,
            "One day's file: the same bytes for ever, and 425 until the day is sealed.",
            &[
                Answer::body(200, "application/json", "The file; see docs/export.schema.json."),
                Answer::empty(304, "It is the one that `If-None-Match` names."),
            ],
        )
        .headers(&[Header {
            name: "If-None-Match",
            meaning: "The `ETag` of the file that is there already.",
        }]),
        |call| Box::pin(get(call)),
    ),
];

async fn list(call: Call) -> Outcome<Response> {
    let items = rpc::call(&call.ledger()?, &Days).await?;
    http::reply(200, &ExportList { items })
}

async fn get(call: Call) -> Outcome<Response> {
    let day = call.parameter("day")?;
    // Seals it now if the cron has not come round to it yet.
    let sealed = rpc::call(&call.ledger()?, &Seal { day }).await?;
    let etag = format!("\"{}\"", sealed.sha256);
    let builder = ResponseBuilder::new()
        .with_header("etag", &etag)?
        .with_header("cache-control", "private, max-age=31536000, immutable")?;
    if call.header("if-none-match")?.is_some_and(|tags| tags.contains(&etag)) {
        return Ok(builder.with_status(304).empty());
    }
    let object = call.env.bucket(config::EXPORTS)?.get(&sealed.key).execute().await?;
    let body = object.as_ref().and_then(worker::Object::body).ok_or_else(|| {
        worker::console_error!("a sealed day is missing from the bucket: {}", sealed.key);
        Fault::refused(Code::Internal, "the file is missing from the bucket; tell the operator")
    })?;
    Ok(builder.with_header("content-type", "application/json")?.body(body.response_body()?))
}

/// Seals the days of all workspaces that are over and past their grace. One workspace's failure
/// does not keep the others from theirs; the next round tries again.
pub async fn seal_all(env: &Env) -> Outcome<()> {
    let store = env.kv(config::DOCUMENTS)?;
    let mut cursor: Option<String> = None;
    loop {
        let mut list = store.list().prefix("workspace/".to_owned());
        if let Some(cursor) = cursor.take() {
            list = list.cursor(cursor);
        }
        let page = list.execute().await?;
        for key in &page.keys {
            let Some(workspace) = key.name.strip_prefix("workspace/") else { continue };
            let Ok(workspace) = workspace.parse::<WorkspaceId>() else { continue };
            let sealed = match rpc::ledger(env, &workspace) {
                Ok(ledger) => tend(&ledger).await,
                Err(fault) => Err(fault),
            };
            if let Err(fault) = sealed {
                worker::console_error!("the hourly work of {workspace} failed: {}", fault.public());
                fault.log("seal");
            }
        }
        match page.cursor.filter(|_| !page.list_complete) {
            Some(next) => cursor = Some(next),
            None => return Ok(()),
        }
    }
}

/// What a workspace has to do every hour.
async fn tend(ledger: &Stub) -> Outcome<()> {
    let sealed = rpc::call(ledger, &SealDue).await.map(drop);
    rpc::call(ledger, &data_keys::Rotate).await?;
    rpc::call(ledger, &retention::Retain).await?;
    sealed
}
