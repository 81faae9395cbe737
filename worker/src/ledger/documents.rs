//! Copies of the ledger's truth in KV, for readers near the visitor. A row names a document that is
//! out of date; [`super::outbox`] writes it.

use super::cx::Cx;
use super::op::Room;
use super::outbox::Publish;
use crate::bind;
use crate::fault::Outcome;
use crate::jobs::{self, Job, Work};
use crate::sql::{Migration, Sql};
use askwell::conversation::Message;
use askwell::id::{CustomerId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "documents/1",
        statements: &[
            "CREATE TABLE documents (key TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, version INTEGER NOT NULL, due_at INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID",
            "CREATE INDEX documents_due ON documents (due_at)",
        ],
    }],
    jobs: &[Job::of::<Publish>()],
    ..Room::EMPTY
};

/// What a document is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A workspace: the list of them is what the cron walks through.
    Workspace,
    /// A customer.
    Customer,
    /// What the edge needs of a visitor before the first word: [`VisitorDocument`].
    Visitor,
    /// A closed transcript.
    Transcript,
}

impl Kind {
    /// The name that it is stored under.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Customer => "customer",
            Self::Visitor => "visitor",
            Self::Transcript => "transcript",
        }
    }

    /// The document's key in KV.
    pub fn key(self, workspace: &WorkspaceId, subject: &str) -> String {
        match self {
            Self::Workspace => format!("workspace/{workspace}"),
            Self::Customer | Self::Visitor | Self::Transcript => {
                format!("{}/{workspace}/{subject}", self.as_str())
            }
        }
    }
}

/// A KV document with the version of its form, so that a reader knows what it has before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Versioned<T> {
    /// Of the form; see [`DOCUMENT_VERSION`].
    pub version: u32,
    /// The document itself.
    #[serde(flatten)]
    pub document: T,
}

/// The version that is written.
pub const DOCUMENT_VERSION: u32 = 1;

impl<T> Versioned<T> {
    /// A document in the form of today.
    pub fn new(document: T) -> Self {
        Self { version: DOCUMENT_VERSION, document }
    }

    /// The document, unless its form is one that is not known here.
    pub fn known(self) -> Option<T> {
        (self.version == DOCUMENT_VERSION).then_some(self.document)
    }
}

/// KV: a document of a customer, for whoever has their key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SealedDocument {
    /// A versioned document; see [`crate::vault`].
    pub sealed: String,
}

/// KV, sealed: a closed conversation's words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TranscriptDocument {
    /// In order.
    pub messages: Vec<Message>,
}

/// KV: a workspace, for people who look at the list of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WorkspaceDocument {
    /// Which.
    pub id: WorkspaceId,
    /// For people.
    pub name: String,
}

/// KV: what the edge needs of a visitor before the first word.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct VisitorDocument {
    /// Who it is.
    pub customer_id: Option<CustomerId>,
    /// What need not be asked.
    pub known: Vec<askwell::detect::Kind>,
}

/// Marks a document as out of date; the alarm publishes it.
pub fn stale(cx: &Cx, kind: Kind, subject: &str) -> Outcome<()> {
    jobs::put(cx.sql, Publish::KIND, "", cx.now.plus(super::SOON_MS))?;
    cx.sql.run(
        "INSERT INTO documents (key, kind, subject, version) VALUES (?, ?, ?, 1)
         ON CONFLICT (key) DO UPDATE SET version = version + 1",
        bind![kind.key(cx.workspace, subject), kind.as_str(), subject],
    )
}

/// How many wait to be published.
pub fn waiting(sql: &Sql) -> Outcome<u64> {
    sql.count("SELECT count(*) AS n FROM documents", bind![])
}
