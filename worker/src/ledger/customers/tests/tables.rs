//! What is handed over of a person is all that is removed with them, and nothing is kept of them elsewhere.

use super::{BY, close, found, note, patch, tag};
use crate::bind;
use crate::ledger::customers::tables::{
    COUNTED, Given, Ids, OF_CONVERSATION, OF_HOME, OF_VISITOR, Table,
};
use crate::ledger::customers::{DataPackageOf, Erase};
use crate::ledger::marks::{AddNote, Subject};
use crate::ledger::tests::{Ledger, closing, conversation, visitor};
use askwell::api::CustomerSearch;
use askwell::customer::{Proof, ProvenValue};
use askwell::time::UnixMillis;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Column {
    name: String,
    of: String,
    kind: String,
}

/// The columns of the ledger's own tables.
fn columns(ledger: &Ledger) -> BTreeMap<String, Vec<Column>> {
    let all: Vec<Column> = ledger
        .sql
        .rows(
            "SELECT m.name AS of, c.name, c.type AS kind FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'",
            bind![],
        )
        .unwrap();
    let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for column in all {
        tables.entry(column.of.clone()).or_default().push(column);
    }
    tables
}

fn lists() -> [&'static [Table]; 4] {
    [&OF_CONVERSATION, &COUNTED, &OF_VISITOR, &OF_HOME]
}

#[test]
fn every_table_that_names_somebody_is_in_a_list() {
    // Those that are not, and why.
    let elsewhere = BTreeMap::from([
        ("answer_pairs", "counts of answers, by their questions"),
        ("answers_filed", "goes with the answers"),
        ("data_keys", "the key of what is sealed, which goes and is given to nobody"),
        ("dead_letters", "names of closings and events alone; goes"),
        ("documents", "what is out of date in KV"),
        ("export_rows", "day files, which have pseudonyms alone"),
        ("indexed", "the words they are found by; goes"),
        ("jobs", "what is to be done"),
        ("looked", "goes with the accesses"),
        ("requests", "what a request was; its answer goes"),
        ("unowned", "goes with the conversation"),
        ("words_replaced", "whose former words are to go"),
    ]);
    let names = ["conversation_id", "visitor_id", "customer_id", "subject", "other"];
    let ledger = Ledger::new();
    let listed: BTreeSet<(&str, &str)> =
        lists().into_iter().flatten().map(|table| (table.name, table.column)).collect();
    let tables = columns(&ledger);
    for (table, columns) in &tables {
        let naming = columns.iter().filter(|column| names.contains(&column.name.as_str()));
        for column in naming {
            let name = (table.as_str(), column.name.as_str());
            // What hangs on a conversation may name its visitor or customer beside it, and the other way round.
            let known = listed.contains(&name) || listed.iter().any(|(of, _)| of == table);
            assert!(
                known != elsewhere.contains_key(table.as_str()),
                "{name:?} names somebody: put it into a list of `tables.rs`, or say here why not"
            );
        }
    }
    for table in listed.iter().map(|(table, _)| table).chain(elsewhere.keys()) {
        assert!(tables.contains_key(*table), "{table} is no more");
    }
}

