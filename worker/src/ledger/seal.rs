//! Sealing a day: freeze → measure → write once → note. A crash between any two is mended by the next
//! try, which builds the same bytes from the same frozen rows.
//!
//! A day of any size goes through a small memory: its rows are read in pieces, once for the manifest
//! and once for the bucket. R2 takes a stream whose length is known in one conditional write, up to
//! 5 GB, and checks it against the manifest's SHA-256. Its multipart uploads would need no length,
//! but cannot be made conditional, and so not write-once.

use super::cx::Cx;
use super::exports::{self, Sealed};
use super::settings::Settings;
use crate::bind;
use crate::config;
use crate::fault::{Fault, Outcome, complain, to_json};
use crate::sql::{Sql, transaction};
use askwell::export::{Document, Form, Manifest};
use askwell::time::{Day, UnixMillis};
use askwell::{Code, Error};
use futures_util::stream;
use serde::Deserialize;
use std::collections::BTreeSet;
use worker::{Conditional, Data, Env, FixedLengthStream, HttpMetadata, State};

/// Bytes of rows that are in memory at once, or one row.
const PIECE_BYTES: u64 = 64 * 1024;
/// Rows that are in memory at once, where they are small.
const PIECE_ROWS: i64 = 256;

#[derive(Deserialize)]
struct DayRow {
    sealed_at: Option<i64>,
    sha256: Option<String>,
    bytes: Option<u64>,
}

/// Days that are sealed in one go; the next hour goes on.
const DAYS_AT_ONCE: usize = 60;

/// Days that are over, past their grace, and not sealed: those with conversations, and from the one on that the
/// workspace was made on also those without. The first first, but those that could not be sealed before last.
pub fn due_days(cx: &Cx, made_at: UnixMillis, grace_ms: i64) -> Outcome<Vec<Day>> {
    #[derive(Deserialize)]
    struct Name {
        day: Day,
    }
    let names = |query: &str| -> Outcome<BTreeSet<Day>> {
        let rows: Vec<Name> = cx.sql.rows(query, bind![])?;
        Ok(rows.into_iter().map(|row| row.day).collect())
    };
    let sealed = names("SELECT day FROM export_days WHERE sealed_at IS NOT NULL")?;
    let mut due = names(
        "SELECT day FROM export_counts WHERE day NOT IN (SELECT day FROM export_days WHERE sealed_at IS NOT NULL)
         UNION SELECT day FROM export_days WHERE sealed_at IS NULL",
    )?;
    let is_over = |day: &Day| day.end().plus(grace_ms) <= cx.now;
    let mut day = made_at.day();
    while is_over(&day) {
        if !sealed.contains(&day) {
            due.insert(day);
        }
        day = day.next();
    }
    let failed = names("SELECT day FROM export_problems")?;
    let (again, first): (Vec<Day>, Vec<Day>) =
        due.into_iter().filter(is_over).partition(|day| failed.contains(day));
    Ok(first.into_iter().chain(again).take(DAYS_AT_ONCE).collect())
}

/// For how long after its end a day is not sealed, in milliseconds.
pub fn grace(env: &Env) -> i64 {
    config::seal_grace_ms(env)
}

/// Seals a day, or says how it was sealed.
///
/// # Errors
/// [`Code::NotReady`] while it is not over and past its grace.
pub async fn seal(state: &State, env: &Env, settings: &Settings, day: Day) -> Outcome<Sealed> {
    let now = config::now(env);
    let name = day.to_string();
    let key = exports::key(&settings.id, day, Form::Json);
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
    let frozen_at = freeze(state, day, now).await?;
    let manifest = measure(&sql, day, Form::Json, frozen_at)?;
    let sha256 = manifest.sha256.clone();
    write_once(env, &key, file(&sql, day, Form::Json, manifest.bytes), Form::Json, Some(&sha256))
        .await?;
    write_manifest(env, &key, &manifest).await?;
    sql.run(
        "UPDATE export_days SET sealed_at = ?, sha256 = ?, bytes = ? WHERE day = ? AND sealed_at IS NULL",
        bind![frozen_at.0, sha256.as_str(), i64::try_from(manifest.bytes).unwrap_or(i64::MAX), name.as_str()],
    )?;
    sql.run("DELETE FROM export_problems WHERE day = ?", bind![name])?;
    Ok(Sealed { key, sha256, bytes: manifest.bytes })
}

