//! The events that the closing of a conversation gives.
//!
//! A conversation closes several times: on a hand-off, on its end, and again after each reopening.
//! Every closing is read whole, so that a closing which was lost is made up for by the next one;
//! what keeps facts from counting twice is their ids. An id is derived from the conversation, the
//! name, and *which* fact of that name it is, never from the revision:
//! - a signal is a fact of the conversation: there is one of each type, and one of each theme, however often it
//!   closes;
//! - triage, replies and outcome are facts of an *episode*, the part from the beginning or from a
//!   reopening: of replies the first of each mode ([`ReplyMode`]), three at most, so that a conversation of
//!   any length gives few;
//! - hand-offs are counted over the conversation.
//!
//! Where a later closing gives an id that is stored already, the stored event stands: an outbox
//! inserts with "on conflict do nothing".

use super::{
    AppSurface, ConfidenceBand, EscalationReason, Event, HandoffTarget, Name, OutcomeType, Payload,
    ReplyMode, ResolutionPath, Scope, Severity, SignalType, TriageResult,
};
use crate::classify::Outcome;
use crate::classify::review::ThemeKind;
use crate::closing::{Closed, Conclusion};
use crate::conversation::{Marker, Message, Role, Sentiment, Status};
use crate::error::Error;
use crate::prompt::{Arm, AskResult};
use crate::time::UnixMillis;

/// The events that the close of a conversation gives, in the order in which they happened.
///
/// # Errors
/// As [`Event::new`]; a payload that does not fit its event is a mistake of this file.
///
/// Test conversations give none: nothing in an event tells them from real ones, and a dashboard
/// would count them. `docs/events.md` says when each event is given.
pub fn of_closed(
    closed: &Closed,
    conclusion: &Conclusion,
    scope: &Scope<'_>,
) -> Result<Vec<Event>, Error> {
    if closed.test_mode {
        return Ok(Vec::new());
    }
    let episode = Episode::last(closed);
    let mut out = Emitter { closed, scope, events: Vec::new() };
    out.reopening(&episode);
    out.replies(&episode);
    out.signals(conclusion);
    out.themes(conclusion);
    out.triage(&episode, conclusion);
    out.asks();
    if closed.status == Status::Completed {
        out.outcome(&episode, conclusion);
    }
    let mut events = out.events.into_iter().collect::<Result<Vec<_>, _>>()?;
    events.sort_by_key(|event| event.occurred_at);
    Ok(events)
}

/// The part of a conversation since its beginning or its last reopening.
struct Episode<'a> {
    /// How many reopenings came before it.
    ordinal: usize,
    /// How many hand-offs came before it.
    handoffs_before: usize,
    started_at: UnixMillis,
    messages: &'a [Message],
}

impl<'a> Episode<'a> {
    fn last(closed: &'a Closed) -> Self {
        let reopened = |m: &Message| marker(m) == Some(Marker::Reopened);
        let first = closed.messages.iter().rposition(reopened).map_or(0, |last| last + 1);
        let (before, messages) = closed.messages.split_at(first);
        Self {
            ordinal: before.iter().filter(|m| reopened(m)).count(),
            handoffs_before: before.iter().filter(|m| is_handoff(m)).count(),
            started_at: before.last().map_or(closed.started_at, |reopening| reopening.at),
            messages,
        }
    }

    fn spoke(&self, role: Role) -> bool {
        self.messages.iter().any(|m| m.role == role)
    }

    fn handed_off(&self) -> bool {
        self.messages.iter().any(is_handoff)
    }

    /// Whether a person said something after the last hand-off.
    fn taken_over(&self) -> bool {
        let last = self.messages.iter().rposition(is_handoff);
        last.and_then(|i| self.messages.get(i..))
            .is_some_and(|after| after.iter().any(|m| m.role == Role::Agent))
    }

    /// Whether the team marked it as settled and nothing went to a person afterwards.
    fn marked_resolved(&self) -> bool {
        self.messages.iter().rev().filter_map(marker).find_map(|m| match m {
            Marker::Resolved => Some(true),
            Marker::Handoff | Marker::Transferred => Some(false),
            Marker::Reopened | Marker::Closed => None,
        }) == Some(true)
    }
}

fn marker(message: &Message) -> Option<Marker> {
    (message.role == Role::System).then(|| Marker::parse(&message.text)).flatten()
}

fn is_handoff(message: &Message) -> bool {
    marker(message) == Some(Marker::Handoff)
}

struct Emitter<'a> {
    closed: &'a Closed,
    scope: &'a Scope<'a>,
    events: Vec<Result<Event, Error>>,
}

