//! The way of a closed conversation: answer the owner's questions, judge the tone, read the signals.
//!
//! [`Closed`] is what the Conversation object hands over and [`Conclusion`] what the ledger stores
//! beside it in one transaction.

use crate::classify::review::{self, Theme, known_themes};
use crate::classify::{self, Answer, Field, Outcome, Question, Signals, Tone, Transcript, Value};
use crate::conversation::{Direction, Marker, Message, Platform, Resolution, Role, Status, Turn};
use crate::customer::{Facts, Proven};
use crate::id::{ConversationId, VisitorId};
use crate::prompt;
use crate::reply::{Intent, Tally};
use crate::text::Lang;
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A conversation as it stood when it was closed, resolved or handed off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    /// Which.
    pub conversation_id: ConversationId,
    /// Counts the closings, from 1. The newest counts, older ones are kept.
    pub revision: u32,
    /// The other system's name for it.
    pub platform_conversation_id: Option<String>,
    /// Who visited.
    pub visitor_id: VisitorId,
    /// From where.
    pub platform: Platform,
    /// Who began.
    pub direction: Direction,
    /// Where it stands; not terminal after a hand-off.
    pub status: Status,
    /// Whether it went from one agent to another.
    pub transferred: bool,
    /// Whether it is a test.
    pub test_mode: bool,
    /// The page's or the visitor's language.
    pub lang: Option<Lang>,
    /// First instant.
    pub started_at: UnixMillis,
    /// Instant of this closing.
    pub ended_at: UnixMillis,
    /// Everything said, in order.
    pub messages: Vec<Message>,
    /// What the visitor said of themselves.
    pub facts: Facts,
    /// What has been verified of them.
    #[serde(default)]
    pub proven: Proven,
    /// Which questions were put, and what became of them.
    pub policy: prompt::State,
    /// What became of the visitor's messages while no person answered.
    #[serde(default)]
    pub replies: Tally,
    /// What the visitor wanted, as far as what answered them knew it, in the order in which it was recognised.
    #[serde(default)]
    pub intents: Vec<Intent>,
}

/// A question together with its identity in the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(from = "FieldOnWire")]
pub struct FieldVersion {
    /// The field's id, stable over its versions; empty or absent for one that is new.
    pub id: String,
    /// Counts its changes, from 1.
    pub version: u32,
    /// The question.
    #[serde(flatten)]
    pub field: Field,
}

/// A flattened [`Field`] cannot refuse unknown fields by itself. One that is new has no id and no
/// version yet.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct FieldOnWire {
    #[serde(default)]
    id: String,
    #[serde(default)]
    version: u32,
    name: String,
    prompt: String,
    possible_values: Vec<Value>,
    #[serde(default = "classify::yes")]
    optional: bool,
}

impl From<FieldOnWire> for FieldVersion {
    fn from(wire: FieldOnWire) -> Self {
        let FieldOnWire { id, version, name, prompt, possible_values, optional } = wire;
        Self { id, version, field: Field { name, prompt, possible_values, optional } }
    }
}

/// An answer together with the question that it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldAnswer {
    /// [`FieldVersion::id`].
    pub field_id: String,
    /// [`FieldVersion::version`].
    pub field_version: u32,
    /// The field's name at the time.
    pub field_name: String,
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
}

/// A [`FieldVersion`] that is put to many conversations.
#[derive(Debug, Clone)]
pub struct Asked {
    /// [`FieldVersion::id`].
    pub id: String,
    /// [`FieldVersion::version`].
    pub version: u32,
    /// The question, read.
    pub question: Arc<Question>,
}

impl Asked {
    /// Puts it to a conversation.
    pub fn answer(&self, transcript: &Transcript<'_>) -> FieldAnswer {
        FieldAnswer {
            field_id: self.id.clone(),
            field_version: self.version,
            field_name: self.question.field().name.clone(),
            answer: transcript.put(&self.question),
        }
    }
}

impl From<FieldVersion> for Asked {
    fn from(FieldVersion { id, version, field }: FieldVersion) -> Self {
        Self { id, version, question: Arc::new(Question::new(field)) }
    }
}

/// What is concluded from a closed conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conclusion {
    /// One per question, in the owner's order.
    pub answers: Vec<FieldAnswer>,
    /// The customer's tone.
    pub tone: Tone,
    /// What a dashboard wants to know.
    pub signals: Signals,
    /// How it ended, for the export.
    pub resolution: Resolution,
    /// What it is about, by the customer's own words.
    #[serde(default, deserialize_with = "known_themes")]
    pub themes: Vec<Theme>,
}

