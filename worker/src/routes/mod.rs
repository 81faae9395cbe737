//! The HTTP API: which request goes where. Everything else is in the files beside this one.

mod conversations;
mod customers;
pub mod exports;
mod preview;
mod socket;
mod workspaces;

use crate::auth::{Caller, caller};
use crate::fault::{Fault, Outcome};
use crate::{http, problem};
use askwell::Code;
use askwell::id::WorkspaceId;
use worker::{Env, Headers, Method, Request, Response};

/// Answers a request; errors become problem details, and every answer may be read by any page:
/// access is decided by keys and tokens, never by cookies.
pub async fn serve(request: Request, env: &Env) -> worker::Result<Response> {
    let api = request.path().starts_with("/v1/");
    if api && request.method() == Method::Options {
        return cors(Response::empty()?.with_status(204));
    }
    let response = match route(request, env).await {
        Ok(response) => response,
        Err(fault) => problem::response(&fault, "request")?,
    };
    // An answer that opens a socket has no headers to add to.
    if api && response.status_code() != 101 { cors(response) } else { Ok(response) }
}

async fn route(mut request: Request, env: &Env) -> Outcome<Response> {
    let path = request.path();
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let method = request.method();
    use Method::{Get, Post, Put};
    match (segments.as_slice(), &method) {
        (["health"], Get) => http::reply(200, &serde_json::json!({ "status": "ok" })),
        (["v1", "workspaces"], Post) => workspaces::create(&mut request, env).await,
        (["v1", "workspace"], Get) => workspaces::settings(&request, env).await,
        (["v1", "workspace"], Put) => workspaces::put_settings(&mut request, env).await,
        (["v1", "fields"], Get) => workspaces::fields(&request, env).await,
        (["v1", "fields"], Put) => workspaces::put_fields(&mut request, env).await,
        (["v1", "overview"], Get) => workspaces::overview(&request, env).await,
        (["v1", "events"], Get) => workspaces::events(&request, env).await,
        (["v1", "conversations"], Post) => conversations::open(&mut request, env).await,
        (["v1", "conversations"], Get) => conversations::list(&request, env).await,
        (["v1", "conversations", id], Get) => conversations::get(id, &request, env).await,
        (["v1", "conversations", id, "messages"], Get) => {
            conversations::messages(id, &request, env).await
        }
        (["v1", "conversations", id, "messages"], Post) => {
            conversations::say(id, &mut request, env).await
        }
        (["v1", "conversations", id, "actions"], Post) => {
            conversations::act(id, &mut request, env).await
        }
        (["v1", "conversations", id, "facts"], Post) => {
            conversations::amend(id, &mut request, env).await
        }
        (["v1", "conversations", id, "presence"], Post) => {
            conversations::attend(id, &mut request, env).await
        }
        (["v1", "conversations", id, "socket"], Get) => socket::open(id, &request, env).await,
        (["v1", "customers"], Get) => customers::list(&request, env).await,
        (["v1", "customers.csv"], Get) => customers::export(&request, env).await,
        (["v1", "customers", id], Get) => customers::get(id, &request, env).await,
        (["v1", "exports"], Get) => exports::list(&request, env).await,
        (["v1", "exports", day], Get) => exports::get(day, &request, env).await,
        (["v1", "preview", kind], Post) => preview::run(kind, &mut request, env).await,
        (segments, _) if is_known(segments) => Err(Fault::refused(
            Code::MethodNotAllowed,
            "this address exists, but not for this method",
        )),
        _ => Err(Fault::refused(Code::NotFound, "there is nothing at this address")),
    }
}

fn is_known(segments: &[&str]) -> bool {
    matches!(
        segments,
        ["health"]
            | ["v1", "workspaces" | "workspace" | "fields" | "overview" | "events"]
            | ["v1", "conversations" | "customers" | "customers.csv" | "exports"]
            | ["v1", "conversations" | "customers" | "exports" | "preview", _]
            | ["v1", "conversations", _, "messages" | "actions" | "facts" | "presence" | "socket"]
    )
}

fn cors(mut response: Response) -> worker::Result<Response> {
    let headers: &mut Headers = response.headers_mut();
    headers.set("access-control-allow-origin", "*")?;
    headers.set("access-control-allow-methods", "GET, POST, PUT, OPTIONS")?;
    headers.set("access-control-allow-headers", "authorization, content-type, idempotency-key")?;
    headers.set("access-control-expose-headers", "etag")?;
    headers.set("access-control-max-age", "86400")?;
    Ok(response)
}

/// The workspace whose server is asking.
///
/// # Errors
/// [`Code::Forbidden`] for anybody else.
async fn team(request: &Request, env: &Env) -> Outcome<WorkspaceId> {
    match caller(request, env).await? {
        Caller::Team(workspace) => Ok(workspace),
        _ => Err(Fault::refused(Code::Forbidden, "this needs a secret key of the workspace")),
    }
}
