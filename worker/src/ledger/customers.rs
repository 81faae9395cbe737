//! Customers: whose profile a conversation joins, and what the profile shows.

use super::cx::Cx;
use super::documents;
use super::op::{Op, Read, Room};
use crate::bind;
use crate::fault::{Outcome, from_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::{Customer, Page, PageQuery};
use askwell::closing::Closed;
use askwell::customer::{Known, Resolution, normalise_email, resolve};
use askwell::detect::Kind;
use askwell::id::CustomerId;
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "customers/1",
        statements: &[
            "CREATE TABLE customers (id TEXT PRIMARY KEY, email TEXT UNIQUE, name TEXT, phone TEXT, platforms TEXT NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, conversations INTEGER NOT NULL, moved_to TEXT) WITHOUT ROWID",
            "CREATE INDEX customers_by_last ON customers (last_at, id) WHERE moved_to IS NULL",
            "CREATE INDEX customers_moved ON customers (moved_to) WHERE moved_to IS NOT NULL",
            "CREATE TABLE visitors (id TEXT PRIMARY KEY, customer_id TEXT NOT NULL) WITHOUT ROWID",
            "CREATE INDEX visitors_by_customer ON visitors (customer_id)",
        ],
    }],
    ops: &[Op::read::<Get>(), Op::read::<List>()],
    ..Room::EMPTY
};

/// The order of the list: the latest seen first.
const BY_LAST: &str = "last";

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
        let query = "SELECT now.* FROM customers asked JOIN customers now ON now.id = coalesce(asked.moved_to, asked.id) WHERE asked.id = ?";
        cx.sql.first::<Row>(query, bind![self.customer_id.as_str()])?.map(Row::read).transpose()
    }
}

/// A page of customers, the latest seen first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List {
    /// Which.
    pub page: PageQuery,
    /// Only the one with this e-mail.
    pub email: Option<String>,
}

impl Call for List {
    const NAME: &'static str = "customers.list";
    type Out = Page<Customer>;
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<Page<Customer>> {
        if let Some(email) = self.email {
            let rows: Vec<Row> = cx
                .sql
                .rows("SELECT * FROM customers WHERE email = ?", bind![normalise_email(&email)])?;
            let items = rows.into_iter().map(Row::read).collect::<Outcome<_>>()?;
            return Ok(Page { items, next: None });
        }
        let (at, id) = self.page.after(BY_LAST)?.unwrap_or((UnixMillis::MAX.0 + 1, String::new()));
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT * FROM customers WHERE moved_to IS NULL AND (last_at, id) < (?, ?) ORDER BY last_at DESC, id DESC LIMIT ?",
            bind![at, id, self.page.rows()],
        )?;
        let items = rows.into_iter().map(Row::read).collect::<Outcome<Vec<_>>>()?;
        let next = self.page.next(BY_LAST, &items, |c| (c.last_at.0, c.customer_id.as_str()));
        Ok(Page { items, next })
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
        })
    }
}

/// One customer, unless they have moved.
pub fn find(sql: &Sql, id: &str) -> Outcome<Option<Customer>> {
    sql.first::<Row>("SELECT * FROM customers WHERE id = ? AND moved_to IS NULL", bind![id])?
        .map(Row::read)
        .transpose()
}

#[derive(Deserialize)]
struct Profile {
    id: String,
    email: Option<String>,
}

impl Profile {
    fn known(self) -> Option<(CustomerId, bool)> {
        Some((self.id.parse().ok()?, self.email.is_some()))
    }
}

/// The id of the profile that a conversation would begin. It says nothing of the person.
pub fn new_id(cx: &Cx, closed: &Closed) -> CustomerId {
    CustomerId::derive(&[
        cx.workspace.as_str().as_bytes(),
        closed.conversation_id.as_str().as_bytes(),
        &closed.revision.to_le_bytes(),
    ])
}

/// Finds or begins the profile that a conversation belongs to.
pub fn attach(cx: &Cx, closed: &Closed, former: Option<&CustomerId>) -> Outcome<CustomerId> {
    let sql = cx.sql;
    let email = closed.facts.get(Kind::Email).map(|fact| normalise_email(&fact.value));
    let by_id = |id: &str| -> Outcome<Option<(CustomerId, bool)>> {
        let row: Option<Profile> = sql.first(
            "SELECT id, email FROM customers WHERE id = ? AND moved_to IS NULL",
            bind![id],
        )?;
        Ok(row.and_then(Profile::known))
    };
    let by_email: Option<Profile> = match &email {
        Some(email) => {
            sql.first("SELECT id, email FROM customers WHERE email = ?", bind![email.as_str()])?
        }
        None => None,
    };
    let by_visitor: Option<Profile> = sql.first(
        "SELECT c.id, c.email FROM visitors v JOIN customers c ON c.id = v.customer_id WHERE v.id = ? AND c.moved_to IS NULL",
        bind![closed.visitor_id.as_str()],
    )?;
    let known = Known {
        by_email: by_email.and_then(Profile::known).map(|(id, _)| id),
        by_visitor: by_visitor.and_then(Profile::known),
        by_conversation: former.map(|id| by_id(id.as_str())).transpose()?.flatten(),
    };
    let id = match resolve(email.as_deref(), &known) {
        Resolution::Attach(id) => id,
        Resolution::Create => {
            let id = new_id(cx, closed);
            sql.run(
                "INSERT OR IGNORE INTO customers (id, platforms, first_at, last_at, conversations) VALUES (?, '[]', ?, ?, 0)",
                bind![id.as_str(), cx.now.0, cx.now.0],
            )?;
            id
        }
    };
    sql.run(
        "INSERT INTO visitors (id, customer_id) VALUES (?, ?)
         ON CONFLICT (id) DO UPDATE SET customer_id = excluded.customer_id",
        bind![closed.visitor_id.as_str(), id.as_str()],
    )?;
    Ok(id)
}

