//! The decision: what came in is remembered, then one reason to ask is weighed against all reasons
//! not to.

use super::reading::{self, Reading};
use super::reason::{Hold, Moment, Reason};
use super::state::{AgentQuestion, AskOutcome, Asked, State, insert};
use super::wording::Line;
use super::{Ask, Config, Confirm, Decision, Event};
use crate::detect::{Detection, Kind};
use crate::text::Lang;
use crate::time::UnixMillis;

/// Messages for which a moment stays natural when something held the question back.
const MOMENT_TURNS: u32 = 3;
/// Messages after a refusal, the refusal's own included, in which nothing is asked.
const REFUSAL_TURNS: u32 = 2;
/// Messages after an angry one, itself included, in which nothing is asked.
const ANGER_TURNS: u32 = 2;

/// Takes one event and decides.
pub fn step(
    config: &Config,
    mut state: State,
    event: &Event<'_>,
    now: UnixMillis,
) -> (State, Decision) {
    let decision = match event {
        Event::Start { known } | Event::Identified { kinds: known } => {
            known.iter().for_each(|k| state.learn(*k));
            hold(Hold::NotTheirTurn)
        }
        Event::Agent { text } => {
            hear(&mut state, text);
            hold(Hold::NotTheirTurn)
        }
        Event::Handoff => {
            state.handed_off = true;
            state.want(Moment::Handoff);
            decide(config, &mut state, None, now)
        }
        Event::Visitor { text, lang, detection } => {
            state.turns = state.turns.saturating_add(1);
            state.lang = lang.or(state.lang);
            let reading = reading::visitor(text, state.lang);
            remember(&mut state, &reading, detection);
            match slip(config, &mut state, detection) {
                Some(decision) => decision,
                None => decide(config, &mut state, Some(&reading), now),
            }
        }
    };
    (state, decision)
}

fn hear(state: &mut State, text: &str) {
    let heard = reading::agent(text, state.lang);
    let asks: Vec<Kind> = if heard.question { heard.asks } else { Vec::new() };
    for kind in &asks {
        insert(&mut state.asked_by_agent, *kind);
    }
    if heard.question {
        state.agent_question =
            Some(asks.first().map_or(AgentQuestion::Other, |k| AgentQuestion::For(*k)));
    }
}

/// Takes in what a message says of fields, refusals, moments and mood.
fn remember(state: &mut State, reading: &Reading, detection: &Detection) {
    let open = state.open().or(match state.agent_question {
        Some(AgentQuestion::For(kind)) => Some(kind),
        _ => None,
    });
    let mut given = false;
    for found in detection.own() {
        given |= Some(found.kind) == open;
        state.learn(found.kind);
    }
    for kind in &detection.withdrawn {
        state.known.retain(|k| k != kind);
        state.refuse(*kind);
    }
    if reading.refuse {
        // "I'd rather not give my e-mail": what is named is meant, else what was asked.
        let named = reading.mentions.iter().filter(|k| !detection.own().any(|f| f.kind == **k));
        let named: Vec<Kind> = named.copied().collect();
        for kind in if named.is_empty() { open.into_iter().collect() } else { named } {
            state.refuse(kind);
        }
    } else if let (true, Some(kind), false) = (reading.no, open, given) {
        state.refuse(kind);
    }
    if let Some(kind) = state.open().filter(|_| !given) {
        state.settle(kind, AskOutcome::PassedOver);
    }
    if reading.angry {
        state.angry_turn = Some(state.turns);
    }
    for moment in reading.moments.iter().rev() {
        state.want(*moment);
    }
    let turns = state.turns;
    state.wants.retain(|(_, since)| turns.saturating_sub(*since) < MOMENT_TURNS);
    let answered = given || !(reading.unsure || reading.question);
    if answered {
        state.agent_question = None;
    }
}

