//! The ledger on SQLite in memory: closings in any order, any number of times, cut off anywhere.

mod books;
mod whose;

use super::cx::Cx;
use super::op::{Read, Write};
use super::record::Record;
use super::settings::Create;
use super::{
    ROOMS, answers, conversations, customers, events, fields, filing, happenings, migrations,
    overview,
};
use crate::bind;
use crate::fault::Outcome;
use crate::sql::Sql;
use askwell::Code;
use askwell::api::{
    ConversationSummary, Customer, CustomerSearch, FieldList, NewWorkspace, PageQuery, StoredEvent,
};
use askwell::classify::{Answer, AnswerState, Method, Outcome as Ending, Signals, Tone};
use askwell::closing::{Closed, Conclusion, FieldAnswer, FieldVersion};
use askwell::conversation::{Direction, Message, Platform, Resolution, Role, Sentiment, Status};
use askwell::customer::{Fact, Facts};
use askwell::enrichment::Provision;
use askwell::id::{ConversationId, CustomerId, VisitorId, WorkspaceId};
use askwell::plan::Plan;
use askwell::prompt;
use askwell::session::Session;
use askwell::time::UnixMillis;
use serde::Deserialize;
use std::cell::Cell;
use std::collections::BTreeSet;

/// A ledger with a clock that goes on by a second with every call.
pub struct Ledger {
    pub sql: Sql,
    workspace: WorkspaceId,
    now: Cell<i64>,
}

/// 2026-06-01T00:00:00Z.
const BEGIN: i64 = 1_780_272_000_000;

impl Ledger {
    /// One in which nothing has happened: also without the event that it was made.
    pub fn new() -> Self {
        let ledger = Self::made();
        for table in ["events", "event_counts", "sqlite_sequence"] {
            ledger.sql.run(&format!("DELETE FROM {table}"), bind![]).unwrap();
        }
        ledger
    }

    /// One that was made just now.
    pub fn made() -> Self {
        Self::in_database(Sql::memory())
    }

    /// One that was made just now, in a file.
    pub fn in_file(path: &std::path::Path) -> Self {
        Self::in_database(Sql::file(path))
    }

    /// One of before that is in a file, brought up to date.
    pub fn of_before(path: &std::path::Path) -> Self {
        Self::migrated(Sql::file(path))
    }

    fn migrated(sql: Sql) -> Self {
        sql.made(migrations());
        Self { sql, workspace: "shop".parse().unwrap(), now: Cell::new(BEGIN) }
    }

    fn in_database(sql: Sql) -> Self {
        let ledger = Self::migrated(sql);
        ledger.file();
        let workspace = ledger.workspace.clone();
        let new = NewWorkspace {
            id: workspace,
            name: "Shop".to_owned(),
            origins: Vec::new(),
            webhook: None,
            plan: Plan::default(),
            enrichment: Provision::default(),
        };
        let create = Create {
            workspace: new,
            site_key_hash: "a".to_owned(),
            secret_key_hash: "b".to_owned(),
            site_key_prefix: "pk_shop".to_owned(),
            site_key: Some("pk_shop_whole".to_owned()),
            secret_key_prefix: "sk_shop".to_owned(),
        };
        ledger.write(create).unwrap();
        ledger
    }

    /// Files what a store of before has, as its jobs do.
    pub fn file(&self) {
        while self.with(filing::next::<answers::Answers>).unwrap() {}
        while self.with(filing::next::<conversations::Traits>).unwrap() {}
    }

    pub fn write<C: Write>(&self, call: C) -> Outcome<C::Out> {
        let now = self.tick();
        self.sql.atomically(|sql| call.run(&Cx { sql, workspace: &self.workspace, now }))
    }

    /// Does what a room's function does, in one transaction.
    pub fn with<T>(&self, work: impl FnOnce(&Cx) -> Outcome<T>) -> Outcome<T> {
        let now = self.tick();
        self.sql.atomically(|sql| work(&Cx { sql, workspace: &self.workspace, now }))
    }

    pub fn read<C: Read>(&self, call: C) -> C::Out {
        let now = self.tick();
        call.run(&Cx { sql: &self.sql, workspace: &self.workspace, now }).unwrap()
    }

    /// Looks at the ledger as a room does.
    pub fn at<T>(&self, work: impl FnOnce(&Cx) -> T) -> T {
        work(&Cx { sql: &self.sql, workspace: &self.workspace, now: self.tick() })
    }

    /// Lets so many milliseconds pass.
    pub fn wait(&self, millis: i64) {
        self.now.set(self.now.get() + millis);
    }

