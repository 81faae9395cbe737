//! Reading the ledger: customers, conversations, events, and what the workspace holds.

use super::calls::PageQuery;
use crate::bind;
use crate::conversation::calls::Archive;
use crate::fault::{Outcome, from_json, unreadable};
use crate::sql::Sql;
use askwell::api::{
    ConversationDetail, ConversationSummary, Customer, ExportDay, Overview, Page, StoredEvent,
};
use askwell::closing::FieldAnswer;
use askwell::customer::{Fact, Facts, normalise_email};
use askwell::detect::Kind;
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct CustomerRow {
    id: String,
    email: Option<String>,
    name: Option<String>,
    phone: Option<String>,
    platforms: String,
    first_at: i64,
    last_at: i64,
    conversations: u32,
}

impl CustomerRow {
    fn read(self) -> Outcome<Customer> {
        Ok(Customer {
            customer_id: self.id.parse()?,
            name: self.name,
            email: self.email,
            phone: self.phone,
            platforms: from_json("platforms", &self.platforms)?,
            first_at: UnixMillis(self.first_at),
            last_at: UnixMillis(self.last_at),
            conversations: self.conversations,
        })
    }
}

/// One customer.
pub fn customer(sql: &Sql, id: &str) -> Outcome<Option<Customer>> {
    sql.first::<CustomerRow>("SELECT * FROM customers WHERE id = ?", bind![id])?
        .map(CustomerRow::read)
        .transpose()
}

/// A page of customers, the latest first.
pub fn customers(sql: &Sql, page: &PageQuery) -> Outcome<Page<Customer>> {
    let rows = i64::from(page.rows());
    if let Some(email) = &page.email {
        let found: Vec<CustomerRow> =
            sql.rows("SELECT * FROM customers WHERE email = ?", bind![normalise_email(email)])?;
        let items = found.into_iter().map(CustomerRow::read).collect::<Outcome<_>>()?;
        return Ok(Page { items, next: None });
    }
    let (at, id) = cursor(page)?;
    let found: Vec<CustomerRow> = sql.rows(
        "SELECT * FROM customers WHERE (last_at, id) < (?, ?) ORDER BY last_at DESC, id DESC LIMIT ?",
        bind![at, id, rows],
    )?;
    let items = found.into_iter().map(CustomerRow::read).collect::<Outcome<Vec<_>>>()?;
    let next = full(&items, rows, |c| (c.last_at, c.customer_id.as_str()));
    Ok(Page { items, next })
}

#[derive(Deserialize)]
struct ConversationRow {
    id: String,
    platform_conversation_id: Option<String>,
    customer_id: Option<String>,
    status: String,
    revision: u32,
    direction: String,
    platform: String,
    transferred: i64,
    lang: Option<String>,
    messages: u32,
    started_at: i64,
    ended_at: Option<i64>,
    sentiment: Option<String>,
    classify_ms: Option<i64>,
}

impl ConversationRow {
    fn read(self) -> Outcome<ConversationSummary> {
        Ok(ConversationSummary {
            conversation_id: self.id.parse()?,
            platform_conversation_id: self.platform_conversation_id,
            customer_id: self.customer_id.map(|id| id.parse()).transpose()?,
            status: word(self.status)?,
            revision: self.revision,
            direction: word(self.direction)?,
            platform: word(self.platform)?,
            transferred: self.transferred != 0,
            lang: self.lang.map(word).transpose()?,
            messages: self.messages,
            started_at: UnixMillis(self.started_at),
            ended_at: self.ended_at.map(UnixMillis),
            sentiment: self.sentiment.map(word).transpose()?,
            classify_ms: self.classify_ms,
        })
    }
}

/// Reads an enum from the name that it is stored under.
fn word<T: DeserializeOwned>(text: String) -> Outcome<T> {
    serde_json::from_value(serde_json::Value::String(text))
        .map_err(|error| unreadable("ledger column", &error))
}

