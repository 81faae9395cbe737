//! Every event of the catalog, by what brings it about.

use super::super::happenings::{self, Happening, What};
use super::super::intake::HandIn;
use super::super::record::Record;
use super::super::sessions::Begin;
use super::super::tests::{Ledger, closing, conversation, visitor};
use super::super::{doings, events};
use super::*;
use askwell::access::{Principal, Scopes, Who};
use askwell::classify::review::Theme;
use askwell::classify::{Outcome as Ending, Signals};
use askwell::conversation::{Message, Platform, Role};
use askwell::event::{Name, Origin};
use askwell::id::MemberId;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A closing in which all of this was said.
fn closed(ledger: &Ledger, n: u32, revision: u32, said: &[(Role, &str)]) -> Record {
    let mut record = closing(ledger, n, revision, n, Some("noor@example.com"));
    let end = record.closed.ended_at;
    let message = |(seq, (role, text)): (usize, &(Role, &str))| Message {
        id: format!("m{seq}"),
        seq: seq as u32,
        role: *role,
        text: (*text).to_owned(),
        by: None,
        at: end.plus(seq as i64 - said.len() as i64),
    };
    record.closed.messages = said.iter().enumerate().map(message).collect();
    record
}

fn signals(dissatisfaction: bool, success: bool, outcome: Ending) -> Signals {
    Signals { dissatisfaction, severe_negative: dissatisfaction, success, outcome }
}

#[test]
fn every_event_of_the_catalog_is_given_or_taken_with_a_valid_payload() {
    // Making the workspace.
    let ledger = Ledger::made();
    let workspace = ledger.at(|cx| cx.workspace.clone());

    // Signing in, and from one workspace to another.
    ledger.write(doings::Refused).unwrap();
    let member = MemberId::derive(&[b"member"]);
    let by = Principal { workspace, who: Who::Member(member.clone()), scopes: Scopes::ALL };
    for (hash, switched) in [("s1", false), ("s2", true)] {
        ledger.write(Begin { by: by.clone(), hash: hash.to_owned(), switched }).unwrap();
    }

    // A conversation that goes to a person, is ended, and comes back; and one that is settled.
    let take = happenings::Take {
        conversation_id: conversation(1),
        visitor_id: visitor(1),
        platform: Platform::default(),
        happenings: vec![Happening {
            seq: 1,
            at: UnixMillis(1_780_272_000_000),
            what: What::Assigned,
        }],
    };
    ledger.write(take).unwrap();
    let mut said = vec![
        (Role::Customer, "noor@example.com here, +1 (555) 555-0134, I will sue you"),
        (Role::Bot, "I am sorry to hear that."),
        (Role::System, "handoff"),
        (Role::Agent, "Kim here."),
    ];
    let mut first = closed(&ledger, 1, 1, &said);
    first.conclusion.signals = signals(true, false, Ending::Handoff);
    first.conclusion.themes = Theme::parse("damaged").into_iter().collect();
    ledger.write(first).unwrap();
    said.extend([(Role::System, "reopened"), (Role::Customer, "It works, thank you")]);
    let mut second = closed(&ledger, 1, 2, &said);
    second.conclusion.signals = signals(true, true, Ending::Recovered);
    ledger.write(second).unwrap();
    let mut other = closed(&ledger, 2, 1, &said[..2]);
    other.conclusion.signals = signals(false, true, Ending::Resolved);
    ledger.write(other).unwrap();

    // What other parts of a platform hand in.
    let handed: Vec<&Name> = Name::ALL.iter().filter(|n| n.origin() != Origin::Askwell).collect();
    let batch: Vec<Value> = handed
        .iter()
        .map(|name| {
            let mut data = json!({ "user_id": member });
            if name.origin() == Origin::Both {
                data["app_surface"] = json!("comments");
            }
            json!({
                "specversion": "1.0", "id": name.as_str(), "source": "/platform",
                "type": format!("askwell.{name}"), "time": "2026-05-31T08:00:00Z", "data": data,
            })
        })
        .collect();
    let done = ledger.write(HandIn { batch: json!(batch) }).unwrap();
    assert_eq!(done.taken as usize, handed.len(), "{:?}", done.refusals);

    let page = PageQuery { cursor: None, limit: Some(500) };
    let stored = ledger.read(events::List { page }).items;
    let names: BTreeSet<&str> = stored.iter().map(|event| event.name.as_str()).collect();
    // Automations, channels, billing and questions for contact details have tests of their own in their rooms.
    let elsewhere = |name: &&Name| {
        ["automation.", "channel.", "billing.", "enrichment."]
            .iter()
            .any(|room| name.as_str().starts_with(room))
    };
    let missing: Vec<_> = Name::ALL
        .iter()
        .filter(|name| !elsewhere(name) && !names.contains(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?} are given by nothing");
    for name in Name::ALL.iter().filter(|name| name.origin() == Origin::Both) {
        let own = |event: &&StoredEvent| {
            event.name == name.as_str() && event.event["data"]["app_surface"] != "comments"
        };
        let of_conversation = !matches!(name, Name::KbCreated | Name::KbPublished)
            && !name.as_str().starts_with("ai_reply.generated")
            && !name.as_str().starts_with("ai_reply.kb_gap");
        assert!(!of_conversation || stored.iter().any(|e| own(&e)), "{name} of a conversation");
    }

    // What stands is what the catalog allows, and nobody is in it.
    for event in &stored {
        assert!(event::hits(&event.event).is_empty(), "{}", event.event);
        let text = event.event.to_string();
        assert!(!text.contains('@') && !text.contains("555-0134") && !text.contains("Kim"));
    }
    assert_eq!(ledger.at(|cx| counts(cx.sql)).unwrap().blocked, 0);
}

#[test]
fn refused_attempts_are_told_once_a_minute() {
    let ledger = Ledger::new();
    let count = || {
        ledger
            .sql
            .count("SELECT count(*) AS n FROM events WHERE name = 'auth.sign_in.failure'", bind![])
            .unwrap()
    };
    for _ in 0..20 {
        ledger.write(doings::Refused).unwrap();
    }
    assert!((1..=2).contains(&count()), "{} in twenty seconds", count());
    ledger.wait(60_000);
    let before = count();
    ledger.write(doings::Refused).unwrap();
    assert_eq!(count(), before + 1);
}
