//! Whose a conversation is, when it is told late, anew or twice.

use super::*;

#[test]
fn what_becomes_known_of_a_customer_reaches_all_who_visit_as_them() {
    let ledger = Ledger::new();
    let stale = || {
        #[derive(Deserialize)]
        struct Row {
            subject: String,
        }
        let query = "SELECT subject FROM documents WHERE kind = 'visitor'";
        let rows: Vec<Row> = ledger.sql.rows(query, bind![]).unwrap();
        ledger.sql.run("DELETE FROM documents", bind![]).unwrap();
        rows.into_iter().map(|row| row.subject).collect::<BTreeSet<_>>()
    };
    let noor = Some("noor@example.com");
    let both: BTreeSet<String> = [1, 2].map(|n| visitor(n).to_string()).into();
    let second = [visitor(2).to_string()].into();
    ledger.write(closing(&ledger, 1, 1, 1, noor)).unwrap();
    ledger.write(closing(&ledger, 2, 1, 2, noor)).unwrap();
    stale();
    ledger.write(closing(&ledger, 3, 1, 2, noor)).unwrap();
    assert_eq!(stale(), second, "nothing new of the customer");
    let mut record = closing(&ledger, 4, 1, 2, noor);
    record.closed.facts.phone = fact("+12025550123", BEGIN);
    ledger.write(record).unwrap();
    assert_eq!(stale(), both, "the phone number is new");
    // The only conversation that names a number turns out to be somebody else's.
    ledger.write(closing(&ledger, 4, 2, 2, Some("li@example.com"))).unwrap();
    assert_eq!(stale(), both, "and gone");
}

#[test]
fn who_corrects_the_only_address_moves_with_all_that_is_theirs() {
    let ledger = Ledger::new();
    let id = |n, revision, email| {
        ledger.write(closing(&ledger, n, revision, 1, Some(email))).unwrap().customer_id
    };
    let wrong = id(1, 1, "noor@example.con");
    let right = id(1, 2, "noor@example.com");
    assert_ne!(wrong, right);
    let get = |id: &CustomerId| ledger.read(customers::Get { customer_id: id.clone() });
    assert_eq!(get(&wrong).unwrap().customer_id, right, "the old id leads to the new one");
    assert_eq!(ledger.customers().len(), 1);
    let last = id(1, 3, "noor@example.net");
    assert_eq!(get(&wrong).unwrap().customer_id, last, "also where that moves on");
    // The address is free again: whoever names it now is somebody else.
    let other = ledger.write(closing(&ledger, 2, 1, 2, Some("noor@example.con"))).unwrap();
    assert!(![wrong, right, last].contains(&other.customer_id));
}

#[test]
fn an_address_that_nobody_names_any_more_is_nobodys() {
    let ledger = Ledger::new();
    let first = ledger.write(closing(&ledger, 1, 1, 1, Some("noor@example.con"))).unwrap();
    let second = ledger.write(closing(&ledger, 2, 1, 1, None)).unwrap();
    assert_eq!(first.customer_id, second.customer_id);
    ledger.write(closing(&ledger, 1, 2, 1, Some("noor@example.com"))).unwrap();
    let left = ledger.read(customers::Get { customer_id: first.customer_id }).unwrap();
    assert_eq!((left.email, left.conversations), (None, 1));
}

#[test]
fn a_repeat_is_a_repeat_also_where_the_customer_is_gone() {
    let ledger = Ledger::new();
    let record = closing(&ledger, 1, 1, 1, None);
    ledger.write(record.clone()).unwrap();
    ledger.sql.run("UPDATE conversations SET customer_id = NULL", bind![]).unwrap();
    assert!(ledger.write(record).unwrap().duplicate);
}
