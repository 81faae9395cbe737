//! What the form of an automation sends, and what there is to choose from in it. Its fields are
//! `automation_fields.rs`'s.

use crate::fault::{Fault, Outcome};
use crate::ledger::automations::as_new;
use crate::ledger::seen;
use askwell::Code;
use askwell::api::{
    AnswerFilter, Automation, AutomationAction, AutomationConditions, AutomationTarget, Endpoint,
    NewAutomation, Trigger,
};
use askwell::closing::FieldVersion;
use askwell::conversation::Direction;
use askwell::id::EndpointId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as Unknown, StrDeserializer};

/// Who began a conversation, as people say it.
pub const fn begun(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "Begun by the visitor",
        Direction::Outbound => "Begun by the team",
    }
}

/// What there is to choose from.
#[derive(Debug, Clone, Default)]
pub struct Offered {
    /// The questions with their values.
    pub fields: Vec<FieldVersion>,
    /// The webhooks; none for whoever may not see where events go.
    pub endpoints: Option<Vec<Endpoint>>,
}

impl Offered {
    /// What a question is called.
    pub fn field(&self, id: &str) -> &str {
        let found = self.fields.iter().find(|field| field.id == id);
        found.map_or("a question that is not put any more", |field| field.field.name.as_str())
    }

    /// What a webhook is known by.
    pub fn endpoint(&self, id: &EndpointId) -> &str {
        let Some(all) = &self.endpoints else { return "a webhook" };
        let found = all.iter().find(|endpoint| endpoint.endpoint_id == *id);
        found.map_or("a webhook that is gone", |endpoint| endpoint.url.as_str())
    }

    /// The webhooks that may be shown.
    pub fn webhooks(&self) -> &[Endpoint] {
        self.endpoints.as_deref().unwrap_or_default()
    }
}

/// What the form sends. Each step has an entry in `what`, `tag`, `note`, `target` and `endpoint`, whichever
/// of them it needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Form {
    /// For people.
    pub name: String,
    /// Ticked: it runs.
    pub enabled: String,
    /// After what.
    pub on: String,
    /// Over one of these.
    pub platform: Vec<String>,
    /// Begun by whom; nothing for either.
    pub direction: String,
    /// Of one of these tones.
    pub sentiment: Vec<String>,
    /// With these answers, `field=value`; an empty one is none.
    pub answer: Vec<String>,
    /// `tag`, `note`, `webhook`, or nothing.
    pub what: Vec<String>,
    /// What is tagged with.
    pub tag: Vec<String>,
    /// What is noted.
    pub note: Vec<String>,
    /// On what.
    pub target: Vec<String>,
    /// Who is told.
    pub endpoint: Vec<String>,
    /// What was pressed instead of saving: `answer` or `step`, for one more of them.
    pub more: String,
    /// The mark of what the form showed when it was opened; see [`seen`](crate::ledger::seen).
    pub seen: String,
}

fn target(on: AutomationTarget) -> &'static str {
    match on {
        AutomationTarget::Conversation => "conversation",
        AutomationTarget::Customer => "customer",
    }
}

/// A word of the form as what it stands for.
fn known<T: DeserializeOwned>(text: &str, what: &str) -> Outcome<T> {
    T::deserialize(StrDeserializer::<Unknown>::new(text)).map_err(|_| {
        Fault::refused(Code::InvalidField, format!("Choose one of the {what} offered."))
    })
}

impl Form {
    /// An empty one, for what is to run.
    pub fn fresh() -> Self {
        Self {
            enabled: "yes".to_owned(),
            on: Trigger::Closed.as_str().to_owned(),
            what: vec!["tag".to_owned()],
            ..Self::default()
        }
    }

