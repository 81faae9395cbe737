//! How a customer looks: each value and where it is from, history, tags, notes, answers, who has looked.

use super::access::what;
use super::blank::Blank;
use super::customer::{ERASE, EXPORT, WRITE, path};
use super::customers_page::{shown_name, standing};
use super::parts::{self, kind, platform};
use super::refused::Forms;
use super::{identity, marks, visit};
use crate::ledger::desk::{Around, Collected, LOOKED_THROUGH};
use askwell::access::{Scope, Scopes};
use askwell::api::{AccessEntry, Customer, CustomerProfile, FieldValue, Source};
use askwell::customer::Proof;
use askwell::detect::Kind;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// The page of one customer.
pub fn page(
    profile: &CustomerProfile,
    around: &Around,
    accesses: &[AccessEntry],
    scopes: Scopes,
    forms: Forms,
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
                (fields(profile, scopes, &around.team, forms))
                (timeline(customer, around, scopes))
            }
            div {
                (tags(profile, scopes, forms))
                (notes(profile, scopes, &around.team, forms))
                (answers(around, u64::from(customer.conversations)))
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

fn fields(
    profile: &CustomerProfile,
    scopes: Scopes,
    team: &BTreeMap<String, String>,
    forms: Forms,
) -> Markup {
    let customer = &profile.customer;
    let edit = format!("{}/edit", path(&customer.customer_id));
    let typed = forms.at(&edit);
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
                dt { "Platforms" } dd { @for p in &customer.platforms { (parts::platform_badge(*p)) " " } }
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
                details open[typed.is_refused()] {
                    summary { "Edit" }
                    (typed.wrong().above(&["name", "email", "phone"]))
                    form method="post" action=(edit) {
                        div.fields.apart {
                            @for (label, name, kept) in [("Name", "name", &customer.name), ("E-mail", "email", &customer.email), ("Phone", "phone", &customer.phone)] {
                                @let kept = kept.as_deref().unwrap_or_default();
                                @let was = format!("was_{name}");
                                div {
                                    (parts::hidden(&was, kept))
                                    (Blank { label, name, value: typed.changed(name, &was, kept), most: 400, ..Blank::default() }.show(typed.wrong()))
                                }
                            }
                        }
                        button { "Save" }
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
    let table = parts::table("History", rows);
    html! {
        article {
            header { h2 { "History" } }
            @if may_split {
                form method="post" action={ (path(&customer.customer_id)) "/split" } {
                    (table)
                    button.secondary.small { "Ticked ones are somebody else's: split off" }
                }
            } @else { (table) }
            @if let Some(next) = &around.conversations.next {
                p { a href={ "?cursor=" (visit::form_urlencode(next)) } { "Earlier conversations" } }
            }
            p.muted.small-text { "Times are in UTC." }
        }
    }
}

fn tags(profile: &CustomerProfile, scopes: Scopes, forms: Forms) -> Markup {
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
                (marks::tag_form(&here, forms))
            }
        }
    }
}

fn notes(
    profile: &CustomerProfile,
    scopes: Scopes,
    team: &BTreeMap<String, String>,
    forms: Forms,
) -> Markup {
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
                (marks::note_form(&here, forms))
            }
        }
    }
}

/// The newest value of each question.
fn answers(around: &Around, conversations: u64) -> Markup {
    html! {
        article {
            header { h2 { "Collected answers" } }
            @if around.answers.is_empty() { p.muted { "None yet. They come from the questions under Data Collection, when a conversation has ended." } }
            dl.facts {
                @for Collected { field, value, conversation_id } in &around.answers {
                    dt { (field) }
                    dd { a href={ "/app/conversations/" (conversation_id) } { (value) } }
                }
            }
            @if conversations > LOOKED_THROUGH.unsigned_abs() {
                p.muted.small-text { "From the latest " (parts::number(LOOKED_THROUGH.unsigned_abs())) " conversations." }
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
                        li {
                            (by(&entry.by, team)) ": " (what(entry))
                            ", " (parts::time(entry.at))
                        }
                    }
                }
            }
        }
    }
}
