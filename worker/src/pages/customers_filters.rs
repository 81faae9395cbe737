//! What is looked for in the list of customers: as a form sends it, an address holds it, and people say it.

use super::customers::PATH;
use super::parts::{self, platform};
use crate::fault::{Fault, Outcome};
use askwell::Code;
use askwell::api::CustomerSearch;
use askwell::conversation::Platform;
use askwell::detect::Kind;
use askwell::time::Day;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

/// What is looked for, as the form and the address have it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Filters {
    /// Words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    /// From where.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub platform: String,
    /// With this tag.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tag: String,
    /// Last seen on this day or later.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// Last seen on this day or before.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub until: String,
    /// What is not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// `1`: something is not known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub incomplete: String,
    /// Where the page before ended.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cursor: String,
}

/// A day of a form.
///
/// # Errors
/// [`Code::InvalidField`].
pub fn day(text: &str) -> Outcome<Option<Day>> {
    match text {
        "" => Ok(None),
        text => Ok(Some(text.parse()?)),
    }
}

impl Filters {
    /// As the ledger looks for it.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    pub fn search(&self) -> Outcome<CustomerSearch> {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let no_such =
            |what: &str| Fault::refused(Code::InvalidField, format!("there is no such {what}"));
        let platform = match self.platform.as_str() {
            "" => None,
            text => Some(Platform::parse(text).ok_or_else(|| no_such("platform"))?),
        };
        let missing = self.missing.iter().filter(|text| !text.is_empty()).map(|text| {
            Kind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| no_such("field"))
        });
        Ok(CustomerSearch {
            text: some(&self.q),
            platform,
            tag: some(&self.tag),
            from: day(&self.from)?.map(Day::start),
            until: day(&self.until)?.map(Day::end),
            missing: missing.collect::<Outcome<_>>()?,
            incomplete: self.is_incomplete(),
            cursor: some(&self.cursor),
            ..CustomerSearch::default()
        })
    }

    /// The address that shows the same, but for the words.
    pub fn query(&self) -> String {
        let plain = Self { q: String::new(), ..self.clone() };
        serde_html_form::to_string(&plain).unwrap_or_default()
    }

    /// The page that shows the same, but for the words.
    pub fn path(&self) -> String {
        match self.query() {
            query if query.is_empty() => PATH.to_owned(),
            query => format!("{PATH}?{query}"),
        }
    }

    /// Each filter that is set, with its name, and the filters without it.
    pub fn active(&self) -> Vec<(String, Self)> {
        let base = Self { cursor: String::new(), ..self.clone() };
        let mut active = Vec::new();
        if !self.q.trim().is_empty() {
            active.push((
                format!("Words: {}", self.q.trim()),
                Self { q: String::new(), ..base.clone() },
            ));
        }
        if let Some(known) = Platform::parse(&self.platform) {
            active.push((
                format!("Platform: {}", platform(known)),
                Self { platform: String::new(), ..base.clone() },
            ));
        }
        if !self.tag.is_empty() {
            active
                .push((format!("Tag: {}", self.tag), Self { tag: String::new(), ..base.clone() }));
        }
        if !self.from.is_empty() {
            active.push((
                format!("Seen since {}", self.from),
                Self { from: String::new(), ..base.clone() },
            ));
        }
        if !self.until.is_empty() {
            active.push((
                format!("Seen until {}", self.until),
                Self { until: String::new(), ..base.clone() },
            ));
        }
        if self.is_incomplete() {
            active.push((
                "Incomplete".to_owned(),
                Self { incomplete: String::new(), ..base.clone() },
            ));
        }
        for known in Kind::ALL.into_iter().filter(|kind| self.lacks(*kind)) {
            let missing =
                self.missing.iter().filter(|text| *text != known.as_str()).cloned().collect();
            active.push((format!("Without {}", lower(known)), Self { missing, ..base.clone() }));
        }
        active
    }

    /// Whether only those are shown of whom this is not known.
    pub fn lacks(&self, kind: Kind) -> bool {
        self.missing.iter().any(|text| text == kind.as_str())
    }

    /// Whether only those are shown of whom something is not known.
    pub fn is_incomplete(&self) -> bool {
        !self.incomplete.is_empty()
    }

    /// As hidden fields, for forms that concern what is found.
    pub fn hidden(&self) -> Markup {
        html! {
            @for (name, value) in [("q", &self.q), ("platform", &self.platform), ("tag", &self.tag), ("from", &self.from), ("until", &self.until), ("incomplete", &self.incomplete)] {
                @if !value.is_empty() { (parts::hidden(name, value)) }
            }
            @for missing in &self.missing { (parts::hidden("missing", missing)) }
        }
    }
}

/// What is not known of somebody, within a sentence.
pub const fn lower(kind: Kind) -> &'static str {
    match kind {
        Kind::Name => "name",
        Kind::Email => "e-mail",
        Kind::Phone => "phone",
    }
}
