//! How long conversations lasted and which of them were handed on, filed in the order of their list: the rows
//! of a long list tell it themselves, but those with something seldom lie far apart.

use super::list::Wanted;
use crate::bind;
use crate::fault::Outcome;
use crate::ledger::filing::{self, Filed};
use crate::ledger::listing::{Listed, Set};
use crate::sql::{Migration, Sql};
use askwell::conversation::DurationBand;
use std::borrow::Cow;

/// What is filed of a row: the band of [`DurationBand`], which a test compares, and whether it was handed on.
macro_rules! kept {
    ($row:literal) => {
        kept!($row, "", "")
    };
    ($row:literal, $from:literal, $which:literal) => {
        concat!(
            "SELECT CASE WHEN ",
            $row,
            ".ended_at - ",
            $row,
            ".started_at < 60000 THEN 'under-1m' WHEN ",
            $row,
            ".ended_at - ",
            $row,
            ".started_at < 300000 THEN '1m-5m' WHEN ",
            $row,
            ".ended_at - ",
            $row,
            ".started_at < 1800000 THEN '5m-30m' WHEN ",
            $row,
            ".ended_at - ",
            $row,
            ".started_at < 7200000 THEN '30m-2h' WHEN ",
            $row,
            ".ended_at - ",
            $row,
            ".started_at < 86400000 THEN '2h-24h' ELSE 'over-24h' END AS kept, ",
            $row,
            ".started_at AS started_at, ",
            $row,
            ".id AS id ",
            $from,
            " WHERE ",
            $row,
            ".ended_at IS NOT NULL",
            $which,
            " UNION ALL SELECT 'transferred', ",
            $row,
            ".started_at, ",
            $row,
            ".id ",
            $from,
            " WHERE ",
            $row,
            ".transferred = 1",
            $which
        )
    };
}

/// Takes out what is filed of the row as it was: a look at each place where it may stand. Put as a list of the places
/// where it does stand, it would have read the whole file.
macro_rules! lose {
    () => {
        "DELETE FROM conversations_kept WHERE kept IN ('under-1m', '1m-5m', '5m-30m', '30m-2h', '2h-24h', 'over-24h', 'transferred') AND started_at = old.started_at AND id = old.id"
    };
}

/// The file, empty. `conversations/5`, which no release had, made two indexes at once.
pub const MIGRATION: Migration = Migration {
    id: "conversations/6",
    statements: &[
        "DROP INDEX IF EXISTS conversations_by_duration",
        "DROP INDEX IF EXISTS conversations_transferred",
        "CREATE TABLE conversations_kept (kept TEXT NOT NULL, started_at INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kept, started_at, id)) WITHOUT ROWID",
        concat!(
            "CREATE TRIGGER conversations_kept_put AFTER INSERT ON conversations BEGIN
               INSERT OR IGNORE INTO conversations_kept (kept, started_at, id) ",
            kept!("new"),
            "; END"
        ),
        concat!(
            "CREATE TRIGGER conversations_kept_changed AFTER UPDATE OF started_at, ended_at, transferred ON conversations WHEN (new.started_at, new.ended_at, new.transferred) IS NOT (old.started_at, old.ended_at, old.transferred) BEGIN
               ",
            lose!(),
            ";
               INSERT OR IGNORE INTO conversations_kept (kept, started_at, id) ",
            kept!("new"),
            "; END"
        ),
        concat!(
            "CREATE TRIGGER conversations_kept_gone AFTER DELETE ON conversations BEGIN
               ",
            lose!(),
            "; END"
        ),
        "INSERT INTO jobs (kind, subject, due_at) VALUES ('keep', '', 0)",
    ],
};

/// The rows of a store of before are filed.
#[derive(Debug)]
pub struct Traits;

impl Filed for Traits {
    const KIND: &'static str = "keep";
    const SOME: &'static str = concat!(
        "INSERT OR IGNORE INTO conversations_kept (kept, started_at, id) ",
        kept!("c", "FROM conversations c", " AND c.id > ?1 AND c.id <= ?2")
    );
    const LAST: &'static [&'static str] = &[];
}

/// By what conversations are filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// How long they lasted.
    Lasted(DurationBand),
    /// That they were handed on.
    Transferred,
}

