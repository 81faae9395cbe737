//! The parts of a clause, in their order: who, what is done, how many. Denials are taken out, and what belongs together is
//! one part: "the bot or an agent", "at least two", "a handoff or a transfer".

use super::test::{mark, roles};
use super::tokens::Token;
use crate::conversation::{Marker, Role};

/// Whether all of several, or any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    All,
    Any,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// To say something.
    Write,
    /// To say something to somebody who has spoken.
    Reply,
    /// To be told something.
    Heard,
    /// To take part.
    Involved,
    /// To handle the conversation.
    Handled,
}

/// A part of a clause.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Party(Vec<Role>, Join),
    /// To whom.
    To(Role),
    Verb(Verb),
    Marks(Vec<Marker>, Join),
    /// Both ends included.
    Quantity(u64, u64),
    Messages,
    First,
    Last,
    Only,
    Fully,
    Without,
    After,
    Before,
    Speak,
    Languages(Vec<&'static str>),
    Except,
    By,
    Thread,
    Elsewhere,
    HowMany,
    HowOften,
}

impl Part {
    /// Whether it asks for a number.
    pub(super) fn asks(&self) -> bool {
        matches!(self, Self::HowMany | Self::HowOften)
    }
}

/// A clause.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clause {
    pub parts: Vec<Part>,
    /// Whether it is denied.
    pub denied: bool,
}

impl Clause {
    /// Reads tokens as one clause; none where they are more, or where it is not certain what a word belongs to.
    pub(super) fn parse(tokens: &[Token]) -> Option<Self> {
        let (tokens, denied) = affirmative(tokens)?;
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(rest) = tokens.get(at..).filter(|r| !r.is_empty()) {
            let (part, length) = part(rest)?;
            at += length;
            let to_agent = match parts.as_slice() {
                [.., Part::After | Part::Before, Part::Marks(..)] => false,
                [.., Part::Marks(of, _)] => of == &[Marker::Handoff],
                _ => false,
            };
            match (parts.last(), part) {
                // "Handed off to an agent" says no more than "handed off".
                (_, Some(Part::Party(of, _))) if to_agent && of == [Role::Agent] => {}
                (_, Some(Part::To(Role::Agent))) if to_agent => {}
                // "Respond or reply".
                (Some(Part::Verb(a)), Some(Part::Verb(b))) if *a == b => {}
                (_, Some(part)) => parts.push(part),
                (_, None) => {}
            }
        }
        Some(Self { parts, denied })
    }
}

/// Tokens without what denies them, and whether they are denied.
fn affirmative(tokens: &[Token]) -> Option<(Vec<Token>, bool)> {
    let mut kept: Vec<Token> = Vec::with_capacity(tokens.len());
    let (mut denials, mut nobody) = (0, false);
    // "Handed off and not transferred" denies one of the two.
    let joins = |t: &Token| matches!(t, Token::And | Token::Or | Token::OrBetween);
    let both = tokens.contains(&Token::And);
    for (i, token) in tokens.iter().enumerate() {
        let next = tokens.get(i + 1).copied();
        let party = |t: &Token| !roles(*t).is_empty();
        match token {
            // "Handled by the bot, no handoff" is without one.
            Token::No | Token::Not
                if kept.contains(&Token::Handled) && next.and_then(mark).is_some() =>
            {
                kept.push(Token::Without);
            }
            Token::No | Token::Not | Token::Isnt => {
                let sound = !both
                    && !kept.last().is_some_and(joins)
                    && match next {
                        // A bare "no" is an answer.
                        None => *token != Token::No,
                        Some(
                            Token::Only
                            | Token::Fully
                            | Token::After
                            | Token::Before
                            | Token::Without
                            | Token::Both
                            | Token::First
                            | Token::Last
                            | Token::And
                            | Token::Or
                            | Token::By
                            | Token::Several
                            | Token::Number(_),
                        ) => false,
                        // "The bot, not the agent": whom the deed is denied of is another than who did it.
                        Some(t) if party(&t) => *token == Token::No && !kept.iter().any(party),
                        _ => true,
                    };
                if !sound {
                    return None;
                }
                denials += 1;
            }
            // In some languages "nobody" stands beside a "not" that says no more.
            Token::Nobody if nobody => return None,
            Token::Nobody => {
                nobody = true;
                kept.push(Token::Anyone);
            }
            Token::Unheard => {
                denials += 1;
                kept.push(Token::Heard);
            }
            _ => kept.push(*token),
        }
    }
    (denials <= 1).then_some((kept, denials == 1 || nobody))
}

