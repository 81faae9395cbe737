//! The form of a question of Data Collection, with what the linter says beside the part that it is about,
//! and the advice on writing prompts.

use super::collection::PATH;
use super::parts;
use crate::fault::{Fault, Outcome};
use askwell::Code;
use askwell::classify::lint::{
    Hint, MAX_NAME_CHARS, MAX_PROMPT_CHARS, MAX_VALUE_CHARS, MAX_VALUES, Rule,
};
use askwell::classify::{self, Field, FieldKind, Value};
use maud::{Markup, html};
use serde::Deserialize;

/// Empty lines for values that are offered.
const SPARE: usize = 3;

/// What the form sends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct FieldForm {
    /// In reports.
    pub name: String,
    /// What to look for.
    pub prompt: String,
    /// The values; an empty one is none.
    pub value: Vec<String>,
    /// When each of `value` is right, in the same order.
    pub description: Vec<String>,
    /// More values, one a line.
    pub more: String,
    /// Ticked: "no answer" is an answer.
    pub optional: String,
    /// Where to go once it is saved: nothing, `try`, `publish`.
    pub then: String,
    /// The mark of what the form showed when it was opened; see [`seen`](crate::ledger::seen).
    pub seen: String,
}

impl FieldForm {
    /// A question in the form.
    pub fn of(field: &Field) -> Self {
        let (value, description) = field
            .possible_values
            .iter()
            .map(|value| (value.name().to_owned(), value.description().unwrap_or("").to_owned()))
            .unzip();
        Self {
            name: field.name.clone(),
            prompt: field.prompt.clone(),
            value,
            description,
            optional: if field.optional { "yes" } else { "" }.to_owned(),
            ..Self::default()
        }
    }

    /// An empty one: new fields are optional.
    pub fn fresh() -> Self {
        Self { optional: "yes".to_owned(), ..Self::default() }
    }

    /// See [`Self::seen`]; none of a form that was not opened on something that stands.
    pub fn seen(&self) -> Option<String> {
        Some(self.seen.clone()).filter(|seen| !seen.is_empty())
    }

    /// The values with their descriptions, without empty lines, those of `more` after the others.
    fn values(&self) -> Vec<(String, String)> {
        let described = self.value.iter().enumerate().map(|(place, value)| {
            let description = self.description.get(place).map_or("", |text| text.trim());
            (value.trim().to_owned(), description.to_owned())
        });
        let more = self.more.lines().map(|line| (line.trim().to_owned(), String::new()));
        described
            .chain(more)
            .filter(|(value, text)| !value.is_empty() || !text.is_empty())
            .collect()
    }

    /// The question, whether or not it is a good one.
    pub fn field(&self) -> Field {
        let values = self.values().into_iter().filter(|(value, _)| !value.is_empty());
        Field {
            name: self.name.trim().to_owned(),
            // A browser ends lines of a form in its own way.
            prompt: self.prompt.trim().replace("\r\n", "\n"),
            possible_values: values
                .map(|(value, description)| match description.is_empty() {
                    true => Value::Name(value),
                    false => Value::Described { value, description },
                })
                .collect(),
            optional: !self.optional.is_empty(),
        }
    }

    /// The question, where it can be saved.
    ///
    /// # Errors
    /// [`Code::InvalidField`] with what is wrong, for people.
    pub fn read(&self) -> Outcome<Field> {
        let refuse = |detail: &str| Err(Fault::refused(Code::InvalidField, detail));
        let values = self.values();
        if self.name.trim().is_empty() {
            return refuse("Give the field a name.");
        }
        if let Some((_, text)) = values.iter().find(|(value, _)| value.is_empty()) {
            return refuse(&format!("The description “{text}” needs a value before it."));
        }
        if values.is_empty() {
            return refuse("Name at least one value that the answer can be.");
        }
        for (place, (value, _)) in values.iter().enumerate() {
            if values.iter().take(place).any(|(other, _)| other == value) {
                return refuse(&format!("The value “{value}” stands there twice."));
            }
        }
        let field = self.field();
        classify::validate(&field)?;
        Ok(field)
    }
}

/// A part of the form that a remark can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Prompt,
    Values,
    Optional,
}

impl Part {
    const ALL: [Self; 3] = [Self::Prompt, Self::Values, Self::Optional];

    const fn of(rule: Rule) -> Self {
        match rule {
            Rule::NoSkipRule
            | Rule::UnlistedValue
            | Rule::TimeWithoutTimes
            | Rule::NoEdgeRule
            | Rule::PromptTooShort => Self::Prompt,
            Rule::DuplicateValues | Rule::OverlappingValues => Self::Values,
            Rule::RequiredWithNull => Self::Optional,
        }
    }

    const fn id(self) -> &'static str {
        match self {
            Self::Prompt => "remarks-prompt",
            Self::Values => "remarks-values",
            Self::Optional => "remarks-optional",
        }
    }
}

fn is_empty(field: &Field) -> bool {
    field.prompt.is_empty() && field.possible_values.is_empty()
}

