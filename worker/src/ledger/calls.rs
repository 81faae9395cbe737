//! The operations of a Workspace ledger, as the Worker and its consumers call them.

use askwell::api::{NewWorkspace, Webhook};
use askwell::closing::{Closed, Conclusion};
use askwell::conversation::Message;
use askwell::id::{CustomerId, WorkspaceId};
use askwell::session::Session;
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// `create`: begins a workspace. Only hashes of its keys are stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Create {
    /// As the operator asked for it.
    pub workspace: NewWorkspace,
    /// See [`crate::auth::key_hash`].
    pub site_key_hash: String,
    /// See [`crate::auth::key_hash`].
    pub secret_key_hash: String,
    /// The site key's first characters, to be recognised by.
    pub site_key_prefix: String,
    /// The secret key's first characters, to be recognised by.
    pub secret_key_prefix: String,
}

/// What the ledger keeps of the workspace itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Which.
    pub id: WorkspaceId,
    /// For people.
    pub name: String,
    /// Origins whose pages may use the site key.
    pub origins: Vec<String>,
    /// Where events are delivered, or nowhere.
    pub webhook: Option<Webhook>,
    /// Since when.
    pub created_at: UnixMillis,
}

/// `record`: a closing with what was concluded from it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// As it stood.
    pub closed: Closed,
    /// What was concluded.
    pub conclusion: Conclusion,
    /// The engine's memory, for a reopening.
    pub session: Session,
    /// When it was closed by the clock of the machine.
    pub closed_wall: UnixMillis,
}

/// What `record` answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recorded {
    /// Whether it had been recorded before.
    pub duplicate: bool,
    /// Whose conversation it is.
    pub customer_id: CustomerId,
}

/// `page`: a page of a list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PageQuery {
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// 1 to 500, 50 by default.
    pub limit: Option<u32>,
    /// Customers only: exactly this e-mail.
    pub email: Option<String>,
}

impl PageQuery {
    /// Rows on a page.
    pub fn rows(&self) -> u32 {
        self.limit.unwrap_or(50).clamp(1, 500)
    }
}

/// What the queue carries of events: the name of a lane that has some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneNotice {
    /// Where.
    pub workspace: WorkspaceId,
    /// A conversation, or an event that belongs to none.
    pub lane: String,
}

/// `take`: somebody wants to deliver a lane's events.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Take {
    /// Which.
    pub lane: String,
    /// Who: the same one may take it again.
    pub holder: String,
}

/// What `take` answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Taken {
    /// Where to.
    pub webhook: Option<Webhook>,
    /// The oldest that are not delivered, in order; none when there are none, or when another has
    /// the lane.
    pub events: Vec<LaneEvent>,
}

/// An event to deliver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaneEvent {
    /// Unique.
    pub id: String,
    /// CloudEvents 1.0.
    pub event: serde_json::Value,
}

/// `delivered`: the sinks have events.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Delivered {
    /// Of which lane.
    pub lane: String,
    /// Which.
    pub ids: Vec<String>,
    /// Whether that is the last of what was taken.
    pub done: bool,
}

/// `dead`: a queue gave up on something.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dead {
    /// Which queue.
    pub queue: String,
    /// Which closing, or which lane of events.
    pub subject: String,
}

/// What `seal` answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sealed {
    /// Where the file is in R2.
    pub key: String,
    /// SHA-256 in hexadecimal; in quotes, the ETag.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
}

/// Where a day's file is in R2.
pub fn export_key(workspace: &WorkspaceId, day: askwell::time::Day) -> String {
    format!("{workspace}/{day}.json")
}

/// A KV document with the version of its form, so that a reader knows what it has before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Versioned<T> {
    /// Of the form; see [`DOCUMENT_VERSION`].
    pub version: u32,
    /// The document itself.
    #[serde(flatten)]
    pub document: T,
}

/// The version that is written.
pub const DOCUMENT_VERSION: u32 = 1;

impl<T> Versioned<T> {
    /// A document in the form of today.
    pub fn new(document: T) -> Self {
        Self { version: DOCUMENT_VERSION, document }
    }

    /// The document, unless its form is one that is not known here.
    pub fn known(self) -> Option<T> {
        (self.version == DOCUMENT_VERSION).then_some(self.document)
    }
}

/// KV: a closed conversation's words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TranscriptDocument {
    /// In order.
    pub messages: Vec<Message>,
}

/// KV: a workspace, for people who look at the list of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WorkspaceDocument {
    /// Which.
    pub id: WorkspaceId,
    /// For people.
    pub name: String,
}

/// KV: what the edge needs of a visitor before the first word.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct VisitorDocument {
    /// Who it is.
    pub customer_id: Option<CustomerId>,
    /// What need not be asked.
    pub known: Vec<askwell::detect::Kind>,
}

/// KV key of a visitor's document.
pub fn visitor_key(workspace: &WorkspaceId, visitor: &str) -> String {
    format!("visitor/{workspace}/{visitor}")
}

/// KV key of a customer's document.
pub fn customer_key(workspace: &WorkspaceId, customer: &str) -> String {
    format!("customer/{workspace}/{customer}")
}

/// KV key of a closed transcript.
pub fn transcript_key(workspace: &WorkspaceId, conversation: &str) -> String {
    format!("transcript/{workspace}/{conversation}")
}

/// KV key of a workspace: the list of them is what the cron walks through.
pub fn workspace_key(workspace: &WorkspaceId) -> String {
    format!("workspace/{workspace}")
}
