//! Customers: whose profile a conversation joins, and what the profile shows.
//!
//! Nothing is ever moved when two profiles are merged. A contribution, be it a conversation, a tag, a
//! note or a value set by hand, stays with the profile that it was made to, its home; a merge only
//! names another profile as the root, under which both are shown. So a merge is undone by taking that
//! name away, in whatever order and whatever has come in meanwhile, and nothing can get lost on the
//! way. A split makes a new home for some conversations; undoing it is a merge.
//!
//! Equal e-mail addresses meet in one home by themselves (`emails`); nothing else merges by itself. A profile shows
//! an address only if that leads to one of its homes, so that none is shown by two.

mod accesses;
mod edit;
mod erase;
mod index;
mod late;
mod link;
mod list;
mod profile;
mod tables;
#[cfg(test)]
mod tests;
mod whose;

pub use accesses::{Accesses, AllAccesses, Export, Exported, Looked, latest_accesses};
pub use edit::{Patch, bad_text};
pub use erase::{Erase, Erasures, erase};
#[cfg(test)]
pub use index::PLACES;
pub use index::{at_once, counts, forget_words, index};
pub use late::{Heard, drop_conversation, drop_late, is_erased};
pub use link::{Links, Merge, Split, Undo};
pub use list::{List, Through};
pub use profile::{DataPackageOf, Profile};
pub use whose::{Claim, leave, new_id, settle, tell};

use super::cx::Cx;
use super::documents;
use super::op::{Op, Read, Room};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::jobs::Job;
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::Customer;
use askwell::customer::normalise_email;
use askwell::detect::Kind;
use askwell::id::{ConversationId, CustomerId, VisitorId};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[
        Migration {
            id: "customers/1",
            statements: &[
                "CREATE TABLE customers (id TEXT PRIMARY KEY, email TEXT UNIQUE, name TEXT, phone TEXT, platforms TEXT NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, conversations INTEGER NOT NULL, moved_to TEXT) WITHOUT ROWID",
                "CREATE INDEX customers_by_last ON customers (last_at, id) WHERE moved_to IS NULL",
                "CREATE INDEX customers_moved ON customers (moved_to) WHERE moved_to IS NOT NULL",
                "CREATE TABLE visitors (id TEXT PRIMARY KEY, customer_id TEXT NOT NULL) WITHOUT ROWID",
                "CREATE INDEX visitors_by_customer ON visitors (customer_id)",
            ],
        },
        Migration {
            id: "customers/2",
            statements: &[
                // Into which profile it was merged, and the last of that chain; none for one that is
                // shown under its own id.
                "ALTER TABLE customers ADD COLUMN merged_into TEXT",
                "ALTER TABLE customers ADD COLUMN root TEXT",
                "DROP INDEX customers_by_last",
                "CREATE INDEX customers_by_last ON customers (last_at, id) WHERE moved_to IS NULL AND root IS NULL",
                "CREATE INDEX customers_by_root ON customers (root) WHERE root IS NOT NULL",
                "CREATE INDEX customers_merged ON customers (merged_into) WHERE merged_into IS NOT NULL",
                "CREATE TABLE emails (email TEXT PRIMARY KEY, customer_id TEXT NOT NULL) WITHOUT ROWID",
                "CREATE INDEX emails_by_customer ON emails (customer_id)",
                "INSERT INTO emails (email, customer_id) SELECT email, id FROM customers WHERE email IS NOT NULL",
                "CREATE TABLE edits (customer_id TEXT NOT NULL, kind TEXT NOT NULL, value TEXT, at INTEGER NOT NULL, who TEXT NOT NULL, PRIMARY KEY (customer_id, kind)) WITHOUT ROWID",
                "CREATE TABLE links (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, customer_id TEXT NOT NULL, other TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL, undone_at INTEGER, undone_who TEXT)",
                "CREATE INDEX links_by_customer ON links (customer_id)",
                "CREATE INDEX links_by_other ON links (other)",
                "CREATE TABLE erased (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
                "CREATE TABLE erasures (id TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID",
                "CREATE TABLE accesses (seq INTEGER PRIMARY KEY AUTOINCREMENT, customer_id TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL)",
                "CREATE INDEX accesses_by_customer ON accesses (customer_id, seq)",
                "CREATE TABLE indexed (n INTEGER PRIMARY KEY, customer_id TEXT NOT NULL UNIQUE)",
                "CREATE VIRTUAL TABLE customer_words USING fts5 (words, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3 4')",
                // Otherwise deleted words would stand in the index until it is merged.
                "INSERT INTO customer_words (customer_words, rank) VALUES ('secure-delete', 1)",
                "INSERT INTO indexed (customer_id) SELECT id FROM customers WHERE moved_to IS NULL",
                "INSERT INTO customer_words (rowid, words) SELECT i.n, coalesce(c.name, '') || ' ' || coalesce(c.email, '') || ' ' || coalesce(c.phone, '') FROM indexed i JOIN customers c ON c.id = i.customer_id",
            ],
        },
        Migration {
            id: "customers/3",
            statements: &[
                // Which of name, e-mail and phone are verified as they are shown.
                "ALTER TABLE customers ADD COLUMN verified TEXT NOT NULL DEFAULT '[]'",
            ],
        },
        index::MIGRATION,
        index::WORDS,
        index::REPLACED,
        accesses::MIGRATION,
        accesses::MOVED,
    ],
    ops: &[
        Op::read::<Get>(),
        Op::read::<List>(),
        Op::read::<Through>(),
        Op::write::<Profile>(),
        Op::write::<DataPackageOf>(),
        Op::read::<Accesses>(),
        Op::read::<AllAccesses>(),
        Op::write::<Looked>(),
        Op::write::<Export>(),
        Op::write::<Exported>(),
        Op::write::<Patch>(),
        Op::write::<Merge>(),
        Op::write::<Split>(),
        Op::write::<Undo>(),
        Op::read::<Links>(),
        Op::write::<Erase>(),
        Op::read::<Erasures>(),
    ],
    jobs: &[Job::of::<late::EmptyConversation>(), Job::of::<index::ForgetWords>()],
};

