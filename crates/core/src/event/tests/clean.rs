//! What holds an event back.

use super::*;

#[test]
fn what_should_not_be_in_an_event_is_found_wherever_it_stands() {
    let event = Event::from_json(every_event().remove(0)).unwrap();
    for (key, value, kind) in [
        ("note", json!("write to ana@example.org"), Some(Kind::Email)),
        ("note", json!("+44 20 7946 0958"), Some(Kind::Phone)),
        ("note", json!("(555) 010-0199"), Some(Kind::Phone)),
        ("note", json!(5_550_100_199_u64), None),
        ("note", json!("my name is Ana"), Some(Kind::Name)),
        ("result", json!("Ana"), None),
        ("user_id", json!("0123456789"), Some(Kind::Phone)),
        ("timestamp", json!("2027-01-15 08:03"), Some(Kind::Phone)),
        ("time_to_resolution_ms", json!(-1), None),
    ] {
        let mut envelope = cloud_event(&event);
        envelope["data"][key] = value.clone();
        let kinds: Vec<_> = hits(&envelope).into_iter().map(|hit| hit.kind).collect();
        assert_eq!(kinds, [kind], "{key}: {value}");
    }
}

/// What visitors write of themselves, in several scripts and ways of writing.
const PERSONAL: [&str; 16] = [
    "Ana",
    "Noor Haddad",
    "O'Brien",
    "Zoë",
    "李雷",
    "สมชาย",
    "Иван Петров",
    "محمد",
    "ana@example.org",
    "a.b+c@mail.example.co.uk",
    "ana at example dot org",
    "+44 20 7946 0958",
    "(555) 010-0199",
    "５５５０１００１９９",
    "+1-202-555-0123 ext. 4",
    "0612345678",
];

/// All places of a value, as JSON pointers.
fn places(value: &Value) -> Vec<String> {
    let mut all = vec![String::new()];
    if let Value::Object(map) = value {
        for (key, item) in map {
            all.extend(places(item).into_iter().map(|place| format!("/{key}{place}")));
        }
    }
    all
}

#[test]
fn personal_data_in_any_place_of_any_event_holds_it_back() {
    let mut turn = 0;
    for event in every_event() {
        let envelope = cloud_event(&Event::from_json(event).unwrap());
        assert_eq!(hits(&envelope), []);
        for place in places(&envelope).into_iter().skip(1) {
            let text = PERSONAL[turn % PERSONAL.len()];
            let value = match turn / PERSONAL.len() % 5 {
                0 => json!(text),
                1 => json!(format!("{} {text}", envelope.pointer(&place).unwrap())),
                2 => json!([text]),
                3 => json!({"x": text}),
                _ => json!({text: 1}),
            };
            turn += 1;
            // The operator's own names: a slug, whatever it is called.
            let own = value.as_str().is_some_and(|text| text.parse::<WorkspaceId>().is_ok());
            if own && matches!(place.as_str(), "/data/org_id" | "/data/workspace_id") {
                continue;
            }
            let mut altered = envelope.clone();
            *altered.pointer_mut(&place).unwrap() = value;
            assert_ne!(hits(&altered), [], "{text} at {place}");
        }
        for place in ["", "/data"] {
            let text = PERSONAL[turn % PERSONAL.len()];
            let (key, value) = [("note", json!(text)), (text, json!(1))][turn % 2].clone();
            turn += 1;
            let mut altered = envelope.clone();
            altered.pointer_mut(place).unwrap()[key] = value;
            assert_ne!(hits(&altered), [], "{text} in {place}");
        }
    }
    assert!(turn > 10_000, "{turn}");
}

#[test]
fn an_event_is_made_only_with_fields_of_its_group() {
    let workspace: WorkspaceId = "shop".parse().unwrap();
    let org = OrgId::from(&workspace);
    let user = UserId::Visitor(VisitorId::derive(&[b"v"]));
    let scope = Scope { org_id: &org, workspace_id: &workspace, user_id: &user };
    let conversation = ConversationId::derive(&[b"c"]);
    let make = |conversation, which: &str, payload| {
        Event::new(Name::WorkspaceCreated, &scope, conversation, which, UnixMillis(-5), payload)
    };
    let severity = Payload { severity: Some(Severity::Low), ..Payload::default() };
    assert_eq!(make(None, "1", severity).unwrap_err().code, Code::InvalidField);
    let event = make(None, "1", Payload::default()).unwrap();
    assert_eq!((event.occurred_at, event.user_id.clone()), (UnixMillis(0), user.clone()));
    let id = |conversation, which| make(conversation, which, Payload::default()).unwrap().event_id;
    assert_eq!(id(None, "1"), event.event_id, "the same fact is the same event");
    assert_ne!(id(None, "2"), event.event_id);
    assert_ne!(id(Some(&conversation), "1"), event.event_id);
}
