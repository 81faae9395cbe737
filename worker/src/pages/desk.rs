//! What every page shows around itself, and what is done there: signing out, changing workspaces.

use super::{Page, ROOT, Visit, shell, sign_in, visit};
use crate::auth::session;
use crate::fault::{Fault, Outcome};
use askwell::Code;
use askwell::access::{Role, Scope, Scopes};
use askwell::api::route::Method;
use askwell::id::WorkspaceId;
use serde::Deserialize;
use worker::Response;

pub use crate::ledger::desk::{Around, Get, Names, Person};

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::team(Method::Get, ROOT, |visit| Box::pin(home(visit))),
    Page::team(Method::Post, "/app/sign-out", |visit| Box::pin(sign_out(visit))),
    Page::team(Method::Post, "/app/switch", |visit| Box::pin(switch(visit))),
];

/// What every page shows around itself.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Where.
    pub workspace: WorkspaceId,
    /// What it and whoever looks are called.
    pub names: Names,
    /// What they may do.
    pub scopes: Scopes,
    /// Which page.
    pub path: String,
    /// Other workspaces that this browser is signed in to.
    pub others: Vec<WorkspaceId>,
}

impl Desk {
    /// Whether whoever looks has a scope.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.has(scope)
    }

    /// The name of whoever looks.
    pub fn who(&self) -> String {
        let role = match self.names.role {
            Some(Role::Admin) => "admin",
            Some(Role::Agent) => "agent",
            Some(Role::Viewer) => "viewer",
            None => "key",
        };
        format!("{} ({role})", self.names.who)
    }
}

async fn home(visit: Visit) -> Outcome<Response> {
    match shell::first(&visit.desk) {
        Some(path) => visit::to(path),
        None => Err(Fault::refused(
            Code::Forbidden,
            "Your key allows nothing that a page shows. Ask an admin of the workspace.",
        )),
    }
}

async fn sign_out(visit: Visit) -> Outcome<Response> {
    session::sign_out(&visit.principal, &visit.request, &visit.env).await?;
    let mut response = visit::to(sign_in::PATH)?;
    response.headers_mut().append("set-cookie", session::NO_COOKIE)?;
    Ok(response)
}

#[derive(Deserialize)]
struct Switch {
    workspace: String,
}

async fn switch(mut visit: Visit) -> Outcome<Response> {
    let Switch { workspace } = visit.form().await?;
    if workspace.is_empty() {
        return visit::to("/app/sign-in?more=1");
    }
    let workspace: WorkspaceId = workspace.parse()?;
    let cookies = session::switch(&visit.request, &visit.principal.workspace, &workspace)?;
    let Some(cookies) = cookies else { return visit::to("/app/sign-in?more=1") };
    let mut response = visit::to(ROOT)?;
    for cookie in cookies {
        response.headers_mut().append("set-cookie", &cookie)?;
    }
    Ok(response)
}
