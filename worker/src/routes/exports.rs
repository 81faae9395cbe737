//! The daily export: the list of days, one day's file, and the sealing of all that is due.

use super::team;
use crate::fault::{Fault, Outcome};
use crate::ledger::exports::{Days, Seal, SealDue};
use crate::{config, http, rpc};
use askwell::Code;
use askwell::id::WorkspaceId;
use askwell::time::Day;
use worker::{Env, Request, Response, ResponseBuilder};

/// `GET /v1/exports`
pub async fn list(request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let days = rpc::call(&ledger, &Days).await?;
    http::reply(200, &serde_json::json!({ "items": days }))
}

/// `GET /v1/exports/{day}`: the same bytes for ever, or 425 until the day is sealed.
pub async fn get(day: &str, request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let day: Day = day.parse()?;
    // Seals it now if the cron has not come round to it yet.
    let sealed = rpc::call(&ledger, &Seal { day }).await?;
    let etag = format!("\"{}\"", sealed.sha256);
    let builder = ResponseBuilder::new()
        .with_header("etag", &etag)?
        .with_header("cache-control", "private, max-age=31536000, immutable")?;
    if request.headers().get("if-none-match")?.is_some_and(|tags| tags.contains(&etag)) {
        return Ok(builder.with_status(304).empty());
    }
    let object = env.bucket(config::EXPORTS)?.get(&sealed.key).execute().await?;
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
                Ok(ledger) => rpc::call(&ledger, &SealDue).await,
                Err(fault) => Err(fault),
            };
            if let Err(fault) = sealed {
                worker::console_error!(
                    "sealing the days of {workspace} failed: {}",
                    fault.public()
                );
                fault.log("seal");
            }
        }
        match page.cursor.filter(|_| !page.list_complete) {
            Some(next) => cursor = Some(next),
            None => return Ok(()),
        }
    }
}