/// One customer; by the id of one who has moved, the one that they have moved to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Which.
    pub customer_id: CustomerId,
}

impl Call for Get {
    const NAME: &'static str = "customers.get";
    type Out = Option<Customer>;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Option<Customer>> {
        shown(cx.sql, self.customer_id.as_str())
    }
}

#[derive(Deserialize)]
struct Row {
    id: String,
    email: Option<String>,
    name: Option<String>,
    phone: Option<String>,
    platforms: String,
    first_at: i64,
    last_at: i64,
    conversations: u32,
    verified: String,
}

impl Row {
    fn read(self) -> Outcome<Customer> {
        Ok(Customer {
            customer_id: self.id.parse()?,
            name: self.name,
            email: self.email,
            phone: self.phone,
            platforms: from_json("platforms", &self.platforms)?,
            first_at: UnixMillis(self.first_at),
            last_at: UnixMillis(self.last_at),
            conversations: self.conversations,
            verified: from_json("verified", &self.verified)?,
        })
    }
}

/// One customer who is shown under the own id: who has neither moved nor been merged.
pub fn find(sql: &Sql, id: &str) -> Outcome<Option<Customer>> {
    sql.first::<Row>(
        "SELECT * FROM customers WHERE id = ? AND moved_to IS NULL AND root IS NULL",
        bind![id],
    )?
    .map(Row::read)
    .transpose()
}

/// One customer, under whatever id they are shown now.
pub fn shown(sql: &Sql, id: &str) -> Outcome<Option<Customer>> {
    match root(sql, id)? {
        Some(root) => find(sql, &root),
        None => Ok(None),
    }
}

/// The id under which a profile is shown now; none where there is none.
pub fn root(sql: &Sql, id: &str) -> Outcome<Option<String>> {
    let row: Option<Value> = sql.first(
        "SELECT coalesce(home.root, home.id) AS value FROM customers asked JOIN customers home ON home.id = coalesce(asked.moved_to, asked.id) WHERE asked.id = ?",
        bind![id],
    )?;
    Ok(row.map(|row| row.value))
}

