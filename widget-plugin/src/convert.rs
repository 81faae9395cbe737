//! From JavaScript values and back, as JSON text: one string crosses, whatever the value holds.

use askwell::api::FoundOnWire;
use askwell::json::{Fields, Json, Mismatch, Value, read, write};
use askwell::text::Lang;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

// The few calls of JavaScript's own that are needed; `js-sys` would bring its futures along.
#[wasm_bindgen]
unsafe extern "C" {
    #[wasm_bindgen(js_namespace = JSON, catch)]
    fn parse(text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = JSON, catch)]
    fn stringify(value: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn date_now() -> f64;
    #[wasm_bindgen(js_name = Error)]
    type JsError;
    #[wasm_bindgen(constructor, js_class = "Error")]
    fn new(message: &str) -> JsError;
    #[wasm_bindgen(method, setter, structural)]
    fn set_code(this: &JsError, code: &str);
}

/// A plain object, as `JSON.parse` gives it.
pub fn to_js<T: JsCast>(value: &Value) -> Result<T, JsValue> {
    Ok(parse(&write(value))?.unchecked_into())
}

/// What was found, as an array.
pub fn list(items: &[FoundOnWire]) -> Value {
    Value::List(items.iter().map(FoundOnWire::value).collect())
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
    // `stringify` throws for what holds itself, and gives nothing for a function.
    let text = stringify(value).ok().and_then(|text| text.as_string());
    text.and_then(|text| read(&text)).ok_or_else(|| refusal(what, "expected a plain object"))
}

/// An `Error` of [`Code::InvalidField`] that names what is wrong.
pub fn refusal(what: &str, why: &str) -> JsValue {
    to_error(&Error::new(Code::InvalidField, [what, ": ", why].concat()))
}

/// A JavaScript `Error` with the stable code as its `code`.
pub fn to_error(error: &Error) -> JsValue {
    let js = JsError::new(&error.detail);
    js.set_code(error.code.as_str());
    js.into()
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
