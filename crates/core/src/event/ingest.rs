//! Events that other parts of the platform hand in.
//!
//! They come in the form in which events leave, CloudEvents 1.0, up to [`MAX_BATCH`] at once. Each
//! is judged by itself: what is good is taken, and each refusal names its place in the batch and a
//! stable code. Nothing of a refused event is repeated, for it may hold personal data.
//!
//! Whoever knows a fact tells it, and nobody else ([`Origin`]): an event that Askwell gives itself is
//! refused here, so that no count has two sources. Of signals, triage, replies and outcomes Askwell
//! knows those of its conversations; those of comments and reviews may be handed in.
//!
//! The sender's `id` may be anything that is unique for its `source`; it is not kept. The event's own
//! id is derived from both and the workspace, so that the same event handed in again is known.

use super::envelope::TYPE_PREFIX;
use super::{AppSurface, Event, Name, Origin, Payload, SCHEMA_VERSION, UserId, invalid, take};
use super::{hits, unknown_field};
use crate::error::{Code, Error};
use crate::id::{ConversationId, EventId, OrgId, WorkspaceId};
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Most events in one batch.
pub const MAX_BATCH: usize = 500;
/// How far the sender's clock may be ahead, in milliseconds.
const CLOCK_SKEW_MS: i64 = 5 * 60 * 1000;
/// Longest `id` and `source`, in bytes.
const MAX_NAME: usize = 256;

/// Where events are handed in, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door<'a> {
    /// The organisation of the key that is used.
    pub org_id: &'a OrgId,
    /// The workspace of the key that is used.
    pub workspace_id: &'a WorkspaceId,
    /// The present.
    pub now: UnixMillis,
}

/// An event of a batch that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "EventRefusal"))]
pub struct Refusal {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// Why.
    pub code: Code,
    /// For a person; never repeats a value.
    pub detail: String,
}

/// A batch, judged.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Batch {
    /// What is good, in its order, with the place of each in the batch.
    pub events: Vec<(usize, Event)>,
    /// Repeats of others in the same batch.
    pub repeats: usize,
    /// What is refused, in its order.
    pub refusals: Vec<Refusal>,
}

impl Batch {
    /// Judges a batch: a JSON array of CloudEvents, or one alone.
    ///
    /// # Errors
    /// [`Code::InvalidField`] for what is neither, and for a batch of more than [`MAX_BATCH`]; nothing
    /// of such a batch is taken.
    pub fn read(batch: Value, door: &Door<'_>) -> Result<Self, Error> {
        let items = match batch {
            Value::Array(items) => items,
            one @ Value::Object(_) => vec![one],
            _ => return Err(wrong("the body must be a CloudEvent or an array of them")),
        };
        if items.len() > MAX_BATCH {
            return Err(wrong(&format!("a batch may have {MAX_BATCH} events at most")));
        }
        let mut judged = Self::default();
        let mut seen: HashMap<EventId, usize> = HashMap::new();
        for (index, item) in items.into_iter().enumerate() {
            let event = match read(item, door) {
                Ok(event) => event,
                Err(Error { code, detail }) => {
                    judged.refusals.push(Refusal { index, code, detail });
                    continue;
                }
            };
            match seen.get(&event.event_id).and_then(|at| judged.events.get(*at)) {
                Some((_, first)) if *first == event => judged.repeats += 1,
                Some(_) => judged.refusals.push(Refusal {
                    index,
                    code: Code::IdempotencyConflict,
                    detail: "another event of the batch has the same source and id".to_owned(),
                }),
                None => {
                    seen.insert(event.event_id.clone(), judged.events.len());
                    judged.events.push((index, event));
                }
            }
        }
        Ok(judged)
    }
}

/// Reads one event that is handed in.
///
/// # Errors
/// [`Code::UnknownField`] and [`Code::InvalidField`] as [`Event::from_json`], [`Code::Forbidden`] for
/// an event of another workspace or one that is not to be handed in.
pub fn read(envelope: Value, door: &Door<'_>) -> Result<Event, Error> {
    let Value::Object(mut map) = envelope else {
        return Err(wrong("an event must be a JSON object"));
    };
    if map.remove("specversion").as_ref().and_then(Value::as_str) != Some("1.0") {
        return Err(invalid("specversion", "1.0"));
    }
    let content_type = map.remove("datacontenttype");
    if content_type.is_some_and(|given| given.as_str() != Some("application/json")) {
        return Err(invalid("datacontenttype", "application/json"));
    }
    let (source, id) = (named(&mut map, "source")?, named(&mut map, "id")?);
    let name = read_name(&mut map)?;
    let time: String = take(&mut map, "time", "RFC 3339")?;
    let occurred_at = UnixMillis::parse_rfc3339(&time).map_err(|_| invalid("time", "RFC 3339"))?;
    if occurred_at > door.now.plus(CLOCK_SKEW_MS) {
        return Err(invalid("time", "in the past"));
    }
    let subject = conversation(&mut map, "subject")?;
    let data: Map<String, Value> = take(&mut map, "data", "a JSON object")?;
    if let Some(key) = map.keys().next() {
        return Err(unknown_field("", key));
    }
    let data = Data::read(data, occurred_at, door)?;
    if subject.is_some() && data.conversation_id.is_some() && subject != data.conversation_id {
        return Err(invalid("subject", "data.conversation_id, where both are given"));
    }
    let parts = ["handed in", door.workspace_id.as_str(), source.as_str(), id.as_str()];
    let event = Event {
        event_id: EventId::derive(&parts.map(str::as_bytes)),
        schema_version: SCHEMA_VERSION,
        name,
        occurred_at,
        org_id: door.org_id.clone(),
        workspace_id: door.workspace_id.clone(),
        user_id: data.user_id,
        conversation_id: subject.or(data.conversation_id),
        payload: data.payload,
    };
    event.check()?;
    may_be_handed_in(&event)?;
    match hits(&super::cloud_event(&event)).first() {
        None => Ok(event),
        Some(hit) => Err(wrong(&format!("{} is not what an event may hold", hit.pointer))),
    }
}

