//! Tickets of another help desk, imported as conversations that have ended.

use super::calls::messages;
use super::{Bound, Call, bound};
use crate::conversation::calls::{Open, Recite};
use crate::fault::{Fault, Outcome};
use crate::ledger::channels::visitor_id;
use crate::{http, rpc};
use askwell::access::{Principal, Scope};
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{NewAction, Speaker, Spoken, Ticket, TicketRefused, TicketsImported};
use askwell::conversation::{Action, Direction, Platform};
use askwell::customer::normalise_email;
use askwell::detect::Kind;
use askwell::id::{ConversationId, VisitorId};
use askwell::prompt;
use askwell::session::Options;
use askwell::{Code, Error};
use worker::{Env, Response};

/// Most tickets of one request: each takes two calls, and an invocation has a thousand.
const MAX_TICKETS: usize = 200;

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[bound(
    Route::new(
        Method::Post,
        "/v1/tickets/import",
        "tickets.import",
        Access::Scope(Scope::ConversationsWrite),
        "Imports tickets: JSON lines, each a `Ticket`, 200 at most. The same id twice is the same ticket.",
        &[Answer::json(200, Shape::of::<TicketsImported>(), "What became of them.")],
    )
    .raw(),
    |call| Box::pin(import(call)),
)];

async fn import(mut call: Call) -> Outcome<Response> {
    let body = call.body().await?;
    let by = call.principal()?.clone();
    let text = String::from_utf8(body).map_err(|_| {
        Fault::refused(Code::MalformedJson, "not JSON lines: the body must be UTF-8")
    })?;
    let lines: Vec<(usize, &str)> =
        text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).collect();
    if lines.is_empty() || lines.len() > MAX_TICKETS {
        return Err(Fault::refused(
            Code::InvalidField,
            "the body must have 1 to 200 lines, each a ticket",
        ));
    }
    let mut done = TicketsImported { imported: 0, repeats: 0, refused: Vec::new() };
    for (place, line) in lines {
        match one(&by, line, &call.env).await {
            Ok(true) => done.imported += 1,
            Ok(false) => done.repeats += 1,
            Err(Fault::Refused(Error { code, detail })) if code != Code::Internal => {
                let line = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
                done.refused.push(TicketRefused { line, code, detail });
            }
            Err(fault) => return Err(fault),
        }
    }
    http::reply(200, &done)
}

/// Imports a ticket; false when it had been before.
async fn one(by: &Principal, line: &str, env: &Env) -> Outcome<bool> {
    let ticket: Ticket = askwell::input::object(line.as_bytes())?;
    let invalid = |detail: &str| Err(Fault::refused(Code::InvalidField, detail));
    if !(1..=200).contains(&ticket.id.len()) {
        return invalid("the field `id` must have 1 to 200 bytes");
    }
    let mut spoken = ticket.messages;
    let Some(first) = spoken.iter_mut().find(|spoken| spoken.role == Speaker::Customer) else {
        return invalid("the field `messages` must hold something that the customer said");
    };
    if let Some(subject) = ticket.subject.filter(|subject| !subject.trim().is_empty()) {
        let Spoken { text, .. } = first;
        *text = format!("{}\n\n{text}", subject.trim());
    }
    let workspace = &by.workspace;
    let parts = [workspace.as_str(), "ticket", &ticket.id].map(str::as_bytes);
    let conversation_id = ConversationId::derive(&parts);
    let who = ticket.requester;
    let visitor = match &who.email {
        Some(email) => visitor_id(workspace, Platform::Email, &normalise_email(email)),
        None => VisitorId::derive(&parts),
    };
    let claims = [(Kind::Name, who.name), (Kind::Email, who.email), (Kind::Phone, who.phone)];
    let last = spoken.iter().filter_map(|spoken| spoken.at).next_back();
    let action = if ticket.resolved { Action::Resolve } else { Action::Close };
    let recite = Recite {
        by: by.clone(),
        first: Vec::new(),
        messages: messages(spoken)?,
        actions: vec![NewAction { action, at: ticket.closed_at.or(last) }],
    };
    let open = Open {
        workspace: workspace.clone(),
        conversation_id: conversation_id.clone(),
        visitor_id: visitor,
        platform_conversation_id: Some(ticket.id),
        platform: Platform::Email,
        direction: Direction::Inbound,
        test_mode: false,
        recorded: true,
        options: Options {
            prompt: prompt::Config { enabled: false, ..prompt::Config::default() },
            ..Options::default()
        },
        known: Vec::new(),
        held_out: false,
        channel: None,
        claims: claims.into_iter().filter_map(|(kind, value)| Some((kind, value?))).collect(),
    };
    let object = rpc::conversation(env, workspace, &conversation_id)?;
    let opened = rpc::call(&object, &open).await?;
    rpc::call(&object, &recite).await?;
    Ok(opened.created)
}
