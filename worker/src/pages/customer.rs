//! One customer: looking, putting values right, marks, exporting. How it looks is `customer_page.rs`'s, and
//! removing for good `customer_erase.rs`'s.

use super::customer_page::page;
use super::customers_page::shown_name;
use super::desk::Person;
use super::{Page, Visit, marks};
use crate::fault::{Fault, Outcome, to_json};
use crate::ledger::customers;
use crate::ledger::marks::Subject;
use crate::routes::people::everything;
use askwell::Code;
use askwell::access::Scope;
use askwell::api::CustomerPatch;
use askwell::id::CustomerId;
use serde::Deserialize;
use worker::{Response, ResponseBuilder};

/// In the paths.
pub const ID: &str = "customer_id";
const READ: Scope = Scope::CustomersRead;
/// What changing a customer needs.
pub const WRITE: Scope = Scope::CustomersWrite;
/// What exporting one needs.
pub const EXPORT: Scope = Scope::CustomersExport;
/// What removing one needs, and seeing who has looked.
pub const ERASE: Scope = Scope::CustomersErase;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get("/app/customers/{customer_id}", READ, |visit| Box::pin(show(visit))),
    Page::post("/app/customers/{customer_id}/edit", WRITE, |visit| Box::pin(edit(visit))),
    Page::post("/app/customers/{customer_id}/tag", WRITE, |visit| Box::pin(tag(visit))),
    Page::post("/app/customers/{customer_id}/note", WRITE, |visit| Box::pin(note(visit))),
    Page::post("/app/customers/{customer_id}/unnote", WRITE, |visit| Box::pin(unnote(visit))),
    Page::post("/app/customers/{customer_id}/export", EXPORT, |visit| Box::pin(export(visit))),
];

/// Where a customer's page is.
pub fn path(id: &CustomerId) -> String {
    format!("/app/customers/{id}")
}

#[derive(Deserialize)]
struct Query {
    cursor: Option<String>,
}

async fn show(visit: Visit) -> Outcome<Response> {
    let customer_id: CustomerId = visit.parameter(ID)?;
    let Query { cursor } = visit.query()?;
    let look = customers::Profile { customer_id: customer_id.clone(), by: visit.by() };
    let profile = visit.call(&look).await?;
    let around = visit.call(&Person { customer_id: customer_id.clone(), cursor }).await?;
    let accesses = match visit.may(ERASE) {
        true => visit.call(&customers::Accesses { customer_id }).await?,
        false => Vec::new(),
    };
    let title = shown_name(&profile.customer).to_owned();
    visit.page(&title, page(&profile, &around, &accesses, visit.principal.scopes, visit.forms()))
}

#[derive(Deserialize)]
struct Edit {
    name: String,
    email: String,
    phone: String,
}

async fn edit(mut visit: Visit) -> Outcome<Response> {
    let customer_id: CustomerId = visit.parameter(ID)?;
    let form: Edit = visit.form().await?;
    let before = visit.call(&customers::Get { customer_id: customer_id.clone() }).await?;
    let before = before.ok_or_else(|| Fault::refused(Code::NotFound, "no such customer"))?;
    // Only what was changed is set by hand: the rest goes on following what is said.
    let change = |text: &str, before: &Option<String>| {
        let after = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        (after != *before).then_some(after)
    };
    let patch = CustomerPatch {
        name: change(&form.name, &before.name),
        email: change(&form.email, &before.email),
        phone: change(&form.phone, &before.phone),
    };
    let here = path(&customer_id);
    if patch == CustomerPatch::default() {
        return visit.done(&here, "Nothing was changed.");
    }
    let patched = visit.call(&customers::Patch { customer_id, patch, by: visit.by() }).await;
    patched.map_err(|fault| match fault.public().code {
        Code::AlreadyExists => {
            let detail = "the field `email` is another customer's; merge the two profiles instead";
            Fault::refused(Code::AlreadyExists, detail)
        }
        _ => fault,
    })?;
    visit.done(&here, "Saved. What is set by hand stands over what visitors say later.")
}

async fn tag(visit: Visit) -> Outcome<Response> {
    let id: CustomerId = visit.parameter(ID)?;
    let here = path(&id);
    marks::tag(visit, Subject::Customer(id), &here).await
}

async fn note(visit: Visit) -> Outcome<Response> {
    let id: CustomerId = visit.parameter(ID)?;
    let here = path(&id);
    marks::note(visit, Subject::Customer(id), &here).await
}

async fn unnote(visit: Visit) -> Outcome<Response> {
    let id: CustomerId = visit.parameter(ID)?;
    let here = path(&id);
    marks::unnote(visit, Subject::Customer(id), &here).await
}

async fn export(visit: Visit) -> Outcome<Response> {
    let customer_id: CustomerId = visit.parameter(ID)?;
    let name = format!("attachment; filename=\"{customer_id}.json\"");
    let package = everything(&visit.env, &visit.principal, customer_id).await?;
    Ok(ResponseBuilder::new()
        .with_header("content-type", "application/json")?
        .with_header("content-disposition", &name)?
        .with_header("cache-control", "no-store")?
        .fixed(to_json("package", &package)?.into_bytes()))
}
