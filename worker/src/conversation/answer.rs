//! The answer to a visitor's message: where it comes in, and how it is said.
//!
//! A message leaves a job ([`put`]), so that it is taken at once and answered even when the runtime dies
//! in between. What was said meanwhile by a person, or by the visitor, makes an answer that comes late
//! worthless: it is dropped, and the newer message has its own.

use super::calls::Act;
use super::desk::{self, Desk};
use super::store::{self, Meta};
use super::{Conversation, send, turn};
use crate::config;
use crate::fault::Outcome;
use crate::jobs::{self, Next, Work};
use crate::ledger::happenings::What;
use crate::ledger::llm::Purpose;
use crate::ledger::replies::{GapNoted, Note, Prepare};
use crate::llm::note_cost;
use crate::replies::{self, Drafts, Made, Task, clock};
use crate::rpc::{self, Call};
use crate::sql::{Sql, transaction};
use askwell::access::Principal;
use askwell::api::{DeskState, KnowledgeFound, NewAction, ServerFrame, Suggestion};
use askwell::conversation::{
    ASSISTED_PREFIX, Action, MAX_MESSAGES, Message, REPLY_PREFIX, Role, takes_another,
};
use askwell::detect::Kind;
use askwell::reply::{Line, Step, Turn, intent, line};
use askwell::session::Session;
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// Lets the newest message of the visitor be answered.
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

/// What is answered: the visitor's newest message, and whether the policy put a question after it.
struct Asked {
    meta: Meta,
    session: Session,
    transcript: Vec<Message>,
    message: Message,
    asked: bool,
}

impl Asked {
    fn read(sql: &Sql) -> Outcome<Option<Self>> {
        let meta = store::meta(sql)?;
        let transcript = store::messages(sql, None, MAX_MESSAGES as u32)?;
        let last = transcript.iter().rev().find(|message| message.role == Role::Customer);
        let Some(message) = last.cloned() else { return Ok(None) };
        let mut after = transcript.iter().filter(|other| other.seq > message.seq);
        let asked = after.any(Message::is_question);
        Ok(Some(Self { session: store::session(sql)?, meta, transcript, message, asked }))
    }

    fn turn(&self, desk: &Desk) -> Turn<'_> {
        // What was noted of the visitor bears the time of the message that it was in.
        let facts = self.session.facts();
        let fresh = |kind: Kind| facts.get(kind).is_some_and(|fact| fact.at == self.message.at);
        Turn {
            text: &self.message.text,
            lang: self.session.lang(),
            gave: Kind::ALL.into_iter().any(fresh),
            asked: self.asked,
            memory: desk.memory,
        }
    }

    /// What the ledger is told of what was made.
    fn note(&self, which: String, made: &Made, nearest: Option<String>) -> Option<Note> {
        let quiet = made.generated.is_none() && made.gap.is_none();
        (!quiet && !self.meta.test_mode).then(|| Note {
            conversation_id: self.meta.conversation_id.clone(),
            visitor_id: self.meta.visitor_id.clone(),
            platform: self.meta.platform,
            which,
            generated: made.generated,
            gap: made.gap.map(|kind| GapNoted {
                question: self.message.text.clone(),
                lang: self.session.lang(),
                kind,
                nearest,
            }),
        })
    }
}

/// Answers the newest message of the visitor.
pub(super) struct Answer;

impl Work<Conversation> for Answer {
    const KIND: &'static str = "answer";

