//! One customer: what is known, what the team sets, merging, splitting, and removing for good.

use super::conversations::detail;
use super::{Bound, Call, bound};
use crate::auth;
use crate::config;
use crate::fault::{Fault, Outcome, to_json};
use crate::ledger::customers;
use crate::{http, rpc};
use askwell::Code;
use askwell::access::{Principal, Scope};
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{
    AccessEntry, Customer, CustomerLink, CustomerPatch, CustomerProfile, DataPackage, Erasure,
    ErasureReceipt, MergeCustomer, Page, PageQuery, SplitCustomer,
};
use askwell::id::CustomerId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::stream::{self, TryStreamExt};
use std::rc::Rc;
use worker::{Env, Response, ResponseBuilder};

const READ: Access = Access::Scope(Scope::CustomersRead);
const WRITE: Access = Access::Scope(Scope::CustomersWrite);
const EXPORT: Access = Access::Scope(Scope::CustomersExport);
const ERASE: Access = Access::Scope(Scope::CustomersErase);
const CUSTOMER: &str = "customer_id";
/// Receipts that are read and signed at once.
const RECEIPTS: u32 = 500;
const LINK: &[Answer] =
    &[Answer::json(200, Shape::of::<CustomerLink>(), "As it stands in the log.")];

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/customers/{customer_id}",
            "customers.get",
            READ,
            "One customer, with the source of every value. By the id of one who was merged, the one that they are part of. That somebody looked is noted.",
            &[Answer::json(200, Shape::of::<CustomerProfile>(), "The customer.")],
        ),
        |call| Box::pin(get(call)),
    ),
    bound(
        Route::new(
            Method::Patch,
            "/v1/customers/{customer_id}",
            "customers.patch",
            WRITE,
            "Sets or takes away name, e-mail address and phone number by hand.",
            &[Answer::json(200, Shape::of::<Customer>(), "What stands now.")],
        )
        .body(Shape::of::<CustomerPatch>()),
        |call| Box::pin(patch(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/accesses",
            "accesses.list",
            ERASE,
            "Who has looked at whom, and who has taken a file of customers, the latest first.",
            &[Answer::json(200, Shape::of::<Page<AccessEntry>>(), "A page of them.")],
        )
        .query(Shape::of::<PageQuery>()),
        |call| Box::pin(all_accesses(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/customers/{customer_id}",
            "customers.erase",
            ERASE,
            "Removes a person and all that was said with them, for good.",
            &[Answer::json(200, Shape::of::<ErasureReceipt>(), "What was removed, signed.")],
        ),
        |call| Box::pin(erase(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/customers/{customer_id}/package",
            "customers.package",
            EXPORT,
            "All that is kept of one person. That somebody took it is noted.",
            &[Answer::json(200, Shape::of::<DataPackage>(), "Everything.")],
        ),
        |call| Box::pin(package(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/customers/{customer_id}/accesses",
            "customers.accesses",
            ERASE,
            "Who has looked at a customer, the latest first; 500 at most.",
            &[Answer::json(200, Shape::of::<Vec<AccessEntry>>(), "They.")],
        ),
        |call| Box::pin(accesses(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/customers/{customer_id}/links",
            "customers.links",
            READ,
            "The merges and splits that a customer has a part in, the latest first; 500 at most.",
            &[Answer::json(200, Shape::of::<Vec<CustomerLink>>(), "They.")],
        ),
        |call| Box::pin(links(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/customers/{customer_id}/merge",
            "customers.merge",
            WRITE,
            "Makes another customer part of this one. It can be undone at any time.",
            LINK,
        )
        .body(Shape::of::<MergeCustomer>()),
        |call| Box::pin(merge(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/customers/{customer_id}/split",
            "customers.split",
            WRITE,
            "Makes some conversations of a customer those of another one. It can be undone at any time.",
            LINK,
        )
        .body(Shape::of::<SplitCustomer>()),
        |call| Box::pin(split(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/links/{link_id}/undo",
            "links.undo",
            WRITE,
            "Undoes a merge or a split.",
            LINK,
        ),
        |call| Box::pin(undo(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/erasures",
            "erasures.list",
            ERASE,
            "Everything that was removed for good, the latest first, with receipts.",
            &[Answer::json(200, Shape::of::<Vec<ErasureReceipt>>(), "They.")],
        ),
        |call| Box::pin(erasures(call)),
    ),
];

/// How whoever sends a request signs what they do.
pub fn signature(call: &Call) -> Outcome<String> {
    Ok(call.principal()?.signature().unwrap_or("visitor").to_owned())
}

async fn get(call: Call) -> Outcome<Response> {
    let customer_id = call.parameter(CUSTOMER)?;
    let profile = customers::Profile { customer_id, by: signature(&call)? };
    http::reply(200, &rpc::call(&call.ledger()?, &profile).await?)
}

async fn patch(mut call: Call) -> Outcome<Response> {
    let patch: CustomerPatch = call.json().await?;
    let customer_id = call.parameter(CUSTOMER)?;
    let patch = customers::Patch { customer_id, patch, shown: None, by: signature(&call)? };
    http::reply(200, &rpc::call(&call.ledger()?, &patch).await?)
}

async fn package(call: Call) -> Outcome<Response> {
    let customer_id = call.parameter(CUSTOMER)?;
    http::reply(200, &everything(&call.env, call.principal()?, customer_id).await?)
}

/// All that is kept of one customer, with what is being said in conversations that are open.
///
/// # Errors
/// [`Code::NotFound`], and [`Code::Gone`] for one who was erased.
pub async fn everything(
    env: &Env,
    by: &Principal,
    customer_id: CustomerId,
) -> Outcome<DataPackage> {
    let signature = by.signature().unwrap_or("visitor").to_owned();
    let call = customers::DataPackageOf { customer_id, by: signature };
    let mut package = rpc::call(&rpc::ledger(env, &by.workspace)?, &call).await?;
    for conversation in &mut package.conversations {
        // What has not ended, or was not read since, is the object's.
        let summary = &conversation.summary;
        if summary.ended_at.is_some() && summary.sentiment.is_some() {
            continue;
        }
        let id = summary.conversation_id.clone();
        match detail(env, by, &id).await {
            Ok(live) => *conversation = live,
            Err(fault) if matches!(fault.public().code, Code::Gone | Code::NotFound) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(package)
}

async fn accesses(call: Call) -> Outcome<Response> {
    let customer_id = call.parameter(CUSTOMER)?;
    http::reply(200, &rpc::call(&call.ledger()?, &customers::Accesses { customer_id }).await?)
}

async fn all_accesses(call: Call) -> Outcome<Response> {
    let page: PageQuery = call.query()?;
    http::reply(200, &rpc::call(&call.ledger()?, &customers::AllAccesses { page }).await?)
}

async fn links(call: Call) -> Outcome<Response> {
    let customer_id = call.parameter(CUSTOMER)?;
    http::reply(200, &rpc::call(&call.ledger()?, &customers::Links { customer_id }).await?)
}

async fn merge(mut call: Call) -> Outcome<Response> {
    let MergeCustomer { customer_id: other } = call.json().await?;
    let customer_id: CustomerId = call.parameter(CUSTOMER)?;
    let merge = customers::Merge { customer_id, other, by: signature(&call)? };
    http::reply(200, &rpc::call(&call.ledger()?, &merge).await?)
}

async fn split(mut call: Call) -> Outcome<Response> {
    let SplitCustomer { conversation_ids } = call.json().await?;
    let customer_id = call.parameter(CUSTOMER)?;
    let split = customers::Split { customer_id, conversation_ids, by: signature(&call)? };
    http::reply(200, &rpc::call(&call.ledger()?, &split).await?)
}

async fn undo(call: Call) -> Outcome<Response> {
    let LinkId(link_id) = call.parameter("link_id")?;
    let undo = customers::Undo { link_id, by: signature(&call)? };
    http::reply(200, &rpc::call(&call.ledger()?, &undo).await?)
}

struct LinkId(u64);

impl core::str::FromStr for LinkId {
    type Err = askwell::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.parse::<u32>().map(|number| Self(u64::from(number)));
        number.map_err(|_| askwell::Error::new(Code::NotFound, "no such merge or split"))
    }
}

async fn erase(call: Call) -> Outcome<Response> {
    let erase = customers::Erase { customer_id: call.parameter(CUSTOMER)?, by: signature(&call)? };
    let erasure = rpc::call(&call.ledger()?, &erase).await?;
    let page = PageQuery { cursor: None, limit: Some(1) };
    let (_, pending) = rpc::call(&call.ledger()?, &customers::Erasures { page }).await?;
    http::reply(200, &receipt(&call.env, erasure, pending)?)
}

async fn erasures(call: Call) -> Outcome<Response> {
    let (ledger, env) = (Rc::new(call.ledger()?), call.env.clone());
    let pages = stream::try_unfold(Some((true, None)), move |place| {
        let (ledger, env) = (Rc::clone(&ledger), env.clone());
        async move {
            let Some((begins, cursor)) = place else { return Ok(None) };
            let page = PageQuery { cursor, limit: Some(RECEIPTS) };
            let (page, pending) = rpc::call(&ledger, &customers::Erasures { page }).await?;
            let mut text = String::new();
            for (place, erasure) in page.items.into_iter().enumerate() {
                text.push(if begins && place == 0 { '[' } else { ',' });
                text.push_str(&to_json("receipt", &receipt(&env, erasure, pending)?)?);
            }
            if begins && text.is_empty() {
                text.push('[');
            }
            if page.next.is_none() {
                text.push(']');
            }
            // The inner none ends the stream after the last page.
            let next = page.next.map(|cursor| (false, Some(cursor)));
            Ok::<_, Fault>(Some((text.into_bytes(), next)))
        }
    });
    let body = pages.map_err(|fault| {
        fault.log("erasures");
        worker::Error::RustError(fault.public().detail)
    });
    Ok(ResponseBuilder::new()
        .with_header("content-type", "application/json")?
        .with_header("cache-control", "no-store")?
        .from_stream(Box::pin(body))?)
}

/// Signs what was removed: a JSON Web Signature (RFC 7515 §7.1) with HMAC-SHA-256.
fn receipt(env: &Env, erasure: Erasure, pending: u64) -> Outcome<ErasureReceipt> {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let body = URL_SAFE_NO_PAD.encode(to_json("erasure", &erasure)?);
    let text = format!("{header}.{body}");
    let secret = config::signing_secret(env)?;
    // A key of its own: no visitor token can be passed off as a receipt, nor the other way round.
    let key = auth::sign(secret.as_bytes(), b"erasure receipts")?;
    let tag = URL_SAFE_NO_PAD.encode(auth::sign(&key, text.as_bytes())?);
    Ok(ErasureReceipt { erasure, pending, receipt: format!("{text}.{tag}") })
}