    fn tick(&self) -> UnixMillis {
        self.now.set(self.now.get() + 1_000);
        UnixMillis(self.now.get())
    }

    pub fn customers(&self) -> Vec<Customer> {
        let search = CustomerSearch { limit: Some(500), ..CustomerSearch::default() };
        self.read(customers::List { search }).items
    }
}

pub fn conversation(n: u32) -> ConversationId {
    ConversationId::derive(&[b"conversation", &n.to_le_bytes()])
}

pub fn visitor(n: u32) -> VisitorId {
    VisitorId::derive(&[b"visitor", &n.to_le_bytes()])
}

pub fn fact(value: &str, at: i64) -> Option<Fact> {
    Some(Fact { value: value.to_owned(), seq: 0, at: UnixMillis(at), detector: 1 })
}

/// A closing of conversation `n` by visitor `who`, with an e-mail where one was named.
pub fn closing(ledger: &Ledger, n: u32, revision: u32, who: u32, email: Option<&str>) -> Record {
    let at = BEGIN + i64::from(n) * 60_000 + i64::from(revision) * 1_000;
    let list = ledger.read(fields::List).list;
    let text = email.map_or("hello".to_owned(), |email| format!("I am {email}"));
    let answers = list.fields.iter().map(|field| FieldAnswer {
        field_id: field.id.clone(),
        field_version: field.version,
        field_name: field.field.name.clone(),
        answer: Answer {
            answer: Some(format!("value {}", (n + revision) % 3)),
            state: AnswerState::Value,
            confidence: 0.5,
            evidence: Vec::new(),
            method: Method::Embedded,
        },
    });
    let signals = Signals {
        dissatisfaction: false,
        severe_negative: false,
        success: true,
        outcome: Ending::Resolved,
    };
    let conclusion = Conclusion {
        answers: answers.collect(),
        tone: Tone { sentiment: Sentiment::Neutral, confidence: 0.5 },
        signals,
        resolution: Resolution::Resolved,
        themes: Vec::new(),
    };
    let closed = Closed {
        conversation_id: conversation(n),
        revision,
        platform_conversation_id: None,
        visitor_id: visitor(who),
        platform: Platform::default(),
        direction: Direction::default(),
        status: Status::Completed,
        transferred: false,
        test_mode: false,
        lang: None,
        started_at: UnixMillis(BEGIN + i64::from(n) * 60_000),
        ended_at: UnixMillis(at),
        messages: vec![Message {
            id: "m".to_owned(),
            seq: 0,
            role: Role::Customer,
            text,
            at: UnixMillis(at),
            by: None,
        }],
        facts: Facts {
            email: email.and_then(|email| fact(email, at)),
            name: fact(&format!("Visitor {who}"), at),
            phone: None,
        },
        proven: askwell::customer::Proven::default(),
        policy: prompt::State::default(),
        replies: askwell::reply::Tally::default(),
        intents: Vec::new(),
    };
    Record {
        closed,
        conclusion,
        session: Session::default(),
        closed_wall: UnixMillis(at),
        version: revision * 2,
        ask: Vec::new(),
        opened_at: None,
    }
}

#[test]
fn names_of_operations_migrations_and_jobs_stand_once() {
    let ops = ROOMS.iter().flat_map(|room| room.ops).map(|op| op.name);
    let migrations = ROOMS.iter().flat_map(|room| room.migrations).map(|m| m.id);
    let jobs = ROOMS.iter().flat_map(|room| room.jobs).map(|job| job.kind);
    for mut names in [ops.collect::<Vec<_>>(), migrations.collect(), jobs.collect()] {
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }
}

#[test]
fn a_closing_that_comes_twice_changes_nothing() {
    let ledger = Ledger::new();
    let record = closing(&ledger, 1, 1, 1, Some("noor@example.com"));
    let first = ledger.write(record.clone()).unwrap();
    let before = ledger.sql.dump();
    let second = ledger.write(record).unwrap();
    assert!(!first.duplicate && second.duplicate);
    assert_eq!(first.customer_id, second.customer_id);
    assert_eq!(ledger.sql.dump(), before);
}

