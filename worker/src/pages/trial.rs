//! Trying a draft of Data Collection on conversations that ended, and values that a question may lack.

use super::collection::{self, READ, WRITE, cost};
use super::field::{self, named};
use super::parts::{self, number};
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::ledger::drafts::newest;
use crate::ledger::{drafts, llm, seen};
use crate::routes::reviews::{MOST, MOST_BY_MODEL, propose, try_draft};
use askwell::Code;
use askwell::api::{FieldDetail, FieldPreview, NewPreview, ValueProposals};
use askwell::classify::review::Said;
use askwell::classify::{AnswerState, Field, Value};
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// How many conversations are offered, the first by default.
const NUMBERS: [u32; 4] = [50, 10, 20, MOST];
/// Conversations that are shown behind a proposal.
const SHOWN: usize = 5;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get("/app/settings/data-collection/fields/{field_id}/try", READ, |visit| {
        Box::pin(ask(visit))
    }),
    Page::post("/app/settings/data-collection/fields/{field_id}/try", READ, |visit| {
        Box::pin(attempt(visit))
    }),
    Page::get("/app/settings/data-collection/fields/{field_id}/values", READ, |visit| {
        Box::pin(proposals(visit))
    }),
    Page::post("/app/settings/data-collection/fields/{field_id}/values", WRITE, |visit| {
        Box::pin(add(visit))
    }),
];

async fn found(visit: &Visit) -> Outcome<FieldDetail> {
    let field_id = named(visit)?;
    Ok(visit.call(&drafts::Get { field_id }).await?.field)
}

/// Whether somebody may have the language model asked, which costs: who only looks may not.
fn may_pay(visit: &Visit) -> bool {
    visit.may(WRITE)
}

async fn ask(visit: Visit) -> Outcome<Response> {
    let detail = found(&visit).await?;
    let has_model = may_pay(&visit) && visit.call(&llm::Get).await?.is_some();
    let asked = Asked { has_model, ..Asked::default() };
    visit.page("Try", try_page(&detail, &asked, None))
}

#[derive(Deserialize)]
struct TryForm {
    conversations: u32,
    #[serde(default)]
    model: String,
}

async fn attempt(mut visit: Visit) -> Outcome<Response> {
    let form: TryForm = visit.form().await?;
    let detail = found(&visit).await?;
    let has_model = may_pay(&visit) && visit.call(&llm::Get).await?.is_some();
    let by_model = !form.model.is_empty();
    if by_model && form.conversations > MOST_BY_MODEL {
        return Err(Fault::refused(
            Code::InvalidField,
            format!("The language model is asked about {MOST_BY_MODEL} conversations at most."),
        ));
    }
    if by_model && !may_pay(&visit) {
        return Err(Fault::refused(
            Code::Forbidden,
            "asking the language model needs `fields:write`",
        ));
    }
    let field = newest(&detail).cloned();
    let new = NewPreview { field, conversations: Some(form.conversations), model: by_model };
    let preview = try_draft(&visit.env, &visit.ledger()?, &detail.id, new).await?;
    let asked = Asked { conversations: form.conversations, by_model, has_model };
    visit.page("Try", try_page(&detail, &asked, Some(&preview)))
}

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// On how many conversations.
    pub conversations: u32,
    /// Whether the language model answers.
    pub by_model: bool,
    /// Whether there is one.
    pub has_model: bool,
}

impl Default for Asked {
    fn default() -> Self {
        Self { conversations: NUMBERS[0], by_model: false, has_model: false }
    }
}

