//! The workspace's language model. It says what the published articles say, and names them; what names
//! none, or holds a figure that stands in none, is not said.

use super::{Made, Task, of};
use crate::config;
use crate::fault::{Fault, Outcome};
use crate::ledger::llm::Spent;
use crate::llm::Llm;
use askwell::Code;
use askwell::reply::{Answer, Said, Step, Tally, grounded};
use futures_util::future::{Either, select};
use std::pin::pin;
use std::time::Duration;
use worker::Delay;

/// Longest that a visitor waits for a model before the embedded answerer stands in.
const TIMEOUT_S: u64 = 15;

/// Asks the model. `spent` gets what that takes, whatever comes of it; what a reply that never came has cost is
/// known to nobody.
///
/// # Errors
/// When it does not answer in time, or with anything else than it was asked for.
pub async fn ask(task: &Task<'_>, embedded: &Answer, spent: &mut Spent) -> Outcome<Made> {
    let known = &task.prepared.known;
    let matter =
        embedded.gap || matches!(&embedded.step, Step::Say(said) if said.article.is_some());
    // A greeting needs no model, and where nothing was found there is nothing to say it from.
    if !matter || known.found.is_empty() {
        return Ok(of(embedded.clone(), known));
    }
    let endpoint = task.prepared.llm.as_ref();
    let endpoint = endpoint.ok_or_else(|| failed("no language model is set"))?;
    let fence = config::random()?;
    let (messages, schema) =
        grounded::request(task.transcript, &known.found, task.turn.lang, &fence);
    let llm = Llm::new(task.env, endpoint);
    let question = &task.message.text;
    let asked = llm.chat_streamed(&messages, Some(&schema), |so_far| {
        if let Some(drafts) = task.drafts {
            drafts.heard(so_far, &known.found, question);
        }
    });
    let limit = Delay::from(Duration::from_secs(TIMEOUT_S));
    spent.asked = 1;
    let completion = match select(pin!(asked), limit).await {
        Either::Left((completion, _)) => completion?,
        Either::Right(_) => return Err(failed("the language model took too long")),
    };
    spent.cost_micros = completion.cost_micros;
    let read = grounded::read(&completion.text, &known.found, question);
    let Some(read) = read else {
        return Err(failed("the language model did not answer as it was asked to"));
    };
    let Some((text, article)) = read else {
        // It says that the articles do not answer: then nothing does.
        let rules = &task.prepared.settings.rules;
        let nothing = askwell::knowledge::Known::default();
        let mut made = of(askwell::reply::answer(rules, task.turn, &nothing), known);
        made.gap = made.gap.map(|_| askwell::event::KbGapType::Weak);
        made.tally.model_not_understood = 1;
        made.tally.model_escalations = u32::from(matches!(made.step, Step::HandOver(_)));
        return Ok(made);
    };
    let memory = askwell::reply::Memory { greeted: true, ..Default::default() };
    let generated = Some(article.confidence.max(0.5));
    let step = Step::Say(Said { text, article: Some(article) });
    let tally = Tally { model_replies: 1, ..Tally::default() };
    let spent = Spent::default();
    Ok(Made { step, farewell: None, memory, generated, gap: None, tally, spent })
}

fn failed(why: &str) -> Fault {
    Fault::refused(Code::BadGateway, why)
}
