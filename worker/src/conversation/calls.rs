//! The operations of a Conversation object, as the Worker and the consumer call them.

use super::store::Meta;
use crate::rpc::Call;
use askwell::access::Principal;
use askwell::api::{
    CodeSent, ConversationDecisions, ConversationState, ConversationSummary, FactsAmended,
    MessageAccepted, NewAction, NewFact, NewMessage, NewPresence, ReadMarks,
};
use askwell::closing::Closed;
use askwell::conversation::{Direction, Message, Platform};
use askwell::customer::{Facts, Proven};
use askwell::detect::Kind;
use askwell::id::{ChannelId, ConversationId, VisitorId, WorkspaceId};
use askwell::session::{Options, Session};
use askwell::time::UnixMillis;
use serde::{Deserialize, Deserializer, Serialize};

/// `open`: begins the conversation, or finds it as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Open {
    /// Where.
    pub workspace: WorkspaceId,
    /// Which.
    pub conversation_id: ConversationId,
    /// Who visits.
    pub visitor_id: VisitorId,
    /// The other system's name for it.
    pub platform_conversation_id: Option<String>,
    /// From where.
    pub platform: Platform,
    /// Who began.
    pub direction: Direction,
    /// Whether it is a test.
    pub test_mode: bool,
    /// Whether messages carry their own times.
    pub recorded: bool,
    /// For the engine.
    pub options: Options,
    /// What need not be asked.
    pub known: Vec<Kind>,
    /// Whether the visitor is in the share that is never asked.
    #[serde(default)]
    pub held_out: bool,
    /// Over which connected channel, if any: what is said to the visitor is sent there.
    #[serde(default)]
    pub channel: Option<ChannelId>,
    /// What the platform tells of the visitor.
    #[serde(default)]
    pub claims: Vec<(Kind, String)>,
}

impl Call for Open {
    const NAME: &'static str = "open";
    type Out = Opened;
}

/// What `open` answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Opened {
    /// Whether it is new.
    pub created: bool,
    /// As it stands.
    pub meta: Meta,
    /// The engine's memory.
    pub session: Session,
}

/// `message`: somebody says something.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Say {
    /// Who.
    pub by: Principal,
    /// What.
    pub message: NewMessage,
    /// Who had the conversation when it was written, nobody by an empty one: where somebody else has it by now, it is
    /// not taken from them. Whoever has it, with none.
    #[serde(default)]
    pub had: Option<String>,
}

impl Call for Say {
    const NAME: &'static str = "message";
    type Out = MessageAccepted;
}

/// `action`: somebody does something.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Act {
    /// Who.
    pub by: Principal,
    /// What.
    pub action: NewAction,
    /// The same key twice is the same action.
    pub idempotency_key: Option<String>,
}

impl Call for Act {
    const NAME: &'static str = "action";
    type Out = ConversationState;
}

/// `recite`: what was said and done elsewhere, in order, as one: all of it or nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recite {
    /// Who tells.
    pub by: Principal,
    /// What was done before anybody spoke.
    pub first: Vec<NewAction>,
    /// What was said.
    pub messages: Vec<NewMessage>,
    /// What was done then. What ends the conversation stands last.
    pub actions: Vec<NewAction>,
}

impl Call for Recite {
    const NAME: &'static str = "recite";
    type Out = ConversationState;
}

/// `fact`: what was noted of the visitor is corrected.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Amend {
    /// Who.
    pub by: Principal,
    /// What.
    pub fact: NewFact,
}

impl Call for Amend {
    const NAME: &'static str = "fact";
    type Out = FactsAmended;
}

/// `identify`: the site told who the visitor is, so that it is not asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Identify {
    /// Who says so.
    pub by: Principal,
    /// What is known.
    pub known: Vec<Kind>,
}

impl Call for Identify {
    const NAME: &'static str = "identify";
    type Out = FactsAmended;
}

