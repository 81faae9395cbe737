//! How fast the ledger is when it is full: its own calls on SQLite in a file, natively.
//!
//! Run by `cargo xtask bench store`, which says how. The rows are put in by bulk, in the true schema,
//! and the calls that are timed are those of the object.

use super::answers;
use super::collected::{Cross, Get as Collected};
use super::filing;
use super::tests::{Ledger, closing};
use super::views;
use super::{conversations, customers, fields, overview, stats};
use crate::bind;
use crate::sql::Sql;
use askwell::api::{AnswerFilter, ConversationSearch, CustomerSearch, FieldStatsQuery};
use askwell::conversation::{DurationBand, Platform, Sentiment, Status};
use askwell::detect::Kind;
use askwell::metrics::collected::Step;
use askwell::metrics::period::Period;
use askwell::time::{Day, UnixMillis};
use nix::time::{ClockId, clock_gettime};
use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// First and last day of what is put in.
const FIRST: i64 = 1_750_000_000_000;
const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;
const FIRST_NAMES: [&str; 16] = [
    "Ana", "Bruno", "Carla", "Dmitri", "Elif", "Farid", "Greta", "Hiro", "Ines", "Jonas", "Kaito",
    "Lena", "Mika", "Noor", "Oskar", "Priya",
];

fn number(name: &str, default: i64) -> i64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Fills the tables: `customers` people, who held `talks` conversations within a year.
fn fill(ledger: &Ledger, people: i64, talks: i64) {
    let run = |statement: &str| {
        let text = statement.replace(
            "{each}",
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)",
        );
        ledger
            .sql
            .run(&text, bind![if statement.contains("cv_") { talks } else { people }])
            .unwrap();
    };
    let names: Vec<String> = FIRST_NAMES.iter().map(|name| format!("\"{name}\"")).collect();
    let first_name = format!("json_extract('[{}]', '$[' || (i % 16) || ']')", names.join(","));
    ledger.sql.run("BEGIN", bind![]).unwrap();
    run(&format!(
        "{{each}} INSERT INTO customers (id, email, name, phone, platforms, first_at, last_at, conversations)
         SELECT printf('cu_%026d', i), iif(i % 5 = 0, NULL, 'p' || i || '@mail' || (i % 97) || '.example'),
           iif(i % 7 = 0, NULL, {first_name} || ' Family' || (i % 3001)), iif(i % 3 = 0, printf('+4420%08d', i), NULL),
           iif(i % 4 = 0, '[\"web_widget\",\"line\"]', '[\"web_widget\"]'), {FIRST}, {FIRST} + (i * 7919 % 100000) * ({YEAR_MS} / 100000), {talks} / {people}
         FROM n"
    ));
    run(
        "INSERT INTO emails (email, customer_id) SELECT email, id FROM customers WHERE email IS NOT NULL AND ?1 > 0",
    );
    run(
        "INSERT INTO tags (subject, tag, at, who) SELECT id, 'vip', 1, 'ke' FROM customers WHERE CAST(substr(id, 4) AS INTEGER) % 100 = 0 AND ?1 > 0",
    );
    run(&customers::PLACES.replace("{which}", "?1 > 0"));
    run(
        "INSERT INTO customer_words (rowid, words) SELECT i.n, lower(coalesce(c.name, '') || ' ' || coalesce(replace(replace(c.email, '@', ' '), '.', ' '), '') || ' ' || coalesce((SELECT group_concat(substr(c.phone, value), ' ') FROM json_each('[2,3,4,5,6,7,8,9,10]')), '') || iif(c.id IN (SELECT subject FROM tags), ' vip', '')) FROM indexed i JOIN customers c ON c.id = i.customer_id WHERE ?1 > 0",
    );
    run(&format!(
        "{{each}} INSERT INTO conversations (id, customer_id, visitor_id, status, revision, direction, platform, transferred, lang, messages, started_at, ended_at, sentiment, classify_ms, told)
         SELECT printf('cv_%026d', i), printf('cu_%026d', i * 31 % {people}), printf('vi_%026d', i * 31 % {people}), iif(i % 50 = 0, 'failed', 'completed'), 1, iif(i % 9 = 0, 'outbound', 'inbound'),
           iif(i % 4 = 0, 'line', iif(i % 7 = 0, 'email', 'web_widget')), i % 20 = 0, iif(i % 3 = 0, 'de', 'en'), 6, {FIRST} + i * ({YEAR_MS} / {talks}), {FIRST} + i * ({YEAR_MS} / {talks}) + (i % 9) * (i % 9) * (i % 9) * 60000,
           iif(i % 10 = 0, 'negative', iif(i % 6 = 0, 'positive', 'neutral')), 40, 2
         FROM n"
    ));
    run(
        "{each} INSERT INTO facts (conversation_id, kind, value, seq, at, detector) SELECT printf('cv_%026d', i), 'email', 'p' || i || '@mail.example', 0, 1, 2 FROM n WHERE i % 3 = 0",
    );
    let list = ledger.read(fields::List).list.fields;
    for (place, field) in list.iter().enumerate() {
        let (id, ways) = (&field.id, 4 + place);
        let prime = [7, 11, 13, 17, 19, 23][place % 6];
        // One in two hundred has an answer that is seldom.
        let value = format!("iif(i % 199 = 7, 'Seldom', 'Value ' || (i * {prime} % {ways}))");
        run(&format!(
            "{{each}} INSERT INTO answers (conversation_id, field_id, source, revision, field_version, value, body, day, platform, at)
             SELECT printf('cv_%026d', i), '{id}', 'model', 1, 1, {value},
               '{{\"field_id\":\"{id}\",\"field_version\":1,\"field_name\":\"Name\",\"answer\":\"' || {value} || '\",\"state\":\"value\",\"confidence\":0.71,\"evidence\":[{{\"message_id\":\"m-1\",\"quote\":\"it arrived broken and late\"}}],\"method\":\"embedded\"}}',
               date(c.ended_at / 1000, 'unixepoch'), c.platform, 1
             FROM n JOIN conversations c ON c.id = printf('cv_%026d', i)"
        ));
    }
    run(
        "INSERT INTO answer_counts (field_id, value, day, platform, n) SELECT field_id, value, day, platform, count(*) FROM answers WHERE conversation_id >= 'cv_' AND ?1 > 0 GROUP BY 1, 2, 3, 4",
    );
    ledger.sql.run(answers::PAIRS, bind![]).unwrap();
    ledger.sql.run(answers::FILE, bind![]).unwrap();
    ledger.sql.run("COMMIT", bind![]).unwrap();
}

