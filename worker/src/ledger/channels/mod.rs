//! Channels: connections to other platforms, who writes over them, and in which conversation.

mod deliveries;
mod inbox;
#[cfg(test)]
mod tests;
mod threads;

pub use deliveries::{ByMail, Deliveries, Mailing, Reach, Reached, Told};
pub use inbox::Receive;
pub use threads::{Begin, Reaching, Recipient, visitor_id};

use super::cx::Cx;
use super::events;
use super::op::{Op, Read, Room, Write};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::jobs::Job;
use crate::rpc::Call;
use crate::sql::{Migration, Sql, word};
use askwell::access::{Principal, Who};
use askwell::api::{Channel, ChannelState, Connection, NewChannel, Trouble};
use askwell::conversation::Platform;
use askwell::event::{AppSurface, Event, Name, Payload, ResultTag, Scope, UserId};
use askwell::id::{ChannelId, MemberId, OrgId, WorkspaceId};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "channels/1",
        statements: &[
            // The connection with its secrets goes when the channel is disconnected.
            "CREATE TABLE channels (id TEXT PRIMARY KEY, platform TEXT NOT NULL, name TEXT NOT NULL, account TEXT, connection TEXT, connected_at INTEGER NOT NULL, disconnected_at INTEGER, received_at INTEGER, sent_at INTEGER, trouble TEXT, trouble_at INTEGER) WITHOUT ROWID",
            "CREATE TABLE channel_contacts (channel_id TEXT NOT NULL, visitor_id TEXT NOT NULL, user TEXT NOT NULL, name TEXT, language TEXT, heard_at INTEGER, PRIMARY KEY (channel_id, visitor_id)) WITHOUT ROWID",
            "CREATE INDEX channel_contacts_by_visitor ON channel_contacts (visitor_id)",
            // Which conversations are held with whom; `refs` are an e-mail thread's Message-IDs.
            "CREATE TABLE channel_threads (conversation_id TEXT PRIMARY KEY, channel_id TEXT NOT NULL, visitor_id TEXT NOT NULL, subject TEXT NOT NULL, refs TEXT NOT NULL, seq INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE INDEX channel_threads_by_contact ON channel_threads (channel_id, visitor_id, seq)",
            // What has come in and is not said yet in its conversation.
            "CREATE TABLE channel_inbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, channel_id TEXT NOT NULL, visitor_id TEXT NOT NULL, message_id TEXT NOT NULL, body TEXT NOT NULL)",
            "CREATE INDEX channel_inbox_by_contact ON channel_inbox (channel_id, visitor_id, seq)",
            "CREATE TABLE channel_received (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE INDEX channel_received_by_time ON channel_received (at)",
            "CREATE TABLE channel_deliveries (conversation_id TEXT NOT NULL, message_id TEXT NOT NULL, part INTEGER NOT NULL, channel_id TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, status INTEGER, attempts INTEGER NOT NULL, at INTEGER NOT NULL, seq INTEGER NOT NULL UNIQUE, PRIMARY KEY (conversation_id, message_id, part)) WITHOUT ROWID",
            "CREATE INDEX channel_deliveries_by_channel ON channel_deliveries (channel_id, seq)",
        ],
    }],
    ops: &[
        Op::read::<List>(),
        Op::read::<Get>(),
        Op::write::<Connect>(),
        Op::write::<Disconnect>(),
        Op::read::<Hook>(),
        Op::write::<Receive>(),
        Op::read::<Reach>(),
        Op::read::<ByMail>(),
        Op::write::<Told>(),
        Op::read::<Deliveries>(),
        Op::read::<Reaching>(),
        Op::write::<Begin>(),
    ],
    jobs: &[Job::of::<inbox::Say>()],
};

/// Most channels that a workspace has had.
const MAX_CHANNELS: u64 = 100;

/// Characters of a channel's id in the address of its inbox: 80 bits.
const INBOX_CHARS: usize = 16;

#[derive(Deserialize)]
struct Row {
    id: ChannelId,
    platform: String,
    name: String,
    account: Option<String>,
    connection: Option<String>,
    connected_at: i64,
    disconnected_at: Option<i64>,
    received_at: Option<i64>,
    sent_at: Option<i64>,
    trouble: Option<String>,
    trouble_at: Option<i64>,
}

impl Row {
    fn connection(&self) -> Outcome<Option<Connection>> {
        self.connection.as_deref().map(|text| from_json("connection", text)).transpose()
    }

