//! What the owner's questions were answered with, as reports over the counts that [`super::answers`]
//! keeps.

use super::cx::Cx;
use super::listing::{Listed, Set};
use super::op::{Op, Read, Room};
use super::{answers, conversations};
use crate::bind;
use crate::fault::{Outcome, from_json};
use crate::rpc::Call;
use crate::sql::Sql;
use askwell::api::{AnswerFilter, ConversationSummary, Page, PageQuery};
use askwell::conversation::Platform;
use askwell::metrics::collected::{self, AnswerCount, Counted, CrossTab, PairCount, Report, Step};
use askwell::metrics::period::Period;
use askwell::metrics::signals;
use askwell::time::Day;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cmp::Ordering;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    ops: &[Op::read::<Get>(), Op::read::<Cross>(), Op::read::<Conversations>()],
    ..Room::EMPTY
};

/// The counts of one question.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    /// Which.
    pub field_id: String,
    /// Over which days.
    pub period: Period,
    /// How long a step of the trend is.
    pub step: Step,
    /// Only this channel.
    pub channel: Option<Platform>,
    /// Only conversations with this answer to another question.
    pub with: Option<AnswerFilter>,
}

impl Call for Get {
    const NAME: &'static str = "collected.get";
    type Out = Report;
}

impl Read for Get {
    fn run(self, cx: &Cx) -> Outcome<Report> {
        must_exist(cx.sql, &self.field_id)?;
        let id = self.field_id.as_str();
        let (first, last) = (signals::needed(self.period).to_string(), self.period.last);
        let days = (first, last.to_string());
        let channel = self.channel.map_or("", Platform::as_str);
        let rows: Vec<Grouped> = match &self.with {
            None => cx.sql.rows(
                grouped!("value", "answer_counts WHERE field_id = ?1 AND day BETWEEN ?2 AND ?3 AND (?4 = '' OR platform = ?4)"),
                bind![id, days.0, days.1, channel],
            )?,
            Some(with) => {
                must_exist(cx.sql, &with.field_id)?;
                let (field, value) = (with.field_id.as_str(), with.value.as_str());
                let query = match id.cmp(field) {
                    Ordering::Equal => {
                        grouped!("value", "answer_counts WHERE field_id = ?1 AND field_id = ?2 AND value = ?3 AND day BETWEEN ?4 AND ?5 AND (?6 = '' OR platform = ?6)")
                    }
                    Ordering::Less => {
                        grouped!("one_value", "answer_pairs WHERE one = ?1 AND other = ?2 AND other_value = ?3 AND day BETWEEN ?4 AND ?5 AND (?6 = '' OR platform = ?6)")
                    }
                    Ordering::Greater => {
                        grouped!("other_value", "answer_pairs WHERE other = ?1 AND one = ?2 AND one_value = ?3 AND day BETWEEN ?4 AND ?5 AND (?6 = '' OR platform = ?6)")
                    }
                };
                cx.sql.rows(query, bind![id, field, value, days.0, days.1, channel])?
            }
        };
        let mut counts = Vec::new();
        for row in rows {
            row.read(&mut counts)?;
        }
        let since: Option<Since> = cx.sql.first(SINCE, bind![id])?;
        let since = since.and_then(|since| since.day).unwrap_or(last);
        Ok(collected::report(&counts, since, self.period, self.step, self.channel))
    }
}

/// The counts of a question of some rows, gathered by its answers: a year has ten thousand of them, and
/// what reading a row costs here is much more than what a list in one costs.
macro_rules! grouped {
    ($value:literal, $rows:literal) => {
        concat!(
            "SELECT ",
            $value,
            " AS value, json_group_array(day) AS days, json_group_array(platform) AS platforms, json_group_array(n) AS counts FROM ",
            $rows,
            " AND n > 0 GROUP BY 1"
        )
    };
}
use grouped;

#[derive(Deserialize)]
struct Grouped {
    value: String,
    days: String,
    platforms: String,
    counts: String,
}

impl Grouped {
    fn read(self, into: &mut Vec<AnswerCount>) -> Outcome<()> {
        let answer = Counted::parse(&self.value);
        let days: Vec<Day> = from_json("days", &self.days)?;
        let platforms: Vec<Platform> = from_json("platforms", &self.platforms)?;
        let counts: Vec<u64> = from_json("counts", &self.counts)?;
        into.extend(days.into_iter().zip(platforms).zip(counts).map(
            |((day, channel_type), count)| AnswerCount {
                day,
                channel_type,
                answer: answer.clone(),
                count,
            },
        ));
        Ok(())
    }
}

#[derive(Deserialize)]
struct Since {
    day: Option<Day>,
}

