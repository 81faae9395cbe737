//! People of the team and their roles.

use super::{Bound, Call, bound};
use crate::auth;
use crate::fault::{Fault, Outcome};
use crate::ledger::members;
use crate::{http, rpc};
use askwell::Code;
use askwell::access::{Principal, Scope};
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{Member, MemberList, MemberMade, MemberPatch, NewMember};
use askwell::id::MemberId;
use worker::{Response, Stub};

const MANAGE: Access = Access::Scope(Scope::MembersManage);

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/members",
            "members.list",
            MANAGE,
            "The people of the team.",
            &[Answer::json(200, Shape::of::<MemberList>(), "All of them.")],
        ),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/members",
            "members.create",
            MANAGE,
            "Adds somebody, with a key to sign in with, which is shown this once.",
            &[Answer::json(201, Shape::of::<MemberMade>(), "The member, and the key.")],
        )
        .body(Shape::of::<NewMember>())
        .shows_once(Some("member_id")),
        |call| Box::pin(create(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/members/{member_id}",
            "members.get",
            MANAGE,
            "One member.",
            &[Answer::json(200, Shape::of::<Member>(), "The member.")],
        ),
        |call| Box::pin(get(call)),
    ),
    bound(
        Route::new(
            Method::Patch,
            "/v1/members/{member_id}",
            "members.update",
            MANAGE,
            "Changes somebody's name or role; what is absent stays.",
            &[Answer::json(200, Shape::of::<Member>(), "The member.")],
        )
        .body(Shape::of::<MemberPatch>()),
        |call| Box::pin(update(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/members/{member_id}/key",
            "members.key",
            MANAGE,
            "Gives somebody another key to sign in with, which is shown this once. The one before, and their sessions, are dead at once.",
            &[Answer::json(200, Shape::of::<MemberMade>(), "The member, and the key.")],
        )
        .shows_once(Some("member_id")),
        |call| Box::pin(key(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/members/{member_id}",
            "members.remove",
            MANAGE,
            "Removes somebody and ends their sessions at once.",
            &[Answer::empty(204, "They are removed.")],
        ),
        |call| Box::pin(remove(call)),
    ),
];

async fn list(call: Call) -> Outcome<Response> {
    let items = rpc::call(&call.ledger()?, &members::List).await?;
    http::reply(200, &MemberList { items })
}

async fn create(mut call: Call) -> Outcome<Response> {
    let member: NewMember = call.json().await?;
    let by = call.principal()?.clone();
    http::reply(201, &add(&call.ledger()?, by, member).await?)
}

/// Adds somebody to the team.
///
/// # Errors
/// [`Code::InvalidField`], and what [`members::Add`] gives.
pub async fn add(ledger: &Stub, by: Principal, member: NewMember) -> Outcome<MemberMade> {
    http::check_name(&member.name)?;
    let address = member.email.trim().as_bytes();
    let plain = (3..=254).contains(&address.len())
        && address.iter().filter(|b| **b == b'@').count() == 1
        && !address.starts_with(b"@")
        && !address.ends_with(b"@");
    if !plain {
        return Err(Fault::refused(Code::InvalidField, "the field `email` must be an address"));
    }
    let sign_in_key = auth::fresh_member_key(&by.workspace)?;
    let add = members::Add { by, member, key_hash: auth::hash(&sign_in_key) };
    let member = rpc::call(ledger, &add).await?;
    Ok(MemberMade { member, sign_in_key })
}

async fn get(call: Call) -> Outcome<Response> {
    let member_id = call.parameter("member_id")?;
    http::reply(200, &rpc::call(&call.ledger()?, &members::Get { member_id }).await?)
}

async fn update(mut call: Call) -> Outcome<Response> {
    let member_id = call.parameter("member_id")?;
    let patch: MemberPatch = call.json().await?;
    if let Some(name) = &patch.name {
        http::check_name(name)?;
    }
    let by = call.principal()?.clone();
    let change = members::Change { by, member_id, patch };
    http::reply(200, &rpc::call(&call.ledger()?, &change).await?)
}

async fn key(call: Call) -> Outcome<Response> {
    let member_id = call.parameter("member_id")?;
    let by = call.principal()?.clone();
    http::reply(200, &give_key(&call.ledger()?, by, member_id).await?)
}

/// Gives somebody another key to sign in with.
///
/// # Errors
/// What [`members::NewSignInKey`] gives.
pub async fn give_key(ledger: &Stub, by: Principal, member_id: MemberId) -> Outcome<MemberMade> {
    let sign_in_key = auth::fresh_member_key(&by.workspace)?;
    let give = members::NewSignInKey { by, member_id, key_hash: auth::hash(&sign_in_key) };
    let member = rpc::call(ledger, &give).await?;
    Ok(MemberMade { member, sign_in_key })
}

async fn remove(call: Call) -> Outcome<Response> {
    let member_id = call.parameter("member_id")?;
    let by = call.principal()?.clone();
    rpc::call(&call.ledger()?, &members::Remove { by, member_id }).await?;
    http::done()
}
