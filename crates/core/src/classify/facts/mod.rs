//! Questions about what the transcript itself shows: whether it was handed off, who took part, who wrote first, whether
//! there are more than so many messages, in which language somebody writes. Looked up, and never judged.
//!
//! A question is one of these only where every word of its prompt is known (`data/classify/facts.txt`) and they stand in a
//! known order ([`grammar`]): a word more, as in "Did the agent reply politely?", and it asks something else.

mod grammar;
mod numbers;
mod parts;
mod said;
mod test;
mod tokens;

use super::reading::Reading;
use super::rules::is_rest;
use super::words::Words;
use super::{Field, Value};
use crate::conversation::Role;
use said::{Named, Said};
pub(crate) use test::{Counted, Span};
use test::{Test, end, mark, parties, reply, team_end};
use tokens::{Token, is_rhetorical, read};

/// A question that is looked up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Facts {
    /// What is answered when: the first that holds counts.
    Rules(Rules),
    /// Who wrote the first or the last message: per value, whom it names.
    End {
        /// Whether it is about the last one.
        last: bool,
        /// Whose messages count.
        of: Whose,
        /// Per value, whom it names.
        parties: Vec<Vec<Role>>,
        /// The value for nobody.
        nobody: Option<usize>,
    },
}

/// Whose messages are the first or the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    Everybodys,
    /// Where the customer is none of the answers.
    Teams,
    /// Of the team's those that follow one of the customer.
    Replies,
}

/// What is answered when.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
    /// What is answered where none holds.
    rest: Option<usize>,
    /// Whether the prompt names that answer itself.
    otherwise: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    test: Test,
    /// Whether it holds where the test does not.
    denied: bool,
    /// The value; none for no answer.
    value: Option<usize>,
}

/// What a transcript shows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shown {
    /// The index of the value, and of the turns that show it, with how sure it is (0 to 1).
    Value(usize, Vec<usize>, f32),
    /// The question has no answer here.
    Nothing,
    /// What is asked cannot be told from this transcript.
    Untold,
}

impl Facts {
    /// Reads a field as a question that is looked up, or not.
    pub(crate) fn parse(field: &Field) -> Option<Self> {
        let names: Vec<&str> = field.possible_values.iter().map(Value::name).collect();
        let sentences: Vec<Vec<Token>> = sentences(&field.prompt)
            .map(|s| read(s, Some(field)).filter(|_| !is_rhetorical(s)))
            .collect::<Option<_>>()?;
        let all: Vec<Token> = sentences.iter().flatten().copied().collect();
        let end = all.contains(&Token::First) != all.contains(&Token::Last);
        if end
            && (all.contains(&Token::Who) || parties(&all).len() > 1)
            && let Some(ends) = ends(field, &names, &all)
        {
            return Some(ends);
        }
        let mut said = Said::default();
        for sentence in &sentences {
            said.hear(sentence)?;
        }
        if said.asked.is_none() && said.rules.is_empty() {
            said.asked = read(&field.name, None).and_then(|t| grammar::parse(&t));
        }
        said.ruled(field, &names).map(Self::Rules)
    }

    /// What a conversation shows.
    pub(crate) fn look(&self, reading: &Reading<'_>) -> Shown {
        match self {
            Self::Rules(rules) => rules.look(reading),
            Self::End { last, of, parties, nobody } => {
                let at = match of {
                    Whose::Everybodys => end(reading, *last),
                    Whose::Teams => team_end(reading, *last),
                    Whose::Replies => reply(reading, *last),
                };
                let Some(at) = at else {
                    return nobody.map_or(Shown::Nothing, |v| Shown::Value(v, Vec::new(), 1.0));
                };
                let role = reading.turns.get(at).map(|t| t.role);
                // "Bot" is nearer than "Bot or agent".
                let fits = |of: &&Vec<Role>| role.is_some_and(|r| of.contains(&r));
                let best = parties.iter().filter(fits).map(Vec::len).min();
                let value = parties.iter().position(|of| fits(&of) && Some(of.len()) == best);
                value.map_or(Shown::Nothing, |v| Shown::Value(v, vec![at], 1.0))
            }
        }
    }
}

