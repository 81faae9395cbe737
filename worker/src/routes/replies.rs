//! Who answers visitors, and how a conversation goes to a person and back.

use super::{Bound, Call, bound};
use crate::conversation::{Assign, GetDesk, Return, Suggest};
use crate::delivery;
use crate::fault::{Fault, Outcome};
use crate::ledger::replies::{GetSettings, ListDesk, PutSettings};
use crate::replies::clock;
use crate::{config, http, rpc};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, CONVERSATION, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{
    DeskQuery, DeskShown, NewAssignment, Page, ReplySettings, ReplySettingsShown, Suggestion,
};
use askwell::id::ConversationId;
use askwell::time::UnixMillis;
use worker::{Response, Stub};

const READ: Access = Access::Scope(Scope::ConversationsRead);
const WRITE: Access = Access::Scope(Scope::ConversationsWrite);
const SET: &[Answer] = &[Answer::json(200, Shape::of::<ReplySettingsShown>(), "How they are set.")];
const DESK: &[Answer] = &[Answer::json(200, Shape::of::<DeskShown>(), "Who has it now.")];

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/replies",
            "replies.get",
            Access::Scope(Scope::SettingsRead),
            "Who answers visitors, when the team is there, and when a person is called.",
            SET,
        ),
        |call| Box::pin(settings(call)),
    ),
    bound(
        Route::new(
            Method::Put,
            "/v1/replies",
            "replies.put",
            Access::Scope(Scope::SettingsWrite),
            "Sets who answers visitors, when the team is there, and when a person is called.",
            SET,
        )
        .body(Shape::of::<ReplySettings>()),
        |call| Box::pin(put_settings(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/inbox",
            "inbox.list",
            READ,
            "Conversations whose visitors wait for a person, the longest first; or those of another state.",
            &[Answer::json(200, Shape::of::<Page<DeskShown>>(), "A page of them.")],
        )
        .query(Shape::of::<DeskQuery>()),
        |call| Box::pin(inbox(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/conversations/{conversation_id}/desk",
            "conversations.desk",
            READ,
            "Who has a conversation.",
            DESK,
        ),
        |call| Box::pin(desk(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/{conversation_id}/assign",
            "conversations.assign",
            WRITE,
            "Gives a conversation to a person, who answers from now on; from another it is a transfer.",
            DESK,
        )
        .body(Shape::of::<NewAssignment>()),
        |call| Box::pin(assign(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/{conversation_id}/return",
            "conversations.return",
            WRITE,
            "Gives a conversation back to the answerer.",
            DESK,
        ),
        |call| Box::pin(give_back(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/{conversation_id}/suggestion",
            "conversations.suggest",
            WRITE,
            "Suggests what to say next. Sent under its id, changed or not, the reply counts as assisted.",
            &[Answer::json(200, Shape::of::<Suggestion>(), "The suggestion.")],
        ),
        |call| Box::pin(suggest(call)),
    ),
];

async fn settings(call: Call) -> Outcome<Response> {
    http::reply(200, &rpc::call(&call.ledger()?, &GetSettings).await?)
}

async fn put_settings(mut call: Call) -> Outcome<Response> {
    let settings: ReplySettings = call.json().await?;
    check(&settings, config::now(&call.env))?;
    http::reply(200, &rpc::call(&call.ledger()?, &PutSettings { settings, seen: None }).await?)
}

/// Refuses settings of which the ledger cannot tell that they would not do: addresses and time zones.
///
/// # Errors
/// [`Code::InvalidField`], naming the field.
pub fn check(settings: &ReplySettings, now: UnixMillis) -> Outcome<()> {
    if let Some(webhook) = &settings.webhook {
        if let Some(secret) = &webhook.secret {
            delivery::secret_bytes("webhook.secret", secret)?;
        }
        if !http::is_reachable(&webhook.url) {
            return Err(Fault::refused(
                Code::InvalidField,
                "the field `webhook.url` must be https, or http on a loopback host",
            ));
        }
    }
    clock::local(&settings.hours.zone, now).map(|_| ())
}

async fn inbox(call: Call) -> Outcome<Response> {
    let query: DeskQuery = call.query()?;
    http::reply(200, &rpc::call(&call.ledger()?, &ListDesk { query }).await?)
}

async fn desk(call: Call) -> Outcome<Response> {
    let (by, object) = (call.principal()?.clone(), conversation(&call)?);
    http::reply(200, &rpc::call(&object, &GetDesk { by }).await?)
}

async fn assign(mut call: Call) -> Outcome<Response> {
    let assignment: NewAssignment = call.json().await?;
    let to = assignment.member_id.map(|member| member.to_string());
    let (by, object) = (call.principal()?.clone(), conversation(&call)?);
    http::reply(200, &rpc::call(&object, &Assign { by, to }).await?)
}

async fn give_back(call: Call) -> Outcome<Response> {
    let (by, object) = (call.principal()?.clone(), conversation(&call)?);
    http::reply(200, &rpc::call(&object, &Return { by }).await?)
}

async fn suggest(call: Call) -> Outcome<Response> {
    let (by, object) = (call.principal()?.clone(), conversation(&call)?);
    http::reply(200, &rpc::call(&object, &Suggest { by }).await?)
}

fn conversation(call: &Call) -> Outcome<Stub> {
    let id: ConversationId = call.parameter(CONVERSATION)?;
    rpc::conversation(&call.env, &call.principal()?.workspace, &id)
}
