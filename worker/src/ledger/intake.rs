//! Events that other parts of the platform hand in ([`askwell::event::ingest`]).

use super::cx::Cx;
use super::events::{self, Put};
use super::op::{Op, Room, Write};
use crate::fault::Outcome;
use crate::rpc::Call;
use askwell::Code;
use askwell::api::HandedIn;
use askwell::event::ingest::{Batch, Door, Refusal};
use askwell::id::OrgId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room { ops: &[Op::write::<HandIn>()], ..Room::EMPTY };

/// A batch that is handed in: a CloudEvent or an array of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HandIn {
    /// As it came.
    pub batch: Value,
}

impl Call for HandIn {
    const NAME: &'static str = "events.hand-in";
    type Out = HandedIn;
}

impl Write for HandIn {
    fn run(self, cx: &Cx) -> Outcome<HandedIn> {
        let org_id = OrgId::from(cx.workspace);
        let door = Door { org_id: &org_id, workspace_id: cx.workspace, now: cx.now };
        let Batch { events, repeats, refusals } = Batch::read(self.batch, &door)?;
        let mut done = HandedIn { taken: 0, repeats: repeats as u64, refusals };
        for (index, event) in events {
            let refusal = match events::put(cx, &event)? {
                Put::New => {
                    done.taken += 1;
                    continue;
                }
                Put::Known if events::is_stored(cx.sql, &event)? => {
                    done.repeats += 1;
                    continue;
                }
                Put::Known => (
                    Code::IdempotencyConflict,
                    "another event with the same source and id was handed in before",
                ),
                Put::Blocked => (Code::InvalidField, "it looks like personal data"),
            };
            let (code, detail) = refusal;
            done.refusals.push(Refusal { index, code, detail: detail.to_owned() });
        }
        done.refusals.sort_by_key(|refusal| refusal.index);
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bind;
    use crate::ledger::signals;
    use crate::ledger::tests::{Ledger, closing};
    use askwell::event::{Name, Origin};
    use askwell::id::MemberId;
    use askwell::metrics::period::Period;
    use askwell::metrics::signals::{Module, State};
    use serde_json::json;

    fn event(id: &str, name: Name) -> Value {
        let data = match name.origin() {
            Origin::Both => {
                json!({"user_id": MemberId::derive(&[b"m"]), "app_surface": "comments"})
            }
            _ => json!({"user_id": MemberId::derive(&[b"m"])}),
        };
        json!({
            "specversion": "1.0", "id": id, "source": "/kb", "type": format!("askwell.{name}"),
            "time": "2026-05-31T08:00:00Z", "data": data,
        })
    }

    fn hand_in(ledger: &Ledger, batch: Value) -> HandedIn {
        ledger.write(HandIn { batch }).unwrap()
    }

    #[test]
    fn a_batch_that_comes_twice_changes_nothing() {
        let ledger = Ledger::new();
        let batch = json!([event("1", Name::KbCreated), event("2", Name::BillingPlanChanged)]);
        let first = hand_in(&ledger, batch.clone());
        assert_eq!((first.taken, first.repeats), (1, 0));
        assert_eq!(first.refusals[0].code, Code::Forbidden);
        let before = ledger.sql.dump();
        let second = hand_in(&ledger, batch);
        assert_eq!((second.taken, second.repeats, second.refusals.len()), (0, 1, 1));
        assert_eq!(ledger.sql.dump(), before);
        let mut other = event("1", Name::KbCreated);
        other["time"] = json!("2026-05-30T08:00:00Z");
        let third = hand_in(&ledger, json!([event("3", Name::KbCreated), other]));
        assert_eq!((third.taken, third.refusals[0].index), (1, 1));
        assert_eq!(third.refusals[0].code, Code::IdempotencyConflict);
    }

    #[test]
    fn what_is_no_batch_is_refused_whole() {
        let ledger = Ledger::new();
        let many: Vec<Value> = (0..501).map(|n| event(&n.to_string(), Name::KbCreated)).collect();
        let before = ledger.sql.dump();
        for batch in [json!(many), json!("x")] {
            let fault = ledger.write(HandIn { batch }).unwrap_err();
            assert_eq!(fault.public().code, Code::InvalidField);
        }
        assert_eq!(ledger.sql.dump(), before);
        assert_eq!(hand_in(&ledger, json!(many[..500])).taken, 500);
    }

    #[test]
    fn the_counts_are_those_of_the_events() {
        let ledger = Ledger::new();
        for n in 0..3 {
            ledger.write(closing(&ledger, n, 1, n, None)).unwrap();
        }
        hand_in(&ledger, json!([event("1", Name::AiReplyKbGapDetected)]));
        let events = "SELECT count(*) AS n FROM events";
        let counts = "SELECT coalesce(sum(n), 0) AS n FROM event_counts";
        let of = |query| ledger.sql.count(query, bind![]).unwrap();
        assert!(of(events) > 6);
        assert_eq!(of(events), of(counts));
        // What the migration of a ledger without counts makes of its events.
        ledger.sql.run("DELETE FROM event_counts", bind![]).unwrap();
        let made = super::super::events::ROOM.migrations[1].statements[1];
        ledger.sql.run(made, bind![]).unwrap();
        assert_eq!(of(events), of(counts));

        let day = |text: &str| text.parse().unwrap();
        let period = Period::new(day("2026-05-26"), day("2026-06-01")).unwrap();
        let reports = ledger.read(signals::Get { period, channel: None });
        let report = |module| reports.iter().find(|report| report.module == module).unwrap();
        let handled = report(Module::ResolvedRecovered);
        assert_eq!((handled.state, handled.figures[0].count.now), (State::Partial, 3));
        assert_eq!(report(Module::KbGaps).figures[0].count.now, 1);
        assert_eq!(report(Module::ReopenedIssues).state, State::NotEnoughData);
        let later = Period::new(day("2026-08-01"), day("2026-08-02")).unwrap();
        let reports = ledger.read(signals::Get { period: later, channel: None });
        let gaps = reports.iter().find(|report| report.module == Module::KbGaps).unwrap();
        assert_eq!((gaps.state, gaps.figures[0].count.now), (State::Ready, 0), "known of before");
    }

    #[test]
    fn what_is_handed_in_does_not_say_since_when_conversations_are_counted() {
        let ledger = Ledger::new();
        for n in 0..60 {
            ledger.write(closing(&ledger, n, 1, n, None)).unwrap();
        }
        let mut old = event("1", Name::CommentResponderReplySent);
        old["time"] = json!("2025-01-01T08:00:00Z");
        assert_eq!(hand_in(&ledger, json!([old])).taken, 1);
        let rises = |first: &str, last: &str| {
            let period = Period::new(first.parse().unwrap(), last.parse().unwrap()).unwrap();
            let reports = ledger.read(signals::Get { period, channel: None });
            let figures = reports.into_iter().flat_map(|report| report.figures);
            figures.filter(|figure| figure.rise.is_some()).count()
        };
        assert_eq!(rises("2026-05-26", "2026-06-01"), 0, "the workspace is of this day");
        let mut first = closing(&ledger, 60, 1, 60, None);
        first.closed.started_at = first.closed.started_at.plus(-40 * 24 * 3_600_000);
        ledger.write(first).unwrap();
        assert!(rises("2026-05-26", "2026-06-01") > 0, "it has conversations of before");
    }
}
