//! The envelope: CloudEvents 1.0, JSON event format.

use super::Event;
use serde_json::{Map, Value, json};

/// What every event type begins with on the wire.
pub(super) const TYPE_PREFIX: &str = "askwell.";

/// The event as CloudEvents 1.0 in JSON format (`application/cloudevents+json`).
///
/// `source` is the workspace, `subject` the conversation where there is one. `data` is flat: the
/// required internal ids, `timestamp`, and the payload's fields.
pub fn cloud_event(event: &Event) -> Value {
    let time = event.occurred_at.rfc3339();
    let mut data = Map::new();
    data.insert("schema_version".into(), event.schema_version.into());
    data.insert("org_id".into(), event.org_id.as_str().into());
    data.insert("workspace_id".into(), event.workspace_id.as_str().into());
    data.insert("user_id".into(), event.user_id.as_str().into());
    data.insert("timestamp".into(), time.as_str().into());
    if let Some(id) = &event.conversation_id {
        data.insert("conversation_id".into(), id.as_str().into());
    }
    // A payload is a struct of enums, ids and numbers, which always serialises to an object.
    if let Ok(Value::Object(payload)) = serde_json::to_value(&event.payload) {
        data.extend(payload);
    }
    let mut envelope = json!({
        "specversion": "1.0",
        "id": event.event_id,
        "source": format!("/workspaces/{}", event.workspace_id),
        "type": format!("{TYPE_PREFIX}{}", event.name),
        "time": time,
        "datacontenttype": "application/json",
        "data": data,
    });
    if let (Some(id), Value::Object(envelope)) = (&event.conversation_id, &mut envelope) {
        envelope.insert("subject".into(), id.as_str().into());
    }
    envelope
}
