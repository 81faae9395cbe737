//! What became of what was sent, as the conversations tell it.

use super::{connected, find, mailer, threads};
use crate::bind;
use crate::fault::Outcome;
use crate::ledger::cx::Cx;
use crate::ledger::op::{Read, Write};
use crate::ledger::{conversations, customers};
use crate::rpc::Call;
use crate::sql::word;
use askwell::api::{
    ChannelDelivery, ChannelDeliveryQuery, ChannelDeliveryState, Connection, Page, PageQuery,
};
use askwell::channel::{Thread, email};
use askwell::customer::normalise_email;
use askwell::id::{ChannelId, ConversationId, VisitorId};
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};
use worker::SqlStorageValue;

/// How to reach the other side of a conversation; none once the channel is disconnected.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reach {
    /// Over which.
    pub channel_id: ChannelId,
    /// In which.
    pub conversation_id: ConversationId,
}

/// How to reach somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reached {
    /// How the channel is connected.
    pub connection: Connection,
    /// What the channel is called.
    pub sender: String,
    /// The platform's name for them.
    pub user: String,
    /// When they last wrote.
    pub heard_at: Option<UnixMillis>,
    /// E-mail only: what it belongs to.
    pub thread: Option<Thread>,
}

impl Call for Reach {
    const NAME: &'static str = "channels.reach";
    type Out = Option<Reached>;
}

impl Read for Reach {
    fn run(self, cx: &Cx) -> Outcome<Option<Reached>> {
        let Some(row) = find(cx.sql, &self.channel_id)? else { return Ok(None) };
        let Some(connection) = row.connection()? else { return Ok(None) };
        let Some((visitor, thread)) = threads::of(cx.sql, &self.conversation_id)? else {
            return Ok(None);
        };
        let contact = threads::contact(cx.sql, &self.channel_id, &visitor)?;
        Ok(contact.map(|contact| Reached {
            thread: matches!(connection, Connection::Email { .. }).then_some(thread),
            connection,
            sender: row.name,
            user: contact.user,
            heard_at: contact.heard_at.filter(|at| *at > 0).map(UnixMillis),
        }))
    }
}

/// How to mail a visitor who is held a conversation with elsewhere; none without a channel for e-mail, or an
/// address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ByMail {
    /// Who visits.
    pub visitor_id: VisitorId,
    /// Their address; that of their profile with none.
    pub address: Option<String>,
}

/// Over what somebody is mailed, and where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mailing {
    /// Over which channel.
    pub channel_id: ChannelId,
    /// How it is connected.
    pub connection: Connection,
    /// What it is called.
    pub sender: String,
    /// To whom.
    pub address: String,
}

impl Call for ByMail {
    const NAME: &'static str = "channels.by_mail";
    type Out = Option<Mailing>;
}

impl Read for ByMail {
    fn run(self, cx: &Cx) -> Outcome<Option<Mailing>> {
        let address = match self.address {
            Some(address) => Some(address),
            None => customers::address_of(cx.sql, &self.visitor_id)?,
        };
        let address = address.map(|address| normalise_email(&address));
        let Some(address) = address.filter(|address| email::is_address(address)) else {
            return Ok(None);
        };
        let mailer = mailer(cx.sql)?;
        Ok(mailer.map(|(channel_id, connection, sender)| Mailing {
            channel_id,
            connection,
            sender,
            address,
        }))
    }
}

/// A conversation tells how its deliveries stand.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Told {
    /// Of one conversation, in order.
    pub deliveries: Vec<ChannelDelivery>,
}

impl Call for Told {
    const NAME: &'static str = "channels.told";
    type Out = ();
}

impl Write for Told {
    fn run(self, cx: &Cx) -> Outcome<()> {
        for delivery in &self.deliveries {
            put(cx, delivery)?;
        }
        Ok(())
    }
}

