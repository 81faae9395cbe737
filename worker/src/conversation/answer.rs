//! The answer to what a visitor has written: where it comes in, and how it is said.
//!
//! A message leaves a job ([`put`]), so that it is taken at once and answered even when the runtime dies
//! in between. What the visitor has written since the last answer is answered as a whole, within one time
//! that begins with the oldest of it. An answer that comes after a person has spoken is worthless, and
//! dropped. One that comes after the visitor has gone on is made again with all of it where the time lasts
//! for that; else it is said, and what came since is answered after it.

use super::asked::Asked;
use super::calls::Act;
use super::desk::{self, Desk};
use super::store;
use super::{Conversation, send, turn};
use crate::config;
use crate::fault::Outcome;
use crate::jobs::{self, Next, Work};
use crate::ledger::happenings::What;
use crate::ledger::llm::Purpose;
use crate::llm::note_cost;
use crate::replies::{self, Drafts, Made, Task, clock};
use crate::rpc::{self, Call};
use crate::sql::{Sql, transaction};
use askwell::access::Principal;
use askwell::api::{DeskState, KnowledgeFound, NewAction, ServerFrame, Suggestion};
use askwell::conversation::{ASSISTED_PREFIX, Action, Message, REPLY_PREFIX, takes_another};
use askwell::detect::Kind;
use askwell::event::EscalationReason;
use askwell::reply::{Line, Memory, Rules, Step, Waiting, intents, line};
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// Lets what the visitor has written be answered.
pub fn put(sql: &Sql, now: UnixMillis) -> Outcome<()> {
    jobs::put(sql, Answer::KIND, "", now)
}

/// Suggests to a person what to say next.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Suggest {
    /// Who wants to know.
    pub by: Principal,
}

impl Call for Suggest {
    const NAME: &'static str = "suggest";
    type Out = Suggestion;
}

/// Answers what the visitor has written.
pub(super) struct Answer;

impl Work<Conversation> for Answer {
    const KIND: &'static str = "answer";

    async fn run(object: &Conversation, _subject: &str) -> Outcome<Next> {
        let sql = object.sql();
        let began = config::now(&object.env);
        let desk = desk::read(&sql)?;
        let Some(asked) = Asked::read(&sql, &desk)?.filter(|asked| wanted(asked, &desk)) else {
            return Ok(Next::Done);
        };
        let ledger = rpc::ledger(&object.env, &asked.meta.workspace)?;
        let prepared = rpc::call(&ledger, &asked.questions()).await?;
        let seq = asked.newest.seq;
        if !prepared.active {
            // Nor is it answered once replies are switched on.
            transaction(&object.state, move |sql| dealt(sql, seq, began)).await?;
            return Ok(Next::Done);
        }
        let id = reply_id(seq);
        let drafts = Drafts::new(&object.env, id.clone(), |frame| object.hint(frame));
        let until = asked.since.plus(replies::patience_ms(prepared.settings.answerer));
        let messages = asked.messages(&prepared.known);
        let task = Task {
            env: &object.env,
            workspace: &asked.meta.workspace,
            conversation_id: &asked.meta.conversation_id,
            message: &asked.newest,
            unanswered: &asked.waiting,
            transcript: &asked.transcript,
            waiting: Waiting {
                messages: &messages,
                whole: &prepared.whole,
                lang: asked.session.lang(),
                memory: desk.memory,
            },
            prepared: &prepared,
            until,
            drafts: Some(&drafts),
        };
        let mut made = replies::make(task).await;
        if matches!(made.step, Step::Say(_)) && asked.runs_on(began) {
            made.step = Step::HandOver(EscalationReason::Policy);
            made.generated = None;
        }
        let spent = made.spent;
        let nearest = prepared.whole.found.first().map(|found| found.id.clone());
        let now = config::now(&object.env);
        let hours = &prepared.settings.hours;
        let here = clock::local(&hours.zone, now).map(|local| hours.is_open(&local));
        // A zone that the runtime no longer knows leaves nobody without an answer.
        let here = here.unwrap_or(true);
        let took = now.0.saturating_sub(began.0);
        let again = now.plus(took) < until;
        let rules = &prepared.settings.rules;
        if again
            && Asked::read(&sql, &desk::read(&sql)?)?.is_some_and(|all| all.goes_on(seq, rules))
        {
            // All of it has a job of its own.
            drafts.take_back();
            note_cost(&ledger, Purpose::Reply, spent).await;
            return Ok(Next::Done);
        }
        if let Some(note) = asked.note(asked.newest.id.clone(), &made, nearest) {
            rpc::call(&ledger, &note).await?;
        }
        let ready = Ready { seq, made, here, again, rules: rules.clone() };
        let said = transaction(&object.state, move |sql| say(sql, ready, now)).await?;
        if !said.iter().any(|message| message.id == id) {
            drafts.take_back();
        }
        for mut message in said {
            message.by = None;
            object.broadcast(&ServerFrame::Message { message }).await;
        }
        note_cost(&ledger, Purpose::Reply, spent).await;
        Ok(Next::Done)
    }
}

fn wanted(asked: &Asked, desk: &Desk) -> bool {
    let open = !asked.meta.status.is_terminal() && takes_another(asked.meta.messages as usize);
    open && desk.state == DeskState::Bot && !desk.muted
}

/// Notes that all up to a message has been dealt with.
fn dealt(sql: &Sql, seq: u32, now: UnixMillis) -> Outcome<()> {
    let before = desk::read(sql)?;
    let mut desk = before.clone();
    desk.answers(seq);
    desk::put(sql, &mut desk, &before, now)
}

