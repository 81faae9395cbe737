//! The policy of one conversation: what was said of the visitor, and what to ask for now.

use crate::convert::{findings, from_js, instant, lang, options, refusal, to_js, with_found};
use askwell::conversation::Marker;
use askwell::customer::Fact;
use askwell::detect::Kind;
use askwell::json::{Json, Object};
use askwell::prompt::{Config, Decision};
use askwell::session::{Options, Outcome, Session};
use wasm_bindgen::JsCast;
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

/// The fields of [`Decision`], all of them there.
fn decided(object: Object, decision: &Decision) -> Object {
    object
        .with("ask", &decision.ask)
        .with("confirm", &decision.confirm)
        .with("reason", &decision.reason)
        .with("code", &decision.code)
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
        options("options", given.map(Into::into), &mut |f| {
            new.lang = lang(f)?;
            new.prompt.lang = new.lang;
            f.option("region", &mut new.region)?;
            f.option("known", &mut known)?;
            f.option("enabled", &mut new.prompt.enabled)?;
            f.option("fields", &mut new.prompt.fields)?;
            f.option("maxAsks", &mut new.prompt.max_asks)?;
            f.option("coolDownTurns", &mut new.prompt.cool_down_turns)?;
            f.option("wording", &mut new.prompt.wording)
        })?;
        Ok(Self { session: Session::new(new, &known, instant(now_ms)) })
    }

    /// Goes on where `toJSON()`, here or at the server, left off.
    ///
    /// # Errors
    /// `invalid_field` for a value that no `toJSON()` gave.
    #[wasm_bindgen(js_name = fromJSON)]
    pub fn from_json(session: JsSession) -> Result<Self, JsValue> {
        Ok(Self { session: from_js("session", &session)? })
    }

    /// The memory as a plain object; `JSON.stringify(policy)` calls it.
    ///
    /// # Errors
    /// None that is known.
    #[wasm_bindgen(js_name = toJSON)]
    pub fn to_json(&self) -> Result<JsSession, JsValue> {
        to_js(&self.session.to_value())
    }

    /// Looks at a text that is still being typed, without remembering it.
    ///
    /// # Errors
    /// None that is known.
    pub fn peek(&self, text: &str) -> Result<JsFoundList, JsValue> {
        Ok(findings(text, &self.session.peek(text)))
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
        let outcome = Object::default().with("withdrawn", &detection.withdrawn);
        let outcome = to_js(&decided(outcome, &decision).done())?;
        Ok(with_found(findings(text, &detection), outcome).unchecked_into())
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
        to_js(&decided(Object::default(), &decision).done())
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
        let kinds: Vec<Kind> = from_js("kinds", &kinds)?;
        self.session.identified(&kinds, instant(now_ms));
        Ok(())
    }

    /// The language of the visitor's words (ISO 639-1), as far as it could be told, else the page's.
    #[wasm_bindgen(getter)]
    pub fn language(&self) -> Option<String> {
        self.session.lang().map(|lang| lang.code().to_owned())
    }

    /// What the visitor said of themselves, as far as it stands.
    ///
    /// # Errors
    /// None that is known.
    pub fn facts(&self) -> Result<JsFacts, JsValue> {
        let facts = self.session.facts();
        let known = Kind::ALL.iter().filter_map(|kind| Some((kind, facts.get(*kind)?)));
        let add = |all: Object, (kind, fact): (&Kind, &Fact)| all.with(kind.as_str(), &fact.value);
        to_js(&known.fold(Object::default(), add).done())
    }
}
