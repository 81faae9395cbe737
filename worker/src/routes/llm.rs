//! The workspace's language model.

use super::{Bound, Call, bound};
use crate::fault::{Fault, Outcome};
use crate::ledger::llm;
use crate::ledger::llm::{Purpose, Spent};
use crate::llm::{ChatMessage, Endpoint, Llm, Schema, Speaker, check as check_settings, note_cost};
use crate::{config, http, rpc};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{LlmChecked, LlmSettings, LlmShown};
use serde_json::{Value, json};
use worker::{Env, Response, Stub};

const SHOWN: &[Answer] =
    &[Answer::json(200, Shape::of::<LlmShown>(), "How it is set, without its key.")];
const WRITE: Access = Access::Scope(Scope::SettingsWrite);

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/llm",
            "llm.get",
            Access::Scope(Scope::SettingsRead),
            "The workspace's language model; 404 where none was chosen.",
            SHOWN,
        ),
        |call| Box::pin(show(call)),
    ),
    bound(
        Route::new(
            Method::Put,
            "/v1/llm",
            "llm.put",
            WRITE,
            "Chooses the language model that classifies, and writes replies.",
            SHOWN,
        )
        .body(Shape::of::<LlmSettings>()),
        |call| Box::pin(put(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/llm",
            "llm.drop",
            WRITE,
            "Lets go of the language model and of its key.",
            &[Answer::empty(204, "It is gone.")],
        ),
        |call| Box::pin(drop(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/llm/check",
            "llm.check",
            WRITE,
            "Sends the language model one small request.",
            &[Answer::json(200, Shape::of::<LlmChecked>(), "What came of it.")],
        )
        .looks(),
        |call| Box::pin(check(call)),
    ),
];

async fn show(call: Call) -> Outcome<Response> {
    let endpoint = rpc::call(&call.ledger()?, &llm::Get).await?.ok_or_else(none)?;
    http::reply(200, &endpoint.shown())
}

async fn put(mut call: Call) -> Outcome<Response> {
    let settings: LlmSettings = call.json().await?;
    check_settings(&settings)?;
    http::reply(200, &rpc::call(&call.ledger()?, &llm::Put { settings, seen: None }).await?)
}

async fn drop(call: Call) -> Outcome<Response> {
    rpc::call(&call.ledger()?, &llm::Drop).await?;
    http::done()
}

async fn check(call: Call) -> Outcome<Response> {
    let ledger = call.ledger()?;
    let endpoint = rpc::call(&ledger, &llm::Get).await?.ok_or_else(none)?;
    http::reply(200, &try_out(&call.env, &ledger, &endpoint).await)
}

/// What comes of one small request.
pub async fn try_out(env: &Env, ledger: &Stub, endpoint: &Endpoint) -> LlmChecked {
    let schema = json!({
        "type": "object",
        "properties": { "ok": { "type": "boolean" } },
        "required": ["ok"],
        "additionalProperties": false,
    });
    let schema = Schema { name: "check".to_owned(), schema };
    let messages = [
        ChatMessage::new(Speaker::System, "Reply with the JSON object {\"ok\": true}."),
        ChatMessage::new(Speaker::User, "Are you there?"),
    ];
    let began = config::now(env);
    let replied = Llm::new(env, endpoint).chat(&messages, Some(&schema)).await;
    let took_ms = config::now(env).0.saturating_sub(began.0);
    let cost_micros = replied.as_ref().map_or(0, |completion| completion.cost_micros);
    let spent = Spent { asked: 1, failed: u64::from(replied.is_err()), cost_micros };
    note_cost(ledger, Purpose::Trial, spent).await;
    let detail = match replied {
        Ok(completion) if is_json(&completion.text) => None,
        Ok(_) => Some("it replied, but not with JSON, which classifying needs".to_owned()),
        Err(error) => Some(error.to_string()),
    };
    LlmChecked { ok: detail.is_none(), detail, took_ms }
}

fn is_json(text: &str) -> bool {
    let from = text.find('{').unwrap_or_default();
    let object = text.get(from..).map(serde_json::Deserializer::from_str);
    object
        .and_then(|reader| reader.into_iter::<Value>().next())
        .is_some_and(|value| value.is_ok_and(|value| value.is_object()))
}

fn none() -> Fault {
    Fault::refused(Code::NotFound, "this workspace has chosen no language model")
}
