//! A sealed day, and what is found in one that was touched.

use super::*;

/// A day of rows, sealed piece by piece.
fn sealed(rows: &[Row]) -> (String, Manifest) {
    let mut document = Document::new(Form::Json);
    let mut text: String = rows.iter().map(|row| document.row(&row.to_line())).collect();
    let (end, manifest) =
        document.seal("2026-11-20".parse().unwrap(), UnixMillis(1_795_219_800_000));
    text.push_str(&end);
    (text, manifest)
}

fn day() -> Vec<Row> {
    ["a", "b", "c"]
        .map(|name| counted(name, ConversationStatus::Agent, Resolution::Informed))
        .to_vec()
}

#[test]
fn a_sealed_day_is_good_and_the_same_every_time() {
    for rows in [Vec::new(), day()] {
        let (text, manifest) = sealed(&rows);
        assert_eq!(sealed(&rows), (text.clone(), manifest.clone()));
        assert_eq!(verify(text.as_bytes(), Some(&manifest)), []);
        let lines: Vec<_> = rows.iter().map(Row::to_line).collect();
        assert_eq!(document(lines.iter().map(String::as_str)), text);
        let mut back = Vec::new();
        assert_eq!(read(text.as_bytes(), |_, row: Row| back.push(row)), Ok(rows.len() as u64));
        assert_eq!(back, rows);
        assert_eq!(manifest.rows, rows.len() as u64);
    }
    let (empty, manifest) = sealed(&[]);
    assert_eq!(empty, "[]\n");
    // printf '[]\n' | sha256sum
    assert_eq!(manifest.sha256, "37517e5f3dc66819f61f5a7bb8ace1921282415f10551d2defa5c3eb0985b570");
    let written = serde_json::to_value(&manifest).unwrap();
    assert_eq!(written["day"], "2026-11-20");
    assert_eq!(serde_json::from_value::<Manifest>(written).unwrap(), manifest);
}

#[test]
fn everything_wrong_is_found_where_it_is() {
    let check = |row: usize, property: &str, value: Value, fault: Fault| {
        let (text, mut manifest) = sealed(&day());
        let mut rows: Value = serde_json::from_str(&text).unwrap();
        match value {
            Value::Null => drop(rows[row].as_object_mut().unwrap().remove(property)),
            value => rows[row][property] = value,
        }
        let text = rows.to_string();
        manifest.bytes = text.len() as u64;
        manifest.sha256 = super::document::sha256(text.as_bytes());
        let findings = verify(text.as_bytes(), Some(&manifest));
        let found: Vec<_> =
            findings.iter().map(|f| (f.row, f.property.as_deref(), f.fault)).collect();
        assert_eq!(found, [(Some(row as u64), Some(property), fault)], "{property}");
    };
    let data = |more: Value| {
        let mut data = json!({"customer_id": customer()});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!(data.to_string())
    };
    check(1, "bot_name", Value::Null, Fault::Missing);
    check(0, "customer_name", json!("x"), Fault::Unknown);
    check(2, "test_mode", json!("false"), Fault::WrongType);
    check(2, "visitor_messages_count", json!(3), Fault::WrongType);
    check(2, "triggered_intent_replies", json!(["Refund"]), Fault::WrongType);
    check(2, "conversations_data", json!({"customer_id": customer()}), Fault::WrongType);
    check(2, "conversations_data", json!("{\"Reason\":\"x\"}"), Fault::WrongType);
    check(2, "conversations_data", data(json!({"Reason": null})), Fault::WrongType);
    check(1, "conversations_data", data(json!({"Reason": "ana@example.org"})), Fault::PersonalData);
    check(1, "labels", json!(["call +351 912 345 678"]), Fault::PersonalData);
    check(0, "platform_conversation_id", json!("ana@example.org"), Fault::PersonalData);
    check(0, "platform_conversation_id", json!("4917012345678"), Fault::PersonalData);
    check(0, "platform_conversation_id", json!("Ana Prado"), Fault::PersonalData);
    check(1, "conversation_id", json!(day()[0].conversation_id), Fault::Duplicate);
    check(1, "conversation_end_time", json!("2026-11-20T09:59:59Z"), Fault::EndBeforeStart);
    check(1, "conversation_end_time", json!("2026-11-21T00:00:00Z"), Fault::AfterDay);
}

