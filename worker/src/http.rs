//! Reading requests: bounded bodies, JSON with errors that name the field, headers.

use crate::fault::{Fault, Outcome};
use askwell::api::MAX_BODY_BYTES;
use askwell::{Code, Error};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
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

/// Reads a JSON body.
pub async fn json<T: DeserializeOwned>(request: &mut Request) -> Outcome<T> {
    Ok(parse(&body(request).await?)?)
}

/// Reads JSON, telling malformed text (400) from a wrong or unknown field (422).
///
/// # Errors
/// [`Code::MalformedJson`], [`Code::UnknownField`], [`Code::InvalidField`]; the detail names the
/// place but never repeats a value.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    // First the whole text: a wrong field in front must not hide that the rest is no JSON.
    let text = core::str::from_utf8(bytes)
        .map_err(|_| Error::new(Code::MalformedJson, "not JSON: the body must be UTF-8"))?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| {
        Error::new(
            Code::MalformedJson,
            format!("not JSON: line {}, column {}", error.line(), error.column()),
        )
    })?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| explain("field", &error.path().to_string(), &error.inner().to_string()))
}

fn explain(what: &str, path: &str, message: &str) -> Error {
    let quoted = |prefix: &str| {
        message.strip_prefix(prefix).and_then(|rest| rest.split('`').next()).map(str::to_owned)
    };
    if let Some(name) = quoted("unknown field `") {
        // The name is the sender's: show it only as far as it can be a field name.
        let name: String =
            name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect();
        return Error::new(Code::UnknownField, format!("there is no {what} `{name}` here"));
    }
    if let Some(name) = quoted("missing field `") {
        return Error::new(Code::InvalidField, format!("the {what} `{name}` is missing"));
    }
    let place = match (path, what) {
        (".", "field") => "the body".to_owned(),
        (".", _) => "the query".to_owned(),
        _ => format!("the {what} `{path}`"),
    };
    Error::new(Code::InvalidField, format!("{place} is of the wrong type or out of range"))
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
/// [`Code::InvalidField`] unless it has 1 to 200 bytes.
pub fn check_name(name: &str) -> Outcome<()> {
    if name.trim().is_empty() || name.len() > 200 {
        return Err(Fault::refused(
            Code::InvalidField,
            "the field `name` must have 1 to 200 bytes",
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
        explain("parameter", &error.path().to_string(), &error.inner().to_string())
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

#[cfg(test)]
mod tests {
    use super::*;
    use askwell::api::NewMessage;

    fn refusal(text: &str) -> Error {
        parse::<NewMessage>(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn errors_name_the_field_and_never_the_value() {
        for malformed in ["", "{", "{\"id\":", "[1,]", "{\"id\":\"a\",\"text\":\"b\"} x"] {
            assert_eq!(refusal(malformed).code, Code::MalformedJson, "{malformed}");
        }
        let no_utf8 = parse::<NewMessage>(b"{\"id\":\"\xff\"}").unwrap_err();
        assert_eq!(no_utf8.code, Code::MalformedJson);
        let unknown = refusal(r#"{"id":"a","text":"b","colour":"red"}"#);
        assert_eq!(unknown.code, Code::UnknownField);
        assert!(unknown.detail.contains("`colour`"));
        let missing = refusal(r#"{"id":"a"}"#);
        assert_eq!(missing.code, Code::InvalidField);
        assert!(missing.detail.contains("`text`"));
        let wrong = refusal(r#"{"id":"a","text":{"mike@example.com":1}}"#);
        assert_eq!(wrong.code, Code::InvalidField);
        assert!(wrong.detail.contains("`text`") && !wrong.detail.contains("mike"));
    }
}
