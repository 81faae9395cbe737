//! `cargo xtask replay`: recorded conversations through a running Worker, as visitors and agents
//! would hold them, and then the proof that nothing was lost.
//!
//! Every request carries an id that follows from the recording alone, so a replay that was cut
//! short goes on where it stopped, and one that is repeated adds nothing.

mod client;
mod compare;
mod outage;
mod plan;
mod play;
mod progress;
mod record;
mod report;
mod settle;
#[cfg(test)]
mod tests;
mod timing;

pub use client::{Answer, Client, Failure, Target};
pub use progress::say;
pub use report::{print_aligned, print_workspace, section, table};

use crate::dev;
use crate::project::Project;
use anyhow::{Context, Result, bail};
use askwell::time::Day;
use progress::Progress;
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use timing::Timings;

/// Names the Worker, where no flag does.
const URL_VARIABLE: &str = "ASKWELL_URL";
/// Holds the workspace's secret key, where the Worker is not the one that `dev` started.
const KEY_VARIABLE: &str = "ASKWELL_SECRET_KEY";

/// What to play, and where.
#[derive(clap::Args)]
pub struct Args {
    /// JSONL: `{"id", "conversation": [{"role", "text", "at"?}], "visitor"?, "platform"?, "locale"?,
    /// "region"?}`.
    file: PathBuf,
    /// Only the first so many.
    #[arg(long)]
    limit: Option<NonZeroUsize>,
    /// How many conversations are held at the same time.
    #[arg(long, default_value_t = DEFAULT_CONCURRENCY, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// The Worker's address; by default ASKWELL_URL, else the one that `cargo xtask dev` serves.
    /// The key is ASKWELL_SECRET_KEY, else that of the demo workspace.
    #[arg(long)]
    url: Option<String>,
    /// Seconds without any progress after which what is unclassified is given up.
    #[arg(long, default_value_t = DEFAULT_PATIENCE_S)]
    patience: u64,
}

/// Enough to keep a local Worker busy without only filling its queues.
pub const DEFAULT_CONCURRENCY: u16 = 8;
/// A queue's retries take half a minute; what takes much longer is not coming.
pub const DEFAULT_PATIENCE_S: u64 = 120;

/// Before anything is sent there is nothing to wait for.
const FIRST_ANSWER: Duration = Duration::from_secs(5);
const RESUME: &str = "the replay stopped in the middle; when the Worker is back, the same command goes \
                      on where it did, and what is there already is not added again";

/// Plays the file and prints the table.
pub fn run(project: &Project, args: &Args) -> Result<ExitCode> {
    let target = target(project, args)?;
    let all_there = play_file(
        &target,
        &args.file,
        args.limit.map(NonZeroUsize::get),
        None,
        args.concurrency,
        Duration::from_secs(args.patience),
    )?;
    Ok(if all_there { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn target(project: &Project, args: &Args) -> Result<Target> {
    let variable = |name| std::env::var(name).ok().filter(|v| !v.is_empty());
    let url = args.url.clone().or_else(|| variable(URL_VARIABLE));
    let key = variable(KEY_VARIABLE);
    if let (Some(url), Some(secret_key)) = (&url, &key) {
        return Ok(Target { url: url.clone(), secret_key: secret_key.clone() });
    }
    // The key of one's own Worker is nobody else's business.
    if url.is_some() {
        bail!("the Worker is named, and its secret key is not: set {KEY_VARIABLE} to it");
    }
    let local = dev::last_target(project)?.with_context(|| {
        format!(
            "no Worker is known here. Start one with `cargo xtask dev`, or name one: --url (or \
             {URL_VARIABLE}) and its secret key in {KEY_VARIABLE}"
        )
    })?;
    Ok(Target { url: local.url, secret_key: key.unwrap_or(local.secret_key) })
}

/// Plays a file, as if its newest conversation had ended on the day `last` where one is named, and prints
/// the table; whether every message is there and every conversation classified.
pub fn play_file(
    target: &Target,
    file: &Path,
    limit: Option<usize>,
    last: Option<Day>,
    concurrency: u16,
    patience: Duration,
) -> Result<bool> {
    let mut records = record::read(file, limit)?;
    if let Some(last) = last {
        record::move_to(&mut records, last);
    }
    let plans = records
        .iter()
        .map(|r| {
            plan::Plan::of(r).with_context(|| format!("line {}: conversation {:?}", r.line, r.id))
        })
        .collect::<Result<Vec<_>>>()
        .with_context(|| file.display().to_string())?;
    // Says soon, and once, that nobody answers or that the key is wrong.
    let before = Client::new(target, 1)
        .patient_for(FIRST_ANSWER)
        .overview()
        .map_err(|failure| failure.explain(&target.url))
        .context("the replay did not begin")?;

    let client = Client::new(target, concurrency);
    let timings = Timings::default();
    let started = Instant::now();
    let played = play_all(&client, &plans, concurrency, &timings).context(RESUME)?;
    let talked = started.elapsed();
    let settled =
        settle::wait(&client, &plans, &played, concurrency, patience, &timings).context(RESUME)?;
    let overview = client.overview().map_err(|failure| failure.explain(&target.url))?;
    let report = report::Report {
        plans: &plans,
        played: &played,
        settled: &settled,
        before: &before,
        overview: &overview,
        timings: &timings,
        talked,
        total: started.elapsed(),
        retries: client.retries(),
    };
    report.print();
    Ok(report.is_whole())
}

fn play_all(
    client: &Client,
    plans: &[plan::Plan],
    concurrency: u16,
    timings: &Timings,
) -> Result<Vec<play::Played>> {
    let progress = Progress::new(plans.len(), "conversations");
    in_parallel(plans, concurrency, |plan| {
        let played = play::play(client, plan, timings)
            .map_err(|failure| failure.explain(client.url()))
            .with_context(|| format!("conversation {:?}", plan.id))?;
        progress.step();
        Ok(played)
    })
}

/// Does `work` on every item, `concurrency` at a time, and gives the results in the items' order.
/// After an error no new item is begun.
fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    concurrency: u16,
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let queue: Mutex<VecDeque<usize>> = Mutex::new((0..items.len()).collect());
    let stop = AtomicBool::new(false);
    let worker = || {
        let mut done = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            // A poisoned queue means that another worker has panicked, which ends the scope.
            let Some(index) = queue.lock().ok().and_then(|mut q| q.pop_front()) else { break };
            let Some(item) = items.get(index) else { break };
            let result = work(item);
            if result.is_err() {
                stop.store(true, Ordering::Relaxed);
            }
            done.push((index, result));
        }
        done
    };
    let mut results = Vec::with_capacity(items.len());
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..concurrency).map(|_| scope.spawn(worker)).collect();
        for handle in handles {
            match handle.join() {
                Ok(done) => results.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    results.sort_by_key(|(index, _)| *index);
    let results = results.into_iter().map(|(_, r)| r).collect::<Result<Vec<R>>>()?;
    if results.len() != items.len() {
        bail!("only {} of {} were done", results.len(), items.len());
    }
    Ok(results)
}
