//! The team's look at answers: overriding one, agreement, trying a draft, values that may be missing.

use super::people::signature;
use super::{Bound, Call, bound};
use crate::fault::{Fault, Outcome};
use crate::ledger::llm::{Purpose, Spent};
use crate::ledger::reviews::{self, Sampled, Which};
use crate::ledger::{drafts, llm, revisions};
use crate::llm::{Llm, note_cost};
use crate::{http, opinion, rpc};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, CONVERSATION, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{
    ConversationRevisions, FieldPreview, NewPreview, NewReview, ReviewedAnswer, ReviewedAnswers,
    ValueProposal, ValueProposals,
};
use askwell::classify::review::{Agreement, Unnamed, diff, mine, rest_value};
use askwell::classify::{self, Answer as Given, Field, Question};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use std::cell::Cell;
use worker::{Env, Response, Stub};

/// Most conversations that a draft is tried on.
pub const MOST: u32 = 200;
/// Most where the language model answers, within one request.
pub const MOST_BY_MODEL: u32 = 20;
/// Where nothing is said.
const USUAL: u32 = 50;
/// Conversations that are read for values that may be missing.
const MINED: u32 = 300;
/// Requests to the language model at the same time: an invocation may wait for six connections.
const AT_ONCE: usize = 4;

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/conversations/{conversation_id}/answers",
            "answers.list",
            Access::Scope(Scope::ConversationsRead),
            "The answers about a conversation: the model's, a person's, and which stands.",
            &[Answer::json(200, Shape::of::<ReviewedAnswers>(), "The answers.")],
        ),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/conversations/{conversation_id}/revisions",
            "revisions.list",
            Access::Scope(Scope::ConversationsRead),
            "What each closing of a conversation concluded, the newest first.",
            &[Answer::json(200, Shape::of::<ConversationRevisions>(), "The closings.")],
        ),
        |call| Box::pin(revisions(call)),
    ),
    bound(
        Route::new(
            Method::Put,
            "/v1/conversations/{conversation_id}/answers/{field_id}",
            "answers.review",
            Access::Scope(Scope::ConversationsWrite),
            "Says what the answer is. It stands before the model's, also when that changes.",
            &[Answer::json(200, Shape::of::<ReviewedAnswer>(), "The answer now.")],
        )
        .body(Shape::of::<NewReview>()),
        |call| Box::pin(review(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/conversations/{conversation_id}/answers/{field_id}",
            "answers.withdraw",
            Access::Scope(Scope::ConversationsWrite),
            "Takes a person's answer back: the model's stands again.",
            &[Answer::empty(204, "It is taken back.")],
        ),
        |call| Box::pin(withdraw(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/fields/{field_id}/agreement",
            "fields.agreement",
            Access::Scope(Scope::FieldsRead),
            "How often people agree with the answers to a question, where they have looked.",
            &[Answer::json(200, Shape::of::<Agreement>(), "The agreement.")],
        ),
        |call| Box::pin(agreement(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/fields/{field_id}/proposals",
            "fields.proposals",
            Access::Scope(Scope::FieldsRead),
            "Values that a question may lack, out of the conversations that it answers with \"Other\".",
            &[Answer::json(200, Shape::of::<ValueProposals>(), "The proposals.")],
        ),
        |call| Box::pin(proposals(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/fields/{field_id}/preview",
            "fields.preview",
            Access::Scope(Scope::FieldsRead),
            "Tries a draft on conversations that ended, beside the live version. Nothing is stored. With `model`, which costs, it needs `fields:write`.",
            &[Answer::json(200, Shape::of::<FieldPreview>(), "What changes.")],
        )
        .body(Shape::of::<NewPreview>())
        .looks(),
        |call| Box::pin(preview(call)),
    ),
];

async fn revisions(call: Call) -> Outcome<Response> {
    let list = revisions::List { conversation_id: call.parameter(CONVERSATION)? };
    http::reply(200, &rpc::call(&call.ledger()?, &list).await?)
}

async fn list(call: Call) -> Outcome<Response> {
    let answers = reviews::Answers { conversation_id: call.parameter(CONVERSATION)? };
    http::reply(200, &rpc::call(&call.ledger()?, &answers).await?)
}

async fn review(mut call: Call) -> Outcome<Response> {
    let NewReview { answer } = call.json().await?;
    let review = reviews::Review {
        conversation_id: call.parameter(CONVERSATION)?,
        field_id: call.text("field_id"),
        answer,
        by: signature(&call)?,
    };
    http::reply(200, &rpc::call(&call.ledger()?, &review).await?)
}

async fn withdraw(call: Call) -> Outcome<Response> {
    let withdraw = reviews::Withdraw {
        conversation_id: call.parameter(CONVERSATION)?,
        field_id: call.text("field_id"),
    };
    rpc::call(&call.ledger()?, &withdraw).await?;
    http::done()
}

async fn agreement(call: Call) -> Outcome<Response> {
    let agreement = reviews::AgreementOf { field_id: call.text("field_id") };
    http::reply(200, &rpc::call(&call.ledger()?, &agreement).await?)
}

async fn proposals(call: Call) -> Outcome<Response> {
    http::reply(200, &propose(&call.ledger()?, &call.text("field_id")).await?)
}

/// Values that a question may lack.
///
/// # Errors
/// [`Code::NotFound`], and [`Code::IllegalTransition`] where it was never published.
pub async fn propose(ledger: &Stub, field_id: &str) -> Outcome<ValueProposals> {
    let field_id = field_id.to_owned();
    let found = rpc::call(ledger, &drafts::Get { field_id: field_id.clone() }).await?.field;
    let field = found
        .live
        .map(|live| live.field)
        .ok_or_else(|| Fault::refused(Code::IllegalTransition, "the field was never published"))?;
    let out_of = rest_value(&field).map(str::to_owned);
    let which = Which::Answered { field_id, answer: out_of.clone() };
    let sample = sample(ledger, which, MINED).await?;
    let talks: Vec<Unnamed<'_>> =
        sample.iter().map(|one| Unnamed { customer: &one.customer, turns: &one.turns }).collect();
    let id = |place: usize| sample.get(place).map(|one| one.conversation_id.clone());
    let proposals = mine(&talks, &field).into_iter().map(|proposal| ValueProposal {
        value: proposal.value,
        conversations: proposal.conversations.into_iter().filter_map(id).collect(),
    });
    let read = u32::try_from(sample.len()).unwrap_or(u32::MAX);
    Ok(ValueProposals { out_of, read, proposals: proposals.collect() })
}

async fn preview(mut call: Call) -> Outcome<Response> {
    let new: NewPreview = call.json().await?;
    if new.model && !call.principal()?.scopes.has(Scope::FieldsWrite) {
        return Err(Fault::refused(
            Code::Forbidden,
            "asking the language model needs `fields:write`",
        ));
    }
    let field_id = call.text("field_id");
    http::reply(200, &try_draft(&call.env, &call.ledger()?, &field_id, new).await?)
}

/// Tries a draft on the latest conversations that ended.
///
/// # Errors
/// [`Code::InvalidField`], [`Code::IllegalTransition`] where there is nothing to try, and what the
/// language model gives.
pub async fn try_draft(
    env: &Env,
    ledger: &Stub,
    field_id: &str,
    new: NewPreview,
) -> Outcome<FieldPreview> {
    let most = if new.model { MOST_BY_MODEL } else { MOST };
    let limit = new.conversations.unwrap_or(USUAL.min(most));
    if !(1..=most).contains(&limit) {
        let detail = format!("the field `conversations` must be 1 to {most}");
        return Err(Fault::refused(Code::InvalidField, detail));
    }
    let get = drafts::Get { field_id: field_id.to_owned() };
    let found = rpc::call(ledger, &get).await?.field;
    let draft = new.field.or(found.draft.map(|draft| draft.field)).ok_or_else(|| {
        Fault::refused(Code::IllegalTransition, "there is no draft to try; send one as `field`")
    })?;
    classify::validate(&draft)?;
    let live = found.live.map(|live| live.field);
    let sample = sample(ledger, Which::Ended, limit).await?;
    let (pairs, cost_micros) = if new.model {
        by_model(env, ledger, &sample, live, &draft).await?
    } else {
        let live = live.map(Question::new);
        let new = Question::new(draft.clone());
        let pair = |one: &Sampled| {
            let transcript = classify::Transcript::new(&one.turns);
            (live.as_ref().map(|live| transcript.put(live)), transcript.put(&new))
        };
        (sample.iter().map(pair).collect(), 0)
    };
    Ok(FieldPreview {
        conversations: sample.into_iter().map(|one| one.conversation_id).collect(),
        diff: diff(pairs.iter().map(|(before, after)| (before.as_ref(), after))),
        hints: classify::lint(&draft),
        cost_micros,
    })
}

type Pairs = Vec<(Option<Given>, Given)>;

/// Both versions are put in one request, so that they are read under the same conditions.
async fn by_model(
    env: &Env,
    ledger: &Stub,
    sample: &[Sampled],
    live: Option<Field>,
    draft: &Field,
) -> Outcome<(Pairs, u64)> {
    let endpoint = rpc::call(ledger, &llm::Get).await?.ok_or_else(|| {
        Fault::refused(Code::IllegalTransition, "this workspace has chosen no language model")
    })?;
    let model = Llm::new(env, &endpoint);
    let fields: Vec<Field> = live.into_iter().chain([draft.clone()]).collect();
    let spent = Cell::new(Spent::default());
    let asked = stream::iter(sample).map(async |one| {
        let asked = opinion::ask(&model, &endpoint, &one.turns, &fields).await;
        let usage = asked.as_ref().map_or_else(|failed| failed.usage, |verdict| verdict.usage);
        let cost = endpoint.prices.cost(usage.prompt_tokens, usage.completion_tokens);
        let before = spent.get();
        spent.set(Spent {
            asked: before.asked + 1,
            failed: before.failed + u64::from(asked.is_err()),
            cost_micros: before.cost_micros.saturating_add(cost),
        });
        asked.map_err(|failed| Fault::from(failed.error))
    });
    let verdicts: Outcome<Vec<_>> = asked.buffered(AT_ONCE).try_collect().await;
    // What came before one failed was paid for all the same.
    note_cost(ledger, Purpose::Trial, spent.get()).await;
    let cost = spent.get().cost_micros;
    let mut pairs = Vec::new();
    for verdict in verdicts? {
        let mut answers = verdict.answers.into_iter().rev();
        if let Some(after) = answers.next() {
            pairs.push((answers.next(), after));
        }
    }
    Ok((pairs, cost))
}

/// Some conversations, in as many calls as their size needs.
async fn sample(ledger: &Stub, which: Which, most: u32) -> Outcome<Vec<Sampled>> {
    let mut all: Vec<Sampled> = Vec::new();
    loop {
        let skip = u32::try_from(all.len()).unwrap_or(most);
        let limit = most.saturating_sub(skip);
        let call = reviews::Sample { which: which.clone(), skip, limit };
        let (some, more) = rpc::call(ledger, &call).await?;
        let none = some.is_empty();
        all.extend(some);
        if !more || none || limit == 0 {
            return Ok(all);
        }
    }
}
