//! Questions that are counted and not judged: how many messages, how often handed off, who answered.

use super::Field;
use super::kind::{Sense, means};
use super::phrase::find;
use super::reading::Reading;
use super::words::Words;
use crate::conversation::{Marker, Role};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// Messages of one role, or of all that speak.
    Messages(Option<Role>),
    /// How often something happened.
    Marks(Marker),
}

/// Who of the team spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Team {
    bot: bool,
    agent: bool,
}

/// A question that is counted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Counting {
    /// A number, and per value the numbers that it stands for, both ends included.
    Number(NumberOf),
    /// Who answered, and per value who that is.
    Who(Parties),
}

/// What is counted, with the values' numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NumberOf {
    what: What,
    values: Vec<Option<(u64, u64)>>,
}

/// Per value, who of the team it names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parties(Vec<Option<Team>>);

const HOW_MANY: [&str; 18] = [
    "how many",
    "how often",
    "number of",
    "count of",
    "count the",
    "wie viele",
    "wie oft",
    "anzahl",
    "combien",
    "nombre de",
    "cuantos",
    "cuantas",
    "numero de",
    "quantos",
    "quantas",
    "quanti",
    "hoeveel",
    "aantal",
];
const MESSAGES: [&str; 12] = [
    "message*",
    "nachricht*",
    "mensaje*",
    "mensagen*",
    "messagg*",
    "bericht*",
    "replies",
    "reply",
    "replied",
    "respond*",
    "responses",
    "turns",
];
const BOT: [&str; 4] = ["bot", "bots", "chatbot*", "assistant*"];
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
const CUSTOMER: [&str; 7] =
    ["customer*", "visitor*", "user*", "kunde*", "client*", "cliente*", "klant*"];
/// Words between "how many" and what is counted at most: "how many of the customer's messages".
const REACH: usize = 6;

impl Counting {
    /// Reads a field as a question that is counted, or not.
    pub(crate) fn parse(field: &Field) -> Option<Self> {
        let question = format!("{}. {}", field.name, field.prompt);
        let words = Words::new(&question);
        let names: Vec<&str> = field.possible_values.iter().map(super::Value::name).collect();
        if find(
            &words,
            &["who answered", "who replied", "who responded", "who handled", "who spoke"],
        )
        .is_some()
        {
            let parties: Vec<Option<Team>> = names.iter().map(|n| team(n)).collect();
            let known = parties.iter().flatten().count();
            return (known >= 2).then_some(Self::Who(Parties(parties)));
        }
        let values: Vec<Option<(u64, u64)>> = names.iter().map(|n| numbers(n)).collect();
        let rest = |(i, v): (usize, &Option<(u64, u64)>)| {
            v.is_some() || field.possible_values.get(i).is_some_and(super::rules::is_rest)
        };
        if values.iter().flatten().count() < 2 || !values.iter().enumerate().all(rest) {
            return None;
        }
        let asked = find(&words, &HOW_MANY)?;
        let after = question.get(words.source(asked..asked + 1).start..)?;
        // Only what "how many" stands before is counted.
        let near = Words::new(after.split(['.', '?', ';', '\n']).next().unwrap_or(after));
        let within = |of: &[&str]| find(&near, of).filter(|at| *at <= REACH + 1);
        let marks = [
            (Marker::Reopened, &["reopen*", "re open*"][..]),
            (
                Marker::Handoff,
                &["handoff*", "hand off", "handed off", "handed over", "escalat*"][..],
            ),
            (Marker::Transferred, &["transfer*"][..]),
        ];
        if let Some((marker, _)) = marks.into_iter().find(|(_, of)| within(of).is_some()) {
            return Some(Self::Number(NumberOf { what: What::Marks(marker), values }));
        }
        within(&MESSAGES)?;
        let by =
            [(Role::Customer, &CUSTOMER[..]), (Role::Agent, &AGENT[..]), (Role::Bot, &BOT[..])];
        let by = by.into_iter().filter_map(|(role, of)| Some((find(&near, of)?, role)));
        let role = by.min_by_key(|(at, _)| *at).map(|(_, role)| role);
        Some(Self::Number(NumberOf { what: What::Messages(role), values }))
    }

    /// The value that holds, none where no value stands for what was counted.
    pub(crate) fn count(&self, reading: &Reading<'_>) -> Option<usize> {
        match self {
            Self::Number(NumberOf { what, values }) => {
                let counted = reading.turns.iter().filter(|t| match what {
                    What::Messages(None) => t.role != Role::System,
                    What::Messages(Some(role)) => t.role == *role,
                    What::Marks(marker) => t.marker == Some(*marker),
                });
                let count = counted.count() as u64;
                values
                    .iter()
                    .position(|v| v.is_some_and(|(low, high)| (low..=high).contains(&count)))
            }
            Self::Who(Parties(parties)) => {
                let spoke = |role| reading.turns.iter().any(|t| t.role == role);
                let real = Team { bot: spoke(Role::Bot), agent: spoke(Role::Agent) };
                parties.iter().position(|p| *p == Some(real))
            }
        }
    }
}

/// Who of the team a value names: "Bot only", "Bot and agent", "Nobody".
fn team(value: &str) -> Option<Team> {
    let words = Words::new(value);
    let has = |of: &[&str]| find(&words, of).is_some();
    let (bot, agent) = (has(&BOT), has(&AGENT));
    let both = has(&["both"]);
    let nobody = has(&["nobody", "no one", "none", "neither", "niemand", "personne", "nadie"]);
    (bot || agent || both || nobody).then_some(Team { bot: bot || both, agent: agent || both })
}

/// The numbers that a value stands for: "3", "1-3", "5+", "more than 5", "none".
fn numbers(value: &str) -> Option<(u64, u64)> {
    if means(value, Sense::No) || find(&Words::new(value), &["none", "never", "zero"]) == Some(0) {
        return Some((0, 0));
    }
    let mut found: Vec<u64> = Vec::new();
    for part in value.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()) {
        found.push(part.parse().ok()?);
    }
    let words = Words::new(value);
    let has = |of: &[&str]| find(&words, of).is_some();
    match found.as_slice() {
        [low, high] if low < high => Some((*low, *high)),
        [one] if value.trim_end().ends_with('+') || has(&["or more", "and more", "at least"]) => {
            Some((*one, u64::MAX))
        }
        [one] if value.contains('>') || has(&["more", "over", "above", "mehr", "mas", "plus"]) => {
            Some((one.saturating_add(1), u64::MAX))
        }
        [one] if has(&["up to", "at most", "or less", "or fewer", "bis"]) => Some((0, *one)),
        [one] if value.contains('<') || has(&["less", "under", "fewer", "below", "weniger"]) => {
            one.checked_sub(1).map(|most| (0, most))
        }
        // "3 messages" is three; "Windows 11" would be no count, but then nothing is counted either.
        [one] => Some((*one, *one)),
        _ => None,
    }
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
    fn values_stand_for_numbers_in_several_forms() {
        for (value, wanted) in [
            ("3", Some((3, 3))),
            ("1-3", Some((1, 3))),
            ("4 to 6", Some((4, 6))),
            ("5+", Some((5, u64::MAX))),
            ("More than 5", Some((6, u64::MAX))),
            ("5 or more", Some((5, u64::MAX))),
            ("Less than 2", Some((0, 1))),
            ("Up to 2", Some((0, 2))),
            ("None", Some((0, 0))),
            ("Never", Some((0, 0))),
            ("Damaged", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(numbers(value), wanted, "{value}");
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
