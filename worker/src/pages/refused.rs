//! A form that was refused, as it is shown again: with what was typed into it, and what is wrong with it.
//!
//! Whoever draws a form asks [`Forms::at`] with the address that it is sent to, and takes its values and what
//! is to be said beside them from what comes back. What is wrong with a form that does not ask is said above
//! the page.

use super::blank::Wrong;
use super::visit::Flash;
use askwell::{Code, Error};
use serde::de::DeserializeOwned;
use std::cell::Cell;

/// The one form that was refused.
#[derive(Debug)]
pub struct Refused {
    action: String,
    pairs: Vec<(String, String)>,
    error: Error,
    wrong: Wrong,
    taken: Cell<bool>,
}

/// What a form sends, pair by pair; nothing of what is no form.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    serde_html_form::from_str(text).unwrap_or_default()
}

/// The words that somebody wrote into a form, for a page that cannot show the form itself: nothing that is secret,
/// chosen or hidden.
pub fn words(text: &str) -> Option<String> {
    let secret =
        |name: &str| ["secret", "key", "token", "password"].iter().any(|s| name.contains(s));
    let written = |(name, value): &(String, String)| {
        let free =
            matches!(name.as_str(), "text" | "body") || value.trim().contains(char::is_whitespace);
        free && !value.trim().is_empty() && !secret(name)
    };
    let all = pairs(text).into_iter().filter(written).map(|(_, value)| value.replace("\r\n", "\n"));
    Some(all.collect::<Vec<_>>().join("\n\n")).filter(|all| !all.is_empty())
}

impl Refused {
    /// What was sent where, as a form is sent, and why not.
    pub fn new(action: &str, text: &str, error: &Error) -> Self {
        Self {
            action: action.to_owned(),
            pairs: pairs(text),
            error: error.clone(),
            wrong: Wrong::of(error),
            taken: Cell::new(false),
        }
    }

    /// What the page is answered with.
    pub fn status(&self) -> u16 {
        self.error.code.status()
    }

    /// What no form of the page says.
    pub fn left_over(&self) -> Option<Flash> {
        (!self.taken.get()).then(|| Flash::bad(&self.error.detail))
    }
}

/// The forms of a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Forms<'a>(Option<&'a Refused>);

impl<'a> Forms<'a> {
    /// With one that was refused, or none.
    pub const fn of(refused: Option<&'a Refused>) -> Self {
        Self(refused)
    }

    /// The form that is sent to an address; whoever asks says what is wrong with it.
    pub fn at(self, action: &str) -> Typed<'a> {
        let here = self.0.filter(|refused| refused.action == action);
        if let Some(refused) = here {
            refused.taken.set(true);
        }
        Typed(here)
    }
}

const NOTHING: &Wrong = &Wrong::NOTHING;

/// What stands in one form.
#[derive(Debug, Clone, Copy, Default)]
pub struct Typed<'a>(Option<&'a Refused>);

impl<'a> Typed<'a> {
    /// Why it was refused, if it was.
    pub fn code(self) -> Option<Code> {
        self.0.map(|refused| refused.error.code)
    }

    /// Whether it was refused.
    pub const fn is_refused(self) -> bool {
        self.0.is_some()
    }

    /// All that was typed, where it was refused and reads as such a form.
    pub fn read<T: DeserializeOwned>(self) -> Option<T> {
        let text = serde_html_form::to_string(&self.0?.pairs).ok()?;
        serde_html_form::from_str(&text).ok()
    }

    /// What is wrong with it.
    pub fn wrong(self) -> &'a Wrong {
        self.0.map_or(NOTHING, |refused| &refused.wrong)
    }

    /// What was typed into a field; what is kept where nothing was.
    pub fn value<'b>(self, name: &str, kept: &'b str) -> &'b str
    where
        'a: 'b,
    {
        let typed = self.0.and_then(|refused| refused.pairs.iter().find(|(key, _)| key == name));
        typed.map_or(kept, |(_, value)| value.as_str())
    }

    /// What was typed into a field, where it differs from what `was` says that it showed; else what is kept now.
    pub fn changed<'b>(self, name: &str, was: &str, kept: &'b str) -> &'b str
    where
        'a: 'b,
    {
        let typed = self.value(name, kept);
        if typed == self.value(was, kept) { kept } else { typed }
    }

    /// Whether a box was ticked, or one of several chosen; how it is kept where the form was not sent.
    pub fn has(self, name: &str, value: &str, kept: bool) -> bool {
        self.0.map_or(kept, |refused| refused.pairs.iter().any(|(k, v)| k == name && v == value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_and_secrets_and_choices_are_not() {
        let sent = "message_id=desk-1&text=Hello%21&title=On+returns&body=30+days%0D%0Aat+most.&secret=a+b&on=yes&key=sk_x+y&text=";
        assert_eq!(words(sent).as_deref(), Some("Hello!\n\nOn returns\n\n30 days\nat most."));
        assert_eq!(words("member_id=us_1&key=mk_x"), None);
    }

    #[test]
    fn a_refused_form_has_what_was_typed_and_no_other_does() {
        let error = Error::new(Code::InvalidField, "the field `url` must be https");
        let text = "url=http%3A%2F%2Fa.example&name=a&name=c&empty=";
        let refused = Refused::new("/app/a", text, &error);
        let forms = Forms::of(Some(&refused));
        assert_eq!(refused.left_over().unwrap().text, "the field `url` must be https");
        let showed = Refused::new("/app/c", "a=new&was_a=old&b=old&was_b=old", &error);
        let showed = Forms::of(Some(&showed)).at("/app/c");
        assert_eq!(
            (showed.changed("a", "was_a", "theirs"), showed.changed("b", "was_b", "theirs")),
            ("new", "theirs")
        );
        let other = forms.at("/app/b");
        assert_eq!(other.changed("a", "was_a", "kept"), "kept");
        assert_eq!(other.value("url", "kept"), "kept");
        assert!(!other.is_refused() && other.has("name", "b", true));
        assert_eq!(other.wrong().beside("url"), None);
        assert!(refused.left_over().is_some());
        let typed = forms.at("/app/a");
        assert_eq!(
            (typed.value("url", "kept"), typed.value("empty", "kept")),
            ("http://a.example", "")
        );
        assert_eq!(typed.value("missing", "kept"), "kept");
        assert!(typed.has("name", "c", false) && !typed.has("name", "b", true));
        assert_eq!(typed.wrong().beside("url"), Some("Must be https."));
        assert_eq!((refused.status(), refused.left_over()), (422, None));
        assert_eq!(Forms::default().at("/app/a").value("url", "kept"), "kept");
        let read: Option<Vec<(String, String)>> = typed.read();
        assert_eq!(read.unwrap().len(), 4);
        assert_eq!(other.read::<Vec<(String, String)>>(), None);
    }
}
