//! Developers → Deliveries: where each event stands at each webhook, and sending a range of them again.

use super::blank::Wrong;
use super::parts;
use super::refused::Typed;
use super::visit::form_urlencode;
use super::{Page, Visit, webhooks};
use crate::fault::{Fault, Outcome};
use crate::ledger::{deliveries, endpoints};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{
    Delivery, DeliveryFailure, DeliveryQuery, DeliveryState, Endpoint, Page as Rows, Replay,
};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/developers/deliveries";
const REPLAY: &str = "/app/developers/deliveries/replay";
const STATES: [(DeliveryState, &str); 3] = [
    (DeliveryState::Waiting, "Waiting"),
    (DeliveryState::Delivered, "Delivered"),
    (DeliveryState::Dead, "Given up"),
];

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::EventsRead, |visit| Box::pin(list(visit))),
    Page::post(REPLAY, Scope::EventsWrite, |visit| Box::pin(replay(visit))),
];

/// What is asked for, as the address has it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    endpoint_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    state: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    event_id: String,
    #[serde(skip_serializing)]
    cursor: Option<String>,
}

fn state_of(text: &str) -> Outcome<Option<DeliveryState>> {
    if text.is_empty() {
        return Ok(None);
    }
    let found = STATES.iter().find(|(state, _)| state.as_str() == text);
    found
        .map(|(state, _)| Some(*state))
        .ok_or_else(|| Fault::refused(Code::InvalidField, "there is no such state"))
}

impl Asked {
    fn query(self) -> Outcome<DeliveryQuery> {
        let (endpoint, event) = (self.endpoint_id.trim(), self.event_id.trim());
        Ok(DeliveryQuery {
            endpoint_id: (!endpoint.is_empty()).then(|| endpoint.parse()).transpose()?,
            state: state_of(&self.state)?,
            event_id: (!event.is_empty()).then(|| event.parse()).transpose()?,
            cursor: self.cursor,
            limit: None,
        })
    }
}

async fn list(visit: Visit) -> Outcome<Response> {
    let asked: Asked = visit.query()?;
    let all = visit.call(&endpoints::List).await?;
    let typed = visit.forms().at(REPLAY);
    let shown = |rows: &Rows<Delivery>, wrong: &Wrong| {
        page(&asked, rows, &all, wrong, typed, visit.may(Scope::EventsWrite))
    };
    match asked.clone().query() {
        Ok(query) => {
            let rows = visit.call(&deliveries::List { query }).await?;
            visit.page("Deliveries", shown(&rows, &Wrong::NOTHING))
        }
        // What was typed stays, to be put right.
        Err(fault) if matches!(fault, Fault::Refused(_)) => {
            let none = Rows { items: Vec::new(), next: None };
            let wrong = Wrong::at(
                "event_id",
                format!("There is no such event or webhook: {}.", fault.public().detail),
            );
            Ok(visit.page("Deliveries", shown(&none, &wrong))?.with_status(422))
        }
        Err(fault) => Err(fault),
    }
}

#[derive(Deserialize)]
struct ReplayForm {
    from: u64,
    to: u64,
    #[serde(default)]
    endpoint_id: String,
    #[serde(default)]
    state: String,
}

async fn replay(mut visit: Visit) -> Outcome<Response> {
    let ReplayForm { from, to, endpoint_id, state } = visit.form().await?;
    let endpoint_id = if endpoint_id.is_empty() { None } else { Some(endpoint_id.parse()?) };
    let replay = Replay { from, to, endpoint_id, state: state_of(&state)? };
    let done = visit.call(&replay).await?;
    let more = done.next.map_or_else(String::new, |next| {
        format!(" That was the most at once; go on from number {next}.")
    });
    visit.done(PATH, &format!("{} on their way again.{more}", parts::count(done.events, "event")))
}

