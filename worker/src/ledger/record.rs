//! Recording a closing: de-duplicate → facts → customer → answers → counts → events → export row →
//! documents, all in the caller's transaction.

use super::calls::{Record, Recorded, Settings, customer_key, transcript_key, visitor_key};
use super::customers;
use super::lanes;
use crate::bind;
use crate::conversation::calls::Archive;
use crate::fault::{Outcome, to_json};
use crate::sql::Sql;
use askwell::classify::AnswerState;
use askwell::closing::{Closed, FieldAnswer};
use askwell::detect::Kind;
use askwell::export::Bot;
use askwell::id::{ConversationId, CustomerId, OrgId};
use askwell::time::{Day, UnixMillis};
use askwell::{event, export};
use serde::Deserialize;

/// Longest part of an archive, in bytes: a row of SQLite here may have 2 MB.
const ARCHIVE_PART_BYTES: usize = 1024 * 1024;

#[derive(Deserialize)]
struct Known {
    revision: u32,
    customer_id: Option<String>,
}

/// Records a closing; a second time it changes nothing.
pub fn record(
    sql: &Sql,
    settings: &Settings,
    input: &Record,
    now: UnixMillis,
) -> Outcome<Recorded> {
    let closed = &input.closed;
    let id = closed.conversation_id.as_str();
    let before: Option<Known> =
        sql.first("SELECT revision, customer_id FROM conversations WHERE id = ?", bind![id])?;
    let recorded: Option<serde::de::IgnoredAny> = sql.first(
        "SELECT 1 AS found FROM revisions WHERE conversation_id = ? AND revision = ?",
        bind![id, i64::from(closed.revision)],
    )?;
    let owner = before.as_ref().and_then(|row| row.customer_id.as_deref()?.parse().ok());
    if let (true, Some(customer_id)) = (recorded.is_some(), owner.clone()) {
        return Ok(Recorded { duplicate: true, customer_id });
    }
    let newest = before.as_ref().is_none_or(|row| closed.revision > row.revision);

    put_revision(sql, input, now)?;
    let customer_id = if newest {
        put_facts(sql, closed)?;
        let customer_id = customers::attach(sql, &settings.id, closed, owner.as_ref(), now)?;
        put_conversation(sql, input, &customer_id, now)?;
        customers::refresh(sql, &customer_id)?;
        if let Some(former) = owner.filter(|former| *former != customer_id) {
            customers::refresh(sql, &former)?;
            document(
                sql,
                "customer",
                former.as_str(),
                &customer_key(&settings.id, former.as_str()),
            )?;
        }
        put_archive(sql, input)?;
        put_answers(sql, closed, &input.conclusion.answers)?;
        let key = customer_key(&settings.id, customer_id.as_str());
        document(sql, "customer", customer_id.as_str(), &key)?;
        let visitor = closed.visitor_id.as_str();
        document(sql, "visitor", visitor, &visitor_key(&settings.id, visitor))?;
        document(sql, "transcript", id, &transcript_key(&settings.id, id))?;
        customer_id
    } else {
        // An older closing that came late: kept, and its events told, but it decides nothing.
        owner.unwrap_or_else(|| customers::new_id(&settings.id, closed))
    };
    put_events(sql, settings, input, &customer_id, now)?;
    if newest && closed.status.is_terminal() {
        put_export_row(sql, settings, input, &customer_id, now)?;
    }
    Ok(Recorded { duplicate: false, customer_id })
}

fn put_revision(sql: &Sql, input: &Record, now: UnixMillis) -> Outcome<()> {
    sql.run(
        "INSERT INTO revisions (conversation_id, revision, body, recorded_at) VALUES (?, ?, ?, ?)",
        bind![
            input.closed.conversation_id.as_str(),
            i64::from(input.closed.revision),
            to_json("conclusion", &input.conclusion)?,
            now.0
        ],
    )
}

