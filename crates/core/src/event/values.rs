//! What the optional fields of an event can be: closed sets, internal ids, numbers.

use crate::conversation::Platform;
use crate::detect::Kind;
use crate::id::{AutomationId, ThemeId};
use crate::prompt::{Arm, Moment};
use core::fmt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Largest integer that every JSON reader keeps exactly: 2^53 − 1 (RFC 8259 §6).
const MAX_EXACT: u64 = (1 << 53) - 1;

/// The values that a field can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// One of these strings.
    OneOf(Vec<&'static str>),
    /// An internal id with this prefix.
    Id(&'static str),
    /// Whole milliseconds, 0 to 2^53 − 1.
    Millis,
}

impl fmt::Display for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneOf(values) => write!(f, "one of {}", values.join(", ")),
            Self::Id(prefix) => write!(f, "an internal id that begins with {prefix}"),
            Self::Millis => f.write_str("whole milliseconds, at least 0"),
        }
    }
}

/// A type that a field of a payload can have.
pub(super) trait FieldValue: DeserializeOwned {
    /// What can be written for it.
    fn values() -> Values;

    /// Whether a value that was read is within bounds.
    fn in_range(&self) -> bool {
        true
    }
}

impl FieldValue for u64 {
    fn values() -> Values {
        Values::Millis
    }

    fn in_range(&self) -> bool {
        *self <= MAX_EXACT
    }
}

impl FieldValue for ThemeId {
    fn values() -> Values {
        Values::Id(Self::PREFIX)
    }
}

impl FieldValue for AutomationId {
    fn values() -> Values {
        Values::Id(Self::PREFIX)
    }
}

impl FieldValue for Kind {
    fn values() -> Values {
        Values::OneOf(Self::ALL.map(Self::as_str).to_vec())
    }
}

impl FieldValue for Moment {
    fn values() -> Values {
        Values::OneOf(Self::ALL.map(Self::code).to_vec())
    }
}

impl FieldValue for Arm {
    fn values() -> Values {
        Values::OneOf(Self::ALL.map(Self::code).to_vec())
    }
}

impl FieldValue for Platform {
    fn values() -> Values {
        Values::OneOf(Self::ALL.map(Self::as_str).to_vec())
    }
}

/// Enums whose variants are fixed strings on the wire.
macro_rules! tags {
    ($(#[doc = $doc:literal] $name:ident { $(#[doc = $of:literal] $variant:ident = $text:literal,)+ })+) => {$(
        #[doc = $doc]
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $name {
            $(#[doc = $of] #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// All of them, in the order of the catalog.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// As it stands on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// What it means.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $of.trim_ascii(),)+ }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl crate::event::values::FieldValue for $name {
            fn values() -> crate::event::values::Values {
                crate::event::values::Values::OneOf(vec![$($text,)+])
            }
        }
    )+};
}
pub(super) use tags;

tags! {
    /// A part of the product.
    AppSurface {
        /// Conversations in the widget, a messenger, by e-mail or phone.
        Conversation = "conversation",
        /// Comments on posts.
        Comments = "comments",
        /// Reviews.
        Reviews = "reviews",
        /// The knowledge base.
        KnowledgeBase = "knowledge_base",
        /// The dashboard.
        Dashboard = "dashboard",
        /// Settings, channels and billing included.
        Settings = "settings",
        /// The sign-in page.
        SignIn = "sign_in",
        /// The HTTP API.
        Api = "api",
    }
    /// Whether what was tried succeeded.
    ResultTag {
        /// It did.
        Success = "success",
        /// It did not.
        Failure = "failure",
    }
    /// Why something failed.
    ErrorCode {
        /// Wrong user, password or key.
        InvalidCredentials = "invalid_credentials",
        /// A token or a session has run out.
        Expired = "expired",
        /// Not allowed.
        Forbidden = "forbidden",
        /// Not within the plan, or the payment has lapsed.
        PlanRequired = "plan_required",
        /// No such thing.
        NotFound = "not_found",
        /// Refused as malformed.
        InvalidRequest = "invalid_request",
        /// Too many at once.
        RateLimited = "rate_limited",
        /// No answer in time.
        Timeout = "timeout",
        /// The other side is down.
        Unavailable = "unavailable",
        /// A fault of the platform.
        Internal = "internal",
    }
    /// A bucket of signals.
    SignalType {
        /// Displeasure shown, not merely a problem reported.
        Dissatisfaction = "dissatisfaction",
        /// Praise, or the customer says that it works.
        Success = "success",
        /// Something that gets in customers' way.
        Friction = "friction",
        /// Something that customers would like.
        Opportunity = "opportunity",
    }
    /// How grave a signal is.
    Severity {
        /// Shown, but not the tone of the conversation.
        Low = "low",
        /// The tone of the conversation.
        Medium = "medium",
        /// Insults or rage for most of the conversation.
        High = "high",
        /// Abuse, legal threat, chargeback or authorities, danger to health.
        Critical = "critical",
    }
    /// Who handles an item.
    TriageResult {
        /// The system alone.
        Auto = "auto",
        /// A person of the team, without a hand-off.
        Assisted = "assisted",
        /// A person, after a hand-off.
        Escalated = "escalated",
    }
    /// How sure a classification is.
    ConfidenceBand {
        /// Under 0.5.
        Low = "low",
        /// From 0.5 to under 0.8.
        Medium = "medium",
        /// 0.8 and more.
        High = "high",
    }
    /// Why a person was called.
    EscalationReason {
        /// A severe negative signal.
        SevereNegative = "severe_negative",
        /// Dissatisfaction.
        Dissatisfaction = "dissatisfaction",
        /// The customer asked for a person.
        CustomerRequest = "customer_request",
        /// The knowledge base has no answer.
        KbGap = "kb_gap",
        /// A rule of the owner.
        Policy = "policy",
    }
    /// Who wrote a reply.
    ReplyMode {
        /// The system.
        Auto = "auto",
        /// The system, and a person approved or changed it.
        Assisted = "assisted",
        /// A person.
        Human = "human",
    }
    /// What the knowledge base lacks.
    KbGapType {
        /// Nothing on the subject.
        Missing = "missing",
        /// Something, but not enough.
        Weak = "weak",
    }
    /// How a conversation, or the part of it since the last reopening, ended.
    OutcomeType {
        /// Settled.
        Resolved = "resolved",
        /// Settled, and the customer had been displeased.
        Recovered = "recovered",
        /// Came back.
        Reopened = "reopened",
        /// A person took over.
        HandoffCompleted = "handoff_completed",
    }
    /// Whom it was handed to.
    HandoffTarget {
        /// A person of the team, in the same conversation.
        Agent = "agent",
        /// The team's mailbox.
        Email = "email",
        /// Somebody outside.
        External = "external",
    }
    /// Who settled it.
    ResolutionPath {
        /// The system alone.
        Bot = "bot",
        /// A person of the team, without a hand-off.
        Agent = "agent",
        /// A person, after a hand-off.
        Handoff = "handoff",
    }
}

impl ConfidenceBand {
    /// The band of a confidence from 0 to 1. What is no number is low.
    pub fn of(confidence: f32) -> Self {
        match confidence {
            c if c >= 0.8 => Self::High,
            c if c >= 0.5 => Self::Medium,
            _ => Self::Low,
        }
    }
}
