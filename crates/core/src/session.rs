//! The way of one message: detect, remember, decide whether to ask.
//!
//! One [`Session`] belongs to one conversation. It is the same object in the widget, where it
//! predicts at once, and in the Conversation object at the edge, which has the last word; both
//! hold it as the JSON that it serialises to.

use crate::Error;
use crate::crossing::cross_struct;
use crate::customer::{Fact, Facts, claim};
use crate::detect::{self, Asked, Context, Detection, Region};
use crate::prompt::{self, Confirm, Decision, Event};
use crate::text::Lang;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// What the owner, the page and the profile say before the first word.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What to ask for, and how.
    pub prompt: prompt::Config,
    /// The page's language, used until the visitor's own is known.
    pub lang: Option<Lang>,
    /// Where phone numbers without a country code belong.
    pub region: Option<Region>,
}

/// The form in which a [`Session`] is written. It grows when an older reader would take what is
/// written now for something else.
pub const VERSION: u8 = 1;

/// One conversation's memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The form; the first did not say so.
    #[serde(default = "first_version")]
    version: u8,
    options: Options,
    facts: Facts,
    policy: prompt::State,
    /// The last thing said to the visitor, and what it asked for when the policy said it.
    heard: Option<Heard>,
    /// A corrected value that the visitor was asked about and that stands once they agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slip: Option<Slip>,
    /// The visitor's language as far as it could be told from their words.
    lang: Option<Lang>,
    /// Messages seen, of all roles.
    seq: u32,
}

fn first_version() -> u8 {
    1
}

