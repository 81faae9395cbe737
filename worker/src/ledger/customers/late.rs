//! What comes late of somebody who was erased: it is dropped, and what it left meanwhile goes after it.
//!
//! A conversation is known to be theirs by its own id, once the ledger has heard of it. One that it had
//! not heard of at that instant is known by its visitor: the ids of visitors are noted with the time of the
//! erasure, and what a visitor had begun by then was theirs. What the same visitor begins afterwards is
//! somebody new.

use super::accesses;
use super::erase::remove;
use super::tables::OF_CONVERSATION;
use crate::bind;
use crate::config;
use crate::conversation::calls;
use crate::fault::Outcome;
use crate::jobs::{self, Next, Work};
use crate::ledger::cx::Cx;
use crate::ledger::{Workspace, answers, asking, conversations, documents, idempotency};
use crate::rpc;
use crate::sql::Sql;
use askwell::id::{ConversationId, VisitorId};
use askwell::time::UnixMillis;
use std::collections::BTreeMap;

/// Takes every row of a conversation out of the ledger, counting them, and lets its object be emptied.
pub(super) fn remove_conversation(
    cx: &Cx,
    conversation: &str,
    removed: &mut BTreeMap<String, u64>,
) -> Outcome<()> {
    let n = answers::forget(cx, conversation)?;
    *removed.entry("answers".to_owned()).or_default() += n;
    let n = accesses::forget(cx, conversation)?;
    if n > 0 {
        *removed.entry("accesses".to_owned()).or_default() += n;
    }
    asking::forget(cx, conversation)?;
    remove(cx, &OF_CONVERSATION, conversation, removed)?;
    // They name a conversation beside a revision or an endpoint.
    cx.sql.run("DELETE FROM dead_letters WHERE instr(subject, ?) > 0", bind![conversation])?;
    documents::stale(cx, documents::Kind::Transcript, conversation)?;
    jobs::put(cx.sql, EmptyConversation::KIND, conversation, cx.now)?;
    tombstone(cx, conversation)
}

/// Notes an id as erased now.
pub(super) fn tombstone(cx: &Cx, id: &str) -> Outcome<()> {
    cx.sql.run(
        "INSERT INTO erased (id, at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET at = max(at, excluded.at)",
        bind![id, cx.now.0],
    )
}

/// Whether a customer or conversation was erased.
pub fn is_erased(sql: &Sql, id: &str) -> Outcome<bool> {
    Ok(sql.count("SELECT count(*) AS n FROM erased WHERE id = ?", bind![id])? > 0)
}

/// A conversation of which something comes in.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// Which.
    pub conversation_id: &'a ConversationId,
    /// Who visits; none where a version of before does not tell.
    pub visitor_id: Option<&'a VisitorId>,
    /// When it was opened by the clock of the machine.
    pub opened_at: UnixMillis,
}

/// Whether a conversation was of somebody who has been erased. One that only now turns out to have been is
/// removed as the others were.
pub fn drop_late(cx: &Cx, heard: Heard<'_>) -> Outcome<bool> {
    let conversation = heard.conversation_id.as_str();
    if is_erased(cx.sql, conversation)? {
        return Ok(true);
    }
    let Some(visitor) = heard.visitor_id else { return Ok(false) };
    let erased = cx.sql.count(
        "SELECT count(*) AS n FROM erased WHERE id = ? AND at >= ?",
        bind![visitor.as_str(), heard.opened_at.0],
    )?;
    // Others may have used the same browser: what has a customer is of that one.
    if erased == 0 || conversations::owner(cx.sql, conversation)?.is_some() {
        return Ok(false);
    }
    drop_conversation(cx, heard.conversation_id)?;
    Ok(true)
}

/// Drops a conversation that something was said in on behalf of somebody who was erased meanwhile.
pub fn drop_conversation(cx: &Cx, conversation: &ConversationId) -> Outcome<()> {
    idempotency::forget_answers(cx)?;
    remove_conversation(cx, conversation.as_str(), &mut BTreeMap::new())
}

/// Empties the object of a conversation that was erased.
pub struct EmptyConversation;

impl Work<Workspace> for EmptyConversation {
    const KIND: &'static str = "empty";

    async fn run(ledger: &Workspace, subject: &str) -> Outcome<Next> {
        let conversation: ConversationId = subject.parse()?;
        let object = rpc::conversation(&ledger.env, ledger.known()?, &conversation)?;
        rpc::call(&object, &calls::Erase { at: config::now(&ledger.env) }).await?;
        Ok(Next::Done)
    }
}
