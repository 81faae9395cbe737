//! How the list of customers looks, its filters, and what stands there when nobody fits them.

use super::customers::PATH;
use super::customers_filters::{Filters, lower};
use super::parts::{self, platform};
use super::refused::{Forms, Typed};
use super::visit::form_urlencode;
use crate::ledger::views::{CustomersShown, View};
use askwell::access::{Scope, Scopes};
use askwell::api::Customer;
use askwell::conversation::Platform;
use askwell::detect::Kind;
use maud::{Markup, html};

/// What the ticked customers are sent to with their tag.
pub const TAGS_PATH: &str = "/app/customers/tags";

/// Tags of a customer that stand in the list; all of them stand in the profile.
const TAGS: usize = 6;

/// The whole page.
pub fn page(filters: &Filters, shown: &CustomersShown, scopes: Scopes, forms: Forms) -> Markup {
    let may_write = scopes.has(Scope::CustomersWrite);
    html! {
        h1 { "Customers" }
        (views_bar(filters, shown, may_write))
        (filter_form(filters, shown))
        (results(filters, shown, scopes, forms))
    }
}

fn views_bar(filters: &Filters, shown: &CustomersShown, may_write: bool) -> Markup {
    let here = Filters { cursor: String::new(), ..filters.clone() }.query();
    let only =
        |kind: Kind| Filters { missing: vec![kind.as_str().to_owned()], ..Filters::default() };
    let current = |query: &str| (here == query && filters.q.is_empty()).then_some("true");
    html! {
        nav aria-label="Views" {
            div.row {
                a.chip href=(PATH) aria-current=[current("")] { "All " (parts::number(shown.all)) }
                @let any = Filters { incomplete: "1".to_owned(), ..Filters::default() };
                a.chip href=(any.path()) aria-current=[current(&any.query())] { "Incomplete " (parts::number(shown.incomplete)) }
                @for (kind, n) in Kind::ALL.into_iter().zip(shown.without) {
                    @let filters = only(kind);
                    a.chip href=(filters.path()) aria-current=[current(&filters.query())] {
                        "No " (lower(kind)) " " (parts::number(n))
                    }
                }
                @for View { id, name, query } in &shown.views {
                    a.chip href={ (PATH) "?" (query) } aria-current=[current(query)] { (name) }
                    @if may_write && current(query).is_some() {
                        form method="post" action="/app/customers/views/remove" {
                            (parts::hidden("id", id))
                            button.chip { "Remove this view" }
                        }
                    }
                }
            }
        }
    }
}

fn filter_form(filters: &Filters, shown: &CustomersShown) -> Markup {
    let platforms: Vec<_> =
        Platform::ALL.iter().map(|p| (p.as_str().to_owned(), platform(*p).to_owned())).collect();
    html! {
        form #filters method="post" action=(PATH)
            hx-post=(PATH) hx-trigger="input changed delay:250ms from:#q, change delay:50ms, submit"
            hx-target="#results" hx-select="#results" hx-swap="outerHTML" hx-sync="this:replace" {
            search {
                label for="q" { "Search " span.busy.muted aria-hidden="true" { "…" } }
                input #q type="search" name="q" value=(filters.q) placeholder="Name, e-mail, phone, tag or note" autocomplete="off" spellcheck="false";
            }
            details open[!filters.active().is_empty()] {
                summary { "Filters" }
                div.fields {
                    (parts::select("Platform", "platform", "Any", &platforms, &filters.platform))
                    (parts::tags(&shown.all_tags, &filters.tag))
                    label { "Last seen since" input type="date" name="from" value=(filters.from); }
                    label { "Last seen until" input type="date" name="until" value=(filters.until); }
                    fieldset {
                        legend.small-text { "Without" }
                        div.row {
                            label { input type="checkbox" name="incomplete" value="1" checked[filters.is_incomplete()]; "any of the three" }
                            @for kind in Kind::ALL {
                                label { input type="checkbox" name="missing" value=(kind.as_str()) checked[filters.lacks(kind)]; (lower(kind)) }
                            }
                        }
                    }
                }
            }
            noscript { button { "Search" } }
        }
    }
}

fn results(filters: &Filters, shown: &CustomersShown, scopes: Scopes, forms: Forms) -> Markup {
    let active = filters.active();
    let may_write = scopes.has(Scope::CustomersWrite);
    html! {
        section #results aria-live="polite" aria-label="Customers found" {
            // Beside what is found, so that it goes along with the filters while somebody types.
            @if scopes.has(Scope::CustomersExport) && !shown.page.items.is_empty() {
                form method="post" action="/app/customers.csv" .row {
                    (filters.hidden())
                    button.secondary.small { "Export CSV" }
                }
            }
            @if !active.is_empty() {
                div.row {
                    span.muted { "Filtered by" }
                    @for (name, without) in &active {
                        @if without.q.is_empty() {
                            a.chip href=(without.path()) { (name) " " span aria-hidden="true" { "×" } span.vh { " (remove)" } }
                        } @else {
                            // Words stay out of addresses: this one is sent as a form.
                            form method="post" action=(PATH) {
                                (without.hidden())
                                button.chip { (name) " " span aria-hidden="true" { "×" } span.vh { " (remove)" } }
                            }
                        }
                    }
                    a href=(PATH) { "Remove all" }
                    @if may_write && filters.q.is_empty() {
                        form method="post" action="/app/customers/views" .row {
                            (filters.hidden())
                            input name="name" autocomplete="off" required maxlength="60" placeholder="Name of the view" aria-label="Name of the view";
                            button.secondary.small { "Save view" }
                        }
                    }
                }
            }
            @if shown.unread > 0 {
                p.muted role="status" {
                    "Syncing: " (parts::count(shown.unread, "conversation")) " ended just now; what was said shows here within 30 seconds. "
                    // Words stay out of addresses: searching again is the button's.
                    @if filters.q.is_empty() { a href=(filters.path()) { "Refresh" } }
                }
            }
            @if shown.page.items.is_empty() { (nobody(filters, &active)) } @else { (table(filters, shown, may_write, forms)) }
        }
    }
}

