//! Calls between the Worker and its objects: one JSON object in, one out, errors as problem details.

use crate::config;
use crate::fault::{Fault, Outcome, from_json, to_json};
use crate::problem;
use askwell::id::{ConversationId, WorkspaceId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::{Env, Headers, Method, Request, RequestInit, Response, Stub};

/// The ledger of a workspace.
pub fn ledger(env: &Env, workspace: &WorkspaceId) -> Outcome<Stub> {
    Ok(env.durable_object(config::WORKSPACE)?.get_by_name(workspace.as_str())?)
}

/// The object of a conversation.
pub fn conversation(env: &Env, workspace: &WorkspaceId, id: &ConversationId) -> Outcome<Stub> {
    let name = format!("{workspace}/{id}");
    Ok(env.durable_object(config::CONVERSATION)?.get_by_name(&name)?)
}

/// Calls an operation of an object.
pub async fn call<I: Serialize, O: DeserializeOwned>(
    stub: &Stub,
    operation: &str,
    input: &I,
) -> Outcome<O> {
    let mut answer = raw(stub, operation, &to_json("call", input)?).await?;
    let body = answer.text().await?;
    if answer.status_code() == 200 {
        from_json("answer of an object", &body)
    } else {
        Err(Fault::Refused(problem::read(&body)))
    }
}

/// Calls an operation of an object and hands its answer on.
pub async fn raw(stub: &Stub, operation: &str, body: &str) -> Outcome<Response> {
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_headers(headers).with_body(Some(body.into()));
    let request = Request::new_with_init(&format!("https://object/{operation}"), &init)?;
    Ok(stub.fetch_with_request(request).await?)
}

/// The operation that a request to an object names.
pub fn operation(request: &Request) -> String {
    request.path().trim_start_matches('/').to_owned()
}

/// Answers a call.
///
/// # Errors
/// When the response itself cannot be built.
pub fn answer(result: Outcome<String>, place: &str) -> worker::Result<Response> {
    match result {
        Ok(body) => Ok(worker::ResponseBuilder::new()
            .with_header("content-type", "application/json")?
            .fixed(body.into_bytes())),
        Err(fault) => problem::response(&fault, place),
    }
}
