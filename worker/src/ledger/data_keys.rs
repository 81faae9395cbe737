//! A key for each customer, under which their words and documents are sealed; see [`crate::vault`].
//!
//! Only wrapped keys are kept. A conversation that moves to another customer stays sealed with the key that
//! it was sealed with, until it is written again or that key is about to go.

use super::cx::Cx;
use super::op::{Room, Write};
use super::{Workspace, archives};
use crate::bind;
use crate::config;
use crate::fault::Outcome;
use crate::jobs::{self, Job, Next, Work};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use crate::vault::{self, Secret};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "data_keys/1",
        statements: &[
            "CREATE TABLE data_keys (customer_id TEXT PRIMARY KEY, wrapper TEXT NOT NULL, wrapped TEXT NOT NULL) WITHOUT ROWID",
            "CREATE INDEX data_keys_wrapper ON data_keys (wrapper)",
        ],
    }],
    jobs: &[Job::of::<Rewrap>()],
    ..Room::EMPTY
};

/// Keys that are wrapped anew in one go.
const AT_ONCE: i64 = 500;

#[derive(Deserialize)]
struct Row {
    customer_id: String,
    wrapped: String,
}

/// The key of a customer; none when they have none, or have been erased.
pub fn find(sql: &Sql, customer: &str) -> Outcome<Option<Secret>> {
    let row: Option<Row> = sql.first(
        "SELECT customer_id, wrapped FROM data_keys WHERE customer_id = ?",
        bind![customer],
    )?;
    row.map(|row| vault::unwrap(&row.wrapped, &row.customer_id)).transpose()
}

/// The key of a customer, made now when they have none.
pub fn of(sql: &Sql, customer: &str) -> Outcome<Secret> {
    if let Some(key) = find(sql, customer)? {
        return Ok(key);
    }
    let key = Secret::random()?;
    sql.run(
        "INSERT INTO data_keys (customer_id, wrapper, wrapped) VALUES (?, ?, ?)",
        bind![customer, vault::current()?, vault::wrap(&key, customer)?],
    )?;
    Ok(key)
}

/// Lets a customer's key go. What others still have under it is sealed with their own first.
pub fn remove(cx: &Cx, customer: &str) -> Outcome<()> {
    archives::leave(cx, customer)?;
    cx.sql.run("DELETE FROM data_keys WHERE customer_id = ?", bind![customer])
}

/// How many keys are wrapped with a former key of the installation.
pub fn outdated(sql: &Sql) -> Outcome<u64> {
    sql.count("SELECT count(*) AS n FROM data_keys WHERE wrapper <> ?", bind![vault::current()?])
}

/// Sees to it that all keys are wrapped with the installation's key of today.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rotate;

impl Call for Rotate {
    const NAME: &'static str = "data_keys.rotate";
    /// How many are not yet.
    type Out = u64;
}

impl Write for Rotate {
    fn run(self, cx: &Cx) -> Outcome<u64> {
        let left = outdated(cx.sql)?;
        if left > 0 {
            jobs::put(cx.sql, Rewrap::KIND, "", cx.now)?;
        }
        Ok(left)
    }
}

/// Wraps keys anew. What is sealed with them stays as it is.
pub struct Rewrap;

impl Work<Workspace> for Rewrap {
    const KIND: &'static str = "rewrap";

    async fn run(ledger: &Workspace, _subject: &str) -> Outcome<Next> {
        let left = ledger.write(rewrap).await?;
        Ok(if left == 0 { Next::Done } else { Next::At(config::now(&ledger.env)) })
    }
}

