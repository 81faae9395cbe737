//! The daily export: the list of days, and one day's file.

use super::{Bound, Call, bound};
use crate::fault::{Fault, Outcome};
use crate::ledger::exports::{Days, NoteRead, Reads, Restore, Seal, Sealed, manifest_key};
use crate::{config, http, rpc};
use askwell::Code;
use askwell::access::Scope;
use askwell::api::route::{Access, Answer, Header, Method, Route};
use askwell::api::shape::Shape;
use askwell::api::{
    ExportIntents, ExportList, ExportMetrics, ExportMetricsQuery, ExportQuery, ExportRead, Page,
    PageQuery,
};
use askwell::export::{self, Form, Lines, Metrics, Row, Tally};
use askwell::metrics::period::Period;
use askwell::time::Day;
use futures_util::StreamExt;
use worker::{Env, Object, ObjectBody, Response, ResponseBuilder, Stub};

const READ: Access = Access::Scope(Scope::ExportsRead);

/// What is sealed never changes.
const FOR_EVER: &str = "private, max-age=31536000, immutable";

/// Days whose files are read for one request: each takes two requests inside, of 1,000.
const DAYS_MOST: usize = 92;
/// Conversations that are counted for one request: with some 150 bytes each they take 75 MB of the 128 MB of an isolate.
const CONVERSATIONS_MOST: u64 = 500_000;

