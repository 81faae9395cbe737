//! Answers by a language model behind an OpenAI-compatible endpoint, without doing any I/O.
//!
//! An [`Exchange`] says what to POST to `{base}/chat/completions` and takes what came back:
//!
//! ```
//! # use askwell::classify::llm::{Exchange, Step};
//! # fn post(_: &serde_json::Value) -> String { String::new() }
//! # let (turns, fields) = (vec![], vec![]);
//! // The fence is fresh random text for every exchange, at least 16 characters of a-z and 0-9.
//! let mut exchange = Exchange::new("a-model", &turns, &fields, "7f3a9c0d51e8b264");
//! let verdict = loop {
//!     let Some(request) = exchange.request() else { break exchange.finish() };
//!     match exchange.receive(&post(&request)) {
//!         Step::Again => continue,
//!         Step::Done => break exchange.finish(),
//!     }
//! };
//! # assert!(verdict.answers.is_empty());
//! ```
//!
//! - One request answers all fields. Its JSON schema allows exactly each field's values and null.
//! - The owner's rules stand in the system role; the transcript follows as data in the user role,
//!   one JSON object a line behind the fence, so that no message can pass for a rule or a role.
//! - What the transcript tells exactly (times, counts, language) is answered by [`super::classify`] and is
//!   not put to the model.
//! - A reply with a value that is not listed, a quote that is not in the transcript, null for a
//!   required field or broken JSON is sent back once with what is wrong with it. What is still
//!   wrong then becomes [`AnswerState::Error`], or [`AnswerState::Unresolved`] for a required field.
//! - When the endpoint cannot be reached, [`Exchange::finish`] gives `error` for what is open;
//!   [`is_transient`] tells whether trying again can help.

mod chat;
mod check;
mod request;
mod stream;

pub use chat::{ChatMessage, Reply, Schema, Speaker, chat_body, read_reply};
pub use request::{MESSAGE_BYTES, TRANSCRIPT_BYTES};
pub use stream::{Stream, StreamError};

use super::{Answer, AnswerState, Evidence, Field, Method, kind};
use crate::conversation::Turn;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Requests of one exchange at most: the question, and one request to repair the reply.
pub const MAX_REQUESTS: usize = 2;

/// Whether a request that ended in this HTTP status may succeed when it is repeated later: a
/// time-out (408), a rate limit (429) or a failure of the server (5xx). RFC 9110 §15.
pub fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}

/// Whether the body of a response is a chat completion, whatever it says.
pub fn is_completion(body: &str) -> bool {
    check::content(body).is_some()
}

/// Tokens that the endpoint counted, for the owner's bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read.
    pub prompt_tokens: u64,
    /// Tokens written.
    pub completion_tokens: u64,
}

/// How an endpoint wants to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// `POST {base}/chat/completions`, as OpenAI defines it.
    #[default]
    OpenAi,
    /// The same, with the schema beside a `json_object` format, as servers that are older than OpenAI's
    /// `json_schema` take it.
    JsonObject,
    /// The input of a Workers AI binding: the model is named beside it, and the schema stands
    /// without its envelope.
    WorkersAi,
}

/// What to do next with an [`Exchange`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// POST [`Exchange::request`] again: it now asks for a repair.
    Again,
    /// Everything that can be known is known: [`Exchange::finish`].
    Done,
}

/// The end of an [`Exchange`].
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// One per field, in the order of the fields.
    pub answers: Vec<Answer>,
    /// Whether the transcript holds text that tries to steer its own classification.
    pub injection_suspected: bool,
    /// Tokens of all requests together.
    pub usage: Usage,
}

/// One conversation and its fields on their way through a language model.
#[derive(Debug, Clone)]
pub struct Exchange<'a> {
    model: &'a str,
    conversation: &'a [Turn],
    fields: &'a [Field],
    fence: &'a str,
    answers: Vec<Option<Answer>>,
    /// What is wrong with the last reply, and the reply.
    wrong: Vec<(usize, check::Problem)>,
    last_reply: String,
    requests: usize,
    injection_suspected: bool,
    usage: Usage,
}

