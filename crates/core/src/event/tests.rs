use super::*;
use crate::classify::review::Theme;
use crate::classify::{Outcome, Signals, Tone};
use crate::closing::{Closed, Conclusion};
use crate::conversation::{Direction, Message, Platform, Resolution, Role, Sentiment, Status};
use crate::customer::Facts;
use crate::detect::Kind;
use crate::id::ThemeId;
use crate::prompt;
use crate::session::{Options, Session};
use crate::time::UnixMillis;
use serde_json::json;

mod clean;

const MINUTE: i64 = 60_000;

/// A transcript, one message a minute.
fn closed(status: Status, said: &[(Role, &str)]) -> Closed {
    let at = |i: usize| UnixMillis(1_800_000_000_000 + i as i64 * MINUTE);
    let messages = said
        .iter()
        .enumerate()
        .map(|(i, (role, text))| Message {
            id: format!("m{i}"),
            seq: i as u32,
            role: *role,
            text: (*text).to_owned(),
            at: at(i),
            by: None,
        })
        .collect();
    Closed {
        conversation_id: ConversationId::derive(&[b"a conversation"]),
        revision: 1,
        platform_conversation_id: None,
        visitor_id: VisitorId::derive(&[b"a browser"]),
        platform: Platform::Line,
        direction: Direction::Inbound,
        status,
        transferred: false,
        test_mode: false,
        lang: None,
        started_at: at(0),
        ended_at: at(said.len().saturating_sub(1)),
        messages,
        facts: Facts::default(),
        proven: crate::customer::Proven::default(),
        policy: prompt::State::default(),
        replies: crate::reply::Tally::default(),
        intents: Vec::new(),
    }
}

fn conclusion(outcome: Outcome) -> Conclusion {
    Conclusion {
        answers: Vec::new(),
        tone: Tone { sentiment: Sentiment::Neutral, confidence: 0.6 },
        signals: Signals {
            dissatisfaction: false,
            severe_negative: false,
            success: false,
            outcome,
        },
        resolution: Resolution::Undefined,
        themes: Vec::new(),
    }
}

fn given(closed: &Closed, conclusion: &Conclusion) -> Vec<Event> {
    let workspace: WorkspaceId = "shop".parse().unwrap();
    let org = OrgId::from(&workspace);
    let user = UserId::Customer(CustomerId::derive(&[b"a customer"]));
    let scope = Scope { org_id: &org, workspace_id: &workspace, user_id: &user };
    let events = of_closed(closed, conclusion, &scope).unwrap();
    for event in &events {
        assert_eq!(event.check(), Ok(()));
        assert!(is_clean(event), "{}", event.name);
    }
    events
}

fn beside_replies(closed: &Closed, conclusion: &Conclusion) -> Vec<Event> {
    let reply = |event: &Event| event.name == Name::AiReplySent;
    given(closed, conclusion).into_iter().filter(|event| !reply(event)).collect()
}

fn names(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(|e| e.name.as_str()).collect()
}

fn payload(event: &Event) -> Value {
    serde_json::to_value(&event.payload).unwrap()
}

const BOT_CHAT: &[(Role, &str)] = &[
    (Role::Customer, "a question"),
    (Role::Bot, "an answer"),
    (Role::Customer, "thanks"),
    (Role::System, "closed"),
];

#[test]
fn the_catalog_has_the_names_of_the_source() {
    // Told of besides: the source has no name for it.
    let own = [Name::BillingPaymentChanged, Name::AutomationRan];
    let ours = |name: &Name| own.contains(name) || name.group() == Group::Enrichment;
    let all = || Name::ALL.iter().filter(|name| !ours(name));
    let of = |group| all().filter(|n| n.group() == group).count();
    assert_eq!(of(Group::Base), 12);
    assert_eq!(of(Group::CustomerSignal), 4);
    assert_eq!(of(Group::Ai), 5);
    assert_eq!(of(Group::Outcome), 4);
    assert_eq!(all().count(), 25);
}

