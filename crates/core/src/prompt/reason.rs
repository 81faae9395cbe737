//! Why the policy asked or held: a closed set, so that a reason can be counted and carries nothing
//! of the person.

use crate::detect::Kind;
use crate::text::concat;
use serde::{Deserialize, Serialize};

/// What makes a moment natural.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "AskMoment"))]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Wants something sent.
    Send,
    /// Wants an appointment, a table, a place.
    Book,
    /// Wants to be called.
    Call,
    /// A person takes over, is asked for, or is not there.
    Handoff,
    /// Has been here before.
    Returning,
    /// Has a matter that cannot be dealt with without knowing whose it is.
    Matter,
}

impl Moment {
    /// All, the most telling first.
    pub const ALL: [Self; 6] =
        [Self::Send, Self::Call, Self::Book, Self::Handoff, Self::Returning, Self::Matter];

    /// The fields that the moment calls for, in the order in which they are asked. The second of
    /// [`Moment::Book`] and [`Moment::Call`] follows once the first is settled.
    pub fn fields(self) -> &'static [Kind] {
        match self {
            Self::Send | Self::Handoff | Self::Returning => &[Kind::Email],
            Self::Book | Self::Call => &[Kind::Name, Kind::Phone],
            Self::Matter => &[Kind::Name],
        }
    }

    /// Of these fields, those that are asked for at the moment, in their order. A booking that may not
    /// be confirmed by phone is confirmed by e-mail.
    pub fn fields_among(self, wanted: &[Kind]) -> impl Iterator<Item = Kind> {
        let by_mail = self == Self::Book && !wanted.contains(&Kind::Phone);
        let instead: &[Kind] = if by_mail { &[Kind::Email] } else { &[] };
        self.fields().iter().chain(instead).copied().filter(|field| wanted.contains(field))
    }
}

/// Why not now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// The owner switched asking off.
    Disabled,
    /// Every wanted field is known, was refused, or was asked for already.
    NothingToAsk,
    /// Nothing the visitor said is answered; the policy only speaks after the visitor.
    NotTheirTurn,
    /// Only a greeting so far.
    GreetingOnly,
    /// Only that there is something, and not what: "I have a question".
    OpenerOnly,
    /// Thanks, agreement, chat.
    SmallTalk,
    /// Still choosing among what there is.
    Exploring,
    /// Angry, or in the middle of a complaint.
    Angry,
    /// The agent's own question has not been answered.
    AgentQuestionOpen,
    /// The visitor's question comes first.
    VisitorQuestionOpen,
    /// A field was just refused.
    JustRefused,
    /// As many questions as the owner allows in one conversation.
    BudgetSpent,
    /// The last question was only just put.
    CoolDown,
    /// Nothing said calls for a field that is missing.
    NoMoment,
    /// The moment to ask; but the visitor is in the share that is never asked.
    HeldOut,
}

/// Why a value is asked to be confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// It looks mistyped.
    Slip,
    /// It is from an earlier visit.
    OnFile,
}

impl Doubt {
    /// The doubt in a [`Reason::code`].
    pub fn code(self) -> &'static str {
        match self {
            Self::Slip => "slip",
            Self::OnFile => "on_file",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Slip => "looks mistyped",
            Self::OnFile => "has been here before",
        }
    }
}

/// What was decided, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Asked.
    Asked(Kind, Moment),
    /// Asked whether a value is right.
    Confirmed(Kind, Doubt),
    /// Held.
    Held(Hold),
}

impl Reason {
    /// Stable, for counting: `asked.email.send`, `confirmed.email.slip`, `held.greeting_only`.
    pub fn code(self) -> String {
        match self {
            Self::Asked(kind, moment) => concat(&["asked.", kind.as_str(), ".", moment.code()]),
            Self::Confirmed(kind, doubt) => {
                concat(&["confirmed.", kind.as_str(), ".", doubt.code()])
            }
            Self::Held(hold) => concat(&["held.", hold.code()]),
        }
    }

    /// A short sentence for a person: `held: greeting only`.
    pub fn text(self) -> String {
        match self {
            Self::Asked(kind, moment) => concat(&["asked ", label(kind), ": ", moment.text()]),
            Self::Confirmed(kind, doubt) => {
                concat(&["asked to confirm ", label(kind), ": ", doubt.text()])
            }
            Self::Held(hold) => concat(&["held: ", hold.text()]),
        }
    }
}

fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Name => "name",
        Kind::Email => "e-mail",
        Kind::Phone => "phone",
    }
}

impl Moment {
    /// The moment in a [`Reason::code`].
    pub fn code(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Book => "book",
            Self::Call => "call",
            Self::Handoff => "handoff",
            Self::Returning => "returning",
            Self::Matter => "matter",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Send => "wants something sent",
            Self::Book => "wants to book",
            Self::Call => "wants to be called",
            Self::Handoff => "a person will answer",
            Self::Returning => "has been here before",
            Self::Matter => "their request needs to know who they are",
        }
    }
}

impl Hold {
    /// The hold in a [`Reason::code`].
    pub fn code(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::NothingToAsk => "nothing_to_ask",
            Self::NotTheirTurn => "not_their_turn",
            Self::GreetingOnly => "greeting_only",
            Self::OpenerOnly => "opener_only",
            Self::SmallTalk => "small_talk",
            Self::Exploring => "exploring",
            Self::Angry => "angry",
            Self::AgentQuestionOpen => "agent_question_open",
            Self::VisitorQuestionOpen => "visitor_question_open",
            Self::JustRefused => "just_refused",
            Self::BudgetSpent => "budget_spent",
            Self::CoolDown => "cool_down",
            Self::NoMoment => "no_moment",
            Self::HeldOut => "held_out",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Disabled => "asking is switched off",
            Self::NothingToAsk => "nothing left to ask",
            Self::NotTheirTurn => "the visitor has not spoken",
            Self::GreetingOnly => "greeting only",
            Self::OpenerOnly => "has not said yet what it is about",
            Self::SmallTalk => "small talk",
            Self::Exploring => "still looking around",
            Self::Angry => "upset, not the time to ask",
            Self::AgentQuestionOpen => "the agent's question is still open",
            Self::VisitorQuestionOpen => "the visitor's question comes first",
            Self::JustRefused => "just refused",
            Self::BudgetSpent => "asked enough in this conversation",
            Self::CoolDown => "asked only just now",
            Self::NoMoment => "no natural moment yet",
            Self::HeldOut => "in the share of visitors that are never asked",
        }
    }
}
