//! Replays against a stand-in Worker in memory that fails on purpose: before it has stored a
//! request, after it has, or silently.

use super::{Target, in_parallel, play_file};
use anyhow::bail;
use askwell::api::{
    ConversationDetail, ConversationOpened, ConversationState, ConversationSummary,
    MessageAccepted, NewAction, NewConversation, NewMessage, Overview,
};
use askwell::conversation::{Direction, Message, Platform, Role, Sentiment, Status};
use askwell::customer::Facts;
use askwell::id::{ConversationId, VisitorId};
use askwell::session::{Options, Session};
use askwell::time::UnixMillis;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SECRET: &str = "sk_test";
const PATIENCE: Duration = Duration::from_millis(300);

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    /// Every so many requests, 503 without doing anything.
    Unavailable(u64),
    /// Every so many requests, the work is done and the answer lost.
    AnswerLost(u64),
    /// From this request on, 400.
    Refuses(u64),
    /// Says that it has stored a message and has not.
    Forgets(&'static str),
    /// Never classifies.
    Idle,
}

#[derive(Default, Clone, PartialEq, Debug)]
struct Conversation {
    status: Option<Status>,
    revision: u32,
    messages: Vec<Message>,
    actions: Vec<String>,
}

struct Worker {
    fault: Mutex<Fault>,
    requests: Mutex<u64>,
    conversations: Mutex<BTreeMap<String, Conversation>>,
}

impl Worker {
    fn start(fault: Fault) -> (Arc<Self>, Target) {
        let worker = Arc::new(Self {
            fault: Mutex::new(fault),
            requests: Mutex::default(),
            conversations: Mutex::default(),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = Arc::clone(&worker);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let worker = Arc::clone(&serving);
                std::thread::spawn(move || worker.serve(stream));
            }
        });
        (worker, Target { url, secret_key: SECRET.to_owned() })
    }

    fn serve(&self, mut stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let line = line.trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        let header = |name: &str| {
            head.iter().skip(1).find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let length = header("content-length").and_then(|l| l.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let mut words = head.first()?.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());

        let fault = *self.fault.lock().unwrap();
        let count = {
            let mut requests = self.requests.lock().unwrap();
            *requests += 1;
            *requests
        };
        match fault {
            Fault::Unavailable(every) if count.is_multiple_of(every) => {
                return respond(&mut stream, 503, "{}");
            }
            Fault::Refuses(from) if count >= from => return respond(&mut stream, 400, "{}"),
            _ => {}
        }
        let bearer = header("authorization").unwrap_or_default();
        let answer = self.answer(&method, &path, &bearer, header("idempotency-key"), &body, fault);
        match fault {
            Fault::AnswerLost(every) if count.is_multiple_of(every) => None,
            _ => match answer {
                Some(body) => respond(&mut stream, 200, &body),
                None => respond(&mut stream, 404, "{}"),
            },
        }
    }

    fn answer(
        &self,
        method: &str,
        path: &str,
        bearer: &str,
        key: Option<String>,
        body: &[u8],
        fault: Fault,
    ) -> Option<String> {
        let mut all = self.conversations.lock().unwrap();
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (method, segments.as_slice()) {
            ("GET", ["v1", "overview"]) => json(&Overview::default()),
            ("POST", ["v1", "conversations"]) => {
                let new: NewConversation = serde_json::from_slice(body).ok()?;
                assert!(new.recorded);
                let id = ConversationId::derive(&[key?.as_bytes()]);
                let conversation = all.entry(id.to_string()).or_default();
                json(&ConversationOpened {
                    visitor_id: VisitorId::derive(&[new.visitor_ref?.as_bytes()]),
                    visitor_token: format!("vt_{id}"),
                    status: conversation.status.unwrap_or(Status::Queued),
                    revision: conversation.revision,
                    messages: 0,
                    session: Session::new(Options::default(), &[], UnixMillis(0)),
                    conversation_id: id,
                })
            }
            ("POST", ["v1", "conversations", id, "messages"]) => {
                let new: NewMessage = serde_json::from_slice(body).ok()?;
                let visitor = bearer == format!("Bearer vt_{id}");
                assert!(visitor || bearer == format!("Bearer {SECRET}"), "{bearer}");
                assert_eq!(visitor, new.role.is_none());
                let conversation = all.get_mut(*id)?;
                let known = conversation.messages.iter().find(|m| m.id == new.id).cloned();
                let duplicate = known.is_some();
                let message = known.unwrap_or(Message {
                    seq: conversation.messages.len() as u32,
                    role: new.role.unwrap_or(Role::Customer),
                    text: new.text,
                    at: new.at.unwrap_or_default(),
                    by: None,
                    id: new.id,
                });
                if !duplicate {
                    assert_ne!(conversation.status, Some(Status::Completed));
                    conversation.status = Some(Status::InProgress);
                    if fault != Fault::Forgets("m-1") || message.id != "m-1" {
                        conversation.messages.push(message.clone());
                    }
                }
                let (found, ask, reason) = (Vec::new(), None, String::new());
                json(&MessageAccepted { message, duplicate, found, ask, reason })
            }
            ("POST", ["v1", "conversations", id, "actions"]) => {
                let new: NewAction = serde_json::from_slice(body).ok()?;
                let (conversation, key) = (all.get_mut(*id)?, key?);
                if !conversation.actions.contains(&key) {
                    let status = conversation.status.unwrap_or(Status::Queued);
                    conversation.status =
                        Some(status.after(new.action, Direction::Inbound).unwrap());
                    conversation.revision += u32::from(new.action.classifies());
                    conversation.actions.push(key);
                    let seq = conversation.messages.len() as u32;
                    conversation.messages.extend(new.action.marker().map(|marker| Message {
                        id: format!("mark-{seq}"),
                        seq,
                        role: Role::System,
                        text: marker.as_str().to_owned(),
                        at: new.at.unwrap_or_default(),
                        by: None,
                    }));
                }
                json(&ConversationState {
                    conversation_id: id.parse().ok()?,
                    status: conversation.status?,
                    revision: conversation.revision,
                    messages: 0,
                    transferred: false,
                })
            }
            ("GET", ["v1", "conversations", id]) if fault != Fault::Idle => {
                let conversation = all.get(*id)?;
                json(&ConversationDetail {
                    summary: ConversationSummary {
                        conversation_id: id.parse().ok()?,
                        platform_conversation_id: None,
                        customer_id: None,
                        status: conversation.status?,
                        revision: conversation.revision,
                        direction: Direction::Inbound,
                        platform: Platform::Api,
                        transferred: false,
                        lang: None,
                        messages: 0,
                        started_at: UnixMillis(0),
                        ended_at: None,
                        sentiment: Some(Sentiment::Neutral),
                        classify_ms: Some(5),
                        test_mode: false,
                    },
                    transcript: conversation.messages.clone(),
                    facts: Facts::default(),
                    proven: askwell::customer::Proven::default(),
                    answers: Vec::new(),
                })
            }
            _ => None,
        }
    }

    fn mend(&self) {
        *self.fault.lock().unwrap() = Fault::None;
    }

    fn stored(&self) -> BTreeMap<String, Conversation> {
        self.conversations.lock().unwrap().clone()
    }
}

