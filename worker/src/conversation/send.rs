//! What a conversation hands on, as jobs: its state to the ledger's list, its closings to their queue,
//! and what happened in it, in order, to the ledger.

use super::answer::Answer;
use super::calls::ClosingNotice;
use super::desk::TellDesk;
use super::store::Meta;
use super::{Conversation, store};
use crate::config;
use crate::fault::{Fault, Outcome};
use crate::jobs::{self, Job, Next, Work};
use crate::ledger::{conversations, happenings};
use crate::rpc;
use crate::sql::Sql;
use askwell::time::UnixMillis;

/// All of them.
pub const JOBS: &[Job<Conversation>] = &[
    Job::of::<Tell>(),
    Job::of::<SendClosing>(),
    Job::of::<HandOver>(),
    Job::of::<TellDesk>(),
    Job::of::<Answer>(),
    Job::of::<super::deliver::Deliver>(),
    Job::of::<super::mailed::Mail>(),
];

/// Pause before the ledger's list is told of a change, so that a burst is told once.
const TELL_AFTER_MS: i64 = 1_000;

/// Happenings that are handed over at once.
const HAPPENINGS_AT_ONCE: u32 = 100;

/// Lets the ledger's list be told of a change.
pub fn tell(sql: &Sql, now: UnixMillis) -> Outcome<()> {
    jobs::put(sql, Tell::KIND, "", now.plus(TELL_AFTER_MS))
}

/// Lets the ledger be told of what became known of the visitor.
pub fn tell_of_visitor(sql: &Sql, meta: &mut Meta, now: UnixMillis) -> Outcome<()> {
    meta.version += 1;
    store::put_meta(sql, meta)?;
    tell(sql, now)
}

/// Spares the telling: the ledger knows all that its list shows.
pub fn told(sql: &Sql) -> Outcome<()> {
    jobs::spare(sql, Tell::KIND, "")
}

/// Lets the oldest closing be sent.
pub fn send_closing(sql: &Sql, now: UnixMillis) -> Outcome<()> {
    jobs::put(sql, SendClosing::KIND, "", now)
}

/// Spares the sending: no closing is left.
pub fn sent(sql: &Sql) -> Outcome<()> {
    jobs::spare(sql, SendClosing::KIND, "")
}

/// Lets the happenings be handed over.
pub fn hand_over(sql: &Sql, now: UnixMillis) -> Outcome<()> {
    jobs::put(sql, HandOver::KIND, "", now)
}

/// Tells the ledger how the conversation stands, and what it knows of its visitor.
struct Tell;

impl Work<Conversation> for Tell {
    const KIND: &'static str = "tell";

    async fn run(object: &Conversation, _subject: &str) -> Outcome<Next> {
        let sql = object.sql();
        let meta = store::meta(&sql)?;
        let session = store::session(&sql)?;
        let summary = meta.summary(Some(&session));
        // Its closing has told it, and it is here no more.
        let said = (!meta.archived)
            .then(|| {
                let (facts, proven) = (session.facts().clone(), store::proven(&sql)?);
                Ok::<_, Fault>(conversations::Said { facts, proven })
            })
            .transpose()?;
        let ledger = rpc::ledger(&object.env, &meta.workspace)?;
        let register = conversations::Register {
            summary,
            version: meta.version,
            visitor_id: Some(meta.visitor_id),
            opened_at: meta.opened_at,
            last_at: Some(meta.last_at),
            said,
        };
        rpc::call(&ledger, &register).await?;
        Ok(Next::Done)
    }
}

/// Puts the oldest closing that is not confirmed into the queue. The next one leaves when it is
/// confirmed, so the ledger sees the closings of a conversation in their order.
struct SendClosing;

impl Work<Conversation> for SendClosing {
    const KIND: &'static str = "closing";

    async fn run(object: &Conversation, _subject: &str) -> Outcome<Next> {
        let sql = object.sql();
        let Some(closing) = store::closings(&sql)?.into_iter().next() else {
            return Ok(Next::Done);
        };
        // What came before it is to be heard before it.
        while hand_over_some(object, Some(closing.revision)).await? {}
        let meta = store::meta(&sql)?;
        let notice = ClosingNotice {
            workspace: meta.workspace,
            conversation_id: meta.conversation_id,
            revision: closing.revision,
        };
        object.env.queue(config::CLOSED)?.send(notice).await?;
        Ok(Next::Unconfirmed)
    }
}

/// Hands over what happened, in order; what came after a closing only once that is confirmed.
struct HandOver;

impl Work<Conversation> for HandOver {
    const KIND: &'static str = "happenings";

    async fn run(object: &Conversation, _subject: &str) -> Outcome<Next> {
        let oldest = store::closings(&object.sql())?.first().map(|closing| closing.revision);
        while hand_over_some(object, oldest).await? {}
        Ok(Next::Done)
    }
}

/// Hands over the next of what happened before a closing (of all, with none), and says whether there
/// was anything.
async fn hand_over_some(object: &Conversation, before: Option<u32>) -> Outcome<bool> {
    let sql = object.sql();
    let happenings = store::happenings(&sql, before, HAPPENINGS_AT_ONCE)?;
    let Some(last) = happenings.last().map(|happening| happening.seq) else { return Ok(false) };
    let meta = store::meta(&sql)?;
    let ledger = rpc::ledger(&object.env, &meta.workspace)?;
    let take = happenings::Take {
        conversation_id: meta.conversation_id,
        visitor_id: meta.visitor_id,
        platform: meta.platform,
        happenings,
    };
    rpc::call(&ledger, &take).await?;
    store::drop_happenings(&sql, last)?;
    Ok(true)
}
