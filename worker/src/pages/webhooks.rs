//! Developers → Webhooks: where events go, with secrets that are shown once, and what queues gave up on.

use super::blank::Blank;
use super::deliveries;
use super::parts::{self, number};
use super::refused::Typed;
use super::{Page, Visit};
use crate::delivery;
use crate::fault::{Fault, Outcome};
use crate::ledger::{dead, endpoints, seen};
use crate::routes::webhooks::{KEEP_S, check};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{DeadLetter, DisabledBecause, Endpoint, EndpointPatch};
use askwell::event::Name;
use askwell::id::EndpointId;
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/developers/webhooks";
const READ: Scope = Scope::EventsRead;
const SET: Scope = Scope::SettingsWrite;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, READ, |visit| Box::pin(list(visit))),
    Page::post(PATH, SET, |visit| Box::pin(add(visit))),
    Page::post("/app/developers/webhooks/{endpoint_id}/rotate", SET, |visit| {
        Box::pin(rotate(visit))
    }),
    Page::post("/app/developers/webhooks/{endpoint_id}/switch", SET, |visit| {
        Box::pin(switch(visit))
    }),
    Page::post("/app/developers/webhooks/{endpoint_id}/remove", SET, |visit| {
        Box::pin(remove(visit))
    }),
];

async fn list(visit: Visit) -> Outcome<Response> {
    show(&visit, None).await
}

async fn show(visit: &Visit, fresh: Option<&(Endpoint, String)>) -> Outcome<Response> {
    let all = visit.call(&endpoints::List).await?;
    let dead = visit.call(&dead::List).await?;
    visit.page("Webhooks", page(&all, &dead, fresh, visit.may(SET).then(|| visit.forms().at(PATH))))
}

#[derive(Deserialize)]
struct AddForm {
    url: String,
    #[serde(default)]
    name: Vec<Name>,
    #[serde(default)]
    seen: Option<String>,
}

async fn add(mut visit: Visit) -> Outcome<Response> {
    let AddForm { url, name, seen } = visit.form().await?;
    let url = url.trim().to_owned();
    check("", &url, None).map_err(|_| {
        let detail = "the field `url` must be https, or http on this machine, without a name and password in it";
        Fault::refused(Code::InvalidField, detail)
    })?;
    let secret = delivery::fresh_secret()?;
    let add = endpoints::Add { url, secret: secret.clone(), names: name, seen };
    let made = visit.call(&add).await?;
    show(&visit, Some(&(made, secret))).await
}

#[derive(Deserialize)]
struct RotateForm {
    #[serde(default)]
    seen: Option<String>,
}

async fn rotate(mut visit: Visit) -> Outcome<Response> {
    let endpoint_id: EndpointId = visit.parameter("endpoint_id")?;
    let RotateForm { seen } = visit.form().await?;
    let secret = delivery::fresh_secret()?;
    let rotate = endpoints::Rotate { endpoint_id, secret: secret.clone(), keep_s: KEEP_S, seen };
    let endpoint = visit.call(&rotate).await?;
    show(&visit, Some(&(endpoint, secret))).await
}

#[derive(Deserialize)]
struct SwitchForm {
    on: bool,
}

async fn switch(mut visit: Visit) -> Outcome<Response> {
    let endpoint_id: EndpointId = visit.parameter("endpoint_id")?;
    let SwitchForm { on } = visit.form().await?;
    let patch = EndpointPatch { enabled: Some(on), ..EndpointPatch::default() };
    visit.call(&endpoints::Change { endpoint_id, patch }).await?;
    let word = if on {
        "The webhook is on. It first gets what has waited."
    } else {
        "The webhook is off. What it has not taken waits."
    };
    visit.done(PATH, word)
}

async fn remove(visit: Visit) -> Outcome<Response> {
    let endpoint_id: EndpointId = visit.parameter("endpoint_id")?;
    visit.call(&endpoints::Remove { endpoint_id }).await?;
    visit.done(PATH, "The webhook is removed, and the log of its deliveries.")
}

