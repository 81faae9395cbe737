//! Visitors' tokens: signed, not encrypted, and good for one conversation.

use super::secret::{sign, verify};
use super::unauthorized;
use crate::config;
use crate::fault::{Outcome, to_json};
use askwell::access::{Principal, Scopes, Who};
use askwell::id::{ConversationId, VisitorId, WorkspaceId};
use askwell::time::UnixMillis;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use worker::Env;

/// What every token begins with.
pub const PREFIX: &str = "vt_";
/// The protocol of our web sockets, offered beside the token.
pub const PROTOCOL: &str = "askwell";
/// A visitor who comes back within half a year is the same visitor.
const LIFE_MS: i64 = 180 * 24 * 60 * 60 * 1000;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Where.
    #[serde(rename = "w")]
    pub workspace: WorkspaceId,
    /// Who.
    #[serde(rename = "v")]
    pub visitor: VisitorId,
    /// In which conversation.
    #[serde(rename = "c")]
    pub conversation: ConversationId,
    /// Until when.
    #[serde(rename = "e")]
    pub expires_at: UnixMillis,
}

impl Token {
    /// Who it speaks for.
    pub fn principal(self) -> Principal {
        let who = Who::Visitor { visitor: self.visitor, conversation: self.conversation };
        Principal { workspace: self.workspace, who, scopes: Scopes::NONE }
    }
}

/// Makes a token.
///
/// # Errors
/// When the server has no signing secret.
pub fn issue(
    env: &Env,
    workspace: &WorkspaceId,
    visitor: &VisitorId,
    conversation: &ConversationId,
) -> Outcome<String> {
    let token = Token {
        workspace: workspace.clone(),
        visitor: visitor.clone(),
        conversation: conversation.clone(),
        expires_at: config::now(env).plus(LIFE_MS),
    };
    write(&token, &config::signing_secret(env)?)
}

/// Reads a token, whatever conversation it is for.
///
/// # Errors
/// [`askwell::Code::Unauthorized`] when it is forged or expired.
pub fn read(token: &str, env: &Env) -> Outcome<Token> {
    check(token, &config::signing_secret(env)?, config::now(env))
}

fn write(token: &Token, secret: &str) -> Outcome<String> {
    let body = URL_SAFE_NO_PAD.encode(to_json("visitor token", token)?);
    let tag = URL_SAFE_NO_PAD.encode(sign(secret.as_bytes(), body.as_bytes())?);
    Ok(format!("{PREFIX}{body}.{tag}"))
}

fn check(token: &str, secret: &str, now: UnixMillis) -> Outcome<Token> {
    let (body, tag) = token
        .strip_prefix(PREFIX)
        .and_then(|text| text.split_once('.'))
        .ok_or_else(unauthorized)?;
    let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| unauthorized())?;
    if !verify(secret.as_bytes(), body.as_bytes(), &tag)? {
        return Err(unauthorized());
    }
    let json = URL_SAFE_NO_PAD.decode(body).map_err(|_| unauthorized())?;
    let token: Token = serde_json::from_slice(&json).map_err(|_| unauthorized())?;
    if token.expires_at < now { Err(unauthorized()) } else { Ok(token) }
}

/// The token in a list of protocols that also offers [`PROTOCOL`].
pub fn offered(protocols: &str) -> Option<&str> {
    let mut names = protocols.split(',').map(str::trim);
    names
        .clone()
        .any(|name| name == PROTOCOL)
        .then(|| names.find(|name| name.starts_with(PREFIX)))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_counts_only_beside_the_protocol() {
        assert_eq!(offered("askwell, vt_a-b.c_d"), Some("vt_a-b.c_d"));
        assert_eq!(offered("vt_a.b,askwell"), Some("vt_a.b"));
        for not_ours in
            ["", "askwell", "vt_a.b", "chat, vt_a.b", "askwell, sk_shop_1", "askwell vt_a.b"]
        {
            assert_eq!(offered(not_ours), None, "{not_ours}");
        }
    }

    #[test]
    fn a_token_is_good_until_it_expires_and_only_as_it_was_signed() {
        let token = Token {
            workspace: "shop".parse().unwrap(),
            visitor: VisitorId::derive(&[b"v"]),
            conversation: ConversationId::derive(&[b"c"]),
            expires_at: UnixMillis(1_000),
        };
        let text = write(&token, "secret").unwrap();
        assert_eq!(check(&text, "secret", UnixMillis(1_000)).unwrap(), token);
        assert!(check(&text, "secret", UnixMillis(1_001)).is_err());
        assert!(check(&text, "other", UnixMillis(0)).is_err());
        let other = Token { workspace: "stop".parse().unwrap(), ..token };
        let (body, _) = write(&other, "x")
            .map(|t| t.split_once('.').unwrap().0.to_owned())
            .map(|b| (b, ()))
            .unwrap();
        let forged = format!("{body}.{}", text.split_once('.').unwrap().1);
        assert!(check(&forged, "secret", UnixMillis(0)).is_err());
        for broken in ["", "vt_", "vt_.", "vt_a", &text[3..], &text[..text.len() - 1]] {
            assert!(check(broken, "secret", UnixMillis(0)).is_err(), "{broken}");
        }
    }
}