#[test]
fn a_closing_that_fails_anywhere_leaves_nothing() {
    let ledger = Ledger::new();
    ledger.write(closing(&ledger, 1, 1, 1, None)).unwrap();
    ledger.write(closing(&ledger, 2, 1, 2, Some("noor@example.com"))).unwrap();
    // Moves the conversation to another profile, which touches every room.
    let record = closing(&ledger, 1, 2, 1, Some("noor@example.com"));
    let before = ledger.sql.dump();
    let mut statements = 0;
    loop {
        ledger.sql.fail_after(Some(statements));
        let outcome = ledger.write(record.clone());
        ledger.sql.fail_after(None);
        if outcome.is_ok() {
            break;
        }
        assert_eq!(ledger.sql.dump(), before, "after {statements} statements");
        statements += 1;
    }
    assert!(statements > 20, "only {statements} statements");
    assert_ne!(ledger.sql.dump(), before);
}

/// Splitmix64 (Steele, Lea, Flood 2014): the same walk each time.
pub struct Walk(pub u64);

impl Walk {
    /// The next number, less than `n`.
    pub fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((z ^ (z >> 31)) % u64::from(n)).unwrap()
    }
}

/// The first telling of a conversation, before anything is said of its visitor.
pub fn first_telling(
    summary: ConversationSummary,
    visitor_id: Option<VisitorId>,
    opened_at: UnixMillis,
) -> conversations::Register {
    conversations::Register {
        summary,
        version: 1,
        visitor_id,
        opened_at: Some(opened_at),
        last_at: None,
        said: None,
    }
}

/// What conversation `n` tells of itself before it is closed.
pub fn under_way(n: u32, status: Status, started_at: UnixMillis) -> ConversationSummary {
    ConversationSummary {
        conversation_id: conversation(n),
        platform_conversation_id: None,
        customer_id: None,
        status,
        revision: 0,
        direction: Direction::default(),
        platform: Platform::default(),
        transferred: false,
        lang: None,
        messages: 1,
        started_at,
        ended_at: None,
        sentiment: None,
        classify_ms: None,
        test_mode: false,
    }
}

#[test]
fn what_a_conversation_tells_late_does_not_undo_its_end() {
    let ledger = Ledger::new();
    let live = |status, version| {
        let summary = under_way(1, status, UnixMillis(BEGIN));
        let visitor_id = Some(visitor(1));
        let word = conversations::Register {
            summary,
            version,
            visitor_id,
            opened_at: None,
            last_at: None,
            said: None,
        };
        ledger.write(word).unwrap();
    };
    let shown = || {
        let get = conversations::Get { conversation_id: conversation(1) };
        let summary = ledger.read(get).unwrap().summary;
        (summary.status, summary.ended_at.is_some(), summary.revision)
    };
    live(Status::Queued, 1);
    ledger.write(closing(&ledger, 1, 1, 1, None)).unwrap();
    live(Status::InProgress, 1);
    assert_eq!(shown(), (Status::Completed, true, 1), "told before the end, heard after it");
    live(Status::InProgress, 3);
    assert_eq!(shown(), (Status::InProgress, false, 1), "reopened");
    live(Status::InProgress, 5);
    ledger.write(closing(&ledger, 1, 2, 1, None)).unwrap();
    assert_eq!(shown(), (Status::InProgress, false, 2), "reopened before its end was recorded");
    live(Status::InProgress, 2);
    ledger.write(closing(&ledger, 1, 3, 1, None)).unwrap();
    assert_eq!(shown(), (Status::Completed, true, 3), "and ended again");
}

#[test]
fn a_question_is_never_forgotten() {
    let ledger = Ledger::new();
    let put = |fields: Vec<FieldVersion>| {
        let list = FieldList { fields };
        ledger.write(fields::Put { list, revision: None }).unwrap().list.fields
    };
    let mut question = ledger.read(fields::List).list.fields[0].clone();
    question.id.clear();
    question.field.name = "Refund".to_owned();
    let first = put(vec![question.clone()]);
    assert_eq!(put(vec![question.clone()]), first, "the same list again, still without an id");

    question.field.prompt = "Was a refund asked for?".to_owned();
    let second = put(vec![question.clone()]);
    assert_eq!((&second[0].id, second[0].version), (&first[0].id, 2));
    ledger.write(closing(&ledger, 1, 1, 1, None)).unwrap();

    assert_eq!(put(Vec::new()), []);
    let get = conversations::Get { conversation_id: conversation(1) };
    assert_eq!(ledger.read(get).unwrap().answers.len(), 1, "its answers stay");
    let versions = ledger.read(fields::Versions { field_id: first[0].id.clone() });
    let kept: Vec<_> = versions.into_iter().map(|v| v.version).collect();
    assert_eq!(kept, [first[0].clone(), second[0].clone()], "and its wordings");

    let other = put(vec![question]);
    assert_ne!(other[0].id, first[0].id, "a new question of an old name is another one");
    assert_eq!(put(vec![second[0].clone()]), second, "the old one comes back by its id");
}

