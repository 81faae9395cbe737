//! Encryption of what is kept: AES-256-GCM, under a key of each customer, which is kept wrapped under a
//! key of the installation. Who erases the customer's key has erased all that was sealed with it.
//!
//! Sealed text is a JSON Web Encryption in its compact form (RFC 7516): `alg` is `dir`, `enc` `A256GCM`,
//! `kid` names the key, and `for` says what it is, so that no sealed text passes for another. Nonces are
//! random: NIST SP 800-38D §8.3 allows 2³² texts under one key so.
//!
//! The cipher is compiled in, and not the platform's WebCrypto, because the ledger seals inside a
//! transaction, which is synchronous.

use crate::config;
use crate::fault::{Fault, Outcome};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use askwell::Code;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use worker::Env;

const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

thread_local! {
    /// The installation's keys, once an object of this isolate has read them.
    static RING: RefCell<Option<Ring>> = const { RefCell::new(None) };
}

/// A key.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret")
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    enc: String,
    kid: String,
    #[serde(rename = "for")]
    purpose: String,
}

impl Secret {
    /// A key that nobody has.
    ///
    /// # Errors
    /// When there are no random numbers to be had.
    pub fn random() -> Outcome<Self> {
        let mut bytes = [0; 32];
        config::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Seals a text. `purpose` is asked for again when it is opened.
    ///
    /// # Errors
    /// When there are no random numbers to be had.
    pub fn seal(&self, id: &str, purpose: &str, text: &[u8]) -> Outcome<String> {
        let header = Header {
            alg: "dir".to_owned(),
            enc: "A256GCM".to_owned(),
            kid: id.to_owned(),
            purpose: purpose.to_owned(),
        };
        let header = URL_SAFE_NO_PAD.encode(crate::fault::to_json("header", &header)?);
        let mut nonce = [0; NONCE_BYTES];
        config::fill(&mut nonce)?;
        let payload = Payload { msg: text, aad: header.as_bytes() };
        let sealed = self.cipher().encrypt(&Nonce::from(nonce), payload).map_err(|_| broken())?;
        let (text, tag) = sealed.split_at_checked(sealed.len() - TAG_BYTES).ok_or_else(broken)?;
        let [nonce, text, tag] = [&nonce, text, tag].map(|part| URL_SAFE_NO_PAD.encode(part));
        Ok(format!("{header}..{nonce}.{text}.{tag}"))
    }

    /// Opens what [`Self::seal`] gave for this purpose.
    ///
    /// # Errors
    /// A failure of ours when it is something else, or was changed.
    pub fn open(&self, purpose: &str, sealed: &str) -> Outcome<Vec<u8>> {
        self.opened(purpose, sealed).ok_or_else(broken)
    }

    fn opened(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let mut parts = sealed.split('.');
        let header = parts.next()?;
        let (wrapped, nonce, text, tag) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let read: Header = serde_json::from_slice(&decode(header)?).ok()?;
        if read.purpose != purpose || !wrapped.is_empty() || parts.next().is_some() {
            return None;
        }
        let nonce: [u8; NONCE_BYTES] = decode(nonce)?.try_into().ok()?;
        let mut bytes = decode(text)?;
        bytes.extend(decode(tag)?);
        let payload = Payload { msg: &bytes, aad: header.as_bytes() };
        self.cipher().decrypt(&Nonce::from(nonce), payload).ok()
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&Key::<Aes256Gcm>::from(self.0))
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// With which key a text was sealed; none when it is no sealed text.
pub fn key_of(sealed: &str) -> Option<String> {
    let (header, _) = sealed.split_once("..")?;
    let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
    Some(header.kid)
}

/// The keys of the installation. The first one wraps; all unwrap what they have wrapped.
struct Ring(Vec<(String, Secret)>);

impl Ring {
    /// Reads `NAME:BASE64` (32 bytes each), separated by commas or blanks.
    fn parse(text: &str) -> Option<Self> {
        let key = |part: &str| {
            let (name, value) = part.split_once(':')?;
            let fine = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric());
            let bytes: [u8; 32] = STANDARD.decode(value).ok()?.try_into().ok()?;
            fine.then(|| (name.to_owned(), Secret(bytes)))
        };
        let parts = text.split([',', ' ', '\n']).filter(|part| !part.is_empty());
        let keys: Vec<(String, Secret)> = parts.map(key).collect::<Option<_>>()?;
        let mut names: Vec<&String> = keys.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        (!keys.is_empty() && names.len() == keys.len()).then_some(Self(keys))
    }
}

/// Reads the installation's keys, unless an object of this isolate has done so. A new value of the secret
/// comes with new isolates.
///
/// # Errors
/// When the secret is not set, or is not what it should be.
pub fn begin(env: &Env) -> Outcome<()> {
    if RING.with_borrow(Option::is_some) {
        return Ok(());
    }
    let ring = Ring::parse(&config::encryption_keys(env)?).ok_or_else(|| {
        crate::fault::complain(
            "the secret ENCRYPTION_KEYS must be NAME:BASE64 of 32 bytes, several separated by commas",
        );
        Fault::refused(Code::Internal, "the server is not configured; tell its operator")
    })?;
    RING.set(Some(ring));
    Ok(())
}

/// The name of the key that wraps now.
///
/// # Errors
/// When no keys have been read.
pub fn current() -> Outcome<String> {
    with_ring(|ring| ring.0.first().map(|(name, _)| name.clone()))
}

/// Wraps a key, for what `purpose` says.
///
/// # Errors
/// When no keys have been read.
pub fn wrap(key: &Secret, purpose: &str) -> Outcome<String> {
    let (name, ring) = with_ring(|ring| ring.0.first().cloned())?;
    ring.seal(&name, purpose, &key.0)
}

/// Unwraps a key.
///
/// # Errors
/// When the key that it was wrapped with is no longer there.
pub fn unwrap(wrapped: &str, purpose: &str) -> Outcome<Secret> {
    let name = key_of(wrapped).ok_or_else(broken)?;
    let find = |ring: &Ring| ring.0.iter().find(|(known, _)| *known == name).cloned();
    let (_, ring) = with_ring(find)?;
    let bytes: [u8; 32] = ring.open(purpose, wrapped)?.try_into().map_err(|_| broken())?;
    Ok(Secret(bytes))
}

fn with_ring<T>(read: impl FnOnce(&Ring) -> Option<T>) -> Outcome<T> {
    #[cfg(test)]
    tests::begin();
    RING.with_borrow(|ring| ring.as_ref().and_then(read)).ok_or_else(|| {
        Fault::Platform(worker::Error::RustError(
            "a key of the installation is missing: ENCRYPTION_KEYS lacks one that is in use"
                .to_owned(),
        ))
    })
}

fn broken() -> Fault {
    Fault::Platform(worker::Error::RustError("sealed text cannot be opened".to_owned()))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    fn ring(names: &[&str]) -> Ring {
        let key = |name: &&str| format!("{name}:{}", STANDARD.encode([name.as_bytes()[0]; 32]));
        Ring::parse(&names.iter().map(key).collect::<Vec<_>>().join(",")).unwrap()
    }

    pub fn begin() {
        if RING.with_borrow(Option::is_none) {
            turn(&["a"]);
        }
    }

    /// Gives this test other keys.
    pub fn turn(names: &[&str]) {
        RING.set(Some(ring(names)));
    }

    /// AES-256-GCM, test case 14 of the specification of GCM (McGrew and Viega): a key and a text of
    /// zeros under a nonce of zeros.
    #[test]
    fn the_cipher_is_the_one_that_is_meant() {
        let payload = Payload { msg: &[0; 16], aad: b"" };
        let sealed = Secret([0; 32]).cipher().encrypt(&Nonce::from([0; 12]), payload).unwrap();
        let hex: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    }

    #[test]
    fn only_the_same_key_opens_the_same_text_for_the_same_purpose() {
        let key = Secret::random().unwrap();
        let sealed = key.seal("cu_1", "transcript cv_1", "Zoë".as_bytes()).unwrap();
        assert!(sealed.is_ascii() && key_of(&sealed).as_deref() == Some("cu_1"));
        assert_eq!(key.open("transcript cv_1", &sealed).unwrap(), "Zoë".as_bytes());
        assert!(key.open("transcript cv_2", &sealed).is_err());
        assert!(Secret::random().unwrap().open("transcript cv_1", &sealed).is_err());
        assert_ne!(sealed, key.seal("cu_1", "transcript cv_1", "Zoë".as_bytes()).unwrap());
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            let opened = key.open("transcript cv_1", &changed).ok();
            assert_ne!(opened.as_deref(), Some("Zoë".as_bytes()), "{at}");
        }
        for text in ["", ".", "....", "{}", "e30....", &sealed[1..], &format!("{sealed}.")] {
            assert!(key.open("transcript cv_1", text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_is_unwrapped_by_the_key_that_wrapped_it() {
        turn(&["a"]);
        let key = Secret::random().unwrap();
        let wrapped = wrap(&key, "cu_1").unwrap();
        turn(&["b", "a"]);
        assert_eq!(unwrap(&wrapped, "cu_1").unwrap().0, key.0);
        assert!(unwrap(&wrapped, "cu_2").is_err());
        assert_eq!(
            (current().unwrap(), key_of(&wrap(&key, "cu_1").unwrap())),
            ("b".to_owned(), Some("b".to_owned()))
        );
        turn(&["b"]);
        assert!(unwrap(&wrapped, "cu_1").is_err(), "its key has been taken away");
    }

    #[test]
    fn the_secret_is_a_list_of_named_keys() {
        let key = STANDARD.encode([1; 32]);
        let names = |text: &str| Ring::parse(text).map(|ring| ring.0.len());
        assert_eq!(names(&format!("1:{key}")), Some(1));
        assert_eq!(names(&format!("2:{key}, 1:{key}\n")), Some(2));
        for wrong in [
            "",
            "1:",
            &key,
            &format!("1:{key},1:{key}"),
            &format!("1:{key}x"),
            "1:AAAA",
            &format!("a.b:{key}"),
        ] {
            assert_eq!(names(wrong), None, "{wrong}");
        }
    }
}
