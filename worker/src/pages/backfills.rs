//! AI & Automation → Data Collection → Backfills: putting questions to conversations that ended before.

use super::blank::Wrong;
use super::collection::{PATH as COLLECTION, READ, WRITE, cost};
use super::customer_page::by;
use super::customers_filters::day;
use super::parts::{self, number, percent};
use super::{Page, Visit};
use crate::fault::Outcome;
use crate::ledger::backfills::{Act, Begin, Get, List};
use crate::ledger::{desk, drafts, llm};
use crate::routes::backfills::estimated;
use askwell::api::{Backfill, BackfillAction, BackfillEstimate, BackfillState, NewBackfill};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;
use worker::Response;

const PATH: &str = "/app/settings/data-collection/backfills";

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, READ, |visit| Box::pin(show(visit))),
    Page::post("/app/settings/data-collection/backfills/estimate", WRITE, |visit| {
        Box::pin(estimate(visit))
    }),
    Page::post(PATH, WRITE, |visit| Box::pin(begin(visit))),
    Page::get("/app/settings/data-collection/backfills/{backfill_id}", READ, |visit| {
        Box::pin(watch(visit))
    }),
    Page::get("/app/settings/data-collection/backfills/{backfill_id}/progress", READ, |visit| {
        Box::pin(progress(visit))
    }),
    Page::post("/app/settings/data-collection/backfills/{backfill_id}", WRITE, |visit| {
        Box::pin(act(visit))
    }),
];

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct WantedForm {
    /// Which questions.
    pub field: Vec<String>,
    /// From which day on.
    pub first: String,
    /// Until which day.
    pub last: String,
    /// Ticked: the language model answers.
    pub model: String,
}

impl WantedForm {
    fn read(&self) -> Outcome<NewBackfill> {
        Ok(NewBackfill {
            field_ids: self.field.clone(),
            first: day(&self.first)?,
            last: day(&self.last)?,
            model: !self.model.is_empty(),
        })
    }
}

/// What the pages say around a backfill.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Questions that were published: id and name.
    pub fields: Vec<(String, String)>,
    /// Whether there is a language model.
    pub has_model: bool,
    /// The names of the team's people and keys.
    pub team: BTreeMap<String, String>,
}

async fn around(visit: &Visit) -> Outcome<Around> {
    let (_, list) = visit.call(&drafts::List).await?;
    let named = |detail: askwell::api::FieldDetail| Some((detail.id, detail.live?.field.name));
    Ok(Around {
        fields: list.fields.into_iter().filter_map(named).collect(),
        has_model: visit.call(&llm::Get).await?.is_some(),
        team: visit.call(&desk::Team).await?,
    })
}

async fn show(visit: Visit) -> Outcome<Response> {
    // Either form has the same fields: that which is typed into, and that which confirms it.
    let typed = [format!("{PATH}/estimate"), PATH.to_owned()].map(|at| visit.forms().at(&at));
    let refused = typed.into_iter().find(|typed| typed.is_refused()).unwrap_or_default();
    let asked = match refused.read::<WantedForm>() {
        Some(typed) => typed,
        None => visit.query()?,
    };
    let all = visit.call(&List).await?.backfills;
    let around = around(&visit).await?;
    let may_write = visit.may(WRITE);
    visit.page("Backfills", page(&all, &around, &asked, refused.wrong(), may_write))
}

async fn estimate(mut visit: Visit) -> Outcome<Response> {
    let form: WantedForm = visit.form().await?;
    let wanted = form.read()?;
    let told = estimated(&visit.ledger()?, &wanted).await?;
    let around = around(&visit).await?;
    visit.page("Estimate", estimate_page(&form, &told, &around))
}

async fn begin(mut visit: Visit) -> Outcome<Response> {
    let form: WantedForm = visit.form().await?;
    let begun = visit.call(&Begin { wanted: form.read()?, by: visit.by() }).await?;
    visit.done(&format!("{PATH}/{}", begun.id), "The backfill has begun.")
}

async fn one(visit: &Visit) -> Outcome<Backfill> {
    let super::field::FieldId(id) = visit.parameter("backfill_id")?;
    visit.call(&Get { id }).await
}

