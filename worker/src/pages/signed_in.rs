//! Developers → Signed-in visitors: the secret by which the site's server says who a visitor is.

use super::parts;
use super::{Page, Visit};
use crate::fault::Outcome;
use crate::ledger::identity::{DropSecret, Get, MakeSecret};
use crate::routes::identity::{KEEP_S, fresh_secret};
use askwell::access::Scope;
use askwell::api::IdentityShown;
use maud::{Markup, html};
use worker::Response;

const PATH: &str = "/app/developers/identity";
/// Whoever has the secret can say of any visitor who they are.
const KEYS: Scope = Scope::KeysManage;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, KEYS, |visit| Box::pin(show(visit))),
    Page::post(PATH, KEYS, |visit| Box::pin(make(visit))),
    Page::post("/app/developers/identity/remove", KEYS, |visit| Box::pin(remove(visit))),
];

async fn show(visit: Visit) -> Outcome<Response> {
    let shown = visit.call(&Get).await?;
    visit.page("Signed-in visitors", page(&shown, None))
}

async fn make(visit: Visit) -> Outcome<Response> {
    let secret = fresh_secret()?;
    let shown = visit.call(&MakeSecret { secret: secret.clone(), keep_s: KEEP_S }).await?;
    visit.page("Signed-in visitors", page(&shown, Some(&secret)))
}

async fn remove(visit: Visit) -> Outcome<Response> {
    visit.call(&DropSecret).await?;
    visit.done(PATH, "The secret is gone: what your server says of visitors is not taken any more.")
}

/// The page; `fresh` is a secret that was made just now, and is shown this once.
pub fn page(shown: &IdentityShown, fresh: Option<&str>) -> Markup {
    html! {
        h1 { "Signed-in visitors" }
        p.muted { "Your server can say who a visitor is, by a token that it signs with a secret of this workspace. What it says is verified, decides whose profile a conversation belongs to, and is never asked for." }
        @if let Some(secret) = fresh {
            article {
                header { h2 { "The new secret" } }
                p { strong { "It is shown this once." } " Keep it on your server, and never on a page." }
                pre { code #fresh { (secret) } }
                button.secondary.small type="button" data-copy="fresh" { "Copy" }
            }
        }
        article {
            header {
                div.row.spread {
                    h2 { "Secret" }
                    @if shown.made_at.is_some() { span.badge.good { "tokens are taken" } } @else { span.badge { "none yet" } }
                }
            }
            @match shown.made_at {
                Some(at) => {
                    p {
                        "Made " (parts::time(at)) ". "
                        @if let Some(until) = shown.old_secret_until { "The one before is good until " (parts::time(until)) "." }
                    }
                }
                None => { p { "Without one no token is taken, and what visitors say of themselves is a claim." } }
            }
            div.row {
                form method="post" action=(PATH) {
                    button.secondary[shown.made_at.is_some()].small { @if shown.made_at.is_some() { "Make another" } @else { "Make a secret" } }
                }
                @if shown.made_at.is_some() { span.muted.small-text { "The one before stays good for a day." } }
            }
            @if shown.made_at.is_some() {
                details {
                    summary { "Remove" }
                    form method="post" action={ (PATH) "/remove" } {
                        p.small-text { "From then on nobody is verified by your server. Who was, stays so." }
                        button.danger.small { "Remove the secret" }
                    }
                }
            }
        }
        article {
            header { h2 { "On your server, and on the page" } }
            p { "A JSON Web Token (HS256) for whoever is signed in, good for some minutes:" }
            pre { code { (SERVER) } }
            p { "The page hands it to the widget:" }
            pre { code { (WIDGET) } }
            p.muted.small-text.flat { "Call " code { "askwell(\"reset\")" } " when somebody signs out." }
        }
    }
}

const SERVER: &str = r#"import { SignJWT } from "jose";

const jwt = await new SignJWT({ email: user.email, name: user.name })
  .setProtectedHeader({ alg: "HS256" })
  .setSubject(String(user.id))
  .setExpirationTime("10m")
  .sign(new TextEncoder().encode(process.env.ASKWELL_IDENTITY_SECRET));"#;

const WIDGET: &str = r#"askwell("identify", { jwt });"#;

#[cfg(test)]
mod tests {
    use super::*;
    use askwell::time::UnixMillis;

    #[test]
    fn a_secret_is_shown_once() {
        let none = IdentityShown { made_at: None, old_secret_until: None };
        let text = page(&none, None).into_string();
        assert!(text.contains("Make a secret") && !text.contains("Remove the secret"));
        let some = IdentityShown {
            made_at: Some(UnixMillis(0)),
            old_secret_until: Some(UnixMillis(86_400_000)),
        };
        let fresh = page(&some, Some("is_1")).into_string();
        assert!(fresh.contains("is_1") && fresh.contains("good until"));
        let later = page(&some, None).into_string();
        assert!(!later.contains("is_1") && later.contains("Remove the secret"));
    }
}
