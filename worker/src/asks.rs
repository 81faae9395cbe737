//! The consumer of asks: take → answer → hand in. Whatever fails for now is repeated by the queue, with
//! pauses that grow; after the last repeat the dead-letter queue has it noted as failed.

use crate::fault::{Fault, Outcome};
use crate::ledger::asks::{AskNotice, Asked, Done, GiveUp, Missed, Take, Taken};
use crate::llm::{Llm, LlmError};
use crate::opinion::{self, Failed, Second};
use crate::{alarm, config, queue, rpc};
use askwell::Code;
use serde::de::IgnoredAny;
use worker::{Env, MessageBatch};

/// Asks that are answered at the same time: an invocation may wait for six connections.
const AT_ONCE: usize = 4;
/// Longest pause before the queue repeats an ask: 15 min.
const RETRY_MOST_MS: i64 = 15 * 60 * 1000;

/// Answers a batch of asks.
pub async fn consume(batch: &MessageBatch<IgnoredAny>, env: &Env) {
    queue::each(batch, env, AT_ONCE, async |notice, id| answer(&notice, &id, env).await).await;
}

/// Notes what the queue of asks gave up on.
pub async fn bury(batch: &MessageBatch<IgnoredAny>, env: &Env) {
    queue::each(batch, env, 1, async |notice: AskNotice, _| {
        let ledger = rpc::ledger(env, &notice.workspace)?;
        rpc::call(&ledger, &GiveUp { ask: notice.ask.clone() }).await?;
        queue::note(env, &notice.workspace, batch.queue(), notice.ask).await
    })
    .await;
}

async fn answer(notice: &AskNotice, holder: &str, env: &Env) -> Outcome<()> {
    let ledger = rpc::ledger(env, &notice.workspace)?;
    let take = Take { ask: notice.ask.clone(), holder: holder.to_owned() };
    let Some(taken) = rpc::call(&ledger, &take).await? else { return Ok(()) };
    let second = Second::of(&taken.turns, &taken.fields, taken.endpoint.as_ref());
    let (answers, run) = match &taken.endpoint {
        Some(endpoint) if !second.wanted.is_empty() => {
            let model = Llm::new(env, endpoint);
            let asked = |usage| Asked::begun(endpoint, second.ids(), usage);
            match opinion::ask(&model, endpoint, &taken.turns, &second.questions()).await {
                Ok(verdict) => {
                    let mut asked = asked(verdict.usage);
                    asked.run.injection_suspected = verdict.injection_suspected;
                    let (answers, failed) = second.with(&verdict, endpoint.embedded_meanwhile);
                    asked.failed = failed;
                    (answers, Some(asked))
                }
                Err(Failed { error, usage }) if error.is_transient() => {
                    let mut asked = asked(usage);
                    asked.run.error = Some(error.to_string());
                    asked.run.failed = asked.run.fields;
                    rpc::call(&ledger, &Missed { ask: notice.ask.clone(), asked }).await?;
                    return Err(later(error, &taken, env));
                }
                Err(Failed { error, usage }) => {
                    let mut asked = asked(usage);
                    asked.run.error = Some(error.to_string());
                    asked.failed.clone_from(&asked.fields);
                    (second.without(endpoint.embedded_meanwhile), Some(asked))
                }
            }
        }
        _ => (second.embedded(), None),
    };
    let run = run.map(|mut asked| {
        asked.run.failed = u32::try_from(asked.failed.len()).unwrap_or(u32::MAX);
        asked
    });
    let done = Done { ask: notice.ask.clone(), revision: taken.revision, answers, run };
    rpc::call(&ledger, &done).await
}

/// When the model is to be asked again: when it says, or after a pause that grows.
fn later(error: LlmError, taken: &Taken, env: &Env) -> Fault {
    let said = match error {
        LlmError::Busy { retry_after_s, .. } => retry_after_s,
        _ => None,
    };
    let pause = alarm::pause(config::llm_retry_ms(env), taken.attempts, RETRY_MOST_MS) / 1000;
    let seconds = said.unwrap_or(0).max(u32::try_from(pause).unwrap_or(0));
    Fault::Later { error: askwell::Error::new(Code::BadGateway, error.to_string()), seconds }
}