/// Files what a store of before has, and prints what a step and the last one take.
fn file_rest<F: filing::Filed>(ledger: &Ledger, name: &str) {
    let mut used = Vec::new();
    let mut step = || {
        let before = processor();
        let more = ledger.with(filing::next::<F>).unwrap();
        used.push(processor() - before);
        more
    };
    while step() {}
    // The last found nothing to do.
    used.pop();
    let Some(last) = used.last().copied() else { return };
    print(&format!("{name}, each step"), &used, &used);
    print(&format!("{name}, the last step"), &[last], &[last]);
}

/// Times something, and prints the median and the slowest of a hundred; of the processor's time too, which
/// is the same on a machine that has other work.
fn time(name: &str, times: u32, mut work: impl FnMut(u32)) {
    work(0);
    let (took, used): (Vec<Duration>, Vec<Duration>) = (0..times)
        .map(|n| {
            let (begun, before) = (Instant::now(), processor());
            work(n);
            (begun.elapsed(), processor() - before)
        })
        .unzip();
    print(name, &took, &used);
}

/// Prints the median and the slowest of a hundred, by the clock and of the processor.
fn print(name: &str, took: &[Duration], used: &[Duration]) {
    let at = |all: &[Duration], part: f64| {
        let mut all = all.to_vec();
        all.sort();
        all[((all.len() - 1) as f64 * part).round() as usize].as_secs_f64() * 1e3
    };
    println!(
        "{{\"name\":\"{name}\",\"p50_ms\":{:.3},\"p99_ms\":{:.3},\"processor_p50_ms\":{:.3},\"processor_p99_ms\":{:.3}}}",
        at(took, 0.5),
        at(took, 0.99),
        at(used, 0.5),
        at(used, 0.99)
    );
}

