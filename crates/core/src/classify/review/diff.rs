//! What a draft would change: its answers beside those of the live version.

use crate::classify::{Answer, AnswerState};
use serde::{Deserialize, Serialize};

/// What was answered, without why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Said {
    /// How far it got.
    pub state: AnswerState,
    /// The value, only when `state` is `value`.
    pub answer: Option<String>,
}

impl Said {
    fn of(answer: Option<&Answer>) -> Self {
        match answer {
            Some(a) => Self { state: a.state, answer: a.answer.clone() },
            None => Self { state: AnswerState::Pending, answer: None },
        }
    }
}

/// A conversation that is answered differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// Its place in the list that was compared, from 0.
    pub index: usize,
    /// By the live version; `pending` where it was never put.
    pub before: Said,
    /// By the draft.
    pub after: Said,
}

/// How often something is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValueCount {
    /// What.
    pub said: Said,
    /// By the live version.
    pub before: usize,
    /// By the draft.
    pub after: usize,
}

/// The difference between two versions of a field on the same conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Diff {
    /// Conversations compared.
    pub conversations: usize,
    /// Those with the same answer.
    pub same: usize,
    /// The others, in order.
    pub changed: Vec<Change>,
    /// Every answer of either version, in the order of first appearance.
    pub counts: Vec<ValueCount>,
}

/// Compares answers of the live version, none where it was never put, with those of a draft, pair by
/// pair.
pub fn diff<'a>(pairs: impl IntoIterator<Item = (Option<&'a Answer>, &'a Answer)>) -> Diff {
    let mut diff = Diff { conversations: 0, same: 0, changed: Vec::new(), counts: Vec::new() };
    for (index, (before, after)) in pairs.into_iter().enumerate() {
        let (before, after) = (Said::of(before), Said::of(Some(after)));
        diff.conversations += 1;
        count(&mut diff.counts, &before, |c| c.before += 1);
        count(&mut diff.counts, &after, |c| c.after += 1);
        if before == after {
            diff.same += 1;
        } else {
            diff.changed.push(Change { index, before, after });
        }
    }
    diff
}

fn count(counts: &mut Vec<ValueCount>, said: &Said, add: fn(&mut ValueCount)) {
    match counts.iter_mut().find(|c| c.said == *said) {
        Some(known) => add(known),
        None => {
            let mut fresh = ValueCount { said: said.clone(), before: 0, after: 0 };
            add(&mut fresh);
            counts.push(fresh);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::Method;

    fn answer(value: Option<&str>) -> Answer {
        Answer {
            answer: value.map(str::to_owned),
            state: if value.is_some() { AnswerState::Value } else { AnswerState::Null },
            confidence: 0.7,
            evidence: Vec::new(),
            method: Method::Embedded,
        }
    }

    #[test]
    fn changes_and_counts_are_told() {
        let (late, lost, none) = (answer(Some("Late")), answer(Some("Lost")), answer(None));
        let diff =
            diff([(Some(&late), &late), (Some(&late), &lost), (Some(&none), &late), (None, &none)]);
        assert_eq!((diff.conversations, diff.same), (4, 1));
        let moved: Vec<_> = diff
            .changed
            .iter()
            .map(|c| (c.index, c.before.answer.as_deref(), c.after.answer.as_deref()))
            .collect();
        assert_eq!(
            moved,
            [(1, Some("Late"), Some("Lost")), (2, None, Some("Late")), (3, None, None)]
        );
        let of = |value: Option<&str>, state| {
            let c = diff
                .counts
                .iter()
                .find(|c| c.said.answer.as_deref() == value && c.said.state == state)
                .unwrap();
            (c.before, c.after)
        };
        assert_eq!(of(Some("Late"), AnswerState::Value), (2, 2));
        assert_eq!(of(Some("Lost"), AnswerState::Value), (0, 1));
        assert_eq!(of(None, AnswerState::Null), (1, 1));
        assert_eq!(of(None, AnswerState::Pending), (1, 0));
    }

    #[test]
    fn sureness_alone_is_no_change() {
        let (a, b) = (answer(Some("Late")), Answer { confidence: 0.2, ..answer(Some("Late")) });
        assert_eq!(diff([(Some(&a), &b)]).same, 1);
    }
}
