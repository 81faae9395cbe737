use super::*;
use crate::classify::{Answer, AnswerState, Method, Outcome, Signals, Tone};
use crate::closing::{Closed, Conclusion, FieldAnswer};
use crate::conversation::{Direction, Message, Platform, Resolution, Role, Sentiment, Status};
use crate::customer::{Fact, Facts};
use crate::id::{ConversationId, CustomerId, VisitorId};
use crate::prompt;
use crate::reply::Tally as Replies;
use crate::text::Lang;
use crate::time::UnixMillis;
use serde_json::{Value, json};

mod sealed;

const BOT: Bot<'static> = Bot { id: "shop", name: "The Shop" };

fn customer() -> CustomerId {
    CustomerId::derive(&[b"a customer"])
}

fn closed(said: &[(Role, &str)]) -> Closed {
    let at = UnixMillis::parse_rfc3339("2026-11-20T10:00:00.250Z").unwrap();
    let fact = Fact { value: "ana@example.org".into(), seq: 0, at, detector: 1 };
    Closed {
        conversation_id: ConversationId::derive(&[b"a conversation"]),
        revision: 1,
        platform_conversation_id: Some("ticket-77".into()),
        visitor_id: VisitorId::derive(&[b"a browser"]),
        platform: Platform::WebWidget,
        direction: Direction::Inbound,
        status: Status::Completed,
        transferred: false,
        test_mode: false,
        lang: Some(Lang::Pt),
        started_at: at,
        ended_at: at.plus(60_000),
        messages: said
            .iter()
            .enumerate()
            .map(|(i, (role, text))| Message {
                id: format!("m{i}"),
                seq: i as u32,
                role: *role,
                text: (*text).to_owned(),
                at,
                by: None,
            })
            .collect(),
        facts: Facts { email: Some(fact), ..Facts::default() },
        proven: crate::customer::Proven::default(),
        policy: prompt::State::default(),
        replies: Replies::default(),
        intents: Vec::new(),
    }
}

fn answer(id: &str, name: &str, state: AnswerState, value: Option<&str>) -> FieldAnswer {
    FieldAnswer {
        field_id: id.into(),
        field_version: 1,
        field_name: name.into(),
        answer: Answer {
            answer: value.map(str::to_owned),
            state,
            confidence: 0.9,
            evidence: Vec::new(),
            method: Method::Embedded,
        },
    }
}

fn conclusion() -> Conclusion {
    Conclusion {
        answers: vec![
            answer("f1", "Reason", AnswerState::Value, Some("Too \"late\"")),
            answer("f2", "Product", AnswerState::Null, None),
            answer("f3", "Outcome", AnswerState::Unresolved, None),
            answer("f4", "Reason", AnswerState::Value, Some("Lost")),
            answer("f5", "customer_id", AnswerState::Value, Some("Yes")),
        ],
        tone: Tone { sentiment: Sentiment::Negative, confidence: 0.7 },
        signals: Signals {
            dissatisfaction: true,
            severe_negative: false,
            success: true,
            outcome: Outcome::Recovered,
        },
        resolution: Resolution::Resolved,
        themes: Vec::new(),
    }
}

const CHAT: &[(Role, &str)] = &[
    (Role::Customer, "I am Ana, ana@example.org"),
    (Role::Bot, "an answer"),
    (Role::Customer, "thanks"),
    (Role::System, "closed"),
];

fn made(closed: &Closed) -> Row {
    row(closed, &conclusion(), &customer(), &BOT)
}

#[test]
fn a_row_has_what_was_wanted_but_no_name_that_looks_like_somebody() {
    let intent = |name: &str, at, not_meaningful| crate::reply::Intent {
        name: name.to_owned(),
        at: UnixMillis(at),
        not_meaningful,
    };
    let intents = vec![
        intent("Greeting", 1_000, true),
        intent("Write to ana@example.com", 2_000, false),
        intent("Returns and refunds", 3_000, false),
    ];
    let row = made(&Closed { intents, ..closed(CHAT) });
    let shown = serde_json::to_value(&row.triggered_intent_replies).unwrap();
    assert_eq!(
        shown,
        json!([
            {"intent_name": "Greeting", "intent_timestamp": "1970-01-01T00:00:01.000Z", "not_meaningful": true},
            {"intent_name": "Returns and refunds", "intent_timestamp": "1970-01-01T00:00:03.000Z", "not_meaningful": false},
        ])
    );
}

