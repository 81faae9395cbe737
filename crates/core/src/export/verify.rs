//! Reading day files, and checking them against the file schema and their manifest.

use super::Manifest;
use super::document::sha256;
use super::row::{Channel, ConversationStatus, Count, Instant, Intent, is_opaque, personal};
use crate::conversation::Resolution;
use crate::error::{Code, Error};
use crate::id::{ConversationId, CustomerId};
use core::cell::Cell;
use core::fmt;
use core::marker::PhantomData;
use serde::de::{DeserializeOwned, DeserializeSeed, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::io::Read;

/// Reads a day file row by row, without holding it whole. Gives the number of rows.
///
/// # Errors
/// [`Code::MalformedJson`] where the text is no JSON, [`Code::InvalidField`] where it is no array or
/// a row does not fit `T`; the detail gives the place. Rows before it have been given.
pub fn read<T: DeserializeOwned>(from: impl Read, each: impl FnMut(u64, T)) -> Result<u64, Error> {
    let mut json = serde_json::Deserializer::from_reader(from);
    let begun = Cell::new(false);
    let seed = Rows { each, begun: &begun, of: PhantomData };
    seed.deserialize(&mut json).and_then(|rows| json.end().map(|()| rows)).map_err(|e| {
        let code = if e.is_data() { Code::InvalidField } else { Code::MalformedJson };
        let place = format!("line {} column {}", e.line(), e.column());
        let detail = match (e.classify(), begun.get()) {
            (Category::Data, true) => format!("not a row of a day file, at {place}"),
            (Category::Data, false) => {
                "not the array of a day file; its twin with one row a line is another form".into()
            }
            (Category::Eof, true) => format!("the file ends before its array does, at {place}"),
            (Category::Eof, false) => "the file is empty; a day without rows is []".into(),
            (Category::Io, _) => format!("the file cannot be read on, at {place}"),
            (Category::Syntax, _) => format!("not the JSON of a day file, at {place}"),
        };
        Error::new(code, detail)
    })
}

struct Rows<'a, F, T> {
    each: F,
    /// Whether there is an array.
    begun: &'a Cell<bool>,
    of: PhantomData<T>,
}

impl<'de, T: DeserializeOwned, F: FnMut(u64, T)> DeserializeSeed<'de> for Rows<'_, F, T> {
    type Value = u64;

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<u64, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de, T: DeserializeOwned, F: FnMut(u64, T)> Visitor<'de> for Rows<'_, F, T> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut rows: A) -> Result<u64, A::Error> {
        self.begun.set(true);
        let mut count = 0;
        while let Some(row) = rows.next_element()? {
            (self.each)(count, row);
            count += 1;
        }
        Ok(count)
    }
}

/// What can be wrong with a day file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The file is no JSON array.
    Unreadable,
    /// A row is no JSON object.
    NotAnObject,
    /// A property of the schema is missing.
    Missing,
    /// A property that the schema does not have.
    Unknown,
    /// A property has another type or form than the schema says.
    WrongType,
    /// A conversation stands in the file twice.
    Duplicate,
    /// A conversation ends before it begins.
    EndBeforeStart,
    /// A conversation ended after the file's day. Before it is no fault: what became known after
    /// its own day was sealed stands in a later file.
    AfterDay,
    /// An e-mail address or a phone number.
    PersonalData,
    /// The file is not the one that was sealed.
    Manifest,
}

/// Something wrong with a day file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The row, from 0; none: the file as a whole.
    pub row: Option<u64>,
    /// The property, where it is about one.
    pub property: Option<String>,
    /// What is wrong.
    pub fault: Fault,
    /// For a person; never repeats a value.
    pub detail: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(row) = self.row {
            write!(f, "row {row}: ")?;
        }
        if let Some(property) = &self.property {
            write!(f, "{property}: ")?;
        }
        f.write_str(&self.detail)
    }
}