/// Nothing is said of what nobody has begun to write.
fn remarks(field: &Field) -> Vec<Hint> {
    if is_empty(field) { Vec::new() } else { classify::lint(field) }
}

/// What is said of a part, where something is; `apart` for what replaces it while somebody types.
fn part(part: Part, hints: &[Hint], apart: bool) -> Markup {
    let of_it = || hints.iter().filter(|hint| Part::of(hint.rule) == part);
    html! {
        div #(part.id()) hx-swap-oob=[apart.then_some("true")] {
            @for hint in of_it() {
                p.remark.small-text {
                    (hint.advice)
                    @for (place, value) in hint.values.iter().enumerate() {
                        @if place == 0 { " " } @else { ", " }
                        strong { "“" (value) "”" }
                    }
                }
            }
        }
    }
}

fn sum(field: &Field, hints: &[Hint], apart: bool) -> Markup {
    let chars = field.prompt.chars().count() as u64;
    html! {
        p #remarks .small-text.muted role="status" hx-swap-oob=[apart.then_some("true")] {
            @if is_empty(field) { "Remarks on what you write appear beside it." }
            @else if hints.is_empty() { "No remarks." }
            @else { (parts::count(hints.len() as u64, "remark")) ", beside what each is about." }
            " The prompt has " (parts::number(chars)) " of " (parts::number(MAX_PROMPT_CHARS as u64)) " characters."
        }
    }
}

fn kind(field: &Field, apart: bool) -> Markup {
    let told = (!field.possible_values.is_empty()).then(|| FieldKind::of(field));
    html! {
        p #kind hx-swap-oob=[apart.then_some("true")] {
            @match told {
                Some(told) => { @let (name, method) = read_as(told); strong { (name) } ": " (method) }
                None => { span.muted { "Told from the prompt and the values." } }
            }
        }
    }
}

/// A kind as people say it, and how it is answered.
const fn read_as(kind: FieldKind) -> (&'static str, &'static str) {
    match kind {
        FieldKind::Time => {
            ("Elapsed time", "computed from the times of the messages, never estimated.")
        }
        FieldKind::Count => (
            "Looked up",
            "counted or looked up in the transcript: who wrote, what happened, how often.",
        ),
        FieldKind::Language => ("Language", "told from the customer's script and words."),
        FieldKind::Amount => {
            ("Amount", "the figures that the customer states, compared with the values.")
        }
        FieldKind::Mood => ("Mood", "the customer's tone over the conversation."),
        FieldKind::YesNo => ("Yes or no", "whether what is asked about is said, or denied."),
        FieldKind::Outcome => (
            "Outcome",
            "the last that is said of success or failure, else how the conversation ended.",
        ),
        FieldKind::Averted => {
            ("Request and outcome", "what was asked for, and whether it was averted.")
        }
        FieldKind::Label => ("One of several", "the value that the conversation fits best."),
    }
}

/// What replaces the remarks while somebody types.
pub fn checked(form: &FieldForm) -> Markup {
    let field = form.field();
    let hints = remarks(&field);
    html! {
        @for one in Part::ALL { (part(one, &hints, true)) }
        (sum(&field, &hints, true))
        (kind(&field, true))
    }
}

/// What the form is for.
#[derive(Debug, Clone, Copy)]
pub struct Purpose<'a> {
    /// What it is sent to.
    pub action: &'a str,
    /// Which version it would become.
    pub version: u32,
}

/// The form.
pub fn form(form: &FieldForm, purpose: Purpose<'_>) -> Markup {
    let field = form.field();
    let hints = remarks(&field);
    let rows = form.values();
    html! {
        form method="post" action=(purpose.action) autocomplete="off"
            hx-post={ (PATH) "/check" } hx-trigger="input delay:500ms" hx-swap="none" hx-sync="this:replace" {
            @if !form.seen.is_empty() { (parts::hidden("seen", &form.seen)) }
            label {
                "Name"
                input name="name" autocomplete="off" required maxlength=(MAX_NAME_CHARS) value=(form.name) aria-describedby="about-name";
            }
            p #about-name .muted.small-text { "How it appears in reports." }
            label for="prompt" { "Prompt" }
            textarea #prompt name="prompt" rows="7" maxlength=(MAX_PROMPT_CHARS) aria-describedby={ "about-prompt " (Part::Prompt.id()) } { (form.prompt) }
            p #about-prompt .muted.small-text { "What to look for, how to decide between the values, and when there is no answer." }
            (part(Part::Prompt, &hints, false))
            fieldset aria-describedby=(Part::Values.id()) {
                legend { "Possible values" }
                (part(Part::Values, &hints, false))
                ol.values {
                    @for place in 0..(rows.len() + SPARE).min(MAX_VALUES.max(rows.len())) {
                        @let (value, description) = rows.get(place).map_or(("", ""), |row| (row.0.as_str(), row.1.as_str()));
                        li {
                            input name="value" maxlength=(MAX_VALUE_CHARS) value=(value) aria-label={ "Value " (place + 1) } placeholder="Value";
                            input name="description" maxlength=(MAX_VALUE_CHARS) value=(description) aria-label={ "When value " (place + 1) " is right" } placeholder="When it is right, if that needs saying";
                        }
                    }
                }
                details {
                    summary.small-text { "Add many at once" }
                    textarea name="more" rows="4" aria-label="More values, one a line" placeholder="One value a line" {}
                }
                p.muted.small-text { "Only these can be answered. A line that you empty is left out; saving gives more empty lines." }
            }
            label {
                input type="checkbox" name="optional" value="yes" checked[field.optional] aria-describedby={ "about-optional " (Part::Optional.id()) };
                "Optional: no value where the conversation has none"
            }
            p #about-optional .muted.small-text { "Recommended for most fields. A required one is answered for every conversation." }
            (part(Part::Optional, &hints, false))
            (sum(&field, &hints, false))
            div.row {
                button { "Save draft" }
                button.secondary name="then" value="try" { "Save and try" }
                button.secondary name="then" value="publish" { "Save and publish version " (purpose.version) "…" }
            }
        }
    }
}

