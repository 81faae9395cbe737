//! The owner's questions.

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::FieldList;
use askwell::classify::{self, Field};
use askwell::closing::FieldVersion;
use askwell::{Code, Error, id};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "fields/1",
        statements: &[
            "CREATE TABLE fields (id TEXT PRIMARY KEY, position INTEGER NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID",
        ],
    }],
    ops: &[Op::read::<List>(), Op::write::<Put>()],
};

/// The questions, in the owner's order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List;

impl Call for List {
    const NAME: &'static str = "fields.list";
    type Out = FieldList;
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<FieldList> {
        read(cx.sql)
    }
}

/// Sets all questions anew.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Put {
    /// Those with an empty id are new.
    pub list: FieldList,
}

impl Call for Put {
    const NAME: &'static str = "fields.put";
    type Out = FieldList;
}

impl Write for Put {
    fn run(self, cx: &Cx) -> Outcome<FieldList> {
        let old = read(cx.sql)?.fields;
        let mut taken: Vec<String> = old.iter().map(|field| field.id.clone()).collect();
        check_ids(&self.list.fields, &taken)?;
        cx.sql.run("DELETE FROM fields", bind![])?;
        for (position, new) in (0i64..).zip(self.list.fields) {
            let id = if new.id.is_empty() { free_id(cx, &new.field, &taken) } else { new.id };
            taken.push(id.clone());
            // A field that changes is a new version; its id, and so its history, stays.
            let version = match old.iter().find(|o| o.id == id) {
                Some(before) if before.field == new.field => before.version,
                Some(before) => before.version + 1,
                None => 1,
            };
            insert(cx, &id, position, version, &new.field)?;
        }
        read(cx.sql)
    }
}

/// Gives a new workspace the questions that it begins with.
pub fn begin(cx: &Cx) -> Outcome<()> {
    for (position, field) in (0i64..).zip(classify::starter_fields()) {
        insert(cx, &first_id(cx, &field), position, 1, &field)?;
    }
    Ok(())
}

fn first_id(cx: &Cx, field: &Field) -> String {
    let digest = id::digest(&[cx.workspace.as_str().as_bytes(), field.name.as_bytes()]);
    format!("fd_{digest}")
}

/// The id of a new field: its name's, or the first variant of it that no other field has.
fn free_id(cx: &Cx, field: &Field, taken: &[String]) -> String {
    let first = first_id(cx, field);
    let variants = (2u32..).map(|n| format!("{first}-{n}"));
    // There are more variants than fields.
    std::iter::once(first.clone()).chain(variants).find(|id| !taken.contains(id)).unwrap_or(first)
}

/// # Errors
/// [`Code::InvalidField`] when an id is not known, or stands twice.
fn check_ids(fields: &[FieldVersion], known: &[String]) -> Result<(), Error> {
    let mut ids: Vec<&String> = fields.iter().map(|f| &f.id).filter(|id| !id.is_empty()).collect();
    ids.sort_unstable();
    let twice = ids.windows(2).any(|pair| pair.first() == pair.last());
    if twice || ids.iter().any(|id| !known.contains(id)) {
        return Err(Error::new(
            Code::InvalidField,
            "each `id` in `fields` must be one of this workspace, once; leave it empty for a new field",
        ));
    }
    Ok(())
}

fn insert(cx: &Cx, id: &str, position: i64, version: u32, field: &Field) -> Outcome<()> {
    cx.sql.run(
        "INSERT INTO fields (id, position, version, body) VALUES (?, ?, ?, ?)",
        bind![id, position, i64::from(version), to_json("field", field)?],
    )
}

fn read(sql: &Sql) -> Outcome<FieldList> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        version: u32,
        body: String,
    }
    let rows: Vec<Row> =
        sql.rows("SELECT id, version, body FROM fields ORDER BY position", bind![])?;
    let fields = rows
        .into_iter()
        .map(|row| {
            let field = from_json("field", &row.body)?;
            Ok(FieldVersion { id: row.id, version: row.version, field })
        })
        .collect::<Outcome<_>>()?;
    Ok(FieldList { fields })
}