fn put_facts(sql: &Sql, closed: &Closed) -> Outcome<()> {
    let id = closed.conversation_id.as_str();
    sql.run("DELETE FROM facts WHERE conversation_id = ?", bind![id])?;
    for kind in Kind::ALL {
        if let Some(fact) = closed.facts.get(kind) {
            sql.run(
                "INSERT INTO facts (conversation_id, kind, value, seq, at, detector) VALUES (?, ?, ?, ?, ?, ?)",
                bind![
                    id,
                    kind.as_str(),
                    fact.value.as_str(),
                    i64::from(fact.seq),
                    fact.at.0,
                    i64::from(fact.detector)
                ],
            )?;
        }
    }
    Ok(())
}

fn put_conversation(
    sql: &Sql,
    input: &Record,
    customer: &CustomerId,
    now: UnixMillis,
) -> Outcome<()> {
    let closed = &input.closed;
    let ended_at = closed.status.is_terminal().then_some(closed.ended_at.0);
    sql.run(
        "INSERT INTO conversations (id, platform_conversation_id, customer_id, visitor_id, status, revision, direction, platform, transferred, lang, messages, started_at, ended_at, sentiment, classify_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET customer_id = excluded.customer_id, visitor_id = excluded.visitor_id, status = excluded.status, revision = excluded.revision, transferred = excluded.transferred, lang = excluded.lang, messages = excluded.messages, started_at = excluded.started_at, ended_at = excluded.ended_at, sentiment = excluded.sentiment, classify_ms = excluded.classify_ms",
        bind![
            closed.conversation_id.as_str(),
            closed.platform_conversation_id.clone(),
            customer.as_str(),
            closed.visitor_id.as_str(),
            closed.status.as_str(),
            i64::from(closed.revision),
            closed.direction.as_str(),
            closed.platform.as_str(),
            i64::from(closed.transferred),
            closed.lang.map(|lang| lang.code()),
            i64::try_from(closed.messages.len()).unwrap_or(i64::MAX),
            closed.started_at.0,
            ended_at,
            input.conclusion.tone.sentiment.as_str(),
            now.0.saturating_sub(input.closed_wall.0).max(0)
        ],
    )
}

fn put_archive(sql: &Sql, input: &Record) -> Outcome<()> {
    let id = input.closed.conversation_id.as_str();
    let archive =
        Archive { messages: input.closed.messages.clone(), session: input.session.clone() };
    let text = to_json("archive", &archive)?;
    sql.run("DELETE FROM archives WHERE conversation_id = ?", bind![id])?;
    let (mut rest, mut part) = (text.as_str(), 0i64);
    while !rest.is_empty() {
        let cut = rest.floor_char_boundary(ARCHIVE_PART_BYTES);
        let (head, tail) = rest.split_at(cut);
        sql.run(
            "INSERT INTO archives (conversation_id, part, body) VALUES (?, ?, ?)",
            bind![id, part, head],
        )?;
        (rest, part) = (tail, part + 1);
    }
    Ok(())
}

/// The answer as it is counted; what is no value stands in brackets.
pub fn counted(answer: &FieldAnswer) -> String {
    match (&answer.answer.answer, answer.answer.state) {
        (Some(value), AnswerState::Value) => value.clone(),
        (_, state) => format!("({})", state.as_str()),
    }
}

