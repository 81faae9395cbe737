//! What is said to a visitor on another platform, on its way there: rows of the conversation, sent in
//! order by its alarm, each until the platform has it, refuses it, or a day has passed.
//!
//! A row is written in the transaction that takes the message, so nothing that was said is forgotten;
//! it keeps its own copy of the text until then, because the conversation may end first. A platform
//! that knows repeats (LINE by its retry key, mail by `Idempotency-Key`) gets each message once;
//! Messenger knows none, and may get one twice when the power fails between sending and noting.

use super::Conversation;
use super::calls::Act;
use super::store::{self, Meta};
use crate::bind;
use crate::config;
use crate::fault::Outcome;
use crate::jobs::{self, Next, Work};
use crate::ledger::channels;
use crate::platform;
use crate::rpc;
use crate::sql::{Sql, word};
use askwell::access::Principal;
use askwell::api::{ChannelDelivery, ChannelDeliveryState, NewAction};
use askwell::channel::{self, Reason, Verdict};
use askwell::conversation::{Action, Direction, Message, Role, Status};
use askwell::id::ChannelId;
use askwell::time::UnixMillis;
use serde::Deserialize;

/// How long it is tried. LINE knows a repeat for a day.
const GIVE_UP_MS: i64 = 24 * 60 * 60 * 1000;

/// Lets a message be sent, where it is one that leaves over a channel.
pub fn queue(sql: &Sql, meta: &Meta, message: &Message) -> Outcome<()> {
    let leaves = matches!(message.role, Role::Bot | Role::Agent);
    if meta.channel.is_none() || !leaves || meta.recorded {
        return Ok(());
    }
    let now = message.at;
    for (part, text) in channel::parts(meta.platform, &message.text).into_iter().enumerate() {
        sql.run(
            "INSERT INTO deliveries (message_id, part, role, text, state, queued_at, at) VALUES (?, ?, ?, ?, 'waiting', ?, ?)",
            bind![
                message.id.as_str(),
                i64::try_from(part).unwrap_or(i64::MAX),
                message.role.as_str(),
                text,
                now.0,
                now.0
            ],
        )?;
    }
    jobs::put(sql, Deliver::KIND, "", now)
}

#[derive(Debug, Deserialize)]
struct Row {
    seq: u32,
    message_id: String,
    part: u32,
    role: Role,
    text: Option<String>,
    state: String,
    reason: Option<String>,
    status: Option<u16>,
    attempts: u32,
    queued_at: i64,
    at: i64,
    /// Set where it is none of the conversation's own.
    channel_id: Option<ChannelId>,
}

/// The oldest that waits.
fn next(sql: &Sql) -> Outcome<Option<Row>> {
    sql.first(
        "SELECT * FROM deliveries WHERE state = 'waiting' AND place IS NULL ORDER BY seq LIMIT 1",
        bind![],
    )
}

/// Notes how an attempt went. The text and the address go once they are of no use any more.
pub(super) fn note(
    sql: &Sql,
    seq: u32,
    verdict: &Verdict,
    status: u16,
    now: UnixMillis,
) -> Outcome<()> {
    let (state, reason) = match verdict {
        Verdict::Sent => (ChannelDeliveryState::Sent, None),
        Verdict::Later(reason) => (ChannelDeliveryState::Waiting, Some(*reason)),
        Verdict::Never(reason) => (ChannelDeliveryState::Failed, Some(*reason)),
    };
    sql.run(
        "UPDATE deliveries SET state = ?1, reason = ?2, status = ?3, attempts = attempts + 1, at = ?4, told = 0, text = iif(?1 = 'waiting', text, NULL), address = iif(?1 = 'waiting', address, NULL) WHERE seq = ?5",
        bind![
            state.as_str(),
            reason.map(Reason::as_str),
            Some(i64::from(status)).filter(|status| *status > 0),
            now.0,
            i64::from(seq)
        ],
    )
}

