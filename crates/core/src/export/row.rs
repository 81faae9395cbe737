//! One conversation in a day file.

use crate::classify::AnswerState;
use crate::closing::{Closed, Conclusion, FieldAnswer};
use crate::conversation::{Marker, Message, Platform, Resolution, Role};
use crate::detect::{self, Context, Kind};
use crate::error::{Code, Error};
use crate::id::{ConversationId, CustomerId};
use crate::reply;
use crate::time::UnixMillis;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value};

/// Names that a row carries besides the conversation itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bot<'a> {
    /// The workspace's id.
    pub id: &'a str,
    /// The workspace's name.
    pub name: &'a str,
}

/// One conversation in a day file, with exactly the properties and types of the file schema
/// (`docs/export.schema.json`). Where each comes from stands in `docs/export.md`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the names are those of the file schema")]
pub struct Row {
    /// [`Bot::id`].
    pub bot_id: String,
    /// [`Bot::name`].
    pub bot_name: String,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The other system's name for it, or empty.
    pub platform_conversation_id: String,
    /// When it began.
    pub conversation_start_time: Instant,
    /// When it ended.
    pub conversation_end_time: Instant,
    /// The visitor's language (ISO 639-1), or `und` (ISO 639-2) where it is not known.
    pub language: String,
    /// What kind of channel.
    pub channel: Channel,
    /// Tone, signals and outcome, as `kind:value`.
    pub labels: Vec<String>,
    /// A JSON object inside a string: the customer's pseudonym and the fields with an answer.
    pub conversations_data: String,
    /// Whether it is a test.
    pub test_mode: bool,
    /// Who ended up with it.
    pub conversation_status: ConversationStatus,
    /// How it ended.
    pub last_resolution: Resolution,
    /// Names of the replies that were triggered, or empty.
    pub triggered_replies: String,
    /// The intents that were recognised, in the order in which they were.
    pub triggered_intent_replies: Vec<Intent>,
    /// Whether at least one reply came from a language model.
    pub is_llm_conversation: bool,
    /// Messages that the language model did not understand.
    pub llm_notUnderstood_count: Count,
    /// Replies by the language model.
    pub llm_responseGenerated_count: Count,
    /// Errors of the language model.
    pub llm_errorOccurred_count: Count,
    /// Times that the language model asked for a person.
    pub llm_escalationRequired_count: Count,
    /// Times that the language model fell back.
    pub llm_fallback_count: Count,
    /// Messages by the bot.
    pub bot_messages_count: Count,
    /// Messages by the visitor.
    pub visitor_messages_count: Count,
    /// Messages that were not understood.
    pub not_understood_messages_count: Count,
}

impl Row {
    /// The line as which it is stored and written.
    pub fn to_line(&self) -> String {
        // A struct of strings, flags and lists of them always serialises.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a line that [`Row::to_line`] wrote.
    ///
    /// # Errors
    /// [`Code::InvalidField`] when it is no row; the detail gives the place in the line.
    pub fn from_line(line: &str) -> Result<Self, Error> {
        serde_json::from_str(line).map_err(|e| {
            let detail = format!("a stored row does not fit the schema, at column {}", e.column());
            Error::new(Code::InvalidField, detail)
        })
    }
}

/// A point in time in a day file: RFC 3339, UTC, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub UnixMillis);

impl Instant {
    /// Reads RFC 3339 in UTC, written with `Z`.
    ///
    /// # Errors
    /// [`Code::InvalidField`] when it is none.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if !text.ends_with('Z') {
            return Err(Error::new(Code::InvalidField, "a time must be RFC 3339 in UTC, with Z"));
        }
        UnixMillis::parse_rfc3339(text).map(Self)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(d)?).map_err(D::Error::custom)
    }
}

/// A number that the file schema writes as a string of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Count(pub u64);

impl Count {
    /// Reads digits without sign, space or leading zero.
    ///
    /// # Errors
    /// [`Code::InvalidField`] for anything else, and past 2^64 − 1.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let plain =
            text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
        text.parse().ok().filter(|_| plain).map(Self).ok_or_else(|| {
            Error::new(
                Code::InvalidField,
                "a count must be a string of digits without leading zero",
            )
        })
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(d)?).map_err(D::Error::custom)
    }
}