    async fn run(object: &Conversation, _subject: &str) -> Outcome<Next> {
        let sql = object.sql();
        let desk = desk::read(&sql)?;
        let Some(asked) = Asked::read(&sql)?.filter(|asked| wanted(asked, &desk)) else {
            return Ok(Next::Done);
        };
        let ledger = rpc::ledger(&object.env, &asked.meta.workspace)?;
        let lang = asked.session.lang();
        let prepare = Prepare { question: asked.message.text.clone(), lang };
        let prepared = rpc::call(&ledger, &prepare).await?;
        if !prepared.active {
            return Ok(Next::Done);
        }
        let id = reply_id(asked.message.seq);
        let drafts = Drafts::new(&object.env, id.clone(), |frame| object.hint(frame));
        let task = Task {
            env: &object.env,
            workspace: &asked.meta.workspace,
            conversation_id: &asked.meta.conversation_id,
            message: &asked.message,
            transcript: &asked.transcript,
            turn: asked.turn(&desk),
            prepared: &prepared,
            drafts: Some(&drafts),
        };
        let made = replies::make(task).await;
        let spent = made.spent;
        let nearest = prepared.known.found.first().map(|found| found.id.clone());
        if let Some(note) = asked.note(asked.message.id.clone(), &made, nearest) {
            rpc::call(&ledger, &note).await?;
        }
        let now = config::now(&object.env);
        let hours = &prepared.settings.hours;
        let here = clock::local(&hours.zone, now).map(|local| hours.is_open(&local));
        // A zone that the runtime no longer knows leaves nobody without an answer.
        let here = here.unwrap_or(true);
        let seq = asked.message.seq;
        let said = transaction(&object.state, move |sql| say(sql, seq, made, here, now)).await?;
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
    let fresh = desk.answered.is_none_or(|seq| seq < asked.message.seq);
    open && fresh && desk.state == DeskState::Bot && !desk.muted
}

/// Says what was made of the message `seq`, unless something has come in between.
fn say(sql: &Sql, seq: u32, made: Made, here: bool, now: UnixMillis) -> Outcome<Vec<Message>> {
    let before = desk::read(sql)?;
    let Some(asked) = Asked::read(sql)? else { return Ok(Vec::new()) };
    if asked.message.seq != seq || !wanted(&asked, &before) {
        return Ok(Vec::new());
    }
    let mut desk = Desk { memory: made.memory, answered: Some(seq), ..before.clone() };
    let id = reply_id(seq);
    if let Some(intent) = intent(&made.step, asked.session.lang(), now) {
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
                (false, false) => Line::AwayAsk,
                (false, true) => Line::Away,
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
            let (memory, answered) = (desk.memory, desk.answered);
            desk = Desk { memory, answered, reason: Some(reason), ..desk::read(sql)? };
            desk.moves(DeskState::Waiting, now);
        }
    }
    desk::put(sql, &mut desk, &before, now)?;
    Ok(said)
}

impl Conversation {
    pub(super) async fn suggest(&self, input: Suggest) -> Outcome<Suggestion> {
        let sql = self.existing().await?;
        turn::authorise(&store::meta(&sql)?, &input.by)?;
        let Some(asked) = Asked::read(&sql)? else {
            return Ok(Suggestion { message_id: assisted(0), text: None, found: Vec::new() });
        };
        let ledger = rpc::ledger(&self.env, &asked.meta.workspace)?;
        let question = asked.message.text.clone();
        let mut prepared =
            rpc::call(&ledger, &Prepare { question, lang: asked.session.lang() }).await?;
        // A person is there: nothing calls another, and the owner's bot is asked by visitors alone.
        prepared.settings.rules.on_request = false;
        prepared.settings.rules.on_anger = false;
        prepared.settings.rules.protected.clear();
        prepared.settings.rules.own.clear();
        if prepared.settings.answerer == askwell::api::Answerer::Webhook {
            prepared.settings.answerer = askwell::api::Answerer::Embedded;
        }
        let task = Task {
            env: &self.env,
            workspace: &asked.meta.workspace,
            conversation_id: &asked.meta.conversation_id,
            message: &asked.message,
            transcript: &asked.transcript,
            turn: asked.turn(&Desk::default()),
            prepared: &prepared,
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
        let found = prepared.known.found.into_iter().filter_map(KnowledgeFound::of).collect();
        Ok(Suggestion { message_id, text, found })
    }
}

fn reply_id(seq: u32) -> String {
    format!("{REPLY_PREFIX}{seq}")
}

fn assisted(next: u32) -> String {
    format!("{ASSISTED_PREFIX}{next}")
}
