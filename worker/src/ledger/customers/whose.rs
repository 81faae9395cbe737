//! Whose profile a conversation joins: as it is held, and once a closing of it is recorded.
//!
//! A closing settles it, and notes whose the browser and the site's user are from then on. Before its first
//! closing a conversation is led to a profile by what its visitor has said so far, so that the team sees who
//! writes while they write. That binds nothing: with each telling, and with the closing, the question is put
//! as if the conversation had led nowhere yet. So an address that was mistyped, or taken back a moment
//! later, has the same end as if it had been right at once, and leaves nothing in the profile of whoever
//! it belongs to. Where the team has split a conversation off, that is where it stands.

use super::{Value, accesses, addresses, documents, hide, index, refresh, stale_visitors};
use crate::bind;
use crate::fault::Outcome;
use crate::ledger::conversations::{self, Known};
use crate::ledger::cx::Cx;
use crate::ledger::{data_keys, facts, identity};
use crate::sql::Sql;
use askwell::customer::{Facts, Proven, Resolution, resolve};
use askwell::id::{ConversationId, CustomerId, VisitorId};
use serde::Deserialize;

/// What a conversation says of its visitor.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Which conversation.
    pub conversation_id: &'a ConversationId,
    /// Who visits.
    pub visitor_id: &'a VisitorId,
    /// What they said of themselves.
    pub facts: &'a Facts,
    /// What has been verified of them.
    pub proven: &'a Proven,
}

impl Claim<'_> {
    /// Whether it says anything by which somebody could be known again.
    fn says(&self) -> bool {
        let Self { facts, proven, .. } = self;
        proven.subject.is_some() || !facts.kinds().is_empty() || !proven.kinds().is_empty()
    }
}

/// The id of the profile that a conversation would begin with a closing. It says nothing of the person.
pub fn new_id(cx: &Cx, conversation: &ConversationId, revision: u32) -> CustomerId {
    CustomerId::derive(&[
        cx.workspace.as_str().as_bytes(),
        conversation.as_str().as_bytes(),
        &revision.to_le_bytes(),
    ])
}

/// The id of the profile that it would begin with something that it tells while it is held.
fn told_id(cx: &Cx, conversation: &ConversationId, version: u32) -> CustomerId {
    CustomerId::derive(&[
        cx.workspace.as_str().as_bytes(),
        conversation.as_str().as_bytes(),
        b"told",
        &version.to_le_bytes(),
    ])
}

/// Takes what a conversation tells of its visitor while it is held. What is older than what it has told
/// changes nothing.
pub fn tell(cx: &Cx, claim: &Claim<'_>, version: u32) -> Outcome<()> {
    let id = claim.conversation_id;
    let Some(before) = conversations::known(cx.sql, id)? else { return Ok(()) };
    if version <= before.claimed {
        return Ok(());
    }
    conversations::put_claimed(cx, id, version)?;
    let same = facts::find(cx.sql, id.as_str())? == *claim.facts
        && identity::find(cx.sql, id.as_str())? == *claim.proven;
    if same {
        return Ok(());
    }
    facts::put(cx, id, claim.facts)?;
    identity::put(cx, id, claim.proven)?;
    let to = match settled(cx.sql, &before)? {
        None if !claim.says() => None,
        _ => Some(whose(cx, claim, Some(&before), told_id(cx, id, version))?),
    };
    if to != before.customer {
        conversations::put_customer(cx, id, to.as_ref())?;
        documents::stale(cx, documents::Kind::Transcript, id.as_str())?;
        leave(cx, id, Some(&before), to.as_ref())?;
    }
    to.map_or(Ok(()), |to| refresh(cx, &to))
}

/// Finds or begins the profile that a closed conversation belongs to, `new` where it begins one, and notes
/// that its visitor is seen as that one now.
pub fn settle(
    cx: &Cx,
    claim: &Claim<'_>,
    before: Option<&Known>,
    new: CustomerId,
) -> Outcome<CustomerId> {
    let id = whose(cx, claim, before, new)?;
    cx.sql.run(
        "INSERT INTO visitors (id, customer_id) VALUES (?, ?)
         ON CONFLICT (id) DO UPDATE SET customer_id = excluded.customer_id",
        bind![claim.visitor_id.as_str(), id.as_str()],
    )?;
    identity::attach(cx.sql, claim, &id)?;
    Ok(id)
}

