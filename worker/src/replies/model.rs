//! The workspace's language model. It says what the published articles say, and names them; what names
//! none, or holds a figure that stands in none, is not said.

use super::{Made, Task, of};
use crate::config;
use crate::fault::{Fault, Outcome};
use crate::ledger::llm::Spent;
use crate::llm::Llm;
use askwell::Code;
use askwell::event::KbGapType;
use askwell::knowledge::Known;
use askwell::reply::{self, Answer, Said, Step, Tally, grounded};
use futures_util::future::{Either, select};
use std::pin::pin;
use std::time::Duration;
use worker::Delay;

/// Articles that a model is given.
const GIVEN: usize = 5;

/// Asks the model. `spent` gets what that takes, whatever comes of it; what a reply that never came has cost is
/// known to nobody.
///
/// # Errors
/// When it does not answer in time, or with anything else than it was asked for.
pub async fn ask(task: &Task<'_>, embedded: &Answer, spent: &mut Spent) -> Outcome<Made> {
    let known = task.waiting.whole;
    let answered = matches!(&embedded.step, Step::Say(said) if !said.articles.is_empty());
    let matter = embedded.gap.is_some() || answered;
    // A greeting needs no model, and where nothing was found there is nothing to say it from.
    let given = [known].into_iter().chain(&task.prepared.known);
    let given = Known::of_all(given, GIVEN).found;
    if !matter || given.is_empty() {
        return Ok(of(embedded.clone(), known));
    }
    let left =
        task.left_ms().ok_or_else(|| failed("there was no time left for the language model"))?;
    let endpoint = task.prepared.llm.as_ref();
    let endpoint = endpoint.ok_or_else(|| failed("no language model is set"))?;
    let fence = config::random()?;
    let (messages, schema) = grounded::request(task.transcript, &given, task.waiting.lang, &fence);
    let llm = Llm::new(task.env, endpoint);
    let said: Vec<&str> = task.unanswered.iter().map(|message| message.text.as_str()).collect();
    let question = &said.join("\n");
    let asked = llm.chat_streamed(&messages, Some(&schema), |so_far| {
        if let Some(drafts) = task.drafts {
            drafts.heard(so_far, &given, question);
        }
    });
    let limit = Delay::from(Duration::from_millis(left.into()));
    spent.asked = 1;
    let completion = match select(pin!(asked), limit).await {
        Either::Left((completion, _)) => completion?,
        Either::Right(_) => return Err(failed("the language model took too long")),
    };
    spent.cost_micros = completion.cost_micros;
    let read = grounded::read(&completion.text, &given, question);
    let Some(read) = read else {
        return Err(failed("the language model did not answer as it was asked to"));
    };
    let Some((text, article)) = read else {
        // It says that the articles do not answer: then nothing does.
        let rules = &task.prepared.settings.rules;
        let nothing = Known::default();
        let messages: Vec<_> = task
            .waiting
            .messages
            .iter()
            .map(|message| reply::Message { known: &nothing, ..*message })
            .collect();
        let waiting = reply::Waiting { messages: &messages, whole: &nothing, ..task.waiting };
        let mut made = of(reply::together(rules, waiting), known);
        made.gap = made.gap.map(|(question, _)| (question, KbGapType::Weak));
        made.tally.model_not_understood = 1;
        made.tally.model_escalations = u32::from(matches!(made.step, Step::HandOver(_)));
        return Ok(made);
    };
    let memory = reply::Memory { greeted: true, ..Default::default() };
    let generated = Some(article.confidence.max(0.5));
    let step = Step::Say(Said { text, articles: vec![article] });
    let tally = Tally { model_replies: 1, ..Tally::default() };
    let spent = Spent::default();
    Ok(Made { step, farewell: None, memory, generated, gap: None, tally, spent })
}

fn failed(why: &str) -> Fault {
    Fault::refused(Code::BadGateway, why)
}
