//! The workspace's plan.

use super::{Bound, Call, bound};
use crate::fault::{Fault, Outcome};
use crate::ledger::billing::{Get, Put};
use crate::{http, rpc};
use askwell::Code;
use askwell::access::{Caller, Scope, Who};
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::id::{MemberId, WorkspaceId};
use askwell::plan::{BILLING_PATH, Billing, BillingPatch, PlanChoice};
use worker::Response;

const SHOWN: &[Answer] = &[Answer::json(200, Shape::of::<Billing>(), "How it stands.")];

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            BILLING_PATH,
            "billing.get",
            Access::Scope(Scope::SettingsRead),
            "The workspace's plan, whether it is paid for, and the plans to choose from.",
            SHOWN,
        ),
        |call| Box::pin(get(call)),
    ),
    bound(
        Route::new(
            Method::Put,
            BILLING_PATH,
            "billing.put",
            Access::Scope(Scope::SettingsWrite),
            "Chooses a plan. A dearer one only while no payment is overdue.",
            SHOWN,
        )
        .body(Shape::of::<PlanChoice>()),
        |call| Box::pin(put(call)),
    ),
    bound(
        Route::new(
            Method::Put,
            "/v1/workspaces/{workspace_id}/billing",
            "billing.settle",
            Access::Operator,
            "Tells of a workspace's plan and whether it is paid for; for the system that sends the bills. What is absent stays.",
            SHOWN,
        )
        .body(Shape::of::<BillingPatch>()),
        |call| Box::pin(settle(call)),
    ),
];

async fn get(call: Call) -> Outcome<Response> {
    http::reply(200, &rpc::call(&call.ledger()?, &Get).await?)
}

async fn put(mut call: Call) -> Outcome<Response> {
    let PlanChoice { plan } = call.json().await?;
    let patch = BillingPatch { plan: Some(plan), payment: None };
    let put = Put { patch, by: who(&call.caller) };
    http::reply(200, &rpc::call(&call.ledger()?, &put).await.map_err(leading_to_it)?)
}

async fn settle(mut call: Call) -> Outcome<Response> {
    let workspace: WorkspaceId = call.parameter("workspace_id")?;
    let patch: BillingPatch = call.json().await?;
    let put = Put { patch, by: who(&call.caller) };
    let billing = rpc::call(&rpc::ledger(&call.env, &workspace)?, &put).await;
    // A ledger answers whoever names a workspace that there is not as somebody with a wrong key.
    let billing = billing.map_err(|fault| match fault.public().code {
        Code::Unauthorized => Fault::refused(Code::NotFound, "no such workspace"),
        _ => leading_to_it(fault),
    })?;
    http::reply(200, &billing)
}

/// Who did it, in events: keys and the operator have a pseudonym of their own.
pub fn who(caller: &Caller) -> MemberId {
    match caller {
        Caller::In(principal) => match &principal.who {
            Who::Member(id) => id.clone(),
            _ => MemberId::derive(&[principal.signature().unwrap_or_default().as_bytes()]),
        },
        Caller::Operator | Caller::Anyone => MemberId::derive(&[b"operator"]),
    }
}

/// Gives what the plan or its payment refuses the way to both (RFC 8288; `payment` is registered).
pub fn leading_to_it(fault: Fault) -> Fault {
    let error = fault.public();
    if error.code != Code::PaymentRequired {
        return fault;
    }
    let link = format!("<{BILLING_PATH}>; rel=\"payment\"");
    Fault::RefusedWith { error, headers: vec![("link", link)] }
}