/// What this thread has had of the processor.
fn processor() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap().into()
}

#[test]
#[ignore = "a bench: `cargo xtask bench store`"]
fn store() {
    let (people, talks) = (number("BENCH_CUSTOMERS", 1_000), number("BENCH_CONVERSATIONS", 10_000));
    let folder = std::env::temp_dir().join(format!("askwell-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("ledger.sqlite");
    // Filling takes minutes: a full ledger is kept where `BENCH_STORE` says, and copied from there.
    let kept = std::env::var_os("BENCH_STORE").map(PathBuf::from);
    let begun = Instant::now();
    let ledger = match kept.as_ref().filter(|kept| kept.exists()) {
        Some(kept) => {
            std::fs::copy(kept, &file).unwrap();
            Ledger::of_before(&file)
        }
        None => {
            let ledger = Ledger::in_file(&file);
            // Filling is not what is measured; and -2000 is what a connection begins with.
            ledger.sql.run("PRAGMA cache_size = -400000", bind![]).unwrap();
            fill(&ledger, people, talks);
            ledger.sql.run("PRAGMA cache_size = -2000", bind![]).unwrap();
            ledger
        }
    };
    let seconds = begun.elapsed().as_secs_f64();
    file_rest::<answers::Answers>(&ledger, "answers filed");
    file_rest::<conversations::Traits>(&ledger, "durations filed");
    ledger.sql.run("PRAGMA wal_checkpoint(TRUNCATE)", bind![]).unwrap();
    if let Some(kept) = kept.filter(|kept| !kept.exists()) {
        std::fs::copy(&file, kept).unwrap();
    }
    println!(
        "{{\"name\":\"filled\",\"customers\":{people},\"conversations\":{talks},\"seconds\":{seconds:.1},\"bytes\":{}}}",
        bytes(&ledger.sql)
    );
    lists(&ledger, people);
    reports(&ledger);
    let mut next = 0;
    time("erase of a customer", 50, |_| {
        next += 1;
        let customer_id = format!("cu_{:026}", next * 1_987 % people).parse().unwrap();
        ledger.write(customers::Erase { customer_id, by: "ke".to_owned() }).unwrap();
    });
    if number("BENCH_CLOSES", 2_000) > 0 {
        closes(&ledger, number("BENCH_CLOSES", 2_000));
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

fn lists(ledger: &Ledger, people: i64) {
    let find = |search: CustomerSearch| {
        black_box(ledger.read(customers::List { search }));
    };
    let answer = |n: u32| {
        let field = &ledger.read(fields::List).list.fields[0];
        AnswerFilter { field_id: field.id.clone(), value: format!("Value {}", n % 4) }
    };
    let none = CustomerSearch::default;
    let text = |text: String| CustomerSearch { text: Some(text), ..none() };
    let name = |n: u32| FIRST_NAMES[n as usize % 16].to_owned();
    let at = |n: u32| Some(UnixMillis(FIRST + YEAR_MS / 100 * i64::from(n % 100)));
    time("customers: all", 200, |_| find(none()));
    time("customers: a first name", 200, |n| find(text(name(n))));
    time("customers: two letters", 200, |n| find(text(name(n)[..2].to_lowercase())));
    time("customers: letters that most have", 200, |_| find(text("fa".to_owned())));
    time("customers: a word that most have", 200, |_| find(text("example".to_owned())));
    time("customers: name and family", 200, |n| {
        find(text(format!("{} family{}", name(n), n % 3001)))
    });
    time("customers: part of a number", 200, |n| {
        find(text(format!("{:06}", i64::from(n % 1000) * 3)))
    });
    time("customers: an address", 200, |n| {
        let n = i64::from(n % 1000) * 7 % people;
        find(CustomerSearch { email: Some(format!("p{n}@mail{}.example", n % 97)), ..none() });
    });
    time("customers: platform", 200, |_| {
        find(CustomerSearch { platform: Some(Platform::Line), ..none() })
    });
    time("customers: rare platform", 200, |_| {
        find(CustomerSearch { platform: Some(Platform::Phone), ..none() })
    });
    time("customers: tag", 200, |_| find(CustomerSearch { tag: Some("vip".to_owned()), ..none() }));
    time("customers: no e-mail", 200, |_| {
        find(CustomerSearch { missing: vec![Kind::Email], ..none() })
    });
    time("customers: nothing known", 200, |_| {
        find(CustomerSearch { missing: vec![Kind::Email, Kind::Name, Kind::Phone], ..none() });
    });
    time("customers: last seen before", 200, |n| find(CustomerSearch { until: at(n), ..none() }));
    time("customers: an answer", 50, |n| {
        find(CustomerSearch { answers: vec![answer(n)], ..none() })
    });
    let seldom = |place: usize| {
        let field = &ledger.read(fields::List).list.fields[place];
        AnswerFilter { field_id: field.id.clone(), value: "Seldom".to_owned() }
    };
    time("customers: a seldom answer", 20, |_| {
        find(CustomerSearch { answers: vec![seldom(0)], ..none() })
    });
    time("customers: name, platform, tag", 200, |n| {
        let (platform, tag) = (Some(Platform::Line), Some("vip".to_owned()));
        find(CustomerSearch { platform, tag, ..text(name(n)) });
    });
    let list = |search: ConversationSearch| {
        black_box(ledger.read(conversations::List { search }));
    };
    let none = ConversationSearch::default;
    time("conversations: all", 200, |_| list(none()));
    time("conversations: negative", 200, |_| {
        list(ConversationSearch { sentiment: Some(Sentiment::Negative), ..none() })
    });
    time("conversations: overly positive (none)", 20, |_| {
        list(ConversationSearch { sentiment: Some(Sentiment::OverlyPositive), ..none() });
    });
    time("conversations: failed, by LINE, in a month", 200, |n| {
        list(ConversationSearch {
            status: Some(Status::Failed),
            platform: Some(Platform::Line),
            from: at(n),
            until: at(n + 8),
            ..none()
        });
    });
    time("conversations: handed on", 200, |_| {
        list(ConversationSearch { transferred: Some(true), ..none() });
    });
    for lasted in DurationBand::ALL {
        time(&format!("conversations: {}", lasted.as_str()), 50, |_| {
            list(ConversationSearch { lasted: Some(lasted), ..none() });
        });
    }
    time("conversations: 2h-24h, handed on, negative", 50, |_| {
        list(ConversationSearch {
            lasted: Some(DurationBand::From2hTo24h),
            transferred: Some(true),
            sentiment: Some(Sentiment::Negative),
            ..none()
        });
    });
    time("conversations: under-1m, handed on, an answer", 50, |n| {
        list(ConversationSearch {
            lasted: Some(DurationBand::Under1m),
            transferred: Some(true),
            answers: vec![answer(n)],
            ..none()
        });
    });
    time("conversations: an answer", 50, |n| {
        list(ConversationSearch { answers: vec![answer(n)], ..none() })
    });
    time("conversations: a seldom answer", 50, |_| {
        list(ConversationSearch { answers: vec![seldom(0)], ..none() })
    });
    time("conversations: a seldom answer and another", 20, |n| {
        let field = &ledger.read(fields::List).list.fields[1];
        let other = AnswerFilter { field_id: field.id.clone(), value: format!("Value {}", n % 5) };
        list(ConversationSearch { answers: vec![seldom(0), other], ..none() });
    });
    time("conversations: two answers", 50, |n| {
        let field = &ledger.read(fields::List).list.fields[1];
        let other = AnswerFilter { field_id: field.id.clone(), value: format!("Value {}", n % 5) };
        list(ConversationSearch { answers: vec![answer(n), other], ..none() });
    });
    time("page of customers", 50, |_| {
        black_box(ledger.read(views::Customers { search: CustomerSearch::default() }));
    });
    time("page of conversations", 50, |_| {
        black_box(ledger.read(views::Conversations { search: none() }));
    });
}

fn reports(ledger: &Ledger) {
    let list = ledger.read(fields::List).list.fields;
    let day = |at: i64| -> Day { UnixMillis(at).day() };
    let last = FIRST + YEAR_MS - 1;
    for (name, days) in [("30 days", 30), ("a year", 365)] {
        let first = last - (days - 1) * 24 * 60 * 60 * 1000;
        let period = Period::new(day(first), day(last)).unwrap();
        time(&format!("counts of a field, {name}"), 50, |n| {
            let field_id = list[n as usize % list.len()].id.clone();
            let get = Collected { field_id, period, step: Step::Week, channel: None, with: None };
            black_box(ledger.read(get));
        });
        time(&format!("counts of a field with another's answer, {name}"), 5, |n| {
            let field_id = list[1].id.clone();
            let with =
                AnswerFilter { field_id: list[0].id.clone(), value: format!("Value {}", n % 4) };
            let get =
                Collected { field_id, period, step: Step::Week, channel: None, with: Some(with) };
            black_box(ledger.read(get));
        });
        time(&format!("cross-tab of two fields, {name}"), 10, |n| {
            let (rows, columns) =
                (list[n as usize % 3].id.clone(), list[3 + n as usize % 3].id.clone());
            black_box(ledger.read(Cross { rows, columns, period, channel: None, with: None }));
        });
    }
    time("numbers of all fields", 20, |_| {
        black_box(ledger.read(stats::Get { query: FieldStatsQuery::default() }));
    });
    time("overview", 20, |_| {
        black_box(ledger.read(overview::Get));
    });
}

/// Closings through the ledger's own transaction, and the same work as reading, changing and writing
/// documents of a key-value store: the customer, the conversation, and one document of counts.
fn closes(ledger: &Ledger, times: i64) {
    let before = bytes(&ledger.sql);
    let records: Vec<_> = (0..u32::try_from(times).unwrap())
        .map(|n| closing(ledger, n, 1, n, Some(&format!("new{}@close.example", n / 3))))
        .collect();
    let begun = processor();
    for record in &records {
        ledger.write(record.clone()).unwrap();
    }
    let ledger_s = (processor() - begun).as_secs_f64();
    let each = (bytes(&ledger.sql) - before) / times;
    ledger
        .sql
        .run("CREATE TABLE kv (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID", bind![])
        .unwrap();
    let begun = processor();
    for record in &records {
        ledger.with(|cx| naive(cx.sql, record)).unwrap();
    }
    let naive_s = (processor() - begun).as_secs_f64();
    println!(
        "{{\"name\":\"closes\",\"ledger_per_s\":{:.0},\"naive_per_s\":{:.0},\"bytes_each\":{each}}}",
        times as f64 / ledger_s,
        times as f64 / naive_s,
    );
}

fn bytes(sql: &Sql) -> i64 {
    let query = "SELECT page_count * page_size AS n FROM pragma_page_count(), pragma_page_size()";
    i64::try_from(sql.count(query, bind![]).unwrap()).unwrap()
}

fn naive(sql: &Sql, record: &super::record::Record) -> crate::fault::Outcome<()> {
    #[derive(serde::Deserialize)]
    struct Row {
        value: String,
    }
    let change = |key: &str, work: &dyn Fn(&mut serde_json::Value)| {
        let row: Option<Row> = sql.first("SELECT value FROM kv WHERE key = ?", bind![key])?;
        let mut value =
            row.map_or(serde_json::json!({}), |row| serde_json::from_str(&row.value).unwrap());
        work(&mut value);
        sql.run(
            "INSERT INTO kv (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            bind![key, value.to_string()],
        )
    };
    let email =
        record.closed.facts.email.as_ref().map(|fact| fact.value.clone()).unwrap_or_default();
    change(&format!("customer/{email}"), &|value| {
        value["email"] = email.as_str().into();
        let list = value["conversations"].as_array().cloned().unwrap_or_default();
        let more = serde_json::Value::from(record.closed.conversation_id.as_str());
        value["conversations"] = list.into_iter().chain([more]).collect();
    })?;
    change(&format!("conversation/{}", record.closed.conversation_id), &|value| {
        *value = serde_json::to_value(record).unwrap();
    })?;
    change("counts", &|value| {
        for answer in &record.conclusion.answers {
            let key = format!(
                "{}/{}",
                answer.field_id,
                answer.answer.answer.as_deref().unwrap_or_default()
            );
            value[&key] = (value[&key].as_u64().unwrap_or(0) + 1).into();
        }
    })
}
