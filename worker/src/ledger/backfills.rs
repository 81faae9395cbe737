//! Putting questions to conversations that ended before: piece by piece, with a figure of progress; it can
//! be paused and cancelled.

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use super::{Workspace, asks, drafts, llm};
use crate::bind;
use crate::config;
use crate::fault::{Outcome, from_json, to_json};
use crate::jobs::{self, Job, Next, Work};
use crate::rpc::Call;
use crate::sql::{Migration, Sql, word};
use askwell::api::{Backfill, BackfillAction, BackfillList, BackfillState, NewBackfill};
use askwell::time::{Day, UnixMillis};
use askwell::{Code, Error, id};
use serde::{Deserialize, Serialize};

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[Migration {
        id: "backfills/1",
        statements: &[
            "CREATE TABLE backfills (id TEXT PRIMARY KEY, wanted TEXT NOT NULL, state TEXT NOT NULL, total INTEGER NOT NULL, asked INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0, cost_micros INTEGER NOT NULL DEFAULT 0, after_at INTEGER NOT NULL, after_id TEXT NOT NULL DEFAULT '', begun_at INTEGER NOT NULL, begun_by TEXT NOT NULL) WITHOUT ROWID",
        ],
    }],
    ops: &[
        Op::read::<Count>(),
        Op::write::<Begin>(),
        Op::read::<List>(),
        Op::read::<Get>(),
        Op::write::<Act>(),
    ],
    jobs: &[Job::of::<Go>()],
};

/// Conversations of a backfill that are asked about at the same time.
const UNDER_WAY: i64 = 50;
/// How often a backfill looks whether it can go on, where nothing tells it.
const LOOK_MS: i64 = 10_000;
/// Backfills that are listed, the latest first.
const LISTED: i64 = 50;

/// How many conversations a backfill would be about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Count {
    /// Which questions, over which days.
    pub wanted: NewBackfill,
}

impl Call for Count {
    const NAME: &'static str = "backfills.count";
    type Out = u64;
}

impl Read for Count {
    fn run(self, cx: &Cx) -> Outcome<u64> {
        check(cx.sql, &self.wanted)?;
        total(cx.sql, &self.wanted)
    }
}

/// Begins a backfill.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Begin {
    /// Which questions, over which days.
    pub wanted: NewBackfill,
    /// Who wants it.
    pub by: String,
}

impl Call for Begin {
    const NAME: &'static str = "backfills.begin";
    type Out = Backfill;
}

impl Write for Begin {
    fn run(self, cx: &Cx) -> Outcome<Backfill> {
        check(cx.sql, &self.wanted)?;
        let all = cx.sql.count("SELECT count(*) AS n FROM backfills", bind![])?;
        let seed = [cx.now.0.to_le_bytes(), all.to_le_bytes()];
        let id = format!("bf_{}", id::digest(&[&seed[0], &seed[1]]));
        let (first, _) = bounds(&self.wanted);
        let total = i64::try_from(total(cx.sql, &self.wanted)?).unwrap_or(i64::MAX);
        cx.sql.run(
            "INSERT INTO backfills (id, wanted, state, total, after_at, begun_at, begun_by) VALUES (?, ?, 'running', ?, ?, ?, ?)",
            bind![id.as_str(), to_json("backfill", &self.wanted)?, total, first - 1, cx.now.0, self.by],
        )?;
        jobs::put(cx.sql, Go::KIND, &id, cx.now)?;
        get(cx.sql, &id)
    }
}

/// The backfills, the latest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List;

impl Call for List {
    const NAME: &'static str = "backfills.list";
    type Out = BackfillList;
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<BackfillList> {
        let rows: Vec<Row> = cx
            .sql
            .rows("SELECT * FROM backfills ORDER BY begun_at DESC, id LIMIT ?", bind![LISTED])?;
        Ok(BackfillList { backfills: rows.into_iter().map(Row::read).collect::<Outcome<_>>()? })
    }
}

/// One backfill.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Which.
    pub id: String,
}

impl Call for Get {
    const NAME: &'static str = "backfills.get";
    type Out = Backfill;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Backfill> {
        get(cx.sql, &self.id)
    }
}

