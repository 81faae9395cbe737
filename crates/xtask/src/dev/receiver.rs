//! A webhook receiver as an owner of a workspace would run one: it checks each delivery with the
//! Standard Webhooks library, and keeps what it took in a file.

use anyhow::{Context, Result, anyhow};
use serde_json::Value;
use standardwebhooks::{HEADER_WEBHOOK_ID, Webhook};
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tiny_http::{Header, Method, Request, Response, Server};
use ureq::http::{HeaderMap, HeaderName, HeaderValue};

/// By this path a workspace's webhook is known to be this one, on whichever port it was.
pub const PATH: &str = "/askwell-dev-receiver";
/// Events have no content, so that a kilobyte is much.
const BODY_LIMIT: u64 = 1024 * 1024;

/// A running receiver, until this process ends.
pub struct Receiver {
    url: String,
    file: PathBuf,
    taken: Arc<Mutex<Taken>>,
}

/// What it has counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Different events, those of earlier runs included.
    pub events: u64,
    /// Deliveries of an event that had come before.
    pub repeats: u64,
    /// Requests that were no well-signed event.
    pub refused: u64,
}

struct Taken {
    file: File,
    /// Whether the last line in the file was cut short, by a power cut or a full disk.
    torn: bool,
    ids: HashSet<String>,
    repeats: u64,
    refused: u64,
}

impl Receiver {
    /// Listens on a free port of the loopback address; events are added to `file`, one a line.
    pub fn start(file: &Path, secret: &str) -> Result<Self> {
        let before = before(file)?;
        let open = OpenOptions::new().create(true).append(true).open(file);
        let open = open.with_context(|| format!("cannot write {}", file.display()))?;
        let taken = Taken {
            file: open,
            torn: before.last().is_some_and(|byte| *byte != b'\n'),
            ids: ids(&before),
            repeats: 0,
            refused: 0,
        };
        let taken = Arc::new(Mutex::new(taken));
        let webhook = Webhook::new(secret).context("the secret of the webhook is damaged")?;
        let server = Server::http((Ipv4Addr::LOCALHOST, 0))
            .map_err(|e| anyhow!("cannot listen for events: {e}"))?;
        let address = server.server_addr().to_ip().context("the receiver has no address")?;
        let shared = Arc::clone(&taken);
        std::thread::spawn(move || {
            for request in server.incoming_requests() {
                serve(request, &webhook, &shared);
            }
        });
        Ok(Self { url: format!("http://{address}{PATH}"), file: file.to_owned(), taken })
    }

