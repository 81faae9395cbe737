//! Automations: what is done by itself after a conversation.

use super::AnswerFilter;
use crate::conversation::{Direction, Platform, Sentiment};
use crate::id::{AutomationId, ConversationId, EndpointId};
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// What an automation waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The conversation has ended, in whatever way.
    Closed,
    /// The team has marked it resolved.
    Resolved,
    /// It was handed off.
    HandedOff,
    /// It was read and its questions answered: after each of the others.
    Classified,
}

impl Trigger {
    /// All of them, in the order of lists.
    pub const ALL: [Self; 4] = [Self::Closed, Self::Resolved, Self::HandedOff, Self::Classified];

    /// As it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Resolved => "resolved",
            Self::HandedOff => "handed_off",
            Self::Classified => "classified",
        }
    }
}

/// Which conversations; all that is said must hold, and an empty list holds always.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AutomationConditions {
    /// Held over one of these.
    pub platforms: Vec<Platform>,
    /// Begun so.
    pub direction: Option<Direction>,
    /// Of one of these tones.
    pub sentiments: Vec<Sentiment>,
    /// With all of these answers; 10 at most.
    pub answers: Vec<AnswerFilter>,
}

/// On what a tag or a note is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AutomationTarget {
    /// The conversation.
    #[default]
    Conversation,
    /// Its customer.
    Customer,
}

/// Something that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum AutomationAction {
    /// Puts a tag on.
    Tag {
        /// 1 to 60 characters.
        tag: String,
        /// On what.
        #[serde(default)]
        on: AutomationTarget,
    },
    /// Writes a note.
    Note {
        /// 1 to 8,000 characters.
        text: String,
        /// About what.
        #[serde(default)]
        on: AutomationTarget,
    },
    /// Tells a webhook, by the event `automation.ran`. Its id is the same however often it is sent.
    Webhook {
        /// Which; it is told whatever events it takes otherwise.
        endpoint_id: EndpointId,
    },
}

/// `POST /v1/automations`, `PUT /v1/automations/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewAutomation {
    /// For people: 1 to 100 characters.
    pub name: String,
    /// Whether it runs; true by default.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// After what.
    pub on: Trigger,
    /// Of which conversations; all by default.
    #[serde(default)]
    pub when: AutomationConditions,
    /// What is done, in this order; 1 to 10.
    pub then: Vec<AutomationAction>,
}

fn yes() -> bool {
    true
}

/// An automation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Automation {
    /// Which.
    pub automation_id: AutomationId,
    /// For people.
    pub name: String,
    /// Whether it runs.
    pub enabled: bool,
    /// After what.
    pub on: Trigger,
    /// Of which conversations.
    pub when: AutomationConditions,
    /// What is done.
    pub then: Vec<AutomationAction>,
    /// Since when there is one.
    pub created_at: UnixMillis,
    /// How often it has run, for conversations that are still kept.
    pub runs: u64,
    /// When it last ran.
    pub last_run_at: Option<UnixMillis>,
}

/// `GET /v1/automations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AutomationList {
    /// In the order in which they run: the oldest first.
    pub items: Vec<Automation>,
}

/// That an automation has run for a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AutomationRun {
    /// For which.
    pub conversation_id: ConversationId,
    /// After what.
    pub on: Trigger,
    /// As of which closing.
    pub revision: u32,
    /// When.
    pub at: UnixMillis,
    /// What could not be done, by the place of the action from 0: the webhook is gone, or there are too many
    /// tags or notes.
    pub undone: Vec<u32>,
}
