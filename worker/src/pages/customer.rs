//! One customer: what is known and from where, what was said and answered, marks, merging, exporting,
//! removing for good.

use super::customers::{shown_name, standing};
use super::desk::{Around, Person};
use super::parts::{self, kind, platform};
use super::{Page, Visit, identity, marks, visit};
use crate::fault::{Fault, Outcome, to_json};
use crate::ledger::customers;
use crate::ledger::marks::Subject;
use askwell::Code;
use askwell::access::{Scope, Scopes};
use askwell::api::{AccessEntry, Customer, CustomerPatch, CustomerProfile, FieldValue, Source};
use askwell::classify::AnswerState;
use askwell::customer::Proof;
use askwell::detect::Kind;
use askwell::id::{ConversationId, CustomerId};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;
use worker::{Response, ResponseBuilder};

/// In the paths.
pub const ID: &str = "customer_id";
const READ: Scope = Scope::CustomersRead;
/// What changing a customer needs.
pub const WRITE: Scope = Scope::CustomersWrite;
const EXPORT: Scope = Scope::CustomersExport;
const ERASE: Scope = Scope::CustomersErase;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get("/app/customers/{customer_id}", READ, |visit| Box::pin(show(visit))),
    Page::post("/app/customers/{customer_id}/edit", WRITE, |visit| Box::pin(edit(visit))),
    Page::post("/app/customers/{customer_id}/tag", WRITE, |visit| Box::pin(tag(visit))),
    Page::post("/app/customers/{customer_id}/note", WRITE, |visit| Box::pin(note(visit))),
    Page::post("/app/customers/{customer_id}/unnote", WRITE, |visit| Box::pin(unnote(visit))),
    Page::post("/app/customers/{customer_id}/export", EXPORT, |visit| Box::pin(export(visit))),
    Page::get("/app/customers/{customer_id}/delete", ERASE, |visit| Box::pin(ask_erase(visit))),
    Page::post("/app/customers/{customer_id}/delete", ERASE, |visit| Box::pin(erase(visit))),
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
    visit.page(&title, page(&profile, &around, &accesses, visit.principal.scopes))
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
    visit.call(&customers::Patch { customer_id, patch, by: visit.by() }).await?;
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
    let package = visit.call(&customers::DataPackageOf { customer_id, by: visit.by() }).await?;
    Ok(ResponseBuilder::new()
        .with_header("content-type", "application/json")?
        .with_header("content-disposition", &name)?
        .with_header("cache-control", "no-store")?
        .fixed(to_json("package", &package)?.into_bytes()))
}

