//! What becomes of the conversations of somebody who leaves the team: their visitors wait for a person again.

use super::Workspace;
use super::cx::Cx;
use super::members;
use super::op::Room;
use crate::bind;
use crate::conversation::Unassign;
use crate::fault::Outcome;
use crate::jobs::{self, Job, Next, Work};
use crate::rpc;
use askwell::access::{Principal, Scope};
use askwell::api::DeskShown;
use askwell::id::{ConversationId, MemberId};
use askwell::{Code, Error};
use serde::Deserialize;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room { jobs: &[Job::of::<Leave>()], ..Room::EMPTY };

/// Takes a conversation from whoever has left: the subject names both.
struct Leave;

impl Work<Workspace> for Leave {
    const KIND: &'static str = "leave";

    async fn run(ledger: &Workspace, subject: &str) -> Outcome<Next> {
        let parts = subject.split_once(' ');
        let (conversation, from) =
            parts.ok_or_else(|| Error::new(Code::Internal, "a subject of one part"))?;
        let conversation: ConversationId = conversation.parse()?;
        let workspace = ledger.known()?;
        let object = rpc::conversation(&ledger.env, workspace, &conversation)?;
        let by = Principal::system(workspace.clone());
        rpc::call(&object, &Unassign { by, from: from.to_owned() }).await?;
        Ok(Next::Done)
    }
}

fn put(cx: &Cx, conversation: &str, from: &str) -> Outcome<()> {
    jobs::put(cx.sql, Leave::KIND, &format!("{conversation} {from}"), cx.now)
}

/// Somebody leaves, or may not answer visitors any more.
pub fn left(cx: &Cx, member: &MemberId) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Row {
        conversation_id: String,
    }
    let rows: Vec<Row> = cx.sql.rows(
        "SELECT conversation_id FROM desk WHERE state = 'agent' AND assignee = ?",
        bind![member.as_str()],
    )?;
    rows.iter().try_for_each(|row| put(cx, &row.conversation_id, member.as_str()))
}

/// Somebody has a conversation, who may have left before this was told.
pub fn told(cx: &Cx, desk: &DeskShown) -> Outcome<()> {
    let member = desk.assignee.as_deref().filter(|id| id.parse::<MemberId>().is_ok());
    match member {
        Some(id) if !may_answer(cx, id)? => put(cx, desk.conversation_id.as_str(), id),
        _ => Ok(()),
    }
}

fn may_answer(cx: &Cx, id: &str) -> Outcome<bool> {
    let role = members::role(cx, &id.parse()?)?;
    Ok(role.is_some_and(|role| role.scopes().has(Scope::ConversationsWrite)))
}
