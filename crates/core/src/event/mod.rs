//! Events: what happened, without content and without personal data.
//!
//! An [`Event`] is made of enums, internal ids, numbers and times only; there is no field that could
//! carry what somebody wrote. [`is_clean`] looks at it once more, as it would leave. Events of other
//! parts of the platform come in through [`ingest`]. [`reference`] writes the catalog down.

mod catalog;
mod closed;
mod envelope;
pub mod ingest;
mod name;
pub mod point;
pub mod reference;
pub mod retry;
mod scan;
mod values;

pub use catalog::{Field, Payload};
pub use closed::of_closed;
pub use envelope::cloud_event;
pub use name::{Group, Name, Origin};
pub use scan::{Hit, hits, is_clean};
pub use values::{
    AppSurface, ConfidenceBand, ErrorCode, EscalationReason, HandoffTarget, KbGapType, OutcomeType,
    ReplyMode, ResolutionPath, ResultTag, Severity, SignalType, TriageResult, Values,
};

use crate::error::{Code, Error};
use crate::id::{ConversationId, CustomerId, EventId, MemberId, OrgId, VisitorId, WorkspaceId};
use crate::time::UnixMillis;
use core::fmt;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// Version of the catalog that an event was made by.
pub const SCHEMA_VERSION: u32 = 1;

/// Which workspace and whom events belong to, by internal ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The organisation.
    pub org_id: &'a OrgId,
    /// The workspace.
    pub workspace_id: &'a WorkspaceId,
    /// Whom they are about, or who did it.
    pub user_id: &'a UserId,
}

/// The internal, pseudonymous id of the person that an event is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum UserId {
    /// A customer.
    Customer(CustomerId),
    /// A visitor who is no customer yet.
    Visitor(VisitorId),
    /// A person of the team, or a user of another part of the platform.
    Member(MemberId),
}

impl UserId {
    /// How it is written.
    pub const FORM: &str = "`cu_` (a customer), `vi_` (a visitor) or `us_` (a person of the team, or a user of another part of the platform), and 26 characters of base 32";

    /// The id as text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Customer(id) => id.as_str(),
            Self::Visitor(id) => id.as_str(),
            Self::Member(id) => id.as_str(),
        }
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl core::str::FromStr for UserId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let customer = || text.parse().map(Self::Customer);
        customer()
            .or_else(|_| text.parse().map(Self::Visitor))
            .or_else(|_| text.parse().map(Self::Member))
            .map_err(|_: Error| {
                Error::new(
                    Code::InvalidField,
                    "user_id must be an internal id that begins with cu_, vi_ or us_",
                )
            })
    }
}

impl<'de> Deserialize<'de> for UserId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// One event, ready to be delivered. Made by [`Event::new`], or read by [`Event::from_json`]; both
/// check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// Unique; the same fact always has the same id.
    pub event_id: EventId,
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// What happened.
    pub name: Name,
    /// When the fact happened.
    pub occurred_at: UnixMillis,
    /// The organisation.
    pub org_id: OrgId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Whom it is about, or who did it.
    pub user_id: UserId,
    /// The conversation it belongs to. Events of one conversation are delivered in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// The optional part.
    pub payload: Payload,
}

impl Event {
    /// Makes an event. Its id is derived from the conversation (from the workspace where there is
    /// none), the name, and `which` fact of that name it is: the same fact has the same id, whoever
    /// finds it out and however often. An instant out of range is moved to the nearest in it.
    ///
    /// # Errors
    /// [`Code::InvalidField`] for a payload with a field that events of this name do not have.
    pub fn new(
        name: Name,
        scope: &Scope<'_>,
        conversation: Option<&ConversationId>,
        which: &str,
        occurred_at: UnixMillis,
        payload: Payload,
    ) -> Result<Self, Error> {
        let place = conversation.map_or(scope.workspace_id.as_str(), ConversationId::as_str);
        let parts = [place, name.as_str(), which].map(str::as_bytes);
        let event = Self {
            event_id: EventId::derive(&parts),
            schema_version: SCHEMA_VERSION,
            name,
            occurred_at: occurred_at.clamped(),
            org_id: scope.org_id.clone(),
            workspace_id: scope.workspace_id.clone(),
            user_id: scope.user_id.clone(),
            conversation_id: conversation.cloned(),
            payload,
        };
        event.check()?;
        Ok(event)
    }

