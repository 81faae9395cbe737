//! Conversations: opening one, what is done to it, how it is shown.

use super::{AnswerFilter, Note};
use crate::closing::FieldAnswer;
use crate::conversation::{Action, Direction, DurationBand, Message, Platform, Sentiment, Status};
use crate::customer::{Facts, Proven};
use crate::detect::{Kind, Region};
use crate::id::{ConversationId, CustomerId, VisitorId};
use crate::session::Session;
use crate::text::Lang;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// Longest `visitor_ref` and `platform_conversation_id`, in bytes of UTF-8.
pub const MAX_REFERENCE_BYTES: usize = 200;

/// `POST /v1/conversations` (site key from an allowed origin, or secret key). With an
/// `Idempotency-Key` header the same key gives the same conversation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// `POST /v1/conversations/{id}/actions` (secret key; a visitor may close).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// One conversation as the team sees it in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Whether it was opened as a test: it gives no events, and what it was answered is counted nowhere.
    #[serde(default)]
    pub test_mode: bool,
}

/// `GET /v1/conversations/{id}` (secret key).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConversationDetail {
    /// The summary.
    #[serde(flatten)]
    pub summary: ConversationSummary,
    /// Everything said.
    pub transcript: Vec<Message>,
    /// What the visitor said of themselves.
    pub facts: Facts,
    /// What has been verified of them, by a token of the site or a mailed code.
    #[serde(default)]
    pub proven: Proven,
    /// The newest answers, in the owner's order.
    pub answers: Vec<FieldAnswer>,
}

/// `POST /v1/conversations/search`: which conversations. An empty object means all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ConversationSearch {
    /// Whose.
    pub customer_id: Option<CustomerId>,
    /// Stands so.
    pub status: Option<Status>,
    /// Was begun so.
    pub direction: Option<Direction>,
    /// Was held there.
    pub platform: Option<Platform>,
    /// Has this tone.
    pub sentiment: Option<Sentiment>,
    /// Was held in this language.
    pub lang: Option<Lang>,
    /// Was handed on, or was not.
    pub transferred: Option<bool>,
    /// Has ended, and lasted so long.
    pub lasted: Option<DurationBand>,
    /// Was opened as a test, or was not.
    pub test_mode: Option<bool>,
    /// Bears this tag.
    pub tag: Option<String>,
    /// Somebody of the team has left this feedback.
    pub feedback: Option<Thought>,
    /// That feedback was left at this instant or later.
    pub feedback_from: Option<UnixMillis>,
    /// That feedback was left before this instant.
    pub feedback_until: Option<UnixMillis>,
    /// Began at this instant or later.
    pub from: Option<UnixMillis>,
    /// Began before this instant.
    pub until: Option<UnixMillis>,
    /// Has all of these answers.
    pub answers: Vec<AnswerFilter>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// 1 to 500, 50 by default.
    pub limit: Option<u32>,
}

/// What somebody thinks of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Thought {
    /// It was good.
    Good,
    /// It was not.
    NotGood,
}

/// What somebody of the team thinks of how a conversation was handled and read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewFeedback {
    /// Whether it was good.
    pub good: bool,
    /// Why; 2,000 bytes at most.
    #[serde(default)]
    pub text: String,
}

/// What the team keeps of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConversationMarks {
    /// In alphabetical order.
    pub tags: Vec<String>,
    /// The latest first.
    pub notes: Vec<Note>,
    /// The newest of each person, the latest first.
    pub feedback: Vec<Feedback>,
}

/// A feedback that was left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Feedback {
    /// Whether it was good.
    pub good: bool,
    /// Why.
    pub text: String,
    /// When.
    pub at: UnixMillis,
    /// The member's or key's id.
    pub by: String,
}
