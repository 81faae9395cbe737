//! The ledger's schema, one entry per version. Never edited once released, only added to.

/// See [`crate::sql::Sql::migrate`].
pub const MIGRATIONS: &[&str] = &["
CREATE TABLE workspace (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE keys (hash TEXT PRIMARY KEY, kind TEXT NOT NULL, prefix TEXT NOT NULL, created_at INTEGER NOT NULL, revoked_at INTEGER) WITHOUT ROWID;
CREATE TABLE fields (id TEXT PRIMARY KEY, position INTEGER NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE customers (id TEXT PRIMARY KEY, email TEXT UNIQUE, name TEXT, phone TEXT, platforms TEXT NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, conversations INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX customers_by_last ON customers (last_at, id);
CREATE TABLE visitors (id TEXT PRIMARY KEY, customer_id TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX visitors_by_customer ON visitors (customer_id);
CREATE TABLE conversations (id TEXT PRIMARY KEY, platform_conversation_id TEXT, customer_id TEXT, visitor_id TEXT, status TEXT NOT NULL, revision INTEGER NOT NULL, direction TEXT NOT NULL, platform TEXT NOT NULL, transferred INTEGER NOT NULL, lang TEXT, messages INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER, sentiment TEXT, classify_ms INTEGER) WITHOUT ROWID;
CREATE INDEX conversations_by_start ON conversations (started_at, id);
CREATE INDEX conversations_by_customer ON conversations (customer_id, started_at);
CREATE TABLE facts (conversation_id TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, detector INTEGER NOT NULL, PRIMARY KEY (conversation_id, kind)) WITHOUT ROWID;
CREATE TABLE archives (conversation_id TEXT NOT NULL, part INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (conversation_id, part));
CREATE TABLE revisions (conversation_id TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL, recorded_at INTEGER NOT NULL, PRIMARY KEY (conversation_id, revision)) WITHOUT ROWID;
CREATE TABLE answers (conversation_id TEXT NOT NULL, field_id TEXT NOT NULL, value TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (conversation_id, field_id)) WITHOUT ROWID;
CREATE INDEX answers_by_value ON answers (field_id, value, conversation_id);
CREATE TABLE answer_counts (field_id TEXT NOT NULL, value TEXT NOT NULL, day TEXT NOT NULL, platform TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (field_id, value, day, platform)) WITHOUT ROWID;
CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, lane TEXT NOT NULL, body TEXT NOT NULL, delivered_at INTEGER);
CREATE INDEX events_waiting ON events (lane, seq) WHERE delivered_at IS NULL;
CREATE INDEX events_by_name ON events (name);
CREATE TABLE lanes (name TEXT PRIMARY KEY, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, holder TEXT) WITHOUT ROWID;
CREATE INDEX lanes_due ON lanes (due_at);
CREATE TABLE documents (key TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, version INTEGER NOT NULL, due_at INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX documents_due ON documents (due_at);
CREATE TABLE export_rows (day TEXT NOT NULL, conversation_id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (day, conversation_id)) WITHOUT ROWID;
CREATE TABLE export_days (day TEXT PRIMARY KEY, frozen_at INTEGER NOT NULL, sealed_at INTEGER, sha256 TEXT, bytes INTEGER, conversations INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE dead_letters (id TEXT PRIMARY KEY, queue TEXT NOT NULL, subject TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID
"];
