//! JSONL in, JSONL out, in the same order, as the lines come.
//!
//! Line i goes to worker i mod n and its answer is awaited from there, so that the order needs no
//! bookkeeping; each worker has a bounded queue on both sides, so that memory does not grow with the
//! input. Answers are flushed whenever the next one is not there yet: a caller that writes one line
//! and waits gets its answer at once.

use anyhow::{Context as _, Result};
use askwell::input;
use askwell::{Code, Error};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io::{self, BufRead, BufWriter, IsTerminal as _, Write};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// Lines that may wait on each side of a worker.
const QUEUE: usize = 256;

/// What became of a line.
struct Answer {
    json: Vec<u8>,
    good: bool,
}

/// Answers standard input on standard output. The status is 1 when a line could not be read.
///
/// # Errors
/// When standard input or standard output fails.
pub fn run<I, O>(
    jobs: Option<NonZeroUsize>,
    answer: impl Fn(&I) -> O + Send + Sync + 'static,
) -> Result<ExitCode>
where
    I: DeserializeOwned,
    O: Serialize,
{
    let answer = Arc::new(move |line: &[u8]| match input::object::<I>(line) {
        Ok(input) => written(&answer(&input), true),
        Err(Error { code, detail }) => refused(line, code, &detail),
    });
    let jobs = jobs.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let (lines, answers): (Vec<_>, Vec<_>) = (0..jobs).map(|_| worker(Arc::clone(&answer))).unzip();
    // The reader is not joined: it may stand in a read that never returns when writing has failed.
    let (fault, faults) = sync_channel(1);
    thread::spawn(move || {
        if let Err(error) = feed(io::stdin().lock(), &lines) {
            // Nobody listens any more only when the output has failed before.
            let _ = fault.send(error);
        }
    });
    let good = write(&answers, BufWriter::new(io::stdout().lock()))?;
    match faults.recv() {
        Ok(error) => Err(error).context("standard input"),
        Err(_) if good => Ok(ExitCode::SUCCESS),
        Err(_) => Ok(ExitCode::FAILURE),
    }
}

fn worker(
    answer: Arc<impl Fn(&[u8]) -> Answer + Send + Sync + 'static>,
) -> (SyncSender<Vec<u8>>, Receiver<Answer>) {
    let (to, lines) = sync_channel::<Vec<u8>>(QUEUE);
    let (out, answers) = sync_channel(QUEUE);
    // A fault in the answer to one line must not take those after it along.
    let answer = move |line: &[u8]| {
        catch_unwind(AssertUnwindSafe(|| answer(line))).unwrap_or_else(|_| {
            refused(
                line,
                Code::Internal,
                "this line met a fault of the program; the others are answered",
            )
        })
    };
    thread::spawn(move || lines.iter().try_for_each(|line| out.send(answer(&line))));
    (to, answers)
}

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Deals the lines out in turn until the input ends or nobody takes them any more.
fn feed(mut from: impl BufRead, to: &[SyncSender<Vec<u8>>]) -> io::Result<()> {
    let mut first = true;
    for worker in to.iter().cycle() {
        let mut line = Vec::new();
        if from.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        // Some editors begin a file with a byte order mark, which is no JSON.
        if std::mem::take(&mut first) && line.starts_with(BYTE_ORDER_MARK) {
            line.drain(..BYTE_ORDER_MARK.len());
        }
        if worker.send(line).is_err() {
            break;
        }
    }
    Ok(())
}

/// Collects the answers in turn. The first worker that has no more ends it: those after it had one
/// line less. Gives whether all lines were good.
fn write(from: &[Receiver<Answer>], mut to: impl Write) -> Result<bool> {
    let progress = progress();
    let mut good = true;
    for worker in from.iter().cycle() {
        let answer = match worker.try_recv() {
            Ok(answer) => answer,
            Err(_) => {
                to.flush().context("standard output")?;
                let Ok(answer) = worker.recv() else { break };
                answer
            }
        };
        good &= answer.good;
        to.write_all(&answer.json).context("standard output")?;
        progress.inc(1);
    }
    to.flush().context("standard output")?;
    progress.finish_and_clear();
    Ok(good)
}

/// Lines so far, on standard error when that is a terminal and the answers go elsewhere.
fn progress() -> ProgressBar {
    if io::stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
    if let Ok(style) = ProgressStyle::with_template("{human_pos} lines, {per_sec}, {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// What stands for the answer to a line that has none.
fn refused(line: &[u8], code: Code, error: &str) -> Answer {
    written(&json!({"id": id_of(line), "error": error, "code": code}), false)
}

/// The id of a line that could not be read, as far as it can be told: also where another field holds half of a character,
/// as programs write that cut texts by UTF-16.
fn id_of(line: &[u8]) -> Value {
    #[derive(Deserialize)]
    struct Named {
        id: Value,
    }
    // A list would be read as the fields in their order.
    if !line.trim_ascii_start().starts_with(b"{") {
        return Value::Null;
    }
    serde_json::from_slice::<Named>(line).map(|named| named.id).unwrap_or_default()
}

fn written(answer: &impl Serialize, good: bool) -> Answer {
    match serde_json::to_vec(answer) {
        Ok(mut json) => {
            json.push(b'\n');
            Answer { json, good }
        }
        // Answers have string keys only and always serialise; were one not to, its line is kept.
        Err(_) => Answer { json: b"{\"id\":null,\"error\":\"internal\"}\n".to_vec(), good: false },
    }
}

/// Whether a failure is that nobody reads the output any more.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_in_one_line_leaves_the_next_its_answer() {
        let (to, answers) = worker(Arc::new(|line: &[u8]| {
            assert_ne!(line, br#"{"id":7}"#, "a fault on purpose");
            written(&json!({"id": id_of(line)}), true)
        }));
        for line in [&br#"{"id":7}"#[..], br#"{"id":8}"#] {
            to.send(line.to_vec()).unwrap();
        }
        let [first, second] = [answers.recv().unwrap(), answers.recv().unwrap()];
        let first_json: Value = serde_json::from_slice(&first.json).unwrap();
        assert!(!first.good && second.good);
        assert_eq!((&first_json["id"], &first_json["code"]), (&json!(7), &json!("internal")));
        assert_eq!(second.json, b"{\"id\":8}\n");
    }

    #[test]
    fn a_line_that_cannot_be_read_keeps_its_id() {
        let id = |line: &[u8]| id_of(line);
        assert_eq!(id(br#"{"text":"cut \ud83d","id":"a-7"}"#), json!("a-7"));
        assert_eq!(id(br#"{"id":{"n":1},"text":5}"#), json!({"n": 1}));
        for none in [&br#"{"text":"no id"}"#[..], b"[1]", b"{\"id\":1", b""] {
            assert_eq!(id(none), Value::Null);
        }
    }
}
