//! Developers → Daily export: the calendar of sealed days. Privacy → Erasures: what was removed for good.

use super::customer_page::by;
use super::customers_filters::day;
use super::parts::{self, number};
use super::visit::form_urlencode;
use super::{Page, Visit};
use crate::fault::Outcome;
use crate::ledger::{customers, desk, exports};
use askwell::access::Scope;
use askwell::api::{Erasure, ExportDay, Page as Rows, PageQuery, SealProblem};
use askwell::time::Day;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;
use worker::Response;

const EXPORTS: &str = "/app/developers/exports";
const ERASURES: &str = "/app/privacy/erasures";

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(EXPORTS, Scope::ExportsRead, |visit| Box::pin(show(visit))),
    Page::get(ERASURES, Scope::CustomersErase, |visit| Box::pin(erasures(visit))),
];

/// Days on a page: their hashes cannot be made smaller on the way.
const DAYS: usize = 92;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// The last day that is shown.
    until: String,
}

async fn show(visit: Visit) -> Outcome<Response> {
    let Asked { until } = visit.query()?;
    let until = day(&until)?;
    let mut days = visit.call(&exports::Days).await?;
    let newest = days.last().map(|newest| newest.day);
    days.retain(|one| until.is_none_or(|until| one.day <= until));
    visit.page("Daily export", calendar(&days, until, newest))
}

/// The latest of these days first, as many as a page has; `newest` is the latest of all.
pub fn calendar(days: &[ExportDay], until: Option<Day>, newest: Option<Day>) -> Markup {
    let (earlier, days) = days.split_at(days.len().saturating_sub(DAYS));
    let cut = until.filter(|until| newest.is_some_and(|newest| *until < newest));
    html! {
        h1 { "Daily export" }
        p.muted { "One file for each UTC day, with every conversation that ended on it and no names, e-mail addresses or phone numbers; a day without any is an empty list. A day is sealed an hour after its end; from then on its bytes never change, and the day is a link to its file." }
        @if newest.is_some() {
            form method="get" action=(EXPORTS) .row {
                label.small-text for="until" { "Days until" }
                input #until type="date" name="until" value=[until.or(newest)];
                button.secondary.small { "Show" }
            }
        }
        @if days.is_empty() && newest.is_some() {
            (parts::empty("No day so early", html! { "The workspace began later. " a href=(EXPORTS) { "The latest days" } }))
        } @else if days.is_empty() {
            (parts::empty("No days yet", html! { "The first appears when a conversation has ended, or else an hour after the end of the workspace's first day." }))
        } @else {
            (parts::table("Days", html! {
                thead { tr { th scope="col" { "Day" } th.num scope="col" { "Conversations" } th.num scope="col" { "Size" } th scope="col" { "Sealed" } th scope="col" { "SHA-256" } } }
                tbody {
                    @for day in days.iter().rev() {
                        tr {
                            th scope="row" .nobr {
                                @if day.sealed_at.is_some() {
                                    a href={ "/v1/exports/" (day.day) } download={ (day.day) ".json" } { (day.day) span.vh { ": download the file" } }
                                } @else { (day.day) }
                            }
                            td.num { (number(day.conversations)) }
                            td.num.nobr { @match day.bytes { Some(bytes) => { (number(bytes)) " B" } None => { "–" } } }
                            td { (state(day)) }
                            td.wrap { @match &day.sha256 { Some(hash) => { code { (hash) } } None => { "–" } } }
                        }
                    }
                }
            }))
            div.row {
                @if cut.is_some() { a role="button" .secondary.small href=(EXPORTS) { "Latest days" } }
                @if let Some(next) = earlier.last() {
                    a role="button" .secondary.small href={ (EXPORTS) "?until=" (next.day) } { "Earlier days" }
                }
                span.muted.small-text { "Times are in UTC." }
            }
        }
    }
}

/// When a day was sealed, or why it is not.
fn state(day: &ExportDay) -> Markup {
    match (day.sealed_at, &day.problem) {
        (Some(at), _) => parts::time(at),
        (None, Some(SealProblem { code, at, attempts })) => html! {
            span.badge.bad { "not sealed" } " "
            span.muted { code { (code) } ", tried " (number(u64::from(*attempts))) @if *attempts == 1 { " time" } @else { " times" } ", last at " (parts::time(*at)) "; again within the hour" }
        },
        (None, None) => html! { span.badge.odd { "open" } },
    }
}

async fn erasures(visit: Visit) -> Outcome<Response> {
    let page: PageQuery = visit.query()?;
    let first = page.cursor.is_none();
    let (all, pending) = visit.call(&customers::Erasures { page }).await?;
    let team = visit.call(&desk::Team).await?;
    visit.page("Erasures", erasures_page(&all, first, pending, &team))
}

/// A page of what was removed, the latest first.
pub fn erasures_page(
    all: &Rows<Erasure>,
    first: bool,
    pending: u64,
    team: &BTreeMap<String, String>,
) -> Markup {
    html! {
        h1 { "Erasures" }
        p.muted { "Who was removed for good, by pseudonym. A receipt says what went, and is signed by this server." }
        @if pending > 0 { p role="status" { @if pending == 1 { "1 copy is" } @else { (parts::number(pending)) " copies are" } " still to be emptied; this takes seconds." } }
        @if all.items.is_empty() && !first {
            (parts::empty("No more erasures", html! { a href=(ERASURES) { "The latest" } }))
        } @else if all.items.is_empty() {
            (parts::empty("Nobody was removed", html! { "Delete a person from their page under Customers." }))
        } @else {
            p { a href="/v1/erasures" download="erasures.json" { "Download all receipts, signed" } }
            (parts::table("Erasures", html! {
                thead { tr { th scope="col" { "When" } th scope="col" { "By" } th scope="col" { "Receipt" } th.num scope="col" { "Profiles" } th.num scope="col" { "Conversations" } th.num scope="col" { "Rows removed" } } }
                tbody {
                    @for erasure in &all.items {
                        tr {
                            td { (parts::time(erasure.at)) }
                            td { (by(&erasure.by, team)) }
                            td.wrap { code { (erasure.erasure_id) } }
                            td.num { (erasure.customer_ids.len()) }
                            td.num { (erasure.conversation_ids.len()) }
                            td.num { (number(erasure.removed.values().sum())) }
                        }
                    }
                }
            }))
            div.row {
                @if !first { a role="button" .secondary.small href=(ERASURES) { "First page" } }
                @if let Some(next) = &all.next {
                    a role="button" .secondary.small href={ (ERASURES) "?cursor=" (form_urlencode(next)) } { "Next page" }
                }
                span.muted.small-text { "Times are in UTC." }
            }
        }
    }
}
