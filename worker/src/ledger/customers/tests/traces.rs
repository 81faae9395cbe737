//! What somebody leaves who was led to one profile after another, and is erased in the end.

use super::told::{end, facts, owner, tell};
use super::{BY, Get, close, note, profile, split, tag};
use crate::bind;
use crate::ledger::customers::{
    Accesses, AllAccesses, DataPackageOf, Erase, Export, Looked, is_erased, root,
};
use crate::ledger::tests::{Ledger, Walk, conversation, visitor};
use askwell::api::{CustomerSearch, PageQuery};
use askwell::customer::Facts;
use askwell::id::CustomerId;
use std::collections::{BTreeMap, BTreeSet};

/// Where the ids of those who are gone stay: as tombstones and on the receipt, on what is to be emptied, and as
/// pseudonyms of what has happened.
const IDS_STAY: [&str; 9] = [
    "deliveries ",
    "documents ",
    "erased ",
    "erasures ",
    "event_",
    "events ",
    "export_rows ",
    "jobs ",
    "lanes ",
];

/// The rows that bear an id, but for those where it stays.
fn rows_with(ledger: &Ledger, id: &str) -> Vec<String> {
    let dump = ledger.sql.dump();
    let stays = |row: &&str| IDS_STAY.iter().any(|table| row.starts_with(table));
    let rows = dump.lines().filter(|row| row.contains(id) && !stays(row));
    rows.map(str::to_owned).collect()
}

fn look(ledger: &Ledger, n: u32) {
    ledger.write(Looked { conversation_id: conversation(n), by: "us_one".to_owned() }).unwrap();
}

fn erase(ledger: &Ledger, id: &CustomerId) {
    ledger.write(Erase { customer_id: id.clone(), by: BY.to_owned() }).unwrap();
}

fn count(ledger: &Ledger, table: &str) -> u64 {
    ledger.sql.count(&format!("SELECT count(*) AS n FROM {table}"), bind![]).unwrap()
}

/// What was looked at of a customer, the latest first.
fn seen(ledger: &Ledger, id: &CustomerId) -> Vec<(String, bool)> {
    let all = ledger.read(Accesses { customer_id: id.clone() }).into_iter();
    all.map(|entry| (entry.what, entry.conversation_id.is_some())).collect()
}

#[test]
fn a_home_that_was_told_leads_along_its_conversation_and_to_nobody_else() {
    let ledger = Ledger::new();
    let bob = close(&ledger, 1, 1, 1, Some("bob@example.com"));
    tell(&ledger, 2, 2, 1, facts(None, Some("li@example.com")));
    let first = owner(&ledger, 2).unwrap();
    profile(&ledger, &first);
    look(&ledger, 2);
    // Somebody else's address, for a while.
    tell(&ledger, 2, 2, 2, facts(None, Some("bob@example.com")));
    assert_eq!(owner(&ledger, 2).as_ref(), Some(&bob));
    let leads = |id: &CustomerId| root(&ledger.sql, id.as_str()).unwrap();
    assert_eq!(leads(&first).as_deref(), Some(bob.as_str()), "a link to it is not dead");
    let both = [("conversation".to_owned(), true), ("profile".to_owned(), true)];
    assert_eq!(seen(&ledger, &bob), both);
    tell(&ledger, 2, 2, 3, facts(None, Some("wei@example.com")));
    let wei = owner(&ledger, 2).unwrap();
    assert_eq!(leads(&first).as_deref(), Some(wei.as_str()));
    assert!(seen(&ledger, &bob).is_empty(), "it was never Bob's");
    assert_eq!(seen(&ledger, &wei), both);
    assert_eq!(end(&ledger, 2, 2, 1, 4, facts(None, Some("wei@example.com"))), wei);
    erase(&ledger, &bob);
    assert_eq!(leads(&first).as_deref(), Some(wei.as_str()));
    erase(&ledger, &wei);
    for id in [&first, &wei, &bob] {
        assert_eq!(leads(id), None);
        assert!(is_erased(&ledger.sql, id.as_str()).unwrap());
        assert!(rows_with(&ledger, id.as_str()).is_empty());
    }
    for table in ["accesses", "customers", "data_keys", "looked"] {
        assert_eq!(count(&ledger, table), 0, "{table}");
    }
}

