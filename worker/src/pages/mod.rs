//! The dashboard: pages for people, under `/app`.
//!
//! A page is an entry in its file's `PAGES`, and [`ROOMS`] lists the files. Who is let in is decided
//! here for all of them, by the same scopes as in the API; a page asks the ledger by the same calls as
//! the API's routes, and shows what comes out by functions that know nothing of requests, so that they
//! are tested natively. How to add one stands in ARCHITECTURE.md.

mod access;
mod actions;
mod answers;
mod article;
mod assets;
mod automation_fields;
mod automation_form;
mod automations;
mod automations_page;
mod backfills;
mod behind;
mod billing;
mod blank;
mod channel_form;
mod channels;
mod collection;
mod configure;
mod conversation;
mod conversations;
mod conversations_filters;
mod customer;
mod customer_erase;
mod customer_page;
mod customers;
mod customers_filters;
mod customers_page;
mod deliveries;
mod desk;
mod developers;
mod export_metrics;
mod exports;
mod field;
mod field_form;
mod field_new;
mod figures;
mod figures_file;
mod identity;
mod inbox;
mod knowledge;
mod live;
mod live_page;
mod marks;
mod metrics;
mod metrics_page;
mod model;
mod model_form;
mod parts;
mod refused;
mod replies;
mod replies_fields;
mod replies_form;
mod retention;
mod shell;
mod sign_in;
mod signals;
mod signed_in;
mod team;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_collection;
mod trial;
mod visit;
mod webhooks;
mod workspace;
mod write;

pub use visit::Visit;

use crate::auth::session;
use crate::fault::{Fault, Outcome};
use askwell::access::{Scope, Who};
use askwell::api::route::{Access, Method, Parameters, Route};
use askwell::{Code, Error};
use maud::Markup;
use std::pin::Pin;
use worker::{Env, Request, Response, ResponseBuilder};

/// Where the pages are.
pub const ROOT: &str = "/app";

/// No inline script or style, nothing from elsewhere, and no page of others around ours. The pictures
/// that Pico draws its controls with stand in its style sheet as `data:`.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page, or what a form of a page is sent to.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    route: Route,
    handler: Handler,
}

type Handler = fn(Visit) -> Pin<Box<dyn Future<Output = Outcome<Response>>>>;

impl Page {
    /// What whoever has a scope may look at.
    pub const fn get(path: &'static str, scope: Scope, handler: Handler) -> Self {
        Self::new(Method::Get, path, Access::Scope(scope), handler)
    }

    /// What whoever has a scope may send.
    pub const fn post(path: &'static str, scope: Scope, handler: Handler) -> Self {
        Self::new(Method::Post, path, Access::Scope(scope), handler)
    }

    /// What anybody of the team may do.
    pub const fn team(method: Method, path: &'static str, handler: Handler) -> Self {
        Self::new(method, path, Access::Team, handler)
    }

    const fn new(method: Method, path: &'static str, access: Access, handler: Handler) -> Self {
        Self { route: Route::new(method, path, "", access, "", &[]), handler }
    }
}

/// All pages.
const ROOMS: &[&[Page]] = &[
    desk::PAGES,
    customers::PAGES,
    customer::PAGES,
    customer_erase::PAGES,
    identity::PAGES,
    write::PAGES,
    inbox::PAGES,
    live::PAGES,
    conversations::PAGES,
    conversation::PAGES,
    answers::PAGES,
    metrics::PAGES,
    collection::PAGES,
    field_new::PAGES,
    field::PAGES,
    trial::PAGES,
    backfills::PAGES,
    automations::PAGES,
    signals::PAGES,
    developers::PAGES,
    exports::PAGES,
    team::PAGES,
    workspace::PAGES,
    channels::PAGES,
    replies::PAGES,
    model::PAGES,
    access::PAGES,
    actions::PAGES,
    configure::PAGES,
    billing::PAGES,
    signed_in::PAGES,
    webhooks::PAGES,
    deliveries::PAGES,
    retention::PAGES,
    export_metrics::PAGES,
    knowledge::PAGES,
    article::PAGES,
];

