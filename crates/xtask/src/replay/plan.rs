//! From a recording to the requests that tell the Worker the same story.
//!
//! A recording may be loose where the status machine is strict: it may end without a mark, mark
//! the end twice, or go on after it. The plan is what the machine allows, decided here with the
//! machine itself, before anything is sent.

use super::record::Record;
use anyhow::{Context, Result, bail};
use askwell::conversation::{
    Action, Direction, MAX_MESSAGE_BYTES, MAX_MESSAGES, Marker, Platform, Role, Status,
};
use askwell::time::UnixMillis;

/// One conversation as it will be told.
#[derive(Debug)]
pub struct Plan {
    /// The recording's id, which is the other system's name for the conversation.
    pub id: String,
    /// Who visits.
    pub visitor_ref: String,
    /// From where.
    pub platform: Option<Platform>,
    /// The page's language.
    pub locale: Option<String>,
    /// What happens, in order. The conversation has ended after the last one.
    pub steps: Vec<Step>,
    /// How many of the steps are closings in the sense of classification.
    pub revision: u32,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Somebody says something.
    Say {
        /// The message's id.
        id: String,
        /// Who.
        role: Role,
        /// What.
        text: String,
        /// When, where the recording has times.
        at: Option<UnixMillis>,
    },
    /// Something happens.
    Do {
        /// The idempotency key.
        key: String,
        /// What.
        action: Action,
        /// When, where the recording has times.
        at: Option<UnixMillis>,
    },
}

impl Plan {
    /// Plans a recording, or says which turn the Worker could not take.
    pub fn of(record: &Record) -> Result<Self> {
        let mut planner = Planner {
            status: Status::Queued,
            // A turn without a time happened with the one before, or with the first that has one.
            clock: record.conversation.iter().find_map(|t| t.at).map(UnixMillis::from_secs),
            steps: Vec::new(),
            revision: 0,
        };
        for (index, turn) in record.conversation.iter().enumerate() {
            // Times never go back; a recording's clock may.
            planner.clock = planner.clock.max(turn.at.map(UnixMillis::from_secs));
            planner
                .turn(index, turn.role, &turn.text)
                .with_context(|| format!("turn {index} of the conversation"))?;
        }
        let end = record.conversation.len();
        planner.act(format!("a-{end}"), Action::Close);
        let said = planner.steps.iter().filter(|s| matches!(s, Step::Say { .. })).count();
        if planner.steps.len() > MAX_MESSAGES {
            bail!("{said} messages and their marks are more than the {MAX_MESSAGES} that fit");
        }
        Ok(Self {
            id: record.id.clone(),
            visitor_ref: record.visitor.clone().unwrap_or_else(|| record.id.clone()),
            platform: record.platform,
            locale: record.locale.clone(),
            steps: planner.steps,
            revision: planner.revision,
        })
    }

    /// The messages, in order: id, role and text.
    pub fn messages(&self) -> impl Iterator<Item = (&str, Role, &str)> {
        self.steps.iter().filter_map(|step| match step {
            Step::Say { id, role, text, .. } => Some((id.as_str(), *role, text.as_str())),
            Step::Do { .. } => None,
        })
    }
}

struct Planner {
    status: Status,
    clock: Option<UnixMillis>,
    steps: Vec<Step>,
    revision: u32,
}

impl Planner {
    fn turn(&mut self, index: usize, role: Role, text: &str) -> Result<()> {
        if role == Role::System {
            let action = match Marker::parse(text) {
                Some(Marker::Handoff) => Action::Handoff,
                Some(Marker::Transferred) => Action::Transfer,
                Some(Marker::Reopened) => Action::Reopen,
                Some(Marker::Resolved) => Action::Resolve,
                Some(Marker::Closed) => Action::Close,
                None => bail!(
                    "a system turn is one of handoff, transferred, reopened, resolved and closed"
                ),
            };
            if matches!(action, Action::Handoff | Action::Transfer) {
                self.make_open(index);
                if self.status == Status::Queued {
                    self.act(format!("a-{index}-begin"), Action::Begin);
                }
            }
            self.act(format!("a-{index}"), action);
            return Ok(());
        }
        if text.is_empty() {
            bail!("its text is empty");
        }
        if text.len() > MAX_MESSAGE_BYTES {
            bail!("its text has {} bytes, and {MAX_MESSAGE_BYTES} fit", text.len());
        }
        self.make_open(index);
        self.status = Status::InProgress;
        self.steps.push(Step::Say {
            id: format!("m-{index}"),
            role,
            text: text.to_owned(),
            at: self.clock,
        });
        Ok(())
    }

