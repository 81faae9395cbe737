//! Signed tokens of others (RFC 7519): what they say, and whether it was said for us, and now.
//!
//! Nothing in a token chooses how it is verified: the algorithms are those that are listed here, each
//! with a key of its own kind, so that a public key is never taken for a secret (RFC 8725 §3.1).

use crate::fault::{Fault, Outcome};
use askwell::Code;
use askwell::time::UnixMillis;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Longest token, in bytes: request headers of the platform have 16 kB.
const MAX_BYTES: usize = 16 * 1024;
/// What the clocks of two servers may be apart.
const LEEWAY_S: f64 = 60.0;

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Algorithm {
    /// HMAC-SHA-256, with a secret that both sides know.
    #[serde(rename = "HS256")]
    Hs256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA with P-256 and SHA-256.
    #[serde(rename = "ES256")]
    Es256,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: Algorithm,
    kid: Option<String>,
    crit: Option<serde::de::IgnoredAny>,
}

/// A token as it came: nothing in it is to be believed before its signature has been verified.
#[derive(Debug)]
pub struct Token<'a> {
    /// How it says that it is signed.
    pub algorithm: Algorithm,
    /// With which key.
    pub key_id: Option<String>,
    /// What is signed.
    pub signed: &'a [u8],
    /// The signature.
    pub signature: Vec<u8>,
    body: &'a str,
}

/// For whom a token is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Audience {
    /// Whether somebody is among them.
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::One(one) => one == name,
            Self::Many(many) => many.iter().any(|one| one == name),
        }
    }
}

/// When a token is good, in seconds since 1970.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Times {
    exp: f64,
    nbf: Option<f64>,
}

impl Times {
    /// Refuses a token before and after its time.
    ///
    /// # Errors
    /// [`Code::Unauthorized`].
    pub fn check(self, now: UnixMillis) -> Outcome<()> {
        #[expect(clippy::cast_precision_loss, reason = "seconds of this age are exact in an f64")]
        let now = now.secs() as f64;
        let early = self.nbf.is_some_and(|begin| now < begin - LEEWAY_S);
        // JSON has no numbers that compare with nothing.
        if early || self.is_over_at(now) { Err(wrong("is not good now")) } else { Ok(()) }
    }

    /// Whether a token was good once, and is no more.
    pub fn is_over(self, now: UnixMillis) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "as above")]
        let now = now.secs() as f64;
        self.is_over_at(now)
    }

    fn is_over_at(self, now_s: f64) -> bool {
        now_s >= self.exp + LEEWAY_S
    }
}

impl<'a> Token<'a> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// [`Code::Unauthorized`] when it is none, or wants something that is not known here.
    pub fn parse(text: &'a str) -> Outcome<Self> {
        let none = || wrong("is not a JSON Web Token that is taken here");
        let (signed, signature) =
            text.rsplit_once('.').filter(|_| text.len() <= MAX_BYTES).ok_or_else(none)?;
        let (header, body) = signed.split_once('.').ok_or_else(none)?;
        let header: Header = decode(header).ok_or_else(none)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| none())?;
        // RFC 7515 §4.1.11: extensions that must be understood, and none is here.
        if header.crit.is_some() {
            return Err(none());
        }
        let (algorithm, key_id) = (header.alg, header.kid);
        Ok(Self { algorithm, key_id, signed: signed.as_bytes(), signature, body })
    }

    /// What it says.
    ///
    /// # Errors
    /// [`Code::Unauthorized`] when that is not what is expected of it.
    pub fn claims<T: DeserializeOwned>(&self) -> Outcome<T> {
        decode(self.body).ok_or_else(|| wrong("lacks a claim that it must have"))
    }
}

fn decode<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Refuses a token.
pub fn wrong(why: &str) -> Fault {
    Fault::refused(Code::Unauthorized, format!("the token {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, body: &str) -> String {
        let [header, body] = [header, body].map(|part| URL_SAFE_NO_PAD.encode(part));
        format!("{header}.{body}.c2ln")
    }

    #[test]
    fn only_what_is_listed_is_taken() {
        let text = token(r#"{"alg":"RS256","kid":"k"}"#, r#"{"exp":1}"#);
        let parsed = Token::parse(&text).unwrap();
        assert_eq!((parsed.algorithm, parsed.key_id.as_deref()), (Algorithm::Rs256, Some("k")));
        assert_eq!(parsed.signature, b"sig");
        assert!(text.as_bytes().starts_with(parsed.signed));
        for header in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"RS256","crit":["b64"]}"#,
            r#"{"alg":"HS512"}"#,
            "{}",
            "[]",
        ] {
            assert!(Token::parse(&token(header, "{}")).is_err(), "{header}");
        }
        for text in ["", ".", "..", "a.b", "a.b.c", "e30.e30.e30"] {
            assert!(Token::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_token_has_its_time() {
        let good = |claims: &str, now: i64| {
            let text = token(r#"{"alg":"ES256"}"#, claims);
            let times = Token::parse(&text).unwrap().claims::<Times>();
            times.and_then(|times| times.check(UnixMillis(now * 1000))).is_ok()
        };
        assert!(good(r#"{"exp":1000}"#, 999));
        assert!(good(r#"{"exp":1000.5}"#, 1_059));
        assert!(!good(r#"{"exp":1000}"#, 1_061));
        assert!(!good(r#"{"exp":2000,"nbf":1000}"#, 900));
        assert!(good(r#"{"exp":2000,"nbf":1000}"#, 950));
        for claims in ["{}", r#"{"exp":"1000"}"#, r#"{"exp":null}"#, r#"{"exp":true}"#] {
            assert!(!good(claims, 0), "{claims}");
        }
    }
}
