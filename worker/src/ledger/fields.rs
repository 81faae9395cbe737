//! The owner's questions. What was once asked is kept for ever: a question that changes is a new
//! version, and one that is taken away is only put no more, so that each answer keeps its question.

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use super::sections::unchanged_or;
use super::settings;
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::FieldList;
use askwell::classify::{self, Field};
use askwell::closing::FieldVersion;
use askwell::time::UnixMillis;
use askwell::{Code, Error, id};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "fields/1",
        statements: &[
            "CREATE TABLE fields (id TEXT PRIMARY KEY, position INTEGER NOT NULL, enabled INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE TABLE field_versions (field_id TEXT NOT NULL, version INTEGER NOT NULL, published_at INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (field_id, version)) WITHOUT ROWID",
        ],
    }],
    ops: &[Op::read::<List>(), Op::read::<All>(), Op::read::<Versions>(), Op::write::<Put>()],
    ..Room::EMPTY
};

/// Counts the changes of the list.
const REVISION: &str = "fields_revision";

/// The newest version of each field, those that are put and those that are not.
const NEWEST: &str = "SELECT f.id, f.enabled, f.removed, v.version, v.body FROM fields f JOIN field_versions v ON v.field_id = f.id
    WHERE v.version = (SELECT max(version) FROM field_versions WHERE field_id = f.id) ORDER BY f.position, f.id";

/// The questions that are put, in the owner's order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List;

/// The questions that are put.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// Counts the changes of the list, from 0.
    pub revision: u64,
    /// In the owner's order.
    pub list: FieldList,
}

impl Call for List {
    const NAME: &'static str = "fields.list";
    type Out = Listed;
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<Listed> {
        listed(cx.sql)
    }
}

/// All questions that were ever published: what was answered is read by them, whether they are still put or not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct All;

/// Whether a question is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// To every conversation that closes.
    On,
    /// It stands in the list and is put to none.
    Off,
    /// It was taken away, and can be brought back.
    Removed,
}

/// A question that was published, as it is worded in its newest version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Whether it is put.
    pub standing: Standing,
    /// What.
    #[serde(flatten)]
    pub version: FieldVersion,
}

impl Known {
    /// Which.
    pub fn id(&self) -> &str {
        &self.version.id
    }

    /// The question.
    pub const fn field(&self) -> &Field {
        &self.version.field
    }

    /// What it is called, with a word where it is put no more: another of the same name may be put then.
    pub fn name(&self) -> String {
        let name = &self.version.field.name;
        match self.standing {
            Standing::On => name.clone(),
            Standing::Off => format!("{name} (off)"),
            Standing::Removed => format!("{name} (removed)"),
        }
    }
}

impl Call for All {
    const NAME: &'static str = "fields.all";
    /// Those that are put, those that are off and those that were removed, each in the owner's order.
    type Out = Vec<Known>;
}

impl Read for All {
    fn run(self, cx: &Cx) -> Outcome<Vec<Known>> {
        all(cx.sql)
    }
}

/// See [`All`].
pub fn all(sql: &Sql) -> Outcome<Vec<Known>> {
    let known = |row: Newest| Known {
        standing: match (row.removed, row.enabled) {
            (true, _) => Standing::Removed,
            (false, true) => Standing::On,
            (false, false) => Standing::Off,
        },
        version: FieldVersion { id: row.id, version: row.version, field: row.field },
    };
    let mut all: Vec<Known> = newest(sql)?.into_iter().map(known).collect();
    all.sort_by_key(|known| known.standing);
    Ok(all)
}

/// All versions of a field, the oldest first, whether it is put or not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Versions {
    /// Which.
    pub field_id: String,
}

/// A version of a field that is or was put.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// Since when.
    pub published_at: UnixMillis,
    /// What.
    #[serde(flatten)]
    pub version: FieldVersion,
}

impl Call for Versions {
    const NAME: &'static str = "fields.versions";
    type Out = Vec<Published>;
}

impl Read for Versions {
    fn run(self, cx: &Cx) -> Outcome<Vec<Published>> {
        #[derive(Deserialize)]
        struct Row {
            version: u32,
            published_at: i64,
            body: String,
        }
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT version, published_at, body FROM field_versions WHERE field_id = ? ORDER BY version",
            bind![self.field_id.as_str()],
        )?;
        rows.into_iter()
            .map(|row| {
                let field = from_json("field", &row.body)?;
                let id = self.field_id.clone();
                let version = FieldVersion { id, version: row.version, field };
                Ok(Published { published_at: UnixMillis(row.published_at), version })
            })
            .collect()
    }
}

/// Sets which questions are put, and in which order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Put {
    /// One with an empty id is the question of the same name that is put now, or else a new one. One
    /// that is missing is put no more; it comes back with its id.
    pub list: FieldList,
    /// Only if the list has changed so often; whatever it is with none.
    pub revision: Option<u64>,
}