/// The first part of tokens, with how many it takes; the part is none where it says nothing.
fn part(tokens: &[Token]) -> Option<(Option<Part>, usize)> {
    let first = *tokens.first()?;
    if !roles(first).is_empty() || first == Token::Both {
        return party(tokens).map(|(part, length)| (Some(part), length));
    }
    if mark(first).is_some() {
        let (marks, join, length) = joined(tokens, |t| mark(t).map(|m| vec![m]))?;
        return Some((Some(Part::Marks(marks, join)), length));
    }
    if let Some((low, high, length)) = quantity(tokens) {
        return Some((Some(Part::Quantity(low, high)), length));
    }
    let part = match first {
        Token::Language(_) => {
            let code = |t| match t {
                Token::Language(code) => Some(vec![code]),
                _ => None,
            };
            let (codes, join, length) = joined(tokens, code)?;
            let sound = join == Join::Any || length == 1;
            return sound.then_some((Some(Part::Languages(codes)), length));
        }
        Token::Write => Part::Verb(Verb::Write),
        Token::Reply => Part::Verb(Verb::Reply),
        Token::Heard => Part::Verb(Verb::Heard),
        Token::Involved => Part::Verb(Verb::Involved),
        Token::Handled => Part::Verb(Verb::Handled),
        Token::Messages => Part::Messages,
        Token::First => Part::First,
        Token::Last => Part::Last,
        Token::Only => Part::Only,
        Token::Fully => Part::Fully,
        Token::Without => Part::Without,
        Token::After => Part::After,
        Token::Before => Part::Before,
        Token::Speak => Part::Speak,
        Token::Except => Part::Except,
        Token::By => Part::By,
        Token::To(role) => Part::To(role),
        // "Did it get transferred?"
        Token::Get => {
            return tokens.get(1).and_then(|t| mark(*t)).map(|_| (None, 1));
        }
        Token::Thread => Part::Thread,
        Token::Elsewhere => Part::Elsewhere,
        Token::HowMany => Part::HowMany,
        Token::HowOften => Part::HowOften,
        Token::OrBetween => return Some((None, 1)),
        // "Respond or reply".
        Token::Or => {
            let verb = |t: &Token| matches!(t, Token::Write | Token::Reply | Token::Involved);
            return tokens.get(1).filter(|t| verb(t)).map(|_| (None, 1));
        }
        _ => return None,
    };
    Some((Some(part), 1))
}

/// Who is named: one, or several with an "and" or an "or" between them.
fn party(tokens: &[Token]) -> Option<(Part, usize)> {
    let both = usize::from(tokens.first() == Some(&Token::Both));
    let named = |t| Some(roles(t).to_vec()).filter(|r| !r.is_empty());
    let (of, join, length) = joined(tokens.get(both..)?, named)?;
    let single = length == 1;
    // "Someone and the bot" names the bot twice.
    let sound = (both == 0 || (join == Join::All && !single)) && (single || of.len() <= 2);
    let join = if single { Join::Any } else { join };
    sound.then_some((Part::Party(of, join), both + length))
}

/// What stands joined from the first token on.
fn joined<T: PartialEq>(
    tokens: &[Token],
    of: impl Fn(Token) -> Option<Vec<T>>,
) -> Option<(Vec<T>, Join, usize)> {
    let mut found = of(*tokens.first()?)?;
    let mut join: Option<Join> = None;
    let mut at = 1;
    while let Some([word, next]) = tokens.get(at..at + 2) {
        let this = match word {
            Token::And => Join::All,
            Token::Or | Token::OrBetween => Join::Any,
            _ => break,
        };
        let Some(next) = of(*next) else { break };
        if join.is_some_and(|j| j != this) || next.iter().any(|n| found.contains(n)) {
            return None;
        }
        join = Some(this);
        found.extend(next);
        at += 2;
    }
    Some((found, join.unwrap_or(Join::All), at))
}

/// A number with what is said of it.
fn quantity(tokens: &[Token]) -> Option<(u64, u64, usize)> {
    let number = |at: usize| match tokens.get(at) {
        Some(Token::Number(n)) => Some(*n),
        _ => None,
    };
    let with = |n: u64, length: usize| match tokens.get(length) {
        Some(Token::OrMore) => (n, u64::MAX, length + 1),
        Some(Token::OrLess) => (0, n, length + 1),
        _ => (n, n, length),
    };
    match tokens.first()? {
        Token::Several => Some((2, u64::MAX, 1)),
        // "More than a message".
        Token::More if number(1).is_none() => {
            (tokens.get(1) == Some(&Token::Messages)).then_some((2, u64::MAX, 1))
        }
        Token::More => Some((number(1)?.saturating_add(1), u64::MAX, 2)),
        Token::AtLeast => Some((number(1)?, u64::MAX, 2)),
        Token::Less => Some((0, number(1)?.checked_sub(1)?, 2)),
        Token::AtMost => Some((0, number(1)?, 2)),
        Token::Exactly | Token::Only => number(1).map(|n| with(n, 2)),
        Token::Number(n) => Some(with(*n, 1)),
        _ => None,
    }
}

/// The only mark of several.
pub(super) fn one_mark(of: &[Marker]) -> Option<Marker> {
    match of {
        [one] => Some(*one),
        _ => None,
    }
}
