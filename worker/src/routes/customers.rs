//! Lists of customers, as JSON and as CSV.

use super::people::signature;
use super::{Bound, Call, bound};
use crate::fault::{Fault, Outcome};
use crate::ledger::customers;
use crate::{http, rpc};
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{CsvQuery, Customer, CustomerSearch, Page, PageQuery};
use askwell::customer::csv::{self, Mode};
use futures_util::stream::{self, TryStreamExt};
use std::rc::Rc;
use worker::{Response, Stub};

/// Rows of the CSV that are in memory at once.
const CSV_PAGE: u32 = 500;
const READ: Access = Access::Scope(Scope::CustomersRead);
const EXPORT: Access = Access::Scope(Scope::CustomersExport);
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
        .body(Shape::of::<CustomerSearch>())
        .looks(),
        |call| Box::pin(search(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/customers.csv",
            "customers.export",
            EXPORT,
            "All customers as CSV (RFC 4180). No cell can be taken for a formula, unless `format=raw` is asked for.",
            &[Answer::body(200, "text/csv", "All of them, streamed.")],
        )
        .query(Shape::of::<CsvQuery>()),
        |call| Box::pin(export(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/customers.csv",
            "customers.export_found",
            EXPORT,
            "The customers that fit as CSV.",
            &[Answer::body(200, "text/csv", "All that fit, streamed.")],
        )
        .query(Shape::of::<CsvQuery>())
        .body(Shape::of::<CustomerSearch>())
        .looks(),
        |call| Box::pin(export_found(call)),
    ),
];

async fn list(call: Call) -> Outcome<Response> {
    let PageQuery { cursor, limit } = call.query()?;
    let search = CustomerSearch { cursor, limit, ..CustomerSearch::default() };
    http::reply(200, &rpc::call(&call.ledger()?, &customers::List { search }).await?)
}

async fn search(mut call: Call) -> Outcome<Response> {
    let search: CustomerSearch = call.json().await?;
    http::reply(200, &rpc::call(&call.ledger()?, &customers::List { search }).await?)
}

async fn export(call: Call) -> Outcome<Response> {
    let CsvQuery { format } = call.query()?;
    stream_csv(call.ledger()?, CustomerSearch::default(), format, signature(&call)?).await
}

async fn export_found(mut call: Call) -> Outcome<Response> {
    let CsvQuery { format } = call.query()?;
    let search: CustomerSearch = call.json().await?;
    // What cannot be looked for is refused before the first line is sent.
    let first = CustomerSearch { cursor: None, ..search.clone() };
    rpc::call(&call.ledger()?, &customers::Through { search: first }).await?;
    stream_csv(call.ledger()?, search, format, signature(&call)?).await
}

/// All that fit, page by page. A cursor and a limit, which are of lists, mean nothing here. It is noted before the
/// first line who takes them, and after the last how many.
///
/// # Errors
/// When the answer cannot be built.
pub async fn stream_csv(
    ledger: Stub,
    search: CustomerSearch,
    format: Option<Mode>,
    by: String,
) -> Outcome<Response> {
    let seq = rpc::call(&ledger, &customers::Export { search: search.clone(), by }).await?;
    let mode = format.unwrap_or(Mode::Safe);
    let ledger: Rc<Stub> = Rc::new(ledger);
    let pages = stream::try_unfold((0, Some(None)), move |(before, cursor)| {
        let ledger = Rc::clone(&ledger);
        let search = search.clone();
        async move {
            let Some(cursor) = cursor else { return Ok(None) };
            let search = CustomerSearch { cursor, limit: Some(CSV_PAGE), ..search };
            let page = rpc::call(&ledger, &customers::Through { search }).await?;
            let mut text = if before == 0 { csv::header(mode) } else { String::new() };
            page.items.iter().for_each(|customer| text.push_str(&csv::record(customer, mode)));
            // The inner none ends the stream after the last page.
            let rows = before + page.items.len() as u64;
            if page.next.is_none() {
                rpc::call(&ledger, &customers::Exported { seq, rows }).await?;
            }
            Ok::<_, Fault>(Some((text.into_bytes(), (rows, page.next.map(Some)))))
        }
    });
    let body = pages.map_err(|fault| {
        fault.log("customers.csv");
        worker::Error::RustError(fault.public().detail)
    });
    Ok(http::csv_file("customers.csv")?.from_stream(Box::pin(body))?)
}
