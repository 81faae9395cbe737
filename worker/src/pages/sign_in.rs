//! Signing in, by a form. The one page that nobody needs to be known for.

use super::{ROOT, are_at, html, shell, visit};
use crate::auth::session;
use crate::fault::{Fault, Outcome};
use askwell::Code;
use maud::{Markup, html as markup};
use serde::Deserialize;
use worker::{Env, Method, Request, Response};

/// Where.
pub const PATH: &str = "/app/sign-in";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    to: String,
    more: String,
}

#[derive(Deserialize)]
struct Form {
    key: String,
    #[serde(default)]
    to: String,
}

/// Sends whoever is not signed in to this page, and back where they wanted to go.
///
/// # Errors
/// [`Code::Unauthorized`] for a form: what it sent would be lost without a word.
pub fn ask(request: &Request, path: &str) -> Outcome<Response> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return Err(Fault::refused(
            Code::Unauthorized,
            "You are not signed in any more, and nothing was changed. Sign in and send the form again.",
        ));
    }
    if path == ROOT {
        return visit::to(PATH);
    }
    let query = request.url()?.query().map(|query| format!("?{query}")).unwrap_or_default();
    visit::to(&format!("{PATH}?to={}", visit::form_urlencode(&format!("{path}{query}"))))
}

/// The page, and its form.
///
/// # Errors
/// [`Code::MethodNotAllowed`].
pub async fn serve(mut request: Request, env: &Env) -> Outcome<Response> {
    match request.method() {
        Method::Get | Method::Head => {
            let text = request.url()?.query().unwrap_or_default().to_owned();
            let Query { to, more } = crate::http::query(&text).unwrap_or_default();
            let known = session::person(&request, env).await?.is_some();
            if known && more.is_empty() {
                return visit::to(ROOT);
            }
            Ok(html(200, page(&to, known, None))?)
        }
        Method::Post => {
            let Form { key, to } = visit::form(&mut request).await?;
            let aside = session::put_aside(&request)?;
            match session::sign_in(key.trim(), &request, env).await {
                Ok((_, cookie)) => {
                    let mut response = visit::to(inside(&to))?;
                    response.headers_mut().append("set-cookie", &cookie)?;
                    if let Some(aside) = aside {
                        response.headers_mut().append("set-cookie", &aside)?;
                    }
                    Ok(response)
                }
                Err(fault) => {
                    let error = fault.public();
                    let text = match error.code {
                        Code::Unauthorized | Code::InvalidField => {
                            "This key opens nothing. It may have been mistyped, regenerated or revoked."
                        }
                        Code::Forbidden => "This kind of key is not for signing in.",
                        Code::RateLimited => "Too many tries. Wait a minute.",
                        _ => return Err(fault),
                    };
                    Ok(html(error.code.status(), page(&to, false, Some(text)))?)
                }
            }
        }
        _ => Err(Fault::refused(Code::MethodNotAllowed, "This page is opened or sent.")),
    }
}

/// Only to pages of ours, whatever the link said.
fn inside(to: &str) -> &str {
    let path = to.split(['?', '#']).next().unwrap_or_default();
    let plain = !to.contains(['\\', '\r', '\n']) && !to.chars().any(char::is_control);
    if are_at(path) && path != PATH && plain { to } else { ROOT }
}

/// The form.
pub fn page(to: &str, more: bool, wrong: Option<&str>) -> Markup {
    let title = if more { "Sign in to another workspace" } else { "Sign in" };
    shell::alone(
        title,
        markup! {
            h1 { (title) }
            @if let Some(wrong) = wrong {
                p.flash.bad role="alert" { (wrong) }
            }
            form method="post" action=(PATH) {
                input type="hidden" name="to" value=(to);
                label {
                    "Sign-in key"
                    input type="password" name="key" required autocomplete="current-password" spellcheck="false" aria-describedby="key-help" autofocus;
                }
                p #key-help .muted.small-text {
                    "An admin of your workspace gives you one. A secret key of the workspace (" code { "sk_…" } ") is good as well."
                }
                button type="submit" { "Sign in" }
                @if more { " " a href=(ROOT) { "Back" } }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_pages_of_ours_only() {
        assert_eq!(inside("/app/customers?missing=email"), "/app/customers?missing=email");
        for to in [
            "",
            "https://evil.example/app",
            "//evil.example/app",
            "/apple",
            "/app/sign-in",
            "/app\\@evil.example",
            "/app/x\r\nset-cookie: a=b",
            "javascript:alert(1)",
        ] {
            assert_eq!(inside(to), ROOT, "{to}");
        }
    }

    #[test]
    fn what_a_link_said_stands_in_the_form_as_text() {
        let page = page("\"><script>alert(1)</script>", false, None).into_string();
        assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;"));
    }
}
