//! What a conversation is made of: messages by someone, in one direction, in one status.

mod duration;
mod status;

pub use duration::DurationBand;
pub use status::{Action, Resolution, Status};

use crate::time::UnixMillis;
use serde::{Deserialize, Deserializer, Serialize};

/// Longest text of one message, in bytes of UTF-8.
pub const MAX_MESSAGE_BYTES: usize = 8 * 1024;
/// Most messages in one conversation: 2,000 × 8 kB = 16 MB, well under a worker's 128 MB.
pub const MAX_MESSAGES: usize = 2_000;

/// Whether a conversation of so many messages, marks included, takes one more message or an action
/// that does not end it: the policy's question may follow, and the end needs its marker.
pub const fn takes_another(messages: usize) -> bool {
    messages + 3 <= MAX_MESSAGES
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The visitor.
    Customer,
    /// An automatic answer, the policy's own questions included.
    Bot,
    /// A person of the team.
    Agent,
    /// Not said but happened; the text is an [`Marker`].
    System,
}

impl Role {
    /// The role as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Bot => "bot",
            Self::Agent => "agent",
            Self::System => "system",
        }
    }
}

/// One turn of a transcript, as classification reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Turn {
    /// Who said it.
    pub role: Role,
    /// What was said; for [`Role::System`] a [`Marker`].
    pub text: String,
    /// When, in POSIX seconds, where known. Fractions are read and left out.
    #[serde(default, deserialize_with = "whole_seconds", skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
}

/// Other systems write `1589477294.0`, and parts of a second.
fn whole_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a number of seconds")]
    enum Seconds {
        Whole(i64),
        Parts(f64),
    }
    Ok(Option::deserialize(deserializer)?.map(|seconds| match seconds {
        Seconds::Whole(seconds) => seconds,
        // What is past any time is held at the bounds of the type.
        Seconds::Parts(seconds) => seconds.floor() as i64,
    }))
}

/// What a [`Role::System`] turn can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Marker {
    /// From the bot to a person.
    Handoff,
    /// From one person of the team to another.
    Transferred,
    /// Went on after it had ended.
    Reopened,
    /// Ended with the matter settled.
    Resolved,
    /// Ended.
    Closed,
}

impl Marker {
    /// The marker as it stands in a transcript.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Handoff => "handoff",
            Self::Transferred => "transferred",
            Self::Reopened => "reopened",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }

    /// Reads the text of a [`Role::System`] turn.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Handoff, Self::Transferred, Self::Reopened, Self::Resolved, Self::Closed]
            .into_iter()
            .find(|m| m.as_str() == text)
    }
}

/// One stored message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Message {
    /// Chosen by whoever sent it; the same id twice is the same message.
    pub id: String,
    /// Place in the conversation, from 0, without gaps.
    pub seq: u32,
    /// Who said it.
    pub role: Role,
    /// What was said, at most [`MAX_MESSAGE_BYTES`].
    pub text: String,
    /// When; never before the message that precedes it.
    pub at: UnixMillis,
    /// The member or key that said or did it for the team. None for the visitor, for what happens by
    /// itself, and wherever the visitor reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// What the id of a question begins with that the policy put.
pub const QUESTION_PREFIX: &str = "ask-";

/// What the id of a person's message begins with that was suggested to them: the system wrote it, and
/// they approved or changed it.
pub const ASSISTED_PREFIX: &str = "assist-";
/// What the id of an automatic reply begins with.
pub const REPLY_PREFIX: &str = "auto-";

impl Message {
    /// Whether a person sent what was suggested to them.
    pub fn is_assisted(&self) -> bool {
        self.role == Role::Agent && self.id.starts_with(ASSISTED_PREFIX)
    }

    /// Whether it is a question that the policy put, and no answer to anything.
    pub fn is_question(&self) -> bool {
        self.role == Role::Bot && self.id.starts_with(QUESTION_PREFIX)
    }
}

impl From<&Message> for Turn {
    fn from(m: &Message) -> Self {
        Self { role: m.role, text: m.text.clone(), at: Some(m.at.secs()) }
    }
}

/// Who began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The customer did.
    #[default]
    Inbound,
    /// The team or an automation did.
    Outbound,
}

impl Direction {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Inbound, Self::Outbound];

    /// The direction as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// Where the visitor writes from. Captured automatically, never asked.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// The widget of this project.
    #[default]
    WebWidget,
    /// LINE Messaging API.
    Line,
    /// Facebook Messenger.
    Facebook,
    /// E-mail.
    Email,
    /// A phone call of an outside voice operator.
    Phone,
    /// Anything else that speaks the API.
    Api,
}

impl Platform {
    /// All of them, in the order of lists.
    pub const ALL: [Self; 6] =
        [Self::WebWidget, Self::Line, Self::Facebook, Self::Email, Self::Phone, Self::Api];

    /// Reads a platform; none: there is no such platform.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|platform| platform.as_str() == text)
    }

    /// The platform as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WebWidget => "web_widget",
            Self::Line => "line",
            Self::Facebook => "facebook",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Api => "api",
        }
    }
}

/// The customer's tone over the whole conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Sentiment {
    /// No meaningful exchange to judge.
    NotApplicable,
    /// Insults or rage for most of it.
    OverlyNegative,
    /// Displeasure shown, politely or by sarcasm too.
    Negative,
    /// Reports or asks without emotion.
    Neutral,
    /// Pleased or warmly thankful.
    Positive,
    /// Effusive for most of it.
    OverlyPositive,
}

impl Sentiment {
    /// All of them, from the worst to the best, and none to judge at the end.
    pub const ALL: [Self; 6] = [
        Self::OverlyNegative,
        Self::Negative,
        Self::Neutral,
        Self::Positive,
        Self::OverlyPositive,
        Self::NotApplicable,
    ];

    /// The tag as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotApplicable => "not-applicable",
            Self::OverlyNegative => "overly-negative",
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
            Self::OverlyPositive => "overly-positive",
        }
    }
}
