//! Lists of conversations, filtered.
//!
//! Each of the words that a conversation has one of, such as its status, has an index in the order of the
//! list. A list by several of them reads the index of the rarest and looks at the rows for the others. How long
//! it lasted, tags and answers are sets; see [`crate::ledger::listing`].

use super::{Row, filed};
use crate::bind;
use crate::fault::Outcome;
use crate::ledger::cx::Cx;
use crate::ledger::listing::{Listed, Listing, Set, place};
use crate::ledger::op::Read;
use crate::ledger::{answers, customers};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::{
    AnswerFilter, ConversationSearch, ConversationSummary, Page, PageQuery, Thought,
};
use askwell::conversation::Direction;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use worker::SqlStorageValue;

/// Whether a conversation is under way, and whether it has ended and was classified.
macro_rules! states {
    ($row:literal) => {
        concat!(
            $row,
            ".status IN ('queued', 'in-progress'), ",
            $row,
            ".sentiment IS NOT NULL AND ",
            $row,
            ".ended_at IS NOT NULL"
        )
    };
}

/// The words of a conversation by which it is found, in the order of the list; and how many there are.
pub const MIGRATION: Migration = Migration {
    id: "conversations/2",
    statements: &[
        "CREATE INDEX conversations_by_status ON conversations (status, started_at, id)",
        "CREATE INDEX conversations_by_sentiment ON conversations (sentiment, started_at, id)",
        "CREATE INDEX conversations_by_platform ON conversations (platform, started_at, id)",
        "CREATE INDEX conversations_by_lang ON conversations (lang, started_at, id)",
        // Most conversations are begun by visitors.
        "CREATE INDEX conversations_outbound ON conversations (started_at, id) WHERE direction = 'outbound'",
        "CREATE TABLE conversation_counts (open INTEGER NOT NULL, classified INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (open, classified)) WITHOUT ROWID",
        concat!(
            "INSERT INTO conversation_counts (open, classified, n) SELECT ",
            states!("c"),
            ", count(*) FROM conversations c GROUP BY 1, 2"
        ),
        concat!(
            "CREATE TRIGGER conversations_put AFTER INSERT ON conversations BEGIN
               INSERT INTO conversation_counts (open, classified, n) VALUES (",
            states!("new"),
            ", 1) ON CONFLICT (open, classified) DO UPDATE SET n = n + 1;
             END"
        ),
        concat!(
            "CREATE TRIGGER conversations_gone AFTER DELETE ON conversations BEGIN
               UPDATE conversation_counts SET n = n - 1 WHERE (open, classified) = (",
            states!("old"),
            ");
             END"
        ),
        concat!(
            "CREATE TRIGGER conversations_changed AFTER UPDATE OF status, sentiment, ended_at ON conversations WHEN (",
            states!("new"),
            ") <> (",
            states!("old"),
            ") BEGIN
               UPDATE conversation_counts SET n = n - 1 WHERE (open, classified) = (",
            states!("old"),
            ");
               INSERT INTO conversation_counts (open, classified, n) VALUES (",
            states!("new"),
            ", 1) ON CONFLICT (open, classified) DO UPDATE SET n = n + 1;
             END"
        ),
    ],
};

/// The order of the list: the latest begun first.
const BY_START: &str = "start";
/// What is rarer than this is counted.
const RARE: i64 = 20_000;

/// A page of the conversations that fit, the latest begun first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct List {
    /// Which.
    pub search: ConversationSearch,
}

impl Call for List {
    const NAME: &'static str = "conversations.list";
    type Out = Page<ConversationSummary>;
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<Page<ConversationSummary>> {
        let find = self.search;
        let mut wanted = Wanted { until: find.until, ..Wanted::default() };
        let words = [
            ("status", find.status.map(|status| status.as_str())),
            ("sentiment", find.sentiment.map(|sentiment| sentiment.as_str())),
            ("lang", find.lang.map(|lang| lang.code())),
            ("platform", find.platform.map(|platform| platform.as_str())),
        ];
        let words = words.into_iter().filter_map(|(column, word)| Some((column, word?)));
        let mut traits: Vec<Trait> = words
            .map(|(column, word)| Trait { is: format!("{column} = ?"), values: bind![word] })
            .collect();
        const OUTBOUND: &str = "direction = 'outbound'";
        match find.direction {
            // Only the seldom one has an index.
            Some(Direction::Outbound) => {
                traits.push(Trait { is: OUTBOUND.to_owned(), values: Vec::new() });
            }
            Some(Direction::Inbound) => wanted.add(&format!("NOT (+i.{OUTBOUND})"), Vec::new()),
            None => {}
        }
        if let Some(band) = find.lasted {
            filed::narrow(cx.sql, &mut wanted, filed::Kept::Lasted(band))?;
        }
        match find.transferred {
            Some(true) => filed::narrow(cx.sql, &mut wanted, filed::Kept::Transferred)?,
            Some(false) => wanted.add("i.transferred = 0", Vec::new()),
            None => {}
        }
        match find.test_mode {
            Some(true) => traits.push(Trait { is: "test_mode = 1".to_owned(), values: Vec::new() }),
            Some(false) => wanted.add("i.test_mode = 0", Vec::new()),
            None => {}
        }
        let begin = if find.customer_id.is_some() { None } else { rarest(cx.sql, &traits)? };
        for (place, Trait { is, values }) in traits.into_iter().enumerate() {
            // A sign keeps an index from being used.
            let sign = if begin == Some(place) { "" } else { "+" };
            wanted.add(&format!("{sign}i.{is}"), values);
        }
        if let Some(customer) = &find.customer_id {
            let root = customers::must(cx.sql, customer)?;
            wanted.add(
                "i.customer_id IN (SELECT id FROM customers WHERE id = ? OR root = ?)",
                bind![root.as_str(), root.as_str()],
            );
        }
        if let Some(from) = find.from {
            wanted.from = Some(from);
        }
        if let Some(tag) = &find.tag {
            wanted.sets.push(Set { values: bind![tag.trim()], ..TAGGED });
        }
        if let Some(thought) = find.feedback {
            let good = i64::from(thought == Thought::Good);
            let from = find.feedback_from.map_or(0, |from| from.0);
            let until = find.feedback_until.map_or((1 << 53) - 1, |until| until.0);
            wanted.sets.push(Set { values: bind![good, from, until], ..THOUGHT_OF });
        } else if find.feedback_from.is_some() || find.feedback_until.is_some() {
            let detail = "`feedback_from` and `feedback_until` need `feedback`";
            return Err(Error::new(Code::InvalidField, detail).into());
        }
        for filter in answers::checked(&find.answers)? {
            wanted.sets.push(answered(cx.sql, filter)?);
        }
        page(cx.sql, &PageQuery { cursor: find.cursor, limit: find.limit }, wanted)
    }
}

/// The conversations with an answer that stands.
pub fn answered(sql: &Sql, filter: &AnswerFilter) -> Outcome<Set> {
    let values = bind![filter.field_id.as_str(), filter.value.as_str()];
    answers::in_order(sql, Set { values, ..ANSWERED })
}

/// Something that is true of a conversation, by which there is an index in the order of the list.
struct Trait {
    /// The condition, of a column that stands first in it.
    is: String,
    /// What it binds.
    values: Vec<SqlStorageValue>,
}

/// The place of the trait that fewest conversations have; none of none.
fn rarest(sql: &Sql, traits: &[Trait]) -> Outcome<Option<usize>> {
    if traits.len() < 2 {
        return Ok((!traits.is_empty()).then_some(0));
    }
    let mut counted = Vec::new();
    for (place, Trait { is, values }) in traits.iter().enumerate() {
        let query = format!(
            "SELECT count(*) AS n FROM (SELECT 1 FROM conversations WHERE {is} LIMIT {RARE})"
        );
        counted.push((sql.count(&query, values.clone())?, place));
    }
    Ok(counted.into_iter().min().map(|(_, place)| place))
}

/// Which conversations `i` are listed.
#[derive(Debug, Default)]
pub struct Wanted {
    until: Option<UnixMillis>,
    /// Sets that they are in.
    pub sets: Vec<Set>,
    from: Option<UnixMillis>,
    conditions: Vec<String>,
    values: Vec<SqlStorageValue>,
}

impl Wanted {
    /// Only those that had begun before an instant.
    pub fn begun_before(until: UnixMillis) -> Self {
        Self { until: Some(until), ..Self::default() }
    }

    /// Only those of which this is true.
    pub fn add(&mut self, condition: &str, values: Vec<SqlStorageValue>) {
        self.conditions.push(condition.to_owned());
        self.values.extend(values);
    }
}

/// A page of conversations, the latest begun first.
pub fn page(sql: &Sql, page: &PageQuery, wanted: Wanted) -> Outcome<Page<ConversationSummary>> {
    let mut conditions = vec!["(i.started_at, i.id) < (?, ?)".to_owned()];
    let mut values = place(page.after(BY_START)?, wanted.until);
    if let Some(from) = wanted.from {
        conditions.push("i.started_at >= ?".to_owned());
        values.push(from.0.into());
    }
    let plain = wanted.conditions.is_empty();
    conditions.extend(wanted.conditions);
    values.extend(wanted.values);
    let listing = Listing {
        table: "conversations",
        columns: "i.id, i.started_at",
        order: "i.started_at DESC, i.id DESC",
        shown: "SELECT c.*, coalesce(h.root, c.customer_id) AS shown FROM ({page}) p CROSS JOIN conversations c ON c.id = p.id LEFT JOIN customers h ON h.id = c.customer_id ORDER BY c.started_at DESC, c.id DESC",
        conditions,
        values,
        plain,
        rows: page.rows()?,
    };
    let rows: Vec<Row> = listing.page(sql, wanted.sets)?;
    let items = rows.into_iter().map(Row::read).collect::<Outcome<Vec<_>>>()?;
    let next = page.next(BY_START, &items, |c| (c.started_at.0, c.conversation_id.as_str()));
    Ok(Page { items, next })
}

/// Those that bear a tag.
const TAGGED: Set = Set {
    size: "SELECT 1 FROM tags WHERE tag = ? AND subject BETWEEN 'cv_' AND 'cv_~'",
    key: "id",
    all: "SELECT subject AS k FROM tags WHERE tag = ? AND subject BETWEEN 'cv_' AND 'cv_~'",
    one: Cow::Borrowed("EXISTS (SELECT 1 FROM tags WHERE tag = ? AND subject = i.id)"),
    listed: None,
    values: Vec::new(),
    held: 0,
    few: 4_000,
    asked: 5_000,
};

/// Those that somebody has left feedback on.
const THOUGHT_OF: Set = Set {
    size: "SELECT 1 FROM feedback WHERE good = ? AND at >= ? AND at < ?",
    key: "id",
    all: "SELECT DISTINCT conversation_id AS k FROM feedback WHERE good = ? AND at >= ? AND at < ?",
    one: Cow::Borrowed(
        "EXISTS (SELECT 1 FROM feedback f WHERE f.good = ? AND f.at >= ? AND f.at < ? AND f.conversation_id = i.id)",
    ),
    listed: None,
    values: Vec::new(),
    held: 0,
    few: 4_000,
    asked: 5_000,
};

/// Those with an answer that stands.
const ANSWERED: Set = Set {
    size: "SELECT 1 FROM answered WHERE field_id = ? AND value = ?",
    key: "id",
    all: "SELECT id AS k FROM answered WHERE field_id = ? AND value = ?",
    one: Cow::Borrowed(
        "EXISTS (SELECT 1 FROM answered a WHERE a.field_id = ? AND a.value = ? AND a.started_at = i.started_at AND a.id = i.id)",
    ),
    listed: Some(Listed { table: "answered", rows: "i.field_id = ? AND i.value = ?" }),
    values: Vec::new(),
    held: 0,
    few: 4_000,
    asked: 5_000,
};
