//! What a question asks of the transcript, and whether it is so.

use super::super::reading::{Read, Reading};
use super::super::spoken;
use super::parts::Join;
use super::tokens::Token;
use crate::conversation::{Marker, Role};

/// What can be looked up.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// Whether marks stand in it.
    Marked(Vec<Marker>, Join),
    /// Whether it was transferred, which is said of a handoff as well.
    Moved,
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
        /// In which part of the conversation.
        span: Span,
    },
    /// Whether all of these, or any, have written after one of those.
    Answered {
        /// Who must have.
        by: Vec<Role>,
        /// Whether all of them must.
        all: bool,
        /// Whom they answer.
        to: Vec<Role>,
    },
    /// Whether a number of messages or marks is within these, both included.
    Number {
        /// What is counted.
        what: Counted,
        /// In which part of the conversation.
        span: Span,
        /// The least.
        low: u64,
        /// The most.
        high: u64,
    },
    /// Whether the first or the last message is of one of these.
    End {
        /// Whether it is about the last one.
        last: bool,
        /// Whether only what the team says in reply to the customer counts.
        replies: bool,
        /// Whose it is.
        by: Vec<Role>,
    },
    /// Whether somebody writes in one of these languages.
    Writes(Role, Vec<&'static str>),
    /// Whether somebody writes in the customer's language.
    WritesAlike(Role),
    /// Whether all of these are so, each with whether it is denied.
    All(Vec<(Test, bool)>),
    /// Whether any of these is.
    Any(Vec<(Test, bool)>),
}

/// A part of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Span {
    /// All of it.
    Whole,
    /// What follows the first such mark.
    After(Marker),
    /// What stands before it.
    Before(Marker),
}

impl Span {
    /// The turns of it; none where the mark is not there.
    fn of(&self, reading: &Reading<'_>) -> Option<core::ops::Range<usize>> {
        let place = |mark: Marker| reading.turns.iter().position(|t| t.marker == Some(mark));
        Some(match self {
            Self::Whole => 0..reading.turns.len(),
            Self::After(mark) => place(*mark)? + 1..reading.turns.len(),
            Self::Before(mark) => 0..place(*mark)?,
        })
    }
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
    /// How many there are in a part of the conversation; none where there is no such part.
    pub(crate) fn within(self, span: &Span, reading: &Reading<'_>) -> Option<u64> {
        let counted = |t: &&Read<'_>| match self {
            Self::Messages(None) => t.role != Role::System,
            Self::Messages(Some(role)) => t.role == role,
            Self::Marks(marker) => t.marker == Some(marker),
        };
        let turns = reading.turns.get(span.of(reading)?)?;
        Some(turns.iter().filter(counted).count() as u64)
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

/// What a transcript shows of a test.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    /// Whether it is so.
    pub so: bool,
    /// The turns that show it.
    pub at: Vec<usize>,
    /// How sure that is, 0 to 1: less than 1 where a little text tells a language, and where a word is said of two marks.
    pub confidence: f32,
}

impl Seen {
    fn sure(so: bool, at: Vec<usize>) -> Self {
        Self { so, at, confidence: 1.0 }
    }

    fn denied(self, denied: bool) -> Self {
        Self { so: self.so != denied, ..self }
    }
}

