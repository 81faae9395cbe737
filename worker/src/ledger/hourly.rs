//! What a workspace does every hour: it seals the days that are over, has its keys wrapped with the installation's key
//! of today, and lets go of what is too old.
//!
//! Each does so by its own alarm, so that it makes no difference how many there are. The cron trigger calls at some of
//! them as well, see [`crate::hourly`]: one that nobody has asked anything since a version before has no such alarm.

use super::op::{Op, Room, Task, Write};
use super::{Workspace, data_keys, exports, retention, seal, settings};
use crate::config;
use crate::fault::{Outcome, complain};
use crate::jobs::{Job, Next, Work};
use crate::rpc::Call;
use crate::sql::Migration;
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "hourly/1",
        statements: &["INSERT INTO jobs (kind, subject, due_at) VALUES ('hourly', '', 0)"],
    }],
    ops: &[Op::task::<Tend>()],
    jobs: &[Job::of::<Hourly>()],
};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// Does what is due.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tend;

impl Call for Tend {
    const NAME: &'static str = "hourly.tend";
    type Out = ();
}

impl Task for Tend {
    async fn run(self, ledger: &Workspace) -> Outcome<()> {
        let sealed = seal_due(ledger).await;
        ledger.write(|cx| data_keys::Rotate.run(cx)).await?;
        ledger.write(|cx| retention::Retain.run(cx)).await?;
        sealed
    }
}

/// Does what is due, and again within an hour.
struct Hourly;

impl Work<Workspace> for Hourly {
    const KIND: &'static str = "hourly";

    async fn run(ledger: &Workspace, _subject: &str) -> Outcome<Next> {
        Tend.run(ledger).await?;
        Ok(Next::At(next(config::now(&ledger.env), seal::grace(&ledger.env))))
    }
}

/// In an hour, or when the next day is due.
fn next(now: UnixMillis, grace_ms: i64) -> UnixMillis {
    let of_yesterday = now.day().start().plus(grace_ms);
    let due = if of_yesterday > now { of_yesterday } else { now.day().end().plus(grace_ms) };
    due.min(now.plus(HOUR_MS))
}

/// Seals all days that are over and past their grace. One that cannot be sealed holds up no other: it is noted, told
/// to the operator, and tried again the next time.
async fn seal_due(ledger: &Workspace) -> Outcome<()> {
    let settings = ledger.read(|cx| settings::read(cx.sql))?;
    let days =
        ledger.read(|cx| seal::due_days(cx, settings.created_at, seal::grace(&ledger.env)))?;
    for day in days {
        if let Err(fault) = seal::seal(&ledger.state, &ledger.env, &settings, day).await {
            complain(&format!(
                "{day} of {} could not be sealed, and is tried again within an hour",
                settings.id
            ));
            fault.log("seal");
            ledger.write(move |cx| exports::put_problem(cx, day, fault.public().code)).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_done_every_hour_and_as_soon_as_a_day_is_due() {
        let at = |text: &str| UnixMillis::parse_rfc3339(text).unwrap();
        for (now, expected) in [
            ("2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z"),
            ("2026-11-20T23:30:00Z", "2026-11-21T00:30:00Z"),
            ("2026-11-21T00:30:00Z", "2026-11-21T01:00:00Z"),
            ("2026-11-21T01:00:00Z", "2026-11-21T02:00:00Z"),
        ] {
            assert_eq!(next(at(now), HOUR_MS), at(expected), "{now}");
        }
        assert_eq!(next(at("2026-11-20T23:30:00Z"), 0), at("2026-11-21T00:00:00Z"));
    }
}
