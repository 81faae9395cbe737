//! Workspaces: creating one, its settings, and what it holds.

use super::{Bound, Call, bound, webhooks};
use crate::fault::{Fault, Outcome};
use crate::ledger::overview;
use crate::ledger::settings::{self, Create, Standing};
use crate::{auth, http, rpc};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, IF_MATCH, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{
    KeyKind, NewWorkspace, Overview, WebhookShown, WorkspaceCreated, WorkspaceSettings,
    WorkspaceShown,
};
use worker::{Response, Url};

const SHOWN: &[Answer] = &[Answer::json(200, Shape::of::<WorkspaceShown>(), "How it is set.")];

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Post,
            "/v1/workspaces",
            "workspaces.create",
            Access::Operator,
            "Makes a workspace and its first keys, which are shown this once.",
            &[Answer::json(201, Shape::of::<WorkspaceCreated>(), "Its keys.")],
        )
        .body(Shape::of::<NewWorkspace>()),
        |call| Box::pin(create(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/workspace",
            "workspace.get",
            Access::Scope(Scope::SettingsRead),
            "How the workspace is set. The `ETag` is for `If-Match`.",
            SHOWN,
        ),
        |call| Box::pin(show(call)),
    ),
    bound(
        Route::new(
            Method::Put,
            "/v1/workspace",
            "workspace.put",
            Access::Scope(Scope::SettingsWrite),
            "Sets the workspace. A webhook that is absent stays as it was, and null removes it.",
            SHOWN,
        )
        .headers(&[IF_MATCH])
        .body(Shape::of::<WorkspaceSettings>()),
        |call| Box::pin(put(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/overview",
            "overview.get",
            Access::Scope(Scope::ReportsRead),
            "What the workspace holds, in numbers.",
            &[Answer::json(200, Shape::of::<Overview>(), "The numbers.")],
        ),
        |call| Box::pin(overview(call)),
    ),
];

async fn create(mut call: Call) -> Outcome<Response> {
    let new: NewWorkspace = call.json().await?;
    check_settings(&new.name, &new.origins)?;
    if let Some(webhook) = &new.webhook {
        webhooks::check("webhook.", &webhook.url, Some(&webhook.secret))?;
    }
    let site = auth::fresh_key(KeyKind::Site, &new.id)?;
    let secret = auth::fresh_key(KeyKind::Secret, &new.id)?;
    let input = Create {
        site_key_hash: auth::hash(&site.key),
        secret_key_hash: auth::hash(&secret.key),
        site_key_prefix: site.prefix,
        site_key: site.whole,
        secret_key_prefix: secret.prefix,
        workspace: new.clone(),
    };
    let created =
        WorkspaceCreated { workspace_id: new.id, site_key: site.key, secret_key: secret.key };
    rpc::call(&rpc::ledger(&call.env, &created.workspace_id)?, &input).await?;
    http::reply(201, &created)
}

async fn show(call: Call) -> Outcome<Response> {
    answer(rpc::call(&call.ledger()?, &settings::Get).await?)
}

async fn put(mut call: Call) -> Outcome<Response> {
    let revision = http::if_match(&call.request)?;
    let new: WorkspaceSettings = call.json().await?;
    check_settings(&new.name, &new.origins)?;
    if let Some(Some(webhook)) = &new.webhook {
        webhooks::check("webhook.", &webhook.url, webhook.secret.as_deref())?;
    }
    let put = settings::Put { settings: new, revision };
    answer(rpc::call(&call.ledger()?, &put).await?)
}

fn answer(standing: Standing) -> Outcome<Response> {
    let revision = standing.settings.revision;
    http::tagged(200, &shown(standing), revision)
}

fn shown(Standing { settings, webhook }: Standing) -> WorkspaceShown {
    WorkspaceShown {
        workspace_id: settings.id,
        name: settings.name,
        origins: settings.origins,
        webhook: webhook.map(|url| WebhookShown { url }),
        created_at: settings.created_at,
    }
}

async fn overview(call: Call) -> Outcome<Response> {
    http::reply(200, &rpc::call(&call.ledger()?, &overview::Get).await?)
}

/// Checks what a workspace is set to.
///
/// # Errors
/// [`Code::InvalidField`].
pub fn check_settings(name: &str, origins: &[String]) -> Outcome<()> {
    http::check_name(name)?;
    if !origins.iter().all(|origin| is_origin(origin)) {
        return Err(invalid(
            "each of `origins` must be a scheme, host and port, like https://shop.example",
        ));
    }
    Ok(())
}

fn is_origin(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http") && url.origin().ascii_serialization() == text
    })
}

fn invalid(detail: &str) -> Fault {
    Fault::refused(Code::InvalidField, detail)
}
