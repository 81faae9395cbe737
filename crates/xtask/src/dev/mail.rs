//! A mail service as a workspace would have one, but that nothing leaves this machine: what is handed in is kept
//! in a file.

use super::state::State;
use crate::replay::{Client, Failure};
use anyhow::{Context, Result, anyhow};
use askwell::api::{Channel, ChannelList, ChannelState, Connection, NewChannel};
use askwell::conversation::Platform;
use askwell::id;
use serde_json::Value;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use tiny_http::{Method, Request, Response, Server};

const PATH: &str = "/emails";
/// What customers write to.
const ADDRESS: &str = "shop@example.com";
/// A message has 8 kB at most, and every character may be escaped.
const BODY_LIMIT: u64 = 256 * 1024;

/// The running service, until this process ends.
pub struct Mail {
    url: String,
    key: String,
    file: PathBuf,
}

impl Mail {
    /// Listens on a free port of the loopback address; mails are added to `file`, one a line.
    pub fn start(file: &Path, state: &State) -> Result<Self> {
        let key = id::digest(&[b"mail", state.keys.secret_key.as_bytes()]);
        let open = OpenOptions::new().create(true).append(true).open(file);
        let mut open = open.with_context(|| format!("cannot write {}", file.display()))?;
        let server = Server::http((Ipv4Addr::LOCALHOST, 0))
            .map_err(|e| anyhow!("cannot listen for mails: {e}"))?;
        let address = server.server_addr().to_ip().context("the mail service has no address")?;
        let bearer = format!("Bearer {key}");
        std::thread::spawn(move || {
            for request in server.incoming_requests() {
                serve(request, &bearer, &mut open);
            }
        });
        Ok(Self { url: format!("http://{address}{PATH}"), key, file: file.to_owned() })
    }

    /// Where they are kept.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Leads the workspace's channel for this address here, which an earlier run had on another port.
    pub fn adopt(&self, team: &Client) -> Result<()> {
        let explain = |failure: Failure| failure.explain(team.url());
        let Some(there) = self.channel(team).map_err(explain)? else { return Ok(()) };
        if there.state == ChannelState::Disconnected {
            return Ok(());
        }
        let path = format!("/v1/channels/{}", there.channel_id);
        team.put_to::<Channel>(&path, &self.wanted()).map(drop).map_err(explain)
    }

    /// Connects the address, where it never was.
    pub fn connect(&self, team: &Client) -> Result<()> {
        let explain = |failure: Failure| failure.explain(team.url());
        if self.channel(team).map_err(explain)?.is_none() {
            team.post_to::<Channel>("/v1/channels", &self.wanted()).map_err(explain)?;
        }
        Ok(())
    }

    fn channel(&self, team: &Client) -> Result<Option<Channel>, Failure> {
        let all: ChannelList = team.get("/v1/channels")?;
        let ours = |channel: &Channel| {
            channel.platform == Platform::Email && channel.account.as_deref() == Some(ADDRESS)
        };
        Ok(all.items.into_iter().find(ours))
    }

    fn wanted(&self) -> NewChannel {
        NewChannel {
            name: "Shop".to_owned(),
            connection: Connection::Email {
                address: ADDRESS.to_owned(),
                send_url: self.url.clone(),
                send_key: self.key.clone(),
            },
        }
    }
}

fn serve(mut request: Request, bearer: &str, file: &mut File) {
    let status = match mail(&mut request, bearer) {
        Ok(mail) => match file.write_all(format!("{mail}\n").as_bytes()) {
            Ok(()) => 200,
            Err(error) => {
                eprintln!("dev: a mail could not be written down and will come again: {error}");
                503
            }
        },
        Err(why) => {
            eprintln!("dev: the mail service refused a request: {why:#}");
            400
        }
    };
    // Who does not wait for the answer hands the mail in again.
    let _ = request.respond(Response::empty(status));
}

/// A mail as it was handed in, on one line.
fn mail(request: &mut Request, bearer: &str) -> Result<Value> {
    if *request.method() != Method::Post || request.url() != PATH {
        return Err(anyhow!("it was {} {}", request.method(), request.url()));
    }
    let mut headers = request.headers().iter();
    if !headers.any(|it| it.field.equiv("authorization") && it.value.as_str() == bearer) {
        return Err(anyhow!("it does not bear the key"));
    }
    let mut body = String::new();
    request.as_reader().take(BODY_LIMIT).read_to_string(&mut body)?;
    serde_json::from_str(&body).context("it is no mail")
}
