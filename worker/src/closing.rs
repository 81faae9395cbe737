//! The consumer of closings: fetch the conversation → conclude → record in the ledger → confirm.
//!
//! Each step may be repeated: the ledger knows the closing by its revision, and the conversation
//! sends it again until it is confirmed. So a message is acknowledged once its closing is recorded,
//! and retried otherwise; after the last retry it goes to the dead-letter queue, where it is noted
//! in the ledger, and the conversation's own resending still goes on.

use crate::asked::asked;
use crate::conversation::calls::{ClosingNotice, Confirm, GetSnapshot};
use crate::fault::Outcome;
use crate::ledger::record::Record;
use crate::ledger::{fields, llm};
use crate::llm::Endpoint;
use crate::{opinion, queue, rpc};
use askwell::Code;
use askwell::closing::{Asked, conclude};
use askwell::id::WorkspaceId;
use serde::de::IgnoredAny;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use worker::{Env, MessageBatch};

/// The questions of the workspaces that a batch is about, and their language model: read once.
type Questions = RefCell<HashMap<WorkspaceId, Rc<(Vec<Asked>, Option<Endpoint>)>>>;

/// Classifies a batch of closings. One after the other: a transcript takes memory, and classifying it
/// waits for nobody.
pub async fn consume(batch: &MessageBatch<IgnoredAny>, env: &Env) {
    let questions = Questions::default();
    queue::each(batch, env, 1, async |notice, _| classify(&notice, &questions, env).await).await;
}

async fn classify(notice: &ClosingNotice, questions: &Questions, env: &Env) -> Outcome<()> {
    let conversation = rpc::conversation(env, &notice.workspace, &notice.conversation_id)?;
    let revision = notice.revision;
    let snapshot = match rpc::call(&conversation, &GetSnapshot { revision }).await {
        // Whose it was has been erased meanwhile.
        Err(fault) if fault.public().code == Code::Gone => return Ok(()),
        snapshot => snapshot?,
    };
    // None: it has been confirmed, and this is a repeat.
    let Some(snapshot) = snapshot else { return Ok(()) };
    let ledger = rpc::ledger(env, &notice.workspace)?;
    let known = questions.borrow().get(&notice.workspace).cloned();
    let known = match known {
        Some(known) => known,
        None => {
            let list = rpc::call(&ledger, &fields::List).await?.list;
            let fields = list.fields.iter().map(asked).collect();
            let known = Rc::new((fields, rpc::call(&ledger, &llm::Get).await?));
            questions.borrow_mut().insert(notice.workspace.clone(), Rc::clone(&known));
            known
        }
    };
    let (fields, endpoint) = known.as_ref();
    let mut conclusion = conclude(&snapshot.closed, fields);
    let mut ask = Vec::new();
    if let Some(endpoint) = endpoint {
        let wanted = opinion::wanted(&conclusion.answers, endpoint.classify);
        let id = |place: &usize| conclusion.answers.get(*place).map(|a| a.field_id.clone());
        ask = wanted.iter().filter_map(id).collect();
        if !endpoint.embedded_meanwhile {
            opinion::wait(&mut conclusion.answers, &wanted);
        }
    }
    let record = Record {
        closed: snapshot.closed,
        conclusion,
        session: snapshot.session,
        closed_wall: snapshot.closed_wall,
        version: snapshot.version,
        ask,
        opened_at: snapshot.opened_at,
    };
    rpc::call(&ledger, &record).await?;
    rpc::call(&conversation, &Confirm { revision }).await
}
