//! The answers about a conversation: the model's beside a person's, putting them right, answering anew; and
//! why something was asked of the visitor, or was not.

use super::collection::cost;
use super::customer_page::by;
use super::parts;
use super::trial::none;
use super::{Page, Visit};
use crate::conversation::calls::Decisions;
use crate::fault::{Fault, Outcome};
use crate::ledger::{asks, drafts, llm, reviews};
use crate::rpc;
use askwell::Code;
use askwell::access::Scope;
use askwell::api::{ConversationDecisions, ModelRun, ReviewedAnswer, ReviewedAnswers};

use askwell::classify::{Answer, AnswerState, Field, Method};
use askwell::event::ConfidenceBand;
use askwell::id::ConversationId;
use askwell::prompt::Arm;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;
use worker::Response;

const ID: &str = "conversation_id";
const WRITE: Scope = Scope::ConversationsWrite;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::post("/app/conversations/{conversation_id}/answer", WRITE, |visit| {
        Box::pin(review(visit))
    }),
    Page::post("/app/conversations/{conversation_id}/withdraw", WRITE, |visit| {
        Box::pin(withdraw(visit))
    }),
    Page::post("/app/conversations/{conversation_id}/classify", WRITE, |visit| {
        Box::pin(classify(visit))
    }),
];

fn here(id: &ConversationId) -> String {
    format!("/app/conversations/{id}")
}

/// What the page of a conversation shows of its answers.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// All answers, what was asked of the model, what waits.
    pub reviewed: ReviewedAnswers,
    /// The questions as they are put now, by id: what a person may answer. Empty for whoever may not.
    pub fields: BTreeMap<String, Field>,
    /// Whether there is a language model.
    pub has_model: bool,
    /// What was asked of the visitor and what was not.
    pub decisions: ConversationDecisions,
    /// Whether it was classified.
    pub classified: bool,
}

impl Shown {
    /// Whether answers are on their way.
    pub fn waits(&self) -> bool {
        self.reviewed.asking.iter().any(|ask| !ask.failed)
    }
}

/// Asks for all of it; `revision` is that of the conversation's newest closing.
///
/// # Errors
/// When the ledger or the conversation cannot be asked.
pub async fn load(visit: &Visit, id: &ConversationId, revision: u32) -> Outcome<Shown> {
    let object = rpc::conversation(&visit.env, &visit.principal.workspace, id)?;
    let decisions = rpc::call(&object, &Decisions { by: visit.principal.clone() }).await?;
    if revision == 0 {
        return Ok(Shown { decisions, ..Shown::default() });
    }
    let answers = reviews::Answers { conversation_id: id.clone() };
    let reviewed = visit.call(&answers).await?;
    let (mut fields, mut has_model) = (BTreeMap::new(), false);
    if visit.may(WRITE) {
        let (_, list) = visit.call(&drafts::List).await?;
        let live = |detail: askwell::api::FieldDetail| Some((detail.id, detail.live?.field));
        fields = list.fields.into_iter().filter_map(live).collect();
        has_model = visit.call(&llm::Get).await?.is_some();
    }
    Ok(Shown { reviewed, fields, has_model, decisions, classified: true })
}

/// An answer as the form has it: `=` before a value, `null` for that there is none.
#[derive(Deserialize)]
struct ReviewForm {
    field: String,
    answer: String,
}

async fn review(mut visit: Visit) -> Outcome<Response> {
    let conversation_id: ConversationId = visit.parameter(ID)?;
    let ReviewForm { field, answer } = visit.form().await?;
    let answer = match (answer.strip_prefix('='), answer.as_str()) {
        (Some(value), _) => Some(value.to_owned()),
        (None, "null") => None,
        _ => return Err(Fault::refused(Code::InvalidField, "Choose what the answer is.")),
    };
    let back = format!("{}#answer-{field}", here(&conversation_id));
    let by = visit.by();
    visit.call(&reviews::Review { conversation_id, field_id: field, answer, by }).await?;
    visit.done(&back, "Your answer stands, and is kept beside the model's.")
}

