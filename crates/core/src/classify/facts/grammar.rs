//! From the parts of a clause to what can be looked up. Each form is written out in the order of its words, and what fits
//! none of them is not looked up: "Did more than one agent reply?" must not become "did an agent reply more than once?".

use super::numbers::numbers;
use super::parts::{Clause, Join, Part, Verb, one_mark};
use super::test::{Span, Test};
use super::tokens::Token;
use crate::conversation::{Marker, Role};

const TEAM: [Role; 2] = [Role::Agent, Role::Bot];

/// Reads tokens as something that can be looked up, with whether it is denied.
pub(super) fn parse(tokens: &[Token]) -> Option<(Test, bool)> {
    single(tokens).or_else(|| {
        // "It was handed off and no agent replied."
        let halves = |word: Token| {
            let mut at = tokens.iter().enumerate().filter(|(_, t)| **t == word).map(|(i, _)| i);
            at.find_map(|i| Some(vec![single(tokens.get(..i)?)?, single(tokens.get(i + 1..)?)?]))
        };
        let all = halves(Token::And).map(apart).map(Test::All);
        all.or_else(|| halves(Token::Or).map(apart).map(Test::Any)).map(|test| (test, false))
    })
}

/// Beside a hand-off a transfer is one to another team.
fn apart(mut tests: Vec<(Test, bool)>) -> Vec<(Test, bool)> {
    let handed =
        |t: &(Test, bool)| matches!(&t.0, Test::Marked(of, _) if of.contains(&Marker::Handoff));
    if tests.iter().any(handed) {
        for (test, _) in tests.iter_mut().filter(|(test, _)| *test == Test::Moved) {
            *test = Test::Marked(vec![Marker::Transferred], Join::All);
        }
    }
    tests
}

fn single(tokens: &[Token]) -> Option<(Test, bool)> {
    let Clause { mut parts, denied } = Clause::parse(tokens)?;
    // "Replied alone" is said of a party, "wrote the ticket" of a thing.
    let thing = |w: &[Part]| {
        matches!(w, [Part::Verb(Verb::Write | Verb::Reply), Part::Thread])
            || matches!(w, [Part::Thread, Part::Verb(Verb::Write)])
    };
    if parts.windows(2).any(thing) || parts.iter().any(Part::asks) {
        return None;
    }
    let span = span(&mut parts)?;
    let test = marks(&parts, &span).or_else(|| languages(&parts, &span)).or_else(|| {
        parts.retain(|p| *p != Part::Thread);
        numbers(&parts, &span)
            .or_else(|| ends(&parts, &span))
            .or_else(|| without(&parts, &span))
            .or_else(|| wrote(&parts, &span))
    })?;
    let except = parts.contains(&Part::Except);
    Some((test, denied != except))
}

/// Takes "after the handoff" out of parts; none where "after" stands before something else.
pub(super) fn span(parts: &mut Vec<Part>) -> Option<Span> {
    let place = parts.iter().position(|p| matches!(p, Part::After | Part::Before));
    let Some(at) = place else { return Some(Span::Whole) };
    let Some(Part::Marks(of, _)) = parts.get(at + 1) else { return None };
    let mark = one_mark(of)?;
    let span =
        if parts.get(at) == Some(&Part::After) { Span::After(mark) } else { Span::Before(mark) };
    parts.drain(at..at + 2);
    let more = |p: &Part| matches!(p, Part::After | Part::Before);
    (!parts.iter().any(more)).then_some(span)
}

pub(super) fn is_customer(of: &[Role]) -> bool {
    of == [Role::Customer]
}

pub(super) fn is_team(of: &[Role]) -> bool {
    !of.contains(&Role::Customer)
}

