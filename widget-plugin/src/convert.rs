//! From JavaScript values and back, as JSON text: one string crosses, whatever the value holds. What
//! comes and goes with every key press, a context and what was found, takes a shorter way (`values.js`).

use askwell::detect::Detection;
use askwell::json::{Fields, Json, Mismatch, Value, read, write};
use askwell::text::{Lang, Utf16, concat};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

// The few calls of JavaScript's own that are needed; `js-sys` would bring its futures along.
#[wasm_bindgen]
unsafe extern "C" {
    #[wasm_bindgen(js_namespace = JSON)]
    fn parse(text: &str) -> JsValue;
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn date_now() -> f64;
}

#[wasm_bindgen(module = "/src/values.js")]
unsafe extern "C" {
    fn stringified(value: &JsValue) -> Option<String>;
    #[wasm_bindgen(js_name = refusal)]
    fn js_refusal(message: &str, code: &str) -> JsValue;
    #[wasm_bindgen(js_name = noneFound)]
    fn none_found() -> JsValue;
    #[wasm_bindgen(js_name = addFound)]
    fn add_found(
        list: &JsValue,
        kind: u32,
        start: u32,
        end: u32,
        value: &str,
        hundredths: u32,
        subject: u32,
        suggestion: Option<&str>,
    );
    /// The same object with what was found.
    #[wasm_bindgen(js_name = withFound)]
    pub fn with_found(found: JsValue, object: JsValue) -> JsValue;
    /// What a context says, with NULs between: the language, the region, what was asked (digits, the
    /// places in `Asked::ALL`) and the agent's words. Nothing where [`options`] has to say what is wrong.
    #[wasm_bindgen(js_name = plainContext)]
    pub fn plain_context(context: &JsValue) -> Option<String>;
}

/// A plain object, as `JSON.parse` gives it.
pub fn to_js<T: JsCast>(value: &Value) -> Result<T, JsValue> {
    Ok(parse(&write(value)).unchecked_into())
}

/// What was found in a text, as an array, with offsets in UTF-16 code units.
pub fn findings<T: JsCast>(text: &str, detection: &Detection) -> T {
    let list = none_found();
    let mut utf16 = Utf16::new(text);
    for f in &detection.found {
        let (start, end) = (utf16.at(f.start) as u32, utf16.at(f.end) as u32);
        // The cast saturates; what is sure to a hundredth is sure enough.
        let sure = (f.confidence * 100.0 + 0.5) as u32;
        let suggestion = f.suggestion.as_deref();
        add_found(&list, f.kind as u32, start, end, &f.value, sure, f.subject as u32, suggestion);
    }
    list.unchecked_into()
}

/// Reads a value.
pub fn from_js<T: Json>(what: &str, value: &JsValue) -> Result<T, JsValue> {
    T::from_value(plain(what, value)?).map_err(|Mismatch(why)| refusal(what, &why))
}

/// Reads the options of a call, all of which may be left out: `undefined` and `null` are the
/// default, in their place and as a whole.
pub fn options(
    what: &str,
    value: Option<JsValue>,
    read: &mut dyn FnMut(&mut Fields) -> Result<(), Mismatch>,
) -> Result<(), JsValue> {
    let given = match plain(what, &value.unwrap_or(JsValue::NULL))? {
        Value::Null => return Ok(()),
        given => given,
    };
    let all = || {
        let mut fields = Fields::of(given)?;
        read(&mut fields)?;
        fields.end()
    };
    all().map_err(|Mismatch(why)| refusal(what, &why))
}

fn plain(what: &str, value: &JsValue) -> Result<Value, JsValue> {
    if value.is_undefined() {
        return Ok(Value::Null);
    }
    let text = stringified(value);
    text.and_then(|text| read(&text)).ok_or_else(|| refusal(what, "expected a plain object"))
}

/// An `Error` of [`Code::InvalidField`] that names what is wrong.
pub fn refusal(what: &str, why: &str) -> JsValue {
    to_error(&Error::new(Code::InvalidField, concat(&[what, ": ", why])))
}

/// A JavaScript `Error` with the stable code as its `code`.
pub fn to_error(error: &Error) -> JsValue {
    js_refusal(&error.detail, error.code.as_str())
}

/// The time given, else the clock's: the only place here that reads it.
pub fn instant(now_ms: Option<f64>) -> UnixMillis {
    // The cast saturates, and makes 0 of NaN.
    UnixMillis(now_ms.unwrap_or_else(date_now) as i64).clamped()
}

/// A BCP 47 tag; one of a language that is not known counts as none.
pub fn lang(fields: &mut Fields) -> Result<Option<Lang>, Mismatch> {
    let mut tag = String::new();
    fields.option("lang", &mut tag)?;
    Ok(Lang::from_tag(&tag))
}