/// Pauses a backfill, lets it go on, or ends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Act {
    /// Which.
    pub id: String,
    /// What.
    pub action: BackfillAction,
}

impl Call for Act {
    const NAME: &'static str = "backfills.act";
    type Out = Backfill;
}

impl Write for Act {
    fn run(self, cx: &Cx) -> Outcome<Backfill> {
        use BackfillState::{Cancelled, Finished, Paused, Running};
        let state = get(cx.sql, &self.id)?.state;
        let next = match (self.action, state) {
            (BackfillAction::Pause, Running | Paused) => Paused,
            (BackfillAction::Resume, Running | Paused) => Running,
            (BackfillAction::Cancel, Running | Paused | Cancelled) => Cancelled,
            (BackfillAction::Cancel, Finished)
            | (BackfillAction::Pause | BackfillAction::Resume, Finished | Cancelled) => {
                let detail = "the backfill has ended";
                return Err(Error::new(Code::IllegalTransition, detail).into());
            }
        };
        set(cx.sql, &self.id, next)?;
        match next {
            Running => jobs::put(cx.sql, Go::KIND, &self.id, cx.now)?,
            Cancelled => cx
                .sql
                .run("DELETE FROM asks WHERE cause = ? AND failed = 0", bind![self.id.as_str()])?,
            Paused | Finished => {}
        }
        get(cx.sql, &self.id)
    }
}

/// An ask was answered, or given up; for whichever backfill it was made.
pub fn told(cx: &Cx, cause: &str, answered: bool, cost_micros: u64) -> Outcome<()> {
    cx.sql.run(
        "UPDATE backfills SET done = done + ?, failed = failed + ?, cost_micros = cost_micros + ? WHERE id = ?",
        bind![
            i64::from(answered),
            i64::from(!answered),
            i64::try_from(cost_micros).unwrap_or(i64::MAX),
            cause
        ],
    )?;
    // The last of a piece lets the next one go.
    if cause.starts_with("bf_") && under_way(cx.sql, cause)? == 0 {
        jobs::put(cx.sql, Go::KIND, cause, cx.now)?;
    }
    Ok(())
}

/// An attempt of a backfill's came to nothing, and cost this.
pub fn spent(cx: &Cx, cause: &str, cost_micros: u64) -> Outcome<()> {
    cx.sql.run(
        "UPDATE backfills SET cost_micros = cost_micros + ? WHERE id = ?",
        bind![i64::try_from(cost_micros).unwrap_or(i64::MAX), cause],
    )
}

/// Goes on with a backfill.
struct Go;

impl Work<Workspace> for Go {
    const KIND: &'static str = "backfill";

    async fn run(ledger: &Workspace, subject: &str) -> Outcome<Next> {
        let id = subject.to_owned();
        let goes_on = ledger.write(move |cx| step(cx, &id)).await?;
        let next = config::now(&ledger.env).plus(LOOK_MS);
        Ok(if goes_on { Next::At(next) } else { Next::Done })
    }
}

/// Asks about as many of the next conversations as there is room for; whether there is more to do.
fn step(cx: &Cx, id: &str) -> Outcome<bool> {
    #[derive(Deserialize)]
    struct Found {
        id: String,
        ended_at: i64,
    }
    let row: Option<Row> = cx.sql.first("SELECT * FROM backfills WHERE id = ?", bind![id])?;
    let Some(row) = row.filter(|row| row.state == "running") else { return Ok(false) };
    let under_way = under_way(cx.sql, id)?;
    let room = UNDER_WAY.saturating_sub(i64::try_from(under_way).unwrap_or(i64::MAX));
    if room <= 0 {
        return Ok(true);
    }
    let wanted: NewBackfill = from_json("backfill", &row.wanted)?;
    let (_, until) = bounds(&wanted);
    let found: Vec<Found> = cx.sql.rows(
        "SELECT id, ended_at FROM conversations WHERE ended_at IS NOT NULL AND revision > 0 AND (ended_at, id) > (?, ?) AND ended_at < ? ORDER BY ended_at, id LIMIT ?",
        bind![row.after_at, row.after_id, until, room],
    )?;
    let Some(last) = found.last() else {
        if under_way == 0 {
            set(cx.sql, id, BackfillState::Finished)?;
        }
        return Ok(under_way > 0);
    };
    cx.sql.run(
        "UPDATE backfills SET after_at = ?, after_id = ?, asked = asked + ? WHERE id = ?",
        bind![last.ended_at, last.id.as_str(), i64::try_from(found.len()).unwrap_or(i64::MAX), id],
    )?;
    for conversation in &found {
        asks::put(cx, &conversation.id.parse()?, id, &wanted.field_ids, wanted.model)?;
    }
    Ok(true)
}