/// Whether something happened to the conversation.
fn marks(parts: &[Part], span: &Span) -> Option<Test> {
    use Part::{By, Elsewhere, Marks, Party, Thread};
    if *span != Span::Whole {
        return None;
    }
    let moved = |of: &[Marker]| of == [Marker::Transferred];
    // "Transferred the customer to an agent" is the handoff, said in other words.
    if let [before @ .., Marks(of, _), whom, to] = parts
        && moved(of)
        && (*to == Part::To(Role::Agent) || matches!(to, Party(of, _) if of == &[Role::Agent]))
        && (*whom == Thread || matches!(whom, Party(who, _) if is_customer(who)))
        && (matches!(before, [] | [Thread])
            || matches!(before, [Party(by, _)] if !by.contains(&Role::Agent)))
    {
        return Some(Test::Marked(vec![Marker::Handoff], Join::Any));
    }
    // The conversation, or the customer, is what it happens to.
    let by = parts.windows(2).find_map(|w| match w {
        [By, Party(who, _)] => Some(who.clone()),
        _ => None,
    });
    let rest: Vec<&Part> = parts.iter().filter(|p| !matches!(p, Thread | By)).collect();
    let customer = |p: &Part| matches!(p, Party(who, _) if is_customer(who));
    let (first, rest): (Option<&Part>, Vec<&Part>) = match rest.as_slice() {
        [first @ Party(..), rest @ ..] => (Some(*first), rest.to_vec()),
        rest => (None, rest.to_vec()),
    };
    let rest: Vec<&Part> = rest
        .into_iter()
        .enumerate()
        // "Did the agent transfer the customer?"
        .filter(|(i, p)| !(*i == 1 && by.is_none() && customer(p)))
        .map(|(_, p)| p)
        .collect();
    let who = match first {
        Some(Party(who, _)) => Some(who.clone()),
        _ => None,
    };
    let (of, join, elsewhere, who) = match rest.as_slice() {
        [Marks(of, join)] => (of, join, false, who),
        [Marks(of, join), Elsewhere] => (of, join, true, who),
        [Marks(of, join), Party(last, _)] if by.as_deref() == Some(last) => {
            if who.as_deref().is_some_and(|w| !is_customer(w)) {
                return None;
            }
            (of, join, false, Some(last.clone()))
        }
        _ => return None,
    };
    let sound = match who.as_deref() {
        None => true,
        Some([Role::Customer]) => by.is_none(),
        Some([Role::Agent]) => moved(of),
        Some(_) => of.iter().all(|m| *m == Marker::Handoff || *m == Marker::Transferred),
    };
    if !sound {
        return None;
    }
    if !moved(of) {
        return (!elsewhere).then(|| Test::Marked(of.clone(), *join));
    }
    // Who of the team the bot hands a customer to is not said.
    match (elsewhere, who.as_deref()) {
        (true, _) | (_, Some([Role::Agent])) => Some(Test::Marked(of.clone(), *join)),
        (_, Some([Role::Bot])) => {
            Some(Test::Marked(vec![Marker::Handoff, Marker::Transferred], Join::Any))
        }
        _ => Some(Test::Moved),
    }
}

