//! What asking costs and brings: for each conversation that has ended, its side and what became of its
//! questions, and counts of all that which move with it.

use super::cx::Cx;
use super::op::{Op, Read, Room};
use super::record::Record;
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::Migration;
use askwell::conversation::Platform;
use askwell::detect::Kind;
use askwell::enrichment::report::{self, Count, EnrichmentReport, Fact};
use askwell::metrics::period::Period;
use askwell::prompt::Arm;
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "asking/1",
        statements: &[
            "CREATE TABLE asking (conversation_id TEXT NOT NULL, field TEXT NOT NULL, moment TEXT NOT NULL, result TEXT NOT NULL, arm TEXT NOT NULL, day TEXT NOT NULL, channel TEXT NOT NULL, PRIMARY KEY (conversation_id, field, moment)) WITHOUT ROWID",
            "CREATE TABLE asking_counts (day TEXT NOT NULL, channel TEXT NOT NULL, arm TEXT NOT NULL, field TEXT NOT NULL, moment TEXT NOT NULL, result TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (day, channel, arm, field, moment, result)) WITHOUT ROWID",
        ],
    }],
    ops: &[Op::read::<Report>()],
    ..Room::EMPTY
};

/// The numbers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// Over which days.
    pub period: Period,
    /// Only this channel.
    pub channel: Option<Platform>,
}

impl Call for Report {
    const NAME: &'static str = "asking.report";
    type Out = EnrichmentReport;
}

impl Read for Report {
    fn run(self, cx: &Cx) -> Outcome<EnrichmentReport> {
        #[derive(Deserialize)]
        struct Row {
            arm: String,
            field: String,
            moment: String,
            result: String,
            n: u64,
        }
        let rows: Vec<Row> = cx.sql.rows(
            "SELECT arm, field, moment, result, sum(n) AS n FROM asking_counts
             WHERE day BETWEEN ?1 AND ?2 AND (?3 = '' OR channel = ?3) GROUP BY 1, 2, 3, 4 HAVING sum(n) > 0",
            bind![
                self.period.first.to_string(),
                self.period.last.to_string(),
                self.channel.map_or("", Platform::as_str)
            ],
        )?;
        let counts: Vec<Count> = rows
            .into_iter()
            .filter_map(|row| {
                let arm = Arm::ALL.into_iter().find(|arm| arm.code() == row.arm)?;
                let fact = Fact::parse(&row.field, &row.moment, &row.result)?;
                Some(Count { arm, fact, n: row.n })
            })
            .collect();
        Ok(report::report(&counts, self.period, self.channel))
    }
}

/// Counts a closing in place of the one before. What has not ended is not counted yet, nor are tests,
/// nor conversations in which asking was switched off.
pub fn put(cx: &Cx, record: &Record) -> Outcome<()> {
    let closed = &record.closed;
    let id = closed.conversation_id.as_str();
    let arm = record.session.arm().filter(|_| !closed.test_mode);
    if !closed.status.is_terminal() {
        return Ok(());
    }
    change(cx, id, || {
        let Some(arm) = arm else { return Ok(()) };
        let given = Kind::ALL.into_iter().filter(|kind| closed.facts.get(*kind).is_some());
        let asks = closed.policy.report();
        let facts = core::iter::once(Fact::Conversation)
            .chain(given.map(Fact::Given))
            .chain(asks.iter().map(|ask| Fact::Ask(ask.field, ask.moment, ask.result)));
        let (day, channel) = (closed.ended_at.day().to_string(), closed.platform.as_str());
        for fact in facts {
            let [field, moment, result] = fact.columns();
            cx.sql.run(
                "INSERT INTO asking (conversation_id, field, moment, result, arm, day, channel) VALUES (?, ?, ?, ?, ?, ?, ?)",
                bind![id, field, moment, result, arm.code(), day.as_str(), channel],
            )?;
        }
        Ok(())
    })
}

/// Takes a conversation out of the counts.
pub fn forget(cx: &Cx, conversation: &str) -> Outcome<()> {
    change(cx, conversation, || Ok(()))
}

