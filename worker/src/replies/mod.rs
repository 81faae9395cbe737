//! The one port for replies: what answers a visitor while no person does.
//!
//! The rules that call a person hold for every answerer. The owner's bot and the language model are
//! asked where they are chosen; whatever becomes of them, the embedded answerer stands in, so that no
//! visitor waits longer than the time that they have.

pub mod clock;
mod draft;
mod model;
mod webhook;

use crate::ledger::llm::Spent;
use crate::ledger::replies::Prepared;
use askwell::api::Answerer;
use askwell::conversation::Message;
use askwell::event::{EscalationReason, KbGapType};
use askwell::id::{ConversationId, WorkspaceId};
use askwell::knowledge::Known;
use askwell::reply::{self, Answer, Memory, Step, Tally, Turn};
pub use draft::Drafts;
use worker::Env;

/// What is to be answered.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    /// The Worker's bindings.
    pub env: &'a Env,
    /// Where.
    pub workspace: &'a WorkspaceId,
    /// In which conversation.
    pub conversation_id: &'a ConversationId,
    /// The visitor's message.
    pub message: &'a Message,
    /// What was said before it, and it.
    pub transcript: &'a [Message],
    /// The same for the embedded answerer.
    pub turn: Turn<'a>,
    /// Settings, and what is known.
    pub prepared: &'a Prepared,
    /// Who is shown a reply while it is being written; nobody where there is none.
    pub drafts: Option<&'a Drafts<'a>>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// What to do.
    pub step: Step,
    /// What is said before a person is called, in place of the usual words.
    pub farewell: Option<String>,
    /// To be remembered.
    pub memory: Memory,
    /// How sure a drafted reply is; none where there is none.
    pub generated: Option<f32>,
    /// What no article answered.
    pub gap: Option<KbGapType>,
    /// To be counted.
    pub tally: Tally,
    /// What the language model took for it, also where it is not the model's words that are said.
    pub spent: Spent,
}

/// Answers.
pub async fn make(task: Task<'_>) -> Made {
    let known = &task.prepared.known;
    let embedded = reply::answer(&task.prepared.settings.rules, task.turn, known);
    // What calls a person is the owner's rules' and not an answerer's.
    if matches!(embedded.step, Step::HandOver(reason) if reason != EscalationReason::KbGap) {
        return of(embedded, known);
    }
    match task.prepared.settings.answerer {
        Answerer::Embedded => of(embedded, known),
        Answerer::Webhook => match webhook::ask(&task).await {
            Ok(made) => made,
            Err(fault) => {
                fault.log("reply webhook");
                of(embedded, known)
            }
        },
        Answerer::Llm => {
            let mut spent = Spent::default();
            let made = match model::ask(&task, &embedded, &mut spent).await {
                Ok(made) => made,
                Err(fault) => {
                    fault.log("reply model");
                    spent.failed = spent.asked;
                    let mut made = of(embedded, known);
                    made.tally.model_errors = 1;
                    made.tally.model_fallbacks = u32::from(matches!(made.step, Step::Say(_)));
                    made
                }
            };
            Made { spent, ..made }
        }
    }
}

/// What the embedded answerer made, as it is noted.
fn of(answer: Answer, known: &Known) -> Made {
    let generated = match &answer.step {
        Step::Say(said) => said.article.as_ref().map(|found| found.confidence),
        Step::Rest | Step::HandOver(_) => None,
    };
    let kind = if known.is_weak() { KbGapType::Weak } else { KbGapType::Missing };
    let gap = answer.gap.then_some(kind);
    let tally = Tally { not_understood: gap.is_some().into(), ..Tally::default() };
    Made {
        step: answer.step,
        farewell: None,
        memory: answer.memory,
        generated,
        gap,
        tally,
        spent: Spent::default(),
    }
}
