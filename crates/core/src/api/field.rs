//! The owner's questions.

use crate::classify::lint::{Hint, lint};
use crate::classify::review::{FieldHistory, Published};
use crate::classify::{Field, Template};
use crate::closing::FieldVersion;
use crate::metrics::collected::Counted;
use crate::time::{Day, UnixMillis};
use serde::{Deserialize, Serialize};

/// `GET /v1/fields`, `PUT /v1/fields`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FieldList {
    /// In the owner's order.
    pub fields: Vec<FieldVersion>,
}

/// A question as its owner works on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldDetail {
    /// Stable over its versions.
    pub id: String,
    /// Whether it is put to conversations that close, once it is published. What is off keeps its answers.
    pub enabled: bool,
    /// The newest version that was published.
    pub live: Option<Published>,
    /// What is being worked on; not put to conversations that close.
    pub draft: Option<FieldDraft>,
    /// What to look at before the draft goes live; without a draft, of the live version.
    pub hints: Vec<Hint>,
}

impl FieldDetail {
    /// What is shown of a field.
    pub fn of(history: &FieldHistory, saved_at: Option<UnixMillis>) -> Self {
        let live = history.newest().cloned();
        let newest = history.draft.as_ref().or(live.as_ref().map(|live| &live.field));
        Self {
            id: history.id.clone(),
            enabled: history.enabled,
            hints: newest.map(lint).unwrap_or_default(),
            draft: history
                .draft
                .clone()
                .map(|field| FieldDraft { saved_at: saved_at.unwrap_or(UnixMillis(0)), field }),
            live,
        }
    }
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldDraft {
    /// When it was saved.
    pub saved_at: UnixMillis,
    /// The question.
    pub field: Field,
}

/// `GET /v1/fields/details`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldDetails {
    /// All but those that were removed, in the owner's order.
    pub fields: Vec<FieldDetail>,
}

/// `GET /v1/fields/{field_id}`: a question with its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldWithHistory {
    /// As it stands.
    pub field: FieldDetail,
    /// Whether it was removed. Restoring a version brings it back.
    pub removed: bool,
    /// All that was published, the oldest first.
    pub versions: Vec<Published>,
}

/// `PATCH /v1/fields/{field_id}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FieldSwitch {
    /// Whether it is put to conversations that close.
    pub enabled: bool,
}

/// `POST /v1/fields/order`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FieldOrder {
    /// Each field once, in the order wanted; those that are not named come after, as they were.
    pub ids: Vec<String>,
}

/// `POST /v1/fields/{field_id}/restore`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FieldRestore {
    /// Which version becomes the draft.
    pub version: u32,
}

/// `POST /v1/fields/lint`: what would be said of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldLint {
    /// Whether it could be saved.
    pub valid: bool,
    /// Why not.
    pub detail: Option<String>,
    /// What is likely to answer badly.
    pub hints: Vec<Hint>,
}

/// `GET /v1/fields/templates`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TemplateList {
    /// In the order in which they are offered.
    pub templates: Vec<Template>,
}

/// `GET /v1/fields/stats`: over which days of the conversations' end, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct FieldStatsQuery {
    /// From the beginning with none.
    pub first: Option<Day>,
    /// Without end with none.
    pub last: Option<Day>,
}

/// `GET /v1/fields/stats`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldStatsList {
    /// One for each question that was not removed, in the owner's order.
    pub fields: Vec<FieldStats>,
}

/// How a question does. Counted is what stands, a person's answer before the model's.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldStats {
    /// Which.
    pub field_id: String,
    /// How it appears in reports.
    pub name: String,
    /// Conversations that it was put to.
    pub conversations: u64,
    /// Of them, answered with a value.
    pub values: u64,
    /// Of them, answered with the value for what the others do not cover ("Other").
    pub others: u64,
    /// Of them, answered: the conversation has no answer.
    pub nulls: u64,
    /// Of them, required and without an answer that can be used.
    pub unresolved: u64,
    /// Of them, the question could not be put.
    pub errors: u64,
    /// Of them, waiting for the language model.
    pub pending: u64,
    /// `values` of `conversations`, 0 to 1; none without any.
    pub hit_rate: Option<f64>,
    /// `nulls` of `conversations`.
    pub null_rate: Option<f64>,
    /// `others` of `values`.
    pub other_rate: Option<f64>,
    /// `errors` and `unresolved` of `conversations`.
    pub error_rate: Option<f64>,
    /// Conversations in which the language model was asked.
    pub model_asked: u64,
    /// Of them, it gave no answer that could be used.
    pub model_failed: u64,
    /// This question's part of what that cost, in millionths of the prices' currency unit: the cost of a
    /// request is shared by the questions in it.
    pub cost_micros: u64,
}

impl FieldStats {
    /// Adds conversations in which an answer stands.
    pub fn count(&mut self, answer: &Counted, rest: Option<&str>, n: u64) {
        self.conversations += n;
        match answer {
            Counted::Value(value) => {
                self.values += n;
                if rest == Some(value.as_str()) {
                    self.others += n;
                }
            }
            Counted::Null => self.nulls += n,
            Counted::Unresolved => self.unresolved += n,
            Counted::Error => self.errors += n,
            Counted::Pending => self.pending += n,
        }
        let of = |n: u64, all: u64| (all > 0).then(|| n as f64 / all as f64);
        self.hit_rate = of(self.values, self.conversations);
        self.null_rate = of(self.nulls, self.conversations);
        self.other_rate = of(self.others, self.values);
        self.error_rate = of(self.errors + self.unresolved, self.conversations);
    }
}
