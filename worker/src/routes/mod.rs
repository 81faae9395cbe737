//! The HTTP API: one table of routes, and all that follows from it.
//!
//! A room lists its routes beside their handlers, and [`ROOMS`] lists the rooms. Everything else,
//! who is let in, which pages may read the answer, what an address without such a method is
//! answered with, and the OpenAPI document, is derived from the table.

mod actions;
mod automations;
pub mod backfills;
pub mod billing;
mod call;
mod calls;
pub mod channels;
pub mod conversations;
pub mod customers;
mod decisions;
mod drafts;
mod events;
pub mod exports;
mod fields;
mod health;
mod hooks;
pub mod identity;
pub mod keys;
mod knowledge;
pub mod llm;
mod marks;
pub mod members;
mod metrics;
mod openapi;
pub mod outbound;
pub mod people;
mod preview;
mod repeats;
pub mod replies;
pub mod reviews;
mod session;
mod settings;
mod socket;
#[cfg(test)]
mod tests;
mod tickets;
pub mod webhooks;
pub mod workspaces;

pub use call::Call;

use crate::auth;
use crate::fault::{Fault, Outcome};
use crate::problem;
use askwell::access::Caller;
use askwell::api::route::{Access, Method, Parameters, Route};
use askwell::limit::Standing;
use askwell::{Code, Error};
use std::pin::Pin;
use worker::{Context, Env, Headers, Request, Response};

/// A route and what answers it.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// What it is.
    pub route: Route,
    /// Answers a request whose sender may send it.
    pub handler: Handler,
}

type Handler = fn(Call) -> Pin<Box<dyn Future<Output = Outcome<Response>>>>;

const fn bound(route: Route, handler: Handler) -> Bound {
    Bound { route, handler }
}

/// All routes.
const ROOMS: &[&[Bound]] = &[
    health::ROUTES,
    openapi::ROUTES,
    session::ROUTES,
    workspaces::ROUTES,
    settings::ROUTES,
    billing::ROUTES,
    actions::ROUTES,
    keys::ROUTES,
    members::ROUTES,
    fields::ROUTES,
    drafts::ROUTES,
    reviews::ROUTES,
    backfills::ROUTES,
    automations::ROUTES,
    llm::ROUTES,
    conversations::ROUTES,
    decisions::ROUTES,
    identity::ROUTES,
    socket::ROUTES,
    customers::ROUTES,
    people::ROUTES,
    channels::ROUTES,
    hooks::ROUTES,
    outbound::ROUTES,
    calls::ROUTES,
    tickets::ROUTES,
    marks::ROUTES,
    events::ROUTES,
    webhooks::ROUTES,
    metrics::ROUTES,
    knowledge::ROUTES,
    replies::ROUTES,
    exports::ROUTES,
    preview::ROUTES,
];

fn all() -> impl Iterator<Item = &'static Bound> {
    ROOMS.iter().flat_map(|room| room.iter())
}

/// Answers a request; errors become problem details.
///
/// # Errors
/// When not even a problem can be answered.
pub async fn serve(request: Request, env: &Env, context: &Context) -> worker::Result<Response> {
    let path = request.path();
    // As it was written: the runtime's own type takes a method that it does not know for GET.
    let method = request.inner().method();
    let here = routes_at(&path);
    // What is refused before anybody was asked who they are may be read by any page.
    let any_page = here.is_empty() || here.iter().any(|(bound, _)| bound.route.access.any_page());
    if method == "OPTIONS" && !here.is_empty() {
        return preflight(&here, any_page);
    }
    // RFC 9110 §9.3.2: the answer to GET without its body, which the runtime leaves out.
    let wanted = if method == "HEAD" { "GET" } else { &method };
    let found = here.iter().find(|(bound, _)| bound.route.method.as_str() == wanted);
    let any_page = found.map_or(any_page, |(bound, _)| bound.route.access.any_page());
    let mut standing = None;
    let answered = match found {
        Some((bound, parameters)) => {
            answer(bound, parameters.clone(), request, (env, context), &mut standing).await
        }
        None => Err(nothing_here(&here)),
    };
    let mut response = match answered {
        Ok(response) => response,
        Err(fault) => problem::response(&fault, "request")?,
    };
    // An answer that opens a socket has no headers to add to.
    if response.status_code() == 101 {
        return Ok(response);
    }
    for (name, value) in standing.iter().flat_map(|standing| standing.headers("key")) {
        response.headers_mut().set(name, &value)?;
    }
    if any_page { readable(response) } else { Ok(response) }
}

