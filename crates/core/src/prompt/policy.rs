//! The decision: what came in is remembered, then one reason to ask is weighed against all reasons
//! not to.

use super::index::Hint;
use super::reading::{self, Act, Reading};
use super::reason::{Doubt, Hold, Moment, Reason};
use super::state::{AgentQuestion, AskOutcome, Asked, State, insert};
use super::wording::{Line, fill};
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
/// A question is no longer recent after this long, however few messages came since: ten minutes.
const COOL_DOWN_MS: i64 = 10 * 60 * 1000;

/// Takes one event and decides.
pub fn step(
    config: &Config,
    mut state: State,
    event: &Event<'_>,
    now: UnixMillis,
) -> (State, Decision) {
    let decision = match event {
        Event::Start { known } | Event::Identified { kinds: known } => {
            state.confirming = None;
            for kind in *known {
                insert(&mut state.on_file, *kind);
                state.learn(*kind);
            }
            hold(Hold::NotTheirTurn)
        }
        Event::Agent { text } => {
            hear(&mut state, text);
            hold(Hold::NotTheirTurn)
        }
        Event::Amended { field, kept } => {
            if *kept {
                state.learn(*field);
            } else {
                state.known.retain(|kind| kind != field);
                state.refuse(*field);
            }
            hold(Hold::NotTheirTurn)
        }
        Event::HeldOut => {
            state.held_out = true;
            hold(Hold::NotTheirTurn)
        }
        Event::Handoff => {
            state.want(Moment::Handoff);
            decide(config, &mut state, None, now)
        }
        Event::Visitor { text, lang, detection } => {
            state.turns = state.turns.saturating_add(1);
            let reading = reading::visitor(text, Hint { known: *lang, earlier: state.lang });
            // A greeting is too little to tell one language from its neighbours.
            let guess = reading.lang.filter(|_| reading.act != Act::Greeting);
            state.lang = lang.or(guess).or(state.lang).or(reading.lang);
            remember(&mut state, &reading, detection);
            match slip(config, &mut state, detection) {
                Some(decision) => decision,
                None => decide(config, &mut state, Some(&reading), now),
            }
        }
    };
    (state, decision)
}

/// Takes in what the team says: its questions are not put again, and while one is open the
/// policy's own gives way to it.
fn hear(state: &mut State, text: &str) {
    let heard = reading::agent(text, Hint { known: None, earlier: state.lang });
    for kind in &heard.asks {
        insert(&mut state.asked_by_agent, *kind);
    }
    state.offer = heard.offers;
    if heard.question {
        if let Some(kind) = state.unsettled() {
            state.settle(kind, AskOutcome::PassedOver);
        }
        state.agent_question =
            Some(heard.asks.first().map_or(AgentQuestion::Other, |k| AgentQuestion::For(*k)));
    }
}

/// Takes in what a message says of fields, refusals, moments and mood.
fn remember(state: &mut State, reading: &Reading, detection: &Detection) {
    let pending = state.pending();
    for kind in &detection.withdrawn {
        state.known.retain(|k| k != kind);
        state.refuse(*kind);
    }
    for found in detection.own() {
        state.learn(found.kind);
    }
    let given = detection.own().any(|f| Some(f.kind) == pending);
    // "No quiero dar mi nombre" is about something else.
    let replaced = |kind: &Kind| {
        reading.disagrees && !reading.refuses && !detection.own().any(|f| f.kind == *kind)
    };
    if let Some(kind) = state.confirming.take().filter(replaced) {
        // What is on file is none of theirs any more; the one that holds is asked for once.
        state.known.retain(|k| *k != kind);
        state.on_file.retain(|k| *k != kind);
        state.want(Moment::Handoff);
    }
    refusals(state, reading, pending.filter(|_| !given));

    // "Sure" to our question is no answer yet, and no reason to give it up.
    let stalls = matches!(reading.act, Act::SmallTalk) && reading.yes;
    if let Some(kind) = state.unsettled().filter(|_| !stalls) {
        state.settle(kind, AskOutcome::PassedOver);
    }
    if reading.angry {
        state.angry_turn = Some(state.turns);
    }
    // "I want one with a balcony" goes on choosing; "book it" ends it.
    let chooses = reading.moments.is_empty() || reading.vague;
    state.exploring = chooses && (state.exploring || reading.exploring);
    if !(state.exploring && reading.vague) {
        for moment in reading.moments.iter().rev() {
            state.want(*moment);
        }
    }
    if let Some(moment) = state.offer.take().filter(|_| reading.yes && !reading.no) {
        state.want(moment);
    }
    let turns = state.turns;
    state.wants.retain(|(_, since)| turns.saturating_sub(*since) < MOMENT_TURNS);
    // "What sizes are there?" leaves "which size?" open; "my room has no towels, could you send some?"
    // does answer "how can I help?".
    let asks_back = reading.asks && reading.act == Act::Question;
    if given || !(reading.unsure || asks_back) {
        state.agent_question = None;
    }
}

/// "I'd rather not give my e-mail" refuses what it names; "why do you need it", "later" and a bare
/// "no" refuse what was asked.
fn refusals(state: &mut State, reading: &Reading, pending: Option<Kind>) {
    if reading.refuses && !reading.refused.is_empty() {
        for kind in &reading.refused {
            if state.known.contains(kind) {
                // It counts once what is known holds no more.
                insert(&mut state.refused, *kind);
            } else {
                state.refuse(*kind);
            }
        }
    } else if let Some(kind) = pending
        && (reading.refuses || reading.evades || reading.no)
    {
        state.refuse(kind);
    }
}

