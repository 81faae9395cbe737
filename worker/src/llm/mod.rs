//! The one port to language models: a Workers AI binding, or any endpoint that speaks as OpenAI's chat
//! completions do.
//!
//! ```ignore
//! let Some(endpoint) = rpc::call(&ledger, &ledger::llm::Get).await? else { … };
//! let model = Llm::new(env, &endpoint);
//! let completion = model.chat(&[ChatMessage::new(Speaker::System, RULES)], None).await?;
//! ```
//!
//! It asks once. Whoever calls decides what a failure means to them: [`LlmError::is_transient`] tells
//! whether trying again later can help. No error and no log repeats a key or what was said.

mod cost;
mod endpoint;
mod error;

pub use askwell::classify::llm::{ChatMessage, Schema, Speaker, Usage};
pub use cost::note_cost;
pub use endpoint::{Endpoint, check};
pub use error::LlmError;

use crate::config;
use askwell::api::{LlmProvider, SchemaFormat};
use askwell::classify::llm::{Dialect, Reply, Stream, chat_body, read_reply};
use futures_util::future::{Either, select};
use futures_util::stream::StreamExt;
use serde_json::Value as Json;
use std::pin::pin;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use worker::{
    AbortSignal, Delay, Env, Fetch, Headers, Method, Request, RequestInit, RequestRedirect,
    Response,
};

/// Longest reply that is read, in bytes: a hundred fields with their quotes stay far below it.
const MAX_REPLY_BYTES: usize = 1024 * 1024;

/// What a model says, and what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The text; JSON where a schema was sent, though not every endpoint keeps to it: check it.
    pub text: String,
    /// Tokens that the endpoint counted.
    pub usage: Usage,
    /// In millionths of the currency unit of the workspace's prices.
    pub cost_micros: u64,
}

/// A model that can be asked.
#[derive(Debug, Clone, Copy)]
pub struct Llm<'a> {
    env: &'a Env,
    endpoint: &'a Endpoint,
}

impl<'a> Llm<'a> {
    /// The model of a workspace.
    pub const fn new(env: &'a Env, endpoint: &'a Endpoint) -> Self {
        Self { env, endpoint }
    }

    /// Asks. With a schema, the reply should be JSON that matches it.
    ///
    /// # Errors
    /// As [`Self::post`], and [`LlmError::Unreadable`] for an answer that is no completion.
    pub async fn chat(
        &self,
        messages: &[ChatMessage],
        schema: Option<&Schema>,
    ) -> Result<Completion, LlmError> {
        let body = chat_body(&self.endpoint.model, messages, schema, self.dialect());
        let reply = read_reply(&self.post(&body).await?).ok_or(LlmError::Unreadable)?;
        Ok(self.completion(reply))
    }

    /// Asks, and tells `heard` all that has come so far each time that more has. A Workers AI binding, and an
    /// endpoint that answers with one piece though it was asked for many, tell nothing before the end.
    ///
    /// # Errors
    /// As [`Self::chat`]; [`LlmError::Unreadable`] also for a stream that ends before the reply does.
    pub async fn chat_streamed(
        &self,
        messages: &[ChatMessage],
        schema: Option<&Schema>,
        mut heard: impl FnMut(&str),
    ) -> Result<Completion, LlmError> {
        if self.endpoint.provider == LlmProvider::WorkersAi {
            return self.chat(messages, schema).await;
        }
        let mut body = chat_body(&self.endpoint.model, messages, schema, self.dialect());
        body["stream"] = Json::Bool(true);
        let (mut answer, signal) = self.send(&body).await?;
        let kind = answer.headers().get("content-type").ok().flatten().unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("text/event-stream") {
            let text = read(&mut answer, &signal).await?;
            return Ok(self.completion(read_reply(&text).ok_or(LlmError::Unreadable)?));
        }
        let mut pieces = answer.stream().map_err(|_| LlmError::Unreadable)?;
        let mut stream = Stream::default();
        while let Some(piece) = pieces.next().await {
            let before = stream.text().len();
            let piece = piece.map_err(|_| error::of_fetch(&signal))?;
            stream.push(&piece).map_err(|_| LlmError::Unreadable)?;
            if stream.text().len() > before {
                heard(stream.text());
            }
        }
        Ok(self.completion(stream.finish().map_err(|_| LlmError::Unreadable)?))
    }

    fn completion(&self, Reply { text, usage }: Reply) -> Completion {
        let cost_micros = self.endpoint.prices.cost(usage.prompt_tokens, usage.completion_tokens);
        Completion { text, usage, cost_micros }
    }

