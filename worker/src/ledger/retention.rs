//! Letting go of what is older than the workspace keeps it, by kind, a little at a time.
//!
//! The cron asks every hour, and a job does it in steps, so that a workspace with years behind it is not
//! held up on the day that a limit is set. What would go is counted by the same conditions.

use super::customers::{self, Erase};
use super::cx::Cx;
use super::documents::{self, Kind};
use super::op::{Op, Read, Room, Write};
use super::sections::{self, Section};
use super::{Workspace, archives, events, idempotency, identity, knowledge, revisions};
use crate::bind;
use crate::config;
use crate::fault::{Outcome, complain};
use crate::jobs::{self, Job, Next, Work};
use crate::rpc::Call;
use askwell::api::{RetentionCount, RetentionSettings, StorageUse};
use askwell::id::CustomerId;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    ops: &[
        Op::read::<sections::Get<RetentionSettings>>(),
        Op::write::<sections::Put<RetentionSettings>>(),
        Op::read::<Preview>(),
        Op::write::<Retain>(),
    ],
    jobs: &[Job::of::<LetGo>()],
    ..Room::EMPTY
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Longest that something can be kept for: a hundred years is for ever.
const MOST_DAYS: u32 = 36_500;
/// What goes in one transaction.
const AT_ONCE: i64 = 50;
/// Looks that go in one transaction.
const ACCESSES_AT_ONCE: i64 = if cfg!(test) { 5 } else { 1_000 };
/// Conversations that are looked at in one transaction.
const LOOKED_AT: i64 = if cfg!(test) { 70 } else { 20_000 };
/// By whom it was done, in receipts.
const BY: &str = "retention";

/// Customers without a word since then, and with no conversation open.
const CUSTOMERS: &str =
    "FROM (SELECT customer_id AS id, last_at FROM indexed) c WHERE c.last_at < ?
     AND NOT EXISTS (SELECT 1 FROM conversations v JOIN customers h ON h.id = v.customer_id
                     WHERE (h.id = c.id OR h.root = c.id) AND v.ended_at IS NULL)
     AND NOT EXISTS (SELECT 1 FROM customers h JOIN visitors s ON s.customer_id = h.id JOIN unowned u ON u.visitor_id = s.id
                     WHERE h.id = c.id OR h.root = c.id)";
/// Conversations that had ended then, and of which words are kept.
const TRANSCRIPTS: &str = "FROM conversations c WHERE c.ended_at < ? AND EXISTS (SELECT 1 FROM archives a WHERE a.conversation_id = c.id)";
/// Looks at a profile before then.
const ACCESSES: &str = "FROM accesses WHERE at < ?";

impl Section for RetentionSettings {
    const NAME: &'static str = "settings.retention";
    const PUT: &'static str = "settings.put_retention";
    type Change = Self;
    type Shown = Self;

    fn changed(self, change: Self) -> Result<Self, Error> {
        check(&change)?;
        Ok(change)
    }

    fn shown(self) -> Self {
        self
    }
}

/// # Errors
/// [`Code::InvalidField`] for a number of days that is out of range.
fn check(settings: &RetentionSettings) -> Result<(), Error> {
    let RetentionSettings { customers_days, transcripts_days, accesses_days, events_days } =
        settings;
    let days = [customers_days, transcripts_days, accesses_days, events_days];
    if days.into_iter().flatten().all(|days| (1..=MOST_DAYS).contains(days)) {
        return Ok(());
    }
    Err(Error::new(Code::InvalidField, "each number of days must be 1 to 36,500, or null for ever"))
}

/// The instant before which things go; none when they stay.
fn before(cx: &Cx, days: Option<u32>) -> Option<i64> {
    days.map(|days| cx.now.0.saturating_sub(i64::from(days) * DAY_MS))
}

/// What would go now under these settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Preview {
    /// Not those that are set: those that somebody thinks of.
    pub settings: RetentionSettings,
}

impl Call for Preview {
    const NAME: &'static str = "retention.preview";
    type Out = RetentionCount;
}

impl Read for Preview {
    fn run(self, cx: &Cx) -> Outcome<RetentionCount> {
        check(&self.settings)?;
        let count = |from: &str, days| match before(cx, days) {
            Some(at) => cx.sql.count(&format!("SELECT count(*) AS n {from}"), bind![at]),
            None => Ok(0),
        };
        Ok(RetentionCount {
            customers: count(CUSTOMERS, self.settings.customers_days)?,
            transcripts: count(TRANSCRIPTS, self.settings.transcripts_days)?,
            accesses: count(ACCESSES, self.settings.accesses_days)?,
            events: match before(cx, self.settings.events_days) {
                Some(at) => events::older(cx, UnixMillis(at).day())?,
                None => 0,
            },
        })
    }
}

/// Begins to let go of what is too old, if anything is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Retain;

impl Call for Retain {
    const NAME: &'static str = "retention.retain";
    type Out = ();
}