/// In which language somebody writes.
fn languages(parts: &[Part], span: &Span) -> Option<Test> {
    use Part::{By, Except, Languages, Party, Speak, Thread, Verb as V};
    if *span != Span::Whole {
        return None;
    }
    let says =
        |p: &Part| matches!(p, Speak | V(Verb::Write | Verb::Reply | Verb::Involved) | By | Thread);
    if let [Party(who, _), middle @ .., Party(of, _), Speak] = parts
        && let [one] = who.as_slice()
        && is_customer(of)
        && is_team(who)
        && !middle.is_empty()
        && middle.iter().all(says)
    {
        return Some(Test::WritesAlike(*one));
    }
    let known = |p: &Part| says(p) || matches!(p, Languages(_) | Party(..) | Part::To(_) | Except);
    // "A German agent" is no language that is written, "is the customer French" neither.
    let of_somebody = |w: &[Part]| match w {
        [Languages(_), Party(..), ..] => true,
        [Languages(_), Speak, Party(who, _)] => is_team(who),
        _ => false,
    };
    if (0..parts.len())
        .any(|i| of_somebody(parts.get(i..i + 3).or(parts.get(i..i + 2)).unwrap_or_default()))
        || !parts.iter().any(says)
    {
        return None;
    }
    let mut codes = parts.iter().filter_map(|p| match p {
        Languages(codes) => Some(codes),
        _ => None,
    });
    let (codes, None) = (codes.next()?, codes.next()) else { return None };
    let except = parts.iter().filter(|p| **p == Except).count();
    let before = |w: &[Part]| matches!(w, [Except, Languages(_)]);
    if !parts.iter().all(known) || except > 1 || except == 1 && !parts.windows(2).any(before) {
        return None;
    }
    let at: Vec<usize> =
        (0..parts.len()).filter(|i| matches!(parts.get(*i), Some(Party(..)))).collect();
    let who = match at.as_slice() {
        [] if parts.iter().any(|p| matches!(p, Part::To(_))) => return None,
        [] => Role::Customer,
        // Of two that are named the first one writes, where something is done between them.
        [first, second] if parts.get(first + 1..*second)?.iter().any(says) => role(parts, *first)?,
        [one] => role(parts, *one)?,
        _ => return None,
    };
    Some(Test::Writes(who, codes.clone()))
}

/// The only one who is named at a place.
fn role(parts: &[Part], at: usize) -> Option<Role> {
    match parts.get(at) {
        Some(Part::Party(who, _)) => match who.as_slice() {
            [one] => Some(*one),
            _ => None,
        },
        _ => None,
    }
}

/// Who wrote the first or the last message.
fn ends(parts: &[Part], span: &Span) -> Option<Test> {
    use Part::{First, Last, Messages, Party, Verb as V};
    if *span != Span::Whole {
        return None;
    }
    let is_end = |p: &Part| matches!(p, First | Last);
    let parts: Vec<Part> = parts.iter().filter(|p| **p != Part::By).cloned().collect();
    let (who, join, end) = match parts.as_slice() {
        // "Did the bot reply first?", "was it the first to reply".
        [Party(who, _), V(Verb::Reply), end] | [Party(who, _), end, V(Verb::Reply)]
            if is_end(end) && is_team(who) && who.len() == 1 =>
        {
            return Some(Test::End { last: *end == Last, replies: true, by: who.clone() });
        }
        [Party(who, join), V(Verb::Write), end]
        | [Party(who, join), V(Verb::Write), end, Messages]
        | [Party(who, join), end, V(Verb::Write)]
        | [Party(who, join), end, Messages]
        | [end, Messages, Party(who, join)]
        | [end, Messages, V(Verb::Write), Party(who, join)]
        | [V(Verb::Write), Party(who, join), end, Messages]
            if is_end(end) =>
        {
            (who, join, end)
        }
        // "Did the bot start the conversation?", "ended with the bot".
        [Party(who, join), end @ First] | [end, Party(who, join)] if is_end(end) => {
            (who, join, end)
        }
        _ => return None,
    };
    let sound = who.len() == 1 || *join == Join::Any;
    sound.then(|| Test::End { last: *end == Last, replies: false, by: who.clone() })
}

/// Those who are named, and whether all of them or any are meant.
type Named<'a> = (&'a [Role], Join);

/// Who does what to whom.
struct Deed<'a> {
    who: Option<Named<'a>>,
    verb: Verb,
    to: Option<&'a [Role]>,
}

