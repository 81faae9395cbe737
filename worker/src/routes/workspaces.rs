//! Workspaces: creating one, its fields, and what it holds.

use super::team;
use crate::auth::{Caller, caller, key_hash};
use crate::fault::{Fault, Outcome};
use crate::ledger::page::PageQuery;
use crate::ledger::settings::{self, Create, Settings};
use crate::ledger::{events, fields, overview};
use crate::{config, delivery, http, rpc};
use askwell::Code;
use askwell::api::{FieldList, NewWorkspace, Webhook, WorkspaceCreated, WorkspaceSettings};
use askwell::classify;
use worker::{Env, Request, Response, Url};

/// Characters of a key that are kept to recognise it by.
const PREFIX_CHARS: usize = 12;
/// Most fields of a workspace.
const MAX_FIELDS: usize = 100;

/// `POST /v1/workspaces`
pub async fn create(request: &mut Request, env: &Env) -> Outcome<Response> {
    if caller(request, env).await? != Caller::Operator {
        return Err(Fault::refused(Code::Forbidden, "only the operator creates workspaces"));
    }
    let new: NewWorkspace = http::json(request).await?;
    check_settings(&new.name, &new.origins, new.webhook.as_ref())?;
    let site_key = format!("pk_{}_{}", new.id, config::random()?);
    let secret_key = format!("sk_{}_{}", new.id, config::random()?);
    let prefix = |key: &str| key.chars().take(PREFIX_CHARS + new.id.as_str().len()).collect();
    let created = WorkspaceCreated {
        workspace_id: new.id.clone(),
        site_key: site_key.clone(),
        secret_key: secret_key.clone(),
    };
    let input = Create {
        site_key_hash: key_hash(&site_key),
        secret_key_hash: key_hash(&secret_key),
        site_key_prefix: prefix(&site_key),
        secret_key_prefix: prefix(&secret_key),
        workspace: new,
    };
    let ledger = rpc::ledger(env, &created.workspace_id)?;
    rpc::call(&ledger, &input).await?;
    http::reply(201, &created)
}

/// `GET /v1/workspace`
pub async fn settings(request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    show(&rpc::call(&ledger, &settings::Get).await?)
}

/// `PUT /v1/workspace`
pub async fn put_settings(request: &mut Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let new: WorkspaceSettings = http::json(request).await?;
    check_settings(&new.name, &new.origins, new.webhook.as_ref())?;
    show(&rpc::call(&ledger, &settings::Put { settings: new }).await?)
}

fn show(settings: &Settings) -> Outcome<Response> {
    let webhook =
        settings.webhook.as_ref().map(|webhook| serde_json::json!({ "url": webhook.url }));
    http::reply(
        200,
        &serde_json::json!({
            "workspace_id": settings.id, "name": settings.name, "origins": settings.origins,
            "webhook": webhook, "created_at": settings.created_at,
        }),
    )
}

/// `GET /v1/fields`
pub async fn fields(request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    show_fields(&rpc::call(&ledger, &fields::List).await?)
}

/// `PUT /v1/fields`: the whole list. A field with an empty `id` is new. With `If-Match` only if
/// nobody has changed the list meanwhile.
pub async fn put_fields(request: &mut Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let list: FieldList = http::json(request).await?;
    if list.fields.len() > MAX_FIELDS {
        return Err(invalid("a workspace may have 100 fields at most"));
    }
    for field in &list.fields {
        classify::validate(&field.field)?;
    }
    let mut names: Vec<&str> = list.fields.iter().map(|f| f.field.name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(invalid("two of `fields` have the same `name`"));
    }
    let revision = if_match(request)?;
    show_fields(&rpc::call(&ledger, &fields::Put { list, revision }).await?)
}

fn show_fields(listed: &fields::Listed) -> Outcome<Response> {
    let mut answer = http::reply(200, &listed.list)?;
    answer.headers_mut().set("etag", &format!("\"{}\"", listed.revision))?;
    Ok(answer)
}

/// The revision that `If-Match` names; none without one, or where any will do.
///
/// # Errors
/// [`Code::PreconditionFailed`] for a tag that is of no revision.
fn if_match(request: &Request) -> Outcome<Option<u64>> {
    let Some(tag) = request.headers().get("if-match")?.filter(|tag| tag != "*") else {
        return Ok(None);
    };
    let number = tag.trim().strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    number.and_then(|number| number.parse().ok()).map(Some).ok_or_else(|| {
        Fault::refused(
            Code::PreconditionFailed,
            "the header `If-Match` must be an `ETag` that this list was answered with",
        )
    })
}

/// `GET /v1/overview`
pub async fn overview(request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let overview = rpc::call(&ledger, &overview::Get).await?;
    http::reply(200, &overview)
}

/// `GET /v1/events?cursor=&limit=`
pub async fn events(request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let page = rpc::call(&ledger, &events::List { page: page_query(request)? }).await?;
    http::reply(200, &page)
}

/// Which page of a list is asked for.
pub fn page_query(request: &Request) -> Outcome<PageQuery> {
    let query = http::query(request)?;
    Ok(PageQuery { cursor: query.get("cursor").cloned(), limit: http::number(&query, "limit")? })
}

fn check_settings(name: &str, origins: &[String], webhook: Option<&Webhook>) -> Outcome<()> {
    if name.trim().is_empty() || name.len() > 200 {
        return Err(invalid("the field `name` must have 1 to 200 bytes"));
    }
    if !origins.iter().all(|origin| is_origin(origin)) {
        return Err(invalid(
            "each of `origins` must be a scheme, host and port, like https://shop.example",
        ));
    }
    webhook.map_or(Ok(()), check_webhook)
}

fn check_webhook(webhook: &Webhook) -> Outcome<()> {
    delivery::secret_bytes(&webhook.secret)?;
    let good = Url::parse(&webhook.url).is_ok_and(|url| {
        let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        url.scheme() == "https" || (url.scheme() == "http" && loopback)
    });
    if good {
        Ok(())
    } else {
        Err(invalid("the field `webhook.url` must be https, or http on a loopback host"))
    }
}

fn is_origin(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http") && url.origin().ascii_serialization() == text
    })
}

fn invalid(detail: &str) -> Fault {
    Fault::refused(Code::InvalidField, detail)
}
