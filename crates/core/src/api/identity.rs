//! Who a visitor is, as the site's server says it or a mailed code shows it.

use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// `POST /v1/conversations/{id}/identity`: the site's server says who the visitor is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IdentityToken {
    /// A JSON Web Token (RFC 7519), signed with HS256 and the workspace's identity secret. `sub` and
    /// `exp` are needed; `email`, `name` and `phone` are taken over as verified.
    pub token: String,
}

/// `GET /v1/settings/identity`: whether tokens of the site's server are taken.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IdentityShown {
    /// Since when the secret is good; none where there is none, and no token is taken.
    pub made_at: Option<UnixMillis>,
    /// Until when the secret before is good as well, where it still is.
    pub old_secret_until: Option<UnixMillis>,
}

/// `POST /v1/settings/identity/secret`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct NewIdentitySecret {
    /// For how many seconds the secret before stays good: 86,400 (a day) by default, 604,800 at most.
    pub keep_s: Option<u32>,
}

/// The secret, which is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IdentityMade {
    /// How it stands now.
    #[serde(flatten)]
    pub shown: IdentityShown,
    /// The secret: the bytes of this text are the key.
    pub secret: String,
}

/// `POST /v1/conversations/{id}/code`: a code is mailed to the visitor.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct NewCode {
    /// Where to; by default the address that the visitor has named.
    pub email: Option<String>,
}

/// A code is on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CodeSent {
    /// Until when it is good.
    pub expires_at: UnixMillis,
    /// From when on another one may be asked for.
    pub again_at: UnixMillis,
    /// How often it may be answered.
    pub tries: u32,
}

/// `POST /v1/conversations/{id}/code/answer`: the visitor has read the mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CodeAnswer {
    /// Six digits.
    pub code: String,
}
