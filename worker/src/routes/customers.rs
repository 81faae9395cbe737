//! Customers: lists, one of them, all of them as CSV.

use super::team;
use super::workspaces::page_query;
use crate::fault::{Fault, Outcome};
use crate::{http, rpc};
use askwell::Code;
use askwell::api::{Customer, Page};
use askwell::id::CustomerId;
use worker::{Env, Request, Response};

/// `GET /v1/customers?cursor=&limit=&email=`
pub async fn list(request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let page: Page<Customer> = rpc::call(&ledger, "customers", &page_query(request)?).await?;
    http::reply(200, &page)
}

/// `GET /v1/customers/{id}`
pub async fn get(id: &str, request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let id: CustomerId = id.parse()?;
    let customer: Option<Customer> = rpc::call(&ledger, "customer", &id).await?;
    let customer = customer.ok_or_else(|| Fault::refused(Code::NotFound, "no such customer"))?;
    http::reply(200, &customer)
}
