//! What a question asks of the transcript, and whether it is so.

use super::super::reading::{Read, Reading};
use super::super::spoken;
use super::tokens::Token;
use crate::conversation::{Marker, Role};

/// What can be looked up.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// Whether a mark stands in it.
    Marked(Marker),
    /// Whether all of these, or any, have written, and none of those.
    Wrote {
        /// Who must have.
        by: Vec<Role>,
        /// Whether all of them must.
        all: bool,
        /// Who must not.
        not: Vec<Role>,
        /// Whether it must not have been handed off either: "handled by the bot alone".
        kept: bool,
    },
    /// Whether any of these has written after the first such mark.
    WroteAfter(Marker, Vec<Role>),
    /// Whether a number of messages or marks is within these, both included.
    Number(Counted, u64, u64),
    /// Whether the first or the last message is of one of these.
    End {
        /// Whether it is about the last one.
        last: bool,
        /// Whose it is.
        by: Vec<Role>,
    },
    /// Whether somebody writes in one of these languages.
    Writes(Role, Vec<&'static str>),
    /// Whether somebody writes in the customer's language.
    WritesAlike(Role),
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Messages of one role, or of all that speak.
    Messages(Option<Role>),
    /// How often something happened.
    Marks(Marker),
}

impl Counted {
    /// How many there are.
    pub(crate) fn of(self, reading: &Reading<'_>) -> u64 {
        let counted = |t: &&Read<'_>| match self {
            Self::Messages(None) => t.role != Role::System,
            Self::Messages(Some(role)) => t.role == role,
            Self::Marks(marker) => t.marker == Some(marker),
        };
        reading.turns.iter().filter(counted).count() as u64
    }
}

/// The mark that a token names.
pub(super) fn mark(token: Token) -> Option<Marker> {
    Some(match token {
        Token::Handoff => Marker::Handoff,
        Token::Transferred => Marker::Transferred,
        Token::Reopened => Marker::Reopened,
        Token::Resolved => Marker::Resolved,
        _ => return None,
    })
}

/// Whom a token names.
pub(super) fn roles(token: Token) -> &'static [Role] {
    match token {
        Token::Customer => &[Role::Customer],
        Token::Agent => &[Role::Agent],
        Token::Bot => &[Role::Bot],
        Token::Anyone | Token::Nobody => &[Role::Agent, Role::Bot],
        _ => &[],
    }
}

/// Whom tokens name, each once.
pub(super) fn parties(tokens: &[Token]) -> Vec<Role> {
    let mut found = Vec::new();
    for role in tokens.iter().flat_map(|t| roles(*t)) {
        if !found.contains(role) {
            found.push(*role);
        }
    }
    found
}

/// The numbers that tokens stand for, both ends included.
fn bounds(tokens: &[Token]) -> Option<(u64, u64)> {
    let has = |token| tokens.contains(&token);
    let mut numbers = tokens.iter().filter_map(|t| match t {
        Token::Number(n) => Some(*n),
        _ => None,
    });
    let (first, second) = (numbers.next(), numbers.next());
    if second.is_some() {
        return None;
    }
    match first {
        // "More than a message".
        None if has(Token::More) => Some((2, u64::MAX)),
        None => has(Token::Several).then_some((2, u64::MAX)),
        Some(n) if has(Token::More) => Some((n.saturating_add(1), u64::MAX)),
        Some(n) if has(Token::AtLeast) || has(Token::OrMore) => Some((n, u64::MAX)),
        Some(n) if has(Token::Less) => n.checked_sub(1).map(|most| (0, most)),
        Some(n) if has(Token::AtMost) || has(Token::OrLess) => Some((0, n)),
        Some(n) => Some((n, n)),
    }
}