/// The answers that were ever counted of the question `?1`: from one to the next, for of each there are as
/// many rows as days and channels.
macro_rules! given {
    ($query:literal) => {
        concat!(
            "WITH RECURSIVE given (value) AS (
               SELECT min(value) FROM answer_counts WHERE field_id = ?1
               UNION ALL SELECT (SELECT min(value) FROM answer_counts WHERE field_id = ?1 AND value > given.value) FROM given WHERE given.value IS NOT NULL) ",
            $query
        )
    };
}

/// The first day that a question has an answer on: of each answer its own first day is at hand.
const SINCE: &str = given!(
    "SELECT min((SELECT day FROM answer_counts WHERE field_id = ?1 AND value = given.value AND n > 0 ORDER BY day LIMIT 1)) AS day FROM given WHERE given.value IS NOT NULL"
);

/// The answers that stand somewhere, as they are counted, in alphabetical order: some hundred at most.
pub fn given(sql: &Sql, field: &str) -> Outcome<Vec<String>> {
    #[derive(Deserialize)]
    struct Row {
        value: String,
    }
    let rows: Vec<Row> = sql.rows(
        given!(
            "SELECT value FROM given WHERE value IS NOT NULL AND EXISTS (SELECT 1 FROM answer_counts WHERE field_id = ?1 AND value = given.value AND n > 0) LIMIT 200"
        ),
        bind![field],
    )?;
    Ok(rows.into_iter().map(|row| row.value).collect())
}

/// The conversations behind a count, the latest begun first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Conversations {
    /// The question.
    pub field_id: String,
    /// What is counted, as it is written.
    pub answer: String,
    /// Over which days.
    pub period: Period,
    /// Only this channel.
    pub channel: Option<Platform>,
    /// Only conversations with all these answers to other questions.
    pub with: Vec<AnswerFilter>,
    /// Which page.
    pub page: PageQuery,
}

impl Call for Conversations {
    const NAME: &'static str = "collected.conversations";
    type Out = Page<ConversationSummary>;
}

impl Read for Conversations {
    fn run(self, cx: &Cx) -> Outcome<Page<ConversationSummary>> {
        must_exist(cx.sql, &self.field_id)?;
        let channel = self.channel.map_or("", Platform::as_str);
        let values = bind![
            self.field_id.as_str(),
            self.answer.as_str(),
            self.period.first.to_string(),
            self.period.last.to_string(),
            channel,
            channel
        ];
        // It is counted on the day on which it ended, and had begun by then.
        let until = self.period.last.end();
        let mut wanted = conversations::Wanted::begun_before(until);
        wanted.sets.push(answers::in_order(cx.sql, Set { values, ..COUNTED })?);
        for with in &self.with {
            must_exist(cx.sql, &with.field_id)?;
            wanted.sets.push(conversations::answered(cx.sql, with)?);
        }
        conversations::page(cx.sql, &self.page, wanted)
    }
}

/// Conversations behind a count.
const COUNTED: Set = Set {
    size: "SELECT 1 FROM answered WHERE field_id = ? AND value = ? AND day BETWEEN ? AND ? AND (? = '' OR platform = ?)",
    key: "id",
    all: "SELECT id AS k FROM answered WHERE field_id = ? AND value = ? AND day BETWEEN ? AND ? AND (? = '' OR platform = ?)",
    one: Cow::Borrowed(
        "EXISTS (SELECT 1 FROM answered a WHERE a.field_id = ? AND a.value = ? AND a.day BETWEEN ? AND ? AND (? = '' OR a.platform = ?) AND a.started_at = i.started_at AND a.id = i.id)",
    ),
    listed: Some(Listed {
        table: "answered",
        rows: "i.field_id = ? AND i.value = ? AND i.day BETWEEN ? AND ? AND (? = '' OR i.platform = ?)",
    }),
    values: Vec::new(),
    held: 0,
    few: 4_000,
    asked: 5_000,
};

/// Two questions against each other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cross {
    /// The question of the rows.
    pub rows: String,
    /// The question of the columns.
    pub columns: String,
    /// Over which days.
    pub period: Period,
    /// Only this channel.
    pub channel: Option<Platform>,
    /// Only conversations with this answer to another question.
    pub with: Option<AnswerFilter>,
}

impl Call for Cross {
    const NAME: &'static str = "collected.cross";
    type Out = CrossTab;
}