/// Brings a profile in line with its conversations: what they say of the person, the newest of each
/// standing; the span; the count. A profile keeps no e-mail that none of its conversations names.
pub fn refresh(cx: &Cx, id: &CustomerId) -> Outcome<()> {
    let sql = cx.sql;
    let customer = id.as_str();
    let known = |sql: &Sql| -> Outcome<Option<Vec<Kind>>> {
        Ok(find(sql, customer)?.map(|customer| kinds(&customer)))
    };
    let before = known(sql)?;
    let newest = |kind: Kind| -> Outcome<Option<String>> {
        let query = "SELECT f.value FROM conversations c JOIN facts f ON f.conversation_id = c.id AND f.kind = ? WHERE c.customer_id = ? ORDER BY f.at DESC, c.id LIMIT 1";
        let row: Option<Value> = sql.first(query, bind![kind.as_str(), customer])?;
        Ok(row.map(|row| row.value))
    };
    let email = newest(Kind::Email)?.map(|email| normalise_email(&email));
    sql.run(
        "UPDATE customers SET email = ?2, name = ?3, phone = ?4,
           platforms = (SELECT coalesce(json_group_array(platform), '[]') FROM (SELECT DISTINCT platform FROM conversations WHERE customer_id = ?1 ORDER BY platform)),
           conversations = (SELECT count(*) FROM conversations WHERE customer_id = ?1),
           first_at = coalesce((SELECT min(started_at) FROM conversations WHERE customer_id = ?1), first_at),
           last_at = coalesce((SELECT max(coalesce(ended_at, started_at)) FROM conversations WHERE customer_id = ?1), last_at)
         WHERE id = ?1",
        bind![customer, email, newest(Kind::Name)?, newest(Kind::Phone)?],
    )?;
    documents::stale(cx, documents::Kind::Customer, customer)?;
    if known(sql)? != before {
        stale_visitors(cx, customer)?;
    }
    Ok(())
}

/// Lets a profile go on without a conversation that a corrected address has moved to another one. One
/// that has none left is the same person under the wrong address: all that hangs on it moves along,
/// and its id leads to the other from then on.
pub fn leave(cx: &Cx, former: &CustomerId, to: &CustomerId) -> Outcome<()> {
    refresh(cx, former)?;
    let (from, to) = (former.as_str(), to.as_str());
    let left = cx
        .sql
        .count("SELECT count(*) AS n FROM conversations WHERE customer_id = ?", bind![from])?;
    if left > 0 {
        return Ok(());
    }
    stale_visitors(cx, from)?;
    cx.sql.run("UPDATE visitors SET customer_id = ? WHERE customer_id = ?", bind![to, from])?;
    cx.sql.run("UPDATE customers SET moved_to = ?1 WHERE id = ?2 OR moved_to = ?2", bind![to, from])
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
fn stale_visitors(cx: &Cx, customer: &str) -> Outcome<()> {
    let visitors: Vec<Value> =
        cx.sql.rows("SELECT id AS value FROM visitors WHERE customer_id = ?", bind![customer])?;
    for visitor in visitors {
        documents::stale(cx, documents::Kind::Visitor, &visitor.value)?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Value {
    value: String,
}

/// How many there are.
#[derive(Debug)]
pub struct Counts {
    /// All.
    pub all: u64,
    /// Those of whom this is known.
    pub with: BTreeMap<String, u64>,
}

/// Counts the customers.
pub fn counts(sql: &Sql) -> Outcome<Counts> {
    let with = ["name", "email", "phone"]
        .into_iter()
        .map(|column| {
            let query = format!("SELECT count(*) AS n FROM customers WHERE moved_to IS NULL AND {column} IS NOT NULL");
            Ok((column.to_owned(), sql.count(&query, bind![])?))
        })
        .collect::<Outcome<_>>()?;
    let all = sql.count("SELECT count(*) AS n FROM customers WHERE moved_to IS NULL", bind![])?;
    Ok(Counts { all, with })
}
