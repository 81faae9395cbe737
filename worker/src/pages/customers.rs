//! The list of customers: searching, filtering, tagging many, exporting what is found, saved views.

use super::parts::{self, platform};
use super::visit::{form_urlencode, to};
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::http;
use crate::ledger::marks::{ChangeTags, Subject};
use crate::ledger::views::{self, CustomersShown, View};
use crate::routes::customers::stream_csv;
use askwell::Code;
use askwell::access::{Scope, Scopes};
use askwell::api::{Customer, CustomerSearch, TagChange};
use askwell::conversation::Platform;
use askwell::detect::Kind;
use askwell::id::CustomerId;
use askwell::time::Day;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use worker::Response;

const PATH: &str = "/app/customers";

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::CustomersRead, |visit| Box::pin(list(visit))),
    // What is looked for by words is sent as a form, because addresses end up in logs.
    Page::post(PATH, Scope::CustomersRead, |visit| Box::pin(search(visit))),
    Page::post("/app/customers.csv", Scope::CustomersExport, |visit| Box::pin(export(visit))),
    Page::post("/app/customers/tags", Scope::CustomersWrite, |visit| Box::pin(tag(visit))),
    Page::post("/app/customers/views", Scope::CustomersWrite, |visit| Box::pin(save(visit))),
    Page::post("/app/customers/views/remove", Scope::CustomersWrite, |visit| {
        Box::pin(remove(visit))
    }),
];

/// What is looked for, as the form and the address have it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Filters {
    /// Words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    /// From where.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub platform: String,
    /// With this tag.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tag: String,
    /// Last seen on this day or later.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// Last seen on this day or before.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub until: String,
    /// What is not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Where the page before ended.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cursor: String,
}

/// A day of a form.
///
/// # Errors
/// [`Code::InvalidField`].
pub fn day(text: &str) -> Outcome<Option<Day>> {
    match text {
        "" => Ok(None),
        text => Ok(Some(text.parse()?)),
    }
}

impl Filters {
    /// As the ledger looks for it.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    pub fn search(&self) -> Outcome<CustomerSearch> {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let no_such =
            |what: &str| Fault::refused(Code::InvalidField, format!("there is no such {what}"));
        let platform = match self.platform.as_str() {
            "" => None,
            text => Some(Platform::parse(text).ok_or_else(|| no_such("platform"))?),
        };
        let missing = self.missing.iter().filter(|text| !text.is_empty()).map(|text| {
            Kind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| no_such("field"))
        });
        Ok(CustomerSearch {
            text: some(&self.q),
            platform,
            tag: some(&self.tag),
            from: day(&self.from)?.map(Day::start),
            until: day(&self.until)?.map(Day::end),
            missing: missing.collect::<Outcome<_>>()?,
            cursor: some(&self.cursor),
            ..CustomerSearch::default()
        })
    }

    /// The address that shows the same, but for the words.
    pub fn query(&self) -> String {
        let plain = Self { q: String::new(), ..self.clone() };
        serde_html_form::to_string(&plain).unwrap_or_default()
    }

    fn path(&self) -> String {
        match self.query() {
            query if query.is_empty() => PATH.to_owned(),
            query => format!("{PATH}?{query}"),
        }
    }

    /// Each filter that is set, with its name, and the filters without it.
    fn active(&self) -> Vec<(String, Self)> {
        let base = Self { cursor: String::new(), ..self.clone() };
        let mut active = Vec::new();
        if !self.q.trim().is_empty() {
            active.push((
                format!("Words: {}", self.q.trim()),
                Self { q: String::new(), ..base.clone() },
            ));
        }
        if let Some(known) = Platform::parse(&self.platform) {
            active.push((
                format!("Platform: {}", platform(known)),
                Self { platform: String::new(), ..base.clone() },
            ));
        }
        if !self.tag.is_empty() {
            active
                .push((format!("Tag: {}", self.tag), Self { tag: String::new(), ..base.clone() }));
        }
        if !self.from.is_empty() {
            active.push((
                format!("Seen since {}", self.from),
                Self { from: String::new(), ..base.clone() },
            ));
        }
        if !self.until.is_empty() {
            active.push((
                format!("Seen until {}", self.until),
                Self { until: String::new(), ..base.clone() },
            ));
        }
        for known in Kind::ALL.into_iter().filter(|kind| self.lacks(*kind)) {
            let missing =
                self.missing.iter().filter(|text| *text != known.as_str()).cloned().collect();
            active.push((format!("Without {}", lower(known)), Self { missing, ..base.clone() }));
        }
        active
    }

    fn lacks(&self, kind: Kind) -> bool {
        self.missing.iter().any(|text| text == kind.as_str())
    }

    /// As hidden fields, for forms that concern what is found.
    fn hidden(&self) -> Markup {
        html! {
            @for (name, value) in [("q", &self.q), ("platform", &self.platform), ("tag", &self.tag), ("from", &self.from), ("until", &self.until)] {
                @if !value.is_empty() { (parts::hidden(name, value)) }
            }
            @for missing in &self.missing { (parts::hidden("missing", missing)) }
        }
    }
}

