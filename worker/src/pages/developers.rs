//! Developers → Keys and embedding: making, regenerating and revoking keys, and the tag for a site.

use super::blank::Blank;
use super::customer_page::by;
use super::parts;
use super::refused::Typed;
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::ledger::{desk, keys, settings};
use crate::routes;
use askwell::Code;
use askwell::access::{Scope, Scopes};
use askwell::api::{KeyKind, KeyShown, NewKey};
use askwell::id::KeyId;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;
use worker::Response;

const PATH: &str = "/app/developers/keys";

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::KeysManage, |visit| Box::pin(list(visit))),
    Page::post(PATH, Scope::KeysManage, |visit| Box::pin(make(visit))),
    Page::post("/app/developers/keys/{key_id}/regenerate", Scope::KeysManage, |visit| {
        Box::pin(regenerate(visit))
    }),
    Page::post("/app/developers/keys/{key_id}/revoke", Scope::KeysManage, |visit| {
        Box::pin(revoke(visit))
    }),
];

async fn list(visit: Visit) -> Outcome<Response> {
    show(&visit, None).await
}

async fn show(visit: &Visit, fresh: Option<&(String, KeyKind)>) -> Outcome<Response> {
    let keys = visit.call(&keys::List).await?;
    let team = visit.call(&desk::Team).await?;
    let origins = visit.call(&settings::Get).await?.settings.origins;
    visit.page(
        "Keys and embedding",
        page(&visit.origin(), &keys, &team, &origins, fresh, visit.forms().at(PATH)),
    )
}

#[derive(Deserialize)]
struct MakeForm {
    name: String,
    kind: KeyKind,
    #[serde(default)]
    scope: Vec<String>,
}

async fn make(mut visit: Visit) -> Outcome<Response> {
    let form: MakeForm = visit.form().await?;
    let scopes = match form.kind {
        KeyKind::Site => None,
        KeyKind::Secret if form.scope.is_empty() => {
            return Err(Fault::refused(
                Code::InvalidField,
                "the field `scope` has nothing ticked: tick what the secret key may do",
            ));
        }
        KeyKind::Secret => Some(form.scope),
    };
    let new = NewKey { name: form.name.trim().to_owned(), kind: form.kind, scopes };
    let made = routes::keys::make(&visit.ledger()?, visit.principal.clone(), new).await?;
    show(&visit, Some(&(made.key, form.kind))).await
}

async fn regenerate(visit: Visit) -> Outcome<Response> {
    let key_id: KeyId = visit.parameter("key_id")?;
    let by = visit.principal.clone();
    let made = routes::keys::make_again(&visit.ledger()?, by, key_id).await?;
    show(&visit, Some(&(made.key, made.shown.kind))).await
}

async fn revoke(visit: Visit) -> Outcome<Response> {
    let key_id: KeyId = visit.parameter("key_id")?;
    visit.call(&keys::Revoke { by: visit.principal.clone(), key_id }).await?;
    visit.done(PATH, "The key is revoked: it opens nothing any more.")
}

const fn kind(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Site => "site",
        KeyKind::Secret => "secret",
    }
}

/// Where it stands which sites may have the chat, and whether it was seen on them.
const WORKSPACE: &str = "/app/settings/workspace";

