//! Which profiles are one person: merging, splitting, and undoing it.

use super::customer::{ID, WRITE, path};
use super::customer_page::by;
use super::desk::Around;
use super::{Page, Visit, parts};
use crate::fault::{Fault, Outcome};
use crate::ledger::customers;
use askwell::Code;
use askwell::access::Scopes;
use askwell::api::{CustomerLink, CustomerProfile, CustomerSearch, LinkKind};
use askwell::id::{ConversationId, CustomerId};
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::post("/app/customers/{customer_id}/merge", WRITE, |visit| Box::pin(merge(visit))),
    Page::post("/app/customers/{customer_id}/split", WRITE, |visit| Box::pin(split(visit))),
    Page::post("/app/customers/{customer_id}/undo", WRITE, |visit| Box::pin(undo(visit))),
];

#[derive(Deserialize)]
struct MergeForm {
    other: String,
}

async fn merge(mut visit: Visit) -> Outcome<Response> {
    let customer_id: CustomerId = visit.parameter(ID)?;
    let MergeForm { other } = visit.form().await?;
    let nobody = || {
        let detail = "There is no such customer. Write their e-mail address, or the id from the address of their page.";
        Fault::refused(Code::InvalidField, detail)
    };
    let other = other.trim().rsplit('/').next().unwrap_or_default().to_owned();
    let other: CustomerId = if other.contains('@') {
        let search = CustomerSearch { email: Some(other), ..CustomerSearch::default() };
        let found = visit.call(&customers::List { search }).await?;
        found.items.into_iter().next().ok_or_else(nobody)?.customer_id
    } else {
        let id: CustomerId = other.parse().map_err(|_| nobody())?;
        visit.call(&customers::Get { customer_id: id }).await?.ok_or_else(nobody)?.customer_id
    };
    let here = path(&customer_id);
    visit.call(&customers::Merge { customer_id, other, by: visit.by() }).await?;
    visit.done(&here, "Merged. The identity log below undoes it at any time.")
}

#[derive(Deserialize)]
struct SplitForm {
    #[serde(default)]
    conversation: Vec<ConversationId>,
}

async fn split(mut visit: Visit) -> Outcome<Response> {
    let customer_id: CustomerId = visit.parameter(ID)?;
    let SplitForm { conversation } = visit.form().await?;
    if conversation.is_empty() {
        return Err(Fault::refused(
            Code::InvalidField,
            "Tick the conversations of the other person first.",
        ));
    }
    let here = path(&customer_id);
    let split = customers::Split { customer_id, conversation_ids: conversation, by: visit.by() };
    visit.call(&split).await?;
    visit
        .done(&here, "Split off. The identity log below leads to the other profile, and undoes it.")
}

#[derive(Deserialize)]
struct UndoForm {
    link: u64,
}

async fn undo(mut visit: Visit) -> Outcome<Response> {
    let customer_id: CustomerId = visit.parameter(ID)?;
    let UndoForm { link } = visit.form().await?;
    let undone = visit.call(&customers::Undo { link_id: link, by: visit.by() }).await?;
    let word = match undone.kind {
        LinkKind::Merge => "The merge is undone.",
        LinkKind::Split => "The split is undone.",
    };
    visit.done(&path(&customer_id), word)
}

/// The merges and splits, and the form for a merge.
pub fn log(profile: &CustomerProfile, around: &Around, scopes: Scopes) -> Markup {
    let here = path(&profile.customer.customer_id);
    html! {
        article {
            header { h2 { "Identity" } }
            p.muted.small-text {
                "Equal e-mail addresses are one profile; nothing else is merged by itself. Known by "
                @let n = profile.visitors.len() as u64;
                (parts::number(n)) @if n == 1 { " browser or account." } @else { " browsers or accounts." }
            }
            @for link in &around.links { (entry(link, profile, around, scopes)) }
            @if scopes.has(WRITE) {
                details {
                    summary { "Merge another profile into this one" }
                    form method="post" action={ (here) "/merge" } {
                        label {
                            "E-mail address or id of the other"
                            input name="other" required autocomplete="off" spellcheck="false";
                        }
                        button.secondary { "Merge" }
                    }
                }
            }
        }
    }
}

fn entry(
    link: &CustomerLink,
    profile: &CustomerProfile,
    around: &Around,
    scopes: Scopes,
) -> Markup {
    let here = &profile.customer.customer_id;
    let other = if link.customer_id == *here { &link.other } else { &link.customer_id };
    html! {
        div.row.spread {
            span.small-text {
                @match link.kind { LinkKind::Merge => "Merged with ", LinkKind::Split => "Split from " }
                a href=(path(other)) { (other.as_str().get(..9).unwrap_or_default()) "…" }
                " by " (by(&link.by, &around.team)) ", " (parts::time(link.at))
                @if let Some(at) = link.undone_at {
                    ". Undone"
                    @if let Some(id) = &link.undone_by { " by " (by(id, &around.team)) }
                    ", " (parts::time(at))
                }
            }
            @if scopes.has(WRITE) && link.undone_at.is_none() {
                form method="post" action={ (path(here)) "/undo" } {
                    (parts::hidden("link", &link.link_id.to_string()))
                    button.chip { "Undo" }
                }
            }
        }
    }
}
