//! A conversation on SQLite in memory, at its greatest length.

use super::calls::{Act, Say};
use super::store::{self, Meta};
use super::{desk, turn};
use crate::fault::Fault;
use crate::sql::Sql;
use askwell::Code;
use askwell::access::Principal;
use askwell::api::{NewAction, NewMessage, ReadMarks};
use askwell::conversation::{Action, Direction, MAX_MESSAGES, Platform, Role, Status};
use askwell::id::{ConversationId, VisitorId, WorkspaceId};
use askwell::reply::Tally;
use askwell::session::{Options, Session};
use askwell::time::UnixMillis;

pub const NOW: UnixMillis = UnixMillis(1_780_272_000_000);

pub fn workspace() -> WorkspaceId {
    "shop".parse().unwrap()
}

/// A conversation in which nothing has been said.
pub fn opened() -> Sql {
    let sql = Sql::with(store::MIGRATIONS);
    let meta = Meta {
        workspace: workspace(),
        conversation_id: ConversationId::derive(&[b"talk"]),
        visitor_id: VisitorId::derive(&[b"visitor"]),
        platform_conversation_id: None,
        platform: Platform::default(),
        direction: Direction::default(),
        status: Status::Queued,
        revision: 0,
        transferred: false,
        test_mode: false,
        recorded: false,
        messages: 0,
        started_at: NOW,
        last_at: NOW,
        ended_at: None,
        touched_at: NOW,
        version: 1,
        archived: false,
        read: ReadMarks::default(),
        channel: None,
        replies: Tally::default(),
        opened_at: Some(NOW),
    };
    store::put_meta(&sql, &meta).unwrap();
    store::put_session(&sql, &Session::new(Options::default(), &[], NOW)).unwrap();
    sql
}

fn say(sql: &Sql, id: &str, role: Role) -> Result<bool, Fault> {
    let message =
        NewMessage { id: id.to_owned(), text: "hello".to_owned(), role: Some(role), at: None };
    let input = Say { by: Principal::system(workspace()), message, had: None };
    sql.atomically(|sql| turn::say(sql, input, NOW)).map(|changed| changed.answer.duplicate)
}

fn act(sql: &Sql, action: Action) -> Result<Status, Fault> {
    let input = Act {
        by: Principal::system(workspace()),
        action: NewAction { action, at: None },
        idempotency_key: None,
    };
    sql.atomically(|sql| turn::act(sql, &input, None, NOW)).map(|changed| changed.answer.status)
}

#[test]
fn a_full_conversation_takes_nothing_but_its_end() {
    let sql = opened();
    let mut said = 0;
    let refusal = loop {
        match say(&sql, &format!("m-{said}"), Role::Agent) {
            Ok(_) => said += 1,
            Err(fault) => break fault.public(),
        }
        assert!(said <= MAX_MESSAGES, "it never is full");
    };
    assert_eq!((refusal.code, refusal.code.status()), (Code::ConversationFull, 409));
    // Of the limit only the room for a question and the end may be left.
    assert!(said + 2 >= MAX_MESSAGES, "{said} of {MAX_MESSAGES}");

    let full = sql.dump();
    let refused = |result: Result<(), Fault>| {
        assert_eq!(result.unwrap_err().public().code, Code::ConversationFull);
        assert_eq!(sql.dump(), full, "something was written");
    };
    refused(say(&sql, "more", Role::Customer).map(drop));
    refused(act(&sql, Action::Handoff).map(drop));
    assert!(say(&sql, "m-0", Role::Agent).unwrap(), "what was taken is known for ever");
    assert_eq!(sql.dump(), full);

    assert_eq!(act(&sql, Action::Close).unwrap(), Status::Completed);
    let closed = sql.dump();
    assert_eq!(act(&sql, Action::Reopen).unwrap_err().public().code, Code::ConversationFull);
    assert_eq!(sql.dump(), closed);
    let messages = store::messages(&sql, None, u32::MAX).unwrap();
    assert_eq!(messages.len(), said + 1);
    assert!(messages.len() <= MAX_MESSAGES);
    assert_eq!(messages.last().unwrap().role, Role::System, "the marker of the end");
}

#[test]
fn the_ledger_is_told_what_is_learned_of_the_visitor_and_nothing_else_costs_a_telling() {
    let sql = opened();
    let says = |id: &str, role, text: &str| {
        let message =
            NewMessage { id: id.to_owned(), text: text.to_owned(), role: Some(role), at: None };
        let input = Say { by: Principal::system(workspace()), message, had: None };
        sql.atomically(|sql| turn::say(sql, input, NOW)).unwrap();
        let told = sql.count("SELECT count(*) AS n FROM jobs WHERE kind = 'tell'", crate::bind![]);
        crate::jobs::spare(&sql, "tell", "").unwrap();
        (told.unwrap() > 0, store::meta(&sql).unwrap().version)
    };
    assert_eq!(says("m-1", Role::Customer, "my parcel is late"), (true, 2), "it has begun");
    assert_eq!(says("m-2", Role::Customer, "and it is a present"), (false, 2));
    assert_eq!(says("m-3", Role::Customer, "I am ana@example.com"), (true, 3));
    assert_eq!(says("m-3", Role::Customer, "I am ana@example.com"), (false, 3), "a repeat");
    assert_eq!(says("m-4", Role::Agent, "write to shop@example.com"), (false, 3));
    assert_eq!(says("m-5", Role::Customer, "sorry, it is ana.b@example.com"), (true, 4));
}

