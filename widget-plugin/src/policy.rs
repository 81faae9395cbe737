//! The policy of one conversation: what was said of the visitor, and what to ask for now.

use crate::convert::{Shape, findings, instant, reading, writing};
use askwell::crossing::Cross as _;
use askwell::detect::Kind;
use askwell::prompt::Config;
use askwell::session::{Options, Outcome, Session};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the owner, the page and the profile say before the first word. */
export interface PromptPolicyOptions {
  /** False: nothing is ever asked; what is volunteered is still noticed. */
  enabled?: boolean;
  /** The fields wanted, by default all. */
  fields?: Kind[];
  /** What the profile holds already. */
  known?: Kind[];
  /** The page's language, a BCP 47 tag; unknown languages are ignored. */
  lang?: string | null;
  /** Where phone numbers without a country code belong: ISO 3166-1 alpha-2. */
  region?: string | null;
  /** Most questions in one conversation, by default 3. */
  maxAsks?: number;
  /** The visitor's messages that must pass after a question that was not answered, by default 2. */
  coolDownTurns?: number;
  /** The owner's own sentences, per language (ISO 639-1). */
  wording?: { [lang: string]: Partial<Record<PromptLine, string>> };
}

/** A sentence that the policy can say. */
export type PromptLine =
  | "email_send" | "email_book" | "email_handoff" | "email_returning"
  | "name_book" | "name_call" | "name_matter"
  | "phone_book" | "phone_call"
  | "confirm_on_file" | "confirm_slip";

/** A question about one field. */
export interface Ask {
  field: Kind;
  /** The words, in the visitor's language. */
  text: string;
}

/** Whether to ask for something now. */
export interface Decision {
  ask: Ask | null;
  /** A value to have confirmed, said in place of a question; never together with one. */
  confirm: Ask | null;
  /** Why, or why not: the same words for the same reason. */
  reason: string;
  /** The same for counting. */
  code: string;
}

/** What one message of the visitor led to. */
export interface VisitorOutcome extends Decision {
  found: Found[];
  /** What the visitor wants forgotten, whenever it was said. */
  withdrawn: Kind[];
}

/** What the visitor said of themselves, as far as it stands. */
export type KnownFacts = Partial<Record<Kind, string>>;

/** Something that happened, as it stands in a transcript. */
export type Marker = "handoff" | "transferred" | "reopened" | "resolved" | "closed";

/** A policy's memory: opaque JSON, the same here and at the server. */
export type SerializedSession = { readonly [key: string]: unknown };
"#;

#[wasm_bindgen]
unsafe extern "C" {
    /// `PromptPolicyOptions`
    #[wasm_bindgen(typescript_type = "PromptPolicyOptions | null")]
    pub type JsPolicyOptions;
    /// `SerializedSession`
    #[wasm_bindgen(typescript_type = "SerializedSession")]
    pub type JsSession;
    /// `Found[]`
    #[wasm_bindgen(typescript_type = "Found[]")]
    pub type JsFoundList;
    /// `VisitorOutcome`
    #[wasm_bindgen(typescript_type = "VisitorOutcome")]
    pub type JsOutcome;
    /// `Decision`
    #[wasm_bindgen(typescript_type = "Decision")]
    pub type JsDecision;
    /// `KnownFacts`
    #[wasm_bindgen(typescript_type = "KnownFacts")]
    pub type JsFacts;
    /// `Kind[]`
    #[wasm_bindgen(typescript_type = "Kind[]")]
    pub type JsKinds;
    /// `Marker`
    #[wasm_bindgen(typescript_type = "Marker")]
    pub type JsMarker;
}

/// The memory of one conversation, and the decision whether to ask.
#[wasm_bindgen]
#[derive(Debug)]
pub struct PromptPolicy {
    session: Session,
}