impl Write for Retain {
    fn run(self, cx: &Cx) -> Outcome<()> {
        identity::tidy(cx)?;
        let storage = StorageUse::of(cx.sql.size()?);
        if storage.nearly_full {
            let StorageUse { bytes, limit_bytes, .. } = storage;
            complain(&format!("{} takes {bytes} of the {limit_bytes} bytes it may", cx.workspace));
        }
        let settings: RetentionSettings = sections::read(cx.sql)?;
        if settings != RetentionSettings::default() {
            jobs::put(cx.sql, LetGo::KIND, "", cx.now)?;
        }
        Ok(())
    }
}

/// Lets go of what is too old. The job is named by the conversation after which it goes on.
pub struct LetGo;

impl Work<Workspace> for LetGo {
    const KIND: &'static str = "retain";

    async fn run(ledger: &Workspace, subject: &str) -> Outcome<Next> {
        let after = subject.to_owned();
        let next = ledger.write(move |cx| step(cx, &after)).await?;
        Ok(match next {
            Some(next) if next == subject => Next::At(config::now(&ledger.env)),
            _ => Next::Done,
        })
    }
}

/// Lets go of some of it. Where there may be more, it is after which conversation; another one than now
/// has its job by then.
fn step(cx: &Cx, after: &str) -> Outcome<Option<String>> {
    let settings: RetentionSettings = sections::read(cx.sql)?;
    let people: Vec<Row> = match before(cx, settings.customers_days) {
        Some(at) => cx
            .sql
            .rows(&format!("SELECT id {CUSTOMERS} ORDER BY last_at LIMIT ?"), bind![at, AT_ONCE])?,
        None => Vec::new(),
    };
    for row in &people {
        let customer_id: CustomerId = row.id.parse()?;
        customers::erase(cx, Erase { customer_id, by: BY.to_owned() })?;
    }
    if !people.is_empty() {
        customers::forget_words(cx)?;
    }
    if people.len() as i64 == AT_ONCE {
        return Ok(Some(after.to_owned()));
    }
    let next = match before(cx, settings.transcripts_days) {
        Some(at) => transcripts(cx, at, after)?,
        None => None,
    };
    match &next {
        Some(next) => jobs::put(cx.sql, LetGo::KIND, next, cx.now)?,
        None => {
            if let Some(at) = before(cx, settings.accesses_days)
                && accesses(cx, at)?
            {
                return Ok(Some(after.to_owned()));
            }
            if let Some(at) = before(cx, settings.events_days)
                && events::let_go(cx, UnixMillis(at).day())?
            {
                return Ok(Some(after.to_owned()));
            }
        }
    }
    Ok(next)
}

/// Lets go of some of what was noted of who has looked at whom, which is noted in its order; whether there may be more.
fn accesses(cx: &Cx, at: i64) -> Outcome<bool> {
    let some = "(SELECT seq FROM (SELECT seq, at FROM accesses ORDER BY seq LIMIT ?) WHERE at < ?)";
    let n =
        cx.sql.count(&format!("SELECT count(*) AS n FROM {some}"), bind![ACCESSES_AT_ONCE, at])?;
    cx.sql
        .run(&format!("DELETE FROM accesses WHERE seq IN {some}"), bind![ACCESSES_AT_ONCE, at])?;
    Ok(n == ACCESSES_AT_ONCE.unsigned_abs())
}

/// Lets go of the words of some conversations after one; after which to go on, unless those were the last.
fn transcripts(cx: &Cx, at: i64, after: &str) -> Outcome<Option<String>> {
    #[derive(Deserialize)]
    struct Last {
        id: Option<String>,
    }
    let some = "FROM conversations WHERE id > ? ORDER BY id LIMIT ?";
    let query = TRANSCRIPTS.replace("conversations c", &format!("(SELECT id, ended_at {some}) c"));
    let words: Vec<Row> = cx.sql.rows(
        &format!("SELECT id {query} ORDER BY id LIMIT ?"),
        bind![after, LOOKED_AT, at, AT_ONCE],
    )?;
    for row in &words {
        forget_words(cx, &row.id)?;
    }
    if !words.is_empty() {
        idempotency::forget_answers(cx)?;
    }
    if words.len() as i64 == AT_ONCE {
        return Ok(words.into_iter().next_back().map(|row| row.id));
    }
    let last: Option<Last> = cx
        .sql
        .first(&format!("SELECT max(id) AS id FROM (SELECT id {some})"), bind![after, LOOKED_AT])?;
    Ok(last.and_then(|last| last.id))
}

#[derive(Deserialize)]
struct Row {
    id: String,
}

/// Takes away what was said in a conversation, quotes in answers and questions without an article included. That it was held, what it was
/// answered with and what the visitor said of themselves stays.
fn forget_words(cx: &Cx, conversation: &str) -> Outcome<()> {
    archives::remove(cx, conversation)?;
    cx.sql.run(
        "UPDATE answers SET body = json_set(body, '$.evidence', json('[]')) WHERE conversation_id = ?",
        bind![conversation],
    )?;
    cx.sql.run(
        "UPDATE revisions SET body = ? WHERE conversation_id = ?",
        bind![revisions::LET_GO, conversation],
    )?;
    let (gaps, column) = knowledge::OF_CONVERSATION;
    cx.sql.run(&format!("DELETE FROM {gaps} WHERE {column} = ?"), bind![conversation])?;
    documents::stale(cx, Kind::Transcript, conversation)
}

#[cfg(test)]
mod tests;
