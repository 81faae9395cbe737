//! Workspaces: creating one, its fields, and what it holds.

use super::team;
use crate::auth::{Caller, caller, key_hash};
use crate::fault::{Fault, Outcome};
use crate::ledger::calls::{Create, PageQuery, StoredEvent};
use crate::{config, delivery, http, rpc};
use askwell::Code;
use askwell::api::{FieldList, NewWorkspace, Overview, Page, Webhook, WorkspaceCreated};
use askwell::classify::Field;
use worker::{Env, Request, Response, Url};

/// Characters of a key that are kept to recognise it by.
const PREFIX_CHARS: usize = 12;
/// Most fields of a workspace.
const MAX_FIELDS: usize = 100;
/// Most values of a field.
const MAX_VALUES: usize = 200;

/// `POST /v1/workspaces`
pub async fn create(request: &mut Request, env: &Env) -> Outcome<Response> {
    if caller(request, env).await? != Caller::Operator {
        return Err(Fault::refused(Code::Forbidden, "only the operator creates workspaces"));
    }
    let new: NewWorkspace = http::json(request).await?;
    if new.name.trim().is_empty() || new.name.len() > 200 {
        return Err(invalid("the field `name` must have 1 to 200 bytes"));
    }
    if !new.origins.iter().all(|origin| is_origin(origin)) {
        return Err(invalid(
            "each of `origins` must be a scheme, host and port, like https://shop.example",
        ));
    }
    if let Some(webhook) = &new.webhook {
        check_webhook(webhook)?;
    }
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
    rpc::call::<_, ()>(&ledger, "create", &input).await?;
    http::reply(201, &created)
}

/// `GET /v1/fields`
pub async fn fields(request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let list: FieldList = rpc::call(&ledger, "fields", &()).await?;
    http::reply(200, &list)
}

/// `PUT /v1/fields`: the whole list. A field with an empty `id` is new.
pub async fn put_fields(request: &mut Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let list: FieldList = http::json(request).await?;
    if list.fields.len() > MAX_FIELDS {
        return Err(invalid("a workspace may have 100 fields at most"));
    }
    for field in &list.fields {
        check_field(&field.field)?;
    }
    let mut names: Vec<&str> = list.fields.iter().map(|f| f.field.name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(invalid("two of `fields` have the same `name`"));
    }
    let list: FieldList = rpc::call(&ledger, "put-fields", &list).await?;
    http::reply(200, &list)
}

/// `GET /v1/overview`
pub async fn overview(request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let overview: Overview = rpc::call(&ledger, "overview", &()).await?;
    http::reply(200, &overview)
}

/// `GET /v1/events?cursor=&limit=`
pub async fn events(request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let page: Page<StoredEvent> = rpc::call(&ledger, "events", &page_query(request)?).await?;
    http::reply(200, &page)
}

/// Which page of a list is asked for.
pub fn page_query(request: &Request) -> Outcome<PageQuery> {
    let query = http::query(request)?;
    Ok(PageQuery {
        cursor: query.get("cursor").cloned(),
        limit: http::number(&query, "limit")?,
        email: query.get("email").cloned(),
    })
}

fn check_field(field: &Field) -> Outcome<()> {
    if field.name.trim().is_empty() || field.name.len() > 200 {
        return Err(invalid("a field's `name` must have 1 to 200 bytes"));
    }
    if field.prompt.trim().is_empty() || field.prompt.len() > 8 * 1024 {
        return Err(invalid("a field's `prompt` must have 1 byte to 8 kB"));
    }
    if !(1..=MAX_VALUES).contains(&field.possible_values.len()) {
        return Err(invalid("a field must have 1 to 200 `possible_values`"));
    }
    let mut names: Vec<&str> = field.possible_values.iter().map(|value| value.name()).collect();
    if names.iter().any(|name| name.trim().is_empty() || name.len() > 200) {
        return Err(invalid("each of `possible_values` must have 1 to 200 bytes"));
    }
    names.sort_unstable();
    if names.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(invalid("two of `possible_values` are the same"));
    }
    Ok(())
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
