//! Letting go of what is older than the workspace keeps it, by kind, a little at a time.
//!
//! The cron asks every hour, and a job does it in steps, so that a workspace with years behind it is not
//! held up on the day that a limit is set. What would go is counted by the same conditions.

use super::customers::{self, Erase};
use super::cx::Cx;
use super::documents::{self, Kind};
use super::op::{Op, Read, Room, Write};
use super::sections::{self, Section};
use super::{Workspace, archives, events, idempotency, identity, knowledge};
use crate::bind;
use crate::config;
use crate::fault::Outcome;
use crate::jobs::{self, Job, Next, Work};
use crate::rpc::Call;
use askwell::api::{RetentionCount, RetentionSettings};
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
            if let Some(at) = before(cx, settings.accesses_days) {
                cx.sql.run(&format!("DELETE {ACCESSES}"), bind![at])?;
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
    cx.sql
        .run("UPDATE revisions SET body = '{}' WHERE conversation_id = ?", bind![conversation])?;
    let (gaps, column) = knowledge::OF_CONVERSATION;
    cx.sql.run(&format!("DELETE FROM {gaps} WHERE {column} = ?"), bind![conversation])?;
    documents::stale(cx, Kind::Transcript, conversation)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Ledger, closing, conversation, first_telling, visitor};
    use super::*;
    use crate::ledger::idempotency::{Answer, Begin, End, Finish};
    use crate::ledger::{answers, asks, conversations, replies};
    use askwell::classify::Evidence;
    use askwell::conversation::Platform;
    use askwell::event::KbGapType;
    use sections::Put;

    #[derive(Deserialize)]
    struct Value {
        value: String,
    }

    const NONE: RetentionSettings = RetentionSettings {
        customers_days: None,
        transcripts_days: None,
        accesses_days: None,
        events_days: None,
    };

    fn set(ledger: &Ledger, change: RetentionSettings) -> Outcome<u64> {
        ledger
            .write(Put::<RetentionSettings> { change, revision: None })
            .map(|section| section.revision)
    }

    fn preview(ledger: &Ledger, settings: RetentionSettings) -> (u64, u64) {
        let count = ledger.read(Preview { settings });
        (count.customers, count.transcripts)
    }

    fn words(ledger: &Ledger, n: u32) -> bool {
        archives::find(&ledger.sql, conversation(n).as_str()).unwrap().is_some()
    }

    /// Does the whole of it as the job does, and says in how many steps.
    fn run(ledger: &Ledger) -> u32 {
        let (mut steps, mut after) = (1, String::new());
        while let Some(next) = ledger.with(|cx| step(cx, &after)).unwrap() {
            (steps, after) = (steps + 1, next);
        }
        steps
    }

    #[test]
    fn what_is_counted_goes_and_nothing_else() {
        let ledger = Ledger::new();
        for n in 1..=120 {
            let email = format!("{n}@example.com");
            ledger.write(closing(&ledger, n, 1, n, Some(&email))).unwrap();
        }
        ledger.wait(10 * DAY_MS);
        // One of them writes again.
        let mut late = closing(&ledger, 121, 1, 1, Some("1@example.com"));
        late.closed.started_at = late.closed.started_at.plus(9 * DAY_MS);
        late.closed.ended_at = late.closed.ended_at.plus(9 * DAY_MS);
        ledger.write(late).unwrap();

        let transcripts = RetentionSettings { transcripts_days: Some(5), ..NONE };
        assert_eq!(preview(&ledger, NONE), (0, 0));
        assert_eq!(preview(&ledger, transcripts), (0, 120));
        assert_eq!(
            preview(&ledger, RetentionSettings { customers_days: Some(5), ..NONE }),
            (119, 0)
        );
        assert_eq!(run(&ledger), 1, "nothing is set: nothing goes");
        assert_eq!(ledger.customers().len(), 120);

        let gap = |n: u32| replies::Note {
            conversation_id: conversation(n),
            visitor_id: visitor(n),
            platform: Platform::default(),
            which: "m-1".to_owned(),
            generated: None,
            gap: Some(replies::GapNoted {
                question: format!("Do you mend kites of type {n}?"),
                lang: None,
                kind: KbGapType::Missing,
                nearest: None,
            }),
        };
        [2, 121].into_iter().for_each(|n| ledger.write(gap(n)).unwrap());
        // A model reads one while its words go.
        ledger.write(asks::Again { conversation_id: conversation(2), by_model: false }).unwrap();
        let ask: Value =
            ledger.sql.first("SELECT id AS value FROM asks", bind![]).unwrap().unwrap();
        let take = asks::Take { ask: ask.value.clone(), holder: "a".to_owned() };
        assert!(ledger.write(take).unwrap().is_some());

        // Somebody asked for a suggestion, and may ask for the same once more.
        let [name, request, attempt] = ["k", "r", "1"].map(str::to_owned);
        ledger.write(Begin { name: name.clone(), request, attempt: attempt.clone() }).unwrap();
        let body = "Do you mend kites of type 2?".to_owned();
        let answer = Some(Answer { status: 200, headers: Vec::new(), body });
        let end = End::Done { answer, subject: None };
        ledger.write(Finish { name, attempt, end }).unwrap();

        set(&ledger, transcripts).unwrap();
        let answered = answers::find(&ledger.sql, conversation(2).as_str()).unwrap().len();
        assert!(run(&ledger) > 2, "some at a time");
        assert!(!words(&ledger, 1) && !words(&ledger, 120) && words(&ledger, 121));
        assert_eq!(ledger.customers().len(), 120, "people stay");
        let mut late = answers::of_model(&ledger.sql, conversation(2).as_str()).unwrap();
        let quote = Evidence { message: 0, quote: "hello".to_owned() };
        late.iter_mut().for_each(|given| given.answer.evidence = vec![quote.clone()]);
        let done = asks::Done { ask: ask.value, revision: 1, answers: late, run: None };
        ledger.write(done).unwrap();
        let dump = ledger.sql.dump();
        assert!(!dump.contains("kites of type 2?") && dump.contains("kites of type 121?"));
        let left = answers::find(&ledger.sql, conversation(2).as_str()).unwrap();
        assert!(left.len() == answered && left.iter().all(|a| a.answer.evidence.is_empty()));
        assert_eq!(preview(&ledger, transcripts), (0, 0));

        set(&ledger, RetentionSettings { customers_days: Some(5), ..NONE }).unwrap();
        assert_eq!(run(&ledger), 3, "some at a time");
        let emails: Vec<_> = ledger.customers().into_iter().filter_map(|c| c.email).collect();
        assert_eq!(emails, ["1@example.com"]);
    }

    #[test]
    fn who_has_begun_to_talk_again_is_not_let_go_of() {
        let ledger = Ledger::new();
        ledger.write(closing(&ledger, 1, 1, 1, Some("1@example.com"))).unwrap();
        ledger.write(closing(&ledger, 2, 1, 2, Some("2@example.com"))).unwrap();
        ledger.wait(10 * DAY_MS);
        let mut summary = conversations::summary(&ledger.sql, &conversation(1)).unwrap().unwrap();
        summary.conversation_id = conversation(3);
        summary.ended_at = None;
        let opened_at = ledger.at(|cx| cx.now);
        ledger.write(first_telling(summary, Some(visitor(1)), opened_at)).unwrap();
        let customers = RetentionSettings { customers_days: Some(5), ..NONE };
        assert_eq!(preview(&ledger, customers).0, 1);
        set(&ledger, customers).unwrap();
        run(&ledger);
        let emails: Vec<_> = ledger.customers().into_iter().filter_map(|c| c.email).collect();
        assert_eq!(emails, ["1@example.com"]);
    }

    #[test]
    fn events_go_that_everybody_has_and_their_counts_and_the_days_stay() {
        let ledger = Ledger::new();
        let count = |query: &str| {
            ledger.sql.count(&format!("SELECT count(*) AS n FROM {query}"), bind![]).unwrap()
        };
        for n in 1..=5 {
            ledger.write(closing(&ledger, n, 1, n, None)).unwrap();
        }
        // As if they had been there before it was noted when they are put in.
        ledger.sql.run("DELETE FROM event_days", bind![]).unwrap();
        let old = count("events");
        assert!(old > 10);
        let events = RetentionSettings { events_days: Some(30), ..NONE };
        set(&ledger, events).unwrap();
        ledger.wait(40 * DAY_MS);
        assert_eq!(ledger.read(Preview { settings: events }).events, 0, "nobody knows how old");
        run(&ledger);
        assert_eq!(count("events"), old);
        ledger.write(closing(&ledger, 6, 1, 6, None)).unwrap();
        let first_day = count("events") - old;
        ledger.wait(20 * DAY_MS);
        ledger.write(closing(&ledger, 7, 1, 7, None)).unwrap();
        let all = count("events");
        let (rows, counts) = (count("export_rows"), count("event_counts"));
        // The platform's own sinks are behind: nothing goes that they have not had.
        assert_eq!(ledger.read(Preview { settings: events }).events, 0);
        run(&ledger);
        assert_eq!(count("events"), all);
        ledger.sql.run("UPDATE tap SET seq = (SELECT max(seq) FROM events)", bind![]).unwrap();
        for (seq, state) in [(1, "waiting"), (2, "dead"), (3, "delivered"), (all, "delivered")] {
            ledger
                .sql
                .run(
                    "INSERT INTO deliveries (seq, endpoint, lane, state) VALUES (?, 'wh_1', 'l', ?)",
                    bind![seq as i64, state],
                )
                .unwrap();
        }
        // The first day that is noted is twenty days old, and what was before it may be as young.
        assert_eq!(ledger.read(Preview { settings: events }).events, 0);
        run(&ledger);
        assert_eq!(count("events"), all);
        ledger.wait(15 * DAY_MS);
        assert_eq!(ledger.read(Preview { settings: events }).events, old - 2 + first_day);
        assert!(run(&ledger) > 1, "some at a time");
        assert_eq!(count("events"), all - old - first_day + 2);
        assert_eq!(count("events WHERE seq IN (1, 2)"), 2, "what was not taken stays");
        assert_eq!(count("deliveries"), 3);
        assert_eq!(ledger.read(Preview { settings: events }).events, 0);
        assert_eq!((count("export_rows"), count("event_counts")), (rows, counts));
        // A conversation whose events have gone tells none of them again.
        let told = "SELECT count(*) AS n FROM events_gone";
        assert!(ledger.sql.count(told, bind![]).unwrap() > 0);
        let again = "SELECT count(*) AS n FROM events e JOIN events_gone g ON g.id = e.id";
        ledger.write(closing(&ledger, 6, 2, 6, None)).unwrap();
        assert_eq!(ledger.sql.count(again, bind![]).unwrap(), 0);
        ledger.wait(1_000 * DAY_MS);
        run(&ledger);
        assert_eq!((count("events"), count("event_days")), (2, 0));
        let next = ledger.write(closing(&ledger, 8, 1, 8, None)).unwrap();
        assert!(!next.duplicate);
        assert!(count(&format!("events WHERE seq > {all}")) > 0, "no place is given twice");
    }

    #[test]
    fn a_number_of_days_has_its_range() {
        let ledger = Ledger::new();
        for days in [0, MOST_DAYS + 1, u32::MAX] {
            let refused = set(&ledger, RetentionSettings { accesses_days: Some(days), ..NONE });
            assert_eq!(refused.unwrap_err().public().code, Code::InvalidField, "{days}");
        }
        assert_eq!(set(&ledger, RetentionSettings { accesses_days: Some(1), ..NONE }).unwrap(), 1);
    }
}
