//! Questions that are counted or looked up and not judged: how many messages, how often handed off, who answered.

mod numbers;

use super::Field;
use super::facts::{self, Counted, Facts, Shown, Span};
use super::phrase::find;
use super::reading::Reading;
use super::words::Words;
use crate::conversation::Role;
use numbers::numbers;

/// Who of the team spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Team {
    bot: bool,
    agent: bool,
    /// Whether it says that nobody else did.
    only: bool,
}

/// A question that is counted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Counting {
    /// A number, and per value the numbers that it stands for, both ends included.
    Number(NumberOf),
    /// Who answered, and per value who that is.
    Who(Parties),
    /// What is looked up.
    Facts(Facts),
}

/// What is counted, with the values' numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NumberOf {
    what: Counted,
    span: Span,
    values: Vec<Option<(u64, u64)>>,
    /// Whether nothing to count is no answer.
    none_is_null: bool,
}

/// Per value, who of the team it names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parties(Vec<Option<Team>>);

const BOT: [&str; 6] = ["bot", "bots", "chatbot*", "assistant*", "ai", "automat*"];
const AGENT: [&str; 8] = [
    "agent*",
    "human*",
    "person",
    "staff",
    "representative*",
    "mitarbeiter*",
    "agente*",
    "medewerker*",
];
const CUSTOMER: [&str; 9] = [
    "customer*",
    "visitor*",
    "user*",
    "kunde*",
    "client*",
    "cliente*",
    "klant*",
    "all",
    "everybody",
];

impl Counting {
    /// Reads a field as a question that is counted, or not.
    pub(crate) fn parse(field: &Field) -> Option<Self> {
        if let Some(facts) = Facts::parse(field) {
            return Some(Self::Facts(facts));
        }
        let names: Vec<&str> = field.possible_values.iter().map(super::Value::name).collect();
        let about_customer = |name: &&str| find(&Words::new(name), &CUSTOMER).is_some();
        if facts::asks_who(field) && !names.iter().any(about_customer) {
            let parties: Vec<Option<Team>> = names.iter().map(|n| team(n)).collect();
            let known = parties.iter().flatten().count();
            if known >= 2 {
                return Some(Self::Who(Parties(parties)));
            }
        }
        let values: Vec<Option<(u64, u64)>> = names.iter().map(|n| numbers(n)).collect();
        let rest = |(i, v): (usize, &Option<(u64, u64)>)| {
            v.is_some() || field.possible_values.get(i).is_some_and(super::rules::is_rest)
        };
        if values.iter().flatten().count() < 2 || !values.iter().enumerate().all(rest) {
            return None;
        }
        let (what, span) = facts::count(field)?;
        let none_is_null = facts::none_is_null(field);
        Some(Self::Number(NumberOf { what, span, values, none_is_null }))
    }

    /// The value that holds.
    pub(crate) fn count(&self, reading: &Reading<'_>) -> Shown {
        let value = match self {
            Self::Number(NumberOf { what, span, values, none_is_null }) => {
                let Some(count) = what.within(span, reading) else { return Shown::Untold };
                if count == 0 && *none_is_null {
                    return Shown::Nothing;
                }
                let holds = |v: &Option<(u64, u64)>| {
                    v.is_some_and(|(low, high)| (low..=high).contains(&count))
                };
                values.iter().position(holds)
            }
            Self::Who(parties) => parties.of(reading),
            Self::Facts(facts) => return facts.look(reading),
        };
        value.map_or(Shown::Nothing, |v| Shown::Value(v, Vec::new(), 1.0))
    }
}

impl Parties {
    /// The value that names just those who wrote, else the one for a person where a person did.
    fn of(&self, reading: &Reading<'_>) -> Option<usize> {
        let Self(parties) = self;
        let spoke = |role| reading.turns.iter().any(|t| t.role == role);
        let (bot, agent) = (spoke(Role::Bot), spoke(Role::Agent));
        let named = |who: (bool, bool), only: bool| {
            parties
                .iter()
                .position(|p| p.is_some_and(|p| (p.bot, p.agent) == who && (!p.only || only)))
        };
        let just = named((bot, agent), true);
        // "Bot or agent?" of both: the conversation has come to a person.
        just.or_else(|| agent.then(|| named((false, true), false)).flatten())
    }
}

/// Who of the team a value names: "Bot only", "Bot and agent", "Nobody".
fn team(value: &str) -> Option<Team> {
    let words = Words::new(value);
    let has = |of: &[&str]| find(&words, of).is_some();
    let (bot, agent) = (has(&BOT), has(&AGENT));
    let both = has(&["both"]);
    let nobody = has(&["nobody", "no one", "none", "neither", "niemand", "personne", "nadie"]);
    let only = has(&[
        "only",
        "alone",
        "solely",
        "just",
        "nur",
        "allein",
        "solo",
        "seul",
        "seulement",
        "alleen",
    ]);
    (bot || agent || both || nobody).then_some(Team {
        bot: bot || both,
        agent: agent || both,
        only,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::{Method, Value, classify};
    use crate::conversation::Turn;

    fn ask(prompt: &str, values: &[&str]) -> (Option<String>, Method) {
        let turns: Vec<Turn> = [
            (Role::Customer, "Hello"),
            (Role::Bot, "Hi!"),
            (Role::Customer, "My lamp is broken"),
            (Role::System, "handoff"),
            (Role::Agent, "I'll send a new one."),
            (Role::Customer, "ok"),
            (Role::System, "reopened"),
            (Role::Customer, "It is broken too"),
            (Role::System, "reopened"),
            (Role::Agent, "One more is on its way."),
        ]
        .map(|(role, text)| Turn { role, text: text.to_owned(), at: None })
        .to_vec();
        let field = Field {
            name: "Counted".to_owned(),
            prompt: prompt.to_owned(),
            possible_values: values.iter().map(|v| Value::Name((*v).to_owned())).collect(),
            optional: true,
        };
        let answer = classify(&turns, &field);
        (answer.answer, answer.method)
    }

    #[test]
    fn messages_and_marks_are_counted() {
        let steps = ["0", "1", "2-3", "4+"];
        for (prompt, wanted) in [
            ("How many messages did the customer write?", "4+"),
            ("How many messages did the bot send?", "1"),
            ("How many times did the agent reply to the customer?", "2-3"),
            ("Number of customer messages", "4+"),
            ("How many messages are there?", "4+"),
            ("How often was the conversation reopened?", "2-3"),
            ("How many times was it handed off to an agent?", "1"),
            ("How many times was it transferred?", "0"),
            ("Wie viele Nachrichten hat der Bot geschrieben?", "1"),
        ] {
            assert_eq!(ask(prompt, &steps), (Some(wanted.to_owned()), Method::Exact), "{prompt}");
        }
    }

    #[test]
    fn who_answered_is_looked_up() {
        let values = ["Bot only", "Agent only", "Bot and agent", "Nobody"];
        let wanted = (Some("Bot and agent".to_owned()), Method::Exact);
        assert_eq!(ask("Who answered the customer?", &values), wanted);
    }

    #[test]
    fn what_is_judged_is_not_counted() {
        let (_, method) = ask("How many lamps did the customer order?", &["1", "2", "3+"]);
        assert_eq!(method, Method::Embedded);
    }
}
