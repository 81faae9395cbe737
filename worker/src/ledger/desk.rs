//! What the dashboard shows on every page: the names of the workspace and of whoever looks.

use super::cx::Cx;
use super::op::{Op, Read, Room};
use super::{answers, conversations, customers, settings};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::Sql;
use askwell::access::{Role, Who};
use askwell::api::{ConversationSearch, ConversationSummary, CustomerLink, Page};
use askwell::closing::FieldAnswer;
use askwell::id::CustomerId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    ops: &[
        Op::read::<Get>(),
        Op::read::<Person>(),
        Op::read::<Team>(),
        Op::read::<RemovedFields>(),
    ],
    ..Room::EMPTY
};

/// The names.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Who looks.
    pub who: Who,
}

/// What things and people are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// The workspace.
    pub workspace: String,
    /// Whoever looks.
    pub who: String,
    /// Their role; none for a key.
    pub role: Option<Role>,
}

impl Call for Get {
    const NAME: &'static str = "desk.get";
    type Out = Names;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Names> {
        #[derive(Deserialize)]
        struct Row {
            name: String,
            role: Option<Role>,
        }
        let row: Option<Row> = match &self.who {
            Who::Member(id) => {
                cx.sql.first("SELECT name, role FROM members WHERE id = ?", bind![id.as_str()])?
            }
            Who::Key(id) => cx
                .sql
                .first("SELECT name, NULL AS role FROM keys WHERE id = ?", bind![id.as_str()])?,
            _ => None,
        };
        let row = row.unwrap_or(Row { name: String::new(), role: None });
        Ok(Names { workspace: settings::read(cx.sql)?.name, who: row.name, role: row.role })
    }
}

/// The names of the team's people, keys and automations, by id: whoever did something is shown by name.
pub fn team(sql: &Sql) -> Outcome<BTreeMap<String, String>> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        name: String,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT id, name FROM members UNION ALL SELECT id, name FROM keys UNION ALL SELECT id, json_extract(body, '$.name') FROM automations",
        bind![],
    )?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// See [`team`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Team;

impl Call for Team {
    const NAME: &'static str = "desk.team";
    type Out = BTreeMap<String, String>;
}

impl Read for Team {
    fn run(self, cx: &Cx) -> Outcome<BTreeMap<String, String>> {
        team(cx.sql)
    }
}

/// The questions that were taken away, by id with their last name. Each can be brought back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RemovedFields;

impl Call for RemovedFields {
    const NAME: &'static str = "desk.removed_fields";
    type Out = Vec<(String, String)>;
}

impl Read for RemovedFields {
    fn run(self, cx: &Cx) -> Outcome<Vec<(String, String)>> {
        #[derive(Deserialize)]
        struct Row {
            id: String,
            name: String,
        }
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT f.id, json_extract(v.body, '$.name') AS name FROM fields f JOIN field_versions v ON v.field_id = f.id
             WHERE f.removed = 1 AND v.version = (SELECT max(version) FROM field_versions WHERE field_id = f.id) ORDER BY f.position, f.id",
            bind![],
        )?;
        Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
    }
}

/// What stands around a customer's profile.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Person {
    /// Whose.
    pub customer_id: CustomerId,
    /// Where the page of conversations before ended.
    pub cursor: Option<String>,
}

/// See [`Person`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Around {
    /// Their conversations, the latest first.
    pub conversations: Page<ConversationSummary>,
    /// The answers of each.
    pub answers: Vec<Vec<FieldAnswer>>,
    /// Merges and splits.
    pub links: Vec<CustomerLink>,
    /// Messages of all their conversations.
    pub messages: u64,
    /// The names of the team's people and keys.
    pub team: BTreeMap<String, String>,
}

impl Call for Person {
    const NAME: &'static str = "desk.person";
    type Out = Around;
}

impl Read for Person {
    fn run(self, cx: &Cx) -> Outcome<Around> {
        let id = customers::must(cx.sql, &self.customer_id)?;
        let search = ConversationSearch {
            customer_id: Some(id.clone()),
            cursor: self.cursor,
            limit: Some(20),
            ..ConversationSearch::default()
        };
        let conversations = conversations::List { search }.run(cx)?;
        let answers = conversations
            .items
            .iter()
            .map(|conversation| answers::find(cx.sql, conversation.conversation_id.as_str()))
            .collect::<Outcome<_>>()?;
        Ok(Around {
            conversations,
            answers,
            links: customers::Links { customer_id: id.clone() }.run(cx)?,
            messages: cx.sql.count(
                "SELECT coalesce(sum(messages), 0) AS n FROM conversations WHERE customer_id IN (SELECT id FROM customers WHERE id = ?1 OR root = ?1)",
                bind![id.as_str()],
            )?,
            team: team(cx.sql)?,
        })
    }
}
