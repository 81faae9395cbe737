//! Workspaces: creating one, its settings, what it holds.

use crate::enrichment::Provision;
use crate::id::WorkspaceId;
use crate::plan::Plan;
use crate::time::UnixMillis;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// `POST /v1/workspaces` (operator key).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewWorkspace {
    /// In addresses; see [`WorkspaceId`].
    pub id: WorkspaceId,
    /// For people.
    pub name: String,
    /// Origins (scheme, host, port) whose pages may use the site key.
    pub origins: Vec<String>,
    /// Where events are delivered, or nowhere.
    #[serde(default)]
    pub webhook: Option<Webhook>,
    /// What it has subscribed to; Professional where absent.
    #[serde(default)]
    pub plan: Plan,
    /// Whether customer enrichment comes with it, active where the plan has it and not to be removed,
    /// or is added by the owner; built in where absent.
    #[serde(default)]
    pub enrichment: Provision,
}

/// `PUT /v1/workspace`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WorkspaceSettings {
    /// For people.
    pub name: String,
    /// Origins (scheme, host, port) whose pages may use the site key.
    pub origins: Vec<String>,
    /// Where events are delivered; null for nowhere, and absent for what it was.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub webhook: Option<Option<WebhookChange>>,
}

/// Tells null from absent, which serde's own reading of an option does not.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Where events are to be delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WebhookChange {
    /// As [`Webhook::url`].
    pub url: String,
    /// As [`Webhook::secret`]; may be left out where the `url` stays, and is what it was then.
    #[serde(default)]
    pub secret: Option<String>,
}

/// A sink that speaks Standard Webhooks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// `https:`, or `http:` on a loopback host.
    pub url: String,
    /// `whsec_` and the base 64 of 24 to 64 bytes.
    pub secret: String,
}

/// What `POST /v1/workspaces` answers. The keys are shown once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkspaceCreated {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// For pages: publishable, bound to the origins.
    pub site_key: String,
    /// For servers.
    pub secret_key: String,
}

/// `GET /v1/overview`: what the workspace holds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Overview {
    /// All conversations that the ledger knows.
    pub conversations: u64,
    /// Of them, ended and classified at their newest revision.
    pub classified: u64,
    /// Of them, still open.
    pub open: u64,
    /// Profiles.
    pub customers: u64,
    /// Profiles with a name, an e-mail, a phone.
    pub customers_with: BTreeMap<String, u64>,
    /// Per field and per answer, how often; states that are no value stand as `(null)`,
    /// `(unresolved)`, `(error)` and `(pending)`.
    pub answers: BTreeMap<String, BTreeMap<String, u64>>,
    /// Per event name, how many were recorded.
    pub events: BTreeMap<String, u64>,
    /// Events not yet delivered to the sinks.
    pub events_undelivered: u64,
    /// Events held back because they looked like personal data. Stays 0.
    pub events_blocked: u64,
    /// KV documents and queue messages not yet sent.
    pub outbox: u64,
    /// Queue messages set aside, and why.
    pub dead_letters: u64,
    /// Customers' keys that are still wrapped with a former key of the installation.
    #[serde(default)]
    pub keys_outdated: u64,
    /// Days that are over and could not be sealed so far; see `problem` in `GET /v1/exports`.
    #[serde(default)]
    pub exports_failed: u64,
    /// How much room it takes.
    #[serde(default)]
    pub storage: StorageUse,
}

/// How much room a workspace takes in its store, of what the platform allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StorageUse {
    /// That are taken, in bytes. What is removed leaves room that is used again before this grows.
    pub bytes: u64,
    /// At which nothing more can be written, in bytes.
    pub limit_bytes: u64,
    /// Whether 80 % are taken: time to keep things for less long, or to begin another workspace.
    pub nearly_full: bool,
}

impl StorageUse {
    /// What [a Durable Object may hold](https://developers.cloudflare.com/durable-objects/platform/limits/), in bytes.
    pub const LIMIT_BYTES: u64 = 10_000_000_000;
    /// From which share on it is said that little is left, in percent.
    const NEARLY_PERCENT: u64 = 80;

    /// That of a store of so many bytes.
    pub const fn of(bytes: u64) -> Self {
        let nearly = Self::LIMIT_BYTES / 100 * Self::NEARLY_PERCENT;
        Self { bytes, limit_bytes: Self::LIMIT_BYTES, nearly_full: bytes >= nearly }
    }
}

/// `GET /health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Health {
    /// `ok`.
    pub status: String,
}

/// What `GET /v1/workspace` and `PUT /v1/workspace` answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkspaceShown {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// For people.
    pub name: String,
    /// Origins (scheme, host, port) whose pages may use the site key.
    pub origins: Vec<String>,
    /// Where events are delivered, or nowhere.
    pub webhook: Option<WebhookShown>,
    /// Since when.
    pub created_at: UnixMillis,
}

/// A webhook without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookShown {
    /// Where events are delivered.
    pub url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_nearly_full_from_80_percent_on() {
        for (bytes, nearly) in
            [(0, false), (7_999_999_999, false), (8_000_000_000, true), (11_000_000_000, true)]
        {
            assert_eq!(StorageUse::of(bytes).nearly_full, nearly, "{bytes}");
        }
    }

    #[test]
    fn a_webhook_that_is_absent_is_not_one_that_is_null() {
        let webhook = |text: &str| {
            let body = format!(r#"{{"name":"Shop","origins":[]{text}}}"#);
            serde_json::from_str::<WorkspaceSettings>(&body).map(|settings| settings.webhook)
        };
        assert_eq!(webhook("").unwrap(), None);
        assert_eq!(webhook(r#","webhook":null"#).unwrap(), Some(None));
        let change =
            webhook(r#","webhook":{"url":"https://a.example"}"#).unwrap().unwrap().unwrap();
        assert_eq!(change, WebhookChange { url: "https://a.example".to_owned(), secret: None });
        assert!(webhook(r#","webhook":{}"#).is_err());
    }
}
