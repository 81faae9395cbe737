//! Sockets: hands an upgrade to the conversation.

use super::conversations::looked;
use super::{Bound, Call, bound};
use crate::auth::{self, visitor::PROTOCOL};
use crate::config;
use crate::conversation::{LISTENER, Listener};
use crate::fault::{Fault, Outcome, to_json};
use crate::rpc;
use askwell::Code;
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, CONVERSATION, Header, Method, Route};
use askwell::id::ConversationId;
use worker::{Headers, Request, RequestInit, Response};

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/conversations/{conversation_id}/team-socket",
            "conversations.team_socket",
            Access::Scope(Scope::ConversationsRead),
            "The same for the team: what is sent on it is said by the agent.",
            &[Answer::empty(101, "The socket is open.")],
        )
        .headers(&[Header { name: "Upgrade", meaning: "`websocket`." }]),
        |call| Box::pin(open(call)),
    ),
    bound(
    Route::new(
        Method::Get,
        "/v1/conversations/{conversation_id}/socket",
        "conversations.socket",
        Access::VisitorSocket,
        "Opens a web socket that tells what is said, as it is said. Its frames are described in docs/api.md.",
        &[Answer::empty(101, "The socket is open.")],
    )
    .headers(&[
        Header { name: "Upgrade", meaning: "`websocket`." },
        Header { name: "Sec-WebSocket-Protocol", meaning: "`askwell, TOKEN`: the visitor's token, which may not stand in an address." },
    ]),
    |call| Box::pin(open(call)),
)];

async fn open(call: Call) -> Outcome<Response> {
    let upgrade = call.header("upgrade")?.unwrap_or_default();
    if !upgrade.eq_ignore_ascii_case("websocket") {
        return Err(Fault::refused(
            Code::InvalidField,
            "this address is for web sockets; send the header `Upgrade: websocket`",
        ));
    }
    let principal = call.principal()?;
    let id: ConversationId = call.parameter(CONVERSATION)?;
    looked(&call.env, principal, &id).await?;
    let headers = Headers::new();
    headers.set("upgrade", "websocket")?;
    let shown = if principal.is_visitor() { None } else { auth::shown(&call.request)? };
    let listener = Listener { by: principal.clone(), shown, looked_at: config::now(&call.env) };
    headers.set(LISTENER, &to_json("listener", &listener)?)?;
    let mut init = RequestInit::new();
    init.with_headers(headers);
    let upgrade = Request::new_with_init("https://object/socket", &init)?;
    let object = rpc::conversation(&call.env, &principal.workspace, &id)?;
    let answer = object.fetch_with_request(upgrade).await?;
    if answer.status_code() != 101 {
        return Ok(answer);
    }
    if call.header("sec-websocket-protocol")?.is_none() {
        return Ok(answer);
    }
    // A browser that is not answered with one of the protocols it offered hangs up.
    let chosen = Headers::new();
    chosen.set("sec-websocket-protocol", PROTOCOL)?;
    Ok(answer.with_headers(chosen))
}
