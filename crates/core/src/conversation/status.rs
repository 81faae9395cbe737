//! The status machine of a conversation.

use super::{Direction, Marker};
use crate::error::{Code, Error};
use serde::{Deserialize, Serialize};

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Known of, nothing said yet.
    Queued,
    /// Being held.
    InProgress,
    /// Ended in the ordinary way, or handed to somebody outside.
    Completed,
    /// Could not be established.
    Failed,
    /// Outbound only: the line was busy.
    Busy,
    /// Outbound only: nobody answered.
    NoAnswer,
    /// Outbound only: reached a voicemail.
    Voicemail,
}

impl Status {
    /// The status as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Busy => "busy",
            Self::NoAnswer => "no-answer",
            Self::Voicemail => "voicemail",
        }
    }

    /// Whether the conversation has ended.
    pub fn is_terminal(self) -> bool {
        !matches!(self, Self::Queued | Self::InProgress)
    }

    /// Where an action leads from here.
    ///
    /// # Errors
    /// [`Code::ConversationClosed`] when it has ended and the action needs it open,
    /// [`Code::IllegalTransition`] for any other move that the machine does not have.
    pub fn after(self, action: Action, direction: Direction) -> Result<Self, Error> {
        use Action as A;
        match (self, action) {
            (Self::Completed, A::Reopen) => Ok(Self::InProgress),
            (_, A::Reopen) => Err(self.refuse(action, "only a completed conversation reopens")),
            (s, _) if s.is_terminal() => Err(Error::new(
                Code::ConversationClosed,
                "the conversation has ended; reopen it first",
            )),
            (Self::Queued, A::Fail) => Ok(Self::Failed),
            (Self::InProgress, A::Fail) => {
                Err(self.refuse(action, "a conversation that is being held ends by close"))
            }
            (Self::Queued, A::Busy | A::NoAnswer | A::Voicemail) => match direction {
                Direction::Inbound => Err(self.refuse(action, "only outbound ones can end so")),
                Direction::Outbound => Ok(match action {
                    A::Busy => Self::Busy,
                    A::NoAnswer => Self::NoAnswer,
                    _ => Self::Voicemail,
                }),
            },
            (Self::InProgress, A::Busy | A::NoAnswer | A::Voicemail) => {
                Err(self.refuse(action, "somebody has answered already"))
            }
            (_, A::Begin) => Ok(Self::InProgress),
            (Self::InProgress, A::Handoff | A::Transfer) => Ok(Self::InProgress),
            (Self::Queued, A::Handoff | A::Transfer) => {
                Err(self.refuse(action, "nobody has said anything yet"))
            }
            (_, A::Close | A::Resolve) => Ok(Self::Completed),
            // Terminal states were answered above.
            (s, _) => Ok(s),
        }
    }

    fn refuse(self, action: Action, why: &str) -> Error {
        Error::new(
            Code::IllegalTransition,
            format!("cannot {} a conversation that is {}: {why}", action.as_str(), self.as_str()),
        )
    }
}

/// What may be done to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The first message, or the other side picked up.
    Begin,
    /// It ended.
    Close,
    /// It ended with the matter settled.
    Resolve,
    /// From the bot to a person.
    Handoff,
    /// From one person to another.
    Transfer,
    /// Goes on after it had ended.
    Reopen,
    /// Could not be established.
    Fail,
    /// Outbound only.
    Busy,
    /// Outbound only.
    NoAnswer,
    /// Outbound only.
    Voicemail,
}