impl Default for Session {
    fn default() -> Self {
        Self {
            version: VERSION,
            options: Options::default(),
            facts: Facts::default(),
            policy: prompt::State::default(),
            heard: None,
            slip: None,
            lang: None,
            seq: 0,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Heard {
    text: String,
    asked: Option<detect::Kind>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Slip {
    field: detect::Kind,
    value: String,
}

cross_struct!(Options { prompt, lang, region } in Options::default());
cross_struct!(Heard { text, asked });
cross_struct!(Slip { field, value });
cross_struct!(Session { version, options, facts, policy, heard, slip, lang, seq } in Session::default());

/// What one visitor's message led to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What was found in it.
    pub detection: Detection,
    /// Whether to ask for something now, and why or why not.
    pub decision: Decision,
}

impl Session {
    /// A conversation that begins; `known` is what the profile holds already.
    pub fn new(options: Options, known: &[detect::Kind], now: UnixMillis) -> Self {
        let mut session = Self { options, ..Self::default() };
        session.tell(&Event::Start { known }, now);
        session
    }

    /// Reads what was written, by this version or another.
    ///
    /// What cannot be read in this form begins anew, part by part: options, facts and the policy's
    /// memory each stand where they can be read, and a field with a fact is known. Fields that an
    /// unreadable part of that memory names count as refused, since they may have been: nobody is
    /// asked twice for the sake of a new version.
    pub fn restore(json: &str) -> Self {
        match serde_json::from_str::<Self>(json) {
            Ok(session) if session.version <= VERSION => session,
            _ => Self::salvage(serde_json::from_str(json).unwrap_or_default()),
        }
    }

    fn salvage(mut json: serde_json::Value) -> Self {
        fn part<T: serde::de::DeserializeOwned>(json: &mut serde_json::Value) -> Option<T> {
            serde_json::from_value(json.take()).ok()
        }
        let mut field = |name: &str| json.get_mut(name).map(serde_json::Value::take);
        let mut session = Self {
            options: field("options").as_mut().and_then(part).unwrap_or_default(),
            facts: field("facts").as_mut().and_then(part).unwrap_or_default(),
            policy: prompt::State::salvage(&field("policy").unwrap_or_default()),
            lang: field("lang").as_mut().and_then(part),
            seq: field("seq").as_mut().and_then(part).unwrap_or_default(),
            ..Self::default()
        };
        let known = |kind: &detect::Kind| {
            session.facts.get(*kind).is_some() && !session.policy.known().contains(kind)
        };
        let known: Vec<_> = detect::Kind::ALL.into_iter().filter(known).collect();
        session.identified(&known, UnixMillis::default());
        session
    }

    /// What is known of the visitor from this conversation.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The visitor's language from their words, else the page's.
    pub fn lang(&self) -> Option<Lang> {
        self.lang.or(self.options.lang)
    }

    /// The policy's memory.
    pub fn policy(&self) -> &prompt::State {
        &self.policy
    }

    /// On which side of the comparison the visitor is; none where asking is switched off.
    pub fn arm(&self) -> Option<prompt::Arm> {
        let arm = if self.policy.held_out() { prompt::Arm::HeldOut } else { prompt::Arm::Asked };
        self.options.prompt.enabled.then_some(arm)
    }

    /// Looks at a text in this conversation's context without remembering it: for text that is
    /// still being typed.
    pub fn peek(&self, text: &str) -> Detection {
        let asked: Vec<Asked> =
            self.heard.iter().filter_map(|h| h.asked).map(Asked::from).collect();
        detect::detect(
            text,
            &Context {
                prev_agent: self.heard.as_ref().map(|h| h.text.as_str()),
                asked: &asked,
                lang: self.lang(),
                region: self.options.region,
            },
        )
    }

    /// The visitor said something.
    pub fn visitor(&mut self, text: &str, now: UnixMillis) -> Outcome {
        self.lang = detect::language(text).or(self.lang);
        let detection = self.peek(text);
        self.facts.apply(&detection, self.seq, now);
        self.correct(text, &detection, now);
        self.seq += 1;
        let event = Event::Visitor { text, lang: self.lang(), detection: &detection };
        let decision = self.tell(&event, now);
        // A question of the policy is answered at once or passed over; what comes later is not read
        // as its answer.
        if self.policy.open().is_none() && self.heard.as_ref().is_some_and(|h| h.asked.is_some()) {
            self.heard = None;
        }
        self.say(&decision);
        Outcome { detection, decision }
    }

    /// A person of the team or a bot said something to the visitor.
    pub fn agent(&mut self, text: &str, now: UnixMillis) {
        self.seq += 1;
        self.tell(&Event::Agent { text }, now);
        // Words that ask for nothing leave the policy's question standing.
        self.heard = Some(Heard { text: text.to_owned(), asked: self.policy.open() });
    }

    /// Something happened that is a message of its own in the transcript ([`crate::conversation::Marker`]).
    pub fn marker(&mut self, now: UnixMillis, handoff: bool) -> Decision {
        self.seq += 1;
        if !handoff {
            return Decision::default();
        }
        let decision = self.tell(&Event::Handoff, now);
        self.say(&decision);
        decision
    }

    /// The site told who the visitor is.
    pub fn identified(&mut self, kinds: &[detect::Kind], now: UnixMillis) {
        self.tell(&Event::Identified { kinds }, now);
    }

    /// The visitor corrects what was noted of them, or (with none) has it removed. What is removed is
    /// not asked for again.
    ///
    /// # Errors
    /// [`crate::Code::InvalidField`] when the value is none of its kind; then nothing changes.
    pub fn amend(
        &mut self,
        field: detect::Kind,
        value: Option<&str>,
        now: UnixMillis,
    ) -> Result<(), Error> {
        let value = value.map(|text| claim(field, text, self.options.region)).transpose()?;
        self.slip = self.slip.take().filter(|slip| slip.field != field);
        self.tell(&Event::Amended { field, kept: value.is_some() }, now);
        let seq = self.seq.saturating_sub(1);
        *self.facts.slot(field) = value.map(|value| Fact { value, seq, at: now, detector: 0 });
        Ok(())
    }

    /// The platform that the visitor writes from told something of them: a claim, which what they say
    /// themselves replaces. What is none of its kind is passed over.
    pub fn told(&mut self, field: detect::Kind, value: &str, now: UnixMillis) {
        let Ok(value) = claim(field, value, self.options.region) else { return };
        if self.facts.get(field).is_some() {
            return;
        }
        let seq = self.seq.saturating_sub(1);
        *self.facts.slot(field) = Some(Fact { value, seq, at: now, detector: 0 });
        self.identified(&[field], now);
    }

    /// The visitor is in the share that is never asked ([`prompt::held_out`]), from now on.
    pub fn hold_out(&mut self, now: UnixMillis) {
        self.tell(&Event::HeldOut, now);
    }

    /// The question whether the address on file still holds, with the address masked: for a visitor of whom it is
    /// proven that it is theirs.
    pub fn on_file(&self, email: &str) -> String {
        let prompt = &self.options.prompt;
        prompt.wording.on_file(prompt::said_in(prompt, &self.policy), Some(email))
    }

    /// What the policy says becomes a message of its own, right after what led to it.
    fn say(&mut self, decision: &Decision) {
        if let Some((field, text)) = decision.said() {
            self.heard = Some(Heard { text: text.to_owned(), asked: Some(field) });
            self.seq += 1;
        }
        if let Some(Confirm { field, suggestion: Some(value), .. }) = &decision.confirm {
            self.slip = Some(Slip { field: *field, value: value.clone() });
        }
    }

    /// Takes the corrected value over when the visitor agrees to it.
    fn correct(&mut self, text: &str, detection: &Detection, now: UnixMillis) {
        let Some(Slip { field, value }) = self.slip.take() else { return };
        let restated = detection.own().any(|f| f.kind == field);
        let withdrawn = detection.withdrawn.contains(&field);
        let agrees = || prompt::agrees(text, self.lang()) || says_domain(text, &value);
        if !restated && !withdrawn && agrees() {
            let detector = detect::VERSION;
            *self.facts.slot(field) = Some(Fact { value, seq: self.seq, at: now, detector });
        }
    }

    fn tell(&mut self, event: &Event<'_>, now: UnixMillis) -> Decision {
        let state = core::mem::take(&mut self.policy);
        let (state, decision) = prompt::step(&self.options.prompt, state, event, now);
        self.policy = state;
        decision
    }
}

/// Whether an answer is nothing but the domain of the address that was suggested, or a word and it: "it's gmail.com".
#[inline(never)]
fn says_domain(text: &str, value: &str) -> bool {
    let (mut text, value) = (text.as_bytes(), value.as_bytes());
    while let [rest @ .., b' ' | b'.' | b'!'] = text {
        text = rest;
    }
    let mut words = 0;
    let mut domain = value.iter().rev().take_while(|b| **b != b'@');
    for byte in text.iter().rev() {
        match domain.next() {
            Some(expected) if byte.to_ascii_lowercase() == *expected => {}
            None if words > 0 || *byte == b' ' => words += u8::from(*byte == b' '),
            _ => return false,
        }
    }
    words < 2 && domain.next().is_none()
}

#[cfg(test)]
mod tests;
