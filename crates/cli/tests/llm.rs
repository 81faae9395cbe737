//! `askwell classify --llm` against an endpoint of this test's own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// What reached the endpoint.
struct Asked {
    path: String,
    authorization: Option<String>,
    body: Value,
}

/// Serves one scripted status after another; after those, 200 with what `answer` makes of the
/// request. Gives its base address and what was asked.
fn endpoint(statuses: &'static [u16], answer: fn(&Value) -> Value) -> (String, Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1/", listener.local_addr().unwrap());
    let (tell, asked) = channel();
    thread::spawn(move || {
        let mut statuses = statuses.iter();
        for stream in listener.incoming() {
            let status = statuses.next().copied().unwrap_or(200);
            let Some(request) = serve(stream.unwrap(), status, answer) else { continue };
            if tell.send(request).is_err() {
                break;
            }
        }
    });
    (base, asked)
}

fn serve(mut stream: TcpStream, status: u16, answer: fn(&Value) -> Value) -> Option<Asked> {
    let mut from = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length, mut authorization) = (String::new(), 0, None);
    from.read_line(&mut head).unwrap();
    loop {
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => authorization = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).unwrap();
    let body: Value = serde_json::from_slice(&body).ok()?;
    let reply = answer(&body).to_string();
    write!(
        stream,
        "HTTP/1.1 {status} Scripted\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{reply}",
        reply.len()
    )
    .unwrap();
    let path = head.split(' ').nth(1)?.to_owned();
    Some(Asked { path, authorization, body })
}

/// A completion that answers every field of the request's schema with "Delivery".
fn delivery(request: &Value) -> Value {
    let schema = &request["response_format"]["json_schema"]["schema"]["properties"];
    let said: serde_json::Map<_, _> = schema
        .as_object()
        .unwrap()
        .keys()
        .filter(|key| key.starts_with("field"))
        .map(|key| (key.clone(), json!({"value": "Delivery", "confidence": 0.9, "evidence": []})))
        .collect();
    json!({"choices": [{"message": {"role": "assistant", "content": json!(said).to_string()}}]})
}

/// Standard output by line, standard error, and the exit status.
fn classify(base: &str, lines: &[Value]) -> (Vec<Value>, String, Option<i32>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_askwell"))
        .args(["classify", "--llm", base, "--model", "a-model"])
        .env("ASKWELL_LLM_KEY", "a-key")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for line in lines {
        writeln!(stdin, "{line}").unwrap();
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let answers = str::from_utf8(&output.stdout).unwrap().lines();
    let answers = answers.map(|line| serde_json::from_str(line).unwrap()).collect();
    (answers, String::from_utf8(output.stderr).unwrap(), output.status.code())
}

fn line(id: &str) -> Value {
    json!({
        "id": id,
        "conversation": [{"role": "customer", "text": "Where is my parcel?"}],
        "field": {"name": "Topic", "prompt": "What is it about?",
            "possible_values": ["Delivery", "Payment"], "optional": true},
    })
}

#[test]
fn the_models_answer_is_the_lines_answer() {
    let (base, asked) = endpoint(&[], delivery);
    let (answers, told, code) = classify(&base, &[line("a"), json!({"id": "b"}), line("c")]);
    let short: Vec<_> = answers.iter().map(|a| (&a["id"], &a["answer"], &a["method"])).collect();
    let (delivery, llm) = (&json!("Delivery"), &json!("llm"));
    assert_eq!(
        short,
        [
            (&json!("a"), delivery, llm),
            (&json!("b"), &Value::Null, &Value::Null),
            (&json!("c"), delivery, llm),
        ]
    );
    assert!(answers[1].get("error").is_some());
    assert_eq!((told.as_str(), code), ("", Some(1)));

    let asked: Vec<_> = asked.try_iter().collect();
    assert_eq!(asked.len(), 2);
    for request in &asked {
        assert_eq!(request.path, "/v1/chat/completions");
        assert_eq!(request.authorization.as_deref(), Some("Bearer a-key"));
        assert_eq!(request.body["model"], "a-model");
    }
    assert_ne!(asked[0].body, asked[1].body, "each exchange has a fence of its own");
}

#[test]
fn a_busy_endpoint_is_asked_again() {
    let (base, asked) = endpoint(&[503], delivery);
    let (answers, told, code) = classify(&base, &[line("a")]);
    assert_eq!((&answers[0]["answer"], told.as_str(), code), (&json!("Delivery"), "", Some(0)));
    assert_eq!(asked.try_iter().count(), 2);
}

#[test]
fn an_endpoint_that_refuses_is_told_of_and_nothing_is_made_up() {
    let (base, asked) = endpoint(&[401, 401], delivery);
    let (answers, told, code) = classify(&base, &[line("a"), line("b")]);
    for answer in &answers {
        assert_eq!((&answer["answer"], &answer["state"]), (&Value::Null, &json!("error")));
    }
    assert_eq!((answers.len(), code), (2, Some(0)));
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.contains("401") && !told.contains("a-key"), "{told}");
    assert_eq!(asked.try_iter().count(), 2);
}

#[test]
fn an_endpoint_and_a_model_go_together() {
    for args in
        [&["--llm", "http://127.0.0.1:1"][..], &["--model", "m"], &["--llm", "x", "--model", "m"]]
    {
        let status = Command::new(env!("CARGO_BIN_EXE_askwell"))
            .arg("classify")
            .args(args)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(2), "{args:?}");
    }
}
