//! The way of one message: detect, remember, decide whether to ask.
//!
//! One [`Session`] belongs to one conversation. It is the same object in the widget, where it
//! predicts at once, and in the Conversation object at the edge, which has the last word; both
//! hold it as the JSON that it serialises to.

use crate::customer::Facts;
use crate::detect::{self, Asked, Context, Detection, Region};
use crate::prompt::{self, Decision, Event};
use crate::text::{self, Lang};
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

/// One conversation's memory.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Session {
    options: Options,
    facts: Facts,
    policy: prompt::State,
    /// The last thing said to the visitor, and what it asked for when the policy said it.
    heard: Option<Heard>,
    /// The visitor's language as far as it could be told from their words.
    lang: Option<Lang>,
    /// Messages seen, of all roles.
    seq: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Heard {
    text: String,
    asked: Option<detect::Kind>,
}

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
        self.lang = text::guess(text).or(self.lang);
        let detection = self.peek(text);
        self.facts.apply(&detection, self.seq, now);
        self.seq += 1;
        let event = Event::Visitor { text, lang: self.lang(), detection: &detection };
        let decision = self.tell(&event, now);
        self.say(&decision);
        Outcome { detection, decision }
    }

    /// A person of the team or a bot said something to the visitor.
    pub fn agent(&mut self, text: &str, now: UnixMillis) {
        self.seq += 1;
        self.tell(&Event::Agent { text }, now);
        self.heard = Some(Heard { text: text.to_owned(), asked: None });
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

    /// What the policy says becomes a message of its own, right after what led to it.
    fn say(&mut self, decision: &Decision) {
        if let Some((field, text)) = decision.said() {
            self.heard = Some(Heard { text: text.to_owned(), asked: Some(field) });
            self.seq += 1;
        }
    }

    fn tell(&mut self, event: &Event<'_>, now: UnixMillis) -> Decision {
        let state = core::mem::take(&mut self.policy);
        let (state, decision) = prompt::step(&self.options.prompt, state, event, now);
        self.policy = state;
        decision
    }
}
