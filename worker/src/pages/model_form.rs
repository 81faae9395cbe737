//! The form of the language model.

use super::blank::{Blank, Wrong, choice, tick};
use super::model::PATH;
use super::parts;
use crate::ledger::seen;
use askwell::api::{LlmProvider, LlmSettings, LlmShown, LlmUse, SchemaFormat};
use askwell::classify::review::Prices;
use maud::{Markup, html};
use serde::Deserialize;

const FIELDS: &[&str] = &[
    "provider",
    "base_url",
    "model",
    "key",
    "schema_format",
    "prompt_price",
    "completion_price",
    "classify",
    "timeout_s",
];

/// What the form sends.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Form {
    provider: String,
    base_url: String,
    model: String,
    /// Never shown.
    key: String,
    keyless: String,
    schema_format: String,
    prompt_price: String,
    completion_price: String,
    classify: String,
    embedded_meanwhile: String,
    timeout_s: String,
    /// The mark of what the form showed when it was opened; see [`seen`](crate::ledger::seen).
    pub(super) seen: String,
}

const fn provider(provider: LlmProvider) -> &'static str {
    match provider {
        LlmProvider::OpenaiCompatible => "address",
        LlmProvider::WorkersAi => "workers",
    }
}

const fn format(format: SchemaFormat) -> &'static str {
    match format {
        SchemaFormat::JsonSchema => "schema",
        SchemaFormat::JsonObject => "object",
    }
}

const fn uses(uses: LlmUse) -> &'static str {
    match uses {
        LlmUse::Off => "off",
        LlmUse::Doubtful => "doubtful",
        LlmUse::All => "all",
    }
}

impl Form {
    /// What is set, without the key; where nothing is, what most need.
    pub fn of(set: Option<&LlmShown>) -> Self {
        let Some(set) = set else {
            return Self {
                provider: "address".to_owned(),
                schema_format: "schema".to_owned(),
                classify: "doubtful".to_owned(),
                embedded_meanwhile: "yes".to_owned(),
                timeout_s: "60".to_owned(),
                seen: seen::mark(&set),
                ..Self::default()
            };
        };
        let price = |micros: u64| if micros == 0 { String::new() } else { plain(micros) };
        Self {
            provider: provider(set.provider).to_owned(),
            base_url: set.base_url.clone().unwrap_or_default(),
            model: set.model.clone(),
            key: String::new(),
            keyless: String::new(),
            schema_format: format(set.schema_format).to_owned(),
            prompt_price: price(set.prices.prompt_per_million),
            completion_price: price(set.prices.completion_per_million),
            classify: uses(set.classify).to_owned(),
            embedded_meanwhile: if set.embedded_meanwhile { "yes" } else { "" }.to_owned(),
            timeout_s: set.timeout_s.to_string(),
            seen: seen::mark(&Some(set)),
        }
    }

    /// The settings, which are not checked yet.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn read(&self) -> Result<LlmSettings, Wrong> {
        let not_offered = |field: &str| Wrong::at(field, "Choose one of those offered.");
        let provider = match self.provider.as_str() {
            "address" => LlmProvider::OpenaiCompatible,
            "workers" => LlmProvider::WorkersAi,
            _ => return Err(not_offered("provider")),
        };
        let classify = match self.classify.as_str() {
            "off" => LlmUse::Off,
            "doubtful" => LlmUse::Doubtful,
            "all" => LlmUse::All,
            _ => return Err(not_offered("classify")),
        };
        let schema_format = match self.schema_format.as_str() {
            "object" => SchemaFormat::JsonObject,
            "schema" | "" => SchemaFormat::JsonSchema,
            _ => return Err(not_offered("schema_format")),
        };
        let price = |field: &str, text: &str| {
            micros(text).ok_or_else(|| Wrong::at(field, "Must be a price like 0.15."))
        };
        let key = self.key.trim();
        Ok(LlmSettings {
            provider,
            // The address of before may still stand in the form.
            base_url: (provider == LlmProvider::OpenaiCompatible)
                .then(|| self.base_url.trim().to_owned()),
            model: self.model.trim().to_owned(),
            key: match (key, self.keyless.is_empty()) {
                (_, false) => Some(String::new()),
                ("", true) => None,
                (key, true) => Some(key.to_owned()),
            },
            schema_format,
            prices: Prices {
                prompt_per_million: price("prompt_price", &self.prompt_price)?,
                completion_per_million: price("completion_price", &self.completion_price)?,
            },
            classify,
            embedded_meanwhile: !self.embedded_meanwhile.is_empty(),
            timeout_s: self
                .timeout_s
                .trim()
                .parse()
                .map_err(|_| Wrong::at("timeout_s", "Must be 1 to 120."))?,
        })
    }
}

/// A price in millionths, with a point or a comma; nothing is none.
fn micros(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.is_empty() {
        return Some(0);
    }
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 6 || part.len() > 6 || !digits(whole) || !digits(part) {
        return None;
    }
    let part: u64 = format!("{part:0<6}").parse().ok()?;
    Some(whole.parse::<u64>().ok()? * 1_000_000 + part)
}

/// Millionths as they are typed.
fn plain(micros: u64) -> String {
    let part = format!("{:06}", micros % 1_000_000);
    let digits = part.trim_end_matches('0').len().max(2);
    format!("{}.{}", micros / 1_000_000, part.get(..digits).unwrap_or_default())
}