/// The twin of a day that is sealed: the same rows, one a line. It is made when somebody first asks for
/// it, from the rows that were frozen with the day.
pub async fn twin(state: &State, env: &Env, settings: &Settings, day: Day) -> Outcome<Sealed> {
    #[derive(Deserialize)]
    struct Twin {
        ndjson_sha256: Option<String>,
        ndjson_bytes: Option<u64>,
    }
    let key = exports::key(&settings.id, day, Form::Ndjson);
    let sql = Sql::of(&state.storage());
    let name = day.to_string();
    let row: Option<Twin> = sql.first(
        "SELECT ndjson_sha256, ndjson_bytes FROM export_days WHERE day = ?",
        bind![name.as_str()],
    )?;
    if let Some(Twin { ndjson_sha256: Some(sha256), ndjson_bytes: Some(bytes) }) = row {
        return Ok(Sealed { key, sha256, bytes });
    }
    let Manifest { sha256, bytes, .. } = measure(&sql, day, Form::Ndjson, UnixMillis(0))?;
    write_once(env, &key, body(&sql, day, Form::Ndjson, bytes), Form::Ndjson, Some(&sha256))
        .await?;
    sql.run(
        "UPDATE export_days SET ndjson_sha256 = ?, ndjson_bytes = ? WHERE day = ?",
        bind![sha256.as_str(), i64::try_from(bytes).unwrap_or(i64::MAX), name],
    )?;
    Ok(Sealed { key, sha256, bytes })
}

/// Writes a file of a sealed day that is missing, and its manifest, once more.
///
/// # Errors
/// [`Code::Gone`] where what is there gives other bytes than were sealed.
pub async fn restore(
    state: &State,
    env: &Env,
    settings: &Settings,
    day: Day,
    form: Form,
) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Row {
        frozen_at: i64,
        sha256: Option<String>,
    }
    let sql = Sql::of(&state.storage());
    let column = match form {
        Form::Json => "sha256",
        Form::Ndjson => "ndjson_sha256",
    };
    let row: Option<Row> = sql.first(
        &format!("SELECT frozen_at, {column} AS sha256 FROM export_days WHERE day = ?"),
        bind![day.to_string()],
    )?;
    let key = exports::key(&settings.id, day, form);
    let Some(Row { frozen_at, sha256: Some(sha256) }) = row else {
        return Err(Error::new(Code::NotReady, format!("{day} has not been sealed yet")).into());
    };
    let manifest = measure(&sql, day, form, UnixMillis(frozen_at))?;
    if manifest.sha256 != sha256 {
        return Err(Error::new(
            Code::Gone,
            format!("the sealed file of {day} is missing from the bucket, and cannot be made again as it was; put `{key}` back from a copy of the bucket"),
        )
        .into());
    }
    complain(&format!("a sealed day was missing from the bucket, and is made again: {key}"));
    write_once(env, &key, body(&sql, day, form, manifest.bytes), form, Some(&sha256)).await?;
    if form == Form::Json {
        write_manifest(env, &key, &manifest).await?;
    }
    Ok(())
}

async fn write_manifest(env: &Env, key: &str, manifest: &Manifest) -> Outcome<()> {
    let text = to_json("manifest", manifest)?;
    write_once(env, &exports::manifest_key(key), text.into(), Form::Json, None).await
}

/// Goes through a day's rows for the manifest of its file.
fn measure(sql: &Sql, day: Day, form: Form, sealed_at: UnixMillis) -> Outcome<Manifest> {
    let mut document = Document::new(form);
    let mut place = Place::default();
    while let Some(rows) = next_piece(sql, &day.to_string(), &mut place, PIECE_BYTES)? {
        rows.lines().for_each(|row| drop(document.row(row)));
    }
    Ok(document.seal(day, sealed_at).1)
}

