//! Lanes, the log of deliveries and webhooks together, without a network: what a consumer would take and
//! report.

use super::super::endpoints::{Add, Change, List, Remove, Rotate};
use super::super::intake::HandIn;
use super::super::tests::Ledger;
use super::super::{deliveries, events, overview};
use super::*;
use askwell::api::{
    Delivery, DeliveryFailure, DeliveryQuery, DeliveryState, DisabledBecause, EndpointPatch,
    PageQuery, Replay, Replayed,
};
use askwell::event::Name;
use askwell::id::{ConversationId, MemberId};
use serde_json::json;

const HOUR_MS: i64 = 3_600_000;

fn add(ledger: &Ledger, url: &str, names: &[Name]) -> EndpointId {
    let secret = format!("secret of {url}");
    ledger
        .write(Add { url: url.to_owned(), secret, names: names.to_vec(), seen: None })
        .unwrap()
        .endpoint_id
}

/// Two events in each of so many conversations.
fn happen(ledger: &Ledger, id: &str, conversations: u8) {
    let batch: Vec<_> = (0..conversations)
        .flat_map(|n| {
            [("a", Name::CommentResponderReplyGenerated), ("b", Name::CommentResponderReplySent)]
                .map(|(which, name)| {
                    json!({
                        "specversion": "1.0", "id": format!("{id}-{n}-{which}"), "source": "/kb",
                        "type": format!("askwell.{name}"), "time": "2026-05-31T08:00:00Z",
                        "subject": lane(n), "data": { "user_id": MemberId::derive(&[b"m"]) },
                    })
                })
        })
        .collect();
    let done = ledger.write(HandIn { batch: json!(batch) }).unwrap();
    assert_eq!(done.taken, u64::from(conversations) * 2, "{:?}", done.refusals);
}

fn lane(n: u8) -> String {
    ConversationId::derive(&[b"conversation", &[n]]).to_string()
}

/// The lanes that the alarm would put into the queue now.
fn sent(ledger: &Ledger) -> Vec<(EndpointId, String)> {
    let due = ledger.at(|cx| due(cx.sql, cx.now)).unwrap();
    due.into_iter().map(|lane| (lane.endpoint, lane.name)).collect()
}

fn take(ledger: &Ledger, endpoint: &EndpointId, lane: &str, holder: &str) -> Option<Taken> {
    let (lane, holder) = (lane.to_owned(), holder.to_owned());
    ledger.write(Take { endpoint: endpoint.clone(), lane, holder }).unwrap()
}

fn report(
    ledger: &Ledger,
    endpoint: &EndpointId,
    lane: &str,
    taken: &[i64],
    failed: Option<(i64, u16)>,
) {
    let failure = failed.map(|(seq, status)| Failure {
        seq,
        status: Some(status),
        why: DeliveryFailure::Status,
        asked_s: None,
        chance: 1.0,
    });
    let report = Report {
        endpoint: endpoint.clone(),
        lane: lane.to_owned(),
        holder: "m".to_owned(),
        taken: taken.iter().map(|seq| (*seq, 204)).collect(),
        failure,
        done: true,
    };
    ledger.write(report).unwrap();
}

/// The log, of which the counts of the webhooks are to say the same.
fn log(ledger: &Ledger, query: DeliveryQuery) -> Vec<Delivery> {
    let all = ledger.read(deliveries::List::default()).items;
    for hook in ledger.read(List) {
        let of = |state| {
            all.iter().filter(|d| d.endpoint_id == hook.endpoint_id && d.state == state).count()
                as u64
        };
        let counted = [hook.delivered, hook.waiting, hook.dead];
        let [delivered, waiting, dead] =
            [DeliveryState::Delivered, DeliveryState::Waiting, DeliveryState::Dead].map(of);
        assert_eq!(counted, [delivered, waiting, dead], "{}", hook.url);
    }
    let items = ledger.read(deliveries::List { query: query.clone() }).items;
    let fits = |d: &&Delivery| {
        query.endpoint_id.as_ref().is_none_or(|id| *id == d.endpoint_id)
            && query.state.is_none_or(|state| state == d.state)
            && query.event_id.as_ref().is_none_or(|id| *id == d.event_id)
    };
    assert_eq!(items, all.iter().filter(fits).cloned().collect::<Vec<_>>());
    items
}