fn json(value: &impl Serialize) -> Option<String> {
    serde_json::to_string(value).ok()
}

fn respond(stream: &mut TcpStream, status: u16, body: &str) -> Option<()> {
    write!(
        stream,
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .ok()
}

/// Six conversations, the even ones reopened after their end.
fn recording(name: &str) -> PathBuf {
    let mut lines = String::new();
    for n in 0..6 {
        let reopened = r#",{"role":"system","text":"closed"},{"role":"system","text":"reopened"},
            {"role":"customer","text":"one more thing","at":30}"#
            .replace('\n', "");
        lines.push_str(&format!(
            r#"{{"id":"c{n}","conversation":[{{"role":"customer","text":"hi {n}","at":10}},{{"role":"agent","text":"hello","at":20}}{}]}}"#,
            if n % 2 == 0 { reopened.as_str() } else { "" }
        ));
        lines.push('\n');
    }
    let file =
        std::env::temp_dir().join(format!("askwell-replay-{name}-{}.jsonl", std::process::id()));
    std::fs::write(&file, lines).unwrap();
    file
}

fn replay(target: &Target, file: &Path) -> anyhow::Result<bool> {
    play_file(target, file, None, None, 2, PATIENCE)
}

#[test]
fn a_second_replay_adds_nothing() {
    let file = recording("twice");
    let (worker, target) = Worker::start(Fault::None);
    assert!(replay(&target, &file).unwrap());
    let once = worker.stored();
    let said = |c: &Conversation| c.messages.iter().filter(|m| m.role != Role::System).count();
    assert_eq!(once.values().map(said).sum::<usize>(), 3 * 2 + 3 * 3);
    assert!(once.values().all(|c| c.status == Some(Status::Completed)));
    assert!(replay(&target, &file).unwrap());
    assert_eq!(worker.stored(), once);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn answers_that_fail_to_come_change_nothing() {
    let file = recording("faults");
    let (whole, target) = Worker::start(Fault::None);
    assert!(replay(&target, &file).unwrap());
    for fault in [Fault::Unavailable(4), Fault::AnswerLost(5)] {
        let (worker, target) = Worker::start(fault);
        assert!(replay(&target, &file).unwrap());
        assert_eq!(worker.stored(), whole.stored());
    }
    std::fs::remove_file(file).unwrap();
}

#[test]
fn a_replay_that_was_cut_short_goes_on() {
    let file = recording("resumed");
    let (whole, target) = Worker::start(Fault::None);
    assert!(replay(&target, &file).unwrap());
    let (worker, target) = Worker::start(Fault::Refuses(12));
    assert!(replay(&target, &file).is_err());
    assert_ne!(worker.stored(), whole.stored());
    worker.mend();
    assert!(replay(&target, &file).unwrap());
    assert_eq!(worker.stored(), whole.stored());
    std::fs::remove_file(file).unwrap();
}

#[test]
fn what_is_lost_or_never_classified_is_noticed() {
    let file = recording("lost");
    for fault in [Fault::Forgets("m-1"), Fault::Idle] {
        let (_worker, target) = Worker::start(fault);
        assert!(!replay(&target, &file).unwrap());
    }
    std::fs::remove_file(file).unwrap();
}

#[test]
fn results_keep_the_order_and_an_error_stops_the_rest() {
    let items: Vec<u32> = (0..100).collect();
    let doubled = in_parallel(&items, 7, |n| Ok(n * 2)).unwrap();
    assert_eq!(doubled, items.iter().map(|n| n * 2).collect::<Vec<_>>());
    let begun = Mutex::new(0);
    let failed = in_parallel(&items, 1, |n| {
        *begun.lock().unwrap() += 1;
        if *n == 3 { bail!("three") } else { Ok(()) }
    });
    assert_eq!(failed.unwrap_err().to_string(), "three");
    assert_eq!(*begun.lock().unwrap(), 4);
}
