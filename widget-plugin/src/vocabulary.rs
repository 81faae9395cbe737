//! Languages that are added to the module, which has English itself.

use crate::convert::refusal;
use askwell::text::Lang;
use askwell::{detect, vocabulary};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// Adds a language, given as the bytes of its file, to all detectors and policies of this module, and
/// answers which it is (ISO 639-1). `loadVocabulary()` of `askwell/vocabulary` fetches the file and calls this.
///
/// # Errors
/// `invalid_field` for a file of another version of this package, or one that is damaged.
#[wasm_bindgen(js_name = addVocabulary)]
pub fn add(file: Vec<u8>) -> Result<String, JsValue> {
    let lang = vocabulary::add(file).map_err(|error| refusal(&error.detail))?;
    Ok(lang.code().to_owned())
}

/// Whether the language of a BCP 47 tag is there.
#[wasm_bindgen(js_name = hasVocabulary)]
pub fn has(tag: &str) -> bool {
    Lang::from_tag(tag).is_some_and(vocabulary::has)
}

/// The language a text is most likely in (ISO 639-1), where it can be told: by its script also for
/// languages that are not there.
#[wasm_bindgen(js_name = languageOf)]
pub fn language_of(text: &str) -> Option<String> {
    detect::language(text).map(|lang| lang.code().to_owned())
}