/// A question whether a likelier spelling was meant, once for each field.
fn slip(config: &Config, state: &mut State, detection: &Detection) -> Option<Decision> {
    let found = detection.own().find(|f| f.suggestion.is_some())?;
    let value = found.suggestion.as_deref()?;
    if !config.enabled || state.held_out || state.confirmed.contains(&found.kind) {
        return None;
    }
    let text = fill(config.wording.line(lang(config, state), Line::ConfirmSlip), value);
    let suggestion = Some(value.to_owned());
    Some(confirm(state, Doubt::Slip, Confirm { field: found.kind, text, suggestion }))
}

fn confirm(state: &mut State, doubt: Doubt, confirm: Confirm) -> Decision {
    insert(&mut state.confirmed, confirm.field);
    let reason = Reason::Confirmed(confirm.field, doubt);
    Decision { ask: None, confirm: Some(confirm), reason: reason.text(), code: reason.code() }
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
    let returning = returning_confirm(config, state, reading);
    if !returning && !config.fields.iter().any(|f| state.may_ask(*f)) {
        return hold(Hold::NothingToAsk);
    }
    if let Some(reason) = held(config, state, reading, now) {
        if matches!(reason, Hold::JustRefused | Hold::Angry | Hold::CoolDown) {
            // A moment lasts from the end of what holds it back.
            let turns = state.turns;
            state.wants.iter_mut().for_each(|(_, since)| *since = turns);
        }
        return hold(reason);
    }
    if returning && state.held_out {
        return hold(Hold::HeldOut);
    }
    if returning {
        let text = config.wording.on_file(lang(config, state), None);
        state.confirming = Some(Kind::Email);
        let question = Confirm { field: Kind::Email, text, suggestion: None };
        return confirm(state, Doubt::OnFile, question);
    }
    match next(config, state) {
        None if state.exploring => hold(Hold::Exploring),
        None => hold(Hold::NoMoment),
        Some((field, moment)) => ask(config, state, field, moment, now),
    }
}

/// Whether the visitor says that they have been here before, and an address is on file.
fn returning_confirm(config: &Config, state: &State, reading: Option<&Reading>) -> bool {
    config.fields.contains(&Kind::Email)
        && reading.is_some_and(|r| r.moments.contains(&Moment::Returning))
        && state.on_file.contains(&Kind::Email)
        && state.known.contains(&Kind::Email)
        && !state.confirmed.contains(&Kind::Email)
}

/// The reason not to ask now, if there is one.
fn held(
    config: &Config,
    state: &State,
    reading: Option<&Reading>,
    now: UnixMillis,
) -> Option<Hold> {
    let since = |turn: u32| state.turns.saturating_sub(turn);
    if state.refused_turn.is_some_and(|t| since(t) < REFUSAL_TURNS) {
        return Some(Hold::JustRefused);
    }
    if state.angry_turn.is_some_and(|t| since(t) < ANGER_TURNS) {
        return Some(Hold::Angry);
    }
    if state.asks.len() >= usize::from(config.max_asks) {
        return Some(Hold::BudgetSpent);
    }
    if let Some(last) = state.asks.last().filter(|a| a.outcome != AskOutcome::Answered) {
        let fresh = now.0.saturating_sub(last.at.0) < COOL_DOWN_MS;
        if fresh && since(last.turn) <= u32::from(config.cool_down_turns) {
            return Some(Hold::CoolDown);
        }
    }
    let reading = reading?;
    // A greeting, a "thank you" or a "yes" leaves an earlier moment standing.
    let idle = match reading.act {
        Act::Greeting => Some(Hold::GreetingOnly),
        Act::Opener => Some(Hold::OpenerOnly),
        Act::SmallTalk => Some(Hold::SmallTalk),
        Act::Question | Act::Substance => None,
    };
    if state.wants.is_empty() && idle.is_some() {
        return idle;
    }
    if reading.moments.is_empty() {
        if state.exploring && state.wants.is_empty() {
            return Some(Hold::Exploring);
        }
        if state.agent_question.is_some() {
            return Some(Hold::AgentQuestionOpen);
        }
        if reading.asks || reading.act == Act::Question {
            return Some(Hold::VisitorQuestionOpen);
        }
    }
    None
}

/// The field to ask for, and why: the latest moment first.
fn next(config: &Config, state: &State) -> Option<(Kind, Moment)> {
    state.wants.iter().rev().find_map(|(moment, _)| {
        let mut fields = moment.fields_among(&config.fields);
        fields.find(|field| state.may_ask(*field)).map(|field| (field, *moment))
    })
}

fn ask(
    config: &Config,
    state: &mut State,
    field: Kind,
    moment: Moment,
    now: UnixMillis,
) -> Decision {
    let turn = state.turns;
    state.asks.push(Asked { field, moment, at: now, turn, outcome: AskOutcome::Open });
    if state.held_out {
        return hold(Hold::HeldOut);
    }
    let text = config.wording.line(lang(config, state), Line::of(field, moment)).to_owned();
    let reason = Reason::Asked(field, moment);
    Decision {
        ask: Some(Ask { field, text }),
        confirm: None,
        reason: reason.text(),
        code: reason.code(),
    }
}

/// The language in which something is said.
pub(crate) fn lang(config: &Config, state: &State) -> Lang {
    state.lang.or(config.lang).unwrap_or(Lang::En)
}

fn hold(hold: Hold) -> Decision {
    let reason = Reason::Held(hold);
    Decision { ask: None, confirm: None, reason: reason.text(), code: reason.code() }
}
