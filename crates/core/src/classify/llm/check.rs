//! The checking of a reply: nothing that the model says is taken on trust.

use super::{Usage, request};
use crate::classify::reading::cut;
use crate::classify::{Answer, AnswerState, Evidence, Field, Method};
use crate::conversation::Turn;
use serde_json::Value as Json;

/// What is wrong with the answer to one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    /// The reply is no JSON object.
    Unreadable,
    /// The field is not in it.
    Missing,
    /// The value is none of the field's.
    NotListed,
    /// A quote is not in the transcript.
    Invented,
    /// Null for a required field.
    NullOfRequired,
}

/// What a chat completion says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub content: String,
    pub usage: Usage,
}

/// Reads the body of a chat completion response.
pub(super) fn content(body: &str) -> Option<Reply> {
    let body: Json = serde_json::from_str(body).ok()?;
    let content = body.pointer("/choices/0/message/content")?.as_str()?.to_owned();
    let count = |path: &str| body.pointer(path).and_then(Json::as_u64).unwrap_or(0);
    let usage = Usage {
        prompt_tokens: count("/usage/prompt_tokens"),
        completion_tokens: count("/usage/completion_tokens"),
    };
    Some(Reply { content, usage })
}

/// Reads the object in a reply, also where the model has put words or a code fence around it.
pub(super) fn parse(content: &str) -> Option<Json> {
    let object = content.get(content.find('{')?..=content.rfind('}')?)?;
    serde_json::from_str::<Json>(object).ok().filter(Json::is_object)
}

/// Checks the answer to one field.
pub(super) fn field(
    reply: &Json,
    index: usize,
    field: &Field,
    conversation: &[Turn],
) -> Result<Answer, Problem> {
    let said = reply.get(request::key(index)).ok_or(Problem::Missing)?;
    // Small models answer with the bare value.
    let value = if said.is_object() { said.get("value").ok_or(Problem::Missing)? } else { said };
    let answer = listed(value, field)?;
    if answer.is_none() && !field.optional {
        return Err(Problem::NullOfRequired);
    }
    let evidence = match &answer {
        Some(_) => evidence(said, conversation)?,
        None => Vec::new(),
    };
    let confidence = said.get("confidence").and_then(Json::as_f64).unwrap_or(0.5);
    let confidence = if confidence.is_finite() { confidence.clamp(0.0, 1.0) as f32 } else { 0.5 };
    let state = if answer.is_some() { AnswerState::Value } else { AnswerState::Null };
    Ok(Answer { answer, state, confidence, evidence, method: Method::Llm })
}

/// The field's value that the model means, or that it means none.
fn listed(value: &Json, field: &Field) -> Result<Option<String>, Problem> {
    let text = match value {
        Json::Null => return Ok(None),
        Json::String(text) => text.trim(),
        Json::Bool(true) => "yes",
        Json::Bool(false) => "no",
        _ => return Err(Problem::NotListed),
    };
    let names = || field.possible_values.iter().map(crate::classify::Value::name);
    if let Some(name) = names().find(|n| *n == text) {
        return Ok(Some(name.to_owned()));
    }
    let plain = |t: &str| t.trim().trim_matches(['"', '\'', '“', '”', '.']).to_lowercase();
    let mut alike = names().filter(|n| plain(n) == plain(text));
    match (alike.next(), alike.next()) {
        (Some(name), None) => Ok(Some(name.to_owned())),
        _ if is_null(&plain(text)) => Ok(None),
        _ => Err(Problem::NotListed),
    }
}

/// Words that models write for null.
fn is_null(text: &str) -> bool {
    matches!(text, "" | "null" | "n/a" | "na" | "none" | "nil" | "not applicable" | "-")
}

/// The quotes, each found in the message that it names.
fn evidence(said: &Json, conversation: &[Turn]) -> Result<Vec<Evidence>, Problem> {
    let items = said.get("evidence").and_then(Json::as_array);
    let mut out = Vec::new();
    for item in items.into_iter().flatten().take(8) {
        let quote = item.get("quote").and_then(Json::as_str).unwrap_or_default().trim();
        if quote.is_empty() {
            continue;
        }
        let message = item.get("message").and_then(Json::as_u64);
        let message = message.and_then(|m| usize::try_from(m).ok()).ok_or(Problem::Invented)?;
        let turn = conversation.get(message).ok_or(Problem::Invented)?;
        if !turn.text.contains(quote) {
            return Err(Problem::Invented);
        }
        out.push(Evidence { message, quote: cut(quote, 240).to_owned() });
    }
    Ok(out)
}
