//! Filing what a store of before has, a few thousand conversations at a time.
//!
//! A new order of something that a workspace has a million of is a table of its own and no index: an index is
//! made in one go, and an object may not be busy for so long. What changes is filed in the transaction that
//! changes it, by triggers or by hand; what stood there before, by a job, in the order of the conversations' ids,
//! which never change. Until it is done, whoever reads does without the file.

use super::Workspace;
use super::cx::Cx;
use crate::bind;
use crate::fault::Outcome;
use crate::jobs::{self, Next, Work};
use crate::sql::Sql;
use serde::Deserialize;
use std::marker::PhantomData;

/// Something that is filed. Its migration leaves the first job: [`Filed::KIND`] with an empty subject.
pub trait Filed {
    /// Of the job, which is named by the conversation after which it goes on.
    const KIND: &'static str;
    /// Files those of the conversations after one up to another, both of which it binds; what is there stays.
    const SOME: &'static str;
    /// What is to be done once all are there.
    const LAST: &'static [&'static str];
}

/// Conversations that are filed in one transaction.
const AT_ONCE: i64 = 2_000;

/// The job of one that is filed.
#[derive(Debug)]
pub struct File<F>(PhantomData<F>);

impl<F: Filed + 'static> Work<Workspace> for File<F> {
    const KIND: &'static str = F::KIND;

    async fn run(ledger: &Workspace, subject: &str) -> Outcome<Next> {
        let after = subject.to_owned();
        ledger.write(move |cx| file::<F>(cx, &after, AT_ONCE)).await?;
        Ok(Next::Done)
    }
}

/// Files some, and leaves a job for the rest.
pub fn file<F: Filed>(cx: &Cx, after: &str, most: i64) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Row {
        last: Option<String>,
    }
    let sql = cx.sql;
    jobs::spare(sql, F::KIND, after)?;
    let row: Option<Row> = sql.first(
        "SELECT max(id) AS last FROM (SELECT id FROM conversations WHERE id > ? ORDER BY id LIMIT ?)",
        bind![after, most],
    )?;
    if let Some(last) = row.and_then(|row| row.last) {
        sql.run(F::SOME, bind![after, last.as_str()])?;
        return jobs::put(sql, F::KIND, &last, cx.now);
    }
    for statement in F::LAST {
        sql.run(statement, bind![])?;
    }
    Ok(())
}

/// Whether not all of it is filed yet.
pub fn is_under_way<F: Filed>(sql: &Sql) -> Outcome<bool> {
    let job: Option<serde::de::IgnoredAny> =
        sql.first("SELECT 1 AS found FROM jobs WHERE kind = ?", bind![F::KIND])?;
    Ok(job.is_some())
}

/// Does what the job is to do next; whether there was anything.
#[cfg(test)]
pub fn next<F: Filed>(cx: &Cx) -> Outcome<bool> {
    #[derive(Deserialize)]
    struct Job {
        subject: String,
    }
    let next = "SELECT subject FROM jobs WHERE kind = ?";
    let Some(job) = cx.sql.first::<Job>(next, bind![F::KIND])? else { return Ok(false) };
    file::<F>(cx, &job.subject, AT_ONCE)?;
    Ok(true)
}
