//! Settings → AI & Automation → Data Collection: the owner's questions, how each does, their order, which
//! are put.

use super::parts::{self, number};
use super::{Page, Visit, visit};
use crate::fault::{Fault, Outcome};
use crate::ledger::drafts::newest;
use crate::ledger::{desk, drafts, stats};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{FieldDetail, FieldStats, FieldStatsQuery};
use askwell::classify::review::rest_value;
use askwell::time::UnixMillis;
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// Where the list is.
pub const PATH: &str = "/app/settings/data-collection";
/// Who may look.
pub const READ: Scope = Scope::FieldsRead;
/// Who may change something.
pub const WRITE: Scope = Scope::FieldsWrite;

/// Days over which the rates may be taken, as they stand in the address; the first is the default.
const SPANS: [(&str, &str); 4] =
    [("30", "Last 30 days"), ("7", "Last 7 days"), ("90", "Last 90 days"), ("all", "All days")];

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, READ, |visit| Box::pin(show(visit))),
    Page::post("/app/settings/data-collection/order", WRITE, |visit| Box::pin(order(visit))),
    Page::post("/app/settings/data-collection/switch", WRITE, |visit| Box::pin(switch(visit))),
];

/// The page of a field.
pub fn at(field_id: &str) -> String {
    format!("{PATH}/fields/{}", visit::form_urlencode(field_id))
}

/// Millionths of the currency unit that the model's prices are in.
pub fn cost(micros: u64) -> String {
    let (whole, part) = (micros / 1_000_000, micros % 1_000_000);
    let part = format!("{part:06}");
    let digits = part.trim_end_matches('0').len().max(2);
    format!("{}.{}", number(whole), part.get(..digits).unwrap_or_default())
}

