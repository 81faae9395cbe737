//! The answers that stand, filed by what they are: a page of the conversations with an answer is read from
//! the end of their file, and the customers with one are named in it.
//!
//! Rooms read `answered`. In a store of before nothing is filed yet, and filing a million conversations
//! takes longer than an object may be busy; so `answered` looks the answers up at first, which is as right
//! and slower, while a job files some thousand conversations at a time. What changes meanwhile is filed in
//! the transaction that changes it. When all are there, `answered` is the file.

use crate::fault::Outcome;
use crate::ledger::filing::{self, Filed};
use crate::ledger::listing::Set;
use crate::sql::{Migration, Sql};

/// The columns of an answer that stands, and where they are: the conversation `c`, whose home `h` may be
/// shown as part of another.
macro_rules! filed {
    () => {
        "SELECT a.field_id, a.value, c.started_at, c.id, coalesce(h.root, c.customer_id) AS customer_id, a.day, a.platform FROM standing a JOIN conversations c ON c.id = a.conversation_id LEFT JOIN customers h ON h.id = c.customer_id"
    };
}

/// Files those of conversations of which this is true; what is there stays as it is.
macro_rules! file {
    ($which:literal) => {
        concat!(
            "INSERT OR IGNORE INTO answers_filed (field_id, value, started_at, id, customer_id, day, platform) ",
            filed!(),
            " WHERE c.test_mode = 0 AND ",
            $which
        )
    };
}

/// The file, empty, and `answered`, which does without it.
pub const MIGRATION: Migration = Migration {
    id: "answers/4",
    statements: &[
        // `answers/3`, which no release had, filed everything at once.
        "DROP TRIGGER IF EXISTS answered_moved",
        "DROP TABLE IF EXISTS answered",
        "CREATE INDEX IF NOT EXISTS answers_by_value ON answers (field_id, value, conversation_id)",
        "CREATE TABLE answers_filed (field_id TEXT NOT NULL, value TEXT NOT NULL, started_at INTEGER NOT NULL, id TEXT NOT NULL, customer_id TEXT, day TEXT NOT NULL, platform TEXT NOT NULL, PRIMARY KEY (field_id, value, started_at, id)) WITHOUT ROWID",
        concat!("CREATE VIEW answered AS ", filed!()),
        "CREATE TRIGGER answers_filed_moved AFTER UPDATE OF started_at, customer_id ON conversations WHEN new.started_at <> old.started_at OR new.customer_id IS NOT old.customer_id BEGIN
           UPDATE answers_filed SET (started_at, customer_id) = (new.started_at, coalesce((SELECT root FROM customers WHERE id = new.customer_id), new.customer_id))
           WHERE (field_id, value, started_at, id) IN (SELECT field_id, value, old.started_at, new.id FROM standing WHERE conversation_id = new.id);
         END",
        "CREATE TRIGGER answers_filed_merged AFTER UPDATE OF root ON customers WHEN new.root IS NOT old.root BEGIN
           UPDATE answers_filed SET customer_id = coalesce(new.root, new.id)
           WHERE (field_id, value, started_at, id) IN (SELECT s.field_id, s.value, c.started_at, c.id FROM conversations c CROSS JOIN standing s ON s.conversation_id = c.id WHERE c.customer_id = new.id);
         END",
        "INSERT INTO jobs (kind, subject, due_at) VALUES ('file', '', 0)",
    ],
};

/// What these bind is a list of answers, each with its field, value, day and platform; and which
/// conversation it is.
pub const PUT: &str = "INSERT INTO answers_filed (field_id, value, started_at, id, customer_id, day, platform)
    SELECT e.value ->> 0, e.value ->> 1, c.started_at, c.id, coalesce(h.root, c.customer_id), e.value ->> 2, e.value ->> 3 FROM conversations c JOIN json_each(?1) e LEFT JOIN customers h ON h.id = c.customer_id WHERE c.id = ?2";
pub const LOSE: &str = "DELETE FROM answers_filed WHERE started_at = (SELECT started_at FROM conversations WHERE id = ?2) AND id = ?2 AND (field_id, value) IN (SELECT e.value ->> 0, e.value ->> 1 FROM json_each(?1) e)";

/// A set of conversations by an answer, as it can be read now: in the order of the list once all is filed.
pub fn in_order(sql: &Sql, set: Set) -> Outcome<Set> {
    Ok(if filing::is_under_way::<Answers>(sql)? { Set { listed: None, ..set } } else { set })
}

/// The answers of a store of before are filed; after the last, `answered` becomes the file.
#[derive(Debug)]
pub struct Answers;

impl Filed for Answers {
    const KIND: &'static str = "file";
    const SOME: &'static str = file!("a.conversation_id > ? AND a.conversation_id <= ?");
    const LAST: &'static [&'static str] = &[
        "DROP VIEW answered",
        "CREATE VIEW answered AS SELECT * FROM answers_filed",
        "DROP INDEX answers_by_value",
    ];
}

