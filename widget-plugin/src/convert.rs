//! From JavaScript values and back.

use askwell::text::Lang;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use js_sys::Reflect;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use wasm_bindgen::JsValue;

/// A plain object: maps as objects, absent values as `null`, as `JSON.parse` would give it.
pub fn to_js<T: Serialize>(value: &T) -> Result<JsValue, JsValue> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(|e| {
        // Every type that is written here has string keys and numbers within 2^53.
        to_error(&Error::new(Code::Internal, e.to_string()))
    })
}

/// Reads a value; `undefined` and `null` are the default.
pub fn from_js_or_default<T: DeserializeOwned + Default>(
    what: &str,
    value: JsValue,
) -> Result<T, JsValue> {
    if value.is_undefined() || value.is_null() { Ok(T::default()) } else { from_js(what, value) }
}

/// Reads a value.
pub fn from_js<T: DeserializeOwned>(what: &str, value: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value)
        .map_err(|e| to_error(&Error::new(Code::InvalidField, format!("{what}: {e}"))))
}

/// A JavaScript `Error` with the stable code as its `code`.
pub fn to_error(error: &Error) -> JsValue {
    let js: JsValue = js_sys::Error::new(&error.detail).into();
    // Setting a property of an object just made fails only when the engine is out of memory.
    let _ = Reflect::set(&js, &"code".into(), &error.code.as_str().into());
    js
}

/// The time given, else the clock's: the only place here that reads it.
pub fn instant(now_ms: Option<f64>) -> UnixMillis {
    // The cast saturates, and makes 0 of NaN.
    UnixMillis(now_ms.unwrap_or_else(js_sys::Date::now) as i64).clamped()
}

/// Reads a BCP 47 tag; one of a language that is not known counts as none.
pub fn lang_tag<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Lang>, D::Error> {
    let tag = Option::<String>::deserialize(d)?;
    Ok(tag.as_deref().and_then(Lang::from_tag))
}
