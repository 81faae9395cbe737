//! The one place where errors become HTTP answers (RFC 9457).

use crate::fault::Fault;
use askwell::api::Problem;
use askwell::{Code, Error};
use worker::{Response, ResponseBuilder};

/// The answer that a fault becomes.
///
/// # Errors
/// When the response itself cannot be built.
pub fn response(fault: &Fault, place: &str) -> worker::Result<Response> {
    fault.log_ours(place);
    let error = fault.public();
    let body = Problem::from(&error);
    let mut builder = ResponseBuilder::new()
        .with_status(body.status)
        .with_header("content-type", "application/problem+json")?;
    if error.code == Code::Unauthorized {
        builder = builder.with_header("www-authenticate", "Bearer realm=\"askwell\"")?;
    }
    if let Fault::RefusedWith { headers, .. } = fault {
        for (name, value) in headers {
            builder = builder.with_header(name, value)?;
        }
    }
    let text = serde_json::to_string(&body).unwrap_or_default();
    Ok(builder.fixed(text.into_bytes()))
}

/// Reads an error back that another object of ours answered with.
pub fn read(body: &str) -> Error {
    serde_json::from_str::<serde_json::Value>(body)
        .ok()
        .and_then(|problem| {
            let code = serde_json::from_value(problem.get("code")?.clone()).ok()?;
            Some(Error::new(code, problem.get("detail")?.as_str()?))
        })
        .unwrap_or_else(|| {
            Error::new(
                Code::Internal,
                "something failed on our side; the same request may be repeated",
            )
        })
}