#[test]
fn a_quiet_conversation_gives_its_reply_and_its_triage() {
    let events = given(&closed(Status::Completed, BOT_CHAT), &conclusion(Outcome::None));
    assert_eq!(names(&events), ["ai_reply.sent", "ai_triage.completed"]);
    let reply = json!({
        "channel_type": "line", "app_surface": "conversation", "reply_mode": "auto",
    });
    assert_eq!(payload(&events[0]), reply);
    assert_eq!(events[0].occurred_at, UnixMillis(1_800_000_000_000 + MINUTE));
    assert_eq!(
        payload(&events[1]),
        json!({
            "channel_type": "line", "app_surface": "conversation",
            "triage_result": "auto", "confidence_band": "medium",
        })
    );
    assert_eq!(events[1].occurred_at, UnixMillis(1_800_000_000_000 + 3 * MINUTE));
}

#[test]
fn nothing_to_triage_where_the_customer_said_nothing() {
    for status in [Status::Busy, Status::NoAnswer, Status::Voicemail, Status::Failed] {
        assert_eq!(given(&closed(status, &[]), &conclusion(Outcome::None)), []);
    }
    let outbound = closed(Status::Completed, &[(Role::Bot, "hello"), (Role::System, "closed")]);
    assert_eq!(given(&outbound, &conclusion(Outcome::None)), []);
}

#[test]
fn tests_are_not_counted() {
    let test = Closed { test_mode: true, ..closed(Status::Completed, BOT_CHAT) };
    assert_eq!(given(&test, &conclusion(Outcome::Resolved)), []);
}

#[test]
fn signals_bear_their_bucket_and_gravity() {
    let mut angry = conclusion(Outcome::Unresolved);
    angry.tone.sentiment = Sentiment::OverlyNegative;
    angry.signals.dissatisfaction = true;
    let events = beside_replies(&closed(Status::Completed, BOT_CHAT), &angry);
    assert_eq!(names(&events), ["customer_signal.detected", "ai_triage.completed"]);
    assert_eq!(payload(&events[0])["signal_type"], "dissatisfaction");
    assert_eq!(payload(&events[0])["severity"], "high");

    angry.signals.severe_negative = true;
    angry.signals.success = true;
    let events = beside_replies(&closed(Status::Completed, BOT_CHAT), &angry);
    assert_eq!(
        names(&events),
        [
            "customer_signal.detected",
            "customer_signal.severe_negative_detected",
            "customer_signal.detected",
            "customer_signal.success_detected",
            "ai_triage.completed",
        ]
    );
    assert_eq!(payload(&events[1])["severity"], "critical");
    assert_eq!(payload(&events[2])["signal_type"], "success");
    assert_ne!(events[0].event_id, events[2].event_id);
}

#[test]
fn a_hand_off_escalates_at_once_and_completes_when_a_person_has_answered() {
    let mut said = vec![
        (Role::Customer, "a person please"),
        (Role::Bot, "one moment"),
        (Role::System, "handoff"),
    ];
    let at_handoff =
        beside_replies(&closed(Status::InProgress, &said), &conclusion(Outcome::Handoff));
    assert_eq!(names(&at_handoff), ["ai_triage.escalation_triggered", "ai_triage.completed"]);
    assert_eq!(payload(&at_handoff[1])["triage_result"], "escalated");
    assert_eq!(at_handoff[0].occurred_at, UnixMillis(1_800_000_000_000 + 2 * MINUTE));

    said.extend([(Role::System, "closed")]);
    let unanswered =
        beside_replies(&closed(Status::Completed, &said), &conclusion(Outcome::Handoff));
    assert_eq!(names(&unanswered), names(&at_handoff), "nobody took over");

    said.pop();
    said.extend([(Role::Agent, "done"), (Role::Customer, "great"), (Role::System, "closed")]);
    let ended = beside_replies(&closed(Status::Completed, &said), &conclusion(Outcome::Resolved));
    assert_eq!(
        names(&ended),
        [
            "ai_triage.escalation_triggered",
            "ai_triage.completed",
            "interaction.outcome_handoff_completed",
            "interaction.outcome_resolved",
        ]
    );
    assert_eq!(
        payload(&ended[3]),
        json!({
            "channel_type": "line", "app_surface": "conversation", "outcome_type": "resolved",
            "time_to_resolution_ms": 5 * MINUTE, "handoff_target": "agent",
            "resolution_path": "handoff",
        })
    );
    let ids = |events: &[Event]| events.iter().map(|e| e.event_id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&ended)[..2], ids(&at_handoff), "the same facts have the same ids");
}

