//! Trying the engine: the queries. What goes in and comes out is [`crate::line`]'s.

use crate::detect::Region;
use serde::{Deserialize, Serialize};

/// The query of `POST /v1/preview/detect`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DetectQuery {
    /// Where phone numbers without a country code belong.
    pub region: Option<Region>,
    /// BCP 47; a language that is not known is no error.
    pub lang: Option<String>,
    /// Other people's and taken-back ones too.
    pub all: bool,
}

/// The query of `POST /v1/preview/prompt`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct PromptQuery {
    /// What is wanted: a list of `name`, `email` and `phone` with commas between; all by default.
    pub fields: Option<String>,
}