fn seqs(taken: Option<Taken>) -> Vec<i64> {
    taken.map(|taken| taken.events.iter().map(|event| event.seq).collect()).unwrap_or_default()
}

#[test]
fn each_webhook_gets_what_it_takes_from_when_it_is_there() {
    let ledger = Ledger::new();
    happen(&ledger, "before", 1);
    assert!(sent(&ledger).is_empty(), "there is nobody to send it to");
    assert_eq!(ledger.read(overview::Get).events_undelivered, 0);
    let all = add(&ledger, "https://a.example", &[]);
    let gaps = add(&ledger, "https://b.example", &[Name::CommentResponderReplySent]);
    happen(&ledger, "after", 2);
    assert_eq!(sent(&ledger).len(), 4);
    assert!(sent(&ledger).is_empty(), "they are in the queue");
    assert_eq!(seqs(take(&ledger, &all, &lane(1), "m")), [5, 6]);
    assert_eq!(seqs(take(&ledger, &gaps, &lane(1), "m")), [6]);
    report(&ledger, &gaps, &lane(1), &[6], None);
    let page = PageQuery::default();
    let stored = ledger.read(events::List { page: page.clone() }).items;
    assert!(stored.iter().all(|event| event.delivered_at.is_none()), "the other has not");
    report(&ledger, &all, &lane(1), &[5, 6], None);
    let stored = ledger.read(events::List { page }).items;
    let done: Vec<u64> =
        stored.iter().filter(|e| e.delivered_at.is_some()).map(|e| e.seq).collect();
    assert_eq!(done, [5, 6]);
    assert_eq!(ledger.read(overview::Get).events_undelivered, 2);
    let shown = ledger.read(List);
    assert_eq!((shown[0].delivered, shown[0].waiting), (2, 2));
    assert_eq!((shown[1].delivered, shown[1].waiting), (1, 1));
}

#[test]
fn what_fails_pauses_and_holds_up_its_own_conversation_only() {
    let ledger = Ledger::new();
    let hook = add(&ledger, "https://a.example", &[]);
    happen(&ledger, "x", 2);
    assert_eq!(sent(&ledger).len(), 2);
    assert_eq!(seqs(take(&ledger, &hook, &lane(0), "m")), [1, 2]);
    assert!(take(&ledger, &hook, &lane(0), "other").is_none(), "it is taken");
    report(&ledger, &hook, &lane(0), &[], Some((1, 503)));
    assert!(take(&ledger, &hook, &lane(0), "m").is_none(), "it pauses");
    let first = &log(&ledger, DeliveryQuery { limit: Some(500), ..DeliveryQuery::default() })[3];
    assert_eq!((first.seq, first.state, first.attempts), (1, DeliveryState::Waiting, 1));
    assert_eq!((first.last_status, first.last_failure), (Some(503), Some(DeliveryFailure::Status)));
    assert_eq!(first.next_try_at.unwrap(), first.last_attempt_at.unwrap().plus(2_000));
    assert_eq!(seqs(take(&ledger, &hook, &lane(1), "m")), [3, 4], "the other goes on");
    report(&ledger, &hook, &lane(1), &[3], Some((4, 500)));
    ledger.wait(2_000);
    let mut again = sent(&ledger);
    again.sort();
    let mut wanted = vec![(hook.clone(), lane(0)), (hook.clone(), lane(1))];
    wanted.sort();
    assert_eq!(again, wanted);
    assert_eq!(seqs(take(&ledger, &hook, &lane(0), "m")), [1, 2]);
    assert_eq!(seqs(take(&ledger, &hook, &lane(1), "m")), [4], "3 was taken");
    report(&ledger, &hook, &lane(0), &[1, 2], None);
    report(&ledger, &hook, &lane(1), &[4], None);
    assert_eq!(ledger.sql.count("SELECT count(*) AS n FROM lanes", bind![]).unwrap(), 0);
    assert_eq!(ledger.read(overview::Get).events_undelivered, 0);
}

