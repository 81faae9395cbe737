//! What the dashboard's lists need beyond the rows: tags, how many there are, what is still under way,
//! and the views that somebody saved.
//!
//! A view is a set of filters under a name, shared by the team. What is looked for by words is not part
//! of it: it is somebody's name more often than not, and would stay after that person was erased.

use super::cx::Cx;
use super::op::{Op, Read, Room, Write};
use super::{collected, conversations, customers, desk, fields, marks};
use crate::bind;
use crate::fault::Outcome;
use crate::rpc::Call;
use crate::sql::{Migration, Sql};
use askwell::api::{
    ConversationMarks, ConversationSearch, ConversationSummary, Customer, CustomerSearch, Page,
};
use askwell::detect::Kind;
use askwell::id::ConversationId;
use askwell::{Code, Error, id};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See [`super::ROOMS`].
pub const ROOM: Room = Room {
    migrations: &[
        Migration {
            id: "views/1",
            statements: &[
                "CREATE TABLE views (id TEXT PRIMARY KEY, list TEXT NOT NULL, name TEXT NOT NULL, query TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL, UNIQUE (list, name)) WITHOUT ROWID",
                // Lists of incomplete profiles, and their counts, without reading the complete ones.
                "CREATE INDEX customers_without_name ON customers (last_at, id) WHERE moved_to IS NULL AND root IS NULL AND name IS NULL",
                "CREATE INDEX customers_without_email ON customers (last_at, id) WHERE moved_to IS NULL AND root IS NULL AND email IS NULL",
                "CREATE INDEX customers_without_phone ON customers (last_at, id) WHERE moved_to IS NULL AND root IS NULL AND phone IS NULL",
                "CREATE INDEX conversations_unread ON conversations (id) WHERE sentiment IS NULL AND status NOT IN ('queued', 'in-progress')",
            ],
        },
        Migration {
            id: "views/2",
            statements: &[
                // Lists go by `indexed`, which counts as well.
                "DROP INDEX customers_without_name",
                "DROP INDEX customers_without_email",
                "DROP INDEX customers_without_phone",
            ],
        },
    ],
    ops: &[
        Op::read::<Customers>(),
        Op::read::<Conversations>(),
        Op::read::<Behind>(),
        Op::read::<AroundConversation>(),
        Op::read::<CalledIn>(),
        Op::write::<Save>(),
        Op::write::<Remove>(),
    ],
    ..Room::EMPTY
};

/// Most views of a list.
const VIEWS: u64 = 50;
const NAME_CHARS: usize = 60;
const QUERY_BYTES: usize = 2_000;
/// Most tags that a list offers.
const TAGS: usize = 100;

/// Tags that there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllTags {
    /// In alphabetical order, 100 at most.
    pub first: Vec<String>,
    /// Whether there are more.
    pub more: bool,
}

/// A list of the dashboard that has views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// Of customers.
    Customers,
    /// Of conversations.
    Conversations,
}

impl List {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Conversations => "conversations",
        }
    }
}

/// Filters under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Which.
    pub id: String,
    /// For people.
    pub name: String,
    /// The filters, as they stand in the page's address.
    pub query: String,
}

/// A page of the list of customers, with all that stands around it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Customers {
    /// Which.
    pub search: CustomerSearch,
}

/// See [`Customers`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomersShown {
    /// The rows.
    pub page: Page<Customer>,
    /// The tags of each row.
    pub tags: Vec<Vec<String>>,
    /// The tags that there are.
    pub all_tags: AllTags,
    /// How many customers there are.
    pub all: u64,
    /// How many lack any of the three.
    pub incomplete: u64,
    /// How many lack a name, an e-mail address, a phone number.
    pub without: [u64; 3],
    /// Conversations that have ended and are still being read.
    pub unread: u64,
    /// What was saved.
    pub views: Vec<View>,
}

impl Call for Customers {
    const NAME: &'static str = "views.customers";
    type Out = CustomersShown;
}

impl Read for Customers {
    fn run(self, cx: &Cx) -> Outcome<CustomersShown> {
        let sql = cx.sql;
        let page = customers::List { search: self.search }.run(cx)?;
        let tags = page
            .items
            .iter()
            .map(|customer| marks::tags(sql, customer.customer_id.as_str()))
            .collect::<Outcome<_>>()?;
        let counts = customers::counts(sql)?;
        let without = Kind::ALL.map(|kind| counts.all - counts.with[&kind]);
        Ok(CustomersShown {
            page,
            tags,
            all_tags: all_tags(sql, "cu_")?,
            all: counts.all,
            incomplete: counts.incomplete,
            without,
            unread: unread(sql)?,
            views: views(sql, List::Customers)?,
        })
    }
}

