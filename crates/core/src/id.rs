//! Identifiers: a prefix that says what they name, and 26 characters of base 32 (130 bits).
//!
//! They are derived, either from random bytes given by the caller or from the names of things that
//! already are unique, so that the same request twice gives the same id.

use crate::error::{Code, Error};
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 26 × 5 bits = 130 bits of a digest: collisions are out of reach for any number of rows.
const BODY_CHARS: usize = 26;

/// Base 32 (Crockford's alphabet, lower case) of the first 130 bits of SHA-256 over the parts.
///
/// Parts are joined with their lengths, so `["ab", "c"]` and `["a", "bc"]` differ.
pub fn digest(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let hash = hasher.finalize();
    let mut out = String::with_capacity(BODY_CHARS);
    let (mut buffer, mut bits) = (0u32, 0u32);
    for byte in hash {
        buffer = (buffer << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(ALPHABET[(buffer >> bits) as usize & 31]));
        }
        buffer &= (1 << bits) - 1;
    }
    out.truncate(BODY_CHARS);
    out
}

/// What all ids have in common: text that was checked once, when it was read.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:expr, $code:expr, $refusal:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl core::str::FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                if $check(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(Error::new($code, $refusal))
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    };
}

macro_rules! derived {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        checked_text! {
            $(#[$doc])* $name,
            |text: &str| text.strip_prefix($prefix).is_some_and(is_body),
            Code::NotFound,
            concat!("an id here begins with ", $prefix)
        }

        impl $name {
            /// What every such id begins with.
            pub const PREFIX: &str = $prefix;

            /// The id that belongs to these parts, always the same for the same parts.
            pub fn derive(parts: &[&[u8]]) -> Self {
                Self(format!("{}{}", $prefix, digest(parts)))
            }
        }
    )*};
}

derived! {
    /// A conversation.
    ConversationId "cv_";
    /// A customer: pseudonymous, carries nothing of the person.
    CustomerId "cu_";
    /// A visitor's browser, or a user of another platform.
    VisitorId "vi_";
    /// A connected channel.
    ChannelId "ch_";
    /// An event as delivered to sinks.
    EventId "ev_";
    /// A person of the team, or a user of another part of the platform.
    MemberId "us_";
    /// A key of a workspace.
    KeyId "ky_";
    /// A friction or opportunity theme that signals are grouped into.
    ThemeId "th_";
    /// An article of the knowledge base.
    ArticleId "ka_";
    /// A question that no article answered.
    GapId "kg_";
    /// A webhook that takes a workspace's events.
    EndpointId "wh_";
    /// Something that is done by itself after a conversation.
    AutomationId "au_";
}

checked_text! {
    /// A workspace's name in addresses: 2 to 40 of `a-z`, `0-9` and inner `-`.
    WorkspaceId,
    is_slug,
    Code::InvalidField,
    "a workspace id is 2 to 40 characters of a-z, 0-9 and inner -"
}

checked_text! {
    /// The organisation that workspaces belong to, written like a [`WorkspaceId`].
    OrgId,
    is_slug,
    Code::InvalidField,
    "an organisation id is 2 to 40 characters of a-z, 0-9 and inner -"
}

fn is_body(text: &str) -> bool {
    text.len() == BODY_CHARS && text.bytes().all(|b| ALPHABET.contains(&b))
}

fn is_slug(text: &str) -> bool {
    (2..=40).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

impl From<&WorkspaceId> for OrgId {
    /// The organisation of a workspace that stands alone bears its name.
    fn from(workspace: &WorkspaceId) -> Self {
        Self(workspace.0.clone())
    }
}

/// Whether a text is a derived id of this crate, of whatever kind: two lower-case letters, `_`,
/// and 26 characters of base 32.
pub fn is_derived(text: &str) -> bool {
    let (prefix, body) = text.split_at_checked(3).unwrap_or_default();
    matches!(prefix.as_bytes(), [b'a'..=b'z', b'a'..=b'z', b'_']) && is_body(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_are_stable_and_read_back() {
        let a = ConversationId::derive(&[b"shop", b"order-1"]);
        assert_eq!(a, ConversationId::derive(&[b"shop", b"order-1"]));
        assert_ne!(a, ConversationId::derive(&[b"shopo", b"rder-1"]));
        assert_eq!(a.as_str().parse::<ConversationId>().as_ref(), Ok(&a));
        assert!(a.as_str().parse::<CustomerId>().is_err());
    }

    #[test]
    fn workspace_ids_are_checked() {
        for good in ["ab", "my-shop-2"] {
            assert!(good.parse::<WorkspaceId>().is_ok(), "{good}");
        }
        for bad in ["a", "-ab", "ab-", "Ab", "a b", "a_b", "é2", &"a".repeat(41)] {
            assert!(bad.parse::<WorkspaceId>().is_err(), "{bad}");
        }
    }
}
