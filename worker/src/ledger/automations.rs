//! What is done by itself after a conversation: tags, notes, and telling a webhook.
//!
//! An automation runs once for a conversation and trigger: the row that says so is written in the
//! transaction that does it, and stands in the way of a second time. So a closing that comes twice does
//! nothing twice, and one that is closed again after a reopening runs only what has not run for it: those
//! whose conditions hold now for the first time. All of them run when the closing is recorded, after it
//! was classified; where a language model is still to answer, those that wait for answers run after it.

mod run;

pub use run::{after, go_on};

use super::customers::bad_text;
use super::cx::Cx;
use super::endpoints;
use super::marks::{NOTE_CHARS, TAG_CHARS};
use super::op::{Op, Read, Room, Write};
use super::seen;
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::rpc::Call;
use crate::sql::{Migration, word};
use askwell::api::{Automation, AutomationAction, AutomationRun, NewAutomation, Page, PageQuery};
use askwell::id::{AutomationId, ConversationId};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`]; after the rooms of marks, answers and asks.
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "automations/1",
        statements: &[
            "CREATE TABLE automations (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, trigger_on TEXT NOT NULL, enabled INTEGER NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL)",
            "CREATE TABLE automation_runs (conversation_id TEXT NOT NULL, automation_id TEXT NOT NULL, trigger_on TEXT NOT NULL, revision INTEGER NOT NULL, at INTEGER NOT NULL, undone TEXT NOT NULL, PRIMARY KEY (conversation_id, automation_id, trigger_on)) WITHOUT ROWID",
            "CREATE INDEX automation_runs_by_time ON automation_runs (automation_id, at, conversation_id)",
            // Those that wait until a language model has answered.
            "CREATE TABLE automation_waits (conversation_id TEXT NOT NULL, automation_id TEXT NOT NULL, trigger_on TEXT NOT NULL, PRIMARY KEY (conversation_id, automation_id, trigger_on)) WITHOUT ROWID",
        ],
    }],
    ops: &[
        Op::read::<List>(),
        Op::read::<Get>(),
        Op::write::<Add>(),
        Op::write::<Put>(),
        Op::write::<Remove>(),
        Op::read::<Runs>(),
    ],
    ..Room::EMPTY
};

const MOST: u64 = 50;
const ACTIONS: usize = 10;
const ANSWERS: usize = 10;
const NAME_CHARS: usize = 100;

/// All of them, in the order in which they run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List;

impl Call for List {
    const NAME: &'static str = "automations.list";
    type Out = Vec<Automation>;
}

const SHOWN: &str = "SELECT a.id, a.body, a.created_at, (SELECT count(*) FROM automation_runs r WHERE r.automation_id = a.id) AS runs, (SELECT max(at) FROM automation_runs r WHERE r.automation_id = a.id) AS last_run_at FROM automations a";

#[derive(Deserialize)]
struct Row {
    id: AutomationId,
    body: String,
    created_at: i64,
    runs: u64,
    last_run_at: Option<i64>,
}

impl Row {
    fn read(self) -> Outcome<Automation> {
        let NewAutomation { name, enabled, on, when, then } = from_json("automation", &self.body)?;
        Ok(Automation {
            automation_id: self.id,
            name,
            enabled,
            on,
            when,
            then,
            created_at: UnixMillis(self.created_at),
            runs: self.runs,
            last_run_at: self.last_run_at.map(UnixMillis),
        })
    }
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<Vec<Automation>> {
        let rows: Vec<Row> = cx.sql.rows(&format!("{SHOWN} ORDER BY a.seq"), bind![])?;
        rows.into_iter().map(Row::read).collect()
    }
}

/// One of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Which.
    pub automation_id: AutomationId,
}

impl Call for Get {
    const NAME: &'static str = "automations.get";
    type Out = Automation;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Automation> {
        let row: Option<Row> =
            cx.sql.first(&format!("{SHOWN} WHERE a.id = ?"), bind![self.automation_id.as_str()])?;
        row.ok_or_else(|| Error::new(Code::NotFound, "there is no such automation"))?.read()
    }
}

/// An automation as it is sent.
pub fn as_new(one: &Automation) -> NewAutomation {
    NewAutomation {
        name: one.name.clone(),
        enabled: one.enabled,
        on: one.on,
        when: one.when.clone(),
        then: one.then.clone(),
    }
}

/// A new one. It runs for what is closed from now on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Add {
    /// As it is to be.
    pub new: NewAutomation,
}

impl Call for Add {
    const NAME: &'static str = "automations.add";
    type Out = Automation;
}

impl Write for Add {
    fn run(self, cx: &Cx) -> Outcome<Automation> {
        check(cx, &self.new)?;
        let n = cx.sql.count("SELECT count(*) AS n FROM automations", bind![])?;
        if n >= MOST {
            let detail = "a workspace may have 50 automations at most; remove one first";
            return Err(Error::new(Code::InvalidField, detail).into());
        }
        let (at, count) = (cx.now.0.to_le_bytes(), n.to_le_bytes());
        let name = self.new.name.as_bytes();
        let automation_id =
            AutomationId::derive(&[cx.workspace.as_str().as_bytes(), name, &at, &count]);
        cx.sql.run(
            "INSERT INTO automations (id, trigger_on, enabled, body, created_at) VALUES (?, ?, ?, ?, ?)",
            bind![
                automation_id.as_str(),
                self.new.on.as_str(),
                i64::from(self.new.enabled),
                to_json("automation", &self.new)?,
                cx.now.0
            ],
        )?;
        Get { automation_id }.run(cx)
    }
}

/// Sets one anew. What it has run for it runs for no more, also with other conditions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Put {
    /// Which.
    pub automation_id: AutomationId,
    /// As it is to be.
    pub new: NewAutomation,
    /// The mark of what the form showed ([`seen`](super::seen)); anything may have stood there with none.
    #[serde(default)]
    pub seen: Option<String>,
}

impl Call for Put {
    const NAME: &'static str = "automations.put";
    type Out = Automation;
}

impl Write for Put {
    fn run(self, cx: &Cx) -> Outcome<Automation> {
        let get = Get { automation_id: self.automation_id };
        seen::stands(self.seen.as_deref(), &as_new(&get.clone().run(cx)?))?;
        check(cx, &self.new)?;
        cx.sql.run(
            "UPDATE automations SET trigger_on = ?, enabled = ?, body = ? WHERE id = ?",
            bind![
                self.new.on.as_str(),
                i64::from(self.new.enabled),
                to_json("automation", &self.new)?,
                get.automation_id.as_str()
            ],
        )?;
        get.run(cx)
    }
}

/// Removes one, and its log. What it has done stays.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Remove {
    /// Which.
    pub automation_id: AutomationId,
}

impl Call for Remove {
    const NAME: &'static str = "automations.remove";
    type Out = ();
}

impl Write for Remove {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let get = Get { automation_id: self.automation_id };
        get.clone().run(cx)?;
        let id = get.automation_id.as_str();
        for (table, column) in [
            ("automations", "id"),
            ("automation_runs", "automation_id"),
            ("automation_waits", "automation_id"),
        ] {
            cx.sql.run(&format!("DELETE FROM {table} WHERE {column} = ?"), bind![id])?;
        }
        Ok(())
    }
}

/// For which conversations one has run, the latest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Runs {
    /// Which.
    pub automation_id: AutomationId,
    /// Which page.
    pub page: PageQuery,
}

impl Call for Runs {
    const NAME: &'static str = "automations.runs";
    type Out = Page<AutomationRun>;
}

/// The order of the log: the latest first.
const BY_TIME: &str = "ran";

impl Read for Runs {
    fn run(self, cx: &Cx) -> Outcome<Page<AutomationRun>> {
        #[derive(Deserialize)]
        struct Ran {
            conversation_id: ConversationId,
            trigger_on: String,
            revision: u32,
            at: i64,
            undone: String,
        }
        Get { automation_id: self.automation_id.clone() }.run(cx)?;
        let (at, id) = self.page.after(BY_TIME)?.unwrap_or((UnixMillis::MAX.0 + 1, String::new()));
        let rows: Vec<Ran> = cx.sql.rows(
            "SELECT conversation_id, trigger_on, revision, at, undone FROM automation_runs WHERE automation_id = ? AND (at, conversation_id) < (?, ?) ORDER BY at DESC, conversation_id DESC LIMIT ?",
            bind![self.automation_id.as_str(), at, id, self.page.rows()?],
        )?;
        let items = rows
            .into_iter()
            .map(|row| {
                Ok(AutomationRun {
                    conversation_id: row.conversation_id,
                    on: word(row.trigger_on)?,
                    revision: row.revision,
                    at: UnixMillis(row.at),
                    undone: from_json("undone", &row.undone)?,
                })
            })
            .collect::<Outcome<Vec<_>>>()?;
        let next = self.page.next(BY_TIME, &items, |run| (run.at.0, run.conversation_id.as_str()));
        Ok(Page { items, next })
    }
}

fn check(cx: &Cx, new: &NewAutomation) -> Outcome<()> {
    let refuse = |detail: &str| Err(Error::new(Code::InvalidField, detail.to_owned()).into());
    if bad_text(new.name.trim(), NAME_CHARS) || new.name.chars().any(char::is_control) {
        return refuse("the field `name` must have 1 to 100 characters on one line");
    }
    if new.then.is_empty() || new.then.len() > ACTIONS {
        return refuse("the field `then` must have 1 to 10 entries");
    }
    if new.when.answers.len() > ANSWERS {
        return refuse("the field `when.answers` may have 10 entries at most");
    }
    for answer in &new.when.answers {
        let known = "SELECT count(*) AS n FROM fields WHERE id = ?";
        if cx.sql.count(known, bind![answer.field_id.as_str()])? == 0 {
            return refuse("a `field_id` in `when.answers` is none of the workspace's questions");
        }
    }
    for action in &new.then {
        match action {
            AutomationAction::Tag { tag, .. } => {
                if bad_text(tag.trim(), TAG_CHARS) || tag.chars().any(char::is_control) {
                    return refuse("a `tag` in `then` must have 1 to 60 characters on one line");
                }
            }
            AutomationAction::Note { text, .. } => {
                if bad_text(text.trim(), NOTE_CHARS) {
                    return refuse("a `text` in `then` must have 1 to 8,000 characters");
                }
            }
            AutomationAction::Webhook { endpoint_id } => {
                if endpoints::must(cx.sql, endpoint_id).is_err() {
                    return refuse("an `endpoint_id` in `then` is no webhook of the workspace");
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
