//! What happens in live conversations, as it happens: each hands it over in order, and more than once
//! where an answer was lost. A closing tells what it all came to; see [`super::record`].

use super::cx::Cx;
use super::op::{Op, Room, Write};
use super::{conversations, customers, events};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::conversation::Platform;
use askwell::event::{AppSurface, EscalationReason, Event, Name, Payload, Scope, UserId};
use askwell::id::{ConversationId, OrgId, VisitorId};
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "happenings/1",
        statements: &[
            "CREATE TABLE heard (conversation_id TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID",
        ],
    }],
    ops: &[Op::write::<Take>()],
    ..Room::EMPTY
};

/// Something that happened in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// Its place among those of the conversation, from 1.
    pub seq: u32,
    /// When.
    pub at: UnixMillis,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It was given to a person of the team.
    Assigned,
    /// The answerer called a person.
    Escalated {
        /// Why.
        reason: EscalationReason,
        /// How many hand-offs came before.
        before: u32,
    },
    /// Something that this version does not know: another one, running meanwhile, has noted it.
    #[serde(other)]
    Unknown,
}

/// Takes what happened in a conversation. What was taken before changes nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Take {
    /// In which.
    pub conversation_id: ConversationId,
    /// Whose it is, as long as the customer is not known.
    pub visitor_id: VisitorId,
    /// From where they visit.
    pub platform: Platform,
    /// In order.
    pub happenings: Vec<Happening>,
}

impl Call for Take {
    const NAME: &'static str = "happenings.take";
    type Out = ();
}

impl Write for Take {
    fn run(self, cx: &Cx) -> Outcome<()> {
        if customers::is_erased(cx.sql, self.conversation_id.as_str())? {
            return Ok(());
        }
        let known = conversations::known(cx.sql, &self.conversation_id)?;
        let user_id = match known.and_then(conversations::Known::settled) {
            Some(customer) => UserId::Customer(customer),
            None => UserId::Visitor(self.visitor_id.clone()),
        };
        let org_id = OrgId::from(cx.workspace);
        let scope = Scope { org_id: &org_id, workspace_id: cx.workspace, user_id: &user_id };
        let heard = heard(cx.sql, &self.conversation_id)?;
        for happening in self.happenings.iter().filter(|happening| happening.seq > heard) {
            self.take(cx, &scope, happening)?;
        }
        let Some(last) = self.happenings.last() else { return Ok(()) };
        cx.sql.run(
            "INSERT INTO heard (conversation_id, seq) VALUES (?, ?)
             ON CONFLICT (conversation_id) DO UPDATE SET seq = max(seq, excluded.seq)",
            bind![self.conversation_id.as_str(), i64::from(last.seq)],
        )
    }
}

impl Take {
    fn take(&self, cx: &Cx, scope: &Scope<'_>, happening: &Happening) -> Outcome<()> {
        let (name, which, own) = match happening.what {
            What::Assigned => {
                let which = happening.seq.to_string();
                (Name::LiveConversationAssigned, which, Payload::default())
            }
            // As the closing that tells of it as well; the first tale stands, and knows why.
            What::Escalated { reason, before } => {
                let payload = Payload { escalation_reason: Some(reason), ..Payload::default() };
                (Name::AiTriageEscalationTriggered, before.to_string(), payload)
            }
            What::Unknown => return Ok(()),
        };
        let payload = Payload {
            channel_type: Some(self.platform),
            app_surface: Some(AppSurface::Conversation),
            ..own
        };
        let conversation = Some(&self.conversation_id);
        events::emit(cx, &Event::new(name, scope, conversation, &which, happening.at, payload)?)
    }
}

/// Up to where a conversation has been heard.
fn heard(sql: &Sql, conversation: &ConversationId) -> Outcome<u32> {
    #[derive(Deserialize)]
    struct Row {
        seq: u32,
    }
    let row: Option<Row> =
        sql.first("SELECT seq FROM heard WHERE conversation_id = ?", bind![conversation.as_str()])?;
    Ok(row.map_or(0, |row| row.seq))
}