mod desks {
    use super::*;
    use crate::conversation::asked::Asked;
    use crate::conversation::{Assign, Return};
    use crate::jobs;
    use askwell::access::{Scopes, Who};
    use askwell::api::DeskState;
    use askwell::id::{KeyId, MemberId};

    fn by(who: Who) -> Principal {
        Principal { workspace: workspace(), who, scopes: Scopes::ALL }
    }

    fn visitor() -> Principal {
        by(Who::Visitor {
            visitor: VisitorId::derive(&[b"visitor"]),
            conversation: ConversationId::derive(&[b"talk"]),
        })
    }

    fn key() -> Principal {
        by(Who::Key(KeyId::derive(&[b"key"])))
    }

    fn member() -> Principal {
        by(Who::Member(MemberId::derive(&[b"ana"])))
    }

    fn says(sql: &Sql, by: Principal, role: Role, id: &str, seconds: i64) {
        let text = "Do you repair accordions?".to_owned();
        let message = NewMessage { id: id.to_owned(), text, role: Some(role), at: None };
        let now = NOW.plus(seconds * 1000);
        sql.atomically(|sql| turn::say(sql, Say { by, message, had: None }, now)).unwrap();
    }

    fn does(sql: &Sql, action: Action, seconds: i64) {
        let action = NewAction { action, at: None };
        let act = Act { by: key(), action, idempotency_key: None };
        sql.atomically(|sql| turn::act(sql, &act, None, NOW.plus(seconds * 1000))).unwrap();
    }

    /// Whether an answer is due.
    fn due(sql: &Sql) -> bool {
        let n = sql.count("SELECT count(*) AS n FROM jobs WHERE kind = 'answer'", crate::bind![]);
        jobs::spare(sql, "answer", "").unwrap();
        n.unwrap() > 0
    }

    fn state(sql: &Sql) -> DeskState {
        desk::read(sql).unwrap().state
    }

    #[test]
    fn visitors_are_answered_until_somebody_else_speaks() {
        let sql = opened();
        says(&sql, visitor(), Role::Customer, "m-1", 0);
        assert!(due(&sql));
        says(&sql, member(), Role::Agent, "a-1", 5);
        assert_eq!(state(&sql), DeskState::Agent);
        says(&sql, visitor(), Role::Customer, "m-2", 9);
        assert!(!due(&sql), "a person has it");

        let sql = opened();
        says(&sql, key(), Role::Customer, "m-1", 0);
        assert!(!due(&sql), "a transcript that a server posts is answered there");
        says(&sql, key(), Role::Bot, "b-1", 1);
        says(&sql, visitor(), Role::Customer, "m-2", 2);
        assert!(!due(&sql), "another bot has it");
    }

    #[test]
    fn recorded_conversations_are_left_as_they_were() {
        let sql = opened();
        let mut meta = store::meta(&sql).unwrap();
        meta.recorded = true;
        store::put_meta(&sql, &meta).unwrap();
        says(&sql, visitor(), Role::Customer, "m-1", 0);
        assert!(!due(&sql));
        says(&sql, key(), Role::Agent, "a-1", 1);
        does(&sql, Action::Handoff, 2);
        assert_eq!(desk::read(&sql).unwrap(), desk::Desk::default());
    }

    #[test]
    fn a_return_ends_a_hand_off_that_nobody_has_answered() {
        let sql = opened();
        says(&sql, visitor(), Role::Customer, "m-1", 0);
        does(&sql, Action::Handoff, 1);
        does(&sql, Action::Handoff, 2);
        assert_eq!(store::handoffs(&sql).unwrap(), 1, "it stands");
        sql.atomically(|sql| desk::give_back(sql, &Return { by: key() }, NOW.plus(3_000))).unwrap();
        assert_eq!(state(&sql), DeskState::Bot);
        does(&sql, Action::Handoff, 4);
        assert_eq!((state(&sql), store::handoffs(&sql).unwrap()), (DeskState::Waiting, 2));
    }