fn put_answers(sql: &Sql, closed: &Closed, answers: &[FieldAnswer]) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Old {
        field_id: String,
        value: String,
        day: String,
        platform: String,
    }
    let id = closed.conversation_id.as_str();
    let day = closed.ended_at.day().to_string();
    let old: Vec<Old> = sql.rows(
        "SELECT field_id, value, json_extract(body, '$.day') AS day, json_extract(body, '$.platform') AS platform FROM answers WHERE conversation_id = ?",
        bind![id],
    )?;
    for row in old {
        sql.run(
            "UPDATE answer_counts SET n = n - 1 WHERE field_id = ? AND value = ? AND day = ? AND platform = ?",
            bind![row.field_id, row.value, row.day, row.platform],
        )?;
    }
    sql.run("DELETE FROM answers WHERE conversation_id = ?", bind![id])?;
    for (position, answer) in answers.iter().enumerate() {
        let value = counted(answer);
        let body = serde_json::json!({
            "day": day, "platform": closed.platform.as_str(), "position": position, "answer": answer,
        });
        sql.run(
            "INSERT INTO answers (conversation_id, field_id, value, body) VALUES (?, ?, ?, ?)",
            bind![id, answer.field_id.as_str(), value.as_str(), body.to_string()],
        )?;
        sql.run(
            "INSERT INTO answer_counts (field_id, value, day, platform, n) VALUES (?, ?, ?, ?, 1)
             ON CONFLICT (field_id, value, day, platform) DO UPDATE SET n = n + 1",
            bind![answer.field_id.as_str(), value, day.as_str(), closed.platform.as_str()],
        )?;
    }
    Ok(())
}

fn put_events(
    sql: &Sql,
    settings: &Settings,
    input: &Record,
    customer: &CustomerId,
    now: UnixMillis,
) -> Outcome<()> {
    let org_id = OrgId::from(&settings.id);
    let scope = event::Scope { org_id: &org_id, workspace_id: &settings.id, user_id: customer };
    for event in event::of_closed(&input.closed, &input.conclusion, &scope) {
        put_event(sql, &event, Some(&input.closed.conversation_id), now)?;
    }
    Ok(())
}

/// Puts an event into the outbox, unless it looks like personal data: then it is only counted.
pub fn put_event(
    sql: &Sql,
    event: &event::Event,
    conversation: Option<&ConversationId>,
    now: UnixMillis,
) -> Outcome<()> {
    if !event::is_clean(event) {
        worker::console_error!("an event was held back because it looks like personal data");
        return super::counter(sql, "events_blocked", 1);
    }
    let body = event::cloud_event(event).to_string();
    let id = event.event_id.as_str();
    let lane = conversation.map_or(id, ConversationId::as_str);
    let new: Option<serde::de::IgnoredAny> = sql.first(
        "INSERT INTO events (id, name, lane, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING seq",
        bind![id, event.name.to_string(), lane, body],
    )?;
    if new.is_some() { lanes::wake(sql, lane, now) } else { Ok(()) }
}

fn put_export_row(
    sql: &Sql,
    settings: &Settings,
    input: &Record,
    customer: &CustomerId,
    now: UnixMillis,
) -> Outcome<()> {
    let bot = Bot { id: settings.id.as_str(), name: &settings.name };
    let row = export::row(&input.closed, &input.conclusion, customer, &bot);
    sql.run(
        "INSERT INTO export_rows (day, conversation_id, body) VALUES (?, ?, ?)
         ON CONFLICT (day, conversation_id) DO UPDATE SET body = excluded.body",
        bind![
            open_day(sql, input.closed.ended_at, now)?.to_string(),
            input.closed.conversation_id.as_str(),
            to_json("export row", &row)?
        ],
    )
}

/// The day that a conversation is exported on: the one it ended on, or, where that is sealed
/// already, the first one from today that is not.
fn open_day(sql: &Sql, ended_at: UnixMillis, now: UnixMillis) -> Outcome<Day> {
    let frozen = |day: Day| -> Outcome<bool> {
        let found: Option<serde::de::IgnoredAny> =
            sql.first("SELECT 1 AS found FROM export_days WHERE day = ?", bind![day.to_string()])?;
        Ok(found.is_some())
    };
    let mut day = ended_at.day();
    if frozen(day)? {
        day = now.day().max(day);
        while frozen(day)? {
            day = day.next();
        }
    }
    Ok(day)
}

/// Marks a KV document as out of date; the alarm publishes it.
pub fn document(sql: &Sql, kind: &str, subject: &str, key: &str) -> Outcome<()> {
    sql.run(
        "INSERT INTO documents (key, kind, subject, version) VALUES (?, ?, ?, 1)
         ON CONFLICT (key) DO UPDATE SET version = version + 1",
        bind![key, kind, subject],
    )
}