/// Who does what to whom, where that is certain.
fn deed(parts: &[Part]) -> Option<Deed<'_>> {
    use Part::{By, Party, To, Verb as V};
    let (who, verb, to): (Option<Named<'_>>, Verb, Option<&[Role]>) = match parts {
        [V(verb), To(to)] => (None, *verb, Some(core::slice::from_ref(to))),
        [Party(who, join), V(verb), To(to)]
        | [V(verb), Party(who, join), To(to)]
        | [V(verb), By, Party(who, join), To(to)]
        | [Party(who, join), To(to), V(verb)]
        | [To(to), Party(who, join), V(verb)] => {
            (Some((who, *join)), *verb, Some(core::slice::from_ref(to)))
        }
        [V(verb)] => (None, *verb, None),
        [Party(who, join), V(verb)]
        | [V(verb), Party(who, join)]
        | [V(verb), By, Party(who, join)] => (Some((who, *join)), *verb, None),
        [Party(to, _), V(verb), By, Party(who, join)] => (Some((who, *join)), *verb, Some(to)),
        [Party(who, join), V(verb), Party(to, _)] | [V(verb), Party(who, join), Party(to, _)] => {
            (Some((who, *join)), *verb, Some(to))
        }
        // "Hat ein Mitarbeiter dem Kunden geantwortet": the customer first could be either.
        [Party(who, join), Party(to, _), V(verb)] if is_team(who) && is_customer(to) => {
            (Some((who, *join)), *verb, Some(to))
        }
        // "Was there a message from the agent?"
        [Part::Messages, Party(who, join)]
        | [Part::Messages, V(Verb::Write), Party(who, join)]
        | [Part::Messages, V(Verb::Write), By, Party(who, join)]
        | [Party(who, join), V(Verb::Write), Part::Messages] => {
            (Some((who, *join)), Verb::Write, None)
        }
        _ => return None,
    };
    Some(Deed { who, verb, to })
}

/// The part of the team that is named, whether it is said to do something or to be spoken with.
fn team<'a>(who: Option<(&'a [Role], Join)>, to: Option<&'a [Role]>) -> Option<(&'a [Role], Join)> {
    match (who, to) {
        (Some((who, join)), None) if is_team(who) => Some((who, join)),
        (Some((who, join)), Some(to)) if is_team(who) && is_customer(to) => Some((who, join)),
        (Some((who, _)), Some(to)) if is_customer(who) && is_team(to) => Some((to, Join::Any)),
        _ => None,
    }
}

fn others(of: &[Role]) -> Vec<Role> {
    TEAM.into_iter().filter(|r| !of.contains(r)).collect()
}

/// Whether somebody wrote, or took part.
fn wrote(parts: &[Part], span: &Span) -> Option<Test> {
    let (parts, alone) = alone(parts)?;
    let Deed { who, verb, to } = deed(&parts)?;
    if alone {
        let (by, _) = if verb == Verb::Write { who? } else { team(who, to)? };
        let sound = by.len() == 1 && *span == Span::Whole;
        let kept = verb == Verb::Handled && by == [Role::Bot];
        return sound.then(|| Test::Wrote {
            by: by.to_vec(),
            all: true,
            not: others(by),
            kept,
            span: Span::Whole,
        });
    }
    let plain = |by: &[Role], join: Join| Test::Wrote {
        by: by.to_vec(),
        all: join == Join::All,
        not: Vec::new(),
        kept: false,
        span: span.clone(),
    };
    match verb {
        Verb::Write => {
            let (by, join) = who?;
            let Some(to) = to else { return Some(plain(by, join)) };
            if is_customer(by) != is_team(to) {
                return None;
            }
            // Whom the customer writes to takes part.
            Some(match is_customer(by) {
                true => Test::All(vec![(plain(by, join), false), (plain(to, Join::Any), false)]),
                false => plain(by, join),
            })
        }
        // What is said after the handoff is said to somebody who has spoken.
        Verb::Reply if *span != Span::Whole => {
            let (by, join) = who.filter(|(by, _)| is_team(by))?;
            to.is_none_or(is_customer).then(|| plain(by, join))
        }
        Verb::Reply => {
            let (by, join) = who.unwrap_or((&TEAM, Join::Any));
            let to = match to {
                Some(to) => (is_customer(by) == is_team(to)).then_some(to)?,
                // Whether the customer replied or was replied to is not certain.
                None => Some(&[Role::Customer][..]).filter(|_| is_team(by))?,
            };
            Some(Test::Answered { by: by.to_vec(), all: join == Join::All, to: to.to_vec() })
        }
        Verb::Heard => {
            let (by, join) = match (who, to) {
                (None, None) => (&TEAM[..], Join::Any),
                (Some((who, _)), None) if is_customer(who) => (&TEAM[..], Join::Any),
                (Some((who, _)), Some(to)) if is_customer(who) && is_team(to) => (to, Join::Any),
                _ => return None,
            };
            let all = join == Join::All;
            match span {
                Span::Whole => {
                    Some(Test::Answered { by: by.to_vec(), all, to: vec![Role::Customer] })
                }
                _ => Some(plain(by, join)),
            }
        }
        Verb::Involved => {
            let (by, join) = team(who, to).or_else(|| who.filter(|_| to.is_none()))?;
            Some(plain(by, join))
        }
        Verb::Handled => {
            let (by, join) = team(who, to)?;
            // "Handled by the bot" is handled by it alone; an agent has the help of the bot.
            if by == [Role::Bot] && *span == Span::Whole {
                return Some(Test::Wrote {
                    by: by.to_vec(),
                    all: true,
                    not: vec![Role::Agent],
                    kept: true,
                    span: Span::Whole,
                });
            }
            Some(plain(by, join))
        }
    }
}

