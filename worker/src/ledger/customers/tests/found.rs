//! Customers and conversations in lists: found by anything that is known, filtered, in pages.

use super::super::index::{kind_bit, platform_bit};
use super::*;
use crate::ledger::customers::{Through, counts, forget_words};
use crate::ledger::fields;
use crate::ledger::marks::RemoveNote;
use crate::ledger::migrations;
use crate::sql::{Migration, Sql};
use askwell::api::{AnswerFilter, Customer, Page};
use askwell::conversation::{DurationBand, Platform, Sentiment};

#[test]
fn a_customer_is_found_by_anything_that_is_known_of_them() {
    let ledger = Ledger::new();
    let mut record = closing(&ledger, 1, 1, 1, Some("Noor.Haddad@example.com"));
    record.closed.facts.name = fact("Noor Haddād", 5);
    record.closed.facts.phone = fact("+12025550123", 5);
    let noor = ledger.write(record).unwrap().customer_id;
    let mut record = closing(&ledger, 2, 1, 2, None);
    record.closed.facts.name = fact("山田太郎", 5);
    let taro = ledger.write(record).unwrap().customer_id;
    tag(&ledger, &noor, &["vip", "wholesale"], &[]);
    let id = note(&ledger, &taro, "Prefers deliveries on Fridays");

    for text in
        ["noor", "hadd", "Haddad noor", "example.com", "haddad@example", "5550", "202-555", "whole"]
    {
        assert_eq!(by_text(&ledger, text), std::slice::from_ref(&noor), "{text}");
    }
    for text in ["山田", "太郎", "friday deliv"] {
        assert_eq!(by_text(&ledger, text), std::slice::from_ref(&taro), "{text}");
    }
    for text in ["", "noor taro", "oor", "999", "\"", "noor OR taro", "NEAR(a b)", "*"] {
        assert!(by_text(&ledger, text).is_empty(), "{text}");
    }
    tag(&ledger, &noor, &[], &["vip"]);
    ledger.write(RemoveNote { subject: Subject::Customer(taro.clone()), note_id: id }).unwrap();
    patch(&ledger, &noor, r#"{"name": "Nora Lind"}"#).unwrap();
    for text in ["vip", "fridays", "haddād"] {
        assert_eq!(
            by_text(&ledger, text).len(),
            usize::from(text == "haddād"),
            "{text}: only the address is left"
        );
    }
    assert_eq!(by_text(&ledger, "lind"), [noor]);
}

#[test]
fn a_customer_of_many_notes_is_found_by_the_latest_and_is_written_in_bounds() {
    let ledger = Ledger::new();
    let noor = named(&ledger, 1, 1, "Zznoor", "noor@example.com");
    tag(&ledger, &noor, &["wholesale"], &[]);
    let long = "ลูกค้าแจ้งว่าพัสดุยังไม่ถึง".repeat(98);
    let first = note(&ledger, &noor, "Firstnote");
    let thai = (0..60).map(|n| note(&ledger, &noor, &format!("{n} {long}"))).last().unwrap();
    note(&ledger, &noor, "Lastnote");
    named(&ledger, 2, 1, "Yynoor", "noor@example.com");
    let bytes = "SELECT coalesce(max(length(CAST(words AS BLOB))), 0) AS n FROM customer_words";
    let bytes = ledger.sql.count(bytes, bind![]).unwrap();
    assert!(bytes > 200_000 && bytes <= 256 * 1024, "{bytes}");
    for text in ["yynoor", "noor@example.com", "wholesale", "lastnote", "ลูกค้าแจ้ง"]
    {
        assert_eq!(by_text(&ledger, text), std::slice::from_ref(&noor), "{text}");
    }
    assert!(by_text(&ledger, "firstnote").is_empty(), "it is past what the index holds of one");
    assert_eq!(profile(&ledger, &noor).notes.len(), 62);
    for note_id in [first, thai] {
        ledger.write(RemoveNote { subject: Subject::Customer(noor.clone()), note_id }).unwrap();
    }
}

#[test]
fn filters_narrow_the_list_and_pages_cover_it() {
    let ledger = Ledger::new();
    let mut all = Vec::new();
    for n in 0..9 {
        let email = format!("person-{n}@example.com");
        let mut record = closing(&ledger, n, 1, n, (n % 2 == 0).then_some(email.as_str()));
        if n % 3 == 0 {
            record.closed.platform = Platform::Line;
        }
        all.push(ledger.write(record).unwrap().customer_id);
    }
    tag(&ledger, &all[4], &["vip"], &[]);
    let places = |search: CustomerSearch| -> BTreeSet<usize> {
        let found = found(&ledger, search);
        found.iter().map(|id| all.iter().position(|other| other == id).unwrap()).collect()
    };
    let base = CustomerSearch::default;
    assert_eq!(
        places(CustomerSearch { platform: Some(Platform::Line), ..base() }),
        [0, 3, 6].into()
    );
    assert_eq!(
        places(CustomerSearch { missing: vec![Kind::Email], ..base() }),
        [1, 3, 5, 7].into()
    );
    assert_eq!(
        places(CustomerSearch { missing: vec![Kind::Email, Kind::Name], ..base() }),
        [].into()
    );
    let lacking = |kind| places(CustomerSearch { missing: vec![kind], ..base() });
    let any: BTreeSet<usize> = Kind::ALL.into_iter().flat_map(lacking).collect();
    assert_eq!(places(CustomerSearch { incomplete: true, ..base() }), any);
    assert!(!any.is_empty());
    assert_eq!(places(CustomerSearch { tag: Some("vip".to_owned()), ..base() }), [4].into());
    let email = || Some("Person-4@example.com".to_owned());
    assert_eq!(places(CustomerSearch { email: email(), ..base() }), [4].into());
    let tagged = CustomerSearch { email: email(), tag: Some("vip".to_owned()), ..base() };
    assert_eq!(places(CustomerSearch { text: Some("visit".to_owned()), ..tagged }), [4].into());
    let none = CustomerSearch { platform: Some(Platform::Phone), ..base() };
    assert_eq!(places(none), [].into());
    let seen = |n: usize| ledger.read(Get { customer_id: all[n].clone() }).unwrap().last_at;
    assert_eq!(places(CustomerSearch { from: Some(seen(7)), ..base() }), [7, 8].into());
    assert_eq!(places(CustomerSearch { until: Some(seen(2)), ..base() }), [0, 1].into());
    let field = ledger.read(fields::List).list.fields[0].id.clone();
    let answers = vec![AnswerFilter { field_id: field.clone(), value: "value 0".to_owned() }];
    assert_eq!(places(CustomerSearch { answers: answers.clone(), ..base() }), [2, 5, 8].into());
    let both = CustomerSearch { answers, missing: vec![Kind::Email], ..base() };
    assert_eq!(places(both), [5].into());

    let mut paged = Vec::new();
    let mut cursor = None;
    loop {
        let search = CustomerSearch { cursor, limit: Some(2), ..base() };
        let page = ledger.read(List { search });
        paged.extend(page.items.into_iter().map(|c| c.customer_id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    all.reverse();
    assert_eq!(paged, all, "the latest seen first, each once");
}

#[test]
fn whoever_goes_through_all_misses_nobody_who_is_seen_again_meanwhile() {
    let ledger = Ledger::new();
    for n in 0..9 {
        ledger.write(closing(&ledger, n, 1, n, Some(&format!("c{n}@example.com")))).unwrap();
    }
    let page = |cursor| {
        let search = CustomerSearch { cursor, limit: Some(3), ..CustomerSearch::default() };
        ledger.read(Through { search })
    };
    let ids = |page: &Page<Customer>| -> Vec<CustomerId> {
        page.items.iter().map(|c| c.customer_id.clone()).collect()
    };
    let first = page(None);
    let mut met = ids(&first);
    // All the others write once more, and so stand before those who were met in a list by time.
    for n in 0..9 {
        ledger
            .write(closing(&ledger, 20 + n, 1, 20 + n, Some(&format!("c{n}@example.com"))))
            .unwrap();
    }
    let mut cursor = first.next;
    while cursor.is_some() {
        let next = page(cursor);
        met.extend(ids(&next));
        cursor = next.next;
    }
    let seen: BTreeSet<CustomerId> = met.iter().cloned().collect();
    assert_eq!((met.len(), seen.len()), (9, 9), "each once");
    let until = CustomerSearch { until: Some(UnixMillis(0)), ..CustomerSearch::default() };
    assert!(ledger.read(Through { search: until }).items.is_empty());
}

#[test]
fn conversations_are_found_by_what_they_are_and_by_their_answers() {
    let ledger = Ledger::new();
    for n in 0..6 {
        let mut record = closing(&ledger, n, 1, n, None);
        record.closed.platform = if n < 3 { Platform::Line } else { Platform::Api };
        record.conclusion.tone.sentiment =
            if n == 1 { Sentiment::Negative } else { Sentiment::Neutral };
        record.closed.transferred = n % 2 == 0;
        record.closed.ended_at = record.closed.started_at.plus([59_999, 60_000][n as usize / 3]);
        ledger.write(record).unwrap();
    }
    let change = TagChange { add: vec!["refund".to_owned()], remove: Vec::new() };
    let subjects = vec![Subject::Conversation(conversation(5))];
    ledger.write(ChangeTags { subjects, change, by: BY.to_owned() }).unwrap();
    let places = |search: ConversationSearch| -> Vec<u32> {
        let items = ledger.read(conversations::List { search }).items;
        let place = |id| (0..6).find(|n| conversation(*n) == id).unwrap();
        items.into_iter().map(|c| place(c.conversation_id)).collect()
    };
    let base = ConversationSearch::default;
    assert_eq!(places(ConversationSearch { platform: Some(Platform::Line), ..base() }), [2, 1, 0]);
    let negative = Some(Sentiment::Negative);
    assert_eq!(places(ConversationSearch { sentiment: negative, ..base() }), [1]);
    assert_eq!(
        places(ConversationSearch { status: Some(Status::Failed), ..base() }),
        Vec::<u32>::new()
    );
    assert_eq!(places(ConversationSearch { tag: Some("refund".to_owned()), ..base() }), [5]);
    let list = ledger.read(fields::List).list.fields;
    let answer = |at: usize, value: &str| AnswerFilter {
        field_id: list[at].id.clone(),
        value: value.to_owned(),
    };
    let two = vec![answer(0, "value 1"), answer(1, "value 1")];
    assert_eq!(places(ConversationSearch { answers: two, ..base() }), [3, 0]);
    for (transferred, expected) in [(true, [4, 2, 0]), (false, [5, 3, 1])] {
        let transferred = Some(transferred);
        assert_eq!(places(ConversationSearch { transferred, ..base() }), expected);
    }
    let lasted = Some(DurationBand::From1mTo5m);
    assert_eq!(places(ConversationSearch { lasted, ..base() }), [5, 4, 3]);
    let (transferred, line) = (Some(true), Some(Platform::Line));
    let lasted = Some(DurationBand::Under1m);
    let all = ConversationSearch { lasted, transferred, platform: line, ..base() };
    assert_eq!(places(all), [2, 0]);
    let none = vec![answer(0, "value 1"), answer(1, "value 2")];
    assert_eq!(places(ConversationSearch { answers: none, ..base() }), Vec::<u32>::new());
    let from = Some(UnixMillis(
        ledger
            .read(conversations::Get { conversation_id: conversation(4) })
            .unwrap()
            .summary
            .started_at
            .0,
    ));
    assert_eq!(places(ConversationSearch { from, ..base() }), [5, 4]);
}

#[test]
fn a_duration_is_in_the_band_that_the_types_say() {
    let ledger = Ledger::new();
    let bounds = DurationBand::ALL.into_iter().filter_map(DurationBand::end_ms);
    let lengths: Vec<i64> = bounds.flat_map(|end| [end - 1, end]).chain([0]).collect();
    for (n, length) in (0..).zip(&lengths) {
        let mut record = closing(&ledger, n, 1, n, None);
        record.closed.ended_at = record.closed.started_at.plus(*length);
        ledger.write(record).unwrap();
    }
    let mut found = 0;
    let mut begin = 0;
    for band in DurationBand::ALL {
        let search = ConversationSearch { lasted: Some(band), ..ConversationSearch::default() };
        for item in ledger.read(conversations::List { search }).items {
            let length = item.ended_at.unwrap().0 - item.started_at.0;
            assert!(length >= begin && band.end_ms().is_none_or(|end| length < end), "{band:?}");
            found += 1;
        }
        begin = band.end_ms().unwrap_or(i64::MAX);
    }
    assert_eq!(found, lengths.len());
}

/// What lists go by is what stands in the tables.
pub fn assert_in_line(sql: &Sql, when: &str) {
    let none = |query: &str| {
        assert_eq!(sql.count(query, bind![]).unwrap(), 0, "{when}: {query}");
    };
    none(
        "SELECT (SELECT count(*) FROM customers WHERE moved_to IS NULL AND root IS NULL) - (SELECT count(*) FROM indexed) AS n",
    );
    none(
        "SELECT count(*) AS n FROM indexed i LEFT JOIN customers c ON c.id = i.customer_id AND c.moved_to IS NULL AND c.root IS NULL
         WHERE i.last_at IS NOT c.last_at OR i.lacks <> (c.name IS NULL) + 2 * (c.email IS NULL) + 4 * (c.phone IS NULL)",
    );
    none("SELECT count(*) AS n FROM indexed i WHERE i.n NOT IN (SELECT rowid FROM customer_words)");
    none(
        "SELECT count(*) AS n FROM shown_counts s WHERE s.n <> (SELECT count(*) FROM indexed i WHERE i.lacks = s.lacks)",
    );
    none(
        "SELECT (SELECT count(*) FROM indexed) - coalesce((SELECT sum(n) FROM shown_counts), 0) AS n",
    );
    none(
        "SELECT count(*) AS n FROM conversation_counts s WHERE s.n <> (SELECT count(*) FROM conversations c WHERE (c.status IN ('queued', 'in-progress')) = s.open AND (c.sentiment IS NOT NULL AND c.ended_at IS NOT NULL) = s.classified)",
    );
    none(
        "SELECT (SELECT count(*) FROM conversations) - coalesce((SELECT sum(n) FROM conversation_counts), 0) AS n",
    );
}

#[test]
fn a_store_of_before_is_listed_and_counted_the_same() {
    const NEW: [&str; 3] = ["customers/4", "views/2", "conversations/2"];
    let all = migrations;
    let before: Vec<&'static Migration> = all().filter(|m| !NEW.contains(&m.id)).collect();
    assert_eq!(before.len() + NEW.len(), all().count());
    let sql = Sql::with(before);
    let platforms = [
        Platform::WebWidget,
        Platform::Line,
        Platform::Facebook,
        Platform::Email,
        Platform::Phone,
        Platform::Api,
    ];
    for (n, platform) in platforms.into_iter().enumerate() {
        let (id, name) = (format!("cu_{n:026}"), (n % 2 == 0).then(|| format!("Person {n}")));
        sql.run(
            "INSERT INTO customers (id, name, platforms, first_at, last_at, conversations, root) VALUES (?, ?, ?, 1, ?, 1, ?)",
            bind![id.as_str(), name, format!("[\"{}\"]", platform.as_str()), n as i64, None::<String>],
        )
        .unwrap();
        sql.run("INSERT INTO indexed (customer_id) VALUES (?)", bind![id]).unwrap();
        sql.run(
            "INSERT INTO customer_words (rowid, words) SELECT max(n), 'person' FROM indexed",
            bind![],
        )
        .unwrap();
    }
    for (n, status, sentiment) in
        [(0, "queued", None), (1, "completed", None), (2, "completed", Some("neutral"))]
    {
        sql.run(
            "INSERT INTO conversations (id, status, revision, direction, platform, transferred, messages, started_at, ended_at, sentiment, told) VALUES (?, ?, 1, 'inbound', 'line', 0, 1, 1, 2, ?, 1)",
            bind![format!("cv_{n:026}"), status, sentiment.map(str::to_owned)],
        )
        .unwrap();
    }
    sql.made(all());
    assert_in_line(&sql, "brought up to date");
    for platform in platforms {
        let query = "SELECT count(*) AS n FROM indexed WHERE platforms = ?";
        assert_eq!(sql.count(query, bind![platform_bit(platform)]).unwrap(), 1, "{platform:?}");
    }
    let counts = counts(&sql).unwrap();
    assert_eq!((counts.all, counts.with[&Kind::Name], counts.with[&Kind::Email]), (6, 3, 0));
    let unnamed = "SELECT count(*) AS n FROM indexed WHERE lacks & ? <> 0";
    assert_eq!(sql.count(unnamed, bind![kind_bit(Kind::Name)]).unwrap(), 3);
    let counts = conversations::counts(&sql).unwrap();
    assert_eq!((counts.all, counts.open, counts.classified), (3, 1, 1));
}

#[test]
fn words_leave_the_index_with_the_person_and_with_a_note() {
    let ledger = Ledger::new();
    let mut record = closing(&ledger, 1, 1, 1, Some("noor@example.com"));
    record.closed.facts.name = fact("Zzfirst", 5);
    let noor = ledger.write(record).unwrap().customer_id;
    let mut record = closing(&ledger, 2, 1, 1, Some("noor@example.com"));
    record.closed.facts.name = fact("Yysecond", 6);
    ledger.write(record).unwrap();
    let id = note(&ledger, &noor, "Xxthird");
    let stands = |word: &str| stands(&ledger, word);
    let words = ["zzfirst", "yysecond", "xxthird"];
    assert_eq!(words.map(stands), [true, true, true]);
    ledger.write(RemoveNote { subject: Subject::Customer(noor.clone()), note_id: id }).unwrap();
    assert_eq!(words.map(stands), [false, true, false]);
    let mut record = closing(&ledger, 3, 1, 1, Some("noor@example.com"));
    record.closed.facts.name = fact("Wwfourth", 7);
    ledger.write(record).unwrap();
    assert_eq!(["yysecond", "wwfourth"].map(stands), [true, true]);
    let waits = "SELECT count(*) AS n FROM jobs WHERE kind = 'words'";
    assert_eq!(ledger.sql.count(waits, bind![]).unwrap(), 1);
    ledger.write(Erase { customer_id: noor, by: BY.to_owned() }).unwrap();
    assert_eq!(["yysecond", "wwfourth"].map(stands), [false, false]);
    assert_eq!(ledger.sql.count(waits, bind![]).unwrap(), 0);
}

/// Whether a word stands in the bytes of the index, where what is marked as gone stands as well.
fn stands(ledger: &Ledger, word: &str) -> bool {
    let blocks =
        "SELECT count(*) AS n FROM customer_words_data WHERE instr(block, CAST(? AS BLOB)) > 0";
    ledger.sql.count(blocks, bind![word]).unwrap() > 0
}

/// A closing of conversation `n` by visitor `who`, who has a name and an address.
fn named(ledger: &Ledger, n: u32, who: u32, name: &str, email: &str) -> CustomerId {
    let mut record = closing(ledger, n, 1, who, Some(email));
    record.closed.facts.name = fact(name, i64::from(n));
    ledger.write(record).unwrap().customer_id
}

fn waiting(ledger: &Ledger) -> (u64, u64) {
    let count = |query| ledger.sql.count(query, bind![]).unwrap();
    (
        count("SELECT count(*) AS n FROM jobs WHERE kind = 'words'"),
        count("SELECT count(*) AS n FROM words_replaced"),
    )
}

#[test]
fn whoever_is_erased_takes_their_words_along_and_leaves_those_of_others() {
    let ledger = Ledger::new();
    let noor = named(&ledger, 1, 1, "Zznoor", "noor@example.com");
    named(&ledger, 2, 2, "Yyfirst", "lena@example.com");
    named(&ledger, 3, 2, "Wwsecond", "lena@example.com");
    assert_eq!(waiting(&ledger), (1, 1), "a name was replaced");
    assert_eq!(["zznoor", "yyfirst", "wwsecond"].map(|word| stands(&ledger, word)), [true; 3]);
    ledger.write(Erase { customer_id: noor, by: BY.to_owned() }).unwrap();
    // What was replaced of others waits for its time: the index was not written anew.
    let left = ["zznoor", "yyfirst", "wwsecond"].map(|word| stands(&ledger, word));
    assert_eq!(left, [false, true, true]);
    assert_eq!(waiting(&ledger), (1, 1));
    assert_eq!(by_text(&ledger, "wwsec").len(), 1);
    let check = "INSERT INTO customer_words (customer_words) VALUES ('integrity-check')";
    ledger.sql.run(check, bind![]).unwrap();
    let lena = by_text(&ledger, "lena").remove(0);
    ledger.write(Erase { customer_id: lena, by: BY.to_owned() }).unwrap();
    assert_eq!(["yyfirst", "wwsecond"].map(|word| stands(&ledger, word)), [false; 2]);
    assert_eq!(waiting(&ledger), (0, 0));
}

#[test]
fn words_that_stood_in_somebody_elses_profile_leave_with_whom_they_are_of() {
    let erase = |ledger: &Ledger, customer_id: &CustomerId| {
        let erase = Erase { customer_id: customer_id.clone(), by: BY.to_owned() };
        ledger.write(erase).unwrap();
    };
    // Shown as part of another, and parted again.
    let ledger = Ledger::new();
    let noor = named(&ledger, 1, 1, "Zznoor", "noor@example.com");
    let lena = named(&ledger, 2, 2, "Yylena", "lenayy@example.com");
    let merge = Merge { customer_id: noor.clone(), other: lena.clone(), by: BY.to_owned() };
    let link = ledger.write(merge).unwrap();
    ledger.with(forget_words).unwrap();
    ledger.write(Undo { link_id: link.link_id, by: BY.to_owned() }).unwrap();
    erase(&ledger, &lena);
    assert_eq!(["lenayy", "zznoor"].map(|word| stands(&ledger, word)), [false, true]);
    // Said under an address that was corrected.
    let ledger = Ledger::new();
    named(&ledger, 1, 1, "Zznoor", "noor@example.com");
    named(&ledger, 2, 2, "Yylena", "noor@example.com");
    assert!(stands(&ledger, "yylena"));
    ledger.with(forget_words).unwrap();
    let mut record = closing(&ledger, 2, 2, 2, Some("lenayy@example.com"));
    record.closed.facts.name = fact("Yylena", 2);
    let lena = ledger.write(record).unwrap().customer_id;
    erase(&ledger, &lena);
    assert_eq!(["yylena", "zznoor"].map(|word| stands(&ledger, word)), [false, true]);
    // Split off.
    let ledger = Ledger::new();
    let noor = named(&ledger, 1, 1, "Zznoor", "noor@example.com");
    let mut record = closing(&ledger, 2, 1, 1, None);
    record.closed.facts.name = fact("Yylena", 9_000_000_000_000);
    ledger.write(record).unwrap();
    ledger.with(forget_words).unwrap();
    assert!(stands(&ledger, "yylena"));
    let split =
        Split { customer_id: noor, conversation_ids: vec![conversation(2)], by: BY.to_owned() };
    let lena = ledger.write(split).unwrap().other;
    erase(&ledger, &lena);
    assert_eq!(["yylena", "zznoor"].map(|word| stands(&ledger, word)), [false, true]);
}