    /// An automation in the form.
    pub fn of(one: &Automation) -> Self {
        let mut form = Self {
            name: one.name.clone(),
            enabled: if one.enabled { "yes" } else { "" }.to_owned(),
            on: one.on.as_str().to_owned(),
            platform: one.when.platforms.iter().map(|p| p.as_str().to_owned()).collect(),
            direction: one.when.direction.map_or("", Direction::as_str).to_owned(),
            sentiment: one.when.sentiments.iter().map(|s| s.as_str().to_owned()).collect(),
            answer: one.when.answers.iter().map(written).collect(),
            seen: seen::mark(&as_new(one)),
            ..Self::default()
        };
        for action in &one.then {
            let (what, tag, note, on, endpoint) = match action {
                AutomationAction::Tag { tag, on } => ("tag", tag.as_str(), "", *on, None),
                AutomationAction::Note { text, on } => ("note", "", text.as_str(), *on, None),
                AutomationAction::Webhook { endpoint_id } => {
                    ("webhook", "", "", AutomationTarget::default(), Some(endpoint_id))
                }
            };
            form.what.push(what.to_owned());
            form.tag.push(tag.to_owned());
            form.note.push(note.to_owned());
            form.target.push(target(on).to_owned());
            form.endpoint.push(endpoint.map_or_else(String::new, ToString::to_string));
        }
        form
    }

    /// Whether one more line was asked for, and nothing is to be saved yet.
    pub fn is_unfinished(&self) -> bool {
        !self.more.is_empty()
    }

    /// The automation.
    ///
    /// # Errors
    /// [`Code::InvalidField`] with what is wrong, for people.
    pub fn read(&self) -> Outcome<NewAutomation> {
        if self.name.trim().is_empty() {
            return refuse("Give the automation a name.");
        }
        let platforms = self.platform.iter().map(|text| known(text, "channels"));
        let sentiments = self.sentiment.iter().map(|text| known(text, "tones"));
        let direction = match self.direction.as_str() {
            "" => None,
            text => Some(known(text, "answers")?),
        };
        let answers = self.answer.iter().filter(|text| !text.is_empty()).map(|text| {
            let Some((field_id, value)) = text.split_once('=') else {
                return refuse("Choose one of the answers offered.");
            };
            Ok(AnswerFilter { field_id: field_id.to_owned(), value: value.to_owned() })
        });
        let when = AutomationConditions {
            platforms: platforms.collect::<Outcome<_>>()?,
            direction,
            sentiments: sentiments.collect::<Outcome<_>>()?,
            answers: answers.collect::<Outcome<_>>()?,
        };
        let then = (0..self.what.len()).filter_map(|place| self.step(place).transpose());
        let then: Vec<_> = then.collect::<Outcome<_>>()?;
        if then.is_empty() {
            return refuse("Say what is to be done: choose one step at least.");
        }
        Ok(NewAutomation {
            name: self.name.trim().to_owned(),
            enabled: !self.enabled.is_empty(),
            on: known(&self.on, "moments")?,
            when,
            then,
        })
    }

    fn step(&self, place: usize) -> Outcome<Option<AutomationAction>> {
        let on = || match at(&self.target, place) {
            "" => Ok(AutomationTarget::default()),
            text => known(text, "places"),
        };
        Ok(Some(match at(&self.what, place) {
            "" => return Ok(None),
            "tag" => {
                let tag = at(&self.tag, place).trim();
                if tag.is_empty() {
                    return refuse("Write the tag that is to be put on.");
                }
                AutomationAction::Tag { tag: tag.to_owned(), on: on()? }
            }
            "note" => {
                // A browser ends lines of a form in its own way.
                let text = at(&self.note, place).trim().replace("\r\n", "\n");
                if text.is_empty() {
                    return refuse("Write the note that is to be made.");
                }
                AutomationAction::Note { text, on: on()? }
            }
            "webhook" => {
                let id = at(&self.endpoint, place).parse();
                let Ok(endpoint_id) = id else {
                    return refuse("Choose the webhook that is to be told.");
                };
                AutomationAction::Webhook { endpoint_id }
            }
            _ => return refuse("Choose one of the steps offered."),
        }))
    }
}

fn refuse<T>(detail: &str) -> Outcome<T> {
    Err(Fault::refused(Code::InvalidField, detail))
}

/// What a list of the form has in a place; nothing where it is shorter.
pub fn at(texts: &[String], place: usize) -> &str {
    texts.get(place).map_or("", String::as_str)
}

fn written(answer: &AnswerFilter) -> String {
    format!("{}={}", answer.field_id, answer.value)
}

