//! An event as a data point of Workers Analytics Engine: one index, 20 blobs and 20 doubles are all
//! that one may have (developers.cloudflare.com/analytics/analytics-engine/limits).

use super::{Field, Group, Values};
use crate::time::UnixMillis;
use serde_json::Value;

/// The values of a data point. Their order stands in `docs/events.md` and is never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct DataPoint {
    /// The workspace: what samples are taken by.
    pub index: String,
    /// The name, the event's id, the user, the conversation, then the optional fields that are text, in
    /// the order of the catalog; empty where there is none.
    pub blobs: Vec<String>,
    /// When it happened, and the time to resolution; both in milliseconds, 0 where there is none.
    pub doubles: [f64; 2],
}

/// The optional fields that are text, in the order of the catalog. Those of questions for contact
/// details come with nothing of outcomes, and stand in their blobs, the last ones. Which automation ran
/// stands in none: there are twenty.
pub fn blob_fields() -> impl Iterator<Item = Field> {
    let asked =
        |field: &Field| matches!(field.group(), Some(Group::Enrichment | Group::Automation));
    Field::ALL
        .iter()
        .copied()
        .filter(move |field| field.values() != Values::Millis && !asked(field))
}

/// The last blob of these is the last of all.
const ASKED: [Field; 3] = [Field::AskedField, Field::AskMoment, Field::AskArm];

/// The data point of an event as it stands in its envelope ([`super::cloud_event`]).
pub fn data_point(envelope: &Value) -> DataPoint {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let data = &envelope["data"];
    let name = text(&envelope["type"]);
    let name = name.strip_prefix(super::envelope::TYPE_PREFIX).unwrap_or(&name).to_owned();
    let fixed =
        [name, text(&envelope["id"]), text(&data["user_id"]), text(&data["conversation_id"])];
    let at = UnixMillis::parse_rfc3339(&text(&envelope["time"])).map_or(0, |at| at.0);
    let field = Field::TimeToResolutionMs.as_str();
    let mut blobs: Vec<String> =
        fixed.into_iter().chain(blob_fields().map(|field| text(&data[field.as_str()]))).collect();
    let last = blobs.len().saturating_sub(ASKED.len());
    for (blob, field) in blobs.iter_mut().skip(last).zip(ASKED) {
        if let Some(value) = data[field.as_str()].as_str() {
            value.clone_into(blob);
        }
    }
    DataPoint {
        index: text(&data["workspace_id"]),
        blobs,
        doubles: [at as f64, data[field].as_f64().unwrap_or(0.0)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{
        Event, Name, OutcomeType, Payload, ResolutionPath, Scope, UserId, cloud_event,
    };
    use crate::id::{ConversationId, CustomerId, OrgId, WorkspaceId};

    #[test]
    fn an_event_is_a_point_of_twenty_blobs_and_two_doubles() {
        let workspace: WorkspaceId = "shop".parse().unwrap();
        let user = UserId::Customer(CustomerId::derive(&[b"c"]));
        let org = OrgId::from(&workspace);
        let scope = Scope { org_id: &org, workspace_id: &workspace, user_id: &user };
        let conversation = ConversationId::derive(&[b"v"]);
        let payload = Payload {
            outcome_type: Some(OutcomeType::Resolved),
            time_to_resolution_ms: Some(90_000),
            resolution_path: Some(ResolutionPath::Bot),
            ..Payload::default()
        };
        let at = UnixMillis(1_780_272_000_000);
        let name = Name::InteractionOutcomeResolved;
        let event = Event::new(name, &scope, Some(&conversation), "", at, payload).unwrap();
        let point = data_point(&cloud_event(&event));
        assert_eq!(
            (point.index.as_str(), point.doubles),
            ("shop", [1_780_272_000_000.0, 90_000.0])
        );
        assert_eq!(point.blobs.len(), 20, "no more may be");
        assert_eq!(
            point.blobs[..4],
            [name.as_str(), event.event_id.as_str(), user.as_str(), conversation.as_str()]
        );
        assert_eq!((point.blobs[16].as_str(), point.blobs[19].as_str()), ("resolved", "bot"));
        assert_eq!(point.blobs.iter().filter(|blob| blob.is_empty()).count(), 14);
    }
}
