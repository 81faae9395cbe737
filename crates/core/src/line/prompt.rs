//! The lines of `askwell prompt`: at which turn each field is first asked for.

use crate::detect::Kind;
use crate::prompt;
use crate::session::{Options, Session};
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A conversation in which every field is missing at the start.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PromptIn"))]
pub struct In {
    /// Given back unchanged.
    pub id: serde_json::Value,
    /// The visitor's messages, in order.
    pub turns: Vec<Turn>,
}

/// One message of the visitor.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PromptTurn"))]
pub struct Turn {
    /// The words.
    pub text: String,
    /// What was said to the visitor before it.
    #[serde(default)]
    pub agent: Option<String>,
}

/// When the policy asked for what.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PromptOut"))]
pub struct Out {
    /// As given.
    pub id: serde_json::Value,
    /// The turn, from 0, right after which a field is first asked for.
    pub ask: BTreeMap<Kind, usize>,
    /// One step for each turn.
    pub trace: Vec<Step>,
}

/// What was decided after one turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PromptStep"))]
pub struct Step {
    /// The turn, from 0.
    pub turn: usize,
    /// What was done.
    pub decision: Did,
    /// For which field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Kind>,
    /// [`prompt::Decision::reason`].
    pub reason: String,
    /// [`prompt::Decision::code`].
    pub code: String,
}

/// What was done after a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PromptDid"))]
#[serde(rename_all = "lowercase")]
pub enum Did {
    /// Asked for a field.
    Ask,
    /// Asked whether a value is right.
    Confirm,
    /// Said nothing.
    Hold,
}

/// Runs one conversation. Only `fields` are wanted. The turns carry no times: all of them happen
/// at the same instant, so that nothing depends on when the command runs.
pub fn run(input: &In, fields: &[Kind]) -> Out {
    let now = UnixMillis::default();
    let config = prompt::Config { fields: fields.to_vec(), ..prompt::Config::default() };
    let options = Options { prompt: config, ..Options::default() };
    let mut session = Session::new(options, &[], now);
    let mut ask = BTreeMap::new();
    let mut trace = Vec::with_capacity(input.turns.len());
    for (turn, said) in input.turns.iter().enumerate() {
        if let Some(agent) = &said.agent {
            session.agent(agent, now);
        }
        let decision = session.visitor(&said.text, now).decision;
        let (did, field) = match (&decision.ask, &decision.confirm) {
            (Some(a), _) => (Did::Ask, Some(a.field)),
            (None, Some(c)) => (Did::Confirm, Some(c.field)),
            (None, None) => (Did::Hold, None),
        };
        if let Some(a) = &decision.ask {
            ask.entry(a.field).or_insert(turn);
        }
        trace.push(Step {
            turn,
            decision: did,
            field,
            reason: decision.reason,
            code: decision.code,
        });
    }
    Out { id: input.id.clone(), ask, trace }
}
