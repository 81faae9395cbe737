//! What has been verified of the visitor of one conversation.
//!
//! What a visitor says is a claim and stands in [`super::Facts`]; what stands here was said by the
//! site's own server, or proven by reading a mail. The two are never mixed, so that it can be told of
//! every value which it is.

use crate::detect::Kind;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// Shortest and longest name that a site has for a user of its own, in bytes.
pub const SUBJECT_BYTES: core::ops::RangeInclusive<usize> = 1..=200;

/// How a value was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Proof {
    /// By a token that the site's server signed.
    Token,
    /// By a code that was mailed to the address.
    Code,
}

impl Proof {
    /// As it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Code => "code",
        }
    }
}

/// A verified value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProvenValue {
    /// Normalised, as [`super::claim`] gives it.
    pub value: String,
    /// When it was verified.
    pub at: UnixMillis,
    /// How.
    pub proof: Proof,
}

/// What has been verified of a visitor.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Proven {
    /// The site's own name for its user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<ProvenValue>,
    /// The e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<ProvenValue>,
    /// The phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<ProvenValue>,
}

impl Proven {
    /// The value of a kind.
    pub fn get(&self, kind: Kind) -> Option<&ProvenValue> {
        match kind {
            Kind::Name => self.name.as_ref(),
            Kind::Email => self.email.as_ref(),
            Kind::Phone => self.phone.as_ref(),
        }
    }

    /// The place of the value of a kind.
    pub fn slot(&mut self, kind: Kind) -> &mut Option<ProvenValue> {
        match kind {
            Kind::Name => &mut self.name,
            Kind::Email => &mut self.email,
            Kind::Phone => &mut self.phone,
        }
    }

    /// Kinds with a value.
    pub fn kinds(&self) -> Vec<Kind> {
        Kind::ALL.into_iter().filter(|kind| self.get(*kind).is_some()).collect()
    }

    /// Takes over what was verified later: of what that says nothing, what was verified before
    /// stands. False, and nothing changes, where that is about another user of the site: a
    /// conversation is one person's.
    #[must_use]
    pub fn add(&mut self, later: Self) -> bool {
        if let (Some(before), Some(after)) = (&self.subject, &later.subject)
            && before != after
        {
            return false;
        }
        let Self { subject, name, email, phone } = later;
        self.subject = subject.or(self.subject.take());
        for (kind, value) in [(Kind::Name, name), (Kind::Email, email), (Kind::Phone, phone)] {
            if value.is_some() {
                *self.slot(kind) = value;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proven(subject: Option<&str>, email: Option<&str>) -> Proven {
        let value = |text: &str| ProvenValue {
            value: text.to_owned(),
            at: UnixMillis(1),
            proof: Proof::Token,
        };
        Proven { subject: subject.map(str::to_owned), email: email.map(value), ..Proven::default() }
    }

    #[test]
    fn what_is_verified_later_adds_to_it_and_never_to_somebody_else() {
        let mut all = proven(Some("u-1"), None);
        assert!(all.add(proven(None, Some("a@fern.example"))));
        assert!(all.add(proven(Some("u-1"), None)));
        assert_eq!(all, proven(Some("u-1"), Some("a@fern.example")));
        assert!(!all.add(proven(Some("u-2"), Some("b@fern.example"))));
        assert_eq!(all, proven(Some("u-1"), Some("a@fern.example")));
        assert_eq!(all.kinds(), [Kind::Email]);
    }
}