/// A page of the list of conversations, with all that stands around it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Conversations {
    /// Which.
    pub search: ConversationSearch,
}

/// See [`Conversations`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConversationsShown {
    /// The rows.
    pub page: Page<ConversationSummary>,
    /// What the customer of each row is called.
    pub names: Vec<Option<String>>,
    /// The tags that there are on conversations.
    pub all_tags: AllTags,
    /// The questions that have answers to filter by: all that are put or off, and of those that were removed
    /// the ones that were answered.
    pub fields: Vec<fields::Known>,
    /// The answers that each of them has somewhere, as they are counted: also what is no value, and
    /// values of before.
    pub given: Vec<Vec<String>>,
    /// Conversations that have ended and are still being read.
    pub unread: u64,
    /// What was saved.
    pub views: Vec<View>,
}

impl Call for Conversations {
    const NAME: &'static str = "views.conversations";
    type Out = ConversationsShown;
}

impl Read for Conversations {
    fn run(self, cx: &Cx) -> Outcome<ConversationsShown> {
        let page = conversations::List { search: self.search }.run(cx)?;
        let (mut fields, mut given) = (Vec::new(), Vec::new());
        for field in fields::all(cx.sql)? {
            let answers = collected::given(cx.sql, field.id())?;
            if field.standing != fields::Standing::Removed || !answers.is_empty() {
                fields.push(field);
                given.push(answers);
            }
        }
        Ok(ConversationsShown {
            names: names(cx.sql, &page.items)?,
            page,
            all_tags: all_tags(cx.sql, "cv_")?,
            given,
            fields,
            unread: unread(cx.sql)?,
            views: views(cx.sql, List::Conversations)?,
        })
    }
}

/// What the customer of each conversation is called.
fn names(sql: &Sql, rows: &[ConversationSummary]) -> Outcome<Vec<Option<String>>> {
    let name = |row: &ConversationSummary| -> Outcome<Option<String>> {
        let Some(id) = &row.customer_id else { return Ok(None) };
        let found = customers::find(sql, id.as_str())?;
        Ok(found.and_then(|c| c.name.or(c.email).or(c.phone)))
    };
    rows.iter().map(name).collect()
}

/// The conversations behind a count, with what their customers are called.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Behind {
    /// Which count.
    pub count: collected::Conversations,
}

impl Call for Behind {
    const NAME: &'static str = "views.behind";
    type Out = (Page<ConversationSummary>, Vec<Option<String>>);
}

impl Read for Behind {
    fn run(self, cx: &Cx) -> Outcome<<Self as Call>::Out> {
        let page = self.count.run(cx)?;
        let names = names(cx.sql, &page.items)?;
        Ok((page, names))
    }
}

/// What the customer of each of some conversations is called.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CalledIn {
    /// Which.
    pub ids: Vec<ConversationId>,
}

impl Call for CalledIn {
    const NAME: &'static str = "views.called_in";
    type Out = Vec<Option<String>>;
}

impl Read for CalledIn {
    fn run(self, cx: &Cx) -> Outcome<Vec<Option<String>>> {
        let name = |id| match conversations::known(cx.sql, id)? {
            Some(known) => called(cx.sql, &known),
            None => Ok(None),
        };
        self.ids.iter().map(name).collect()
    }
}

fn called(sql: &Sql, known: &conversations::Known) -> Outcome<Option<String>> {
    let Some(customer) = &known.customer else { return Ok(None) };
    let shown = customers::shown(sql, customer.as_str())?;
    Ok(shown.and_then(|customer| customer.name.or(customer.email).or(customer.phone)))
}

/// What stands around one conversation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AroundConversation {
    /// Which.
    pub conversation_id: ConversationId,
}

impl Call for AroundConversation {
    const NAME: &'static str = "views.around_conversation";
    /// Its marks, what its customer is called, and the names of the team's people and keys.
    type Out = (ConversationMarks, Option<String>, BTreeMap<String, String>);
}

