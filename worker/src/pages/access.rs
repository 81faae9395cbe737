//! Privacy → Access log: who has looked at whom.

use super::customer_page::by;
use super::parts;
use super::{Page, Visit};
use crate::fault::Outcome;
use crate::ledger::looks::{Latest, Looks};
use askwell::access::Scope;
use askwell::api::AccessEntry;
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

const PATH: &str = "/app/privacy/access";

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[Page::get(PATH, Scope::CustomersErase, |visit| Box::pin(show(visit)))];

#[derive(Deserialize)]
struct Query {
    before: Option<u64>,
}

async fn show(visit: Visit) -> Outcome<Response> {
    let Query { before } = visit.query()?;
    let looks = visit.call(&Latest { before }).await?;
    visit.page("Access log", page(&looks))
}

/// One page of the log.
pub fn page(looks: &Looks) -> Markup {
    html! {
        h1 { "Access log" }
        p.muted { "Who of the team has looked at which customer or conversation, or has taken their data or a file of many. Lists and searches are not noted." }
        @if looks.items.is_empty() {
            (parts::empty("Nobody has looked yet", html! { "Each time that somebody opens a customer or a conversation, or takes their data, it is noted here." }))
        } @else {
            (parts::table("Who has looked at whom", html! {
                thead { tr { th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "At whom" } th scope="col" { "What" } } }
                tbody {
                    @for look in &looks.items {
                        tr {
                            td { (parts::time(look.at)) }
                            td { (by(&look.by, &looks.team)) }
                            td {
                                @match &look.customer_id {
                                    Some(id) => a href=(format!("/app/customers/{id}")) { (looks.names.get(id).map_or("Nameless visitor", String::as_str)) },
                                    None if look.conversation_id.is_some() => "Nobody who is known any more",
                                    None => (many(look)),
                                }
                            }
                            td { (what(look)) }
                        }
                    }
                }
            }))
            @if let Some(next) = looks.next { p { a href=(format!("{PATH}?before={next}")) { "Earlier" } } }
        }
    }
}

/// How many customers a file had, and by what they were filtered.
fn many(export: &AccessEntry) -> Markup {
    let filters = export.filters.join(", ");
    html! {
        @match export.rows {
            Some(rows) => (parts::count(rows, "customer")),
            None => "Customers, not to the end",
        }
        @if !filters.is_empty() { " by " (filters) }
    }
}

/// What somebody looked at. A conversation can be looked at again.
pub fn what(look: &AccessEntry) -> Markup {
    html! {
        @match &look.conversation_id {
            Some(id) => a href={ "/app/conversations/" (id) } { (look.what) },
            None => (look.what),
        }
    }
}
