//! Where something of a person stands.
//!
//! Whoever removes a person goes through these lists, and whoever hands over what is kept of one does too. A
//! table that names somebody and stands in none of them is found by a test.

use super::{HOMES, Value};
use crate::bind;
use crate::fault::Outcome;
use crate::ledger::cx::Cx;
use crate::ledger::{knowledge, replies};
use crate::sql::Sql;
use askwell::api::Record;
use askwell::id::CustomerId;
use std::collections::BTreeMap;

/// A table with rows of a person.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// What it is called.
    pub name: &'static str,
    /// The column with the id that is theirs.
    pub column: &'static str,
    /// How they are given what stands in it.
    pub given: Given,
}

/// How a person is given what stands in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// Row by row.
    Rows,
    /// In a form of its own: in the profile, with the conversation, or as a note.
    Shown,
}

const fn rows((name, column): (&'static str, &'static str)) -> Table {
    Table { name, column, given: Given::Rows }
}

const fn shown(name: &'static str, column: &'static str) -> Table {
    Table { name, column, given: Given::Shown }
}

/// Rows that name a conversation.
pub const OF_CONVERSATION: [Table; 19] = [
    rows(replies::OF_CONVERSATION),
    rows(knowledge::OF_CONVERSATION),
    rows(("asks", "conversation_id")),
    rows(("llm_runs", "conversation_id")),
    rows(("reviews", "conversation_id")),
    rows(("calls", "conversation_id")),
    rows(("channel_threads", "conversation_id")),
    rows(("channel_deliveries", "conversation_id")),
    shown("facts", "conversation_id"),
    shown("proven", "conversation_id"),
    rows(("automation_runs", "conversation_id")),
    rows(("automation_waits", "conversation_id")),
    shown("archives", "conversation_id"),
    rows(("revisions", "conversation_id")),
    rows(("feedback", "conversation_id")),
    rows(("heard", "conversation_id")),
    rows(("tags", "subject")),
    shown("notes", "subject"),
    shown("conversations", "id"),
];

/// Rows that name a conversation and are counted elsewhere: their rooms remove them, and count anew.
pub const COUNTED: [Table; 2] =
    [shown("answers", "conversation_id"), rows(("asking", "conversation_id"))];

/// Rows that name a visitor.
pub const OF_VISITOR: [Table; 3] = [
    shown("visitors", "id"),
    rows(("channel_contacts", "visitor_id")),
    rows(("channel_inbox", "visitor_id")),
];

/// Rows that name a home.
pub const OF_HOME: [Table; 9] = [
    shown("emails", "customer_id"),
    shown("subjects", "customer_id"),
    shown("edits", "customer_id"),
    rows(("tags", "subject")),
    shown("notes", "subject"),
    rows(("accesses", "customer_id")),
    rows(("links", "customer_id")),
    rows(("links", "other")),
    shown("customers", "id"),
];

/// The ids under which anything is kept of a person.
#[derive(Debug)]
pub struct Ids {
    /// The homes, and those that lead to them from an address that was corrected.
    pub homes: Vec<String>,
    /// The conversations, also those that are not recorded yet.
    pub conversations: Vec<String>,
    /// The browsers and users of other platforms.
    pub visitors: Vec<String>,
}

impl Ids {
    /// Those of a profile.
    pub fn of(sql: &Sql, root: &CustomerId) -> Outcome<Self> {
        let all = |query: &str| -> Outcome<Vec<String>> {
            let query = query.replace("{HOMES}", HOMES);
            let rows: Vec<Value> = sql.rows(&query, bind![root.as_str()])?;
            Ok(rows.into_iter().map(|row| row.value).collect())
        };
        // As whom a browser is seen is noted when a conversation is closed: until then its conversation tells.
        let theirs = "WITH theirs (id) AS (SELECT id FROM visitors WHERE customer_id IN {HOMES}
             UNION SELECT c.visitor_id FROM conversations c WHERE c.customer_id IN {HOMES} AND c.visitor_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM visitors v WHERE v.id = c.visitor_id))";
        Ok(Self {
            homes: all(
                "SELECT id AS value FROM customers WHERE id IN {HOMES} OR moved_to IN {HOMES}",
            )?,
            conversations: all(&format!(
                "{theirs} SELECT id AS value FROM conversations WHERE customer_id IN {{HOMES}}
                 UNION SELECT u.conversation_id FROM theirs v JOIN unowned u ON u.visitor_id = v.id
                 ORDER BY 1",
            ))?,
            visitors: all(&format!("{theirs} SELECT id AS value FROM theirs ORDER BY id"))?,
        })
    }

    /// All that is given row by row, by table.
    pub fn records(&self, cx: &Cx) -> Outcome<BTreeMap<String, Vec<Record>>> {
        let mut records: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        let lists: [(&[Table], &[String]); 4] = [
            (&OF_CONVERSATION, &self.conversations),
            (&COUNTED, &self.conversations),
            (&OF_VISITOR, &self.visitors),
            (&OF_HOME, &self.homes),
        ];
        for (tables, ids) in lists {
            for table in tables.iter().filter(|table| table.given == Given::Rows) {
                let query = format!("SELECT * FROM {} WHERE {} = ?", table.name, table.column);
                for id in ids {
                    let found: Vec<Record> = cx.sql.rows(&query, bind![id.as_str()])?;
                    if found.is_empty() {
                        continue;
                    }
                    let list = records.entry(table.name.to_owned()).or_default();
                    // A merge of two that are both theirs is found under each.
                    let new =
                        found.into_iter().filter(|row| !list.contains(row)).collect::<Vec<_>>();
                    list.extend(new);
                }
            }
        }
        Ok(records)
    }
}