#[cfg(test)]
mod tests {
    use super::super::automation_fields::form;
    use super::*;
    use askwell::conversation::{Platform, Sentiment};
    use askwell::id::AutomationId;
    use askwell::time::UnixMillis;

    fn sent(text: &str) -> Form {
        serde_html_form::from_str(text).unwrap()
    }

    const WHOLE: &str = "name=+Damaged+&enabled=yes&on=closed&platform=line&platform=email&direction=inbound&sentiment=negative&answer=&answer=kind%3Da%3Db&what=tag&tag=+broken+&note=&target=customer&endpoint=&what=&tag=left+out&note=&target=conversation&endpoint=&what=note&tag=&note=one%0D%0Atwo&target=conversation&endpoint=";

    #[test]
    fn what_is_filled_in_is_what_is_set_and_is_shown_again() {
        let new = sent(WHOLE).read().unwrap();
        assert_eq!((new.name.as_str(), new.enabled, new.on), ("Damaged", true, Trigger::Closed));
        assert_eq!(new.when.platforms, [Platform::Line, Platform::Email]);
        assert_eq!(new.when.direction, Some(Direction::Inbound));
        assert_eq!(new.when.sentiments, [Sentiment::Negative]);
        let answer = AnswerFilter { field_id: "kind".to_owned(), value: "a=b".to_owned() };
        assert_eq!(new.when.answers, [answer]);
        let tag =
            AutomationAction::Tag { tag: "broken".to_owned(), on: AutomationTarget::Customer };
        let note = AutomationAction::Note {
            text: "one\ntwo".to_owned(),
            on: AutomationTarget::Conversation,
        };
        assert_eq!(new.then, [tag, note]);
        let one = Automation {
            automation_id: AutomationId::derive(&[b"1"]),
            name: new.name.clone(),
            enabled: new.enabled,
            on: new.on,
            when: new.when.clone(),
            then: new.then.clone(),
            created_at: UnixMillis(0),
            runs: 0,
            last_run_at: None,
        };
        assert_eq!(Form::of(&one).read().unwrap(), new);
        assert_eq!(as_new(&one), new);
        // What is offered no more is kept for all that.
        let text = form(&Form::of(&one), &Offered::default(), "/", "Save").into_string();
        assert!(text.contains("a question that is not put any more"), "{text}");
    }

    #[test]
    fn what_is_missing_is_said_for_people() {
        for (text, said) in [
            ("name=+&on=closed&what=tag&tag=x", "a name"),
            ("name=x&on=closed", "what is to be done"),
            ("name=x&on=closed&what=&tag=x", "what is to be done"),
            ("name=x&on=closed&what=tag&tag=+", "Write the tag"),
            ("name=x&on=closed&what=note&note=", "Write the note"),
            ("name=x&on=closed&what=webhook&endpoint=", "Choose the webhook"),
            ("name=x&on=closed&what=dance", "the steps offered"),
            ("name=x&on=never&what=tag&tag=x", "the moments offered"),
            ("name=x&on=closed&platform=fax&what=tag&tag=x", "the channels offered"),
            ("name=x&on=closed&sentiment=blue&what=tag&tag=x", "the tones offered"),
            ("name=x&on=closed&answer=x&what=tag&tag=x", "the answers offered"),
            ("name=x&on=closed&what=tag&tag=x&target=moon", "the places offered"),
        ] {
            let error = sent(text).read().unwrap_err().public();
            assert_eq!(error.code, Code::InvalidField, "{text}");
            assert!(error.detail.contains(said), "{text}: {}", error.detail);
        }
    }

    #[test]
    fn one_more_line_is_shown_without_saving_and_no_more_than_are_taken() {
        let steps = |text: &str| {
            form(&sent(text), &Offered::default(), "/", "Add")
                .into_string()
                .matches("<legend>Step ")
                .count()
        };
        assert!(!sent(WHOLE).is_unfinished());
        assert!(sent("more=step").is_unfinished());
        assert_eq!(steps("what=tag"), 1);
        assert_eq!(steps("what=tag&more=step"), 2);
        let ten = ["what=tag"; 10].join("&");
        assert_eq!(steps(&format!("{ten}&more=step")), 10);
    }
}
