//! What stands around every page: the head, the navigation, who is signed in and where.

use super::assets;
use super::desk::Desk;
use super::visit::Flash;
use askwell::access::Scope;
use askwell::{Code, Error};
use maud::{DOCTYPE, Markup, html};

/// A place in the navigation.
struct Place {
    name: &'static str,
    path: &'static str,
    scope: Scope,
}

const fn place(name: &'static str, path: &'static str, scope: Scope) -> Place {
    Place { name, path, scope }
}

/// The navigation, by groups. A place that whoever looks may not see is left out.
const PLACES: &[(&str, &[Place])] = &[
    (
        "People",
        &[
            place("Customers", "/app/customers", Scope::CustomersRead),
            place("Conversations", "/app/conversations", Scope::ConversationsRead),
            place("Inbox", "/app/inbox", Scope::ConversationsRead),
        ],
    ),
    (
        "Metrics",
        &[
            place("Data Collection", "/app/metrics/data-collection", Scope::ReportsRead),
            place("Signals", "/app/metrics/signals", Scope::ReportsRead),
            place("Export metrics", "/app/metrics/export", Scope::ExportsRead),
        ],
    ),
    (
        "Widget",
        &[
            place("Actions", "/app/actions", Scope::SettingsRead),
            place("Knowledge base", "/app/knowledge", Scope::KnowledgeRead),
        ],
    ),
    (
        "AI & Automation",
        &[
            place("Data Collection", "/app/settings/data-collection", Scope::FieldsRead),
            place("Automations", "/app/settings/automations", Scope::SettingsRead),
            place("Replies", super::replies::PATH, Scope::SettingsRead),
            place("Language model", super::model::PATH, Scope::SettingsRead),
        ],
    ),
    (
        "Developers",
        &[
            place("Keys and embedding", "/app/developers/keys", Scope::KeysManage),
            place("Signed-in visitors", "/app/developers/identity", Scope::KeysManage),
            place("Webhooks", "/app/developers/webhooks", Scope::EventsRead),
            place("Daily export", "/app/developers/exports", Scope::ExportsRead),
        ],
    ),
    (
        "Privacy",
        &[
            place("Erasures", "/app/privacy/erasures", Scope::CustomersErase),
            place("Access log", "/app/privacy/access", Scope::CustomersErase),
            place("Retention", "/app/privacy/retention", Scope::SettingsRead),
        ],
    ),
    (
        "Settings",
        &[
            place("Workspace", "/app/settings/workspace", Scope::SettingsRead),
            place("Channels", super::channels::PATH, Scope::SettingsRead),
            place("Team", "/app/settings/team", Scope::MembersManage),
            place("Billing", "/app/settings/billing", Scope::SettingsRead),
        ],
    ),
];

/// The first page that somebody may see; none where there is none.
pub fn first(desk: &Desk) -> Option<&'static str> {
    PLACES.iter().flat_map(|(_, places)| *places).find(|p| desk.may(p.scope)).map(|p| p.path)
}

/// A page's surroundings.
#[derive(Debug, Clone, Copy)]
pub struct Shell<'a> {
    /// In the browser's tab.
    pub title: &'a str,
    /// Who looks, and where.
    pub desk: &'a Desk,
    /// A word about what was done.
    pub flash: Option<&'a Flash>,
    /// Scripts that only this page needs.
    pub scripts: &'a [&'a str],
}

/// A whole page.
pub fn page(shell: &Shell, body: Markup) -> Markup {
    let desk = shell.desk;
    document(
        &format!("{} · {}", shell.title, desk.names.workspace),
        shell.scripts,
        html! {
            a.skip href="#main" { "Skip to content" }
            div.frame {
                header.side {
                    a.brand href="/app" { (desk.names.workspace) }
                    details { summary { "Menu" } (navigation(desk)) }
                }
                main #main .body tabindex="-1" {
                    @if let Some(flash) = shell.flash {
                        p.flash.bad[!flash.good] role=(if flash.good { "status" } else { "alert" }) { (flash.text) }
                    }
                    (body)
                }
            }
        },
    )
}

fn navigation(desk: &Desk) -> Markup {
    html! {
        nav aria-label="Main" {
            @for (n, (group, places)) in PLACES.iter().enumerate() {
                @if places.iter().any(|place| desk.may(place.scope)) {
                    h2 id={ "places-" (n) } { (group) }
                    // Two groups have a place of the same name.
                    ul aria-labelledby={ "places-" (n) } {
                        @for place in places.iter().filter(|place| desk.may(place.scope)) {
                            li { a href=(place.path) aria-current=[is_at(&desk.path, place.path).then_some("page")] { (place.name) } }
                        }
                    }
                }
            }
        }
        div.who {
            p.small-text { "Signed in as " strong { (desk.who()) } }
            form method="post" action="/app/switch" {
                label.small-text {
                    "Workspace"
                    select name="workspace" data-go {
                        option value=(desk.workspace) selected { (desk.names.workspace) }
                        @for other in &desk.others { option value=(other) { (other) } }
                        option value="" { "Sign in to another…" }
                    }
                }
                noscript { button.secondary.small { "Switch" } }
            }
            form method="post" action="/app/sign-out" {
                button.secondary.small { "Sign out" }
            }
        }
    }
}

/// Whether a page is a place, or below it.
fn is_at(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A page without navigation.
pub fn alone(title: &str, body: Markup) -> Markup {
    document(&format!("{title} · Askwell"), &[], html! { main.alone { (body) } })
}

/// What went wrong, and what can be done; with the words of a form that is not shown again.
pub fn error(error: &Error, desk: Option<&Desk>, words: Option<&str>) -> Markup {
    let title = match error.code {
        Code::NotFound => "Not found",
        Code::Gone => "Gone",
        Code::Forbidden | Code::OriginNotAllowed => "Not allowed",
        Code::Unauthorized => "Not signed in",
        Code::RateLimited => "Too many requests",
        code if code.status() < 500 => "This cannot be done",
        _ => "Something failed",
    };
    let body = html! {
        h1 { (title) }
        p role="alert" { (error.detail) }
        @if let Some(words) = words {
            label { "What you had written, to be copied" textarea rows="6" readonly { (words) } }
        }
        p {
            a href="/app" { "To the first page" }
            @if error.code == Code::Unauthorized { " · " a href=(super::sign_in::PATH) { "Sign in" } }
        }
        p.muted.small-text { "Code: " code { (error.code.as_str()) } }
    };
    match desk {
        Some(desk) => page(&Shell { title, desk, flash: None, scripts: &[] }, body),
        None => alone(title, body),
    }
}

fn document(title: &str, scripts: &[&str], body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(assets::url("dashboard.css"));
                @if scripts.contains(&"charts.js") {
                    link rel="stylesheet" href=(assets::url("charts.css"));
                }
                script type="module" src=(assets::url("dashboard.js")) {}
                @for script in scripts { script type="module" src=(assets::url(script)) {} }
            }
            body { (body) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_below_a_place_is_there() {
        assert!(is_at("/app/customers", "/app/customers"));
        assert!(is_at("/app/customers/cu_1", "/app/customers"));
        assert!(!is_at("/app/customers2", "/app/customers"));
    }
}
