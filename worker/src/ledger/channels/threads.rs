//! Who writes over a channel, and which conversations are held with them.

use super::{List, connected};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::ledger::cx::Cx;
use crate::ledger::op::{Read, Write};
use crate::ledger::{customers, outbox};
use crate::rpc::Call;
use crate::sql::Sql;
use askwell::api::{Channel, ChannelState, Connection};
use askwell::channel::{Thread, email};
use askwell::conversation::Platform;
use askwell::customer::normalise_email;
use askwell::detect::Kind;
use askwell::id::{ChannelId, ConversationId, CustomerId, VisitorId, WorkspaceId};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// The visitor that a user of a platform is: the one that `visitor_ref` names as well.
pub fn visitor_id(workspace: &WorkspaceId, platform: Platform, user: &str) -> VisitorId {
    let parts = [workspace.as_str(), platform.as_str(), "ref", user].map(str::as_bytes);
    VisitorId::derive(&parts)
}

/// Somebody who writes over a channel.
#[derive(Debug, Clone, Deserialize)]
pub struct Contact {
    pub user: String,
    pub name: Option<String>,
    pub language: Option<String>,
    pub heard_at: Option<i64>,
}

pub fn contact(sql: &Sql, channel: &ChannelId, visitor: &str) -> Outcome<Option<Contact>> {
    sql.first(
        "SELECT user, name, language, heard_at FROM channel_contacts WHERE channel_id = ? AND visitor_id = ?",
        bind![channel.as_str(), visitor],
    )
}

/// Notes somebody, and when they last wrote where they did.
pub fn put_contact(
    sql: &Sql,
    channel: &ChannelId,
    visitor: &VisitorId,
    user: &str,
    name: Option<&str>,
    heard_at: Option<UnixMillis>,
) -> Outcome<()> {
    sql.run(
        "INSERT INTO channel_contacts (channel_id, visitor_id, user, name, heard_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (channel_id, visitor_id) DO UPDATE SET name = coalesce(excluded.name, name), heard_at = max(coalesce(heard_at, 0), coalesce(excluded.heard_at, 0))",
        bind![channel.as_str(), visitor.as_str(), user, name, heard_at.map(|at| at.0)],
    )
}

#[derive(Debug, Deserialize)]
struct Row {
    conversation_id: ConversationId,
    subject: String,
    refs: String,
}

/// The conversation that a message of somebody goes on with, if any: in a messenger the newest, by
/// e-mail the one whose mails it refers to or, where a mail program says nothing of that, the newest
/// under the same subject. Whether it is still open is for the conversation to say.
pub fn current(
    sql: &Sql,
    channel: &ChannelId,
    visitor: &VisitorId,
    thread: Option<&Thread>,
) -> Outcome<Option<ConversationId>> {
    let rows: Vec<Row> = sql.rows(
        "SELECT conversation_id, subject, refs FROM channel_threads WHERE channel_id = ? AND visitor_id = ? ORDER BY seq DESC LIMIT 50",
        bind![channel.as_str(), visitor.as_str()],
    )?;
    let Some(thread) = thread else {
        return Ok(rows.into_iter().next().map(|row| row.conversation_id));
    };
    // Its own id is the last; what stands before it is what it answers.
    let (_, earlier) = thread.references.split_last().unwrap_or((&EMPTY, &[]));
    let named = email::conversations(earlier);
    for row in rows {
        let refs: Vec<String> = from_json("thread", &row.refs)?;
        let refers = refs.iter().any(|id| earlier.contains(id));
        let same = !thread.subject.is_empty() && row.subject.eq_ignore_ascii_case(&thread.subject);
        if named.contains(&row.conversation_id) || refers || same {
            return Ok(Some(row.conversation_id));
        }
    }
    Ok(None)
}

static EMPTY: String = String::new();

/// Notes that a conversation is held with somebody, or what came to its thread.
pub fn put(
    sql: &Sql,
    channel: &ChannelId,
    visitor: &VisitorId,
    conversation: &ConversationId,
    thread: Option<&Thread>,
) -> Outcome<()> {
    let thread = thread.cloned().unwrap_or_default();
    let id = conversation.as_str();
    let before: Option<Row> = sql.first(
        "SELECT conversation_id, subject, refs FROM channel_threads WHERE conversation_id = ?",
        bind![id],
    )?;
    let (subject, mut refs) = match before {
        Some(row) => (row.subject, from_json::<Vec<String>>("thread", &row.refs)?),
        None => (thread.subject, Vec::new()),
    };
    for id in thread.references {
        if !refs.contains(&id) {
            refs.push(id);
        }
    }
    let refs = email::shorten(refs);
    sql.run(
        "INSERT INTO channel_threads (conversation_id, channel_id, visitor_id, subject, refs, seq)
         VALUES (?, ?, ?, ?, ?, (SELECT coalesce(max(seq), 0) + 1 FROM channel_threads))
         ON CONFLICT (conversation_id) DO UPDATE SET refs = excluded.refs",
        bind![id, channel.as_str(), visitor.as_str(), subject, to_json("thread", &refs)?],
    )
}

