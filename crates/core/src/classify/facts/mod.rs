//! Questions about what the transcript itself shows: whether it was handed off, who took part, who wrote first, whether
//! there are more than so many messages, in which language somebody writes. Looked up, and never judged.
//!
//! A question is one of these only where every word of its prompt is known (`data/classify/facts.txt`): a word more, as in
//! "Did the agent reply politely?", and it asks something else.

mod test;
mod tokens;

use super::kind::{Sense, means};
use super::reading::Reading;
use super::rules::is_rest;
use super::{Field, Value};
use crate::conversation::Role;
pub(crate) use test::Counted;
use test::{Test, end, mark, parties};
use tokens::{Token, read};

/// A question that is looked up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Facts {
    /// What is answered when: the first that holds counts.
    Rules(Rules),
    /// Who wrote the first or the last message: per value, whom it names.
    End {
        /// Whether it is about the last one.
        last: bool,
        /// Per value, whom it names.
        parties: Vec<Vec<Role>>,
    },
}

/// What is answered when.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
    /// What is answered where none holds.
    rest: Option<usize>,
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
    /// The index of the value, and of the turns that show it.
    Value(usize, Vec<usize>),
    /// The question has no answer here.
    Nothing,
    /// What is asked cannot be told from this transcript.
    Untold,
}

/// An answer that a sentence names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Value(usize),
    Null,
}

impl Named {
    fn index(self) -> Option<usize> {
        match self {
            Self::Value(index) => Some(index),
            Self::Null => None,
        }
    }
}

/// What the sentences of a prompt say.
#[derive(Debug, Default)]
struct Said {
    asked: Option<(Test, bool)>,
    rules: Vec<(Test, bool, Named)>,
    rest: Option<Named>,
}

impl Facts {
    /// Reads a field as a question that is looked up, or not.
    pub(crate) fn parse(field: &Field) -> Option<Self> {
        let names: Vec<&str> = field.possible_values.iter().map(Value::name).collect();
        let sentences: Vec<Vec<Token>> = field
            .prompt
            .split_inclusive(['.', '?', '!', ';', '\n'])
            .map(|s| read(s, Some(field)))
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
            said.asked = read(&field.name, None).and_then(|t| Test::parse(&t));
        }
        said.ruled(field, &names).map(Self::Rules)
    }

    /// What a conversation shows.
    pub(crate) fn look(&self, reading: &Reading<'_>) -> Shown {
        match self {
            Self::Rules(Rules { rules, rest }) => {
                let mut seen = Vec::new();
                for rule in rules {
                    let Some((so, at)) = rule.test.holds(reading) else { return Shown::Untold };
                    if so != rule.denied {
                        return rule.value.map_or(Shown::Nothing, |v| Shown::Value(v, at));
                    }
                    seen = at;
                }
                rest.map_or(Shown::Nothing, |v| Shown::Value(v, seen))
            }
            Self::End { last, parties } => {
                let Some(at) = end(reading, *last) else { return Shown::Nothing };
                let role = reading.turns.get(at).map(|t| t.role);
                // "Bot" is nearer than "Bot or agent".
                let fits = |of: &&Vec<Role>| role.is_some_and(|r| of.contains(&r));
                let best = parties.iter().filter(fits).map(Vec::len).min();
                let value = parties.iter().position(|of| fits(&of) && Some(of.len()) == best);
                value.map_or(Shown::Nothing, |v| Shown::Value(v, vec![at]))
            }
        }
    }
}

/// Whether a prompt speaks of nothing but who writes, and how.
pub(crate) fn is_plain(prompt: &str) -> bool {
    read(prompt, None).is_some_and(|tokens| {
        let more = |t: &Token| mark(*t).is_some() || matches!(t, Token::Number(_) | Token::Handled);
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
                    | Token::Number(_)
                    | Token::Language(_)
                    | Token::Messages
            )
    };
    let both = has(Token::Bot) && has(Token::Agent);
    does && (both || has(Token::Who)) && !tokens.iter().any(more)
}

/// Who wrote the first or last message, with whom each value names.
fn ends(field: &Field, names: &[&str], all: &[Token]) -> Option<Facts> {
    let says = all.contains(&Token::Write) || all.contains(&Token::Messages);
    if !(says || all.contains(&Token::First)) || all.iter().any(|t| mark(*t).is_some()) {
        return None;
    }
    let of = |name: &&str| read(name, None).map(|t| parties(&t)).unwrap_or_default();
    let parties: Vec<Vec<Role>> = names.iter().map(of).collect();
    let known = |(p, v): (&Vec<Role>, &Value)| !p.is_empty() || is_rest(v);
    let sound = parties.iter().filter(|p| !p.is_empty()).count() >= 2
        && parties.iter().zip(&field.possible_values).all(known);
    sound.then(|| Facts::End { last: all.contains(&Token::Last), parties })
}

