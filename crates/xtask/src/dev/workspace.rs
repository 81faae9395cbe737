//! The demo workspace: its keys, its pages and its webhook.

use super::receiver::{self, Receiver};
use super::state::{State, Store};
use crate::replay::{Client, Failure, Target};
use anyhow::{Result, anyhow, bail};
use askwell::api::{NewWorkspace, Webhook, WebhookChange, WorkspaceCreated, WorkspaceSettings};
use askwell::enrichment::Provision;
use askwell::id::WorkspaceId;
use askwell::plan::Plan;
use serde::Deserialize;

const WORKSPACE: &str = "demo";

/// What the Worker shows of a workspace's settings.
#[derive(Deserialize)]
struct Shown {
    name: String,
    origins: Vec<String>,
    webhook: Option<ShownWebhook>,
}

#[derive(Deserialize)]
struct ShownWebhook {
    url: String,
}

/// The pages that this port serves.
pub fn origins(port: u16) -> [String; 2] {
    [format!("http://localhost:{port}"), format!("http://127.0.0.1:{port}")]
}

/// The one remembered beside the store, or a new one; its events come to the receiver, unless
/// somebody has set another webhook.
pub fn ensure(
    store: &Store,
    url: &str,
    port: u16,
    admin_key: &str,
    receiver: &Receiver,
    secret: &str,
) -> Result<(State, Client)> {
    let webhook = Webhook { url: receiver.url().to_owned(), secret: secret.to_owned() };
    if let Some(state) = store.read()? {
        let team = team(url, &state.keys);
        match team.get::<Shown>("/v1/workspace") {
            Ok(shown) => {
                let state = State { url: url.to_owned(), ..state };
                store.write(&state)?;
                adopt(&team, shown, port, webhook)?;
                return Ok((state, team));
            }
            // The store was removed and the keys were left: they open nothing any more.
            Err(Failure::Refused(401, _)) => {}
            Err(other) => return Err(other.explain(url)),
        }
    }
    let operator = Target { url: url.to_owned(), secret_key: admin_key.to_owned() };
    let id: WorkspaceId = WORKSPACE.parse().map_err(|e| anyhow!("{e}"))?;
    let new = NewWorkspace {
        id,
        name: "Demo".to_owned(),
        origins: origins(port).to_vec(),
        webhook: Some(webhook),
        plan: Plan::default(),
        enrichment: Provision::default(),
    };
    let keys: WorkspaceCreated = match Client::new(&operator, 1).make_workspace(&new) {
        Ok(made) => made,
        Err(Failure::Refused(409, _)) => bail!(
            "the store holds a workspace `{WORKSPACE}` whose keys are lost: remove {} to start anew",
            store.directory().display()
        ),
        Err(other) => return Err(other.explain(url)),
    };
    let state = State { url: url.to_owned(), keys, sample: None, last_day: None };
    store.write(&state)?;
    let team = team(url, &state.keys);
    Ok((state, team))
}

fn team(url: &str, keys: &WorkspaceCreated) -> Client {
    Client::new(&Target { url: url.to_owned(), secret_key: keys.secret_key.clone() }, 1)
}

/// Adds the pages of this port and the receiver of this run to what was set before.
fn adopt(team: &Client, shown: Shown, port: u16, webhook: Webhook) -> Result<()> {
    let other = shown.webhook.filter(|w| !w.url.ends_with(receiver::PATH));
    if let Some(other) = &other {
        eprintln!("note: the demo workspace sends its events to {}, not to here", other.url);
    }
    let mut all = shown.origins;
    all.extend(origins(port));
    all.sort_unstable();
    all.dedup();
    let change = WebhookChange { url: webhook.url, secret: Some(webhook.secret) };
    // Somebody's own sink stays: what is absent is not changed.
    let webhook = other.is_none().then_some(Some(change));
    let settings = WorkspaceSettings { name: shown.name, origins: all, webhook };
    team.put_settings(&settings).map_err(|failure| failure.explain(team.url()))?;
    Ok(())
}
