//! What comes in: taken once, in one transaction, and then said in its conversation by the alarm, in
//! the order of its coming, until that has it. So a platform is answered at once, and what it was
//! answered for is not lost.

use super::{connected, threads};
use crate::bind;
use crate::conversation::calls::{self, Open};
use crate::fault::{Fault, Outcome, complain, from_json, to_json};
use crate::jobs::{self, Next, Work};
use crate::ledger::actions::Asking;
use crate::ledger::cx::Cx;
use crate::ledger::op::{Read, Write};
use crate::ledger::{Workspace, customers, outbox};
use crate::rpc::{self, Call};
use crate::{config, platform, sql::Sql};
use askwell::Code;
use askwell::access::{Principal, Scopes, Who};
use askwell::api::{Connection, NewMessage};
use askwell::channel::{self, Inbound, REMEMBER_MS, STALE_MS};
use askwell::conversation::{Direction, MAX_MESSAGE_BYTES, Platform};
use askwell::detect::Kind;
use askwell::id::{ChannelId, ConversationId, VisitorId, digest};
use askwell::session::Options;
use askwell::text::Lang;
use serde::{Deserialize, Serialize};

/// Longest name of somebody at a platform, in bytes.
const MAX_USER_BYTES: usize = 254;

/// A platform hands messages over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Receive {
    /// Over which channel.
    pub channel_id: ChannelId,
    /// In their order.
    pub messages: Vec<Inbound>,
}

/// What became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Received {
    /// New, and taken.
    pub taken: u32,
    /// Taken before.
    pub repeats: u32,
    /// Too old to tell.
    pub stale: u32,
}

impl Call for Receive {
    const NAME: &'static str = "channels.receive";
    type Out = Received;
}

impl Write for Receive {
    fn run(self, cx: &Cx) -> Outcome<Received> {
        let mut done = Received::default();
        let Some(connection) = connected(cx.sql, &self.channel_id)? else {
            return Err(Fault::refused(Code::NotFound, "no such channel, or it is disconnected"));
        };
        cx.sql
            .run("DELETE FROM channel_received WHERE at < ?", bind![cx.now.plus(-REMEMBER_MS).0])?;
        for message in self.messages {
            if message.user.is_empty() || message.user.len() > MAX_USER_BYTES {
                continue;
            }
            if message.at < cx.now.plus(-STALE_MS) {
                done.stale += 1;
                continue;
            }
            let channel = self.channel_id.as_str();
            let id = digest(&[channel.as_bytes(), message.message_id.as_bytes()]);
            let known = cx.sql.count(
                "SELECT count(*) AS n FROM channel_received WHERE id = ?",
                bind![id.as_str()],
            )?;
            if known > 0 {
                done.repeats += 1;
                continue;
            }
            cx.sql.run(
                "INSERT INTO channel_received (id, at) VALUES (?, ?)",
                bind![id.as_str(), cx.now.0],
            )?;
            put(cx, &self.channel_id, connection.platform(), &id, &message)?;
            done.taken += 1;
        }
        if done.taken > 0 {
            cx.sql.run(
                "UPDATE channels SET received_at = ? WHERE id = ?",
                bind![cx.now.0, self.channel_id.as_str()],
            )?;
        }
        Ok(done)
    }
}

fn put(
    cx: &Cx,
    channel: &ChannelId,
    platform: Platform,
    id: &str,
    message: &Inbound,
) -> Outcome<()> {
    let visitor = threads::visitor_id(cx.workspace, platform, &message.user);
    let at = message.at.min(cx.now);
    let name = message.name.as_deref();
    threads::put_contact(cx.sql, channel, &visitor, &message.user, name, Some(at))?;
    cx.sql.run(
        "INSERT INTO channel_inbox (channel_id, visitor_id, message_id, body) VALUES (?, ?, ?, ?)",
        bind![channel.as_str(), visitor.as_str(), id, to_json("message", message)?],
    )?;
    jobs::put(cx.sql, Say::KIND, &format!("{channel} {visitor}"), cx.now)
}

#[derive(Debug, Deserialize)]
struct Row {
    seq: i64,
    message_id: String,
    body: String,
}

fn next(sql: &Sql, channel: &ChannelId, visitor: &VisitorId) -> Outcome<Option<Row>> {
    sql.first(
        "SELECT seq, message_id, body FROM channel_inbox WHERE channel_id = ? AND visitor_id = ? ORDER BY seq LIMIT 1",
        bind![channel.as_str(), visitor.as_str()],
    )
}

/// Says in its conversation what somebody has written, in order. The subject is the channel and the
/// visitor.
pub struct Say;

impl Work<Workspace> for Say {
    const KIND: &'static str = "inbox";

    async fn run(ledger: &Workspace, subject: &str) -> Outcome<Next> {
        let Some((channel, visitor)) = subject.split_once(' ') else { return Ok(Next::Done) };
        let (channel, visitor): (ChannelId, VisitorId) = (channel.parse()?, visitor.parse()?);
        while let Some(row) = next(&ledger.sql(), &channel, &visitor)? {
            let said = say(ledger, &channel, &visitor, &row).await?;
            let (channel, visitor) = (channel.clone(), visitor.clone());
            ledger.write(move |cx| note(cx, &channel, &visitor, row.seq, said)).await?;
        }
        Ok(Next::Done)
    }
}

