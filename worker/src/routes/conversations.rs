//! Conversations: opening, saying, doing, reading.

use super::{Bound, Call, bound};
use crate::auth::visitor;
use crate::conversation::calls::{Act, Amend, Attend, Open, Opened, Read, Say};
use crate::fault::{Fault, Outcome};
use crate::ledger::actions::{self, Asking};
use crate::ledger::documents::{self, Versioned, VisitorDocument};
use crate::ledger::{archives, conversations, customers};
use crate::{config, http, rpc};
use askwell::access::{Principal, Scope, Who};
use askwell::api::route::{Access, Answer, CONVERSATION, IDEMPOTENCY_KEY, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{
    ConversationDetail, ConversationOpened, ConversationSearch, ConversationState,
    ConversationSummary, FactsAmended, MAX_REFERENCE_BYTES, MessageAccepted, MessagePage,
    MessageQuery, NewAction, NewConversation, NewFact, NewMessage, NewPresence, Page, PageQuery,
    ReadMarks,
};
use askwell::conversation::{Direction, Platform};
use askwell::detect::Kind;
use askwell::id::{ConversationId, VisitorId, WorkspaceId};
use askwell::prompt;
use askwell::session::Options;
use askwell::text::Lang;
use askwell::{Code, Error};
use worker::{Env, Response, Stub};

const READ: Access = Access::Scope(Scope::ConversationsRead);

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations",
            "conversations.open",
            Access::PageOr(Scope::ConversationsWrite),
            "Opens a conversation, and gives its visitor a token.",
            &[
                Answer::json(201, Shape::of::<ConversationOpened>(), "It is open."),
                Answer::json(200, Shape::of::<ConversationOpened>(), "The idempotency key was known: it was open."),
            ],
        )
        .headers(&[IDEMPOTENCY_KEY])
        .body(Shape::of::<NewConversation>()),
        |call| Box::pin(open(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/conversations",
            "conversations.list",
            READ,
            "Conversations, the latest begun first.",
            &[Answer::json(200, Shape::of::<Page<ConversationSummary>>(), "A page of them.")],
        )
        .query(Shape::of::<PageQuery>()),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/search",
            "conversations.search",
            READ,
            "Conversations that fit, the latest begun first.",
            &[Answer::json(200, Shape::of::<Page<ConversationSummary>>(), "A page of them.")],
        )
        .body(Shape::of::<ConversationSearch>())
        .looks(),
        |call| Box::pin(search(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/conversations/{conversation_id}",
            "conversations.get",
            READ,
            "One conversation with all that is known of it.",
            &[Answer::json(200, Shape::of::<ConversationDetail>(), "The conversation.")],
        ),
        |call| Box::pin(get(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/conversations/{conversation_id}/messages",
            "messages.list",
            Access::VisitorOr(Scope::ConversationsRead),
            "What was said in a conversation.",
            &[Answer::json(200, Shape::of::<MessagePage>(), "The messages, in their order.")],
        )
        .query(Shape::of::<MessageQuery>()),
        |call| Box::pin(messages(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/{conversation_id}/messages",
            "messages.create",
            Access::VisitorOr(Scope::ConversationsWrite),
            "Says something. The same message id twice is the same message.",
            &[
                Answer::json(201, Shape::of::<MessageAccepted>(), "It was taken."),
                Answer::json(200, Shape::of::<MessageAccepted>(), "It had been taken before."),
            ],
        )
        .body(Shape::of::<NewMessage>()),
        |call| Box::pin(say(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/{conversation_id}/actions",
            "conversations.act",
            Access::VisitorOr(Scope::ConversationsWrite),
            "Closes, resolves, hands off, transfers or reopens a conversation. A visitor may close.",
            &[Answer::json(200, Shape::of::<ConversationState>(), "Where it stands now.")],
        )
        .headers(&[IDEMPOTENCY_KEY])
        .body(Shape::of::<NewAction>()),
        |call| Box::pin(act(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/{conversation_id}/facts",
            "facts.amend",
            Access::VisitorOr(Scope::ConversationsWrite),
            "Corrects or takes back what was noted of the visitor.",
            &[Answer::json(200, Shape::of::<FactsAmended>(), "What stands now.")],
        )
        .body(Shape::of::<NewFact>()),
        |call| Box::pin(amend(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/conversations/{conversation_id}/presence",
            "presence.attend",
            Access::VisitorOr(Scope::ConversationsWrite),
            "Tells that somebody writes, or how far they have read.",
            &[Answer::json(200, Shape::of::<ReadMarks>(), "How far each side has read.")],
        )
        .body(Shape::of::<NewPresence>()),
        |call| Box::pin(attend(call)),
    ),
];

/// Shortest idempotency key of a page: whoever knows it can go on with the conversation, so it must
/// be as hard to guess as a random UUID (122 bits).
const MIN_PAGE_KEY: usize = 32;

async fn open(mut call: Call) -> Outcome<Response> {
    let key = http::idempotency_key(&call.request)?;
    let new: NewConversation = call.json().await?;
    let principal = call.principal()?;
    let (workspace, env) = (&principal.workspace, &call.env);
    let page = matches!(principal.who, Who::Page(_));
    if new.platform_conversation_id.as_ref().is_some_and(|id| id.len() > MAX_REFERENCE_BYTES) {
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
    let visitor_id = visitor_id(&new, platform, workspace, &random, env)?;
    let named = new.visitor_token.is_some() || new.visitor_ref.is_some();
    let wanted = named.then(|| visitor_id.clone());
    // What the owner set holds at once, so it is the ledger's; the profile is read where the visitor is.
    let ledger = call.ledger()?;
    let asking = Asking { visitor_id: visitor_id.clone() };
    let (mut known, asked) = futures_util::future::join(
        profile(env, workspace, &visitor_id),
        rpc::call(&ledger, &asking),
    )
    .await;
    let actions::Asked { config, held_out } = asked?;
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
            prompt: prompt::Config { enabled: config.enabled && !new.recorded, ..config },
        },
        known,
        held_out: held_out && !new.recorded,
        channel: None,
        claims: Vec::new(),
    };
    let object = rpc::conversation(env, workspace, &conversation_id)?;
    let Opened { created, meta, session } = rpc::call(&object, &input).await?;
    // Nobody gets the token of another visitor.
    if wanted.is_some_and(|wanted| wanted != meta.visitor_id) {
        return Err(Fault::refused(
            Code::IdempotencyConflict,
            "this key was used for another visitor; choose a new one",
        ));
    }
    let answer = ConversationOpened {
        visitor_token: visitor::issue(env, workspace, &meta.visitor_id, &conversation_id)?,
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

fn visitor_id(
    new: &NewConversation,
    platform: Platform,
    workspace: &WorkspaceId,
    random: &str,
    env: &Env,
) -> Outcome<VisitorId> {
    if let Some(token) = &new.visitor_token {
        let token = visitor::read(token, env)?;
        if token.workspace != *workspace {
            return Err(Fault::refused(Code::Unauthorized, "this token is of another workspace"));
        }
        return Ok(token.visitor);
    }
    let (kind, name): (&[u8], &str) = match &new.visitor_ref {
        Some(name) if name.is_empty() || name.len() > MAX_REFERENCE_BYTES => {
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

async fn say(mut call: Call) -> Outcome<Response> {
    let message: NewMessage = call.json().await?;
    let (by, object) = (call.principal()?.clone(), conversation(&call)?);
    let accepted = rpc::call(&object, &Say { by, message, had: None }).await?;
    http::reply(if accepted.duplicate { 200 } else { 201 }, &accepted)
}

async fn act(mut call: Call) -> Outcome<Response> {
    let idempotency_key = http::idempotency_key(&call.request)?;
    let action: NewAction = call.json().await?;
    let (by, object) = (call.principal()?.clone(), conversation(&call)?);
    http::reply(200, &rpc::call(&object, &Act { by, action, idempotency_key }).await?)
}

async fn amend(mut call: Call) -> Outcome<Response> {
    let fact: NewFact = call.json().await?;
    let (by, object) = (call.principal()?.clone(), conversation(&call)?);
    http::reply(200, &rpc::call(&object, &Amend { by, fact }).await?)
}

async fn attend(mut call: Call) -> Outcome<Response> {
    let presence: NewPresence = call.json().await?;
    let (by, object) = (call.principal()?.clone(), conversation(&call)?);
    http::reply(200, &rpc::call(&object, &Attend { by, presence }).await?)
}

async fn messages(call: Call) -> Outcome<Response> {
    let MessageQuery { after } = call.query()?;
    let by = call.principal()?.clone();
    let is_visitor = by.is_visitor();
    let id: ConversationId = call.parameter(CONVERSATION)?;
    let object = conversation(&call)?;
    let read = Read { by: by.clone(), after };
    let (read, noted) =
        futures_util::future::join(rpc::call(&object, &read), looked(&call.env, &by, &id)).await;
    let read = read?;
    noted?;
    let messages = if read.archived {
        let get = archives::Get { conversation_id: id };
        let archive = rpc::call(&call.ledger()?, &get).await?;
        let removed = || Error::new(Code::Gone, "what was said in this conversation was removed");
        let mut messages = archive.ok_or_else(removed)?.messages;
        messages.retain(|message| after.is_none_or(|seq| message.seq > seq));
        if is_visitor {
            messages.iter_mut().for_each(|message| message.by = None);
        }
        messages
    } else {
        read.messages
    };
    http::reply(200, &MessagePage { status: read.summary.status, messages, read: read.read })
}

async fn get(call: Call) -> Outcome<Response> {
    let id = call.parameter(CONVERSATION)?;
    http::reply(200, &opened(&call.env, call.principal()?, &id).await?)
}

/// One conversation as the team sees it; that somebody looks at it is noted.
///
/// # Errors
/// [`Code::NotFound`](askwell::Code::NotFound).
pub async fn opened(env: &Env, by: &Principal, id: &ConversationId) -> Outcome<ConversationDetail> {
    let (detail, noted) =
        futures_util::future::join(detail(env, by, id), looked(env, by, id)).await;
    let detail = detail?;
    noted?;
    Ok(detail)
}

/// Notes that somebody of the team looks at what was said.
///
/// # Errors
/// When it cannot be noted: then nobody is to see it.
pub async fn looked(env: &Env, by: &Principal, id: &ConversationId) -> Outcome<()> {
    if by.is_visitor() {
        return Ok(());
    }
    let by_whom = by.signature().unwrap_or("team").to_owned();
    let looked = customers::Looked { conversation_id: id.clone(), by: by_whom };
    rpc::call(&rpc::ledger(env, &by.workspace)?, &looked).await
}

/// One conversation as the team sees it, without a note of it.
///
/// # Errors
/// [`Code::NotFound`](askwell::Code::NotFound).
pub async fn detail(env: &Env, by: &Principal, id: &ConversationId) -> Outcome<ConversationDetail> {
    let read = rpc::call(
        &rpc::conversation(env, &by.workspace, id)?,
        &Read { by: by.clone(), after: None },
    )
    .await?;
    let get = conversations::Get { conversation_id: id.clone() };
    let stored = rpc::call(&rpc::ledger(env, &by.workspace)?, &get).await?;
    Ok(match stored {
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
            ConversationDetail {
                summary,
                transcript: read.messages,
                facts: read.facts,
                proven: read.proven,
                answers,
            }
        }
    })
}

async fn list(call: Call) -> Outcome<Response> {
    let PageQuery { cursor, limit } = call.query()?;
    let search = ConversationSearch { cursor, limit, ..ConversationSearch::default() };
    http::reply(200, &rpc::call(&call.ledger()?, &conversations::List { search }).await?)
}

async fn search(mut call: Call) -> Outcome<Response> {
    let search: ConversationSearch = call.json().await?;
    http::reply(200, &rpc::call(&call.ledger()?, &conversations::List { search }).await?)
}

/// The conversation that the address names, in the sender's workspace.
pub fn conversation(call: &Call) -> Outcome<Stub> {
    let id: ConversationId = call.parameter(CONVERSATION)?;
    rpc::conversation(&call.env, &call.principal()?.workspace, &id)
}
