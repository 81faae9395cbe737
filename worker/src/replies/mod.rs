//! The one port for replies: what answers a visitor while no person does.
//!
//! The rules that call a person hold for every answerer. The owner's bot and the language model are
//! asked where they are chosen; whatever becomes of them, the embedded answerer stands in, so that no
//! visitor waits longer than the time that they have.

pub mod clock;
mod draft;
mod model;
mod webhook;

use crate::config;
use crate::ledger::llm::Spent;
use crate::ledger::replies::Prepared;
use askwell::api::Answerer;
use askwell::conversation::Message;
use askwell::event::{EscalationReason, KbGapType};
use askwell::id::{ConversationId, WorkspaceId};
use askwell::knowledge::Known;
use askwell::reply::{self, Answer, Memory, Step, Tally, Waiting};
use askwell::time::UnixMillis;
pub use draft::Drafts;
use worker::Env;

/// Least time in which anybody is asked: what takes longer is not waited for, and was asked in vain.
const LEAST_MS: u32 = 500;

/// What is to be answered.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    /// The Worker's bindings.
    pub env: &'a Env,
    /// Where.
    pub workspace: &'a WorkspaceId,
    /// In which conversation.
    pub conversation_id: &'a ConversationId,
    /// The visitor's newest message.
    pub message: &'a Message,
    /// All that waits for an answer, it among them.
    pub unanswered: &'a [Message],
    /// What was said so far.
    pub transcript: &'a [Message],
    /// What waits, for the embedded answerer.
    pub waiting: Waiting<'a>,
    /// Settings, and what is known.
    pub prepared: &'a Prepared,
    /// When the visitor has waited as long as they may.
    pub until: UnixMillis,
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
    /// What no article answered, in the visitor's words, and what is lacking.
    pub gap: Option<(String, KbGapType)>,
    /// To be counted.
    pub tally: Tally,
    /// What the language model took for it, also where it is not the model's words that are said.
    pub spent: Spent,
}

/// Milliseconds that an answerer has from the oldest message that waits: after that the embedded one answers.
/// With the owner's bot the visitor has an answer within 5 s whatever happens.
pub fn patience_ms(answerer: Answerer) -> i64 {
    match answerer {
        Answerer::Embedded | Answerer::Webhook => 3_500,
        Answerer::Llm => 15_000,
    }
}

impl Task<'_> {
    /// Milliseconds that are left; none where that is too little to ask anybody.
    fn left_ms(&self) -> Option<u32> {
        let left = self.until.0.saturating_sub(config::now(self.env).0);
        u32::try_from(left).ok().filter(|left| *left >= LEAST_MS)
    }
}

/// Answers.
pub async fn make(task: Task<'_>) -> Made {
    let known = task.waiting.whole;
    let embedded = reply::together(&task.prepared.settings.rules, task.waiting);
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
    // A reply is as sure as the least sure of its articles.
    let generated = match &answer.step {
        Step::Say(said) => said.articles.iter().map(|found| found.confidence).reduce(f32::min),
        Step::Rest | Step::HandOver(_) => None,
    };
    let kind = if known.is_weak() { KbGapType::Weak } else { KbGapType::Missing };
    let gap = answer.gap.map(|question| (question, kind));
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
