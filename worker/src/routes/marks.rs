//! Tags and notes on customers and conversations, and feedback on conversations.

use super::people::signature;
use super::{Bound, Call, bound};
use crate::fault::Outcome;
use crate::ledger::marks::{self, Subject};
use crate::{http, rpc};
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, CONVERSATION, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{BulkTags, ConversationMarks, NewFeedback, NewNote, Note, TagChange, Tags};
use worker::Response;

const CUSTOMERS: Access = Access::Scope(Scope::CustomersWrite);
const CONVERSATIONS: Access = Access::Scope(Scope::ConversationsWrite);
const TAGS: &[Answer] = &[Answer::json(200, Shape::of::<Tags>(), "The tags now.")];
const NOTE: &[Answer] = &[Answer::json(201, Shape::of::<Note>(), "The note.")];
const GONE: &[Answer] = &[Answer::empty(204, "It is gone.")];

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Post,
            "/v1/customers/tags",
            "customers.tag_many",
            CUSTOMERS,
            "Puts tags on many customers and takes them off: all or none.",
            &[Answer::json(200, Shape::of::<Vec<Tags>>(), "The tags of each, in the same order.")],
        )
        .body(Shape::of::<BulkTags>()),
        |call| Box::pin(tag_many(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/customers/{customer_id}/tags",
            "customers.tag",
            CUSTOMERS,
            "Puts tags on a customer and takes them off.",
            TAGS,
        )
        .body(Shape::of::<TagChange>()),
        |call| {
            Box::pin(async {
                let subject = customer(&call)?;
                tag(call, subject).await
            })
        },
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/customers/{customer_id}/notes",
            "customers.note",
            CUSTOMERS,
            "Writes a note about a customer.",
            NOTE,
        )
        .body(Shape::of::<NewNote>()),
        |call| {
            Box::pin(async {
                let subject = customer(&call)?;
                note(call, subject).await
            })
        },
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/customers/{customer_id}/notes/{note_id}",
            "customers.unnote",
            CUSTOMERS,
            "Takes a note about a customer away.",
            GONE,
        ),
        |call| {
            Box::pin(async {
                let subject = customer(&call)?;
                unnote(call, subject).await
            })
        },
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/conversations/{conversation_id}/marks",
            "conversations.marks",
            Access::Scope(Scope::ConversationsRead),
            "Tags, notes and feedback on a conversation.",
            &[Answer::json(200, Shape::of::<ConversationMarks>(), "They.")],
        ),
        |call| Box::pin(get(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/{conversation_id}/tags",
            "conversations.tag",
            CONVERSATIONS,
            "Puts tags on a conversation and takes them off.",
            TAGS,
        )
        .body(Shape::of::<TagChange>()),
        |call| {
            Box::pin(async {
                let subject = conversation(&call)?;
                tag(call, subject).await
            })
        },
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/{conversation_id}/notes",
            "conversations.note",
            CONVERSATIONS,
            "Writes a note about a conversation.",
            NOTE,
        )
        .body(Shape::of::<NewNote>()),
        |call| {
            Box::pin(async {
                let subject = conversation(&call)?;
                note(call, subject).await
            })
        },
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/conversations/{conversation_id}/notes/{note_id}",
            "conversations.unnote",
            CONVERSATIONS,
            "Takes a note about a conversation away.",
            GONE,
        ),
        |call| {
            Box::pin(async {
                let subject = conversation(&call)?;
                unnote(call, subject).await
            })
        },
    ),
    bound(
        Route::new(
            Method::Put,
            "/v1/conversations/{conversation_id}/feedback",
            "conversations.feedback",
            CONVERSATIONS,
            "Leaves feedback on a conversation; one's own replaces the one before.",
            &[Answer::empty(204, "It was taken.")],
        )
        .body(Shape::of::<NewFeedback>()),
        |call| Box::pin(feedback(call)),
    ),
];

fn customer(call: &Call) -> Outcome<Subject> {
    Ok(Subject::Customer(call.parameter("customer_id")?))
}

fn conversation(call: &Call) -> Outcome<Subject> {
    Ok(Subject::Conversation(call.parameter(CONVERSATION)?))
}

async fn tag_many(mut call: Call) -> Outcome<Response> {
    let BulkTags { customer_ids, add, remove } = call.json().await?;
    let subjects = customer_ids.into_iter().map(Subject::Customer).collect();
    let change = TagChange { add, remove };
    let tags = marks::ChangeTags { subjects, change, by: signature(&call)? };
    http::reply(200, &rpc::call(&call.ledger()?, &tags).await?)
}

async fn tag(mut call: Call, subject: Subject) -> Outcome<Response> {
    let change: TagChange = call.json().await?;
    let tags = marks::ChangeTags { subjects: vec![subject], change, by: signature(&call)? };
    let tags = rpc::call(&call.ledger()?, &tags).await?;
    http::reply(200, &tags.into_iter().next().unwrap_or(Tags { tags: Vec::new() }))
}

async fn note(mut call: Call, subject: Subject) -> Outcome<Response> {
    let NewNote { text } = call.json().await?;
    let note = marks::AddNote { subject, text, by: signature(&call)? };
    http::reply(201, &rpc::call(&call.ledger()?, &note).await?)
}

async fn unnote(call: Call, subject: Subject) -> Outcome<Response> {
    let NoteId(note_id) = call.parameter("note_id")?;
    rpc::call(&call.ledger()?, &marks::RemoveNote { subject, note_id }).await?;
    Ok(Response::empty()?.with_status(204))
}

struct NoteId(String);

impl core::str::FromStr for NoteId {
    type Err = askwell::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

async fn get(call: Call) -> Outcome<Response> {
    let get = marks::Get { conversation_id: call.parameter(CONVERSATION)? };
    http::reply(200, &rpc::call(&call.ledger()?, &get).await?)
}

async fn feedback(mut call: Call) -> Outcome<Response> {
    let NewFeedback { good, text } = call.json().await?;
    let conversation_id = call.parameter(CONVERSATION)?;
    let leave = marks::LeaveFeedback { conversation_id, good, text, by: signature(&call)? };
    rpc::call(&call.ledger()?, &leave).await?;
    Ok(Response::empty()?.with_status(204))
}