impl Emitter<'_> {
    /// Adds an event; `which` tells it from others of its name in the same conversation.
    fn emit(&mut self, name: Name, which: &str, occurred_at: UnixMillis, payload: Payload) {
        let payload = Payload {
            channel_type: Some(self.closed.platform),
            app_surface: Some(AppSurface::Conversation),
            ..payload
        };
        let conversation = Some(&self.closed.conversation_id);
        self.events.push(Event::new(name, self.scope, conversation, which, occurred_at, payload));
    }

    fn reopening(&mut self, episode: &Episode<'_>) {
        if episode.ordinal > 0 {
            let payload =
                Payload { outcome_type: Some(OutcomeType::Reopened), ..Payload::default() };
            let which = episode.ordinal.to_string();
            self.emit(Name::InteractionOutcomeReopened, &which, episode.started_at, payload);
        }
    }

    fn replies(&mut self, episode: &Episode<'_>) {
        let asked = episode.messages.iter().position(|m| m.role == Role::Customer);
        let after = asked.and_then(|first| episode.messages.get(first..)).unwrap_or_default();
        let mode = |m: &Message| match m.role {
            Role::Bot if !m.is_question() => Some(ReplyMode::Auto),
            Role::Agent if m.is_assisted() => Some(ReplyMode::Assisted),
            Role::Agent => Some(ReplyMode::Human),
            Role::Bot | Role::Customer | Role::System => None,
        };
        for wanted in [ReplyMode::Auto, ReplyMode::Assisted, ReplyMode::Human] {
            let reply = after.iter().find(|m| mode(m) == Some(wanted));
            if let Some(reply) = reply {
                let payload = Payload { reply_mode: Some(wanted), ..Payload::default() };
                let which = format!("{} {wanted}", episode.ordinal);
                self.emit(Name::AiReplySent, &which, reply.at, payload);
            }
        }
    }

    fn signals(&mut self, conclusion: &Conclusion) {
        let (signals, at) = (conclusion.signals, self.closed.ended_at);
        if signals.dissatisfaction {
            let signal = signal(SignalType::Dissatisfaction, Some(severity(conclusion)));
            self.emit_detected(SignalType::Dissatisfaction, signal.clone());
            if signals.severe_negative {
                self.emit(Name::CustomerSignalSevereNegativeDetected, "", at, signal);
            }
        }
        if signals.success {
            let signal = signal(SignalType::Success, None);
            self.emit_detected(SignalType::Success, signal.clone());
            self.emit(Name::CustomerSignalSuccessDetected, "", at, signal);
        }
    }

    /// Themes in which customers are displeased or not helped, and those of which they want something: one event
    /// each, once for the conversation.
    fn themes(&mut self, conclusion: &Conclusion) {
        let signals = conclusion.signals;
        let unsettled = matches!(signals.outcome, Outcome::Unresolved | Outcome::Handoff);
        for theme in &conclusion.themes {
            let kind = match theme.kind() {
                ThemeKind::Friction if signals.dissatisfaction || unsettled => SignalType::Friction,
                ThemeKind::Friction => continue,
                ThemeKind::Opportunity => SignalType::Opportunity,
            };
            let grave = signals.dissatisfaction && kind == SignalType::Friction;
            let id = theme.id();
            let which = id.to_string();
            let severity = grave.then(|| severity(conclusion));
            let payload = Payload { theme_id: Some(id), ..signal(kind, severity) };
            let at = self.closed.ended_at;
            self.emit(Name::CustomerSignalThemeClustered, &which, at, payload);
        }
    }

    fn emit_detected(&mut self, kind: SignalType, payload: Payload) {
        let at = self.closed.ended_at;
        self.emit(Name::CustomerSignalDetected, kind.as_str(), at, payload);
    }

    fn triage(&mut self, episode: &Episode<'_>, conclusion: &Conclusion) {
        let reason = escalation_reason(conclusion);
        let handoffs = episode.messages.iter().filter(|m| is_handoff(m));
        for (ordinal, handoff) in (episode.handoffs_before..).zip(handoffs) {
            let payload = Payload { escalation_reason: reason, ..Payload::default() };
            let which = ordinal.to_string();
            self.emit(Name::AiTriageEscalationTriggered, &which, handoff.at, payload);
        }
        if !episode.spoke(Role::Customer) {
            return;
        }
        let escalated = episode.handed_off();
        let payload = Payload {
            triage_result: triage_result(episode),
            confidence_band: Some(ConfidenceBand::of(conclusion.tone.confidence)),
            escalation_reason: reason.filter(|_| escalated),
            ..Payload::default()
        };
        let which = episode.ordinal.to_string();
        self.emit(Name::AiTriageCompleted, &which, self.closed.ended_at, payload);
    }

    /// The questions for contact details, once each: a field is asked for once in a conversation. What
    /// became of them is told at an end; where a reopening makes it another, that is told as well.
    fn asks(&mut self) {
        let policy = &self.closed.policy;
        let arm = if policy.held_out() { Arm::HeldOut } else { Arm::Asked };
        let asked = match arm {
            Arm::Asked => Name::EnrichmentAsked,
            Arm::HeldOut => Name::EnrichmentWithheld,
        };
        for (ask, report) in policy.asks().iter().zip(policy.report()) {
            let payload = Payload {
                asked_field: Some(ask.field),
                ask_moment: Some(ask.moment),
                ask_arm: Some(arm),
                ..Payload::default()
            };
            let which = ask.field.as_str();
            self.emit(asked, which, ask.at, payload.clone());
            if self.closed.status.is_terminal() {
                let name = match report.result {
                    AskResult::Answered => Name::EnrichmentAnswered,
                    AskResult::Refused => Name::EnrichmentRefused,
                    AskResult::PassedOver => Name::EnrichmentPassedOver,
                    AskResult::Left => Name::EnrichmentLeft,
                };
                self.emit(name, which, self.closed.ended_at, payload);
            }
        }
    }

    fn outcome(&mut self, episode: &Episode<'_>, conclusion: &Conclusion) {
        let (signals, at) = (conclusion.signals, self.closed.ended_at);
        let settled = match signals.outcome {
            Outcome::Recovered => Some((Name::InteractionOutcomeRecovered, OutcomeType::Recovered)),
            Outcome::Resolved => Some((Name::InteractionOutcomeResolved, OutcomeType::Resolved)),
            Outcome::Unresolved | Outcome::Handoff | Outcome::None => episode
                .marked_resolved()
                .then_some((Name::InteractionOutcomeResolved, OutcomeType::Resolved)),
        };
        let millis = at.0.saturating_sub(episode.started_at.0);
        let common = Payload {
            previous_signal_type: signals.dissatisfaction.then_some(SignalType::Dissatisfaction),
            time_to_resolution_ms: settled.map(|_| u64::try_from(millis).unwrap_or(0)),
            handoff_target: episode.taken_over().then_some(HandoffTarget::Agent),
            resolution_path: settled.and_then(|_| resolution_path(episode)),
            ..Payload::default()
        };
        let which = episode.ordinal.to_string();
        if episode.taken_over() {
            let outcome_type = Some(OutcomeType::HandoffCompleted);
            let payload = Payload { outcome_type, ..common.clone() };
            self.emit(Name::InteractionOutcomeHandoffCompleted, &which, at, payload);
        }
        if let Some((name, outcome_type)) = settled {
            let payload = Payload { outcome_type: Some(outcome_type), ..common };
            self.emit(name, &which, at, payload);
        }
    }
}

