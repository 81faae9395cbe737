//! Signing in, by a form. The one page that nobody needs to be known for.

use super::{ROOT, are_at, html, refused, shell, visit};
use crate::auth::{issued, session};
use crate::fault::{Fault, Outcome};
use askwell::Code;
use askwell::access::Principal;
use askwell::api::TokenSignIn;
use maud::{Markup, html as markup};
use serde::Deserialize;
use worker::{Env, Method, Request, Response};

/// Where.
pub const PATH: &str = "/app/sign-in";

/// The first page, for whoever opens a link that has their key behind `#` and is signed in: a browser keeps what stands
/// there through a redirect that names nothing else.
const ROOT_WITHOUT_KEY: &str = "/app#main";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    to: String,
    more: String,
    workspace: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Form {
    key: String,
    /// Of who comes by Cloudflare Access, which says who they are but not where they want to go.
    workspace: String,
    to: String,
}

/// What the page is to show.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shown<'a> {
    /// Where to go from here.
    pub to: &'a str,
    /// Whether somebody is signed in who wants to be in another workspace as well.
    pub more: bool,
    /// Whether Cloudflare Access says who is there.
    pub access: bool,
    /// Into which workspace by that, as far as it is known.
    pub workspace: &'a str,
    /// Why it did not work.
    pub wrong: Option<&'a str>,
}

/// Sends whoever is not signed in to this page, and back where they wanted to go. A form whose session has ended is
/// answered with what was written into it.
///
/// # Errors
/// When the request cannot be read.
pub async fn ask(mut request: Request, path: &str) -> Outcome<Response> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        let url = request.url()?;
        let back = visit::from(&request, &url).map(|from| match from.query() {
            Some(query) => format!("{}?{query}", from.path()),
            None => from.path().to_owned(),
        });
        // What another site sent is not shown as what somebody wrote here.
        let words = match session::same_origin(&request) {
            Ok(()) => visit::text(&mut request).await.ok().as_deref().and_then(refused::words),
            Err(_) => None,
        };
        return Ok(html(401, lost(back.as_deref().unwrap_or(ROOT), words.as_deref()))?);
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
            let Query { to, more, workspace } = crate::http::query(&text).unwrap_or_default();
            let known = session::person(&request, env).await?.is_some();
            if known && more.is_empty() {
                return visit::to(ROOT_WITHOUT_KEY);
            }
            let access = issued::is_shown(&request)?;
            let (to, workspace) = (to.as_str(), workspace.as_str());
            Ok(html(200, page(Shown { to, more: known, access, workspace, wrong: None }))?)
        }
        Method::Post => {
            let Form { key, workspace, to } = visit::form(&mut request).await?;
            let aside = session::put_aside(&request)?;
            let access = issued::is_shown(&request)?;
            let by_access = access && key.is_empty();
            let signed_in = if by_access {
                by_word(&workspace, &request, env).await
            } else {
                session::sign_in(key.trim(), &request, env).await
            };
            match signed_in {
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
                    let wrong = match error.code {
                        Code::Unauthorized | Code::InvalidField | Code::NotFound if by_access => {
                            "This workspace does not let you in so. Look at its name, or load this page anew where it has stood for long; an admin can say whether it takes your organisation's sign-in."
                        }
                        Code::Forbidden if by_access => {
                            "You are no member of this workspace. An admin can add you, with the address that your organisation knows you by."
                        }
                        Code::Unauthorized | Code::InvalidField => {
                            "This key opens nothing. It may have been mistyped, regenerated or revoked."
                        }
                        Code::Forbidden => "This kind of key is not for signing in.",
                        Code::RateLimited => "Too many tries. Wait a minute.",
                        _ => return Err(fault),
                    };
                    let (to, workspace, wrong) = (to.as_str(), workspace.as_str(), Some(wrong));
                    let shown = Shown { to, more: false, access, workspace, wrong };
                    Ok(html(error.code.status(), page(shown))?)
                }
            }
        }
        _ => Err(Fault::refused(Code::MethodNotAllowed, "This page is opened or sent.")),
    }
}