    /// Where events are to be sent.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where they are kept.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What has come so far.
    pub fn counts(&self) -> Counts {
        let taken = lock(&self.taken);
        Counts { events: taken.ids.len() as u64, repeats: taken.repeats, refused: taken.refused }
    }
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    // A panic in between leaves at worst an event that was written and not counted.
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What earlier runs have kept.
fn before(file: &Path) -> Result<Vec<u8>> {
    match fs::read(file) {
        Ok(bytes) => Ok(bytes),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(e).with_context(|| format!("cannot read {}", file.display())),
    }
}

/// The ids of the events. A line that was cut short, maybe within a character, was not confirmed.
fn ids(kept: &[u8]) -> HashSet<String> {
    let id = |line| serde_json::from_slice::<Value>(line).ok()?["id"].as_str().map(str::to_owned);
    kept.split(|byte| *byte == b'\n').filter_map(id).collect()
}

fn serve(mut request: Request, webhook: &Webhook, taken: &Mutex<Taken>) {
    let status = match event(&mut request, webhook) {
        Ok((id, body)) => keep(&mut lock(taken), id, &body),
        Err(why) => {
            let mut taken = lock(taken);
            taken.refused += 1;
            if taken.refused == 1 {
                eprintln!("dev: the webhook receiver refused a request: {why:#}");
            }
            400
        }
    };
    // Who does not wait for the answer sends the event again.
    let _ = request.respond(Response::empty(status));
}

/// Writes an event down before it is confirmed; what could not be written shall come again.
fn keep(taken: &mut Taken, id: String, body: &str) -> u16 {
    if taken.ids.contains(&id) {
        taken.repeats += 1;
        return 204;
    }
    let begin = if taken.torn { "\n" } else { "" };
    if let Err(error) = taken.file.write_all(format!("{begin}{body}\n").as_bytes()) {
        taken.torn = true;
        eprintln!("dev: an event could not be written down and will come again: {error}");
        return 503;
    }
    taken.torn = false;
    taken.ids.insert(id);
    204
}

/// The id and the text of a delivery that is signed and is a CloudEvent in structured mode.
fn event(request: &mut Request, webhook: &Webhook) -> Result<(String, String)> {
    if *request.method() != Method::Post || request.url() != PATH {
        return Err(anyhow!("it was {} {}", request.method(), request.url()));
    }
    let headers = headers(request.headers());
    let mut body = String::new();
    request.as_reader().take(BODY_LIMIT).read_to_string(&mut body)?;
    webhook.verify(body.as_bytes(), &headers)?;
    let event: Value = serde_json::from_str(&body)?;
    let id = event["id"].as_str().context("the event has no id")?;
    if event["specversion"] != "1.0" || event["type"].as_str().is_none_or(str::is_empty) {
        return Err(anyhow!("it is no CloudEvent 1.0"));
    }
    if headers.get(HEADER_WEBHOOK_ID).is_none_or(|header| header != id) {
        return Err(anyhow!("its webhook-id is not the id of its event"));
    }
    Ok((id.to_owned(), body.clone()))
}

fn headers(of: &[Header]) -> HeaderMap {
    let pair = |header: &Header| {
        let name = HeaderName::from_bytes(header.field.as_str().as_str().as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(header.value.as_str()).ok()?))
    };
    of.iter().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{SystemTime, UNIX_EPOCH};

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn post(url: &str, id: &str, secret: &str, body: &str) -> u16 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let signed = Webhook::new(secret).unwrap().sign(id, now as i64, body.as_bytes()).unwrap();
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let request = agent
            .post(url)
            .header("webhook-id", id)
            .header("webhook-timestamp", now.to_string())
            .header("webhook-signature", signed);
        request.send(body).unwrap().status().as_u16()
    }

    #[test]
    fn signed_events_are_kept_once_and_others_refused() {
        let file = std::env::temp_dir().join(format!("askwell-events-{}", std::process::id()));
        let _ = fs::remove_file(&file);
        let body = |id: &str| format!(r#"{{"specversion":"1.0","type":"t","id":"{id}"}}"#);
        let receiver = Receiver::start(&file, SECRET).unwrap();
        let url = receiver.url().to_owned();
        assert_eq!(post(&url, "a", SECRET, &body("a")), 204);
        assert_eq!(post(&url, "a", SECRET, &body("a")), 204);
        assert_eq!(post(&url, "b", SECRET, &body("b")), 204);
        let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert_eq!(post(&url, "c", other, &body("c")), 400);
        assert_eq!(post(&url, "c", SECRET, &body("d")), 400);
        assert_eq!(post(&url, "c", SECRET, r#"{"id":"c"}"#), 400);
        assert_eq!(post(&url.replace(PATH, "/"), "c", SECRET, &body("c")), 400);
        assert_eq!(receiver.counts(), Counts { events: 2, repeats: 1, refused: 4 });

        let next = Receiver::start(&file, SECRET).unwrap();
        assert_eq!(post(next.url(), "b", SECRET, &body("b")), 204);
        assert_eq!(next.counts(), Counts { events: 2, repeats: 1, refused: 0 });
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn a_line_that_was_cut_short_spoils_no_other() {
        let file = std::env::temp_dir().join(format!("askwell-torn-{}", std::process::id()));
        let body = |id: &str| format!(r#"{{"specversion":"1.0","type":"t","id":"{id}"}}"#);
        // Cut within a character of two bytes.
        let torn = [body("a").as_bytes(), b"\n{\"id\":\"b\xc3"].concat();
        fs::write(&file, &torn).unwrap();
        let receiver = Receiver::start(&file, SECRET).unwrap();
        assert_eq!(post(receiver.url(), "b", SECRET, &body("b")), 204);
        assert_eq!(post(receiver.url(), "c", SECRET, &body("c")), 204);
        let added = format!("\n{}\n{}\n", body("b"), body("c"));
        assert_eq!(fs::read(&file).unwrap(), [&torn[..], added.as_bytes()].concat());
        let next = Receiver::start(&file, SECRET).unwrap();
        assert_eq!(next.counts(), Counts { events: 3, repeats: 0, refused: 0 });
        fs::remove_file(file).unwrap();
    }
}