/// A question whether a likelier spelling was meant, once for each field.
fn slip(config: &Config, state: &mut State, detection: &Detection) -> Option<Decision> {
    if !config.enabled {
        return None;
    }
    let found = detection.own().find(|f| f.suggestion.is_some())?;
    let value = found.suggestion.as_deref()?;
    if state.confirmed.contains(&found.kind) {
        return None;
    }
    insert(&mut state.confirmed, found.kind);
    let line = config.wording.line(lang(config, state), Line::ConfirmSlip);
    let reason = Reason::Confirmed(found.kind);
    Some(Decision {
        ask: None,
        confirm: Some(Confirm { field: found.kind, text: line.replace("{value}", value) }),
        reason: reason.text(),
        code: reason.code(),
    })
}

fn decide(
    config: &Config,
    state: &mut State,
    reading: Option<&Reading>,
    now: UnixMillis,
) -> Decision {
    if !config.enabled {
        return hold(Hold::Disabled);
    }
    if !config.fields.iter().any(|f| state.may_ask(*f)) {
        return hold(Hold::NothingToAsk);
    }
    if let Some(reason) = held(config, state, reading) {
        return hold(reason);
    }
    match next(config, state) {
        None => hold(Hold::NoMoment),
        Some((field, moment)) => ask(config, state, field, moment, now),
    }
}

/// The reason not to ask now, if there is one.
fn held(config: &Config, state: &State, reading: Option<&Reading>) -> Option<Hold> {
    let since = |turn: Option<u32>| turn.map(|t| state.turns.saturating_sub(t));
    if since(state.refused_turn).is_some_and(|n| n < REFUSAL_TURNS) {
        return Some(Hold::JustRefused);
    }
    if since(state.angry_turn).is_some_and(|n| n < ANGER_TURNS) {
        return Some(Hold::Angry);
    }
    if state.asks.len() >= usize::from(config.max_asks) {
        return Some(Hold::BudgetSpent);
    }
    let last = state.asks.last();
    if last.is_some_and(|a| {
        a.outcome != AskOutcome::Answered
            && state.turns.saturating_sub(a.turn) <= u32::from(config.cool_down_turns)
    }) {
        return Some(Hold::CoolDown);
    }
    let reading = reading?;
    if reading.greeting && state.wants.is_empty() {
        return Some(Hold::GreetingOnly);
    }
    if state.agent_question.is_some() && reading.moments.is_empty() {
        return Some(Hold::AgentQuestionOpen);
    }
    if reading.question && reading.moments.is_empty() {
        return Some(Hold::VisitorQuestionOpen);
    }
    // A "yes" that answers a question of ours or of the team moves the matter on; alone it is chat.
    (reading.small_talk && state.wants.is_empty()).then_some(Hold::SmallTalk)
}

/// The field to ask for, and why: the latest moment first.
fn next(config: &Config, state: &State) -> Option<(Kind, Moment)> {
    let wanted = |k: &Kind| config.fields.contains(k);
    state.wants.iter().rev().find_map(|(moment, _)| {
        let mut fields = moment.fields().iter().copied();
        if *moment == Moment::Book && !wanted(&Kind::Phone) {
            return fields
                .chain([Kind::Email])
                .find(|f| wanted(f) && state.may_ask(*f))
                .map(|f| (f, *moment));
        }
        fields.find(|f| wanted(f) && state.may_ask(*f)).map(|f| (f, *moment))
    })
}

fn ask(
    config: &Config,
    state: &mut State,
    field: Kind,
    moment: Moment,
    now: UnixMillis,
) -> Decision {
    state.asks.push(Asked { field, moment, at: now, turn: state.turns, outcome: AskOutcome::Open });
    let text = config.wording.line(lang(config, state), Line::of(field, moment)).to_owned();
    let reason = Reason::Asked(field, moment);
    Decision {
        ask: Some(Ask { field, text }),
        confirm: None,
        reason: reason.text(),
        code: reason.code(),
    }
}

fn lang(config: &Config, state: &State) -> Lang {
    state.lang.or(config.lang).unwrap_or(Lang::En)
}

fn hold(hold: Hold) -> Decision {
    let reason = Reason::Held(hold);
    Decision { ask: None, confirm: None, reason: reason.text(), code: reason.code() }
}