async fn watch(visit: Visit) -> Outcome<Response> {
    let backfill = one(&visit).await?;
    let around = around(&visit).await?;
    let body = watch_page(&backfill, &around, visit.may(WRITE));
    visit.page_with("Backfill", body, &["search.js"])
}

async fn progress(visit: Visit) -> Outcome<Response> {
    let backfill = one(&visit).await?;
    Ok(super::html(200, figures(&backfill, visit.may(WRITE)))?)
}

#[derive(Deserialize)]
struct ActForm {
    action: BackfillAction,
}

async fn act(mut visit: Visit) -> Outcome<Response> {
    let ActForm { action } = visit.form().await?;
    let super::field::FieldId(id) = visit.parameter("backfill_id")?;
    visit.call(&Act { id: id.clone(), action }).await?;
    let word = match action {
        BackfillAction::Pause => "It waits. What was under way is finished.",
        BackfillAction::Resume => "It goes on.",
        BackfillAction::Cancel => "It is cancelled. What was answered stays.",
    };
    visit.done(&format!("{PATH}/{id}"), word)
}

const fn state(state: BackfillState) -> &'static str {
    match state {
        BackfillState::Running => "running",
        BackfillState::Paused => "paused",
        BackfillState::Cancelled => "cancelled",
        BackfillState::Finished => "finished",
    }
}

