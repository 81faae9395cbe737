//! The HTTP client: keeps trying while the Worker is away, says that it does, and tells refusals
//! from absences.

use super::outage::Outage;
use anyhow::anyhow;
use askwell::api::{
    ArticleImport, ArticlesImported, ConversationDetail, ConversationOpened, ConversationState,
    MessageAccepted, NewAction, NewConversation, NewMessage, NewWorkspace, Overview, Problem,
    WorkspaceCreated, WorkspaceSettings,
};

use askwell::id::ConversationId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

/// A Worker that is being restarted is back within this time: a cold start takes some 5 s, on a
/// busy machine a minute.
const PATIENCE: Duration = Duration::from_secs(120);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// No request here does work that takes long.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);
/// A conversation of 2,000 messages of 8 kB, as JSON with every character escaped, fits.
const ANSWER_LIMIT: u64 = 128 * 1024 * 1024;

/// A Worker and the key of a workspace in it.
#[derive(Debug, Clone)]
pub struct Target {
    /// Scheme, host and port.
    pub url: String,
    /// Of the workspace.
    pub secret_key: String,
}

/// Why a request has no answer.
#[derive(Debug)]
pub enum Failure {
    /// The Worker said no; asking again would not change it.
    Refused(u16, Option<Problem>),
    /// Nothing sensible came back for as long as was waited.
    Unanswered(String),
}

impl Failure {
    /// For people, with what to do next.
    pub fn explain(self, url: &str) -> anyhow::Error {
        match self {
            Self::Refused(401, _) => anyhow!(
                "{url} does not know this secret key: it belongs to another workspace or another \
                 store"
            ),
            Self::Refused(status, None) => anyhow!("{url} answered {status} without saying why"),
            Self::Refused(status, Some(problem)) => {
                anyhow!("{url} answered {status} {}: {}", problem.code, problem.detail)
            }
            Self::Unanswered(why) => {
                anyhow!(
                    "{url} does not answer ({why}); is it running? `cargo xtask dev` starts one"
                )
            }
        }
    }
}

/// The outcome of a request.
pub type Answer<T> = Result<T, Failure>;

/// A connection pool to one workspace.
pub struct Client {
    agent: Agent,
    target: Target,
    /// The page that it speaks for.
    origin: Option<String>,
    patience: Duration,
    retries: AtomicU64,
    outage: Outage,
}

