use super::*;
use crate::ledger::tests::{Ledger, closing, conversation};
use crate::ledger::{overview, reviews, revisions, stats};
use askwell::api::FieldStatsQuery;
use askwell::classify::{Answer, Method};

/// A closing whose questions wait for the model.
fn waiting(ledger: &Ledger, revision: u32) -> Vec<FieldAnswer> {
    let mut record = closing(ledger, 1, revision, 1, None);
    for given in &mut record.conclusion.answers {
        given.answer.state = AnswerState::Pending;
        given.answer.answer = None;
    }
    let answers = record.conclusion.answers.clone();
    record.ask = answers.iter().map(|given| given.field_id.clone()).collect();
    ledger.write(record).unwrap();
    answers
}

fn ask() -> String {
    name(&conversation(1), CLOSING)
}

fn take(ledger: &Ledger, holder: &str) -> Option<Taken> {
    ledger.write(Take { ask: ask(), holder: holder.to_owned() }).unwrap()
}

fn said(answers: Vec<FieldAnswer>) -> Vec<FieldAnswer> {
    let by_model = |given: FieldAnswer| FieldAnswer {
        answer: Answer {
            answer: Some("Yes".to_owned()),
            state: AnswerState::Value,
            confidence: 0.9,
            evidence: Vec::new(),
            method: Method::Llm,
        },
        ..given
    };
    answers.into_iter().map(by_model).collect()
}

fn run(fields: Vec<String>, cost: u64) -> Asked {
    let run = ModelRun {
        at: UnixMillis(0),
        model: "m".to_owned(),
        fields: 6,
        failed: 1,
        error: None,
        prompt_tokens: 100,
        completion_tokens: 10,
        cost_micros: cost,
        injection_suspected: false,
    };
    Asked { run, failed: vec![fields[0].clone()], fields }
}

fn states(ledger: &Ledger) -> Vec<AnswerState> {
    let get = reviews::Answers { conversation_id: conversation(1) };
    ledger.read(get).answers.into_iter().map(|answer| answer.standing.state).collect()
}

#[test]
fn an_ask_is_answered_once_and_its_cost_shared() {
    let ledger = Ledger::new();
    let answers = waiting(&ledger, 1);
    assert!(states(&ledger).iter().all(|state| *state == AnswerState::Pending));
    let taken = take(&ledger, "a").unwrap();
    assert_eq!((taken.revision, taken.fields.len(), taken.attempts), (1, 6, 0));
    assert!(take(&ledger, "b").is_none(), "somebody has it");
    assert_eq!(take(&ledger, "a").unwrap().attempts, 1);
    let fields: Vec<String> = answers.iter().map(|given| given.field_id.clone()).collect();
    let done = Done {
        ask: ask(),
        revision: 1,
        answers: said(answers),
        run: Some(run(fields.clone(), 100)),
    };
    ledger.write(done.clone()).unwrap();
    assert!(states(&ledger).iter().all(|state| *state == AnswerState::Value));
    let before = ledger.sql.dump();
    ledger.write(done).unwrap();
    assert_eq!(ledger.sql.dump(), before, "a repeat changes nothing");
    assert!(take(&ledger, "a").is_none());
    let stats = ledger.read(stats::Get { query: FieldStatsQuery::default() }).fields;
    assert_eq!(stats.iter().map(|field| field.cost_micros).sum::<u64>(), 100);
    let first = stats.iter().find(|field| field.field_id == fields[0]).unwrap();
    assert_eq!((first.model_asked, first.model_failed, first.cost_micros), (1, 1, 17));
    let runs = ledger.read(reviews::Answers { conversation_id: conversation(1) }).model_runs;
    assert_eq!((runs.len(), runs[0].cost_micros), (1, 100));
    let today = ledger.at(|cx| cx.now.day());
    let spent = |first| ledger.read(llm::SpentSince { first }).questions;
    let all = spent(None);
    assert_eq!((all.asked, all.failed, all.cost_micros), (6, 1, 100));
    assert_eq!(spent(Some(today)), all);
    assert_eq!(spent(Some(today.next())), llm::Spent::default());
}

#[test]
fn what_went_on_meanwhile_is_asked_again() {
    let ledger = Ledger::new();
    waiting(&ledger, 1);
    let taken = take(&ledger, "a").unwrap();
    let answers = waiting(&ledger, 2);
    let done = Done { ask: ask(), revision: taken.revision, answers: said(answers), run: None };
    ledger.write(done).unwrap();
    assert!(states(&ledger).iter().all(|state| *state == AnswerState::Pending));
    assert_eq!(take(&ledger, "b").unwrap().revision, 2);
}

#[test]
fn what_is_given_up_is_in_error_and_can_be_asked_again() {
    let ledger = Ledger::new();
    waiting(&ledger, 1);
    take(&ledger, "a").unwrap();
    let fields = vec!["f".to_owned()];
    let mut missed = run(fields, 5);
    missed.run.error = Some("busy".to_owned());
    missed.run.prompt_tokens = 600;
    ledger.write(Missed { ask: ask(), asked: missed }).unwrap();
    let spent = ledger.read(llm::SpentSince { first: None }).questions;
    assert_eq!((spent.asked, spent.failed, spent.cost_micros), (0, 0, 5), "counted, not yet asked");
    ledger.write(GiveUp { ask: ask() }).unwrap();
    assert!(states(&ledger).iter().all(|state| *state == AnswerState::Error));
    assert!(take(&ledger, "a").is_none());
    let asking = ledger.read(reviews::Answers { conversation_id: conversation(1) }).asking;
    assert_eq!((asking.len(), asking[0].failed), (1, true));
    assert_eq!(asking[0].error.as_deref(), Some("busy"));
    ledger.write(Again { conversation_id: conversation(1), by_model: true }).unwrap();
    let again = name(&conversation(1), AGAIN);
    let taken = ledger.write(Take { ask: again, holder: "c".to_owned() }).unwrap();
    assert_eq!(taken.unwrap().fields.len(), 6);
    let pending =
        ledger.read(overview::Get).answers.into_values().filter(|v| v.contains_key("(pending)"));
    assert_eq!(pending.count(), 0);
    let nobody = Again { conversation_id: conversation(9), by_model: true };
    assert_eq!(ledger.write(nobody).unwrap_err().public().code, Code::NotFound);
}

#[test]
fn older_closings_keep_what_they_were_answered() {
    let ledger = Ledger::new();
    let finish = |revision: u32| {
        let mut answers = said(waiting(&ledger, revision));
        for given in &mut answers {
            given.answer.answer = Some(format!("of closing {revision}"));
        }
        let holder = format!("holder {revision}");
        ledger.write(Take { ask: ask(), holder }).unwrap().unwrap();
        ledger.write(Done { ask: ask(), revision, answers: answers.clone(), run: None }).unwrap();
        answers
    };
    let list = || {
        let list = revisions::List { conversation_id: conversation(1) };
        let all = ledger.read(list).revisions;
        all.into_iter().map(|one| (one.revision, one.answers)).collect::<Vec<_>>()
    };
    let first = finish(1);
    assert!(first.iter().all(|given| given.answer.state == AnswerState::Value));
    assert_eq!(list(), [(1, first.clone())]);
    let mut second = finish(2);
    assert_eq!(list(), [(2, second.clone()), (1, first.clone())]);
    // What a person says is about the conversation, and stands beside these.
    second[0].answer.method = Method::Human;
    second[0].answer.answer = None;
    let before = list();
    ledger.at(|cx| answers::set(cx, &conversation(1), 2, &second[..1])).unwrap();
    assert_eq!(list(), before);
}
