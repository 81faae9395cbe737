//! Signatures over the raw body of a webhook, compared in a time that does not depend on where they
//! differ.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Whether `x-line-signature` is the base 64 of HMAC-SHA-256 over the body, keyed with the channel
/// secret (LINE Messaging API reference, "Signature validation").
pub fn line(channel_secret: &str, body: &[u8], header: &str) -> bool {
    STANDARD.decode(header.trim()).is_ok_and(|tag| fits(channel_secret, body, &tag))
}

/// Whether `x-hub-signature-256` is `sha256=` and the hexadecimal of HMAC-SHA-256 over the body,
/// keyed with the app secret (Messenger Platform, "Validate payloads").
pub fn messenger(app_secret: &str, body: &[u8], header: &str) -> bool {
    let hex = header.trim().strip_prefix("sha256=").and_then(bytes);
    hex.is_some_and(|tag| fits(app_secret, body, &tag))
}

/// What Facebook asks for beside an access token so that a stolen one is of no use: the hexadecimal
/// of HMAC-SHA-256 over the token, keyed with the app secret (Graph API, "Secure requests").
pub fn app_secret_proof(app_secret: &str, access_token: &str) -> String {
    let Some(mut mac) = keyed(app_secret) else { return String::new() };
    mac.update(access_token.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn keyed(secret: &str) -> Option<Hmac<Sha256>> {
    // None in practice: HMAC takes keys of any length.
    Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()
}

fn fits(secret: &str, body: &[u8], tag: &[u8]) -> bool {
    let Some(mut mac) = keyed(secret) else { return false };
    mac.update(body);
    mac.verify_slice(tag).is_ok()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#;
    // printf '%s' BODY | openssl dgst -sha256 -hmac SECRET, in hexadecimal and as base 64.
    const SECRET: &str = "8c570fa6dd201bb328f1c1eac23a96d8";
    const BASE64: &str = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=";

    #[test]
    fn a_signature_fits_its_body_and_secret_only() {
        let hex: String =
            STANDARD.decode(BASE64).unwrap().iter().map(|b| format!("{b:02x}")).collect();
        let hub = format!("sha256={hex}");
        assert!(line(SECRET, BODY, BASE64));
        assert!(messenger(SECRET, BODY, &hub));
        assert!(messenger(SECRET, BODY, &format!("sha256={}", hex.to_uppercase())));
        for (secret, body) in [("other", BODY), (SECRET, &BODY[1..]), (SECRET, b"")] {
            assert!(!line(secret, body, BASE64));
            assert!(!messenger(secret, body, &hub));
        }
        for header in ["", "=", "sha256=", "sha256=zz", "sha256=é", &hex, &hub[..hub.len() - 2]] {
            assert!(!line(SECRET, BODY, header), "{header}");
            assert!(!messenger(SECRET, BODY, header), "{header}");
        }
    }
}
