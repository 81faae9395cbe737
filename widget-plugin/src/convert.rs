//! From JavaScript values and back.

use askwell::text::Lang;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use js_sys::{Object, Reflect};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use wasm_bindgen::{JsCast, JsValue};

/// A plain object: maps as objects, absent values as `null`, as `JSON.parse` would give it.
pub fn to_js<T: Serialize>(value: &T) -> Result<JsValue, JsValue> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(|e| {
        // Every type that is written here has string keys and numbers within 2^53.
        to_error(&Error::new(Code::Internal, e.to_string()))
    })
}

/// Options of a call. All of them may be left out: `undefined` and `null` are the default.
pub trait CallOptions: DeserializeOwned + Default {
    /// What the object is called in a refusal.
    const WHAT: &str;
    /// The names that there are.
    const FIELDS: &[&str];

    /// Reads them. A name that there is not is refused, because `serde_wasm_bindgen` looks up the
    /// names that it knows and never sees a misspelt one.
    fn read(value: Option<impl Into<JsValue>>) -> Result<Self, JsValue> {
        let value = value.map_or(JsValue::UNDEFINED, Into::into);
        if value.is_undefined() || value.is_null() {
            return Ok(Self::default());
        }
        if let Some(object) = value.dyn_ref::<Object>() {
            for key in Object::keys(object) {
                let key = key.as_string().unwrap_or_default();
                if !Self::FIELDS.contains(&key.as_str()) {
                    let fields = Self::FIELDS.join(", ");
                    return Err(refusal(
                        Self::WHAT,
                        &format!("there is no `{key}`, only {fields}"),
                    ));
                }
            }
        }
        from_js(Self::WHAT, value)
    }
}

/// Reads a value.
pub fn from_js<T: DeserializeOwned>(what: &str, value: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|e| refusal(what, &e.to_string()))
}

/// An `Error` of [`Code::InvalidField`] that names what is wrong.
pub fn refusal(what: &str, why: &str) -> JsValue {
    to_error(&Error::new(Code::InvalidField, format!("{what}: {why}")))
}

/// A JavaScript `Error` with the stable code as its `code`.
fn to_error(error: &Error) -> JsValue {
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