impl Read for AroundConversation {
    fn run(self, cx: &Cx) -> Outcome<<Self as Call>::Out> {
        let team = desk::team(cx.sql)?;
        let Some(known) = conversations::known(cx.sql, &self.conversation_id)? else {
            // One that has begun just now: its object tells the ledger within a second.
            return Ok((ConversationMarks::default(), None, team));
        };
        let name = called(cx.sql, &known)?;
        let marks = marks::Get { conversation_id: self.conversation_id }.run(cx)?;
        Ok((marks, name, team))
    }
}

/// Conversations that have ended and are still being read.
pub fn unread(sql: &Sql) -> Outcome<u64> {
    sql.count(
        "SELECT count(*) AS n FROM conversations WHERE sentiment IS NULL AND status NOT IN ('queued', 'in-progress')",
        bind![],
    )
}

/// The tags that hang on what has ids that begin so, in alphabetical order.
pub fn all_tags(sql: &Sql, prefix: &str) -> Outcome<AllTags> {
    #[derive(Deserialize)]
    struct Row {
        tag: Option<String>,
    }
    // One step in the index for each tag, however many customers bear it.
    let rows: Vec<Row> = sql.rows(
        "WITH RECURSIVE each (tag) AS (
             SELECT min(tag) FROM tags
             UNION ALL SELECT (SELECT min(tag) FROM tags WHERE tag > each.tag) FROM each WHERE each.tag IS NOT NULL)
         SELECT tag FROM each WHERE tag IS NOT NULL AND EXISTS (SELECT 1 FROM tags t WHERE t.tag = each.tag AND t.subject >= ?1 AND t.subject < ?1 || '~') LIMIT ?2",
        bind![prefix, TAGS as i64 + 1],
    )?;
    let mut first: Vec<String> = rows.into_iter().filter_map(|row| row.tag).collect();
    let more = first.len() > TAGS;
    first.truncate(TAGS);
    Ok(AllTags { first, more })
}

/// The views of a list, by name.
pub fn views(sql: &Sql, list: List) -> Outcome<Vec<View>> {
    sql.rows("SELECT id, name, query FROM views WHERE list = ? ORDER BY name", bind![list.as_str()])
}

/// Saves a view. One of the same name is the team's, and is not replaced by other filters.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Save {
    /// Of which list.
    pub list: List,
    /// 1 to 60 characters on one line.
    pub name: String,
    /// The filters, as they stand in the page's address.
    pub query: String,
    /// Who does it.
    pub by: String,
}

impl Call for Save {
    const NAME: &'static str = "views.save";
    type Out = ();
}

impl Write for Save {
    fn run(self, cx: &Cx) -> Outcome<()> {
        let name = self.name.trim();
        if customers::bad_text(name, NAME_CHARS) || name.chars().any(char::is_control) {
            let detail = "a view needs a name of 1 to 60 characters on one line";
            return Err(Error::new(Code::InvalidField, detail).into());
        }
        if self.query.len() > QUERY_BYTES {
            return Err(Error::new(Code::InvalidField, "a view has too many filters").into());
        }
        let list = self.list.as_str();
        let count = "SELECT count(*) AS n FROM views WHERE list = ? AND name <> ?";
        if cx.sql.count(count, bind![list, name])? >= VIEWS {
            let detail = "there may be 50 views at most; remove one first";
            return Err(Error::new(Code::InvalidField, detail).into());
        }
        let taken = "SELECT count(*) AS n FROM views WHERE list = ? AND name = ? AND query <> ?";
        if cx.sql.count(taken, bind![list, name, self.query.as_str()])? > 0 {
            let detail = "The team has a view of this name, with other filters. Choose another name, or remove that one first.";
            return Err(Error::new(Code::AlreadyExists, detail).into());
        }
        let id = id::digest(&[list.as_bytes(), name.as_bytes()]);
        cx.sql.run(
            "INSERT INTO views (id, list, name, query, at, who) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (list, name) DO UPDATE SET at = excluded.at, who = excluded.who",
            bind![id, list, name, self.query, cx.now.0, self.by],
        )
    }
}

/// Takes a view away; one that is not there is no error.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Remove {
    /// Of which list.
    pub list: List,
    /// Which.
    pub id: String,
}

impl Call for Remove {
    const NAME: &'static str = "views.remove";
    type Out = ();
}

impl Write for Remove {
    fn run(self, cx: &Cx) -> Outcome<()> {
        cx.sql
            .run("DELETE FROM views WHERE id = ? AND list = ?", bind![self.id, self.list.as_str()])
    }
}

#[cfg(test)]
mod tests;
