//! The workspace itself: what it is called, where it is embedded, where its events go; and counters.

use super::cx::Cx;
use super::documents::{self, Kind};
use super::op::{Op, Read, Room, Write};
use super::{actions, billing, doings, endpoints, fields, keys, sections};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::access::Scopes;
use askwell::api::{KeyKind, NewWorkspace, Webhook, WebhookChange, WorkspaceSettings};
use askwell::id::WorkspaceId;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "settings/1",
        statements: &[
            "CREATE TABLE workspace (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID",
        ],
    }],
    ops: &[Op::write::<Create>(), Op::read::<Get>(), Op::write::<Put>()],
    ..Room::EMPTY
};

const SETTINGS: &str = "settings";

/// What the ledger keeps of the workspace itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Which.
    pub id: WorkspaceId,
    /// For people.
    pub name: String,
    /// Origins whose pages may use the site key.
    pub origins: Vec<String>,
    /// Since when.
    pub created_at: UnixMillis,
    /// Counts the changes.
    #[serde(default)]
    pub revision: u64,
}

/// Begins a workspace. Of its secret key only the hash is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Create {
    /// As the operator asked for it.
    pub workspace: NewWorkspace,
    /// See [`crate::auth::hash`].
    pub site_key_hash: String,
    /// See [`crate::auth::hash`].
    pub secret_key_hash: String,
    /// The site key's first characters, to be recognised by.
    pub site_key_prefix: String,
    /// The site key, which is public.
    pub site_key: Option<String>,
    /// The secret key's first characters, to be recognised by.
    pub secret_key_prefix: String,
}

impl Call for Create {
    const NAME: &'static str = "settings.create";
    type Out = ();
}

impl Write for Create {
    fn run(self, cx: &Cx) -> Outcome<()> {
        if find::<Settings>(cx.sql, SETTINGS)?.is_some() {
            return Err(Error::new(
                Code::AlreadyExists,
                "there is a workspace of this id; choose another",
            )
            .into());
        }
        let settings = Settings {
            id: self.workspace.id,
            name: self.workspace.name,
            origins: self.workspace.origins,
            created_at: cx.now,
            revision: 0,
        };
        put(cx.sql, SETTINGS, &settings)?;
        if let Some(webhook) = &self.workspace.webhook {
            endpoints::begin(cx, webhook)?;
        }
        let site = keys::New {
            name: "Site",
            kind: KeyKind::Site,
            scopes: Scopes::NONE,
            hash: &self.site_key_hash,
            prefix: &self.site_key_prefix,
            whole: self.site_key.as_deref(),
        };
        let secret = keys::New {
            name: "Server",
            kind: KeyKind::Secret,
            scopes: Scopes::ALL,
            hash: &self.secret_key_hash,
            prefix: &self.secret_key_prefix,
            whole: None,
        };
        keys::add(cx, site, None)?;
        keys::add(cx, secret, None)?;
        fields::begin(cx)?;
        doings::made(cx)?;
        let subscription = billing::begin(cx, self.workspace.plan)?;
        actions::begin(cx, self.workspace.enrichment, subscription)?;
        documents::stale(cx, Kind::Workspace, cx.workspace.as_str())
    }
}

/// How the workspace is set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get;

impl Call for Get {
    const NAME: &'static str = "settings.get";
    type Out = Standing;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Standing> {
        Ok(Standing { settings: read(cx.sql)?, webhook: endpoints::first_url(cx.sql)? })
    }
}

/// The settings, and the address of the webhook that was named with the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// What the ledger keeps of the workspace itself.
    pub settings: Settings,
    /// Where events are delivered, or nowhere; [`endpoints`] has the others.
    pub webhook: Option<String>,
}

/// Sets the workspace anew.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Put {
    /// All of them.
    pub settings: WorkspaceSettings,
    /// Only if they have changed so often; whatever they are with none.
    pub revision: Option<u64>,
}

impl Call for Put {
    const NAME: &'static str = "settings.put";
    type Out = Standing;
}

impl Write for Put {
    fn run(self, cx: &Cx) -> Outcome<Standing> {
        let before = read(cx.sql)?;
        sections::unchanged(self.revision, before.revision)?;
        let WorkspaceSettings { name, origins, webhook } = self.settings;
        if let Some(change) = webhook {
            endpoints::set_first(cx, change)?;
        }
        let (id, created_at) = (before.id, before.created_at);
        let revision = before.revision + 1;
        let settings = Settings { name, origins, id, created_at, revision };
        put(cx.sql, SETTINGS, &settings)?;
        documents::stale(cx, Kind::Workspace, cx.workspace.as_str())?;
        Get.run(cx)
    }
}

