//! Requests that are sent again: an `Idempotency-Key` for every `POST` of the team that changes something.
//!
//! What is promised, and what is kept, stands in [`crate::ledger::idempotency`].

use super::{Bound, Call};
use crate::fault::{Fault, Outcome};
use crate::ledger::idempotency::{Answer, Begin, Begun, End, Finish, KEEP_MS};
use crate::{config, http, rpc};
use askwell::access::{Caller, Who};
use askwell::api::route::{Again, Route};
use askwell::{Code, Error, id};
use futures_util::FutureExt;
use std::cell::RefCell;
use std::rc::Rc;
use worker::{Context, Request, Response, ResponseBody, ResponseBuilder, Stub};

/// Headers of an answer that are kept with it.
const KEPT: [&str; 4] = ["content-type", "etag", "location", "cache-control"];
/// When to ask again about what is under way, in seconds.
const SOON_S: u32 = 1;

/// The key of a request that is to be done once; none where it has none, or where none is read.
///
/// # Errors
/// [`Code::InvalidField`] for what is no key.
pub fn key(route: &Route, caller: &Caller, request: &Request) -> Outcome<Option<String>> {
    let team =
        matches!(caller, Caller::In(sender) if matches!(sender.who, Who::Key(_) | Who::Member(_)));
    if team && route.is_keyed() { http::idempotency_key(request) } else { Ok(None) }
}

/// Does what a request wants unless it was done under this key before.
///
/// # Errors
/// What the handler gives; [`Code::IdempotencyConflict`], [`Code::RequestInProgress`],
/// [`Code::AlreadyDone`], [`Code::OutcomeUnknown`].
pub async fn once(
    bound: &'static Bound,
    mut call: Call,
    key: &str,
    context: &Context,
) -> Outcome<Response> {
    let begin = begin(&mut call, key).await?;
    // Whoever hangs up ends the work of a request where it is, and the end of that would not be known. What is
    // waited for goes on.
    let result = Rc::new(RefCell::new(None));
    let inside = Rc::clone(&result);
    let work = async move {
        let answered = attempt(bound, call, begin).await;
        *inside.borrow_mut() = Some(answered);
    };
    let work = work.shared();
    context.wait_until(work.clone());
    work.await;
    let cut = || Fault::Platform(worker::Error::RustError("a request came to no end".to_owned()));
    result.take().ok_or_else(cut)?
}

async fn begin(call: &mut Call, key: &str) -> Outcome<Begin> {
    let sender = call.principal()?.signature().unwrap_or_default().to_owned();
    let condition = call.header("if-match")?.unwrap_or_default();
    let (method, path) = (call.request.inner().method(), call.request.path());
    let query = call.query_text().to_owned();
    let request = [
        key.as_bytes(),
        method.as_bytes(),
        path.as_bytes(),
        query.as_bytes(),
        condition.as_bytes(),
        call.read_body().await?,
    ];
    Ok(Begin {
        name: id::digest(&[sender.as_bytes(), key.as_bytes()]),
        request: id::digest(&request),
        attempt: config::random()?,
    })
}

async fn attempt(bound: &Bound, call: Call, begin: Begin) -> Outcome<Response> {
    let ledger = call.ledger()?;
    let again = bound.route.again;
    match rpc::call(&ledger, &begin).await? {
        Begun::New => {}
        Begun::Answered(answer) => return replay(answer),
        other => return Err(told(other, again)),
    }
    let answered = (bound.handler)(call).await;
    let (end, answered) = match answered {
        Ok(response) => (done(&response, again)?, Ok(response)),
        Err(fault) if fault.public().code == Code::Internal => {
            fault.log_ours("request");
            (End::Lost, Err(lost()))
        }
        Err(fault) => (End::Refused, Err(fault)),
    };
    finish(&ledger, begin, end).await;
    answered
}

/// Writes down what came of it. Where that fails, what was done is done all the same; whoever asks again hears
/// that it is not known.
async fn finish(ledger: &Stub, begin: Begin, end: End) {
    let finish = Finish { name: begin.name, attempt: begin.attempt, end };
    if let Err(fault) = rpc::call(ledger, &finish).await {
        fault.log("the end of a request");
    }
}

