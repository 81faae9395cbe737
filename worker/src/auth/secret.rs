//! Hashes, signatures and comparisons of secrets.

use crate::fault::{Fault, Outcome};
use askwell::Code;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// What is stored of a key: its SHA-256 in hexadecimal. Keys are random and of 130 bits, so a slow
/// hash would add nothing, and finding a row by this hash tells nothing of the key.
pub fn hash(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// HMAC-SHA-256.
///
/// # Errors
/// None in practice: HMAC takes keys of any length.
pub fn sign(secret: &[u8], bytes: &[u8]) -> Outcome<Vec<u8>> {
    Ok(mac(secret, bytes)?.finalize().into_bytes().to_vec())
}

/// Whether `tag` is what [`sign`] gives, in a time that does not depend on where they differ.
pub fn verify(secret: &[u8], bytes: &[u8], tag: &[u8]) -> Outcome<bool> {
    Ok(mac(secret, bytes)?.verify_slice(tag).is_ok())
}

/// Whether two secrets are equal, in a time that does not depend on where they differ: what is
/// compared are their hashes, and of these every byte.
pub fn same(a: &str, b: &str) -> bool {
    let (a, b) = (Sha256::digest(a.as_bytes()), Sha256::digest(b.as_bytes()));
    a.iter().zip(b.iter()).fold(0u8, |diff, (x, y)| diff | (x ^ y)) == 0
}

fn mac(secret: &[u8], bytes: &[u8]) -> Outcome<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret)
        .map_err(|_| Fault::refused(Code::Internal, "the signing secret cannot be used"))?;
    mac.update(bytes);
    Ok(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_equal_secrets_are_the_same() {
        assert!(same("operator-key", "operator-key"));
        for other in ["", "operator-ke", "operator-key ", "Operator-key"] {
            assert!(!same("operator-key", other), "{other}");
        }
    }

    #[test]
    fn a_tag_fits_its_text_and_secret_only() {
        let tag = sign(b"secret", b"text").unwrap();
        assert!(verify(b"secret", b"text", &tag).unwrap());
        assert!(!verify(b"secret", b"texts", &tag).unwrap());
        assert!(!verify(b"other", b"text", &tag).unwrap());
        assert!(!verify(b"secret", b"text", &tag[1..]).unwrap());
    }
}