/// A share, where there is one.
pub fn rate(share: Option<f64>) -> String {
    share.map_or("–".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

#[derive(Deserialize)]
#[serde(default)]
struct Asked {
    days: String,
}

impl Default for Asked {
    fn default() -> Self {
        Self { days: "30".to_owned() }
    }
}

async fn show(visit: Visit) -> Outcome<Response> {
    let Asked { days } = visit.query()?;
    if !SPANS.iter().any(|(value, _)| *value == days) {
        return Err(Fault::refused(Code::InvalidField, "Choose one of the spans of days."));
    }
    let (_, details) = visit.call(&drafts::List).await?;
    let query = FieldStatsQuery { first: first(&days, visit.now())?, last: None };
    let stats = visit.call(&stats::Get { query }).await?.fields;
    let removed = visit.call(&desk::RemovedFields).await?;
    let shown = Shown { days, fields: details.fields, stats, removed };
    let may_write = visit.may(WRITE);
    visit.page_with("Data Collection", page(&shown, may_write), &["sort.js"])
}

fn first(days: &str, now: UnixMillis) -> Outcome<Option<askwell::time::Day>> {
    let Ok(days) = days.parse::<i64>() else { return Ok(None) };
    Ok(Some(now.plus(-(days - 1) * 24 * 60 * 60 * 1000).clamped().day()))
}

/// All ids in the order wanted; with `up` or `down`, that one changes its place with its neighbour.
#[derive(Deserialize)]
struct OrderForm {
    #[serde(default)]
    id: Vec<String>,
    #[serde(default)]
    up: String,
    #[serde(default)]
    down: String,
}

async fn order(mut visit: Visit) -> Outcome<Response> {
    let OrderForm { mut id, up, down } = visit.form().await?;
    let back = if !up.is_empty() {
        format!("{PATH}#up-{up}")
    } else if !down.is_empty() {
        format!("{PATH}#down-{down}")
    } else {
        PATH.to_owned()
    };
    exchange(&mut id, &up, &down);
    visit.call(&drafts::Reorder { ids: id }).await?;
    visit.done(&back, "The order is saved.")
}

fn exchange(ids: &mut [String], up: &str, down: &str) {
    let place = |wanted: &str| ids.iter().position(|id| id == wanted);
    let pair = match (place(up), place(down)) {
        (Some(at), _) => at.checked_sub(1).map(|before| (before, at)),
        (None, Some(at)) => Some((at, at + 1)).filter(|(_, after)| *after < ids.len()),
        (None, None) => None,
    };
    if let Some((one, other)) = pair {
        ids.swap(one, other);
    }
}

#[derive(Deserialize)]
struct SwitchForm {
    field: String,
    enabled: bool,
}

async fn switch(mut visit: Visit) -> Outcome<Response> {
    let SwitchForm { field, enabled } = visit.form().await?;
    let detail = visit.call(&drafts::Switch { field_id: field.clone(), enabled }).await?;
    let name = newest(&detail).map_or("", |field| field.name.as_str());
    let word = match (enabled, detail.live.is_some()) {
        (true, true) => format!("“{name}” is put to every conversation that closes from now on."),
        (true, false) => format!("“{name}” will be put to conversations once it is published."),
        (false, _) => format!("“{name}” is put no more. Its answers stay."),
    };
    visit.done(&format!("{PATH}#on-{field}"), &word)
}

/// What the list is made of.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Over which of [`SPANS`].
    pub days: String,
    /// In the owner's order.
    pub fields: Vec<FieldDetail>,
    /// One for each of `fields`, by id.
    pub stats: Vec<FieldStats>,
    /// Those that were taken away: id and name.
    pub removed: Vec<(String, String)>,
}

/// The list.
pub fn page(shown: &Shown, may_write: bool) -> Markup {
    html! {
        div.row.spread {
            h1 { "Data Collection" }
            div.row {
                a role="button" .secondary href={ (PATH) "/backfills" } { "Backfills" }
                @if may_write { a role="button" href={ (PATH) "/new" } { "New field" } }
            }
        }
        p.muted {
            "Each field is a question that is answered about every conversation once it is closed, resolved or handed off. What was answered stands under "
            a href="/app/metrics/data-collection" { "Metrics, Data Collection" } "."
        }
        @if shown.fields.is_empty() {
            (parts::empty("No fields yet", html! {
                @if may_write { a href={ (PATH) "/new" } { "Begin with a template" } ", or with an empty field." }
                @else { "Whoever may change fields begins with a template." }
            }))
        } @else {
            (span(&shown.days))
            (table(shown, may_write))
            @if may_write {
                p.muted.small-text { "The order is that of reports and of a conversation's answers. Drag a field by ⠿, or use its arrows." }
            }
        }
        @if may_write { form #order method="post" action={ (PATH) "/order" } {} }
        @if !shown.removed.is_empty() {
            details {
                summary { "Removed fields (" (shown.removed.len()) ")" }
                ul { @for (id, name) in &shown.removed { li { a href=(at(id)) { (name) } } } }
                p.muted.small-text { "Their answers are kept. Restoring a version brings a field back." }
            }
        }
    }
}

fn span(days: &str) -> Markup {
    html! {
        form method="get" action=(PATH) .row {
            label.small-text for="days" { "Rates over" }
            select #days name="days" data-go {
                @for (value, name) in SPANS { option value=(value) selected[value == days] { (name) } }
            }
            noscript { button.secondary.small { "Show" } }
        }
    }
}

fn table(shown: &Shown, may_write: bool) -> Markup {
    let last = shown.fields.len().saturating_sub(1);
    parts::table(
        "Fields",
        html! {
            thead {
                tr {
                    @if may_write { th scope="col" { "Order" } }
                    th scope="col" { "Field" }
                    th.num scope="col" { "Asked" }
                    th.num scope="col" title="Answered with a value, of those asked" { "Hit" }
                    th.num scope="col" title="The conversation has no answer, of those asked" { "Null" }
                    th.num scope="col" title="Answered with the value for what the others do not cover, of those with a value" { "“Other”" }
                    th.num scope="col" title="Could not be answered, of those asked" { "Failed" }
                    th.num scope="col" title="What the language model cost, in the currency of its prices" { "Cost" }
                    th.num scope="col" { "Version" }
                    th scope="col" { "State" }
                }
            }
            tbody data-sort=[may_write.then_some("order")] {
                @for (place, detail) in shown.fields.iter().enumerate() {
                    @let stats = shown.stats.iter().find(|one| one.field_id == detail.id);
                    (row(detail, stats, may_write.then_some((place == 0, place == last))))
                }
            }
        },
    )
}

/// One field; `ends` says whether it is the first and the last, for whoever may move it.
fn row(detail: &FieldDetail, stats: Option<&FieldStats>, ends: Option<(bool, bool)>) -> Markup {
    let id = detail.id.as_str();
    let field = newest(detail);
    let name = field.map_or("", |field| field.name.as_str());
    let covers = field.is_some_and(|field| rest_value(field).is_some());
    html! {
        tr {
            @if let Some((first, last)) = ends {
                td.nobr {
                    input type="hidden" name="id" value=(id) form="order";
                    span.handle hidden aria-hidden="true" title="Drag" { "⠿" }
                    button.chip #{ "up-" (id) } form="order" name="up" value=(id) disabled[first] aria-label={ "Move " (name) " up" } { "↑" }
                    button.chip #{ "down-" (id) } form="order" name="down" value=(id) disabled[last] aria-label={ "Move " (name) " down" } { "↓" }
                }
            }
            th scope="row" {
                a.wrap href=(at(id)) { (name) }
                @if detail.live.is_some() && detail.draft.is_some() { " " span.badge.odd { "draft" } }
                @if !detail.hints.is_empty() { " " span.badge.bad { (parts::count(detail.hints.len() as u64, "remark")) } }
            }
            @match stats {
                Some(stats) => {
                    td.num { (number(stats.conversations)) }
                    td.num.nobr { (rate(stats.hit_rate)) }
                    td.num.nobr { (rate(stats.null_rate)) }
                    td.num.nobr { (rate(stats.other_rate.filter(|_| covers))) }
                    td.num.nobr { (rate(stats.error_rate)) }
                    td.num.nobr { @if stats.model_asked == 0 { "–" } @else { (cost(stats.cost_micros)) } }
                }
                None => { @for _ in 0..6 { td.num { "–" } } }
            }
            td.num { @match &detail.live { Some(live) => { (live.version) } None => { span.badge.odd { "draft" } } } }
            td.nobr { (state(detail, name, ends.is_some())) }
        }
    }
}

fn state(detail: &FieldDetail, name: &str, may_write: bool) -> Markup {
    html! {
        @if may_write {
            form method="post" action={ (PATH) "/switch" } .flat {
                (parts::hidden("field", &detail.id))
                (parts::hidden("enabled", if detail.enabled { "false" } else { "true" }))
                button.chip #{ "on-" (detail.id) } role="switch" aria-checked=(detail.enabled) aria-label={ "Put “" (name) "” to conversations" } {
                    @if detail.enabled { "● On" } @else { "○ Off" }
                }
            }
        } @else if detail.enabled { span.badge.good { "on" } } @else { span.badge { "off" } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_keeps_what_it_has() {
        assert_eq!(cost(0), "0.00");
        assert_eq!(cost(1), "0.000001");
        assert_eq!(cost(1_250_000), "1.25");
        assert_eq!(cost(2_000_000_000), "2\u{202f}000.00");
    }

    #[test]
    fn one_changes_places_with_its_neighbour() {
        let moved = |up: &str, down: &str| {
            let mut ids: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
            exchange(&mut ids, up, down);
            ids.concat()
        };
        assert_eq!(moved("b", ""), "bac");
        assert_eq!(moved("", "b"), "acb");
        for (up, down) in [("a", ""), ("", "c"), ("x", ""), ("", "")] {
            assert_eq!(moved(up, down), "abc");
        }
    }
}
