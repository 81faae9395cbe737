//! Lists of customers, filtered and searched.
//!
//! They go by `indexed`: its index by time also holds from where somebody wrote and what is not known of
//! them, so that these filters read nothing else. Words, tags and answers stand elsewhere and are sets; see
//! [`crate::ledger::listing`].

use super::Row;
use super::index::{kind_bit, platform_bit};
use crate::bind;
use crate::fault::Outcome;
use crate::ledger::answers;
use crate::ledger::cx::Cx;
use crate::ledger::listing::{HOWEVER_MANY, Listing, Set, place};
use crate::ledger::op::Read;
use crate::rpc::Call;
use askwell::api::{Customer, CustomerSearch, Page, PageQuery};
use askwell::customer::{normalise_email, search};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use worker::SqlStorageValue;

/// In which order customers are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// The latest seen first.
    Latest,
    /// By their ids, which stay where they are while people write.
    Ids,
}

impl Order {
    /// What a cursor of it begins with.
    const fn name(self) -> &'static str {
        match self {
            Self::Latest => "last",
            Self::Ids => "id",
        }
    }
}

/// A page of the customers that fit, the latest seen first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct List {
    /// Which.
    pub search: CustomerSearch,
}

impl Call for List {
    const NAME: &'static str = "customers.list";
    type Out = Page<Customer>;
}

impl Read for List {
    fn run(self, cx: &Cx) -> Outcome<Page<Customer>> {
        page(cx, self.search, Order::Latest)
    }
}

/// A page of the customers that fit, by their ids: for whoever goes through all of them while people write.
/// Somebody who is seen again moves up in a list by time, past a reader who is further down, and would be missed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Through {
    /// Which.
    pub search: CustomerSearch,
}

impl Call for Through {
    const NAME: &'static str = "customers.through";
    type Out = Page<Customer>;
}

impl Read for Through {
    fn run(self, cx: &Cx) -> Outcome<Page<Customer>> {
        page(cx, self.search, Order::Ids)
    }
}

fn page(cx: &Cx, find: CustomerSearch, order: Order) -> Outcome<Page<Customer>> {
    let page = PageQuery { cursor: find.cursor, limit: find.limit };
    let cursor = page.after(order.name())?;
    let mut conditions = Vec::new();
    let mut values = Vec::new();
    let mut add = |condition: &str, more: Vec<SqlStorageValue>| {
        conditions.push(condition.to_owned());
        values.extend(more);
    };
    let (sorted, shown) = match order {
        Order::Latest => {
            add("(i.last_at, i.customer_id) < (?, ?)", place(cursor, find.until));
            if let Some(from) = find.from {
                add("i.last_at >= ?", bind![from.0]);
            }
            (
                "i.last_at DESC, i.customer_id DESC",
                "SELECT c.* FROM ({page}) p CROSS JOIN customers c ON c.id = p.customer_id ORDER BY c.last_at DESC, c.id DESC",
            )
        }
        Order::Ids => {
            add("i.customer_id > ?", bind![cursor.map(|(_, id)| id).unwrap_or_default()]);
            // A sign keeps the index by time from being the way to the rows.
            if let Some(from) = find.from {
                add("+i.last_at >= ?", bind![from.0]);
            }
            if let Some(until) = find.until {
                add("+i.last_at < ?", bind![until.0]);
            }
            (
                "i.customer_id",
                "SELECT c.* FROM ({page}) p CROSS JOIN customers c ON c.id = p.customer_id ORDER BY c.id",
            )
        }
    };
    if let Some(email) = &find.email {
        add(
            "i.customer_id = (SELECT coalesce(h.root, h.id) FROM emails e JOIN customers h ON h.id = e.customer_id WHERE e.email = ?)",
            bind![normalise_email(email)],
        );
    }
    if let Some(platform) = find.platform {
        add("i.platforms & ? <> 0", bind![platform_bit(platform)]);
    }
    for kind in &find.missing {
        add("i.lacks & ? <> 0", bind![kind_bit(*kind)]);
    }
    if find.incomplete {
        add("i.lacks <> 0", bind![]);
    }
    let mut sets = Vec::new();
    if let Some(text) = &find.text {
        let Some(query) = search::query(text) else {
            return Ok(Page { items: Vec::new(), next: None });
        };
        sets.push(Set { values: bind![query], ..WORDS });
    }
    if let Some(tag) = &find.tag {
        sets.push(Set { values: bind![tag.trim()], ..TAGGED });
    }
    for filter in answers::checked(&find.answers)? {
        let values = bind![filter.field_id.as_str(), filter.value.as_str()];
        sets.push(Set { values, ..ANSWERED });
    }
    let listing = Listing {
        table: "indexed",
        columns: "i.n, i.customer_id, i.last_at",
        order: sorted,
        shown,
        conditions,
        values,
        plain: false,
        rows: page.rows()?,
    };
    let rows: Vec<Row> = listing.page(cx.sql, sets)?;
    let items = rows.into_iter().map(Row::read).collect::<Outcome<Vec<_>>>()?;
    let next = page.next(order.name(), &items, |c| (c.last_at.0, c.customer_id.as_str()));
    Ok(Page { items, next })
}

