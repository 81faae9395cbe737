//! Sealing a day: freeze → build → write once → note. A crash between any two is mended by the next
//! try, which builds the same bytes from the same frozen rows.

use super::calls::{Sealed, Settings, export_key};
use crate::bind;
use crate::config;
use crate::fault::{Fault, Outcome, to_json};
use crate::sql::{Sql, transaction};
use askwell::export;
use askwell::time::{Day, UnixMillis};
use askwell::{Code, Error};
use serde::Deserialize;
use worker::{Conditional, Env, HttpMetadata, State};

#[derive(Deserialize)]
struct DayRow {
    sealed_at: Option<i64>,
    sha256: Option<String>,
    bytes: Option<u64>,
}

#[derive(Deserialize)]
struct Row {
    body: String,
}

/// Days that are over, past their grace, and not sealed.
pub fn due_days(sql: &Sql, env: &Env) -> Outcome<Vec<Day>> {
    #[derive(Deserialize)]
    struct Name {
        day: String,
    }
    let now = config::now(env);
    let rows: Vec<Name> = sql.rows(
        "SELECT DISTINCT r.day AS day FROM export_rows r LEFT JOIN export_days e ON e.day = r.day WHERE e.sealed_at IS NULL ORDER BY 1",
        bind![],
    )?;
    let mut days = Vec::new();
    for row in rows {
        let day: Day = row.day.parse()?;
        if ready_at(day, env) <= now {
            days.push(day);
        }
    }
    Ok(days)
}

/// Seals a day, or says how it was sealed.
///
/// # Errors
/// [`Code::NotReady`] while it is not over and past its grace.
pub async fn seal(state: &State, env: &Env, settings: &Settings, day: Day) -> Outcome<Sealed> {
    let now = config::now(env);
    let name = day.to_string();
    let key = export_key(&settings.id, day);
    let sql = Sql::of(&state.storage());
    let row: Option<DayRow> = sql.first(
        "SELECT sealed_at, sha256, bytes FROM export_days WHERE day = ?",
        bind![name.as_str()],
    )?;
    if let Some(DayRow { sealed_at: Some(_), sha256: Some(sha256), bytes: Some(bytes) }) = row {
        return Ok(Sealed { key, sha256, bytes });
    }
    if ready_at(day, env) > now {
        return Err(Error::new(
            Code::NotReady,
            format!("{day} is sealed at {}; ask again then", ready_at(day, env).rfc3339()),
        )
        .into());
    }

    // From here on `record` puts nothing on this day any more.
    let frozen = name.clone();
    let rows: Vec<Row> = transaction(state, move |sql| {
        sql.run(
            "INSERT OR IGNORE INTO export_days (day, frozen_at, conversations) VALUES (?1, ?2, (SELECT count(*) FROM export_rows WHERE day = ?1))",
            bind![frozen.as_str(), now.0],
        )?;
        sql.rows("SELECT body FROM export_rows WHERE day = ? ORDER BY conversation_id", bind![frozen])
    })
    .await?;
    let mut document = export::Document::new();
    let mut text = String::new();
    for row in &rows {
        text.push_str(&document.row(&row.body));
    }
    let (end, manifest) = document.seal(day, now);
    text.push_str(&end);
    write_once(env, &key, text.into_bytes()).await?;
    let manifest_key = key.replace(".json", ".manifest.json");
    write_once(env, &manifest_key, to_json("manifest", &manifest)?.into_bytes()).await?;
    let (sha256, bytes) = (manifest.sha256, manifest.bytes);
    sql.run(
        "UPDATE export_days SET sealed_at = ?, sha256 = ?, bytes = ? WHERE day = ? AND sealed_at IS NULL",
        bind![now.0, sha256.as_str(), i64::try_from(bytes).unwrap_or(i64::MAX), name],
    )?;
    Ok(Sealed { key, sha256, bytes })
}

fn ready_at(day: Day, env: &Env) -> UnixMillis {
    day.end().plus(config::seal_grace_ms(env))
}

/// Writes unless it is there. What is there was built from the same frozen rows.
async fn write_once(env: &Env, key: &str, body: Vec<u8>) -> Outcome<()> {
    let metadata = HttpMetadata {
        content_type: Some("application/json".to_owned()),
        ..HttpMetadata::default()
    };
    let absent =
        Conditional { etag_does_not_match: Some("*".to_owned()), ..Conditional::default() };
    env.bucket(config::EXPORTS)?
        .put(key, body)
        .http_metadata(metadata)
        .only_if(absent)
        .execute()
        .await
        .map(drop)
        .map_err(Fault::from)
}