const fn lower(kind: Kind) -> &'static str {
    match kind {
        Kind::Name => "name",
        Kind::Email => "e-mail",
        Kind::Phone => "phone",
    }
}

async fn list(visit: Visit) -> Outcome<Response> {
    let filters: Filters = visit.query()?;
    show(&visit, &filters).await
}

async fn search(mut visit: Visit) -> Outcome<Response> {
    let filters: Filters = visit.form().await?;
    if filters.q.trim().is_empty() {
        // What holds no words can be an address, to come back to and to share.
        return to(&filters.path());
    }
    show(&visit, &filters).await
}

async fn show(visit: &Visit, filters: &Filters) -> Outcome<Response> {
    let shown = visit.call(&views::Customers { search: filters.search()? }).await?;
    let scopes = visit.principal.scopes;
    visit.page_with("Customers", page(filters, &shown, scopes), &["search.js"])
}

async fn export(mut visit: Visit) -> Outcome<Response> {
    let filters: Filters = visit.form().await?;
    stream_csv(visit.ledger()?, CustomerSearch { cursor: None, ..filters.search()? }, None)
}

#[derive(Deserialize)]
struct TagForm {
    #[serde(default)]
    customer: Vec<CustomerId>,
    #[serde(default)]
    tag: String,
    action: String,
}

async fn tag(mut visit: Visit) -> Outcome<Response> {
    let form: TagForm = visit.form().await?;
    let refused = |detail| Err(Fault::refused(Code::InvalidField, detail));
    if form.customer.is_empty() {
        return refused("Tick the customers first.");
    }
    let tag = form.tag.trim().to_owned();
    if tag.is_empty() {
        return refused("Say which tag.");
    }
    let n = parts::count(form.customer.len() as u64, "customer");
    let (change, word) = match form.action.as_str() {
        "add" => (
            TagChange { add: vec![tag.clone()], remove: Vec::new() },
            format!("{n} tagged “{tag}”."),
        ),
        "remove" => (
            TagChange { add: Vec::new(), remove: vec![tag.clone()] },
            format!("“{tag}” taken off {n}."),
        ),
        _ => return refused("Say whether to add or to remove the tag."),
    };
    let subjects = form.customer.into_iter().map(Subject::Customer).collect();
    visit.call(&ChangeTags { subjects, change, by: visit.by() }).await?;
    visit.done(&visit.back().unwrap_or_else(|| PATH.to_owned()), &word)
}

#[derive(Deserialize)]
struct SaveForm {
    name: String,
}

async fn save(mut visit: Visit) -> Outcome<Response> {
    let form = visit.form_text().await?;
    let SaveForm { name } = http::query(&form)?;
    let filters: Filters = http::query(&form)?;
    filters.search()?;
    let filters = Filters { cursor: String::new(), ..filters };
    let name = name.trim().to_owned();
    let list = views::List::Customers;
    visit
        .call(&views::Save { list, name: name.clone(), query: filters.query(), by: visit.by() })
        .await?;
    visit.done(&filters.path(), &format!("View “{name}” saved for the team."))
}

#[derive(Deserialize)]
struct RemoveForm {
    id: String,
}