fn done(response: &Response, again: Again) -> Outcome<End> {
    let body = match response.body() {
        ResponseBody::Empty => Some(""),
        ResponseBody::Body(bytes) => core::str::from_utf8(bytes).ok(),
        // What streams may be of any length.
        ResponseBody::Stream(_) => None,
    };
    if let Again::Shown { subject } = again {
        let shown = body.and_then(|body| serde_json::from_str::<serde_json::Value>(body).ok());
        let of = |shown: serde_json::Value| Some(shown.get(subject?)?.as_str()?.to_owned());
        return Ok(End::Done { answer: None, subject: shown.and_then(of) });
    }
    let Some(body) = body else { return Ok(End::Done { answer: None, subject: None }) };
    let mut headers = Vec::new();
    for name in KEPT {
        headers.extend(response.headers().get(name)?.map(|value| (name.to_owned(), value)));
    }
    let answer = Answer { status: response.status_code(), headers, body: body.to_owned() };
    Ok(End::Done { answer: Some(answer), subject: None })
}

fn replay(answer: Answer) -> Outcome<Response> {
    let mut builder = ResponseBuilder::new().with_status(answer.status);
    for (name, value) in &answer.headers {
        builder = builder.with_header(name, value)?;
    }
    Ok(if answer.body.is_empty() {
        builder.empty()
    } else {
        builder.fixed(answer.body.into_bytes())
    })
}

/// What whoever sends a known request again is told.
fn told(begun: Begun, again: Again) -> Fault {
    match begun {
        Begun::Other => Fault::refused(
            Code::IdempotencyConflict,
            "this `Idempotency-Key` was another request's; choose a new one",
        ),
        Begun::UnderWay => Fault::RefusedWith {
            error: Error::new(
                Code::RequestInProgress,
                "this request is being done; send it again in a moment to hear what came of it",
            ),
            headers: vec![("retry-after", SOON_S.to_string())],
        },
        Begun::Done { subject } => {
            Fault::refused(Code::AlreadyDone, done_before(subject.as_deref(), again))
        }
        // The others are no refusals.
        Begun::Unknown | Begun::New | Begun::Answered(_) => Fault::refused(
            Code::OutcomeUnknown,
            "this request was begun, and whether it was done is not known; look, and if it was not, send it with another `Idempotency-Key`",
        ),
    }
}

fn done_before(subject: Option<&str>, again: Again) -> String {
    let hours = KEEP_MS / 3_600_000;
    match (again, subject) {
        (Again::Shown { .. }, Some(subject)) => format!(
            "this was done within the last {hours} hours, to {subject}; its secret was shown then and is not kept: have another made in its place"
        ),
        (Again::Shown { .. }, None) => format!(
            "this was done within the last {hours} hours; its secret was shown then and is not kept: have another made in its place"
        ),
        (Again::Answered | Again::Looks, _) => format!(
            "this was done within the last {hours} hours, and its answer is not kept any more; read what stands"
        ),
    }
}

/// After a failure of ours, unlike without a key: to send the same again does not do it.
fn lost() -> Fault {
    Fault::refused(
        Code::Internal,
        "something failed on our side, and whether this was done is not known; look, and if it was not, send it with another `Idempotency-Key`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_sends_it_again_is_told_what_to_do() {
        let public = |begun, again| told(begun, again).public();
        let shown = Again::Shown { subject: Some("key_id") };
        let subject = Some("ky_1".to_owned());
        let secret = public(Begun::Done { subject }, shown);
        assert_eq!(secret.code, Code::AlreadyDone);
        assert!(secret.detail.contains("to ky_1;") && secret.detail.contains("another made"));
        let gone = public(Begun::Done { subject: None }, Again::Answered);
        assert_eq!(gone.code, Code::AlreadyDone);
        assert!(!gone.detail.contains("secret"), "{}", gone.detail);
        assert_eq!(public(Begun::Other, shown).code, Code::IdempotencyConflict);
        assert_eq!(public(Begun::Unknown, shown).code, Code::OutcomeUnknown);
        let wait = told(Begun::UnderWay, Again::Answered);
        assert!(
            matches!(wait, Fault::RefusedWith { ref headers, .. } if headers == &[("retry-after", "1".to_owned())])
        );
    }
}