/// The kind of a channel, as the file schema tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Messages to and fro.
    Chat,
    /// E-mail.
    Ticket,
}

impl From<Platform> for Channel {
    fn from(platform: Platform) -> Self {
        match platform {
            Platform::Email => Self::Ticket,
            Platform::WebWidget
            | Platform::Line
            | Platform::Facebook
            | Platform::Phone
            | Platform::Api => Self::Chat,
        }
    }
}

/// Who ended up with a conversation, in the words that the file's queries expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConversationStatus {
    /// Nobody but the bot.
    BotHandled,
    /// The team's mailbox.
    Email,
    /// A person of the team.
    Agent,
    /// Somebody outside.
    CustomEscalation,
    /// Nobody: it was handed off and no person answered.
    FailedEscalation,
}

impl ConversationStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::BotHandled,
        Self::Email,
        Self::Agent,
        Self::CustomEscalation,
        Self::FailedEscalation,
    ];

    /// As it stands in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BotHandled => "botHandled",
            Self::Email => "email",
            Self::Agent => "agent",
            Self::CustomEscalation => "customEscalation",
            Self::FailedEscalation => "failedEscalation",
        }
    }

    /// Whether a person got it: the escalation of the metrics, which leaves failed ones out.
    pub fn is_escalated(self) -> bool {
        matches!(self, Self::Email | Self::Agent | Self::CustomEscalation)
    }
}

/// An intent that was recognised in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// Its name.
    pub intent_name: String,
    /// When it was recognised.
    pub intent_timestamp: Instant,
    /// Whether it says nothing of what the conversation is about (a greeting, for example).
    pub not_meaningful: bool,
}

/// The row of a conversation that has ended.
///
/// Nothing of the person is in it: the customer's pseudonym stands in the place of name, e-mail
/// and phone, and a `platform_conversation_id` that looks like an e-mail address or a phone number
/// is left out, as is an intent whose name does.
pub fn row(closed: &Closed, conclusion: &Conclusion, customer: &CustomerId, bot: &Bot<'_>) -> Row {
    let count = |role| {
        let spoken = closed.messages.iter().filter(|m| m.role == role).count();
        Count(u64::try_from(spoken).unwrap_or(u64::MAX))
    };
    let replies = closed.replies;
    Row {
        bot_id: bot.id.to_owned(),
        bot_name: bot.name.to_owned(),
        conversation_id: closed.conversation_id.clone(),
        platform_conversation_id: impersonal(closed.platform_conversation_id.as_deref()),
        conversation_start_time: Instant(closed.started_at.clamped()),
        conversation_end_time: Instant(closed.ended_at.clamped()),
        language: closed.lang.map_or("und", |lang| lang.code()).to_owned(),
        channel: closed.platform.into(),
        labels: labels(closed, conclusion),
        conversations_data: Value::Object(data(&conclusion.answers, customer)).to_string(),
        test_mode: closed.test_mode,
        conversation_status: status(closed),
        last_resolution: conclusion.resolution,
        triggered_replies: String::new(),
        triggered_intent_replies: intents(closed),
        is_llm_conversation: replies.model_replies > 0,
        llm_notUnderstood_count: Count(replies.model_not_understood.into()),
        llm_responseGenerated_count: Count(replies.model_replies.into()),
        llm_errorOccurred_count: Count(replies.model_errors.into()),
        llm_escalationRequired_count: Count(replies.model_escalations.into()),
        llm_fallback_count: Count(replies.model_fallbacks.into()),
        bot_messages_count: count(Role::Bot),
        visitor_messages_count: count(Role::Customer),
        not_understood_messages_count: Count(replies.not_understood.into()),
    }
}

/// Messengers and telephone systems name conversations by the address or number of the other side.
fn impersonal(platform_id: Option<&str>) -> String {
    platform_id.filter(|id| is_opaque(id)).unwrap_or_default().to_owned()
}