/// Whether an address is one of the dashboard's.
pub fn are_at(path: &str) -> bool {
    path.strip_prefix(ROOT).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers a request; what goes wrong becomes a page that says so.
///
/// # Errors
/// When not even that can be answered.
pub async fn serve(request: Request, env: &Env) -> worker::Result<Response> {
    let path = request.path();
    let answered = match path.strip_prefix(assets::FOLDER) {
        Some(file) => assets::serve(file),
        None if path == sign_in::PATH => sign_in::serve(request, env).await,
        None => page(request, env, &path).await,
    };
    match answered {
        Ok(response) => Ok(response),
        Err(fault) => {
            fault.log_ours("page");
            alone(&fault.public(), shell::error(&fault.public(), None, None))
        }
    }
}

async fn page(request: Request, env: &Env, path: &str) -> Outcome<Response> {
    let Some(found) = session::person(&request, env).await? else {
        return sign_in::ask(request, path).await;
    };
    if !found.standing.allowed {
        return Err(Fault::refused(Code::RateLimited, "too many requests; wait, and go on slower"));
    }
    let here = at(path);
    // As it was written: the runtime's own type takes a method that it does not know for GET.
    let method = request.inner().method();
    let wanted = if method == "HEAD" { "GET" } else { &method };
    let chosen = here.iter().find(|(page, _)| page.route.method.as_str() == wanted);
    let parameters = chosen.map(|(_, parameters)| parameters.clone()).unwrap_or_default();
    let visit = Visit::new(request, env.clone(), found.principal, parameters).await?;
    let desk = visit.desk.clone();
    let kept = visit.kept()?;
    let outcome = match chosen {
        None if here.is_empty() => Err(Fault::refused(Code::NotFound, "There is no such page.")),
        // A page that a form was answered with, and that is opened once more by its address.
        None if wanted == "GET" => return to_above(path, visit.raw_query()),
        None => Err(Fault::refused(
            Code::MethodNotAllowed,
            "This address takes what a form sends; open the page with the form.",
        )),
        Some((page, _)) => match page.route.access {
            Access::Scope(scope) if !visit.may(scope) => Err(forbidden(scope)),
            _ => (page.handler)(visit).await,
        },
    };
    let Err(fault) = outcome else { return outcome };
    let error = fault.public();
    fault.log_ours("page");
    if let Some(kept) = kept.as_ref().filter(|_| is_mistake(error.code))
        && let Some(response) = again(kept, &error).await
    {
        return Ok(response);
    }
    let words = kept.and_then(|kept| kept.words());
    Ok(alone(&error, shell::error(&error, Some(&desk), words.as_deref()))?)
}

/// The pages at an address: those that have its very name, else those with a parameter in its place.
fn at(path: &str) -> Vec<(&'static Page, Parameters)> {
    let pages = ROOMS.iter().flat_map(|room| room.iter());
    let all: Vec<_> = pages.filter_map(|page| Some((page, page.route.matches(path)?))).collect();
    let named = all.iter().any(|(page, _)| page.route.path == path);
    all.into_iter().filter(|(page, _)| !named || page.route.path == path).collect()
}

/// The page that people look at under an address.
fn looked_at(path: &str) -> Option<(&'static Page, Parameters)> {
    at(path).into_iter().find(|(page, _)| page.route.method == Method::Get)
}

/// The paths above one, nearest first, and itself before them.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above))
        .take_while(|path| are_at(path))
}

/// To the nearest page above an address that only forms are sent to.
fn to_above(path: &str, query: &str) -> Outcome<Response> {
    let page = above(path).find(|path| looked_at(path).is_some()).unwrap_or(ROOT);
    let gap = if query.is_empty() { "" } else { "?" };
    visit::to(&format!("{page}{gap}{query}"))
}

/// The page with a form that was refused, as it was filled in; none where that page cannot be shown.
async fn again(kept: &visit::Kept, error: &Error) -> Option<Response> {
    for url in kept.places() {
        let Some((page, parameters)) = looked_at(url.path()) else { continue };
        if matches!(page.route.access, Access::Scope(scope) if !kept.may(scope)) {
            continue;
        }
        return match kept.visit(url, parameters, error) {
            Ok(visit) => (page.handler)(visit).await,
            Err(fault) => Err(fault),
        }
        .inspect_err(|fault| fault.log_ours("page"))
        .ok();
    }
    None
}

fn forbidden(scope: Scope) -> Fault {
    let what = scope.meaning().trim_end_matches('.').to_lowercase();
    Fault::refused(
        Code::Forbidden,
        format!("Your role does not allow this: {what}. Ask an admin of the workspace."),
    )
}

/// Whether whoever sent a form can put right what was refused.
fn is_mistake(code: Code) -> bool {
    matches!(
        code,
        Code::InvalidField
            | Code::UnknownField
            | Code::AlreadyExists
            | Code::IdempotencyConflict
            | Code::PreconditionFailed
            | Code::BodyTooLarge
            | Code::MessageTooLarge
            | Code::ConversationClosed
            | Code::IllegalTransition
    )
}

fn alone(error: &Error, markup: Markup) -> worker::Result<Response> {
    html(error.code.status(), markup)
}

/// A page as it goes out.
///
/// # Errors
/// When the response cannot be built.
pub fn html(status: u16, markup: Markup) -> worker::Result<Response> {
    Ok(ResponseBuilder::new()
        .with_status(status)
        .with_header("content-type", "text/html; charset=utf-8")?
        .with_header("cache-control", "no-store")?
        .with_header("content-security-policy", POLICY)?
        .with_header("cross-origin-opener-policy", "same-origin")?
        .with_header("referrer-policy", "same-origin")?
        .with_header("x-content-type-options", "nosniff")?
        .with_header("x-frame-options", "DENY")?
        .fixed(markup.into_string().into_bytes()))
}

/// How whoever looks signs what they do.
fn signature(who: &Who) -> String {
    match who {
        Who::Key(id) | Who::Page(id) => id.to_string(),
        Who::Member(id) => id.to_string(),
        Who::System | Who::Visitor { .. } => "system".to_owned(),
    }
}