fn signal(kind: SignalType, severity: Option<Severity>) -> Payload {
    Payload { signal_type: Some(kind), severity, ..Payload::default() }
}

/// How grave a dissatisfaction is: by what was threatened, else by how far it coloured the whole.
fn severity(conclusion: &Conclusion) -> Severity {
    match conclusion.tone.sentiment {
        _ if conclusion.signals.severe_negative => Severity::Critical,
        Sentiment::OverlyNegative => Severity::High,
        Sentiment::Negative => Severity::Medium,
        _ => Severity::Low,
    }
}

/// What the signals tell of why a person was called; nothing where they tell nothing.
fn escalation_reason(conclusion: &Conclusion) -> Option<EscalationReason> {
    let signals = conclusion.signals;
    if signals.severe_negative {
        Some(EscalationReason::SevereNegative)
    } else {
        signals.dissatisfaction.then_some(EscalationReason::Dissatisfaction)
    }
}

/// Who handled the episode; nothing where nobody has said anything to the customer.
fn triage_result(episode: &Episode<'_>) -> Option<TriageResult> {
    if episode.handed_off() {
        Some(TriageResult::Escalated)
    } else if episode.spoke(Role::Agent) {
        Some(TriageResult::Assisted)
    } else {
        episode.spoke(Role::Bot).then_some(TriageResult::Auto)
    }
}

fn resolution_path(episode: &Episode<'_>) -> Option<ResolutionPath> {
    triage_result(episode).map(|handled| match handled {
        TriageResult::Auto => ResolutionPath::Bot,
        TriageResult::Assisted => ResolutionPath::Agent,
        TriageResult::Escalated => ResolutionPath::Handoff,
    })
}