fn under_way(sql: &Sql, id: &str) -> Outcome<u64> {
    sql.count("SELECT count(*) AS n FROM asks WHERE cause = ? AND failed = 0", bind![id])
}

fn set(sql: &Sql, id: &str, state: BackfillState) -> Outcome<()> {
    sql.run("UPDATE backfills SET state = ? WHERE id = ?", bind![state.as_str(), id])
}

/// From which instant, and until before which.
fn bounds(wanted: &NewBackfill) -> (i64, i64) {
    let first = wanted.first.map_or(0, |day| day.start().0);
    let until = wanted.last.map_or(UnixMillis::MAX.0, |day: Day| day.next().start().0);
    (first, until)
}

fn total(sql: &Sql, wanted: &NewBackfill) -> Outcome<u64> {
    let (first, until) = bounds(wanted);
    sql.count(
        "SELECT count(*) AS n FROM conversations WHERE ended_at IS NOT NULL AND revision > 0 AND ended_at >= ? AND ended_at < ?",
        bind![first, until],
    )
}

fn check(sql: &Sql, wanted: &NewBackfill) -> Outcome<()> {
    let refused = |detail: &str| Err(Error::new(Code::InvalidField, detail).into());
    if wanted.field_ids.is_empty() {
        return refused("`field_ids` must name at least one field");
    }
    if wanted.first.zip(wanted.last).is_some_and(|(first, last)| first > last) {
        return refused("the first day must not be after the last one");
    }
    for id in &wanted.field_ids {
        let loaded = drafts::load(sql, id)?;
        if loaded.removed {
            return refused("each of `field_ids` must be there, and none removed");
        }
        if loaded.history.newest().is_none() {
            return refused("each of `field_ids` must have been published");
        }
    }
    if wanted.model && llm::find(sql)?.is_none() {
        let detail = "this workspace has chosen no language model";
        return Err(Error::new(Code::IllegalTransition, detail).into());
    }
    Ok(())
}

fn get(sql: &Sql, id: &str) -> Outcome<Backfill> {
    let row: Option<Row> = sql.first("SELECT * FROM backfills WHERE id = ?", bind![id])?;
    row.ok_or_else(|| Error::new(Code::NotFound, "there is no such backfill"))?.read()
}

#[derive(Deserialize)]
struct Row {
    id: String,
    wanted: String,
    state: String,
    total: u64,
    done: u64,
    failed: u64,
    cost_micros: u64,
    after_at: i64,
    after_id: String,
    begun_at: i64,
    begun_by: String,
}

