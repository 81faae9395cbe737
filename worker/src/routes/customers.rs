//! Customers: lists, one of them, all of them as CSV.

use super::team;
use super::workspaces::page_query;
use crate::fault::{Fault, Outcome};
use crate::ledger::customers;
use crate::ledger::page::PageQuery;
use crate::{http, rpc};
use askwell::Code;
use askwell::customer::csv::{self, Mode};
use askwell::id::CustomerId;
use futures_util::stream::{self, TryStreamExt};
use std::rc::Rc;
use worker::{Env, Request, Response, ResponseBuilder, Stub};

/// Rows of the CSV that are in memory at once.
const CSV_PAGE: u32 = 500;

/// `GET /v1/customers?cursor=&limit=&email=`
pub async fn list(request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let email = http::query(request)?.remove("email");
    let list = customers::List { page: page_query(request)?, email };
    let page = rpc::call(&ledger, &list).await?;
    http::reply(200, &page)
}

/// `GET /v1/customers/{id}`
pub async fn get(id: &str, request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let customer_id: CustomerId = id.parse()?;
    let customer = rpc::call(&ledger, &customers::Get { customer_id }).await?;
    let customer = customer.ok_or_else(|| Fault::refused(Code::NotFound, "no such customer"))?;
    http::reply(200, &customer)
}

/// `GET /v1/customers.csv?format=raw`: all of them, streamed page by page. Without `format=raw` no
/// cell can be taken for a formula by a spreadsheet.
pub async fn export(request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let mode = match http::query(request)?.get("format").map(String::as_str) {
        None | Some("safe") => Mode::Safe,
        Some("raw") => Mode::Raw,
        Some(_) => {
            return Err(Fault::refused(
                Code::InvalidField,
                "the parameter `format` must be safe or raw",
            ));
        }
    };
    let ledger: Rc<Stub> = Rc::new(ledger);
    let pages = stream::try_unfold(Some(None::<String>), move |cursor| {
        let ledger = Rc::clone(&ledger);
        async move {
            let Some(cursor) = cursor else { return Ok(None) };
            let first = cursor.is_none();
            let page = PageQuery { cursor, limit: Some(CSV_PAGE) };
            let page = rpc::call(&ledger, &customers::List { page, email: None }).await?;
            let mut text = if first { csv::header() } else { String::new() };
            page.items.iter().for_each(|customer| text.push_str(&csv::record(customer, mode)));
            // The outer none ends the stream after the last page.
            Ok::<_, Fault>(Some((text.into_bytes(), page.next.map(Some))))
        }
    });
    let body = pages.map_err(|fault| {
        fault.log("customers.csv");
        worker::Error::RustError(fault.public().detail)
    });
    Ok(ResponseBuilder::new()
        .with_header("content-type", "text/csv; charset=utf-8; header=present")?
        .with_header("content-disposition", "attachment; filename=\"customers.csv\"")?
        .from_stream(Box::pin(body))?)
}
