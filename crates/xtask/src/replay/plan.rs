//! From a recording to the requests that tell the Worker the same story.
//!
//! A recording may be loose where the status machine is strict: it may end without a mark, mark
//! the end twice, or go on after it. The plan is what the machine allows, decided here with the
//! machine itself, before anything is sent.

use super::record::Record;
use anyhow::{Context, Result, bail};
use askwell::api::MAX_REFERENCE_BYTES;
use askwell::conversation::{
    Action, Direction, MAX_MESSAGE_BYTES, MAX_MESSAGES, Marker, Platform, Role, Status,
    takes_another,
};
use askwell::detect::Region;
use askwell::id;
use askwell::time::UnixMillis;

/// Longest idempotency key that the Worker takes.
const MAX_KEY: usize = 128;

/// One conversation as it will be told.
#[derive(Debug)]
pub struct Plan {
    /// The recording's id, which is the other system's name for the conversation.
    pub id: String,
    /// Who visits.
    pub visitor_ref: String,
    /// From where.
    pub platform: Option<Platform>,
    /// Who began.
    pub direction: Direction,
    /// The page's language.
    pub locale: Option<String>,
    /// Where phone numbers without a country code belong.
    pub region: Option<Region>,
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
        check_reference("id", &record.id)?;
        let visitor_ref = record.visitor.as_ref().unwrap_or(&record.id);
        check_reference("visitor", visitor_ref)?;
        let direction = direction(record);
        let mut planner = Planner {
            status: Status::Queued,
            direction,
            // A turn without a time happened with the one before, or with the first that has one.
            clock: record.conversation.iter().find_map(|t| t.at).map(UnixMillis::from_secs),
            steps: Vec::new(),
            messages: 0,
            unanswered: Vec::new(),
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
        planner.act(format!("a-{end}"), Action::Close)?;
        Ok(Self {
            id: record.id.clone(),
            visitor_ref: visitor_ref.clone(),
            direction,
            platform: record.platform,
            locale: record.locale.clone(),
            region: record.region.or_else(|| record.locale.as_deref().and_then(Region::from_tag)),
            steps: planner.steps,
            revision: planner.revision,
        })
    }

    /// The idempotency key of its opening, 1 to 128 visible ASCII characters.
    pub fn key(&self) -> String {
        let key = format!("replay-{}", self.id);
        if key.len() <= MAX_KEY && key.bytes().all(|b| b.is_ascii_graphic()) {
            key
        } else {
            format!("replay.{}", id::digest(&[self.id.as_bytes()]))
        }
    }

    /// How many messages are said.
    pub fn messages(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Say { .. })).count()
    }
}

/// Who speaks first: what a bot says first greets a visitor who has come.
fn direction(record: &Record) -> Direction {
    match record.conversation.iter().find(|turn| turn.role != Role::System) {
        Some(turn) if turn.role == Role::Agent => Direction::Outbound,
        _ => Direction::Inbound,
    }
}

fn check_reference(field: &str, name: &str) -> Result<()> {
    if name.is_empty() || name.len() > MAX_REFERENCE_BYTES {
        bail!("`{field}` has {} bytes, and must have 1 to {MAX_REFERENCE_BYTES}", name.len());
    }
    Ok(())
}

