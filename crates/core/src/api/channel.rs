//! Channels: connections to other platforms, and what became of what was sent there.

use crate::channel::Reason;
use crate::conversation::{Message, Platform, Role, Status};
use crate::id::{ChannelId, ConversationId, CustomerId, VisitorId};
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// `POST /v1/channels`, `PUT /v1/channels/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewChannel {
    /// For people; the sender's name in e-mails. 1 to 200 bytes.
    pub name: String,
    /// To what.
    pub connection: Connection,
}

/// What a channel is connected to, and how. Secrets are never shown again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Connection {
    /// LINE Messaging API.
    Line {
        /// Signs what LINE sends.
        channel_secret: String,
        /// Lets in what is sent to LINE.
        access_token: String,
    },
    /// A Facebook page in Messenger.
    Facebook {
        /// The page's id.
        page_id: String,
        /// Signs what Facebook sends.
        app_secret: String,
        /// What Facebook shows when it first calls; freely chosen.
        verify_token: String,
        /// Lets in what is sent to Facebook; of the page.
        access_token: String,
    },
    /// E-mail.
    Email {
        /// What customers write to, and what answers come from.
        address: String,
        /// Where mails are handed in: `https:`, or `http:` on a loopback host.
        send_url: String,
        /// Lets in what is handed in there.
        send_key: String,
    },
    /// Phone calls of an outside voice operator, who tells of them over this interface.
    Phone {},
}

impl Connection {
    /// The platform that it leads to.
    pub fn platform(&self) -> Platform {
        match self {
            Self::Line { .. } => Platform::Line,
            Self::Facebook { .. } => Platform::Facebook,
            Self::Email { .. } => Platform::Email,
            Self::Phone {} => Platform::Phone,
        }
    }

    /// What it is known by over there, where that may be shown.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Facebook { page_id, .. } => Some(page_id),
            Self::Email { address, .. } => Some(address),
            Self::Line { .. } | Self::Phone {} => None,
        }
    }
}

/// Whether a channel works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChannelState {
    /// As far as anybody knows it does.
    Connected,
    /// The last thing that was sent did not get through, and nothing has since.
    Failing,
    /// It was disconnected: nothing is taken and nothing sent.
    Disconnected,
}

/// A channel without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Channel {
    /// Which.
    pub channel_id: ChannelId,
    /// Where it leads.
    pub platform: Platform,
    /// For people.
    pub name: String,
    /// Whether it works.
    pub state: ChannelState,
    /// What it is known by over there, where that may be shown.
    pub account: Option<String>,
    /// Where the platform is to send what happens: an address of this server. None where there is
    /// no such thing.
    pub webhook: Option<String>,
    /// E-mail only: what stands before the `@` of the address that mails are to be forwarded to.
    pub inbox: Option<String>,
    /// Since when.
    pub connected_at: UnixMillis,
    /// Until when.
    pub disconnected_at: Option<UnixMillis>,
    /// When something last came in.
    pub received_at: Option<UnixMillis>,
    /// When something last got through.
    pub sent_at: Option<UnixMillis>,
    /// What last did not get through.
    pub trouble: Option<Trouble>,
}

/// Why something did not get through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trouble {
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: UnixMillis,
}

/// `GET /v1/channels`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChannelList {
    /// All of them, the oldest first, disconnected ones too.
    pub items: Vec<Channel>,
}

/// What became of a message that was to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChannelDeliveryState {
    /// It did not get through yet, and is tried again.
    Waiting,
    /// The platform has it.
    Sent,
    /// It will not get through.
    Failed,
}

impl ChannelDeliveryState {
    /// The state as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }
}

/// A message on its way to another platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChannelDelivery {
    /// Over which.
    pub channel_id: ChannelId,
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// Which message.
    pub message_id: String,
    /// Which part of it, from 0: what is too long for a platform goes in parts.
    pub part: u32,
    /// What became of it.
    pub state: ChannelDeliveryState,
    /// Why it did not get through, where it did not.
    pub reason: Option<Reason>,
    /// The status that the platform last answered with; none without an answer.
    pub status: Option<u16>,
    /// How often it was tried.
    pub attempts: u32,
    /// When that was last so.
    pub at: UnixMillis,
}

/// The query of `GET /v1/channels/deliveries`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ChannelDeliveryQuery {
    /// Only over this.
    pub channel_id: Option<ChannelId>,
    /// Only in this.
    pub conversation_id: Option<ConversationId>,
    /// Only those that stand so.
    pub state: Option<ChannelDeliveryState>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// 1 to 500, 50 by default.
    pub limit: Option<u32>,
}

/// The query with which Facebook asks whether an address is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HubQuery {
    /// `subscribe`.
    #[serde(rename = "hub.mode")]
    pub mode: String,
    /// The channel's verify token.
    #[serde(rename = "hub.verify_token")]
    pub verify_token: String,
    /// What is to be answered with.
    #[serde(rename = "hub.challenge")]
    pub challenge: String,
}

/// `POST /v1/outbound`: the team, or an automation of theirs, begins a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewOutbound {
    /// Over which channel: LINE, Facebook or e-mail.
    pub channel_id: ChannelId,
    /// With whom: the platform's name for them, or the e-mail address. Either this or a customer.
    #[serde(default)]
    pub to: Option<String>,
    /// With whom: a customer who can be reached over the channel.
    #[serde(default)]
    pub customer_id: Option<CustomerId>,
    /// What is said, 1 byte to 8 kB.
    pub text: String,
    /// E-mail only, and needed there: what it is about.
    #[serde(default)]
    pub subject: Option<String>,
    /// What they are called, if that is known.
    #[serde(default)]
    pub name: Option<String>,
    /// Who says it: `agent` by default, or `bot`.
    #[serde(default)]
    pub role: Option<Role>,
}

/// What `POST /v1/outbound` answers. The conversation is `queued` until they answer; it ends as
/// `failed` when the message cannot be delivered, and as `no-answer` when nobody answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outbound {
    /// Which.
    pub conversation_id: ConversationId,
    /// With whom.
    pub visitor_id: VisitorId,
    /// Where it stands.
    pub status: Status,
    /// What was said.
    pub message: Message,
}
