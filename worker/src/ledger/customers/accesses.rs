//! Who has read what of whom: a profile, a package, a conversation, or a file of many.
//!
//! What is noted is that somebody opened what holds one person, and that somebody took many away at once. Lists
//! and searches are not: a row for each line of each page would bury the others.

use super::{HOMES, must};
use crate::bind;
use crate::fault::{Outcome, from_json, to_json};
use crate::ledger::cx::Cx;
use crate::ledger::op::{Read, Write};
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::{AccessEntry, CustomerSearch, Page, PageQuery};
use askwell::id::{ConversationId, CustomerId};
use askwell::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// Which conversation it was; and of a file, by what it was filtered and how many lines it has. A file is of no
/// one customer: its rows have an empty one.
pub const MIGRATION: Migration = Migration {
    id: "customers/7",
    statements: &[
        "ALTER TABLE accesses ADD COLUMN conversation_id TEXT",
        "ALTER TABLE accesses ADD COLUMN filters TEXT",
        "ALTER TABLE accesses ADD COLUMN lines INTEGER",
    ],
};

/// Which accesses belong to a conversation: where it goes they go along, and with it they go. Not an index of the
/// table, which would have to read all of it first; no release has noted a conversation before.
///
/// And which conversation the id of a home leads along, where that home was left.
pub const MOVED: Migration = Migration {
    id: "customers/8",
    statements: &[
        "CREATE TABLE looked (conversation_id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (conversation_id, seq)) WITHOUT ROWID",
        "CREATE TRIGGER looked_put AFTER INSERT ON accesses WHEN new.conversation_id IS NOT NULL BEGIN
           INSERT INTO looked (conversation_id, seq) VALUES (new.conversation_id, new.seq);
         END",
        "CREATE TRIGGER looked_named AFTER UPDATE OF conversation_id ON accesses WHEN new.conversation_id IS NOT NULL AND old.conversation_id IS NULL BEGIN
           INSERT INTO looked (conversation_id, seq) VALUES (new.conversation_id, new.seq);
         END",
        "CREATE TRIGGER looked_gone AFTER DELETE ON accesses WHEN old.conversation_id IS NOT NULL BEGIN
           DELETE FROM looked WHERE conversation_id = old.conversation_id AND seq = old.seq;
         END",
        // Nobody's, where nobody is known of it any more.
        "CREATE TRIGGER looked_moved AFTER UPDATE OF customer_id ON conversations WHEN new.customer_id IS NOT old.customer_id BEGIN
           UPDATE accesses SET customer_id = coalesce(new.customer_id, (SELECT customer_id FROM visitors WHERE id = new.visitor_id), '') WHERE seq IN (SELECT seq FROM looked WHERE conversation_id = new.id);
         END",
        "ALTER TABLE customers ADD COLUMN moved_with TEXT",
    ],
};

/// Whoever looks at the same conversation again within this time is still looking: pages and programs ask for what
/// is new every few seconds.
const STILL_MS: i64 = 10 * 60 * 1000;
/// Looks at a customer among which the one before is searched.
const LATEST: i64 = 100;

/// Notes that somebody looked at a profile or took the package of one.
pub fn note(cx: &Cx, id: &str, by: &str, what: &str) -> Outcome<()> {
    cx.sql.run(
        "INSERT INTO accesses (customer_id, at, who, what) VALUES (?, ?, ?, ?)",
        bind![id, cx.now.0, by, what],
    )
}

/// Lets what is noted of a home that was left for the last conversation of it go along with that.
pub fn go_along(cx: &Cx, home: &str, conversation: &str, to: Option<&str>) -> Outcome<()> {
    cx.sql.run(
        "UPDATE accesses SET customer_id = ?, conversation_id = coalesce(conversation_id, ?) WHERE customer_id = ?",
        bind![to.unwrap_or_default(), conversation, home],
    )
}

/// Takes out what is noted of a conversation; how many rows there were.
pub fn forget(cx: &Cx, conversation: &str) -> Outcome<u64> {
    let n = cx
        .sql
        .count("SELECT count(*) AS n FROM looked WHERE conversation_id = ?", bind![conversation])?;
    if n > 0 {
        cx.sql.run(
            "DELETE FROM accesses WHERE seq IN (SELECT seq FROM looked WHERE conversation_id = ?)",
            bind![conversation],
        )?;
    }
    Ok(n)
}

/// Notes that somebody looks at what was said in a conversation. Of whom it is has to be known: until then there
/// is nobody to note it with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Looked {
    /// Which.
    pub conversation_id: ConversationId,
    /// Who looks.
    pub by: String,
}

impl Call for Looked {
    const NAME: &'static str = "customers.looked";
    type Out = ();
}

impl Write for Looked {
    fn run(self, cx: &Cx) -> Outcome<()> {
        #[derive(Deserialize)]
        struct Owner {
            id: Option<String>,
        }
        let conversation = self.conversation_id.as_str();
        let owner: Option<Owner> = cx.sql.first(
            "SELECT coalesce(c.customer_id, v.customer_id) AS id FROM conversations c LEFT JOIN visitors v ON v.id = c.visitor_id WHERE c.id = ?",
            bind![conversation],
        )?;
        let Some(owner) = owner.and_then(|owner| owner.id) else { return Ok(()) };
        let again = cx.sql.count(
            "SELECT count(*) AS n FROM (SELECT at, who, conversation_id FROM accesses WHERE customer_id = ? ORDER BY seq DESC LIMIT ?) WHERE who = ? AND conversation_id = ? AND at > ?",
            bind![owner.as_str(), LATEST, self.by.as_str(), conversation, cx.now.0 - STILL_MS],
        )?;
        if again > 0 {
            return Ok(());
        }
        cx.sql.run(
            "INSERT INTO accesses (customer_id, at, who, what, conversation_id) VALUES (?, ?, ?, 'conversation', ?)",
            bind![owner, cx.now.0, self.by, conversation],
        )
    }
}

