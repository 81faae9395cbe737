use super::*;
use crate::event::cloud_event;
use crate::id::MemberId;
use serde_json::json;

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

fn door<T>(work: impl FnOnce(&Door<'_>) -> T) -> T {
    let workspace_id: WorkspaceId = "shop".parse().unwrap();
    let org_id = OrgId::from(&workspace_id);
    work(&Door { org_id: &org_id, workspace_id: &workspace_id, now: NOW })
}

fn batch(events: Value) -> Result<Batch, Error> {
    door(|door| Batch::read(events, door))
}

fn member() -> MemberId {
    MemberId::derive(&[b"a user of the knowledge base"])
}

fn event(id: &str, name: Name) -> Value {
    let surface = match name.origin() {
        Origin::Both => json!({"user_id": member(), "app_surface": "reviews"}),
        _ => json!({"user_id": member()}),
    };
    json!({
        "specversion": "1.0", "id": id, "source": "/kb", "type": format!("askwell.{name}"),
        "time": "2027-01-15T08:00:00Z", "data": surface,
    })
}

#[test]
fn every_name_that_others_know_of_is_taken_and_no_other() {
    let all = Name::ALL.iter().map(|name| event(name.as_str(), *name)).collect();
    let judged = batch(Value::Array(all)).unwrap();
    let taken: Vec<Name> = judged.events.iter().map(|(_, e)| e.name).collect();
    let (own, others): (Vec<Name>, Vec<Name>) =
        Name::ALL.iter().partition(|name| name.origin() == Origin::Askwell);
    assert_eq!(taken, others);
    assert_eq!(judged.refusals.len(), own.len());
    for (refusal, name) in judged.refusals.iter().zip(own) {
        assert_eq!((refusal.code, Name::ALL[refusal.index]), (Code::Forbidden, name));
    }
    for (_, event) in judged.events {
        assert_eq!(hits(&cloud_event(&event)), []);
    }
}

#[test]
fn what_leaves_can_come_in() {
    let first = batch(event("1", Name::KbPublished)).unwrap().events.remove(0).1;
    let again = door(|door| read(cloud_event(&first), door)).unwrap();
    assert_eq!(Event { event_id: first.event_id.clone(), ..again }, first);
}

#[test]
fn conversations_are_askwells_own() {
    let mut own = event("1", Name::AiTriageCompleted);
    own["data"]["app_surface"] = json!("conversation");
    let mut named = event("2", Name::AiTriageCompleted);
    named["subject"] = json!(ConversationId::derive(&[b"c"]));
    let mut silent = event("3", Name::AiTriageCompleted);
    silent["data"].as_object_mut().unwrap().remove("app_surface");
    let mut gap = event("4", Name::AiReplyKbGapDetected);
    gap["subject"] = named["subject"].clone();
    let judged = batch(json!([own, named, silent, gap])).unwrap();
    let refused: Vec<_> = judged.refusals.iter().map(|r| (r.index, r.code)).collect();
    assert_eq!(refused, [0, 1, 2, 3].map(|i| (i, Code::Forbidden)));
    assert!(judged.events.is_empty());
}

#[test]
fn a_repeat_is_known_and_another_event_of_the_same_id_is_refused() {
    let one = event("1", Name::KbCreated);
    let mut other = one.clone();
    other["time"] = json!("2027-01-14T00:00:00Z");
    let mut elsewhere = one.clone();
    elsewhere["source"] = json!("/kb/2");
    let judged = batch(json!([one, one, other, elsewhere])).unwrap();
    assert_eq!((judged.events.len(), judged.repeats), (2, 1));
    let [refusal] = judged.refusals.as_slice() else { panic!("{:?}", judged.refusals) };
    assert_eq!((refusal.index, refusal.code), (2, Code::IdempotencyConflict));
    let again = batch(event("1", Name::KbCreated)).unwrap();
    assert_eq!(again.events[0].1.event_id, judged.events[0].1.event_id, "the same on another day");
}

#[test]
fn a_batch_has_500_events_at_most() {
    let many = |n: usize| -> Value {
        (0..n).map(|i| event(&i.to_string(), Name::KbCreated)).collect::<Vec<_>>().into()
    };
    assert_eq!(batch(many(MAX_BATCH)).unwrap().events.len(), MAX_BATCH);
    for bad in [many(MAX_BATCH + 1), json!("x"), json!(1), Value::Null] {
        assert_eq!(batch(bad).unwrap_err().code, Code::InvalidField);
    }
    assert_eq!(batch(json!([])).unwrap(), Batch::default());
}

#[test]
fn each_refusal_has_its_place_and_its_code_and_repeats_nothing() {
    let secret = "ana@example.org";
    let with = |pointer: &str, key: &str, value: Value| {
        let mut event = event("1", Name::KbCreated);
        let at = event.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        match value {
            Value::Null => drop(at.remove(key)),
            value => drop(at.insert(key.to_owned(), value)),
        }
        event
    };
    use Code::{Forbidden, InvalidField, UnknownField};
    let bad = [
        (json!(secret), InvalidField),
        (with("", "specversion", json!("0.3")), InvalidField),
        (with("", "datacontenttype", json!("text/plain")), InvalidField),
        (with("", "source", Value::Null), InvalidField),
        (with("", "id", json!("x".repeat(257))), InvalidField),
        (with("", "id", json!("")), InvalidField),
        (with("", "type", json!(secret)), InvalidField),
        (with("", "time", json!("2027-01-15T08:05:01Z")), InvalidField),
        (with("", "time", json!(secret)), InvalidField),
        (with("", "subject", json!(secret)), InvalidField),
        (with("", "data", json!(secret)), InvalidField),
        (with("", secret, json!(1)), UnknownField),
        (with("", "data_base64", json!("eA==")), UnknownField),
        (with("/data", "user_id", json!(secret)), InvalidField),
        (with("/data", "user_id", json!("us_00000000000000012025550123")), InvalidField),
        (with("/data", "user_id", Value::Null), InvalidField),
        (with("/data", "org_id", json!("another")), Forbidden),
        (with("/data", "workspace_id", json!("another")), Forbidden),
        (with("/data", "schema_version", json!(2)), InvalidField),
        (with("/data", "timestamp", json!("2027-01-15T08:00:01Z")), InvalidField),
        (with("/data", "text", json!(secret)), UnknownField),
        (with("/data", "severity", json!("low")), InvalidField),
        (with("/data", "result", json!(secret)), InvalidField),
    ];
    let (events, codes): (Vec<_>, Vec<_>) = bad.into_iter().unzip();
    for (event, code) in events.iter().zip(&codes) {
        let judged = batch(json!([event])).unwrap();
        let found: Vec<_> = judged.refusals.iter().map(|r| (r.index, r.code)).collect();
        assert_eq!(found, [(0, *code)], "{event}");
    }
    let together = batch(json!([events[1], event("2", Name::KbCreated), events[2]])).unwrap();
    assert_eq!(together.refusals.iter().map(|r| r.index).collect::<Vec<_>>(), [0, 2]);
    assert_eq!(together.events.len(), 1, "the good one is taken");
    for event in events {
        let told = format!("{:?}", batch(json!([event])).unwrap().refusals);
        assert!(!told.contains(secret), "{told}");
    }
}