/// Checks a day file against the file schema, and against its manifest where there is one.
/// Nothing found: the file is good.
pub fn verify(bytes: &[u8], manifest: Option<&Manifest>) -> Vec<Finding> {
    let mut check = Check { manifest, findings: Vec::new(), seen: HashSet::new() };
    match read(bytes, |index, row: Value| check.row(index, &row)) {
        Ok(rows) => check.manifest_of(bytes, Some(rows)),
        Err(error) => {
            check.add(None, None, Fault::Unreadable, error.detail);
            check.manifest_of(bytes, None);
        }
    }
    check.findings
}

/// The form of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Id,
    Time,
    Channel,
    Texts,
    Data,
    Flag,
    Status,
    Resolution,
    Intents,
    Count,
}

/// The properties of the file schema, in its order.
pub(super) const SCHEMA: [(&str, Form); 24] = [
    ("bot_id", Form::Text),
    ("bot_name", Form::Text),
    ("conversation_id", Form::Id),
    ("platform_conversation_id", Form::Text),
    ("conversation_start_time", Form::Time),
    ("conversation_end_time", Form::Time),
    ("language", Form::Text),
    ("channel", Form::Channel),
    ("labels", Form::Texts),
    ("conversations_data", Form::Data),
    ("test_mode", Form::Flag),
    ("conversation_status", Form::Status),
    ("last_resolution", Form::Resolution),
    ("triggered_replies", Form::Text),
    ("triggered_intent_replies", Form::Intents),
    ("is_llm_conversation", Form::Flag),
    ("llm_notUnderstood_count", Form::Count),
    ("llm_responseGenerated_count", Form::Count),
    ("llm_errorOccurred_count", Form::Count),
    ("llm_escalationRequired_count", Form::Count),
    ("llm_fallback_count", Form::Count),
    ("bot_messages_count", Form::Count),
    ("visitor_messages_count", Form::Count),
    ("not_understood_messages_count", Form::Count),
];

impl Form {
    fn expected(self) -> &'static str {
        match self {
            Self::Text => "must be a string",
            Self::Id => "must be the id of a conversation",
            Self::Time => "must be RFC 3339 in UTC, with Z",
            Self::Channel => "must be chat or ticket",
            Self::Texts => "must be an array of strings",
            Self::Data => {
                "must be a string that holds a JSON object of strings with the customer_id"
            }
            Self::Flag => "must be true or false",
            Self::Status => {
                "must be botHandled, email, agent, customEscalation or failedEscalation"
            }
            Self::Resolution => "must be informed, resolved, escalated or undefined",
            Self::Intents => "must be an array of {intent_name, intent_timestamp, not_meaningful}",
            Self::Count => "must be a string of digits",
        }
    }

    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Id => ConversationId::deserialize(value).is_ok(),
            Self::Time => Instant::deserialize(value).is_ok(),
            Self::Channel => Channel::deserialize(value).is_ok(),
            Self::Texts => Vec::<String>::deserialize(value).is_ok(),
            Self::Data => data(value).is_some_and(|map| {
                let id = map.get("customer_id").and_then(Value::as_str);
                id.is_some_and(|id| id.parse::<CustomerId>().is_ok())
                    && map.values().all(Value::is_string)
            }),
            Self::Flag => value.is_boolean(),
            Self::Status => ConversationStatus::deserialize(value).is_ok(),
            Self::Resolution => Resolution::deserialize(value).is_ok(),
            Self::Intents => Vec::<Intent>::deserialize(value).is_ok(),
            Self::Count => Count::deserialize(value).is_ok(),
        }
    }
}

/// The object inside the string of `conversations_data`.
fn data(value: &Value) -> Option<Map<String, Value>> {
    value.as_str().and_then(|text| serde_json::from_str(text).ok())
}

struct Check<'a> {
    manifest: Option<&'a Manifest>,
    findings: Vec<Finding>,
    seen: HashSet<ConversationId>,
}

