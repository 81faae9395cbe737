//! The sentences of a prompt: what is asked, which answer is given when, and which one otherwise.

use super::super::Field;
use super::super::kind::{Sense, means};
use super::super::rules::is_rest;
use super::test::{Counted, Span, Test};
use super::tokens::{Token, read};
use super::{Rule, Rules, grammar, numbers};

/// An answer that a sentence names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
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
pub(super) struct Said {
    pub(super) asked: Option<(Test, bool)>,
    pub(super) rules: Vec<(Test, bool, Named)>,
    rest: Option<Named>,
    /// What is counted where a later rule names a number alone: "if more than 4".
    counted: Option<(Counted, Span)>,
}

impl Said {
    /// Reads one sentence; none where it says what cannot be looked up.
    pub(super) fn hear(&mut self, sentence: &[Token]) -> Option<()> {
        // Each piece begins at "if" or "otherwise".
        let mut pieces: Vec<Vec<Token>> = vec![Vec::new()];
        for token in sentence {
            if matches!(token, Token::If | Token::Otherwise) {
                pieces.push(Vec::new());
            }
            pieces.last_mut()?.push(*token);
        }
        let mut waiting: Option<Named> = None;
        for (place, piece) in pieces.iter().enumerate() {
            let named = |t: &Token| match t {
                Token::Value(index) => Some(Named::Value(*index)),
                Token::Null => Some(Named::Null),
                _ => None,
            };
            let answers: Vec<Named> = piece.iter().filter_map(named).collect();
            let says = content(piece);
            match piece.first() {
                Some(Token::Otherwise) => {
                    if !says.is_empty() {
                        return None;
                    }
                    // "Otherwise Yes if it was transferred": the rest of the rest is another.
                    let rule = |p: &Vec<Token>| {
                        p.first() == Some(&Token::If) && !content(p).iter().all(is_denial)
                    };
                    if pieces.get(place + 1).is_some_and(rule) && waiting.is_none() {
                        waiting = answers.first().copied();
                        continue;
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
                    let empty = says.iter().all(is_denial);
                    match (answer, empty) {
                        (Some(answer), true) if !says.is_empty() => self.rest = Some(answer),
                        // "Yes if so".
                        (Some(answer), true) => {
                            if let Some((test, denied)) = self.asked.clone() {
                                self.rules.push((test, denied, answer));
                            }
                        }
                        (None, true) => {}
                        (Some(answer), false) => {
                            let (test, denied) = self.rule(&says)?;
                            self.rules.push((test, denied, answer));
                        }
                        // "Determine whether an agent replied."
                        (None, false) => self.ask(&says)?,
                    }
                }
                _ => {
                    if !says.is_empty() {
                        self.ask(&says)?;
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

    /// What a rule asks for; a number alone is of what was counted before.
    fn rule(&mut self, content: &[Token]) -> Option<(Test, bool)> {
        if let Some((low, high)) = numbers::number(content) {
            let (what, span) = self.counted.clone()?;
            return Some((Test::Number { what, span, low, high }, false));
        }
        let found = grammar::parse(content)?;
        if let (Test::Number { what, span, .. }, false) = &found {
            self.counted = Some((*what, span.clone()));
        }
        Some(found)
    }

    /// Takes what is asked; a second question must be the same.
    fn ask(&mut self, content: &[Token]) -> Option<()> {
        // "Yes or no": a bare "no" is read as a denial.
        if content.iter().all(is_denial) {
            return Some(());
        }
        if let Some(counted) = numbers::count(content) {
            self.counted = Some(counted);
            return Some(());
        }
        let test = grammar::parse(content)?;
        match &self.asked {
            None => self.asked = Some(test),
            // "Was it handled by the bot alone or did a human reply?" is for values that say which.
            Some(asked) if *asked == test => {}
            Some(_) => return None,
        }
        Some(())
    }

    /// Puts the rules in order.
    pub(super) fn ruled(self, field: &Field, names: &[&str]) -> Option<Rules> {
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
        let otherwise = self.rest.is_some();
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
            // "Did an agent reply? If it was transferred, No." asks more than its rule.
            if let (Some(asked), None, Some((yes, no))) = (&self.asked, self.rest, sides)
                && !rules.iter().any(|(test, ..)| *test == asked.0)
                && told.len() == 1
            {
                ordered.extend(rules.into_iter().map(rule));
                let (test, denied) = self.asked?;
                ordered.push(Rule { test, denied, value: Some(yes) });
                return Some(Rules { rules: ordered, rest: Some(no), otherwise: true });
            }
            let mut known = told;
            known.extend(rest);
            let mut rules: Vec<Rule> = rules.into_iter().map(rule).collect();
            Rules::narrow_first(&mut rules);
            ordered.extend(rules);
            // What no rule leads to needs no rule where the prompt says that the rest has no answer.
            let whole = self.rest == Some(Named::Null) || others_are_rest(&known);
            return whole.then_some(Rules { rules: ordered, rest, otherwise });
        }
        if let Some((yes, no)) = sides {
            let (test, denied) = self.asked?;
            let rest = match self.rest {
                Some(Named::Null) => None,
                Some(Named::Value(value)) if value != no => return None,
                _ => Some(no),
            };
            ordered.push(Rule { test, denied, value: Some(yes) });
            return Some(Rules { rules: ordered, rest, otherwise });
        }
        // "Reopened" beside "Not reopened".
        self.asked?;
        let [first, second] = names else { return None };
        let of = |name: &str| read(name, None).and_then(|t| grammar::parse(&t));
        let ((test, denied), (other, opposite)) = (of(first)?, of(second)?);
        (test == other && denied != opposite).then(|| {
            ordered.push(Rule { test, denied, value: Some(0) });
            Rules { rules: ordered, rest: Some(1), otherwise }
        })
    }
}

/// What a piece of a sentence says beside its answers. An "and" that joins answers or pieces joins nothing in it.
fn content(piece: &[Token]) -> Vec<Token> {
    let says =
        |t: &Token| !matches!(t, Token::Value(_) | Token::Null | Token::If | Token::Otherwise);
    let joins = |t: &Token| matches!(t, Token::And | Token::Or | Token::OrBetween | Token::Say);
    let beside = |at: Option<usize>| at.and_then(|i| piece.get(i)).is_none_or(|t| !says(t));
    let kept = piece.iter().enumerate().filter(|(i, t)| {
        says(t) && !(joins(t) && (beside(i.checked_sub(1)) || beside(Some(i + 1))))
    });
    kept.map(|(_, t)| *t).collect()
}

fn is_denial(token: &Token) -> bool {
    matches!(token, Token::Not | Token::No)
}