/// `prove`: the site's server told who the visitor is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prove {
    /// Who hands it on.
    pub by: Principal,
    /// The token.
    pub token: String,
}

impl Call for Prove {
    const NAME: &'static str = "prove";
    type Out = FactsAmended;
}

/// `code`: mails the visitor a code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendCode {
    /// Who wants it.
    pub by: Principal,
    /// Where to; by default the address that the visitor has named.
    pub email: Option<String>,
}

impl Call for SendCode {
    const NAME: &'static str = "code";
    type Out = CodeSent;
}

/// `code-answer`: the visitor has read the mail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnswerCode {
    /// Who says so.
    pub by: Principal,
    /// What stood in it.
    pub code: String,
}

impl Call for AnswerCode {
    const NAME: &'static str = "code-answer";
    type Out = FactsAmended;
}

/// `decisions`: what was decided on each message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Decisions {
    /// Who wants to know.
    pub by: Principal,
}

impl Call for Decisions {
    const NAME: &'static str = "decisions";
    type Out = ConversationDecisions;
}

/// `presence`: somebody is writing, or has seen something.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attend {
    /// Who.
    pub by: Principal,
    /// What.
    pub presence: NewPresence,
}

impl Call for Attend {
    const NAME: &'static str = "presence";
    type Out = ReadMarks;
}

/// `read`: what was said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Read {
    /// Who wants to know.
    pub by: Principal,
    /// Only what came after.
    pub after: Option<u32>,
}

impl Call for Read {
    const NAME: &'static str = "read";
    type Out = Transcript;
}

/// What `read` answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Transcript {
    /// As far as the object knows.
    pub summary: ConversationSummary,
    /// Counts the closings.
    pub revision: u32,
    /// Whether the words are in the ledger now; `messages` is empty then.
    pub archived: bool,
    /// What was said.
    pub messages: Vec<Message>,
    /// What the visitor said of themselves.
    pub facts: Facts,
    /// What has been verified of them.
    #[serde(default)]
    pub proven: Proven,
    /// What has been seen of it.
    pub read: ReadMarks,
}

/// `snapshot`: wants a closing. None when the ledger has confirmed it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetSnapshot {
    /// Which closing.
    pub revision: u32,
}

impl Call for GetSnapshot {
    const NAME: &'static str = "snapshot";
    type Out = Option<Snapshot>;
}

/// `confirm`: the ledger has a closing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Confirm {
    /// Which closing.
    pub revision: u32,
}

impl Call for Confirm {
    const NAME: &'static str = "confirm";
    type Out = ();
}

/// The conversation as it stood at a closing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Snapshot {
    /// As it stood.
    pub closed: Closed,
    /// The engine's memory now, for a reopening.
    pub session: Session,
    /// When it was closed by the clock of the machine.
    pub closed_wall: UnixMillis,
    /// [`Meta::version`] then.
    pub version: u32,
    /// [`Meta::opened_at`].
    #[serde(default)]
    pub opened_at: Option<UnixMillis>,
}

/// What the queue carries of a closing: names only, so that any conversation fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosingNotice {
    /// Where.
    pub workspace: WorkspaceId,
    /// Which.
    pub conversation_id: ConversationId,
    /// Which closing of it.
    pub revision: u32,
}

/// What the ledger keeps of a conversation so that it can be reopened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Archive {
    /// What was said.
    pub messages: Vec<Message>,
    /// The engine's memory, read in whatever version it was written.
    #[serde(deserialize_with = "restored")]
    pub session: Session,
    /// What had been verified of the visitor.
    #[serde(default)]
    pub proven: Proven,
}

fn restored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Session, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(Session::restore(&value.to_string()))
}

/// `erase`: lets go of everything but that there was something here. May be done again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Erase {
    /// When the person was removed.
    pub at: UnixMillis,
}

impl Call for Erase {
    const NAME: &'static str = "erase";
    type Out = ();
}
