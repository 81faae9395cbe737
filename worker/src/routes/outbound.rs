//! Conversations that the team, or an automation of theirs, begins over a channel.

use super::{Bound, Call, bound};
use crate::conversation::calls::{Open, Say};
use crate::fault::{Fault, Outcome};
use crate::ledger::actions::Asking;
use crate::ledger::channels::{Begin, Recipient};
use crate::{config, http, rpc};
use askwell::Code;
use askwell::access::{Principal, Scope};
use askwell::api::route::{Access, Answer, IDEMPOTENCY_KEY, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{NewMessage, NewOutbound, Outbound};
use askwell::conversation::{Direction, MAX_MESSAGE_BYTES, Platform, Role};
use askwell::detect::Kind;
use askwell::id::ConversationId;
use askwell::session::Options;
use askwell::text::{Lang, is_blank};
use worker::{Env, Response, Stub};

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[bound(
    Route::new(
        Method::Post,
        "/v1/outbound",
        "outbound.begin",
        Access::Scope(Scope::ConversationsWrite),
        "Begins a conversation over a channel. It is queued until the customer answers.",
        &[
            Answer::json(
                201,
                Shape::of::<Outbound>(),
                "It has begun, and its first message is on its way.",
            ),
            Answer::json(
                200,
                Shape::of::<Outbound>(),
                "The idempotency key was known: it had begun.",
            ),
        ],
    )
    .headers(&[IDEMPOTENCY_KEY])
    .body(Shape::of::<NewOutbound>()),
    |call| Box::pin(begin(call)),
)];

/// The id of the message that an outbound conversation begins with.
const FIRST: &str = "outbound";

async fn begin(mut call: Call) -> Outcome<Response> {
    let key = http::idempotency_key(&call.request)?;
    let new: NewOutbound = call.json().await?;
    let key = match key {
        Some(key) => key,
        None => config::random()?,
    };
    let by = call.principal()?.clone();
    let (begun, fresh) = start(&call.env, &call.ledger()?, by, &key, new).await?;
    http::reply(if fresh { 201 } else { 200 }, &begun)
}

/// Begins a conversation, and whether it had not begun by this key before.
///
/// # Errors
/// [`Code::InvalidField`], naming the field; [`Code::NotFound`] where the channel or the customer cannot be
/// reached; [`Code::IdempotencyConflict`].
pub async fn start(
    env: &Env,
    ledger: &Stub,
    by: Principal,
    key: &str,
    new: NewOutbound,
) -> Outcome<(Outbound, bool)> {
    let invalid = |detail: &str| Err(Fault::refused(Code::InvalidField, detail));
    if is_blank(&new.text) || new.text.len() > MAX_MESSAGE_BYTES {
        return invalid("the field `text` must have 1 byte to 8 kB");
    }
    if !matches!(new.role, None | Some(Role::Agent | Role::Bot)) {
        return invalid("the field `role` must be agent or bot");
    }
    if new.subject.as_ref().is_some_and(|subject| subject.len() > 200) {
        return invalid("the field `subject` must have 200 bytes at most");
    }
    if new.subject.as_ref().is_some_and(|subject| subject.chars().any(char::is_control)) {
        return invalid("the field `subject` must be one line");
    }
    let to = match (new.to, new.customer_id) {
        (Some(user), None) => Recipient::User(user),
        (None, Some(customer)) => Recipient::Customer(customer),
        _ => return invalid("either `to` or `customer_id` is needed"),
    };
    let workspace = by.workspace.clone();
    let parts = [workspace.as_str(), "outbound", new.channel_id.as_str(), key];
    let conversation_id = ConversationId::derive(&parts.map(str::as_bytes));
    let begin = Begin {
        channel_id: new.channel_id.clone(),
        conversation_id: conversation_id.clone(),
        to,
        name: new.name,
        subject: new.subject,
    };
    let begun = rpc::call(ledger, &begin).await?;
    let mut claims: Vec<(Kind, String)> =
        begun.name.map(|name| (Kind::Name, name)).into_iter().collect();
    if begun.platform == Platform::Email {
        claims.push((Kind::Email, begun.user));
    }
    let asking = Asking { visitor_id: begun.visitor_id.clone() };
    let asked = rpc::call(ledger, &asking).await?;
    let open = Open {
        workspace: workspace.clone(),
        conversation_id: conversation_id.clone(),
        visitor_id: begun.visitor_id,
        platform_conversation_id: None,
        platform: begun.platform,
        direction: Direction::Outbound,
        test_mode: false,
        recorded: false,
        options: Options {
            lang: begun.language.as_deref().and_then(Lang::from_tag),
            prompt: asked.config,
            ..Options::default()
        },
        known: begun.known,
        held_out: asked.held_out,
        channel: Some(new.channel_id),
        claims,
    };
    let object = rpc::conversation(env, &workspace, &conversation_id)?;
    let opened = rpc::call(&object, &open).await?;
    if opened.meta.visitor_id != open.visitor_id {
        return Err(Fault::refused(
            Code::IdempotencyConflict,
            "this key was used for a different conversation; choose a new one",
        ));
    }
    let message = NewMessage { id: FIRST.to_owned(), text: new.text, role: new.role, at: None };
    let said = rpc::call(&object, &Say { by, message, had: None }).await?;
    let answer = Outbound {
        conversation_id,
        visitor_id: opened.meta.visitor_id,
        status: opened.meta.status,
        message: said.message,
    };
    Ok((answer, !said.duplicate))
}
