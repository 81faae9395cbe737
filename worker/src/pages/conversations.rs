//! The list of conversations, filtered by what they are and by every question about them.

use super::conversations_filters::{Filters, filter_form};
use super::parts::{self, platform};
use super::visit::to;
use super::{Page, Visit};
use crate::fault::Outcome;
use crate::http;
use crate::ledger::views::{self, ConversationsShown, View};
use askwell::access::Scope;
use askwell::api::ConversationSummary;
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// Where the list is.
pub const PATH: &str = "/app/conversations";
/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::ConversationsRead, |visit| Box::pin(list(visit))),
    Page::post("/app/conversations/views", Scope::ConversationsWrite, |visit| {
        Box::pin(save(visit))
    }),
    Page::post("/app/conversations/views/remove", Scope::ConversationsWrite, |visit| {
        Box::pin(remove(visit))
    }),
];

async fn list(visit: Visit) -> Outcome<Response> {
    let filters = Filters::read(visit.raw_query())?;
    let shown = visit.call(&views::Conversations { search: filters.search()? }).await?;
    let body = page(&filters, &shown, visit.may(Scope::ConversationsWrite));
    visit.page_with("Conversations", body, &["search.js"])
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

async fn save(mut visit: Visit) -> Outcome<Response> {
    let form = visit.form_text().await?;
    let Named { name } = http::query(&form)?;
    let filters = Filters::read(&form)?.without("cursor");
    filters.search()?;
    let (list, query) = (views::List::Conversations, filters.query());
    let by = visit.by();
    visit.call(&views::Save { list, name: name.clone(), query, by }).await?;
    visit.done(&filters.path(), &format!("View “{}” saved for the team.", name.trim()))
}

#[derive(Deserialize)]
struct RemoveForm {
    id: String,
}

async fn remove(mut visit: Visit) -> Outcome<Response> {
    let RemoveForm { id } = visit.form().await?;
    visit.call(&views::Remove { list: views::List::Conversations, id }).await?;
    to(PATH)
}

/// The whole page.
pub fn page(filters: &Filters, shown: &ConversationsShown, may_write: bool) -> Markup {
    let active = filters.active(shown);
    html! {
        h1 { "Conversations" }
        (views_bar(filters, shown, may_write))
        (filter_form(filters, shown, !active.is_empty()))
        section #results aria-live="polite" aria-label="Conversations found" {
            @if !active.is_empty() {
                div.row {
                    span.muted { "Filtered by" }
                    @for (name, without) in &active {
                        a.chip href=(without.path()) { (name) " " span aria-hidden="true" { "×" } span.vh { " (remove)" } }
                    }
                    a href=(PATH) { "Remove all" }
                    @if may_write {
                        form method="post" action="/app/conversations/views" .row {
                            @for (name, value) in filters.pairs() { (parts::hidden(name, value)) }
                            input name="name" autocomplete="off" required maxlength="60" placeholder="Name of the view" aria-label="Name of the view";
                            button.secondary.small { "Save view" }
                        }
                    }
                }
            }
            @if shown.unread > 0 {
                p.muted role="status" {
                    (parts::count(shown.unread, "conversation")) " ended just now and is being read; sentiment and answers show within 30 seconds."
                }
            }
            @if shown.page.items.is_empty() { (nothing(filters, &active)) } @else { (table(filters, shown)) }
        }
    }
}

fn nothing(filters: &Filters, active: &[(String, Filters)]) -> Markup {
    if !filters.get("cursor").is_empty() {
        return parts::empty("No more conversations", html! { "That was all of them." });
    }
    if active.is_empty() {
        return parts::empty(
            "No conversations yet",
            html! { "They appear here as soon as a visitor writes." },
        );
    }
    let names: Vec<&str> = active.iter().map(|(name, _)| name.as_str()).collect();
    parts::empty(
        "No conversation fits",
        html! { "None fits all of: " strong { (names.join("; ")) } ". Remove a filter to see more." },
    )
}

fn views_bar(filters: &Filters, shown: &ConversationsShown, may_write: bool) -> Markup {
    let here = filters.without("cursor").query();
    let current = |query: &str| (here == query).then_some("true");
    html! {
        nav aria-label="Views" {
            div.row {
                a.chip href=(PATH) aria-current=[current("")] { "All" }
                a.chip href={ (PATH) "?status=in-progress" } aria-current=[current("status=in-progress")] { "In progress" }
                a.chip href={ (PATH) "?sentiment=negative" } aria-current=[current("sentiment=negative")] { "Negative" }
                @for View { id, name, query } in &shown.views {
                    a.chip href={ (PATH) "?" (query) } aria-current=[current(query)] { (name) }
                    @if may_write && current(query).is_some() {
                        form method="post" action="/app/conversations/views/remove" {
                            (parts::hidden("id", id))
                            button.chip { "Remove this view" }
                        }
                    }
                }
            }
        }
    }
}

fn table(filters: &Filters, shown: &ConversationsShown) -> Markup {
    html! {
        (rows(&shown.page.items, &shown.names))
        div.row {
            @if !filters.get("cursor").is_empty() {
                a role="button" .secondary.small href=(filters.without("cursor").path()) { "First page" }
            }
            @if let Some(next) = &shown.page.next {
                a role="button" .secondary.small href=(filters.with_cursor(next).path()) { "Next page" }
            }
            span.muted.small-text { "Times are in UTC." }
        }
    }
}

/// A list of conversations, with what their customers are called.
pub fn rows(items: &[ConversationSummary], names: &[Option<String>]) -> Markup {
    let rows = html! {
        thead { tr {
            th scope="col" { "Began" } th scope="col" { "Customer" } th scope="col" { "Channel" }
            th scope="col" { "Direction" } th scope="col" { "Status" } th scope="col" { "Sentiment" }
            th scope="col" { "Language" } th.num scope="col" { "Messages" } th.num scope="col" { "Lasted" }
        } }
        tbody {
            @for (row, name) in items.iter().zip(names) { (line(row, name.as_deref())) }
        }
    };
    parts::table("Conversations", rows)
}

fn line(row: &ConversationSummary, name: Option<&str>) -> Markup {
    let lasted = row.ended_at.map(|end| parts::duration(end.0 - row.started_at.0));
    html! {
        tr {
            td { a href={ (PATH) "/" (row.conversation_id) } { (parts::time(row.started_at)) } }
            td.wrap {
                @match &row.customer_id {
                    Some(id) => { a href={ "/app/customers/" (id) } { (parts::address(name.unwrap_or("Nameless visitor"))) } }
                    None => { span.muted { "not known yet" } }
                }
            }
            td.nobr { (platform(row.platform)) }
            td { (row.direction.as_str()) }
            td { (parts::status(row.status)) @if row.transferred { " " span.badge { "transferred" } } @if row.test_mode { " " span.badge.odd title="Opened as a test: no report counts it." { "test" } } }
            td { (parts::sentiment(row.sentiment)) }
            td { (row.lang.map_or("–", parts::language)) }
            td.num { (row.messages) }
            td.num.nobr { (lasted.as_deref().unwrap_or("–")) }
        }
    }
}
