//! Putting questions to conversations again: to one, or to all of a period.

use super::people::signature;
use super::{Bound, Call, bound};
use crate::fault::Outcome;
use crate::ledger::reviews::{Sample, Which};
use crate::ledger::{asks, backfills, drafts, llm};
use crate::opinion::Second;
use crate::{http, rpc};
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, CONVERSATION, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{
    Backfill, BackfillEstimate, BackfillList, NewBackfill, NewBackfillAction, NewClassification,
};
use askwell::classify::review::{Estimate, estimate};
use askwell::closing::FieldVersion;
use worker::{Response, Stub};

const READ: Access = Access::Scope(Scope::FieldsRead);
const WRITE: Access = Access::Scope(Scope::FieldsWrite);
const ONE: &[Answer] = &[Answer::json(200, Shape::of::<Backfill>(), "As it stands now.")];

/// Conversations by which a backfill is estimated.
const SAMPLE: u32 = 20;

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/{conversation_id}/classify",
            "conversations.classify",
            Access::Scope(Scope::ConversationsWrite),
            "Has the questions that are put now answered anew. What a person said stands.",
            &[Answer::empty(202, "It will be done; `asking` in its answers says how far it is.")],
        )
        .body(Shape::of::<NewClassification>()),
        |call| Box::pin(classify(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/backfills/estimate",
            "backfills.estimate",
            READ,
            "What a backfill is likely to take. Nothing is begun.",
            &[Answer::json(200, Shape::of::<BackfillEstimate>(), "The estimate.")],
        )
        .body(Shape::of::<NewBackfill>())
        .looks(),
        |call| Box::pin(foresee(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/backfills",
            "backfills.list",
            READ,
            "The latest backfills with their progress.",
            &[Answer::json(200, Shape::of::<BackfillList>(), "The backfills.")],
        ),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/backfills",
            "backfills.begin",
            WRITE,
            "Puts questions to conversations that ended.",
            &[Answer::json(201, Shape::of::<Backfill>(), "It is begun.")],
        )
        .body(Shape::of::<NewBackfill>()),
        |call| Box::pin(begin(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/backfills/{backfill_id}",
            "backfills.get",
            READ,
            "A backfill with its progress.",
            ONE,
        ),
        |call| Box::pin(get(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/backfills/{backfill_id}/actions",
            "backfills.act",
            WRITE,
            "Pauses a backfill, lets it go on, or ends it.",
            ONE,
        )
        .body(Shape::of::<NewBackfillAction>()),
        |call| Box::pin(act(call)),
    ),
];

async fn classify(mut call: Call) -> Outcome<Response> {
    let NewClassification { model } = call.json().await?;
    let again = asks::Again { conversation_id: call.parameter(CONVERSATION)?, by_model: model };
    rpc::call(&call.ledger()?, &again).await?;
    Ok(http::done()?.with_status(202))
}

async fn foresee(mut call: Call) -> Outcome<Response> {
    let wanted: NewBackfill = call.json().await?;
    http::reply(200, &estimated(&call.ledger()?, &wanted).await?)
}

/// What a backfill is likely to take.
///
/// # Errors
/// What [`backfills::Count`] gives.
pub async fn estimated(ledger: &Stub, wanted: &NewBackfill) -> Outcome<BackfillEstimate> {
    let count = backfills::Count { wanted: wanted.clone() };
    let conversations = rpc::call(ledger, &count).await?;
    let endpoint = if wanted.model { rpc::call(ledger, &llm::Get).await? } else { None };
    let mut fields = Vec::new();
    for field_id in &wanted.field_ids {
        let found = rpc::call(ledger, &drafts::Get { field_id: field_id.clone() }).await?;
        fields.extend(found.field.live.map(|live| FieldVersion {
            id: field_id.clone(),
            version: live.version,
            field: live.field,
        }));
    }
    let call = Sample { which: Which::Ended, skip: 0, limit: SAMPLE };
    let (sample, _) = rpc::call(ledger, &call).await?;
    let prices = endpoint.as_ref().map(|endpoint| endpoint.prices).unwrap_or_default();
    let mut sum = Estimate::default();
    for one in &sample {
        let asked = Second::of(&one.turns, &fields, endpoint.as_ref()).questions();
        let its = estimate(&[&one.turns], 1, &asked, prices);
        sum.requests += its.requests;
        sum.prompt_tokens += its.prompt_tokens;
        sum.completion_tokens += its.completion_tokens;
    }
    let sampled = u32::try_from(sample.len()).unwrap_or(u32::MAX);
    let of_all = |n: u64| {
        let all = u128::from(n) * u128::from(conversations);
        u64::try_from(all.div_ceil(u128::from(sampled.max(1)))).unwrap_or(u64::MAX)
    };
    let (prompt_tokens, completion_tokens) =
        (of_all(sum.prompt_tokens), of_all(sum.completion_tokens));
    let estimate = Estimate {
        conversations,
        requests: of_all(sum.requests),
        prompt_tokens,
        completion_tokens,
        cost_micros: prices.cost(prompt_tokens, completion_tokens),
    };
    Ok(BackfillEstimate { estimate, sampled })
}

async fn list(call: Call) -> Outcome<Response> {
    http::reply(200, &rpc::call(&call.ledger()?, &backfills::List).await?)
}

async fn begin(mut call: Call) -> Outcome<Response> {
    let wanted: NewBackfill = call.json().await?;
    let begin = backfills::Begin { wanted, by: signature(&call)? };
    http::reply(201, &rpc::call(&call.ledger()?, &begin).await?)
}

async fn get(call: Call) -> Outcome<Response> {
    let get = backfills::Get { id: call.text("backfill_id") };
    http::reply(200, &rpc::call(&call.ledger()?, &get).await?)
}

async fn act(mut call: Call) -> Outcome<Response> {
    let NewBackfillAction { action } = call.json().await?;
    let act = backfills::Act { id: call.text("backfill_id"), action };
    http::reply(200, &rpc::call(&call.ledger()?, &act).await?)
}
