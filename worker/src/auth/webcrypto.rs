//! Public-key signatures, by the platform's own WebCrypto: nothing of it is compiled in.

use super::jwt::{Algorithm, Token, wrong};
use crate::config;
use crate::fault::{Fault, Outcome};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use js_sys::{Array, Object, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::CryptoKey;

/// A public key (RFC 7517). What else stands in it is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    kty: String,
    /// Which, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<String>,
}

/// Shortest RSA key in bytes (RFC 7518 §3.3).
const RSA_BYTES: usize = 256;

impl Jwk {
    /// Whether it can verify what is signed so.
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        match algorithm {
            Algorithm::Hs256 => false,
            Algorithm::Rs256 => {
                let bytes = self.n.as_ref().and_then(|n| URL_SAFE_NO_PAD.decode(n).ok());
                self.kty == "RSA" && bytes.is_some_and(|n| n.len() >= RSA_BYTES) && self.e.is_some()
            }
            Algorithm::Es256 => {
                let coordinate = |part: &Option<String>| {
                    part.as_ref().is_some_and(|text| {
                        URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
                    })
                };
                let curve = self.crv.as_deref() == Some("P-256");
                self.kty == "EC" && curve && coordinate(&self.x) && coordinate(&self.y)
            }
        }
    }
}

/// Refuses a token that this key did not sign.
///
/// # Errors
/// [`askwell::Code::Unauthorized`]; or when the platform fails.
pub async fn verify(token: &Token<'_>, key: &Jwk) -> Outcome<()> {
    if !key.fits(token.algorithm) {
        return Err(wrong("is signed with a key of another kind"));
    }
    let good = check(token, key).await.map_err(failed)?;
    if good { Ok(()) } else { Err(wrong("has a signature that is not its issuer's")) }
}

async fn check(token: &Token<'_>, key: &Jwk) -> Result<bool, JsValue> {
    let subtle = config::crypto()?.subtle();
    let algorithm = Object::new();
    let set = |name: &str, value: &str| Reflect::set(&algorithm, &name.into(), &value.into());
    match token.algorithm {
        Algorithm::Rs256 => set("name", "RSASSA-PKCS1-v1_5")?,
        Algorithm::Es256 => set("name", "ECDSA")? && set("namedCurve", "P-256")?,
        Algorithm::Hs256 => return Ok(false),
    };
    set("hash", "SHA-256")?;
    let data: Object = serde_wasm_bindgen::to_value(key)?.unchecked_into();
    let usages = Array::of1(&"verify".into());
    let imported = subtle.import_key_with_object("jwk", &data, &algorithm, false, &usages)?.await?;
    let imported: CryptoKey = imported.unchecked_into();
    let verified = subtle.verify_with_object_and_u8_array_and_u8_array(
        &algorithm,
        &imported,
        &token.signature,
        token.signed,
    )?;
    Ok(verified.await?.is_truthy())
}

fn failed(_: JsValue) -> Fault {
    // What the runtime says could repeat the key or the token.
    Fault::Platform(worker::Error::RustError("a signature could not be verified".to_owned()))
}
