//! Answers that were promised by e-mail: what a person of the team says in a web chat goes to the visitor's
//! address as well, unless they see it in the chat first.
//!
//! A row is written in the transaction that takes the message, with its own copy of the text, because the
//! conversation may end first. What is said within the pause goes out as one mail. An answer to that mail
//! begins a conversation by e-mail: whoever reads the address need not be who sits at the chat, and neither
//! is shown what the other wrote.

use super::deliver;
use super::store::{self, Meta};
use super::{Conversation, desk};
use crate::bind;
use crate::config;
use crate::fault::Outcome;
use crate::jobs::{self, Next, Work};
use crate::ledger::channels::{ByMail, Mailing, Reached};
use crate::platform::{self, Letter};
use crate::rpc;
use crate::sql::Sql;
use askwell::channel::{Reason, Thread, Verdict, verdict};
use askwell::conversation::{Message, Platform, Role};
use askwell::detect::Kind;
use askwell::reply::{Line, line};
use askwell::text::Lang;
use askwell::time::UnixMillis;
use serde::Deserialize;

/// Lets a message be mailed, where it is an answer that was promised so.
pub fn queue(sql: &Sql, meta: &Meta, message: &Message) -> Outcome<()> {
    if message.role != Role::Agent || meta.channel.is_some() || meta.recorded || meta.test_mode {
        return Ok(());
    }
    if !desk::read(sql)?.by_mail {
        return Ok(());
    }
    let session = store::session(sql)?;
    let proven = store::proven(sql)?.email.map(|email| email.value);
    let told = session.facts().get(Kind::Email).map(|fact| fact.value.clone());
    sql.run(
        "INSERT INTO deliveries (message_id, part, role, text, state, queued_at, at, address, lang, place) VALUES (?, 0, ?, ?, 'waiting', ?, ?, ?, ?, ?)",
        bind![
            message.id.as_str(),
            message.role.as_str(),
            message.text.as_str(),
            message.at.0,
            message.at.0,
            proven.or(told),
            session.lang().map(Lang::code),
            i64::from(message.seq)
        ],
    )?;
    jobs::put(sql, Mail::KIND, "", message.at)
}

#[derive(Debug, Deserialize)]
struct Row {
    seq: u32,
    message_id: String,
    text: String,
    attempts: u32,
    queued_at: i64,
    address: Option<String>,
    lang: Option<String>,
}

/// What waits, in order, without what the visitor has seen since: that needs no mail.
fn unseen(sql: &Sql, meta: &Meta) -> Outcome<Vec<Row>> {
    sql.run(
        "DELETE FROM deliveries WHERE state = 'waiting' AND place <= ?",
        bind![meta.read.customer.map_or(-1, i64::from)],
    )?;
    sql.rows(
        "SELECT seq, message_id, text, attempts, queued_at, address, lang FROM deliveries WHERE state = 'waiting' AND place IS NOT NULL ORDER BY seq",
        bind![],
    )
}

/// What goes into one mail: what was tried together before, so that the same key names the same mail.
fn together(rows: &[Row]) -> &[Row] {
    let attempts = rows.first().map_or(0, |row| row.attempts);
    let upto = rows.iter().position(|row| row.attempts != attempts).unwrap_or(rows.len());
    rows.get(..upto).unwrap_or(rows)
}

/// Mails what waits.
pub struct Mail;

impl Work<Conversation> for Mail {
    const KIND: &'static str = "mail";

    async fn run(object: &Conversation, _subject: &str) -> Outcome<Next> {
        let sql = object.sql();
        loop {
            deliver::tell(object).await?;
            let meta = store::meta(&sql)?;
            let rows = unseen(&sql, &meta)?;
            let Some(first) = rows.first() else { return Ok(Next::Done) };
            let due = UnixMillis(first.queued_at).plus(config::mail_after_ms(&object.env));
            if due > config::now(&object.env) {
                return Ok(Next::At(due));
            }
            let letter = together(&rows);
            let (verdict, status) = attempt(object, &meta, letter).await?;
            let now = config::now(&object.env);
            let verdict = deliver::within_a_day(verdict, first.queued_at, now);
            for row in letter {
                deliver::note(&sql, row.seq, &verdict, status, now)?;
            }
            if let Verdict::Later(_) = verdict {
                deliver::tell(object).await?;
                return Ok(Next::Unconfirmed);
            }
        }
    }
}

