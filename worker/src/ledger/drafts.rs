//! The owner's questions as they are worked on: drafts, publishing, history, order, on and off.
//!
//! What is put to conversations that close stands in [`super::fields`]; every change of that counts the
//! list's revision.

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use super::{fields, seen};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::{FieldDetail, FieldDetails, FieldWithHistory};
use askwell::classify::Field;
use askwell::classify::review::{FieldHistory, MAX_FIELDS, Published, validate_names};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`]. Comes after the fields.
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "drafts/1",
        statements: &[
            "CREATE TABLE field_drafts (field_id TEXT PRIMARY KEY, body TEXT NOT NULL, saved_at INTEGER NOT NULL) WITHOUT ROWID",
            "ALTER TABLE fields ADD COLUMN removed INTEGER NOT NULL DEFAULT 0",
        ],
    }],
    ops: &[
        Op::read::<List>(),
        Op::read::<Get>(),
        Op::write::<Create>(),
        Op::write::<Edit>(),
        Op::write::<Discard>(),
        Op::write::<Publish>(),
        Op::write::<Restore>(),
        Op::write::<Switch>(),
        Op::write::<Remove>(),
        Op::write::<Reorder>(),
    ],
    ..Room::EMPTY
};

/// All questions that were not removed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List;

impl Call for List {
    const NAME: &'static str = "drafts.list";
    /// With the revision of what is put.
    type Out = (u64, FieldDetails);
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<(u64, FieldDetails)> {
        let fields = kept(cx.sql)?.into_iter().map(|id| Ok(load(cx.sql, &id)?.detail()));
        let fields = fields.collect::<Outcome<_>>()?;
        Ok((fields::revision(cx.sql)?, FieldDetails { fields }))
    }
}

/// One question with its history, one that was removed too.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Which.
    pub field_id: String,
}

impl Call for Get {
    const NAME: &'static str = "drafts.get";
    type Out = FieldWithHistory;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<FieldWithHistory> {
        let loaded = load(cx.sql, &self.field_id)?;
        Ok(FieldWithHistory {
            field: loaded.detail(),
            removed: loaded.removed,
            versions: loaded.history.published,
        })
    }
}

/// Begins a question with a draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Create {
    /// The draft.
    pub field: Field,
}

impl Call for Create {
    const NAME: &'static str = "drafts.create";
    type Out = FieldDetail;
}

impl Write for Create {
    fn run(self, cx: &Cx) -> Outcome<FieldDetail> {
        let kept = kept(cx.sql)?;
        if kept.len() >= MAX_FIELDS {
            let detail = format!("a workspace may have {MAX_FIELDS} fields at most");
            return Err(Error::new(Code::InvalidField, detail).into());
        }
        let id = fields::free_id(cx, &self.field, &fields::ids(cx.sql)?);
        let history = FieldHistory::new(id.clone(), self.field)?;
        cx.sql.run(
            "INSERT INTO fields (id, position, enabled) VALUES (?, (SELECT coalesce(max(position) + 1, 0) FROM fields), 1)",
            bind![id.as_str()],
        )?;
        put_draft(cx, &history)?;
        Ok(load(cx.sql, &id)?.detail())
    }
}

/// What of a question is worked on: its draft, or else what is live.
pub fn newest(detail: &FieldDetail) -> Option<&Field> {
    let draft = detail.draft.as_ref().map(|draft| &draft.field);
    draft.or_else(|| detail.live.as_ref().map(|live| &live.field))
}

fn unchanged(sql: &Sql, id: &str, seen: Option<&str>) -> Outcome<()> {
    seen::stands(seen, &newest(&load(sql, id)?.detail()))
}

/// Sets a question's draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Edit {
    /// Which.
    pub field_id: String,
    /// The draft.
    pub field: Field,
    /// The mark of what the form showed ([`seen`](super::seen)); anything may have stood there with none.
    #[serde(default)]
    pub seen: Option<String>,
}

impl Call for Edit {
    const NAME: &'static str = "drafts.edit";
    type Out = FieldDetail;
}

impl Write for Edit {
    fn run(self, cx: &Cx) -> Outcome<FieldDetail> {
        let mut history = standing(cx.sql, &self.field_id)?;
        unchanged(cx.sql, &self.field_id, self.seen.as_deref())?;
        history.edit(self.field)?;
        put_draft(cx, &history)?;
        Ok(load(cx.sql, &self.field_id)?.detail())
    }
}

/// Throws a question's draft away; one that was never published is gone then.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Discard {
    /// Which.
    pub field_id: String,
    /// The mark of what the form showed ([`seen`](super::seen)); anything may have stood there with none.
    #[serde(default)]
    pub seen: Option<String>,
}

impl Call for Discard {
    const NAME: &'static str = "drafts.discard";
    type Out = ();
}

impl Write for Discard {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let mut history = standing(cx.sql, &self.field_id)?;
        unchanged(cx.sql, &self.field_id, self.seen.as_deref())?;
        history.discard();
        put_draft(cx, &history)?;
        if history.published.is_empty() {
            cx.sql.run("DELETE FROM fields WHERE id = ?", bind![self.field_id])?;
        }
        Ok(())
    }
}

/// Makes a question's draft the live version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Publish {
    /// Which.
    pub field_id: String,
}

impl Call for Publish {
    const NAME: &'static str = "drafts.publish";
    type Out = FieldDetail;
}

impl Write for Publish {
    fn run(self, cx: &Cx) -> Outcome<FieldDetail> {
        let mut history = standing(cx.sql, &self.field_id)?;
        let version = history.publish(cx.now)?;
        let live = history.newest().map(|newest| &newest.field);
        if let Some(field) = live {
            if history.enabled {
                no_namesake(cx.sql, &history.id, field)?;
            }
            fields::publish(cx, &history.id, version, field)?;
        }
        put_draft(cx, &history)?;
        fields::changed(cx)?;
        Ok(load(cx.sql, &self.field_id)?.detail())
    }
}

/// Makes an old version the draft; brings a removed question back with it, which is off then.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Restore {
    /// Which.
    pub field_id: String,
    /// Which version.
    pub version: u32,
}

impl Call for Restore {
    const NAME: &'static str = "drafts.restore";
    type Out = FieldDetail;
}

impl Write for Restore {
    fn run(self, cx: &Cx) -> Outcome<FieldDetail> {
        let mut history = load(cx.sql, &self.field_id)?.history;
        history.restore(self.version)?;
        put_draft(cx, &history)?;
        cx.sql.run("UPDATE fields SET removed = 0 WHERE id = ?", bind![self.field_id.as_str()])?;
        Ok(load(cx.sql, &self.field_id)?.detail())
    }
}

/// Turns a question on or off.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Switch {
    /// Which.
    pub field_id: String,
    /// Whether it is put to conversations that close.
    pub enabled: bool,
}

impl Call for Switch {
    const NAME: &'static str = "drafts.switch";
    type Out = FieldDetail;
}

impl Write for Switch {
    fn run(self, cx: &Cx) -> Outcome<FieldDetail> {
        let history = standing(cx.sql, &self.field_id)?;
        if history.enabled != self.enabled {
            if let (true, Some(newest)) = (self.enabled, history.newest()) {
                no_namesake(cx.sql, &history.id, &newest.field)?;
            }
            cx.sql.run(
                "UPDATE fields SET enabled = ? WHERE id = ?",
                bind![i64::from(self.enabled), self.field_id.as_str()],
            )?;
            fields::changed(cx)?;
        }
        Ok(load(cx.sql, &self.field_id)?.detail())
    }
}

/// Takes a question away. Its versions and answers stay, so that every answer keeps its question.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Remove {
    /// Which.
    pub field_id: String,
}

impl Call for Remove {
    const NAME: &'static str = "drafts.remove";
    type Out = ();
}

impl Write for Remove {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let mut history = standing(cx.sql, &self.field_id)?;
        history.discard();
        put_draft(cx, &history)?;
        let id = self.field_id.as_str();
        if history.published.is_empty() {
            return cx.sql.run("DELETE FROM fields WHERE id = ?", bind![id]);
        }
        cx.sql.run("UPDATE fields SET enabled = 0, removed = 1 WHERE id = ?", bind![id])?;
        fields::changed(cx)
    }
}

/// Sets the order of the questions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reorder {
    /// Each once; those that are not named come after, as they were.
    pub ids: Vec<String>,
}

impl Call for Reorder {
    const NAME: &'static str = "drafts.reorder";
    type Out = ();
}

impl Write for Reorder {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let kept = kept(cx.sql)?;
        let twice = |(at, id): (usize, &String)| self.ids.iter().take(at).any(|other| other == id);
        if self.ids.iter().enumerate().any(twice) || !self.ids.iter().all(|id| kept.contains(id)) {
            let detail = "each of `ids` must be a field of this workspace, once";
            return Err(Error::new(Code::InvalidField, detail).into());
        }
        let others = kept.iter().filter(|id| !self.ids.contains(id));
        for (position, id) in (0i64..).zip(self.ids.iter().chain(others)) {
            cx.sql
                .run("UPDATE fields SET position = ? WHERE id = ?", bind![position, id.as_str()])?;
        }
        fields::changed(cx)
    }
}

/// A field as it is stored.
pub struct Loaded {
    /// With its draft and its versions.
    pub history: FieldHistory,
    saved_at: Option<UnixMillis>,
    /// Whether it was removed.
    pub removed: bool,
}

impl Loaded {
    fn detail(&self) -> FieldDetail {
        FieldDetail::of(&self.history, self.saved_at)
    }
}

/// A field, one that was removed too.
///
/// # Errors
/// [`Code::NotFound`].
pub fn load(sql: &Sql, id: &str) -> Outcome<Loaded> {
    #[derive(Deserialize)]
    struct Row {
        enabled: i64,
        removed: i64,
        body: Option<String>,
        saved_at: Option<i64>,
    }
    #[derive(Deserialize)]
    struct Version {
        version: u32,
        published_at: i64,
        body: String,
    }
    let row: Option<Row> = sql.first(
        "SELECT f.enabled, f.removed, d.body, d.saved_at FROM fields f LEFT JOIN field_drafts d ON d.field_id = f.id WHERE f.id = ?",
        bind![id],
    )?;
    let row = row.ok_or_else(|| Error::new(Code::NotFound, "there is no such field"))?;
    let versions: Vec<Version> = sql.rows(
        "SELECT version, published_at, body FROM field_versions WHERE field_id = ? ORDER BY version",
        bind![id],
    )?;
    let published = versions.into_iter().map(|version| {
        Ok(Published {
            version: version.version,
            published_at: UnixMillis(version.published_at),
            field: from_json("field", &version.body)?,
        })
    });
    Ok(Loaded {
        history: FieldHistory {
            id: id.to_owned(),
            enabled: row.enabled != 0,
            draft: row.body.map(|body| from_json("draft", &body)).transpose()?,
            published: published.collect::<Outcome<_>>()?,
        },
        saved_at: row.saved_at.map(UnixMillis),
        removed: row.removed != 0,
    })
}

/// A field that was not removed.
fn standing(sql: &Sql, id: &str) -> Outcome<FieldHistory> {
    let loaded = load(sql, id)?;
    if loaded.removed {
        let detail = "the field was removed; restore one of its versions first";
        return Err(Error::new(Code::Gone, detail).into());
    }
    Ok(loaded.history)
}

/// The fields that were not removed, in the owner's order.
pub fn kept(sql: &Sql) -> Outcome<Vec<String>> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
    }
    let rows: Vec<Row> =
        sql.rows("SELECT id FROM fields WHERE removed = 0 ORDER BY position, id", bind![])?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

fn put_draft(cx: &Cx, history: &FieldHistory) -> Outcome<()> {
    let id = history.id.as_str();
    match &history.draft {
        Some(draft) => cx.sql.run(
            "INSERT INTO field_drafts (field_id, body, saved_at) VALUES (?, ?, ?) ON CONFLICT (field_id) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at",
            bind![id, to_json("draft", draft)?, cx.now.0],
        ),
        None => cx.sql.run("DELETE FROM field_drafts WHERE field_id = ?", bind![id]),
    }
}

/// Refuses a field that a report could not tell from another that is put.
fn no_namesake(sql: &Sql, id: &str, field: &Field) -> Outcome<()> {
    let live = fields::listed(sql)?.list.fields;
    let others = live.iter().filter(|other| other.id != id).map(|other| &other.field);
    Ok(validate_names(others.chain(std::iter::once(field)))?)
}

#[cfg(test)]
mod tests;