#[wasm_bindgen]
impl PromptPolicy {
    /// A conversation that begins now. `nowMs` is milliseconds since 1970 (`Date.now()`, the default).
    ///
    /// # Errors
    /// `invalid_field` for an option that does not exist, or is of the wrong type.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(js_name = options)] given: Option<JsPolicyOptions>,
        #[wasm_bindgen(js_name = nowMs)] now_ms: Option<f64>,
    ) -> Result<Self, JsValue> {
        let mut new = Options { prompt: Config::default(), ..Options::default() };
        let mut known: Vec<Kind> = Vec::new();
        reading(Shape::PolicyOptions, given, &mut |port| {
            new.prompt.cross(port);
            new.region.cross(port);
            known.cross(port);
        })?;
        new.lang = new.prompt.lang;
        Ok(Self { session: Session::new(new, &known, instant(now_ms)) })
    }

    /// Goes on where `toJSON()`, here or at the server, left off.
    ///
    /// # Errors
    /// `invalid_field` for a value that no `toJSON()` gave.
    #[wasm_bindgen(js_name = fromJSON)]
    pub fn from_json(session: JsSession) -> Result<Self, JsValue> {
        let mut read = Session::blank();
        reading(Shape::Session, session, &mut |port| read.cross(port))?;
        Ok(Self { session: read })
    }

    /// The memory as a plain object; `JSON.stringify(policy)` calls it.
    #[wasm_bindgen(js_name = toJSON)]
    pub fn to_json(&mut self) -> JsSession {
        writing(Shape::Session, &mut |port| self.session.cross(port))
    }

    /// Looks at a text that is still being typed, without remembering it.
    pub fn peek(&self, text: &str) -> JsFoundList {
        let mut detection = self.session.peek(text);
        writing(Shape::Found, &mut |port| findings(port, text, &mut detection))
    }

    /// The visitor said something.
    #[wasm_bindgen(js_name = visitorMessage)]
    pub fn visitor_message(
        &mut self,
        text: &str,
        #[wasm_bindgen(js_name = nowMs)] now_ms: Option<f64>,
    ) -> JsOutcome {
        let Outcome { mut detection, mut decision } = self.session.visitor(text, instant(now_ms));
        writing(Shape::Outcome, &mut |port| {
            findings(port, text, &mut detection);
            detection.withdrawn.cross(port);
            decision.cross(port);
        })
    }

    /// A person of the team or a bot said something to the visitor.
    #[wasm_bindgen(js_name = agentMessage)]
    pub fn agent_message(
        &mut self,
        text: &str,
        #[wasm_bindgen(js_name = nowMs)] now_ms: Option<f64>,
    ) {
        self.session.agent(text, instant(now_ms));
    }

    /// Something happened that stands in the transcript: a hand-off, a closing.
    ///
    /// # Errors
    /// `invalid_field` for a marker that does not exist.
    pub fn marker(
        &mut self,
        marker: JsMarker,
        #[wasm_bindgen(js_name = nowMs)] now_ms: Option<f64>,
    ) -> Result<JsDecision, JsValue> {
        let mut handoff = false;
        // The first of them is the hand-off.
        reading(Shape::Marker, marker, &mut |port| handoff = port.number(0) == 0)?;
        let mut decision = self.session.marker(instant(now_ms), handoff);
        Ok(writing(Shape::Decision, &mut |port| decision.cross(port)))
    }

    /// The site told who the visitor is: these need not be asked for.
    ///
    /// # Errors
    /// `invalid_field` for a kind that does not exist.
    pub fn identified(
        &mut self,
        kinds: JsKinds,
        #[wasm_bindgen(js_name = nowMs)] now_ms: Option<f64>,
    ) -> Result<(), JsValue> {
        let mut known: Vec<Kind> = Vec::new();
        reading(Shape::Kinds, kinds, &mut |port| known.cross(port))?;
        self.session.identified(&known, instant(now_ms));
        Ok(())
    }

    /// The language of the visitor's words (ISO 639-1), as far as it could be told, else the page's.
    #[wasm_bindgen(getter)]
    pub fn language(&self) -> Option<String> {
        self.session.lang().map(|lang| lang.code().to_owned())
    }

    /// What the visitor said of themselves, as far as it stands.
    pub fn facts(&self) -> JsFacts {
        writing(Shape::Facts, &mut |port| {
            for kind in Kind::ALL {
                let fact = self.session.facts().get(kind);
                fact.is_some().cross(port);
                if let Some(fact) = fact {
                    port.say(&fact.value);
                }
            }
        })
    }
}
