//! The owner's own bot. It is asked as Standard Webhooks describe (standardwebhooks.com, 1.0), and signs
//! its answer in the same way with the same secret: only who knows it can speak in the owner's name.

use super::{Made, Task};
use crate::auth::same;
use crate::config;
use crate::delivery::{is_timely, signature};
use crate::fault::{Fault, Outcome};
use crate::ledger::llm::Spent;
use askwell::Code;
use askwell::conversation::{MAX_MESSAGE_BYTES, Role};
use askwell::event::EscalationReason;
use askwell::input;
use askwell::reply::{Memory, Said, Step, Tally};
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::json;
use worker::{
    AbortSignal, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response,
};

/// Longest answer that is read.
const ANSWER_BYTES: usize = 64 * 1024;
/// Newest messages that the bot is shown.
const SHOWN: usize = 50;

/// What the bot answers. All of it may be left out: then there is nothing to say.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct BotAnswer {
    /// What to say.
    text: Option<String>,
    /// Whether to call a person.
    handoff: bool,
}

/// Asks the bot.
///
/// # Errors
/// When it does not answer in time, or with anything that is not signed and well formed.
pub async fn ask(task: &Task<'_>) -> Outcome<Made> {
    let left =
        task.left_ms().ok_or_else(|| failed("was not asked: the visitor has waited too long"))?;
    let webhook = task.prepared.settings.webhook.as_ref().ok_or_else(|| failed("is not set"))?;
    let id = format!("{}.{}", task.conversation_id, task.message.id);
    let body = body(task).to_string();
    let timestamp = config::now(task.env).secs().to_string();
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    headers.set("webhook-id", &id)?;
    headers.set("webhook-timestamp", &timestamp)?;
    headers.set("webhook-signature", &signature(&webhook.secret, &id, &timestamp, &body)?)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_headers(headers).with_body(Some(body.into()));
    init.with_redirect(RequestRedirect::Manual);
    let request = Request::new_with_init(&webhook.url, &init)?;
    let signal = AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(left));
    let mut response = Fetch::Request(request)
        .send_with_signal(&signal)
        .await
        .map_err(|_| failed("did not answer in time, or could not be reached"))?;
    match response.status_code() {
        204 => return Ok(made(BotAnswer::default(), task)),
        200 => {}
        status => return Err(failed(&format!("answered {status}"))),
    }
    let header = |name: &str| response.headers().get(name).ok().flatten().unwrap_or_default();
    let (own_id, own_time) = (header("webhook-id"), header("webhook-timestamp"));
    let signatures = header("webhook-signature");
    let text = read(&mut response).await?;
    if own_id != id {
        return Err(failed("answered under another `webhook-id` than it was asked under"));
    }
    if !is_timely(&own_time, config::now(task.env)) {
        return Err(failed("answered with a `webhook-timestamp` that is not of now"));
    }
    let wanted = signature(&webhook.secret, &own_id, &own_time, &text)?;
    if !signatures.split(' ').any(|signature| same(signature, &wanted)) {
        return Err(failed("answered without a signature that fits"));
    }
    Ok(made(answer(&text)?, task))
}

fn answer(text: &str) -> Outcome<BotAnswer> {
    input::object(text.as_bytes()).map_err(|_| failed("answered with something else than asked"))
}

fn body(task: &Task<'_>) -> serde_json::Value {
    let from = task.transcript.len().saturating_sub(SHOWN);
    let said = |message: &&askwell::conversation::Message| message.role != Role::System;
    let transcript: Vec<_> = task
        .transcript
        .iter()
        .skip(from)
        .filter(said)
        .map(|message| json!({"id": message.id, "role": message.role, "text": message.text, "at": message.at}))
        .collect();
    json!({
        "type": "reply.wanted",
        "workspace_id": task.workspace,
        "conversation_id": task.conversation_id,
        "lang": task.waiting.lang,
        "unanswered": task.unanswered.iter().map(|message| &message.id).collect::<Vec<_>>(),
        "message": {"id": task.message.id, "text": task.message.text, "at": task.message.at},
        "transcript": transcript,
    })
}

fn made(answer: BotAnswer, task: &Task<'_>) -> Made {
    let text = answer.text.filter(|text| !text.trim().is_empty());
    let text = text.map(|text| askwell::knowledge::excerpt(&text, MAX_MESSAGE_BYTES).to_owned());
    let generated = text.is_some().then_some(1.0);
    let memory = Memory { greeted: true, ..task.waiting.memory };
    let (step, farewell) = match (answer.handoff, text) {
        (true, farewell) => (Step::HandOver(EscalationReason::Policy), farewell),
        (false, Some(text)) => (Step::Say(Said { text, articles: Vec::new() }), None),
        (false, None) => (Step::Rest, None),
    };
    let (tally, spent) = (Tally::default(), Spent::default());
    Made { step, farewell, memory, generated, gap: None, tally, spent }
}

async fn read(response: &mut Response) -> Outcome<String> {
    let mut stream = response.stream()?;
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| failed("did not finish its answer in time"))?);
        if bytes.len() > ANSWER_BYTES {
            return Err(failed("answered with more than 64 kB"));
        }
    }
    String::from_utf8(bytes).map_err(|_| failed("answered with something that is no text"))
}

fn failed(why: &str) -> Fault {
    Fault::refused(Code::BadGateway, format!("the owner's bot {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_an_object_of_what_was_asked() {
        assert_eq!(answer(r#"{"text": "Yes."}"#).unwrap().text.as_deref(), Some("Yes."));
        assert!(answer(r#"{"handoff": true}"#).unwrap().handoff);
        assert_eq!(answer("{}").unwrap().text, None);
        for other in
            ["[]", r#"["Hello"]"#, r#"["Hello", true]"#, "null", "\"Hello\"", r#"{"say": "x"}"#, ""]
        {
            assert!(answer(other).is_err(), "{other}");
        }
    }
}