#[test]
fn a_reopened_conversation_gives_its_reopening_and_a_second_outcome_but_no_second_signal() {
    let mut happy = conclusion(Outcome::Resolved);
    happy.signals.success = true;
    let first = beside_replies(&closed(Status::Completed, BOT_CHAT), &happy);

    let mut said = BOT_CHAT.to_vec();
    said.extend([
        (Role::System, "reopened"),
        (Role::Customer, "it is back"),
        (Role::Agent, "and gone"),
        (Role::System, "resolved"),
    ]);
    let mut again = conclusion(Outcome::Unresolved);
    again.signals.success = true;
    let second =
        beside_replies(&Closed { revision: 2, ..closed(Status::Completed, &said) }, &again);

    let known: Vec<_> = first.iter().map(|e| &e.event_id).collect();
    let new: Vec<_> = second.iter().filter(|e| !known.contains(&&e.event_id)).cloned().collect();
    assert_eq!(
        names(&new),
        ["interaction.outcome_reopened", "ai_triage.completed", "interaction.outcome_resolved",]
    );
    assert_eq!(payload(&new[1])["triage_result"], "assisted");
    assert_eq!(payload(&new[2])["resolution_path"], "agent");
    assert_eq!(payload(&new[2])["time_to_resolution_ms"], 3 * MINUTE, "counted from the reopening");
}

#[test]
fn a_mark_of_before_the_reopening_settles_nothing_afterwards() {
    let said = [
        (Role::Customer, "a question"),
        (Role::System, "resolved"),
        (Role::System, "reopened"),
        (Role::Customer, "still there?"),
        (Role::System, "closed"),
    ];
    let events = given(&closed(Status::Completed, &said), &conclusion(Outcome::Unresolved));
    assert_eq!(names(&events), ["interaction.outcome_reopened", "ai_triage.completed"]);
    assert_eq!(payload(&events[1]).get("triage_result"), None, "nobody has answered");
}

#[test]
fn recovery_names_what_it_recovered_from() {
    let mut recovered = conclusion(Outcome::Recovered);
    recovered.signals.dissatisfaction = true;
    let events = given(&closed(Status::Completed, BOT_CHAT), &recovered);
    let last = events.last().unwrap();
    assert_eq!(last.name, Name::InteractionOutcomeRecovered);
    assert_eq!(payload(last)["previous_signal_type"], "dissatisfaction");
}

/// A conversation in which a visitor said these things, and the policy decided on each.
fn asked(held_out: bool, status: Status, said: &[&str]) -> Closed {
    let mut session = Session::new(Options::default(), &[], UnixMillis(0));
    if held_out {
        session.hold_out(UnixMillis(0));
    }
    let mut closed =
        closed(status, &said.iter().map(|text| (Role::Customer, *text)).collect::<Vec<_>>());
    for (text, message) in said.iter().zip(&closed.messages) {
        session.visitor(text, message.at);
    }
    closed.policy = session.policy().clone();
    closed
}

#[test]
fn questions_are_told_once_each_and_what_became_of_them_at_an_end() {
    let told = |closed: &Closed| -> Vec<(&'static str, i64, Value)> {
        let events = given(closed, &conclusion(Outcome::None));
        let ours = events.iter().filter(|event| event.name.group() == Group::Enrichment);
        ours.map(|event| {
            let minute = (event.occurred_at.0 - 1_800_000_000_000) / MINUTE;
            let payload = payload(event);
            let kept = ["asked_field", "ask_moment", "ask_arm"].map(|key| payload[key].clone());
            (event.name.as_str(), minute, json!(kept))
        })
        .collect()
    };
    let send = "could you send me the invoice?";
    let email = |arm: &str| json!(["email", "send", arm]);
    for (status, said, result) in [
        (Status::InProgress, &[send][..], None),
        (Status::Completed, &[send], Some("enrichment.left")),
        (Status::Completed, &[send, "ana@example.com"], Some("enrichment.answered")),
        (Status::Completed, &[send, "I'd rather not"], Some("enrichment.refused")),
        (Status::Completed, &[send, "it was two lamps"], Some("enrichment.passed_over")),
    ] {
        for (arm, put) in [("asked", "enrichment.asked"), ("held_out", "enrichment.withheld")] {
            let closed = asked(arm == "held_out", status, said);
            // Held out, "I'd rather not" answers nothing.
            let result = match (arm, result) {
                ("held_out", Some("enrichment.refused")) => Some("enrichment.passed_over"),
                (_, result) => result,
            };
            let end = said.len() as i64 - 1;
            let all: Vec<_> =
                [Some((put, 0, email(arm))), result.map(|name| (name, end, email(arm)))]
                    .into_iter()
                    .flatten()
                    .collect();
            assert_eq!(told(&closed), all, "{said:?}");
        }
    }
    assert_eq!(told(&asked(false, Status::Completed, &["hi"])), []);
}

