//! Sockets: checks the token here, then hands the upgrade to the conversation.

use super::conversations::visitor_of;
use crate::auth::visitor_token;
use crate::fault::{Fault, Outcome, to_json};
use crate::rpc;
use askwell::Code;
use askwell::id::ConversationId;
use worker::{Env, Headers, Request, RequestInit, Response};

/// The protocol that is spoken, and that the answer chooses.
const PROTOCOL: &str = "askwell";

/// `GET /v1/conversations/{id}/socket` with `Sec-WebSocket-Protocol: askwell, TOKEN`.
///
/// The list of protocols is the only header that a page can add to an upgrade, and unlike the
/// address it stands in nobody's logs. A token is made of characters that may stand there.
pub async fn open(id: &str, request: &Request, env: &Env) -> Outcome<Response> {
    let upgrade = request.headers().get("upgrade")?.unwrap_or_default();
    if !upgrade.eq_ignore_ascii_case("websocket") {
        return Err(Fault::refused(
            Code::InvalidField,
            "this address is for web sockets; send the header `Upgrade: websocket`",
        ));
    }
    let offered = request.headers().get("sec-websocket-protocol")?.unwrap_or_default();
    let token = offered_token(&offered).ok_or_else(|| {
        Fault::refused(
            Code::Unauthorized,
            "offer the protocols `askwell` and, as the second, the visitor token",
        )
    })?;
    let token = visitor_token(token, env)?;
    let id: ConversationId = id.parse()?;
    let actor = visitor_of(&token, &id)?;
    let workspace = token.workspace;
    let headers = Headers::new();
    headers.set("upgrade", "websocket")?;
    headers.set("x-askwell-actor", &to_json("actor", &actor)?)?;
    let mut init = RequestInit::new();
    init.with_headers(headers);
    let upgrade = Request::new_with_init("https://object/socket", &init)?;
    let answer = rpc::conversation(env, &workspace, &id)?.fetch_with_request(upgrade).await?;
    if answer.status_code() != 101 {
        return Ok(answer);
    }
    // A browser that is not answered with one of the protocols it offered hangs up.
    let chosen = Headers::new();
    chosen.set("sec-websocket-protocol", PROTOCOL)?;
    Ok(answer.with_headers(chosen))
}

/// The visitor token in a list of protocols that also offers [`PROTOCOL`].
fn offered_token(offered: &str) -> Option<&str> {
    let mut names = offered.split(',').map(str::trim);
    names
        .clone()
        .any(|name| name == PROTOCOL)
        .then(|| names.find(|name| name.starts_with("vt_")))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_counts_only_beside_the_protocol() {
        assert_eq!(offered_token("askwell, vt_a-b.c_d"), Some("vt_a-b.c_d"));
        assert_eq!(offered_token("vt_a.b,askwell"), Some("vt_a.b"));
        for not_ours in
            ["", "askwell", "vt_a.b", "chat, vt_a.b", "askwell, sk_shop_1", "askwell vt_a.b"]
        {
            assert_eq!(offered_token(not_ours), None, "{not_ours}");
        }
    }
}
