//! The line protocol, for the shared test cases.

use askwell::detect::{Kind, Region};
use askwell::line;
use askwell::text::Lang;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// What the command line takes as flags.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    region: Option<Region>,
    lang: Option<Lang>,
    all: bool,
    fields: Option<Vec<Kind>>,
}

/// Runs one line of `askwell KIND` (`detect`, `prompt`, `classify`, `sentiment`). The options are
/// the command's flags as a JSON object: `region`, `lang`, `all`, `fields`.
///
/// # Errors
/// When there is no such kind, or the line or the options are not of its form.
#[wasm_bindgen]
pub fn run_line(kind: &str, json: &str, options: &str) -> Result<String, JsError> {
    let Options { region, lang, all, fields } = serde_json::from_str(options)?;
    let detect = line::detect::Options { region, lang, all };
    let fields = fields.unwrap_or_else(|| Kind::ALL.to_vec());
    match kind {
        "detect" => answer(json, |input| line::detect::run(input, detect)),
        "prompt" => answer(json, |input| line::prompt::run(input, &fields)),
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