/// The whole page; `fresh` is a key that was made just now, and is shown this once;
/// `typed` what stands in the form for another.
pub fn page(
    origin: &str,
    keys: &[KeyShown],
    team: &BTreeMap<String, String>,
    origins: &[String],
    fresh: Option<&(String, KeyKind)>,
    typed: Typed,
) -> Markup {
    let wrong = typed.wrong();
    let of_kind = |kind: KeyKind| typed.value("kind", "") == self::kind(kind);
    html! {
        h1 { "Keys and embedding" }
        @if let Some((key, of)) = fresh {
            article {
                header { h2 { "Your new " (kind(*of)) " key" } }
                p { strong { "It is shown this once." } " Copy it now; what was in its place is dead." }
                pre { code #fresh { (key) } }
                button.secondary.small type="button" data-copy="fresh" { "Copy" }
            }
        }
        (table(keys, team))
        details open[keys.is_empty() || typed.is_refused()] {
            summary { "Make a key" }
            (wrong.above(&["name", "kind", "scope"]))
            form method="post" action=(PATH) {
                (Blank { label: "Name", name: "name", value: typed.value("name", ""), required: true, most: 200, placeholder: "Where it is used", ..Blank::default() }.show(wrong))
                fieldset {
                    legend { "Kind" }
                    label { input type="radio" name="kind" value="site" required checked[of_kind(KeyKind::Site)]; "Site: for pages, may be public" }
                    label { input type="radio" name="kind" value="secret" checked[of_kind(KeyKind::Secret)]; "Secret: for servers, may do what is ticked" }
                    (wrong.below("kind"))
                }
                fieldset {
                    legend { "A secret key may" }
                    @for scope in Scope::all() {
                        label { input type="checkbox" name="scope" value=(scope.as_str()) checked[typed.has("scope", scope.as_str(), false)]; (scope.meaning()) " " code { (scope.as_str()) } }
                    }
                    (wrong.below("scope"))
                }
                button { "Make" }
            }
        }
        (embed(origin, keys, origins, fresh))
    }
}

fn table(keys: &[KeyShown], team: &BTreeMap<String, String>) -> Markup {
    parts::table(
        "Keys",
        html! {
            thead { tr { th scope="col" { "Name" } th scope="col" { "Kind" } th scope="col" { "Key" } th scope="col" { "Made" } th scope="col" { "Last used" } th scope="col" { "May" } th scope="col" { "Change" } } }
            tbody {
                @for key in keys {
                    @let here = format!("{PATH}/{}", key.key_id);
                    tr {
                        th scope="row" .wrap { (key.name) }
                        td { (kind(key.kind)) }
                        td.wrap { @match &key.key { Some(whole) => { code { (whole) } } None => { code { (key.prefix) "…" } } } }
                        td { (parts::time(key.created_at)) @if let Some(id) = &key.created_by { " by " (by(id, team)) } }
                        td { @match key.last_used_at { Some(at) => { (parts::time(at)) } None => { "never" } } }
                        td.small-text {
                            @if key.kind == KeyKind::Site { "open conversations" }
                            @else if key.scopes == Scopes::ALL { "everything" }
                            @else { (key.scopes.names().collect::<Vec<_>>().join(", ")) }
                        }
                        td {
                            details {
                                summary.small-text { "Change" span.vh { " " (key.name) } }
                                p.small-text { "The key as it is now stops at once, and who signed in with it is signed out." }
                                div.row {
                                    form method="post" action={ (here) "/regenerate" } { button.secondary.small { "Regenerate" } }
                                    form method="post" action={ (here) "/revoke" } { button.danger.small { "Revoke" } }
                                }
                            }
                        }
                    }
                }
            }
        },
    )
}

fn embed(
    origin: &str,
    keys: &[KeyShown],
    origins: &[String],
    fresh: Option<&(String, KeyKind)>,
) -> Markup {
    let mut site = keys.iter().filter(|key| key.kind == KeyKind::Site);
    let (key, whole) = match (fresh, site.clone().find_map(|key| key.key.as_ref()), site.next()) {
        (Some((key, KeyKind::Site)), _, _) | (_, Some(key), _) => (key.clone(), true),
        (_, None, Some(known)) => (format!("{}…", known.prefix), false),
        _ => ("pk_…".to_owned(), false),
    };
    html! {
        article {
            header { h2 { "Put the widget on your site" } }
            p { "One tag on each page, with a site key:" }
            pre { code #tag { "<script async src=\"" (origin) "/askwell.js\" data-key=\"" (key) "\"></script>" } }
            @if whole { button.secondary.small type="button" data-copy="tag" { "Copy" } }
            @else { p.small-text { "Put your whole site key in place of " code { (key) } ": of one that was made before they were kept whole only the first characters are here. Regenerate it, and the tag stands here to be copied." } }
            p.small-text {
                @if origins.is_empty() { "No site may use it yet: " a href=(WORKSPACE) { "add its origin to the workspace" } "." }
                @else { "It works on " (origins.join(", ")) ". " a href=(WORKSPACE) { "Which sites, and whether the chat was seen there" } }
            }
        }
    }
}
