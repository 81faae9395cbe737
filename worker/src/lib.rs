//! The edge: routes, two kinds of objects, queue consumers and the daily cron.
//!
//! Every file here converts and delegates; what can be decided natively is decided in `askwell`.

#![allow(missing_docs, reason = "the code that #[durable_object] writes has none")]

mod alarm;
mod asked;
mod asks;
mod auth;
mod bounded;
mod closing;
mod config;
mod conversation;
mod delivery;
mod fault;
mod hourly;
mod http;
mod jobs;
mod ledger;
mod llm;
mod mail;
mod opinion;
mod pages;
mod platform;
mod problem;
mod queue;
mod replies;
mod routes;
mod rpc;
mod sql;
mod vault;

pub use conversation::Conversation;
pub use ledger::Workspace;

use worker::{
    Context, Env, ForwardableEmailMessage, MessageBatch, Request, Response, ScheduleContext,
    ScheduledEvent, event,
};

/// A failing program says where in the log.
#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// HTTP.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    if pages::are_at(&request.path()) {
        return pages::serve(request, &env).await;
    }
    routes::serve(request, &env, &context).await
}

/// Queues: closings to classify, events to deliver, and what either gave up on.
#[event(queue)]
async fn queue(
    batch: MessageBatch<serde::de::IgnoredAny>,
    env: Env,
    _context: Context,
) -> worker::Result<()> {
    match batch.queue().as_str() {
        name if name.ends_with("-closed") => closing::consume(&batch, &env).await,
        name if name.ends_with("-events") => delivery::consume(&batch, &env).await,
        name if name.ends_with("-asks") => asks::consume(&batch, &env).await,
        name if name.ends_with("-asks-dead") => asks::bury(&batch, &env).await,
        name if name.ends_with("-closed-dead") => queue::bury_closings(&batch, &env).await,
        name if name.ends_with("-events-dead") => queue::bury_events(&batch, &env).await,
        name => {
            worker::console_error!("the queue {name} is not one of ours; its messages wait");
            batch.retry_all();
        }
    }
    Ok(())
}

/// E-mail that Email Routing hands over.
#[event(email)]
async fn email(
    message: ForwardableEmailMessage,
    env: Env,
    _context: Context,
) -> worker::Result<()> {
    mail::receive(&message, &env).await
}

/// Cron: what is due every hour.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    if let Err(fault) = hourly::round(&env).await {
        fault.log("cron");
    }
}
