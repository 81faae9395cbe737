//! What a form of settings is put together from, and what is wrong with it, said beside the field that it is
//! about.

use askwell::Error;
use maud::{Markup, html};

/// What a form was refused for, if it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wrong {
    field: String,
    said: String,
}

impl Wrong {
    /// Nothing is.
    pub const NOTHING: Self = Self { field: String::new(), said: String::new() };

    /// What is wrong with one field.
    pub fn at(field: impl Into<String>, said: impl Into<String>) -> Self {
        Self { field: field.into(), said: said.into() }
    }

    /// What was refused. Details of the API name their field between backticks, with what it stands in before
    /// a point; where one does, the rest is said beside that field.
    pub fn of(error: &Error) -> Self {
        let mut parts = error.detail.splitn(3, '`');
        let (before, path, rest) = (parts.next(), parts.next(), parts.next());
        match (before, path, rest) {
            (Some("" | "the field " | "the parameter "), Some(path), Some(rest)) => {
                let field = path.rsplit('.').next().unwrap_or(path);
                // People count no bytes.
                let said = match rest.trim_start().strip_suffix(" bytes") {
                    Some(rest) => format!("{rest} characters, or fewer where they are not Latin"),
                    None => rest.trim_start().to_owned(),
                };
                Self::at(field, sentence(&said))
            }
            _ => Self::at("", sentence(&error.detail)),
        }
    }

    /// What is to be said beside a field.
    pub fn beside(&self, field: &str) -> Option<&str> {
        (!self.said.is_empty() && self.field == field).then_some(self.said.as_str())
    }

    /// What is to be said above a form that has these fields: what is about none of them.
    pub fn above(&self, fields: &[&str]) -> Markup {
        let known = fields.contains(&self.field.as_str());
        html! {
            @if !self.said.is_empty() && !known { p.flash.bad role="alert" { (self.said) } }
        }
    }

    /// Below a field, where something is wrong with it.
    pub fn below(&self, field: &str) -> Markup {
        html! {
            @if let Some(said) = self.beside(field) { p.wrong id={ (field) "-wrong" } role="alert" { (said) } }
        }
    }

    fn described(&self, field: &str, about: &str) -> Option<String> {
        let wrong = self.beside(field).map(|_| format!("{field}-wrong"));
        let about = (!about.is_empty()).then(|| format!("{field}-about"));
        let ids: Vec<String> = wrong.into_iter().chain(about).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// A detail as a sentence.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let mut out: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    out.push_str(chars.as_str());
    if !out.ends_with(['.', '!', '?']) {
        out.push('.');
    }
    out
}

/// Somewhere to write something.
#[derive(Debug, Clone, Copy)]
pub struct Blank<'a> {
    /// What is asked for.
    pub label: &'a str,
    /// What it is sent as, and what it is known by on the page.
    pub name: &'a str,
    /// What stands in it. What is secret never does.
    pub value: &'a str,
    /// `text`, `url`, `email`, `number`, `password`, or `lines` for several.
    pub kind: &'a str,
    /// Whether it must be filled in.
    pub required: bool,
    /// Most characters; the largest number.
    pub most: u32,
    /// Shown where nothing stands in it.
    pub placeholder: &'a str,
    /// A word on what it is.
    pub about: &'a str,
}

impl Default for Blank<'_> {
    fn default() -> Self {
        Self {
            label: "",
            name: "",
            value: "",
            kind: "text",
            required: false,
            most: 2_000,
            placeholder: "",
            about: "",
        }
    }
}