impl Said {
    /// Reads one sentence; none where it says what cannot be looked up.
    fn hear(&mut self, sentence: &[Token]) -> Option<()> {
        // Each piece begins at "if" or "otherwise".
        let mut pieces: Vec<Vec<Token>> = vec![Vec::new()];
        for token in sentence {
            if matches!(token, Token::If | Token::Otherwise) {
                pieces.push(Vec::new());
            }
            pieces.last_mut()?.push(*token);
        }
        let mut waiting: Option<Named> = None;
        for piece in &pieces {
            let named = |t: &Token| match t {
                Token::Value(index) => Some(Named::Value(*index)),
                Token::Null => Some(Named::Null),
                _ => None,
            };
            let answers: Vec<Named> = piece.iter().filter_map(named).collect();
            let content: Vec<Token> = piece
                .iter()
                .copied()
                .filter(|t| named(t).is_none() && !matches!(t, Token::If | Token::Otherwise))
                .collect();
            match piece.first() {
                Some(Token::Otherwise) => {
                    if !content.is_empty() {
                        return None;
                    }
                    // "'Fast' otherwise" names it before.
                    self.rest = answers.first().copied().or(waiting.take()).or(self.rest);
                }
                Some(Token::If) => {
                    // "Output 'Yes' if it was": before; "if it was, output 'Yes'": after; a second one is for the next piece.
                    let answer = match (waiting.take(), answers.as_slice()) {
                        (Some(before), []) => Some(before),
                        (Some(before), [after]) => {
                            waiting = Some(*after);
                            Some(before)
                        }
                        (None, [one]) => Some(*one),
                        (None, []) => None,
                        _ => return None,
                    };
                    let empty = content.iter().all(|t| *t == Token::Not);
                    match (answer, empty) {
                        (Some(answer), true) if !content.is_empty() => self.rest = Some(answer),
                        // "Yes if so".
                        (_, true) => {}
                        (Some(answer), false) => {
                            let (test, denied) = Test::parse(&content)?;
                            self.rules.push((test, denied, answer));
                        }
                        // "Determine whether an agent replied."
                        (None, false) => self.ask(&content)?,
                    }
                }
                _ => {
                    if !content.is_empty() {
                        self.ask(&content)?;
                    }
                    waiting = match answers.as_slice() {
                        [one] => Some(*one),
                        _ => None,
                    };
                }
            }
        }
        Some(())
    }

    /// Takes what is asked; a second question must be the same.
    fn ask(&mut self, content: &[Token]) -> Option<()> {
        // "Yes or no": a bare "no" is read as a denial.
        if content.iter().all(|t| *t == Token::Not) {
            return Some(());
        }
        let test = Test::parse(content)?;
        match &self.asked {
            None => self.asked = Some(test),
            // "Was it handled by the bot alone or did a human reply?" is for values that say which.
            Some(asked) if *asked == test => {}
            Some(_) => return None,
        }
        Some(())
    }

    /// Puts the rules in order.
    fn ruled(self, field: &Field, names: &[&str]) -> Option<Rules> {
        let place = |sense| names.iter().position(|n| means(n, sense));
        let sides = match (place(Sense::Yes), place(Sense::No)) {
            (Some(yes), Some(no)) if names.len() <= 3 => Some((yes, no)),
            _ => None,
        };
        let others_are_rest = |known: &[usize]| {
            field.possible_values.iter().enumerate().all(|(i, v)| known.contains(&i) || is_rest(v))
        };
        let (skips, rules): (Vec<_>, Vec<_>) =
            self.rules.into_iter().partition(|(_, _, answer)| *answer == Named::Null);
        let rule = |(test, denied, answer): (Test, bool, Named)| Rule {
            test,
            denied,
            value: answer.index(),
        };
        let mut ordered: Vec<Rule> = skips.into_iter().map(rule).collect();
        let told: Vec<usize> = rules.iter().filter_map(|(_, _, answer)| answer.index()).collect();
        if !rules.is_empty() {
            let open: Vec<usize> = (0..names.len())
                .filter(|i| {
                    !told.contains(i) && !field.possible_values.get(*i).is_some_and(is_rest)
                })
                .collect();
            let rest = match (self.rest, open.as_slice()) {
                (Some(named), _) => named.index(),
                (None, [one]) => Some(*one),
                _ => None,
            };
            let mut known = told;
            known.extend(rest);
            ordered.extend(rules.into_iter().map(rule));
            // What no rule leads to needs no rule where the prompt says that the rest has no answer.
            let whole = self.rest == Some(Named::Null) || others_are_rest(&known);
            return whole.then_some(Rules { rules: ordered, rest });
        }
        if let Some((yes, no)) = sides {
            let (test, denied) = self.asked?;
            let rest = match self.rest {
                Some(Named::Null) => None,
                Some(Named::Value(value)) if value != no => return None,
                _ => Some(no),
            };
            ordered.push(Rule { test, denied, value: Some(yes) });
            return Some(Rules { rules: ordered, rest });
        }
        // "Reopened" beside "Not reopened".
        self.asked?;
        let [first, second] = names else { return None };
        let of = |name: &str| read(name, None).and_then(|t| Test::parse(&t));
        let ((test, denied), (other, opposite)) = (of(first)?, of(second)?);
        (test == other && denied != opposite).then(|| {
            ordered.push(Rule { test, denied, value: Some(0) });
            Rules { rules: ordered, rest: Some(1) }
        })
    }
}

#[cfg(test)]
mod tests;
