//! Wire types of the HTTP API, shared by the Worker and everything that talks to it.

mod found;

use crate::closing::{FieldAnswer, FieldVersion};
use crate::conversation::{Action, Direction, Message, Platform, Role, Sentiment, Status};
use crate::customer::Facts;
use crate::detect::{Kind, Region, Subject};
use crate::id::{ConversationId, CustomerId, VisitorId, WorkspaceId};
use crate::session::Session;
use crate::text::Lang;
use crate::time::{Day, UnixMillis};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest request body in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// `POST /v1/workspaces` (operator key).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewWorkspace {
    /// In addresses; see [`WorkspaceId`].
    pub id: WorkspaceId,
    /// For people.
    pub name: String,
    /// Origins (scheme, host, port) whose pages may use the site key.
    pub origins: Vec<String>,
    /// Where events are delivered, or nowhere.
    #[serde(default)]
    pub webhook: Option<Webhook>,
}

/// `GET /v1/workspace`, `PUT /v1/workspace` (secret key). The webhook's secret is never shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceSettings {
    /// For people.
    pub name: String,
    /// Origins (scheme, host, port) whose pages may use the site key.
    pub origins: Vec<String>,
    /// Where events are delivered, or nowhere.
    #[serde(default)]
    pub webhook: Option<Webhook>,
}

/// A sink that speaks Standard Webhooks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// `https:`, or `http:` on a loopback host.
    pub url: String,
    /// `whsec_` and the base 64 of 24 to 64 bytes.
    pub secret: String,
}

/// What `POST /v1/workspaces` answers. The keys are shown once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkspaceCreated {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// For pages: publishable, bound to the origins.
    pub site_key: String,
    /// For servers.
    pub secret_key: String,
}

/// `POST /v1/conversations` (site key from an allowed origin, or secret key). With an
/// `Idempotency-Key` header the same key gives the same conversation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewConversation {
    /// The token of an earlier conversation of the same browser, to be the same visitor.
    pub visitor_token: Option<String>,
    /// Secret key only: the other system's stable name of the visitor, in place of a token.
    pub visitor_ref: Option<String>,
    /// From where. Defaults to the widget for site keys, `api` for secret keys.
    pub platform: Option<Platform>,
    /// Who began. Only inbound for site keys.
    pub direction: Direction,
    /// The page's language, a BCP 47 tag; unknown ones are ignored.
    pub locale: Option<String>,
    /// Where phone numbers without a country code belong.
    pub region: Option<Region>,
    /// What the site knows of the visitor already, so that it is not asked.
    pub known: Vec<Kind>,
    /// The other system's name for it.
    pub platform_conversation_id: Option<String>,
    /// Whether it is a test.
    pub test_mode: bool,
    /// Secret key only: a conversation that was held elsewhere. Its messages and actions carry
    /// their own times, which never go back, and nothing is asked in it.
    pub recorded: bool,
}

/// What `POST /v1/conversations` answers: 201 when new, 200 when the idempotency key was known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversationOpened {
    /// Which.
    pub conversation_id: ConversationId,
    /// Who visits.
    pub visitor_id: VisitorId,
    /// For the visitor's own further requests, `Authorization: Bearer …`.
    pub visitor_token: String,
    /// Where it stands.
    pub status: Status,
    /// Counts the closings.
    pub revision: u32,
    /// Messages so far.
    pub messages: u32,
    /// The memory from which the widget predicts; see [`Session`].
    pub session: Session,
}

/// `POST /v1/conversations/{id}/messages` (visitor token, or secret key), or a frame of type
/// `message` on the socket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// Chosen by the sender, 1 to 64 of `A-Z a-z 0-9 - _`; the same id twice is the same message.
    pub id: String,
    /// What is said, 1 byte to 8 kB.
    pub text: String,
    /// Secret key only: who says it, by default an agent. A visitor is always the customer.
    #[serde(default)]
    pub role: Option<Role>,
    /// Recorded conversations only: when it was said.
    #[serde(default)]
    pub at: Option<UnixMillis>,
}

/// What the post of a message answers: 201 when new, 200 when its id was known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageAccepted {
    /// The message as it stands.
    pub message: Message,
    /// Whether its id had been seen before.
    pub duplicate: bool,
    /// What was noticed in it; offsets in UTF-16 code units.
    pub found: Vec<FoundOnWire>,
    /// The policy's question, which follows the message in the transcript.
    pub ask: Option<Asked>,
    /// Why it was asked or not; empty for agents' messages.
    pub reason: String,
}

/// The policy's question as a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// What it asks for.
    pub field: Kind,
    /// The question.
    pub message: Message,
}

/// One thing noticed in a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundOnWire {
    /// What it is.
    pub kind: Kind,
    /// First UTF-16 code unit.
    pub start: usize,
    /// UTF-16 code unit after the last.
    pub end: usize,
    /// Normalised.
    pub value: String,
    /// 0 to 1.
    pub confidence: f32,
    /// Whose it is, and whether it stands.
    pub subject: Subject,
    /// A likelier spelling to ask about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