fn nobody(filters: &Filters, active: &[(String, Filters)]) -> Markup {
    if !filters.cursor.is_empty() {
        return parts::empty("No more customers", html! { "That was all of them." });
    }
    if active.is_empty() {
        return parts::empty(
            "No customers yet",
            html! { "A customer appears here within seconds of writing in the chat." },
        );
    }
    let names: Vec<&str> = active.iter().map(|(name, _)| name.as_str()).collect();
    parts::empty(
        "No customer fits",
        html! { "Nobody fits all of: " strong { (names.join("; ")) } ". Remove a filter to see more." },
    )
}

fn table(filters: &Filters, shown: &CustomersShown, may_write: bool, forms: Forms) -> Markup {
    let typed = forms.at(TAGS_PATH);
    let rows = html! {
        thead {
            tr {
                @if may_write { th.tick scope="col" { input type="checkbox" data-all aria-label="Tick all on this page"; } }
                th scope="col" { "Name" }
                th scope="col" { "E-mail" }
                th scope="col" { "Phone" }
                th scope="col" { "Platforms" }
                th scope="col" { "Tags" }
                th.num scope="col" { "Conversations" }
                th scope="col" { "First seen" }
                th scope="col" { "Last seen" }
                th scope="col" { "Complete" }
            }
        }
        tbody {
            @for (customer, tags) in shown.page.items.iter().zip(&shown.tags) { (row(customer, tags, may_write, typed)) }
        }
    };
    let table = parts::table("Customers", rows);
    html! {
        @if may_write {
            form method="post" action=(TAGS_PATH) {
                (typed.wrong().above(&["put", "add", "remove"]))
                @for field in ["put", "add", "remove"] { (typed.wrong().below(field)) }
                div.row {
                    (filters.hidden())
                    input name="put" value=(typed.value("put", "")) maxlength="60" list="tags" placeholder="Tag" aria-label="Tag for the ticked customers" autocomplete="off";
                    datalist #tags { @for tag in &shown.all_tags.first { option value=(tag) {} } }
                    button.secondary.small name="action" value="add" { "Add to ticked" }
                    button.secondary.small name="action" value="remove" { "Remove from ticked" }
                }
                (table)
            }
        } @else { (table) }
        div.row {
            @if !filters.cursor.is_empty() {
                form method="post" action=(PATH) { (filters.hidden()) button.secondary.small { "First page" } }
            }
            @if let Some(next) = &shown.page.next {
                form method="post" action=(PATH) {
                    (filters.hidden())
                    (parts::hidden("cursor", next))
                    button.secondary.small { "Next page" }
                }
            }
            span.muted.small-text { "Times are in UTC." }
        }
    }
}

fn row(customer: &Customer, tags: &[String], may_write: bool, typed: Typed) -> Markup {
    let known = [&customer.name, &customer.email, &customer.phone];
    let n = known.iter().filter(|value| value.is_some()).count();
    let name = shown_name(customer);
    html! {
        tr {
            @if may_write {
                td.tick { input type="checkbox" name="customer" value=(customer.customer_id) checked[typed.has("customer", customer.customer_id.as_str(), false)] aria-label={ "Tick " (name) }; }
            }
            td { a.wrap href={ (PATH) "/" (customer.customer_id) } { (parts::address(name)) } }
            td.mail { @if let Some(email) = &customer.email { (parts::address(email)) " " (standing(customer, Kind::Email)) } @else { (none()) } }
            td.nobr { @if let Some(phone) = &customer.phone { (phone) } @else { (none()) } }
            td { @for p in &customer.platforms { (parts::platform_badge(*p)) " " } }
            td {
                @for tag in tags.iter().take(TAGS) { a.chip href={ (PATH) "?tag=" (form_urlencode(tag)) } { (tag) } " " }
                @if tags.len() > TAGS { a.muted.small-text.nobr href={ (PATH) "/" (customer.customer_id) } { "and " (tags.len() - TAGS) " more" } }
            }
            td.num { (customer.conversations) }
            td { (parts::day(customer.first_at)) }
            td { (parts::day(customer.last_at)) }
            td.nobr { span.badge.good[n == 3].odd[n < 3] { (n) " of 3" } }
        }
    }
}

/// The name that a customer is shown by.
pub fn shown_name(customer: &Customer) -> &str {
    match (&customer.name, &customer.email, &customer.phone) {
        (Some(text), _, _) | (None, Some(text), _) | (None, None, Some(text)) => text,
        (None, None, None) => "Nameless visitor",
    }
}

fn none() -> Markup {
    html! { span.muted { "–" span.vh { "not known" } } }
}

/// Whether a value is verified, or a claim.
pub fn standing(customer: &Customer, kind: Kind) -> Markup {
    html! {
        @if customer.verified.contains(&kind) {
            span.badge.good title="Said by your site's server, or proven by a mailed code." { "verified" }
        } @else {
            span.badge.odd title="Typed by the visitor or the team; nobody has proven that it is theirs." { "claimed" }
        }
    }
}
