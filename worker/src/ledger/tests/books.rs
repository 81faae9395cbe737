//! Closings in any order, any number of times: after each of them the books must balance.

use super::{Ledger, Walk, closing, conversation};
use crate::bind;
use crate::ledger::{conversations, events, fields, overview};
use askwell::api::PageQuery;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn whatever_comes_in_whatever_order_the_books_balance() {
    for seed in 0..6 {
        let ledger = Ledger::new();
        let mut walk = Walk(seed);
        let mut newest: BTreeMap<u32, (u32, Option<String>)> = BTreeMap::new();
        let mut told = BTreeSet::new();
        for step in 0..32 {
            let n = walk.below(8);
            let revision = 1 + walk.below(4);
            let email = (walk.below(3) > 0).then(|| format!("person{}@example.com", walk.below(4)));
            // A conversation has one visitor; a closing once recorded is what it is.
            let record = closing(&ledger, n, revision, n % 3, email.as_deref());
            let recorded = ledger.write(record).unwrap();
            assert_eq!(recorded.duplicate, !told.insert((n, revision)));
            if newest.get(&n).is_none_or(|(before, _)| revision > *before) {
                newest.insert(n, (revision, email));
            }
            if step % 8 == 7 {
                balance(&ledger, &newest);
            }
        }
    }
}

/// What must hold after any number of closings.
fn balance(ledger: &Ledger, newest: &BTreeMap<u32, (u32, Option<String>)>) {
    let customers = ledger.customers();
    let emails: Vec<&String> = customers.iter().filter_map(|c| c.email.as_ref()).collect();
    assert_eq!(emails.len(), emails.iter().collect::<BTreeSet<_>>().len(), "e-mail is unique");
    // Per customer: how many conversations, and whether one names an e-mail.
    let mut owned: BTreeMap<String, (u32, bool)> = BTreeMap::new();
    for (n, (revision, email)) in newest {
        let get = conversations::Get { conversation_id: conversation(*n) };
        let detail = ledger.read(get).expect("it was recorded");
        assert_eq!(detail.summary.revision, *revision);
        let owner = detail.summary.customer_id.expect("it has a customer");
        let customer = customers.iter().find(|c| c.customer_id == owner).expect("who exists");
        if email.is_some() {
            assert_eq!(customer.email, *email, "the e-mail named is the customer's");
        }
        assert_eq!(detail.answers.len(), ledger.read(fields::List).list.fields.len());
        let (conversations, named) = owned.entry(owner.to_string()).or_default();
        *conversations += 1;
        *named |= email.is_some();
    }
    for customer in &customers {
        let found = (customer.conversations, customer.email.is_some());
        assert_eq!(Some(&found), owned.get(customer.customer_id.as_str()));
    }
    let counted = ledger.read(overview::Get);
    assert_eq!(counted.conversations, newest.len() as u64);
    for (field, values) in &counted.answers {
        assert_eq!(values.values().sum::<u64>(), newest.len() as u64, "{field}");
    }
    let page = PageQuery { cursor: None, limit: Some(500) };
    let listed = ledger.read(events::List { page }).items.len() as u64;
    assert_eq!(listed, counted.events.values().sum::<u64>());
    let negative = "SELECT count(*) AS n FROM answer_counts WHERE n < 0";
    assert_eq!(ledger.sql.count(negative, bind![]).unwrap(), 0);
}