/// An event of a name, with every field that it may have set to every value in turn.
fn every_event() -> Vec<Value> {
    let value = |values: Values| match values {
        Values::OneOf(values) => values.into_iter().map(Value::from).collect(),
        Values::Id(prefix) => vec![json!(format!("{prefix}0123456789abcdefghjkmnpqrs"))],
        Values::Millis => vec![json!(0), json!(5_551_234_567_u64)],
    };
    let event = |name: Name, payload: Value| {
        json!({
            "event_id": EventId::derive(&[b"an event"]), "schema_version": 1, "name": name,
            "occurred_at": 1_800_000_000_000_u64, "org_id": "acme", "workspace_id": "shop-24-7",
            "user_id": MemberId::derive(&[b"a member"]), "payload": payload,
        })
    };
    Name::ALL
        .iter()
        .flat_map(|name| {
            let fields = name.fields().flat_map(move |field| {
                value(field.values()).into_iter().map(move |v| json!({ field.as_str(): v }))
            });
            fields.chain([json!({})]).map(move |payload| event(*name, payload))
        })
        .collect()
}

#[test]
fn every_event_reads_back_and_is_clean() {
    for value in every_event() {
        let event = Event::from_json(value.clone()).unwrap();
        assert_eq!(serde_json::to_value(&event).unwrap(), value);
        assert_eq!(hits(&cloud_event(&event)), [], "{value}");
    }
}

#[test]
fn what_the_catalog_does_not_have_is_refused_by_name() {
    let good = || every_event().remove(0);
    let refuse = |pointer: &str, key: &str, value: Value, code: Code, told: &str| {
        let mut event = good();
        event.pointer_mut(pointer).unwrap().as_object_mut().unwrap().insert(key.into(), value);
        let error = Event::from_json(event.clone()).expect_err(key);
        assert_eq!(error.code, code, "{error}");
        assert!(error.detail.contains(told), "{error}");
        let by_serde = serde_json::from_value::<Event>(event).unwrap_err().to_string();
        assert!(by_serde.contains(told), "{by_serde}");
    };
    use Code::{InvalidField, UnknownField};
    refuse("", "name", json!("customer_signal.guessed"), InvalidField, "name");
    refuse("", "user_id", json!("mike@example.com"), InvalidField, "user_id");
    refuse("", "user_id", json!("ev_0123456789abcdefghjkmnpqrs"), InvalidField, "user_id");
    refuse("", "org_id", json!("+1 555 0100"), InvalidField, "org_id");
    refuse("", "occurred_at", json!(-1), InvalidField, "occurred_at");
    refuse("", "schema_version", json!(2), InvalidField, "schema_version");
    refuse("", "event_id", Value::Null, InvalidField, "event_id");
    refuse("", "conversation_id", json!("c1"), InvalidField, "conversation_id");
    refuse("", "payload", json!([]), InvalidField, "payload");
    refuse("", "message", json!("hello"), UnknownField, "message");
    refuse("/payload", "note", json!("hello"), UnknownField, "payload.note");
    refuse("/payload", "severity", json!("high"), InvalidField, "payload.severity");
    refuse("/payload", "app_surface", json!("Mike"), InvalidField, "payload.app_surface");
    refuse("", "mike@example.com", json!(1), UnknownField, "(not shown)");
}

