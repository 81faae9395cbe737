//! What an object has yet to do, as rows that its alarm works off: each is tried until it succeeds,
//! with one back-off for all of them.
//!
//! A kind of job is a type that implements [`Work`]. Whoever has changed something puts a row with
//! [`put`] in the same transaction; the row names what is to be done, never the content, so that it
//! is done with what is true when it is done.

use crate::alarm;
use crate::bind;
use crate::fault::Outcome;
use crate::sql::{Migration, Sql};
use askwell::time::UnixMillis;
use serde::Deserialize;
use std::pin::Pin;

/// The table.
pub const MIGRATION: Migration = Migration {
    id: "jobs/1",
    statements: &[
        "CREATE TABLE jobs (kind TEXT NOT NULL, subject TEXT NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, changes INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (kind, subject)) WITHOUT ROWID",
        "CREATE INDEX jobs_due ON jobs (due_at)",
    ],
};

/// Jobs of one waking; what is left is due at once again.
const AT_ONCE: i64 = 20;
/// Pause before a job is tried again: 15 s × 2ⁿ, at most 15 min.
const RETRY_MS: i64 = 15_000;
const RETRY_MOST_MS: i64 = 15 * 60 * 1000;

/// What becomes of a job that has run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is done, and goes; unless it was put again meanwhile.
    Done,
    /// It is to run again at an instant; sooner if it was put again meanwhile.
    At(UnixMillis),
    /// It is to run again after the back-off, as after a failure: somebody else has to confirm it.
    Unconfirmed,
}

/// A kind of job of the object `O`.
pub trait Work<O> {
    /// Unique in its object.
    const KIND: &'static str;
    /// Does it. It may have been done before.
    fn run(object: &O, subject: &str) -> impl Future<Output = Outcome<Next>>;
}

type Doing<'a> = Pin<Box<dyn Future<Output = Outcome<Next>> + 'a>>;

/// A kind of job of any type, for lists of them.
#[derive(Debug)]
pub struct Job<O: 'static> {
    /// [`Work::KIND`].
    pub kind: &'static str,
    run: for<'a> fn(&'a O, &'a str) -> Doing<'a>,
}

impl<O> Job<O> {
    /// The kind `W`.
    pub const fn of<W: Work<O> + 'static>() -> Self {
        fn run<'a, O, W: Work<O> + 'static>(object: &'a O, subject: &'a str) -> Doing<'a> {
            Box::pin(W::run(object, subject))
        }
        Self { kind: W::KIND, run: run::<O, W> }
    }
}

/// Lets a job run at an instant, or sooner where it is to run sooner anyway.
pub fn put(sql: &Sql, kind: &str, subject: &str, due: UnixMillis) -> Outcome<()> {
    sql.run(
        "INSERT INTO jobs (kind, subject, due_at) VALUES (?, ?, ?)
         ON CONFLICT (kind, subject) DO UPDATE SET due_at = min(due_at, excluded.due_at), attempts = 0, changes = changes + 1",
        bind![kind, subject, due.0],
    )
}

/// Spares a job.
pub fn spare(sql: &Sql, kind: &str, subject: &str) -> Outcome<()> {
    sql.run("DELETE FROM jobs WHERE kind = ? AND subject = ?", bind![kind, subject])
}

/// When the next job is due; none when all are done.
pub fn due(sql: &Sql) -> Outcome<Option<UnixMillis>> {
    earliest(sql, "SELECT min(due_at) AS at FROM jobs")
}

/// When a job that works off rows with pauses of their own is to run again: at the instant that a
/// query finds as `at`, or at once where that has passed; done where it finds none.
pub fn again_at(sql: &Sql, query: &'static str, now: UnixMillis) -> Outcome<Next> {
    Ok(earliest(sql, query)?.map_or(Next::Done, |at| Next::At(at.max(now))))
}

fn earliest(sql: &Sql, query: &'static str) -> Outcome<Option<UnixMillis>> {
    #[derive(Deserialize)]
    struct Row {
        at: Option<i64>,
    }
    let row: Option<Row> = sql.first(query, bind![])?;
    Ok(row.and_then(|row| row.at).map(UnixMillis))
}

#[derive(Debug, Deserialize)]
struct Row {
    kind: String,
    subject: String,
    attempts: u32,
    changes: u32,
}

