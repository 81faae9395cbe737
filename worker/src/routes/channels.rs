//! Channels: connecting them, what became of what was sent over them.

use super::{Bound, Call, bound};
use crate::fault::{Fault, Outcome};
use crate::ledger::channels;
use crate::{config, http, rpc};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{
    Channel, ChannelDelivery, ChannelDeliveryQuery, ChannelList, Connection, NewChannel, Page,
};
use askwell::channel::email;
use askwell::id::{ChannelId, WorkspaceId};
use worker::{Response, Url};

const READ: Access = Access::Scope(Scope::SettingsRead);
const WRITE: Access = Access::Scope(Scope::SettingsWrite);
/// Longest secret, in bytes.
const MAX_SECRET_BYTES: usize = 2_000;

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/channels",
            "channels.list",
            READ,
            "The channels, with how they work. Secrets are not shown.",
            &[Answer::json(200, Shape::of::<ChannelList>(), "All of them, the oldest first.")],
        ),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Post,
            "/v1/channels",
            "channels.connect",
            WRITE,
            "Connects a channel.",
            &[Answer::json(201, Shape::of::<Channel>(), "It is connected.")],
        )
        .body(Shape::of::<NewChannel>()),
        |call| Box::pin(connect(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/channels/deliveries",
            "channels.deliveries",
            Access::Scope(Scope::ConversationsRead),
            "What became of messages that were to be sent over channels, the latest first.",
            &[Answer::json(200, Shape::of::<Page<ChannelDelivery>>(), "A page of them.")],
        )
        .query(Shape::of::<ChannelDeliveryQuery>()),
        |call| Box::pin(deliveries(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/channels/{channel_id}",
            "channels.get",
            READ,
            "One channel.",
            &[Answer::json(200, Shape::of::<Channel>(), "The channel.")],
        ),
        |call| Box::pin(get(call)),
    ),
    bound(
        Route::new(
            Method::Put,
            "/v1/channels/{channel_id}",
            "channels.put",
            WRITE,
            "Connects a channel anew: with other secrets, or after it was disconnected.",
            &[Answer::json(200, Shape::of::<Channel>(), "It is connected.")],
        )
        .body(Shape::of::<NewChannel>()),
        |call| Box::pin(put(call)),
    ),
    bound(
        Route::new(
            Method::Delete,
            "/v1/channels/{channel_id}",
            "channels.disconnect",
            WRITE,
            "Disconnects a channel: nothing is taken and nothing sent any more, and its secrets are forgotten.",
            &[Answer::json(200, Shape::of::<Channel>(), "It is disconnected.")],
        ),
        |call| Box::pin(disconnect(call)),
    ),
];

async fn list(call: Call) -> Outcome<Response> {
    let items = rpc::call(&call.ledger()?, &channels::List).await?;
    http::reply(200, &ChannelList { items })
}

async fn get(call: Call) -> Outcome<Response> {
    let channel_id = call.parameter("channel_id")?;
    http::reply(200, &rpc::call(&call.ledger()?, &channels::Get { channel_id }).await?)
}

async fn connect(mut call: Call) -> Outcome<Response> {
    let channel: NewChannel = call.json().await?;
    let by = call.principal()?.clone();
    let channel_id = fresh_id(&by.workspace)?;
    let connect = channels::Connect { channel_id, again: false, channel: check(channel)?, by };
    http::reply(201, &rpc::call(&call.ledger()?, &connect).await?)
}

async fn put(mut call: Call) -> Outcome<Response> {
    let channel: NewChannel = call.json().await?;
    let (by, channel_id) = (call.principal()?.clone(), call.parameter("channel_id")?);
    let connect = channels::Connect { channel_id, again: true, channel: check(channel)?, by };
    http::reply(200, &rpc::call(&call.ledger()?, &connect).await?)
}

async fn disconnect(call: Call) -> Outcome<Response> {
    let (by, channel_id) = (call.principal()?.clone(), call.parameter("channel_id")?);
    let disconnect = channels::Disconnect { channel_id, by };
    http::reply(200, &rpc::call(&call.ledger()?, &disconnect).await?)
}

async fn deliveries(call: Call) -> Outcome<Response> {
    let query: ChannelDeliveryQuery = call.query()?;
    http::reply(200, &rpc::call(&call.ledger()?, &channels::Deliveries { query }).await?)
}

/// The id of a channel that is to be connected.
///
/// # Errors
/// When no random bytes can be drawn.
pub fn fresh_id(workspace: &WorkspaceId) -> Outcome<ChannelId> {
    let random = config::random()?;
    Ok(ChannelId::derive(&[workspace.as_str().as_bytes(), random.as_bytes()]))
}

/// Checks and tidies how a channel is to be connected.
///
/// # Errors
/// [`Code::InvalidField`], naming the field.
pub fn check(mut channel: NewChannel) -> Outcome<NewChannel> {
    http::check_name(&channel.name)?;
    let invalid = |detail: String| Err(Fault::refused(Code::InvalidField, detail));
    if let Connection::Email { address, send_url, .. } = &mut channel.connection {
        *address = askwell::customer::normalise_email(address);
        if !email::is_address(address) {
            return invalid("the field `connection.address` must be an e-mail address".to_owned());
        }
        if !is_safe_url(send_url) {
            return invalid(
                "the field `connection.send_url` must be https, or http on a loopback host"
                    .to_owned(),
            );
        }
    }
    let secrets: Vec<(&str, &String)> = match &channel.connection {
        Connection::Line { channel_secret, access_token } => {
            vec![("channel_secret", channel_secret), ("access_token", access_token)]
        }
        Connection::Facebook { page_id, app_secret, verify_token, access_token } => {
            if page_id.is_empty() || !page_id.bytes().all(|b| b.is_ascii_digit()) {
                return invalid("the field `connection.page_id` must be digits".to_owned());
            }
            vec![
                ("page_id", page_id),
                ("app_secret", app_secret),
                ("verify_token", verify_token),
                ("access_token", access_token),
            ]
        }
        Connection::Email { send_key, .. } => vec![("send_key", send_key)],
        Connection::Phone {} => Vec::new(),
    };
    for (name, secret) in secrets {
        // They stand in headers.
        let good = (1..=MAX_SECRET_BYTES).contains(&secret.len())
            && secret.bytes().all(|b| b.is_ascii_graphic());
        if !good {
            return invalid(format!(
                "the field `connection.{name}` must be 1 to 2,000 visible ASCII characters"
            ));
        }
    }
    Ok(channel)
}

/// Whether what is sent to an address stays between us and whoever is there.
fn is_safe_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        url.scheme() == "https" || (url.scheme() == "http" && loopback)
    })
}