impl Read for Cross {
    fn run(self, cx: &Cx) -> Outcome<CrossTab> {
        #[derive(Deserialize)]
        struct Row {
            one: String,
            other: String,
            n: u64,
        }
        must_exist(cx.sql, &self.rows)?;
        must_exist(cx.sql, &self.columns)?;
        let channel = self.channel.map_or("", Platform::as_str);
        let (first, last) = (self.period.first.to_string(), self.period.last.to_string());
        let mut values = bind![self.rows.as_str(), self.columns.as_str(), first, last, channel];
        // As the counts of pairs are kept: see `answers`.
        let query = match (&self.with, self.rows.cmp(&self.columns)) {
            (Some(with), _) => {
                must_exist(cx.sql, &with.field_id)?;
                values.extend(bind![with.field_id.as_str(), with.value.as_str()]);
                "SELECT a.value AS one, b.value AS other, count(*) AS n
                 FROM answered w JOIN standing a ON a.conversation_id = w.id AND a.field_id = ?1
                 JOIN standing b ON b.conversation_id = w.id AND b.field_id = ?2
                 WHERE w.field_id = ?6 AND w.value = ?7 AND a.day BETWEEN ?3 AND ?4 AND (?5 = '' OR a.platform = ?5) GROUP BY 1, 2"
            }
            (None, Ordering::Equal) => {
                "SELECT value AS one, value AS other, sum(n) AS n FROM answer_counts WHERE field_id = ?1 AND field_id = ?2 AND day BETWEEN ?3 AND ?4 AND (?5 = '' OR platform = ?5) GROUP BY 1 HAVING sum(n) > 0"
            }
            (None, Ordering::Less) => {
                "SELECT one_value AS one, other_value AS other, sum(n) AS n FROM answer_pairs WHERE one = ?1 AND other = ?2 AND day BETWEEN ?3 AND ?4 AND (?5 = '' OR platform = ?5) GROUP BY 1, 2 HAVING sum(n) > 0"
            }
            (None, Ordering::Greater) => {
                "SELECT other_value AS one, one_value AS other, sum(n) AS n FROM answer_pairs WHERE other = ?1 AND one = ?2 AND day BETWEEN ?3 AND ?4 AND (?5 = '' OR platform = ?5) GROUP BY 1, 2 HAVING sum(n) > 0"
            }
        };
        let rows: Vec<Row> = cx.sql.rows(query, values)?;
        let pairs: Vec<PairCount> = rows
            .into_iter()
            .map(|row| PairCount {
                row: Counted::parse(&row.one),
                column: Counted::parse(&row.other),
                count: row.n,
            })
            .collect();
        Ok(collected::cross(&pairs))
    }
}