async fn ask_erase(visit: Visit) -> Outcome<Response> {
    let customer_id: CustomerId = visit.parameter(ID)?;
    let look = customers::Profile { customer_id: customer_id.clone(), by: visit.by() };
    let profile = visit.call(&look).await?;
    let around = visit.call(&Person { customer_id, cursor: None }).await?;
    visit.page("Delete a customer", erase_page(&profile, around.messages))
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
pub fn erase_page(profile: &CustomerProfile, messages: u64) -> Markup {
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

/// The page of one customer.
pub fn page(
    profile: &CustomerProfile,
    around: &Around,
    accesses: &[AccessEntry],
    scopes: Scopes,
) -> Markup {
    let customer = &profile.customer;
    let here = path(&customer.customer_id);
    html! {
        p { a href="/app/customers" { "← Customers" } }
        div.row.spread {
            h1.wrap { (shown_name(customer)) }
            div.row {
                @if scopes.has(Scope::ConversationsWrite) { a role="button" href={ (here) "/write" } { "New conversation" } }
                @if scopes.has(EXPORT) {
                    form method="post" action={ (here) "/export" } { button.secondary { "Export this person" } }
                }
                @if scopes.has(ERASE) { a.danger role="button" href={ (here) "/delete" } { "Delete…" } }
            }
        }
        div.two {
            div {
                (fields(profile, scopes, &around.team))
                (timeline(customer, around, scopes))
            }
            div {
                (tags(profile, scopes))
                (notes(profile, scopes, &around.team))
                (answers(around))
                (identity::log(profile, around, scopes))
                @if scopes.has(ERASE) { (looked(accesses, &around.team)) }
            }
        }
    }
}

/// Who did something, by name.
pub fn by(id: &str, team: &BTreeMap<String, String>) -> String {
    match team.get(id) {
        Some(name) if !name.is_empty() => name.clone(),
        _ => id.to_owned(),
    }
}

fn source(value: &FieldValue, team: &BTreeMap<String, String>) -> Markup {
    match &value.source {
        Source::Conversation { conversation_id, seq, detector } => html! {
            "said in " a href={ "/app/conversations/" (conversation_id) "#m" (seq) } { "a conversation" }
            @if *detector == 0 { ", put right by the visitor" }
        },
        Source::Verified { conversation_id, proof } => html! {
            (proven_by(*proof)) " in a "
            a href={ "/app/conversations/" (conversation_id) } { "conversation" }
        },
        Source::Team { by: id } => html! { "set by " (by(id, team)) },
    }
}

fn source_text(value: &FieldValue, team: &BTreeMap<String, String>) -> String {
    let when = value.at.rfc3339();
    let when = when.get(..16).unwrap_or(&when).replace('T', " ");
    match &value.source {
        Source::Conversation { seq, .. } => format!("Said on {when} UTC, in message {}", seq + 1),
        Source::Verified { proof, .. } => format!("{} on {when} UTC", proven_by(*proof)),
        Source::Team { by: id } => format!("Set by {} on {when} UTC", by(id, team)),
    }
}

fn proven_by(proof: Proof) -> &'static str {
    match proof {
        Proof::Token => "Verified by the site",
        Proof::Code => "Verified by a mailed code",
    }
}

fn fields(profile: &CustomerProfile, scopes: Scopes, team: &BTreeMap<String, String>) -> Markup {
    let customer = &profile.customer;
    let of = |wanted: Kind| profile.values.iter().filter(move |value| value.kind == wanted);
    html! {
        article {
            header { h2 { "Profile" } }
            dl.facts {
                @for wanted in Kind::ALL {
                    dt { (kind(wanted)) }
                    dd {
                        @match of(wanted).find(|value| value.standing) {
                            Some(value) => {
                                span title=(source_text(value, team)) { (parts::address(value.value.as_deref().unwrap_or("–"))) }
                                @if wanted == Kind::Email || customer.verified.contains(&wanted) { " " (standing(customer, wanted)) }
                            }
                            None => { span.muted { "not known" } }
                        }
                        @if of(wanted).next().is_some() {
                            details {
                                summary.small-text { "Where it is from" }
                                ul.small-text {
                                    @for value in of(wanted) {
                                        li {
                                            @match &value.value { Some(text) => { strong.wrap { (text) } } None => { em { "taken away" } } }
                                            " – " (source(value, team)) ", " (parts::time(value.at))
                                            @if value.standing { " " span.badge.good { "shown" } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                dt { "Platforms" } dd { @for p in &customer.platforms { span.badge { (platform(*p)) } " " } }
                dt { "First seen" } dd { (parts::time(customer.first_at)) }
                dt { "Last seen" } dd { (parts::time(customer.last_at)) }
                dt { "Conversations" } dd { (customer.conversations) }
                @if !profile.subjects.is_empty() {
                    dt { "Known to the site as" } dd.wrap { (profile.subjects.join(", ")) }
                }
                @if profile.emails.len() > 1 {
                    dt { "All addresses" } dd { (profile.emails.join(", ")) }
                }
            }
            @if scopes.has(WRITE) {
                details {
                    summary { "Edit" }
                    form method="post" action={ (path(&customer.customer_id)) "/edit" } {
                        div.fields {
                            label { "Name" input name="name" value=(customer.name.as_deref().unwrap_or_default()) autocomplete="off"; }
                            label { "E-mail" input name="email" value=(customer.email.as_deref().unwrap_or_default()) autocomplete="off"; }
                            label { "Phone" input name="phone" value=(customer.phone.as_deref().unwrap_or_default()) autocomplete="off"; }
                            button { "Save" }
                        }
                    }
                    p.muted.small-text { "An empty field is taken away until it is said again." }
                }
            }
        }
    }
}

fn timeline(customer: &Customer, around: &Around, scopes: Scopes) -> Markup {
    let may_split = scopes.has(WRITE) && customer.conversations > 1;
    let rows = html! {
        thead { tr {
            @if may_split { th.tick scope="col" { span.vh { "Tick" } } }
            th scope="col" { "Began" } th scope="col" { "Platform" } th scope="col" { "Status" }
            th scope="col" { "Sentiment" } th.num scope="col" { "Messages" }
        } }
        tbody {
            @for c in &around.conversations.items {
                tr {
                    @if may_split { td.tick { input type="checkbox" name="conversation" value=(c.conversation_id) aria-label={ "Tick the conversation of " (c.started_at.rfc3339()) }; } }
                    td { a href={ "/app/conversations/" (c.conversation_id) } { (parts::time(c.started_at)) } }
                    td { (platform(c.platform)) @if c.transferred { " " span.badge { "transferred" } } }
                    td { (parts::status(c.status)) }
                    td { (parts::sentiment(c.sentiment)) }
                    td.num { (c.messages) }
                }
            }
        }
    };
    html! {
        article {
            header { h2 { "History" } }
            form method="post" action={ (path(&customer.customer_id)) "/split" } {
                (parts::table("History", rows))
                @if may_split {
                    button.secondary.small { "Ticked ones are somebody else's: split off" }
                }
            }
            @if let Some(next) = &around.conversations.next {
                p { a href={ "?cursor=" (visit::form_urlencode(next)) } { "Earlier conversations" } }
            }
            p.muted.small-text { "Times are in UTC." }
        }
    }
}

fn tags(profile: &CustomerProfile, scopes: Scopes) -> Markup {
    let here = path(&profile.customer.customer_id);
    html! {
        article {
            header { h2 { "Tags" } }
            div.row {
                @for tag in &profile.tags {
                    span.row {
                        a.chip href={ "/app/customers?tag=" (visit::form_urlencode(tag)) } { (tag) }
                        @if scopes.has(WRITE) {
                            form method="post" action={ (here) "/tag" } {
                                (parts::hidden("remove", tag))
                                button.chip aria-label={ "Remove the tag " (tag) } { "×" }
                            }
                        }
                    }
                }
                @if profile.tags.is_empty() { span.muted { "None." } }
            }
            @if scopes.has(WRITE) {
                (marks::tag_form(&here))
            }
        }
    }
}

fn notes(profile: &CustomerProfile, scopes: Scopes, team: &BTreeMap<String, String>) -> Markup {
    let here = path(&profile.customer.customer_id);
    html! {
        article {
            header { h2 { "Notes" } }
            @for note in &profile.notes {
                p.note { (note.text) }
                div.row.spread {
                    span.muted.small-text { (by(&note.by, team)) ", " (parts::time(note.at)) }
                    @if scopes.has(WRITE) {
                        form method="post" action={ (here) "/unnote" } {
                            (parts::hidden("note", &note.id))
                            button.chip { "Remove" span.vh { " the note of " (note.at.rfc3339()) } }
                        }
                    }
                }
                hr;
            }
            @if profile.notes.is_empty() { p.muted { "None." } }
            @if scopes.has(WRITE) {
                (marks::note_form(&here))
            }
        }
    }
}

/// The newest value of each question, over the conversations that are shown.
fn answers(around: &Around) -> Markup {
    let mut newest: Vec<(&str, &str, &ConversationId)> = Vec::new();
    for (conversation, answers) in around.conversations.items.iter().zip(&around.answers) {
        for answer in answers.iter().filter(|a| a.answer.state == AnswerState::Value) {
            let name = answer.field_name.as_str();
            let Some(value) = answer.answer.answer.as_deref() else { continue };
            if newest.iter().all(|(known, ..)| *known != name) {
                newest.push((name, value, &conversation.conversation_id));
            }
        }
    }
    html! {
        article {
            header { h2 { "Collected answers" } }
            @if newest.is_empty() { p.muted { "None yet. They come from the questions under Data Collection, when a conversation has ended." } }
            dl.facts {
                @for (name, value, conversation) in &newest {
                    dt { (name) }
                    dd { a href={ "/app/conversations/" (conversation) } { (value) } }
                }
            }
        }
    }
}

fn looked(accesses: &[AccessEntry], team: &BTreeMap<String, String>) -> Markup {
    html! {
        article {
            header { h2 { "Who has looked" } }
            details {
                summary { (parts::count(accesses.len() as u64, "look")) }
                ul.small-text {
                    @for entry in accesses {
                        li { (by(&entry.by, team)) ": " (entry.what) ", " (parts::time(entry.at)) }
                    }
                }
            }
        }
    }
}