impl Test {
    /// Reads tokens as something that can be looked up, with whether it is denied.
    pub(super) fn parse(tokens: &[Token]) -> Option<(Self, bool)> {
        let nobody = tokens.contains(&Token::Nobody);
        // "Handled by the bot, no handoff" is without one.
        let without = tokens.iter().position(|t| *t == Token::Handled).and_then(|from| {
            let no = |w: &[Token]| {
                w.first() == Some(&Token::Not) && w.get(1).copied().and_then(mark).is_some()
            };
            tokens.windows(2).skip(from).position(no).map(|at| at + from)
        });
        let mut tokens = tokens.to_vec();
        if let Some(token) = without.and_then(|at| tokens.get_mut(at)) {
            *token = Token::Without;
        }
        let denials = tokens.iter().filter(|t| **t == Token::Not).count() + usize::from(nobody);
        let denied = denials % 2 == 1;
        let test = Self::plain(&tokens)?;
        Some((test, denied))
    }

    fn plain(tokens: &[Token]) -> Option<Self> {
        let has = |token: Token| tokens.contains(&token);
        let named: Vec<Role> = parties(tokens);
        let says = has(Token::Write) || has(Token::Reply) || has(Token::Heard);
        let languages: Vec<&'static str> = tokens
            .iter()
            .filter_map(|t| match t {
                Token::Language(code) => Some(*code),
                _ => None,
            })
            .collect();
        let team: Vec<Role> = named.iter().copied().filter(|r| *r != Role::Customer).collect();
        if !languages.is_empty() {
            let who = match (team.as_slice(), named.contains(&Role::Customer)) {
                ([one], false) => *one,
                ([], _) => Role::Customer,
                _ => return None,
            };
            return Some(Self::Writes(who, languages));
        }
        let mut marks: Vec<Marker> = tokens.iter().filter_map(|t| mark(*t)).collect();
        marks.dedup();
        if has(Token::Several)
            || has(Token::More)
            || tokens.iter().any(|t| matches!(t, Token::Number(_)))
        {
            let (low, high) = bounds(tokens)?;
            let counted = match marks.as_slice() {
                [one] => Counted::Marks(*one),
                [] if has(Token::Messages) || says => {
                    Counted::Messages(named.first().copied().filter(|_| named.len() == 1))
                }
                _ => return None,
            };
            // Of two that are named it is not certain whose messages they are.
            return (named.len() < 2 || !marks.is_empty())
                .then_some(Self::Number(counted, low, high));
        }
        if has(Token::Speak) && says && named.contains(&Role::Customer) && team.len() == 1 {
            return Some(Self::WritesAlike(*team.first()?));
        }
        if has(Token::First) || has(Token::Last) {
            let named_once = named.len() == 1 || has(Token::Anyone);
            let sound = has(Token::First) != has(Token::Last)
                && marks.is_empty()
                && named_once
                && !has(Token::Reply)
                && (has(Token::Messages) || has(Token::Write) || has(Token::First));
            return sound.then(|| Self::End { last: has(Token::Last), by: named.clone() });
        }
        let others = |of: &[Role]| -> Vec<Role> {
            [Role::Bot, Role::Agent].into_iter().filter(|r| !of.contains(r)).collect()
        };
        if let Some(at) = tokens.iter().position(|t| *t == Token::Without) {
            if !says && !has(Token::Involved) && !has(Token::Handled) {
                return None;
            }
            let (before, after) = tokens.split_at(at);
            let handoff = after.iter().any(|t| mark(*t) == Some(Marker::Handoff));
            if marks.iter().any(|m| *m != Marker::Handoff) || (!marks.is_empty() && !handoff) {
                return None;
            }
            let mut not = parties(after);
            not.retain(|r| *r != Role::Customer);
            if handoff {
                not = vec![Role::Agent];
            }
            let mut by = parties(before);
            by.retain(|r| *r != Role::Customer);
            if not.is_empty() {
                return None;
            }
            let by = if by.is_empty() { others(&not) } else { by };
            let kept = handoff || has(Token::Handled);
            return Some(Self::Wrote { by, all: true, not, kept });
        }
        match marks.as_slice() {
            [marker] => {
                if !says && !has(Token::Involved) {
                    return (!has(Token::After) && !has(Token::Only) && !has(Token::Without))
                        .then_some(Self::Marked(*marker));
                }
                let by = if team.is_empty() { vec![Role::Agent, Role::Bot] } else { team };
                let after = tokens
                    .windows(2)
                    .any(|w| matches!(w, [Token::After, second] if mark(*second) == Some(*marker)));
                return after.then_some(Self::WroteAfter(*marker, by));
            }
            [] => {}
            _ => return None,
        }
        if has(Token::After) || has(Token::Messages) && !has(Token::Write) && !has(Token::Heard) {
            return None;
        }
        if !says && !has(Token::Involved) && !has(Token::Handled) {
            return None;
        }
        if team.is_empty() {
            // "Did the customer get a reply?"
            return has(Token::Heard).then(|| Self::Wrote {
                by: vec![Role::Agent, Role::Bot],
                all: false,
                not: Vec::new(),
                kept: false,
            });
        }
        let alone = has(Token::Only) || (has(Token::Handled) && team == [Role::Bot]);
        if alone {
            return (team.len() == 1).then(|| Self::Wrote {
                not: others(&team),
                kept: has(Token::Handled) && team == [Role::Bot],
                by: team,
                all: true,
            });
        }
        Some(Self::Wrote { by: team, all: has(Token::Both), not: Vec::new(), kept: false })
    }

