//! Who answers visitors, and how a conversation goes to a person and back.

use super::{KnowledgeFound, WebhookChange, WebhookShown};
use crate::event::EscalationReason;
use crate::id::{ConversationId, MemberId};
use crate::reply::{Hours, Rules};
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// What answers a visitor while no person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Answerer {
    /// The answerer that is built in: it needs no account.
    #[default]
    Embedded,
    /// The workspace's language model, from the published articles alone.
    Llm,
    /// The owner's own bot.
    Webhook,
}

/// `PUT /v1/replies`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ReplySettings {
    /// Whether visitors are answered automatically. Null: they are as soon as an article is published.
    pub enabled: Option<bool>,
    /// What answers them.
    pub answerer: Answerer,
    /// The owner's bot; needed where `answerer` is `webhook`. The secret may be left out where the `url`
    /// stays.
    pub webhook: Option<WebhookChange>,
    /// When the team is there.
    pub hours: Hours,
    /// When a person is called.
    pub rules: Rules,
}

/// `GET /v1/replies`: how it is set, without the secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplySettingsShown {
    /// As it was set.
    pub enabled: Option<bool>,
    /// Whether visitors are answered now.
    pub active: bool,
    /// What answers them.
    pub answerer: Answerer,
    /// The owner's bot.
    pub webhook: Option<WebhookShown>,
    /// When the team is there.
    pub hours: Hours,
    /// When a person is called.
    pub rules: Rules,
}

/// Who has a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum DeskState {
    /// The answerer.
    #[default]
    Bot,
    /// Nobody yet: the visitor waits for a person.
    Waiting,
    /// A person.
    Agent,
    /// Nobody any more: it has ended.
    Ended,
}

impl DeskState {
    /// The state as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Waiting => "waiting",
            Self::Agent => "agent",
            Self::Ended => "ended",
        }
    }
}

/// Who has a conversation, and how soon it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeskShown {
    /// Which.
    pub conversation_id: ConversationId,
    /// Who has it.
    pub state: DeskState,
    /// Since when.
    pub since: UnixMillis,
    /// Why a person was called, where the answerer did.
    pub reason: Option<EscalationReason>,
    /// The member or key that has it.
    pub assignee: Option<String>,
    /// When it was last handed over.
    pub handed_at: Option<UnixMillis>,
    /// When a person first answered after that.
    pub first_response_at: Option<UnixMillis>,
    /// From the one to the other, in milliseconds.
    pub first_response_ms: Option<i64>,
}

/// The query of `GET /v1/inbox`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DeskQuery {
    /// Only these; `waiting` by default.
    pub state: Option<DeskState>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// 1 to 500, 50 by default.
    pub limit: Option<u32>,
}

/// `POST /v1/conversations/{conversation_id}/assign`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct NewAssignment {
    /// To whom; to the sender where it is left out.
    pub member_id: Option<MemberId>,
}

/// What could be said to a visitor next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Suggestion {
    /// The id to send it under, changed or not: by it the reply counts as assisted.
    pub message_id: String,
    /// The words; none where nothing is known.
    pub text: Option<String>,
    /// What was found for it, the likeliest first.
    pub found: Vec<KnowledgeFound>,
}