/// Notes that somebody begins to take many customers away as a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Export {
    /// Which of them.
    pub search: CustomerSearch,
    /// Who takes them.
    pub by: String,
}

impl Call for Export {
    const NAME: &'static str = "customers.export";
    /// Where it is noted, for [`Exported`].
    type Out = u64;
}

impl Write for Export {
    fn run(self, cx: &Cx) -> Outcome<u64> {
        cx.sql.run(
            "INSERT INTO accesses (customer_id, at, who, what, filters) VALUES ('', ?, ?, 'export', ?)",
            bind![cx.now.0, self.by, to_json("filters", &filters(&self.search))?],
        )?;
        cx.sql.count("SELECT max(seq) AS n FROM accesses", bind![])
    }
}

/// By what customers were filtered. Of what was looked for, of tags and of answers only that they were: they may
/// name somebody, and stay here after that person was erased.
fn filters(search: &CustomerSearch) -> Vec<String> {
    let CustomerSearch {
        email,
        text,
        platform,
        tag,
        from,
        until,
        missing,
        incomplete,
        answers,
        cursor: _,
        limit: _,
    } = search;
    let is = |name: &str, set: bool| set.then(|| name.to_owned());
    let at = |name: &str, at: Option<UnixMillis>| at.map(|at| format!("{name}={}", at.0));
    [
        is("email", email.is_some()),
        is("text", text.is_some()),
        platform.map(|platform| format!("platform={}", platform.as_str())),
        is("tag", tag.is_some()),
        at("from", *from),
        at("until", *until),
    ]
    .into_iter()
    .flatten()
    .chain(missing.iter().map(|kind| format!("missing={}", kind.as_str())))
    .chain(is("incomplete", *incomplete))
    .chain(is("answers", !answers.is_empty()))
    .collect()
}

/// Notes that the file went out to its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exported {
    /// Where it is noted.
    pub seq: u64,
    /// How many customers it has.
    pub rows: u64,
}

impl Call for Exported {
    const NAME: &'static str = "customers.exported";
    type Out = ();
}

impl Write for Exported {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        cx.sql.run(
            "UPDATE accesses SET lines = ? WHERE seq = ? AND what = 'export'",
            bind![number(self.rows), number(self.seq)],
        )
    }
}

/// Who has looked at a customer, the latest first; 500 at most.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Accesses {
    /// Whom.
    pub customer_id: CustomerId,
}

impl Call for Accesses {
    const NAME: &'static str = "customers.accesses";
    type Out = Vec<AccessEntry>;
}

impl Read for Accesses {
    fn run(self, cx: &Cx) -> Outcome<Vec<AccessEntry>> {
        let id = must(cx.sql, &self.customer_id)?;
        let query = format!(
            "SELECT * FROM accesses WHERE customer_id IN {HOMES} ORDER BY seq DESC LIMIT 500"
        );
        let rows: Vec<Row> = cx.sql.rows(&query, bind![id.as_str()])?;
        rows.into_iter().map(Row::read).collect()
    }
}

/// Who has looked at whom, and who has taken a file of many, the latest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AllAccesses {
    /// Which.
    pub page: PageQuery,
}

/// The order of the list: the latest first.
const BY_ACCESS: &str = "access";

impl Call for AllAccesses {
    const NAME: &'static str = "customers.all_accesses";
    type Out = Page<AccessEntry>;
}

impl Read for AllAccesses {
    fn run(self, cx: &Cx) -> Outcome<Page<AccessEntry>> {
        let items = latest_accesses(cx.sql, self.page.before(BY_ACCESS)?, self.page.rows()?)?;
        let next = self.page.next_by_number(BY_ACCESS, &items, |entry| entry.seq);
        Ok(Page { items, next })
    }
}

/// The latest of all, before one.
pub fn latest_accesses(sql: &Sql, before: i64, rows: i64) -> Outcome<Vec<AccessEntry>> {
    let rows: Vec<Row> = sql.rows(
        "SELECT * FROM accesses WHERE seq < ? ORDER BY seq DESC LIMIT ?",
        bind![before, rows],
    )?;
    rows.into_iter().map(Row::read).collect()
}

#[derive(Deserialize)]
struct Row {
    seq: u64,
    customer_id: String,
    at: i64,
    who: String,
    what: String,
    conversation_id: Option<String>,
    filters: Option<String>,
    lines: Option<u64>,
}

impl Row {
    fn read(self) -> Outcome<AccessEntry> {
        Ok(AccessEntry {
            seq: self.seq,
            at: UnixMillis(self.at),
            by: self.who,
            what: self.what,
            customer_id: Some(self.customer_id)
                .filter(|id| !id.is_empty())
                .map(|id| id.parse())
                .transpose()?,
            conversation_id: self.conversation_id.map(|id| id.parse()).transpose()?,
            filters: self
                .filters
                .map(|text| from_json("filters", &text))
                .transpose()?
                .unwrap_or_default(),
            rows: self.lines,
        })
    }
}
