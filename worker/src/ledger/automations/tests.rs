use super::*;
use crate::ledger::record::Record;
use crate::ledger::tests::{Ledger, closing, conversation};
use crate::ledger::{answers, asks, customers, endpoints, events, fields, marks};
use askwell::api::{AnswerFilter, AutomationConditions, AutomationTarget, Replay, Trigger};
use askwell::conversation::{Direction, Message, Platform, Role, Sentiment, Status};
use askwell::event::Name;
use askwell::id::EndpointId;

fn tag(text: &str) -> AutomationAction {
    AutomationAction::Tag { tag: text.to_owned(), on: AutomationTarget::Conversation }
}

fn new(on: Trigger, then: Vec<AutomationAction>) -> NewAutomation {
    let when = AutomationConditions::default();
    NewAutomation { name: "Mark".to_owned(), enabled: true, on, when, then }
}

fn add(ledger: &Ledger, new: NewAutomation) -> AutomationId {
    ledger.write(Add { new }).unwrap().automation_id
}

fn tags(ledger: &Ledger, n: u32) -> Vec<String> {
    ledger.at(|cx| marks::tags(cx.sql, conversation(n).as_str())).unwrap()
}

fn ending(mut record: Record, marker: &str, status: Status) -> Record {
    record.closed.status = status;
    let at = record.closed.ended_at;
    let (id, text, seq) = ("mark-1".to_owned(), marker.to_owned(), 1);
    record.closed.messages.push(Message { id, seq, role: Role::System, text, at, by: None });
    record
}

#[test]
fn each_trigger_comes_with_its_own_kind_of_closing() {
    let ledger = Ledger::new();
    for on in Trigger::ALL {
        add(&ledger, new(on, vec![tag(on.as_str())]));
    }
    for (n, marker, status, expected) in [
        (0, "closed", Status::Completed, vec!["classified", "closed"]),
        (1, "resolved", Status::Completed, vec!["classified", "closed", "resolved"]),
        (2, "handoff", Status::InProgress, vec!["classified", "handed_off"]),
        (3, "closed", Status::NoAnswer, vec!["classified", "closed"]),
    ] {
        let record = ending(closing(&ledger, n, 1, n, None), marker, status);
        ledger.write(record).unwrap();
        assert_eq!(tags(&ledger, n), expected, "{marker} {status:?}");
    }
    let mut test = closing(&ledger, 4, 1, 4, None);
    test.closed.test_mode = true;
    ledger.write(test).unwrap();
    assert!(tags(&ledger, 4).is_empty(), "a test does nothing");
}

#[test]
fn it_runs_once_and_again_only_for_what_did_not_fit_before() {
    let ledger = Ledger::new();
    let field_id = ledger.read(fields::List).list.fields[0].id.clone();
    let note =
        AutomationAction::Note { text: "Look at this".to_owned(), on: AutomationTarget::Customer };
    let always = add(&ledger, new(Trigger::Closed, vec![note]));
    // `closing` answers "value (n + revision) % 3".
    let answers = vec![AnswerFilter { field_id, value: "value 2".to_owned() }];
    let when = AutomationConditions { answers, ..AutomationConditions::default() };
    let second = add(&ledger, NewAutomation { when, ..new(Trigger::Closed, vec![tag("two")]) });
    let first = closing(&ledger, 0, 1, 0, None);
    let customer_id = ledger.write(first.clone()).unwrap().customer_id;
    ledger.write(first).unwrap();
    assert!(tags(&ledger, 0).is_empty(), "its answer is another one");
    for revision in 2..5 {
        ledger.write(closing(&ledger, 0, revision, 0, None)).unwrap();
    }
    assert_eq!(tags(&ledger, 0), ["two"]);
    let look = customers::Profile { customer_id, by: "key".to_owned() };
    let notes = ledger.write(look).unwrap().notes;
    assert_eq!(notes.len(), 1, "four closings, one note");
    assert_eq!(notes[0].by, always.to_string());
    let runs = |id: &AutomationId| {
        let call = Runs { automation_id: id.clone(), page: PageQuery::default() };
        ledger.read(call).items.into_iter().map(|run| run.revision).collect::<Vec<_>>()
    };
    assert_eq!((runs(&always), runs(&second)), (vec![1], vec![2]));
    assert_eq!(ledger.read(Get { automation_id: second.clone() }).runs, 1);
    // Off, and gone.
    let off = NewAutomation { enabled: false, ..new(Trigger::Closed, vec![tag("off")]) };
    ledger.write(Put { automation_id: second.clone(), new: off, seen: None }).unwrap();
    ledger.write(closing(&ledger, 1, 1, 1, None)).unwrap();
    assert!(tags(&ledger, 1).is_empty());
    ledger.write(Remove { automation_id: second.clone() }).unwrap();
    let gone = ledger.at(|cx| Get { automation_id: second }.run(cx)).unwrap_err();
    assert_eq!(gone.public().code, Code::NotFound);
    assert_eq!(tags(&ledger, 0), ["two"], "what it did stays");
}

