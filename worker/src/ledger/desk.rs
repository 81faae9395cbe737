//! What the dashboard shows on every page: the names of the workspace and of whoever looks.

use super::cx::Cx;
use super::op::{Op, Read, Room};
use super::{conversations, customers, settings};
use crate::bind;
use crate::fault::{Outcome, from_json};
use crate::rpc::Call;
use crate::sql::Sql;
use askwell::access::{Role, Who};
use askwell::api::{ConversationSearch, ConversationSummary, CustomerLink, Page};
use askwell::closing::FieldAnswer;
use askwell::id::{ConversationId, CustomerId};
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

/// The names of the team's people, also of those who have left, keys and automations, by id: whoever did something is
/// shown by name.
pub fn team(sql: &Sql) -> Outcome<BTreeMap<String, String>> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        name: String,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT id, name FROM members UNION ALL SELECT id, name || ' (has left)' FROM former_members UNION ALL SELECT id, name FROM keys UNION ALL SELECT id, json_extract(body, '$.name') FROM automations",
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
    /// The newest value that each question was answered with.
    pub answers: Vec<Collected>,
    /// Merges and splits.
    pub links: Vec<CustomerLink>,
    /// Messages of all their conversations.
    pub messages: u64,
    /// The names of the team's people and keys.
    pub team: BTreeMap<String, String>,
}

/// A value that a question was answered with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Collected {
    /// What the question was called then.
    pub field: String,
    /// The value.
    pub value: String,
    /// In which conversation.
    pub conversation_id: ConversationId,
}

/// Conversations of a customer that are looked through for values, the latest first.
pub const LOOKED_THROUGH: i64 = 1_000;

/// The newest value of each question over a customer's conversations, in the owner's order. Of two questions of one
/// name, of which one is put no more, that which was answered last stands.
fn collected(sql: &Sql, customer: &str) -> Outcome<Vec<Collected>> {
    #[derive(Deserialize)]
    struct Row {
        id: ConversationId,
        body: String,
        place: i64,
    }
    // Beside the least a group's other columns are those of the same row.
    let rows: Vec<Row> = sql.rows(
        "SELECT c.id, s.body, min(c.place) AS place
         FROM (SELECT id, row_number() OVER (ORDER BY started_at DESC, id DESC) AS place FROM conversations WHERE customer_id IN (SELECT id FROM customers WHERE id = ?1 OR root = ?1) ORDER BY place LIMIT ?2) c
         CROSS JOIN standing s ON s.conversation_id = c.id LEFT JOIN fields f ON f.id = s.field_id
         WHERE s.value NOT IN ('(null)', '(unresolved)', '(error)', '(pending)')
         GROUP BY s.field_id ORDER BY f.enabled DESC, f.position, s.field_id",
        bind![customer, LOOKED_THROUGH],
    )?;
    let mut all: Vec<(i64, Collected)> = Vec::new();
    for Row { id, body, place } in rows {
        let FieldAnswer { field_name: field, answer, .. } = from_json("answer", &body)?;
        let Some(value) = answer.answer else { continue };
        let one = (place, Collected { field, value, conversation_id: id });
        match all.iter_mut().find(|(_, known)| known.field == one.1.field) {
            Some(known) if known.0 <= place => {}
            Some(known) => *known = one,
            None => all.push(one),
        }
    }
    Ok(all.into_iter().map(|(_, one)| one).collect())
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
        Ok(Around {
            conversations,
            answers: collected(cx.sql, id.as_str())?,
            links: customers::Links { customer_id: id.clone() }.run(cx)?,
            messages: cx.sql.count(
                "SELECT coalesce(sum(messages), 0) AS n FROM conversations WHERE customer_id IN (SELECT id FROM customers WHERE id = ?1 OR root = ?1)",
                bind![id.as_str()],
            )?,
            team: team(cx.sql)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fields;
    use crate::ledger::tests::{Ledger, closing};
    use askwell::classify::AnswerState;

    #[test]
    fn the_newest_value_of_each_question_is_collected_from_all_conversations() {
        let ledger = Ledger::new();
        let ids: Vec<String> =
            ledger.read(fields::List).list.fields.into_iter().map(|field| field.id).collect();
        // The first of thirty has a value of the first question, and none of those after it has one.
        for n in 0..30 {
            let mut record = closing(&ledger, n, 1, 0, Some("ana@fern.example"));
            for given in &mut record.conclusion.answers {
                let says = match given.field_id == ids[0] {
                    true => (n == 0).then(|| "first".to_owned()),
                    false => Some(format!("value {n}")),
                };
                let state = if says.is_some() { AnswerState::Value } else { AnswerState::Null };
                (given.answer.state, given.answer.answer) = (state, says);
            }
            ledger.write(record).unwrap();
        }
        let search = crate::ledger::customers::List { search: Default::default() };
        let customer_id = ledger.read(search).items.remove(0).customer_id;
        let around = ledger.read(Person { customer_id, cursor: None });
        assert_eq!(around.conversations.items.len(), 20);
        let newest = around.conversations.items[0].conversation_id.clone();
        assert_eq!(around.answers.len(), ids.len());
        assert_eq!(around.answers[0].value, "first");
        assert!(
            around
                .conversations
                .items
                .iter()
                .all(|c| c.conversation_id != around.answers[0].conversation_id)
        );
        for other in &around.answers[1..] {
            assert_eq!((other.value.as_str(), &other.conversation_id), ("value 29", &newest));
        }
    }
}