/// Ends a day, and says since when it has ended.
async fn freeze(state: &State, day: Day, now: UnixMillis) -> Outcome<UnixMillis> {
    #[derive(Deserialize)]
    struct Frozen {
        frozen_at: i64,
    }
    let frozen: Option<Frozen> = transaction(state, move |sql| {
        let name = day.to_string();
        sql.run(
            "INSERT OR IGNORE INTO export_days (day, frozen_at, conversations) VALUES (?1, ?2, (SELECT count(*) FROM export_rows WHERE day = ?1))",
            bind![name.as_str(), now.0],
        )?;
        sql.first("SELECT frozen_at FROM export_days WHERE day = ?", bind![name])
    })
    .await?;
    Ok(frozen.map_or(now, |row| UnixMillis(row.frozen_at)))
}

/// The day's file, which a stream of nothing could not be.
fn body(sql: &Sql, day: Day, form: Form, bytes: u64) -> Data {
    match bytes {
        0 => Data::Bytes(Vec::new()),
        bytes => file(sql, day, form, bytes),
    }
}

/// The day's file as a stream.
fn file(sql: &Sql, day: Day, form: Form, bytes: u64) -> Data {
    let sql = sql.clone();
    let begin = Some((Document::new(form), Place::default()));
    let pieces = stream::try_unfold(begin, move |state| {
        let piece = write_piece(&sql, day, state);
        async move { piece.map_err(|fault| worker::Error::RustError(fault.to_string())) }
    });
    FixedLengthStream::wrap(pieces, bytes).into()
}

type Writing = Option<(Document, Place)>;

/// The next piece of the file, and how to go on; after the last, nothing.
fn write_piece(sql: &Sql, day: Day, state: Writing) -> Outcome<Option<(Vec<u8>, Writing)>> {
    let Some((mut document, mut place)) = state else { return Ok(None) };
    Ok(Some(match next_piece(sql, &day.to_string(), &mut place, PIECE_BYTES)? {
        Some(rows) => {
            let text: String = rows.lines().map(|row| document.row(row)).collect();
            (text.into_bytes(), Some((document, place)))
        }
        // The manifest is written already: its instant does not matter here.
        None => match document.seal(day, UnixMillis(0)).0 {
            // A stream of bytes has no empty pieces.
            last if last.is_empty() => return Ok(None),
            last => (last.into_bytes(), None),
        },
    }))
}

/// How far the rows of a day have been read: up to and with this conversation.
#[derive(Debug, Default)]
struct Place(String);

/// The rows that follow, in order, a line each: as many as have so many bytes together, or one; none after
/// the last. SQLite puts them together, because each row that it hands over costs more than its bytes; what
/// a row holds is JSON, and so without a raw end of line.
fn next_piece(sql: &Sql, day: &str, place: &mut Place, bytes: u64) -> Outcome<Option<String>> {
    #[derive(Deserialize)]
    struct Piece {
        last: Option<String>,
        rows: Option<String>,
    }
    let piece: Option<Piece> = sql.first(
        "WITH ahead AS (SELECT conversation_id AS id, body FROM export_rows WHERE day = ?1 AND conversation_id > ?2 ORDER BY conversation_id LIMIT ?3),
           summed AS (SELECT id, body, sum(length(CAST(body AS BLOB))) OVER before AS bytes, row_number() OVER before AS place FROM ahead
             WINDOW before AS (ORDER BY id ROWS UNBOUNDED PRECEDING))
         SELECT max(id) AS last, group_concat(body, char(10) ORDER BY id) AS rows FROM summed WHERE bytes <= ?4 OR place = 1",
        bind![day, place.0.as_str(), PIECE_ROWS, i64::try_from(bytes).unwrap_or(i64::MAX)],
    )?;
    let Some(Piece { last: Some(last), rows: Some(rows) }) = piece else { return Ok(None) };
    place.0 = last;
    Ok(Some(rows))
}

fn ready_at(day: Day, env: &Env) -> UnixMillis {
    day.end().plus(config::seal_grace_ms(env))
}

/// Writes unless it is there. What is there was built from the same frozen rows.
async fn write_once(
    env: &Env,
    key: &str,
    body: Data,
    form: Form,
    sha256: Option<&str>,
) -> Outcome<()> {
    let bucket = env.bucket(config::EXPORTS)?;
    // Spares the sending; that nobody was faster is for the condition to see to.
    if bucket.head(key).await?.is_some() {
        return Ok(());
    }
    let metadata =
        HttpMetadata { content_type: Some(form.media().to_owned()), ..HttpMetadata::default() };
    let absent =
        Conditional { etag_does_not_match: Some("*".to_owned()), ..Conditional::default() };
    let mut put = bucket.put(key, body).http_metadata(metadata).only_if(absent);
    if let Some(hex) = sha256 {
        put = put.sha256(bytes_of_hex(hex));
    }
    put.execute().await.map(drop).map_err(Fault::from)
}

