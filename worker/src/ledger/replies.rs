//! Who answers visitors: the settings, what an answerer is given, and which conversations wait for a
//! person.

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use super::{conversations, customers, events, knowledge, leaving, llm, seen, settings};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::{Migration, Sql, word};
use askwell::api::{
    Answerer, DeskQuery, DeskShown, DeskState, Page, PageQuery, ReplySettings, ReplySettingsShown,
    Webhook, WebhookShown,
};
use askwell::conversation::{MAX_MESSAGE_BYTES, Platform};
use askwell::event::{AppSurface, ConfidenceBand, Event, KbGapType, Name, Payload, Scope, UserId};
use askwell::id::{ConversationId, OrgId, VisitorId};
use askwell::knowledge::{Known, excerpt};
use askwell::reply::{Hours, Rules};
use askwell::text::Lang;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "replies/1",
        statements: &[
            "CREATE TABLE desk (conversation_id TEXT PRIMARY KEY, state TEXT NOT NULL, since INTEGER NOT NULL, reason TEXT, assignee TEXT, handed_at INTEGER, first_response_at INTEGER, version INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE INDEX desk_by_state ON desk (state, since)",
        ],
    }],
    ops: &[
        Op::read::<GetSettings>(),
        Op::write::<PutSettings>(),
        Op::read::<Prepare>(),
        Op::write::<Note>(),
        Op::write::<PutDesk>(),
        Op::read::<ListDesk>(),
    ],
    ..Room::EMPTY
};

/// The table and the column that names the conversation, for whoever removes a person.
pub const OF_CONVERSATION: (&str, &str) = ("desk", "conversation_id");

const SETTINGS: &str = "replies";
/// Articles that an answerer is given.
const GIVEN: usize = 5;
/// The order of the list: who has waited longest first.
const BY_SINCE: &str = "since";

/// As stored, with the secret.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Settings {
    /// See [`ReplySettings`].
    pub enabled: Option<bool>,
    /// What answers.
    pub answerer: Answerer,
    /// The owner's bot.
    pub webhook: Option<Webhook>,
    /// When the team is there.
    pub hours: Hours,
    /// When a person is called.
    pub rules: Rules,
}

fn read(sql: &Sql) -> Outcome<Settings> {
    Ok(settings::find(sql, SETTINGS)?.unwrap_or_default())
}

/// Whether visitors are answered: by default as soon as there is something to answer from.
fn active(sql: &Sql, settings: &Settings) -> Outcome<bool> {
    match settings.enabled {
        Some(enabled) => Ok(enabled),
        None => knowledge::has_published(sql),
    }
}

fn shown(sql: &Sql) -> Outcome<ReplySettingsShown> {
    let settings = read(sql)?;
    Ok(ReplySettingsShown {
        active: active(sql, &settings)?,
        enabled: settings.enabled,
        answerer: settings.answerer,
        webhook: settings.webhook.map(|webhook| WebhookShown { url: webhook.url }),
        hours: settings.hours,
        rules: settings.rules,
    })
}

/// How replies are set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetSettings;

impl Call for GetSettings {
    const NAME: &'static str = "replies.settings";
    type Out = ReplySettingsShown;
}

impl Read for GetSettings {
    fn run(self, cx: &Cx) -> Outcome<ReplySettingsShown> {
        shown(cx.sql)
    }
}

/// What somebody has set: whether visitors are answered follows from more than that.
pub fn as_set(shown: &ReplySettingsShown) -> ReplySettingsShown {
    ReplySettingsShown { active: false, ..shown.clone() }
}

/// Sets replies anew. The route has checked all that needs a clock or an address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutSettings {
    /// All of them.
    pub settings: ReplySettings,
    /// The mark of what the form showed ([`seen`](super::seen)); anything may have stood there with none.
    #[serde(default)]
    pub seen: Option<String>,
}

impl Call for PutSettings {
    const NAME: &'static str = "replies.put_settings";
    type Out = ReplySettingsShown;
}