#[test]
fn a_row_counts_what_became_of_messages_to_the_bot() {
    let mut replies = Replies { not_understood: 1, model_errors: 2, ..Replies::default() };
    let shown = |replies| {
        let row = made(&Closed { replies, ..closed(CHAT) });
        let row: Value = serde_json::from_str(&row.to_line()).unwrap();
        let counts = [
            "notUnderstood",
            "responseGenerated",
            "errorOccurred",
            "escalationRequired",
            "fallback",
        ];
        let of_model = counts.map(|name| row[format!("llm_{name}_count")].clone());
        (
            row["is_llm_conversation"].clone(),
            json!(of_model),
            row["not_understood_messages_count"].clone(),
        )
    };
    assert_eq!(shown(replies), (json!(false), json!(["0", "0", "2", "0", "0"]), json!("1")));
    replies.add(Replies {
        not_understood: 2,
        model_replies: 3,
        model_not_understood: 4,
        model_errors: u32::MAX,
        model_escalations: 5,
        model_fallbacks: 6,
    });
    let all = json!(["4", "3", u32::MAX.to_string(), "5", "6"]);
    assert_eq!(shown(replies), (json!(true), all, json!("3")));
}

#[test]
fn a_row_has_the_properties_and_types_of_the_schema() {
    let row: Value = serde_json::from_str(&made(&closed(CHAT)).to_line()).unwrap();
    let data = row["conversations_data"].as_str().unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(data).unwrap(),
        json!({
            "customer_id": customer(), "Reason": "Too \"late\"", "f4": "Lost", "f5": "Yes",
        })
    );
    assert_eq!(
        row,
        json!({
            "bot_id": "shop",
            "bot_name": "The Shop",
            "conversation_id": ConversationId::derive(&[b"a conversation"]),
            "platform_conversation_id": "ticket-77",
            "conversation_start_time": "2026-11-20T10:00:00.250Z",
            "conversation_end_time": "2026-11-20T10:01:00.250Z",
            "language": "pt",
            "channel": "chat",
            "labels": ["sentiment:negative", "signal:dissatisfaction", "signal:success"],
            "conversations_data": data,
            "test_mode": false,
            "conversation_status": "botHandled",
            "last_resolution": "resolved",
            "triggered_replies": "",
            "triggered_intent_replies": [],
            "is_llm_conversation": false,
            "llm_notUnderstood_count": "0",
            "llm_responseGenerated_count": "0",
            "llm_errorOccurred_count": "0",
            "llm_escalationRequired_count": "0",
            "llm_fallback_count": "0",
            "bot_messages_count": "1",
            "visitor_messages_count": "2",
            "not_understood_messages_count": "0",
        })
    );
}

#[test]
fn the_schema_file_says_the_same_as_the_code() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../docs/export.schema.json")).unwrap();
    let schema = &schema["$defs"]["conversation"];
    let required: Vec<_> = schema["required"].as_array().unwrap().iter().collect();
    let known: Vec<_> = verify::SCHEMA.iter().map(|(name, _)| *name).collect();
    assert_eq!(required, known);
    let Value::Object(row) = serde_json::to_value(made(&closed(CHAT))).unwrap() else {
        panic!("a row is an object");
    };
    let properties = schema["properties"].as_object().unwrap();
    assert!(row.keys().eq(properties.keys()), "both maps are sorted by name");
    for (name, value) in row {
        let kind = match value {
            Value::Bool(_) => "boolean",
            Value::Array(_) => "array",
            _ => "string",
        };
        let said = &properties[&name];
        let by_reference =
            kind == "string" && (said["$ref"].is_string() || said["enum"].is_array());
        assert!(by_reference || said["type"] == kind, "{name}");
    }
    let statuses = ConversationStatus::ALL.map(ConversationStatus::as_str);
    assert_eq!(properties["conversation_status"]["enum"], json!(statuses));
    assert_eq!(
        serde_json::to_value(ConversationStatus::ALL).unwrap(),
        json!(statuses),
        "as_str and serde agree"
    );
}