/// `POST /v1/conversations/{id}/actions` (secret key; a visitor may close).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAction {
    /// What to do.
    pub action: Action,
    /// Recorded conversations only: when it was done.
    #[serde(default)]
    pub at: Option<UnixMillis>,
}

/// Where a conversation stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversationState {
    /// Which.
    pub conversation_id: ConversationId,
    /// Where it stands.
    pub status: Status,
    /// Counts the closings.
    pub revision: u32,
    /// Messages so far.
    pub messages: u32,
    /// Whether it went from one agent to another.
    pub transferred: bool,
}

/// `GET /v1/conversations/{id}/messages?after=SEQ` (visitor token, or secret key).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessagePage {
    /// Where the conversation stands.
    pub status: Status,
    /// Messages with a higher `seq`, in order.
    pub messages: Vec<Message>,
}

/// A frame from the server on `GET /v1/conversations/{id}/socket`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// Somebody said something.
    Message {
        /// What.
        message: Message,
    },
    /// The sender's own message was taken.
    Accepted(Box<MessageAccepted>),
    /// The conversation moved.
    State(ConversationState),
    /// The last frame was refused.
    Problem {
        /// Why.
        problem: Problem,
    },
}

/// A frame from the visitor on the socket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// Says something.
    Message(NewMessage),
}

/// RFC 9457 problem details, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// `about:blank`: the code says it all.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do next. Without personal data.
    pub detail: String,
    /// Stable; see [`crate::error::Code`].
    pub code: String,
}

/// One conversation as the team sees it in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversationSummary {
    /// Which.
    pub conversation_id: ConversationId,
    /// The other system's name for it.
    pub platform_conversation_id: Option<String>,
    /// Whose, once that is known.
    pub customer_id: Option<CustomerId>,
    /// Where it stands.
    pub status: Status,
    /// Counts the closings that have been classified.
    pub revision: u32,
    /// Who began.
    pub direction: Direction,
    /// From where.
    pub platform: Platform,
    /// Whether it went from one agent to another.
    pub transferred: bool,
    /// The visitor's language.
    pub lang: Option<Lang>,
    /// Messages so far.
    pub messages: u32,
    /// First instant.
    pub started_at: UnixMillis,
    /// Last instant, once it has ended.
    pub ended_at: Option<UnixMillis>,
    /// The tone, once classified.
    pub sentiment: Option<Sentiment>,
    /// Milliseconds from the closing to the classified conversation in the ledger.
    pub classify_ms: Option<i64>,
}

/// `GET /v1/conversations/{id}` (secret key).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversationDetail {
    /// The summary.
    #[serde(flatten)]
    pub summary: ConversationSummary,
    /// Everything said.
    pub transcript: Vec<Message>,
    /// What the visitor said of themselves.
    pub facts: Facts,
    /// The newest answers, in the owner's order.
    pub answers: Vec<FieldAnswer>,
}

/// One customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// Who, by a pseudonym.
    pub customer_id: CustomerId,
    /// As written.
    pub name: Option<String>,
    /// Unique in the workspace.
    pub email: Option<String>,
    /// E.164 or digits.
    pub phone: Option<String>,
    /// Where they wrote from.
    pub platforms: Vec<Platform>,
    /// First interaction.
    pub first_at: UnixMillis,
    /// Last interaction.
    pub last_at: UnixMillis,
    /// How many conversations.
    pub conversations: u32,
}

/// A page of a list. `next` goes into `?cursor=` for the page after; absent on the last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// `GET /v1/fields`, `PUT /v1/fields`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldList {
    /// In the owner's order.
    pub fields: Vec<FieldVersion>,
}

/// `GET /v1/overview`: what the workspace holds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Overview {
    /// All conversations that the ledger knows.
    pub conversations: u64,
    /// Of them, ended and classified at their newest revision.
    pub classified: u64,
    /// Of them, still open.
    pub open: u64,
    /// Profiles.
    pub customers: u64,
    /// Profiles with a name, an e-mail, a phone.
    pub customers_with: BTreeMap<String, u64>,
    /// Per field and per answer, how often; states that are no value stand as `(null)`,
    /// `(unresolved)`, `(error)` and `(pending)`.
    pub answers: BTreeMap<String, BTreeMap<String, u64>>,
    /// Per event name, how many were recorded.
    pub events: BTreeMap<String, u64>,
    /// Events not yet delivered to the sinks.
    pub events_undelivered: u64,
    /// Events held back because they looked like personal data. Stays 0.
    pub events_blocked: u64,
    /// KV documents and queue messages not yet sent.
    pub outbox: u64,
    /// Queue messages set aside, and why.
    pub dead_letters: u64,
}

/// `GET /v1/exports`: one row per day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportDay {
    /// The UTC day.
    pub day: Day,
    /// Conversations in it so far.
    pub conversations: u64,
    /// When it was sealed, once it was.
    pub sealed_at: Option<UnixMillis>,
    /// SHA-256 of the file in hexadecimal, once sealed.
    pub sha256: Option<String>,
    /// Size in bytes, once sealed.
    pub bytes: Option<u64>,
}
