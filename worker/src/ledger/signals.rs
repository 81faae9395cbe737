//! The counts behind the signals dashboard: one row a day, name, channel and detail, counted as events
//! are put in.

use super::cx::Cx;
use super::op::{Op, Read, Room};
use super::settings;
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use askwell::conversation::Platform;
use askwell::event::{Event, Name};
use askwell::metrics::period::Period;
use askwell::metrics::signals::{self, Counts, EventCount, Report};
use askwell::time::{Day, UnixMillis};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room { ops: &[Op::read::<Get>()], ..Room::EMPTY };

/// The modules of the dashboard.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Which days.
    pub period: Period,
    /// Only this channel.
    pub channel: Option<Platform>,
}

impl Call for Get {
    const NAME: &'static str = "signals.get";
    type Out = Vec<Report>;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Vec<Report>> {
        #[derive(Deserialize)]
        struct Row {
            day: Day,
            name: String,
            channel: String,
            detail: String,
            n: u64,
        }
        let last = self.period.last;
        // Of the days before those that are needed, the first of each is enough to know of it.
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT day, name, channel, detail, n FROM event_counts WHERE day BETWEEN ?1 AND ?2
             UNION ALL SELECT min(day), name, channel, detail, n FROM event_counts WHERE day < ?1 GROUP BY name, channel, detail",
            bind![signals::needed(self.period).to_string(), last.to_string()],
        )?;
        let rows = rows
            .into_iter()
            .filter_map(|row| {
                Some(EventCount {
                    day: row.day,
                    name: Name::parse(&row.name)?,
                    channel_type: Platform::parse(&row.channel),
                    detail: Some(row.detail).filter(|detail| !detail.is_empty()),
                    count: row.n,
                })
            })
            .collect();
        let since = since(cx)?;
        Ok(signals::modules(&Counts { since, rows }, self.period, self.channel))
    }
}

/// The first day on which Askwell's own events were counted: that on which the workspace was made, or, where older
/// conversations were handed over, that of the first. Events that are handed in may be of any time and say nothing.
fn since(cx: &Cx) -> Outcome<Day> {
    #[derive(Deserialize)]
    struct First {
        at: Option<i64>,
    }
    let made = settings::read(cx.sql)?.created_at;
    let first: Option<First> =
        cx.sql.first("SELECT min(started_at) AS at FROM conversations", bind![])?;
    Ok(first.and_then(|first| first.at).map_or(made, |at| made.min(UnixMillis(at))).day())
}

/// Counts an event that is new.
pub fn count(cx: &Cx, event: &Event) -> Outcome<()> {
    let detail = signals::detail(event.name).and_then(|field| event.payload.text(field));
    cx.sql.run(
        "INSERT INTO event_counts (day, name, channel, detail, n) VALUES (?, ?, ?, ?, 1)
         ON CONFLICT (day, name, channel, detail) DO UPDATE SET n = n + 1",
        bind![
            event.occurred_at.day().to_string(),
            event.name.as_str(),
            event.payload.channel_type.map_or("", Platform::as_str),
            detail.unwrap_or_default()
        ],
    )
}