fn must_exist(sql: &Sql, field: &str) -> Outcome<()> {
    let found: Option<serde::de::IgnoredAny> =
        sql.first("SELECT 1 AS found FROM fields WHERE id = ?", bind![field])?;
    found.map(drop).ok_or_else(|| Error::new(Code::NotFound, "there is no such field").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fields;
    use crate::ledger::tests::{Ledger, closing};

    #[test]
    fn pairs_are_counted_as_the_answers_stand_whatever_becomes_of_them() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Pair {
            one: String,
            other: String,
            day: String,
            platform: String,
            one_value: String,
            other_value: String,
            n: i64,
        }
        let ledger = Ledger::new();
        let same = |when: &str| {
            let kept: Vec<Pair> = ledger
                .sql
                .rows("SELECT * FROM answer_pairs WHERE n <> 0 ORDER BY 1, 2, 3, 4, 5, 6", bind![])
                .unwrap();
            let counted: Vec<Pair> = ledger
                .sql
                .rows(
                    "SELECT a.field_id AS one, b.field_id AS other, a.day AS day, a.platform AS platform, a.value AS one_value, b.value AS other_value, count(*) AS n FROM standing a JOIN standing b ON b.conversation_id = a.conversation_id AND b.field_id > a.field_id GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6",
                    bind![],
                )
                .unwrap();
            assert_eq!(kept, counted, "{when}");
            assert_eq!(answers::misfiled(&ledger.sql), 0, "{when}");
            kept.len()
        };
        for n in 0..6 {
            ledger.write(closing(&ledger, n, 1, n, None)).unwrap();
        }
        assert!(same("closed") > 0);
        ledger.write(closing(&ledger, 1, 2, 1, None)).unwrap();
        same("closed again with other answers");
        let mut earlier = closing(&ledger, 1, 3, 1, None);
        earlier.closed.started_at = earlier.closed.started_at.plus(-90_000_000);
        earlier.closed.ended_at = earlier.closed.ended_at.plus(-90_000_000);
        ledger.write(earlier).unwrap();
        same("closed again, of another time");
        let id = crate::ledger::tests::conversation(2);
        let mut given = answers::find(&ledger.sql, id.as_str()).unwrap();
        given.truncate(2);
        for answer in &mut given {
            answer.answer.method = askwell::classify::Method::Human;
            answer.answer.answer = Some("said by a person".to_owned());
        }
        ledger.with(|cx| answers::set(cx, &id, 1, &given)).unwrap();
        same("a person said otherwise");
        ledger.with(|cx| answers::withdraw(cx, &id, &given[0].field_id)).unwrap();
        same("and took it back");
        for n in 0..6 {
            let id = crate::ledger::tests::conversation(n);
            ledger.with(|cx| answers::forget(cx, id.as_str())).unwrap();
        }
        assert_eq!(same("forgotten"), 0);
        assert_eq!(ledger.sql.count("SELECT count(*) AS n FROM answered", bind![]).unwrap(), 0);
    }

    #[test]
    fn the_reports_are_those_of_the_answers() {
        let ledger = Ledger::new();
        for n in 0..9 {
            ledger.write(closing(&ledger, n, 1, n, None)).unwrap();
        }
        let field_id = ledger.read(fields::List).list.fields[0].id.clone();
        let day = |text: &str| text.parse().unwrap();
        let period = Period::new(day("2026-06-01"), day("2026-06-01")).unwrap();
        let get = |field_id: &str, channel| Get {
            field_id: field_id.to_owned(),
            period,
            step: Step::Day,
            channel,
            with: None,
        };
        let report = ledger.read(get(&field_id, None));
        assert_eq!((report.conversations.now, report.answered.now), (9, 9));
        let values: Vec<_> =
            report.values.iter().map(|v| (v.value.as_str(), v.count.now)).collect();
        assert_eq!(values, [("value 0", 3), ("value 1", 3), ("value 2", 3)]);
        let other = ledger.read(get(&field_id, Some(Platform::Line)));
        assert_eq!(other.conversations.now, 0);

        let cross = |rows: &str, channel| Cross {
            rows: rows.to_owned(),
            columns: field_id.clone(),
            period,
            channel,
            with: None,
        };
        let table = ledger.read(cross(&field_id, None));
        assert_eq!(table.cells, [[3, 0, 0], [0, 3, 0], [0, 0, 3]]);
        assert_eq!(ledger.read(cross(&field_id, Some(Platform::Line))).total, 0);
        // What a count counts is what it leads to.
        for value in &report.values {
            let drill = |channel, limit| Conversations {
                field_id: field_id.clone(),
                answer: value.value.clone(),
                period,
                channel,
                with: Vec::new(),
                page: PageQuery { cursor: None, limit: Some(limit) },
            };
            let all = ledger.read(drill(None, 500)).items;
            assert_eq!(all.len() as u64, value.count.now);
            assert!(all.windows(2).all(|pair| pair[0].started_at > pair[1].started_at));
            assert!(ledger.read(drill(Some(Platform::Line), 500)).items.is_empty());
            let first = ledger.read(drill(None, 2));
            let page = PageQuery { cursor: first.next, limit: Some(2) };
            let rest = ledger.read(Conversations { page, ..drill(None, 2) });
            assert_eq!([first.items, rest.items].concat(), all);
        }
        let none = Conversations {
            field_id: field_id.clone(),
            answer: "value 0".to_owned(),
            period: Period::new(day("2026-06-02"), day("2026-06-02")).unwrap(),
            channel: None,
            with: Vec::new(),
            page: PageQuery::default(),
        };
        assert!(ledger.read(none).items.is_empty());

        // The second question's answers are those of the first here.
        let other = ledger.read(fields::List).list.fields[1].id.clone();
        let with = AnswerFilter { field_id: other.clone(), value: "value 1".to_owned() };
        let within = ledger.read(Get { with: Some(with), ..get(&field_id, None) });
        assert_eq!((within.conversations.now, within.values.len()), (3, 1));
        assert_eq!((within.values[0].value.as_str(), within.values[0].count.now), ("value 1", 3));

        let with = AnswerFilter { field_id: other.clone(), value: "value 1".to_owned() };
        let table = ledger.read(Cross { with: Some(with.clone()), ..cross(&field_id, None) });
        assert_eq!((table.total, table.rows.len()), (3, 1));
        let behind = |with: Vec<AnswerFilter>| Conversations {
            field_id: field_id.clone(),
            answer: "value 1".to_owned(),
            period,
            channel: None,
            with,
            page: PageQuery::default(),
        };
        let both = AnswerFilter { value: "value 2".to_owned(), ..with.clone() };
        assert_eq!(ledger.read(behind(vec![with.clone()])).items.len(), 3);
        assert!(ledger.read(behind(vec![with, both])).items.is_empty());

        let unknown = must_exist(&ledger.sql, "no such field").unwrap_err();
        assert_eq!(unknown.public().code, Code::NotFound);
    }
}
