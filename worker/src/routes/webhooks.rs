//! Webhooks, what became of their deliveries, and what nobody could work off.

use super::{Bound, Call, bound};
use crate::fault::{Fault, Outcome};
use crate::ledger::{dead, deliveries, endpoints};
use crate::{delivery, http, queue, rpc};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{
    DeadLetterList, Delivery, DeliveryQuery, Endpoint, EndpointList, EndpointMade, EndpointPatch,
    NewEndpoint, NewEndpointSecret, Page, PageQuery, PoisonList,
};
use worker::{Response, Url};

const READ: Access = Access::Scope(Scope::EventsRead);
const SET: Access = Access::Scope(Scope::SettingsWrite);

/// Longest address of a webhook, in bytes.
const MAX_URL: usize = 2_000;
/// For how long the secret before signs as well, in seconds: a day, and seven at most.
pub const KEEP_S: u32 = 24 * 60 * 60;
const MAX_KEEP_S: u32 = 7 * KEEP_S;

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/webhooks",
            "webhooks.list",
            READ,
            "The webhooks that take events, and how their deliveries stand.",
            &[Answer::json(200, Shape::of::<EndpointList>(), "All of them, the oldest first.")],
        ),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/webhooks",
            "webhooks.create",
            SET,
            "Adds a webhook (10 at most), which is sent the events from now on. Its secret is shown this once.",
            &[Answer::json(201, Shape::of::<EndpointMade>(), "The webhook.")],
        )
        .body(Shape::of::<NewEndpoint>())
        .shows_once(Some("endpoint_id")),
        |call| Box::pin(create(call)),
    ),
    bound(
        Route::new(
            Method::Patch,
            "/v1/webhooks/{endpoint_id}",
            "webhooks.change",
            SET,
            "Changes a webhook, or turns it off and on.",
            &[Answer::json(200, Shape::of::<Endpoint>(), "The webhook.")],
        )
        .body(Shape::of::<EndpointPatch>()),
        |call| Box::pin(change(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/webhooks/{endpoint_id}",
            "webhooks.remove",
            SET,
            "Removes a webhook and the log of its deliveries.",
            &[Answer::empty(204, "It is gone.")],
        ),
        |call| Box::pin(remove(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/webhooks/{endpoint_id}/secret",
            "webhooks.rotate",
            SET,
            "Puts another secret in the place of a webhook's, which is shown this once. The one before signs as well for a while.",
            &[Answer::json(200, Shape::of::<EndpointMade>(), "The webhook.")],
        )
        .body(Shape::of::<NewEndpointSecret>())
        .shows_once(Some("endpoint_id")),
        |call| Box::pin(rotate(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/deliveries",
            "deliveries.list",
            READ,
            "The log of deliveries: where each event stands at each webhook, the latest event first.",
            &[Answer::json(200, Shape::of::<Page<Delivery>>(), "A page of them.")],
        )
        .query(Shape::of::<DeliveryQuery>()),
        |call| Box::pin(log(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/dead-letters",
            "dead-letters.list",
            READ,
            "What queues gave up on, by internal ids. The ledger resends it all the same.",
            &[Answer::json(200, Shape::of::<DeadLetterList>(), "The latest first.")],
        ),
        |call| Box::pin(dead_letters(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/operator/poison",
            "poison.list",
            Access::Operator,
            "Queue messages that could not be read, of all workspaces: whose they are is not known.",
            &[Answer::json(200, Shape::of::<PoisonList>(), "A page of them, without their text.")],
        )
        .query(Shape::of::<PageQuery>()),
        |call| Box::pin(poison(call)),
    ),
];

async fn list(call: Call) -> Outcome<Response> {
    let items = rpc::call(&call.ledger()?, &endpoints::List).await?;
    http::reply(200, &EndpointList { items })
}

async fn create(mut call: Call) -> Outcome<Response> {
    let new: NewEndpoint = call.json().await?;
    check("", &new.url, new.secret.as_deref())?;
    let secret = new.secret.map_or_else(delivery::fresh_secret, Ok)?;
    let add = endpoints::Add { url: new.url, secret: secret.clone(), names: new.names, seen: None };
    let endpoint = rpc::call(&call.ledger()?, &add).await?;
    http::reply(201, &EndpointMade { endpoint, secret })
}

async fn change(mut call: Call) -> Outcome<Response> {
    let endpoint_id = call.parameter("endpoint_id")?;
    let patch: EndpointPatch = call.json().await?;
    if let Some(url) = &patch.url {
        check("", url, None)?;
    }
    let change = endpoints::Change { endpoint_id, patch };
    http::reply(200, &rpc::call(&call.ledger()?, &change).await?)
}

async fn remove(call: Call) -> Outcome<Response> {
    let endpoint_id = call.parameter("endpoint_id")?;
    rpc::call(&call.ledger()?, &endpoints::Remove { endpoint_id }).await?;
    Ok(Response::empty()?.with_status(204))
}

async fn rotate(mut call: Call) -> Outcome<Response> {
    let endpoint_id = call.parameter("endpoint_id")?;
    let new: NewEndpointSecret = call.json().await?;
    if let Some(secret) = &new.secret {
        delivery::secret_bytes("secret", secret)?;
    }
    let keep_s = new.keep_s.unwrap_or(KEEP_S);
    if keep_s > MAX_KEEP_S {
        return Err(invalid("the field `keep_s` must be 604,800 (seven days) at most"));
    }
    let secret = new.secret.map_or_else(delivery::fresh_secret, Ok)?;
    let rotate = endpoints::Rotate { endpoint_id, secret: secret.clone(), keep_s, seen: None };
    let endpoint = rpc::call(&call.ledger()?, &rotate).await?;
    http::reply(200, &EndpointMade { endpoint, secret })
}

async fn log(call: Call) -> Outcome<Response> {
    let query = call.query()?;
    http::reply(200, &rpc::call(&call.ledger()?, &deliveries::List { query }).await?)
}

async fn dead_letters(call: Call) -> Outcome<Response> {
    let items = rpc::call(&call.ledger()?, &dead::List).await?;
    http::reply(200, &DeadLetterList { items })
}

async fn poison(call: Call) -> Outcome<Response> {
    let page: PageQuery = call.query()?;
    http::reply(200, &queue::poison(&call.env, &page).await?)
}

/// Checks a webhook's address and, where there is one, its secret. `place` is what stands before the
/// names of the fields.
///
/// # Errors
/// [`Code::InvalidField`].
pub fn check(place: &str, url: &str, secret: Option<&str>) -> Outcome<()> {
    if let Some(secret) = secret {
        delivery::secret_bytes(&format!("{place}secret"), secret)?;
    }
    let plain =
        Url::parse(url).is_ok_and(|url| url.username().is_empty() && url.password().is_none());
    if plain && http::is_reachable(url) && url.len() <= MAX_URL {
        return Ok(());
    }
    Err(invalid(&format!(
        "the field `{place}url` must be https, or http on a loopback host, without a user, in 2,000 bytes at most"
    )))
}

fn invalid(detail: &str) -> Fault {
    Fault::refused(Code::InvalidField, detail)
}
