//! Signing in by the word of another: an OpenID provider, or Cloudflare Access in front of this Worker.
//!
//! The token must be signed by a key that the workspace's issuer publishes, be for this workspace's
//! audience, and name an e-mail address that is a member's. Nobody becomes a member by a token.

use super::jwt::{Audience, Times, Token, wrong};
use super::session;
use super::webcrypto::{Jwk, verify};
use crate::config;
use crate::fault::{Fault, Outcome};
use crate::ledger::members;
use crate::ledger::sections::Get;
use crate::rpc;
use askwell::Code;
use askwell::access::{Principal, Who};
use askwell::api::{SignInSettings, TokenIssuer, TokenSignIn};
use serde::Deserialize;
use worker::{AbortSignal, Env, Fetch, Request, RequestInit, RequestRedirect, Url};

/// Longest that an issuer may take to show its keys.
const TIMEOUT_MS: u32 = 5_000;
/// Longest list of keys, in bytes.
const MAX_KEYS_BYTES: usize = 256 * 1024;
/// Whose tokens are about people whom it has identified itself.
const ACCESS: &str = ".cloudflareaccess.com";

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    #[serde(flatten)]
    times: Times,
    email: String,
    email_verified: Option<bool>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<serde_json::Value>,
}

/// Where Cloudflare Access puts its word.
const SHOWN: &str = "cf-access-jwt-assertion";

/// Whether Cloudflare Access says of a request who sends it. What it says is not looked at yet.
///
/// # Errors
/// When the runtime fails.
pub fn is_shown(request: &Request) -> Outcome<bool> {
    Ok(request.headers().get(SHOWN)?.is_some())
}

/// Signs a member in: who it is, and the cookie to set.
///
/// # Errors
/// [`Code::OriginNotAllowed`] unless a page of this origin asks; [`Code::Unauthorized`] for a token that
/// is not good, or where the workspace takes none; [`Code::Forbidden`] for who is no member.
pub async fn sign_in(
    with: TokenSignIn,
    request: &Request,
    env: &Env,
) -> Outcome<(Principal, String)> {
    session::same_origin(request)?;
    let shown = request.headers().get(SHOWN)?;
    let text = with.token.or(shown).ok_or_else(|| wrong("is missing"))?;
    let ledger = rpc::ledger(env, &with.workspace_id)?;
    let settings = rpc::call(&ledger, &Get::<SignInSettings>::new()).await?.value;
    let issuer = settings.issuer.ok_or_else(|| {
        Fault::refused(Code::Unauthorized, "this workspace takes no tokens; sign in with a key")
    })?;
    let token = Token::parse(&text)?;
    let key = key(&token, &issuer).await?;
    verify(&token, &key).await?;
    let email = email(token.claims()?, &issuer, config::now(env))?;
    let member = rpc::call(&ledger, &members::Find { email }).await?.ok_or_else(|| {
        Fault::refused(
            Code::Forbidden,
            "whoever this is, they are no member of the workspace; an admin can add them",
        )
    })?;
    let principal = Principal {
        workspace: with.workspace_id,
        who: Who::Member(member.member_id),
        scopes: member.role.scopes(),
    };
    let cookie = session::begin(&principal, request, env).await?;
    Ok((principal, cookie))
}

/// The issuer's key that the token names.
async fn key(token: &Token<'_>, issuer: &TokenIssuer) -> Outcome<Jwk> {
    let mut init = RequestInit::new();
    init.with_redirect(RequestRedirect::Manual);
    let request = Request::new_with_init(&issuer.jwks_url, &init)?;
    let signal = AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(TIMEOUT_MS));
    let unreachable = || {
        let detail =
            "the issuer's keys cannot be read at `jwks_url`; try again, or sign in with a key";
        Fault::refused(Code::BadGateway, detail)
    };
    let answered = Fetch::Request(request).send_with_signal(&signal).await;
    let mut answer = answered.map_err(|_| unreachable())?;
    let bytes = match answer.status_code() {
        200 => answer.bytes().await.map_err(|_| unreachable())?,
        _ => return Err(unreachable()),
    };
    if bytes.len() > MAX_KEYS_BYTES {
        return Err(unreachable());
    }
    let Keys { keys } = serde_json::from_slice(&bytes).map_err(|_| unreachable())?;
    // Keys of kinds that are not known here may stand beside ours.
    let mut fitting = keys
        .into_iter()
        .filter_map(|key| serde_json::from_value::<Jwk>(key).ok())
        .filter(|key| key.fits(token.algorithm))
        .filter(|key| token.key_id.is_none() || key.kid == token.key_id);
    fitting.next().ok_or_else(|| wrong("is signed with a key that its issuer does not publish"))
}

/// Whom a token is about that was verified.
fn email(claims: Claims, issuer: &TokenIssuer, now: askwell::time::UnixMillis) -> Outcome<String> {
    claims.times.check(now)?;
    if claims.iss != issuer.issuer || !claims.aud.has(&issuer.audience) {
        return Err(wrong("is of another issuer, or for somebody else"));
    }
    // At many providers anybody may write any address into their account; Access has seen to it.
    let access = Url::parse(&issuer.issuer)
        .is_ok_and(|url| url.host_str().is_some_and(|host| host.ends_with(ACCESS)));
    match claims.email_verified {
        Some(true) => Ok(claims.email),
        None if access => Ok(claims.email),
        _ => Err(wrong("does not say that the e-mail address has been verified")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use askwell::time::UnixMillis;

    fn whom(issuer: &str, claims: &str) -> Option<String> {
        let issuer = TokenIssuer {
            issuer: issuer.to_owned(),
            audience: "app".to_owned(),
            jwks_url: String::new(),
        };
        email(serde_json::from_str(claims).ok()?, &issuer, UnixMillis(1_000_000)).ok()
    }

    #[test]
    fn a_token_counts_for_its_audience_and_with_a_verified_address() {
        let own = "https://id.example";
        let say = |more: &str| {
            whom(
                own,
                &format!(
                    r#"{{"iss":"{own}","aud":"app","exp":2000,"email":"a@example.com"{more}}}"#
                ),
            )
        };
        assert_eq!(say(r#","email_verified":true"#).as_deref(), Some("a@example.com"));
        assert_eq!(say(""), None, "an address that anybody may have typed");
        assert_eq!(say(r#","email_verified":false"#), None);
        for claims in [
            r#"{"iss":"https://id.example/","aud":"app","exp":2000,"email":"a@example.com","email_verified":true}"#,
            r#"{"iss":"https://id.example","aud":["other"],"exp":2000,"email":"a@example.com","email_verified":true}"#,
            r#"{"iss":"https://id.example","aud":"app","exp":900,"email":"a@example.com","email_verified":true}"#,
            r#"{"iss":"https://id.example","exp":2000,"email":"a@example.com","email_verified":true}"#,
        ] {
            assert_eq!(whom(own, claims), None, "{claims}");
        }
        let access = "https://team.cloudflareaccess.com";
        let claims =
            format!(r#"{{"iss":"{access}","aud":["app"],"exp":2000,"email":"a@example.com"}}"#);
        assert_eq!(whom(access, &claims).as_deref(), Some("a@example.com"));
        let evil = "https://team.cloudflareaccess.com.evil.example";
        assert_eq!(whom(evil, &claims.replace(access, evil)), None);
    }
}