impl Write for PutSettings {
    fn run(self, cx: &Cx) -> Outcome<ReplySettingsShown> {
        seen::stands(self.seen.as_deref(), &as_set(&shown(cx.sql)?))?;
        let ReplySettings { enabled, answerer, webhook, hours, rules } = self.settings;
        hours.check()?;
        rules.check()?;
        let before = read(cx.sql)?.webhook;
        let webhook = webhook.map(|change| settings::changed(before, change)).transpose()?;
        let refuse = |detail: &str| Err(Error::new(Code::InvalidField, detail.to_owned()));
        if answerer == Answerer::Webhook && webhook.is_none() {
            return Ok(refuse("the field `webhook` is missing; it says where the bot is")?);
        }
        if answerer == Answerer::Llm && llm::find(cx.sql)?.is_none() {
            return Ok(refuse("no language model is set; choose one with PUT /v1/llm first")?);
        }
        settings::put(cx.sql, SETTINGS, &Settings { enabled, answerer, webhook, hours, rules })?;
        shown(cx.sql)
    }
}

/// What an answerer needs for the messages that wait.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prepare {
    /// What the visitor said, in order.
    pub questions: Vec<String>,
    /// In this language.
    pub lang: Option<Lang>,
}

/// What an answerer is given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prepared {
    /// Whether visitors are answered at all.
    pub active: bool,
    /// How.
    pub settings: Settings,
    /// What the published articles know of each.
    pub known: Vec<Known>,
    /// And of all of them as one.
    pub whole: Known,
    /// The workspace's model, where it is to answer.
    pub llm: Option<crate::llm::Endpoint>,
}

impl Call for Prepare {
    const NAME: &'static str = "replies.prepare";
    type Out = Prepared;
}

impl Read for Prepare {
    fn run(self, cx: &Cx) -> Outcome<Prepared> {
        let settings = read(cx.sql)?;
        let active = active(cx.sql, &settings)?;
        let search = |question: &str| knowledge::known(cx, question, self.lang, GIVEN);
        let known = self.questions.iter().map(|question| search(question));
        let known = known.collect::<Outcome<Vec<Known>>>()?;
        let whole = match known.as_slice() {
            [one] => one.clone(),
            _ => search(excerpt(&self.questions.join("\n"), MAX_MESSAGE_BYTES))?,
        };
        let wanted = settings.answerer == Answerer::Llm;
        let llm = if wanted { llm::find(cx.sql)? } else { None };
        Ok(Prepared { active, settings, known, whole, llm })
    }
}

/// Notes what an answerer made of a message. Doing it again changes nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Note {
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// Whose it is, as long as the customer is not known.
    pub visitor_id: VisitorId,
    /// From where they visit.
    pub platform: Platform,
    /// The message's id, or whatever tells a suggestion from others.
    pub which: String,
    /// How sure the reply is that was drafted, 0 to 1; none where none was.
    pub generated: Option<f32>,
    /// What no article answered.
    pub gap: Option<GapNoted>,
}

/// A question that no article answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GapNoted {
    /// The visitor's words.
    pub question: String,
    /// In this language.
    pub lang: Option<Lang>,
    /// What is lacking.
    pub kind: KbGapType,
    /// The nearest article.
    pub nearest: Option<String>,
}

impl Call for Note {
    const NAME: &'static str = "replies.note";
    type Out = ();
}

impl Write for Note {
    fn run(self, cx: &Cx) -> Outcome<()> {
        if customers::is_erased(cx.sql, self.conversation_id.as_str())? {
            return Ok(());
        }
        if let Some(sure) = self.generated {
            let band = Some(ConfidenceBand::of(sure));
            let payload = Payload { confidence_band: band, ..Payload::default() };
            self.emit(cx, Name::AiReplyGenerated, payload)?;
        }
        let Some(gap) = &self.gap else { return Ok(()) };
        let asked = knowledge::Asked {
            conversation_id: &self.conversation_id,
            message: &self.which,
            question: &gap.question,
            lang: gap.lang,
            kind: gap.kind,
            nearest: gap.nearest.as_deref(),
        };
        knowledge::note(cx, &asked)?;
        let payload = Payload { kb_gap_type: Some(gap.kind), ..Payload::default() };
        self.emit(cx, Name::AiReplyKbGapDetected, payload)
    }
}