#[test]
fn what_was_seen_of_somebody_who_takes_everything_back_is_nobodys_and_goes_with_the_conversation() {
    let ledger = Ledger::new();
    tell(&ledger, 1, 1, 1, facts(Some("Ana"), None));
    profile(&ledger, &owner(&ledger, 1).unwrap());
    look(&ledger, 1);
    tell(&ledger, 1, 1, 2, Facts::default());
    let page = PageQuery::default();
    let all = ledger.read(AllAccesses { page: page.clone() }).items;
    assert_eq!(all.len(), 2);
    for entry in all {
        assert_eq!((entry.customer_id, entry.conversation_id), (None, Some(conversation(1))));
    }
    tell(&ledger, 1, 1, 3, facts(Some("Ana"), None));
    let ana = owner(&ledger, 1).unwrap();
    assert_eq!(seen(&ledger, &ana).len(), 2);
    erase(&ledger, &ana);
    assert!(ledger.read(AllAccesses { page: page.clone() }).items.is_empty());
    // One that is nobody's is of whom its browser is, once a closing has said so.
    tell(&ledger, 2, 2, 1, facts(Some("Ana"), None));
    look(&ledger, 2);
    tell(&ledger, 2, 2, 2, Facts::default());
    let ana = end(&ledger, 3, 2, 1, 1, facts(Some("Ana"), None));
    assert_eq!(ledger.read(AllAccesses { page: page.clone() }).items.len(), 1);
    erase(&ledger, &ana);
    assert!(ledger.read(AllAccesses { page }).items.is_empty());
}

#[test]
fn conversations_that_are_split_off_take_along_who_has_read_them_and_what_led_to_them() {
    let ledger = Ledger::new();
    let own = close(&ledger, 1, 1, 1, None);
    // It moves to the profile of the same browser, and leaves one behind.
    tell(&ledger, 2, 2, 1, facts(None, Some("li@example.com")));
    let left = owner(&ledger, 2).unwrap();
    look(&ledger, 2);
    end(&ledger, 2, 1, 1, 2, facts(None, None));
    assert_eq!(owner(&ledger, 2).as_ref(), Some(&own));
    let (_, apart) = split(&ledger, &own, &[2]).unwrap();
    assert_eq!(root(&ledger.sql, left.as_str()).unwrap().as_deref(), Some(apart.as_str()));
    assert!(seen(&ledger, &own).is_empty());
    assert_eq!(seen(&ledger, &apart).len(), 1);
    erase(&ledger, &apart);
    assert!(rows_with(&ledger, conversation(2).as_str()).is_empty());
}

