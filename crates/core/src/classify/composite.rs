//! Values that name a request and whether it was averted: "Subscription Saved", "Refund Not Saved".

use super::concepts::{self, Concept};
use super::cues::Cue;
use super::kind::{Sense, means, senses_in};
use super::label::Place;
use super::phrase::find;
use super::reading::{Read, Reading};
use super::words::Words;
use super::{Field, Value};
use crate::conversation::Role;

/// A request that the team would rather avert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    /// To end a subscription.
    Cancel,
    /// For money back.
    Refund,
}

/// What each value says of each request: averted or not.
pub(crate) type Claims = Vec<Vec<(Request, bool)>>;

/// Reads the values so; none where fewer than two are of this form or others are not.
pub(crate) fn claims(field: &Field) -> Option<Claims> {
    let claims: Claims = field.possible_values.iter().map(|v| claims_of(v.name())).collect();
    let open = |(c, v): (&Vec<(Request, bool)>, &Value)| c.is_empty() && !super::rules::is_rest(v);
    let all = !claims.iter().zip(&field.possible_values).any(open);
    (all && claims.iter().filter(|c| !c.is_empty()).count() >= 2).then_some(claims)
}

/// Values that say only whether the customer was kept, of a question about ending something: "Kept" beside "Cancelled".
pub(crate) fn bare(field: &Field) -> Option<Claims> {
    let cancel = concepts::concept("cancel")?;
    let asked = concepts::named(&format!("{}. {}", field.name, field.prompt));
    let about = asked.contains(&cancel)
        || [&LEAVING[..], &STAYING[..]]
            .iter()
            .any(|of| find(&Words::new(&field.prompt), of).is_some());
    if !about || field.possible_values.iter().any(|v| !claims_of(v.name()).is_empty()) {
        return None;
    }
    let names = || field.possible_values.iter().map(Value::name);
    let (yes, no) =
        (names().position(|n| means(n, Sense::Yes)), names().position(|n| means(n, Sense::No)));
    let kept = |name: &str| {
        let words = Words::new(name);
        let has = |of: &[&str]| find(&words, of).is_some();
        let denied = has(&["not", "no"]);
        if has(&KEPT) {
            Some(!denied)
        } else if has(&LOST) || concepts::named(name) == [cancel] {
            Some(denied)
        } else {
            None
        }
    };
    let per_value: Vec<Option<bool>> = match (yes, no) {
        // "Was the customer retained?", "Did the customer churn?"
        (Some(yes), Some(no)) => {
            let words = Words::new(&format!("{}. {}", field.name, field.prompt));
            let stays = match (find(&words, &KEPT), find(&words, &LEAVING)) {
                (Some(kept), Some(left)) => kept < left,
                (kept, left) => {
                    kept.or(left)?;
                    kept.is_some()
                }
            };
            (0..field.possible_values.len())
                .map(|i| if i == yes { Some(stays) } else { (i == no).then_some(!stays) })
                .collect()
        }
        _ => names().map(kept).collect(),
    };
    let both = [true, false].iter().all(|k| per_value.contains(&Some(*k)));
    let known = |(k, v): (&Option<bool>, &Value)| k.is_some() || super::rules::is_rest(v);
    (both && per_value.iter().zip(&field.possible_values).all(known)).then(|| {
        per_value.iter().map(|k| k.iter().map(|k| (Request::Cancel, *k)).collect()).collect()
    })
}

/// Words for a customer who stays, and for one who leaves.
const KEPT: [&str; 12] = [
    "kept", "keep", "retained", "retain", "saved", "stayed", "stay", "stays", "remained",
    "gehalten", "retenido", "conserve",
];
const LOST: [&str; 9] =
    ["lost", "left", "churned", "churn", "gone", "verloren", "perdido", "perdu", "verlaten"];
const LEAVING: [&str; 7] = [
    "churn*",
    "leave us",
    "left us",
    "leaving us",
    "lose the customer",
    "lost the customer",
    "customer leave",
];
/// Words for a question of the one or the other.
const STAYING: [&str; 4] = ["retained", "retain", "retention", "customer kept"];