#[test]
fn who_has_read_an_older_list_does_not_overwrite_the_newer_one() {
    let ledger = Ledger::new();
    let read = ledger.read(fields::List);
    let shorter = FieldList { fields: read.list.fields[1..].to_vec() };
    let put = |revision| {
        let list = shorter.clone();
        ledger.write(fields::Put { list, revision: Some(revision) })
    };
    let after = put(read.revision).unwrap();
    assert_eq!(after.list, shorter);
    assert_eq!(put(read.revision).unwrap_err().public().code, Code::PreconditionFailed);
    assert_eq!(put(after.revision).unwrap(), after, "no change is no new revision");
}

#[test]
fn what_a_person_says_stands_and_is_counted() {
    let ledger = Ledger::new();
    ledger.write(closing(&ledger, 1, 1, 1, None)).unwrap();
    let field = ledger.read(fields::List).list.fields[0].clone();
    let standing = || {
        let get = conversations::Get { conversation_id: conversation(1) };
        let answers = ledger.read(get).unwrap().answers;
        let answer = answers.into_iter().find(|a| a.field_id == field.id).unwrap().answer.answer;
        let counts = ledger.read(overview::Get).answers[&field.field.name].clone();
        (answer.unwrap(), counts.into_iter().filter(|(_, n)| *n > 0).collect::<Vec<_>>())
    };
    let say = |value: &str, method, revision| {
        let answer = Answer {
            answer: Some(value.to_owned()),
            state: AnswerState::Value,
            confidence: 1.0,
            evidence: Vec::new(),
            method,
        };
        let answers = vec![FieldAnswer {
            field_id: field.id.clone(),
            field_version: field.version,
            field_name: field.field.name.clone(),
            answer,
        }];
        let put = answers::Put { conversation_id: conversation(1), revision, answers };
        ledger.write(put).unwrap()
    };
    let only = |value: &str| (value.to_owned(), vec![(value.to_owned(), 1)]);
    assert_eq!(standing(), only("value 2"));
    assert!(say("second opinion", Method::Llm, 1));
    assert_eq!(standing(), only("second opinion"));
    assert!(say("the truth", Method::Human, 1));
    assert_eq!(standing(), only("the truth"));
    ledger.write(closing(&ledger, 1, 2, 1, None)).unwrap();
    assert_eq!(standing(), only("the truth"), "also after another closing");
    assert!(!say("late", Method::Llm, 1), "about a closing that is not the newest");
    assert_eq!(standing(), only("the truth"));
}

#[test]
fn what_happens_is_heard_once_and_in_order() {
    let ledger = Ledger::new();
    let take = |seqs: &[u32]| {
        let happening = |seq: &u32| {
            let at = UnixMillis(BEGIN + i64::from(*seq));
            happenings::Happening { seq: *seq, at, what: happenings::What::Assigned }
        };
        let take = happenings::Take {
            conversation_id: conversation(1),
            visitor_id: visitor(1),
            platform: Platform::default(),
            happenings: seqs.iter().map(happening).collect(),
        };
        ledger.write(take).unwrap();
    };
    let told = || -> Vec<(String, String)> {
        let page = PageQuery { cursor: None, limit: Some(500) };
        let events = ledger.read(events::List { page }).items;
        let data =
            |event: &StoredEvent, key: &str| event.event["data"][key].as_str().map(str::to_owned);
        events
            .iter()
            .filter(|event| event.name == "chatti_live.conversation.assigned")
            .map(|event| (event.id.clone(), data(event, "user_id").unwrap()))
            .collect()
    };
    take(&[1, 2]);
    let first = told();
    assert_eq!(first.len(), 2);
    assert!(first.iter().all(|(_, user)| *user == visitor(1).to_string()), "{first:?}");
    take(&[1, 2]);
    assert_eq!(told(), first, "the answer was lost, and they come again");
    let customer = ledger.write(closing(&ledger, 1, 1, 1, None)).unwrap().customer_id;
    take(&[2, 3]);
    assert_eq!(told()[..2], first);
    assert_eq!(told()[2].1, customer.to_string(), "the customer is known by now");
    assert_eq!(told().len(), 3);
    ledger.sql.run("DELETE FROM events", bind![]).unwrap();
    take(&[1, 2, 3]);
    assert!(told().is_empty(), "what was heard is over, also when its events are gone");
}
