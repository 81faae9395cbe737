//! SQLite of a Durable Object: bound parameters, typed rows, and transactions that roll back.

use crate::fault::{Fault, Outcome, unreadable};
use askwell::Code;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::rc::Rc;
use worker::{SqlStorage, SqlStorageValue, State, Storage};

#[cfg(test)]
mod memory;

/// The object's database.
#[derive(Clone)]
pub struct Sql(Database);

#[derive(Clone)]
enum Database {
    Object(SqlStorage),
    #[cfg(test)]
    Memory(Rc<memory::Memory>),
}

/// JavaScript's numbers hold whole numbers up to here, 2⁵³ - 1, exactly.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// A step of a schema. Never edited once released, only followed by others.
#[derive(Debug)]
pub struct Migration {
    /// Unique in its object: `room/1`, `room/2`, …
    pub id: &'static str,
    /// Each is one statement.
    pub statements: &'static [&'static str],
}

/// A list of values to bind.
#[macro_export]
macro_rules! bind {
    ($($value:expr),* $(,)?) => { vec![$(worker::SqlStorageValue::from($value)),*] };
}

impl Sql {
    /// The database of this object.
    pub fn of(storage: &Storage) -> Self {
        Self(Database::Object(storage.sql()))
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
        let exact = |value: &SqlStorageValue| match value {
            SqlStorageValue::Integer(number) => number.unsigned_abs() <= MAX_SAFE,
            _ => true,
        };
        if !values.iter().all(exact) {
            return Err(Fault::refused(Code::InvalidField, "a number is out of range"));
        }
        match &self.0 {
            Database::Object(storage) => {
                let cursor = storage.exec(query, values)?;
                // The reader's own words could repeat a value of the row.
                cursor.to_array().map_err(|_| Fault::Unreadable { what: "row", line: 0, column: 0 })
            }
            #[cfg(test)]
            Database::Memory(memory) => memory.rows(query, values),
        }
    }

    /// The first row of a query. (`SqlCursor::one` throws through wasm when there is none.)
    pub fn first<T: DeserializeOwned>(
        &self,
        query: &str,
        values: Vec<SqlStorageValue>,
    ) -> Outcome<Option<T>> {
        Ok(self.rows(query, values)?.into_iter().next())
    }

    /// The number that a query `SELECT … AS n` finds.
    pub fn count(&self, query: &str, values: Vec<SqlStorageValue>) -> Outcome<u64> {
        #[derive(serde::Deserialize)]
        struct Row {
            n: u64,
        }
        Ok(self.first::<Row>(query, values)?.map_or(0, |row| row.n))
    }

    /// How large the database is, in bytes.
    pub fn size(&self) -> Outcome<u64> {
        match &self.0 {
            Database::Object(storage) => {
                // As the binding has it, it would end at the 4 GiB of a wasm pointer.
                let size = js_sys::Reflect::get(storage.as_ref(), &"databaseSize".into());
                let size = size.ok().and_then(|size| size.as_f64()).filter(|size| *size >= 0.0);
                // An `as` of a number in range cuts the part below one byte.
                Ok(size.ok_or(Fault::Unreadable { what: "database size", line: 0, column: 0 })?
                    as u64)
            }
            #[cfg(test)]
            Database::Memory(_) => self.count(
                "SELECT page_count * page_size AS n FROM pragma_page_count(), pragma_page_size()",
                bind![],
            ),
        }
    }

    /// Makes the schema, or brings it up to date: runs each migration once, in order, in one
    /// transaction. Whether there were any to run.
    pub async fn migrate(
        &self,
        state: &State,
        migrations: impl IntoIterator<Item = &'static Migration>,
    ) -> Outcome<bool> {
        let all: Vec<&Migration> = migrations.into_iter().collect();
        if self.missing(&all)?.is_empty() {
            return Ok(false);
        }
        transaction(state, move |sql| sql.apply(&all)).await?;
        Ok(true)
    }

    /// Whether the schema was ever made.
    pub fn is_made(&self) -> Outcome<bool> {
        let found: Option<serde::de::IgnoredAny> = self.first(
            "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = 'migrations'",
            bind![],
        )?;
        Ok(found.is_some())
    }

    fn apply(&self, all: &[&'static Migration]) -> Outcome<()> {
        self.run("CREATE TABLE IF NOT EXISTS migrations (id TEXT PRIMARY KEY)", bind![])?;
        for migration in self.missing(all)? {
            for statement in migration.statements {
                self.run(statement, bind![])?;
            }
            self.run("INSERT INTO migrations (id) VALUES (?)", bind![migration.id])?;
        }
        Ok(())
    }

    fn missing(&self, all: &[&'static Migration]) -> Outcome<Vec<&'static Migration>> {
        #[derive(serde::Deserialize)]
        struct Row {
            id: String,
        }
        if !self.is_made()? {
            return Ok(all.to_vec());
        }
        let done: Vec<Row> = self.rows("SELECT id FROM migrations", bind![])?;
        let missing = |migration: &&&Migration| !done.iter().any(|row| row.id == migration.id);
        Ok(all.iter().filter(missing).copied().collect())
    }
}

/// Reads an enum from the name that it is stored under.
pub fn word<T: DeserializeOwned>(text: String) -> Outcome<T> {
    serde_json::from_value(serde_json::Value::String(text))
        .map_err(|error| unreadable("column", &error))
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

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration = Migration {
        id: "room/1",
        statements: &["CREATE TABLE one (n INTEGER)", "INSERT INTO one (n) VALUES (1)"],
    };
    const SECOND: Migration = Migration {
        id: "room/2",
        statements: &[
            "CREATE TABLE two (n INTEGER)",
            "CREATE TRIGGER follow AFTER INSERT ON one BEGIN INSERT INTO two VALUES (new.n); SELECT 1; END",
        ],
    };

    #[test]
    fn a_store_of_before_gets_what_was_added() {
        let sql = Sql::with([&FIRST]);
        sql.apply(&[&FIRST, &SECOND]).unwrap();
        sql.apply(&[&FIRST, &SECOND]).unwrap();
        sql.run("INSERT INTO one (n) VALUES (?)", bind![2]).unwrap();
        let count = |table| sql.count(&format!("SELECT count(*) AS n FROM {table}"), bind![]);
        assert_eq!((count("one").unwrap(), count("two").unwrap()), (2, 1));
    }

    #[test]
    fn nothing_is_made_by_looking() {
        let sql = Sql::memory();
        assert!(!sql.is_made().unwrap());
        assert_eq!(sql.missing(&[&FIRST]).unwrap().len(), 1);
        assert!(!sql.is_made().unwrap());
    }

    #[test]
    fn numbers_that_javascript_cannot_hold_are_refused() {
        let sql = Sql::with([&FIRST]);
        let insert = |n: i64| sql.run("INSERT INTO one (n) VALUES (?)", bind![n]);
        insert((1 << 53) - 1).unwrap();
        insert(1 - (1 << 53)).unwrap();
        for n in [1 << 53, i64::MAX, i64::MIN] {
            assert_eq!(insert(n).unwrap_err().public().code, Code::InvalidField);
        }
    }
}