/// Files everything in its order, for a bench.
#[cfg(test)]
pub const FILE: &str = file!("true ORDER BY 1, 2, 3, 4");

/// How many answers are not filed as they stand, or do not stand as they are filed.
#[cfg(test)]
pub fn misfiled(sql: &Sql) -> u64 {
    const STRAYS: &str = concat!(
        "WITH stands AS (",
        filed!(),
        "), filed AS (SELECT field_id, value, started_at, id, customer_id, day, platform FROM answers_filed) SELECT (SELECT count(*) FROM (SELECT * FROM stands EXCEPT SELECT * FROM filed)) + (SELECT count(*) FROM (SELECT * FROM filed EXCEPT SELECT * FROM stands)) AS n"
    );
    sql.count(STRAYS, Vec::new()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bind;
    use crate::ledger::answers;
    use crate::ledger::customers::{Links, Merge, Split, Undo};
    use crate::ledger::tests::{Ledger, closing, conversation};
    use crate::ledger::{conversations, customers, fields};
    use askwell::api::{AnswerFilter, ConversationSearch, CustomerSearch};
    use askwell::id::CustomerId;

    const BY: &str = "ke_1";

    #[test]
    fn what_a_test_was_answered_is_shown_with_it_and_counted_nowhere() {
        use crate::ledger::{overview, reviews};
        let ledger = Ledger::new();
        ledger.write(closing(&ledger, 0, 1, 0, None)).unwrap();
        let counts = |ledger: &Ledger| {
            let rows = |table: &str| {
                ledger
                    .sql
                    .count(&format!("SELECT coalesce(sum(n), 0) AS n FROM {table}"), bind![])
                    .unwrap()
            };
            let filed = ledger.sql.count("SELECT count(*) AS n FROM answered", bind![]).unwrap();
            (rows("answer_counts"), rows("answer_pairs"), filed, ledger.read(overview::Get).answers)
        };
        let before = counts(&ledger);
        let mut test = closing(&ledger, 1, 1, 1, None);
        test.closed.test_mode = true;
        ledger.write(test.clone()).unwrap();
        assert_eq!(counts(&ledger), before);
        // Nor once a person has looked, or it was closed again.
        let id = conversation(1);
        let detail = ledger.read(conversations::Get { conversation_id: id.clone() }).unwrap();
        assert!(detail.summary.test_mode && !detail.answers.is_empty());
        let field_id = detail.answers[0].field_id.clone();
        let review = reviews::Review {
            conversation_id: id.clone(),
            field_id: field_id.clone(),
            answer: None,
            by: BY.to_owned(),
        };
        ledger.write(review).unwrap();
        test.closed.revision += 1;
        ledger.write(test).unwrap();
        assert_eq!(counts(&ledger), before);
        // It is in the list, told apart.
        let listed = |test_mode| {
            let search = ConversationSearch { test_mode, ..ConversationSearch::default() };
            ledger.read(conversations::List { search }).items.len()
        };
        assert_eq!([listed(None), listed(Some(true)), listed(Some(false))], [2, 1, 1]);
    }

    /// The conversations and customers that are found by an answer, by question and answer.
    fn found(ledger: &Ledger) -> Vec<(Vec<String>, Vec<String>)> {
        let fields = ledger.read(fields::List).list.fields;
        let filters = fields.iter().take(2).flat_map(|field| {
            [0, 1, 2]
                .map(|n| AnswerFilter { field_id: field.id.clone(), value: format!("value {n}") })
        });
        filters
            .map(|filter| {
                let answers = vec![filter];
                let search = ConversationSearch { answers: answers.clone(), ..Default::default() };
                let talks = ledger.read(conversations::List { search }).items;
                let search = CustomerSearch { answers, ..Default::default() };
                let people = ledger.read(customers::List { search }).items;
                (
                    talks.iter().map(|row| row.conversation_id.to_string()).collect(),
                    people.iter().map(|row| row.customer_id.to_string()).collect(),
                )
            })
            .collect()
    }

    /// Makes a ledger one of before, of which nothing is filed.
    fn unfile(ledger: &Ledger) {
        for statement in [
            "DROP VIEW answered",
            "DROP TRIGGER answers_filed_moved",
            "DROP TRIGGER answers_filed_merged",
            "DROP TABLE answers_filed",
            "DELETE FROM migrations WHERE id = 'answers/4'",
        ] {
            ledger.sql.run(statement, bind![]).unwrap();
        }
        ledger.sql.made([&MIGRATION]);
    }

    #[test]
    fn a_store_of_before_is_filed_while_it_is_read_and_written() {
        let ledger = Ledger::new();
        for n in 0..9 {
            let email = format!("{}@example.com", n % 4);
            ledger.write(closing(&ledger, n, 1, n, Some(&email))).unwrap();
        }
        let filed = found(&ledger);
        assert!(filed.iter().all(|(talks, people)| talks.len() == 3 && people.len() > 1));
        unfile(&ledger);
        assert_eq!(found(&ledger), filed, "of which nothing is filed");
        ledger.at(|cx| filing::file::<Answers>(cx, "", 4)).unwrap();
        assert_eq!(found(&ledger), filed, "of which some is");
        assert!(misfiled(&ledger.sql) > 0);
        // Of those that are filed and of those that are not.
        for n in 0..9 {
            ledger
                .write(closing(&ledger, n, 2, n, Some(&format!("{}@example.com", n % 3))))
                .unwrap();
        }
        for n in 9..12 {
            ledger.write(closing(&ledger, n, 1, n, None)).unwrap();
        }
        ledger.with(|cx| answers::forget(cx, conversation(5).as_str())).unwrap();
        let between = found(&ledger);
        assert_ne!(between, filed);
        while ledger.with(filing::next::<Answers>).unwrap() {}
        assert_eq!(misfiled(&ledger.sql), 0);
        assert_eq!(found(&ledger), between);
        let index = "SELECT count(*) AS n FROM sqlite_master WHERE name = 'answers_by_value'";
        assert_eq!(ledger.sql.count(index, bind![]).unwrap(), 0);
        // The old way to look them up is gone, so this is the file.
        ledger.sql.run("DELETE FROM answers_filed", bind![]).unwrap();
        assert!(found(&ledger).iter().all(|(talks, _)| talks.is_empty()));
    }

    #[test]
    fn what_is_taken_out_is_looked_up_and_not_searched_for() {
        #[derive(serde::Deserialize)]
        struct Step {
            detail: String,
        }
        let plan = format!("EXPLAIN QUERY PLAN {LOSE}");
        let steps: Vec<Step> = Ledger::new().sql.rows(&plan, bind!["[]", "cv_1"]).unwrap();
        let steps: Vec<_> = steps.into_iter().map(|step| step.detail).collect();
        // With the first two alone it goes through all that have the same answer.
        let looked_up = "PRIMARY KEY (field_id=? AND value=? AND started_at=? AND id=?)";
        assert!(steps.iter().any(|step| step.contains(looked_up)), "{steps:?}");
    }

    #[test]
    fn a_store_that_was_filed_at_once_is_filed_anew() {
        let ledger = Ledger::new();
        for n in 0..3 {
            ledger.write(closing(&ledger, n, 1, n, None)).unwrap();
        }
        let filed = found(&ledger);
        for statement in [
            "DROP VIEW answered",
            "DROP TRIGGER answers_filed_moved",
            "DROP TRIGGER answers_filed_merged",
            "DROP TABLE answers_filed",
            "CREATE TABLE answered (field_id TEXT)",
            "CREATE TRIGGER answered_moved AFTER UPDATE OF started_at ON conversations BEGIN UPDATE answered SET field_id = field_id; END",
            "DELETE FROM migrations WHERE id = 'answers/4'",
        ] {
            ledger.sql.run(statement, bind![]).unwrap();
        }
        ledger.sql.made([&MIGRATION]);
        while ledger.with(filing::next::<Answers>).unwrap() {}
        assert_eq!((misfiled(&ledger.sql), found(&ledger)), (0, filed));
    }

    #[test]
    fn answers_name_the_profile_under_which_they_are_shown() {
        let ledger = Ledger::new();
        let record = |n: u32, who: u32, email: &str| {
            ledger.write(closing(&ledger, n, 1, who, Some(email))).unwrap().customer_id
        };
        let (ana, bob) = (record(0, 0, "ana@example.com"), record(3, 1, "bob@example.com"));
        let cleo = record(6, 2, "cleo@example.com");
        record(9, 0, "ana@example.com");
        let told = |when: &str| assert_eq!(misfiled(&ledger.sql), 0, "{when}");
        told("closed");
        let merge = |customer_id: &CustomerId, other: &CustomerId| Merge {
            customer_id: customer_id.clone(),
            other: other.clone(),
            by: BY.to_owned(),
        };
        ledger.write(merge(&bob, &cleo)).unwrap();
        told("merged");
        ledger.write(merge(&ana, &bob)).unwrap();
        told("merged into one that is merged");
        assert!(found(&ledger).iter().all(|(_, people)| people.len() <= 1), "one is shown");
        record(12, 2, "cleo@example.com");
        told("closed by one who was merged");
        let links = ledger.read(Links { customer_id: ana.clone() });
        ledger.write(Undo { link_id: links[0].link_id, by: BY.to_owned() }).unwrap();
        told("undone");
        let mut unnamed = closing(&ledger, 15, 1, 0, None);
        unnamed.closed.facts.name = None;
        ledger.write(unnamed).unwrap();
        let split =
            Split { customer_id: ana, conversation_ids: vec![conversation(15)], by: BY.to_owned() };
        ledger.write(split).unwrap();
        told("split");
        ledger.write(closing(&ledger, 0, 2, 0, Some("bob@example.com"))).unwrap();
        told("moved by a corrected address");
    }
}