/// The form; `set` is what is there.
pub fn form(set: Option<&LlmShown>, form: &Form, wrong: &Wrong) -> Markup {
    let has_key = set.is_some_and(|set| set.has_key);
    let key = if has_key {
        "Leave it empty to keep the key that is there; another address needs its key again."
    } else {
        "Leave it empty where none is needed."
    };
    let price = |label, name, value| Blank {
        label,
        name,
        value,
        most: 13,
        placeholder: "0.15",
        ..Blank::default()
    };
    html! {
        (wrong.above(FIELDS))
        form.model method="post" action=(PATH) novalidate {
            (parts::hidden("seen", &form.seen))
            article {
                header { h2 { "Where it is" } }
                (choice("Provider", "provider", &form.provider, &[
                    ("address", "An address that speaks as OpenAI's chat completions do", ""),
                    ("workers", "Workers AI, behind the Worker's binding", ""),
                ], wrong))
                div.for-address {
                    (Blank { label: "Address", name: "base_url", kind: "url", value: &form.base_url, placeholder: "https://api.openai.com/v1", about: "What /chat/completions is put behind.", ..Blank::default() }.show(wrong))
                }
                (Blank { label: "Model", name: "model", value: &form.model, required: true, most: 200, about: "As the provider names it.", ..Blank::default() }.show(wrong))
                (Blank { label: "Key", name: "key", kind: "password", about: key, most: 1_000, ..Blank::default() }.show(wrong))
                @if has_key { (tick("Forget the key that is there", "keyless", !form.keyless.is_empty())) }
                div.for-address {
                    (choice("How it is told the shape of a reply", "schema_format", &form.schema_format, &[
                        ("schema", "json_schema", "as OpenAI takes it"),
                        ("object", "json_object with a schema", "as llama.cpp takes it"),
                    ], wrong))
                }
            }
            article {
                header { h2 { "What it is for" } }
                (choice("Which questions of Data Collection it answers", "classify", &form.classify, &[
                    ("off", "None", "it only writes replies"),
                    ("doubtful", "Those whose answer is in doubt", ""),
                    ("all", "All that are not computed", ""),
                ], wrong))
                (tick("Askwell's own answers stand until it has answered", "embedded_meanwhile", !form.embedded_meanwhile.is_empty()))
            }
            article {
                header { h2 { "Cost and patience" } }
                p.muted.small-text { "Prices for a million tokens, in any currency: by them the cost is told. Nothing is billed here." }
                div.fields.apart {
                    div { (price("Tokens read", "prompt_price", form.prompt_price.as_str()).show(wrong)) }
                    div { (price("Tokens written", "completion_price", form.completion_price.as_str()).show(wrong)) }
                    div { (Blank { label: "Seconds to wait", name: "timeout_s", kind: "number", value: &form.timeout_s, required: true, most: 120, ..Blank::default() }.show(wrong)) }
                }
            }
            button { "Save" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::check;

    fn sent(text: &str) -> Form {
        serde_html_form::from_str(text).unwrap()
    }

    const WHOLE: &str = "provider=address&base_url=+https://api.example/v1+&model=m&key=+hush+&schema_format=object&prompt_price=0.15&completion_price=1,2&classify=all&timeout_s=30";

    #[test]
    fn a_form_is_read_as_it_was_written() {
        let settings = sent(WHOLE).read().unwrap();
        check(&settings).unwrap();
        assert_eq!(settings.base_url.as_deref(), Some("https://api.example/v1"));
        assert_eq!(settings.key.as_deref(), Some("hush"));
        let prices = Prices { prompt_per_million: 150_000, completion_per_million: 1_200_000 };
        assert_eq!((settings.prices, settings.classify), (prices, LlmUse::All));
        assert!(!settings.embedded_meanwhile);
        let kept = sent(&WHOLE.replace("hush", "")).read().unwrap();
        assert_eq!(kept.key, None, "the key that is there stays");
        let forgotten = sent(&format!("{WHOLE}&keyless=yes")).read().unwrap();
        assert_eq!(forgotten.key.as_deref(), Some(""));
        // The address of before does not keep somebody from changing to Workers AI.
        let workers = sent(&WHOLE.replace("=address", "=workers")).read().unwrap();
        assert_eq!(workers.base_url, None);
        check(&workers).unwrap();
        for (text, field) in [
            (WHOLE.replace("0.15", "cheap"), "prompt_price"),
            (WHOLE.replace("1,2", "1.2.3"), "completion_price"),
            (WHOLE.replace("timeout_s=30", "timeout_s=soon"), "timeout_s"),
            (WHOLE.replace("=all", "=some"), "classify"),
            (WHOLE.replace("=address", "=moon"), "provider"),
        ] {
            assert!(sent(&text).read().unwrap_err().beside(field).is_some(), "{text}");
        }
    }

    #[test]
    fn prices_come_back_as_they_were_typed() {
        for (text, is) in [
            ("", Some(0)),
            ("0.35", Some(350_000)),
            ("12", Some(12_000_000)),
            (".5", None),
            ("-1", None),
            ("0.0000001", None),
        ] {
            assert_eq!(micros(text), is, "{text}");
        }
        for of in [350_000, 1, 12_000_000, 1_234_567] {
            assert_eq!(micros(&plain(of)), Some(of));
        }
    }
}