async fn remove(mut visit: Visit) -> Outcome<Response> {
    let RemoveForm { id } = visit.form().await?;
    visit.call(&views::Remove { list: views::List::Customers, id }).await?;
    visit.done(PATH, "The view is gone.")
}

/// The whole page.
pub fn page(filters: &Filters, shown: &CustomersShown, scopes: Scopes) -> Markup {
    let may_write = scopes.has(Scope::CustomersWrite);
    html! {
        div.row.spread {
            h1 { "Customers" }
            @if scopes.has(Scope::CustomersExport) {
                form method="post" action="/app/customers.csv" {
                    (filters.hidden())
                    button.secondary { "Export CSV" }
                }
            }
        }
        (views_bar(filters, shown, may_write))
        (filter_form(filters, shown))
        (results(filters, shown, may_write))
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
    let tags: Vec<_> = shown.all_tags.iter().map(|tag| (tag.clone(), tag.clone())).collect();
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
                    (parts::select("Tag", "tag", "Any", &tags, &filters.tag))
                    label { "Last seen since" input type="date" name="from" value=(filters.from); }
                    label { "Last seen until" input type="date" name="until" value=(filters.until); }
                    fieldset {
                        legend.small-text { "Without" }
                        div.row {
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

fn results(filters: &Filters, shown: &CustomersShown, may_write: bool) -> Markup {
    let active = filters.active();
    html! {
        section #results aria-live="polite" aria-label="Customers found" {
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
                            input name="name" required maxlength="60" placeholder="Name of the view" aria-label="Name of the view";
                            button.secondary.small { "Save view" }
                        }
                    }
                }
            }
            @if shown.unread > 0 {
                p.muted role="status" {
                    "Syncing: " (parts::count(shown.unread, "conversation")) " ended just now; what was said shows here within 30 seconds. "
                    a href=(filters.path()) { "Refresh" }
                }
            }
            @if shown.page.items.is_empty() { (nobody(filters, &active)) } @else { (table(filters, shown, may_write)) }
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
            html! { "A customer appears here within 30 seconds of the end of their first conversation." },
        );
    }
    let names: Vec<&str> = active.iter().map(|(name, _)| name.as_str()).collect();
    parts::empty(
        "No customer fits",
        html! { "Nobody fits all of: " strong { (names.join("; ")) } ". Remove a filter to see more." },
    )
}

fn table(filters: &Filters, shown: &CustomersShown, may_write: bool) -> Markup {
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
            @for (customer, tags) in shown.page.items.iter().zip(&shown.tags) { (row(customer, tags, may_write)) }
        }
    };
    html! {
        form method="post" action="/app/customers/tags" {
            @if may_write {
                div.row {
                    input name="tag" maxlength="60" list="tags" placeholder="Tag" aria-label="Tag for the ticked customers" autocomplete="off";
                    datalist #tags { @for tag in &shown.all_tags { option value=(tag) {} } }
                    button.secondary.small name="action" value="add" { "Add to ticked" }
                    button.secondary.small name="action" value="remove" { "Remove from ticked" }
                }
            }
            (parts::table("Customers", rows))
        }
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

fn row(customer: &Customer, tags: &[String], may_write: bool) -> Markup {
    let known = [&customer.name, &customer.email, &customer.phone];
    let n = known.iter().filter(|value| value.is_some()).count();
    let name = shown_name(customer);
    html! {
        tr {
            @if may_write {
                td.tick { input type="checkbox" name="customer" value=(customer.customer_id) aria-label={ "Tick " (name) }; }
            }
            td { a.wrap href={ (PATH) "/" (customer.customer_id) } { (parts::address(name)) } }
            td.mail { @if let Some(email) = &customer.email { (parts::address(email)) " " (standing(customer, Kind::Email)) } @else { (none()) } }
            td.nobr { @if let Some(phone) = &customer.phone { (phone) } @else { (none()) } }
            td { @for p in &customer.platforms { span.badge { (platform(*p)) } " " } }
            td { @for tag in tags { a.chip href={ (PATH) "?tag=" (form_urlencode(tag)) } { (tag) } " " } }
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
