//! Whether a transcript holds what was said: everything, once, in order, unchanged.

use super::plan::Plan;
use askwell::conversation::{Message, Role};
use std::collections::HashMap;

/// What the policy's own questions are called.
const ASK_PREFIX: &str = "ask-";

/// What is wrong with a transcript; all 0 when nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Messages that are not there, or not as they were said.
    pub lost: u64,
    /// Messages that are there more than once.
    pub doubled: u64,
    /// Messages that stand before one that was said earlier.
    pub out_of_order: u64,
    /// Messages that nobody said.
    pub foreign: u64,
}

impl Faults {
    /// Adds another transcript's.
    pub fn add(&mut self, other: Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.out_of_order += other.out_of_order;
        self.foreign += other.foreign;
    }

    /// All of them.
    pub fn total(self) -> u64 {
        self.lost + self.doubled + self.out_of_order + self.foreign
    }
}

/// Whether the policy asked it, and nobody said it.
pub fn is_own_question(message: &Message) -> bool {
    message.role == Role::Bot && message.id.starts_with(ASK_PREFIX)
}

/// Compares a transcript with its recording. Marks and the policy's questions stand in between.
pub fn compare(plan: &Plan, transcript: &[Message]) -> Faults {
    let said: HashMap<&str, (usize, Role, &str)> = plan
        .messages()
        .enumerate()
        .map(|(place, (id, role, text))| (id, (place, role, text)))
        .collect();
    let mut faults = Faults::default();
    let mut seen = vec![false; said.len()];
    let mut last = None;
    for message in transcript {
        if message.role == Role::System || is_own_question(message) {
            continue;
        }
        match said.get(message.id.as_str()) {
            None => faults.foreign += 1,
            // Counted as lost below, because its place stays unseen.
            Some((_, role, text)) if *role != message.role || *text != message.text => {}
            Some((place, ..)) => {
                faults.doubled += u64::from(std::mem::replace(&mut seen[*place], true));
                faults.out_of_order += u64::from(last.is_some_and(|last| *place < last));
                last = Some(*place);
            }
        }
    }
    faults.lost = seen.iter().filter(|seen| !**seen).count() as u64;
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::plan::Step;
    use askwell::conversation::Direction;
    use askwell::time::UnixMillis;

    fn plan() -> Plan {
        let say = |id: &str, role, text: &str| Step::Say {
            id: id.to_owned(),
            role,
            text: text.to_owned(),
            at: None,
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
            at: UnixMillis(0),
            by: None,
        };
        (0..).zip(messages).map(message).collect()
    }

    const M0: (&str, Role, &str) = ("m-0", Role::Customer, "hi");
    const M1: (&str, Role, &str) = ("m-1", Role::Agent, "hello");
    const M2: (&str, Role, &str) = ("m-2", Role::Customer, "bye");

    #[test]
    fn questions_and_marks_in_between_are_no_fault() {
        let ask = ("ask-0", Role::Bot, "What is your name?");
        let mark = ("act-3", Role::System, "closed");
        assert_eq!(compare(&plan(), &transcript(&[M0, ask, M1, M2, mark])), Faults::default());
    }

    #[test]
    fn each_fault_is_told_from_the_others() {
        let faults = |messages: &[_]| compare(&plan(), &transcript(messages));
        assert_eq!(faults(&[M0, M2]), Faults { lost: 1, ..Faults::default() });
        assert_eq!(faults(&[M0, M1, M1, M2]), Faults { doubled: 1, ..Faults::default() });
        assert_eq!(faults(&[M1, M0, M2]), Faults { out_of_order: 1, ..Faults::default() });
        let other = ("m-9", Role::Agent, "hello");
        assert_eq!(faults(&[M0, M1, other, M2]), Faults { foreign: 1, ..Faults::default() });
        let changed = ("m-1", Role::Agent, "hallo");
        assert_eq!(faults(&[M0, changed, M2]), Faults { lost: 1, ..Faults::default() });
        let by_another = ("m-1", Role::Bot, "hello");
        assert_eq!(faults(&[M0, by_another, M2]), Faults { lost: 1, ..Faults::default() });
        assert_eq!(faults(&[]), Faults { lost: 3, ..Faults::default() });
    }
}