/// The whole page; `fresh` is a webhook whose secret was made just now, and is shown this once. `form`
/// is what stands in the form for one more, for those who may add one.
pub fn page(
    all: &[Endpoint],
    dead: &[DeadLetter],
    fresh: Option<&(Endpoint, String)>,
    form: Option<Typed>,
) -> Markup {
    let may_set = form.is_some();
    html! {
        h1 { "Webhooks" }
        p.muted { "Events go here as they happen, signed by Standard Webhooks, at least once, and in order within a conversation. They hold no names, e-mail addresses or phone numbers. " a href=(deliveries::PATH) { "Log of deliveries" } }
        @if let Some((endpoint, secret)) = fresh {
            article {
                header { h2 { "The secret of your webhook" } }
                p { strong { "It is shown this once." } " Deliveries to " code { (endpoint.url) } " are signed with it." }
                pre { code #fresh { (secret) } }
                button.secondary.small type="button" data-copy="fresh" { "Copy" }
                @if let Some(until) = endpoint.old_secret_until { p.muted.small-text { "Until " (parts::time(until)) " they are signed with the one before as well, so that nothing is missed." } }
            }
        }
        @if all.is_empty() {
            (parts::empty("No webhooks yet", html! { "Add one, and it is sent the events from then on." }))
        }
        @for endpoint in all { (card(endpoint, may_set)) }
        @if let Some(typed) = form {
            details open[all.is_empty() || typed.is_refused()] {
                summary { "Add a webhook" }
                (typed.wrong().above(&["url"]))
                form method="post" action=(PATH) {
                    (parts::hidden("seen", &seen::mark(&endpoints::there_are(all))))
                    (Blank { label: "Address", name: "url", value: typed.value("url", ""), kind: "url", required: true, placeholder: "https://hooks.example/askwell", ..Blank::default() }.show(typed.wrong()))
                    details open[typed.is_refused()] {
                        summary.small-text { "Only some events" }
                        fieldset {
                            legend { "It takes these; all where none is ticked" }
                            @for name in Name::ALL { label { input type="checkbox" name="name" value=(name.as_str()) checked[typed.has("name", name.as_str(), false)]; code { (name.as_str()) } } }
                        }
                    }
                    button { "Add" }
                }
            }
        }
        (dead_letters(dead))
    }
}

fn card(endpoint: &Endpoint, may_set: bool) -> Markup {
    let here = format!("{PATH}/{}", endpoint.endpoint_id);
    let log = |state: &str| {
        format!("{}?endpoint_id={}&state={state}", deliveries::PATH, endpoint.endpoint_id)
    };
    html! {
        article aria-label=(endpoint.url) {
            header {
                div.row.spread {
                    h2.wrap { (endpoint.url) }
                    @match endpoint.disabled_because {
                        None if endpoint.resting_until.is_some() => span.badge.bad { "on, but failing" },
                        None => span.badge.good { "on" },
                        Some(DisabledBecause::Gone) => span.badge.bad { "off: it answered 410 Gone" },
                        Some(DisabledBecause::Team) => span.badge { "off" },
                    }
                }
            }
            @if let Some(until) = endpoint.resting_until {
                p.small-text { "Its last answers were all failures, so it is left alone until " (parts::time(until)) ". Then one event is tried, and the rest follow as soon as that is taken. Nothing is lost." }
            }
            dl.facts {
                dt { "Takes" }
                dd { @if endpoint.names.is_empty() { "all events" } @else { (endpoint.names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")) } }
                dt { "Delivered" } dd { a href=(log("delivered")) { (number(endpoint.delivered)) } @if let Some(at) = endpoint.last_delivered_at { ", last " (parts::time(at)) } }
                dt { "Waiting" } dd { a href=(log("waiting")) { (number(endpoint.waiting)) } @if endpoint.failing > 0 { " " span.badge.bad { (number(endpoint.failing)) " failing" } } }
                dt { "Given up" } dd { a href=(log("dead")) { (number(endpoint.dead)) } }
                dt { "Since" } dd { (parts::time(endpoint.created_at)) }
            }
            @if may_set {
                div.row {
                    form method="post" action={ (here) "/switch" } {
                        (parts::hidden("on", if endpoint.enabled { "false" } else { "true" }))
                        button.secondary.small { @if endpoint.enabled { "Turn off" } @else { "Turn on" } }
                    }
                    form method="post" action={ (here) "/rotate" } { (parts::hidden("seen", &seen::mark(&endpoint.old_secret_until))) button.secondary.small { "New secret" } }
                    details {
                        summary.small-text { "Remove" span.vh { " " (endpoint.url) } }
                        form method="post" action={ (here) "/remove" } {
                            p.small-text { "What waits for it is not sent any more." }
                            button.danger.small { "Remove this webhook" }
                        }
                    }
                }
            }
        }
    }
}

fn dead_letters(dead: &[DeadLetter]) -> Markup {
    html! {
        h2 { "Dead letters" }
        p.muted { "What a queue gave up on, by internal ids. The ledger sends it again all the same, so nothing is lost. Messages that could not even be read are of no workspace that is known: whoever runs the server sees them at " code { "GET /v1/operator/poison" } "." }
        @if dead.is_empty() { p { span.badge.good { "none" } } }
        @else {
            (parts::table("Dead letters", html! {
                thead { tr { th scope="col" { "When" } th scope="col" { "Queue" } th scope="col" { "What" } } }
                tbody { @for letter in dead { tr { td { (parts::time(letter.at)) } td { (letter.queue) } td.wrap { code { (letter.subject) } } } } }
            }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::HOSTILE;
    use super::*;
    use askwell::time::UnixMillis;

    #[test]
    fn a_secret_is_shown_once_and_nothing_offered_that_would_be_refused() {
        let endpoint = Endpoint {
            endpoint_id: EndpointId::derive(&[b"1"]),
            url: HOSTILE.to_owned(),
            names: Vec::new(),
            enabled: false,
            disabled_because: Some(DisabledBecause::Gone),
            resting_until: None,
            created_at: UnixMillis(0),
            old_secret_until: None,
            delivered: 3,
            waiting: 2,
            failing: 1,
            dead: 4,
            last_delivered_at: None,
        };
        let dead = [DeadLetter {
            queue: "askwell-events".to_owned(),
            subject: HOSTILE.to_owned(),
            at: UnixMillis(0),
        }];
        let all = std::slice::from_ref(&endpoint);
        let fresh = (endpoint.clone(), "whsec_1".to_owned());
        let text = page(all, &dead, Some(&fresh), Some(Typed::default())).into_string();
        assert!(text.contains("whsec_1") && text.contains("410 Gone") && text.contains("Turn on"));
        assert!(text.contains("1 failing") && text.contains("askwell-events"));
        assert!(!text.contains("<script>alert"));
        let ill = Endpoint {
            disabled_because: None,
            enabled: true,
            resting_until: Some(UnixMillis(1_780_272_000_000)),
            ..endpoint.clone()
        };
        let text = page(&[ill], &[], None, Some(Typed::default())).into_string();
        assert!(text.contains("on, but failing") && text.contains("left alone until"));
        let looking = page(all, &dead, None, None).into_string();
        assert!(!looking.contains("<form") && !looking.contains("whsec_"));
    }
}
