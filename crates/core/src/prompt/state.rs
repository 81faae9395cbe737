//! The policy's memory of one conversation.

use super::reason::Moment;
use crate::detect::Kind;
use crate::text::Lang;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskOutcome {
    /// Nothing yet.
    #[default]
    Open,
    /// The visitor gave it.
    Answered,
    /// The visitor will not.
    Refused,
    /// The visitor went on with something else.
    PassedOver,
}

/// One question that the policy put, or would have put to a visitor in the hold-out share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// For what.
    pub field: Kind,
    /// Why then.
    pub moment: Moment,
    /// When.
    pub at: UnixMillis,
    /// After how many messages of the visitor.
    pub turn: u32,
    /// What became of it.
    #[serde(default)]
    pub outcome: AskOutcome,
}

/// The policy's memory of one conversation. Opaque JSON to everybody else, and without personal
/// data: kinds, moments, times and counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Fields that have a value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) known: Vec<Kind>,
    /// Fields that the visitor will not give.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) refused: Vec<Kind>,
    /// Fields that someone else asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) asked_by_agent: Vec<Kind>,
    /// The policy's own questions, in order; at most one for each field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) asks: Vec<Asked>,
    /// Fields that were known before the first word, or that the site told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) on_file: Vec<Kind>,
    /// Fields whose value the policy asked to confirm.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) confirmed: Vec<Kind>,
    /// The field on file that the visitor was just asked to confirm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) confirming: Option<Kind>,
    /// Moments that came and have not been used, with the visitor's message in which they came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) wants: Vec<(Moment, u32)>,
    /// The visitor's messages so far.
    pub(super) turns: u32,
    /// The message in which the visitor last refused something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refused_turn: Option<u32>,
    /// The message in which the visitor was last angry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) angry_turn: Option<u32>,
    /// The team's last words asked for something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agent_question: Option<AgentQuestion>,
    /// The visitor has been looking around and has not settled on anything.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub(super) exploring: bool,
    /// What the team's last words offered to do, should the visitor agree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) offer: Option<Moment>,
    /// The visitor is never asked; [`State::asks`] are the questions that would have been put.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub(super) held_out: bool,
    /// The visitor's language when last known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lang: Option<Lang>,
}

/// What the team's last words asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AgentQuestion {
    /// A field.
    For(Kind),
    /// Something else.
    Other,
}

impl State {
    /// Reads a memory of another version as far as it can be read. A field that it names, and that
    /// is not named by what could be read, counts as refused.
    pub(crate) fn salvage(json: &serde_json::Value) -> Self {
        let mut state: Self = serde_json::from_value(json.clone()).unwrap_or_default();
        let read = serde_json::to_string(&state).unwrap_or_default();
        let written = json.to_string();
        for kind in Kind::ALL {
            let name = format!("\"{}\"", kind.as_str());
            if written.contains(&name) && !read.contains(&name) {
                insert(&mut state.refused, kind);
            }
        }
        state
    }

    /// The policy's own questions and what became of them, in order. Where the visitor
    /// [is held out](State::held_out), those that would have been put.
    pub fn asks(&self) -> &[Asked] {
        &self.asks
    }

    /// Fields that the visitor will not give.
    pub fn refused(&self) -> &[Kind] {
        &self.refused
    }

    /// Fields that have a value, from the profile, the site or the text.
    pub fn known(&self) -> &[Kind] {
        &self.known
    }

    /// Whether the visitor is in the share that is never asked.
    pub fn held_out(&self) -> bool {
        self.held_out
    }

    /// The question of the policy that waits for its answer.
    pub fn open(&self) -> Option<Kind> {
        self.unsettled().filter(|_| !self.held_out)
    }

    /// As [`State::open`], be the question put or kept back.
    pub(super) fn unsettled(&self) -> Option<Kind> {
        self.asks.iter().rev().find(|a| a.outcome == AskOutcome::Open).map(|a| a.field)
    }

    /// Whether a field may still be asked for.
    pub(super) fn may_ask(&self, field: Kind) -> bool {
        !self.known.contains(&field)
            && !self.refused.contains(&field)
            && !self.asked_by_agent.contains(&field)
            && !self.asks.iter().any(|a| a.field == field)
    }

    pub(super) fn learn(&mut self, field: Kind) {
        insert(&mut self.known, field);
        self.settle(field, AskOutcome::Answered);
    }

    pub(super) fn refuse(&mut self, field: Kind) {
        insert(&mut self.refused, field);
        self.settle(field, AskOutcome::Refused);
        self.refused_turn = Some(self.turns);
    }

    pub(super) fn settle(&mut self, field: Kind, outcome: AskOutcome) {
        for ask in self.asks.iter_mut().filter(|a| a.field == field) {
            if matches!(ask.outcome, AskOutcome::Open | AskOutcome::PassedOver) {
                ask.outcome = outcome;
            }
        }
    }

    /// The field that the visitor was last asked for, by whomever, and has not given.
    pub fn pending(&self) -> Option<Kind> {
        self.open().or(match self.agent_question {
            Some(AgentQuestion::For(kind)) => Some(kind),
            _ => None,
        })
    }

    pub(super) fn want(&mut self, moment: Moment) {
        self.wants.retain(|(m, _)| *m != moment);
        self.wants.push((moment, self.turns));
    }
}

/// Adds a kind once, in the order of the kinds.
pub(super) fn insert(kinds: &mut Vec<Kind>, kind: Kind) {
    if let Err(at) = kinds.binary_search(&kind) {
        kinds.insert(at, kind);
    }
}
