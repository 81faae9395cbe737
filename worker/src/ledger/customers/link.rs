//! Merging profiles by hand, splitting one, and undoing either.

use super::index::replaced;
use super::whose::lead;
use super::{HOMES, Value, hide, must, refresh, show, stale_visitors};
use crate::bind;
use crate::fault::Outcome;
use crate::ledger::cx::Cx;
use crate::ledger::documents;
use crate::ledger::op::{Read, Write};
use crate::rpc::Call;
use crate::sql::word;
use askwell::api::{CustomerLink, LinkKind};
use askwell::id::{ConversationId, CustomerId};
use askwell::time::UnixMillis;
use askwell::{Code, Error};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most conversations that are split off at once.
const MOST: usize = 500;

/// Merges another profile into one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Merge {
    /// The one that stays.
    pub customer_id: CustomerId,
    /// The other one.
    pub other: CustomerId,
    /// Who does it.
    pub by: String,
}

impl Call for Merge {
    const NAME: &'static str = "customers.merge";
    type Out = CustomerLink;
}

impl Write for Merge {
    fn run(self, cx: &Cx) -> Outcome<CustomerLink> {
        let (into, other) = (must(cx.sql, &self.customer_id)?, must(cx.sql, &self.other)?);
        if into == other {
            return Err(Error::new(Code::InvalidField, "these two are one customer already").into());
        }
        join(cx, into.as_str(), other.as_str())?;
        log(cx, LinkKind::Merge, &into, &other, &self.by)
    }
}

/// Makes some conversations of a profile a profile of their own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Split {
    /// Which profile.
    pub customer_id: CustomerId,
    /// Which of its conversations.
    pub conversation_ids: Vec<ConversationId>,
    /// Who does it.
    pub by: String,
}

impl Call for Split {
    const NAME: &'static str = "customers.split";
    type Out = CustomerLink;
}

impl Write for Split {
    fn run(self, cx: &Cx) -> Outcome<CustomerLink> {
        let refuse = |code, detail: &str| Err(Error::new(code, detail.to_owned()).into());
        let from = must(cx.sql, &self.customer_id)?;
        let chosen: BTreeSet<&str> =
            self.conversation_ids.iter().map(ConversationId::as_str).collect();
        if chosen.is_empty() || chosen.len() > MOST {
            return refuse(Code::InvalidField, "`conversation_ids` must have 1 to 500 entries");
        }
        #[derive(Deserialize)]
        struct Row {
            id: String,
            home: String,
        }
        let query = format!(
            "SELECT id, customer_id AS home FROM conversations WHERE customer_id IN {HOMES}"
        );
        let all: Vec<Row> = cx.sql.rows(&query, bind![from.as_str()])?;
        let of_it = all.iter().filter(|row| chosen.contains(row.id.as_str()));
        let homes: BTreeSet<&str> = of_it.clone().map(|row| row.home.as_str()).collect();
        if of_it.count() < chosen.len() {
            return refuse(Code::NotFound, "not all of these are conversations of this customer");
        }
        if chosen.len() == all.len() {
            return refuse(Code::InvalidField, "one conversation at least must stay");
        }
        let Some(home) = homes.first().filter(|_| homes.len() == 1) else {
            return refuse(
                Code::InvalidField,
                "these conversations came together by a merge; undo it instead",
            );
        };
        // Equal e-mail is one profile: the next closing would bring them back.
        for id in &chosen {
            let named = cx.sql.count(
                "SELECT (SELECT count(*) FROM facts f JOIN emails e ON e.email = lower(trim(f.value)) WHERE f.conversation_id = ?1 AND f.kind = 'email' AND e.customer_id = ?2) + (SELECT count(*) FROM proven p JOIN emails e ON e.email = p.value WHERE p.conversation_id = ?1 AND p.kind = 'email' AND e.customer_id = ?2) AS n",
                bind![*id, *home],
            )?;
            if named > 0 {
                return refuse(
                    Code::InvalidField,
                    "one of these conversations names the customer's e-mail address; correct that first",
                );
            }
        }
        let mut parts: Vec<&[u8]> = vec![cx.workspace.as_str().as_bytes(), b"split"];
        let at = cx.now.0.to_le_bytes();
        parts.push(&at);
        parts.extend(chosen.iter().map(|id| id.as_bytes()));
        let new = CustomerId::derive(&parts);
        cx.sql.run(
            "INSERT INTO customers (id, platforms, first_at, last_at, conversations) VALUES (?, '[]', ?, ?, 0)",
            bind![new.as_str(), cx.now.0, cx.now.0],
        )?;
        let home: CustomerId = home.parse()?;
        for id in &chosen {
            cx.sql.run(
                "UPDATE conversations SET customer_id = ? WHERE id = ?",
                bind![new.as_str(), *id],
            )?;
            lead(cx, &id.parse()?, &home, Some(&new))?;
        }
        refresh(cx, &home)?;
        refresh(cx, &new)?;
        replaced(cx, new.as_str())?;
        log(cx, LinkKind::Split, &from, &new, &self.by)
    }
}

/// Undoes a merge or a split.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Undo {
    /// Which.
    pub link_id: u64,
    /// Who does it.
    pub by: String,
}

impl Call for Undo {
    const NAME: &'static str = "customers.undo";
    type Out = CustomerLink;
}