/// The form, and what came of it.
pub fn try_page(detail: &FieldDetail, asked: &Asked, preview: Option<&FieldPreview>) -> Markup {
    let here = collection::at(&detail.id);
    html! {
        (field::head(detail, false))
        (field::tabs(detail, "try"))
        h2 { "Try it on conversations that ended" }
        p.muted {
            @if detail.draft.is_some() { "The draft answers the latest conversations" }
            @else { "There is no draft: what is live answers the latest conversations anew" }
            @if detail.live.is_some() { ", beside what is live" }
            ". Nothing of it is stored."
        }
        form method="post" action={ (here) "/try" } {
            div.fields {
                label {
                    "Conversations"
                    select name="conversations" {
                        @for n in NUMBERS { option value=(n) selected[n == asked.conversations] { (n) } }
                    }
                }
                @if asked.has_model {
                    label {
                        input type="checkbox" name="model" value="yes" checked[asked.by_model];
                        "By the language model (costs; " (MOST_BY_MODEL) " at most)"
                    }
                }
                button { "Try" }
            }
        }
        @if let Some(preview) = preview { (result(preview, detail)) }
    }
}

fn result(preview: &FieldPreview, detail: &FieldDetail) -> Markup {
    let diff = &preview.diff;
    let live = detail.live.is_some();
    html! {
        @if diff.conversations == 0 {
            (parts::empty("No conversations yet", html! { "None has ended so far." }))
        } @else {
            p role="status" {
                strong { (parts::count(diff.conversations as u64, "conversation")) ": " }
                @if live {
                    (number(diff.same as u64)) " answered the same, " strong { (number(diff.changed.len() as u64)) " differently" } "."
                } @else { "answered for the first time." }
                @if preview.cost_micros > 0 { " The language model cost " (cost(preview.cost_micros)) "." }
            }
            (parts::table("How often each answer is given", html! {
                thead { tr { th scope="col" { "Answer" } @if live { th.num scope="col" { "Live" } } th.num scope="col" { "Draft" } @if live { th.num scope="col" { "Change" } } } }
                tbody {
                    @for count in diff.counts.iter().filter(|count| live || count.after > 0) {
                        tr {
                            th scope="row" .wrap { (said(&count.said)) }
                            @if live { td.num { (number(count.before as u64)) } }
                            td.num { (number(count.after as u64)) }
                            @if live { td.num { (change(count.before, count.after)) } }
                        }
                    }
                }
            }))
            @if !diff.changed.is_empty() {
                h2 { @if live { "What changes" } @else { "The answers" } }
                (parts::table("Conversations that are answered differently", html! {
                    thead { tr { th scope="col" { "Conversation" } @if live { th scope="col" { "Live" } } th scope="col" { "Draft" } } }
                    tbody {
                        @for change in &diff.changed {
                            @if let Some(id) = preview.conversations.get(change.index) {
                                tr {
                                    th scope="row" { a href={ "/app/conversations/" (id) } { "Conversation " (change.index + 1) } }
                                    @if live { td.wrap { (said(&change.before)) } }
                                    td.wrap { (said(&change.after)) }
                                }
                            }
                        }
                    }
                }))
            }
        }
    }
}

fn change(before: usize, after: usize) -> String {
    match after.cmp(&before) {
        core::cmp::Ordering::Equal => "–".to_owned(),
        core::cmp::Ordering::Greater => format!("+{}", after - before),
        core::cmp::Ordering::Less => format!("−{}", before - after),
    }
}

/// An answer; what is none is told apart from values.
pub fn said(said: &Said) -> Markup {
    html! {
        @match (&said.answer, said.state) {
            (Some(value), AnswerState::Value) => { (value) }
            (_, state) => { span.muted { (none(state)) } }
        }
    }
}

/// Why there is no value, for people.
pub const fn none(state: AnswerState) -> &'static str {
    match state {
        AnswerState::Value | AnswerState::Null => "no answer (null)",
        AnswerState::Unresolved => "required, and not answered",
        AnswerState::Error => "could not be answered",
        AnswerState::Pending => "not answered yet",
    }
}

async fn proposals(visit: Visit) -> Outcome<Response> {
    let detail = found(&visit).await?;
    let proposals = match &detail.live {
        Some(_) => Some(propose(&visit.ledger()?, &detail.id).await?),
        None => None,
    };
    let may_write = visit.may(WRITE);
    visit.page("Missing values", values_page(&detail, proposals.as_ref(), may_write))
}

