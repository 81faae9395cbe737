//! What a visitor wanted, as far as what answered them knew it.
//!
//! A message that an article answers has that article's title for its intent, whoever put the answer into words.
//! A greeting and the wish for a person are intents as well, by the names that the export's queries leave out; they
//! say nothing of what a conversation is about. The owner's own bot does not say what it took a message for.

use super::{Line, Step, line};
use crate::event::EscalationReason;
use crate::export::NOT_MEANINGFUL;
use crate::text::Lang;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// Most that are kept of a conversation; those that come first.
pub const MAX_INTENTS: usize = 100;

/// An intent that was recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The title of the article, or one of [`NOT_MEANINGFUL`].
    pub name: String,
    /// When it was answered.
    pub at: UnixMillis,
    /// Whether it says nothing of what the conversation is about.
    pub not_meaningful: bool,
}

/// The intent behind what is done about a message, if it shows one.
pub fn intent(step: &Step, lang: Option<Lang>, at: UnixMillis) -> Option<Intent> {
    let [greeting, person] = NOT_MEANINGFUL;
    let (name, not_meaningful) = match step {
        Step::Say(said) => match &said.article {
            Some(found) => (found.title.as_str(), false),
            None if said.text == line(lang, Line::Greeting) => (greeting, true),
            None => return None,
        },
        Step::HandOver(EscalationReason::CustomerRequest) => (person, true),
        Step::HandOver(_) | Step::Rest => return None,
    };
    Some(Intent { name: name.to_owned(), at, not_meaningful })
}

#[cfg(test)]
mod tests {
    use super::super::Said;
    use super::*;
    use crate::knowledge::Found;

    #[test]
    fn what_answers_says_what_was_wanted() {
        let at = UnixMillis(7);
        let say = |text: &str, article| Step::Say(Said { text: text.to_owned(), article });
        let found = Found {
            id: "a".to_owned(),
            title: "Opening hours".to_owned(),
            heading: String::new(),
            text: "From nine to five.".to_owned(),
            confidence: 0.9,
        };
        let named =
            |step: &Step| intent(step, Some(Lang::En), at).map(|i| (i.name, i.not_meaningful));
        let some = |name: &str, not| Some((name.to_owned(), not));
        assert_eq!(named(&say("From nine to five.", Some(found))), some("Opening hours", false));
        let hello = line(Some(Lang::En), Line::Greeting);
        assert_eq!(named(&say(hello, None)), some("Greeting", true));
        assert_eq!(named(&say("I am not sure.", None)), None);
        let asked = Step::HandOver(EscalationReason::CustomerRequest);
        assert_eq!(named(&asked), some("Talk to a human/agent", true));
        assert_eq!(named(&Step::HandOver(EscalationReason::KbGap)), None);
        assert_eq!(named(&Step::Rest), None);
    }
}
