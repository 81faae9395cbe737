//! The checking of a reply: nothing that the model says is taken on trust.

use super::{Usage, request};
use crate::classify::reading::cut;
use crate::classify::words::is_unspaced;
use crate::classify::{Answer, AnswerState, Evidence, Field, Method};
use crate::conversation::{Role, Turn};
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

impl Problem {
    /// Whether nothing was said at all, rather than something that cannot be used.
    pub(super) fn is_silence(self) -> bool {
        matches!(self, Self::Unreadable | Self::Missing)
    }
}

/// What a chat completion says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub content: String,
    pub usage: Usage,
}

/// Reads the body of a response: a chat completion, or what Workers AI gives, bare or in the envelope
/// of its REST interface.
pub(super) fn content(body: &str) -> Option<Reply> {
    let body: Json = serde_json::from_str(body).ok()?;
    let places = ["/choices/0/message/content", "/response", "/result/response"];
    let content = places.iter().find_map(|place| said(body.pointer(place)?))?;
    let count = |name: &str| {
        let at = |within: &str| body.pointer(&format!("{within}/usage/{name}"))?.as_u64();
        at("").or_else(|| at("/result")).unwrap_or(0)
    };
    let usage = Usage {
        prompt_tokens: count("prompt_tokens"),
        completion_tokens: count("completion_tokens"),
    };
    Some(Reply { content, usage })
}

/// The text of a content: a string, parts with text, or an object that was parsed already.
fn said(content: &Json) -> Option<String> {
    match content {
        Json::String(text) => Some(text.clone()),
        Json::Array(parts) => {
            Some(parts.iter().filter_map(|p| p.get("text").and_then(Json::as_str)).collect())
        }
        Json::Object(_) => Some(content.to_string()),
        _ => None,
    }
}

/// Opening braces of a reply that are tried.
const STARTS: usize = 64;

/// How the names of the elements begin in which models write down their thoughts before they answer.
const THOUGHTS: [&str; 4] = ["</think", "</thought", "</reasoning", "</scratchpad"];

/// Reads the object in a reply, also where the model has put words, thoughts or a code fence around it. What stands in
/// thoughts is a draft; elsewhere the last object with the most answers counts, and without any the first.
pub(super) fn parse(content: &str) -> Option<Json> {
    let content = behind_thoughts(content);
    let (mut found, mut most) = (None, 0);
    let mut from = 0;
    for _ in 0..STARTS {
        let Some(at) = content.get(from..).and_then(|rest| rest.find('{')).map(|i| from + i) else {
            break;
        };
        let mut values = serde_json::Deserializer::from_str(content.get(at..)?).into_iter::<Json>();
        match values.next() {
            Some(Ok(object)) => {
                from = at + values.byte_offset().max(1);
                let answers = object.as_object().map_or(0, |object| {
                    object.keys().filter(|key| key.starts_with("field_")).count()
                });
                if found.is_none() || answers > 0 && answers >= most {
                    (found, most) = (Some(object), answers);
                }
            }
            _ => from = at + 1,
        }
    }
    found
}

/// What follows the last thoughts; nothing where thoughts were cut off.
fn behind_thoughts(content: &str) -> &str {
    let ends = THOUGHTS.iter().filter_map(|end| content.rfind(end)).max();
    let rest = ends.and_then(|at| content.get(at..)).unwrap_or(content);
    let begun = THOUGHTS.iter().filter_map(|end| rest.find(&end.replace('/', ""))).min();
    match begun {
        // A reply may quote such a word from the transcript.
        Some(at) if !rest.get(..at).is_some_and(|before| before.contains('{')) => "",
        _ => rest,
    }
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
    let number;
    let text = match value {
        Json::Null => return Ok(None),
        Json::String(text) => text.trim(),
        Json::Number(n) => {
            number = n.to_string();
            &number
        }
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

/// The quotes, each found verbatim in the message that it names, or in another: models miscount, but a quote that is
/// nowhere is invented. A marker, which is shown like a message, is nobody's words and bears nothing out.
fn evidence(said: &Json, conversation: &[Turn]) -> Result<Vec<Evidence>, Problem> {
    let items = said.get("evidence").and_then(Json::as_array);
    let mut out = Vec::new();
    for item in items.into_iter().flatten().take(8) {
        let quote = item.get("quote").and_then(Json::as_str).unwrap_or_default().trim();
        if quote.is_empty() {
            continue;
        }
        let named = item.get("message").and_then(Json::as_u64);
        let named = named.and_then(|m| usize::try_from(m).ok());
        let is_marker = |turn: &Turn| turn.role == Role::System && turn.text.contains(quote);
        if named.and_then(|m| conversation.get(m)).is_some_and(is_marker) {
            continue;
        }
        let holds = |turn: &Turn| turn.role != Role::System && is_quoted(&turn.text, quote);
        let named = named.filter(|m| conversation.get(*m).is_some_and(holds));
        let message =
            named.or_else(|| conversation.iter().position(holds)).ok_or(Problem::Invented)?;
        out.push(Evidence { message, quote: cut(quote, 240).to_owned() });
    }
    Ok(out)
}

/// Letters of a quote that may begin and end within words.
const PIECE: usize = 4;

/// Whether a text has a quote. A short one must be whole words: one letter is in every message.
fn is_quoted(text: &str, quote: &str) -> bool {
    let is_piece = |at: usize| {
        let joins = |outer: Option<char>, inner: Option<char>| {
            let goes_on =
                |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c));
            goes_on(outer) && goes_on(inner)
        };
        let (before, after) = (text.get(..at), text.get(at + quote.len()..));
        joins(before.and_then(|b| b.chars().next_back()), quote.chars().next())
            || joins(after.and_then(|a| a.chars().next()), quote.chars().next_back())
    };
    let mut places = text.match_indices(quote);
    if quote.chars().count() >= PIECE {
        return places.next().is_some();
    }
    places.any(|(at, _)| !is_piece(at))
}