    #[test]
    fn what_was_written_since_the_last_answer_is_answered_when_it_is_given_back() {
        let back = |sql: &Sql, seconds: i64| {
            let give = Return { by: key() };
            let now = NOW.plus(seconds * 1000);
            sql.atomically(|sql| desk::give_back(sql, &give, now)).unwrap();
        };
        let sql = opened();
        says(&sql, visitor(), Role::Customer, "m-1", 0);
        does(&sql, Action::Handoff, 1);
        assert!(due(&sql));
        back(&sql, 2);
        assert!(!due(&sql), "the hand-off was for what was said before it");
        does(&sql, Action::Handoff, 3);
        says(&sql, member(), Role::Agent, "a-1", 5);
        back(&sql, 6);
        assert!(!due(&sql), "a person has answered");
        says(&sql, member(), Role::Agent, "a-2", 7);
        says(&sql, visitor(), Role::Customer, "m-2", 8);
        back(&sql, 600);
        assert!(due(&sql));
        let asked = Asked::read(&sql, &desk::read(&sql).unwrap()).unwrap().unwrap();
        assert_eq!((asked.waiting.len(), asked.newest.id.as_str()), (1, "m-2"));
        assert_eq!(asked.since, NOW.plus(600_000), "the answerer has its time from then on");
    }

    #[test]
    fn each_change_of_who_has_it_leaves_a_trace() {
        let sql = opened();
        says(&sql, visitor(), Role::Customer, "m-1", 0);
        does(&sql, Action::Handoff, 1);
        let other = |name: &str| MemberId::derive(&[name.as_bytes()]);
        for (at, name) in [(2, "ana"), (3, "bo"), (4, "bo"), (5, "ana")] {
            let assign = Assign { by: key(), to: Some(other(name).to_string()) };
            sql.atomically(|sql| desk::assign(sql, &assign, NOW.plus(at * 1000))).unwrap();
        }
        let happened = |sql: &Sql| store::happenings(sql, None, 100).unwrap().len();
        let transferred = store::messages(&sql, None, u32::MAX).unwrap();
        let transferred = transferred.iter().filter(|m| m.text == "transferred").count();
        assert_eq!((happened(&sql), transferred), (3, 2));
        says(&sql, by(Who::Member(other("bo"))), Role::Agent, "a-1", 6);
        assert_eq!(happened(&sql), 4, "taken over by speaking");
    }

    #[test]
    fn what_was_written_while_somebody_took_the_conversation_does_not_take_it_from_them() {
        let sql = opened();
        says(&sql, visitor(), Role::Customer, "m-1", 0);
        does(&sql, Action::Handoff, 1);
        let bo = MemberId::derive(&[b"bo"]);
        let assign = Assign { by: key(), to: Some(bo.to_string()) };
        sql.atomically(|sql| desk::assign(sql, &assign, NOW.plus(2_000))).unwrap();
        let reply = |id: &str, had: &str| {
            let text = "We do.".to_owned();
            let message = NewMessage { id: id.to_owned(), text, role: Some(Role::Agent), at: None };
            let say = Say { by: member(), message, had: Some(had.to_owned()) };
            let said = sql.atomically(|sql| turn::say(sql, say, NOW.plus(3_000)));
            said.map(drop).map_err(|fault| fault.public().code)
        };
        let ana = MemberId::derive(&[b"ana"]).to_string();
        // The page showed nobody, or that it was theirs.
        for had in ["", ana.as_str()] {
            assert_eq!(reply("a-1", had), Err(Code::PreconditionFailed));
        }
        assert_eq!(desk::read(&sql).unwrap().assignee, Some(bo.to_string()));
        reply("a-1", bo.as_str()).unwrap();
        assert_eq!(desk::read(&sql).unwrap().assignee, Some(ana));
        // What was taken is known again, and what is one's own is said whatever the page showed.
        reply("a-1", "").unwrap();
        reply("a-2", "").unwrap();
    }

    #[test]
    fn from_the_hand_off_to_the_first_answer_of_a_person_is_the_response_time() {
        let sql = opened();
        says(&sql, visitor(), Role::Customer, "m-1", 0);
        does(&sql, Action::Handoff, 10);
        assert_eq!(state(&sql), DeskState::Waiting);
        says(&sql, visitor(), Role::Customer, "m-2", 20);
        assert_eq!(state(&sql), DeskState::Waiting, "the visitor waits");
        says(&sql, member(), Role::Agent, "a-1", 70);
        says(&sql, member(), Role::Agent, "a-2", 90);
        let shown = desk::read(&sql).unwrap().shown(&store::meta(&sql).unwrap());
        assert_eq!((shown.state, shown.first_response_ms), (DeskState::Agent, Some(60_000)));
        assert_eq!(shown.assignee, Some(MemberId::derive(&[b"ana"]).to_string()));
        does(&sql, Action::Transfer, 100);
        let desk = desk::read(&sql).unwrap();
        assert_eq!((desk.state, desk.assignee), (DeskState::Waiting, None));
        does(&sql, Action::Close, 110);
        assert_eq!(state(&sql), DeskState::Ended);
    }
}
