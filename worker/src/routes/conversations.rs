//! Conversations: opening, saying, doing, reading.

use super::team;
use super::workspaces::page_query;
use crate::auth::{Caller, VisitorToken, caller, issue_token, visitor_token};
use crate::conversation::calls::{Act, Actor, Amend, Attend, Open, Opened, Read, Say};
use crate::fault::{Fault, Outcome};
use crate::ledger::documents::{self, Versioned, VisitorDocument};
use crate::ledger::{archives, conversations};
use crate::{config, http, rpc};
use askwell::Code;
use askwell::api::{
    ConversationDetail, ConversationOpened, MessagePage, NewAction, NewConversation, NewFact,
    NewMessage, NewPresence,
};
use askwell::conversation::{Direction, Platform};
use askwell::detect::Kind;
use askwell::id::{ConversationId, VisitorId, WorkspaceId};
use askwell::prompt;
use askwell::session::Options;
use askwell::text::Lang;
use worker::{Env, Request, Response};

/// Shortest idempotency key of a page: whoever knows it can go on with the conversation, so it must
/// be as hard to guess as a random UUID (122 bits).
const MIN_PAGE_KEY: usize = 32;

/// `POST /v1/conversations`
pub async fn open(request: &mut Request, env: &Env) -> Outcome<Response> {
    let who = caller(request, env).await?;
    let key = http::idempotency_key(request)?;
    let new: NewConversation = http::json(request).await?;
    let (workspace, page) = match who {
        Caller::Page(workspace) => (workspace, true),
        Caller::Team(workspace) => (workspace, false),
        _ => return Err(Fault::refused(Code::Forbidden, "this needs a site key or a secret key")),
    };
    if new.platform_conversation_id.as_ref().is_some_and(|id| id.len() > 200) {
        return Err(Fault::refused(
            Code::InvalidField,
            "the field `platform_conversation_id` must have 200 bytes at most",
        ));
    }
    if page {
        check_page(&new, key.as_deref())?;
    }
    let scope: &[u8] = if page { b"page" } else { b"team" };
    let random = config::random()?;
    let key = key.unwrap_or_else(|| random.clone());
    let conversation_id =
        ConversationId::derive(&[workspace.as_str().as_bytes(), scope, key.as_bytes()]);
    let platform = new.platform.unwrap_or(if page { Platform::WebWidget } else { Platform::Api });
    let visitor_id = visitor(&new, platform, &workspace, &random, env)?;
    let mut known = profile(env, &workspace, &visitor_id).await;
    known
        .extend(new.known.iter().filter(|kind| !known.contains(kind)).copied().collect::<Vec<_>>());

    let input = Open {
        workspace: workspace.clone(),
        conversation_id: conversation_id.clone(),
        visitor_id,
        platform_conversation_id: new.platform_conversation_id,
        platform,
        direction: new.direction,
        test_mode: new.test_mode,
        recorded: new.recorded,
        options: Options {
            lang: new.locale.as_deref().and_then(Lang::from_tag),
            region: new.region,
            // What was held elsewhere is written down as it was: nothing is asked in it.
            prompt: prompt::Config { enabled: !new.recorded, ..prompt::Config::default() },
        },
        known,
    };
    let object = rpc::conversation(env, &workspace, &conversation_id)?;
    let Opened { created, meta, session } = rpc::call(&object, &input).await?;
    let answer = ConversationOpened {
        visitor_token: issue_token(env, &workspace, &meta.visitor_id, &conversation_id)?,
        conversation_id,
        visitor_id: meta.visitor_id,
        status: meta.status,
        revision: meta.revision,
        messages: meta.messages,
        session,
    };
    http::reply(if created { 201 } else { 200 }, &answer)
}

fn check_page(new: &NewConversation, key: Option<&str>) -> Outcome<()> {
    if key.is_some_and(|key| key.len() < MIN_PAGE_KEY) {
        return Err(Fault::refused(
            Code::InvalidField,
            "with a site key the header `Idempotency-Key` must be random and of 32 characters or more",
        ));
    }
    if new.recorded || new.visitor_ref.is_some() || new.direction == Direction::Outbound {
        return Err(Fault::refused(
            Code::Forbidden,
            "`recorded`, `visitor_ref` and outbound conversations need a secret key",
        ));
    }
    Ok(())
}

fn visitor(
    new: &NewConversation,
    platform: Platform,
    workspace: &WorkspaceId,
    random: &str,
    env: &Env,
) -> Outcome<VisitorId> {
    if let Some(token) = &new.visitor_token {
        let token = visitor_token(token, env)?;
        if token.workspace != *workspace {
            return Err(Fault::refused(Code::Unauthorized, "this token is of another workspace"));
        }
        return Ok(token.visitor);
    }
    let (kind, name): (&[u8], &str) = match &new.visitor_ref {
        Some(name) if name.is_empty() || name.len() > 200 => {
            return Err(Fault::refused(
                Code::InvalidField,
                "the field `visitor_ref` must have 1 to 200 bytes",
            ));
        }
        Some(name) => (b"ref", name),
        None => (b"random", random),
    };
    let parts = [workspace.as_str(), platform.as_str()].map(str::as_bytes);
    Ok(VisitorId::derive(&[parts[0], parts[1], kind, name.as_bytes()]))
}

/// What the profile holds. Where it cannot be read nothing is known: a question too many is better
/// than no chat.
async fn profile(env: &Env, workspace: &WorkspaceId, visitor: &VisitorId) -> Vec<Kind> {
    let read = async {
        let key = documents::Kind::Visitor.key(workspace, visitor.as_str());
        let document: Option<Versioned<VisitorDocument>> =
            env.kv(config::DOCUMENTS)?.get(&key).json().await?;
        Ok::<_, Fault>(document.and_then(Versioned::known).unwrap_or_default().known)
    };
    read.await.unwrap_or_else(|fault| {
        fault.log("profile");
        Vec::new()
    })
}

