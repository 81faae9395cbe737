//! Removing a person for good.
//!
//! One transaction takes every row of theirs out of the ledger, notes their ids as erased, marks their
//! copies in KV as out of date, which deletes them, and leaves a job for each conversation object to
//! be emptied. Their keys go with the rows, so that no copy of what was sealed can be opened again. Also
//! conversations of theirs that have not been recorded yet, open or ended, are theirs; what comes late
//! of any is dropped ([`super::late`]).
//! Sealed days and events hold ids, enums and numbers alone, and stay.

use super::index::{at_once, unindex};
use super::late::{EmptyConversation, remove_conversation, tombstone};
use super::tables::{Ids, OF_HOME, OF_VISITOR, Table};
use super::{Value, must};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::jobs::Work;
use crate::ledger::cx::Cx;
use crate::ledger::op::{Read, Write};
use crate::ledger::{data_keys, documents, idempotency};
use crate::rpc::Call;
use askwell::api::{Erasure, Page, PageQuery};
use askwell::id::{self, CustomerId, VisitorId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Removes a customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Erase {
    /// Whom.
    pub customer_id: CustomerId,
    /// Who does it.
    pub by: String,
}

impl Call for Erase {
    const NAME: &'static str = "customers.erase";
    type Out = Erasure;
}

impl Write for Erase {
    fn run(self, cx: &Cx) -> Outcome<Erasure> {
        let removal = Removal::of(cx, &self.customer_id)?;
        at_once(cx, &removal.ids.homes, || removal.run(cx, self.by))
    }
}

/// Removes a customer for good, except that their words are only marked as gone; unless this is done
/// [`at_once`], [`super::forget_words`] is to follow, once for several, in the same transaction.
pub fn erase(cx: &Cx, input: Erase) -> Outcome<Erasure> {
    Removal::of(cx, &input.customer_id)?.run(cx, input.by)
}

/// A profile that is to be removed.
struct Removal {
    root: CustomerId,
    ids: Ids,
}

impl Removal {
    fn of(cx: &Cx, customer_id: &CustomerId) -> Outcome<Self> {
        let root = must(cx.sql, customer_id)?;
        Ok(Self { ids: Ids::of(cx.sql, &root)?, root })
    }

    fn run(&self, cx: &Cx, by: String) -> Outcome<Erasure> {
        let Self { root, ids: Ids { homes, conversations, visitors } } = self;
        let mut removed = BTreeMap::new();
        for conversation in conversations {
            remove_conversation(cx, conversation, &mut removed)?;
        }
        for visitor in visitors {
            remove(cx, &OF_VISITOR, visitor, &mut removed)?;
            documents::stale(cx, documents::Kind::Visitor, visitor)?;
            tombstone(cx, visitor)?;
        }
        for home in homes {
            unindex(cx, home)?;
            data_keys::remove(cx, home)?;
            remove(cx, &OF_HOME, home, &mut removed)?;
            documents::stale(cx, documents::Kind::Customer, home)?;
            tombstone(cx, home)?;
        }
        idempotency::forget_answers(cx)?;
        let parts =
            [cx.workspace.as_str().as_bytes(), root.as_str().as_bytes(), &cx.now.0.to_le_bytes()];
        let erasure = Erasure {
            erasure_id: format!("er_{}", id::digest(&parts)),
            at: cx.now,
            by,
            customer_ids: ids(homes)?,
            conversation_ids: ids(conversations)?,
            visitor_ids: ids::<VisitorId>(visitors)?,
            removed,
        };
        cx.sql.run(
            "INSERT INTO erasures (id, at, body) VALUES (?, ?, ?)",
            bind![erasure.erasure_id.as_str(), cx.now.0, to_json("erasure", &erasure)?],
        )?;
        Ok(erasure)
    }
}

fn ids<T: core::str::FromStr<Err = askwell::Error>>(texts: &[String]) -> Outcome<Vec<T>> {
    Ok(texts.iter().map(|text| text.parse()).collect::<Result<_, _>>()?)
}

/// Removes the rows that bear an id, and counts them.
pub(super) fn remove(
    cx: &Cx,
    tables: &[Table],
    id: &str,
    removed: &mut BTreeMap<String, u64>,
) -> Outcome<()> {
    for Table { name, column, .. } in tables {
        let count = format!("SELECT count(*) AS n FROM {name} WHERE {column} = ?");
        let n = cx.sql.count(&count, bind![id])?;
        if n > 0 {
            cx.sql.run(&format!("DELETE FROM {name} WHERE {column} = ?"), bind![id])?;
            *removed.entry((*name).to_owned()).or_default() += n;
        }
    }
    Ok(())
}

/// A page of the erasures, the latest first, and how much is still to be emptied.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Erasures {
    /// Which page.
    pub page: PageQuery,
}

/// The order of the erasures.
const ORDER: &str = "erased";

impl Call for Erasures {
    const NAME: &'static str = "customers.erasures";
    /// Also how many copies and conversation objects are still to be emptied.
    type Out = (Page<Erasure>, u64);
}

impl Read for Erasures {
    fn run(self, cx: &Cx) -> Outcome<(Page<Erasure>, u64)> {
        let (at, id) = self.page.after(ORDER)?.unwrap_or(((1 << 53) - 1, String::new()));
        let rows: Vec<Value> = cx.sql.rows(
            "SELECT body AS value FROM erasures WHERE (-at, id) > (-?1, ?2) ORDER BY at DESC, id LIMIT ?3",
            bind![at, id, self.page.rows()?],
        )?;
        let items = rows.iter().map(|row| from_json("erasure", &row.value));
        let items = items.collect::<Outcome<Vec<Erasure>>>()?;
        let next = self.page.next(ORDER, &items, |last| (last.at.0, last.erasure_id.as_str()));
        let pending = cx.sql.count(
            "SELECT (SELECT count(*) FROM jobs WHERE kind = ?) + (SELECT count(*) FROM documents d WHERE d.subject IN (SELECT id FROM erased) AND d.subject NOT IN (SELECT id FROM visitors)) AS n",
            bind![EmptyConversation::KIND],
        )?;
        Ok((Page { items, next }, pending))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::tests::Ledger;
    use askwell::time::UnixMillis;

    #[test]
    fn erasures_are_read_page_by_page_to_the_last() {
        let ledger = Ledger::new();
        // Two fall into one millisecond, at the end of a page.
        for (name, at) in [("a", 1), ("b", 2), ("c", 2), ("d", 3), ("e", 4)] {
            let erasure = Erasure {
                erasure_id: name.to_owned(),
                at: UnixMillis(at),
                by: "ke_1".to_owned(),
                customer_ids: Vec::new(),
                conversation_ids: Vec::new(),
                visitor_ids: Vec::new(),
                removed: BTreeMap::new(),
            };
            let body = to_json("erasure", &erasure).unwrap();
            let put = "INSERT INTO erasures (id, at, body) VALUES (?, ?, ?)";
            ledger.sql.run(put, bind![name, at, body]).unwrap();
        }
        let (mut cursor, mut pages) = (None, Vec::new());
        loop {
            let page = PageQuery { cursor, limit: Some(3) };
            let (found, _) = ledger.read(Erasures { page });
            let ids: Vec<String> = found.items.into_iter().map(|one| one.erasure_id).collect();
            pages.push(ids.concat());
            cursor = found.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(pages, ["edb", "ca"]);
    }
}
