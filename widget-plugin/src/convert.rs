//! From JavaScript values and back. What they look like in JavaScript, and what is wrong with one that is of no
//! such form, is known to `values.js`; one string crosses, whatever the value holds (`askwell::crossing`).

use askwell::crossing::{Cross, Port};
use askwell::detect::Detection;
use askwell::text::Utf16;
use askwell::time::UnixMillis;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

// The one call of JavaScript's own that is needed; `js-sys` would bring its futures along.
#[wasm_bindgen]
unsafe extern "C" {
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn date_now() -> f64;
}

#[wasm_bindgen(module = "/src/values.js")]
unsafe extern "C" {
    /// Nothing for what is not of its shape; [`refused`] says why.
    fn put(shape: u32, value: &JsValue) -> Option<String>;
    fn refused() -> JsValue;
    fn take(shape: u32, given: &str) -> JsValue;
    /// An `Error` of the code `invalid_field`.
    pub fn refusal(message: &str) -> JsValue;
}

/// What crosses: the places in `SHAPES` of `values.js`, which says what each looks like.
#[derive(Clone, Copy)]
pub enum Shape {
    DetectorOptions,
    DetectContext,
    PolicyOptions,
    Session,
    Kinds,
    Marker,
    Found,
    Outcome,
    Decision,
    Facts,
}

/// Reads the parts of a value that JavaScript gives.
pub fn reading(
    shape: Shape,
    value: impl Into<JsValue>,
    read: &mut dyn FnMut(&mut Port<'_>),
) -> Result<(), JsValue> {
    given(shape, &value.into(), read)
}

/// The same for every type of value: what is compiled for each weighs in the module.
#[inline(never)]
fn given(
    shape: Shape,
    value: &JsValue,
    read: &mut dyn FnMut(&mut Port<'_>),
) -> Result<(), JsValue> {
    let given = put(shape as u32, value).ok_or_else(refused)?;
    read(&mut Port::reading(&given));
    Ok(())
}

/// Makes a value for JavaScript of its parts.
pub fn writing<T: JsCast>(shape: Shape, write: &mut dyn FnMut(&mut Port<'_>)) -> T {
    made(shape, write).unchecked_into()
}

#[inline(never)]
fn made(shape: Shape, write: &mut dyn FnMut(&mut Port<'_>)) -> JsValue {
    let mut port = Port::default();
    write(&mut port);
    take(shape as u32, &port.written())
}

/// What was found in a text, with offsets in UTF-16 code units.
#[inline(never)]
pub fn findings(port: &mut Port<'_>, text: &str, detection: &mut Detection) {
    let mut utf16 = Utf16::new(text);
    port.count(detection.found.len());
    for f in &mut detection.found {
        f.kind.cross(port);
        port.count(utf16.at(f.start));
        port.count(utf16.at(f.end));
        f.value.cross(port);
        // The cast saturates; what is sure to a hundredth is sure enough.
        port.number((f.confidence * 100.0 + 0.5) as i64);
        f.subject.cross(port);
        f.suggestion.cross(port);
    }
}

/// The time given, else the clock's: the only place here that reads it.
#[inline(never)]
pub fn instant(now_ms: Option<f64>) -> UnixMillis {
    // The cast saturates, and makes 0 of NaN.
    UnixMillis(now_ms.unwrap_or_else(date_now) as i64).clamped()
}
