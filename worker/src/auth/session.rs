//! Sessions of people: a cookie that scripts cannot read, and that other sites cannot use.
//!
//! Three things keep other sites out. The cookie is `SameSite=Lax`: a browser sends it with what
//! another site began only when that is a person who follows a link here, which reads and changes
//! nothing; so a link in a mail, or the way back from where somebody signs in, finds them signed in.
//! A request that changes something counts only when the browser says that a page of this origin sent
//! it, by `Sec-Fetch-Site` or `Origin`. And no answer to such a request may be read by other origins.
//! The prefix `__Host-` binds the cookie to this very host.

use super::hash;
use crate::config;
use crate::fault::{Fault, Outcome};
use crate::ledger::doings;
use crate::ledger::keys::Found;
use crate::ledger::sessions::{self, LIFE_MS};
use crate::rpc;
use askwell::Code;
use askwell::access::{Principal, Who};
use askwell::id::WorkspaceId;
use worker::{Env, Request};

/// What every session's token begins with.
pub const PREFIX: &str = "se_";
const NAME: &str = "__Host-askwell";
/// Takes the cookie away.
pub const NO_COOKIE: &str = "__Host-askwell=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0";

/// Who is signed in on a page of ours, and what is left to them; nobody without a cookie that is good.
/// What changes something must come from a page of this origin. From a key nobody is signed in: what is
/// shown here is for people.
///
/// # Errors
/// [`Code::OriginNotAllowed`] for what another site sends.
pub async fn person(request: &Request, env: &Env) -> Outcome<Option<Found>> {
    let Some(token) = shown(request)? else { return Ok(None) };
    match super::by_session(&token, request, env).await {
        Ok(found) => Ok(Some(found)),
        Err(Fault::Refused(error)) if error.code == Code::Unauthorized => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Signs somebody in who shows a member's sign-in key or a secret key: who it is, and the cookie to set.
///
/// # Errors
/// [`Code::OriginNotAllowed`] unless a page of this origin asks, [`Code::Unauthorized`] for what is no
/// key, [`Code::Forbidden`] for one that nobody signs in with.
pub async fn sign_in(key: &str, request: &Request, env: &Env) -> Outcome<(Principal, String)> {
    same_origin(request)?;
    let principal = match super::by_key(key, request, env).await {
        Ok(found) => found.principal,
        Err(fault) => {
            refused(key, &fault, env).await;
            return Err(fault);
        }
    };
    if !matches!(principal.who, Who::Key(_) | Who::Member(_)) {
        return Err(Fault::refused(
            Code::Forbidden,
            "sign in with a member's sign-in key or a secret key",
        ));
    }
    let cookie = begin(&principal, request, env).await?;
    Ok((principal, cookie))
}

/// Tells the workspace whose key was tried that it was refused; where there is none, nobody.
async fn refused(key: &str, fault: &Fault, env: &Env) {
    let unknown = matches!(fault, Fault::Refused(error) if error.code == Code::Unauthorized);
    let workspace = key.split('_').nth(1).and_then(|name| name.parse().ok());
    let Some(workspace) = workspace.filter(|_| unknown) else { return };
    if let Ok(ledger) = rpc::ledger(env, &workspace) {
        // A workspace that was never made refuses this as well.
        if let Err(fault @ Fault::Platform(_)) = rpc::call(&ledger, &doings::Refused).await {
            fault.log("sign-in");
        }
    }
}

/// Begins a session of somebody whose word has been checked: the cookie to set.
///
/// # Errors
/// When the ledger cannot be reached.
pub async fn begin(principal: &Principal, request: &Request, env: &Env) -> Outcome<String> {
    let token = format!("{PREFIX}{}_{}", principal.workspace, config::random()?);
    let before = shown(request)?;
    let before = before.as_deref().and_then(|token| token.split('_').nth(1));
    let switched = before.is_some_and(|before| before != principal.workspace.as_str());
    let begin = sessions::Begin { by: principal.clone(), hash: hash(&token), switched };
    rpc::call(&rpc::ledger(env, &principal.workspace)?, &begin).await?;
    Ok(cookie(&token))
}

/// Ends the session that a request of its owner shows; [`NO_COOKIE`] takes the cookie away.
///
/// # Errors
/// When the ledger cannot be reached.
pub async fn sign_out(principal: &Principal, request: &Request, env: &Env) -> Outcome<()> {
    let Some(token) = shown(request)? else { return Ok(()) };
    rpc::call(&rpc::ledger(env, &principal.workspace)?, &sessions::End { hash: hash(&token) }).await
}

/// The other workspaces that this browser is signed in to. A session that was put aside stands in a cookie
/// that names its workspace.
///
/// # Errors
/// When the runtime fails.
pub fn others(request: &Request, here: &WorkspaceId) -> Outcome<Vec<WorkspaceId>> {
    let header = request.headers().get("cookie")?.unwrap_or_default();
    Ok(aside(&header)
        .map(|(workspace, _)| workspace)
        .filter(|workspace| workspace != here)
        .collect())
}

/// The cookies that put the session in one workspace aside, and take up that in another; none where this
/// browser has no session there. Whether that is good is found out with the next request.
///
/// # Errors
/// When the runtime fails.
pub fn switch(
    request: &Request,
    from: &WorkspaceId,
    to: &WorkspaceId,
) -> Outcome<Option<Vec<String>>> {
    let header = request.headers().get("cookie")?.unwrap_or_default();
    let Some((_, wanted)) = aside(&header).find(|(workspace, _)| workspace == to) else {
        return Ok(None);
    };
    let mut cookies = vec![cookie(wanted), named(to, "", 0)];
    cookies.extend(token(&header).map(|token| named(from, token, LIFE_MS / 1000)));
    Ok(Some(cookies))
}

/// The cookie that puts the session of a request aside, where there is one.
///
/// # Errors
/// When the runtime fails.
pub fn put_aside(request: &Request) -> Outcome<Option<String>> {
    let header = request.headers().get("cookie")?.unwrap_or_default();
    Ok(token(&header).and_then(|token| {
        let workspace = workspace_of(token)?;
        Some(named(&workspace, token, LIFE_MS / 1000))
    }))
}

fn named(workspace: &WorkspaceId, token: &str, seconds: i64) -> String {
    format!(
        "{NAME}-in-{workspace}={token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}"
    )
}

fn workspace_of(token: &str) -> Option<WorkspaceId> {
    token.split('_').nth(1)?.parse().ok()
}

fn aside(header: &str) -> impl Iterator<Item = (WorkspaceId, &str)> {
    header.split(';').filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        let workspace: WorkspaceId = name.strip_prefix(NAME)?.strip_prefix("-in-")?.parse().ok()?;
        (value.starts_with(PREFIX) && workspace_of(value).as_ref() == Some(&workspace))
            .then_some((workspace, value))
    })
}