/// The profile that a closing, or the team, has put a conversation under.
fn settled<'a>(sql: &Sql, before: &'a Known) -> Outcome<Option<&'a CustomerId>> {
    let Some(home) = before.customer.as_ref() else { return Ok(None) };
    let split = "SELECT count(*) AS n FROM links WHERE kind = 'split' AND other = ?";
    Ok((before.revision > 0 || sql.count(split, bind![home.as_str()])? > 0).then_some(home))
}

#[derive(Deserialize)]
struct Candidate {
    id: String,
    has_email: i64,
}

impl Candidate {
    fn known(self) -> Option<(CustomerId, bool)> {
        Some((self.id.parse().ok()?, self.has_email != 0))
    }
}

/// Finds or begins the profile that a conversation belongs to.
fn whose(
    cx: &Cx,
    claim: &Claim<'_>,
    before: Option<&Known>,
    new: CustomerId,
) -> Outcome<CustomerId> {
    let sql = cx.sql;
    let email = identity::email_of(claim);
    let former = before.map(|known| settled(sql, known)).transpose()?.flatten();
    // Where it has led so far by what it told, and what that has of others.
    let told = match former {
        None => before.and_then(|known| known.customer.as_ref()),
        Some(_) => None,
    };
    let others = match told {
        Some(home) => addresses(sql, home.as_str(), Some(claim.conversation_id))?,
        None => Default::default(),
    };
    let without = |(id, has_email): (CustomerId, bool)| {
        let has_email = if told == Some(&id) { !others.is_empty() } else { has_email };
        (id, has_email)
    };
    let by_id = |id: &str| -> Outcome<Option<(CustomerId, bool)>> {
        let row: Option<Candidate> = sql.first(
            "SELECT id, EXISTS (SELECT 1 FROM emails WHERE customer_id = c.id) AS has_email FROM customers c WHERE id = ? AND moved_to IS NULL",
            bind![id],
        )?;
        Ok(row.and_then(Candidate::known))
    };
    let by_email: Option<Candidate> = match &email {
        Some(email) => sql.first(
            "SELECT customer_id AS id, 1 AS has_email FROM emails WHERE email = ?",
            bind![email.as_str()],
        )?,
        None => None,
    };
    let leads = |id: &CustomerId| {
        told != Some(id) || email.as_ref().is_some_and(|email| others.contains(email))
    };
    let by_visitor: Option<Candidate> = sql.first(
        "SELECT c.id, EXISTS (SELECT 1 FROM emails WHERE customer_id = c.id) AS has_email FROM visitors v JOIN customers c ON c.id = v.customer_id WHERE v.id = ? AND c.moved_to IS NULL",
        bind![claim.visitor_id.as_str()],
    )?;
    let by_visitor = by_visitor.and_then(Candidate::known).map(without);
    let known = askwell::customer::Known {
        by_email: by_email.and_then(Candidate::known).map(|(id, _)| id).filter(leads),
        by_visitor: identity::by_subject(sql, claim, by_visitor)?.map(without),
        by_conversation: former.map(|id| by_id(id.as_str())).transpose()?.flatten(),
    };
    if let Resolution::Attach(id) = resolve(email.as_deref(), &known) {
        return Ok(id);
    }
    // One that was begun for this conversation, and that nobody else has come to, goes on: an address that it has
    // all the same is one that the team put in, and stands beside none that was claimed.
    if let Some(home) = told
        && (others.is_empty() || email.is_none())
        && !is_shared(sql, home, claim.conversation_id)?
    {
        return Ok(home.clone());
    }
    sql.run(
        "INSERT OR IGNORE INTO customers (id, platforms, first_at, last_at, conversations) VALUES (?, '[]', ?, ?, 0)",
        bind![new.as_str(), cx.now.0, cx.now.0],
    )?;
    Ok(new)
}