/// Lets a conversation's rows be written anew, and moves the counts along.
fn change(cx: &Cx, conversation: &str, write: impl FnOnce() -> Outcome<()>) -> Outcome<()> {
    let count = |by: i64| {
        cx.sql.run(
            "INSERT INTO asking_counts (day, channel, arm, field, moment, result, n)
             SELECT day, channel, arm, field, moment, result, ?2 FROM asking WHERE conversation_id = ?1
             ON CONFLICT (day, channel, arm, field, moment, result) DO UPDATE SET n = n + excluded.n",
            bind![conversation, by],
        )
    };
    count(-1)?;
    cx.sql.run("DELETE FROM asking WHERE conversation_id = ?", bind![conversation])?;
    write()?;
    count(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::customers;
    use crate::ledger::tests::{Ledger, closing, conversation, fact};
    use askwell::conversation::Status;
    use askwell::session::{Options, Session};
    use askwell::time::UnixMillis;

    /// A closing in which a visitor said these things.
    fn talk(ledger: &Ledger, n: u32, revision: u32, held_out: bool, said: &[&str]) -> Record {
        let mut record = closing(ledger, n, revision, n, None);
        let mut session = Session::new(Options::default(), &[], UnixMillis(0));
        if held_out {
            session.hold_out(UnixMillis(0));
        }
        for text in said {
            session.visitor(text, UnixMillis(0));
        }
        record.closed.policy = session.policy().clone();
        record.session = session;
        record
    }

    const SEND: &str = "could you send me the invoice?";

    fn email(ledger: &Ledger, channel: Option<Platform>) -> [(u64, u64, u64, u64, u64); 2] {
        let period =
            Period::new("2026-06-01".parse().unwrap(), "2026-06-02".parse().unwrap()).unwrap();
        let report = ledger.read(Report { period, channel });
        let side = |at: usize| {
            let arm = &report.arms[at];
            let field = &arm.fields[1];
            let total = field.total;
            (arm.conversations, field.given, total.asks, total.answered, total.left)
        };
        [side(0), side(1)]
    }

    #[test]
    fn a_conversation_is_counted_as_it_ended_last() {
        let ledger = Ledger::new();
        let mut open = talk(&ledger, 1, 1, false, &[SEND]);
        open.closed.status = Status::InProgress;
        ledger.write(open).unwrap();
        assert_eq!(email(&ledger, None), [(0, 0, 0, 0, 0); 2], "it has not ended");

        ledger.write(talk(&ledger, 1, 2, false, &[SEND])).unwrap();
        assert_eq!(email(&ledger, None), [(1, 0, 1, 0, 1), (0, 0, 0, 0, 0)]);
        ledger.write(talk(&ledger, 1, 2, false, &[SEND])).unwrap();
        assert_eq!(email(&ledger, None)[0], (1, 0, 1, 0, 1), "a repeat changes nothing");

        let mut answered = talk(&ledger, 1, 3, false, &[SEND, "ana@example.com"]);
        answered.closed.facts.email = fact("ana@example.com", 0);
        ledger.write(answered).unwrap();
        assert_eq!(email(&ledger, None)[0], (1, 1, 1, 1, 0), "reopened, and answered");
        assert_eq!(email(&ledger, Some(Platform::Line)), [(0, 0, 0, 0, 0); 2]);
    }

    #[test]
    fn both_sides_are_counted_and_what_is_no_part_of_it_is_not() {
        let ledger = Ledger::new();
        ledger.write(talk(&ledger, 1, 1, false, &[SEND])).unwrap();
        ledger.write(talk(&ledger, 2, 1, true, &[SEND, "it was two lamps"])).unwrap();
        let mut test = talk(&ledger, 3, 1, false, &[SEND]);
        test.closed.test_mode = true;
        ledger.write(test).unwrap();
        let mut off = closing(&ledger, 4, 1, 4, None);
        let mut options = Options::default();
        options.prompt.enabled = false;
        off.session = Session::new(options, &[], UnixMillis(0));
        ledger.write(off).unwrap();
        assert_eq!(email(&ledger, None), [(1, 0, 1, 0, 1), (1, 0, 1, 0, 0)]);
        let others = "SELECT count(*) AS n FROM asking WHERE conversation_id NOT IN (?, ?)";
        let ids = [1, 2].map(|n| conversation(n).to_string());
        let [one, two] = ids.each_ref().map(String::as_str);
        assert_eq!(ledger.sql.count(others, bind![one, two]).unwrap(), 0);
    }

    #[test]
    fn who_is_erased_is_counted_no_more() {
        let ledger = Ledger::new();
        let customer_id = ledger.write(talk(&ledger, 1, 1, false, &[SEND])).unwrap().customer_id;
        ledger.write(talk(&ledger, 2, 1, false, &[SEND])).unwrap();
        ledger.write(customers::Erase { customer_id, by: "test".to_owned() }).unwrap();
        assert_eq!(email(&ledger, None)[0], (1, 0, 1, 0, 1));
    }
}
