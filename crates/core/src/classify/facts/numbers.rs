//! What is counted, and the numbers that a question compares it with.

use super::grammar::{is_customer, is_team, span};
use super::parts::{Clause, Part, Verb, one_mark};
use super::test::{Counted, Span, Test};
use super::tokens::Token;
use crate::conversation::Role;

/// What a clause asks to count, and in which span.
pub(super) fn count(tokens: &[Token]) -> Option<(Counted, Span)> {
    let Clause { mut parts, denied } = Clause::parse(tokens)?;
    let span = span(&mut parts)?;
    parts.retain(|p| !matches!(p, Part::By | Part::Thread));
    // "How often did the bot reply?": the number is asked for, wherever it stands.
    let at = parts.iter().position(Part::asks)?;
    let asked = parts.remove(at);
    parts.insert(0, asked);
    let counted = counted(&parts).filter(|_| !denied)?;
    (span == Span::Whole || matches!(counted, Counted::Messages(_))).then_some((counted, span))
}

/// A number and nothing else.
pub(super) fn number(tokens: &[Token]) -> Option<(u64, u64)> {
    match Clause::parse(tokens)? {
        Clause { parts, denied: false } => match parts.as_slice() {
            [Part::Quantity(low, high)] => Some((*low, *high)),
            _ => None,
        },
        Clause { .. } => None,
    }
}

/// What is counted where parts ask how many.
fn counted(parts: &[Part]) -> Option<Counted> {
    use Part::{HowMany, HowOften, Marks, Messages, Party, To, Verb as V};
    Some(match parts {
        [HowMany | HowOften, Marks(of, _)] => Counted::Marks(one_mark(of)?),
        [HowMany | HowOften, Party(who, _), Marks(of, _)]
        | [HowMany | HowOften, Marks(of, _), Party(who, _)]
            if is_customer(who) =>
        {
            Counted::Marks(one_mark(of)?)
        }
        [HowMany, Messages] | [HowMany, Messages, V(Verb::Write)] => Counted::Messages(None),
        [HowMany, Messages, Party(who, _)]
        | [HowMany, Party(who, _), Messages]
        | [HowMany, Messages, Party(who, _), V(Verb::Write)]
        | [HowMany, Messages, V(Verb::Write), Party(who, _)]
        | [HowOften, Party(who, _), V(Verb::Write)]
        | [HowMany, Party(who, _), Messages, V(Verb::Write)] => Counted::Messages(Some(one(who)?)),
        // What the team says it says to the customer; whom the customer says something to is not certain.
        [HowMany, Messages, Party(who, _), V(Verb::Write), To(Role::Customer)]
        | [HowMany, Party(who, _), Messages, To(Role::Customer)]
        | [HowOften, Party(who, _), V(Verb::Reply | Verb::Write), To(Role::Customer)]
            if is_team(who) =>
        {
            Counted::Messages(Some(one(who)?))
        }
        [HowOften, Party(who, _), V(Verb::Reply)]
        | [HowMany, V(Verb::Reply), Party(who, _)]
        | [HowMany, V(Verb::Reply), Party(who, _), V(Verb::Write)]
        | [HowMany, V(Verb::Reply), V(Verb::Write), Party(who, _)]
            if is_team(who) =>
        {
            Counted::Messages(Some(one(who)?))
        }
        [HowOften, Party(who, _), V(Verb::Reply | Verb::Write), Party(to, _)]
            if is_team(who) && is_customer(to) =>
        {
            Counted::Messages(Some(one(who)?))
        }
        _ => return None,
    })
}

/// How many there are.
pub(super) fn numbers(parts: &[Part], span: &Span) -> Option<Test> {
    use Part::{By, Marks, Messages, Party, Quantity, To, Verb as V};
    let parts: Vec<Part> = parts.iter().filter(|p| **p != By).cloned().collect();
    let quantity = parts.iter().find_map(|p| match p {
        Quantity(low, high) => Some((*low, *high)),
        _ => None,
    });
    let (low, high) = quantity?;
    let what = match parts.as_slice() {
        [Quantity(..), Messages] => Counted::Messages(None),
        [Party(who, _), V(Verb::Write), Quantity(..), Messages]
        | [Quantity(..), Party(who, _), Messages]
        | [Quantity(..), Messages, Party(who, _)]
        | [Quantity(..), Messages, V(Verb::Write), Party(who, _)]
        | [Quantity(..), Messages, Party(who, _), V(Verb::Write)]
        | [Party(who, _), Quantity(..), Messages, V(Verb::Write)]
        | [Party(who, _), V(Verb::Write), Quantity(..)] => Counted::Messages(Some(one(who)?)),
        [Party(who, _), V(Verb::Write), Party(to, _), Quantity(..), Messages]
            if is_team(who) && is_customer(to) =>
        {
            Counted::Messages(Some(one(who)?))
        }
        [Party(who, _), V(Verb::Write), Quantity(..), Messages, To(Role::Customer)]
            if is_team(who) =>
        {
            Counted::Messages(Some(one(who)?))
        }
        [Party(who, _), V(Verb::Reply), Quantity(..)]
        | [Party(who, _), V(Verb::Write), Quantity(..), V(Verb::Reply)]
        | [Quantity(..), V(Verb::Reply), Party(who, _)]
            if is_team(who) =>
        {
            Counted::Messages(Some(one(who)?))
        }
        [Quantity(..), Marks(of, _)] | [Marks(of, _), Quantity(..)] => {
            Counted::Marks(one_mark(of)?)
        }
        [Party(who, _), Marks(of, _), Quantity(..)] if is_customer(who) => {
            Counted::Marks(one_mark(of)?)
        }
        _ => return None,
    };
    let sound = *span == Span::Whole || matches!(what, Counted::Messages(_));
    sound.then(|| Test::Number { what, span: span.clone(), low, high })
}

/// The only one who is named.
fn one(of: &[Role]) -> Option<Role> {
    match of {
        [role] => Some(*role),
        _ => None,
    }
}