#[derive(Deserialize)]
struct WithdrawForm {
    field: String,
}

async fn withdraw(mut visit: Visit) -> Outcome<Response> {
    let conversation_id: ConversationId = visit.parameter(ID)?;
    let WithdrawForm { field } = visit.form().await?;
    let back = format!("{}#answer-{field}", here(&conversation_id));
    visit.call(&reviews::Withdraw { conversation_id, field_id: field }).await?;
    visit.done(&back, "Taken back: the model's answer stands again.")
}

#[derive(Deserialize)]
struct ClassifyForm {
    #[serde(default)]
    model: String,
}

async fn classify(mut visit: Visit) -> Outcome<Response> {
    let conversation_id: ConversationId = visit.parameter(ID)?;
    let ClassifyForm { model } = visit.form().await?;
    let back = here(&conversation_id);
    visit.call(&asks::Again { conversation_id, by_model: !model.is_empty() }).await?;
    visit.done(&back, "The fields are put to the conversation anew. What a person answered stands.")
}

/// All answers.
pub fn answers(
    id: &ConversationId,
    shown: &Shown,
    team: &BTreeMap<String, String>,
    may_write: bool,
) -> Markup {
    let waits = shown.waits();
    let poll = waits.then(|| here(id));
    html! {
        article #answers hx-get=[poll] hx-trigger=[waits.then_some("every 2s")] hx-select=[waits.then_some("#answers")] hx-swap=[waits.then_some("outerHTML")] {
            header { h2 { "Answers" } }
            @if shown.reviewed.answers.is_empty() { p.muted { "None yet: the questions are answered when the conversation has ended." } }
            @for answer in &shown.reviewed.answers {
                (one(id, answer, shown.fields.get(&answer.field_id).filter(|_| may_write), team))
            }
            @for ask in &shown.reviewed.asking {
                @if ask.failed {
                    p.flash.bad role="status" { "Answering anew was given up: " (ask.error.as_deref().unwrap_or("it failed")) }
                } @else {
                    p role="status" { span.badge.odd { "being answered anew" } noscript { " " a href=(here(id)) { "Look again" } } }
                }
            }
            @if may_write && shown.classified {
                form method="post" action={ (here(id)) "/classify" } .row.again {
                    button.secondary.small { "Re-classify" }
                    @if shown.has_model {
                        label.small-text { input type="checkbox" name="model" value="yes"; "by the language model too (costs)" }
                    }
                }
            }
            (runs(&shown.reviewed.model_runs))
        }
    }
}

fn one(
    id: &ConversationId,
    answer: &ReviewedAnswer,
    field: Option<&Field>,
    team: &BTreeMap<String, String>,
) -> Markup {
    html! {
        div.answer #{ "answer-" (answer.field_id) } data-evidence=(answer.field_id) tabindex="0" {
            strong { (answer.field_name) ": " }
            (value(answer.standing.answer.as_deref(), answer.standing.state))
            @if answer.doubtful && answer.human.is_none() { " " span.badge.odd { "in doubt" } }
            @if let Some(human) = &answer.human {
                p.small-text { "Set by " (by(&human.by, team)) ", " (parts::time(human.at)) }
            }
            @if let Some(model) = &answer.model {
                p.muted.small-text {
                    @if answer.human.is_some() { (method(model.method)) " said: " (value(model.answer.as_deref(), model.state)) }
                    @else { (method(model.method)) }
                    (sure(model, answer.band))
                    @for evidence in &model.evidence {
                        ". “" a href={ "#m" (evidence.message) } { (evidence.quote) } "”"
                    }
                }
            }
            @if let Some(field) = field { (correct(id, answer, field)) }
        }
    }
}

fn value(value: Option<&str>, state: AnswerState) -> Markup {
    html! {
        @match (value, state) {
            (Some(value), AnswerState::Value) => { (value) }
            (_, state) => { span.muted { (none(state)) } }
        }
    }
}