    /// What is said or done after the end reopens the conversation, whether that was marked or not.
    fn make_open(&mut self, index: usize) {
        if self.status.is_terminal() {
            self.act(format!("a-{index}-reopen"), Action::Reopen);
        }
    }

    /// Plans an action if the machine has that move; a mark of what is already so is left out.
    fn act(&mut self, key: String, action: Action) {
        if let Ok(status) = self.status.after(action, Direction::Inbound) {
            self.status = status;
            self.revision += u32::from(action.classifies());
            self.steps.push(Step::Do { key, action, at: self.clock });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use askwell::conversation::Turn;

    fn plan(turns: &[(Role, &str, Option<i64>)]) -> Result<Plan> {
        let turns = turns.iter().map(|(role, text, at)| Turn {
            role: *role,
            text: (*text).to_owned(),
            at: *at,
        });
        Plan::of(&Record {
            id: "x".to_owned(),
            conversation: turns.collect(),
            visitor: None,
            platform: None,
            locale: None,
        })
    }

    fn actions(plan: &Plan) -> Vec<(&str, Action)> {
        let action = |step| match step {
            &Step::Do { ref key, action, .. } => Some((key.as_str(), action)),
            Step::Say { .. } => None,
        };
        plan.steps.iter().filter_map(action).collect()
    }

    #[test]
    fn a_recording_without_marks_is_closed_at_its_end() {
        let plan =
            plan(&[(Role::Customer, "hi", Some(10)), (Role::Agent, "hello", Some(12))]).unwrap();
        let at = Some(UnixMillis(12_000));
        assert_eq!(
            plan.steps[1..],
            [
                Step::Say { id: "m-1".into(), role: Role::Agent, text: "hello".into(), at },
                Step::Do { key: "a-2".into(), action: Action::Close, at },
            ]
        );
        assert_eq!(plan.revision, 1);
    }

    #[test]
    fn every_closing_counts_and_marks_of_what_is_so_are_left_out() {
        let plan = plan(&[
            (Role::System, "reopened", None),
            (Role::Customer, "hi", None),
            (Role::System, "handoff", None),
            (Role::System, "transferred", None),
            (Role::System, "resolved", None),
            (Role::System, "closed", None),
            (Role::System, "reopened", None),
            (Role::Customer, "again", None),
        ])
        .unwrap();
        assert_eq!(
            actions(&plan),
            [
                ("a-2", Action::Handoff),
                ("a-3", Action::Transfer),
                ("a-4", Action::Resolve),
                ("a-6", Action::Reopen),
                ("a-8", Action::Close),
            ]
        );
        assert_eq!(plan.revision, 3);
        assert_eq!(plan.messages().map(|(id, ..)| id).collect::<Vec<_>>(), ["m-1", "m-7"]);
    }

    #[test]
    fn what_is_said_after_the_end_reopens_and_a_handoff_at_the_start_begins() {
        let plan = plan(&[
            (Role::System, "handoff", None),
            (Role::System, "closed", None),
            (Role::Customer, "wait", None),
        ])
        .unwrap();
        assert_eq!(
            actions(&plan),
            [
                ("a-0-begin", Action::Begin),
                ("a-0", Action::Handoff),
                ("a-1", Action::Close),
                ("a-2-reopen", Action::Reopen),
                ("a-3", Action::Close),
            ]
        );
    }

    #[test]
    fn times_never_go_back_and_missing_ones_are_those_before() {
        let plan = plan(&[
            (Role::Customer, "a", None),
            (Role::Customer, "b", Some(20)),
            (Role::Customer, "c", Some(15)),
            (Role::Customer, "d", None),
            (Role::Customer, "e", Some(21)),
        ])
        .unwrap();
        let times: Vec<_> = plan
            .steps
            .iter()
            .map(|s| match s {
                Step::Say { at, .. } | Step::Do { at, .. } => at.map(UnixMillis::secs),
            })
            .collect();
        assert_eq!(times, [20, 20, 20, 20, 21, 21].map(Some));
    }

    #[test]
    fn what_the_worker_would_refuse_is_refused_before_anything_is_sent() {
        assert!(plan(&[(Role::Customer, "", None)]).is_err());
        assert!(plan(&[(Role::System, "hello", None)]).is_err());
        assert!(plan(&[(Role::Customer, &"x".repeat(MAX_MESSAGE_BYTES), None)]).is_ok());
        assert!(plan(&[(Role::Customer, &"x".repeat(MAX_MESSAGE_BYTES + 1), None)]).is_err());
    }
}
