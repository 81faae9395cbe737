//! One question to a language model and its reply, in either dialect; for whoever asks something else
//! than how to classify.

use super::{Dialect, Usage, check, request};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// Who says a message of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// The rules. What others wrote never stands here.
    System,
    /// What is asked, and the data that it is asked about.
    User,
    /// What the model said before.
    Assistant,
}

/// A message of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// Who says it.
    pub role: Speaker,
    /// What.
    pub content: String,
}

impl ChatMessage {
    /// A message.
    pub fn new(role: Speaker, content: impl Into<String>) -> Self {
        Self { role, content: content.into() }
    }
}

/// The JSON schema that a reply must match.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// What the endpoint calls it: 1 to 64 of `a-z A-Z 0-9 _ -`.
    pub name: String,
    /// The schema; for strict endpoints every property is required and no other is allowed.
    pub schema: Json,
}

/// What a reply says, and what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The text; JSON where a schema was sent, though not every endpoint keeps to it.
    pub text: String,
    /// Tokens that the endpoint counted; zero where it counts none.
    pub usage: Usage,
}

/// The body of a chat completion request.
pub fn chat_body(
    model: &str,
    messages: &[ChatMessage],
    schema: Option<&Schema>,
    dialect: Dialect,
) -> Json {
    let mut body = json!({ "model": model, "temperature": 0, "messages": messages });
    if let (Some(schema), Some(object)) = (schema, body.as_object_mut()) {
        let format = json!({
            "type": "json_schema",
            "json_schema": { "name": schema.name, "strict": true, "schema": schema.schema },
        });
        object.insert("response_format".to_owned(), format);
    }
    request::speak(&mut body, dialect);
    body
}

/// Reads the body of a response; none where it is no chat completion.
pub fn read_reply(body: &str) -> Option<Reply> {
    check::content(body).map(|reply| Reply { text: reply.content, usage: reply.usage })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        Schema { name: "answer".to_owned(), schema: json!({ "type": "object" }) }
    }

    #[test]
    fn each_dialect_is_asked_as_it_wants_to_be() {
        let messages =
            [ChatMessage::new(Speaker::System, "Answer."), ChatMessage::new(Speaker::User, "Why?")];
        let open_ai = chat_body("m", &messages, Some(&schema()), Dialect::OpenAi);
        assert_eq!(open_ai["model"], "m");
        assert_eq!(open_ai["messages"][1], json!({ "role": "user", "content": "Why?" }));
        assert_eq!(open_ai["response_format"]["json_schema"]["schema"]["type"], "object");
        let workers = chat_body("m", &messages, Some(&schema()), Dialect::WorkersAi);
        assert_eq!(workers.get("model"), None);
        assert_eq!(workers["response_format"]["json_schema"]["type"], "object");
        let older = chat_body("m", &messages, Some(&schema()), Dialect::JsonObject);
        assert_eq!(
            older["response_format"],
            json!({ "type": "json_object", "schema": { "type": "object" } })
        );
        let plain = chat_body("m", &messages, None, Dialect::OpenAi);
        assert_eq!(plain.get("response_format"), None);
        let plain = chat_body("m", &messages, None, Dialect::WorkersAi);
        assert_eq!((plain.get("model"), plain["max_tokens"].is_number()), (None, true));
    }

    #[test]
    fn a_reply_is_read_with_its_tokens() {
        let body = r#"{"choices":[{"message":{"content":"Because."}}],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#;
        let reply = read_reply(body).unwrap();
        assert_eq!(reply.text, "Because.");
        assert_eq!((reply.usage.prompt_tokens, reply.usage.completion_tokens), (7, 2));
        assert_eq!(read_reply(r#"{"response":"So."}"#).map(|r| r.text), Some("So.".to_owned()));
        assert_eq!(read_reply(r#"{"error":"no"}"#), None);
        assert_eq!(read_reply("<html>"), None);
    }
}
