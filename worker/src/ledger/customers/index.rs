//! By what customers are found: a narrow row for each profile that is shown, and its words.
//!
//! `indexed` has everything that lists are sorted and filtered by without words, so that they read its
//! index and nothing else, and names the row of words. It is brought in line whenever a profile is shown
//! anew, in the same transaction; triggers count.
//!
//! Words that are replaced are only marked as gone, for taking one out of the index itself costs more than all
//! the rest of recording a closing. They leave it a while later with whatever else was replaced meanwhile:
//! [`forget_words`], which writes the whole index anew. Where somebody is erased theirs are taken out at once,
//! [`at_once`]; so it is noted of whom something was replaced, in whatever profile it stood.

use super::{HOMES, Value, find};
use crate::bind;
use crate::fault::{Outcome, to_json};
use crate::jobs::{self, Next, Work};
use crate::ledger::Workspace;
use crate::ledger::cx::Cx;
use crate::sql::{Migration, Sql};
use askwell::api::Customer;
use askwell::conversation::Platform;
use askwell::customer::search;
use askwell::detect::Kind;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a row of `indexed` has of its customer `c`, in the order of its columns. The bits are those of
/// [`platform_bit`] and [`kind_bit`].
macro_rules! place {
    () => {
        "c.id, c.last_at,
         (SELECT coalesce(sum(CASE value WHEN 'web_widget' THEN 1 WHEN 'line' THEN 2 WHEN 'facebook' THEN 4 WHEN 'email' THEN 8 WHEN 'phone' THEN 16 WHEN 'api' THEN 32 ELSE 0 END), 0) FROM json_each(c.platforms)),
         (c.name IS NULL) + 2 * (c.email IS NULL) + 4 * (c.phone IS NULL)"
    };
}

/// Lists of customers without sorting, and counts without counting.
pub const MIGRATION: Migration = Migration {
    id: "customers/4",
    statements: &[
        "ALTER TABLE indexed ADD COLUMN last_at INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE indexed ADD COLUMN platforms INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE indexed ADD COLUMN lacks INTEGER NOT NULL DEFAULT 0",
        concat!(
            "UPDATE indexed SET (customer_id, last_at, platforms, lacks) = (SELECT ",
            place!(),
            " FROM customers c WHERE c.id = indexed.customer_id)"
        ),
        "CREATE INDEX indexed_by_last ON indexed (last_at, customer_id, platforms, lacks)",
        "DROP INDEX customers_by_last",
        "CREATE TABLE shown_counts (lacks INTEGER PRIMARY KEY, n INTEGER NOT NULL)",
        "INSERT INTO shown_counts (lacks, n) SELECT lacks, count(*) FROM indexed GROUP BY lacks",
        "CREATE TRIGGER indexed_put AFTER INSERT ON indexed BEGIN
           INSERT INTO shown_counts (lacks, n) VALUES (new.lacks, 1) ON CONFLICT (lacks) DO UPDATE SET n = n + 1;
         END",
        "CREATE TRIGGER indexed_gone AFTER DELETE ON indexed BEGIN
           UPDATE shown_counts SET n = n - 1 WHERE lacks = old.lacks;
         END",
        "CREATE TRIGGER indexed_changed AFTER UPDATE OF lacks ON indexed WHEN new.lacks <> old.lacks BEGIN
           UPDATE shown_counts SET n = n - 1 WHERE lacks = old.lacks;
           INSERT INTO shown_counts (lacks, n) VALUES (new.lacks, 1) ON CONFLICT (lacks) DO UPDATE SET n = n + 1;
         END",
    ],
};

/// Whether words that are taken away leave the index at once.
macro_rules! secure_delete {
    () => {
        "INSERT INTO customer_words (customer_words, rank) VALUES ('secure-delete', "
    };
}

/// Words that are replaced leave the index later.
pub const WORDS: Migration =
    Migration { id: "customers/5", statements: &[concat!(secure_delete!(), "0)")] };

