//! Sessions of people: a cookie that scripts cannot read, and that other sites cannot use.
//!
//! Three things keep other sites out. The cookie is `SameSite=Strict`, so a browser does not send it
//! with what another site began. A request that changes something counts only when the browser says
//! that a page of this origin sent it, by `Sec-Fetch-Site` or `Origin`. And no answer to such a
//! request may be read by other origins. The prefix `__Host-` binds the cookie to this very host.

use crate::fault::{Fault, Outcome};
use crate::ledger::sessions::LIFE_MS;
use askwell::Code;
use worker::Request;

/// What every session's token begins with.
pub const PREFIX: &str = "se_";
const NAME: &str = "__Host-askwell";
/// Takes the cookie away.
pub const NO_COOKIE: &str = "__Host-askwell=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0";

/// Sets the cookie.
pub fn cookie(token: &str) -> String {
    let seconds = LIFE_MS / 1000;
    format!("{NAME}={token}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={seconds}")
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