#[derive(Deserialize)]
struct AddForm {
    value: String,
}

async fn add(mut visit: Visit) -> Outcome<Response> {
    let AddForm { value } = visit.form().await?;
    let detail = found(&visit).await?;
    let Some(field) = newest(&detail) else {
        return Err(Fault::refused(Code::NotFound, "There is no such field."));
    };
    let here = format!("{}/values", collection::at(&detail.id));
    if field.possible_values.iter().any(|known| known.name() == value) {
        return visit.done(&here, "The field has this value already.");
    }
    let word = format!("“{value}” is in the draft. It is answered once the draft is published.");
    let field = with(field, value);
    let seen = Some(seen::mark(&newest(&detail)));
    let edit = drafts::Edit { field_id: detail.id.clone(), field, seen };
    visit.call(&edit).await?;
    visit.done(&here, &word)
}

/// A field with one more value, which comes before that for the rest.
fn with(field: &Field, value: String) -> Field {
    let rest = askwell::classify::review::rest_value(field);
    let place = field.possible_values.iter().position(|known| Some(known.name()) == rest);
    let mut field = field.clone();
    let place = place.unwrap_or(field.possible_values.len());
    field.possible_values.insert(place, Value::Name(value));
    field
}

/// What the miner proposes; none for a field that was never published.
pub fn values_page(
    detail: &FieldDetail,
    proposals: Option<&ValueProposals>,
    may_write: bool,
) -> Markup {
    let here = collection::at(&detail.id);
    let has = |value: &str| {
        newest(detail).is_some_and(|f| f.possible_values.iter().any(|known| known.name() == value))
    };
    html! {
        (field::head(detail, false))
        (field::tabs(detail, "values"))
        h2 { "Values that may be missing" }
        @match proposals {
            None => { p.muted { "The field was never published, so nothing was answered yet." } }
            Some(found) => {
                p.muted {
                    "Phrases that at least three customers share in what was answered "
                    @match &found.out_of { Some(value) => { "“" (value) "”" } None => { "with no value" } }
                    ", out of the latest " (parts::count(u64::from(found.read), "conversation")) "."
                }
                @if found.proposals.is_empty() {
                    (parts::empty("Nothing is shared by several", html! { "There is no value to propose." }))
                } @else {
                    (parts::table("Proposed values", html! {
                        thead { tr { th scope="col" { "Value" } th.num scope="col" { "Conversations" } th scope="col" { "Such as" } @if may_write { th scope="col" { "Add" } } } }
                        tbody {
                            @for one in &found.proposals {
                                tr {
                                    th scope="row" .wrap { (one.value) }
                                    td.num { (number(one.conversations.len() as u64)) }
                                    td {
                                        @for (place, id) in one.conversations.iter().take(SHOWN).enumerate() {
                                            @if place > 0 { " " }
                                            a href={ "/app/conversations/" (id) } aria-label={ "Conversation " (place + 1) " with " (one.value) } { (place + 1) }
                                        }
                                    }
                                    @if may_write {
                                        td {
                                            @if has(&one.value) { span.badge.good { "in the field" } }
                                            @else {
                                                form method="post" action={ (here) "/values" } .flat {
                                                    (parts::hidden("value", &one.value))
                                                    button.secondary.small { "Add to the draft" span.vh { ": " (one.value) } }
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_value_comes_before_the_one_for_the_rest() {
        let field = |values: &[&str]| Field {
            name: "x".to_owned(),
            prompt: String::new(),
            possible_values: values.iter().map(|v| Value::Name((*v).to_owned())).collect(),
            optional: true,
        };
        assert_eq!(with(&field(&["A", "Other"]), "B".to_owned()), field(&["A", "B", "Other"]));
        assert_eq!(with(&field(&["A"]), "B".to_owned()), field(&["A", "B"]));
    }

    #[test]
    fn a_change_is_said_with_its_sign() {
        assert_eq!(
            (change(2, 5), change(5, 2), change(2, 2)),
            ("+3".into(), "−3".into(), "–".into())
        );
    }
}