struct Planner {
    status: Status,
    direction: Direction,
    clock: Option<UnixMillis>,
    steps: Vec<Step>,
    /// Messages in the transcript so far, marks included.
    messages: usize,
    /// The marks since a person of the team last spoke.
    unanswered: Vec<Marker>,
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
                self.make_open(index)?;
            }
            return self.act(format!("a-{index}"), action);
        }
        if text.trim().is_empty() {
            bail!("its text is empty");
        }
        if text.len() > MAX_MESSAGE_BYTES {
            bail!("its text has {} bytes, and {MAX_MESSAGE_BYTES} fit", text.len());
        }
        self.make_open(index)?;
        self.make_room()?;
        self.messages += 1;
        self.status = Status::InProgress;
        if role == Role::Agent {
            self.unanswered.clear();
        }
        self.steps.push(Step::Say {
            id: format!("m-{index}"),
            role,
            text: text.to_owned(),
            at: self.clock,
        });
        Ok(())
    }

    /// What is said or done after the end reopens the conversation, whether that was marked or not.
    fn make_open(&mut self, index: usize) -> Result<()> {
        if self.status.is_terminal() {
            self.act(format!("a-{index}-reopen"), Action::Reopen)?;
        }
        Ok(())
    }

    fn make_room(&self) -> Result<()> {
        if !takes_another(self.messages) {
            bail!(
                "it is more than fits: a conversation has at most {MAX_MESSAGES} messages, marks \
                 included, and the last few are kept for its end"
            );
        }
        Ok(())
    }

    /// Plans an action if the machine has that move; a mark of what is already so is left out.
    fn act(&mut self, key: String, action: Action) -> Result<()> {
        let Ok(status) = self.status.after(action, self.direction) else { return Ok(()) };
        if action.stands(&self.unanswered) {
            return Ok(());
        }
        if !status.is_terminal() {
            self.make_room()?;
        }
        self.status = status;
        if let Some(marker) = action.marker() {
            self.messages += 1;
            self.unanswered.push(marker);
        }
        self.revision += u32::from(action.classifies());
        self.steps.push(Step::Do { key, action, at: self.clock });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use askwell::conversation::Turn;

    fn plan(turns: &[(Role, &str, Option<i64>)]) -> Result<Plan> {
        Plan::of(&record("x", turns))
    }

    fn record(id: &str, turns: &[(Role, &str, Option<i64>)]) -> Record {
        let turns = turns.iter().map(|(role, text, at)| Turn {
            role: *role,
            text: (*text).to_owned(),
            at: *at,
        });
        Record {
            line: 1,
            id: id.to_owned(),
            conversation: turns.collect(),
            visitor: None,
            platform: None,
            locale: None,
            region: None,
        }
    }

    fn said(plan: &Plan) -> Vec<&str> {
        let steps = plan.steps.iter();
        steps
            .filter_map(|step| match step {
                Step::Say { id, .. } => Some(id.as_str()),
                Step::Do { .. } => None,
            })
            .collect()
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
        assert_eq!(said(&plan), ["m-1", "m-7"]);
    }

    #[test]
    fn what_is_said_after_the_end_reopens_and_a_handoff_before_a_word_is_left_out() {
        let plan = plan(&[
            (Role::System, "handoff", None),
            (Role::System, "closed", None),
            (Role::Customer, "wait", None),
        ])
        .unwrap();
        assert_eq!(
            actions(&plan),
            [("a-1", Action::Close), ("a-2-reopen", Action::Reopen), ("a-3", Action::Close)]
        );
    }

    #[test]
    fn a_handoff_that_nobody_has_answered_is_not_repeated() {
        let handoff = (Role::System, "handoff", None);
        let plan = plan(&[
            (Role::Customer, "hi", None),
            handoff,
            (Role::Customer, "anybody?", None),
            handoff,
            (Role::Agent, "hello", None),
            handoff,
        ])
        .unwrap();
        let all = [("a-1", Action::Handoff), ("a-5", Action::Handoff), ("a-6", Action::Close)];
        assert_eq!(actions(&plan), all);
        assert_eq!(plan.revision, 3);
    }

    #[test]
    fn whoever_speaks_first_began() {
        let direction = |turns: &[_]| plan(turns).unwrap().direction;
        let (agent, customer) = ((Role::Agent, "hello", None), (Role::Customer, "hi", None));
        assert_eq!(direction(&[agent, customer]), Direction::Outbound);
        assert_eq!(direction(&[customer, agent]), Direction::Inbound);
        assert_eq!(direction(&[(Role::Bot, "welcome", None), customer]), Direction::Inbound);
        assert_eq!(direction(&[(Role::System, "closed", None), agent]), Direction::Outbound);
        assert_eq!(direction(&[]), Direction::Inbound);
    }

    #[test]
    fn the_region_is_the_recordings_own_or_its_locales() {
        let region = |locale: &str, region| {
            let locale = Some(locale.to_owned());
            let record = Record { locale, region, ..record("x", &[]) };
            Plan::of(&record).unwrap().region
        };
        assert_eq!(region("en-GB", None), Region::new("GB"));
        assert_eq!(region("en-GB", Region::new("IE")), Region::new("IE"));
        assert_eq!(region("en", None), None);
    }

    #[test]
    fn any_id_that_fits_gives_a_key_that_the_worker_takes() {
        let key = |id: &str| Plan::of(&record(id, &[])).map(|plan| plan.key());
        assert_eq!(key("a1").unwrap(), "replay-a1");
        assert_eq!(key(&"x".repeat(121)).unwrap().len(), MAX_KEY);
        let odd = ["a b", "größe", "a\tb", &"x".repeat(122), &"x".repeat(MAX_REFERENCE_BYTES)];
        let mut keys = odd.map(|id| key(id).unwrap()).to_vec();
        for key in &keys {
            assert!(key.len() <= MAX_KEY && key.bytes().all(|b| b.is_ascii_graphic()), "{key}");
        }
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), odd.len());
        assert!(key("").is_err());
        assert!(key(&"x".repeat(MAX_REFERENCE_BYTES + 1)).is_err());
        let visitor = Some("ü".repeat(101));
        let error = Plan::of(&Record { visitor, ..record("x", &[]) }).unwrap_err();
        assert_eq!(error.to_string(), "`visitor` has 202 bytes, and must have 1 to 200");
    }

    #[test]
    fn as_many_messages_fit_as_the_worker_takes() {
        let fits = |count| plan(&vec![(Role::Customer, "x", None); count]).is_ok();
        // The Worker takes a message while 3 more fit.
        assert!(fits(MAX_MESSAGES - 2));
        assert!(!fits(MAX_MESSAGES - 1));
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
        assert!(plan(&[(Role::Customer, " \n\u{3000}", None)]).is_err());
        assert!(plan(&[(Role::System, "hello", None)]).is_err());
        assert!(plan(&[(Role::Customer, &"x".repeat(MAX_MESSAGE_BYTES), None)]).is_ok());
        assert!(plan(&[(Role::Customer, &"x".repeat(MAX_MESSAGE_BYTES + 1), None)]).is_err());
    }
}