#[test]
fn conditions_are_all_to_hold() {
    let ledger = Ledger::new();
    let with = |when: AutomationConditions, name: &str| {
        add(&ledger, NewAutomation { when, ..new(Trigger::Classified, vec![tag(name)]) });
    };
    let none = AutomationConditions::default;
    with(AutomationConditions { platforms: vec![Platform::default()], ..none() }, "here");
    with(AutomationConditions { platforms: vec![Platform::Line], ..none() }, "elsewhere");
    with(AutomationConditions { direction: Some(Direction::Outbound), ..none() }, "outbound");
    with(AutomationConditions { sentiments: vec![Sentiment::Neutral], ..none() }, "calm");
    let angry = vec![Sentiment::Negative, Sentiment::OverlyNegative];
    with(AutomationConditions { sentiments: angry.clone(), ..none() }, "angry");
    let platforms = vec![Platform::default()];
    with(AutomationConditions { platforms, sentiments: angry, ..none() }, "here and angry");
    ledger.write(closing(&ledger, 0, 1, 0, None)).unwrap();
    assert_eq!(tags(&ledger, 0), ["calm", "here"]);
}

#[test]
fn what_waits_for_a_language_model_runs_when_that_has_answered() {
    let ledger = Ledger::new();
    let field_id = ledger.read(fields::List).list.fields[0].id.clone();
    let answers = vec![AnswerFilter { field_id: field_id.clone(), value: "by model".to_owned() }];
    let when = AutomationConditions { answers, ..AutomationConditions::default() };
    add(&ledger, NewAutomation { when, ..new(Trigger::Closed, vec![tag("answered")]) });
    add(&ledger, new(Trigger::Classified, vec![tag("read")]));
    add(&ledger, new(Trigger::Closed, vec![tag("at once")]));
    let mut record = closing(&ledger, 0, 1, 0, None);
    record.ask = vec![field_id];
    ledger.write(record).unwrap();
    assert_eq!(tags(&ledger, 0), ["at once"]);
    let mut given = ledger.at(|cx| answers::find(cx.sql, conversation(0).as_str())).unwrap();
    given.truncate(1);
    given[0].answer.answer = Some("by model".to_owned());
    #[derive(Deserialize)]
    struct Ask {
        id: String,
    }
    let ask: Ask = ledger.sql.first("SELECT id FROM asks", bind![]).unwrap().unwrap();
    let done = asks::Done { ask: ask.id, revision: 1, answers: given, run: None };
    ledger.write(done.clone()).unwrap();
    ledger.write(done).unwrap();
    assert_eq!(tags(&ledger, 0), ["answered", "at once", "read"]);
}