/// The bytes that hexadecimal digits stand for.
fn bytes_of_hex(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
    let byte = |pair: &[u32]| pair.iter().fold(0u8, |byte, digit| byte << 4 | *digit as u8);
    digits.chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_as_large_as_allowed_or_one_row_and_all_come_in_order() {
        for (sizes, pieces) in [
            (&[][..], &[][..]),
            (&[200], &[1]),
            (&[200, 1], &[1, 1]),
            (&[60, 40, 1], &[2, 1]),
            (&[60, 41], &[1, 1]),
            (&[1, 1, 1], &[3]),
            (&[1, 200, 99, 1, 1], &[1, 1, 2, 1]),
        ] {
            let sql = Sql::with(exports::ROOM.migrations);
            // In an order that is not theirs, with a day before and a day after.
            for (n, size) in sizes.iter().enumerate().rev() {
                for day in ["2026-01-01", "2026-01-02", "2026-01-03"] {
                    let rest = size - 1;
                    let body = format!("{n}{}{}", "ü".repeat(rest / 2), "x".repeat(rest % 2));
                    sql.run(
                        "INSERT INTO export_rows (day, conversation_id, body) VALUES (?, ?, ?)",
                        bind![day, format!("c{n}"), &body[..]],
                    )
                    .unwrap();
                }
            }
            let (mut place, mut found, mut order) = (Place::default(), Vec::new(), String::new());
            while let Some(rows) = next_piece(&sql, "2026-01-02", &mut place, 100).unwrap() {
                found.push(rows.lines().count());
                rows.lines().for_each(|row| order.push_str(&row[..1]));
            }
            assert_eq!(found, pieces, "{sizes:?}");
            assert_eq!(order, "01234"[..sizes.len()], "{sizes:?}");
        }
    }

    #[test]
    fn days_are_due_in_order_also_those_without_anything_and_what_failed_comes_last() {
        let sql = Sql::with(exports::ROOM.migrations);
        let day = |text: &str| -> Day { text.parse().unwrap() };
        let put = |date: &str| {
            let row = "INSERT INTO export_rows (day, conversation_id, body) VALUES (?, 'c', '{}')";
            sql.run(row, bind![date]).unwrap();
        };
        ["2020-02-01", "2026-01-03", "2026-01-05"].into_iter().for_each(put);
        let workspace = "shop".parse().unwrap();
        let due = |now: UnixMillis| {
            let cx = Cx { sql: &sql, workspace: &workspace, now };
            due_days(&cx, day("2026-01-02").start().plus(5), 3_600_000).unwrap()
        };
        let days = |texts: &[&str]| texts.iter().map(|text| day(text)).collect::<Vec<_>>();
        let evening = day("2026-01-04").end();
        assert_eq!(due(evening), days(&["2020-02-01", "2026-01-02", "2026-01-03"]));
        let late = evening.plus(3_600_000);
        assert_eq!(due(late), days(&["2020-02-01", "2026-01-02", "2026-01-03", "2026-01-04"]));
        for (sealed, date) in [("1", "2026-01-02"), ("NULL", "2026-01-03")] {
            sql.run(
                &format!("INSERT INTO export_days (day, frozen_at, sealed_at, conversations) VALUES (?, 1, {sealed}, 0)"),
                bind![date],
            )
            .unwrap();
        }
        sql.run("INSERT INTO export_problems VALUES ('2020-02-01', 'internal', 1, 1)", bind![])
            .unwrap();
        assert_eq!(due(late), days(&["2026-01-03", "2026-01-04", "2020-02-01"]));
        assert_eq!(due(late.plus(1_000 * 24 * 3_600_000)).len(), DAYS_AT_ONCE);
    }

    #[test]
    fn hexadecimal_reads_back() {
        assert_eq!(bytes_of_hex("00ff7a"), [0x00, 0xff, 0x7a]);
    }
}