async fn attempt(object: &Conversation, meta: &Meta, letter: &[Row]) -> Outcome<(Verdict, u16)> {
    // Without a channel or an address it waits for one, as for a token that is put right.
    let unreachable = (Verdict::Later(Reason::Disconnected), 0);
    let Some(last) = letter.last() else { return Ok(unreachable) };
    let sql = object.sql();
    let address = match &last.address {
        Some(address) => Some(address.clone()),
        None => store::session(&sql)?.facts().get(Kind::Email).map(|fact| fact.value.clone()),
    };
    let find = ByMail { visitor_id: meta.visitor_id.clone(), address };
    let ledger = rpc::ledger(&object.env, &meta.workspace)?;
    let Some(mailing) = rpc::call(&ledger, &find).await? else { return Ok(unreachable) };
    let Mailing { channel_id, connection, sender, address } = mailing;
    for row in letter {
        sql.run(
            "UPDATE deliveries SET channel_id = ? WHERE seq = ?",
            bind![channel_id.as_str(), i64::from(row.seq)],
        )?;
    }
    let lang = last.lang.as_deref().and_then(Lang::from_tag);
    let thread = Thread { subject: line(lang, Line::ByMail).to_owned(), references: Vec::new() };
    let reached =
        Reached { connection, sender, user: address, heard_at: None, thread: Some(thread) };
    let text: Vec<&str> = letter.iter().map(|row| row.text.as_str()).collect();
    let letter = Letter {
        conversation: &meta.conversation_id,
        message: &last.message_id,
        part: 0,
        role: Role::Agent,
        text: &text.join("\n\n"),
    };
    let answered = platform::send(&object.env, &reached, &letter).await?;
    Ok((verdict(Platform::Email, &answered), answered.status))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOW, opened};
    use super::*;
    use askwell::session::{Options, Session};

    fn says(sql: &Sql, seq: u32, role: Role) {
        let text = format!("message {seq}");
        let message = Message { id: format!("m-{seq}"), seq, role, text, at: NOW, by: None };
        queue(sql, &store::meta(sql).unwrap(), &message).unwrap();
    }

    fn mailed(sql: &Sql) -> Vec<String> {
        let rows = unseen(sql, &store::meta(sql).unwrap()).unwrap();
        rows.into_iter().map(|row| row.message_id).collect()
    }

    fn promised() -> Sql {
        let sql = opened();
        let before = desk::Desk::default();
        let mut desk = desk::Desk { by_mail: true, ..desk::Desk::default() };
        desk::put(&sql, &mut desk, &before, NOW).unwrap();
        sql
    }

    #[test]
    fn what_a_person_says_is_mailed_where_that_was_promised() {
        let sql = opened();
        says(&sql, 1, Role::Agent);
        assert!(mailed(&sql).is_empty(), "nobody was promised anything");
        let sql = promised();
        for (seq, role) in [(1, Role::Customer), (2, Role::Bot), (3, Role::Agent)] {
            says(&sql, seq, role);
        }
        assert_eq!(mailed(&sql), ["m-3"]);
    }

    #[test]
    fn what_was_seen_in_the_chat_is_not_mailed() {
        let sql = promised();
        says(&sql, 3, Role::Agent);
        says(&sql, 4, Role::Agent);
        let mut meta = store::meta(&sql).unwrap();
        meta.read.customer = Some(3);
        store::put_meta(&sql, &meta).unwrap();
        assert_eq!(mailed(&sql), ["m-4"]);
    }

    #[test]
    fn a_mail_keeps_its_words_and_its_address_when_the_conversation_lets_go_of_them() {
        let sql = promised();
        let mut session = Session::new(Options::default(), &[], NOW);
        session.visitor("I am ana@example.com", NOW);
        store::put_session(&sql, &session).unwrap();
        says(&sql, 3, Role::Agent);
        store::empty(&sql).unwrap();
        let rows = unseen(&sql, &store::meta(&sql).unwrap()).unwrap();
        let [row] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!(row.address.as_deref(), Some("ana@example.com"));
        assert_eq!(row.text, "message 3");
    }

    #[test]
    fn what_was_tried_together_is_tried_together_again() {
        let sql = promised();
        says(&sql, 3, Role::Agent);
        says(&sql, 4, Role::Agent);
        let rows = unseen(&sql, &store::meta(&sql).unwrap()).unwrap();
        assert_eq!(together(&rows).len(), 2);
        for row in &rows {
            deliver::note(&sql, row.seq, &Verdict::Later(Reason::Unreachable), 500, NOW).unwrap();
        }
        says(&sql, 5, Role::Agent);
        let rows = unseen(&sql, &store::meta(&sql).unwrap()).unwrap();
        assert_eq!(rows.len(), 3);
        assert_eq!(together(&rows).last().unwrap().message_id, "m-4");
    }
}