/// The thread of a conversation, and whose it is.
pub fn of(sql: &Sql, conversation: &ConversationId) -> Outcome<Option<(String, Thread)>> {
    #[derive(Deserialize)]
    struct Found {
        visitor_id: String,
        subject: String,
        refs: String,
    }
    let row: Option<Found> = sql.first(
        "SELECT visitor_id, subject, refs FROM channel_threads WHERE conversation_id = ?",
        bind![conversation.as_str()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let thread = Thread { subject: row.subject, references: from_json("thread", &row.refs)? };
    Ok(Some((row.visitor_id, thread)))
}

/// Whom a conversation is begun with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// The platform's name for them.
    User(String),
    /// Whoever of a customer's visitors was last heard there; by e-mail their address.
    Customer(CustomerId),
}

impl Recipient {
    fn user(self, cx: &Cx, channel: &ChannelId, platform: Platform) -> Outcome<String> {
        let customer = match self {
            Self::User(user) => return Ok(user),
            Self::Customer(customer) => customers::must(cx.sql, &customer)?,
        };
        let unreachable =
            || Error::new(Code::NotFound, "this customer cannot be reached over this channel");
        if platform == Platform::Email {
            let found = customers::find(cx.sql, customer.as_str())?;
            return Ok(found.and_then(|found| found.email).ok_or_else(unreachable)?);
        }
        #[derive(Deserialize)]
        struct Row {
            user: String,
        }
        let row: Option<Row> = cx.sql.first(
            "SELECT k.user FROM channel_contacts k JOIN visitors v ON v.id = k.visitor_id JOIN customers c ON c.id = v.customer_id WHERE k.channel_id = ?1 AND (c.id = ?2 OR c.root = ?2) ORDER BY k.heard_at DESC LIMIT 1",
            bind![channel.as_str(), customer.as_str()],
        )?;
        Ok(row.ok_or_else(unreachable)?.user)
    }
}

/// The channels over which a customer can be written to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reaching {
    /// Whom.
    pub customer_id: CustomerId,
}

impl Call for Reaching {
    const NAME: &'static str = "channels.reaching";
    type Out = Vec<Channel>;
}

impl Read for Reaching {
    fn run(self, cx: &Cx) -> Outcome<Vec<Channel>> {
        customers::must(cx.sql, &self.customer_id)?;
        let mut reaching = Vec::new();
        for channel in List.run(cx)? {
            if channel.state == ChannelState::Disconnected || channel.platform == Platform::Phone {
                continue;
            }
            let to = Recipient::Customer(self.customer_id.clone());
            match to.user(cx, &channel.channel_id, channel.platform) {
                Ok(_) => reaching.push(channel),
                Err(fault) if fault.public().code == Code::NotFound => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(reaching)
    }
}

/// The team begins a conversation with somebody over a channel.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Begin {
    /// Over which.
    pub channel_id: ChannelId,
    /// Which conversation it becomes.
    pub conversation_id: ConversationId,
    /// With whom: the platform's name for them, or a customer who can be reached.
    pub to: Recipient,
    /// What they are called, if that is known.
    pub name: Option<String>,
    /// E-mail only: what it is about.
    pub subject: Option<String>,
}

impl Call for Begin {
    const NAME: &'static str = "channels.begin";
    type Out = Begun;
}

/// What `channels.begin` answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Begun {
    /// Where they are.
    pub platform: Platform,
    /// Who they are.
    pub visitor_id: VisitorId,
    /// What is known of them from the platform.
    pub name: Option<String>,
    /// Their language, a BCP 47 tag.
    pub language: Option<String>,
    /// The platform's name for them.
    pub user: String,
    /// What need not be asked.
    pub known: Vec<Kind>,
}

impl Write for Begin {
    fn run(self, cx: &Cx) -> Outcome<Begun> {
        let refuse = |code, detail: &str| Err(Error::new(code, detail.to_owned()).into());
        let Some(connection) = connected(cx.sql, &self.channel_id)? else {
            return refuse(Code::NotFound, "no such channel, or it is disconnected");
        };
        let platform = connection.platform();
        if platform == Platform::Phone {
            return refuse(Code::InvalidField, "nothing can be written over a phone channel");
        }
        let user = self.to.user(cx, &self.channel_id, platform)?;
        let user = match &connection {
            Connection::Email { .. } => normalise_email(&user),
            _ => user,
        };
        // It stands in an address of the platform.
        if user.is_empty() || user.len() > 254 || !user.bytes().all(|b| b.is_ascii_graphic()) {
            return refuse(
                Code::InvalidField,
                "the field `to` must be 1 to 254 visible characters",
            );
        }
        if platform == Platform::Email {
            if !email::is_address(&user) {
                return refuse(Code::InvalidField, "the field `to` must be an e-mail address");
            }
            if self.subject.as_ref().is_none_or(|subject| subject.trim().is_empty()) {
                return refuse(Code::InvalidField, "the field `subject` is missing");
            }
        } else if self.subject.is_some() {
            return refuse(Code::InvalidField, "the field `subject` is for e-mail only");
        }
        let visitor_id = visitor_id(cx.workspace, platform, &user);
        let (id, name) = (&self.channel_id, self.name.as_deref());
        put_contact(cx.sql, id, &visitor_id, &user, name, None)?;
        let subject = self.subject.unwrap_or_default().trim().to_owned();
        let thread = Thread { subject, references: Vec::new() };
        put(cx.sql, id, &visitor_id, &self.conversation_id, Some(&thread))?;
        let known = contact(cx.sql, id, visitor_id.as_str())?;
        let (name, language) = known.map_or((None, None), |known| (known.name, known.language));
        let known = outbox::visitor(cx.sql, visitor_id.as_str())?.unwrap_or_default().known;
        Ok(Begun { platform, visitor_id, name, language, user, known })
    }
}