/// A page of conversations, the latest begun first.
pub fn conversations(sql: &Sql, page: &PageQuery) -> Outcome<Page<ConversationSummary>> {
    let rows = i64::from(page.rows());
    let (at, id) = cursor(page)?;
    let found: Vec<ConversationRow> = sql.rows(
        "SELECT * FROM conversations WHERE (started_at, id) < (?, ?) ORDER BY started_at DESC, id DESC LIMIT ?",
        bind![at, id, rows],
    )?;
    let items = found.into_iter().map(ConversationRow::read).collect::<Outcome<Vec<_>>>()?;
    let next = full(&items, rows, |c| (c.started_at, c.conversation_id.as_str()));
    Ok(Page { items, next })
}

/// One conversation with all that is known of it; its transcript as of the newest closing.
pub fn conversation(sql: &Sql, id: &str) -> Outcome<Option<ConversationDetail>> {
    #[derive(Deserialize)]
    struct Answer {
        answer: FieldAnswer,
    }
    #[derive(Deserialize)]
    struct Body {
        body: String,
    }
    let row: Option<ConversationRow> =
        sql.first("SELECT * FROM conversations WHERE id = ?", bind![id])?;
    let Some(row) = row else { return Ok(None) };
    let bodies: Vec<Body> = sql.rows(
        "SELECT body FROM answers WHERE conversation_id = ? ORDER BY json_extract(body, '$.position')",
        bind![id],
    )?;
    let answers = bodies
        .iter()
        .map(|row| Ok(from_json::<Answer>("answer", &row.body)?.answer))
        .collect::<Outcome<_>>()?;
    Ok(Some(ConversationDetail {
        summary: row.read()?,
        transcript: archive(sql, id)?.map(|archive| archive.messages).unwrap_or_default(),
        facts: facts(sql, id)?,
        answers,
    }))
}

fn facts(sql: &Sql, conversation: &str) -> Outcome<Facts> {
    #[derive(Deserialize)]
    struct Row {
        kind: String,
        value: String,
        seq: u32,
        at: i64,
        detector: u32,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT kind, value, seq, at, detector FROM facts WHERE conversation_id = ?",
        bind![conversation],
    )?;
    let mut facts = Facts::default();
    for row in rows {
        let kind: Kind = word(row.kind)?;
        *facts.slot(kind) = Some(Fact {
            value: row.value,
            seq: row.seq,
            at: UnixMillis(row.at),
            detector: row.detector,
        });
    }
    Ok(facts)
}

/// What was kept of a conversation so that it can be read and reopened.
pub fn archive(sql: &Sql, conversation: &str) -> Outcome<Option<Archive>> {
    #[derive(Deserialize)]
    struct Part {
        body: String,
    }
    let parts: Vec<Part> = sql.rows(
        "SELECT body FROM archives WHERE conversation_id = ? ORDER BY part",
        bind![conversation],
    )?;
    if parts.is_empty() {
        return Ok(None);
    }
    let text: String = parts.into_iter().map(|part| part.body).collect();
    Ok(Some(from_json("archive", &text)?))
}

/// A page of events in the ledger's order.
pub fn events(sql: &Sql, page: &PageQuery) -> Outcome<Page<StoredEvent>> {
    #[derive(Deserialize)]
    struct Row {
        seq: u64,
        id: String,
        name: String,
        body: String,
        delivered_at: Option<i64>,
    }
    let after: i64 = match &page.cursor {
        Some(text) => text.parse().map_err(|_| bad_cursor())?,
        None => 0,
    };
    let rows: Vec<Row> = sql.rows(
        "SELECT seq, id, name, body, delivered_at FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
        bind![after, i64::from(page.rows())],
    )?;
    let next = (rows.len() == page.rows() as usize)
        .then(|| rows.last().map(|row| row.seq.to_string()))
        .flatten();
    let items = rows
        .into_iter()
        .map(|row| {
            Ok(StoredEvent {
                seq: row.seq,
                id: row.id,
                name: row.name,
                event: from_json("event", &row.body)?,
                delivered_at: row.delivered_at.map(UnixMillis),
            })
        })
        .collect::<Outcome<_>>()?;
    Ok(Page { items, next })
}