fn sure(answer: &Answer, band: Option<ConfidenceBand>) -> Markup {
    let judged = matches!(answer.method, Method::Embedded | Method::Llm);
    html! {
        @if judged && answer.state == AnswerState::Value {
            ", " (format!("{:.0} %", answer.confidence * 100.0)) " sure"
            @match band {
                Some(ConfidenceBand::Low) => { " (low)" }
                Some(ConfidenceBand::Medium) => { " (medium)" }
                Some(ConfidenceBand::High) => { " (high)" }
                None => {}
            }
        }
    }
}

const fn method(method: Method) -> &'static str {
    match method {
        Method::Exact => "Computed",
        Method::Embedded => "Built-in classifier",
        Method::Llm => "Language model",
        Method::Human => "Set by a person",
    }
}

fn correct(id: &ConversationId, answer: &ReviewedAnswer, field: &Field) -> Markup {
    let standing = answer.standing.answer.as_deref();
    let is_null = standing.is_none() && answer.standing.state == AnswerState::Null;
    html! {
        details {
            summary.small-text { @if answer.human.is_some() { "Change" } @else { "Confirm or put right" } span.vh { ": " (answer.field_name) } }
            form method="post" action={ (here(id)) "/answer" } .row {
                (parts::hidden("field", &answer.field_id))
                select name="answer" aria-label={ "Answer to " (answer.field_name) } {
                    @for value in &field.possible_values {
                        option value={ "=" (value.name()) } selected[standing == Some(value.name())] { (value.name()) }
                    }
                    @if field.optional { option value="null" selected[is_null] { "No answer (null)" } }
                }
                button.small { "Set" }
            }
            @if answer.human.is_some() {
                form method="post" action={ (here(id)) "/withdraw" } .row {
                    (parts::hidden("field", &answer.field_id))
                    button.secondary.small { "Take back" span.vh { " the answer to " (answer.field_name) } }
                }
            }
        }
    }
}

fn runs(runs: &[ModelRun]) -> Markup {
    html! {
        @if !runs.is_empty() {
            details {
                summary.small-text { "Asked of the language model (" (runs.len()) ")" }
                (parts::table("Asked of the language model", html! {
                    thead { tr { th scope="col" { "When" } th scope="col" { "Model" } th.num scope="col" { "Fields" } th.num scope="col" { "Failed" } th.num scope="col" { "Tokens" } th.num scope="col" { "Cost" } th scope="col" { "Remarks" } } }
                    tbody {
                        @for run in runs {
                            tr {
                                td { (parts::time(run.at)) }
                                td.wrap { (run.model) }
                                td.num { (run.fields) }
                                td.num { (run.failed) }
                                td.num { (parts::number(run.prompt_tokens + run.completion_tokens)) }
                                td.num { (cost(run.cost_micros)) }
                                td.wrap {
                                    @if run.injection_suspected { "The text tries to steer its classification. " }
                                    @if let Some(error) = &run.error { (error) }
                                }
                            }
                        }
                    }
                }))
            }
        }
    }
}

/// What was asked of the visitor, and what was held back, with why.
pub fn decisions(shown: &ConversationDecisions) -> Markup {
    html! {
        article {
            header { h2 { "Asking" } }
            @match shown.arm {
                None => { p.muted { "Asking was off when the conversation began." } }
                Some(Arm::HeldOut) => { p.muted { "This visitor is of the group that is asked nothing, to compare with." } }
                Some(Arm::Asked) => {}
            }
            @if shown.arm.is_some() && shown.decisions.is_empty() { p.muted { "Nothing was to be decided yet." } }
            @if !shown.decisions.is_empty() {
                ul.plain {
                    @for decision in &shown.decisions {
                        @let held = decision.field.is_none();
                        li.small-text {
                            span.badge.good[!held].odd[held] {
                                @if held { "held" } @else if decision.code.starts_with("confirmed") { "asked to confirm" } @else { "asked" }
                                @if let Some(kind) = decision.field { ": " (parts::kind(kind)) }
                            }
                            " " (decision.reason.split_once(": ").map_or(decision.reason.as_str(), |(_, why)| why)) ", "
                            a href={ "#m" (decision.seq) } { "at message " (decision.seq + 1) }
                        }
                    }
                }
            }
        }
    }
}