#[test]
fn whoever_is_erased_leaves_no_trace_whatever_was_told_and_seen() {
    let emails = ["a@x.example", "b@x.example", "c@x.example", "d@x.example"];
    for seed in 0..8 {
        let ledger = Ledger::new();
        let mut walk = Walk(seed);
        let mut versions: BTreeMap<u32, u32> = BTreeMap::new();
        let mut closed: BTreeMap<u32, u32> = BTreeMap::new();
        // Under which homes a conversation has stood.
        let mut stood: BTreeMap<u32, BTreeSet<CustomerId>> = BTreeMap::new();
        for _ in 0..80 {
            let n = walk.below(8);
            let email = (walk.below(4) > 0).then(|| emails[walk.below(4) as usize]);
            let said = facts((walk.below(2) == 0).then_some("Ana"), email);
            let mut next = || {
                let version = versions.entry(n).or_default();
                *version += 1;
                *version
            };
            match walk.below(8) {
                0..4 => tell(&ledger, n, n % 5, next(), said),
                4 => {
                    let revision = closed.entry(n).or_default();
                    *revision += 1;
                    end(&ledger, n, n % 5, *revision, next(), said);
                }
                5 => look(&ledger, n),
                other => {
                    let Some(owner) = owner(&ledger, n) else { continue };
                    let shown = root(&ledger.sql, owner.as_str()).unwrap().unwrap();
                    let shown: CustomerId = shown.parse().unwrap();
                    match (other, walk.below(5)) {
                        (6, 0) => drop(tag(&ledger, &shown, &["vip"], &[])),
                        (6, 1) => drop(note(&ledger, &shown, "rang")),
                        (6, 2) => drop(split(&ledger, &shown, &[n])),
                        (6, _) => drop(profile(&ledger, &shown)),
                        _ => {
                            let by = BY.to_owned();
                            let package = DataPackageOf { customer_id: shown, by };
                            ledger.write(package).unwrap();
                        }
                    }
                }
            }
            for n in 0..8 {
                stood.entry(n).or_default().extend(owner(&ledger, n));
            }
        }
        let export = Export { search: CustomerSearch::default(), by: BY.to_owned() };
        ledger.write(export).unwrap();
        // The id of a home that is no more leads to where one of its conversations is.
        for home in stood.values().flatten() {
            let Some(shown) = root(&ledger.sql, home.as_str()).unwrap() else { continue };
            let were = stood.iter().filter(|(_, homes)| homes.contains(home));
            let mut now = were.filter_map(|(n, _)| owner(&ledger, *n));
            let at = |id: CustomerId| root(&ledger.sql, id.as_str()).unwrap();
            let is_there = ledger.read(Get { customer_id: home.clone() });
            let own = is_there.is_some_and(|customer| customer.customer_id == *home);
            let leads = now.any(|id| at(id).as_deref() == Some(&shown));
            assert!(own || leads, "seed {seed}: {home} leads to {shown}");
        }
        for (n, homes) in &stood {
            let Some(owner) = owner(&ledger, *n) else { continue };
            let shown = root(&ledger.sql, owner.as_str()).unwrap().unwrap();
            erase(&ledger, &shown.parse().unwrap());
            let id = conversation(*n);
            assert_eq!(rows_with(&ledger, id.as_str()), [""; 0], "seed {seed}");
            assert_eq!(root(&ledger.sql, owner.as_str()).unwrap(), None);
            assert!(homes.contains(&owner));
        }
        // Of whom nothing was known in the end, their conversations are left; and what the team has kept.
        for customer in ledger.customers() {
            assert_eq!(customer.conversations, 0, "seed {seed}");
            erase(&ledger, &customer.customer_id);
        }
        let left: Vec<u32> =
            (0..8).filter(|n| !rows_with(&ledger, conversation(*n).as_str()).is_empty()).collect();
        for table in ["customers", "data_keys", "emails", "edits", "links", "visitors", "subjects"]
        {
            assert_eq!(count(&ledger, table), 0, "seed {seed}: {table}");
        }
        let accesses = ledger.read(AllAccesses { page: PageQuery::default() }).items;
        for entry in accesses.iter().filter(|entry| entry.what != "export") {
            assert_eq!(entry.customer_id, None, "seed {seed}");
            let of = entry.conversation_id.clone().unwrap();
            assert!(left.iter().any(|n| conversation(*n) == of), "seed {seed}");
        }
        for home in stood.values().flatten() {
            assert_eq!(rows_with(&ledger, home.as_str()), [""; 0], "seed {seed}");
        }
        for n in 0..5 {
            let visits = rows_with(&ledger, visitor(n).as_str());
            assert!(visits.is_empty() || left.iter().any(|l| l % 5 == n), "{visits:?}");
        }
    }
}