/// What a value's name claims, in the order in which it stands there.
pub(crate) fn claims_of(value: &str) -> Vec<(Request, bool)> {
    value
        .split(['+', '&', ',', '/'])
        .flat_map(|part| part.split(" and "))
        .filter_map(|part| {
            let named = concepts::named(part);
            let has = |name| concepts::concept(name).is_some_and(|c| named.contains(&c));
            let request = if has("refund") {
                Request::Refund
            } else if has("subscription") || has("cancel") {
                Request::Cancel
            } else {
                return None;
            };
            let senses = senses_in(part);
            if senses.contains(&Sense::Bad) {
                Some((request, false))
            } else if senses.contains(&Sense::Good) {
                Some((request, true))
            } else {
                None
            }
        })
        .collect()
}

/// The value that fits, with where it shows.
pub(crate) fn decide(reading: &Reading<'_>, claims: &Claims) -> Option<(usize, Place)> {
    let decided: Vec<(Request, bool, Place)> = [Request::Cancel, Request::Refund]
        .into_iter()
        .filter_map(|request| outcome(reading, request).map(|(averted, at)| (request, averted, at)))
        .collect();
    let (_, _, at) = *decided.first()?;
    let holds = |c: &Vec<(Request, bool)>| {
        !c.is_empty() && c.iter().all(|(r, a)| decided.iter().any(|(dr, da, _)| dr == r && da == a))
    };
    // The value that says most and is right in all of it.
    let best = claims
        .iter()
        .enumerate()
        .filter(|(_, c)| holds(c))
        .max_by(|a, b| a.1.len().cmp(&b.1.len()).then(b.0.cmp(&a.0)))?;
    Some((best.0, at))
}

/// Whether a request that the customer made was averted, by the last turn that tells.
fn outcome(reading: &Reading<'_>, request: Request) -> Option<(bool, Place)> {
    let named = match request {
        Request::Cancel => "cancel",
        Request::Refund => "refund",
    };
    let wanted = concepts::concept(named)?;
    let kept: Vec<Concept> = match request {
        Request::Cancel => &["changed mind", "paused"][..],
        Request::Refund => &["changed mind", "exchange", "discount"][..],
    }
    .iter()
    .filter_map(|n| concepts::concept(n))
    .collect();
    // What the team has granted was asked for, also where only the team's words say so.
    let granted = |t: &Read<'_>, from: usize| {
        t.role != Role::Customer && t.has(Cue::Settled) && !t.has(Cue::Fails) && !t.asks_at(from)
    };
    let asked = reading.turns.iter().enumerate().find_map(|(i, t)| {
        let hit = t.concepts.iter().find(|h| h.label == wanted)?;
        (t.role == Role::Customer || granted(t, hit.from)).then_some((i, hit.from, hit.to))
    })?;
    let mut last = None;
    for (index, turn) in reading.turns.iter().enumerate().skip(asked.0) {
        let has = |of: &[Concept]| turn.concepts.iter().find(|h| of.contains(&h.label));
        match turn.role {
            Role::Customer if index > asked.0 => {
                if let Some(hit) = has(&kept) {
                    last = Some((true, (index, hit.from, hit.to)));
                }
            }
            Role::Agent | Role::Bot => {
                let granted =
                    has(&kept).filter(|h| request == Request::Cancel && !turn.asks_at(h.from));
                if let Some(hit) = granted {
                    last = Some((true, (index, hit.from, hit.to)));
                } else if let Some(hit) = has(&[wanted]) {
                    let place = (index, hit.from, hit.to);
                    let refused = turn.has(Cue::Fails);
                    // An offer or a question has neither been done nor been refused.
                    if refused || (turn.has(Cue::Settled) && !turn.asks_at(hit.from)) {
                        last = Some((refused, place));
                    }
                }
            }
            _ => {}
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_claims() {
        use Request::{Cancel, Refund};
        assert_eq!(claims_of("Subscription Saved"), [(Cancel, true)]);
        assert_eq!(claims_of("Refund Not Saved"), [(Refund, false)]);
        assert_eq!(claims_of("SS Saved + Refund Saved"), [(Cancel, true), (Refund, true)]);
        assert_eq!(claims_of("Damaged"), []);
    }
}
