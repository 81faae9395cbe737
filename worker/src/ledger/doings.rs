//! What people do in the workspace itself, as events: making it, signing in, going from one to another.

use super::cx::Cx;
use super::events;
use super::op::{Op, Room, Write};
use crate::fault::Outcome;
use crate::rpc::Call;
use askwell::access::{Principal, Who};
use askwell::event::{AppSurface, ErrorCode, Event, Name, Payload, ResultTag, Scope, UserId};
use askwell::id::{MemberId, OrgId};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room { ops: &[Op::write::<Refused>()], ..Room::EMPTY };

/// Refused attempts to sign in are told once in so many milliseconds: whoever tries, tries often.
const REFUSED_EVERY_MS: i64 = 60_000;

/// An attempt to sign in was refused.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Refused;

impl Call for Refused {
    const NAME: &'static str = "doings.refused";
    type Out = ();
}

impl Write for Refused {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let minute = (cx.now.0 / REFUSED_EVERY_MS).to_string();
        let payload = Payload {
            app_surface: Some(AppSurface::SignIn),
            result: Some(ResultTag::Failure),
            error_code: Some(ErrorCode::InvalidCredentials),
            ..Payload::default()
        };
        tell(cx, Name::AuthSignInFailure, pseudonym("nobody"), &minute, payload)
    }
}

/// Somebody has signed in; and has so come from another workspace, where they were signed in before.
pub fn signed_in(cx: &Cx, by: &Principal, switched: bool, session: &str) -> Outcome<()> {
    let done = |app_surface| Payload {
        app_surface: Some(app_surface),
        result: Some(ResultTag::Success),
        ..Payload::default()
    };
    tell(cx, Name::AuthSignInSuccess, user(&by.who), session, done(AppSurface::SignIn))?;
    if switched {
        tell(cx, Name::WorkspaceSwitched, user(&by.who), session, done(AppSurface::Dashboard))?;
    }
    Ok(())
}

/// The operator has made the workspace.
pub fn made(cx: &Cx) -> Outcome<()> {
    let payload = Payload { app_surface: Some(AppSurface::Api), ..Payload::default() };
    tell(cx, Name::WorkspaceCreated, pseudonym("operator"), "", payload)
}

/// Who does something. A key is no person, and has a pseudonym of its own.
fn user(who: &Who) -> MemberId {
    match who {
        Who::Member(id) => id.clone(),
        Who::Key(id) | Who::Page(id) => MemberId::derive(&[b"key", id.as_str().as_bytes()]),
        Who::Visitor { visitor, .. } => pseudonym(visitor.as_str()),
        Who::System => pseudonym("system"),
    }
}

fn pseudonym(name: &str) -> MemberId {
    MemberId::derive(&[name.as_bytes()])
}

fn tell(cx: &Cx, name: Name, who: MemberId, which: &str, payload: Payload) -> Outcome<()> {
    let (org_id, user_id) = (OrgId::from(cx.workspace), UserId::Member(who));
    let scope = Scope { org_id: &org_id, workspace_id: cx.workspace, user_id: &user_id };
    events::emit(cx, &Event::new(name, &scope, None, which, cx.now, payload)?)
}