/// Leaves of a list those of which this is true: from the file, or, as long as some are not filed, row by row.
pub fn narrow(sql: &Sql, wanted: &mut Wanted, kept: Kept) -> Outcome<()> {
    if !filing::is_under_way::<Traits>(sql)? {
        let name = match kept {
            Kept::Lasted(band) => band.as_str(),
            Kept::Transferred => "transferred",
        };
        wanted.sets.push(Set { values: bind![name], ..KEPT });
        return Ok(());
    }
    match kept {
        Kept::Transferred => wanted.add("i.transferred = 1", Vec::new()),
        Kept::Lasted(band) => {
            let place = DurationBand::ALL.iter().position(|other| *other == band);
            let before = place.and_then(|place| DurationBand::ALL.get(place.checked_sub(1)?));
            if let Some(begin) = before.and_then(|band| band.end_ms()) {
                wanted.add("i.ended_at - i.started_at >= ?", bind![begin]);
            }
            wanted.add(
                "i.ended_at - i.started_at < ?",
                bind![band.end_ms().unwrap_or(i64::MAX >> 11)],
            );
        }
    }
    Ok(())
}

/// Those that are filed by something.
const KEPT: Set = Set {
    size: "SELECT 1 FROM conversations_kept WHERE kept = ?",
    key: "id",
    all: "SELECT id AS k FROM conversations_kept WHERE kept = ?",
    one: Cow::Borrowed(
        "EXISTS (SELECT 1 FROM conversations_kept k WHERE k.kept = ? AND k.started_at = i.started_at AND k.id = i.id)",
    ),
    listed: Some(Listed { table: "conversations_kept", rows: "i.kept = ?" }),
    values: Vec::new(),
    held: 0,
    few: 4_000,
    asked: 5_000,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::conversations::{List, Register};
    use crate::ledger::tests::{Ledger, Walk, closing, first_telling, under_way};
    use crate::ledger::{customers, fields};
    use askwell::api::{AnswerFilter, ConversationSearch, ConversationSummary};
    use askwell::conversation::Status;
    use askwell::time::UnixMillis;

    const MINUTE: i64 = 60_000;

    /// The conversations that are found by each band and by whether they were handed on, alone and with an answer.
    fn found(ledger: &Ledger) -> Vec<Vec<String>> {
        let bands = std::iter::once(None).chain(DurationBand::ALL.into_iter().map(Some));
        let field_id = ledger.read(fields::List).list.fields[0].id.clone();
        let answer = AnswerFilter { field_id, value: "value 1".to_owned() };
        let mut all = Vec::new();
        for lasted in bands {
            for transferred in [None, Some(true), Some(false)] {
                for answers in [Vec::new(), vec![answer.clone()]] {
                    let search =
                        ConversationSearch { lasted, transferred, answers, ..Default::default() };
                    let items = ledger.read(List { search }).items.into_iter();
                    all.push(items.map(|row| row.conversation_id.to_string()).collect());
                }
            }
        }
        all
    }

    /// Conversation `n` ends after some minutes.
    fn end(ledger: &Ledger, n: u32, revision: u32, minutes: i64, transferred: bool) {
        let mut record = closing(ledger, n, revision, n, None);
        record.closed.started_at = UnixMillis(record.closed.ended_at.0 - minutes * MINUTE);
        record.closed.transferred = transferred;
        ledger.write(record).unwrap();
    }

    /// How many rows are not filed as they stand, or do not stand as they are filed.
    fn misfiled(sql: &Sql) -> u64 {
        let stands = kept!("c", "FROM conversations c", "");
        let filed = "SELECT kept, started_at, id FROM conversations_kept";
        let strays = format!(
            "SELECT (SELECT count(*) FROM (SELECT * FROM ({stands}) EXCEPT {filed})) + (SELECT count(*) FROM ({filed} EXCEPT SELECT * FROM ({stands}))) AS n"
        );
        sql.count(&strays, bind![]).unwrap()
    }

    /// Makes a ledger one of before, of which nothing is filed.
    fn unfile(ledger: &Ledger) {
        for statement in [
            "DROP TRIGGER conversations_kept_put",
            "DROP TRIGGER conversations_kept_changed",
            "DROP TRIGGER conversations_kept_gone",
            "DROP TABLE conversations_kept",
            "DELETE FROM migrations WHERE id = 'conversations/6'",
        ] {
            ledger.sql.run(statement, bind![]).unwrap();
        }
        ledger.sql.made([&MIGRATION]);
    }

    #[test]
    fn a_store_of_before_is_filed_while_it_is_read_and_written() {
        let ledger = Ledger::new();
        for n in 0..14 {
            end(&ledger, n, 1, [0, 2, 9, 40, 300, 2_000, 5][n as usize % 7], n % 3 == 0);
        }
        let summary = under_way(20, Status::InProgress, UnixMillis(1));
        ledger.write(first_telling(summary, None, UnixMillis(1))).unwrap();
        assert_eq!(misfiled(&ledger.sql), 0);
        let filed = found(&ledger);
        assert!(filed.iter().step_by(6).all(|all| !all.is_empty()), "{filed:?}");
        unfile(&ledger);
        assert_eq!(found(&ledger), filed, "of which nothing is filed");
        ledger.at(|cx| filing::file::<Traits>(cx, "", 4)).unwrap();
        assert_eq!(found(&ledger), filed, "of which some is");
        assert!(misfiled(&ledger.sql) > 0);
        // Of those that are filed and of those that are not.
        for n in 0..9 {
            end(&ledger, n, 2, i64::from(n) * 8, n % 2 == 0);
        }
        end(&ledger, 20, 1, 3, true);
        let reopened = under_way(3, Status::InProgress, UnixMillis(1));
        let version = 100;
        let opened_at = Some(UnixMillis(1));
        let call = Register {
            summary: reopened,
            version,
            visitor_id: None,
            opened_at,
            last_at: None,
            said: None,
        };
        ledger.write(call).unwrap();
        let between = found(&ledger);
        assert_ne!(between, filed);
        ledger.file();
        assert_eq!(misfiled(&ledger.sql), 0);
        assert_eq!(found(&ledger), between);
        // Now it is the file that is read.
        ledger.sql.run("DELETE FROM conversations_kept", bind![]).unwrap();
        assert!(found(&ledger)[2].is_empty());
    }

    #[test]
    fn whatever_becomes_of_conversations_they_stand_filed_as_they_are() {
        let ledger = Ledger::new();
        let mut walk = Walk(7);
        let mut revisions = [0; 12];
        for _ in 0..200 {
            let n = walk.below(12);
            revisions[n as usize] += 1;
            let minutes = i64::from([0, 1, 4, 5, 29, 31, 119, 121, 1_500][walk.below(9) as usize]);
            end(&ledger, n, revisions[n as usize], minutes, walk.below(2) == 0);
            assert_eq!(misfiled(&ledger.sql), 0);
            let summary = ConversationSummary {
                transferred: walk.below(2) == 0,
                ended_at: Some(UnixMillis(1)),
                ..under_way(n, Status::Completed, UnixMillis(1))
            };
            let told = first_telling(summary, None, UnixMillis(1));
            // As versions of closings are counted in these tests.
            ledger.write(Register { version: revisions[n as usize] * 2 + 1, ..told }).unwrap();
            assert_eq!(misfiled(&ledger.sql), 0);
        }
        for customer in ledger.customers().into_iter().take(5) {
            let call =
                customers::Erase { customer_id: customer.customer_id, by: "ke_1".to_owned() };
            ledger.write(call).unwrap();
            assert_eq!(misfiled(&ledger.sql), 0);
        }
    }
    #[test]
    fn what_is_taken_out_is_looked_up_and_not_searched_for() {
        #[derive(serde::Deserialize)]
        struct Step {
            detail: String,
        }
        let ledger = Ledger::new();
        let statement = lose!().replace("old.started_at", "?1").replace("old.id", "?2");
        let plan = format!("EXPLAIN QUERY PLAN {statement}");
        let steps: Vec<Step> = ledger.sql.rows(&plan, bind![1, "cv_1"]).unwrap();
        let steps: Vec<_> = steps.into_iter().map(|step| step.detail).collect();
        let looked_up = "PRIMARY KEY (kept=? AND started_at=? AND id=?)";
        assert!(steps.iter().all(|step| step.contains(looked_up)), "{steps:?}");
    }
}
