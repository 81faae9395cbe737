//! What is made of all that a visitor has written since the last reply.
//!
//! People write a matter in several messages ("I bought a lamp", "it broke", "what now?"), two matters in a
//! row, or their thanks before the answer is there. Each message is read by itself and all of them as one, and
//! one reply answers them.

use super::lines::{self, Line};
use super::remarks::Remark;
use super::rules::{Rules, escalates};
use super::{Answer, Memory, Said, Step};
use crate::event::EscalationReason;
use crate::knowledge::{Found, Known};
use crate::prompt::{self, Gist};
use crate::text::Lang;

/// One of the messages that wait for an answer.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// What the visitor said.
    pub text: &'a str,
    /// Whether they gave details of theirs in it.
    pub gave: bool,
    /// Whether the policy has put a question right after it.
    pub asked: bool,
    /// What the articles know of it.
    pub known: &'a Known,
}

/// All of them, in their order.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<'a> {
    /// Each.
    pub messages: &'a [Message<'a>],
    /// What the articles know of all of them as one text.
    pub whole: &'a Known,
    /// The visitor's language, where it is known.
    pub lang: Option<Lang>,
    /// What is remembered of before.
    pub memory: Memory,
}

/// Whether a message needs no reply of its own: a greeting, thanks, a refusal to say something.
pub fn rests(rules: &Rules, text: &str, lang: Option<Lang>) -> bool {
    let gist = prompt::gist(text, lang);
    let said = Remark::of(text, lang);
    let rests = (gist.greets || gist.chats || gist.refuses) && !gist.asks || said.rests;
    rests && !said.machine && escalates(rules, text, gist, said).is_none()
}

/// A message that nothing answers.
struct Left<'a> {
    message: Message<'a>,
    gist: Gist,
    /// Whether the policy has put a question since.
    asked: bool,
}

/// Answers them from what is known, and by the rules calls a person.
pub fn together(rules: &Rules, waiting: Waiting<'_>) -> Answer {
    let Waiting { messages, whole, lang, mut memory } = waiting;
    let mut found: Vec<&Found> = Vec::new();
    let mut left: Vec<Left<'_>> = Vec::new();
    // What is said where there is no matter; and whether the details came for which one has waited.
    let (mut line, mut detailed) = (None, false);
    for (at, message) in messages.iter().enumerate() {
        let gist = prompt::gist(message.text, lang);
        let said = Remark::of(message.text, lang);
        let asked = messages.iter().skip(at).any(|message| message.asked);
        if let Some(reason) = escalates(rules, message.text, gist, said) {
            return Answer { step: Step::HandOver(reason), memory: waiting.memory, gap: None };
        }
        if said.machine {
            line = Some(Line::Machine);
            memory.greeted = true;
            continue;
        }
        // An article that has its words says nothing to somebody's thanks.
        if let Some(article) = message.known.answer().filter(|_| !said.rests) {
            if !found.iter().any(|other| other.id == article.id) {
                found.push(article);
            }
            memory = Memory { greeted: true, ..Memory::default() };
            continue;
        }
        let chats = gist.chats || said.rests;
        if gist.greets || (chats && !memory.greeted && !message.gave) {
            if !memory.greeted {
                line = line.or(Some(Line::Greeting));
            }
            memory.greeted = true;
            continue;
        }
        memory.greeted = true;
        if chats || gist.refuses {
        } else if gist.opens {
            line = Some(Line::GoOn);
        } else if message.gave && !gist.asks {
            // A detail of theirs, and nothing that is asked.
            if !asked {
                detailed |= memory.open;
                line = Some(Line::Noted);
            }
        } else {
            memory.open = true;
            left.push(Left { message: *message, gist, asked });
        }
    }
    // In pieces nothing answers it, but as a whole something does.
    let pieced = found.is_empty() && !left.is_empty();
    if pieced {
        found.extend(whole.answer());
    }
    let gap = gap(&left);
    if !found.is_empty() {
        // What was asked beside it stays open.
        let open = left.iter().find(|left| left.gist.asks && !pieced);
        let mut said = cite(&found);
        if open.is_some_and(|left| !left.asked) {
            said.text = format!("{}\n\n{}", said.text, lines::line(lang, Line::Unsure));
        }
        let open = open.is_some();
        let memory = Memory { greeted: true, open, misunderstood: open.into() };
        return Answer { step: Step::Say(said), memory, gap: gap.filter(|_| open) };
    }
    if let Some(first) = left.first() {
        // Pieces of one message, as far as anybody knows: they count as one.
        memory.misunderstood = memory.misunderstood.saturating_add(1);
        let step = if detailed || memory.misunderstood >= rules.misunderstood.max(1) {
            Step::HandOver(EscalationReason::KbGap)
        } else if first.asked {
            Step::Rest
        } else {
            say(lang, Line::Unsure)
        };
        return Answer { step, memory, gap };
    }
    let step = match line {
        _ if detailed => Step::HandOver(EscalationReason::KbGap),
        Some(line) => say(lang, line),
        None => Step::Rest,
    };
    Answer { step, memory, gap: None }
}