impl Note {
    fn emit(&self, cx: &Cx, name: Name, payload: Payload) -> Outcome<()> {
        let known = conversations::known(cx.sql, &self.conversation_id)?;
        let user_id = match known.and_then(conversations::Known::settled) {
            Some(customer) => UserId::Customer(customer),
            None => UserId::Visitor(self.visitor_id.clone()),
        };
        let org_id = OrgId::from(cx.workspace);
        let scope = Scope { org_id: &org_id, workspace_id: cx.workspace, user_id: &user_id };
        let payload = Payload {
            channel_type: Some(self.platform),
            app_surface: Some(AppSurface::Conversation),
            ..payload
        };
        let conversation = Some(&self.conversation_id);
        events::emit(cx, &Event::new(name, &scope, conversation, &self.which, cx.now, payload)?)
    }
}

/// Tells who has a conversation. An older tale changes nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutDesk {
    /// As it stands.
    pub desk: DeskShown,
    /// Counts the changes.
    pub version: u32,
}

impl Call for PutDesk {
    const NAME: &'static str = "replies.put_desk";
    type Out = ();
}

impl Write for PutDesk {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let desk = self.desk;
        if customers::is_erased(cx.sql, desk.conversation_id.as_str())? {
            return Ok(());
        }
        cx.sql.run(
            "INSERT INTO desk (conversation_id, state, since, reason, assignee, handed_at, first_response_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (conversation_id) DO UPDATE SET state = excluded.state, since = excluded.since, reason = excluded.reason, assignee = excluded.assignee,
             handed_at = excluded.handed_at, first_response_at = excluded.first_response_at, version = excluded.version WHERE excluded.version > version",
            bind![
                desk.conversation_id.as_str(),
                desk.state.as_str(),
                desk.since.0,
                desk.reason.map(|reason| reason.as_str()),
                desk.assignee.as_deref(),
                desk.handed_at.map(|at| at.0),
                desk.first_response_at.map(|at| at.0),
                i64::from(self.version)
            ],
        )?;
        leaving::told(cx, &desk)
    }
}

/// The conversations of a state, those that have been in it longest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListDesk {
    /// Which.
    pub query: DeskQuery,
}

impl Call for ListDesk {
    const NAME: &'static str = "replies.desk";
    type Out = Page<DeskShown>;
}

impl Read for ListDesk {
    fn run(self, cx: &Cx) -> Outcome<Page<DeskShown>> {
        #[derive(Deserialize)]
        struct Row {
            conversation_id: String,
            since: i64,
            reason: Option<String>,
            assignee: Option<String>,
            handed_at: Option<i64>,
            first_response_at: Option<i64>,
        }
        let DeskQuery { state, cursor, limit } = self.query;
        let state = state.unwrap_or(DeskState::Waiting);
        let page = PageQuery { cursor, limit };
        let (since, id) = page.after(BY_SINCE)?.unwrap_or((-1, String::new()));
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT conversation_id, since, reason, assignee, handed_at, first_response_at FROM desk
             WHERE state = ? AND (since, conversation_id) > (?, ?) ORDER BY since, conversation_id LIMIT ?",
            bind![state.as_str(), since, id, page.rows()?],
        )?;
        let items = rows
            .into_iter()
            .map(|row| {
                Ok(DeskShown {
                    conversation_id: row.conversation_id.parse()?,
                    state,
                    since: UnixMillis(row.since),
                    reason: row.reason.map(word).transpose()?,
                    assignee: row.assignee,
                    handed_at: row.handed_at.map(UnixMillis),
                    first_response_at: row.first_response_at.map(UnixMillis),
                    first_response_ms: row.first_response_at.zip(row.handed_at).map(|(a, b)| a - b),
                })
            })
            .collect::<Outcome<Vec<_>>>()?;
        let next =
            page.next(BY_SINCE, &items, |item| (item.since.0, item.conversation_id.as_str()));
        Ok(Page { items, next })
    }
}