#[test]
fn a_webhook_is_told_once_and_one_that_is_gone_holds_up_nothing() {
    let ledger = Ledger::new();
    let make = |url: &str, names: Vec<Name>| {
        let call =
            endpoints::Add { url: url.to_owned(), secret: "s".to_owned(), names, seen: None };
        ledger.write(call).unwrap().endpoint_id
    };
    let endpoint_id = make("https://a.example", vec![Name::WorkspaceCreated]);
    let gone = make("https://b.example", vec![Name::WorkspaceCreated]);
    let tell =
        |endpoint_id: &EndpointId| AutomationAction::Webhook { endpoint_id: endpoint_id.clone() };
    let then = vec![tell(&gone), tell(&endpoint_id), tag("told")];
    let automation_id = add(&ledger, new(Trigger::Closed, then));
    ledger.write(endpoints::Remove { endpoint_id: gone }).unwrap();
    for revision in 1..4 {
        ledger.write(closing(&ledger, 0, revision, 0, Some("ana@example.com"))).unwrap();
    }
    assert_eq!(tags(&ledger, 0), ["told"]);
    let run = Runs { automation_id: automation_id.clone(), page: PageQuery::default() };
    assert_eq!(ledger.read(run).items[0].undone, [0]);
    #[derive(Deserialize)]
    struct Told {
        endpoint: EndpointId,
        body: String,
    }
    let told: Vec<Told> = ledger
        .sql
        .rows(
            "SELECT d.endpoint, e.body FROM deliveries d JOIN events e ON e.seq = d.seq WHERE e.name = 'automation.ran'",
            bind![],
        )
        .unwrap();
    assert_eq!(told.len(), 1, "though it takes other events");
    assert_eq!(told[0].endpoint, endpoint_id);
    assert!(told[0].body.contains(automation_id.as_str()) && !told[0].body.contains("ana@"));
    let mut all = ledger.read(events::List { page: PageQuery::default() }).items;
    all.sort_by_key(|event| event.seq);
    let first = |name: &str| all.iter().position(|event| event.name.starts_with(name)).unwrap();
    assert!(first("automation.ran") > first("interaction."), "after what it rests on");
    let again = |endpoint_id: &EndpointId| {
        let endpoint_id = Some(endpoint_id.clone());
        ledger.write(Replay { from: 0, to: 99, endpoint_id, state: None }).unwrap().events
    };
    assert_eq!(again(&endpoint_id), 0, "it waits already");
    ledger.sql.run("UPDATE deliveries SET state = 'delivered'", bind![]).unwrap();
    assert_eq!(again(&endpoint_id), 1, "what it has been sent it is sent again");
    let other = make("https://c.example", vec![Name::WorkspaceCreated]);
    assert_eq!(again(&other), 0, "what it does not take, and was never sent, it is not sent");
}

#[test]
fn what_cannot_be_is_refused() {
    let ledger = Ledger::new();
    let refused = |new: NewAutomation| ledger.write(Add { new }).unwrap_err().public().code;
    let on = Trigger::Closed;
    let unknown = EndpointId::derive(&[b"unknown"]);
    let field_id = "no such question".to_owned();
    let answers = vec![AnswerFilter { field_id, value: "x".to_owned() }];
    let when = AutomationConditions { answers, ..AutomationConditions::default() };
    for bad in [
        new(on, Vec::new()),
        new(on, vec![tag("x"); 11]),
        new(on, vec![tag(" ")]),
        new(on, vec![tag("a\nb")]),
        new(
            on,
            vec![AutomationAction::Note { text: String::new(), on: AutomationTarget::Customer }],
        ),
        new(on, vec![AutomationAction::Webhook { endpoint_id: unknown }]),
        NewAutomation { name: " ".to_owned(), ..new(on, vec![tag("x")]) },
        NewAutomation { when, ..new(on, vec![tag("x")]) },
    ] {
        assert_eq!(refused(bad.clone()), Code::InvalidField, "{bad:?}");
    }
    for _ in 0..50 {
        add(&ledger, new(on, vec![tag("x")]));
    }
    assert_eq!(refused(new(on, vec![tag("x")])), Code::InvalidField);
}

#[test]
fn an_automation_that_somebody_else_has_changed_is_not_overwritten() {
    let ledger = Ledger::new();
    let id = add(&ledger, new(Trigger::Closed, vec![tag("one")]));
    let seen = || seen::mark(&as_new(&ledger.read(Get { automation_id: id.clone() })));
    let shown = seen();
    let put = |name: &str, seen: String| {
        let new = new(Trigger::Closed, vec![tag(name)]);
        let put = Put { automation_id: id.clone(), new, seen: Some(seen) };
        ledger.write(put).map(drop).map_err(|fault| fault.public().code)
    };
    put("theirs", shown.clone()).unwrap();
    assert_eq!(put("mine", shown), Err(Code::PreconditionFailed));
    // That it has run changes nothing of what the form showed.
    let shown = seen();
    ledger.write(closing(&ledger, 0, 1, 0, None)).unwrap();
    put("mine", shown).unwrap();
}
