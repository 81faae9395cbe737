//! The sinks that belong to the platform and cannot refuse: the log (`LOG_EVENTS`) and Workers Analytics
//! Engine (the binding `ANALYTICS`). Each event goes there once in the ledger's order; when the machine
//! dies in between, up to [`EVENTS_AT_ONCE`] go there again. Webhooks are [`super::lanes`]' business.

use super::Workspace;
use super::cx::Cx;
use super::op::Room;
use crate::bind;
use crate::config;
use crate::fault::{Outcome, from_json};
use crate::jobs::{self, Job, Next, Work};
use crate::sql::{Migration, Sql};
use askwell::event::point::{DataPoint, data_point};
use serde::Deserialize;
use worker::{AnalyticsEngineDataPointBuilder, AnalyticsEngineDataset};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "tap/1",
        statements: &[
            "CREATE TABLE tap (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL)",
            "INSERT INTO tap (one, seq) SELECT 1, coalesce(max(seq), 0) FROM events",
        ],
    }],
    jobs: &[Job::of::<Tap>()],
    ..Room::EMPTY
};

/// Events of one waking: an invocation may write 250 data points, and 256 kB of log.
const EVENTS_AT_ONCE: i64 = 200;

/// Lets an event that is new go there.
pub fn wake(cx: &Cx) -> Outcome<()> {
    jobs::put(cx.sql, Tap::KIND, "", cx.now.plus(super::SOON_MS))
}

struct Tap;

impl Work<Workspace> for Tap {
    const KIND: &'static str = "tap";

    async fn run(ledger: &Workspace, _subject: &str) -> Outcome<Next> {
        let sql = ledger.sql();
        let log = config::log_events(&ledger.env);
        let analytics = ledger.env.analytics_engine(config::ANALYTICS).ok();
        if !log && analytics.is_none() {
            // What happens from the first day on that somebody wants it, not all that ever did.
            skip(&sql)?;
            return Ok(Next::Done);
        }
        let events = next(&sql)?;
        for event in &events {
            if log {
                worker::console_log!("{}", event.body);
            }
            if let Some(dataset) = &analytics {
                write(data_point(&from_json("event", &event.body)?), dataset)?;
            }
        }
        let Some(last) = events.last() else { return Ok(Next::Done) };
        pass(&sql, last.seq)?;
        let more = events.len() as i64 == EVENTS_AT_ONCE;
        Ok(if more { Next::At(config::now(&ledger.env)) } else { Next::Done })
    }
}

fn write(point: DataPoint, dataset: &AnalyticsEngineDataset) -> Outcome<()> {
    let builder = AnalyticsEngineDataPointBuilder::new()
        .indexes([point.index.as_str()])
        .blobs(point.blobs)
        .doubles(point.doubles);
    Ok(builder.write_to(dataset)?)
}

#[derive(Deserialize)]
struct Event {
    seq: i64,
    body: String,
}

fn next(sql: &Sql) -> Outcome<Vec<Event>> {
    sql.rows(
        "SELECT seq, body FROM events WHERE seq > (SELECT seq FROM tap) ORDER BY seq LIMIT ?",
        bind![EVENTS_AT_ONCE],
    )
}

fn pass(sql: &Sql, seq: i64) -> Outcome<()> {
    sql.run("UPDATE tap SET seq = max(seq, ?)", bind![seq])
}

fn skip(sql: &Sql) -> Outcome<()> {
    sql.run("UPDATE tap SET seq = (SELECT coalesce(max(seq), 0) FROM events)", bind![])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::tests::{Ledger, closing};

    #[test]
    fn each_event_passes_once_and_in_order() {
        let ledger = Ledger::new();
        for n in 0..70 {
            ledger.write(closing(&ledger, n, 1, n, None)).unwrap();
        }
        let all = ledger.sql.count("SELECT count(*) AS n FROM events", bind![]).unwrap() as usize;
        assert!(all > 200, "{all} events are too few to show it");
        let mut seen = Vec::new();
        loop {
            let events = next(&ledger.sql).unwrap();
            let Some(last) = events.last() else { break };
            pass(&ledger.sql, last.seq).unwrap();
            seen.extend(events.iter().map(|event| event.seq));
        }
        assert_eq!(seen.len(), all);
        assert!(seen.windows(2).all(|pair| pair[0] < pair[1]));
        ledger.write(closing(&ledger, 99, 1, 99, None)).unwrap();
        skip(&ledger.sql).unwrap();
        assert!(next(&ledger.sql).unwrap().is_empty());
    }
}
