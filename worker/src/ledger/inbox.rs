//! What the dashboard's inbox shows of the conversations that a person has, or should have.

use super::cx::Cx;
use super::op::{Op, Read, Room};
use super::replies::ListDesk;
use super::{conversations, customers, desk, members};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::Sql;
use askwell::access::Scope;
use askwell::api::{ConversationSummary, DeskQuery, DeskShown, DeskState, Member, Page};
use askwell::id::{ConversationId, CustomerId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room { ops: &[Op::read::<Inbox>(), Op::read::<Beside>()], ..Room::EMPTY };

/// A page of the inbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Inbox {
    /// Which.
    pub query: DeskQuery,
}

/// See [`Inbox`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InboxShown {
    /// Who has them, those that have been so longest first.
    pub page: Page<DeskShown>,
    /// What the list of conversations says of each; none where it has not been told yet.
    pub rows: Vec<Option<ConversationSummary>>,
    /// What the customer of each is called, where the conversation is one of a known customer.
    pub names: Vec<Option<String>>,
    /// How many visitors wait for a person.
    pub waiting: u64,
    /// How many conversations people have.
    pub taken: u64,
    /// The names of the team's people and keys.
    pub team: BTreeMap<String, String>,
}

impl Call for Inbox {
    const NAME: &'static str = "inbox.list";
    type Out = InboxShown;
}

impl Read for Inbox {
    fn run(self, cx: &Cx) -> Outcome<InboxShown> {
        let page = ListDesk { query: self.query }.run(cx)?;
        let rows = page
            .items
            .iter()
            .map(|item| conversations::summary(cx.sql, &item.conversation_id))
            .collect::<Outcome<Vec<_>>>()?;
        let name = |row: &Option<ConversationSummary>| {
            called(cx.sql, row.as_ref().and_then(|row| row.customer_id.as_ref()))
        };
        Ok(InboxShown {
            names: rows.iter().map(name).collect::<Outcome<_>>()?,
            page,
            rows,
            waiting: count(cx.sql, DeskState::Waiting)?,
            taken: count(cx.sql, DeskState::Agent)?,
            team: desk::team(cx.sql)?,
        })
    }
}

/// What stands beside a conversation while it is held, which the list may not have been told of yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Beside {
    /// Which.
    pub conversation_id: ConversationId,
}

/// See [`Beside`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BesideShown {
    /// What the customer is called, where it is one who is known.
    pub name: Option<String>,
    /// The names of the team's people and keys.
    pub team: BTreeMap<String, String>,
    /// To whom it can be given.
    pub members: Vec<Member>,
}

impl Call for Beside {
    const NAME: &'static str = "inbox.beside";
    type Out = BesideShown;
}

impl Read for Beside {
    fn run(self, cx: &Cx) -> Outcome<BesideShown> {
        let known = conversations::known(cx.sql, &self.conversation_id)?;
        let customer = known.and_then(|known| known.customer);
        Ok(BesideShown {
            name: called(cx.sql, customer.as_ref())?,
            team: desk::team(cx.sql)?,
            members: members::List.run(cx)?.into_iter().filter(may_answer).collect(),
        })
    }
}

/// Whether somebody can answer visitors: to others nothing is given.
fn may_answer(member: &Member) -> bool {
    member.role.scopes().has(Scope::ConversationsWrite)
}

fn called(sql: &Sql, customer: Option<&CustomerId>) -> Outcome<Option<String>> {
    let Some(id) = customer else { return Ok(None) };
    let found = customers::shown(sql, id.as_str())?;
    Ok(found.and_then(|c| c.name.or(c.email).or(c.phone)))
}

fn count(sql: &Sql, state: DeskState) -> Outcome<u64> {
    sql.count("SELECT count(*) AS n FROM desk WHERE state = ?", bind![state.as_str()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::replies::PutDesk;
    use crate::ledger::tests::{Ledger, closing, conversation};
    use askwell::time::UnixMillis;

    #[test]
    fn who_has_waited_longest_stands_first_with_their_name() {
        let ledger = Ledger::new();
        ledger.write(closing(&ledger, 1, 1, 1, Some("ana@fern.example"))).unwrap();
        let put = |n: u32, state, since| {
            let desk = DeskShown {
                conversation_id: conversation(n),
                state,
                since: UnixMillis(since),
                reason: None,
                assignee: None,
                handed_at: None,
                first_response_at: None,
                first_response_ms: None,
            };
            ledger.write(PutDesk { desk, version: 1 }).unwrap();
        };
        put(1, DeskState::Waiting, 500);
        put(2, DeskState::Waiting, 100);
        put(3, DeskState::Agent, 50);
        put(4, DeskState::Ended, 10);
        let list =
            |state, limit| ledger.read(Inbox { query: DeskQuery { state, cursor: None, limit } });
        let shown = list(None, None);
        let ids: Vec<_> = shown.page.items.iter().map(|i| i.conversation_id.clone()).collect();
        assert_eq!(ids, [conversation(2), conversation(1)]);
        assert_eq!((shown.waiting, shown.taken), (2, 1));
        assert!(shown.rows[0].is_none(), "the list has not been told of it yet");
        assert_eq!(shown.rows[1].as_ref().unwrap().conversation_id, conversation(1));
        assert_eq!(shown.names, [None, Some("Visitor 1".to_owned())]);
        let taken = list(Some(DeskState::Agent), None);
        assert_eq!(taken.page.items.len(), 1);
        assert!(list(None, Some(1)).page.next.is_some());
        let beside = |n| ledger.read(Beside { conversation_id: conversation(n) }).name;
        assert_eq!((beside(1).as_deref(), beside(2)), (Some("Visitor 1"), None));
    }
}
