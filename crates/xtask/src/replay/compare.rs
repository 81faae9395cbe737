//! Whether a transcript holds what was said and done: everything, once, in order, unchanged, and at its time.

use super::plan::{Plan, Step};
use askwell::conversation::{Message, Role};
use askwell::time::UnixMillis;
use std::collections::HashMap;

/// What is wrong with a transcript; all 0 when nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Messages and marks that are not there, or not as they were said or done.
    pub lost: u64,
    /// Messages that are there more than once.
    pub doubled: u64,
    /// Messages and marks that stand before one that came earlier.
    pub out_of_order: u64,
    /// Messages and marks that bear another time than the recording's.
    pub mistimed: u64,
    /// Messages and marks that are nobody's.
    pub foreign: u64,
}

impl Faults {
    /// Adds another transcript's.
    pub fn add(&mut self, other: Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.out_of_order += other.out_of_order;
        self.mistimed += other.mistimed;
        self.foreign += other.foreign;
    }

    /// All of them.
    pub fn total(self) -> u64 {
        self.lost + self.doubled + self.out_of_order + self.mistimed + self.foreign
    }
}

/// What a transcript is to hold for a step.
struct Wanted<'a> {
    role: Role,
    text: &'a str,
    at: Option<UnixMillis>,
}

/// Compares a transcript with its recording. The policy's questions stand in between. A mark has no name in
/// the recording: the first in the one is the first in the other.
pub fn compare(plan: &Plan, transcript: &[Message]) -> Faults {
    let mut wanted = Vec::new();
    let (mut said, mut marks) = (HashMap::new(), Vec::new());
    for step in &plan.steps {
        match step {
            Step::Say { id, role, text, at } => {
                said.insert(id.as_str(), wanted.len());
                wanted.push(Wanted { role: *role, text, at: *at });
            }
            Step::Do { action, at, .. } => {
                let Some(marker) = action.marker() else { continue };
                marks.push(wanted.len());
                wanted.push(Wanted { role: Role::System, text: marker.as_str(), at: *at });
            }
        }
    }
    let mut faults = Faults::default();
    let mut seen = vec![false; wanted.len()];
    let (mut last, mut marks) = (None, marks.into_iter());
    for message in transcript.iter().filter(|message| !message.is_question()) {
        let place = match message.role {
            Role::System => marks.next(),
            _ => said.get(message.id.as_str()).copied(),
        };
        let Some(place) = place else {
            faults.foreign += 1;
            continue;
        };
        let wanted = &wanted[place];
        if wanted.role != message.role || wanted.text != message.text {
            // Counted as lost below, because its place stays unseen.
            continue;
        }
        faults.doubled += u64::from(std::mem::replace(&mut seen[place], true));
        faults.out_of_order += u64::from(last.is_some_and(|last| place < last));
        faults.mistimed += u64::from(wanted.at.is_some_and(|at| at != message.at));
        last = Some(place);
    }
    faults.lost = seen.iter().filter(|seen| !**seen).count() as u64;
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use askwell::conversation::{Action, Direction};

    const AT: UnixMillis = UnixMillis(7_000);

    fn plan() -> Plan {
        let say = |id: &str, role, text: &str| Step::Say {
            id: id.to_owned(),
            role,
            text: text.to_owned(),
            at: Some(AT),
        };
        Plan {
            id: "x".to_owned(),
            visitor_ref: "x".to_owned(),
            platform: None,
            direction: Direction::Inbound,
            locale: None,
            region: None,
            steps: vec![
                say("m-0", Role::Customer, "hi"),
                say("m-1", Role::Agent, "hello"),
                say("m-2", Role::Customer, "bye"),
                Step::Do { key: "a-3".to_owned(), action: Action::Close, at: Some(AT) },
            ],
            revision: 1,
        }
    }

    fn transcript(messages: &[(&str, Role, &str)]) -> Vec<Message> {
        let message = |(seq, (id, role, text)): (u32, &(&str, Role, &str))| Message {
            id: (*id).to_owned(),
            seq,
            role: *role,
            text: (*text).to_owned(),
            at: AT,
            by: None,
        };
        (0..).zip(messages).map(message).collect()
    }

    const M0: (&str, Role, &str) = ("m-0", Role::Customer, "hi");
    const M1: (&str, Role, &str) = ("m-1", Role::Agent, "hello");
    const M2: (&str, Role, &str) = ("m-2", Role::Customer, "bye");
    const END: (&str, Role, &str) = ("mark-3", Role::System, "closed");

    #[test]
    fn questions_in_between_are_no_fault() {
        let ask = ("ask-0", Role::Bot, "What is your name?");
        assert_eq!(compare(&plan(), &transcript(&[M0, ask, M1, M2, END])), Faults::default());
    }

    #[test]
    fn another_time_is_a_fault_unless_the_recording_has_none() {
        let mut told = transcript(&[M0, M1, M2, END]);
        told[1].at = UnixMillis(8_000);
        told[3].at = UnixMillis(0);
        assert_eq!(compare(&plan(), &told), Faults { mistimed: 2, ..Faults::default() });
        let mut plan = plan();
        for step in &mut plan.steps {
            match step {
                Step::Say { at, .. } | Step::Do { at, .. } => *at = None,
            }
        }
        assert_eq!(compare(&plan, &told), Faults::default());
    }

    #[test]
    fn marks_are_to_be_there_as_well() {
        let faults = |messages: &[_]| compare(&plan(), &transcript(messages));
        assert_eq!(faults(&[M0, M1, M2]), Faults { lost: 1, ..Faults::default() });
        let other = ("mark-3", Role::System, "resolved");
        assert_eq!(faults(&[M0, M1, M2, other]), Faults { lost: 1, ..Faults::default() });
        assert_eq!(faults(&[M0, M1, M2, END, END]), Faults { foreign: 1, ..Faults::default() });
        assert_eq!(faults(&[M0, END, M1, M2]), Faults { out_of_order: 1, ..Faults::default() });
    }

    #[test]
    fn each_fault_is_told_from_the_others() {
        let faults = |messages: &[_]| compare(&plan(), &transcript(messages));
        assert_eq!(faults(&[M0, M2, END]), Faults { lost: 1, ..Faults::default() });
        assert_eq!(faults(&[M0, M1, M1, M2, END]), Faults { doubled: 1, ..Faults::default() });
        assert_eq!(faults(&[M1, M0, M2, END]), Faults { out_of_order: 1, ..Faults::default() });
        let other = ("m-9", Role::Agent, "hello");
        assert_eq!(faults(&[M0, M1, other, M2, END]), Faults { foreign: 1, ..Faults::default() });
        let changed = ("m-1", Role::Agent, "hallo");
        assert_eq!(faults(&[M0, changed, M2, END]), Faults { lost: 1, ..Faults::default() });
        let by_another = ("m-1", Role::Bot, "hello");
        assert_eq!(faults(&[M0, by_another, M2, END]), Faults { lost: 1, ..Faults::default() });
        assert_eq!(faults(&[]), Faults { lost: 4, ..Faults::default() });
    }
}