fn may_be_handed_in(event: &Event) -> Result<(), Error> {
    let name = event.name;
    match name.origin() {
        Origin::Platform => Ok(()),
        Origin::Askwell => {
            Err(Error::new(Code::Forbidden, format!("{name} is given by Askwell itself")))
        }
        Origin::Both => {
            let elsewhere = matches!(
                event.payload.app_surface,
                Some(AppSurface::Comments | AppSurface::Reviews)
            );
            if elsewhere && event.conversation_id.is_none() {
                return Ok(());
            }
            Err(Error::new(
                Code::Forbidden,
                format!(
                    "{name} of a conversation is given by Askwell itself; hand in those of comments \
                     and reviews, with that app_surface and without a conversation"
                ),
            ))
        }
    }
}

/// What stands in `data`.
struct Data {
    user_id: UserId,
    conversation_id: Option<ConversationId>,
    payload: Payload,
}

impl Data {
    /// What the envelope or the key says already may be left out, and must agree where it is given.
    fn read(
        mut map: Map<String, Value>,
        occurred_at: UnixMillis,
        door: &Door<'_>,
    ) -> Result<Self, Error> {
        let version = map.remove("schema_version");
        if version.is_some_and(|given| given.as_u64() != Some(SCHEMA_VERSION.into())) {
            return Err(invalid("data.schema_version", &SCHEMA_VERSION.to_string()));
        }
        for (field, own) in
            [("org_id", door.org_id.as_str()), ("workspace_id", door.workspace_id.as_str())]
        {
            if map.remove(field).is_some_and(|given| given.as_str() != Some(own)) {
                let detail = format!("data.{field} is not that of the key");
                return Err(Error::new(Code::Forbidden, detail));
            }
        }
        if let Some(given) = map.remove("timestamp") {
            let same = given.as_str().and_then(|text| UnixMillis::parse_rfc3339(text).ok());
            if same != Some(occurred_at) {
                return Err(invalid("data.timestamp", "the same as time"));
            }
        }
        let user_id = take(&mut map, "user_id", "an internal id: cu_…, vi_… or us_…")
            .map_err(|error| Error { detail: format!("data.{}", error.detail), ..error })?;
        let conversation_id = conversation(&mut map, "conversation_id")?;
        for id in [Some(UserId::as_str(&user_id)), conversation_id.as_ref().map(|id| id.as_str())] {
            if id.is_some_and(is_number) {
                return Err(wrong("an internal id must not be a number that was filled up"));
            }
        }
        let payload = Payload::read(map)?;
        if payload.theme_id.as_ref().is_some_and(|id| is_number(id.as_str())) {
            return Err(wrong("an internal id must not be a number that was filled up"));
        }
        Ok(Self { user_id, conversation_id, payload })
    }
}

/// Whether an id has no letter behind its prefix. Of hashes and ULIDs that are 1 in 10^13; a phone
/// number that was filled up with zeros always.
fn is_number(id: &str) -> bool {
    id.bytes().skip(3).all(|b| b.is_ascii_digit())
}

fn read_name(map: &mut Map<String, Value>) -> Result<Name, Error> {
    let name = map.remove("type").and_then(|value| {
        let text = value.as_str()?;
        Name::parse(text.strip_prefix(TYPE_PREFIX).unwrap_or(text))
    });
    name.ok_or_else(|| invalid("type", "askwell. and a name of the catalog"))
}

fn named(map: &mut Map<String, Value>, field: &str) -> Result<String, Error> {
    let what = "a string of 1 to 256 bytes";
    let text: String = take(map, field, what)?;
    if (1..=MAX_NAME).contains(&text.len()) { Ok(text) } else { Err(invalid(field, what)) }
}

fn conversation(
    map: &mut Map<String, Value>,
    field: &str,
) -> Result<Option<ConversationId>, Error> {
    match map.remove(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => serde_json::from_value(value)
            .map(Some)
            .map_err(|_| invalid(field, "an internal id: cv_…")),
    }
}

fn wrong(detail: &str) -> Error {
    Error::new(Code::InvalidField, detail)
}

#[cfg(test)]
mod tests;
