//! The catalog: every event there is, its group, and the optional fields that its payload may hold.
//!
//! Names, groups and fields are those of the source document. One table here is what events are
//! read, checked and documented by (`docs/events.md` is tested against it).

use super::values::{
    AppSurface, ConfidenceBand, ErrorCode, EscalationReason, FieldValue, HandoffTarget, KbGapType,
    OutcomeType, ReplyMode, ResolutionPath, ResultTag, Severity, SignalType, TriageResult, Values,
    tags,
};
use crate::conversation::Platform;
use crate::error::{Code, Error};
use crate::id::ThemeId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

tags! {
    /// The name of an event.
    Name {
        /// Somebody of the team signed in.
        AuthSignInSuccess = "auth.sign_in.success",
        /// An attempt to sign in was refused.
        AuthSignInFailure = "auth.sign_in.failure",
        /// A workspace was made.
        WorkspaceCreated = "workspace.created",
        /// Somebody went to another workspace.
        WorkspaceSwitched = "workspace.switched",
        /// A knowledge base was made.
        KbCreated = "kb.created",
        /// A knowledge base was published.
        KbPublished = "kb.published",
        /// A channel was connected.
        ChannelConnected = "channel.connected",
        /// A channel was disconnected.
        ChannelDisconnected = "channel.disconnected",
        /// A reply to a comment was drafted.
        CommentResponderReplyGenerated = "comment_responder.reply.generated",
        /// A reply to a comment was sent.
        CommentResponderReplySent = "comment_responder.reply.sent",
        /// A live conversation was given to a person.
        LiveConversationAssigned = "chatti_live.conversation.assigned",
        /// The plan was changed.
        BillingPlanChanged = "billing.plan_changed",
        /// Something was put into a bucket that the dashboard shows.
        CustomerSignalDetected = "customer_signal.detected",
        /// A high-risk negative expression was seen.
        CustomerSignalSevereNegativeDetected = "customer_signal.severe_negative_detected",
        /// Praise or success was seen.
        CustomerSignalSuccessDetected = "customer_signal.success_detected",
        /// A signal was put into a friction or opportunity theme.
        CustomerSignalThemeClustered = "customer_signal.theme_clustered",
        /// An inbound item was classified and routed.
        AiTriageCompleted = "ai_triage.completed",
        /// An item was handed to a person or a protected workflow.
        AiTriageEscalationTriggered = "ai_triage.escalation_triggered",
        /// A candidate reply was drafted.
        AiReplyGenerated = "ai_reply.generated",
        /// A reply was sent.
        AiReplySent = "ai_reply.sent",
        /// Missing or weak knowledge affected a reply.
        AiReplyKbGapDetected = "ai_reply.kb_gap_detected",
        /// The matter appears to be settled.
        InteractionOutcomeResolved = "interaction.outcome_resolved",
        /// A customer who was displeased ended content.
        InteractionOutcomeRecovered = "interaction.outcome_recovered",
        /// The matter came back after it seemed settled.
        InteractionOutcomeReopened = "interaction.outcome_reopened",
        /// A person took over after a hand-off.
        InteractionOutcomeHandoffCompleted = "interaction.outcome_handoff_completed",
    }
}

tags! {
    /// Events that share their optional fields.
    Group {
        /// Activation and value moments.
        Base = "base",
        /// What customers express.
        CustomerSignal = "customer_signal",
        /// What the system decides and answers.
        Ai = "ai",
        /// How conversations end.
        Outcome = "interaction.outcome",
    }
}

impl Name {
    /// The group it belongs to.
    pub fn group(self) -> Group {
        use Name as N;
        match self {
            N::AuthSignInSuccess
            | N::AuthSignInFailure
            | N::WorkspaceCreated
            | N::WorkspaceSwitched
            | N::KbCreated
            | N::KbPublished
            | N::ChannelConnected
            | N::ChannelDisconnected
            | N::CommentResponderReplyGenerated
            | N::CommentResponderReplySent
            | N::LiveConversationAssigned
            | N::BillingPlanChanged => Group::Base,
            N::CustomerSignalDetected
            | N::CustomerSignalSevereNegativeDetected
            | N::CustomerSignalSuccessDetected
            | N::CustomerSignalThemeClustered => Group::CustomerSignal,
            N::AiTriageCompleted
            | N::AiTriageEscalationTriggered
            | N::AiReplyGenerated
            | N::AiReplySent
            | N::AiReplyKbGapDetected => Group::Ai,
            N::InteractionOutcomeResolved
            | N::InteractionOutcomeRecovered
            | N::InteractionOutcomeReopened
            | N::InteractionOutcomeHandoffCompleted => Group::Outcome,
        }
    }