/// Whether a system's name for a conversation may stand in a file that nobody can change later: one word of ASCII
/// letters, digits and `._:/-`, which is neither digits alone, as many as a telephone number has (from 7, without
/// an area code, to 15, E.164), nor anything else that looks like somebody's. A name of letters alone, and a number
/// behind letters, cannot be told from a code.
pub(super) fn is_opaque(id: &str) -> bool {
    let word = id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:/-".contains(&b));
    let digits = id.bytes().filter(u8::is_ascii_digit).count();
    let number = (7..=15).contains(&digits) && !id.bytes().any(|b| b.is_ascii_alphabetic());
    word && !number && personal(id).is_none()
}

/// The e-mail address or phone number that a text without context looks like.
pub(super) fn personal(text: &str) -> Option<Kind> {
    if text.contains('@') {
        return Some(Kind::Email);
    }
    let dialled = text.strip_prefix('+').unwrap_or_default();
    if dialled.bytes().filter(u8::is_ascii_digit).count() >= 7 {
        return Some(Kind::Phone);
    }
    detect::detect(text, &Context::default())
        .found
        .into_iter()
        .map(|found| found.kind)
        .find(|kind| matches!(kind, Kind::Email | Kind::Phone))
}

/// What the visitor wanted, as far as it was recognised.
fn intents(closed: &Closed) -> Vec<Intent> {
    let named = closed.intents.iter().filter(|intent| personal(&intent.name).is_none());
    let intent = |intent: &reply::Intent| Intent {
        intent_name: intent.name.clone(),
        intent_timestamp: Instant(intent.at.clamped()),
        not_meaningful: intent.not_meaningful,
    };
    named.map(intent).collect()
}

fn labels(closed: &Closed, conclusion: &Conclusion) -> Vec<String> {
    let signals = conclusion.signals;
    let mut labels = vec![format!("sentiment:{}", conclusion.tone.sentiment.as_str())];
    let marks = [
        (signals.dissatisfaction, "signal:dissatisfaction"),
        (signals.severe_negative, "signal:severe_negative"),
        (signals.success, "signal:success"),
        (closed.transferred, "transferred"),
    ];
    labels.extend(marks.into_iter().filter(|(set, _)| *set).map(|(_, label)| label.to_owned()));
    labels
}

/// Puts other answers into a row; the customer stays. Whether they were others.
pub fn set_answers(row: &mut Row, answers: &[FieldAnswer]) -> bool {
    let before: Map<String, Value> =
        serde_json::from_str(&row.conversations_data).unwrap_or_default();
    let customer = before.get("customer_id").and_then(|id| id.as_str()?.parse().ok());
    let Some(customer) = customer else { return false };
    let now = data(answers, &customer);
    let other = now != before;
    row.conversations_data = Value::Object(now).to_string();
    other
}

/// The pseudonym and every answer that is a value, by field name. A name that is taken already
/// (two fields of the same name, or one called `customer_id`) gives way to the field's id.
fn data(answers: &[FieldAnswer], customer: &CustomerId) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("customer_id".to_owned(), customer.as_str().into());
    for given in answers.iter().filter(|a| a.answer.state == AnswerState::Value) {
        let Some(answer) = &given.answer.answer else { continue };
        let taken = map.contains_key(&given.field_name);
        let key = if taken { &given.field_id } else { &given.field_name };
        map.entry(key.clone()).or_insert_with(|| answer.as_str().into());
    }
    map
}

/// Who ended up with it: a person who spoke after the last hand-off (or at all, where there was
/// none), else where it was transferred to, else whom the hand-off was for.
fn status(closed: &Closed) -> ConversationStatus {
    let is = |m: &Message, wanted: Marker| {
        m.role == Role::System && Marker::parse(&m.text) == Some(wanted)
    };
    let handoff = closed.messages.iter().rposition(|m| is(m, Marker::Handoff));
    let after = closed.messages.get(handoff.unwrap_or(0)..).unwrap_or_default();
    if after.iter().any(|m| m.role == Role::Agent) {
        ConversationStatus::Agent
    } else if closed.transferred {
        ConversationStatus::CustomEscalation
    } else if handoff.is_none() {
        ConversationStatus::BotHandled
    } else if closed.platform == Platform::Email {
        ConversationStatus::Email
    } else {
        ConversationStatus::FailedEscalation
    }
}
