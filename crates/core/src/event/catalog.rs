//! The optional fields that payloads may hold: one table, by which events are read, checked and
//! documented ([`super::reference`]). Fields and groups are those of the source document.

use super::name::Group;
use super::values::{
    AppSurface, ConfidenceBand, ErrorCode, EscalationReason, FieldValue, HandoffTarget, KbGapType,
    OutcomeType, ReplyMode, ResolutionPath, ResultTag, Severity, SignalType, TriageResult, Values,
};
use crate::conversation::Platform;
use crate::detect::Kind;
use crate::error::{Code, Error};
use crate::id::{AutomationId, ThemeId};
use crate::prompt::{Arm, Moment};
use serde::Serialize;
use serde_json::{Map, Value};

macro_rules! fields {
    ($(#[doc = $doc:literal] $variant:ident $name:ident: $type:ty, $group:expr;)+) => {
        /// An optional field of a payload.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = $doc] $variant,)+
        }

        impl Field {
            /// All fields, in the order of the catalog.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Reads a field's name; none: there is no such field.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|field| field.as_str() == text)
            }

            /// The field's name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => stringify!($name),)+ }
            }

            /// What it means.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $doc.trim_ascii(),)+ }
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
                #[doc = $doc]
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

            /// The text that a field has; none where it is not set, or is no text.
            pub fn text(&self, field: Field) -> Option<String> {
                let value = match field {
                    $(Field::$variant => serde_json::to_value(&self.$name),)+
                };
                value.ok()?.as_str().map(str::to_owned)
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
    /// What a question was for.
    AskedField asked_field: Kind, Some(Group::Enrichment);
    /// What made the moment natural.
    AskMoment ask_moment: Moment, Some(Group::Enrichment);
    /// Whether the question was put or kept back.
    AskArm ask_arm: Arm, Some(Group::Enrichment);
    /// Which automation.
    AutomationId automation_id: AutomationId, Some(Group::Automation);
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