#[test]
fn the_package_has_every_table_of_the_person_and_nothing_of_anybody_else() {
    let ledger = Ledger::new();
    let mut record = closing(&ledger, 1, 1, 1, Some("zebra@example.com"));
    let at = UnixMillis(9);
    let value = "zebra@example.com".to_owned();
    record.closed.proven.email = Some(ProvenValue { value, at, proof: Proof::Code });
    record.closed.proven.subject = Some("site-user-7".to_owned());
    let id = ledger.write(record).unwrap().customer_id;
    close(&ledger, 2, 1, 2, Some("li@example.com"));
    note(&ledger, &id, "an okapi lover");
    tag(&ledger, &id, &["vip"], &[]);
    patch(&ledger, &id, r#"{"name": "Zebra Q."}"#).unwrap();
    let subject = Subject::Conversation(conversation(1));
    ledger.write(AddNote { subject, text: "rang back".to_owned(), by: BY.to_owned() }).unwrap();

    // A row of each table, of theirs and of somebody else's.
    let columns = columns(&ledger);
    for (tables, theirs, others) in [
        (lists()[0], conversation(1).to_string(), conversation(2).to_string()),
        (lists()[1], conversation(1).to_string(), conversation(2).to_string()),
        (lists()[2], visitor(1).to_string(), visitor(2).to_string()),
        (lists()[3], id.to_string(), "cu_somebody".to_owned()),
    ] {
        for table in tables.iter().filter(|table| table.given == Given::Rows) {
            for (id, word) in [(&theirs, "theirs"), (&others, "others")] {
                put(&ledger, &columns[table.name], table, id, word);
            }
        }
    }
    let id_of = |table: &Table| match table.column {
        "conversation_id" => conversation(1).to_string(),
        _ => String::new(),
    };
    let call = DataPackageOf { customer_id: id.clone(), by: BY.to_owned() };
    let package = serde_json::to_value(ledger.write(call).unwrap()).unwrap();
    for table in lists().into_iter().flatten() {
        let there = match table.given {
            Given::Rows => {
                let rows = package["records"][table.name].to_string();
                let mark = mark(&columns[table.name], table, &id_of(table), "theirs");
                rows.contains(&mark)
            }
            Given::Shown => shown(&package, table.name),
        };
        assert!(there, "{}, by {}: {package:#}", table.name, table.column);
    }
    let text = package.to_string();
    assert!(!text.contains("others ") && !text.contains("li@example.com"), "{text}");

    ledger.write(Erase { customer_id: id.clone(), by: BY.to_owned() }).unwrap();
    // Counts go down and stand: here they name what the row was filled with.
    let dump = ledger.sql.dump();
    let dump: String = dump.lines().filter(|row| !row.starts_with("asking_counts ")).collect();
    assert!(!dump.contains("theirs ") && !dump.contains("zebra"), "{dump}");
    assert_eq!(found(&ledger, CustomerSearch::default()).len(), 1);
}

/// By what a row is known again: a word, or the id where it has room for no other.
fn mark(columns: &[Column], table: &Table, id: &str, word: &str) -> String {
    let free = columns.iter().any(|c| c.kind == "TEXT" && c.name != table.column);
    if free { format!("{word} {} {}", table.name, table.column) } else { id.to_owned() }
}

/// Puts a row that names an id, with a word wherever there may be one.
fn put(ledger: &Ledger, columns: &[Column], table: &Table, id: &str, word: &str) {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let marks = vec!["?"; names.len()].join(", ");
    let text = mark(columns, table, id, word);
    let values = columns.iter().enumerate().map(|(place, column)| {
        if column.name == table.column {
            id.to_owned().into()
        } else if column.kind == "TEXT" {
            text.clone().into()
        } else {
            let n = 1_000
                + place as i64
                + i64::from(word == "theirs") * 500
                + table.column.len() as i64;
            worker::SqlStorageValue::from(n)
        }
    });
    let insert = format!("INSERT INTO {} ({}) VALUES ({marks})", table.name, names.join(", "));
    ledger.sql.run(&insert, values.collect()).unwrap();
}

/// Whether the package shows what stands in a table in a form of its own.
fn shown(package: &Value, table: &str) -> bool {
    let has = |path: &str, value: &str| {
        package.pointer(path).is_some_and(|found| found.to_string().contains(value))
    };
    match table {
        "facts" => has("/conversations/0/facts/email", "zebra@example.com"),
        "proven" => has("/conversations/0/proven/email", "zebra@example.com"),
        "archives" => has("/conversations/0/transcript/0", "I am zebra@example.com"),
        "answers" => has("/conversations/0/answers/0", "value"),
        "conversations" => has("/conversations/0/conversation_id", conversation(1).as_str()),
        "notes" => has("/conversation_notes/0", "rang back") && has("/profile/notes/0", "okapi"),
        "visitors" => has("/profile/visitors", visitor(1).as_str()),
        "emails" => has("/profile/emails", "zebra@example.com"),
        "subjects" => has("/profile/subjects", "site-user-7"),
        "edits" => has("/profile/values", "Zebra Q."),
        "customers" => has("/profile/name", "Zebra Q."),
        other => panic!("say where the package shows {other}"),
    }
}

#[test]
fn what_is_open_is_in_the_package() {
    let ledger = Ledger::new();
    let id = close(&ledger, 1, 1, 1, Some("zebra@example.com"));
    let live = super::late::tell;
    live(&ledger, 2, Some(1), askwell::conversation::Status::InProgress, None);
    live(&ledger, 3, Some(2), askwell::conversation::Status::InProgress, None);
    let call = DataPackageOf { customer_id: id.clone(), by: BY.to_owned() };
    let package = ledger.write(call).unwrap();
    let ids: Vec<_> =
        package.conversations.iter().map(|c| c.summary.conversation_id.clone()).collect();
    assert_eq!(ids, [conversation(2), conversation(1)], "the first begun first");
    assert_eq!(Ids::of(&ledger.sql, &id).unwrap().conversations.len(), 2);
}