/// Signs in whom Cloudflare Access names.
async fn by_word(workspace: &str, request: &Request, env: &Env) -> Outcome<(Principal, String)> {
    let with = TokenSignIn { workspace_id: workspace.trim().parse()?, token: None };
    issued::sign_in(with, request, env).await
}

/// Only to pages of ours, whatever the link said.
fn inside(to: &str) -> &str {
    let path = to.split(['?', '#']).next().unwrap_or_default();
    let plain = !to.contains(['\\', '\r', '\n']) && !to.chars().any(char::is_control);
    if are_at(path) && path != PATH && plain { to } else { ROOT }
}

/// What a form is answered with whose session has ended: the words, and the way back to the page with the form.
pub fn lost(back: &str, words: Option<&str>) -> Markup {
    let there = format!("{PATH}?to={}", visit::form_urlencode(back));
    shell::alone(
        "Not signed in",
        markup! {
            h1 { "Not signed in" }
            p role="alert" { "You are not signed in any more, and nothing was changed. Sign in, and send the form again." }
            @if let Some(words) = words {
                label for="words" { "What you had written, to be copied" }
                textarea #words rows="8" readonly { (words) }
                button.secondary.small type="button" data-copy="words" { "Copy" }
            }
            p { a role="button" href=(there) { "Sign in, and back to the page" } }
        },
    )
}

/// The forms.
pub fn page(shown: Shown<'_>) -> Markup {
    let Shown { to, more, access, workspace, wrong } = shown;
    let title = if more { "Sign in to another workspace" } else { "Sign in" };
    shell::alone(
        title,
        markup! {
            h1 { (title) }
            @if let Some(wrong) = wrong {
                p.flash.bad role="alert" { (wrong) }
            }
            @if access {
                form method="post" action=(PATH) {
                    input type="hidden" name="to" value=(to);
                    label {
                        "Workspace"
                        input type="text" name="workspace" value=(workspace) required autocomplete="organization" autocapitalize="none" spellcheck="false" aria-describedby="workspace-help" autofocus;
                    }
                    p #workspace-help .muted.small-text { "Your organisation says who you are, and not where you want to go. The workspace's id stands in each of its keys: " code { "pk_" em { "id" } "_…" } }
                    button type="submit" { "Continue with your organisation" }
                }
                h2 { "Or with a key" }
            }
            form method="post" action=(PATH) {
                input type="hidden" name="to" value=(to);
                label {
                    "Sign-in key"
                    input type="password" name="key" required autocomplete="current-password" spellcheck="false" aria-describedby="key-help" autofocus[!access];
                }
                p #key-help .muted.small-text {
                    "An admin of your workspace gives you one. A secret key of the workspace (" code { "sk_…" } ") is good as well."
                }
                button.secondary[access] type="submit" { "Sign in" }
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
    fn a_session_that_has_ended_loses_no_words_and_leads_back() {
        use super::super::tests::HOSTILE;
        let text = lost("/app/inbox/cv_1?a=b", Some(HOSTILE)).into_string();
        assert!(text.contains("&lt;script&gt;alert(1)") && !text.contains("<script>alert"));
        assert!(text.contains("to=%2Fapp%2Finbox%2Fcv_1%3Fa%3Db"), "{text}");
        assert!(!lost(ROOT, None).into_string().contains("<textarea"));
    }

    #[test]
    fn what_a_link_said_stands_in_the_form_as_text() {
        let script = "\"><script>alert(1)</script>";
        let shown = Shown { to: script, access: true, workspace: script, ..Shown::default() };
        let page = page(shown).into_string();
        assert_eq!(page.matches("value=\"&quot;&gt;&lt;script&gt;").count(), 3);
        assert!(!page.contains("<script>alert"));
    }

    #[test]
    fn a_workspace_is_asked_for_where_somebody_else_says_who_it_is() {
        let of = |access| page(Shown { access, ..Shown::default() }).into_string();
        assert!(of(true).contains("name=\"workspace\"") && of(true).contains("name=\"key\""));
        assert!(!of(false).contains("name=\"workspace\""));
        assert_eq!(of(true).matches("autofocus").count(), 1);
    }
}
