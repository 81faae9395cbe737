//! The list of customers: searching, tagging many, exporting what is found, saved views. What is looked for
//! is `customers_filters.rs`'s, and how it looks `customers_page.rs`'s.

use super::customers_filters::Filters;
use super::customers_page::{TAGS_PATH, page};
use super::parts;
use super::visit::to;
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::http;
use crate::ledger::marks::{ChangeTags, Subject};
use crate::ledger::views;
use crate::routes::customers::stream_csv;
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{CustomerSearch, TagChange};
use askwell::id::CustomerId;
use serde::Deserialize;
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/customers";

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, Scope::CustomersRead, |visit| Box::pin(list(visit))),
    // What is looked for by words is sent as a form, because addresses end up in logs.
    Page::post(PATH, Scope::CustomersRead, |visit| Box::pin(search(visit))),
    Page::post("/app/customers.csv", Scope::CustomersExport, |visit| Box::pin(export(visit))),
    Page::post(TAGS_PATH, Scope::CustomersWrite, |visit| Box::pin(tag(visit))),
    Page::post("/app/customers/views", Scope::CustomersWrite, |visit| Box::pin(save(visit))),
    Page::post("/app/customers/views/remove", Scope::CustomersWrite, |visit| {
        Box::pin(remove(visit))
    }),
];

async fn list(visit: Visit) -> Outcome<Response> {
    let filters: Filters = visit.query()?;
    show(&visit, &filters).await
}

/// The address that stands for what is shown, where the page's own does not any more: words stay out of it.
fn moved(visit: &Visit, filters: &Filters) -> Outcome<Option<String>> {
    let path = filters.path();
    let headers = visit.request.headers();
    let shown = headers.get("hx-current-url")?.unwrap_or_default();
    let live = headers.get("hx-request")?.is_some();
    Ok(Some(path).filter(|path| live && shown != format!("{}{path}", visit.origin())))
}

async fn search(mut visit: Visit) -> Outcome<Response> {
    let filters: Filters = visit.form().await?;
    if filters.q.trim().is_empty() && visit.request.headers().get("hx-request")?.is_none() {
        // What holds no words can be an address, to come back to and to share.
        return to(&filters.path());
    }
    show(&visit, &filters).await
}

async fn show(visit: &Visit, filters: &Filters) -> Outcome<Response> {
    let shown = visit.call(&views::Customers { search: filters.search()? }).await?;
    let scopes = visit.principal.scopes;
    let mut page = visit.page_with(
        "Customers",
        page(filters, &shown, scopes, visit.forms()),
        &["search.js"],
    )?;
    if let Some(path) = moved(visit, filters)? {
        page.headers_mut().set("hx-push-url", &path)?;
    }
    Ok(page)
}

async fn export(mut visit: Visit) -> Outcome<Response> {
    let filters: Filters = visit.form().await?;
    let search = CustomerSearch { cursor: None, ..filters.search()? };
    stream_csv(visit.ledger()?, search, None, visit.by()).await
}

#[derive(Deserialize)]
struct TagForm {
    #[serde(default)]
    customer: Vec<CustomerId>,
    /// The tag; `tag` is a filter.
    #[serde(default)]
    put: String,
    action: String,
}

async fn tag(mut visit: Visit) -> Outcome<Response> {
    let text = visit.form_text().await?;
    let filters: Filters = http::query(&text)?;
    let word = match change(&visit, http::query(&text)?).await {
        Ok(word) => word,
        // What was found by words stands at no address that could be shown again.
        Err(fault) if super::is_mistake(fault.public().code) => {
            visit.refuse(&fault.public());
            return show(&visit, &filters).await;
        }
        Err(fault) => return Err(fault),
    };
    if filters.q.trim().is_empty() {
        return visit.done(&filters.path(), &word);
    }
    // Words stand in no address: what they found is shown at once.
    visit.say(&word);
    show(&visit, &filters).await
}

/// Tags those that are ticked, and says what was done.
async fn change(visit: &Visit, form: TagForm) -> Outcome<String> {
    let refused = |detail| Err(Fault::refused(Code::InvalidField, detail));
    if form.customer.is_empty() {
        return refused("Tick the customers first.");
    }
    let tag = form.put.trim().to_owned();
    if tag.is_empty() {
        return refused("the field `put` is empty: write a tag first");
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
    Ok(word)
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
