//! Calls between the Worker and its objects: one JSON object in, one out, errors as problem details.

use crate::config;
use crate::fault::{Fault, Outcome, from_json, to_json};
use crate::problem;
use askwell::Code;
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

/// An operation of an object. The struct that implements it is what goes in.
pub trait Call: Serialize + DeserializeOwned {
    /// Unique in its object.
    const NAME: &'static str;
    /// What comes out.
    type Out: Serialize + DeserializeOwned;
}

/// Calls an operation of an object.
pub async fn call<C: Call>(stub: &Stub, input: &C) -> Outcome<C::Out> {
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    let body = to_json(C::NAME, input)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_headers(headers).with_body(Some(body.into()));
    let request = Request::new_with_init(&format!("https://object/{}", C::NAME), &init)?;
    let mut answer = stub.fetch_with_request(request).await?;
    let body = answer.text().await?;
    if answer.status_code() == 200 {
        return from_json(C::NAME, &body);
    }
    let error = problem::read(&body);
    if error.code != Code::RateLimited {
        return Err(Fault::Refused(error));
    }
    let mut headers = Vec::new();
    for name in ["ratelimit-policy", "ratelimit", "retry-after"] {
        headers.extend(answer.headers().get(name)?.map(|value| (name, value)));
    }
    Err(Fault::RefusedWith { error, headers })
}

/// Runs a call that an object got: reads what goes in, writes what comes out.
pub async fn run<C: Call, F: Future<Output = Outcome<C::Out>>>(
    body: &str,
    work: impl FnOnce(C) -> F,
) -> Outcome<String> {
    to_json(C::NAME, &work(from_json(C::NAME, body)?).await?)
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