impl Call for Put {
    const NAME: &'static str = "fields.put";
    type Out = Listed;
}

impl Write for Put {
    fn run(self, cx: &Cx) -> Outcome<Listed> {
        let before = listed(cx.sql)?;
        let stale = "the fields have been changed meanwhile; read them again";
        unchanged_or(self.revision, before.revision, stale)?;
        let all = newest(cx.sql)?;
        let known: Vec<String> = all.iter().map(|row| row.id.clone()).collect();
        check_ids(&self.list.fields, &known)?;
        let mut taken = ids(cx.sql)?;
        let named: Vec<String> = self.list.fields.iter().map(|field| field.id.clone()).collect();
        // What was never published is being worked on, and not in the list.
        cx.sql.run(
            "UPDATE fields SET enabled = 0 WHERE id IN (SELECT field_id FROM field_versions)",
            bind![],
        )?;
        for (position, new) in (0i64..).zip(self.list.fields) {
            let same_name =
                |old: &&FieldVersion| old.field.name == new.field.name && !named.contains(&old.id);
            let id = if !new.id.is_empty() {
                new.id
            } else if let Some(old) = before.list.fields.iter().find(same_name) {
                old.id.clone()
            } else {
                free_id(cx, &new.field, &taken)
            };
            taken.push(id.clone());
            cx.sql.run(
                "INSERT INTO fields (id, position, enabled) VALUES (?, ?, 1)
                 ON CONFLICT (id) DO UPDATE SET position = excluded.position, enabled = 1, removed = 0",
                bind![id.as_str(), position],
            )?;
            let old = all.iter().find(|old| old.id == id);
            if old.is_none_or(|old| old.field != new.field) {
                publish(cx, &id, old.map_or(0, |old| old.version) + 1, &new.field)?;
            }
        }
        if listed(cx.sql)? != before {
            changed(cx)?;
        }
        listed(cx.sql)
    }
}

/// Counts the changes of what is put.
pub fn revision(sql: &Sql) -> Outcome<u64> {
    settings::counter(sql, REVISION)
}

/// Notes that what is put has changed.
pub fn changed(cx: &Cx) -> Outcome<()> {
    settings::count(cx.sql, REVISION)
}

/// The ids of all fields that ever were.
pub fn ids(sql: &Sql) -> Outcome<Vec<String>> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
    }
    let rows: Vec<Row> = sql.rows("SELECT id FROM fields", bind![])?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Gives a new workspace the questions that it begins with.
pub fn begin(cx: &Cx) -> Outcome<()> {
    for (position, field) in (0i64..).zip(classify::starter_fields()) {
        let id = first_id(cx, &field);
        cx.sql.run(
            "INSERT INTO fields (id, position, enabled) VALUES (?, ?, 1)",
            bind![id.as_str(), position],
        )?;
        publish(cx, &id, 1, &field)?;
    }
    Ok(())
}

fn first_id(cx: &Cx, field: &Field) -> String {
    let digest = id::digest(&[cx.workspace.as_str().as_bytes(), field.name.as_bytes()]);
    format!("fd_{digest}")
}

/// The id of a new field: its name's, or the first variant of it that no other field has.
pub fn free_id(cx: &Cx, field: &Field, taken: &[String]) -> String {
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

/// Adds a version of a field.
pub fn publish(cx: &Cx, id: &str, version: u32, field: &Field) -> Outcome<()> {
    cx.sql.run(
        "INSERT INTO field_versions (field_id, version, published_at, body) VALUES (?, ?, ?, ?)",
        bind![id, i64::from(version), cx.now.0, to_json("field", field)?],
    )
}

struct Newest {
    id: String,
    enabled: bool,
    removed: bool,
    version: u32,
    field: Field,
}

fn newest(sql: &Sql) -> Outcome<Vec<Newest>> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        enabled: i64,
        removed: i64,
        version: u32,
        body: String,
    }
    let rows: Vec<Row> = sql.rows(NEWEST, bind![])?;
    rows.into_iter()
        .map(|row| {
            let field = from_json("field", &row.body)?;
            let (enabled, removed) = (row.enabled != 0, row.removed != 0);
            Ok(Newest { id: row.id, enabled, removed, version: row.version, field })
        })
        .collect()
}

/// The questions that are put.
pub fn listed(sql: &Sql) -> Outcome<Listed> {
    let fields = newest(sql)?
        .into_iter()
        .filter(|row| row.enabled)
        .map(|row| FieldVersion { id: row.id, version: row.version, field: row.field })
        .collect();
    Ok(Listed { revision: revision(sql)?, list: FieldList { fields } })
}
