//! What is looked for in the list of conversations: as a form sends it, an address holds it, and people say it.

use super::conversations::PATH;
use super::customers_filters::day;
use super::parts::{self, platform};
use super::visit::form_urlencode;
use crate::fault::{Fault, Outcome};
use crate::http;
use crate::ledger::fields::Known;
use crate::ledger::views::ConversationsShown;
use askwell::Code;
use askwell::api::{AnswerFilter, ConversationSearch};
use askwell::classify::Field;
use askwell::conversation::{DurationBand, Platform};
use askwell::text::Lang;
use askwell::time::Day;
use maud::{Markup, html};
use serde::de::DeserializeOwned;

/// What the filter of a question begins with in the address; its id follows.
const FIELD: &str = "f.";

/// What is looked for: names and values, as they stand in the address, none of them empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters(Vec<(String, String)>);

/// The filters that are not questions, with their names for people.
const PLAIN: [(&str, &str); 14] = [
    ("direction", "Direction"),
    ("status", "Status"),
    ("sentiment", "Sentiment"),
    ("platform", "Channel"),
    ("lang", "Language"),
    ("transferred", "Handed on"),
    ("lasted", "Lasted"),
    ("test_mode", "Test"),
    ("tag", "Tag"),
    ("feedback", "Feedback"),
    ("feedback_from", "Feedback since"),
    ("feedback_until", "Feedback until"),
    ("from", "Began since"),
    ("until", "Began until"),
];

const DIRECTIONS: [&str; 2] = ["inbound", "outbound"];
const STATUSES: [&str; 7] =
    ["queued", "in-progress", "completed", "failed", "busy", "no-answer", "voicemail"];
const SENTIMENTS: [&str; 6] =
    ["overly-negative", "negative", "neutral", "positive", "overly-positive", "not-applicable"];
const FEEDBACK: [(&str, &str); 2] = [("good", "good"), ("not_good", "not good")];
const YES_NO: [(&str, &str); 2] = [("true", "yes"), ("false", "no")];

const fn lasted(band: DurationBand) -> &'static str {
    match band {
        DurationBand::Under1m => "under a minute",
        DurationBand::From1mTo5m => "1 to 5 minutes",
        DurationBand::From5mTo30m => "5 to 30 minutes",
        DurationBand::From30mTo2h => "30 minutes to 2 hours",
        DurationBand::From2hTo24h => "2 to 24 hours",
        DurationBand::Over24h => "a day or longer",
    }
}

impl Filters {
    /// Reads an address or a form; what is not known is left out.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    pub fn read(text: &str) -> Outcome<Self> {
        let pairs: Vec<(String, String)> = http::query(text)?;
        let known = |name: &str| {
            name == "cursor" || name.starts_with(FIELD) || PLAIN.iter().any(|(n, _)| *n == name)
        };
        Ok(Self(pairs.into_iter().filter(|(n, v)| !v.is_empty() && known(n)).collect()))
    }

    /// The value of a filter, empty where it is not set.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn flag(&self, name: &str, otherwise: &str) -> Outcome<Option<bool>> {
        match self.get(name) {
            "" => Ok(None),
            text => {
                text.parse().map(Some).map_err(|_| Fault::refused(Code::InvalidField, otherwise))
            }
        }
    }

    /// As the ledger looks for it.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    pub fn search(&self) -> Outcome<ConversationSearch> {
        let tag = self.get("tag").trim();
        // Days of feedback say nothing where no feedback is asked for.
        let thought = |at| Some(at).filter(|_| !self.get("feedback").is_empty()).flatten();
        let answers = self.0.iter().filter_map(|(name, value)| {
            let field_id = name.strip_prefix(FIELD)?.to_owned();
            Some(AnswerFilter { field_id, value: value.clone() })
        });
        Ok(ConversationSearch {
            status: word(self.get("status"), "status")?,
            direction: word(self.get("direction"), "direction")?,
            platform: word(self.get("platform"), "channel")?,
            sentiment: word(self.get("sentiment"), "sentiment")?,
            lang: word(self.get("lang"), "language")?,
            transferred: self.flag("transferred", "choose whether it was handed on or not")?,
            test_mode: self.flag("test_mode", "choose whether it was a test or not")?,
            lasted: word(self.get("lasted"), "duration")?,
            tag: Some(tag.to_owned()).filter(|tag| !tag.is_empty()),
            feedback: word(self.get("feedback"), "feedback")?,
            feedback_from: thought(day(self.get("feedback_from"))?.map(Day::start)),
            feedback_until: thought(day(self.get("feedback_until"))?.map(Day::end)),
            from: day(self.get("from"))?.map(Day::start),
            until: day(self.get("until"))?.map(Day::end),
            answers: answers.collect(),
            cursor: Some(self.get("cursor").to_owned()).filter(|cursor| !cursor.is_empty()),
            ..ConversationSearch::default()
        })
    }

    /// Names and values, as they stand in the address.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The address that shows the same.
    pub fn query(&self) -> String {
        let pairs =
            self.0.iter().map(|(n, v)| format!("{}={}", form_urlencode(n), form_urlencode(v)));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// The address of the list, with these.
    pub fn path(&self) -> String {
        match self.query() {
            query if query.is_empty() => PATH.to_owned(),
            query => format!("{PATH}?{query}"),
        }
    }

    /// The same without one, from the first page on.
    pub fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(n, _)| n != name && n != "cursor").cloned().collect())
    }

    /// The same, from there on.
    pub fn with_cursor(&self, cursor: &str) -> Self {
        let mut with = self.without("cursor");
        with.0.push(("cursor".to_owned(), cursor.to_owned()));
        with
    }

    /// Each filter that is set, as people call it, and the filters without it.
    pub fn active(&self, shown: &ConversationsShown) -> Vec<(String, Self)> {
        let name = |key: &str| match key.strip_prefix(FIELD) {
            Some(id) => shown
                .fields
                .iter()
                .find(|field| field.id() == id)
                .map_or("Another question".to_owned(), Known::name),
            None => PLAIN.iter().find(|(n, _)| *n == key).map_or(key, |(_, name)| name).to_owned(),
        };
        self.0
            .iter()
            .filter(|(key, _)| key != "cursor")
            .map(|(key, value)| (format!("{}: {}", name(key), said(key, value)), self.without(key)))
            .collect()
    }
}