/// Whose replaced words may stand in the index.
pub const REPLACED: Migration = Migration {
    id: "customers/6",
    statements: &[
        "CREATE TABLE words_replaced (customer_id TEXT PRIMARY KEY) WITHOUT ROWID",
        // Of whom it was nobody has noted.
        "INSERT INTO words_replaced (customer_id) SELECT id FROM customers WHERE EXISTS (SELECT 1 FROM jobs WHERE kind = 'words')",
    ],
};

/// Notes of a profile that are read at once: 1.6 MB at most.
const NOTES_AT_ONCE: i64 = 200;
/// For how long replaced words may stand in the index.
const REPLACED_MS: i64 = 10 * 60 * 1000;

/// A row of `indexed` for each of these customers `c`, those that are there brought up to date.
pub const PLACES: &str = concat!(
    "INSERT INTO indexed (customer_id, last_at, platforms, lacks) SELECT ",
    place!(),
    " FROM customers c WHERE {which}
     ON CONFLICT (customer_id) DO UPDATE SET last_at = excluded.last_at, platforms = excluded.platforms, lacks = excluded.lacks"
);

/// The bit of a platform.
pub fn platform_bit(platform: Platform) -> i64 {
    match platform {
        Platform::WebWidget => 1,
        Platform::Line => 2,
        Platform::Facebook => 4,
        Platform::Email => 8,
        Platform::Phone => 16,
        Platform::Api => 32,
    }
}

/// The bit of what is not known.
pub fn kind_bit(kind: Kind) -> i64 {
    match kind {
        Kind::Name => 1,
        Kind::Email => 2,
        Kind::Phone => 4,
    }
}

/// Writes that by which a profile is found.
pub fn index(cx: &Cx, root: &str) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Place {
        n: i64,
        words: Option<String>,
    }
    let sql = cx.sql;
    let Some(customer) = find(sql, root)? else { return unindex(cx, root) };
    sql.run(&PLACES.replace("{which}", "c.id = ?"), bind![root])?;
    let words = words(sql, root, &customer)?;
    let place: Option<Place> = sql.first(
        "SELECT i.n, w.words FROM indexed i LEFT JOIN customer_words w ON w.rowid = i.n WHERE i.customer_id = ?",
        bind![root],
    )?;
    let Some(Place { n, words: before }) = place else { return Ok(()) };
    if before.as_ref() == Some(&words) {
        return Ok(());
    }
    if before.is_some() {
        sql.run("DELETE FROM customer_words WHERE rowid = ?", bind![n])?;
        replaced(cx, root)?;
    }
    sql.run("INSERT INTO customer_words (rowid, words) VALUES (?, ?)", bind![n, words])
}

/// The words of a profile. Those of notes come last, the latest note first, for there may be more than fit.
fn words(sql: &Sql, root: &str, customer: &Customer) -> Outcome<String> {
    let mut words = search::Words::default();
    if let Some(name) = &customer.name {
        words.text(name);
    }
    if let Some(number) = &customer.phone {
        words.phone(number);
    }
    let query = format!(
        "SELECT email AS value FROM emails WHERE customer_id IN {HOMES}
         UNION ALL SELECT tag FROM tags WHERE subject IN {HOMES}"
    );
    let others: Vec<Value> = sql.rows(&query, bind![root])?;
    for other in others {
        words.text(&other.value);
    }
    let query = format!(
        "SELECT text AS value FROM notes WHERE subject IN {HOMES} ORDER BY at DESC, id LIMIT ?2 OFFSET ?3"
    );
    for page in 0.. {
        let notes: Vec<Value> =
            sql.rows(&query, bind![root, NOTES_AT_ONCE, page * NOTES_AT_ONCE])?;
        let all = notes.iter().all(|note| words.text(&note.value));
        if !all || notes.len() < NOTES_AT_ONCE as usize {
            break;
        }
    }
    Ok(words.into_text())
}