/// A webhook that is to be changed: the secret may be left out only where the address stays.
///
/// # Errors
/// [`Code::InvalidField`] for another address without a secret.
pub fn changed(before: Option<Webhook>, change: WebhookChange) -> Result<Webhook, Error> {
    let kept = before.filter(|webhook| webhook.url == change.url).map(|webhook| webhook.secret);
    match change.secret.or(kept) {
        Some(secret) => Ok(Webhook { url: change.url, secret }),
        None => Err(Error::new(
            Code::InvalidField,
            "the field `webhook.secret` is missing; it may be left out only where the `url` stays",
        )),
    }
}

/// The settings.
///
/// # Errors
/// [`Code::NotFound`] when the workspace was never created.
pub fn read(sql: &Sql) -> Outcome<Settings> {
    find(sql, SETTINGS)?.ok_or_else(|| Error::new(Code::NotFound, "no such workspace").into())
}

/// The workspace of this ledger; none when it was never created.
pub fn workspace(sql: &Sql) -> Outcome<Option<WorkspaceId>> {
    Ok(find::<Settings>(sql, SETTINGS)?.map(|settings| settings.id))
}

/// A counter of the workspace.
pub fn counter(sql: &Sql, name: &'static str) -> Outcome<u64> {
    Ok(find(sql, name)?.unwrap_or(0))
}

/// Adds one to a counter of the workspace.
pub fn count(sql: &Sql, name: &'static str) -> Outcome<()> {
    put(sql, name, &counter(sql, name)?.saturating_add(1))
}

/// A document of the workspace itself.
pub fn find<T: DeserializeOwned>(sql: &Sql, key: &'static str) -> Outcome<Option<T>> {
    #[derive(Deserialize)]
    struct Row {
        body: String,
    }
    sql.first::<Row>("SELECT body FROM workspace WHERE key = ?", bind![key])?
        .map(|row| from_json(key, &row.body))
        .transpose()
}

/// Stores a document of the workspace itself.
pub fn put<T: Serialize>(sql: &Sql, key: &'static str, value: &T) -> Outcome<()> {
    sql.run(
        "INSERT INTO workspace (key, body) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET body = excluded.body",
        bind![key, to_json(key, value)?],
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::Ledger;
    use super::*;
    use crate::fault::Fault;
    use crate::ledger::endpoints::Gate;

    #[test]
    fn a_webhook_stays_until_it_is_changed_or_removed() {
        let ledger = Ledger::new();
        let set = |webhook| {
            let settings =
                WorkspaceSettings { name: "Shop".to_owned(), origins: Vec::new(), webhook };
            let shown = ledger.write(Put { settings, revision: None })?.webhook;
            let endpoint = ledger.read(endpoints::List).pop().map(|first| first.endpoint_id);
            let gate = endpoint.map(|id| ledger.at(|cx| endpoints::gate(cx, &id, "")).unwrap());
            let target = match gate {
                Some(Gate::Open(target)) => Some(target),
                _ => None,
            };
            assert_eq!(shown, target.as_ref().map(|target| target.url.clone()));
            Ok::<_, Fault>(target.map(|target| target.secrets))
        };
        let change = |url: &str, secret: Option<&str>| {
            Some(Some(WebhookChange { url: url.to_owned(), secret: secret.map(str::to_owned) }))
        };
        let hook = |secret: &str| Some(vec![secret.to_owned()]);
        assert!(set(change("https://a.example", None)).is_err(), "a new one needs a secret");
        assert_eq!(set(change("https://a.example", Some("one"))).unwrap(), hook("one"));
        assert_eq!(set(None).unwrap(), hook("one"));
        assert_eq!(set(change("https://a.example", None)).unwrap(), hook("one"));
        assert_eq!(set(change("https://a.example", Some("two"))).unwrap(), hook("two"));
        assert!(set(change("https://b.example", None)).is_err(), "another needs its own");
        assert_eq!(set(None).unwrap(), hook("two"));
        assert_eq!(set(Some(None)).unwrap(), None);
        assert_eq!(set(None).unwrap(), None);
    }
}
