//! The detector for texts without a conversation around them.

use crate::convert::{Shape, findings, reading, writing};
use askwell::crossing::Cross as _;
use askwell::detect::{self, Asked, Context, Region};
use askwell::text::Lang;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What can be found. */
export type Kind = "name" | "email" | "phone";

/** What had been asked. */
export type AskedFor = Kind | "other" | "unknown";

/** Whose a value is, and whether it stands: only `visitor` is the writer's own and stands. */
export type Subject = "visitor" | "other" | "agent" | "quoted" | "negated" | "retracted";

/** One thing found in a text. */
export interface Found {
  kind: Kind;
  /** First UTF-16 code unit: `text.slice(start, end)` is what was read. */
  start: number;
  /** UTF-16 code unit after the last. */
  end: number;
  /** Normalised: a name as written, an e-mail in lower case, a phone number in E.164 or as digits. */
  value: string;
  /** 0 to 1. */
  confidence: number;
  subject: Subject;
  /** A likelier spelling to ask about: the whole corrected value. */
  suggestion?: string;
}

/** What is known of all texts. */
export interface DetectorOptions {
  /** BCP 47 tag; unknown languages are ignored. */
  lang?: string | null;
  /** Where phone numbers without a country code belong: ISO 3166-1 alpha-2. */
  region?: string | null;
}

/** What is known of one text. */
export interface DetectContext extends DetectorOptions {
  /** What was said to the writer just before. */
  prevAgent?: string | null;
  /** What that asked for, where it is known better than from the words. */
  asked?: AskedFor[];
}

/** What every error thrown by this module is. */
export interface AskwellError extends Error {
  /** Stable: `invalid_field`, `internal`, … */
  code: string;
}
"#;

#[wasm_bindgen]
unsafe extern "C" {
    /// `DetectorOptions`
    #[wasm_bindgen(typescript_type = "DetectorOptions | null")]
    pub type JsDetectorOptions;
    /// `DetectContext`
    #[wasm_bindgen(typescript_type = "DetectContext | null")]
    pub type JsDetectContext;
    /// `Found[]`
    #[wasm_bindgen(typescript_type = "Found[]")]
    pub type JsFoundList;
}

#[derive(Default)]
struct DetectContext {
    lang: Option<Lang>,
    region: Option<Region>,
    prev_agent: Option<String>,
    asked: Vec<Asked>,
}

/// Finds names, e-mail addresses and phone numbers in single texts.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Detector {
    lang: Option<Lang>,
    region: Option<Region>,
}

#[wasm_bindgen]
impl Detector {
    /// A detector for texts of a language and a region, both of which may be left open.
    ///
    /// # Errors
    /// `invalid_field` for an option that does not exist, or is of the wrong type.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(js_name = options)] given: Option<JsDetectorOptions>,
    ) -> Result<Self, JsValue> {
        let mut new = Self::default();
        reading(Shape::DetectorOptions, given, &mut |port| {
            new.lang.cross(port);
            new.region.cross(port);
        })?;
        Ok(new)
    }

    /// Finds what a text holds, in its order, other people's and taken-back values included.
    ///
    /// # Errors
    /// `invalid_field` for a context that does not exist, or is of the wrong type.
    pub fn detect(
        &self,
        text: &str,
        context: Option<JsDetectContext>,
    ) -> Result<JsFoundList, JsValue> {
        let mut given = DetectContext::default();
        // Most texts are looked at without one.
        if context.is_some() {
            reading(Shape::DetectContext, context, &mut |port| {
                given.lang.cross(port);
                given.region.cross(port);
                given.prev_agent.cross(port);
                given.asked.cross(port);
            })?;
        }
        let mut detection = detect::detect(
            text,
            &Context {
                prev_agent: given.prev_agent.as_deref(),
                asked: &given.asked,
                lang: given.lang.or(self.lang),
                region: given.region.or(self.region),
            },
        );
        Ok(writing(Shape::Found, &mut |port| findings(port, text, &mut detection)))
    }
}