fn put(cx: &Cx, told: &ChannelDelivery) -> Outcome<()> {
    let id = &told.conversation_id;
    let thread = threads::of(cx.sql, id)?;
    // Nothing comes back of a conversation that was erased; one of the web chat has no thread.
    let known = thread.is_some() || conversations::known(cx.sql, id)?.is_some();
    if !known || customers::is_erased(cx.sql, id.as_str())? {
        return Ok(());
    }
    cx.sql.run(
        "INSERT INTO channel_deliveries (conversation_id, message_id, part, channel_id, state, reason, status, attempts, at, seq)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(seq), 0) + 1 FROM channel_deliveries))
         ON CONFLICT (conversation_id, message_id, part) DO UPDATE SET state = excluded.state, reason = excluded.reason, status = excluded.status, attempts = excluded.attempts, at = excluded.at
         WHERE excluded.attempts > attempts",
        bind![
            told.conversation_id.as_str(),
            told.message_id.as_str(),
            i64::from(told.part),
            told.channel_id.as_str(),
            told.state.as_str(),
            told.reason.map(askwell::channel::Reason::as_str),
            told.status.map(i64::from),
            i64::from(told.attempts),
            told.at.0
        ],
    )?;
    let channel = told.channel_id.as_str();
    match told.reason {
        // That it was disconnected is not the channel's trouble.
        Some(askwell::channel::Reason::Disconnected) => Ok(()),
        Some(reason) => cx.sql.run(
            "UPDATE channels SET trouble = ?, trouble_at = ? WHERE id = ? AND coalesce(trouble_at, 0) <= ?",
            bind![reason.as_str(), told.at.0, channel, told.at.0],
        ),
        None => {
            cx.sql.run(
                "UPDATE channels SET sent_at = max(coalesce(sent_at, 0), ?) WHERE id = ?",
                bind![told.at.0, channel],
            )?;
            // What answers it refers to it.
            let Some((visitor, _)) = thread else { return Ok(()) };
            let Some(Connection::Email { address, .. }) = connected(cx.sql, &told.channel_id)?
            else {
                return Ok(());
            };
            let id = email::message_id(&told.message_id, &told.conversation_id, &address);
            let thread = Thread { subject: String::new(), references: vec![id] };
            let visitor = visitor.parse()?;
            threads::put(cx.sql, &told.channel_id, &visitor, &told.conversation_id, Some(&thread))
        }
    }
}

/// The order of the list: the latest first.
const BY_SEQ: &str = "delivery";

/// A page of deliveries, the latest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Deliveries {
    /// Which.
    pub query: ChannelDeliveryQuery,
}

impl Call for Deliveries {
    const NAME: &'static str = "channels.deliveries";
    type Out = Page<ChannelDelivery>;
}

#[derive(Deserialize)]
struct Row {
    seq: i64,
    conversation_id: ConversationId,
    message_id: String,
    part: u32,
    channel_id: ChannelId,
    state: String,
    reason: Option<String>,
    status: Option<u16>,
    attempts: u32,
    at: i64,
}

impl Read for Deliveries {
    fn run(self, cx: &Cx) -> Outcome<Page<ChannelDelivery>> {
        let ChannelDeliveryQuery { channel_id, conversation_id, state, cursor, limit } = self.query;
        let page = PageQuery { cursor, limit };
        let mut wanted = vec!["seq < ?"];
        let mut values: Vec<SqlStorageValue> = bind![page.before(BY_SEQ)?];
        let filters = [
            ("channel_id = ?", channel_id.map(|id| id.to_string())),
            ("conversation_id = ?", conversation_id.map(|id| id.to_string())),
            ("state = ?", state.map(|state: ChannelDeliveryState| state.as_str().to_owned())),
        ];
        for (condition, value) in filters {
            if let Some(value) = value {
                wanted.push(condition);
                values.push(value.into());
            }
        }
        values.push(page.rows()?.into());
        let query = format!(
            "SELECT * FROM channel_deliveries WHERE {} ORDER BY seq DESC LIMIT ?",
            wanted.join(" AND ")
        );
        let rows: Vec<Row> = cx.sql.rows(&query, values)?;
        let next = page.next_by_number(BY_SEQ, &rows, |row| row.seq);
        let items = rows.into_iter().map(read).collect::<Outcome<_>>()?;
        Ok(Page { items, next })
    }
}

fn read(row: Row) -> Outcome<ChannelDelivery> {
    Ok(ChannelDelivery {
        channel_id: row.channel_id,
        conversation_id: row.conversation_id,
        message_id: row.message_id,
        part: row.part,
        state: word(row.state)?,
        reason: row.reason.map(word).transpose()?,
        status: row.status,
        attempts: row.attempts,
        at: UnixMillis(row.at),
    })
}
