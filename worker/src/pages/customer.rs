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

#[derive(Default, Deserialize)]
#[serde(default)]
struct Edit {
    name: String,
    email: String,
    phone: String,
    /// What the form showed: only what differs from it was changed here.
    was_name: String,
    was_email: String,
    was_phone: String,
}

impl Edit {
    /// What was changed by hand, and what stood there: the rest goes on following what is said.
    fn read(&self) -> (CustomerPatch, CustomerPatch) {
        let value = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let change = |text: &str, was: &str| {
            let (after, before) = (value(text), value(was));
            (after != before).then_some((after, before)).unzip()
        };
        let (name, was_name) = change(&self.name, &self.was_name);
        let (email, was_email) = change(&self.email, &self.was_email);
        let (phone, was_phone) = change(&self.phone, &self.was_phone);
        let shown = CustomerPatch { name: was_name, email: was_email, phone: was_phone };
        (CustomerPatch { name, email, phone }, shown)
    }
}

async fn edit(mut visit: Visit) -> Outcome<Response> {
    let customer_id: CustomerId = visit.parameter(ID)?;
    let form: Edit = visit.form().await?;
    let (patch, shown) = form.read();
    let here = path(&customer_id);
    if patch == CustomerPatch::default() {
        return visit.done(&here, "Nothing was changed.");
    }
    let shown = Some(shown);
    let patched = visit.call(&customers::Patch { customer_id, patch, shown, by: visit.by() }).await;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_somebody_changed_in_the_form_is_set() {
        let sent =
            "name=+Ana+&was_name=Ana&email=&was_email=a%40fern.example&phone=%2B431&was_phone=";
        let form: Edit = serde_html_form::from_str(sent).unwrap();
        let (patch, shown) = form.read();
        assert_eq!((patch.name, shown.name), (None, None));
        let was = Some("a@fern.example".to_owned());
        assert_eq!((patch.email, shown.email), (Some(None), Some(was)));
        assert_eq!((patch.phone, shown.phone), (Some(Some("+431".to_owned())), Some(None)));
    }
}
