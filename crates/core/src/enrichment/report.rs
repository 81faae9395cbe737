//! What asking costs and brings: the conversations of visitors who are asked beside those of visitors
//! who never are, from the same moments on.

use crate::conversation::Platform;
use crate::detect::Kind;
use crate::metrics::period::Period;
use crate::prompt::{Arm, AskResult, Moment};
use serde::{Deserialize, Serialize};

/// Something that is counted once for a conversation that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fact {
    /// It was held.
    Conversation,
    /// The visitor gave a field, asked for it or not.
    Given(Kind),
    /// A question, or one that was kept back, ended so.
    Ask(Kind, Moment, AskResult),
}

impl Fact {
    /// As it is stored: field, moment and result, each empty where there is none.
    pub fn columns(self) -> [&'static str; 3] {
        match self {
            Self::Conversation => ["", "", ""],
            Self::Given(field) => [field.as_str(), "", ""],
            Self::Ask(field, moment, result) => [field.as_str(), moment.code(), result.code()],
        }
    }

    /// Reads what [`Self::columns`] gave; none for what a newer version counts.
    pub fn parse(field: &str, moment: &str, result: &str) -> Option<Self> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == field);
        match (field, moment) {
            ("", "") => Some(Self::Conversation),
            (_, "") => kind.map(Self::Given),
            _ => Some(Self::Ask(
                kind?,
                Moment::ALL.into_iter().find(|known| known.code() == moment)?,
                AskResult::ALL.into_iter().find(|known| known.code() == result)?,
            )),
        }
    }
}

/// How often a fact was counted on a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The side.
    pub arm: Arm,
    /// The fact.
    pub fact: Fact,
    /// How often.
    pub n: u64,
}

/// `GET /v1/actions/customer-enrichment/report`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EnrichmentReport {
    /// Conversations that ended on these days, in UTC.
    pub period: Period,
    /// Only this channel; all with none.
    pub channel: Option<Platform>,
    /// Those who are asked, then those who never are.
    pub arms: Vec<ArmReport>,
    /// For each field, the side that is asked less the side that is not.
    pub differences: Vec<Difference>,
}

/// One side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArmReport {
    /// Which.
    pub arm: Arm,
    /// Conversations that have ended.
    pub conversations: u64,
    /// Field by field.
    pub fields: Vec<FieldReport>,
}

/// One field on one side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldReport {
    /// Which.
    pub field: Kind,
    /// Conversations in which it was given, asked for or volunteered.
    pub given: u64,
    /// All questions for it; where the visitor is held out, those that were kept back.
    pub total: AskTally,
    /// The same by what made the moment natural, where there was any.
    pub moments: Vec<MomentReport>,
}

/// The questions for a field at a kind of moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MomentReport {
    /// Which.
    pub moment: Moment,
    /// How they ended.
    #[serde(flatten)]
    pub tally: AskTally,
}

/// How questions ended.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AskTally {
    /// Questions.
    pub asks: u64,
    /// The field was given after it.
    pub answered: u64,
    /// It was refused.
    pub refused: u64,
    /// The visitor went on with something else.
    pub passed_over: u64,
    /// The visitor said nothing after it.
    pub left: u64,
    /// `answered` as a share of `asks`; none without any.
    pub answer_rate: Option<f64>,
    /// `left` as a share of `asks`; none without any.
    pub leave_rate: Option<f64>,
}

/// What asking for a field changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "AskDifference"))]
pub struct Difference {
    /// Which.
    pub field: Kind,
    /// What it brings: in the share of conversations in which the field was given.
    pub given: Option<Estimate>,
    /// The same, from the moment on at which it is asked for: in the answer rate.
    pub answered: Option<Estimate>,
    /// What it costs: in the leave rate.
    pub left: Option<Estimate>,
}