    /// Whether its payload may hold a field.
    pub fn allows(self, field: Field) -> bool {
        field.group().is_none_or(|group| group == self.group())
    }

    /// The optional fields that its payload may hold, in the order of the catalog.
    pub fn fields(self) -> impl Iterator<Item = Field> {
        Field::ALL.iter().copied().filter(move |f| self.allows(*f))
    }
}

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident $name:ident: $type:ty, $group:expr;)+) => {
        /// An optional field of a payload.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $($(#[$doc])* $variant,)+
        }

        impl Field {
            /// All fields, in the order of the catalog.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The field's name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => stringify!($name),)+ }
            }

            /// The group whose events may hold it; none: all events may.
            pub fn group(self) -> Option<Group> {
                match self { $(Self::$variant => $group,)+ }
            }

            /// What it can be.
            pub fn values(self) -> Values {
                match self { $(Self::$variant => <$type as FieldValue>::values(),)+ }
            }
        }

        /// The optional part of an event: enums, internal ids and numbers, never text.
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
        pub struct Payload {
            $(
                $(#[$doc])*
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $name: Option<$type>,
            )+
        }

        impl Payload {
            /// The fields that are set, in the order of the catalog.
            pub fn set(&self) -> Vec<Field> {
                let mut set = Vec::new();
                $(if self.$name.is_some() { set.push(Field::$variant); })+
                set
            }

            /// Reads a payload; a field that is null counts as absent.
            pub(super) fn read(map: Map<String, Value>) -> Result<Self, Error> {
                let mut payload = Self::default();
                for (key, value) in map {
                    match key.as_str() {
                        $(stringify!($name) => payload.$name = read_field(Field::$variant, value)?,)+
                        _ => return Err(super::unknown_field("payload.", &key)),
                    }
                }
                Ok(payload)
            }
        }
    };
}

fields! {
    /// Where the customer writes.
    ChannelType channel_type: Platform, None;
    /// Which part of the product it happened in.
    AppSurface app_surface: AppSurface, None;
    /// Whether what was tried succeeded.
    Result result: ResultTag, None;
    /// Why it failed.
    ErrorCode error_code: ErrorCode, None;
    /// The bucket of a signal.
    SignalType signal_type: SignalType, Some(Group::CustomerSignal);
    /// How grave a signal is.
    Severity severity: Severity, Some(Group::CustomerSignal);
    /// The theme that a signal was put into.
    ThemeId theme_id: ThemeId, Some(Group::CustomerSignal);
    /// Who handles the item.
    TriageResult triage_result: TriageResult, Some(Group::Ai);
    /// How sure the classification is.
    ConfidenceBand confidence_band: ConfidenceBand, Some(Group::Ai);
    /// Why a person was called.
    EscalationReason escalation_reason: EscalationReason, Some(Group::Ai);
    /// Who wrote the reply.
    ReplyMode reply_mode: ReplyMode, Some(Group::Ai);
    /// What the knowledge base lacks.
    KbGapType kb_gap_type: KbGapType, Some(Group::Ai);
    /// How it ended.
    OutcomeType outcome_type: OutcomeType, Some(Group::Outcome);
    /// What the customer had expressed before.
    PreviousSignalType previous_signal_type: SignalType, Some(Group::Outcome);
    /// From the beginning, or from the last reopening, to the end; milliseconds.
    TimeToResolutionMs time_to_resolution_ms: u64, Some(Group::Outcome);
    /// Whom it was handed to.
    HandoffTarget handoff_target: HandoffTarget, Some(Group::Outcome);
    /// Who settled it.
    ResolutionPath resolution_path: ResolutionPath, Some(Group::Outcome);
}

fn read_field<T: FieldValue>(field: Field, value: Value) -> Result<Option<T>, Error> {
    if value.is_null() {
        return Ok(None);
    }
    match serde_json::from_value::<T>(value) {
        Ok(value) if value.in_range() => Ok(Some(value)),
        _ => Err(Error::new(
            Code::InvalidField,
            format!("payload.{} must be {}", field.as_str(), field.values()),
        )),
    }
}