/// Takes a profile out of lists and searches.
pub fn unindex(cx: &Cx, id: &str) -> Outcome<()> {
    cx.sql.run(
        "DELETE FROM customer_words WHERE rowid IN (SELECT n FROM indexed WHERE customer_id = ?)",
        bind![id],
    )?;
    replaced(cx, id)?;
    cx.sql.run("DELETE FROM indexed WHERE customer_id = ?", bind![id])
}

/// Notes that words of a customer may stand in the index as replaced, in their own profile or in one that
/// they were part of.
pub fn replaced(cx: &Cx, id: &str) -> Outcome<()> {
    cx.sql.run("INSERT OR IGNORE INTO words_replaced (customer_id) VALUES (?)", bind![id])?;
    jobs::put(cx.sql, ForgetWords::KIND, "", cx.now.plus(REPLACED_MS))
}

/// Lets everything that was replaced leave the index. Reads and writes all of it, some 200 ms for 100,000
/// customers, unless nothing was.
pub fn forget_words(cx: &Cx) -> Outcome<()> {
    cx.sql.run("INSERT INTO customer_words (customer_words) VALUES ('optimize')", bind![])?;
    cx.sql.run("DELETE FROM words_replaced", bind![])?;
    jobs::spare(cx.sql, ForgetWords::KIND, "")
}

/// Lets the words that `work` takes away leave the index at once, and with them what was replaced of these
/// customers before.
pub fn at_once<T>(cx: &Cx, ids: &[String], work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    let sql = cx.sql;
    let ids = to_json("ids", &ids)?;
    let those = "customer_id IN (SELECT value FROM json_each(?))";
    let count = format!("SELECT count(*) AS n FROM words_replaced WHERE {those}");
    let waits = sql.count(&count, bind![ids.as_str()])? > 0;
    // Written out, for objects bind numbers as fractions and the index takes whole ones alone.
    sql.run(concat!(secure_delete!(), "1)"), bind![])?;
    let done = work()?;
    sql.run(concat!(secure_delete!(), "0)"), bind![])?;
    if waits {
        forget_words(cx)?;
        return Ok(done);
    }
    sql.run(&format!("DELETE FROM words_replaced WHERE {those}"), bind![ids])?;
    if sql.count("SELECT count(*) AS n FROM words_replaced", bind![])? == 0 {
        jobs::spare(sql, ForgetWords::KIND, "")?;
    }
    Ok(done)
}

/// Lets replaced words leave the index.
pub struct ForgetWords;

impl Work<Workspace> for ForgetWords {
    const KIND: &'static str = "words";

    async fn run(ledger: &Workspace, _subject: &str) -> Outcome<Next> {
        ledger.write(forget_words).await?;
        Ok(Next::Done)
    }
}

/// How many profiles are shown.
#[derive(Debug)]
pub struct Counts {
    /// All.
    pub all: u64,
    /// Those of whom this is known.
    pub with: BTreeMap<Kind, u64>,
    /// Those of whom something is not known.
    pub incomplete: u64,
}

/// Counts the profiles.
pub fn counts(sql: &Sql) -> Outcome<Counts> {
    #[derive(Deserialize)]
    struct Row {
        lacks: i64,
        n: u64,
    }
    let rows: Vec<Row> = sql.rows("SELECT lacks, n FROM shown_counts", bind![])?;
    let with = |kind: Kind| {
        rows.iter().filter(|row| row.lacks & kind_bit(kind) == 0).map(|row| row.n).sum()
    };
    Ok(Counts {
        all: rows.iter().map(|row| row.n).sum(),
        with: Kind::ALL.into_iter().map(|kind| (kind, with(kind))).collect(),
        incomplete: rows.iter().filter(|row| row.lacks != 0).map(|row| row.n).sum(),
    })
}