fn cookie(token: &str) -> String {
    let seconds = LIFE_MS / 1000;
    format!("{NAME}={token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}")
}

/// The token that a request shows; none without one.
///
/// # Errors
/// When the runtime fails.
pub fn shown(request: &Request) -> Outcome<Option<String>> {
    let header = request.headers().get("cookie")?.unwrap_or_default();
    Ok(token(&header).map(str::to_owned))
}

fn token(header: &str) -> Option<&str> {
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == NAME && value.starts_with(PREFIX))
        .map(|(_, value)| value)
}

/// Refuses what a browser did not send for a page of this origin.
///
/// # Errors
/// [`Code::OriginNotAllowed`].
pub fn same_origin(request: &Request) -> Outcome<()> {
    let headers = request.headers();
    let site = headers.get("sec-fetch-site")?;
    let origin = headers.get("origin")?;
    let here = request.url()?.origin().ascii_serialization();
    if is_same(site.as_deref(), origin.as_deref(), &here) {
        Ok(())
    } else {
        Err(Fault::refused(
            Code::OriginNotAllowed,
            "a session counts for pages of this origin only; use a key elsewhere",
        ))
    }
}

/// All browsers of the last years send `Sec-Fetch-Site`; older ones send `Origin` with whatever may
/// change something. Without either it may be anybody.
fn is_same(site: Option<&str>, origin: Option<&str>, here: &str) -> bool {
    match (site, origin) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == here,
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let token_in = |text| token(text);
        assert_eq!(token_in("a=b; __Host-askwell=se_shop_1; c=d"), Some("se_shop_1"));
        assert_eq!(token_in("__Host-askwell=sk_shop_1"), None);
        assert_eq!(token_in("askwell=se_shop_1"), None);
        assert_eq!(token_in(""), None);
    }

    #[test]
    fn sessions_put_aside_stand_under_their_own_workspace() {
        let header = "__Host-askwell=se_shop_1; __Host-askwell-in-cafe=se_cafe_2; __Host-askwell-in-bar=se_cafe_3; __Host-askwell-in-inn=; x=y";
        let found: Vec<_> = aside(header).map(|(id, token)| (id.to_string(), token)).collect();
        assert_eq!(found, [("cafe".to_owned(), "se_cafe_2")]);
        assert_eq!(token(header), Some("se_shop_1"));
    }

    #[test]
    fn only_pages_of_this_origin_count() {
        let here = "https://chat.example";
        assert!(is_same(Some("same-origin"), Some(here), here));
        assert!(is_same(None, Some(here), here));
        for (site, origin) in [
            (Some("cross-site"), Some(here)),
            (Some("same-site"), None),
            (Some("none"), None),
            (None, Some("https://other.example")),
            (None, Some("null")),
            (None, Some("https://chat.example.evil.example")),
            (None, None),
        ] {
            assert!(!is_same(site, origin, here), "{site:?} {origin:?}");
        }
    }
}