impl Check<'_> {
    fn add(
        &mut self,
        row: Option<u64>,
        property: Option<&str>,
        fault: Fault,
        detail: impl Into<String>,
    ) {
        let property = property.map(str::to_owned);
        self.findings.push(Finding { row, property, fault, detail: detail.into() });
    }

    fn row(&mut self, index: u64, row: &Value) {
        let at = Some(index);
        let Value::Object(row) = row else {
            return self.add(at, None, Fault::NotAnObject, "a row must be a JSON object");
        };
        for (name, form) in SCHEMA {
            match row.get(name) {
                None => self.add(at, Some(name), Fault::Missing, "is missing"),
                Some(value) if !form.fits(value) => {
                    self.add(at, Some(name), Fault::WrongType, form.expected());
                }
                Some(_) => {}
            }
        }
        for name in row.keys().filter(|name| !SCHEMA.iter().any(|(known, _)| known == name)) {
            self.add(at, Some(name), Fault::Unknown, "is not in the schema");
        }
        self.identity(index, row);
        self.times(index, row);
        self.privacy(index, row);
    }

    fn identity(&mut self, index: u64, row: &Map<String, Value>) {
        let id = row.get("conversation_id").and_then(|v| ConversationId::deserialize(v).ok());
        if id.is_some_and(|id| !self.seen.insert(id)) {
            let detail = "stands in the file already";
            self.add(Some(index), Some("conversation_id"), Fault::Duplicate, detail);
        }
    }

    fn times(&mut self, index: u64, row: &Map<String, Value>) {
        let time = |name| row.get(name).and_then(|v| Instant::deserialize(v).ok());
        let property = "conversation_end_time";
        let Some(end) = time(property) else { return };
        if time("conversation_start_time").is_some_and(|start| start > end) {
            let detail = "is before conversation_start_time";
            self.add(Some(index), Some(property), Fault::EndBeforeStart, detail);
        }
        if let Some(day) = self.manifest.map(|m| m.day).filter(|day| end.0.day() > *day) {
            let detail = format!("is after {day}, the day of the file");
            self.add(Some(index), Some(property), Fault::AfterDay, detail);
        }
    }

    /// Looks for personal data wherever the schema leaves room for free strings. The bot's id and
    /// name are the owner's own.
    fn privacy(&mut self, index: u64, row: &Map<String, Value>) {
        let name = "platform_conversation_id";
        if row.get(name).and_then(Value::as_str).is_some_and(|id| !is_opaque(id)) {
            self.add(Some(index), Some(name), Fault::PersonalData, PERSONAL);
        }
        for name in ["labels", "triggered_replies", "triggered_intent_replies"] {
            if row.get(name).is_some_and(any_personal) {
                self.add(Some(index), Some(name), Fault::PersonalData, PERSONAL);
            }
        }
        let name = "conversations_data";
        let Some(mut answers) = row.get(name).and_then(data) else { return };
        // A pseudonym whose form has been checked above.
        answers.remove("customer_id");
        if any_personal(&Value::Object(answers)) {
            self.add(Some(index), Some(name), Fault::PersonalData, PERSONAL);
        }
    }

    fn manifest_of(&mut self, bytes: &[u8], rows: Option<u64>) {
        let Some(manifest) = self.manifest else { return };
        let differences = [
            (rows.is_some_and(|rows| rows != manifest.rows), "rows"),
            (bytes.len() as u64 != manifest.bytes, "bytes"),
            (sha256(bytes) != manifest.sha256, "sha256"),
        ];
        for (_, name) in differences.into_iter().filter(|(differs, _)| *differs) {
            self.add(None, Some(name), Fault::Manifest, "differs from the manifest");
        }
    }
}

const PERSONAL: &str = "looks like an e-mail address or a phone number";

/// Whether a string in a value looks like personal data. Times were checked by their form, and
/// stand only where the schema has them.
fn any_personal(value: &Value) -> bool {
    match value {
        Value::String(text) => Instant::parse(text).is_err() && personal(text).is_some(),
        Value::Array(items) => items.iter().any(any_personal),
        Value::Object(map) => map.values().any(any_personal),
        _ => false,
    }
}
