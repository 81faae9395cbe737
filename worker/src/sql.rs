//! SQLite of a Durable Object: bound parameters, typed rows, and transactions that roll back.

use crate::fault::{Fault, Outcome};
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::rc::Rc;
use worker::{SqlStorage, SqlStorageValue, State, Storage};

/// The object's database.
#[derive(Clone)]
pub struct Sql(SqlStorage);

/// A list of values to bind.
#[macro_export]
macro_rules! bind {
    ($($value:expr),* $(,)?) => { vec![$(worker::SqlStorageValue::from($value)),*] };
}

impl Sql {
    /// The database of this object.
    pub fn of(storage: &Storage) -> Self {
        Self(storage.sql())
    }

    /// Runs one statement for its effect.
    pub fn run(&self, statement: &str, values: Vec<SqlStorageValue>) -> Outcome<()> {
        // A cursor that is not read to its end would leave the statement half run.
        self.rows::<serde::de::IgnoredAny>(statement, values).map(drop)
    }

    /// All rows of a query.
    pub fn rows<T: DeserializeOwned>(
        &self,
        query: &str,
        values: Vec<SqlStorageValue>,
    ) -> Outcome<Vec<T>> {
        Ok(self.0.exec(query, values)?.to_array()?)
    }

    /// The first row of a query. (`SqlCursor::one` throws through wasm when there is none.)
    pub fn first<T: DeserializeOwned>(
        &self,
        query: &str,
        values: Vec<SqlStorageValue>,
    ) -> Outcome<Option<T>> {
        Ok(self.rows(query, values)?.into_iter().next())
    }

    /// Whether a table exists: an object that was never written to has none.
    pub fn has_table(&self, name: &str) -> Outcome<bool> {
        let found: Option<serde::de::IgnoredAny> = self.first(
            "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = ?",
            bind![name],
        )?;
        Ok(found.is_some())
    }

    /// Brings the schema up to date: runs each migration once, in order, in one transaction.
    pub async fn migrate(&self, state: &State, migrations: &'static [&'static str]) -> Outcome<()> {
        #[derive(serde::Deserialize)]
        struct Row {
            version: Option<i64>,
        }
        transaction(state, move |sql| {
            sql.run(
                "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY)",
                bind![],
            )?;
            let newest: Option<Row> =
                sql.first("SELECT max(version) AS version FROM migrations", bind![])?;
            let done = newest.and_then(|row| row.version).unwrap_or(0);
            for (version, statements) in (1i64..).zip(migrations) {
                if version > done {
                    for statement in statements.split(";\n").filter(|s| !s.trim().is_empty()) {
                        sql.run(statement, bind![])?;
                    }
                    sql.run("INSERT INTO migrations (version) VALUES (?)", bind![version])?;
                }
            }
            Ok(())
        })
        .await
    }
}

/// Runs `work` in one transaction: when it fails nothing of it stays.
///
/// `work` is synchronous on purpose: no other request of the object can come in between.
pub async fn transaction<T: 'static>(
    state: &State,
    work: impl FnOnce(&Sql) -> Outcome<T> + 'static,
) -> Outcome<T> {
    let storage = state.storage();
    let sql = Sql::of(&storage);
    let result: Rc<RefCell<Option<Outcome<T>>>> = Rc::default();
    let inside = Rc::clone(&result);
    let ended = storage
        .transaction(move |_| async move {
            let outcome = work(&sql);
            let failed = outcome.is_err();
            *inside.borrow_mut() = Some(outcome);
            if failed { Err(worker::Error::RustError("rolled back".to_owned())) } else { Ok(()) }
        })
        .await;
    match (result.take(), ended) {
        (Some(Err(fault)), _) => Err(fault),
        (Some(Ok(value)), Ok(())) => Ok(value),
        (_, Err(error)) => Err(Fault::Platform(error)),
        (None, Ok(())) => {
            Err(Fault::Platform(worker::Error::RustError("a transaction did not run".to_owned())))
        }
    }
}