/// Lets so many conversations fail, one after another.
fn fail(ledger: &Ledger, hook: &EndpointId, lanes: std::ops::Range<u8>) {
    for n in lanes {
        let taken = seqs(take(ledger, hook, &lane(n), "m"));
        report(ledger, hook, &lane(n), &[], Some((taken[0], 503)));
    }
}

/// When the last attempt was made.
fn last_attempt(ledger: &Ledger) -> UnixMillis {
    let all = log(ledger, DeliveryQuery { limit: Some(500), ..DeliveryQuery::default() });
    all.iter().filter_map(|row| row.last_attempt_at).max().unwrap()
}

#[test]
fn a_webhook_that_only_fails_rests_and_is_then_tried_with_one_event() {
    let ledger = Ledger::new();
    let ill = add(&ledger, "https://a.example", &[]);
    let other = add(&ledger, "https://b.example", &[]);
    happen(&ledger, "x", 8);
    assert_eq!(sent(&ledger).len(), 16);
    fail(&ledger, &ill, 0..4);
    assert_eq!(ledger.read(List)[0].resting_until, None, "four are no series");
    fail(&ledger, &ill, 4..5);
    assert!(take(&ledger, &ill, &lane(5), "m").is_none(), "what is in the queue waits as well");
    assert!(sent(&ledger).is_empty());
    let rests_until = ledger.read(List)[0].resting_until.expect("five are");
    assert_eq!(rests_until, last_attempt(&ledger).plus(5_000));
    assert_eq!(seqs(take(&ledger, &other, &lane(5), "m")), [11, 12], "the other goes on");
    report(&ledger, &other, &lane(5), &[11, 12], None);
    ledger.wait(5_000);
    let probe = sent(&ledger);
    assert_eq!(probe.len(), 1, "one is tried: {probe:?}");
    assert!(sent(&ledger).is_empty());
    assert!(take(&ledger, &ill, &lane(6), "m").is_none(), "and no other meanwhile");
    let of = seqs(take(&ledger, &ill, &probe[0].1, "m"));
    report(&ledger, &ill, &probe[0].1, &[], Some((of[0], 500)));
    let rests_until = ledger.read(List)[0].resting_until.unwrap();
    assert_eq!(rests_until, last_attempt(&ledger).plus(10_000), "longer");
    ledger.wait(10_000);
    let probe = sent(&ledger);
    assert_eq!(probe.len(), 1);
    let of = seqs(take(&ledger, &ill, &probe[0].1, "m"));
    report(&ledger, &ill, &probe[0].1, &of, None);
    assert_eq!(ledger.read(List)[0].resting_until, None, "it is well");
    assert!(sent(&ledger).len() >= 5, "all go on");
}

#[test]
fn a_webhook_whose_trial_was_lost_is_tried_again_and_a_new_address_needs_no_rest() {
    let ledger = Ledger::new();
    let hook = add(&ledger, "https://a.example", &[]);
    happen(&ledger, "x", 6);
    sent(&ledger);
    fail(&ledger, &hook, 0..5);
    ledger.wait(5_000);
    assert_eq!(sent(&ledger).len(), 1);
    ledger.wait(RESEND_MS);
    assert_eq!(sent(&ledger).len(), 1, "whoever had it is dead");
    let url = Some("https://c.example".to_owned());
    let patch = EndpointPatch { url, ..EndpointPatch::default() };
    ledger.write(Change { endpoint_id: hook.clone(), patch }).unwrap();
    assert!(!sent(&ledger).is_empty());
    assert_eq!(ledger.read(List)[0].resting_until, None);
}

