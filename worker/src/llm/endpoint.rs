//! Which model a workspace has chosen.

use crate::fault::{Fault, Outcome};
use askwell::Code;
use askwell::api::{LlmProvider, LlmSettings, LlmShown, LlmUse, SchemaFormat};
use askwell::classify::review::Prices;
use serde::{Deserialize, Serialize};
use std::fmt;
use worker::Url;

/// A workspace's model, with its key. It stays between the ledger and whoever asks the model.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Where it is.
    pub provider: LlmProvider,
    /// What `/chat/completions` is put behind.
    pub base_url: Option<String>,
    /// As the provider names it.
    pub model: String,
    /// The provider's key.
    pub key: Option<String>,
    /// How it is told the shape of a reply.
    #[serde(default)]
    pub schema_format: SchemaFormat,
    /// What its tokens cost.
    pub prices: Prices,
    /// Which questions it answers.
    pub classify: LlmUse,
    /// Whether the embedded classifier answers until it has.
    pub embedded_meanwhile: bool,
    /// Seconds after which a request has failed.
    pub timeout_s: u32,
}

/// Without the key.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Endpoint").field(&self.shown()).finish()
    }
}

impl Endpoint {
    /// What settings make of the model that is there.
    pub fn of(settings: LlmSettings, before: Option<&Self>) -> Self {
        // A key goes to no other address than the one that it was given for.
        let same =
            |old: &&Self| old.provider == settings.provider && old.base_url == settings.base_url;
        let key = match settings.key {
            Some(key) => Some(key).filter(|key| !key.is_empty()),
            None => before.filter(same).and_then(|old| old.key.clone()),
        };
        Self {
            provider: settings.provider,
            base_url: settings.base_url,
            model: settings.model,
            key,
            schema_format: settings.schema_format,
            prices: settings.prices,
            classify: settings.classify,
            embedded_meanwhile: settings.embedded_meanwhile,
            timeout_s: settings.timeout_s,
        }
    }

    /// Without the key.
    pub fn shown(&self) -> LlmShown {
        LlmShown {
            provider: self.provider,
            base_url: self.base_url.clone(),
            model: self.model.clone(),
            has_key: self.key.is_some(),
            schema_format: self.schema_format,
            prices: self.prices,
            classify: self.classify,
            embedded_meanwhile: self.embedded_meanwhile,
            timeout_s: self.timeout_s,
        }
    }
}

/// Refuses settings that no request could be made with.
///
/// # Errors
/// [`Code::InvalidField`], naming the field.
pub fn check(settings: &LlmSettings) -> Outcome<()> {
    let invalid = |detail: &str| Err(Fault::refused(Code::InvalidField, detail));
    match (settings.provider, &settings.base_url) {
        (LlmProvider::WorkersAi, None) => {}
        (LlmProvider::WorkersAi, Some(_)) => {
            return invalid("the field `base_url` is for `openai_compatible` only");
        }
        (LlmProvider::OpenaiCompatible, Some(url)) if is_address(url) => {}
        (LlmProvider::OpenaiCompatible, _) => {
            return invalid(
                "the field `base_url` must be https, or http on a loopback host, without user, query and fragment",
            );
        }
    }
    if !(1..=200).contains(&settings.model.trim().chars().count()) {
        return invalid("the field `model` must have 1 to 200 characters");
    }
    let is_key = |key: &String| key.len() <= 1_000 && key.bytes().all(|b| b.is_ascii_graphic());
    if !settings.key.as_ref().is_none_or(is_key) {
        return invalid("the field `key` must be at most 1000 visible ASCII characters");
    }
    if !(1..=120).contains(&settings.timeout_s) {
        return invalid("the field `timeout_s` must be 1 to 120");
    }
    Ok(())
}

fn is_address(text: &str) -> bool {
    text.len() <= 2_000
        && Url::parse(text).is_ok_and(|url| {
            let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
            let safe = url.scheme() == "https" || (url.scheme() == "http" && loopback);
            let plain = url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none();
            safe && plain
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(base_url: Option<&str>, key: Option<&str>) -> LlmSettings {
        LlmSettings {
            provider: LlmProvider::OpenaiCompatible,
            base_url: base_url.map(str::to_owned),
            model: "m".to_owned(),
            key: key.map(str::to_owned),
            schema_format: SchemaFormat::JsonSchema,
            prices: Prices::default(),
            classify: LlmUse::All,
            embedded_meanwhile: true,
            timeout_s: 60,
        }
    }

    #[test]
    fn a_key_stays_with_its_address_and_is_never_shown() {
        let one = Some("https://one.example/v1");
        let first = Endpoint::of(settings(one, Some("a-key")), None);
        assert!(!format!("{first:?}").contains("a-key"));
        assert!(first.shown().has_key);
        let again = Endpoint::of(settings(one, None), Some(&first));
        assert_eq!(again.key.as_deref(), Some("a-key"));
        let moved = Endpoint::of(settings(Some("https://two.example/v1"), None), Some(&first));
        assert_eq!(moved.key, None);
        assert_eq!(Endpoint::of(settings(one, Some("")), Some(&first)).key, None);
    }

    #[test]
    fn addresses_are_safe_ones() {
        for good in ["https://api.example/v1", "http://127.0.0.1:8080/v1", "http://localhost/"] {
            check(&settings(Some(good), None)).unwrap();
        }
        for bad in [
            "http://api.example/v1",
            "ftp://localhost",
            "https://me:pw@api.example",
            "https://api.example/?a=b",
            "nothing",
        ] {
            let refused = check(&settings(Some(bad), None)).unwrap_err();
            assert_eq!(refused.public().code, Code::InvalidField, "{bad}");
        }
        assert!(check(&settings(None, None)).is_err());
        assert!(
            check(&LlmSettings { timeout_s: 0, ..settings(Some("https://a.b"), None) }).is_err()
        );
        assert!(check(&settings(Some("https://a.b"), Some("has space"))).is_err());
    }
}