/// Whether another conversation, a browser or a user of the site is of a home as well.
fn is_shared(sql: &Sql, home: &CustomerId, but: &ConversationId) -> Outcome<bool> {
    let n = sql.count(
        "SELECT EXISTS (SELECT 1 FROM conversations WHERE customer_id = ?1 AND id <> ?2) + EXISTS (SELECT 1 FROM visitors WHERE customer_id = ?1) + EXISTS (SELECT 1 FROM subjects WHERE customer_id = ?1) AS n",
        bind![home.as_str(), but.as_str()],
    )?;
    Ok(n > 0)
}

/// Lets the profile that a conversation stood under go on without it. One that has none left is the same
/// person under the wrong address: all that hangs on it moves along, and its id leads to where the conversation
/// is from then on; where that leads nowhere any more, it is gone. What the team keeps of it keeps it where it is.
pub fn leave(
    cx: &Cx,
    conversation: &ConversationId,
    before: Option<&Known>,
    to: Option<&CustomerId>,
) -> Outcome<()> {
    let Some(known) = before else { return Ok(()) };
    let Some(former) = known.customer.as_ref().filter(|former| Some(*former) != to) else {
        return Ok(());
    };
    let settled = settled(cx.sql, known)?.is_some();
    refresh(cx, former)?;
    lead(cx, conversation, former, to)?;
    let from = former.as_str();
    if let Some(to) = to {
        index::replaced(cx, to.as_str())?;
    }
    let conversations = cx
        .sql
        .count("SELECT count(*) AS n FROM conversations WHERE customer_id = ?", bind![from])?;
    if conversations > 0 {
        return Ok(());
    }
    if let Some(to) = to.filter(|_| settled) {
        stale_visitors(cx, from)?;
        let to = to.as_str();
        cx.sql.run("UPDATE visitors SET customer_id = ? WHERE customer_id = ?", bind![to, from])?;
        cx.sql.run("UPDATE subjects SET customer_id = ? WHERE customer_id = ?", bind![to, from])?;
    }
    let kept = cx.sql.count(
        "SELECT (SELECT count(*) FROM visitors WHERE customer_id = ?1) + (SELECT count(*) FROM subjects WHERE customer_id = ?1) + (SELECT count(*) FROM tags WHERE subject = ?1) + (SELECT count(*) FROM notes WHERE subject = ?1) + (SELECT count(*) FROM edits WHERE customer_id = ?1) + (SELECT count(*) FROM links WHERE customer_id = ?1 OR other = ?1) AS n",
        bind![from],
    )?;
    if kept > 0 {
        return Ok(());
    }
    hide(cx, from)?;
    accesses::go_along(cx, from, conversation.as_str(), to.map(CustomerId::as_str))?;
    cx.sql.run(
        "UPDATE customers SET moved_to = ?1, moved_with = ?2 WHERE id = ?1 OR moved_to = ?1",
        bind![from, conversation.as_str()],
    )?;
    lead(cx, conversation, former, to)
}

/// Lets the ids of homes that lead to a profile along a conversation lead to where that is now; where it is
/// nobody's, they lead nowhere.
pub fn lead(
    cx: &Cx,
    conversation: &ConversationId,
    from: &CustomerId,
    to: Option<&CustomerId>,
) -> Outcome<()> {
    const LED: &str = "moved_to = ? AND moved_with = ?";
    let along = bind![from.as_str(), conversation.as_str()];
    if let Some(to) = to {
        let values = bind![to.as_str()].into_iter().chain(along).collect();
        return cx.sql.run(&format!("UPDATE customers SET moved_to = ? WHERE {LED}"), values);
    }
    let led: Vec<Value> =
        cx.sql.rows(&format!("SELECT id AS value FROM customers WHERE {LED}"), along)?;
    for Value { value: home } in led {
        data_keys::remove(cx, &home)?;
        cx.sql.run("DELETE FROM customers WHERE id = ?", bind![home])?;
    }
    Ok(())
}
