//! The sockets of a conversation: who listens, what they send, and what they are told.
//!
//! A socket outlives the request that opened it, and must not outlive the right to it. What the team sends
//! is looked up as a request would be, with every frame. What they hear is looked up again when the last
//! look is a minute old: a key that is revoked hears for a minute at most, and says nothing at once.
//! A visitor's token is good for its own conversation alone, and is looked at when the socket is opened.

use super::calls::{Attend, Say};
use super::{Conversation, store, turn};
use crate::config;
use crate::fault::{Fault, Outcome, from_json};
use crate::ledger::keys::{Identify, Shown, Stands};
use crate::rpc;
use askwell::access::{Principal, Scope};
use askwell::api::{ClientFrame, MAX_BODY_BYTES, ServerFrame};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};
use worker::{Request, Response, WebSocket, WebSocketIncomingMessage, WebSocketPair};

/// The header in which the route tells who listens.
pub const LISTENER: &str = "x-askwell-listener";
/// How old a look may be, in milliseconds.
const LOOK_EVERY_MS: i64 = 60_000;
/// What a socket is closed with whose key or session is not good any more: RFC 6455 §7.4.2 leaves 4000 to
/// 4999 to us, and this one reads like HTTP's 401.
const CLOSED_UNAUTHORIZED: u16 = 4401;

/// Who listens on a socket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Listener {
    /// Whoever it is, when they were last looked up.
    pub by: Principal,
    /// What the team showed; visitors show a token that is good by itself.
    pub shown: Option<Shown>,
    /// When they were last looked up.
    pub looked_at: UnixMillis,
}

impl Listener {
    fn is_fresh(&self, now: UnixMillis) -> bool {
        self.shown.is_none() || now.0.saturating_sub(self.looked_at.0) < LOOK_EVERY_MS
    }
}

impl Conversation {
    pub(super) async fn socket(&self, request: &Request) -> Outcome<Response> {
        let sql = self.existing().await?;
        let header = request.headers().get(LISTENER)?.unwrap_or_default();
        let listener: Listener = from_json("listener", &header)?;
        turn::authorise(&store::meta(&sql)?, &listener.by)?;
        let pair = WebSocketPair::new()?;
        self.state.accept_web_socket(&pair.server);
        pair.server.serialize_attachment(&listener)?;
        Ok(Response::from_websocket(pair.client)?)
    }

    pub(super) async fn frame(
        &self,
        socket: &WebSocket,
        message: WebSocketIncomingMessage,
    ) -> Outcome<Option<ServerFrame>> {
        let WebSocketIncomingMessage::String(text) = message else {
            return Err(Error::new(Code::MalformedJson, "frames are JSON text").into());
        };
        if text.len() > MAX_BODY_BYTES {
            return Err(Error::new(Code::BodyTooLarge, "a frame may have 1 MB at most").into());
        }
        let by = self.sender(socket).await?;
        match askwell::input::object::<ClientFrame>(text.as_bytes())? {
            ClientFrame::Message(message) => {
                let accepted = self.say(Say { by, message, had: None }).await?;
                Ok(Some(ServerFrame::Accepted(Box::new(accepted))))
            }
            ClientFrame::Presence(presence) => {
                self.attend(Attend { by, presence }).await?;
                Ok(None)
            }
        }
    }

    /// Who sent a frame, as of now.
    async fn sender(&self, socket: &WebSocket) -> Outcome<Principal> {
        let Some(listener) = listener(socket) else { return Err(unauthorized()) };
        let Some(shown) = &listener.shown else { return Ok(listener.by) };
        let ledger = rpc::ledger(&self.env, &listener.by.workspace)?;
        let identify = Identify { shown: shown.clone(), address: String::new() };
        let found = rpc::call(&ledger, &identify).await?.ok_or_else(unauthorized)?;
        self.looked(socket, &listener, found.principal.clone());
        if !found.standing.allowed {
            let error = Error::new(Code::RateLimited, "too many frames; wait, and go on slower");
            return Err(error.into());
        }
        if !found.principal.scopes.has(Scope::ConversationsWrite) {
            let detail = "this needs a secret key, or a role, with the scope conversations:write";
            return Err(Error::new(Code::Forbidden, detail).into());
        }
        Ok(found.principal)
    }

    /// Tells all who listen, and hangs up on those who may not any more.
    pub(super) async fn broadcast(&self, frame: &ServerFrame) {
        let Ok(text) = serde_json::to_string(frame) else { return };
        // Last, so that nobody waits for a look at somebody else.
        for (socket, listener) in self.tell_fresh(&text) {
            match self.stands(&listener).await {
                Ok(Some(by)) => {
                    self.looked(&socket, &listener, by);
                    tell(&socket, &text);
                }
                Ok(None) => hang_up(&socket),
                // It is looked at with the next frame, and what it misses is there over HTTP.
                Err(fault) => fault.log("who listens"),
            }
        }
    }

    /// Tells at once those who need no look: for what may be missed, since something later makes up for it.
    pub(super) fn hint(&self, frame: &ServerFrame) {
        if let Ok(text) = serde_json::to_string(frame) {
            self.tell_fresh(&text);
        }
    }

    /// Tells those who were looked up a short while ago, and gives the others.
    fn tell_fresh(&self, text: &str) -> Vec<(WebSocket, Listener)> {
        let now = config::now(&self.env);
        let mut stale = Vec::new();
        for socket in self.state.get_websockets() {
            match listener(&socket) {
                Some(listener) if listener.is_fresh(now) => tell(&socket, text),
                Some(listener) => stale.push((socket, listener)),
                None => hang_up(&socket),
            }
        }
        stale
    }

    /// Who listens, if they still may.
    async fn stands(&self, listener: &Listener) -> Outcome<Option<Principal>> {
        let Some(shown) = &listener.shown else { return Ok(Some(listener.by.clone())) };
        let ledger = rpc::ledger(&self.env, &listener.by.workspace)?;
        let by = rpc::call(&ledger, &Stands { shown: shown.clone() }).await?;
        Ok(by.filter(|by| by.scopes.has(Scope::ConversationsRead)))
    }

    fn looked(&self, socket: &WebSocket, before: &Listener, by: Principal) {
        let looked_at = config::now(&self.env);
        let listener = Listener { by, shown: before.shown.clone(), looked_at };
        // Where it cannot be noted it is looked up once more.
        let _ = socket.serialize_attachment(&listener);
    }
}

/// Who listens on a socket; none where that was noted by another version.
fn listener(socket: &WebSocket) -> Option<Listener> {
    socket.deserialize_attachment().ok().flatten()
}

fn tell(socket: &WebSocket, text: &str) {
    // One that cannot be written to is gone; its owner reads what it missed over HTTP.
    let _ = socket.send_with_str(text);
}

/// Closes the socket of somebody who may not listen any more.
pub(super) fn hang_up(socket: &WebSocket) {
    // One that is gone already needs no closing.
    let _ = socket.close(Some(CLOSED_UNAUTHORIZED), Some("unauthorized"));
}

fn unauthorized() -> Fault {
    Fault::refused(Code::Unauthorized, "open the socket anew with a key or token that is good")
}