impl Row {
    fn read(self) -> Outcome<Backfill> {
        Ok(Backfill {
            id: self.id,
            wanted: from_json("backfill", &self.wanted)?,
            state: word(self.state)?,
            total: self.total,
            done: self.done,
            failed: self.failed,
            cost_micros: self.cost_micros,
            begun_at: UnixMillis(self.begun_at),
            begun_by: self.begun_by,
        })
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::ledger::fields;
    use crate::ledger::tests::{Ledger, closing, conversation};

    /// The piece of a backfill that its job would do.
    #[derive(Clone, Serialize, Deserialize)]
    pub struct Step(pub String);

    impl Call for Step {
        const NAME: &'static str = "backfills.step";
        type Out = bool;
    }

    impl Write for Step {
        fn run(self, cx: &Cx) -> Outcome<bool> {
            step(cx, &self.0)
        }
    }

    fn answer_all(ledger: &Ledger, id: &str, n: u32) {
        for n in 0..n {
            let conversation = conversation(n);
            let ask = id::digest(&[conversation.as_str().as_bytes(), id.as_bytes()]);
            let take = asks::Take { ask: ask.clone(), holder: "a".to_owned() };
            if let Some(taken) = ledger.write(take).unwrap() {
                let done =
                    asks::Done { ask, revision: taken.revision, answers: Vec::new(), run: None };
                ledger.write(done).unwrap();
            }
        }
    }

    #[test]
    fn a_backfill_goes_on_piece_by_piece_and_can_be_stopped() {
        let ledger = Ledger::new();
        let field = ledger.read(fields::List).list.fields.remove(0);
        for n in 0..70 {
            ledger.write(closing(&ledger, n, 1, n, None)).unwrap();
        }
        let wanted =
            NewBackfill { field_ids: vec![field.id], first: None, last: None, model: false };
        assert_eq!(ledger.read(Count { wanted: wanted.clone() }), 70);
        let begun = ledger.write(Begin { wanted: wanted.clone(), by: "us_1".to_owned() }).unwrap();
        let id = begun.id;
        assert_eq!((begun.total, begun.state), (70, BackfillState::Running));
        assert!(ledger.write(Step(id.clone())).unwrap());
        assert_eq!(under_way(&ledger.sql, &id).unwrap(), 50);
        assert!(ledger.write(Step(id.clone())).unwrap());
        assert_eq!(under_way(&ledger.sql, &id).unwrap(), 50, "no more than there is room for");
        let act = |action| ledger.write(Act { id: id.clone(), action });
        assert_eq!(act(BackfillAction::Pause).unwrap().state, BackfillState::Paused);
        answer_all(&ledger, &id, 70);
        assert!(!ledger.write(Step(id.clone())).unwrap(), "it is paused");
        assert_eq!(ledger.read(Get { id: id.clone() }).done, 50);
        act(BackfillAction::Resume).unwrap();
        assert!(ledger.write(Step(id.clone())).unwrap());
        answer_all(&ledger, &id, 70);
        assert!(!ledger.write(Step(id.clone())).unwrap());
        let ended = ledger.read(Get { id: id.clone() });
        assert_eq!((ended.done, ended.state), (70, BackfillState::Finished));
        assert_eq!(act(BackfillAction::Pause).unwrap_err().public().code, Code::IllegalTransition);

        let other = ledger.write(Begin { wanted, by: "us_1".to_owned() }).unwrap().id;
        ledger.write(Step(other.clone())).unwrap();
        ledger.write(Act { id: other.clone(), action: BackfillAction::Cancel }).unwrap();
        assert_eq!(under_way(&ledger.sql, &other).unwrap(), 0);
        assert_eq!(ledger.read(List).backfills.len(), 2);
    }

    #[test]
    fn what_is_not_there_is_not_asked() {
        let ledger = Ledger::new();
        let field = ledger.read(fields::List).list.fields.remove(0);
        let begin = |model: bool| {
            let field_ids = vec![field.id.clone()];
            let wanted = NewBackfill { field_ids, first: None, last: None, model };
            let begun = ledger.write(Begin { wanted, by: "us_1".to_owned() });
            begun.map(|_| ()).map_err(|fault| fault.public().code)
        };
        assert_eq!(begin(false), Ok(()));
        assert_eq!(begin(true), Err(Code::IllegalTransition), "no model was chosen");
        ledger.write(drafts::Remove { field_id: field.id.clone() }).unwrap();
        assert_eq!(begin(false), Err(Code::InvalidField));
    }

    #[test]
    fn days_bound_a_backfill() {
        let ledger = Ledger::new();
        let field = ledger.read(fields::List).list.fields.remove(0);
        ledger.write(closing(&ledger, 0, 1, 0, None)).unwrap();
        let count = |first: &str, last: &str| {
            let wanted = NewBackfill {
                field_ids: vec![field.id.clone()],
                first: first.parse().ok(),
                last: last.parse().ok(),
                model: false,
            };
            ledger.read(Count { wanted })
        };
        assert_eq!(count("2026-06-01", "2026-06-01"), 1);
        assert_eq!((count("2026-06-02", ""), count("", "2026-05-31")), (0, 0));
    }
}
