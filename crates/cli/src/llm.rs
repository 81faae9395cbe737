//! Answers by a language model behind an OpenAI-compatible endpoint.
//!
//! What is asked and what is believed is decided in [`askwell::classify::llm`]; here is the network.

use anyhow::{Context as _, Result, anyhow, bail};
use askwell::classify::llm::{Exchange, Step, is_completion, is_transient};
use askwell::classify::{Answer, AnswerState, Field, Method};
use askwell::conversation::Turn;
use askwell::id;
use askwell::line::classify::{In, Out};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;
use ureq::Agent;

/// Longest wait for one reply. Local models need tens of seconds for a long transcript.
const REPLY_LIMIT: Duration = Duration::from_secs(120);
/// Pauses before a request is tried again: 1 + 4 + 16 s outlast a short rate limit or a restart.
const PAUSES: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(16)];
/// Longest reply that is read. One answer and its quotes take some kilobytes.
const MAX_REPLY_BYTES: u64 = 1024 * 1024;
/// Where the endpoint's key is looked for.
const KEY_VARIABLE: &str = "ASKWELL_LLM_KEY";

/// An endpoint and the model to ask there.
pub struct Client {
    agent: Agent,
    url: String,
    model: String,
    key: Option<String>,
    /// With a number that is never used twice, what makes the fence of each exchange.
    secret: [u8; 32],
    exchanges: AtomicU64,
    told: Once,
}

/// Why a request has no reply.
enum Failure {
    /// The same request may succeed later.
    Transient(anyhow::Error),
    /// It will not.
    Final(anyhow::Error),
}

impl Client {
    /// A client of `{base}/chat/completions`. The key is taken from `ASKWELL_LLM_KEY`, where set.
    ///
    /// # Errors
    /// When the address is no `http:` or `https:` URL, or the system has no random numbers.
    pub fn new(base: &str, model: &str) -> Result<Self> {
        if !(base.starts_with("http://") || base.starts_with("https://")) {
            bail!("--llm takes an http: or https: URL, the part before /chat/completions");
        }
        let config = Agent::config_builder()
            .timeout_global(Some(REPLY_LIMIT))
            .http_status_as_error(false)
            // A request that is followed loses its key and its body.
            .max_redirects(0)
            .build();
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).context("no random numbers")?;
        Ok(Self {
            agent: config.new_agent(),
            url: format!("{}/chat/completions", base.trim_end_matches('/')),
            model: model.to_owned(),
            key: std::env::var(KEY_VARIABLE).ok().filter(|key| !key.is_empty()),
            secret,
            exchanges: AtomicU64::new(0),
            told: Once::new(),
        })
    }

    /// Answers one line. Where the endpoint fails the answer's state is `error`, and the first
    /// failure is told on standard error.
    pub fn answer(&self, input: &In) -> Out {
        let fields = [Field::from(&input.field)];
        let answer = self.exchange(&input.conversation, &fields).unwrap_or(Answer {
            answer: None,
            state: AnswerState::Error,
            confidence: 0.0,
            evidence: Vec::new(),
            method: Method::Llm,
        });
        Out { id: input.id.clone(), answer }
    }

    fn exchange(&self, conversation: &[Turn], fields: &[Field]) -> Option<Answer> {
        let number = self.exchanges.fetch_add(1, Ordering::Relaxed);
        let fence = id::digest(&[&self.secret, &number.to_le_bytes()]);
        let mut exchange = Exchange::new(&self.model, conversation, fields, &fence);
        while let Some(request) = exchange.request() {
            match self.post(&request.to_string()) {
                Ok(reply) => {
                    if !is_completion(&reply) {
                        self.tell(&anyhow!("the reply is no chat completion; is this the part before /chat/completions?"));
                    }
                    match exchange.receive(&reply) {
                        Step::Again => {}
                        Step::Done => break,
                    }
                }
                Err(error) => {
                    self.tell(&error);
                    break;
                }
            }
        }
        exchange.finish().answers.pop()
    }

    /// Says what went wrong, the first time that something does.
    fn tell(&self, error: &anyhow::Error) {
        self.told.call_once(|| eprintln!("askwell: {}: {error:#}", self.url));
    }

    fn post(&self, body: &str) -> Result<String> {
        for pause in PAUSES {
            match self.try_post(body) {
                Ok(reply) => return Ok(reply),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Transient(_)) => thread::sleep(pause),
            }
        }
        self.try_post(body).map_err(|failure| match failure {
            Failure::Transient(error) | Failure::Final(error) => error,
        })
    }

    fn try_post(&self, body: &str) -> Result<String, Failure> {
        let mut request = self.agent.post(&self.url).header("content-type", "application/json");
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        // What is wrong with the address stays wrong; a connection may come about later.
        let mut response = request.send(body).map_err(|error| match error {
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => Failure::Final(error.into()),
            _ => Failure::Transient(error.into()),
        })?;
        let status = response.status().as_u16();
        if status != 200 {
            let error = anyhow!("the endpoint answered with status {status}");
            let again = is_transient(status);
            return Err(if again { Failure::Transient(error) } else { Failure::Final(error) });
        }
        let reply = response.body_mut().with_config().limit(MAX_REPLY_BYTES).read_to_string();
        reply.map_err(|error| Failure::Transient(error.into()))
    }
}
