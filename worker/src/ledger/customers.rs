//! Customers in the ledger: whose profile a conversation joins, and what the profile shows.

use crate::bind;
use crate::fault::Outcome;
use crate::sql::Sql;
use askwell::closing::Closed;
use askwell::customer::{Known, Resolution, normalise_email, resolve};
use askwell::detect::Kind;
use askwell::id::{CustomerId, WorkspaceId};
use askwell::time::UnixMillis;
use serde::Deserialize;

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
pub fn new_id(workspace: &WorkspaceId, closed: &Closed) -> CustomerId {
    CustomerId::derive(&[
        workspace.as_str().as_bytes(),
        closed.conversation_id.as_str().as_bytes(),
        &closed.revision.to_le_bytes(),
    ])
}

/// Finds or begins the profile that a conversation belongs to.
pub fn attach(
    sql: &Sql,
    workspace: &WorkspaceId,
    closed: &Closed,
    former: Option<&CustomerId>,
    now: UnixMillis,
) -> Outcome<CustomerId> {
    let email = closed.facts.get(Kind::Email).map(|fact| normalise_email(&fact.value));
    let by_id = |id: &str| -> Outcome<Option<(CustomerId, bool)>> {
        let row: Option<Profile> =
            sql.first("SELECT id, email FROM customers WHERE id = ?", bind![id])?;
        Ok(row.and_then(Profile::known))
    };
    let by_email: Option<Profile> = match &email {
        Some(email) => {
            sql.first("SELECT id, email FROM customers WHERE email = ?", bind![email.as_str()])?
        }
        None => None,
    };
    let by_visitor: Option<Profile> = sql.first(
        "SELECT c.id, c.email FROM visitors v JOIN customers c ON c.id = v.customer_id WHERE v.id = ?",
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
            let id = new_id(workspace, closed);
            sql.run(
                "INSERT OR IGNORE INTO customers (id, platforms, first_at, last_at, conversations) VALUES (?, '[]', ?, ?, 0)",
                bind![id.as_str(), now.0, now.0],
            )?;
            id
        }
    };
    if let Some(email) = email {
        sql.run(
            "UPDATE customers SET email = ? WHERE id = ? AND email IS NULL",
            bind![email, id.as_str()],
        )?;
    }
    sql.run(
        "INSERT INTO visitors (id, customer_id) VALUES (?, ?)
         ON CONFLICT (id) DO UPDATE SET customer_id = excluded.customer_id",
        bind![closed.visitor_id.as_str(), id.as_str()],
    )?;
    Ok(id)
}

/// Brings a profile in line with its conversations: the newest name and phone, the span, the count.
/// A profile that has lost its last conversation, to a corrected address, is nobody, and goes.
pub fn refresh(sql: &Sql, id: &CustomerId) -> Outcome<()> {
    let id = id.as_str();
    sql.run(
        "UPDATE customers SET
           name = (SELECT f.value FROM conversations c JOIN facts f ON f.conversation_id = c.id AND f.kind = 'name' WHERE c.customer_id = ?1 ORDER BY f.at DESC, c.id LIMIT 1),
           phone = (SELECT f.value FROM conversations c JOIN facts f ON f.conversation_id = c.id AND f.kind = 'phone' WHERE c.customer_id = ?1 ORDER BY f.at DESC, c.id LIMIT 1),
           platforms = (SELECT coalesce(json_group_array(platform), '[]') FROM (SELECT DISTINCT platform FROM conversations WHERE customer_id = ?1 ORDER BY platform)),
           conversations = (SELECT count(*) FROM conversations WHERE customer_id = ?1),
           first_at = coalesce((SELECT min(started_at) FROM conversations WHERE customer_id = ?1), first_at),
           last_at = coalesce((SELECT max(coalesce(ended_at, started_at)) FROM conversations WHERE customer_id = ?1), last_at)
         WHERE id = ?1",
        bind![id],
    )?;
    sql.run("DELETE FROM customers WHERE id = ? AND conversations = 0", bind![id])
}
