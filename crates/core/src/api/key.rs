//! Keys: what servers and pages show.

use crate::access::Scopes;
use crate::id::KeyId;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// On pages: opens conversations from the workspace's origins, and may be public.
    Site,
    /// On servers: whatever its scopes allow.
    Secret,
}

/// `POST /v1/keys`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// For people: where it is used. 1 to 200 bytes.
    pub name: String,
    /// What it is for.
    pub kind: KeyKind,
    /// Secret keys only: what it may do; by default all that its maker may.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
}

/// A key without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyShown {
    /// Which.
    pub key_id: KeyId,
    /// What it is for.
    pub kind: KeyKind,
    /// For people.
    pub name: String,
    /// Its first characters, to recognise it by.
    pub prefix: String,
    /// A site key, whole: it stands in every page of the site. None of a secret key, nor of a site key that was
    /// made before these were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What it may do; none for a site key.
    pub scopes: Scopes,
    /// Since when it is good in this form.
    pub created_at: UnixMillis,
    /// The id of the member or key that made it; none for the workspace's first.
    pub created_by: Option<String>,
    /// When it was last shown, to a minute.
    pub last_used_at: Option<UnixMillis>,
}

/// What `GET /v1/keys` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyList {
    /// Those that are good, the oldest first.
    pub items: Vec<KeyShown>,
}

/// What making or regenerating a key answers. The key is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyMade {
    /// All that is not secret.
    #[serde(flatten)]
    pub shown: KeyShown,
    /// The key itself.
    pub key: String,
}
