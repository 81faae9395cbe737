//! Whether something is so: questions with a yes and a no.

use super::answer::{Finding, part};
use super::concepts::{self, Concept};
use super::kind::{Sense, means};
use super::label;
use super::outcome::{Ends, find_end, is_about_the_whole};
use super::phrase::{find, find_all};
use super::reading::Reading;
use super::rules::Otherwise;
use super::sureness;
use super::words::Words;
use super::{Field, Method, Question, Value, rules};
use crate::conversation::Role;

/// The customer's plain yes or no to a question of the team about one of these concepts.
fn replied(reading: &Reading<'_>, about: &[Concept]) -> Option<(bool, usize)> {
    reading.turns.windows(2).enumerate().find_map(|(i, pair)| {
        let [question, reply] = pair else { return None };
        let asks = matches!(question.role, Role::Agent | Role::Bot)
            && question.ends_in_question()
            && question.touched.iter().any(|c| about.contains(c));
        if !asks || reply.role != Role::Customer {
            return None;
        }
        let so = super::kind::yes_or_no(&reply.words)?;
        Some((so, i + 1))
    })
}

/// Concepts that are the scene of a question rather than its point.
const SCENES: [&str; 7] =
    ["subscription", "delivery", "payment", "component", "booking", "return", "refund"];

/// Concepts that only the customer's own words show, whoever else the question names.
const CUSTOMERS: [&str; 5] =
    ["thanks", "data leak", "opened package", "unopened package", "bank details"];

/// What a question of whether something is so asks for.
#[derive(Debug, Clone)]
pub(crate) struct Whether {
    /// Whether it is about how something ended.
    outcome: bool,
    /// Whether the end of the conversation tells it.
    whole: bool,
    /// Whether it is about what the bot did without a person.
    by_bot: bool,
    /// The concepts that say that it is so.
    wanted: Vec<Concept>,
    /// The concepts that say that it is not.
    opposite: Vec<Concept>,
    /// What is asked, as a label: where no concept is known for it, the turn that is most like it decides.
    probe: Box<Question>,
}

impl Whether {
    /// Reads it from a field whose value for "it is so" is `yes`.
    pub(crate) fn of(field: &Field, yes: usize) -> Self {
        let words = Words::new(&format!("{} {}", field.name, field.prompt));
        let outcome = asks_outcome(&words);
        let positive = field.possible_values.get(yes).map(Value::name).unwrap_or_default();
        let asked =
            if means(positive, Sense::Yes) { probe(&field.prompt) } else { positive.to_owned() };
        // The name says in short what is asked; what both speak of only in passing is its setting.
        let mut said = concepts::named(&asked);
        said.extend(concepts::named(&field.name));
        let wanted = rules::point(said, &SCENES);
        Self {
            outcome,
            whole: is_about_the_whole(field),
            by_bot: find(&words, &["bot", "chatbot", "assistant"]).is_some()
                && find(&words, &["agent*", "human*", "team", "we"]).is_none(),
            opposite: wanted.iter().filter_map(|c| concepts::opposite(*c)).collect(),
            wanted,
            probe: Box::new(Question::new(Field {
                name: String::new(),
                prompt: field.prompt.clone(),
                possible_values: vec![Value::Name(asked)],
                optional: true,
            })),
        }
    }
}

