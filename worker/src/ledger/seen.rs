//! What a form showed when it was opened: it sends a mark of that back with what was typed, and where somebody
//! else has changed it since, it is refused. The comparison is made in the transaction that writes, so of two
//! that come at once only one is taken.

use crate::auth::hash;
use crate::fault::Outcome;
use askwell::{Code, Error};
use serde::Serialize;

/// The mark of what is shown.
pub fn mark<T: Serialize>(shown: &T) -> String {
    hash(&serde_json::to_string(shown).unwrap_or_default())
}

/// Checks that what a form showed still stands; anything does for who has seen nothing.
///
/// # Errors
/// [`Code::PreconditionFailed`].
pub fn stands<T: Serialize>(seen: Option<&str>, now: &T) -> Outcome<()> {
    match seen {
        Some(seen) if seen != mark(now) => Err(Error::new(
            Code::PreconditionFailed,
            "Somebody else has changed this since you opened it. What you typed stands below: saved once more, it takes the place of theirs, which a second tab with this page shows.",
        )
        .into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_is_taken_and_what_was_changed_is_not() {
        let seen = mark(&("a", 1));
        stands(Some(&seen), &("a", 1)).unwrap();
        stands(None, &("a", 2)).unwrap();
        for (seen, now) in [(seen.as_str(), ("a", 2)), ("", ("a", 1))] {
            let refused = stands(Some(seen), &now).unwrap_err().public();
            assert_eq!(refused.code, Code::PreconditionFailed);
        }
    }
}
