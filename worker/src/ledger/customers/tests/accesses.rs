//! Who has looked at whom.

use super::{BY, close, merge, profile};
use crate::ledger::customers::{
    Accesses, AllAccesses, DataPackageOf, Erase, Export, Exported, Looked,
};
use crate::ledger::tests::{Ledger, conversation};
use askwell::api::{AccessEntry, AnswerFilter, CustomerSearch, PageQuery};
use askwell::conversation::{Platform, Status};
use askwell::detect::Kind;
use askwell::id::CustomerId;
use askwell::time::UnixMillis;

fn look(ledger: &Ledger, n: u32, by: &str) {
    ledger.write(Looked { conversation_id: conversation(n), by: by.to_owned() }).unwrap();
}

fn of(ledger: &Ledger, id: &CustomerId) -> Vec<AccessEntry> {
    ledger.read(Accesses { customer_id: id.clone() })
}

fn all(ledger: &Ledger) -> Vec<AccessEntry> {
    ledger.read(AllAccesses { page: PageQuery::default() }).items
}

#[test]
fn a_conversation_that_is_read_is_noted_with_its_customer() {
    let ledger = Ledger::new();
    let id = close(&ledger, 1, 1, 1, Some("a@example.com"));
    let other = close(&ledger, 2, 1, 2, Some("b@example.com"));
    super::late::tell(&ledger, 3, Some(1), Status::InProgress, None);
    super::late::tell(&ledger, 4, Some(9), Status::InProgress, None);
    look(&ledger, 1, "us_one");
    look(&ledger, 1, "us_one");
    look(&ledger, 1, "us_two");
    look(&ledger, 3, "us_one");
    look(&ledger, 4, "us_one");
    look(&ledger, 99, "us_one");
    let seen = |id| -> Vec<(String, String, u32)> {
        let entries = of(&ledger, id).into_iter();
        entries
            .map(|entry| {
                let n = (1..=4).find(|n| entry.conversation_id == Some(conversation(*n)));
                assert_eq!(entry.customer_id.as_ref(), Some(id));
                (entry.by, entry.what, n.unwrap_or(0))
            })
            .collect()
    };
    let row = |by: &str, n| (by.to_owned(), "conversation".to_owned(), n);
    let first = vec![row("us_one", 3), row("us_two", 1), row("us_one", 1)];
    assert_eq!(seen(&id), first, "also one that is open; whoever looks again is still looking");
    assert_eq!(all(&ledger).len(), 3, "nobody is known of the others");
    assert!(seen(&other).is_empty());
    ledger.wait(11 * 60 * 1000);
    look(&ledger, 1, "us_one");
    assert_eq!(seen(&id)[0], row("us_one", 1), "later it is another look");
    assert_eq!(of(&ledger, &id).len(), 4);
    merge(&ledger, &other, &id).unwrap();
    assert_eq!(of(&ledger, &other).len(), 4, "it goes along with a merge");
    ledger.write(Erase { customer_id: other, by: BY.to_owned() }).unwrap();
    assert!(all(&ledger).is_empty(), "and away with the person");
}

#[test]
fn an_export_is_noted_with_its_filters_and_rows_and_names_nobody() {
    let ledger = Ledger::new();
    let id = close(&ledger, 1, 1, 1, Some("a@example.com"));
    let answers = vec![AnswerFilter { field_id: "f".to_owned(), value: "okapi".to_owned() }];
    let search = CustomerSearch {
        email: Some("a@example.com".to_owned()),
        text: Some("okapi".to_owned()),
        platform: Some(Platform::Line),
        tag: Some("okapi".to_owned()),
        from: Some(UnixMillis(5)),
        missing: vec![Kind::Phone],
        answers,
        ..CustomerSearch::default()
    };
    let some = ledger.write(Export { search, by: "ky_1".to_owned() }).unwrap();
    let whole = Export { search: CustomerSearch::default(), by: "us_one".to_owned() };
    let whole = ledger.write(whole).unwrap();
    ledger.write(Exported { seq: whole, rows: 1_200 }).unwrap();
    profile(&ledger, &id);
    ledger.write(DataPackageOf { customer_id: id.clone(), by: BY.to_owned() }).unwrap();
    let listed = all(&ledger);
    let what: Vec<&str> = listed.iter().map(|entry| entry.what.as_str()).collect();
    assert_eq!(what, ["package", "profile", "export", "export"]);
    assert_eq!(
        (listed[2].seq, listed[2].rows, listed[2].by.as_str()),
        (whole, Some(1_200), "us_one")
    );
    assert!(listed[2].filters.is_empty() && listed[2].customer_id.is_none());
    assert_eq!((listed[3].seq, listed[3].rows), (some, None), "it was not read to its end");
    assert_eq!(
        listed[3].filters,
        ["email", "text", "platform=line", "tag", "from=5", "missing=phone", "answers"]
    );
    assert_eq!(of(&ledger, &id).len(), 2);
    let first = ledger.read(AllAccesses { page: PageQuery { cursor: None, limit: Some(3) } });
    let rest = PageQuery { cursor: first.next.clone(), limit: Some(3) };
    let rest = ledger.read(AllAccesses { page: rest });
    assert_eq!((first.items.len(), rest.items.len(), rest.next), (3, 1, None));
    ledger.write(Erase { customer_id: id, by: BY.to_owned() }).unwrap();
    let dump = ledger.sql.dump();
    assert!(!dump.contains("a@example.com") && !dump.contains("okapi"));
    assert_eq!(all(&ledger).len(), 2, "an export is nobody's");
}
