//! Who has looked at whom, of the whole workspace.

use super::cx::Cx;
use super::op::{Op, Read, Room};
use super::{customers, desk};
use crate::fault::Outcome;
use crate::rpc::Call;
use askwell::api::AccessEntry;
use askwell::id::CustomerId;
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
    pub before: Option<u64>,
}

/// See [`Latest`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Looks {
    /// The latest first; 100 at most.
    pub items: Vec<AccessEntry>,
    /// For [`Latest::before`], where there are more.
    pub next: Option<u64>,
    /// The names of the team's people and keys.
    pub team: BTreeMap<String, String>,
    /// What those who were looked at are called, where that is known.
    pub names: BTreeMap<CustomerId, String>,
}

impl Call for Latest {
    const NAME: &'static str = "looks.latest";
    type Out = Looks;
}

impl Read for Latest {
    fn run(self, cx: &Cx) -> Outcome<Looks> {
        let before = self.before.and_then(|seq| i64::try_from(seq).ok());
        let before = before.unwrap_or(i64::MAX).min((1 << 53) - 1);
        let mut items = customers::latest_accesses(cx.sql, before, i64::from(PAGE) + 1)?;
        let more = items.len() > PAGE as usize;
        items.truncate(PAGE as usize);
        let next = items.last().filter(|_| more).map(|look| look.seq);
        let mut names = BTreeMap::new();
        for id in items.iter().filter_map(|look| look.customer_id.as_ref()) {
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
    use askwell::api::CustomerSearch;

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
        assert_eq!(
            (first.items[0].by.as_str(), first.items[0].customer_id.as_ref()),
            ("us_100", Some(&ids[0]))
        );
        let names: Vec<_> = ids.iter().map(|id| first.names[id].as_str()).collect();
        assert_eq!(names, ["Visitor 1", "Visitor 2"]);
        let rest = ledger.read(Latest { before: first.next });
        let left: Vec<_> = rest.items.iter().map(|look| look.by.as_str()).collect();
        assert_eq!((left, rest.next), (vec!["us_0"], None));
        let search = CustomerSearch::default();
        ledger.write(customers::Export { search, by: "us_0".to_owned() }).unwrap();
        let newest = ledger.read(Latest { before: None }).items.into_iter().next().unwrap();
        assert_eq!((newest.what.as_str(), newest.customer_id), ("export", None));
    }
}
