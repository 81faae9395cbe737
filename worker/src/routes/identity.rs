//! Who a visitor is: tokens of the site's server, codes that are mailed, and the secret of the former.

use super::conversations::conversation;
use super::{Bound, Call, bound};
use crate::conversation::calls::{AnswerCode, Prove, SendCode};
use crate::fault::{Fault, Outcome};
use crate::ledger::identity::{DropSecret, Get, MakeSecret};
use crate::{config, http, rpc};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{
    CodeAnswer, CodeSent, FactsAmended, IdentityMade, IdentityShown, IdentityToken, NewCode,
    NewIdentitySecret,
};
use worker::Response;

/// Whoever has the secret can say of any visitor who they are.
const KEYS: Access = Access::Scope(Scope::KeysManage);
const VISITOR: Access = Access::VisitorOr(Scope::ConversationsWrite);
/// For how long the secret before stays good, in seconds: a day, and seven at most.
pub const KEEP_S: u32 = 24 * 60 * 60;
const MAX_KEEP_S: u32 = 7 * KEEP_S;

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/settings/identity",
            "settings.identity",
            KEYS,
            "Whether tokens of the site's server are taken.",
            &[Answer::json(200, Shape::of::<IdentityShown>(), "How it stands.")],
        ),
        |call| Box::pin(show(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/settings/identity/secret",
            "settings.make_identity_secret",
            KEYS,
            "Makes the secret that the site's server signs tokens with, or another in its place. It is shown this once; the one before stays good for a while.",
            &[Answer::json(201, Shape::of::<IdentityMade>(), "The secret.")],
        )
        .body(Shape::of::<NewIdentitySecret>())
        .shows_once(None),
        |call| Box::pin(make(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/settings/identity/secret",
            "settings.drop_identity_secret",
            KEYS,
            "Takes no token of the site's server any more.",
            &[Answer::empty(204, "It is gone.")],
        ),
        |call| Box::pin(drop_secret(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/{conversation_id}/identity",
            "identity.prove",
            VISITOR,
            "Says who the visitor is, by a token that the site's server has signed.",
            &[Answer::json(200, Shape::of::<FactsAmended>(), "It is taken; what stands now.")],
        )
        .body(Shape::of::<IdentityToken>()),
        |call| Box::pin(prove(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/{conversation_id}/code",
            "identity.send_code",
            VISITOR,
            "Mails the visitor a code of six digits, by which they show that the address is theirs.",
            &[Answer::json(202, Shape::of::<CodeSent>(), "It is on its way.")],
        )
        .body(Shape::of::<NewCode>()),
        |call| Box::pin(send_code(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/{conversation_id}/code/answer",
            "identity.answer_code",
            VISITOR,
            "Answers with the code that was mailed. Right, the address is verified; written into the chat as a message, it counts as well.",
            &[Answer::json(200, Shape::of::<FactsAmended>(), "The address is verified.")],
        )
        .body(Shape::of::<CodeAnswer>()),
        |call| Box::pin(answer_code(call)),
    ),
];

async fn show(call: Call) -> Outcome<Response> {
    http::reply(200, &rpc::call(&call.ledger()?, &Get).await?)
}

async fn make(mut call: Call) -> Outcome<Response> {
    let NewIdentitySecret { keep_s } = call.json().await?;
    let keep_s = keep_s.unwrap_or(KEEP_S);
    if keep_s > MAX_KEEP_S {
        let detail = "the field `keep_s` must be 604,800 (seven days) at most";
        return Err(Fault::refused(Code::InvalidField, detail));
    }
    let secret = fresh_secret()?;
    let make = MakeSecret { secret: secret.clone(), keep_s };
    let shown = rpc::call(&call.ledger()?, &make).await?;
    http::reply(201, &IdentityMade { shown, secret })
}

/// A secret as hard to guess as RFC 7518 §3.2 wants a key of HS256: 256 bits; this has 260.
///
/// # Errors
/// When there are no random bytes to be had.
pub fn fresh_secret() -> Outcome<String> {
    Ok(format!("is_{}{}", config::random()?, config::random()?))
}

async fn drop_secret(call: Call) -> Outcome<Response> {
    rpc::call(&call.ledger()?, &DropSecret).await?;
    Ok(Response::empty()?.with_status(204))
}

async fn prove(mut call: Call) -> Outcome<Response> {
    let IdentityToken { token } = call.json().await?;
    let (by, object) = (call.principal()?.clone(), conversation(&call)?);
    http::reply(200, &rpc::call(&object, &Prove { by, token }).await?)
}

async fn send_code(mut call: Call) -> Outcome<Response> {
    let NewCode { email } = call.json().await?;
    let (by, object) = (call.principal()?.clone(), conversation(&call)?);
    http::reply(202, &rpc::call(&object, &SendCode { by, email }).await?)
}

async fn answer_code(mut call: Call) -> Outcome<Response> {
    let CodeAnswer { code } = call.json().await?;
    let (by, object) = (call.principal()?.clone(), conversation(&call)?);
    http::reply(200, &rpc::call(&object, &AnswerCode { by, code }).await?)
}