/// What an attempt comes to: one that may be repeated ends after a day.
pub(super) fn within_a_day(verdict: Verdict, queued_at: i64, now: UnixMillis) -> Verdict {
    match verdict {
        Verdict::Later(Reason::Credentials) if queued_at.saturating_add(GIVE_UP_MS) <= now.0 => {
            Verdict::Never(Reason::Credentials)
        }
        Verdict::Later(_) if queued_at.saturating_add(GIVE_UP_MS) <= now.0 => {
            Verdict::Never(Reason::TooLate)
        }
        verdict => verdict,
    }
}

/// Sends what waits, in order.
pub struct Deliver;

impl Work<Conversation> for Deliver {
    const KIND: &'static str = "deliver";

    async fn run(object: &Conversation, _subject: &str) -> Outcome<Next> {
        let sql = object.sql();
        loop {
            tell(object).await?;
            let Some(row) = next(&sql)? else { return Ok(Next::Done) };
            let meta = store::meta(&sql)?;
            let (verdict, status) = attempt(object, &meta, &row).await?;
            let now = config::now(&object.env);
            let verdict = within_a_day(verdict, row.queued_at, now);
            note(&sql, row.seq, &verdict, status, now)?;
            match verdict {
                Verdict::Sent => {}
                Verdict::Later(_) => {
                    tell(object).await?;
                    return Ok(Next::Unconfirmed);
                }
                Verdict::Never(_) => unreached(object).await?,
            }
        }
    }
}

async fn attempt(object: &Conversation, meta: &Meta, row: &Row) -> Outcome<(Verdict, u16)> {
    let disconnected = (Verdict::Never(Reason::Disconnected), 0);
    let (Some(channel_id), Some(text)) = (&meta.channel, &row.text) else {
        return Ok(disconnected);
    };
    let ledger = rpc::ledger(&object.env, &meta.workspace)?;
    let find = channels::Reach {
        channel_id: channel_id.clone(),
        conversation_id: meta.conversation_id.clone(),
    };
    let Some(reached) = rpc::call(&ledger, &find).await? else { return Ok(disconnected) };
    let letter = platform::Letter {
        conversation: &meta.conversation_id,
        message: &row.message_id,
        part: row.part,
        role: row.role,
        text,
    };
    let answered = platform::send(&object.env, &reached, &letter).await?;
    Ok((channel::verdict(meta.platform, &answered), answered.status))
}

/// What was to open a conversation has not reached anybody: it could not be established.
async fn unreached(object: &Conversation) -> Outcome<()> {
    let meta = store::meta(&object.sql())?;
    if meta.status != Status::Queued || meta.direction != Direction::Outbound {
        return Ok(());
    }
    let by = Principal::system(meta.workspace);
    let action = NewAction { action: Action::Fail, at: None };
    object.act(Act { by, action, idempotency_key: None }).await.map(drop)
}

/// Tells the ledger how deliveries stand that it has not heard of.
pub(super) async fn tell(object: &Conversation) -> Outcome<()> {
    let sql = object.sql();
    let rows: Vec<Row> =
        sql.rows("SELECT * FROM deliveries WHERE told = 0 ORDER BY seq LIMIT 100", bind![])?;
    if rows.is_empty() {
        return Ok(());
    }
    let meta = store::meta(&sql)?;
    let mut deliveries = Vec::new();
    for row in &rows {
        let Some(channel_id) = row.channel_id.clone().or_else(|| meta.channel.clone()) else {
            continue;
        };
        deliveries.push(ChannelDelivery {
            channel_id,
            conversation_id: meta.conversation_id.clone(),
            message_id: row.message_id.clone(),
            part: row.part,
            state: word(row.state.clone())?,
            reason: row.reason.clone().map(word).transpose()?,
            status: row.status,
            attempts: row.attempts,
            at: UnixMillis(row.at),
        });
    }
    rpc::call(&rpc::ledger(&object.env, &meta.workspace)?, &channels::Told { deliveries }).await?;
    for row in &rows {
        // Unless it has changed again meanwhile.
        sql.run(
            "UPDATE deliveries SET told = 1 WHERE seq = ? AND attempts = ?",
            bind![i64::from(row.seq), i64::from(row.attempts)],
        )?;
    }
    Ok(())
}
