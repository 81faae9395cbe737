//! Removing a customer for good: what will go, and a word to be typed first.

use super::customer::{ERASE, ID, path};
use super::customers_page::shown_name;
use super::desk::Person;
use super::{Page, Visit, parts};
use crate::fault::{Fault, Outcome};
use crate::ledger::customers;
use askwell::Code;
use askwell::api::{Customer, CustomerProfile};
use askwell::id::CustomerId;
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get("/app/customers/{customer_id}/delete", ERASE, |visit| Box::pin(ask(visit))),
    Page::post("/app/customers/{customer_id}/delete", ERASE, |visit| Box::pin(erase(visit))),
];

async fn ask(visit: Visit) -> Outcome<Response> {
    let customer_id: CustomerId = visit.parameter(ID)?;
    let look = customers::Profile { customer_id: customer_id.clone(), by: visit.by() };
    let profile = visit.call(&look).await?;
    let around = visit.call(&Person { customer_id, cursor: None }).await?;
    visit.page("Delete a customer", page(&profile, around.messages))
}

#[derive(Deserialize)]
struct EraseForm {
    confirm: String,
}

async fn erase(mut visit: Visit) -> Outcome<Response> {
    let customer_id: CustomerId = visit.parameter(ID)?;
    let EraseForm { confirm } = visit.form().await?;
    let customer = visit.call(&customers::Get { customer_id: customer_id.clone() }).await?;
    let customer = customer.ok_or_else(|| Fault::refused(Code::NotFound, "no such customer"))?;
    if confirm.trim() != confirmation(&customer) {
        return Err(Fault::refused(
            Code::InvalidField,
            "Nothing was deleted: what you typed is not what was asked for.",
        ));
    }
    let erasure = visit.call(&customers::Erase { customer_id, by: visit.by() }).await?;
    let word = format!(
        "Deleted for good, with {}. The receipt is {}.",
        parts::count(erasure.conversation_ids.len() as u64, "conversation"),
        erasure.erasure_id
    );
    visit.done("/app/customers", &word)
}

/// What is to be typed before somebody is removed.
fn confirmation(customer: &Customer) -> String {
    customer.email.clone().unwrap_or_else(|| customer.customer_id.to_string())
}

/// The page that asks whether somebody is to be removed.
pub fn page(profile: &CustomerProfile, messages: u64) -> Markup {
    let customer = &profile.customer;
    let expected = confirmation(customer);
    let here = path(&customer.customer_id);
    html! {
        h1 { "Delete " (shown_name(customer)) "?" }
        article {
            p { strong { "This cannot be undone." } " It removes for good:" }
            ul {
                li { "the profile: " (parts::count(profile.values.iter().filter(|value| value.value.is_some()).count() as u64, "value")) " of name, e-mail and phone, and where each was said" }
                li { (parts::count(u64::from(customer.conversations), "conversation")) " with " (parts::count(messages, "message")) ", and every answer and quote taken from them" }
                li { (parts::count(profile.tags.len() as u64, "tag")) " and " (parts::count(profile.notes.len() as u64, "note")) }
                @if !profile.merged.is_empty() {
                    li { (parts::count(profile.merged.len() as u64, "profile")) " merged into this one" }
                }
                li { "what the visitors' browsers are known by: " (parts::count(profile.visitors.len() as u64, "browser")) }
            }
            p { "What stays: counts without names, sealed day files, which hold a pseudonym only, and a signed receipt under Privacy." }
            form method="post" action={ (here) "/delete" } {
                label {
                    "Type " code { (expected) } " to confirm"
                    input name="confirm" required autocomplete="off" spellcheck="false" data-confirm=(expected);
                }
                div.row {
                    button.danger type="submit" { "Delete for good" }
                    a href=(here) { "Keep" }
                }
            }
        }
    }
}