/// The profile that a call is about, under the id that it is shown by.
///
/// # Errors
/// [`Code::NotFound`], and [`Code::Gone`] for one who was erased.
pub fn must(sql: &Sql, id: &CustomerId) -> Outcome<CustomerId> {
    if let Some(root) = root(sql, id.as_str())? {
        return Ok(root.parse()?);
    }
    Err(if is_erased(sql, id.as_str())? {
        Error::new(Code::Gone, "this customer was erased")
    } else {
        Error::new(Code::NotFound, "no such customer")
    }
    .into())
}

/// Homes that are shown as `?1`.
const HOMES: &str = "(SELECT id FROM customers WHERE id = ?1 OR root = ?1)";

/// The addresses of a home: those that its conversations name, but for one of them, and the one set by hand.
fn addresses(sql: &Sql, home: &str, but: Option<&ConversationId>) -> Outcome<BTreeSet<String>> {
    let edit = edit::of(sql, home, Kind::Email)?;
    let after = edit.as_ref().filter(|edit| edit.value.is_none()).map_or(i64::MIN >> 11, |e| e.at);
    // What is claimed where an address has been verified leads nobody here: it would be a way into
    // the profile of whoever it belongs to.
    let named: Vec<Value> = sql.rows(
        "SELECT f.value FROM conversations c JOIN facts f ON f.conversation_id = c.id AND f.kind = 'email' WHERE c.customer_id = ?1 AND f.at > ?2 AND c.id <> ?3 AND NOT EXISTS (SELECT 1 FROM proven p WHERE p.conversation_id = c.id AND p.kind = 'email')
         UNION SELECT p.value FROM conversations c JOIN proven p ON p.conversation_id = c.id AND p.kind = 'email' WHERE c.customer_id = ?1 AND p.at > ?2 AND c.id <> ?3",
        bind![home, after, but.map_or("", ConversationId::as_str)],
    )?;
    let mut emails: BTreeSet<String> =
        named.iter().map(|row| normalise_email(&row.value)).collect();
    emails.extend(edit.and_then(|edit| edit.value).map(|value| normalise_email(&value)));
    Ok(emails)
}

/// Brings a home in line with its conversations, and the profile under which it is shown. A home keeps
/// the addresses that its conversations name and the one set by hand, and no other.
pub fn refresh(cx: &Cx, id: &CustomerId) -> Outcome<()> {
    let home = id.as_str();
    let emails = addresses(cx.sql, home, None)?;
    let had: Vec<Value> =
        cx.sql.rows("SELECT email AS value FROM emails WHERE customer_id = ?", bind![home])?;
    for gone in had.iter().filter(|row| !emails.contains(&row.value)) {
        cx.sql.run("DELETE FROM emails WHERE email = ?", bind![gone.value.as_str()])?;
        // Set by hand of another home of the profile, it goes on leading to the profile.
        let query = format!(
            "INSERT INTO emails (email, customer_id) SELECT value, customer_id FROM edits WHERE customer_id IN {HOMES} AND kind = 'email' AND value = ?2 ORDER BY at DESC LIMIT 1"
        );
        let shown = root(cx.sql, home)?;
        cx.sql.run(&query, bind![shown.as_deref().unwrap_or(home), gone.value.as_str()])?;
    }
    for email in &emails {
        // Whoever has it already keeps it.
        cx.sql.run(
            "INSERT INTO emails (email, customer_id) VALUES (?, ?) ON CONFLICT (email) DO NOTHING",
            bind![email.as_str(), home],
        )?;
    }
    match root(cx.sql, home)? {
        Some(root) => show(cx, &root),
        None => Ok(()),
    }
}