/// The log, and the form for sending again.
pub fn page(
    asked: &Asked,
    rows: &Rows<Delivery>,
    all: &[Endpoint],
    wrong: &Wrong,
    typed: Typed,
    may_replay: bool,
) -> Markup {
    let webhooks: Vec<(String, String)> = all
        .iter()
        .map(|endpoint| (endpoint.endpoint_id.to_string(), endpoint.url.clone()))
        .collect();
    let states: Vec<(String, String)> = STATES
        .iter()
        .map(|(state, name)| (state.as_str().to_owned(), (*name).to_owned()))
        .collect();
    let here = serde_html_form::to_string(asked).unwrap_or_default();
    let filtered = !here.is_empty();
    html! {
        p { a href=(webhooks::PATH) { "← Webhooks" } }
        h1 { "Deliveries" }
        (wrong.above(&[]))
        form method="get" action=(PATH) {
            div.fields {
                (parts::select("Webhook", "endpoint_id", "All", &webhooks, &asked.endpoint_id))
                (parts::select("State", "state", "All", &states, &asked.state))
                label { "Event" input name="event_id" value=(asked.event_id) placeholder="ev_…" autocomplete="off"; }
                button { "Show" }
            }
        }
        @if rows.items.is_empty() {
            @if filtered { (parts::empty("No delivery fits", html! { "None fits these filters. " a href=(PATH) { "Show all" } })) }
            @else { (parts::empty("No deliveries yet", html! { "They appear as soon as something happens while there is a webhook." })) }
        } @else {
            (table(rows, &webhooks))
            div.row {
                @if let Some(next) = &rows.next {
                    a role="button" .secondary.small href={ (PATH) "?" (here) "&cursor=" (form_urlencode(next)) } { "Next page" }
                }
                span.muted.small-text { "Times are in UTC." }
            }
        }
        @if may_replay && !all.is_empty() {
            article {
                header { h2 { "Send again" } }
                p.muted { "Events with these numbers are sent again, 10,000 deliveries at once at most. Receivers know a repeated one by its id." }
                (typed.wrong().above(&[]))
                form method="post" action=(REPLAY) {
                    div.fields {
                        label { "From number" input type="number" name="from" min="1" required value=(typed.value("from", "")); }
                        label { "To number" input type="number" name="to" min="1" required value=(typed.value("to", "")); }
                        (parts::select("Only to", "endpoint_id", "All webhooks", &webhooks, typed.value("endpoint_id", &asked.endpoint_id)))
                        (parts::select("Only what is", "state", "Delivered or given up", &states[1..], typed.value("state", if asked.state == "waiting" { "" } else { &asked.state })))
                        button { "Send again" }
                    }
                }
            }
        }
    }
}

fn table(rows: &Rows<Delivery>, webhooks: &[(String, String)]) -> Markup {
    let url = |row: &Delivery| {
        let id = row.endpoint_id.to_string();
        webhooks.iter().find(|(known, _)| *known == id).map_or(id.clone(), |(_, url)| url.clone())
    };
    parts::table(
        "Deliveries",
        html! {
            thead { tr { th.num scope="col" { "Number" } th scope="col" { "Event" } th scope="col" { "Webhook" } th scope="col" { "State" } th.num scope="col" { "Attempts" } th scope="col" { "Last" } th scope="col" { "Next" } } }
            tbody {
                @for row in &rows.items {
                    tr {
                        td.num { (row.seq) }
                        td.event { (row.name.as_str()) br; code.small-text { (row.event_id) } }
                        td.wrap { (url(row)) }
                        td {
                            @match row.state {
                                DeliveryState::Waiting => span.badge { "waiting" },
                                DeliveryState::Delivered => span.badge.good { "delivered" },
                                DeliveryState::Dead => span.badge.bad { "given up" },
                            }
                            @if let Some(why) = row.last_failure { br; span.small-text { (failure(why, row.last_status)) } }
                        }
                        td.num { (row.attempts) }
                        td { @match row.delivered_at.or(row.last_attempt_at) { Some(at) => (parts::time(at)), None => "–" } }
                        td { @match row.next_try_at { Some(at) => (parts::time(at)), None => "–" } }
                    }
                }
            }
        },
    )
}

fn failure(why: DeliveryFailure, status: Option<u16>) -> String {
    match (why, status) {
        (DeliveryFailure::Status, Some(status)) => format!("answered {status}"),
        (DeliveryFailure::Status, None) => "answered badly".to_owned(),
        (DeliveryFailure::Timeout, _) => "no answer in time".to_owned(),
        (DeliveryFailure::Connection, _) => "no connection".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::HOSTILE;
    use super::*;
    use askwell::event::Name;
    use askwell::id::{EndpointId, EventId};

    #[test]
    fn filters_are_read_and_a_delivery_says_why_it_failed() {
        let read = |text: &str| serde_html_form::from_str::<Asked>(text).unwrap();
        let query = read("state=dead&endpoint_id=&event_id=").query().unwrap();
        assert_eq!((query.state, query.endpoint_id), (Some(DeliveryState::Dead), None));
        assert_eq!(read("state=lost").query().unwrap_err().public().code, Code::InvalidField);
        let row = Delivery {
            seq: 7,
            event_id: EventId::derive(&[b"1"]),
            name: Name::ALL[0],
            endpoint_id: EndpointId::derive(&[b"1"]),
            state: DeliveryState::Waiting,
            attempts: 2,
            last_attempt_at: None,
            last_status: Some(503),
            last_failure: Some(DeliveryFailure::Status),
            next_try_at: None,
            delivered_at: None,
        };
        let asked = read(&format!("event_id={}", form_urlencode(HOSTILE)));
        let text = page(
            &asked,
            &Rows { items: vec![row], next: None },
            &[],
            &Wrong::NOTHING,
            Typed::default(),
            true,
        )
        .into_string();
        assert!(text.contains("answered 503") && !text.contains("Send again"));
        assert!(!text.contains("<script>alert"));
        let none = page(
            &asked,
            &Rows { items: Vec::new(), next: None },
            &[],
            &Wrong::NOTHING,
            Typed::default(),
            true,
        )
        .into_string();
        assert!(none.contains("No delivery fits"));
    }
}
