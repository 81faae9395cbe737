//! E-mail that comes in: Email Routing hands over what was forwarded to a channel's inbox, and it
//! goes the way of every other platform's messages.

use crate::config;
use crate::fault::{Fault, Outcome};
use crate::ledger::channels::{Hook, Receive, read_inbox};
use crate::rpc;
use askwell::Code;
use askwell::api::Connection;
use askwell::channel::email;
use worker::{Delay, Env, ForwardableEmailMessage};

/// Largest mail that is read, in bytes: Email Routing takes 25 MiB, and its text, its parts and a
/// copy have to fit beside it into 128 MB.
const MAX_BYTES: f64 = 20.0 * 1024.0 * 1024.0;
/// Pauses before another attempt, in milliseconds. What fails after these is for the sender's server
/// to try again.
const PAUSES_MS: [u64; 3] = [200, 1_000, 3_000];

/// Takes a mail, or refuses it for good with a reason that its sender is told.
///
/// # Errors
/// When it could not be stored: the sender's server tries again.
pub async fn receive(message: &ForwardableEmailMessage, env: &Env) -> worker::Result<()> {
    for pause in PAUSES_MS {
        match take(message, env).await {
            Ok(()) => return Ok(()),
            Err(Fault::Refused(error)) if error.code != Code::Internal => {
                message.set_reject(&error.detail);
                return Ok(());
            }
            Err(fault) => fault.log("mail"),
        }
        Delay::from(core::time::Duration::from_millis(pause)).await;
    }
    Err(worker::Error::RustError("a mail could not be taken".to_owned()))
}

async fn take(message: &ForwardableEmailMessage, env: &Env) -> Outcome<()> {
    let unknown = || Fault::refused(Code::NotFound, "there is no such mailbox");
    if message.raw_size() > MAX_BYTES {
        return Err(Fault::refused(Code::BodyTooLarge, "the message is larger than 20 MiB"));
    }
    let (workspace, channel) = read_inbox(&message.to()).ok_or_else(unknown)?;
    let ledger = rpc::ledger(env, &workspace)?;
    let found = match rpc::call(&ledger, &Hook { channel }).await {
        // There is no such workspace.
        Err(fault) if fault.public().code == Code::Unauthorized => None,
        found => found?,
    };
    let Some((channel_id, Connection::Email { address, .. })) = found else {
        return Err(unknown());
    };
    // The null sender (RFC 5321 §4.5.5): a bounce, whatever its headers say.
    if message.from().is_empty() {
        return Ok(());
    }
    let raw = message.raw_bytes().await?;
    let Some(mail) = email::inbound(&raw, config::now(env))? else { return Ok(()) };
    // Our own answers that find their way back.
    if mail.user == address {
        return Ok(());
    }
    rpc::call(&ledger, &Receive { channel_id, messages: vec![mail] }).await.map(drop)
}
