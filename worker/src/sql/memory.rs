//! A database in memory, so that the statements of both objects have native tests.

use super::{Migration, Sql};
use crate::fault::{Fault, Outcome};
use rusqlite::Connection;
use rusqlite::types::{Value, ValueRef};
use serde::de::DeserializeOwned;
use serde_json::Map;
use std::cell::Cell;
use worker::SqlStorageValue;

/// SQLite in memory.
pub struct Memory {
    connection: Connection,
    /// Statements until one fails; never with none.
    fails_after: Cell<Option<u32>>,
}

/// Statements that stay prepared. Objects keep a megabyte of their text, which is more than all there are.
const PREPARED: usize = 4096;

impl Memory {
    pub fn new() -> Self {
        Self::on(Connection::open_in_memory().unwrap())
    }

    fn on(connection: Connection) -> Self {
        connection.set_prepared_statement_cache_capacity(PREPARED);
        Self { connection, fails_after: Cell::new(None) }
    }

    pub fn rows<T: DeserializeOwned>(
        &self,
        query: &str,
        values: Vec<SqlStorageValue>,
    ) -> Outcome<Vec<T>> {
        match self.fails_after.get() {
            Some(0) => return Err(failed("out of luck")),
            Some(n) => self.fails_after.set(Some(n - 1)),
            None => {}
        }
        let mut statement = self.connection.prepare_cached(query).map_err(failed)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let values = values.into_iter().map(native);
        let mut found = statement.query(rusqlite::params_from_iter(values)).map_err(failed)?;
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(failed)? {
            let mut object = Map::new();
            for (place, name) in names.iter().enumerate() {
                object.insert(name.clone(), json(row.get_ref(place).map_err(failed)?));
            }
            rows.push(serde_json::from_value(object.into()).map_err(failed)?);
        }
        Ok(rows)
    }
}

impl Sql {
    /// An empty database in memory.
    pub fn memory() -> Self {
        Self(super::Database::Memory(std::rc::Rc::new(Memory::new())))
    }

    /// A database in memory with a schema.
    pub fn with(migrations: impl IntoIterator<Item = &'static Migration>) -> Self {
        let sql = Self::memory();
        sql.made(migrations);
        sql
    }

    /// An empty database in a file, with the journal that objects have.
    pub fn file(path: &std::path::Path) -> Self {
        let connection = Connection::open(path).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
            .unwrap();
        Self(super::Database::Memory(std::rc::Rc::new(Memory::on(connection))))
    }

    /// Makes the schema.
    pub fn made(&self, migrations: impl IntoIterator<Item = &'static Migration>) {
        let all: Vec<_> = migrations.into_iter().collect();
        self.apply(&all).unwrap();
    }

    /// Lets `n` more statements succeed, and none after them; all with none.
    pub fn fail_after(&self, n: Option<u32>) {
        if let super::Database::Memory(memory) = &self.0 {
            memory.fails_after.set(n);
        }
    }

    /// As [`super::transaction`] does.
    pub fn atomically<T>(&self, work: impl FnOnce(&Self) -> Outcome<T>) -> Outcome<T> {
        let super::Database::Memory(memory) = &self.0 else { return work(self) };
        memory.connection.execute_batch("BEGIN").unwrap();
        let done = work(self);
        memory.connection.execute_batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).unwrap();
        done
    }

    /// Everything in all tables, to be compared.
    pub fn dump(&self) -> String {
        let tables: Vec<serde_json::Value> = self
            .rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", vec![])
            .unwrap();
        let mut lines: Vec<String> = Vec::new();
        for table in tables {
            let name = table["name"].as_str().unwrap();
            let rows: Vec<serde_json::Value> =
                self.rows(&format!("SELECT * FROM {name}"), vec![]).unwrap();
            lines.extend(rows.into_iter().map(|row| format!("{name} {row}")));
        }
        lines.sort();
        lines.join("\n")
    }
}

fn failed(why: impl ToString) -> Fault {
    Fault::Platform(worker::Error::RustError(why.to_string()))
}

fn native(value: SqlStorageValue) -> Value {
    match value {
        SqlStorageValue::Null => Value::Null,
        SqlStorageValue::Boolean(yes) => Value::Integer(i64::from(yes)),
        SqlStorageValue::Integer(number) => Value::Integer(number),
        SqlStorageValue::Float(number) => Value::Real(number),
        SqlStorageValue::String(text) => Value::Text(text),
        SqlStorageValue::Blob(bytes) => Value::Blob(bytes),
    }
}

fn json(value: ValueRef<'_>) -> serde_json::Value {
    match value {
        ValueRef::Null => serde_json::Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into_owned().into(),
        ValueRef::Blob(bytes) => bytes.into(),
    }
}