/// See [`super::ROOMS`].
pub const ROUTES: &[Bound] = &[
    bound(
        Route::new(
            Method::Get,
            "/v1/exports",
            "exports.list",
            READ,
            "The days that there are.",
            &[Answer::json(200, Shape::of::<ExportList>(), "All of them, the oldest first.")],
        ),
        |call| Box::pin(list(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/exports/metrics",
            "exports.metrics",
            READ,
            "The metrics of day files, by the queries of docs/export-sql.md; 425 until the last day is sealed.",
            &[Answer::json(200, Shape::of::<ExportMetrics>(), "All of them.")],
        )
        .query(Shape::of::<ExportMetricsQuery>()),
        |call| Box::pin(metrics(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/exports/reads",
            "exports.reads",
            Access::Scope(Scope::KeysManage),
            "Who has read which day, the latest first.",
            &[Answer::json(200, Shape::of::<Page<ExportRead>>(), "A page of them.")],
        )
        .query(Shape::of::<PageQuery>()),
        |call| Box::pin(reads(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/exports/{day}",
            "exports.get",
            READ,
            "One day's file: the same bytes for ever, and 425 until the day is sealed.",
            &[
                Answer::body(200, "application/json", "The file; see docs/export.schema.json."),
                Answer::body(200, "application/x-ndjson", "With `form=ndjson`: the same rows, one a line."),
                Answer::empty(304, "It is the one that `If-None-Match` names."),
            ],
        )
        .headers(&[Header {
            name: "If-None-Match",
            meaning: "The `ETag` of the file that is there already.",
        }])
        .query(Shape::of::<ExportQuery>()),
        |call| Box::pin(get(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/exports/{day}/manifest",
            "exports.manifest",
            READ,
            "The manifest of a day's file, as `askwell export verify` looks for beside it; 425 until the day is sealed.",
            &[Answer::body(200, "application/json", "Rows, bytes, SHA-256 and the instant of sealing.")],
        ),
        |call| Box::pin(manifest(call)),
    ),
    bound(
        Route::new(
            Method::Get,
            "/v1/exports/{day}/intents",
            "exports.intents",
            READ,
            "The first and the last intent of each conversation of a day.",
            &[Answer::json(200, Shape::of::<ExportIntents>(), "One a conversation.")],
        ),
        |call| Box::pin(intents(call)),
    ),
];

async fn list(call: Call) -> Outcome<Response> {
    let items = rpc::call(&call.ledger()?, &Days).await?;
    http::reply(200, &ExportList { items })
}

async fn get(call: Call) -> Outcome<Response> {
    let day = call.parameter("day")?;
    let ExportQuery { form } = call.query()?;
    // Seals it now if the cron has not come round to it yet.
    let sealed = seal(&call.env, &call.ledger()?, day, form).await?;
    note(&call, day, form.extension()).await?;
    let etag = format!("\"{}\"", sealed.sha256);
    let builder = ResponseBuilder::new()
        .with_header("etag", &etag)?
        .with_header("cache-control", FOR_EVER)?;
    if call.header("if-none-match")?.is_some_and(|tags| tags.contains(&etag)) {
        return Ok(builder.with_status(304).empty());
    }
    download(&call, builder, &sealed.key, &format!("{day}.{}", form.extension()), (day, form)).await
}

async fn manifest(call: Call) -> Outcome<Response> {
    let day = call.parameter("day")?;
    let sealed = seal(&call.env, &call.ledger()?, day, Form::Json).await?;
    note(&call, day, "manifest").await?;
    let builder = ResponseBuilder::new().with_header("cache-control", FOR_EVER)?;
    let name = format!("{day}.manifest.json");
    download(&call, builder, &manifest_key(&sealed.key), &name, (day, Form::Json)).await
}

/// What is in the bucket, to be kept under a name.
async fn download(
    call: &Call,
    builder: ResponseBuilder,
    key: &str,
    name: &str,
    (day, form): (Day, Form),
) -> Outcome<Response> {
    let object = open(&call.env, &call.ledger()?, key, (day, form)).await?;
    Ok(builder
        .with_header("content-type", form.media())?
        .with_header("content-disposition", &format!("attachment; filename=\"{name}\""))?
        .body(body(&object, key)?.response_body()?))
}

async fn metrics(call: Call) -> Outcome<Response> {
    let query: ExportMetricsQuery = call.query()?;
    let (first, last) = (query.first, query.last);
    let metrics = tally(&call.env, &call.ledger()?, query).await?;
    http::reply(200, &ExportMetrics { first, last, metrics })
}

/// The metrics of the day files of a period.
///
/// # Errors
/// [`Code::InvalidField`] for a period that is too long or has too many conversations, [`Code::NotReady`] until its last day is sealed.
pub async fn tally(env: &Env, ledger: &Stub, query: ExportMetricsQuery) -> Outcome<Metrics> {
    let period = Period::new(query.first, query.last)?;
    if period.days().count() > DAYS_MOST {
        return Err(Fault::refused(
            Code::InvalidField,
            "the period must have 92 days at most; `askwell metrics` reads any number of files",
        ));
    }
    let mut tally = match query.leave_out.is_empty() {
        true => Tally::default(),
        false => Tally::leaving_out(query.leave_out),
    };
    let takes = |row: &Row| {
        query.on.is_none_or(|day| export::took_place(row, day))
            && (!query.with_bot || row.bot_messages_count.0 > 0)
    };
    // The last first: where it is not sealed the answer would be one of a part.
    let last = seal(env, ledger, query.last, Form::Json).await?;
    let days = rpc::call(ledger, &Days).await?;
    let held: Vec<_> =
        days.into_iter().filter(|row| row.conversations > 0 && period.has(row.day)).collect();
    let conversations: u64 = held.iter().map(|row| row.conversations).sum();
    if conversations > CONVERSATIONS_MOST {
        return Err(Fault::refused(
            Code::InvalidField,
            format!(
                "the period has {conversations} conversations, and 500,000 are counted at most; `askwell metrics` reads any number of files"
            ),
        ));
    }
    for day in held.into_iter().map(|row| row.day) {
        let sealed = match day == query.last {
            true => last.clone(),
            false => seal(env, ledger, day, Form::Json).await?,
        };
        rows(env, ledger, day, &sealed, |row| {
            if takes(&row) {
                tally.add(&row);
            }
        })
        .await?;
    }
    Ok(tally.metrics())
}

async fn intents(call: Call) -> Outcome<Response> {
    let day = call.parameter("day")?;
    let ledger = call.ledger()?;
    let sealed = seal(&call.env, &ledger, day, Form::Json).await?;
    note(&call, day, "intents").await?;
    let mut items = Vec::new();
    rows(&call.env, &ledger, day, &sealed, |row| items.push(export::intents(&row))).await?;
    http::reply(200, &ExportIntents { items })
}

async fn reads(call: Call) -> Outcome<Response> {
    let page = call.query()?;
    http::reply(200, &rpc::call(&call.ledger()?, &Reads { page }).await?)
}

/// How a day is sealed.
///
/// # Errors
/// [`Code::NotReady`] while it is not, with the seconds until it will be as `Retry-After`.
async fn seal(env: &Env, ledger: &Stub, day: Day, form: Form) -> Outcome<Sealed> {
    let sealed = rpc::call(ledger, &Seal { day, form }).await;
    sealed.map_err(|fault| match fault {
        Fault::Refused(error) if error.code == Code::NotReady => {
            let ready = day.end().plus(config::seal_grace_ms(env));
            let wait = ready.0.saturating_sub(config::now(env).0).max(0);
            let seconds = wait.saturating_add(999) / 1000;
            Fault::RefusedWith { error, headers: vec![("retry-after", seconds.to_string())] }
        }
        other => other,
    })
}

/// Notes who reads a day.
async fn note(call: &Call, day: Day, what: &str) -> Outcome<()> {
    let by = call.principal()?.signature().unwrap_or("visitor").to_owned();
    rpc::call(&call.ledger()?, &NoteRead { by, day, what: what.to_owned() }).await
}

/// What is at a key of the bucket, which belongs to a sealed day. What is missing is made again.
async fn open(
    env: &Env,
    ledger: &Stub,
    key: &str,
    (day, form): (Day, Form),
) -> Outcome<Option<Object>> {
    let bucket = env.bucket(config::EXPORTS)?;
    if let Some(object) = bucket.get(key).execute().await? {
        return Ok(Some(object));
    }
    rpc::call(ledger, &Restore { day, form }).await?;
    Ok(bucket.get(key).execute().await?)
}

fn body<'a>(object: &'a Option<Object>, key: &str) -> Outcome<ObjectBody<'a>> {
    object.as_ref().and_then(Object::body).ok_or_else(|| {
        let detail =
            format!("`{key}` is missing from the bucket; put it back from a copy, or ask again");
        Fault::refused(Code::Gone, detail)
    })
}

/// Gives the rows of a sealed day, which is read in pieces.
async fn rows(
    env: &Env,
    ledger: &Stub,
    day: Day,
    sealed: &Sealed,
    mut each: impl FnMut(Row),
) -> Outcome<()> {
    let object = open(env, ledger, &sealed.key, (day, Form::Json)).await?;
    let mut stream = body(&object, &sealed.key)?.stream()?;
    let mut lines = Lines::new();
    while let Some(piece) = stream.next().await {
        lines.push(&piece?, &mut each)?;
    }
    Ok(())
}
