//! The language model of a workspace.

use crate::classify::review::Prices;
use serde::{Deserialize, Serialize};

/// Where a language model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LlmProvider {
    /// Behind the Worker's binding `AI`.
    WorkersAi,
    /// At an address that speaks as OpenAI's chat completions do.
    OpenaiCompatible,
}

/// How an address that speaks as OpenAI's chat completions do is told the shape of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SchemaFormat {
    /// `response_format: {"type": "json_schema", "json_schema": …}`, as OpenAI defines it.
    #[default]
    JsonSchema,
    /// `response_format: {"type": "json_object", "schema": …}`, as llama.cpp and others take it.
    JsonObject,
}

/// Which questions of the owner the language model answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LlmUse {
    /// None: it only serves others, for instance replies.
    Off,
    /// Those whose embedded answer is in doubt.
    #[default]
    Doubtful,
    /// All that are not computed.
    All,
}

/// `PUT /v1/llm`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LlmSettings {
    /// Where it is.
    pub provider: LlmProvider,
    /// What `/chat/completions` is put behind: `https:`, or `http:` on a loopback host. Only where the
    /// provider is `openai_compatible`.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The model, as the provider names it: 1 to 200 characters.
    pub model: String,
    /// The provider's key. Without one, the key that is there stays, if `base_url` does; an empty one
    /// removes it. It is never shown.
    #[serde(default)]
    pub key: Option<String>,
    /// How it is told the shape of a reply. Only where the provider is `openai_compatible`.
    #[serde(default)]
    pub schema_format: SchemaFormat,
    /// What its tokens cost, by which the cost of a conversation is told.
    #[serde(default)]
    pub prices: Prices,
    /// Which questions it answers.
    #[serde(default)]
    pub classify: LlmUse,
    /// Whether the embedded classifier answers until the model has; otherwise what waits for the model is
    /// `pending`.
    #[serde(default = "crate::classify::yes")]
    pub embedded_meanwhile: bool,
    /// Seconds after which a request has failed: 1 to 120.
    #[serde(default = "timeout_s")]
    pub timeout_s: u32,
}

fn timeout_s() -> u32 {
    60
}

/// `GET /v1/llm`: how it is set, without its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LlmShown {
    /// Where it is.
    pub provider: LlmProvider,
    /// What `/chat/completions` is put behind.
    pub base_url: Option<String>,
    /// The model.
    pub model: String,
    /// Whether there is a key.
    pub has_key: bool,
    /// How it is told the shape of a reply.
    #[serde(default)]
    pub schema_format: SchemaFormat,
    /// What its tokens cost.
    pub prices: Prices,
    /// Which questions it answers.
    pub classify: LlmUse,
    /// Whether the embedded classifier answers until the model has.
    pub embedded_meanwhile: bool,
    /// Seconds after which a request has failed.
    pub timeout_s: u32,
}

/// `POST /v1/llm/check`: what came of one small request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LlmChecked {
    /// Whether it replied, and with JSON as it was asked to.
    pub ok: bool,
    /// What is wrong, where something is.
    pub detail: Option<String>,
    /// Milliseconds that it took.
    pub took_ms: i64,
}
