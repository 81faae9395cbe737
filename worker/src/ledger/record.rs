//! Recording a closing: de-duplicate → facts → customer → conversation → archive → answers → documents → events →
//! automations → export row, all in one transaction. What each step does stands in its own room.

use super::conversations::{Known, Said};
use super::customers::Claim;
use super::cx::Cx;
use super::documents::{self, Kind};
use super::op::{Op, Room, Write};
use super::{
    answers, archives, asking, asks, automations, conversations, customers, events, exports, facts,
    identity, revisions,
};
use crate::conversation::calls::Archive;
use crate::fault::Outcome;
use crate::rpc::Call;
use askwell::closing::{Closed, Conclusion};
use askwell::customer::Proven;
use askwell::event::{self, UserId};
use askwell::id::{CustomerId, OrgId};
use askwell::session::Session;
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room { ops: &[Op::write::<Record>()], ..Room::EMPTY };

/// A closing with what was concluded from it. Recording it a second time changes nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// As it stood.
    pub closed: Closed,
    /// What was concluded.
    pub conclusion: Conclusion,
    /// The engine's memory, for a reopening.
    pub session: Session,
    /// When it was closed by the clock of the machine.
    pub closed_wall: UnixMillis,
    /// How much the conversation had told of itself then.
    pub version: u32,
    /// The questions that the language model is to answer as well.
    #[serde(default)]
    pub ask: Vec<String>,
    /// When the conversation was opened by the clock of the machine, where that is not when it began.
    #[serde(default)]
    pub opened_at: Option<UnixMillis>,
}

/// What recording answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recorded {
    /// Whether it had been recorded before.
    pub duplicate: bool,
    /// Whose conversation it is.
    pub customer_id: CustomerId,
}

impl Call for Record {
    const NAME: &'static str = "record";
    type Out = Recorded;
}

impl Write for Record {
    fn run(self, cx: &Cx) -> Outcome<Recorded> {
        let closed = &self.closed;
        let id = &closed.conversation_id;
        let heard = customers::Heard {
            conversation_id: id,
            visitor_id: Some(&closed.visitor_id),
            opened_at: self.opened_at.unwrap_or(closed.started_at),
        };
        if customers::drop_late(cx, heard)? {
            let customer_id = customers::new_id(cx, id, closed.revision);
            return Ok(Recorded { duplicate: true, customer_id });
        }
        let before = conversations::known(cx.sql, id)?;
        let new = || customers::new_id(cx, id, closed.revision);
        let owner = || before.as_ref().and_then(|known| known.customer.clone()).unwrap_or_else(new);
        if revisions::has(cx, id, closed.revision)? {
            return Ok(Recorded { duplicate: true, customer_id: owner() });
        }
        let newest = before.as_ref().is_none_or(|known| closed.revision > known.revision);

        revisions::put(cx, &self)?;
        let customer_id = if newest {
            self.put_newest(cx, before.as_ref())?
        } else {
            // An older closing that came late: kept, its events told and exported, but it decides nothing.
            owner()
        };
        emit(cx, &self, &customer_id)?;
        if newest {
            // What they tell of comes behind what they rest on.
            automations::after(cx, &self)?;
        }
        if closed.status.is_terminal() {
            exports::put(cx, &self, &customer_id, newest)?;
        }
        Ok(Recorded { duplicate: false, customer_id })
    }
}

impl Record {
    /// Lets the closing decide what the ledger shows of the conversation and of its customer.
    fn put_newest(&self, cx: &Cx, before: Option<&Known>) -> Outcome<CustomerId> {
        let closed = &self.closed;
        let id = &closed.conversation_id;
        let said = self.said(cx, before)?;
        let claim = Claim {
            conversation_id: id,
            visitor_id: &closed.visitor_id,
            facts: &said.facts,
            proven: &said.proven,
        };
        let new = customers::new_id(cx, id, closed.revision);
        let customer_id = customers::settle(cx, &claim, before, new)?;
        conversations::put(cx, self, &customer_id)?;
        customers::leave(cx, id, before, Some(&customer_id))?;
        customers::refresh(cx, &customer_id)?;
        let archive = Archive {
            messages: closed.messages.clone(),
            session: self.session.clone(),
            proven: closed.proven.clone(),
        };
        archives::put(cx, id, &customer_id, &archive)?;
        answers::put(cx, closed, &self.conclusion.answers)?;
        if self.ask.is_empty() {
            asks::spare(cx, id, asks::CLOSING)?;
        } else {
            asks::put(cx, id, asks::CLOSING, &self.ask, true)?;
        }
        asking::put(cx, self)?;
        documents::stale(cx, Kind::Visitor, closed.visitor_id.as_str())?;
        documents::stale(cx, Kind::Transcript, id.as_str())?;
        Ok(customer_id)
    }
}

impl Record {
    /// What is known of the visitor: as of the closing, unless the conversation has told more of it
    /// meanwhile, because it goes on.
    fn said(&self, cx: &Cx, before: Option<&Known>) -> Outcome<Said> {
        let Closed { conversation_id: id, facts, proven, .. } = &self.closed;
        if before.is_none_or(|known| self.version >= known.claimed) {
            facts::put(cx, id, facts)?;
            identity::put(cx, id, proven)?;
            return Ok(Said { facts: facts.clone(), proven: proven.clone() });
        }
        let subject = proven.subject.clone();
        let proven = Proven { subject, ..identity::find(cx.sql, id.as_str())? };
        Ok(Said { facts: facts::find(cx.sql, id.as_str())?, proven })
    }
}

fn emit(cx: &Cx, input: &Record, customer: &CustomerId) -> Outcome<()> {
    let org_id = OrgId::from(cx.workspace);
    let user_id = UserId::Customer(customer.clone());
    let scope = event::Scope { org_id: &org_id, workspace_id: cx.workspace, user_id: &user_id };
    for event in event::of_closed(&input.closed, &input.conclusion, &scope)? {
        events::emit(cx, &event)?;
    }
    Ok(())
}