/// Notes in which conversation a message was said, and lets go of it. One that is no longer there has gone
/// with its visitor, who was erased while it was being said: then the conversation goes after it.
pub(super) fn note(
    cx: &Cx,
    channel: &ChannelId,
    visitor: &VisitorId,
    seq: i64,
    said: Said,
) -> Outcome<()> {
    let waits = "SELECT count(*) AS n FROM channel_inbox WHERE seq = ?";
    let erased = cx.sql.count(waits, bind![seq])? == 0;
    match said {
        Some((conversation, _)) if erased => customers::drop_conversation(cx, &conversation)?,
        Some((conversation, thread)) => {
            threads::put(cx.sql, channel, visitor, &conversation, thread.as_ref())?;
        }
        None => {}
    }
    cx.sql.run("DELETE FROM channel_inbox WHERE seq = ?", bind![seq])
}

pub(super) type Said = Option<(ConversationId, Option<channel::Thread>)>;

/// Says a message where it belongs: in the conversation that goes on, else in a new one. None where
/// the channel has been disconnected meanwhile, or a conversation will never take it.
async fn say(
    ledger: &Workspace,
    channel: &ChannelId,
    visitor: &VisitorId,
    row: &Row,
) -> Outcome<Said> {
    let sql = ledger.sql();
    let message: Inbound = from_json("message", &row.body)?;
    let Some(connection) = connected(&sql, channel)? else { return Ok(None) };
    let current = threads::current(&sql, channel, visitor, message.thread.as_ref())?;
    if let Some(conversation) = current {
        match tell(ledger, &conversation, visitor, row, &message).await {
            Ok(()) => return Ok(Some((conversation, message.thread))),
            Err(fault) => match fault.public().code {
                Code::ConversationClosed | Code::ConversationFull | Code::Gone | Code::NotFound => {
                }
                Code::InvalidField | Code::MessageTooLarge | Code::IdempotencyConflict => {
                    complain("a message of a channel was not taken by its conversation");
                    return Ok(None);
                }
                _ => return Err(fault),
            },
        }
    }
    // Always the same for the message that begins it, so that a second try finds the first.
    let workspace = ledger.known()?.clone();
    let parts = [workspace.as_str(), "channel", channel.as_str(), &row.message_id];
    let conversation = ConversationId::derive(&parts.map(str::as_bytes));
    open(ledger, channel, visitor, &connection, &message, &conversation).await?;
    tell(ledger, &conversation, visitor, row, &message).await?;
    Ok(Some((conversation, message.thread)))
}

async fn tell(
    ledger: &Workspace,
    conversation: &ConversationId,
    visitor: &VisitorId,
    row: &Row,
    message: &Inbound,
) -> Outcome<()> {
    let workspace = ledger.known()?.clone();
    let object = rpc::conversation(&ledger.env, &workspace, conversation)?;
    let who = Who::Visitor { visitor: visitor.clone(), conversation: conversation.clone() };
    let by = Principal { workspace, who, scopes: Scopes::NONE };
    for (part, text) in parts(&message.text).into_iter().enumerate() {
        let id = match part {
            0 => row.message_id.clone(),
            _ => format!("{}-{part}", row.message_id),
        };
        let message = NewMessage { id, text, role: None, at: None };
        rpc::call(&object, &calls::Say { by: by.clone(), message, had: None }).await?;
    }
    Ok(())
}

/// What is longer than a message may be here is several.
fn parts(text: &str) -> Vec<String> {
    if text.len() <= MAX_MESSAGE_BYTES {
        return vec![text.to_owned()];
    }
    channel::parts(Platform::Api, text)
}

async fn open(
    ledger: &Workspace,
    channel: &ChannelId,
    visitor: &VisitorId,
    connection: &Connection,
    message: &Inbound,
    conversation: &ConversationId,
) -> Outcome<()> {
    let sql = ledger.sql();
    let workspace = ledger.known()?.clone();
    let contact = threads::contact(&sql, channel, visitor.as_str())?;
    let (mut name, mut language) = contact.map_or((None, None), |c| (c.name, c.language));
    if name.is_none() {
        let told = platform::profile(&ledger.env, connection, &message.user).await;
        (name, language) = (told.name, told.language);
        sql.run(
            "UPDATE channel_contacts SET name = coalesce(?, name), language = coalesce(?, language) WHERE channel_id = ? AND visitor_id = ?",
            bind![name.clone(), language.clone(), channel.as_str(), visitor.as_str()],
        )?;
    }
    let mut claims: Vec<(Kind, String)> = name.map(|name| (Kind::Name, name)).into_iter().collect();
    if let Connection::Email { .. } = connection {
        claims.push((Kind::Email, message.user.clone()));
    }
    let known = outbox::visitor(&sql, visitor.as_str())?.unwrap_or_default().known;
    let cx = Cx { sql: &sql, workspace: &workspace, now: config::now(&ledger.env) };
    let asked = Asking { visitor_id: visitor.clone() }.run(&cx)?;
    let open = Open {
        workspace: workspace.clone(),
        conversation_id: conversation.clone(),
        visitor_id: visitor.clone(),
        platform_conversation_id: None,
        platform: connection.platform(),
        direction: Direction::Inbound,
        test_mode: false,
        recorded: false,
        options: Options {
            lang: language.as_deref().and_then(Lang::from_tag),
            prompt: asked.config,
            ..Options::default()
        },
        known,
        held_out: asked.held_out,
        channel: Some(channel.clone()),
        claims,
    };
    let object = rpc::conversation(&ledger.env, &workspace, conversation)?;
    rpc::call(&object, &open).await.map(drop)
}