/// Brings what a profile shows in line with all that is said and set of it: what was set by hand, or
/// else the newest; the span; the count; the words by which it is found.
pub fn show(cx: &Cx, root: &str) -> Outcome<()> {
    let sql = cx.sql;
    let known = |sql: &Sql| -> Outcome<Option<Vec<Kind>>> {
        Ok(find(sql, root)?.map(|customer| kinds(&customer)))
    };
    let before = known(sql)?;
    let mut verified = Vec::new();
    let mut values = profile::values(sql, root)?;
    let mut standing = |kind| -> Outcome<Option<String>> {
        let standing = profile::standing(sql, root, &mut values, kind)?;
        if standing.as_ref().is_some_and(|standing| standing.verified) {
            verified.push(kind);
        }
        Ok(standing.map(|standing| standing.value))
    };
    let email = standing(Kind::Email)?.map(|email| normalise_email(&email));
    let (name, phone) = (standing(Kind::Name)?, standing(Kind::Phone)?);
    verified.sort();
    let verified = to_json("verified", &verified)?;
    let elsewhere: Option<Value> = match &email {
        Some(email) => sql.first(
            "UPDATE customers SET email = NULL WHERE email = ? AND id <> ? RETURNING id AS value",
            bind![email.as_str(), root],
        )?,
        None => None,
    };
    sql.run(
        "WITH talks (platform, started_at, ended_at, last_at) AS MATERIALIZED (SELECT platform, started_at, ended_at, last_at FROM conversations WHERE customer_id IN (SELECT ?1 UNION ALL SELECT id FROM customers WHERE root = ?1))
         UPDATE customers SET email = ?2, name = ?3, phone = ?4, verified = ?5,
           platforms = (SELECT coalesce(json_group_array(platform), '[]') FROM (SELECT DISTINCT platform FROM talks ORDER BY platform)),
           (conversations, first_at, last_at) = (SELECT count(*), coalesce(min(t.started_at), customers.first_at), coalesce(max(coalesce(t.ended_at, t.last_at, t.started_at)), customers.last_at) FROM talks t)
         WHERE id = ?1",
        bind![root, email, name, phone, verified],
    )?;
    index(cx, root)?;
    documents::stale(cx, documents::Kind::Customer, root)?;
    if known(sql)? != before {
        stale_visitors(cx, root)?;
    }
    match elsewhere {
        // A store of before may have one that shows an address without having it.
        Some(Value { value: other }) => show(cx, &other),
        None => Ok(()),
    }
}

/// Takes a home that is no longer shown by itself out of all that is shown.
fn hide(cx: &Cx, home: &str) -> Outcome<()> {
    cx.sql.run(
        "UPDATE customers SET email = NULL, name = NULL, phone = NULL, verified = '[]', platforms = '[]' WHERE id = ?",
        bind![home],
    )?;
    index::unindex(cx, home)?;
    documents::stale(cx, documents::Kind::Customer, home)
}

/// The address of whoever a visitor is, where their profile has one.
pub fn address_of(sql: &Sql, visitor: &VisitorId) -> Outcome<Option<String>> {
    let home: Option<Value> = sql
        .first("SELECT customer_id AS value FROM visitors WHERE id = ?", bind![visitor.as_str()])?;
    let customer = home.map(|home| shown(sql, &home.value)).transpose()?.flatten();
    Ok(customer.and_then(|customer| customer.email))
}

/// What of a customer need not be asked.
pub fn kinds(customer: &Customer) -> Vec<Kind> {
    let has = |kind: &Kind| match kind {
        Kind::Name => customer.name.is_some(),
        Kind::Email => customer.email.is_some(),
        Kind::Phone => customer.phone.is_some(),
    };
    Kind::ALL.into_iter().filter(has).collect()
}

/// What is known of a customer stands in the documents of all that visit as them.
fn stale_visitors(cx: &Cx, root: &str) -> Outcome<()> {
    let query = format!("SELECT id AS value FROM visitors WHERE customer_id IN {HOMES}");
    let visitors: Vec<Value> = cx.sql.rows(&query, bind![root])?;
    for visitor in visitors {
        documents::stale(cx, documents::Kind::Visitor, &visitor.value)?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Value {
    value: String,
}