/// The routes of an address. One that is spelt out is not also one where a name stands for anything.
fn routes_at(path: &str) -> Vec<(&'static Bound, Parameters)> {
    let mut here: Vec<(&Bound, Parameters)> =
        all().filter_map(|bound| Some((bound, bound.route.matches(path)?))).collect();
    let fewest = here.iter().map(|(bound, _)| bound.route.parameters().count()).min();
    here.retain(|(bound, _)| Some(bound.route.parameters().count()) == fewest);
    here
}

async fn answer(
    bound: &'static Bound,
    parameters: Parameters,
    request: Request,
    (env, context): (&Env, &Context),
    standing: &mut Option<Standing>,
) -> Outcome<Response> {
    let route = &bound.route;
    let (caller, left) = match route.access {
        Access::Public | Access::SignIn => (Caller::Anyone, None),
        Access::VisitorSocket => auth::socket_caller(&request, env)?,
        _ => auth::caller(&request, env).await?,
    };
    *standing = left;
    if left.is_some_and(|left| !left.allowed) {
        return Err(Fault::refused(Code::RateLimited, "too many requests; wait, and go on slower"));
    }
    route.access.check(&caller, &parameters)?;
    let key = repeats::key(route, &caller, &request)?;
    let mut call = Call::new(request, env.clone(), caller, parameters)?;
    if route.query.is_none() {
        call.no_query()?;
    }
    if route.takes_no_body() {
        call.no_body().await?;
    }
    match key {
        Some(key) => repeats::once(bound, call, &key, context).await,
        None => (bound.handler)(call).await,
    }
}

fn nothing_here(here: &[(&Bound, Parameters)]) -> Fault {
    if here.is_empty() {
        return Fault::refused(Code::NotFound, "there is nothing at this address");
    }
    Fault::RefusedWith {
        error: Error::new(
            Code::MethodNotAllowed,
            "this address exists, but not for this method; `Allow` names those that it has",
        ),
        headers: vec![("allow", allowed(here, |_| true))],
    }
}

/// The methods of an address.
fn allowed(here: &[(&Bound, Parameters)], which: impl Fn(&Route) -> bool) -> String {
    let mut methods: Vec<&str> = Vec::new();
    for (bound, _) in here.iter().filter(|(bound, _)| which(&bound.route)) {
        methods.push(bound.route.method.as_str());
        if bound.route.method == Method::Get {
            methods.push("HEAD");
        }
    }
    methods.push("OPTIONS");
    methods.join(", ")
}

fn preflight(here: &[(&Bound, Parameters)], any_page: bool) -> worker::Result<Response> {
    let mut response = Response::empty()?.with_status(204);
    let headers: &mut Headers = response.headers_mut();
    headers.set("allow", &allowed(here, |_| true))?;
    if !any_page {
        return Ok(response);
    }
    let methods = allowed(here, |route| route.access.any_page());
    headers.set("access-control-allow-methods", &methods)?;
    headers.set("access-control-allow-headers", "authorization, content-type, idempotency-key")?;
    headers.set("access-control-max-age", "86400")?;
    readable(response)
}

/// Lets pages of any origin read an answer. No cookie counts where this is said: a browser keeps the
/// answer to a request with credentials from a page unless its very origin is named.
fn readable(mut response: Response) -> worker::Result<Response> {
    let headers: &mut Headers = response.headers_mut();
    headers.set("access-control-allow-origin", "*")?;
    headers
        .set("access-control-expose-headers", "etag, ratelimit, ratelimit-policy, retry-after")?;
    Ok(response)
}