/// Runs what is due, what has waited longest first. A job that fails is logged, tried again after a
/// pause, and holds up no other.
pub async fn run<O: 'static>(
    sql: &Sql,
    object: &O,
    jobs: impl Iterator<Item = &'static Job<O>> + Clone,
    now: UnixMillis,
) -> Outcome<()> {
    for row in take(sql, now)? {
        // A kind that a later version had, and this one has not: it waits.
        let Some(job) = jobs.clone().find(|job| job.kind == row.kind) else { continue };
        match (job.run)(object, &row.subject).await {
            Ok(next) => finish(sql, &row, next)?,
            Err(fault) => fault.log(job.kind),
        }
    }
    Ok(())
}

/// The jobs that are due, each put off first: one that the runtime dies over is tried again later.
fn take(sql: &Sql, now: UnixMillis) -> Outcome<Vec<Row>> {
    let rows: Vec<Row> = sql.rows(
        "SELECT kind, subject, attempts, changes FROM jobs WHERE due_at <= ? ORDER BY due_at, kind, subject LIMIT ?",
        bind![now.0, AT_ONCE],
    )?;
    for row in &rows {
        let pause = alarm::pause(RETRY_MS, row.attempts, RETRY_MOST_MS);
        sql.run(
            "UPDATE jobs SET attempts = attempts + 1, due_at = ? WHERE kind = ? AND subject = ?",
            bind![now.plus(pause).0, row.kind.as_str(), row.subject.as_str()],
        )?;
    }
    Ok(rows)
}

fn finish(sql: &Sql, row: &Row, next: Next) -> Outcome<()> {
    let unchanged = "kind = ? AND subject = ? AND changes = ?";
    let (kind, subject) = (row.kind.as_str(), row.subject.as_str());
    let changes = i64::from(row.changes);
    match next {
        Next::Done => {
            sql.run(&format!("DELETE FROM jobs WHERE {unchanged}"), bind![kind, subject, changes])
        }
        Next::At(due) => sql.run(
            &format!("UPDATE jobs SET due_at = ?, attempts = 0 WHERE {unchanged}"),
            bind![due.0, kind, subject, changes],
        ),
        Next::Unconfirmed => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_000_000);

    fn table() -> Sql {
        let sql = Sql::with([&MIGRATION]);
        put(&sql, "tell", "", NOW).unwrap();
        sql
    }

    #[test]
    fn a_job_is_tried_until_it_is_done() {
        let sql = table();
        let mut due = Vec::new();
        for _ in 0..3 {
            let at = super::due(&sql).unwrap().unwrap();
            assert_eq!(take(&sql, at).unwrap().len(), 1);
            assert!(take(&sql, at).unwrap().is_empty(), "it is under way");
            due.push(super::due(&sql).unwrap().unwrap().0 - at.0);
        }
        assert_eq!(due, [15_000, 30_000, 60_000]);
        let at = super::due(&sql).unwrap().unwrap();
        let row = take(&sql, at).unwrap().remove(0);
        finish(&sql, &row, Next::Unconfirmed).unwrap();
        assert_eq!(super::due(&sql).unwrap(), Some(at.plus(120_000)));
        finish(&sql, &row, Next::At(NOW)).unwrap();
        let row = take(&sql, NOW).unwrap().remove(0);
        assert_eq!(row.attempts, 0);
        finish(&sql, &row, Next::Done).unwrap();
        assert_eq!(super::due(&sql).unwrap(), None);
    }

    #[test]
    fn what_is_put_while_it_runs_runs_again() {
        for next in [Next::Done, Next::At(NOW.plus(99_000)), Next::Unconfirmed] {
            let sql = table();
            let row = take(&sql, NOW).unwrap().remove(0);
            put(&sql, "tell", "", NOW.plus(1)).unwrap();
            finish(&sql, &row, next).unwrap();
            assert_eq!(super::due(&sql).unwrap(), Some(NOW.plus(1)), "{next:?}");
        }
    }

    #[test]
    fn a_job_runs_as_soon_as_anybody_wants_it() {
        let sql = table();
        put(&sql, "tell", "", NOW.plus(5)).unwrap();
        assert_eq!(super::due(&sql).unwrap(), Some(NOW));
        put(&sql, "tell", "", NOW.plus(-5)).unwrap();
        put(&sql, "tell", "other", NOW.plus(-9)).unwrap();
        assert_eq!(super::due(&sql).unwrap(), Some(NOW.plus(-9)));
        spare(&sql, "tell", "other").unwrap();
        assert_eq!(super::due(&sql).unwrap(), Some(NOW.plus(-5)));
    }
}
