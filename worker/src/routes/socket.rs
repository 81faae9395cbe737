//! Sockets: checks the token here, then hands the upgrade to the conversation.

use super::conversations::visitor_of;
use crate::auth::{Caller, identify};
use crate::fault::{Fault, Outcome, to_json};
use crate::{http, rpc};
use askwell::Code;
use askwell::id::ConversationId;
use worker::{Env, Headers, Request, RequestInit, Response};

/// `GET /v1/conversations/{id}/socket?token=`: browsers cannot send headers with an upgrade.
pub async fn open(id: &str, request: &Request, env: &Env) -> Outcome<Response> {
    let upgrade = request.headers().get("upgrade")?.unwrap_or_default();
    if !upgrade.eq_ignore_ascii_case("websocket") {
        return Err(Fault::refused(
            Code::InvalidField,
            "this address is for web sockets; send the header `Upgrade: websocket`",
        ));
    }
    let query = http::query(request)?;
    let token = query.get("token").map(String::as_str).unwrap_or_default();
    // Addresses end up in logs: a key that opens the whole workspace has no place in one.
    if !token.starts_with("vt_") {
        return Err(Fault::refused(
            Code::Unauthorized,
            "the parameter `token` must be a visitor token",
        ));
    }
    let who = identify(token, request, env).await?;
    let id: ConversationId = id.parse()?;
    let Caller::Visitor(token) = who else {
        return Err(Fault::refused(Code::Forbidden, "this needs a visitor token"));
    };
    let actor = visitor_of(&token, &id)?;
    let workspace = token.workspace;
    let headers = Headers::new();
    headers.set("upgrade", "websocket")?;
    headers.set("x-askwell-actor", &to_json("actor", &actor)?)?;
    let mut init = RequestInit::new();
    init.with_headers(headers);
    let upgrade = Request::new_with_init("https://object/socket", &init)?;
    Ok(rpc::conversation(env, &workspace, &id)?.fetch_with_request(upgrade).await?)
}
