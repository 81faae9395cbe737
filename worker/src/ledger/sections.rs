//! Settings by section: each is one document with a revision, read and set as a whole.
//!
//! A room that has something to set defines a [`Section`]; from it follow the two calls here, and in
//! `routes/settings.rs` the two routes.

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use super::settings::{find, put};
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::Sql;
use askwell::access::Scopes;
use askwell::api::{SignInSettings, TokenIssuer};
use askwell::{Code, Error};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    ops: &[Op::read::<Get<SignInSettings>>(), Op::write::<Put<SignInSettings>>()],
    ..Room::EMPTY
};

/// Something that is set as a whole. Its default is how a new workspace is set.
pub trait Section: Default + PartialEq + Serialize + DeserializeOwned + 'static {
    /// Under which it is stored, and read: unique among the operations of the ledger.
    const NAME: &'static str;
    /// The operation that sets it.
    const PUT: &'static str;
    /// What whoever sets it can make of themselves by it, and so must be allowed already.
    const GIVES: Scopes = Scopes::NONE;
    /// What the team sends; the section itself, unless some of it is not to be shown again.
    type Change: Serialize + DeserializeOwned + 'static;
    /// What the team reads.
    type Shown: Serialize + DeserializeOwned + 'static;

    /// As it is to be.
    ///
    /// # Errors
    /// [`Code::InvalidField`].
    fn changed(self, change: Self::Change) -> Result<Self, Error>;

    /// As it may be shown.
    fn shown(self) -> Self::Shown;
}

/// A section with the revision that its `ETag` is made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Revised<T> {
    /// Counts the changes.
    pub revision: u64,
    /// As it is.
    pub value: T,
}

/// How a section is set; its default where it never was.
pub fn read<S: Section>(sql: &Sql) -> Outcome<S> {
    Ok(revised::<S>(sql)?.value)
}

fn revised<S: Section>(sql: &Sql) -> Outcome<Revised<S>> {
    Ok(find(sql, S::NAME)?.unwrap_or_else(|| Revised { revision: 0, value: S::default() }))
}

/// How a section is set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Get<S>(PhantomData<S>);

impl<S> Get<S> {
    /// Reads it.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<S: Section> Call for Get<S> {
    const NAME: &'static str = S::NAME;
    type Out = Revised<S>;
}

impl<S: Section> Read for Get<S> {
    fn run(self, cx: &Cx) -> Outcome<Revised<S>> {
        revised(cx.sql)
    }
}

/// Sets a section.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Put<S: Section> {
    /// To what.
    pub change: S::Change,
    /// Only if it has changed so often; whatever it is with none.
    pub revision: Option<u64>,
}

impl<S: Section> Call for Put<S> {
    const NAME: &'static str = S::PUT;
    type Out = Revised<S>;
}

impl<S: Section> Write for Put<S> {
    fn run(self, cx: &Cx) -> Outcome<Revised<S>> {
        let Revised { revision, value } = revised::<S>(cx.sql)?;
        unchanged(self.revision, revision)?;
        // Read again rather than cloned: what is compared is what stands there.
        let value = value.changed(self.change)?;
        let next = if value == read::<S>(cx.sql)? { revision } else { revision + 1 };
        let set = Revised { revision: next, value };
        put(cx.sql, S::NAME, &set)?;
        Ok(set)
    }
}

/// Refuses to overwrite what somebody else has changed.
///
/// # Errors
/// [`Code::PreconditionFailed`].
pub fn unchanged(wanted: Option<u64>, revision: u64) -> Result<(), Error> {
    unchanged_or(
        wanted,
        revision,
        "this has been changed meanwhile; read it again, and change that",
    )
}

/// The same in other words.
///
/// # Errors
/// [`Code::PreconditionFailed`].
pub fn unchanged_or(wanted: Option<u64>, revision: u64, detail: &'static str) -> Result<(), Error> {
    match wanted {
        Some(wanted) if wanted != revision => Err(Error::new(Code::PreconditionFailed, detail)),
        _ => Ok(()),
    }
}

impl Section for SignInSettings {
    const NAME: &'static str = "settings.sign_in";
    const PUT: &'static str = "settings.put_sign_in";
    /// Whose tokens are believed says who somebody is, and so lets anybody be an admin.
    const GIVES: Scopes = Scopes::ALL;
    type Change = Self;
    type Shown = Self;

    fn changed(self, change: Self) -> Result<Self, Error> {
        if let Some(TokenIssuer { issuer, audience, jwks_url }) = &change.issuer {
            for (name, text) in [("issuer", issuer), ("audience", audience)] {
                if text.is_empty() || text.len() > 500 {
                    let detail = format!("the field `issuer.{name}` must have 1 to 500 bytes");
                    return Err(Error::new(Code::InvalidField, detail));
                }
            }
            if !crate::http::is_reachable(jwks_url) {
                return Err(Error::new(
                    Code::InvalidField,
                    "the field `issuer.jwks_url` must be https, or http on a loopback host",
                ));
            }
        }
        Ok(change)
    }

    fn shown(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Ledger;
    use super::*;

    fn sign_in(url: &str) -> SignInSettings {
        let issuer = TokenIssuer {
            issuer: "https://id.example".to_owned(),
            audience: "askwell".to_owned(),
            jwks_url: url.to_owned(),
        };
        SignInSettings { issuer: Some(issuer) }
    }

    #[test]
    fn who_has_read_an_older_section_does_not_overwrite_the_newer_one() {
        let ledger = Ledger::new();
        let set = |url: &str, revision| {
            ledger.write(Put::<SignInSettings> { change: sign_in(url), revision })
        };
        let stands = || ledger.read(Get::<SignInSettings>::new());
        assert_eq!((stands().revision, stands().value), (0, SignInSettings::default()));
        assert_eq!(set("https://id.example/keys", Some(0)).unwrap().revision, 1);
        let late = set("https://other.example/keys", Some(0)).unwrap_err();
        assert_eq!(late.public().code, Code::PreconditionFailed);
        assert_eq!(stands().value, sign_in("https://id.example/keys"));
        assert_eq!(set("https://id.example/keys", None).unwrap().revision, 1, "nothing changed");
        for wrong in ["http://id.example/keys", "ftp://id.example", "id.example", ""] {
            let refused = set(wrong, None).unwrap_err();
            assert_eq!(refused.public().code, Code::InvalidField, "{wrong}");
        }
        assert_eq!(stands().revision, 1);
    }
}