    fn show(self, workspace: &WorkspaceId) -> Outcome<Channel> {
        let platform: Platform = word(self.platform)?;
        let trouble = match (self.trouble, self.trouble_at) {
            (Some(reason), Some(at)) => Some(Trouble { reason: word(reason)?, at: UnixMillis(at) }),
            _ => None,
        };
        let failing = self.trouble_at.is_some_and(|at| self.sent_at.is_none_or(|sent| sent < at));
        let state = match self.disconnected_at {
            Some(_) => ChannelState::Disconnected,
            None if failing => ChannelState::Failing,
            None => ChannelState::Connected,
        };
        Ok(Channel {
            webhook: matches!(platform, Platform::Line | Platform::Facebook)
                .then(|| format!("/hooks/{workspace}/{}/{}", self.id, platform.as_str())),
            inbox: (platform == Platform::Email).then(|| inbox_name(workspace, &self.id)),
            channel_id: self.id,
            platform,
            name: self.name,
            state,
            account: self.account,
            connected_at: UnixMillis(self.connected_at),
            disconnected_at: self.disconnected_at.map(UnixMillis),
            received_at: self.received_at.map(UnixMillis),
            sent_at: self.sent_at.map(UnixMillis),
            trouble,
        })
    }
}

/// What stands before the `@` of the address that a channel's mails are forwarded to.
fn inbox_name(workspace: &WorkspaceId, id: &ChannelId) -> String {
    let body = id.as_str().trim_start_matches(ChannelId::PREFIX);
    format!("{workspace}.{}", body.get(..INBOX_CHARS).unwrap_or(body))
}

/// The workspace and the beginning of the channel's id in the address that a mail came to.
pub fn read_inbox(address: &str) -> Option<(WorkspaceId, String)> {
    let (local, _) = address.trim().rsplit_once('@')?;
    // `name+tag@` is `name@`.
    let local = local.split('+').next()?.to_ascii_lowercase();
    let (workspace, channel) = local.rsplit_once('.')?;
    let good = channel.len() == INBOX_CHARS && channel.bytes().all(|b| b.is_ascii_alphanumeric());
    good.then(|| Some((workspace.parse().ok()?, format!("{}{channel}", ChannelId::PREFIX))))?
}

fn find(sql: &Sql, id: &ChannelId) -> Outcome<Option<Row>> {
    sql.first("SELECT * FROM channels WHERE id = ?", bind![id.as_str()])
}

fn good(cx: &Cx, id: &ChannelId) -> Outcome<Row> {
    find(cx.sql, id)?.ok_or_else(|| Error::new(Code::NotFound, "no such channel").into())
}

/// The connection of a channel that is connected.
fn connected(sql: &Sql, id: &ChannelId) -> Outcome<Option<Connection>> {
    find(sql, id)?.map_or(Ok(None), |row| row.connection())
}

/// The first channel for e-mail: which, how it is connected, and what it is called; none where there is none.
pub fn mailer(sql: &Sql) -> Outcome<Option<(ChannelId, Connection, String)>> {
    let row: Option<Row> = sql.first(
        "SELECT * FROM channels WHERE platform = 'email' AND disconnected_at IS NULL ORDER BY connected_at, id LIMIT 1",
        bind![],
    )?;
    let Some(row) = row else { return Ok(None) };
    Ok(row.connection()?.map(|connection| (row.id, connection, row.name)))
}

/// All of them, the oldest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List;

impl Call for List {
    const NAME: &'static str = "channels.list";
    type Out = Vec<Channel>;
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<Vec<Channel>> {
        let rows: Vec<Row> =
            cx.sql.rows("SELECT * FROM channels ORDER BY connected_at, id", bind![])?;
        rows.into_iter().map(|row| row.show(cx.workspace)).collect()
    }
}

/// One of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Which.
    pub channel_id: ChannelId,
}

impl Call for Get {
    const NAME: &'static str = "channels.get";
    type Out = Channel;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Channel> {
        good(cx, &self.channel_id)?.show(cx.workspace)
    }
}

/// Connects a channel, or one that there is in another way. What is connected goes on as it was:
/// the people who write over it are the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Connect {
    /// Which.
    pub channel_id: ChannelId,
    /// Whether it is to be there already.
    pub again: bool,
    /// To what.
    pub channel: NewChannel,
    /// Who does it.
    pub by: Principal,
}

impl Call for Connect {
    const NAME: &'static str = "channels.connect";
    type Out = Channel;
}