/// Whether it is so; `yes` and `no` are the places of the two values.
pub(crate) fn decide(reading: &Reading<'_>, question: &Question, yes: usize, no: usize) -> Finding {
    let (field, whether) = (question.field(), question.whether(yes));
    // What the prompt says to answer where it was not said.
    let unsaid = |confidence: f32| -> Option<Finding> {
        let method = Method::Embedded;
        match question.otherwise()? {
            Otherwise::Value(value) => {
                Some(Finding { value: Some(value), confidence, evidence: Vec::new(), method })
            }
            Otherwise::Null => field.optional.then(|| Finding::none(confidence, method)),
        }
    };
    if whether.outcome {
        let found = find_end(reading, &Ends::plain(yes, no), whether.whole);
        let handed = reading.by(&[Role::Agent]).next().is_some();
        if found.value == Some(yes) && whether.by_bot && whether.whole && handed {
            return Finding { value: Some(no), confidence: 0.6, ..found };
        }
        if found.value.is_some() || field.optional {
            return if found.value.is_some() { found } else { unsaid(0.5).unwrap_or(found) };
        }
    }
    let applies = rules::applies(reading, question);
    if field.optional && applies == Some(false) {
        return Finding::none(sureness::UNMET, Method::Embedded);
    }
    let told = |of: &[Concept]| -> Option<(usize, usize, usize)> {
        reading.turns.iter().enumerate().find_map(|(i, t)| {
            let heard = |c: Concept| {
                let own = CUSTOMERS.iter().any(|n| concepts::concept(n) == Some(c));
                if own {
                    t.role == Role::Customer
                } else {
                    question.focus().weight(t.role, i, reading.turns.len()) >= 0.5
                }
            };
            t.concepts
                .iter()
                .find(|h| of.contains(&h.label) && heard(h.label))
                .map(|h| (i, h.from, h.to))
        })
    };
    let decided = |value: usize, confidence: f32, at: Option<(usize, usize, usize)>| Finding {
        value: Some(value),
        confidence,
        evidence: at.and_then(|at| part(reading, at)).into_iter().collect(),
        method: Method::Embedded,
    };
    if let Some((so, index)) = replied(reading, &whether.wanted) {
        let at = reading.turns.get(index).map(|t| (index, 0, t.words.len()));
        return decided(if so { yes } else { no }, 0.8, at);
    }
    if let Some(at) = told(&whether.opposite) {
        return decided(no, 0.7, Some(at));
    }
    if !whether.wanted.is_empty() {
        if let Some(at) = told(&whether.wanted) {
            return decided(yes, 0.7, Some(at));
        }
        // It was not said. Where the prompt's condition is met that is a no, else no answer.
        // What only the team has touched is no matter of the customer's.
        if let Some(found) = unsaid(sureness::UNSAID) {
            return found;
        }
        // What was spoken of and denied is no.
        let denied = applies.is_none()
            && reading.by(&[Role::Agent, Role::Bot]).any(|(_, t)| {
                t.touched.iter().any(|c| whether.wanted.contains(c))
                    && !t.concepts.iter().any(|h| whether.wanted.contains(&h.label))
            });
        if denied && !question.unsaid_is_null() {
            return decided(no, 0.5, None);
        }
        let silent = question.unsaid_is_null() || rules::raised(reading, question) != Some(true);
        return if field.optional && silent {
            Finding::none(sureness::UNMET, Method::Embedded)
        } else {
            decided(no, if field.optional { sureness::LEFT } else { 0.6 }, None)
        };
    }
    let Some(score) = label::score(reading, &whether.probe).into_iter().next() else {
        return Finding::none(0.3, Method::Embedded);
    };
    if score.score >= 0.45 {
        decided(yes, 0.5, score.at)
    } else if let Some(found) = unsaid(0.5) {
        found
    } else if field.optional && score.score < 0.15 {
        Finding::none(0.5, Method::Embedded)
    } else {
        decided(no, 0.5, None)
    }
}

/// Whether a question asks how something ended: "was it resolved", "did the bot solve it", "did we help".
fn asks_outcome(words: &Words) -> bool {
    if find(
        words,
        &[
            "successful*",
            "succeed*",
            "able to",
            "resolved",
            "solved",
            "got fixed",
            "was fixed",
            "is fixed",
            "gelost",
            "resuelt*",
            "resolu",
            "resolue",
            "resolvid*",
            "risolt*",
            "opgelost",
            "rozwiazan*",
        ],
    )
    .is_some()
    {
        return true;
    }
    // What the team did; a customer who asks somebody to fix something has it not yet fixed.
    let team = [
        "bot",
        "chatbot",
        "assistant",
        "agent",
        "agents",
        "we",
        "team",
        "support",
        "it",
        "they",
        "answer",
        "reply",
        "advice",
        "solution",
        "anyone",
        "anybody",
    ];
    find_all(
        words,
        &[
            "solve",
            "solves",
            "resolve",
            "resolves",
            "fix",
            "fixes",
            "help",
            "helps",
            "helped",
            "fixed",
            "solving",
            "resolving",
        ],
    )
    .into_iter()
    .any(|(at, _)| (1..=2).any(|n| at.checked_sub(n).is_some_and(|i| team.contains(&words.get(i)))))
}

/// What a prompt asks about, without what it says on how to answer.
fn probe(prompt: &str) -> String {
    let empty = [
        "return",
        "output",
        "otherwise",
        "whether",
        "yes",
        "no",
        "agent",
        "bot",
        "null",
        "value",
        "answer",
        "did",
        "conversation",
        "classify",
        "empty",
        "leave",
    ];
    let first = prompt.split_inclusive(['.', '?', '\n']).next().unwrap_or(prompt);
    Words::new(first).iter().filter(|w| !empty.contains(w)).collect::<Vec<_>>().join(" ")
}