impl Write for Undo {
    fn run(self, cx: &Cx) -> Outcome<CustomerLink> {
        let seq = i64::try_from(self.link_id).unwrap_or(i64::from(u32::MAX));
        let find = || -> Outcome<Option<Row>> {
            cx.sql.first("SELECT * FROM links WHERE seq = ?", bind![seq])
        };
        let not_found = || Error::new(Code::NotFound, "no such merge or split");
        let link = find()?.ok_or_else(not_found)?.read()?;
        if link.undone_at.is_some() {
            return Err(Error::new(Code::IllegalTransition, "this has been undone already").into());
        }
        let (stayed, other) = (link.customer_id.as_str(), link.other.as_str());
        match link.kind {
            LinkKind::Merge => part(cx, other)?,
            LinkKind::Split => {
                let (stayed, now) = (must(cx.sql, &link.customer_id)?, must(cx.sql, &link.other)?);
                if now != link.other && now != stayed {
                    return Err(Error::new(
                        Code::IllegalTransition,
                        "what was split off has been merged into another profile; undo that first",
                    )
                    .into());
                }
                if now != stayed {
                    join(cx, stayed.as_str(), other)?;
                }
            }
        }
        cx.sql.run(
            "UPDATE links SET undone_at = ?, undone_who = ? WHERE seq = ?",
            bind![cx.now.0, self.by.as_str(), seq],
        )?;
        touch(cx, stayed)?;
        touch(cx, other)?;
        find()?.ok_or_else(not_found)?.read()
    }
}

/// The merges and splits that a customer has a part in, the latest first; 500 at most.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Links {
    /// Whom.
    pub customer_id: CustomerId,
}

impl Call for Links {
    const NAME: &'static str = "customers.links";
    type Out = Vec<CustomerLink>;
}

impl Read for Links {
    fn run(self, cx: &Cx) -> Outcome<Vec<CustomerLink>> {
        let id = must(cx.sql, &self.customer_id)?;
        let query = format!(
            "SELECT * FROM links WHERE customer_id IN {HOMES} OR other IN {HOMES} ORDER BY seq DESC LIMIT 500"
        );
        let rows: Vec<Row> = cx.sql.rows(&query, bind![id.as_str()])?;
        rows.into_iter().map(Row::read).collect()
    }
}

#[derive(Deserialize)]
struct Row {
    seq: u64,
    kind: String,
    customer_id: String,
    other: String,
    at: i64,
    who: String,
    undone_at: Option<i64>,
    undone_who: Option<String>,
}

impl Row {
    fn read(self) -> Outcome<CustomerLink> {
        Ok(CustomerLink {
            link_id: self.seq,
            kind: word(self.kind)?,
            customer_id: self.customer_id.parse()?,
            other: self.other.parse()?,
            at: UnixMillis(self.at),
            by: self.who,
            undone_at: self.undone_at.map(UnixMillis),
            undone_by: self.undone_who,
        })
    }
}

fn log(
    cx: &Cx,
    kind: LinkKind,
    stayed: &CustomerId,
    other: &CustomerId,
    by: &str,
) -> Outcome<CustomerLink> {
    let word = match kind {
        LinkKind::Merge => "merge",
        LinkKind::Split => "split",
    };
    cx.sql.run(
        "INSERT INTO links (kind, customer_id, other, at, who) VALUES (?, ?, ?, ?, ?)",
        bind![word, stayed.as_str(), other.as_str(), cx.now.0, by],
    )?;
    let row: Option<Row> =
        cx.sql.first("SELECT * FROM links ORDER BY seq DESC LIMIT 1", bind![])?;
    row.ok_or_else(|| Error::new(Code::Internal, "the log lost a line"))?.read()
}

/// Shows a profile as part of another; both are shown under their own ids.
fn join(cx: &Cx, into: &str, other: &str) -> Outcome<()> {
    stale_visitors(cx, other)?;
    hide(cx, other)?;
    cx.sql.run("UPDATE customers SET merged_into = ? WHERE id = ?", bind![into, other])?;
    cx.sql.run("UPDATE customers SET root = ?1 WHERE id = ?2 OR root = ?2", bind![into, other])?;
    show(cx, into)?;
    stale_visitors(cx, into)
}

/// Shows a merged profile by itself again, with all that had been merged into it before.
fn part(cx: &Cx, other: &str) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Place {
        root: Option<String>,
    }
    let place: Option<Place> = cx.sql.first(
        "SELECT root FROM customers WHERE id = ? AND merged_into IS NOT NULL",
        bind![other],
    )?;
    let Some(root) = place.and_then(|place| place.root) else { return Ok(()) };
    cx.sql
        .run("UPDATE customers SET merged_into = NULL, root = NULL WHERE id = ?", bind![other])?;
    let below: Vec<Value> = cx.sql.rows(
        "WITH RECURSIVE below (id) AS (SELECT id FROM customers WHERE merged_into = ?1 UNION SELECT c.id FROM customers c JOIN below b ON c.merged_into = b.id) SELECT id AS value FROM below",
        bind![other],
    )?;
    replaced(cx, other)?;
    for home in below {
        cx.sql
            .run("UPDATE customers SET root = ? WHERE id = ?", bind![other, home.value.as_str()])?;
        replaced(cx, &home.value)?;
    }
    withdraw(cx, &root, other)?;
    withdraw(cx, other, &root)?;
    show(cx, &root)?;
    show(cx, other)?;
    stale_visitors(cx, &root)?;
    stale_visitors(cx, other)
}

/// Takes an address back that was set by hand of a profile while another was part of it, and that leads to
/// the other: as soon as it led there no more, it would become the first one's.
fn withdraw(cx: &Cx, of: &str, leads_to: &str) -> Outcome<()> {
    let query = format!(
        "DELETE FROM edits WHERE kind = 'email' AND customer_id IN {HOMES} AND value IN (SELECT email FROM emails WHERE customer_id IN (SELECT id FROM customers WHERE id = ?2 OR root = ?2))"
    );
    cx.sql.run(&query, bind![of, leads_to])
}

fn touch(cx: &Cx, id: &str) -> Outcome<()> {
    documents::stale(cx, documents::Kind::Customer, id)
}