    /// Reads an event in the form that it serialises to, and checks it against the catalog.
    ///
    /// # Errors
    /// [`Code::UnknownField`] for a field that there is not, [`Code::InvalidField`] for one that is
    /// missing, that has a value it cannot have, or that belongs to another group of events. The
    /// detail names the field and does not repeat its value.
    pub fn from_json(value: Value) -> Result<Self, Error> {
        let Value::Object(mut map) = value else {
            return Err(Error::new(Code::InvalidField, "an event must be a JSON object"));
        };
        let schema_version: u32 = take(&mut map, "schema_version", "a whole number")?;
        if schema_version != SCHEMA_VERSION {
            return Err(invalid("schema_version", &format!("{SCHEMA_VERSION}")));
        }
        let occurred_at: UnixMillis =
            take(&mut map, "occurred_at", "milliseconds since 1970, a whole number")?;
        if occurred_at != occurred_at.clamped() {
            return Err(invalid("occurred_at", "within the years 1970 to 9999"));
        }
        let payload = match map.remove("payload") {
            None => Payload::default(),
            Some(Value::Object(payload)) => Payload::read(payload)?,
            Some(_) => return Err(invalid("payload", "a JSON object")),
        };
        let slug = "2 to 40 characters of a-z, 0-9 and inner -";
        let conversation_id = match map.get("conversation_id") {
            None | Some(Value::Null) => {
                map.remove("conversation_id");
                None
            }
            Some(_) => Some(take(&mut map, "conversation_id", "an internal id: cv_…")?),
        };
        let event = Self {
            event_id: take(&mut map, "event_id", "an internal id: ev_…")?,
            schema_version,
            name: take(&mut map, "name", "a name of the catalog (docs/events.md)")?,
            occurred_at,
            org_id: take(&mut map, "org_id", slug)?,
            workspace_id: take(&mut map, "workspace_id", slug)?,
            user_id: take(&mut map, "user_id", "an internal id: cu_…, vi_… or us_…")?,
            conversation_id,
            payload,
        };
        if let Some(key) = map.keys().next() {
            return Err(unknown_field("", key));
        }
        event.check()?;
        Ok(event)
    }

    /// Checks the payload against the event's group.
    ///
    /// # Errors
    /// [`Code::InvalidField`] for a field that events of this name do not have.
    pub fn check(&self) -> Result<(), Error> {
        match self.payload.set().into_iter().find(|f| !self.name.allows(*f)) {
            None => Ok(()),
            Some(field) => Err(Error::new(
                Code::InvalidField,
                format!("payload.{} does not belong to {}", field.as_str(), self.name),
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::from_json(Value::deserialize(d)?).map_err(D::Error::custom)
    }
}

fn take<T: DeserializeOwned>(
    map: &mut Map<String, Value>,
    field: &str,
    what: &str,
) -> Result<T, Error> {
    map.remove(field)
        .and_then(|value| serde_json::from_value(value).ok())
        .ok_or_else(|| invalid(field, what))
}

fn invalid(field: &str, what: &str) -> Error {
    Error::new(Code::InvalidField, format!("{field} must be {what}"))
}

/// Names a field only where its name is one that a program would choose: a key can hold personal
/// data as well as a value can.
fn unknown_field(parent: &str, key: &str) -> Error {
    let plain = key.len() <= 40 && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let shown = if plain { key } else { "(not shown)" };
    Error::new(Code::UnknownField, format!("there is no field {parent}{shown}"))
}

#[cfg(test)]
mod tests;
