//! Phone calls of an outside voice operator.

use super::{Bound, Call, bound};
use crate::conversation::calls::{Act, Open, Read, Recite};
use crate::fault::{Fault, Outcome};
use crate::ledger::calls::{self, What};
use crate::ledger::channels::visitor_id;
use crate::{config, http, rpc};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, CONVERSATION, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{
    CallEnd, CallProgress, CallShown, Ending, NewAction, NewCall, NewMessage, Progress, Speaker,
    Spoken,
};
use askwell::channel;
use askwell::conversation::{Action, Direction, Platform, Role};
use askwell::customer::claim;
use askwell::detect::Kind;
use askwell::id::ConversationId;
use askwell::prompt;
use askwell::session::Options;
use askwell::time::UnixMillis;
use worker::{Response, Stub};

const READ: Access = Access::Scope(Scope::ConversationsRead);
const WRITE: Access = Access::Scope(Scope::ConversationsWrite);
const STANDS: &[Answer] = &[Answer::json(200, Shape::of::<CallShown>(), "The call as it stands.")];
/// Longest name that an operator may have for a call, in bytes.
const MAX_REFERENCE_BYTES: usize = 200;

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Post,
            "/v1/calls",
            "calls.begin",
            WRITE,
            "Tells of a call that comes in, or that is to be made.",
            &[
                Answer::json(201, Shape::of::<CallShown>(), "It is queued."),
                Answer::json(200, Shape::of::<CallShown>(), "It had been told of before."),
            ],
        )
        .body(Shape::of::<NewCall>()),
        |call| Box::pin(begin(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/calls/{conversation_id}",
            "calls.get",
            READ,
            "One call.",
            STANDS,
        ),
        |call| Box::pin(get(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/calls/{conversation_id}/progress",
            "calls.progress",
            WRITE,
            "Tells that a number is dialled, or that somebody has picked up.",
            STANDS,
        )
        .body(Shape::of::<CallProgress>()),
        |call| Box::pin(progress(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/calls/{conversation_id}/end",
            "calls.end",
            WRITE,
            "Ends a call, with what was said in it.",
            STANDS,
        )
        .body(Shape::of::<CallEnd>()),
        |call| Box::pin(end(call)),
    ),
];

async fn begin(mut call: Call) -> Outcome<Response> {
    let new: NewCall = call.json().await?;
    let invalid = |detail: &str| Fault::refused(Code::InvalidField, detail);
    if !(1..=MAX_REFERENCE_BYTES).contains(&new.reference.len()) {
        return Err(invalid("the field `reference` must have 1 to 200 bytes"));
    }
    let number = match &new.number {
        Some(number) if !number.trim().starts_with('+') => {
            return Err(invalid("the field `number` must begin with + and the country code"));
        }
        Some(number) => Some(
            claim(Kind::Phone, number, None)
                .map_err(|_| invalid("the field `number` is no phone number"))?,
        ),
        None if new.direction == Direction::Outbound => {
            return Err(invalid("the field `number` is missing: whom the call is to"));
        }
        None => None,
    };
    let by = call.principal()?;
    let workspace = by.workspace.clone();
    let parts = [workspace.as_str(), "call", new.channel_id.as_str(), &new.reference];
    let conversation_id = ConversationId::derive(&parts.map(str::as_bytes));
    let note = calls::Note {
        conversation_id: conversation_id.clone(),
        what: What::Begun(new.channel_id, new.reference.clone()),
    };
    rpc::call(&call.ledger()?, &note).await?;
    // Whoever withholds their number is known by nothing but the call.
    let who = number.as_deref().unwrap_or(conversation_id.as_str());
    let visitor_id = visitor_id(&workspace, Platform::Phone, who);
    let mut claims: Vec<_> = number.into_iter().map(|number| (Kind::Phone, number)).collect();
    claims.extend(new.name.map(|name| (Kind::Name, name)));
    let open = Open {
        workspace: workspace.clone(),
        conversation_id: conversation_id.clone(),
        visitor_id,
        platform_conversation_id: Some(new.reference),
        platform: Platform::Phone,
        direction: new.direction,
        test_mode: false,
        recorded: true,
        options: Options {
            prompt: prompt::Config { enabled: false, ..prompt::Config::default() },
            ..Options::default()
        },
        known: Vec::new(),
        held_out: false,
        channel: None,
        claims,
    };
    let object = rpc::conversation(&call.env, &workspace, &conversation_id)?;
    let opened = rpc::call(&object, &open).await?;
    if opened.meta.visitor_id != open.visitor_id {
        return Err(Fault::refused(
            Code::IdempotencyConflict,
            "this reference was used for a call with another number; choose a new one",
        ));
    }
    let status = if opened.created { 201 } else { 200 };
    http::reply(status, &shown(&call, &object, conversation_id).await?)
}

/// The call as it stands.
async fn shown(call: &Call, object: &Stub, conversation_id: ConversationId) -> Outcome<CallShown> {
    let get = calls::Get { conversation_id: conversation_id.clone() };
    let known = rpc::call(&call.ledger()?, &get).await?;
    let by = call.principal()?.clone();
    let read = rpc::call(object, &Read { by, after: Some(u32::MAX - 1) }).await?;
    Ok(CallShown {
        conversation_id,
        reference: known.reference,
        direction: read.summary.direction,
        status: read.summary.status,
        transferred: read.summary.transferred,
        dials: known.dials,
        dialled_at: known.dialled_at,
        answered_at: known.answered_at,
    })
}

/// The call that the address names; refused for a conversation that is none.
async fn named(call: &Call) -> Outcome<(ConversationId, Stub, CallShown)> {
    let id: ConversationId = call.parameter(CONVERSATION)?;
    let object = rpc::conversation(&call.env, &call.principal()?.workspace, &id)?;
    let stands = shown(call, &object, id.clone()).await?;
    Ok((id, object, stands))
}

async fn get(call: Call) -> Outcome<Response> {
    http::reply(200, &named(&call).await?.2)
}

async fn progress(mut call: Call) -> Outcome<Response> {
    let CallProgress { status, at } = call.json().await?;
    let (id, object, stands) = named(&call).await?;
    let at = past(&call, at)?.unwrap_or_else(|| config::now(&call.env));
    // Refused where it has ended.
    stands.status.after(Action::Begin, stands.direction)?;
    let illegal = |why: &str| Err(Fault::refused(Code::IllegalTransition, why));
    let what = match status {
        Progress::Dialled if stands.direction == Direction::Inbound => {
            return illegal("only outbound calls are dialled");
        }
        Progress::Dialled if stands.answered_at.is_some() => {
            return illegal("somebody has picked up already");
        }
        Progress::Dialled => What::Dialled(at.clamped()),
        Progress::InProgress => {
            let action = NewAction { action: Action::Begin, at: Some(at) };
            let act = Act { by: call.principal()?.clone(), action, idempotency_key: None };
            rpc::call(&object, &act).await?;
            What::Answered(at.clamped())
        }
    };
    rpc::call(&call.ledger()?, &calls::Note { conversation_id: id.clone(), what }).await?;
    http::reply(200, &shown(&call, &object, id).await?)
}

async fn end(mut call: Call) -> Outcome<Response> {
    let CallEnd { status, at, transcript } = call.json().await?;
    let (id, object, stands) = named(&call).await?;
    let talked = matches!(status, Ending::Completed | Ending::Transferred);
    if !talked && !transcript.is_empty() {
        return Err(Fault::refused(
            Code::InvalidField,
            "the field `transcript` is for calls in which somebody talked",
        ));
    }
    let actions: &[Action] = match status {
        Ending::Completed => &[Action::Close],
        // Whoever it was put through to goes on without us.
        Ending::Transferred => &[Action::Transfer, Action::Close],
        Ending::Failed => &[Action::Fail],
        Ending::Busy => &[Action::Busy],
        Ending::NoAnswer => &[Action::NoAnswer],
        Ending::Voicemail => &[Action::Voicemail],
    };
    for spoken in &transcript {
        past(&call, spoken.at)?;
    }
    // A recorded conversation does not go back behind what was said last.
    let at = past(&call, at)?.or_else(|| transcript.is_empty().then(|| config::now(&call.env)));
    let mut first = Vec::new();
    // Nobody talks, or is put through, before somebody has picked up.
    if talked && !stands.status.is_terminal() {
        let begun = transcript.first().and_then(|spoken| spoken.at).or(at);
        first.push(NewAction { action: Action::Begin, at: begun });
    }
    let act = |action: &Action| NewAction { action: *action, at };
    let recite = Recite {
        by: call.principal()?.clone(),
        first,
        messages: messages(transcript)?,
        actions: actions.iter().map(act).collect(),
    };
    rpc::call(&object, &recite).await?;
    http::reply(200, &shown(&call, &object, id).await?)
}

/// How far an operator's clock may be ahead of ours: 10 min.
const AHEAD_MS: i64 = 10 * 60 * 1000;

/// When something was; not what is still to come.
fn past(call: &Call, at: Option<UnixMillis>) -> Outcome<Option<UnixMillis>> {
    if at.is_some_and(|at| at > config::now(&call.env).plus(AHEAD_MS)) {
        return Err(Fault::refused(Code::InvalidField, "the field `at` is in the future"));
    }
    Ok(at)
}

/// What was said elsewhere, as messages with ids by their places.
///
/// # Errors
/// [`Code::InvalidField`] where something is empty.
pub fn messages(spoken: Vec<Spoken>) -> Outcome<Vec<NewMessage>> {
    let mut messages = Vec::new();
    for (place, Spoken { role, text, at }) in spoken.into_iter().enumerate() {
        let role = match role {
            Speaker::Customer => Role::Customer,
            Speaker::Bot => Role::Bot,
            Speaker::Agent => Role::Agent,
        };
        let parts = channel::parts(Platform::Api, &text);
        if parts.is_empty() {
            return Err(Fault::refused(
                Code::InvalidField,
                format!("the text of message {place}, from 0, must not be empty"),
            ));
        }
        for (part, text) in parts.into_iter().enumerate() {
            messages.push(NewMessage {
                id: format!("t-{place}-{part}"),
                text,
                role: Some(role),
                at,
            });
        }
    }
    Ok(messages)
}
