//! What a team does with its questions and answers: keep versions, try a draft, measure agreement,
//! estimate a backfill, find missing values, see themes. All of it is pure; whoever stores and asks
//! is elsewhere.

mod agreement;
mod diff;
mod estimate;
mod history;
mod mine;
mod themes;

pub use agreement::{Agreement, Confusion, agreement};
pub use diff::{Change, Diff, Said, ValueCount, diff};
pub use estimate::{Estimate, Prices, estimate, tokens};
pub use history::{FieldHistory, MAX_FIELDS, Published, validate_names};
pub use mine::{MIN_SUPPORT, Proposal, Unnamed, mine};
pub(crate) use themes::known as known_themes;
pub use themes::{Cluster, Seen, Theme, ThemeKind, cluster, themes};

use super::{Answer, AnswerState, Field, Method, rules};
use crate::event::ConfidenceBand;

/// The value of a field that stands for what the others do not cover ("Other"), where it has one.
pub fn rest_value(field: &Field) -> Option<&str> {
    let place = rules::rest(field, false)?;
    field.possible_values.get(place).map(super::Value::name)
}

impl Answer {
    /// How sure the answer is. What a person said is not in doubt; what was computed is as sure as what it was computed from.
    pub fn band(&self) -> ConfidenceBand {
        match self.method {
            Method::Human => ConfidenceBand::High,
            Method::Exact | Method::Embedded | Method::Llm => ConfidenceBand::of(self.confidence),
        }
    }

    /// Whether a language model, where one is configured, should be asked as well: the answer of the
    /// embedded classifier is of the low band, or there is none where there must be one.
    pub fn wants_second_opinion(&self) -> bool {
        match self.state {
            AnswerState::Unresolved | AnswerState::Error | AnswerState::Pending => {
                self.method != Method::Human
            }
            AnswerState::Value | AnswerState::Null => {
                matches!(self.method, Method::Embedded | Method::Exact)
                    && self.band() == ConfidenceBand::Low
            }
        }
    }
}
