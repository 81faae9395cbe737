//! Answers as the team looks at them: the model's beside a person's, previews, proposals.

use crate::classify::lint::Hint;
use crate::classify::review::{Diff, Said};
use crate::classify::{Answer, Field};
use crate::closing::FieldAnswer;
use crate::conversation::Sentiment;
use crate::event::ConfidenceBand;
use crate::id::ConversationId;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// `GET /v1/conversations/{conversation_id}/answers`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReviewedAnswers {
    /// One for each question that was put, in the owner's order.
    pub answers: Vec<ReviewedAnswer>,
    /// What was asked of the language model about this conversation, the oldest first.
    pub model_runs: Vec<ModelRun>,
    /// What is still to be answered, or could not be.
    pub asking: Vec<Asking>,
}

/// `GET /v1/conversations/{conversation_id}/revisions`: what each closing concluded. The newest counts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConversationRevisions {
    /// The newest first.
    pub revisions: Vec<Revision>,
}

/// What one closing of a conversation concluded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Revision {
    /// Counts the closings, from 1.
    pub revision: u32,
    /// When it was recorded.
    pub recorded_at: UnixMillis,
    /// The customer's tone up to then; null where the retention of transcripts took what was concluded.
    pub sentiment: Option<Sentiment>,
    /// What was computed, or said by the embedded classifier or the language model. A person's answers are about the
    /// conversation and not about one closing, so that they stand beside these.
    pub answers: Vec<FieldAnswer>,
}

/// Questions about a conversation that wait to be answered again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Asking {
    /// Whether it was given up; asking again tries again.
    pub failed: bool,
    /// How often it was tried.
    pub attempts: u32,
    /// What came of the last try, where it failed.
    pub error: Option<String>,
}

/// The answers to a question about a conversation. A person's stands before the model's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReviewedAnswer {
    /// Which question.
    pub field_id: String,
    /// Which version of it was answered.
    pub field_version: u32,
    /// How it appears in reports.
    pub field_name: String,
    /// What is counted.
    pub standing: Said,
    /// What was computed, or said by the embedded classifier or the language model.
    pub model: Option<Answer>,
    /// How sure that is.
    pub band: Option<ConfidenceBand>,
    /// Whether it is in doubt: the embedded classifier is not sure, or there is no answer where there must
    /// be one.
    pub doubtful: bool,
    /// What a person says.
    pub human: Option<HumanAnswer>,
}

/// What a person of the team says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HumanAnswer {
    /// The value; null: the conversation has no answer.
    pub answer: Option<String>,
    /// Who.
    pub by: String,
    /// When.
    pub at: UnixMillis,
}

/// `PUT /v1/conversations/{conversation_id}/answers/{field_id}`: what a person says. The same answer as the
/// model's confirms it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewReview {
    /// One of the field's values, or null where it is optional.
    pub answer: Option<String>,
}

/// One time that the language model was asked about a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModelRun {
    /// When it ended.
    pub at: UnixMillis,
    /// Which.
    pub model: String,
    /// Questions in it.
    pub fields: u32,
    /// Of them, without an answer that could be used.
    pub failed: u32,
    /// Why there was no reply, where there was none.
    pub error: Option<String>,
    /// Tokens read.
    pub prompt_tokens: u64,
    /// Tokens written.
    pub completion_tokens: u64,
    /// In millionths of the prices' currency unit.
    pub cost_micros: u64,
    /// Whether the conversation holds text that tries to steer its own classification.
    pub injection_suspected: bool,
}

/// `POST /v1/fields/{field_id}/preview`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPreview {
    /// What to try; with none, the field's draft.
    #[serde(default)]
    pub field: Option<Field>,
    /// On how many conversations, the latest ended first: 1 to 200, with the language model 1 to 20.
    #[serde(default)]
    pub conversations: Option<u32>,
    /// Whether the language model answers, which costs.
    #[serde(default)]
    pub model: bool,
}

/// What a draft would answer beside the live version. Nothing of it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldPreview {
    /// The conversations; `index` in the diff counts in this list.
    pub conversations: Vec<ConversationId>,
    /// What changes.
    pub diff: Diff,
    /// What to look at before the draft goes live.
    pub hints: Vec<Hint>,
    /// What the language model cost, in millionths of the prices' currency unit.
    pub cost_micros: u64,
}

/// `GET /v1/fields/{field_id}/proposals`: values that a question may lack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValueProposals {
    /// Out of which answer: the value for what the others do not cover, or null.
    pub out_of: Option<String>,
    /// Conversations that were read, the latest answered first.
    pub read: u32,
    /// What several of them share, that of most first.
    pub proposals: Vec<ValueProposal>,
}

/// A value that a question may lack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValueProposal {
    /// What to call it.
    pub value: String,
    /// Conversations that it would be the answer of.
    pub conversations: Vec<ConversationId>,
}
