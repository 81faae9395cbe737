//! Settings → Workspace: its name, the sites that may have its chat, and whether the chat has been seen
//! there.

use super::blank::Blank;
use super::parts;
use super::refused::Typed;
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::ledger::keys::List;
use crate::ledger::settings::{self, Settings};
use crate::routes::workspaces::check_settings;
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{KeyKind, KeyShown, WorkspaceSettings};
use askwell::time::UnixMillis;
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/settings/workspace";
/// A page that was seen so lately is taken for one that works.
const LATELY_MS: i64 = 24 * 3600 * 1000;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::SettingsRead, |visit| Box::pin(show(visit))),
    Page::post(PATH, Scope::SettingsWrite, |visit| Box::pin(set(visit))),
];

async fn show(visit: Visit) -> Outcome<Response> {
    let settings = visit.call(&settings::Get).await?.settings;
    let keys = visit.call(&List).await?;
    let shown = Shown { keys: &keys, settings: &settings, now: visit.now() };
    visit.page(
        "Workspace",
        page(&shown, visit.may(Scope::SettingsWrite).then(|| visit.forms().at(PATH))),
    )
}

#[derive(Deserialize)]
struct SetForm {
    name: String,
    origins: String,
    revision: u64,
}

async fn set(mut visit: Visit) -> Outcome<Response> {
    let form: SetForm = visit.form().await?;
    let origins: Vec<String> = form.origins.split_whitespace().map(str::to_owned).collect();
    for (n, origin) in origins.iter().enumerate() {
        check_settings("-", std::slice::from_ref(origin)).map_err(|_| {
            let detail = format!(
                "the field `origins` has something else than a site in its entry {}: write it like https://shop.example, without a path",
                n + 1
            );
            Fault::refused(Code::InvalidField, detail)
        })?;
    }
    check_settings(&form.name, &origins)?;
    let settings = WorkspaceSettings { name: form.name, origins, webhook: None };
    let put = settings::Put { settings, revision: Some(form.revision) };
    match visit.call(&put).await {
        Err(fault) if fault.public().code == Code::PreconditionFailed => Err(Fault::refused(
            Code::PreconditionFailed,
            "Somebody else has changed the workspace since you opened the page. Below is what you typed: saved once more, it takes the place of theirs.",
        )),
        outcome => outcome.and_then(|_| visit.done(PATH, "Saved.")),
    }
}

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// All keys that are good.
    pub keys: &'a [KeyShown],
    /// How the workspace is set.
    pub settings: &'a Settings,
    /// Now.
    pub now: UnixMillis,
}

/// The page; `form` is what stands in its form, for those who may set it.
pub fn page(shown: &Shown, form: Option<Typed>) -> Markup {
    let settings = shown.settings;
    html! {
        h1 { "Workspace" }
        article {
            header { h2 { "Name and sites" } }
            @if let Some(typed) = form {
                (typed.wrong().above(&["name", "origins"]))
                form method="post" action=(PATH) {
                    (parts::hidden("revision", &settings.revision.to_string()))
                    (Blank { label: "Name", name: "name", value: typed.value("name", &settings.name), required: true, most: 200, ..Blank::default() }.show(typed.wrong()))
                    (Blank { label: "Sites that may have the chat, one origin a line", name: "origins", value: typed.value("origins", &settings.origins.join("\n")), kind: "lines", most: 100_000, placeholder: "https://shop.example", ..Blank::default() }.show(typed.wrong()))
                    button { "Save" }
                }
            } @else if settings.origins.is_empty() {
                p { "No site may have the chat yet: ask an admin of the workspace." }
            } @else {
                ul { @for origin in &settings.origins { li { code { (origin) } } } }
            }
        }
        article {
            header { h2 { "Is the chat on the site?" } }
            (check(shown))
        }
    }
}

/// Whether the chat has been seen on a page.
fn check(shown: &Shown) -> Markup {
    let site: Vec<&KeyShown> = shown.keys.iter().filter(|key| key.kind == KeyKind::Site).collect();
    html! {
        @if shown.settings.origins.is_empty() {
            p role="status" { span.badge.bad { "Not yet" } " No site may have the chat. Name yours above." }
        } @else if site.is_empty() {
            p role="status" { span.badge.bad { "Not yet" } " There is no site key. Make one under Keys and embedding." }
        } @else {
            ul {
                @for key in site {
                    li {
                        strong { (key.name) } " " code { (key.prefix) "…" } ": "
                        @match key.last_used_at {
                            Some(at) if shown.now.0 - at.0 < LATELY_MS => { span.badge.good { "Works" } " last seen " (parts::time(at)) }
                            Some(at) => { span.badge { "Quiet" } " last seen " (parts::time(at)) }
                            None => { span.badge.bad { "Never seen" } " Open a page with the tag, write a message, and load this page again." }
                        }
                    }
                }
            }
        }
    }
}