#[test]
fn the_status_is_who_ended_up_with_it() {
    use ConversationStatus as S;
    use Role::{Agent, Bot, Customer, System};
    type Case<'a> = (&'a [(Role, &'a str)], Platform, bool, S);
    let cases: &[Case<'_>] = &[
        (&[(Customer, "a"), (Bot, "b")], Platform::WebWidget, false, S::BotHandled),
        (&[], Platform::Phone, false, S::BotHandled),
        (&[(Customer, "a"), (Agent, "b")], Platform::WebWidget, false, S::Agent),
        (&[(Customer, "a"), (System, "handoff")], Platform::Line, false, S::FailedEscalation),
        (&[(Customer, "a"), (System, "handoff")], Platform::Email, false, S::Email),
        (&[(System, "handoff"), (Agent, "b")], Platform::Email, false, S::Agent),
        (&[(Agent, "b"), (System, "handoff")], Platform::Line, false, S::FailedEscalation),
        (&[(Customer, "a"), (System, "transferred")], Platform::Phone, true, S::CustomEscalation),
        (&[(Agent, "b"), (System, "transferred")], Platform::Line, true, S::Agent),
        (&[(Customer, "handoff")], Platform::Line, false, S::BotHandled),
    ];
    for (said, platform, transferred, status) in cases {
        let closed = Closed { platform: *platform, transferred: *transferred, ..closed(said) };
        assert_eq!(made(&closed).conversation_status, *status, "{said:?}");
    }
}

#[test]
fn nothing_of_the_person_is_in_a_row() {
    for name in [
        "ana@example.org",
        "+351 912 345 678",
        "tel:+1 (415) 555-0132",
        "4917012345678",
        "020-7946.0123",
        "5550132",
        "555-0132",
        "Ana Prado",
        "山田太郎",
    ] {
        let closed = Closed { platform_conversation_id: Some(name.into()), ..closed(CHAT) };
        let row = made(&closed);
        assert_eq!(row.platform_conversation_id, "", "{name}");
        assert!(!row.to_line().contains("Ana") && !row.to_line().contains("example.org"));
    }
    for name in [
        "ticket-77",
        "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
        "4711",
        "400012",
        "ic-215469735212345",
        "a/b:c.d",
    ] {
        let closed = Closed { platform_conversation_id: Some(name.into()), ..closed(CHAT) };
        assert_eq!(made(&closed).platform_conversation_id, name);
    }
}

#[test]
fn a_line_reads_back_and_nothing_else_does() {
    let row = made(&closed(CHAT));
    assert_eq!(Row::from_line(&row.to_line()), Ok(row.clone()));
    for (property, value) in [
        ("bot_messages_count", json!(1)),
        ("bot_messages_count", json!("-1")),
        ("bot_messages_count", json!("01")),
        ("bot_messages_count", json!("")),
        ("bot_messages_count", json!("18446744073709551616")),
        ("conversation_end_time", json!("2026-11-20T12:01:00+02:00")),
        ("conversation_status", json!("bot_handled")),
        ("channel", json!("phone")),
        ("another", json!("x")),
    ] {
        let mut wrong = serde_json::to_value(&row).unwrap();
        wrong[property] = value.clone();
        assert!(Row::from_line(&wrong.to_string()).is_err(), "{property} {value}");
    }
}

/// A row made for counting.
fn counted(name: &str, status: ConversationStatus, resolution: Resolution) -> Row {
    Row {
        conversation_id: ConversationId::derive(&[name.as_bytes()]),
        conversation_status: status,
        last_resolution: resolution,
        visitor_messages_count: Count(4),
        not_understood_messages_count: Count(1),
        ..made(&closed(CHAT))
    }
}

fn with_intents(mut row: Row, intents: &[(&str, i64, bool)]) -> Row {
    row.triggered_intent_replies = intents
        .iter()
        .map(|(name, at, not_meaningful)| Intent {
            intent_name: (*name).into(),
            intent_timestamp: Instant(UnixMillis(*at)),
            not_meaningful: *not_meaningful,
        })
        .collect();
    row
}

#[test]
fn the_metrics_are_those_of_the_queries() {
    use ConversationStatus as S;
    use Resolution as R;
    let rows = [
        with_intents(
            counted("a", S::BotHandled, R::Informed),
            &[("Greeting", 1, false), ("Refund", 3, false), ("Order status", 2, false)],
        ),
        with_intents(
            counted("b", S::Agent, R::Resolved),
            &[("Talk to a human/agent", 1, false), ("Small talk", 2, true), ("Refund", 5, false)],
        ),
        with_intents(counted("c", S::BotHandled, R::Resolved), &[("Refund", 1, false)]),
        counted("d", S::FailedEscalation, R::Escalated),
        counted("e", S::Email, R::Undefined),
    ];
    assert_eq!(
        serde_json::to_value(metrics(&rows)).unwrap(),
        json!({
            "total_conversations": 5,
            "bot_handled_conversations": 2,
            "bot_handled_rate": 0.4,
            "deflection_rate": 0.6,
            "escalation_rate": 0.4,
            "failed_escalation_rate": 0.2,
            "informed_rate": 0.2,
            "automation_rate": 0.6,
            "messages_understood_rate": 0.75,
            "first_meaningful_intents": [
                {
                    "first_meaningful_intent": "Refund",
                    "total_conversations": 2,
                    "bot_handled_rate": 0.5,
                },
                {
                    "first_meaningful_intent": "Order status",
                    "total_conversations": 1,
                    "bot_handled_rate": 1.0,
                },
            ],
            "last_meaningful_intents": [
                {
                    "last_meaningful_intent": "Refund",
                    "total_conversations": 3,
                    "bot_handled_rate": 2.0 / 3.0,
                },
            ],
        })
    );
    let ends = intents(&rows[1]);
    assert_eq!(ends.first_intent.as_deref(), Some("Talk to a human/agent"));
    assert_eq!(ends.last_intent.as_deref(), Some("Refund"));
    assert_eq!(intents(&rows[3]).first_intent, None);
}

#[test]
fn which_row_an_intent_is_taken_from_does_not_depend_on_the_order_of_files() {
    let met = |status, minutes: i64| {
        let mut row = with_intents(
            counted("a", status, Resolution::Undefined),
            &[("Refund", 3, false), ("Greeting", 3, false)],
        );
        row.conversation_end_time = Instant(row.conversation_end_time.0.plus(minutes * 60_000));
        row
    };
    let first = met(ConversationStatus::BotHandled, 0);
    let second = met(ConversationStatus::Agent, 60);
    for rows in [[&first, &second], [&second, &first]] {
        let mut tally = Tally::leaving_out(vec!["Refund".to_owned()]);
        rows.iter().for_each(|row| tally.add(row));
        let metrics = tally.metrics();
        let (first, last) = (&metrics.first_meaningful_intents, &metrics.last_meaningful_intents);
        assert_eq!(first[0].first_meaningful_intent, "Greeting", "only what is named is left out");
        assert_eq!((first[0].bot_handled_rate, last[0].bot_handled_rate), (Some(1.0), Some(0.0)));
    }
}

#[test]
fn a_conversation_takes_place_on_all_days_that_it_touches() {
    let mut row = counted("a", ConversationStatus::BotHandled, Resolution::Informed);
    let time = |text: &str| Instant(UnixMillis::parse_rfc3339(text).unwrap());
    row.conversation_start_time = time("2026-11-19T23:59:59.999Z");
    row.conversation_end_time = time("2026-11-21T00:00:00Z");
    let days = ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"];
    let on = days.map(|day| took_place(&row, day.parse().unwrap()));
    assert_eq!(on, [false, true, true, true, false]);
}

#[test]
fn a_conversation_in_two_files_counts_once_and_in_every_share_it_meets() {
    let first = counted("a", ConversationStatus::BotHandled, Resolution::Informed);
    let second = counted("a", ConversationStatus::Agent, Resolution::Escalated);
    let both = metrics([&first, &second]);
    assert_eq!(both.total_conversations, 1);
    assert_eq!((both.bot_handled_rate, both.escalation_rate), (Some(1.0), Some(1.0)));
    assert_eq!(both.messages_understood_rate, Some(0.75), "messages are summed over the rows");
}

#[test]
fn nothing_to_divide_by_is_null() {
    let Metrics { bot_handled_rate, messages_understood_rate, .. } = metrics([]);
    assert_eq!((bot_handled_rate, messages_understood_rate), (None, None));
    let silent = Row {
        visitor_messages_count: Count(0),
        ..counted("a", ConversationStatus::BotHandled, Resolution::Undefined)
    };
    assert_eq!(metrics([&silent]).messages_understood_rate, None);
}