/// The homes of the profile of row `i`.
macro_rules! homes {
    () => {
        "(SELECT i.customer_id AS id UNION ALL SELECT id FROM customers WHERE root = i.customer_id) h"
    };
}

/// The place of the profile that a home was merged into.
macro_rules! merged {
    ($home:literal) => {
        concat!(
            "(SELECT r.n FROM customers h JOIN indexed r ON r.customer_id = h.root WHERE h.id = ",
            $home,
            ")"
        )
    };
}

/// Those who are found by words. Asking the index whether one row has words costs as much as finding thousands,
/// so that the keys of many are held.
const WORDS: Set = Set {
    size: "SELECT 1 FROM customer_words WHERE words MATCH ?",
    key: "n",
    all: "SELECT rowid AS k FROM customer_words WHERE words MATCH ?",
    one: Cow::Borrowed("EXISTS (SELECT 1 FROM customer_words WHERE words MATCH ? AND rowid = i.n)"),
    listed: None,
    values: Vec::new(),
    few: 3_000,
    held: HOWEVER_MANY,
    asked: 0,
};

/// Those who bear a tag.
const TAGGED: Set = Set {
    size: "SELECT 1 FROM tags WHERE tag = ? AND subject BETWEEN 'cu_' AND 'cu_~'",
    key: "n",
    all: concat!(
        "SELECT DISTINCT coalesce(x.n, ",
        merged!("t.subject"),
        ") AS k FROM tags t LEFT JOIN indexed x ON x.customer_id = t.subject WHERE t.tag = ? AND t.subject BETWEEN 'cu_' AND 'cu_~'"
    ),
    one: Cow::Borrowed(concat!(
        "EXISTS (SELECT 1 FROM ",
        homes!(),
        " CROSS JOIN tags t ON t.tag = ? AND t.subject = h.id)"
    )),
    listed: None,
    values: Vec::new(),
    held: 0,
    few: 3_000,
    asked: 5_000,
};

/// Those with an answer that stands. Asking a row looks at each of the person's conversations.
const ANSWERED: Set = Set {
    size: "SELECT 1 FROM answered WHERE field_id = ? AND value = ?",
    key: "customer_id",
    all: "SELECT DISTINCT customer_id AS k FROM answered WHERE field_id = ? AND value = ?",
    one: Cow::Borrowed(concat!(
        "EXISTS (SELECT 1 FROM ",
        homes!(),
        " CROSS JOIN conversations v ON v.customer_id = h.id CROSS JOIN answered a ON a.field_id = ? AND a.value = ? AND a.started_at = v.started_at AND a.id = v.id)"
    )),
    listed: None,
    values: Vec::new(),
    few: 1_500,
    held: 10_000,
    asked: 1_500,
};