fn rewrap(cx: &Cx) -> Outcome<u64> {
    let rows: Vec<Row> = cx.sql.rows(
        "SELECT customer_id, wrapped FROM data_keys WHERE wrapper <> ? ORDER BY wrapper, customer_id LIMIT ?",
        bind![vault::current()?, AT_ONCE],
    )?;
    for row in rows {
        let key = vault::unwrap(&row.wrapped, &row.customer_id)?;
        cx.sql.run(
            "UPDATE data_keys SET wrapper = ?, wrapped = ? WHERE customer_id = ?",
            bind![vault::current()?, vault::wrap(&key, &row.customer_id)?, row.customer_id],
        )?;
    }
    outdated(cx.sql)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Ledger, closing, conversation};
    use super::*;
    use crate::ledger::customers::Erase;
    use crate::vault::tests::turn;
    use askwell::id::CustomerId;

    fn raw(ledger: &Ledger) -> String {
        #[derive(Deserialize)]
        struct Body {
            body: String,
        }
        let rows: Vec<Body> = ledger.sql.rows("SELECT body FROM archives", bind![]).unwrap();
        rows.into_iter().map(|row| row.body).collect()
    }

    fn said(ledger: &Ledger, n: u32) -> Option<String> {
        let found = archives::find(&ledger.sql, conversation(n).as_str()).unwrap();
        found.map(|archive| archive.messages[0].text.clone())
    }

    fn erase(ledger: &Ledger, customer_id: CustomerId) {
        ledger.write(Erase { customer_id, by: "ky_1".to_owned() }).unwrap();
    }

    #[test]
    fn words_are_sealed_and_gone_with_the_customers_key() {
        let ledger = Ledger::new();
        let first = ledger.write(closing(&ledger, 1, 1, 1, Some("a@example.com"))).unwrap();
        ledger.write(closing(&ledger, 2, 1, 2, Some("b@example.com"))).unwrap();
        assert_eq!(said(&ledger, 1).as_deref(), Some("I am a@example.com"));
        assert!(!raw(&ledger).contains("example.com"), "{}", raw(&ledger));
        let before = find(&ledger.sql, first.customer_id.as_str()).unwrap();
        assert!(before.is_some());
        erase(&ledger, first.customer_id.clone());
        assert!(find(&ledger.sql, first.customer_id.as_str()).unwrap().is_none());
        assert_eq!(said(&ledger, 1), None);
        assert_eq!(said(&ledger, 2).as_deref(), Some("I am b@example.com"));
    }

    #[test]
    fn what_has_moved_to_somebody_else_outlives_the_key_that_it_was_sealed_with() {
        let ledger = Ledger::new();
        let first = ledger.write(closing(&ledger, 1, 1, 1, Some("a@example.com"))).unwrap();
        let second = ledger.write(closing(&ledger, 2, 1, 2, Some("b@example.com"))).unwrap();
        // As splitting does, and a corrected address.
        ledger
            .sql
            .run(
                "UPDATE conversations SET customer_id = ? WHERE id = ?",
                bind![second.customer_id.as_str(), conversation(1).as_str()],
            )
            .unwrap();
        assert_eq!(said(&ledger, 1).as_deref(), Some("I am a@example.com"));
        erase(&ledger, first.customer_id);
        assert_eq!(said(&ledger, 1).as_deref(), Some("I am a@example.com"));
        erase(&ledger, second.customer_id);
        assert_eq!((said(&ledger, 1), said(&ledger, 2)), (None, None));
    }

    #[test]
    fn keys_are_wrapped_anew_and_open_what_they_did() {
        turn(&["a"]);
        let ledger = Ledger::new();
        for n in 1..=3 {
            let email = format!("{n}@example.com");
            ledger.write(closing(&ledger, n, 1, n, Some(&email))).unwrap();
        }
        turn(&["b", "a"]);
        ledger.write(closing(&ledger, 4, 1, 4, Some("4@example.com"))).unwrap();
        assert_eq!(ledger.write(Rotate).unwrap(), 3);
        assert_eq!(ledger.at(rewrap).unwrap(), 0);
        assert_eq!(ledger.write(Rotate).unwrap(), 0);
        turn(&["b"]);
        for n in 1..=4 {
            assert_eq!(said(&ledger, n), Some(format!("I am {n}@example.com")));
        }
        turn(&["a"]);
        assert!(archives::find(&ledger.sql, conversation(1).as_str()).is_err());
    }
}