/// How the question is read.
pub fn read_box(form: &FieldForm) -> Markup {
    html! {
        article {
            header { h2 { "Read as" } }
            (kind(&form.field(), false))
            p.muted.small-text.flat { "The kind of a field is told from its name, prompt and values." }
        }
    }
}

/// The advice on writing prompts.
pub fn guidance() -> Markup {
    html! {
        article {
            header { h2 { "Writing good prompts" } }
            p { "A field is a question that is put to the whole conversation: what the customer, the bot and your agents wrote, and when. Several sentences are welcome." }
            h3 { "Say when to skip" }
            p { "Most fields do not apply to every conversation. Without a rule a value may be forced onto those." }
            blockquote.small-text { "“This should only be performed if the customer has requested a cancellation. If no cancellation was requested, output null.”" }
            h3 { "Say what to do with edge cases" }
            blockquote.small-text { "“If no reason was provided, output 'No reason provided'. If none of the reasons match, output 'Other'.”" }
            h3 { "Ask about your bot and your team too" }
            blockquote.small-text { "“Return 'Yes' if the bot offered partial refunds, otherwise output 'No'.”" }
            blockquote.small-text { "“Calculate the time between the handoff and the first agent response. Within 4 hours = 'Within SLA'. Greater than 4 hours = 'SLA Violated'.”" }
            h3 { "Combine conditions" }
            blockquote.small-text { "“Classify as 'SS Saved' if the subscription was retained, 'Refund Saved' if a refund was avoided, or the appropriate combination.”" }
            p.flat { "The more specific the values, the more can be done with the answers: “Bent Blade, Blunt Blade, Rust” rather than “Product issue”." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> FieldForm {
        serde_html_form::from_str(text).unwrap()
    }

    #[test]
    fn a_form_is_read_as_it_was_written() {
        let form = read(
            "name=+Reason&prompt=a%0D%0Ab&value=A&description=&value=&description=&value=B&description=when+b&more=C%0D%0A%0D%0AD+&optional=yes",
        );
        let field = form.read().unwrap();
        assert_eq!((field.name.as_str(), field.prompt.as_str()), ("Reason", "a\nb"));
        assert!(field.optional);
        let values: Vec<_> =
            field.possible_values.iter().map(|v| (v.name(), v.description())).collect();
        assert_eq!(values, [("A", None), ("B", Some("when b")), ("C", None), ("D", None)]);
        assert_eq!(FieldForm::of(&field).read().unwrap(), field);
    }

    #[test]
    fn what_cannot_be_saved_is_said_in_words() {
        for (text, said) in [
            ("value=A", "a name"),
            ("name=x&prompt=y", "at least one value"),
            ("name=x&value=&description=when", "needs a value before it"),
            ("name=x&value=A&value=B&more=A", "“A” stands there twice"),
        ] {
            let detail = read(text).read().unwrap_err().public().detail.clone();
            assert!(detail.contains(said), "{detail}");
        }
    }

    #[test]
    fn a_remark_stands_beside_what_it_is_about() {
        let form = read(
            "name=Reason&prompt=If+it+is+the+cost,+output+'Expensive'.+If+unknown,+output+null.&value=Price&value=price&value=Other",
        );
        let text = self::form(&form, Purpose { action: "/x", version: 1 }).into_string();
        let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what} in {text}"));
        assert!(
            at("remarks-prompt\">") < at("“Expensive”")
                && at("“Expensive”") < at("Possible values")
        );
        assert!(at("Possible values") < at("differ only in spelling"));
        assert!(at("differ only in spelling") < at("Optional: no value"));
        assert!(
            at("Optional: no value") < at("The field is required and its prompt asks for null")
        );
        assert!(text.contains("3 remarks"));
    }

    #[test]
    fn nothing_is_said_of_an_empty_form() {
        let text = form(&FieldForm::fresh(), Purpose { action: "/x", version: 1 }).into_string();
        assert!(!text.contains("class=\"remark"));
        assert_eq!(text.matches("name=\"value\"").count(), SPARE);
    }
}
