//! Phone calls of an outside voice operator, and tickets of another help desk: conversations that
//! were held elsewhere and are told of here.

use crate::conversation::{Direction, Status};
use crate::error::Code;
use crate::id::{ChannelId, ConversationId};
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// `POST /v1/calls`: a call comes in, or is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCall {
    /// A channel of kind `phone`.
    pub channel_id: ChannelId,
    /// The operator's name for the call, unique in the channel; the same is the same call. 1 to 200
    /// bytes.
    pub reference: String,
    /// Who calls whom.
    pub direction: Direction,
    /// The customer's number, with its country code; none where an inbound call withholds it. Then the call is
    /// nobody's who has called before.
    #[serde(default)]
    pub number: Option<String>,
    /// What they are called, if that is known.
    #[serde(default)]
    pub name: Option<String>,
}

/// A call as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CallShown {
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// The operator's name for it.
    pub reference: String,
    /// Who calls whom.
    pub direction: Direction,
    /// Where it stands. An outbound call is `queued` until somebody picks up.
    pub status: Status,
    /// Whether it went to another agent.
    pub transferred: bool,
    /// How often it was dialled.
    pub dials: u32,
    /// When it was last dialled.
    pub dialled_at: Option<UnixMillis>,
    /// When somebody picked up.
    pub answered_at: Option<UnixMillis>,
}

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// Outbound only: the number is being called.
    Dialled,
    /// Somebody has picked up, and they talk.
    InProgress,
}

/// `POST /v1/calls/{conversation_id}/progress`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CallProgress {
    /// How far.
    pub status: Progress,
    /// When; now by default.
    #[serde(default)]
    pub at: Option<UnixMillis>,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Somebody hung up.
    Completed,
    /// It was put through to another agent.
    Transferred,
    /// It could not be established.
    Failed,
    /// Outbound only: the line was busy.
    Busy,
    /// Outbound only: nobody picked up.
    NoAnswer,
    /// Outbound only: it reached a voicemail.
    Voicemail,
}

/// `POST /v1/calls/{conversation_id}/end`. The same again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CallEnd {
    /// How.
    pub status: Ending,
    /// When; now by default.
    #[serde(default)]
    pub at: Option<UnixMillis>,
    /// What was said, in order; only where somebody talked.
    #[serde(default)]
    pub transcript: Vec<Spoken>,
}

/// Somebody said something elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Spoken {
    /// Who.
    pub role: Speaker,
    /// What; longer than a message may be is several.
    pub text: String,
    /// When; never before what precedes it.
    #[serde(default)]
    pub at: Option<UnixMillis>,
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// The customer.
    Customer,
    /// A machine.
    Bot,
    /// A person of the team.
    Agent,
}

/// One line of `POST /v1/tickets/import`: a ticket that was closed elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    /// The other system's name for it; the same is the same ticket. 1 to 200 bytes.
    pub id: String,
    /// What it is about.
    #[serde(default)]
    pub subject: Option<String>,
    /// Who asked.
    pub requester: Requester,
    /// Whether the matter was settled; closed without saying so by default.
    #[serde(default)]
    pub resolved: bool,
    /// When it was closed; by default with the last message.
    #[serde(default)]
    pub closed_at: Option<UnixMillis>,
    /// What was said, in order; 1 at least.
    pub messages: Vec<Spoken>,
}

/// Who asked in a ticket. All of it is claimed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Requester {
    /// As written.
    pub name: Option<String>,
    /// By which tickets of the same person are known as such.
    pub email: Option<String>,
    /// With its country code.
    pub phone: Option<String>,
}

/// What `POST /v1/tickets/import` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TicketsImported {
    /// How many are new.
    pub imported: u32,
    /// How many had been imported before.
    pub repeats: u32,
    /// Lines that were not, in order.
    pub refused: Vec<TicketRefused>,
}

/// A line that was not imported; the others were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TicketRefused {
    /// From 1.
    pub line: u32,
    /// The stable reason.
    pub code: Code,
    /// For a person; without personal data.
    pub detail: String,
}