/// Parts without "only", and whether it is said of who is named.
fn alone(parts: &[Part]) -> Option<(Vec<Part>, bool)> {
    let only = |p: &Part| matches!(p, Part::Only | Part::Fully);
    let mut places = (0..parts.len()).filter(|i| parts.get(*i).is_some_and(only));
    let Some(at) = places.next() else { return Some((parts.to_vec(), false)) };
    let party = |i: Option<usize>| {
        i.and_then(|i| parts.get(i)).is_some_and(|p| matches!(p, Part::Party(..) | Part::By))
    };
    let near = party(at.checked_sub(1)) || party(Some(at + 1)) || at + 1 == parts.len();
    let handled = parts.contains(&Part::Verb(Verb::Handled));
    let fully = parts.get(at) == Some(&Part::Fully);
    let sound = places.next().is_none() && if fully { handled } else { near || handled };
    let mut rest = parts.to_vec();
    rest.remove(at);
    sound.then_some((rest, true))
}

/// What was done without somebody, or without a handoff.
fn without(parts: &[Part], span: &Span) -> Option<Test> {
    let at = parts.iter().position(|p| *p == Part::Without)?;
    let (before, after) = parts.split_at(at);
    let after = after.get(1..)?;
    if *span != Span::Whole || after.contains(&Part::Without) {
        return None;
    }
    let (before, _) = alone(before)?;
    let (by, handled): (Vec<Role>, bool) = match deed(&before)? {
        Deed { who: None, verb: Verb::Handled, to: None } => (Vec::new(), true),
        Deed { who: Some((who, _)), verb: Verb::Handled, to: None } if is_customer(who) => {
            (Vec::new(), true)
        }
        Deed { who, verb, to } => {
            let (by, _) = team(who, to).filter(|(by, _)| by.len() == 1)?;
            (by.to_vec(), verb == Verb::Handled)
        }
    };
    let (by, not, kept) = match after {
        // An agent may write without one: the team took the conversation up by itself.
        [Part::Marks(of, _)] if of == &[Marker::Handoff] => match by.as_slice() {
            [Role::Agent] => (by, Vec::new(), true),
            _ => (vec![Role::Bot], vec![Role::Agent], true),
        },
        [Part::Party(not, _)] if is_team(not) => {
            let by = if by.is_empty() { others(not) } else { by };
            (by, not.clone(), handled)
        }
        _ => return None,
    };
    let sound = !by.is_empty() && !by.iter().any(|r| not.contains(r));
    sound.then_some(Test::Wrote { by, all: true, not, kept, span: Span::Whole })
}