    /// How a body for [`Self::post`] is to be written.
    pub const fn dialect(&self) -> Dialect {
        match (self.endpoint.provider, self.endpoint.schema_format) {
            (LlmProvider::WorkersAi, _) => Dialect::WorkersAi,
            (LlmProvider::OpenaiCompatible, SchemaFormat::JsonSchema) => Dialect::OpenAi,
            (LlmProvider::OpenaiCompatible, SchemaFormat::JsonObject) => Dialect::JsonObject,
        }
    }

    /// Sends a finished request body, and gives the body of the answer as it came.
    ///
    /// # Errors
    /// Where nothing that could be read was answered; see [`LlmError`].
    pub async fn post(&self, body: &Json) -> Result<String, LlmError> {
        match self.endpoint.provider {
            LlmProvider::WorkersAi => self.run(body).await,
            LlmProvider::OpenaiCompatible => self.fetch(body).await,
        }
    }

    async fn run(&self, body: &Json) -> Result<String, LlmError> {
        let ai = self.env.ai(config::AI).map_err(|_| LlmError::NoBinding)?;
        let limit = Delay::from(Duration::from_secs(u64::from(self.endpoint.timeout_s)));
        // As JavaScript's own objects: the binding does not understand Maps.
        let input = js_sys::JSON::parse(&body.to_string()).map_err(|_| LlmError::Unreadable)?;
        let run = ai.as_ref().unchecked_ref::<Runner>().run(&self.endpoint.model, &input);
        let run = run.map_err(|_| LlmError::Unreachable)?;
        let output = match select(pin!(js_sys::futures::JsFuture::from(run)), limit).await {
            Either::Left((output, _)) => output.map_err(|error| error::of_binding(&error))?,
            Either::Right(_) => return Err(LlmError::TimedOut),
        };
        let text = js_sys::JSON::stringify(&output).map_err(|_| LlmError::Unreadable)?;
        text.as_string().ok_or(LlmError::Unreadable)
    }

    async fn fetch(&self, body: &Json) -> Result<String, LlmError> {
        let (mut answer, signal) = self.send(body).await?;
        read(&mut answer, &signal).await
    }

    /// Sends, and gives the answer once it has begun and is one, with what ends it when it takes too long.
    async fn send(&self, body: &Json) -> Result<(Response, AbortSignal), LlmError> {
        let base = self.endpoint.base_url.as_deref().ok_or(LlmError::NoAddress)?;
        let request = self.request(base, body).map_err(|_| LlmError::NoAddress)?;
        let millis = self.endpoint.timeout_s.saturating_mul(1000);
        let signal = AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(millis));
        let sent = Fetch::Request(request).send_with_signal(&signal).await;
        let answer = sent.map_err(|_| error::of_fetch(&signal))?;
        let status = answer.status_code();
        if status != 200 {
            let retry_after = answer.headers().get("retry-after").ok().flatten();
            return Err(error::of_status(status, retry_after.as_deref()));
        }
        Ok((answer, signal))
    }

    fn request(&self, base: &str, body: &Json) -> worker::Result<Request> {
        let headers = Headers::new();
        headers.set("content-type", "application/json")?;
        if let Some(key) = &self.endpoint.key {
            headers.set("authorization", &format!("Bearer {key}"))?;
        }
        let mut init = RequestInit::new();
        init.with_method(Method::Post)
            .with_headers(headers)
            .with_body(Some(body.to_string().into()))
            // A redirection would carry the key to somebody else.
            .with_redirect(RequestRedirect::Manual);
        Request::new_with_init(&format!("{}/chat/completions", base.trim_end_matches('/')), &init)
    }
}

/// The whole of an answer.
async fn read(answer: &mut Response, signal: &AbortSignal) -> Result<String, LlmError> {
    let mut stream = answer.stream().map_err(|_| LlmError::Unreadable)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| error::of_fetch(signal))?);
        if bytes.len() > MAX_REPLY_BYTES {
            return Err(LlmError::Unreadable);
        }
    }
    String::from_utf8(bytes).map_err(|_| LlmError::Unreadable)
}

#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    /// The binding, which `worker` would give its input as Maps.
    type Runner;

    #[wasm_bindgen(method, catch)]
    fn run(
        this: &Runner,
        model: &str,
        input: &JsValue,
    ) -> Result<js_sys::Promise<JsValue>, JsValue>;
}