/// A difference of two shares, with the interval that holds the true one in 95 of 100 cases (Newcombe
/// 1998, method 10). It tells something where 0 is not inside.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "DifferenceEstimate")
)]
pub struct Estimate {
    /// The difference, from -1 to 1.
    pub difference: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

impl AskTally {
    fn of(counts: &[Count], fits: impl Fn(Kind, Moment) -> bool) -> Self {
        let mut tally = Self::default();
        for count in counts {
            if let Fact::Ask(field, moment, result) = count.fact
                && fits(field, moment)
            {
                tally.asks += count.n;
                *match result {
                    AskResult::Answered => &mut tally.answered,
                    AskResult::Refused => &mut tally.refused,
                    AskResult::PassedOver => &mut tally.passed_over,
                    AskResult::Left => &mut tally.left,
                } += count.n;
            }
        }
        let share = |part: u64| (tally.asks > 0).then(|| part as f64 / tally.asks as f64);
        Self { answer_rate: share(tally.answered), leave_rate: share(tally.left), ..tally }
    }
}

/// Puts counts together.
pub fn report(counts: &[Count], period: Period, channel: Option<Platform>) -> EnrichmentReport {
    let [asked, held_out] = Arm::ALL.map(|arm| side(counts, arm));
    let differences = Kind::ALL.into_iter().filter_map(|field| {
        let of = |side: &ArmReport| side.fields.iter().find(|f| f.field == field).cloned();
        let (one, other) = (of(&asked)?, of(&held_out)?);
        let conversations = (asked.conversations, held_out.conversations);
        let asks = (one.total.asks, other.total.asks);
        Some(Difference {
            field,
            given: estimate((one.given, other.given), conversations),
            answered: estimate((one.total.answered, other.total.answered), asks),
            left: estimate((one.total.left, other.total.left), asks),
        })
    });
    let differences = differences.collect();
    EnrichmentReport { period, channel, arms: vec![asked, held_out], differences }
}

fn side(counts: &[Count], arm: Arm) -> ArmReport {
    let counts: Vec<Count> = counts.iter().filter(|count| count.arm == arm).copied().collect();
    let sum = |fact: Fact| counts.iter().filter(|c| c.fact == fact).map(|c| c.n).sum::<u64>();
    let fields = Kind::ALL.map(|field| {
        let moments = Moment::ALL.into_iter().map(|moment| MomentReport {
            moment,
            tally: AskTally::of(&counts, |f, m| (f, m) == (field, moment)),
        });
        FieldReport {
            field,
            given: sum(Fact::Given(field)),
            total: AskTally::of(&counts, |f, _| f == field),
            moments: moments.filter(|moment| moment.tally.asks > 0).collect(),
        }
    });
    ArmReport { arm, conversations: sum(Fact::Conversation), fields: fields.to_vec() }
}

/// Two-sided 95 % of the normal distribution.
const Z: f64 = 1.959_963_985;

/// The difference of two shares; none where one of them is of nothing.
fn estimate(parts: (u64, u64), wholes: (u64, u64)) -> Option<Estimate> {
    if wholes.0 == 0 || wholes.1 == 0 {
        return None;
    }
    let (p1, l1, u1) = wilson(parts.0, wholes.0);
    let (p2, l2, u2) = wilson(parts.1, wholes.1);
    let difference = p1 - p2;
    let low = difference - ((p1 - l1).powi(2) + (u2 - p2).powi(2)).sqrt();
    let high = difference + ((u1 - p1).powi(2) + (p2 - l2).powi(2)).sqrt();
    Some(Estimate { difference, low, high })
}

/// A share with Wilson's interval.
fn wilson(part: u64, whole: u64) -> (f64, f64, f64) {
    let (n, p) = (whole as f64, part as f64 / whole as f64);
    let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt() / (1.0 + Z * Z / n);
    (p, middle - half, middle + half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_back() {
        let asks = Kind::ALL.into_iter().flat_map(|field| {
            Moment::ALL.into_iter().flat_map(move |moment| {
                AskResult::ALL.map(|result| Fact::Ask(field, moment, result))
            })
        });
        let given = Kind::ALL.map(Fact::Given);
        for fact in asks.chain(given).chain([Fact::Conversation]) {
            let [field, moment, result] = fact.columns();
            assert_eq!(Fact::parse(field, moment, result), Some(fact));
        }
        assert_eq!(Fact::parse("platform", "", ""), None);
        assert_eq!(Fact::parse("email", "send", "ignored"), None);
    }

    /// Newcombe, Statistics in Medicine 17 (1998), table II, method 10, examples (a) and (d).
    #[test]
    fn intervals_are_those_of_the_paper() {
        for (parts, wholes, low, high) in
            [((56, 48), (70, 80), 0.0524, 0.3339), ((5, 0), (56, 29), -0.0381, 0.1926)]
        {
            let found = estimate(parts, wholes).unwrap();
            assert!((found.low - low).abs() < 0.000_06, "{found:?}");
            assert!((found.high - high).abs() < 0.000_06, "{found:?}");
        }
        assert_eq!(estimate((1, 0), (1, 0)), None);
    }

    #[test]
    fn both_sides_are_told_by_field_and_moment() {
        let ask =
            |arm, moment, result, n| Count { arm, fact: Fact::Ask(Kind::Email, moment, result), n };
        let of = |arm, fact, n| Count { arm, fact, n };
        let counts = [
            of(Arm::Asked, Fact::Conversation, 40),
            of(Arm::HeldOut, Fact::Conversation, 10),
            of(Arm::Asked, Fact::Given(Kind::Email), 20),
            of(Arm::HeldOut, Fact::Given(Kind::Email), 2),
            ask(Arm::Asked, Moment::Send, AskResult::Answered, 6),
            ask(Arm::Asked, Moment::Send, AskResult::Left, 2),
            ask(Arm::Asked, Moment::Handoff, AskResult::Answered, 2),
            ask(Arm::HeldOut, Moment::Send, AskResult::PassedOver, 4),
        ];
        let first = "2026-06-01".parse().unwrap();
        let report = report(&counts, Period::new(first, first).unwrap(), None);
        let [asked, held_out] = &report.arms[..] else { panic!() };
        assert_eq!((asked.conversations, held_out.conversations), (40, 10));
        let email = &asked.fields[1];
        assert_eq!((email.field, email.given), (Kind::Email, 20));
        assert_eq!((email.total.asks, email.total.answered, email.total.left), (10, 8, 2));
        assert_eq!((email.total.answer_rate, email.total.leave_rate), (Some(0.8), Some(0.2)));
        let moments: Vec<_> = email.moments.iter().map(|m| (m.moment, m.tally.asks)).collect();
        assert_eq!(moments, [(Moment::Send, 8), (Moment::Handoff, 2)]);
        assert_eq!(held_out.fields[1].total.answer_rate, Some(0.0));
        let difference = &report.differences[1];
        assert_eq!(difference.field, Kind::Email);
        assert!((difference.given.unwrap().difference - 0.3).abs() < 1e-9);
        assert!((difference.answered.unwrap().difference - 0.8).abs() < 1e-9);
        assert!((difference.left.unwrap().difference - 0.2).abs() < 1e-9);
        assert_eq!(report.differences[0].answered, None, "nobody was asked for the name");
    }
}
