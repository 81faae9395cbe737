//! Lists of customers, filtered and searched.

use super::Row;
use crate::bind;
use crate::fault::Outcome;
use crate::ledger::cx::Cx;
use crate::ledger::op::Read;
use crate::rpc::Call;
use askwell::api::{Customer, CustomerSearch, Page, PageQuery};
use askwell::customer::{normalise_email, search};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};
use worker::SqlStorageValue;

/// The order of the list: the latest seen first.
const BY_LAST: &str = "last";
/// Most answers that one question asks for.
pub const ANSWERS: usize = 10;

/// A page of the customers that fit, the latest seen first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct List {
    /// Which.
    pub search: CustomerSearch,
}

impl Call for List {
    const NAME: &'static str = "customers.list";
    type Out = Page<Customer>;
}

/// A condition for each answer, on the conversation `{conversation}`, with its values.
///
/// # Errors
/// [`Code::InvalidField`] for too many of them.
pub fn answers(
    filters: &[askwell::api::AnswerFilter],
    mut each: impl FnMut(&str, [SqlStorageValue; 2]),
) -> Outcome<()> {
    if filters.len() > ANSWERS {
        return Err(Error::new(Code::InvalidField, "`answers` may have 10 entries at most").into());
    }
    for filter in filters {
        // What the model said does not stand where a person said something else.
        let condition = "SELECT a.conversation_id FROM answers a WHERE a.field_id = ? AND a.value = ? AND (a.source = 'human' OR NOT EXISTS (SELECT 1 FROM answers h WHERE h.conversation_id = a.conversation_id AND h.field_id = a.field_id AND h.source = 'human'))";
        each(condition, [filter.field_id.as_str().into(), filter.value.as_str().into()]);
    }
    Ok(())
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<Page<Customer>> {
        let find = self.search;
        let page = PageQuery { cursor: find.cursor, limit: find.limit };
        let (at, id) = page.after(BY_LAST)?.unwrap_or((UnixMillis::MAX.0 + 1, String::new()));
        let mut wanted = vec![
            "c.moved_to IS NULL AND c.root IS NULL".to_owned(),
            "(c.last_at, c.id) < (?, ?)".to_owned(),
        ];
        let mut values = bind![at, id];
        let mut add = |condition: String, more: Vec<SqlStorageValue>| {
            wanted.push(condition);
            values.extend(more);
        };
        if let Some(email) = &find.email {
            add(
                "c.id = (SELECT coalesce(h.root, h.id) FROM emails e JOIN customers h ON h.id = e.customer_id WHERE e.email = ?)".to_owned(),
                bind![normalise_email(email)],
            );
        }
        if let Some(text) = &find.text {
            let Some(query) = search::query(text) else {
                return Ok(Page { items: Vec::new(), next: None });
            };
            add(
                "c.id IN (SELECT i.customer_id FROM customer_words w JOIN indexed i ON i.n = w.rowid WHERE w.words MATCH ?)".to_owned(),
                bind![query],
            );
        }
        if let Some(platform) = find.platform {
            add(
                "EXISTS (SELECT 1 FROM json_each(c.platforms) WHERE value = ?)".to_owned(),
                bind![platform.as_str()],
            );
        }
        if let Some(tag) = &find.tag {
            add(
                "c.id IN (SELECT coalesce(h.root, h.id) FROM tags t JOIN customers h ON h.id = t.subject WHERE t.tag = ?)".to_owned(),
                bind![tag.trim()],
            );
        }
        if let Some(from) = find.from {
            add("c.last_at >= ?".to_owned(), bind![from.0]);
        }
        if let Some(until) = find.until {
            add("c.last_at < ?".to_owned(), bind![until.0]);
        }
        for kind in &find.missing {
            add(format!("c.{} IS NULL", kind.as_str()), bind![]);
        }
        answers(&find.answers, |condition, values| {
            add(
                format!(
                    "c.id IN (SELECT coalesce(h.root, h.id) FROM conversations v JOIN customers h ON h.id = v.customer_id WHERE v.id IN ({condition}))"
                ),
                values.into(),
            );
        })?;
        values.push(page.rows().into());
        let query = format!(
            "SELECT c.* FROM customers c WHERE {} ORDER BY c.last_at DESC, c.id DESC LIMIT ?",
            wanted.join(" AND ")
        );
        let rows: Vec<Row> = cx.sql.rows(&query, values)?;
        let items = rows.into_iter().map(Row::read).collect::<Outcome<Vec<_>>>()?;
        let next = page.next(BY_LAST, &items, |c| (c.last_at.0, c.customer_id.as_str()));
        Ok(Page { items, next })
    }
}
