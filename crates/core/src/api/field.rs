//! The owner's questions.

use crate::closing::FieldVersion;
use serde::{Deserialize, Serialize};

/// `GET /v1/fields`, `PUT /v1/fields`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FieldList {
    /// In the owner's order.
    pub fields: Vec<FieldVersion>,
}