/// A reply that is ready to be said.
struct Ready {
    /// To what was said up to here.
    seq: u32,
    made: Made,
    /// Whether somebody of the team is there.
    here: bool,
    /// Whether there is time to make it again.
    again: bool,
    rules: Rules,
}

/// Says what was made, unless something has come in between that leaves it out of place.
fn say(sql: &Sql, ready: Ready, now: UnixMillis) -> Outcome<Vec<Message>> {
    let Ready { seq, made, here, again, rules } = ready;
    let before = desk::read(sql)?;
    let Some(asked) = Asked::read(sql, &before)? else { return Ok(Vec::new()) };
    let lang = asked.session.lang();
    let fresh = before.answered.is_none_or(|answered| answered < seq);
    let goes_on = asked.goes_on(seq, &rules);
    if !fresh || !wanted(&asked, &before) || (goes_on && again) {
        return Ok(Vec::new());
    }
    let mut desk = Desk { memory: made.memory, ..before.clone() };
    // Thanks that came since have their answer in this one.
    desk.answers(if goes_on { seq } else { asked.newest.seq });
    let id = reply_id(seq);
    for intent in intents(&made.step, lang, now) {
        store::put_intent(sql, intent)?;
    }
    let mut said = Vec::new();
    match made.step {
        Step::Rest => {
            let mut meta = asked.meta.clone();
            meta.replies.add(made.tally);
            store::put_meta(sql, &meta)?;
        }
        Step::Say(words) => said.extend(turn::speak(sql, id, words.text, made.tally, now)?),
        Step::HandOver(reason) => {
            let session = &asked.session;
            let known = session.facts().get(Kind::Email).is_some()
                || session.policy().known().contains(&Kind::Email);
            let usual = match (here, known) {
                (true, _) => Line::HandOver,
                (false, false) => Line::Away,
                (false, true) => Line::AwayMail,
            };
            let usual = line(session.lang(), usual);
            // The owner's bot may say it in its own words while somebody is there to keep them.
            let words = made.farewell.filter(|_| here).unwrap_or_else(|| usual.to_owned());
            said.extend(turn::speak(sql, id, words, made.tally, now)?);
            let handoffs = store::handoffs(sql)?;
            let by = Principal::system(asked.meta.workspace.clone());
            let action = NewAction { action: Action::Handoff, at: None };
            let revision = asked.meta.revision;
            let act = Act { by, action, idempotency_key: None };
            let marked = turn::act(sql, &act, None, now)?.messages;
            // One that stood already was told of then.
            if !asked.meta.test_mode && !marked.is_empty() {
                let what = What::Escalated { reason, before: handoffs };
                store::put_happening(sql, what, now, revision)?;
                send::hand_over(sql, now)?;
            }
            said.extend(marked);
            // The hand-off has moved the desk, and where it stood already the visitor waits all the same.
            let Desk { memory, answered, codes, .. } = desk;
            desk = Desk { memory, answered, codes, reason: Some(reason), ..desk::read(sql)? };
            desk.moves(DeskState::Waiting, now);
            desk.by_mail = !here;
        }
    }
    desk::put(sql, &mut desk, &before, now)?;
    Ok(said)
}

impl Conversation {
    pub(super) async fn suggest(&self, input: Suggest) -> Outcome<Suggestion> {
        let sql = self.existing().await?;
        turn::authorise(&store::meta(&sql)?, &input.by)?;
        let Some(asked) = Asked::before_the_team(&sql)? else {
            return Ok(Suggestion { message_id: assisted(0), text: None, found: Vec::new() });
        };
        let ledger = rpc::ledger(&self.env, &asked.meta.workspace)?;
        let mut prepared = rpc::call(&ledger, &asked.questions()).await?;
        // A person is there: nothing calls another, and the owner's bot is asked by visitors alone.
        prepared.settings.rules.on_request = false;
        prepared.settings.rules.on_anger = false;
        prepared.settings.rules.protected.clear();
        prepared.settings.rules.own.clear();
        if prepared.settings.answerer == askwell::api::Answerer::Webhook {
            prepared.settings.answerer = askwell::api::Answerer::Embedded;
        }
        let messages = asked.messages(&prepared.known);
        let now = config::now(&self.env);
        let task = Task {
            env: &self.env,
            workspace: &asked.meta.workspace,
            conversation_id: &asked.meta.conversation_id,
            message: &asked.newest,
            unanswered: &asked.waiting,
            transcript: &asked.transcript,
            waiting: Waiting {
                messages: &messages,
                whole: &prepared.whole,
                lang: asked.session.lang(),
                memory: Memory::default(),
            },
            prepared: &prepared,
            until: now.plus(replies::patience_ms(prepared.settings.answerer)),
            drafts: None,
        };
        let mut made = replies::make(task).await;
        note_cost(&ledger, Purpose::Reply, made.spent).await;
        made.gap = None;
        let text = match made.step.clone() {
            Step::Say(said) if made.generated.is_some() => Some(said.text),
            _ => None,
        };
        let message_id = assisted(asked.meta.messages);
        if let Some(note) = asked.note(message_id.clone(), &made, None) {
            rpc::call(&ledger, &note).await?;
        }
        let found = prepared.whole.found.into_iter().filter_map(KnowledgeFound::of).collect();
        Ok(Suggestion { message_id, text, found })
    }
}

/// The id of the reply to a message.
pub(super) fn reply_id(seq: u32) -> String {
    format!("{REPLY_PREFIX}{seq}")
}

fn assisted(next: u32) -> String {
    format!("{ASSISTED_PREFIX}{next}")
}