impl Action {
    /// The action as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Close => "close",
            Self::Resolve => "resolve",
            Self::Handoff => "handoff",
            Self::Transfer => "transfer",
            Self::Reopen => "reopen",
            Self::Fail => "fail",
            Self::Busy => "busy",
            Self::NoAnswer => "no-answer",
            Self::Voicemail => "voicemail",
        }
    }

    /// What the transcript says of it.
    pub fn marker(self) -> Option<Marker> {
        match self {
            Self::Close => Some(Marker::Closed),
            Self::Resolve => Some(Marker::Resolved),
            Self::Handoff => Some(Marker::Handoff),
            Self::Transfer => Some(Marker::Transferred),
            Self::Reopen => Some(Marker::Reopened),
            _ => None,
        }
    }

    /// Whether it has been done already and doing it again would say nothing new: the conversation
    /// was handed over, and nobody of the team has spoken since, nor given it back to the answerer. A
    /// request whose answer was lost can so be sent again without a second hand-off.
    ///
    /// `unanswered` are the markers after the last message of a person of the team and after the last
    /// return to the answerer, in order.
    pub fn stands(self, unanswered: &[Marker]) -> bool {
        let (Self::Handoff | Self::Transfer) = self else { return false };
        unanswered
            .iter()
            .rev()
            .take_while(|&&marker| marker != Marker::Reopened)
            .any(|&marker| Some(marker) == self.marker())
    }

    /// Whether the owner's fields are answered after it (on close, resolve and hand-off).
    pub fn classifies(self) -> bool {
        !matches!(self, Self::Begin | Self::Transfer | Self::Reopen)
    }
}

/// How a conversation ended, in the words of the day file's `last_resolution`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resolution {
    /// Answered, without a sign that it was settled.
    Informed,
    /// Settled.
    Resolved,
    /// Went to a person.
    Escalated,
    /// None of these; written as the literal `undefined`.
    #[default]
    Undefined,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Status; 7] = [
        Status::Queued,
        Status::InProgress,
        Status::Completed,
        Status::Failed,
        Status::Busy,
        Status::NoAnswer,
        Status::Voicemail,
    ];

    #[test]
    fn an_ended_conversation_only_reopens_and_only_when_completed() {
        for status in ALL.into_iter().filter(|s| s.is_terminal()) {
            for action in
                [Action::Begin, Action::Close, Action::Resolve, Action::Handoff, Action::Fail]
            {
                let refusal = status.after(action, Direction::Outbound).unwrap_err();
                assert_eq!(refusal.code, Code::ConversationClosed, "{status:?} {action:?}");
            }
            let reopened = status.after(Action::Reopen, Direction::Inbound);
            assert_eq!(reopened.is_ok(), status == Status::Completed, "{status:?}");
        }
    }

    #[test]
    fn dial_results_are_for_outbound_conversations_that_wait() {
        for action in [Action::Busy, Action::NoAnswer, Action::Voicemail] {
            assert!(Status::Queued.after(action, Direction::Outbound).is_ok());
            for (status, direction) in
                [(Status::Queued, Direction::Inbound), (Status::InProgress, Direction::Outbound)]
            {
                let refusal = status.after(action, direction).unwrap_err();
                assert_eq!(refusal.code, Code::IllegalTransition);
            }
        }
    }

    #[test]
    fn a_handover_stands_until_somebody_has_answered() {
        use Marker::{Closed, Handoff, Reopened, Transferred};
        for (action, unanswered, stands) in [
            (Action::Handoff, &[][..], false),
            (Action::Handoff, &[Handoff], true),
            (Action::Handoff, &[Handoff, Transferred], true),
            (Action::Handoff, &[Transferred], false),
            (Action::Transfer, &[Handoff], false),
            (Action::Transfer, &[Handoff, Transferred], true),
            (Action::Handoff, &[Handoff, Closed, Reopened], false),
            (Action::Handoff, &[Closed, Reopened, Handoff], true),
            (Action::Reopen, &[Closed, Reopened], false),
        ] {
            assert_eq!(action.stands(unanswered), stands, "{action:?} after {unanswered:?}");
        }
    }

    #[test]
    fn a_conversation_that_is_held_goes_on_or_completes() {
        let after = |action| Status::InProgress.after(action, Direction::Inbound);
        assert_eq!(after(Action::Handoff), Ok(Status::InProgress));
        assert_eq!(after(Action::Transfer), Ok(Status::InProgress));
        assert_eq!(after(Action::Close), Ok(Status::Completed));
        assert_eq!(after(Action::Resolve), Ok(Status::Completed));
        assert_eq!(after(Action::Fail).unwrap_err().code, Code::IllegalTransition);
        assert_eq!(after(Action::Reopen).unwrap_err().code, Code::IllegalTransition);
    }
}
