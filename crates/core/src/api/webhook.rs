//! Webhooks that take events, what became of each delivery, and what nobody could work off.

use crate::event::Name;
use crate::id::{EndpointId, EventId};
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// `POST /v1/webhooks`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewEndpoint {
    /// `https:`, or `http:` on a loopback host. 2,000 bytes at most.
    pub url: String,
    /// `whsec_` and the base 64 of 24 to 64 bytes; by default a random one is made.
    #[serde(default)]
    pub secret: Option<String>,
    /// Which events it takes; all by default.
    #[serde(default)]
    pub names: Vec<Name>,
}

/// `PATCH /v1/webhooks/{endpoint_id}`: what is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct EndpointPatch {
    /// As in [`NewEndpoint`].
    pub url: Option<String>,
    /// Which events it takes from now on; an empty list means all.
    pub names: Option<Vec<Name>>,
    /// Whether it is sent anything. Turned on again, it first gets what has waited.
    pub enabled: Option<bool>,
}

/// `POST /v1/webhooks/{endpoint_id}/secret`: puts another secret in the place of the one that stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct NewEndpointSecret {
    /// `whsec_` and the base 64 of 24 to 64 bytes; by default a random one is made.
    pub secret: Option<String>,
    /// For how many seconds deliveries are signed with the one before as well: 0 to 604,800 (seven
    /// days), 86,400 (a day) by default.
    pub keep_s: Option<u32>,
}

/// Why a webhook is sent nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DisabledBecause {
    /// It answered 410 Gone.
    Gone,
    /// Somebody of the team turned it off.
    Team,
}

impl DisabledBecause {
    /// As it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Team => "team",
        }
    }
}

/// A webhook, without its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Endpoint {
    /// Which.
    pub endpoint_id: EndpointId,
    /// Where events go.
    pub url: String,
    /// Which events it takes; all where this is empty.
    pub names: Vec<Name>,
    /// Whether it is sent anything.
    pub enabled: bool,
    /// Why not.
    pub disabled_because: Option<DisabledBecause>,
    /// Until when it is left alone because it only fails; then one event is tried.
    pub resting_until: Option<UnixMillis>,
    /// Since when it is there.
    pub created_at: UnixMillis,
    /// Until when the secret before this one signs as well.
    pub old_secret_until: Option<UnixMillis>,
    /// Events that it has taken.
    pub delivered: u64,
    /// Events that it is yet to take.
    pub waiting: u64,
    /// Of those that wait, how many it has failed to take at least once.
    pub failing: u64,
    /// Events that were given up on.
    pub dead: u64,
    /// When it last took one.
    pub last_delivered_at: Option<UnixMillis>,
}

/// What `GET /v1/webhooks` answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndpointList {
    /// All of them, the oldest first.
    pub items: Vec<Endpoint>,
}

/// A webhook with its secret, which is shown this once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndpointMade {
    /// The webhook.
    #[serde(flatten)]
    pub endpoint: Endpoint,
    /// What its deliveries are signed with.
    pub secret: String,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is yet to be taken.
    Waiting,
    /// It was taken.
    Delivered,
    /// It was given up on, a day after the first attempt that failed.
    Dead,
}

impl DeliveryState {
    /// As it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryFailure {
    /// The answer's status was none from 200 to 299.
    Status,
    /// There was no answer within ten seconds.
    Timeout,
    /// There was no connection, or it was cut.
    Connection,
}

/// `GET /v1/deliveries`: which deliveries. Without any of these, all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DeliveryQuery {
    /// To this webhook.
    pub endpoint_id: Option<EndpointId>,
    /// That stand so.
    pub state: Option<DeliveryState>,
    /// Of this event.
    pub event_id: Option<EventId>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// 1 to 500, 50 by default.
    pub limit: Option<u32>,
}

/// What became of one event at one webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Delivery {
    /// The event's place in the ledger's order: `from` and `to` of a replay.
    pub seq: u64,
    /// The event.
    pub event_id: EventId,
    /// What happened.
    pub name: Name,
    /// The webhook.
    pub endpoint_id: EndpointId,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried since it was put in, or last sent again.
    pub attempts: u32,
    /// When it was last tried.
    pub last_attempt_at: Option<UnixMillis>,
    /// The status that the last attempt was answered with.
    pub last_status: Option<u16>,
    /// Why the last attempt failed.
    pub last_failure: Option<DeliveryFailure>,
    /// When it is tried again; none where it waits for an earlier event of its conversation.
    pub next_try_at: Option<UnixMillis>,
    /// When it was taken.
    pub delivered_at: Option<UnixMillis>,
}

/// What a queue gave up on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeadLetter {
    /// Which queue.
    pub queue: String,
    /// The conversation and its revision, or the webhook and the conversation or event: internal ids.
    pub subject: String,
    /// When it was first noted.
    pub at: UnixMillis,
}

/// What `GET /v1/dead-letters` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeadLetterList {
    /// The latest first, 500 at most.
    pub items: Vec<DeadLetter>,
}

/// A queue message that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PoisonMessage {
    /// Its key in KV, where the whole of it stays for 30 days.
    pub key: String,
    /// Which queue.
    pub queue: String,
    /// When it was set aside.
    pub at: UnixMillis,
    /// Its length in bytes: of text as it is, of bytes in base 64.
    pub bytes: u64,
}

/// What `GET /v1/operator/poison` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PoisonList {
    /// In the order of their keys.
    pub items: Vec<PoisonMessage>,
    /// Goes into `?cursor=` for the page after; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
