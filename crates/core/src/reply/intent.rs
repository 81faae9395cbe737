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

/// The intents behind what is done about what a visitor said: none where it shows none.
pub fn intents(step: &Step, lang: Option<Lang>, at: UnixMillis) -> Vec<Intent> {
    let [greeting, person] = NOT_MEANINGFUL;
    let intent = |name: &str, not_meaningful| Intent { name: name.to_owned(), at, not_meaningful };
    match step {
        Step::Say(said) if said.text == line(lang, Line::Greeting) => vec![intent(greeting, true)],
        Step::Say(said) => said.articles.iter().map(|found| intent(&found.title, false)).collect(),
        Step::HandOver(EscalationReason::CustomerRequest) => vec![intent(person, true)],
        Step::HandOver(_) | Step::Rest => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Said;
    use super::*;
    use crate::knowledge::Found;

    #[test]
    fn what_answers_says_what_was_wanted() {
        let at = UnixMillis(7);
        let say = |text: &str, articles| Step::Say(Said { text: text.to_owned(), articles });
        let found = |title: &str| Found {
            id: "a".to_owned(),
            title: title.to_owned(),
            heading: String::new(),
            text: "From nine to five.".to_owned(),
            confidence: 0.9,
        };
        let named = |step: &Step| -> Vec<(String, bool)> {
            let all = intents(step, Some(Lang::En), at).into_iter();
            all.map(|intent| (intent.name, intent.not_meaningful)).collect()
        };
        let some = |name: &str, not| vec![(name.to_owned(), not)];
        let one = vec![found("Opening hours")];
        assert_eq!(named(&say("From nine to five.", one)), some("Opening hours", false));
        let two = vec![found("Opening hours"), found("Returns")];
        assert_eq!(named(&say("From nine to five. And …", two)).len(), 2);
        let hello = line(Some(Lang::En), Line::Greeting);
        assert_eq!(named(&say(hello, Vec::new())), some("Greeting", true));
        assert_eq!(named(&say("I am not sure.", Vec::new())), []);
        let asked = Step::HandOver(EscalationReason::CustomerRequest);
        assert_eq!(named(&asked), some("Talk to a human/agent", true));
        assert_eq!(named(&Step::HandOver(EscalationReason::KbGap)), []);
        assert_eq!(named(&Step::Rest), []);
    }
}