/// Concludes from a closed conversation. Pure: the same input gives the same output.
pub fn conclude(closed: &Closed, asked: &[Asked]) -> Conclusion {
    let turns: Vec<Turn> = closed.messages.iter().map(Turn::from).collect();
    let transcript = Transcript::new(&turns);
    let answers = asked.iter().map(|asked| asked.answer(&transcript)).collect();
    let tone = transcript.tone();
    let signals = transcript.signals(tone);
    let resolution = resolution(closed, signals);
    let themes = review::themes(&transcript);
    Conclusion { answers, tone, signals, resolution, themes }
}

/// What [`Resolution`] a closing amounts to: an explicit mark of the team since the last reopening
/// wins over what was read from the words.
fn resolution(closed: &Closed, signals: Signals) -> Resolution {
    let marked = closed
        .messages
        .iter()
        .rev()
        .filter(|m| m.role == Role::System)
        .filter_map(|m| Marker::parse(&m.text))
        .take_while(|marker| *marker != Marker::Reopened)
        .find_map(|marker| match marker {
            Marker::Resolved => Some(Resolution::Resolved),
            Marker::Handoff | Marker::Transferred => Some(Resolution::Escalated),
            Marker::Closed | Marker::Reopened => None,
        });
    marked.unwrap_or_else(|| match signals.outcome {
        Outcome::Resolved | Outcome::Recovered => Resolution::Resolved,
        Outcome::Handoff => Resolution::Escalated,
        Outcome::Unresolved | Outcome::None => {
            let answered =
                closed.messages.iter().any(|m| matches!(m.role, Role::Bot | Role::Agent));
            if answered { Resolution::Informed } else { Resolution::Undefined }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify;
    use crate::id::{ConversationId, VisitorId};

    fn closed(said: &[(Role, &str)]) -> Closed {
        let message = |(seq, (role, text)): (usize, &(Role, &str))| Message {
            id: format!("m-{seq}"),
            seq: seq as u32,
            role: *role,
            text: (*text).to_owned(),
            at: UnixMillis(1_000 * seq as i64),
            by: None,
        };
        Closed {
            conversation_id: ConversationId::derive(&[b"c"]),
            revision: 1,
            platform_conversation_id: None,
            visitor_id: VisitorId::derive(&[b"v"]),
            platform: Platform::default(),
            direction: Direction::default(),
            status: Status::Completed,
            transferred: false,
            test_mode: false,
            lang: None,
            started_at: UnixMillis(0),
            ended_at: UnixMillis(60_000),
            messages: said.iter().enumerate().map(message).collect(),
            facts: Facts::default(),
            proven: Proven::default(),
            policy: prompt::State::default(),
            replies: Tally::default(),
            intents: Vec::new(),
        }
    }

    #[test]
    fn marks_of_the_team_win_and_count_from_the_last_reopening() {
        let unsettled = Signals {
            dissatisfaction: false,
            severe_negative: false,
            success: false,
            outcome: Outcome::Unresolved,
        };
        let ask = (Role::Customer, "where is my parcel?");
        let answer = (Role::Agent, "on its way");
        let mark = |text| (Role::System, text);
        for (said, expected) in [
            (vec![ask], Resolution::Undefined),
            (vec![ask, answer], Resolution::Informed),
            (vec![ask, answer, mark("resolved")], Resolution::Resolved),
            (vec![ask, mark("handoff"), answer, mark("closed")], Resolution::Escalated),
            (vec![ask, mark("handoff"), answer, mark("resolved")], Resolution::Resolved),
            (vec![ask, mark("resolved"), mark("reopened"), answer], Resolution::Informed),
        ] {
            assert_eq!(resolution(&closed(&said), unsettled), expected, "{said:?}");
        }
    }

    #[test]
    fn a_conclusion_answers_every_question_in_order_and_is_repeatable() {
        let field = |id: &str| FieldVersion {
            id: id.to_owned(),
            version: 1,
            field: Field {
                name: id.to_owned(),
                prompt: "What language does the customer write in?".to_owned(),
                possible_values: vec![classify::Value::Name("English".to_owned())],
                optional: true,
            },
        };
        let closed = closed(&[(Role::Customer, "Hello, I would like to know where my parcel is.")]);
        let asked = [Asked::from(field("b")), Asked::from(field("a"))];
        let conclusion = conclude(&closed, &asked);
        let ids: Vec<&str> = conclusion.answers.iter().map(|a| a.field_id.as_str()).collect();
        assert_eq!(ids, ["b", "a"]);
        assert_eq!(conclusion, conclude(&closed, &asked));
    }
}