/// What an article could have answered.
fn gap(left: &[Left<'_>]) -> Option<String> {
    let worth = |left: &&Left<'_>| !(left.gist.angry || left.gist.person);
    let texts: Vec<&str> = left.iter().filter(worth).map(|left| left.message.text).collect();
    Some(texts.join("\n")).filter(|text| !text.is_empty())
}

fn say(lang: Option<Lang>, line: Line) -> Step {
    Step::Say(Said { text: lines::line(lang, line).to_owned(), articles: Vec::new() })
}

/// Passages, each with its article's title under it, which says where it is from.
fn cite(found: &[&Found]) -> Said {
    let passages: Vec<String> =
        found.iter().map(|found| format!("{}\n\n— {}", found.text, found.title)).collect();
    Said {
        text: passages.join("\n\n"),
        articles: found.iter().map(|found| (*found).clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::index;
    use super::*;
    use crate::knowledge::Index;

    const UNSURE: &str = "I have no reliable answer";
    const RETURNS: &str = "— Returns and refunds";
    const HOURS: &str = "— Opening hours";

    fn answers(index: &Index, texts: &[&str], asked: Option<usize>, memory: Memory) -> Answer {
        let search = |text: &str| index.search(text, Some(Lang::En), 5);
        let known: Vec<Known> = texts.iter().map(|text| search(text)).collect();
        let whole = search(&texts.join("\n"));
        let messages: Vec<Message<'_>> = texts
            .iter()
            .zip(&known)
            .enumerate()
            .map(|(at, (text, known))| Message {
                text,
                gave: text.starts_with("I'm "),
                asked: asked == Some(at),
                known,
            })
            .collect();
        let waiting = Waiting { messages: &messages, whole: &whole, lang: Some(Lang::En), memory };
        together(&Rules::default(), waiting)
    }

    fn said(texts: &[&str]) -> String {
        match answers(&index(), texts, None, Memory::default()).step {
            Step::Say(said) => said.text,
            step => panic!("{step:?}"),
        }
    }

    #[test]
    fn thanks_that_come_before_the_answer_do_not_take_its_place() {
        for texts in [
            &["How do returns work?", "Thanks!"][..],
            &["Hello!", "How do returns work?"],
            &["Hello!", "How do returns work?", "Thank you"],
        ] {
            let said = said(texts);
            assert!(said.ends_with(RETURNS) && !said.contains(UNSURE), "{texts:?}: {said}");
        }
    }

    #[test]
    fn two_questions_get_two_answers_in_one_reply() {
        let both = said(&["How do returns work?", "And what are your opening hours?"]);
        assert!(both.contains(RETURNS) && both.ends_with(HOURS), "{both}");
        let once = said(&["How do returns work?", "I mean how do refunds work?"]);
        assert_eq!(once.matches(RETURNS).count(), 1, "{once}");
    }

    #[test]
    fn a_question_beside_one_that_is_answered_is_not_passed_over() {
        let texts = ["How do returns work?", "And do you repair accordions?"];
        let answer = answers(&index(), &texts, None, Memory::default());
        let Step::Say(said) = &answer.step else { panic!("{answer:?}") };
        assert!(said.text.contains(RETURNS) && said.text.contains(UNSURE), "{}", said.text);
        assert_eq!(answer.gap.as_deref(), Some("And do you repair accordions?"));
        assert!(answer.memory.open);
        assert_eq!(answer.memory.misunderstood, 1);
    }

    #[test]
    fn pieces_of_one_matter_are_one_message_that_was_not_understood() {
        let texts = ["I have an accordion", "it is from the fifties", "can you mend it?"];
        let answer = answers(&index(), &texts, None, Memory::default());
        assert_eq!(answer.memory.misunderstood, 1);
        let Step::Say(said) = answer.step else { panic!("{answer:?}") };
        assert!(said.text.starts_with(UNSURE), "{}", said.text);
    }

    #[test]
    fn a_person_is_called_for_any_of_them() {
        let texts = ["I want to speak to a person", "How do returns work?"];
        let answer = answers(&index(), &texts, None, Memory::default());
        assert_eq!(answer.step, Step::HandOver(EscalationReason::CustomerRequest));
    }

    #[test]
    fn a_detail_that_was_asked_for_is_heard_with_what_it_is_about() {
        let texts = ["My accordion broke in half", "I'm Ingrid"];
        let answer = answers(&index(), &texts, Some(0), Memory::default());
        assert_eq!(answer.step, Step::HandOver(EscalationReason::KbGap), "the matter still waits");
        let answer = answers(&index(), &texts, Some(1), Memory::default());
        assert_eq!(answer.step, Step::Rest, "the policy asks on");
    }

    #[test]
    fn what_needs_no_reply_is_told_from_what_does() {
        let rests = |text| super::rests(&Rules::default(), text, Some(Lang::En));
        for text in ["Thanks!", "ok", "Hello!"] {
            assert!(rests(text), "{text}");
        }
        for text in ["When are you open?", "I want to speak to a person", "It broke again"] {
            assert!(!rests(text), "{text}");
        }
    }
}