impl Write for Connect {
    fn run(self, cx: &Cx) -> Outcome<Channel> {
        let connection = &self.channel.connection;
        let platform = connection.platform();
        let refuse = |code, detail: &str| Err(Error::new(code, detail.to_owned()).into());
        let before = match self.again {
            true => Some(good(cx, &self.channel_id)?),
            false => None,
        };
        if before.as_ref().is_some_and(|row| row.platform != platform.as_str()) {
            return refuse(
                Code::InvalidField,
                "the field `connection.kind` cannot change; connect another channel",
            );
        }
        let id = self.channel_id.as_str();
        let account = connection.account();
        let taken = cx.sql.count(
            "SELECT count(*) AS n FROM channels WHERE platform = ? AND account = ? AND disconnected_at IS NULL AND id <> ?",
            bind![platform.as_str(), account, id],
        )?;
        if taken > 0 {
            return refuse(Code::AlreadyExists, "this account is connected; change that channel");
        }
        let text = to_json("connection", connection)?;
        let name = self.channel.name.as_str();
        if before.is_none() {
            if cx.sql.count("SELECT count(*) AS n FROM channels", bind![])? >= MAX_CHANNELS {
                return refuse(Code::InvalidField, "a workspace has 100 channels at most");
            }
            cx.sql.run(
                "INSERT INTO channels (id, platform, name, account, connection, connected_at) VALUES (?, ?, ?, ?, ?, ?)",
                bind![id, platform.as_str(), name, account, text, cx.now.0],
            )?;
        } else {
            cx.sql.run(
                "UPDATE channels SET name = ?, account = ?, connection = ?, trouble = NULL, trouble_at = NULL WHERE id = ?",
                bind![name, account, text, id],
            )?;
        }
        if before.as_ref().is_none_or(|row| row.disconnected_at.is_some()) {
            cx.sql.run(
                "UPDATE channels SET connected_at = ?, disconnected_at = NULL WHERE id = ?",
                bind![cx.now.0, id],
            )?;
            emit(cx, Name::ChannelConnected, &self.channel_id, platform, &self.by)?;
        }
        good(cx, &self.channel_id)?.show(cx.workspace)
    }
}

/// Disconnects a channel: nothing is taken and nothing sent any more, and its secrets are forgotten.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Disconnect {
    /// Which.
    pub channel_id: ChannelId,
    /// Who does it.
    pub by: Principal,
}

impl Call for Disconnect {
    const NAME: &'static str = "channels.disconnect";
    type Out = Channel;
}

impl Write for Disconnect {
    fn run(self, cx: &Cx) -> Outcome<Channel> {
        let row = good(cx, &self.channel_id)?;
        if row.disconnected_at.is_none() {
            cx.sql.run(
                "UPDATE channels SET connection = NULL, disconnected_at = ? WHERE id = ?",
                bind![cx.now.0, self.channel_id.as_str()],
            )?;
            let platform = word(row.platform)?;
            emit(cx, Name::ChannelDisconnected, &self.channel_id, platform, &self.by)?;
        }
        good(cx, &self.channel_id)?.show(cx.workspace)
    }
}

fn emit(cx: &Cx, name: Name, id: &ChannelId, platform: Platform, by: &Principal) -> Outcome<()> {
    let user_id = UserId::Member(match &by.who {
        Who::Member(member) => member.clone(),
        // A key stands for whoever holds it.
        _ => MemberId::derive(&[by.signature().unwrap_or_default().as_bytes()]),
    });
    let org_id = OrgId::from(cx.workspace);
    let scope = Scope { org_id: &org_id, workspace_id: cx.workspace, user_id: &user_id };
    let payload = Payload {
        channel_type: Some(platform),
        app_surface: Some(AppSurface::Settings),
        result: Some(ResultTag::Success),
        ..Payload::default()
    };
    let which = format!("{id} {}", cx.now.0);
    events::emit(cx, &Event::new(name, &scope, None, &which, cx.now, payload)?)
}

/// How a channel is connected, for whoever checks what comes in over it; none for one that is not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hook {
    /// Its id, or the beginning that stands in the address of its inbox.
    pub channel: String,
}

impl Call for Hook {
    const NAME: &'static str = "channels.hook";
    type Out = Option<(ChannelId, Connection)>;
}

impl Read for Hook {
    fn run(self, cx: &Cx) -> Outcome<Option<(ChannelId, Connection)>> {
        if self.channel.len() < ChannelId::PREFIX.len() + INBOX_CHARS {
            return Ok(None);
        }
        let row: Option<Row> = cx.sql.first(
            "SELECT * FROM channels WHERE substr(id, 1, ?) = ? AND disconnected_at IS NULL",
            bind![i64::try_from(self.channel.len()).unwrap_or(i64::MAX), self.channel],
        )?;
        let Some(row) = row else { return Ok(None) };
        Ok(row.connection()?.map(|connection| (row.id, connection)))
    }
}
