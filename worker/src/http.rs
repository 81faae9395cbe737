//! Reading requests: bounded bodies, JSON with errors that name the field, headers.

use crate::fault::{Fault, Outcome};
use askwell::api::MAX_BODY_BYTES;
use askwell::{Code, Error, input};
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::{Request, Response, ResponseBuilder, Url};

/// Reads a body of at most [`MAX_BODY_BYTES`], without buffering more than that of a longer one.
pub async fn body(request: &mut Request) -> Outcome<Vec<u8>> {
    let too_large = || {
        Fault::refused(
            Code::BodyTooLarge,
            "a request body may have 1 MB at most; send less at a time",
        )
    };
    let announced =
        request.headers().get("content-length")?.and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY_BYTES) {
        return Err(too_large());
    }
    if announced.is_some() {
        let bytes = request.bytes().await?;
        return if bytes.len() > MAX_BODY_BYTES { Err(too_large()) } else { Ok(bytes) };
    }
    if request.inner().body().is_none() {
        return Ok(Vec::new());
    }
    let mut stream = request.stream()?;
    let mut bytes = Vec::new();
    while let Some(chunk) = futures_util::StreamExt::next(&mut stream).await {
        bytes.extend_from_slice(&chunk?);
        if bytes.len() > MAX_BODY_BYTES {
            return Err(too_large());
        }
    }
    Ok(bytes)
}

/// A JSON answer.
pub fn reply<T: Serialize>(status: u16, value: &T) -> Outcome<Response> {
    Ok(ResponseBuilder::new()
        .with_status(status)
        .with_header("cache-control", "no-store")?
        .from_json(value)?)
}

/// A JSON answer with the revision of what it shows as its `ETag`.
pub fn tagged<T: Serialize>(status: u16, value: &T, revision: u64) -> Outcome<Response> {
    let mut answer = reply(status, value)?;
    answer.headers_mut().set("etag", &format!("\"{revision}\""))?;
    Ok(answer)
}

/// The beginning of an answer that a browser keeps as a file of comma-separated values.
///
/// # Errors
/// When the name cannot stand in a header.
pub fn csv_file(name: &str) -> Outcome<ResponseBuilder> {
    Ok(ResponseBuilder::new()
        .with_header("content-type", "text/csv; charset=utf-8; header=present")?
        .with_header("content-disposition", &format!("attachment; filename=\"{name}\""))?)
}

/// The revision that `If-Match` names; none without one, or where any will do.
///
/// # Errors
/// [`Code::PreconditionFailed`] for a tag that is of no revision.
pub fn if_match(request: &Request) -> Outcome<Option<u64>> {
    let Some(tag) = request.headers().get("if-match")?.filter(|tag| tag != "*") else {
        return Ok(None);
    };
    let number = tag.trim().strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    number.and_then(|number| number.parse().ok()).map(Some).ok_or_else(|| {
        Fault::refused(
            Code::PreconditionFailed,
            "the header `If-Match` must be an `ETag` that this was answered with",
        )
    })
}

/// An answer without a body: what was to be done is done.
pub fn done() -> Outcome<Response> {
    Ok(ResponseBuilder::new().with_status(204).with_header("cache-control", "no-store")?.empty())
}

/// Checks what people call something.
///
/// # Errors
/// [`Code::InvalidField`] unless it has 1 to 200 characters.
pub fn check_name(name: &str) -> Outcome<()> {
    if name.trim().is_empty() || name.chars().count() > 200 {
        return Err(Fault::refused(
            Code::InvalidField,
            "the field `name` must have 1 to 200 characters",
        ));
    }
    Ok(())
}

/// Whether something may be sent to this address: over TLS, or not over any network.
pub fn is_reachable(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| {
        let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        url.scheme() == "https" || (url.scheme() == "http" && loopback)
    })
}

/// Reads a query.
///
/// # Errors
/// [`Code::UnknownField`], [`Code::InvalidField`]; the detail names the parameter but never repeats a
/// value.
pub fn query<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let pairs = serde_html_form::Deserializer::from_bytes(text.as_bytes());
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        input::explain("parameter", &error.path().to_string(), &error.inner().to_string())
    })
}

/// The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header), 1 to 128 visible ASCII.
pub fn idempotency_key(request: &Request) -> Outcome<Option<String>> {
    let Some(key) = request.headers().get("idempotency-key")? else { return Ok(None) };
    if (1..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(Some(key))
    } else {
        Err(Fault::refused(
            Code::InvalidField,
            "the header `Idempotency-Key` must be 1 to 128 visible ASCII characters",
        ))
    }
}
