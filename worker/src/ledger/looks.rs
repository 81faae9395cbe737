//! Who has looked at whom, of the whole workspace.

use super::cx::Cx;
use super::op::{Op, Read, Room};
use super::{customers, desk};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use askwell::id::CustomerId;
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See [`super::ROOMS`]. The table is that of [`super::customers`], which writes it.
pub const ROOM: Room = Room { ops: &[Op::read::<Latest>()], ..Room::EMPTY };

/// How many are on a page.
const PAGE: u32 = 100;

/// The latest looks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Latest {
    /// Only those before this one.
    pub before: Option<u32>,
}

/// See [`Latest`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Looks {
    /// The latest first; 100 at most.
    pub items: Vec<Look>,
    /// For [`Latest::before`], where there are more.
    pub next: Option<u32>,
    /// The names of the team's people and keys.
    pub team: BTreeMap<String, String>,
    /// What those who were looked at are called, where that is known.
    pub names: BTreeMap<CustomerId, String>,
}

/// Somebody of the team has looked at a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    seq: u32,
    /// At whom.
    pub customer_id: CustomerId,
    /// When.
    pub at: UnixMillis,
    /// The member's or key's id.
    #[serde(rename = "who")]
    pub by: String,
    /// What they looked at.
    pub what: String,
}

impl Call for Latest {
    const NAME: &'static str = "looks.latest";
    type Out = Looks;
}

impl Read for Latest {
    fn run(self, cx: &Cx) -> Outcome<Looks> {
        let mut items: Vec<Look> = cx.sql.rows(
            "SELECT seq, customer_id, at, who, what FROM accesses WHERE ?1 = 0 OR seq < ?1 ORDER BY seq DESC LIMIT ?2",
            bind![i64::from(self.before.unwrap_or(0)), i64::from(PAGE + 1)],
        )?;
        let more = items.len() > PAGE as usize;
        items.truncate(PAGE as usize);
        let next = items.last().filter(|_| more).map(|look| look.seq);
        let mut names = BTreeMap::new();
        for id in items.iter().map(|look| &look.customer_id) {
            if names.contains_key(id) {
                continue;
            }
            let shown = customers::shown(cx.sql, id.as_str())?;
            if let Some(name) = shown.and_then(|who| who.name.or(who.email).or(who.phone)) {
                names.insert(id.clone(), name);
            }
        }
        Ok(Looks { items, next, team: desk::team(cx.sql)?, names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::tests::{Ledger, closing};

    #[test]
    fn whoever_looks_stands_in_the_log_the_latest_first() {
        let ledger = Ledger::new();
        let ids =
            [1, 2].map(|n| ledger.write(closing(&ledger, n, 1, n, None)).unwrap().customer_id);
        assert!(ledger.read(Latest { before: None }).items.is_empty());
        for n in 0..=PAGE {
            let customer_id = ids[n as usize % 2].clone();
            ledger.write(customers::Profile { customer_id, by: format!("us_{n}") }).unwrap();
        }
        let first = ledger.read(Latest { before: None });
        assert_eq!(first.items.len(), 100);
        assert_eq!((first.items[0].by.as_str(), &first.items[0].customer_id), ("us_100", &ids[0]));
        let names: Vec<_> = ids.iter().map(|id| first.names[id].as_str()).collect();
        assert_eq!(names, ["Visitor 1", "Visitor 2"]);
        let rest = ledger.read(Latest { before: first.next });
        let left: Vec<_> = rest.items.iter().map(|look| look.by.as_str()).collect();
        assert_eq!((left, rest.next), (vec!["us_0"], None));
    }
}
