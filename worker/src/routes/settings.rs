//! Settings by section; see [`crate::ledger::sections`].

use super::{Bound, Call, bound};
use crate::fault::Outcome;
use crate::ledger::keys::within;
use crate::ledger::retention;
use crate::ledger::sections::{Get, Put, Revised, Section};
use crate::{http, rpc};
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, IF_MATCH, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{RetentionCount, RetentionSettings, SignInSettings};
use worker::Response;

const READ: Access = Access::Scope(Scope::SettingsRead);

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/settings/sign-in",
            "settings.sign_in",
            READ,
            "Whose tokens people can sign in with. The `ETag` is for `If-Match`.",
            &[Answer::json(200, Shape::of::<SignInSettings>(), "As it is set.")],
        ),
        |call| Box::pin(get::<SignInSettings>(call)),
    ),
    bound(
        Route::new(
            Method::Put,
            "/v1/settings/sign-in",
            "settings.put_sign_in",
            // Whoever says whose word counts could sign in as anybody.
            Access::Scope(Scope::MembersManage),
            "Sets whose tokens people can sign in with.",
            &[Answer::json(200, Shape::of::<SignInSettings>(), "As it is set now.")],
        )
        .headers(&[IF_MATCH])
        .body(Shape::of::<SignInSettings>()),
        |call| Box::pin(put::<SignInSettings>(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/settings/retention",
            "settings.retention",
            READ,
            "For how long what is kept. The `ETag` is for `If-Match`.",
            &[Answer::json(200, Shape::of::<RetentionSettings>(), "As it is set.")],
        ),
        |call| Box::pin(get::<RetentionSettings>(call)),
    ),
    bound(
        Route::new(
            Method::Put,
            "/v1/settings/retention",
            "settings.put_retention",
            // It removes people for good.
            Access::Scope(Scope::CustomersErase),
            "Sets for how long what is kept. What is older goes within an hour, for good.",
            &[Answer::json(200, Shape::of::<RetentionSettings>(), "As it is set now.")],
        )
        .headers(&[IF_MATCH])
        .body(Shape::of::<RetentionSettings>()),
        |call| Box::pin(put::<RetentionSettings>(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/settings/retention/preview",
            "settings.preview_retention",
            READ,
            "Counts what would go under these settings, and removes nothing.",
            &[Answer::json(200, Shape::of::<RetentionCount>(), "So much.")],
        )
        .body(Shape::of::<RetentionSettings>())
        .looks(),
        |call| Box::pin(preview(call)),
    ),
];

async fn preview(mut call: Call) -> Outcome<Response> {
    let preview = retention::Preview { settings: call.json().await? };
    http::reply(200, &rpc::call(&call.ledger()?, &preview).await?)
}

async fn get<S: Section>(call: Call) -> Outcome<Response> {
    answer(rpc::call(&call.ledger()?, &Get::<S>::new()).await?)
}

async fn put<S: Section>(mut call: Call) -> Outcome<Response> {
    let revision = http::if_match(&call.request)?;
    within(call.principal()?, S::GIVES)?;
    let put = Put::<S> { change: call.json().await?, revision };
    answer(rpc::call(&call.ledger()?, &put).await?)
}

fn answer<S: Section>(section: Revised<S>) -> Outcome<Response> {
    http::tagged(200, &section.value.shown(), section.revision)
}