#[test]
fn a_number_that_readers_would_round_is_refused() {
    let resolved = |event: &Value| event["name"] == Name::InteractionOutcomeResolved.as_str();
    let mut event = every_event().into_iter().find(resolved).unwrap();
    for (millis, good) in [(json!((1_u64 << 53) - 1), true), (json!(1_u64 << 53), false)] {
        event["payload"] = json!({"time_to_resolution_ms": millis});
        assert_eq!(Event::from_json(event.clone()).is_ok(), good);
    }
    event["payload"] = json!({"time_to_resolution_ms": -1});
    assert!(Event::from_json(event).is_err());
}

#[test]
fn the_envelope_is_cloud_events_1_0() {
    let events = given(&closed(Status::Completed, BOT_CHAT), &conclusion(Outcome::None));
    let event = &events[1];
    assert_eq!(
        cloud_event(event),
        json!({
            "specversion": "1.0",
            "id": event.event_id,
            "source": "/workspaces/shop",
            "type": "askwell.ai_triage.completed",
            "subject": event.conversation_id,
            "time": "2027-01-15T08:03:00.000Z",
            "datacontenttype": "application/json",
            "data": {
                "schema_version": 1,
                "org_id": "shop",
                "workspace_id": "shop",
                "user_id": event.user_id,
                "conversation_id": event.conversation_id,
                "timestamp": "2027-01-15T08:03:00.000Z",
                "channel_type": "line",
                "app_surface": "conversation",
                "triage_result": "auto",
                "confidence_band": "medium",
            },
        })
    );
}

#[test]
fn replies_are_the_first_of_each_kind_in_each_episode() {
    let said = [
        (Role::Bot, "welcome"),
        (Role::Customer, "a question"),
        (Role::Bot, "your name?"),
        (Role::Bot, "an answer"),
        (Role::Bot, "more"),
        (Role::Agent, "hello"),
        (Role::Agent, "done"),
        (Role::System, "closed"),
    ];
    let mut first = closed(Status::Completed, &said);
    first.messages[2].id = "ask-m1".to_owned();
    let replies = |closed: &Closed| -> Vec<(i64, Value)> {
        let minute = |e: &Event| (e.occurred_at.0 - 1_800_000_000_000) / MINUTE;
        let mode = |e: &Event| payload(e)["reply_mode"].clone();
        let events = given(closed, &conclusion(Outcome::None));
        let replies = events.iter().filter(|e| e.name == Name::AiReplySent);
        replies.map(|e| (minute(e), mode(e))).collect()
    };
    assert_eq!(replies(&first), [(3, json!("auto")), (5, json!("human"))]);
    let more = [(Role::System, "reopened"), (Role::Agent, "yes?"), (Role::Customer, "again")];
    let again = closed(Status::Completed, &[&said[..], &more, &[(Role::Agent, "so")]].concat());
    assert_eq!(replies(&again), [(11, json!("human"))]);
}

#[test]
fn themes_are_told_of_where_somebody_is_not_content_or_wants_something() {
    let theme = |name: &str| Theme::parse(name).unwrap();
    let told = |signals: Signals| -> Vec<(SignalType, Option<Severity>, ThemeId)> {
        let themes = vec![theme("damaged"), theme("upgrade")];
        let conclusion = Conclusion { signals, themes, ..conclusion(Outcome::None) };
        let events = given(&closed(Status::Completed, &[(Role::Customer, "hello")]), &conclusion);
        let events = events.into_iter().filter(|e| e.name == Name::CustomerSignalThemeClustered);
        events
            .map(|e| e.payload)
            .map(|p| (p.signal_type.unwrap(), p.severity, p.theme_id.unwrap()))
            .collect()
    };
    let content = conclusion(Outcome::None).signals;
    let wanted = (SignalType::Opportunity, None, theme("upgrade").id());
    let hurts = |severity| (SignalType::Friction, severity, theme("damaged").id());
    assert_eq!(told(content), std::slice::from_ref(&wanted));
    let unsettled = Signals { outcome: Outcome::Unresolved, ..content };
    assert_eq!(told(unsettled), [hurts(None), wanted.clone()]);
    let displeased = Signals { dissatisfaction: true, ..content };
    assert_eq!(told(displeased), [hurts(Some(Severity::Low)), wanted]);
}
