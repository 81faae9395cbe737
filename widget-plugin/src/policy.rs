//! The policy of one conversation: what was said of the visitor, and what to ask for now.

use crate::convert::{CallOptions, from_js, instant, lang_tag, refusal, to_js};
use askwell::api::FoundOnWire;
use askwell::conversation::Marker;
use askwell::detect::{Kind, Region};
use askwell::prompt::{Ask, Config, Confirm, Decision, Wording};
use askwell::session::{Options, Outcome, Session};
use askwell::text::Lang;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};

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

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PolicyOptions {
    enabled: Option<bool>,
    fields: Option<Vec<Kind>>,
    known: Vec<Kind>,
    #[serde(deserialize_with = "lang_tag")]
    lang: Option<Lang>,
    region: Option<Region>,
    max_asks: Option<u8>,
    cool_down_turns: Option<u8>,
    wording: Wording,
}

impl CallOptions for PolicyOptions {
    const WHAT: &str = "options";
    const FIELDS: &[&str] =
        &["enabled", "fields", "known", "lang", "region", "maxAsks", "coolDownTurns", "wording"];
}

/// [`Decision`] with absent values as `null`.
#[derive(Serialize)]
struct DecisionOut {
    ask: Option<Ask>,
    confirm: Option<Confirm>,
    reason: String,
    code: String,
}

impl From<Decision> for DecisionOut {
    fn from(Decision { ask, confirm, reason, code }: Decision) -> Self {
        Self { ask, confirm, reason, code }
    }
}

#[derive(Serialize)]
struct VisitorOutcome {
    found: Vec<FoundOnWire>,
    withdrawn: Vec<Kind>,
    ask: Option<Ask>,
    confirm: Option<Confirm>,
    reason: String,
    code: String,
}

#[derive(Serialize)]
struct KnownFacts<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
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
        options: Option<JsPolicyOptions>,
        #[wasm_bindgen(js_name = nowMs)] now_ms: Option<f64>,
    ) -> Result<Self, JsValue> {
        let given = PolicyOptions::read(options)?;
        let default = Config::default();
        let prompt = Config {
            enabled: given.enabled.unwrap_or(default.enabled),
            fields: given.fields.unwrap_or(default.fields),
            max_asks: given.max_asks.unwrap_or(default.max_asks),
            cool_down_turns: given.cool_down_turns.unwrap_or(default.cool_down_turns),
            lang: given.lang,
            wording: given.wording,
        };
        let options = Options { prompt, lang: given.lang, region: given.region };
        Ok(Self { session: Session::new(options, &given.known, instant(now_ms)) })
    }

    /// Goes on where `toJSON()`, here or at the server, left off.
    ///
    /// # Errors
    /// `invalid_field` for a value that no `toJSON()` gave.
    #[wasm_bindgen(js_name = fromJSON)]
    pub fn from_json(session: JsSession) -> Result<Self, JsValue> {
        Ok(Self { session: from_js("session", session.into())? })
    }

    /// The memory as a plain object; `JSON.stringify(policy)` calls it.
    ///
    /// # Errors
    /// None that is known.
    #[wasm_bindgen(js_name = toJSON)]
    pub fn to_json(&self) -> Result<JsSession, JsValue> {
        to_js(&self.session).map(JsCast::unchecked_into)
    }

    /// Looks at a text that is still being typed, without remembering it.
    ///
    /// # Errors
    /// None that is known.
    pub fn peek(&self, text: &str) -> Result<JsFoundList, JsValue> {
        to_js(&FoundOnWire::list(text, &self.session.peek(text))).map(JsCast::unchecked_into)
    }

    /// The visitor said something.
    ///
    /// # Errors
    /// None that is known.
    #[wasm_bindgen(js_name = visitorMessage)]
    pub fn visitor_message(
        &mut self,
        text: &str,
        #[wasm_bindgen(js_name = nowMs)] now_ms: Option<f64>,
    ) -> Result<JsOutcome, JsValue> {
        let Outcome { detection, decision } = self.session.visitor(text, instant(now_ms));
        let Decision { ask, confirm, reason, code } = decision;
        to_js(&VisitorOutcome {
            found: FoundOnWire::list(text, &detection),
            withdrawn: detection.withdrawn,
            ask,
            confirm,
            reason,
            code,
        })
        .map(JsCast::unchecked_into)
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
        let name = JsValue::from(marker).as_string().unwrap_or_default();
        let marker =
            Marker::parse(&name).ok_or_else(|| refusal("marker", "there is no such marker"))?;
        let decision = self.session.marker(instant(now_ms), marker == Marker::Handoff);
        to_js(&DecisionOut::from(decision)).map(JsCast::unchecked_into)
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
        let kinds: Vec<Kind> = from_js("kinds", kinds.into())?;
        self.session.identified(&kinds, instant(now_ms));
        Ok(())
    }

    /// What the visitor said of themselves, as far as it stands.
    ///
    /// # Errors
    /// None that is known.
    pub fn facts(&self) -> Result<JsFacts, JsValue> {
        let facts = self.session.facts();
        let value = |kind| facts.get(kind).map(|f| f.value.as_str());
        to_js(&KnownFacts {
            name: value(Kind::Name),
            email: value(Kind::Email),
            phone: value(Kind::Phone),
        })
        .map(JsCast::unchecked_into)
    }
}