/// What the workspace holds.
pub fn overview(sql: &Sql) -> Outcome<Overview> {
    let count = |query: &str| -> Outcome<u64> {
        #[derive(Deserialize)]
        struct Row {
            n: u64,
        }
        Ok(sql.first::<Row>(query, bind![])?.map_or(0, |row| row.n))
    };
    #[derive(Deserialize)]
    struct Counted {
        outer: String,
        inner: String,
        n: u64,
    }
    let mut answers: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let counted: Vec<Counted> = sql.rows(
        "SELECT json_extract(f.body, '$.name') AS outer, c.value AS inner, sum(c.n) AS n FROM answer_counts c JOIN fields f ON f.id = c.field_id GROUP BY 1, 2 HAVING sum(c.n) > 0",
        bind![],
    )?;
    for row in counted {
        answers.entry(row.outer).or_default().insert(row.inner, row.n);
    }
    let names: Vec<Counted> = sql.rows(
        "SELECT name AS outer, '' AS inner, count(*) AS n FROM events GROUP BY name",
        bind![],
    )?;
    let customers_with = ["name", "email", "phone"]
        .into_iter()
        .map(|column| {
            let query = format!("SELECT count(*) AS n FROM customers WHERE {column} IS NOT NULL");
            Ok((column.to_owned(), count(&query)?))
        })
        .collect::<Outcome<_>>()?;
    Ok(Overview {
        conversations: count("SELECT count(*) AS n FROM conversations")?,
        classified: count(
            "SELECT count(*) AS n FROM conversations WHERE sentiment IS NOT NULL AND ended_at IS NOT NULL",
        )?,
        open: count(
            "SELECT count(*) AS n FROM conversations WHERE status IN ('queued', 'in-progress')",
        )?,
        customers: count("SELECT count(*) AS n FROM customers")?,
        customers_with,
        answers,
        events: names.into_iter().map(|row| (row.outer, row.n)).collect(),
        events_undelivered: count("SELECT count(*) AS n FROM events WHERE delivered_at IS NULL")?,
        events_blocked: super::read_counter(sql, "events_blocked")?,
        outbox: count(
            "SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM lanes WHERE attempts = 0) AS n",
        )?,
        dead_letters: count("SELECT count(*) AS n FROM dead_letters")?,
    })
}

/// The days that the export has.
pub fn export_days(sql: &Sql) -> Outcome<Vec<ExportDay>> {
    #[derive(Deserialize)]
    struct Row {
        day: String,
        n: u64,
        sealed_at: Option<i64>,
        sha256: Option<String>,
        bytes: Option<u64>,
    }
    let rows: Vec<Row> = sql.rows(
        "SELECT d.day AS day, (SELECT count(*) FROM export_rows r WHERE r.day = d.day) AS n, e.sealed_at, e.sha256, e.bytes
         FROM (SELECT day FROM export_rows UNION SELECT day FROM export_days) d LEFT JOIN export_days e ON e.day = d.day ORDER BY d.day",
        bind![],
    )?;
    rows.into_iter()
        .map(|row| {
            Ok(ExportDay {
                day: row.day.parse()?,
                conversations: row.n,
                sealed_at: row.sealed_at.map(UnixMillis),
                sha256: row.sha256,
                bytes: row.bytes,
            })
        })
        .collect()
}

/// Where a page begins: before everything, or after the last row of the page before.
fn cursor(page: &PageQuery) -> Outcome<(i64, String)> {
    match &page.cursor {
        None => Ok((UnixMillis::MAX.0 + 1, String::new())),
        Some(text) => {
            let (at, id) = text.split_once('.').ok_or_else(bad_cursor)?;
            Ok((at.parse().map_err(|_| bad_cursor())?, id.to_owned()))
        }
    }
}

fn full<T>(items: &[T], rows: i64, key: impl Fn(&T) -> (UnixMillis, &str)) -> Option<String> {
    if (items.len() as i64) < rows {
        return None;
    }
    items.last().map(|item| {
        let (at, id) = key(item);
        format!("{}.{id}", at.0)
    })
}

fn bad_cursor() -> Error {
    Error::new(Code::InvalidField, "the parameter `cursor` must be one that a page gave as `next`")
}
