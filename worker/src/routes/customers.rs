//! Customers: lists, one of them, all of them as CSV.

use super::{Bound, Call, bound};
use crate::fault::{Fault, Outcome};
use crate::ledger::customers;
use crate::{http, rpc};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{CsvQuery, Customer, CustomerSearch, Page, PageQuery};
use askwell::customer::csv::{self, Mode};
use futures_util::stream::{self, TryStreamExt};
use std::rc::Rc;
use worker::{Response, ResponseBuilder, Stub};

/// Rows of the CSV that are in memory at once.
const CSV_PAGE: u32 = 500;
const READ: Access = Access::Scope(Scope::CustomersRead);
const PAGE: &[Answer] = &[Answer::json(200, Shape::of::<Page<Customer>>(), "A page of them.")];

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(Method::Get, "/v1/customers", "customers.list", READ, "Customers, the latest first.", PAGE)
            .query(Shape::of::<PageQuery>()),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/customers/search",
            "customers.search",
            READ,
            "Customers that fit. What is looked for stands in the body, because addresses end up in logs.",
            PAGE,
        )
        .body(Shape::of::<CustomerSearch>()),
        |call| Box::pin(search(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/customers.csv",
            "customers.export",
            READ,
            "All customers as CSV (RFC 4180). No cell can be taken for a formula, unless `format=raw` is asked for.",
            &[Answer::body(200, "text/csv", "All of them, streamed.")],
        )
        .query(Shape::of::<CsvQuery>()),
        |call| Box::pin(export(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/customers/{customer_id}",
            "customers.get",
            READ,
            "One customer.",
            &[Answer::json(200, Shape::of::<Customer>(), "The customer.")],
        ),
        |call| Box::pin(get(call)),
    ),
];

async fn list(call: Call) -> Outcome<Response> {
    let list = customers::List { page: call.query()?, email: None };
    http::reply(200, &rpc::call(&call.ledger()?, &list).await?)
}

async fn search(mut call: Call) -> Outcome<Response> {
    let CustomerSearch { email, cursor, limit } = call.json().await?;
    let list = customers::List { page: PageQuery { cursor, limit }, email };
    http::reply(200, &rpc::call(&call.ledger()?, &list).await?)
}

async fn get(call: Call) -> Outcome<Response> {
    let customer_id = call.parameter("customer_id")?;
    let customer = rpc::call(&call.ledger()?, &customers::Get { customer_id }).await?;
    let customer = customer.ok_or_else(|| Fault::refused(Code::NotFound, "no such customer"))?;
    http::reply(200, &customer)
}

async fn export(call: Call) -> Outcome<Response> {
    let CsvQuery { format } = call.query()?;
    let mode = format.unwrap_or(Mode::Safe);
    let ledger: Rc<Stub> = Rc::new(call.ledger()?);
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