/// The value of a filter as people say it.
fn said<'a>(key: &str, value: &'a str) -> &'a str {
    let bands = DurationBand::ALL.iter().map(|band| (band.as_str(), lasted(*band)));
    let mut words = match key {
        "transferred" | "test_mode" => YES_NO.to_vec(),
        "feedback" => FEEDBACK.to_vec(),
        "lasted" => bands.collect(),
        _ => return value,
    }
    .into_iter();
    words.find(|(word, _)| *word == value).map_or(value, |(_, said)| said)
}

/// A word of a fixed list.
fn word<T: DeserializeOwned>(text: &str, what: &str) -> Outcome<Option<T>> {
    if text.is_empty() {
        return Ok(None);
    }
    let value = serde_json::Value::String(text.to_owned());
    serde_json::from_value(value)
        .map(Some)
        .map_err(|_| Fault::refused(Code::InvalidField, format!("there is no such {what}")))
}

/// The form, open where a filter is set.
pub fn filter_form(filters: &Filters, shown: &ConversationsShown, open: bool) -> Markup {
    let same = |words: &[&str]| -> Vec<(String, String)> {
        words.iter().map(|word| ((*word).to_owned(), (*word).to_owned())).collect()
    };
    let platforms: Vec<_> =
        Platform::ALL.iter().map(|p| (p.as_str().to_owned(), platform(*p).to_owned())).collect();
    let langs: Vec<_> = Lang::ALL
        .iter()
        .map(|lang| (lang.code().to_owned(), parts::language(*lang).to_owned()))
        .collect();
    let owned = |words: &[(&str, &str)]| -> Vec<(String, String)> {
        words.iter().map(|(word, said)| ((*word).to_owned(), (*said).to_owned())).collect()
    };
    let bands: Vec<_> =
        DurationBand::ALL.iter().map(|band| (band.as_str(), lasted(*band))).collect();
    let bands = owned(&bands);
    html! {
        form #filters method="get" action=(PATH)
            hx-get=(PATH) hx-trigger="change delay:50ms, submit" hx-target="#results" hx-select="#results"
            hx-swap="outerHTML" hx-push-url="true" hx-sync="this:replace" {
            details open[open] {
                summary { "Filters" }
                div.fields {
                    (parts::select("Direction", "direction", "Any", &same(&DIRECTIONS), filters.get("direction")))
                    (parts::select("Status", "status", "Any", &same(&STATUSES), filters.get("status")))
                    (parts::select("Sentiment", "sentiment", "Any", &same(&SENTIMENTS), filters.get("sentiment")))
                    (parts::select("Channel", "platform", "Any", &platforms, filters.get("platform")))
                    (parts::select("Language", "lang", "Any", &langs, filters.get("lang")))
                    (parts::select("Handed on", "transferred", "Any", &owned(&YES_NO), filters.get("transferred")))
                    (parts::select("Lasted", "lasted", "Any", &bands, filters.get("lasted")))
                    (parts::select("Test", "test_mode", "Any", &owned(&YES_NO), filters.get("test_mode")))
                    (parts::tags(&shown.all_tags, filters.get("tag")))
                    (parts::select("Feedback", "feedback", "Any", &owned(&FEEDBACK), filters.get("feedback")))
                    // Shown while feedback is chosen, by the style sheet.
                    label.of-feedback { "Feedback since" input type="date" name="feedback_from" value=(filters.get("feedback_from")); }
                    label.of-feedback { "Feedback until" input type="date" name="feedback_until" value=(filters.get("feedback_until")); }
                    label { "Began since" input type="date" name="from" value=(filters.get("from")); }
                    label { "Began until" input type="date" name="until" value=(filters.get("until")); }
                    @for (field, given) in shown.fields.iter().zip(&shown.given) {
                        @let name = format!("{FIELD}{}", field.id());
                        @let values = values(field.field(), given);
                        (parts::select(&field.name(), &name, "Any", &same(&values), filters.get(&name)))
                    }
                }
            }
            noscript { button { "Filter" } }
        }
    }
}

/// What a question can be filtered by: its values, then what else it was answered with.
fn values<'a>(field: &'a Field, given: &'a [String]) -> Vec<&'a str> {
    let mut values: Vec<&str> = field.possible_values.iter().map(|v| v.name()).collect();
    let others = given.iter().map(String::as_str).filter(|value| !values.contains(value));
    values.extend(others.collect::<Vec<_>>());
    if !values.contains(&"(null)") {
        values.push("(null)");
    }
    values
}