impl Blank<'_> {
    /// The field, with what is wrong with it and the word on it below.
    pub fn show(&self, wrong: &Wrong) -> Markup {
        let Self { label, name, kind, required, most, .. } = *self;
        let invalid = wrong.beside(name).map(|_| "true");
        let described = wrong.described(name, self.about);
        let placeholder = (!self.placeholder.is_empty()).then_some(self.placeholder);
        let off = if kind == "password" { "new-password" } else { "off" };
        html! {
            label for=(name) { (label) }
            @if kind == "lines" {
                textarea id=(name) name=(name) rows="4" required[required] maxlength=(most) placeholder=[placeholder] aria-invalid=[invalid] aria-describedby=[described] autofocus[invalid.is_some()] { (self.value) }
            } @else if kind == "number" {
                input id=(name) name=(name) type="number" min="1" max=(most) value=(self.value) required[required] aria-invalid=[invalid] aria-describedby=[described] autofocus[invalid.is_some()];
            } @else {
                input id=(name) name=(name) type=(kind) value=(if kind == "password" { "" } else { self.value }) required[required] maxlength=(most) placeholder=[placeholder] autocomplete=(off) spellcheck="false" aria-invalid=[invalid] aria-describedby=[described] autofocus[invalid.is_some()];
            }
            (wrong.below(name))
            @if !self.about.is_empty() { p.about.muted.small-text id={ (name) "-about" } { (self.about) } }
        }
    }
}

/// One of several, each with a word on what it is.
pub fn choice(
    label: &str,
    name: &str,
    chosen: &str,
    all: &[(&str, &str, &str)],
    wrong: &Wrong,
) -> Markup {
    html! {
        fieldset aria-describedby=[wrong.described(name, "")] {
            legend { (label) }
            @for (value, shown, about) in all {
                label.option {
                    input type="radio" name=(name) value=(value) checked[*value == chosen] required;
                    span { (shown) @if !about.is_empty() { " " span.muted.small-text { (about) } } }
                }
            }
            (wrong.below(name))
        }
    }
}

/// Something that holds or does not.
pub fn tick(label: &str, name: &str, on: bool) -> Markup {
    html! { label { input type="checkbox" name=(name) value="yes" checked[on]; (label) } }
}

#[cfg(test)]
mod tests {
    use super::super::tests::HOSTILE;
    use super::*;
    use askwell::Code;

    #[test]
    fn what_is_wrong_stands_beside_its_field() {
        for (detail, field, said) in [
            ("the field `connection.page_id` must be digits", "page_id", "Must be digits."),
            ("`hours.open` must be 50 openings at most", "open", "Must be 50 openings at most."),
            (
                "the field `name` must have 1 to 200 bytes",
                "name",
                "Must have 1 to 200 characters, or fewer where they are not Latin.",
            ),
            ("no language model is set", "", "No language model is set."),
            ("The field says `x`.", "", "The field says `x`."),
        ] {
            let wrong = Wrong::of(&Error::new(Code::InvalidField, detail.to_owned()));
            assert_eq!(wrong, Wrong::at(field, said));
        }
        let wrong = Wrong::at("name", "Is missing.");
        let blank = Blank { label: "Name", name: "name", about: "For people.", ..Blank::default() };
        let text = blank.show(&wrong).into_string();
        assert!(text.contains("aria-describedby=\"name-wrong name-about\""), "{text}");
        assert!(text.contains("aria-invalid=\"true\"") && text.contains(">Is missing.<"));
        assert!(wrong.above(&["name"]).into_string().is_empty());
        assert!(wrong.above(&["other"]).into_string().contains("Is missing."));
        let fine = blank.show(&Wrong::default()).into_string();
        assert!(!fine.contains("invalid") && !fine.contains("alert"), "{fine}");
    }

    #[test]
    fn what_was_typed_stays_and_a_secret_does_not() {
        let of = |kind| Blank { name: "x", value: HOSTILE, kind, ..Blank::default() };
        let text = of("text").show(&Wrong::default()).into_string();
        assert!(text.contains("&lt;script&gt;alert(1)") && !text.contains("<script"), "{text}");
        let lines = of("lines").show(&Wrong::default()).into_string();
        assert!(lines.contains("&lt;script&gt;alert(1)") && !lines.contains("<script"), "{lines}");
        let secret = of("password").show(&Wrong::default()).into_string();
        assert!(!secret.contains("alert(1)") && secret.contains("new-password"), "{secret}");
    }
}
