//! A conversation on SQLite in memory, at its greatest length.

use super::calls::{Act, Say};
use super::store::{self, Meta};
use super::turn;
use crate::fault::Fault;
use crate::sql::Sql;
use askwell::Code;
use askwell::access::Principal;
use askwell::api::{NewAction, NewMessage, ReadMarks};
use askwell::conversation::{Action, Direction, MAX_MESSAGES, Platform, Role, Status};
use askwell::id::{ConversationId, VisitorId, WorkspaceId};
use askwell::session::{Options, Session};
use askwell::time::UnixMillis;

const NOW: UnixMillis = UnixMillis(1_780_272_000_000);

fn workspace() -> WorkspaceId {
    "shop".parse().unwrap()
}

/// A conversation in which nothing has been said.
fn opened() -> Sql {
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
    };
    store::put_meta(&sql, &meta).unwrap();
    store::put_session(&sql, &Session::new(Options::default(), &[], NOW)).unwrap();
    sql
}

fn say(sql: &Sql, id: &str, role: Role) -> Result<bool, Fault> {
    let message =
        NewMessage { id: id.to_owned(), text: "hello".to_owned(), role: Some(role), at: None };
    let input = Say { by: Principal::system(workspace()), message };
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