impl Rules {
    fn look(&self, reading: &Reading<'_>) -> Shown {
        let Self { rules, rest, otherwise } = self;
        let (mut seen, mut confidence) = (Vec::new(), 1.0_f32);
        for rule in rules {
            let Some(shown) = rule.test.holds(reading) else {
                // "If no agent replied after the handoff …, otherwise …": without a handoff it is otherwise.
                if *otherwise {
                    continue;
                }
                return Shown::Untold;
            };
            confidence = confidence.min(shown.confidence);
            if shown.so != rule.denied {
                let value = |v| Shown::Value(v, shown.at, confidence);
                return rule.value.map_or(Shown::Nothing, value);
            }
            seen = shown.at;
        }
        rest.map_or(Shown::Nothing, |v| Shown::Value(v, seen, confidence))
    }

    /// Puts the narrower of two numbers first, where all rules count the same: "more than 10" is more than 4 as well.
    fn narrow_first(rules: &mut [Rule]) {
        let width = |rule: &Rule| match &rule.test {
            Test::Number { low, high, .. } if !rule.denied => Some(high - low),
            _ => None,
        };
        let what = |rule: &Rule| match &rule.test {
            Test::Number { what, span, .. } => Some((*what, span.clone())),
            _ => None,
        };
        let alike = rules.windows(2).all(|w| matches!(w, [a, b] if what(a) == what(b)));
        if alike && rules.iter().all(|r| width(r).is_some()) {
            rules.sort_by_key(width);
        }
    }
}

/// What a prompt asks to count, in which part of the conversation; none where it says more than that.
pub(crate) fn count(field: &Field) -> Option<(Counted, Span)> {
    let mut found = None;
    for sentence in sentences(&field.prompt) {
        let counted = read(sentence, Some(field)).and_then(|t| numbers::count(&t));
        match (counted, &found) {
            (Some(counted), None) => found = Some(counted),
            (Some(counted), Some(other)) if counted == *other => {}
            (Some(_), Some(_)) => return None,
            // What another sentence says may be what to leave out.
            (None, _) => {
                let only_answers = |t: &Token| {
                    matches!(
                        t,
                        Token::Value(_)
                            | Token::Number(_)
                            | Token::More
                            | Token::OrMore
                            | Token::Less
                            | Token::OrLess
                            | Token::And
                            | Token::Or
                            | Token::Say
                            | Token::Not
                    )
                };
                let tokens = read(sentence, Some(field))?;
                // "If it was not reopened, output null" is heard beside it.
                if !tokens.iter().all(only_answers)
                    && !says_never(&tokens)
                    && Skips::of(sentence).0.is_empty()
                {
                    return None;
                }
            }
        }
    }
    found.or_else(|| read(&field.name, None).and_then(|t| numbers::count(&t)))
}

/// Whether a sentence says that there is no answer where there is nothing to count: "If never, output null".
fn says_never(tokens: &[Token]) -> bool {
    let none = |t: &Token| matches!(t, Token::Not | Token::No | Token::Nobody | Token::Number(0));
    tokens.contains(&Token::Null)
        && tokens.iter().any(none)
        && tokens.iter().all(|t| none(t) || matches!(t, Token::Null | Token::If))
}

/// Whether a prompt says so.
pub(crate) fn none_is_null(field: &Field) -> bool {
    sentences(&field.prompt).any(|s| read(s, Some(field)).is_some_and(|t| says_never(&t)))
}

fn sentences(prompt: &str) -> impl Iterator<Item = &str> {
    prompt.split_inclusive(['.', '?', '!', ';', '\n'])
}

/// When the prompt of a question that is not looked up itself says that there is no answer: "Output null if it was not
/// handed off".
#[derive(Debug, Clone)]
pub(crate) struct Skips(Vec<(Test, bool)>);

impl Skips {
    /// Reads a prompt.
    pub(crate) fn of(prompt: &str) -> Self {
        let rules = sentences(prompt).filter_map(|sentence| {
            let tokens = read(sentence, None).filter(|t| t.contains(&Token::Null))?;
            let mut said = Said::default();
            said.hear(&tokens)?;
            Some(said.rules)
        });
        let null = |(test, denied, answer)| (answer == Named::Null).then_some((test, denied));
        Self(rules.flatten().filter_map(null).collect())
    }