#[test]
fn what_fails_for_a_day_is_a_dead_letter_and_can_be_sent_again() {
    let ledger = Ledger::new();
    let hook = add(&ledger, "https://a.example", &[]);
    happen(&ledger, "x", 1);
    let mut attempts = 0;
    loop {
        ledger.wait(4 * HOUR_MS);
        assert_eq!(sent(&ledger).len(), 1);
        let found = seqs(take(&ledger, &hook, &lane(0), "m"));
        if found == [2] {
            break;
        }
        assert_eq!(found, [1, 2]);
        attempts += 1;
        report(&ledger, &hook, &lane(0), &[], Some((1, 500)));
    }
    let of = |state| {
        let found = log(&ledger, DeliveryQuery { state: Some(state), ..DeliveryQuery::default() });
        found.into_iter().map(|row| (row.seq, row.attempts)).collect::<Vec<_>>()
    };
    assert_eq!(of(DeliveryState::Dead), [(1, attempts)]);
    assert!((7..=8).contains(&attempts), "every four hours for a day: {attempts}");
    report(&ledger, &hook, &lane(0), &[2], None);
    assert_eq!(of(DeliveryState::Delivered), [(2, 1)]);
    assert_eq!(ledger.read(List)[0].dead, 1);

    let dead = |state| Replay { from: 0, to: u64::MAX, endpoint_id: Some(hook.clone()), state };
    let replayed = ledger.write(dead(Some(DeliveryState::Dead))).unwrap();
    assert_eq!(replayed, Replayed { events: 1, next: None });
    assert_eq!((of(DeliveryState::Waiting), of(DeliveryState::Dead)), (vec![(1, 0)], vec![]));
    assert_eq!(sent(&ledger).len(), 1);
    assert_eq!(seqs(take(&ledger, &hook, &lane(0), "m")), [1]);
    assert!(ledger.write(dead(Some(DeliveryState::Waiting))).is_err());
}

#[test]
fn what_is_sent_again_is_all_that_does_not_wait() {
    let ledger = Ledger::new();
    happen(&ledger, "before", 1);
    let hook = add(&ledger, "https://a.example", &[]);
    let replay = |from, to, endpoint: Option<&EndpointId>| {
        ledger.write(Replay { from, to, endpoint_id: endpoint.cloned(), state: None })
    };
    assert_eq!(replay(1, 9, None).unwrap().events, 2, "a new webhook gets what was before it");
    assert_eq!(replay(1, 9, None).unwrap().events, 0, "they wait already");
    add(&ledger, "https://b.example", &[]);
    assert_eq!(replay(2, 2, None).unwrap().events, 1);
    assert_eq!(replay(1, 9, Some(&hook)).unwrap().events, 0);
    assert!(replay(2, 1, None).is_err());
    let none = EndpointId::derive(&[b"none"]);
    assert_eq!(replay(1, 2, Some(&none)).unwrap_err().public().code, askwell::Code::NotFound);
}

#[test]
fn a_webhook_that_is_gone_is_sent_nothing_until_it_is_turned_on() {
    let ledger = Ledger::new();
    let hook = add(&ledger, "https://a.example", &[]);
    happen(&ledger, "x", 2);
    sent(&ledger);
    take(&ledger, &hook, &lane(0), "m");
    report(&ledger, &hook, &lane(0), &[], Some((1, 410)));
    let shown = ledger.read(List).remove(0);
    assert_eq!(shown.disabled_because, Some(DisabledBecause::Gone));
    assert!(!shown.enabled && shown.waiting == 4);
    assert!(take(&ledger, &hook, &lane(1), "m").is_none());
    happen(&ledger, "y", 1);
    ledger.wait(9 * HOUR_MS);
    assert!(sent(&ledger).is_empty());
    assert_eq!(ledger.read(overview::Get).events_undelivered, 0, "nobody is to have them");
    let replay = Replay { from: 1, to: 9, endpoint_id: Some(hook.clone()), state: None };
    assert!(ledger.write(replay).is_err());
    let patch = EndpointPatch { enabled: Some(true), ..EndpointPatch::default() };
    let on = ledger.write(Change { endpoint_id: hook.clone(), patch }).unwrap();
    assert!(on.enabled && on.disabled_because.is_none());
    assert_eq!(sent(&ledger).len(), 2);
    assert_eq!(
        seqs(take(&ledger, &hook, &lane(0), "m")),
        [1, 2],
        "what happened meanwhile is not among them"
    );
    ledger.write(Remove { endpoint_id: hook.clone() }).unwrap();
    assert!(ledger.read(List).is_empty());
    report(&ledger, &hook, &lane(0), &[1], Some((2, 500)));
    let left = "SELECT (SELECT count(*) FROM deliveries) + (SELECT count(*) FROM lanes) AS n";
    assert_eq!(ledger.sql.count(left, bind![]).unwrap(), 0, "also after a late report");
}