fn names(wanted: &[String], around: &Around) -> String {
    let name = |id: &String| {
        let known = around.fields.iter().find(|(field, _)| field == id);
        known.map_or("a removed field".to_owned(), |(_, name)| name.clone())
    };
    wanted.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn days(wanted: &NewBackfill) -> String {
    match (wanted.first, wanted.last) {
        (None, None) => "all days".to_owned(),
        (Some(first), None) => format!("from {first} on"),
        (None, Some(last)) => format!("until {last}"),
        (Some(first), Some(last)) => format!("{first} to {last}"),
    }
}

/// All backfills, and the form for one more.
pub fn page(
    all: &[Backfill],
    around: &Around,
    asked: &WantedForm,
    wrong: &Wrong,
    may_write: bool,
) -> Markup {
    html! {
        p { a href=(COLLECTION) { "← Data Collection" } }
        h1 { "Backfills" }
        p.muted { "A backfill puts fields, as they are live now, to conversations that ended before. What a person has answered stands." }
        @if may_write {
            article {
                header { h2 { "New backfill" } }
                (wrong.above(&[]))
                @if around.fields.is_empty() { p.muted { "No field was published yet." } } @else { (form(around, asked)) }
            }
        }
        @if all.is_empty() {
            (parts::empty("No backfills yet", html! { "Fields are answered about conversations that close after they were published." }))
        } @else {
            (parts::table("Backfills", html! {
                thead { tr { th scope="col" { "Begun" } th scope="col" { "Fields" } th scope="col" { "Ended" } th scope="col" { "State" } th.num scope="col" { "Done" } th.num scope="col" { "Cost" } th scope="col" { "By" } } }
                tbody {
                    @for one in all {
                        tr {
                            th scope="row" { a href={ (PATH) "/" (one.id) } { (parts::time(one.begun_at)) } }
                            td.wrap { (names(&one.wanted.field_ids, around)) }
                            td.nobr { (days(&one.wanted)) }
                            td { (badge(one.state)) }
                            td.num.nobr { (number(one.done)) " of " (number(one.total)) }
                            td.num { @if one.wanted.model { (cost(one.cost_micros)) } @else { "–" } }
                            td.wrap { (by(&one.begun_by, &around.team)) }
                        }
                    }
                }
            }))
        }
    }
}

fn badge(of: BackfillState) -> Markup {
    html! { span.badge.good[of == BackfillState::Finished].odd[of == BackfillState::Paused] { (state(of)) } }
}

fn form(around: &Around, asked: &WantedForm) -> Markup {
    html! {
        form method="post" action={ (PATH) "/estimate" } {
            fieldset {
                legend { "Fields" }
                @for (id, name) in &around.fields {
                    label { input type="checkbox" name="field" value=(id) checked[asked.field.contains(id)]; (name) }
                }
            }
            div.fields {
                label { "Ended from" input type="date" name="first" value=(asked.first); }
                label { "Ended until" input type="date" name="last" value=(asked.last); }
            }
            p.muted.small-text { "Leave a day out for all before or after." }
            @if around.has_model {
                label { input type="checkbox" name="model" value="yes" checked[!asked.model.is_empty()]; "The language model answers too, as it is set to (costs)" }
            }
            button { "Estimate" }
        }
    }
}

/// What it is likely to take, before it is begun.
pub fn estimate_page(form: &WantedForm, told: &BackfillEstimate, around: &Around) -> Markup {
    let estimate = &told.estimate;
    let shown = form.read().map(|wanted| days(&wanted)).unwrap_or_default();
    html! {
        p { a href=(PATH) { "← Backfills" } }
        h1 { "Estimate" }
        dl.facts {
            dt { "Fields" } dd { (names(&form.field, around)) }
            dt { "Ended" } dd { (shown) }
            dt { "Conversations" } dd { (number(estimate.conversations)) }
            @if form.model.is_empty() {
                dt { "Answered by" } dd { "the built-in classifier, at no cost" }
            } @else {
                dt { "Answered by" } dd { "the language model" }
                dt { "Requests" } dd { "about " (number(estimate.requests)) }
                dt { "Tokens" } dd { "about " (number(estimate.prompt_tokens)) " read, " (number(estimate.completion_tokens)) " written" }
                dt { "Cost" } dd { "about " (cost(estimate.cost_micros)) ", in the currency of the model's prices" }
            }
        }
        @if !form.model.is_empty() {
            p.muted.small-text { "By the latest " (parts::count(u64::from(told.sampled), "conversation")) ". A reply that has to be repaired costs a second request." }
        }
        @if estimate.conversations == 0 {
            p { "There is nothing to do: no conversation ended on these days." }
        } @else {
            form method="post" action=(PATH) .row {
                @for id in &form.field { (parts::hidden("field", id)) }
                (parts::hidden("first", &form.first))
                (parts::hidden("last", &form.last))
                (parts::hidden("model", &form.model))
                button { "Start" }
                a href=(PATH) { "Not now" }
            }
        }
    }
}

/// One backfill, which is looked at again by itself while it goes on.
pub fn watch_page(backfill: &Backfill, around: &Around, may_write: bool) -> Markup {
    html! {
        p { a href=(PATH) { "← Backfills" } }
        h1 { "Backfill of " (parts::time(backfill.begun_at)) }
        dl.facts {
            dt { "Fields" } dd { (names(&backfill.wanted.field_ids, around)) }
            dt { "Ended" } dd { (days(&backfill.wanted)) }
            dt { "Answered by" } dd { @if backfill.wanted.model { "the language model, as it is set to" } @else { "the built-in classifier" } }
            dt { "Begun by" } dd { (by(&backfill.begun_by, &around.team)) }
        }
        (figures(backfill, may_write))
    }
}

/// How far it is, and what can be done with it.
pub fn figures(backfill: &Backfill, may_write: bool) -> Markup {
    use BackfillState::{Paused, Running};
    let here = format!("{PATH}/{}", backfill.id);
    let goes_on = backfill.state == Running;
    let looked_at = backfill.done + backfill.failed;
    let poll = goes_on.then(|| format!("{here}/progress"));
    let shown = percent(looked_at.min(backfill.total), backfill.total);
    html! {
        section #progress hx-get=[poll] hx-trigger=[goes_on.then_some("every 2s")] hx-swap=[goes_on.then_some("outerHTML")] {
            p.row { (badge(backfill.state)) span role="status" { (number(looked_at)) " of " (number(backfill.total)) " conversations (" (shown) ")" } }
            progress value=(looked_at.min(backfill.total)) max=(backfill.total.max(1)) aria-label="Progress" {}
            dl.facts {
                dt { "Answered" } dd { (number(backfill.done)) }
                dt { "Given up" } dd { (number(backfill.failed)) }
                @if backfill.wanted.model { dt { "Cost so far" } dd { (cost(backfill.cost_micros)) } }
            }
            @if may_write && matches!(backfill.state, Running | Paused) {
                form method="post" action=(here) .row {
                    @if goes_on { button.secondary #pause name="action" value="pause" { "Pause" } }
                    @else { button #resume name="action" value="resume" { "Resume" } }
                    button.danger #cancel name="action" value="cancel" { "Cancel" }
                }
            }
            @if goes_on { noscript { p { a href=(here) { "Look again" } } } }
        }
    }
}