impl Client {
    /// For this many requests at a time.
    pub fn new(target: &Target, concurrency: u16) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(REQUEST_LIMIT))
            .max_idle_connections_per_host(usize::from(concurrency))
            .max_idle_connections(usize::from(concurrency))
            .build()
            .new_agent();
        let mut target = target.clone();
        target.url.truncate(target.url.trim_end_matches('/').len());
        Self {
            agent,
            target,
            origin: None,
            patience: PATIENCE,
            retries: AtomicU64::new(0),
            outage: Outage::default(),
        }
    }

    /// The same as a page of this origin, whose key or token is the target's.
    pub fn on_page(self, origin: &str) -> Self {
        Self { origin: Some(origin.to_owned()), ..self }
    }

    /// The same, giving up after this long without an answer.
    pub fn patient_for(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The Worker's address.
    pub fn url(&self) -> &str {
        &self.target.url
    }

    /// How many requests had to be sent again.
    pub fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// `POST /v1/workspaces`, with the operator's key as the target's.
    pub fn make_workspace(&self, workspace: &NewWorkspace) -> Answer<WorkspaceCreated> {
        self.post("/v1/workspaces", &self.target.secret_key, None, workspace)
    }

    /// `POST /v1/conversations`.
    pub fn open(&self, key: &str, conversation: &NewConversation) -> Answer<ConversationOpened> {
        self.post("/v1/conversations", &self.target.secret_key, Some(key), conversation)
    }

    /// `POST /v1/conversations/{id}/messages`, as the visitor when a token is given.
    pub fn say(
        &self,
        conversation: &ConversationId,
        visitor_token: Option<&str>,
        message: &NewMessage,
    ) -> Answer<MessageAccepted> {
        let key = visitor_token.unwrap_or(&self.target.secret_key);
        self.post(&format!("/v1/conversations/{conversation}/messages"), key, None, message)
    }

    /// `POST /v1/conversations/{id}/actions`.
    pub fn act(
        &self,
        conversation: &ConversationId,
        key: &str,
        action: &NewAction,
    ) -> Answer<ConversationState> {
        let path = format!("/v1/conversations/{conversation}/actions");
        self.post(&path, &self.target.secret_key, Some(key), action)
    }

    /// `GET /v1/conversations/{id}`; `None` while the ledger does not know it.
    pub fn detail(&self, conversation: &ConversationId) -> Answer<Option<ConversationDetail>> {
        match self.get(&format!("/v1/conversations/{conversation}")) {
            Err(Failure::Refused(404, _)) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// `GET /v1/overview`.
    pub fn overview(&self) -> Answer<Overview> {
        self.get("/v1/overview")
    }

    /// Any `GET` of the workspace.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Answer<T> {
        self.send("GET", path, &self.target.secret_key, None, Vec::new())
    }

    /// `PUT /v1/workspace`; gives what the Worker shows of it.
    pub fn put_settings(&self, settings: &WorkspaceSettings) -> Answer<serde_json::Value> {
        let body = body(settings)?;
        self.send("PUT", "/v1/workspace", &self.target.secret_key, None, body)
    }

    /// Makes articles of files.
    pub fn import(&self, import: &ArticleImport) -> Answer<ArticlesImported> {
        self.post("/v1/articles/import", &self.target.secret_key, None, import)
    }

    /// Any `POST` of the workspace whose repetition changes nothing.
    pub fn post_to<T: DeserializeOwned>(&self, path: &str, content: &impl Serialize) -> Answer<T> {
        self.post(path, &self.target.secret_key, None, content)
    }

    /// Any `PUT` of the workspace.
    pub fn put_to<T: DeserializeOwned>(&self, path: &str, content: &impl Serialize) -> Answer<T> {
        self.send("PUT", path, &self.target.secret_key, None, body(content)?)
    }

    /// Any `PATCH` of the workspace.
    pub fn patch_to<T: DeserializeOwned>(&self, path: &str, content: &impl Serialize) -> Answer<T> {
        self.send("PATCH", path, &self.target.secret_key, None, body(content)?)
    }

    /// Any `DELETE` of the workspace that is answered.
    pub fn delete<T: DeserializeOwned>(&self, path: &str) -> Answer<T> {
        self.send("DELETE", path, &self.target.secret_key, None, Vec::new())
    }

    fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        bearer: &str,
        idempotency_key: Option<&str>,
        content: &impl Serialize,
    ) -> Answer<T> {
        self.send("POST", path, bearer, idempotency_key, body(content)?)
    }

    /// Sends until there is an answer other than "later". What a replay sends is safe to repeat: it reads, or
    /// carries an id that makes it the same request. Of the sample's desk (channels, notes, automations) an
    /// answer that is lost on the way would leave two.
    fn send<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        bearer: &str,
        idempotency_key: Option<&str>,
        body: Vec<u8>,
    ) -> Answer<T> {
        let deadline = Instant::now() + self.patience;
        let mut pause = FIRST_PAUSE;
        loop {
            let silence = match self.once(method, path, bearer, idempotency_key, &body) {
                Ok(response) => match read(response) {
                    Err(Failure::Unanswered(why)) => why,
                    answer => {
                        self.outage.over(self.url());
                        return answer;
                    }
                },
                Err(why) => why,
            };
            if Instant::now() + pause > deadline {
                return Err(Failure::Unanswered(silence));
            }
            self.retries.fetch_add(1, Ordering::Relaxed);
            self.outage.goes_on(self.url(), &silence, self.patience);
            std::thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn once(
        &self,
        method: &str,
        path: &str,
        bearer: &str,
        idempotency_key: Option<&str>,
        body: &[u8],
    ) -> Result<Response<Body>, String> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.target.url))
            .header("authorization", format!("Bearer {bearer}"));
        if let Some(key) = idempotency_key {
            request = request.header("idempotency-key", key);
        }
        if let Some(origin) = &self.origin {
            request = request.header("origin", origin);
        }
        let answer = if method == "GET" {
            self.agent.run(request.body(()).map_err(|e| e.to_string())?)
        } else {
            let request = request.header("content-type", "application/json");
            self.agent.run(request.body(body).map_err(|e| e.to_string())?)
        };
        answer.map_err(|e| e.to_string())
    }
}

fn body(content: &impl Serialize) -> Answer<Vec<u8>> {
    serde_json::to_vec(content)
        .map_err(|e| Failure::Unanswered(format!("the request cannot be written: {e}")))
}

/// Reads an answer: 2xx is one, 429 and 5xx are none yet, anything else is a refusal.
fn read<T: DeserializeOwned>(mut response: Response<Body>) -> Answer<T> {
    let status = response.status();
    let body = response.body_mut().with_config().limit(ANSWER_LIMIT).read_to_vec();
    let body = body.map_err(|e| Failure::Unanswered(e.to_string()))?;
    if status.is_success() {
        // What is only done is answered with nothing.
        let body = if body.is_empty() { b"null" } else { &body[..] };
        return serde_json::from_slice(body)
            .map_err(|e| Failure::Unanswered(format!("its answer is not as expected: {e}")));
    }
    let problem: Option<Problem> = serde_json::from_slice(&body).ok();
    if status.is_server_error() || status.as_u16() == 429 {
        let why = problem.map_or_else(String::new, |p| format!(" {}: {}", p.code, p.detail));
        return Err(Failure::Unanswered(format!("{}{why}", status.as_u16())));
    }
    Err(Failure::Refused(status.as_u16(), problem))
}