    /// Whether it is so, with the turns that show it; none where the transcript does not tell.
    pub(super) fn holds(&self, reading: &Reading<'_>) -> Option<(bool, Vec<usize>)> {
        let turns = &reading.turns;
        let place = |is: &dyn Fn(&Read<'_>) -> bool| turns.iter().position(is);
        let shown = |at: Option<usize>| Some((at.is_some(), at.into_iter().collect()));
        match self {
            Self::Marked(marker) => shown(place(&|t| t.marker == Some(*marker))),
            Self::Wrote { by, all, not, kept } => {
                let wrote = |role: &Role| place(&|t| t.role == *role);
                let at: Vec<usize> = by.iter().filter_map(wrote).collect();
                let enough = if *all { at.len() == by.len() } else { !at.is_empty() };
                let mut against: Vec<usize> = not.iter().filter_map(wrote).collect();
                if *kept {
                    against.extend(place(&|t| t.marker == Some(Marker::Handoff)));
                }
                let so = enough && against.is_empty();
                Some((so, if against.is_empty() { at } else { against }))
            }
            Self::WroteAfter(marker, by) => {
                let from = place(&|t| t.marker == Some(*marker))?;
                let after = turns.iter().skip(from + 1).position(|t| by.contains(&t.role));
                shown(after.map(|at| at + from + 1))
            }
            Self::Number(counted, low, high) => {
                Some(((*low..=*high).contains(&counted.of(reading)), Vec::new()))
            }
            Self::End { last, by } => {
                let at = end(reading, *last)?;
                Some((turns.get(at).is_some_and(|t| by.contains(&t.role)), vec![at]))
            }
            Self::Writes(role, codes) => {
                let code = spoken::language(reading, *role)?;
                Some((codes.contains(&code), spoken::first(reading, *role)))
            }
            Self::WritesAlike(role) => {
                let (theirs, own) =
                    (spoken::language(reading, *role)?, spoken::language(reading, Role::Customer)?);
                Some((theirs == own, spoken::first(reading, *role)))
            }
        }
    }
}

/// The first or the last message.
pub(super) fn end(reading: &Reading<'_>, last: bool) -> Option<usize> {
    let speaks = |t: &Read<'_>| t.role != Role::System;
    if last {
        reading.turns.iter().rposition(speaks)
    } else {
        reading.turns.iter().position(speaks)
    }
}
