//! The sections of a workspace's settings: each is read and set as a whole, under an `ETag` of its own.

use crate::id::WorkspaceId;
use serde::{Deserialize, Serialize};

/// `/v1/settings/sign-in`: whose word is taken for who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SignInSettings {
    /// An OpenID provider, or Cloudflare Access; nobody's with none.
    pub issuer: Option<TokenIssuer>,
}

/// Somebody who signs tokens (RFC 7519) that say who a person is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenIssuer {
    /// As it stands in the tokens, letter by letter: `https://accounts.example.com`, or
    /// `https://TEAM.cloudflareaccess.com`.
    pub issuer: String,
    /// For whom the tokens are: the client id, or the AUD tag of the Access application.
    pub audience: String,
    /// Where the issuer's keys are (RFC 7517): `https:`, or `http:` on a loopback host.
    pub jwks_url: String,
}

/// `POST /v1/session/token`: signs a person in by a token of the workspace's issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenSignIn {
    /// Where.
    pub workspace_id: WorkspaceId,
    /// The token. Without it the one that Cloudflare Access puts into the header
    /// `Cf-Access-Jwt-Assertion`.
    #[serde(default)]
    pub token: Option<String>,
}

/// `/v1/settings/retention`: after how many days without a new word something goes; for ever with null.
/// 1 to 36,500 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RetentionSettings {
    /// Customers, with all that is kept of them, as by `DELETE /v1/customers/{customer_id}`: since their
    /// last conversation, none of which is open.
    pub customers_days: Option<u32>,
    /// What was said in conversations that have ended, and the quotes from it in answers.
    pub transcripts_days: Option<u32>,
    /// Who has looked at which customer.
    pub accesses_days: Option<u32>,
    /// Events, with the log of their deliveries, that every webhook has taken: since they were put in.
    pub events_days: Option<u32>,
}

/// What `POST /v1/settings/retention/preview` answers: how much would go at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RetentionCount {
    /// Customers.
    pub customers: u64,
    /// Conversations whose words are kept, those of the customers included.
    pub transcripts: u64,
    /// Entries of the log of accesses.
    pub accesses: u64,
    /// Events.
    pub events: u64,
}
