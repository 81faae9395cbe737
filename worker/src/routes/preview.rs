//! Trying the engine on one line of the command-line protocol: `askwell::line` over HTTP. Nothing is
//! stored.

use super::{Bound, Call, bound};
use crate::fault::{Fault, Outcome};
use crate::http;
use askwell::Code;
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{DetectQuery, PromptQuery};
use askwell::classify::Field;
use askwell::detect::Kind;
use askwell::line::{self, classify, detect, prompt};
use askwell::text::Lang;
use worker::Response;

const TRY: Access = Access::Scope(Scope::FieldsRead);

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Post,
            "/v1/preview/detect",
            "preview.detect",
            TRY,
            "What is noticed in one message.",
            &[Answer::json(200, Shape::of::<detect::Out>(), "What was noticed.")],
        )
        .query(Shape::of::<DetectQuery>())
        .body(Shape::of::<detect::In>())
        .looks(),
        |call| Box::pin(detect(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/preview/prompt",
            "preview.prompt",
            TRY,
            "When something is asked for in one conversation.",
            &[Answer::json(200, Shape::of::<prompt::Out>(), "What was done after each turn.")],
        )
        .query(Shape::of::<PromptQuery>())
        .body(Shape::of::<prompt::In>())
        .looks(),
        |call| Box::pin(prompt(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/preview/classify",
            "preview.classify",
            TRY,
            "What questions get for an answer about one conversation.",
            &[Answer::json(200, Shape::of::<classify::Out>(), "The answers.")],
        )
        .body(Shape::of::<classify::In>())
        .looks(),
        |call| Box::pin(classify(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/preview/sentiment",
            "preview.sentiment",
            TRY,
            "The tone of one conversation.",
            &[Answer::json(200, Shape::of::<classify::SentimentOut>(), "The tone.")],
        )
        .body(Shape::of::<classify::SentimentIn>())
        .looks(),
        |call| Box::pin(sentiment(call)),
    ),
];

async fn detect(mut call: Call) -> Outcome<Response> {
    let query: DetectQuery = call.query()?;
    let options = detect::Options {
        region: query.region,
        lang: query.lang.as_deref().and_then(Lang::from_tag),
        all: query.all,
    };
    http::reply(200, &line::detect::run(&call.json().await?, options))
}

async fn prompt(mut call: Call) -> Outcome<Response> {
    let query: PromptQuery = call.query()?;
    let fields = match &query.fields {
        Some(list) => fields(list)?,
        None => Kind::ALL.to_vec(),
    };
    http::reply(200, &line::prompt::run(&call.json().await?, &fields))
}

async fn classify(mut call: Call) -> Outcome<Response> {
    let line: classify::In = call.json().await?;
    let mut field = Field::from(&line.field);
    // A line need not name its question.
    if field.name.trim().is_empty() {
        field.name = "preview".to_owned();
    }
    askwell::classify::validate(&field)?;
    http::reply(200, &line::classify::run(&line))
}

async fn sentiment(mut call: Call) -> Outcome<Response> {
    http::reply(200, &line::classify::run_sentiment(&call.json().await?))
}

fn fields(list: &str) -> Outcome<Vec<Kind>> {
    list.split(',')
        .map(|name| {
            Kind::ALL.into_iter().find(|kind| kind.as_str() == name.trim()).ok_or_else(|| {
                Fault::refused(
                    Code::InvalidField,
                    "the parameter `fields` must be a list of name, email and phone",
                )
            })
        })
        .collect()
}