#[test]
fn a_row_that_came_late_is_no_fault() {
    let mut rows = day();
    rows[0].conversation_start_time = Instant(UnixMillis::from_secs(0));
    rows[0].conversation_end_time = Instant(UnixMillis::from_secs(60));
    let (text, manifest) = sealed(&rows);
    assert_eq!(verify(text.as_bytes(), Some(&manifest)), []);
}

#[test]
fn a_file_that_was_touched_differs_from_its_manifest() {
    let (text, manifest) = sealed(&day());
    let faults = |text: &str| -> Vec<(Option<String>, Fault)> {
        let findings = verify(text.as_bytes(), Some(&manifest));
        findings.into_iter().map(|f| (f.property, f.fault)).collect()
    };
    let differs = |name: &str| (Some(name.to_owned()), Fault::Manifest);
    let renamed = text.replacen("The Shop", "A Shopp ", 1);
    assert_eq!(faults(&renamed), [differs("sha256")]);
    let fewer = sealed(&day()[1..]).0;
    assert_eq!(faults(&fewer), [differs("rows"), differs("bytes"), differs("sha256")]);
    let cut = &text[..text.len() - 3];
    assert_eq!(faults(cut), [(None, Fault::Unreadable), differs("bytes"), differs("sha256")]);
    for not_a_day in ["", "{}", "null", "[] []", "[1]"] {
        assert_ne!(verify(not_a_day.as_bytes(), None), [], "{not_a_day}");
    }
}

#[test]
fn a_file_that_comes_in_pieces_of_any_size_gives_its_rows() {
    let rows: Vec<Row> = (0..3u8)
        .map(|n| {
            let mut closed = closed(&[(Role::Customer, "olá\n, tudo bem?")]);
            closed.conversation_id = ConversationId::derive(&[&[n]]);
            row(&closed, &conclusion(), &customer(), &BOT)
        })
        .collect();
    let lines: Vec<String> = rows.iter().map(Row::to_line).collect();
    for (count, form) in [(0, Form::Json), (1, Form::Json), (3, Form::Json), (3, Form::Ndjson)] {
        let mut document = Document::new(form);
        let mut text: String = lines[..count].iter().map(|line| document.row(line)).collect();
        text.push_str(&document.seal("2026-11-20".parse().unwrap(), UnixMillis(0)).0);
        for size in [1, 7, 1_000, usize::MAX] {
            let mut found = Vec::new();
            let mut reader = Lines::new();
            for piece in text.as_bytes().chunks(size) {
                reader.push(piece, |row| found.push(row)).unwrap();
            }
            assert_eq!(found, rows[..count], "{form:?} in pieces of {size}");
        }
    }
    let error = Lines::new().push(b"[\n{}\n]\n", drop).unwrap_err();
    assert_eq!(error.code, crate::Code::InvalidField);
}

#[test]
fn the_twin_has_the_same_rows_and_nothing_else() {
    let line = row(&closed(&[]), &conclusion(), &customer(), &BOT).to_line();
    let mut twin = Document::new(Form::Ndjson);
    let text = format!("{}{}", twin.row(&line), twin.row(&line));
    let (last, manifest) = twin.seal("2026-11-20".parse().unwrap(), UnixMillis(0));
    assert_eq!((text.as_str(), last.as_str()), (format!("{line}\n{line}\n").as_str(), ""));
    assert_eq!((manifest.rows, manifest.bytes), (2, text.len() as u64));
}
