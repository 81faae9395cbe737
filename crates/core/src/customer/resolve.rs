//! Whose profile a conversation belongs to.
//!
//! E-mail is the unique identifier (CU.2): equal e-mail is one profile, different e-mails are
//! different profiles whatever else matches, and nothing else merges anybody.

use crate::id::CustomerId;
use serde::{Deserialize, Serialize};

/// What the ledger knows that could decide.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Known {
    /// The profile that holds the conversation's e-mail.
    pub by_email: Option<CustomerId>,
    /// The profile that this visitor was last seen as, and whether it has an e-mail.
    pub by_visitor: Option<(CustomerId, bool)>,
    /// The profile that an earlier revision of the same conversation was put under.
    pub by_conversation: Option<(CustomerId, bool)>,
}

/// What to do with the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resolution {
    /// Put it under a profile that exists.
    Attach(CustomerId),
    /// Put it under a new profile.
    Create,
}

/// Decides whose profile a conversation belongs to.
pub fn resolve(email: Option<&str>, known: &Known) -> Resolution {
    let attach = |id: &CustomerId| Resolution::Attach(id.clone());
    match (email, &known.by_email) {
        (Some(_), Some(owner)) => attach(owner),
        // A new e-mail may complete a profile that has none, but never re-labels one that has.
        (Some(_), None) => [&known.by_conversation, &known.by_visitor]
            .into_iter()
            .flatten()
            .find(|(_, has_email)| !has_email)
            .map_or(Resolution::Create, |(id, _)| attach(id)),
        (None, _) => known
            .by_conversation
            .as_ref()
            .or(known.by_visitor.as_ref())
            .map_or(Resolution::Create, |(id, _)| attach(id)),
    }
}

/// The form in which e-mail addresses are compared: trimmed and lower-cased. The local part is
/// case-sensitive in RFC 5321 §2.4, but no provider in use treats it so.
pub fn normalise_email(email: &str) -> String {
    email.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> CustomerId {
        CustomerId::derive(&[name.as_bytes()])
    }

    #[test]
    fn equal_email_is_one_profile_whoever_the_visitor_was() {
        let known = Known {
            by_email: Some(id("owner")),
            by_visitor: Some((id("browser"), true)),
            by_conversation: Some((id("before"), false)),
        };
        assert_eq!(resolve(Some("a@b.c"), &known), Resolution::Attach(id("owner")));
    }

    #[test]
    fn another_email_is_another_profile() {
        let known = Known { by_visitor: Some((id("browser"), true)), ..Known::default() };
        assert_eq!(resolve(Some("new@b.c"), &known), Resolution::Create);
    }

    #[test]
    fn a_profile_without_email_is_completed_by_the_first_one() {
        let known = Known { by_visitor: Some((id("browser"), false)), ..Known::default() };
        assert_eq!(resolve(Some("new@b.c"), &known), Resolution::Attach(id("browser")));
    }

    #[test]
    fn without_email_the_conversation_stays_where_it_was_then_with_its_visitor() {
        let mut known = Known { by_visitor: Some((id("browser"), true)), ..Known::default() };
        assert_eq!(resolve(None, &known), Resolution::Attach(id("browser")));
        known.by_conversation = Some((id("before"), true));
        assert_eq!(resolve(None, &known), Resolution::Attach(id("before")));
        assert_eq!(resolve(None, &Known::default()), Resolution::Create);
    }
}