/// `POST /v1/conversations/{id}/messages`
pub async fn say(id: &str, request: &mut Request, env: &Env) -> Outcome<Response> {
    let (workspace, id, actor) = participant(id, request, env).await?;
    let message: NewMessage = http::json(request).await?;
    let object = rpc::conversation(env, &workspace, &id)?;
    let accepted = rpc::call(&object, &Say { actor, message }).await?;
    http::reply(if accepted.duplicate { 200 } else { 201 }, &accepted)
}

/// `POST /v1/conversations/{id}/actions`
pub async fn act(id: &str, request: &mut Request, env: &Env) -> Outcome<Response> {
    let (workspace, id, actor) = participant(id, request, env).await?;
    let idempotency_key = http::idempotency_key(request)?;
    let action: NewAction = http::json(request).await?;
    let object = rpc::conversation(env, &workspace, &id)?;
    let state = rpc::call(&object, &Act { actor, action, idempotency_key }).await?;
    http::reply(200, &state)
}

/// `POST /v1/conversations/{id}/facts`
pub async fn amend(id: &str, request: &mut Request, env: &Env) -> Outcome<Response> {
    let (workspace, id, actor) = participant(id, request, env).await?;
    let fact: NewFact = http::json(request).await?;
    let object = rpc::conversation(env, &workspace, &id)?;
    let amended = rpc::call(&object, &Amend { actor, fact }).await?;
    http::reply(200, &amended)
}

/// `POST /v1/conversations/{id}/presence`
pub async fn attend(id: &str, request: &mut Request, env: &Env) -> Outcome<Response> {
    let (workspace, id, actor) = participant(id, request, env).await?;
    let presence: NewPresence = http::json(request).await?;
    let object = rpc::conversation(env, &workspace, &id)?;
    let read = rpc::call(&object, &Attend { actor, presence }).await?;
    http::reply(200, &read)
}

/// `GET /v1/conversations/{id}/messages?after=`
pub async fn messages(id: &str, request: &Request, env: &Env) -> Outcome<Response> {
    let (workspace, id, actor) = participant(id, request, env).await?;
    let after: Option<u32> = http::number(&http::query(request)?, "after")?;
    let object = rpc::conversation(env, &workspace, &id)?;
    let read = rpc::call(&object, &Read { actor, after }).await?;
    let messages = if read.archived {
        let ledger = rpc::ledger(env, &workspace)?;
        let archive = rpc::call(&ledger, &archives::Get { conversation_id: id }).await?;
        let mut messages = archive.map(|archive| archive.messages).unwrap_or_default();
        messages.retain(|message| after.is_none_or(|seq| message.seq > seq));
        messages
    } else {
        read.messages
    };
    http::reply(200, &MessagePage { status: read.summary.status, messages, read: read.read })
}

/// `GET /v1/conversations/{id}`
pub async fn get(id: &str, request: &Request, env: &Env) -> Outcome<Response> {
    let workspace = team(request, env).await?;
    let id: ConversationId = id.parse()?;
    let object = rpc::conversation(env, &workspace, &id)?;
    let read = rpc::call(&object, &Read { actor: Actor::Team, after: None }).await?;
    let ledger = rpc::ledger(env, &workspace)?;
    let stored = rpc::call(&ledger, &conversations::Get { conversation_id: id }).await?;
    let detail = match stored {
        Some(stored) if read.archived => stored,
        // Live: the words and the status are the object's, what was concluded is the ledger's.
        stored => {
            let (recorded, answers) = match stored {
                Some(stored) => (Some(stored.summary), stored.answers),
                None => (None, Vec::new()),
            };
            let mut summary = read.summary;
            if let Some(recorded) = recorded {
                summary.customer_id = recorded.customer_id;
                summary.revision = recorded.revision;
                summary.sentiment = recorded.sentiment;
                summary.classify_ms = recorded.classify_ms;
            }
            ConversationDetail { summary, transcript: read.messages, facts: read.facts, answers }
        }
    };
    http::reply(200, &detail)
}

/// `GET /v1/conversations?cursor=&limit=`
pub async fn list(request: &Request, env: &Env) -> Outcome<Response> {
    let ledger = rpc::ledger(env, &team(request, env).await?)?;
    let page = rpc::call(&ledger, &conversations::List { page: page_query(request)? }).await?;
    http::reply(200, &page)
}

async fn participant(
    id: &str,
    request: &Request,
    env: &Env,
) -> Outcome<(WorkspaceId, ConversationId, Actor)> {
    let who = caller(request, env).await?;
    let id: ConversationId = id.parse()?;
    match who {
        Caller::Team(workspace) => Ok((workspace, id, Actor::Team)),
        Caller::Visitor(token) => {
            let actor = visitor_of(&token, &id)?;
            Ok((token.workspace, id, actor))
        }
        _ => Err(Fault::refused(Code::Forbidden, "this needs a visitor token or a secret key")),
    }
}

/// The visitor that a token speaks for, in the one conversation that it is for.
///
/// # Errors
/// [`Code::Forbidden`] in any other.
pub fn visitor_of(token: &VisitorToken, id: &ConversationId) -> Outcome<Actor> {
    if token.conversation == *id {
        Ok(Actor::Visitor(token.visitor.clone()))
    } else {
        Err(Fault::refused(Code::Forbidden, "this token is for another conversation"))
    }
}
