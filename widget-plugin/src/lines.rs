//! The line protocol, for the shared test cases.

use askwell::detect::Kind;
use askwell::line;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// Runs one line of `askwell KIND` (`detect`, `prompt`, `classify`, `sentiment`) with the default options.
///
/// # Errors
/// When there is no such kind, or the line is not one of its.
#[wasm_bindgen]
pub fn run_line(kind: &str, json: &str) -> Result<String, JsError> {
    match kind {
        "prompt" => answer(json, |input| line::prompt::run(input, &Kind::ALL)),
        "classify" => answer(json, line::classify::run),
        "sentiment" => answer(json, line::classify::run_sentiment),
        _ => Err(JsError::new("there is no such kind of line")),
    }
}

fn answer<In: DeserializeOwned, Out: Serialize>(
    json: &str,
    run: impl Fn(&In) -> Out,
) -> Result<String, JsError> {
    let input = serde_json::from_str(json)?;
    Ok(serde_json::to_string(&run(&input))?)
}