    /// Whether it is so in a conversation, for certain.
    pub(crate) fn hold(&self, reading: &Reading<'_>) -> bool {
        self.0.iter().any(|(test, denied)| {
            test.holds(reading).is_some_and(|s| s.so != *denied && s.confidence >= 1.0)
        })
    }
}

/// Whether a prompt speaks of nothing but who writes, and how.
pub(crate) fn is_plain(prompt: &str) -> bool {
    read(prompt, None).is_some_and(|tokens| {
        let more = |t: &Token| {
            mark(*t).is_some()
                || matches!(
                    t,
                    Token::Number(_)
                        | Token::Handled
                        | Token::Say
                        | Token::HowMany
                        | Token::HowOften
                )
        };
        !tokens.iter().any(more)
    })
}

/// Whether a prompt asks who of the team took part, and nothing else.
pub(crate) fn asks_who(field: &Field) -> bool {
    let Some(tokens) = read(&field.prompt, None) else { return false };
    let has = |token| tokens.contains(&token);
    let does =
        has(Token::Handled) || has(Token::Reply) || has(Token::Write) || has(Token::Involved);
    let more = |t: &Token| {
        mark(*t).is_some()
            || matches!(
                t,
                Token::First
                    | Token::Last
                    | Token::After
                    | Token::Before
                    | Token::Number(_)
                    | Token::Language(_)
                    | Token::Messages
                    | Token::Say
                    | Token::HowMany
                    | Token::HowOften
                    | Token::Not
                    | Token::Isnt
                    | Token::If
                    | Token::Null
                    | Token::Get
            )
    };
    let both = has(Token::Bot) && has(Token::Agent);
    does && (both || has(Token::Who)) && !tokens.iter().any(more)
}

/// Who wrote the first or last message, with whom each value names.
fn ends(field: &Field, names: &[&str], all: &[Token]) -> Option<Facts> {
    let has = |token: &Token| all.contains(token);
    let says = has(&Token::Write) || has(&Token::Messages) || has(&Token::Reply);
    let more = |t: &Token| {
        mark(*t).is_some()
            || matches!(
                t,
                Token::After
                    | Token::Before
                    | Token::Number(_)
                    | Token::Language(_)
                    | Token::HowMany
                    | Token::HowOften
                    | Token::Say
                    | Token::Not
                    | Token::Isnt
                    | Token::Only
                    | Token::If
                    | Token::Null
                    | Token::Otherwise
                    | Token::Nobody
                    | Token::Get
                    | Token::To(Role::Agent | Role::Bot)
            )
    };
    if !(says || has(&Token::First)) || all.iter().any(more) {
        return None;
    }
    let read: Vec<Vec<Token>> =
        names.iter().map(|name| read(name, None).unwrap_or_default()).collect();
    let none =
        |name: &str| ["none", "neither", "null", "nobody"].contains(&Words::new(name).get(0));
    let nobody = (0..names.len()).find(|i| {
        read.get(*i).is_some_and(|t| t.contains(&Token::Nobody))
            || names.get(*i).is_some_and(|n| none(n))
    });
    let mut parties: Vec<Vec<Role>> = read.iter().map(|t| parties(t)).collect();
    if let Some(none) = nobody.and_then(|n| parties.get_mut(n)) {
        none.clear();
    }
    let known = |(i, (p, v)): (usize, (&Vec<Role>, &Value))| {
        !p.is_empty() || nobody == Some(i) || is_rest(v)
    };
    let sound = parties.iter().filter(|p| !p.is_empty()).count() >= 2
        && parties.iter().zip(&field.possible_values).enumerate().all(known);
    let of = match (parties.iter().any(|p| p.contains(&Role::Customer)), has(&Token::Reply)) {
        (true, _) => Whose::Everybodys,
        (false, true) => Whose::Replies,
        (false, false) => Whose::Teams,
    };
    let last = has(&Token::Last);
    // "Who replied first?" of all three is not certain: the customer is the first to write.
    let certain = of != Whose::Everybodys || last || !has(&Token::Reply);
    (sound && certain).then_some(Facts::End { last, of, parties, nobody })
}

#[cfg(test)]
mod tests;