impl Test {
    /// Whether it is so; none where the transcript does not tell.
    pub(super) fn holds(&self, reading: &Reading<'_>) -> Option<Seen> {
        let turns = &reading.turns;
        let marked = |m: &Marker| turns.iter().position(|t| t.marker == Some(*m));
        match self {
            Self::Marked(marks, join) => {
                let at: Vec<usize> = marks.iter().filter_map(marked).collect();
                Some(Seen::sure(enough(&at, marks.len(), *join == Join::All), at))
            }
            Self::Moved => match (marked(&Marker::Transferred), marked(&Marker::Handoff)) {
                (Some(at), _) => Some(Seen::sure(true, vec![at])),
                (None, None) => Some(Seen::sure(false, Vec::new())),
                (None, Some(at)) => Some(Seen { so: true, at: vec![at], confidence: 0.6 }),
            },
            Self::Wrote { by, all, not, kept, span } => {
                let range = span.of(reading)?;
                let wrote = |role: &Role| {
                    let mut within = range.clone();
                    within.find(|i| turns.get(*i).is_some_and(|t| t.role == *role))
                };
                let at: Vec<usize> = by.iter().filter_map(wrote).collect();
                let enough = enough(&at, by.len(), *all);
                let mut against: Vec<usize> = not.iter().filter_map(wrote).collect();
                if *kept {
                    against.extend(marked(&Marker::Handoff));
                }
                let so = enough && against.is_empty();
                Some(Seen::sure(so, if against.is_empty() { at } else { against }))
            }
            Self::Answered { by, all, to } => {
                let from = turns.iter().position(|t| to.contains(&t.role));
                let answer = |role: &Role| {
                    let from = from?;
                    (from + 1..turns.len()).find(|i| turns.get(*i).is_some_and(|t| t.role == *role))
                };
                let at: Vec<usize> = by.iter().filter_map(answer).collect();
                Some(Seen::sure(enough(&at, by.len(), *all), at))
            }
            Self::Number { what, span, low, high } => {
                let count = what.within(span, reading)?;
                Some(Seen::sure((*low..=*high).contains(&count), Vec::new()))
            }
            Self::End { last, replies, by } => {
                let at = if *replies { reply(reading, *last) } else { end(reading, *last) }?;
                Some(Seen::sure(turns.get(at).is_some_and(|t| by.contains(&t.role)), vec![at]))
            }
            Self::Writes(role, codes) => {
                let (code, confidence) = spoken::language(reading, *role)?;
                let at = spoken::first(reading, *role);
                // Who writes in two languages writes in each of them.
                match spoken::writes_once(reading, *role, codes) {
                    Some(place) if !codes.contains(&code) => {
                        Some(Seen { so: true, at: vec![place], confidence: 0.7 })
                    }
                    _ => Some(Seen { so: codes.contains(&code), at, confidence }),
                }
            }
            Self::WritesAlike(role) => {
                let (theirs, one) = spoken::answers(reading, *role)?;
                let (own, other) = spoken::language(reading, Role::Customer)?;
                let at = spoken::first(reading, *role);
                Some(Seen { so: theirs == own, at, confidence: one.min(other) })
            }
            Self::All(tests) => joined(tests, reading, true),
            Self::Any(tests) => joined(tests, reading, false),
        }
    }
}

fn enough(at: &[usize], of: usize, all: bool) -> bool {
    if all { at.len() == of } else { !at.is_empty() }
}

/// Whether all tests hold, or any. One that decides needs no other.
fn joined(tests: &[(Test, bool)], reading: &Reading<'_>, all: bool) -> Option<Seen> {
    let mut seen: Vec<Option<Seen>> = Vec::new();
    for (test, denied) in tests {
        seen.push(test.holds(reading).map(|s| s.denied(*denied)));
    }
    if let Some(decides) = seen.iter().flatten().find(|s| s.so != all) {
        return Some(decides.clone());
    }
    let told: Vec<Seen> = seen.into_iter().collect::<Option<_>>()?;
    let confidence = told.iter().map(|s| s.confidence).fold(1.0, f32::min);
    Some(Seen { so: all, at: told.into_iter().flat_map(|s| s.at).collect(), confidence })
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

/// The first or the last message of the team in reply to the customer.
pub(super) fn reply(reading: &Reading<'_>, last: bool) -> Option<usize> {
    let from = reading.turns.iter().position(|t| t.role == Role::Customer)?;
    team_from(reading, from, last)
}

/// The first or the last message of the team.
pub(super) fn team_end(reading: &Reading<'_>, last: bool) -> Option<usize> {
    team_from(reading, 0, last)
}

/// The first or the last message of the team from a turn on.
fn team_from(reading: &Reading<'_>, from: usize, last: bool) -> Option<usize> {
    let mut all = reading.by(&[Role::Agent, Role::Bot]).map(|(i, _)| i).filter(|i| *i >= from);
    if last { all.next_back() } else { all.next() }
}
