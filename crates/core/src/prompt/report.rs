//! What became of each question once a conversation is over, and the sums of it: what asking costs
//! and what it brings.

use super::reason::Moment;
use super::state::{AskOutcome, State};
use crate::detect::Kind;
use serde::{Deserialize, Serialize};

/// On which side of the comparison a visitor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "AskArm"))]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// Is asked.
    Asked,
    /// Is never asked: in the hold-out share.
    HeldOut,
}

impl Arm {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Asked, Self::HeldOut];

    /// Stable, for counting.
    pub fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::HeldOut => "held_out",
        }
    }
}

/// How a question ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskResult {
    /// The visitor gave it.
    Answered,
    /// The visitor would not.
    Refused,
    /// The visitor went on with something else.
    PassedOver,
    /// The visitor said nothing after it.
    Left,
}

impl AskResult {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Answered, Self::Refused, Self::PassedOver, Self::Left];

    /// Stable, for counting.
    pub fn code(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::PassedOver => "passed_over",
            Self::Left => "left",
        }
    }
}

/// One question of a conversation that is over. Of a visitor in the hold-out share it is a question
/// that would have been put, so that both sides are counted from the same moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AskReport {
    /// For what.
    pub field: Kind,
    /// Why then.
    pub moment: Moment,
    /// How it ended.
    pub result: AskResult,
    /// It was kept back: the visitor is in the hold-out share.
    pub held_out: bool,
}

/// How often what came of the questions of one field at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AskCounts {
    /// Questions.
    pub asks: u64,
    /// See [`AskResult::Answered`].
    pub answered: u64,
    /// See [`AskResult::Refused`].
    pub refused: u64,
    /// See [`AskResult::PassedOver`].
    pub passed_over: u64,
    /// See [`AskResult::Left`].
    pub left: u64,
}

impl AskCounts {
    /// Counts one more.
    pub fn add(&mut self, result: AskResult) {
        self.asks += 1;
        match result {
            AskResult::Answered => self.answered += 1,
            AskResult::Refused => self.refused += 1,
            AskResult::PassedOver => self.passed_over += 1,
            AskResult::Left => self.left += 1,
        }
    }

    /// The share of questions after which the field was given; none without questions.
    pub fn answer_rate(&self) -> Option<f64> {
        share(self.answered, self.asks)
    }

    /// The share of questions after which nothing more was said; none without questions.
    pub fn leave_rate(&self) -> Option<f64> {
        share(self.left, self.asks)
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl State {
    /// What became of each question, in their order, as if the conversation were over now.
    pub fn report(&self) -> Vec<AskReport> {
        let result = |outcome, turn| match outcome {
            AskOutcome::Answered => AskResult::Answered,
            AskOutcome::Refused => AskResult::Refused,
            // Whatever the team said after it.
            AskOutcome::Open | AskOutcome::PassedOver if turn == self.turns => AskResult::Left,
            AskOutcome::Open | AskOutcome::PassedOver => AskResult::PassedOver,
        };
        let held_out = self.held_out;
        self.asks
            .iter()
            .map(|a| AskReport {
                field: a.field,
                moment: a.moment,
                result: result(a.outcome, a.turn),
                held_out,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Options, Session};
    use crate::time::UnixMillis;

    const NOW: UnixMillis = UnixMillis(0);

    fn results(held_out: bool, said: &[&str]) -> Vec<(&'static str, &'static str, &'static str)> {
        let mut session = Session::new(Options::default(), &[], NOW);
        if held_out {
            session.hold_out(NOW);
        }
        for text in said {
            let decision = session.visitor(text, NOW).decision;
            assert!(!held_out || decision.said().is_none());
        }
        let report = session.policy().report();
        assert!(report.iter().all(|r| r.held_out == held_out));
        report.iter().map(|r| (r.field.as_str(), r.moment.code(), r.result.code())).collect()
    }

    #[test]
    fn every_way_in_which_a_question_can_end() {
        let order = "my order has not arrived";
        for (held_out, answers, result) in [
            (false, &[][..], "left"),
            (false, &["my name is Ana Lopez"], "answered"),
            (false, &["I'd rather not say"], "refused"),
            (false, &["it was two lamps"], "passed_over"),
            (false, &["sure"], "passed_over"),
            (false, &["it was two lamps", "my name is Ana Lopez"], "answered"),
            (true, &[], "left"),
            (true, &["it was two lamps"], "passed_over"),
            (true, &["my name is Ana Lopez"], "answered"),
        ] {
            let said = [&[order], answers].concat();
            assert_eq!(results(held_out, &said), [("name", "matter", result)], "{said:?}");
        }
        assert!(results(true, &["hi"]).is_empty(), "no moment, so nothing was kept back");
    }

    #[test]
    fn who_says_nothing_more_has_left_though_the_team_went_on() {
        let mut session = Session::new(Options::default(), &[], NOW);
        session.visitor("my order has not arrived", NOW);
        session.agent("Hi, this is Tom. Can I help you with anything else?", NOW);
        let result = |s: &Session| s.policy().report()[0].result;
        assert_eq!(result(&session), AskResult::Left);
        session.visitor("it was two lamps", NOW);
        assert_eq!(result(&session), AskResult::PassedOver);
    }

    #[test]
    fn counts_give_rates() {
        let mut counts = AskCounts::default();
        assert_eq!((counts.answer_rate(), counts.leave_rate()), (None, None));
        let results =
            [AskResult::Answered, AskResult::Left, AskResult::Refused, AskResult::PassedOver];
        results.into_iter().for_each(|r| counts.add(r));
        assert_eq!((counts.answer_rate(), counts.leave_rate()), (Some(0.25), Some(0.25)));
        assert_eq!((counts.asks, counts.refused, counts.passed_over), (4, 1, 1));
    }
}