impl<'a> Exchange<'a> {
    /// Begins: what is exact is answered at once.
    ///
    /// `fence` is fresh random text, at least 16 characters of a-z and 0-9, that nobody who writes
    /// in the conversation can guess.
    pub fn new(
        model: &'a str,
        conversation: &'a [Turn],
        fields: &'a [Field],
        fence: &'a str,
    ) -> Self {
        let answers = fields
            .iter()
            .map(|field| {
                let exact = kind::Kind::of(field).is_exact();
                exact.then(|| super::classify(conversation, field))
            })
            .collect();
        Self {
            model,
            conversation,
            fields,
            fence,
            answers,
            wrong: Vec::new(),
            last_reply: String::new(),
            requests: 0,
            injection_suspected: super::steers(conversation),
            usage: Usage::default(),
        }
    }

    /// The body to POST next; none when nothing is left to ask.
    pub fn request(&self) -> Option<Json> {
        self.request_in(Dialect::OpenAi)
    }

    /// The same for an endpoint of some dialect; [`Self::receive`] understands the replies of all.
    pub fn request_in(&self, dialect: Dialect) -> Option<Json> {
        let open = self.open();
        if open.is_empty() || self.requests >= MAX_REQUESTS {
            return None;
        }
        let mut body = request::body(self.model, self.conversation, self.fields, &open, self.fence);
        if !self.wrong.is_empty() {
            request::add_repair(&mut body, &self.last_reply, &self.wrong, self.fields);
        }
        request::speak(&mut body, dialect);
        Some(body)
    }

    /// Takes the body of a 200 response.
    pub fn receive(&mut self, body: &str) -> Step {
        self.requests += 1;
        let open = self.open();
        let reply = check::content(body);
        if let Some(reply) = &reply {
            self.usage.prompt_tokens += reply.usage.prompt_tokens;
            self.usage.completion_tokens += reply.usage.completion_tokens;
        }
        self.last_reply = reply.map(|r| r.content).unwrap_or_default();
        let parsed = check::parse(&self.last_reply);
        let is_flagged = |p: &Json| p.get("injection_suspected").and_then(Json::as_bool);
        self.injection_suspected |= parsed.as_ref().and_then(is_flagged).unwrap_or(false);
        self.wrong.clear();
        for index in open {
            let Some(field) = self.fields.get(index) else { continue };
            let checked = match &parsed {
                Some(reply) => check::field(reply, index, field, self.conversation),
                None => Err(check::Problem::Unreadable),
            };
            match checked {
                Ok(answer) => {
                    if let Some(slot) = self.answers.get_mut(index) {
                        *slot = Some(answer);
                    }
                }
                Err(problem) => self.wrong.push((index, problem)),
            }
        }
        if self.wrong.is_empty() || self.requests >= MAX_REQUESTS {
            Step::Done
        } else {
            Step::Again
        }
    }

    /// The answers as they stand; open ones become `error`, or `unresolved` where the model was
    /// asked twice about a required field and gave no answer that can be used both times.
    pub fn finish(self) -> Verdict {
        let insisted = self.requests >= MAX_REQUESTS;
        let answers = self
            .answers
            .into_iter()
            .enumerate()
            .map(|(index, answer)| {
                answer.unwrap_or_else(|| {
                    let problem = self.wrong.iter().find(|(i, _)| *i == index).map(|(_, p)| p);
                    let required = self.fields.get(index).is_some_and(|f| !f.optional);
                    let answered = problem.is_some_and(|p| !p.is_silence());
                    let state = if required && answered && insisted {
                        AnswerState::Unresolved
                    } else {
                        AnswerState::Error
                    };
                    Answer {
                        answer: None,
                        state,
                        confidence: 0.0,
                        evidence: Vec::<Evidence>::new(),
                        method: Method::Llm,
                    }
                })
            })
            .collect();
        Verdict { answers, injection_suspected: self.injection_suspected, usage: self.usage }
    }

    /// Fields without an answer.
    fn open(&self) -> Vec<usize> {
        self.answers.iter().enumerate().filter(|(_, a)| a.is_none()).map(|(i, _)| i).collect()
    }
}

#[cfg(test)]
mod tests;