#[test]
fn two_secrets_sign_until_the_old_one_runs_out() {
    let ledger = Ledger::new();
    let hook = add(&ledger, "https://a.example", &[]);
    let secrets = || match ledger.at(|cx| endpoints::gate(cx, &hook, "")).unwrap() {
        Gate::Open(target) => target.secrets,
        shut => panic!("{shut:?}"),
    };
    let rotate = |secret: &str, keep_s| {
        let secret = secret.to_owned();
        ledger.write(Rotate { endpoint_id: hook.clone(), secret, keep_s, seen: None }).unwrap()
    };
    assert_eq!(secrets(), ["secret of https://a.example"]);
    assert!(rotate("new", 3_600).old_secret_until.is_some());
    assert_eq!(secrets(), ["new", "secret of https://a.example"]);
    ledger.wait(HOUR_MS);
    assert_eq!(secrets(), ["new"]);
    assert!(ledger.read(List)[0].old_secret_until.is_none());
    rotate("newer", 0);
    assert_eq!(secrets(), ["newer"]);
    for n in 1..10 {
        add(&ledger, &format!("https://{n}.example"), &[]);
    }
    let eleventh = Add {
        url: "https://x.example".to_owned(),
        secret: String::new(),
        names: vec![],
        seen: None,
    };
    assert!(ledger.write(eleventh).is_err());
}

#[test]
fn a_lane_that_nobody_touches_is_put_into_the_queue_again() {
    let ledger = Ledger::new();
    let hook = add(&ledger, "https://a.example", &[]);
    happen(&ledger, "x", 1);
    assert_eq!(sent(&ledger).len(), 1);
    take(&ledger, &hook, &lane(0), "dies");
    ledger.wait(RESEND_MS);
    assert_eq!(sent(&ledger).len(), 1, "the message was lost");
    assert_eq!(seqs(take(&ledger, &hook, &lane(0), "m")), [1, 2]);
}

/// A ledger of before, with the one webhook in its settings and events of which one is delivered.
#[test]
fn a_ledger_of_before_goes_on_where_it_was() {
    let sql = Sql::with(
        settings::ROOM
            .migrations
            .iter()
            .chain(events::ROOM.migrations)
            .chain(&ROOM.migrations[..1]),
    );
    let body = json!({
        "id": "shop", "name": "Shop", "origins": [], "created_at": 5,
        "webhook": { "url": "https://a.example", "secret": "s" },
    });
    sql.run("INSERT INTO workspace (key, body) VALUES ('settings', ?)", bind![body.to_string()])
        .unwrap();
    for (seq, delivered) in [(1, Some(7)), (2, None), (3, None)] {
        sql.run(
            "INSERT INTO events (seq, id, name, lane, body, delivered_at) VALUES (?, ?, 'kb.created', ?, '{}', ?)",
            bind![seq, format!("ev_{seq}"), format!("lane {}", seq / 3), delivered],
        )
        .unwrap();
    }
    let later = [endpoints::ROOM.migrations, deliveries::ROOM.migrations, &ROOM.migrations[1..]];
    for statement in later.into_iter().flatten().flat_map(|migration| migration.statements) {
        sql.run(statement, bind![]).unwrap();
    }
    assert_eq!(endpoints::first_url(&sql).unwrap().as_deref(), Some("https://a.example"));
    let count = |query: &str| sql.count(query, bind![]).unwrap();
    assert_eq!(count("SELECT count(*) AS n FROM deliveries WHERE state = 'waiting'"), 2);
    assert_eq!(count("SELECT count(*) AS n FROM deliveries WHERE delivered_at = 7"), 1);
    assert_eq!(count("SELECT count(*) AS n FROM lanes"), 2);
    assert_eq!(count("SELECT count(*) AS n FROM workspace WHERE body LIKE '%secret%'"), 0);
    assert!(settings::read(&sql).is_ok());
    let lanes = due(&sql, UnixMillis(1)).unwrap();
    assert!(lanes[0].endpoint.as_str().starts_with("wh_"), "{lanes:?}");
}
