//! Waiting until everything told is classified and nothing is under way any more.

use super::client::Client;
use super::compare::{Faults, compare};
use super::in_parallel;
use super::plan::Plan;
use super::play::Played;
use super::progress::Progress;
use super::timing::{Kind, Timings};
use anyhow::Result;
use askwell::api::ConversationDetail;
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(200);

/// Where the replay stands once it is still, or once patience has run out.
#[derive(Debug, Default)]
pub struct Settled {
    /// What is wrong with the transcripts of what was classified.
    pub faults: Faults,
    /// The ids of conversations that were not classified in time.
    pub unclassified: Vec<String>,
    /// The ids of conversations whose transcripts have faults.
    pub faulty: Vec<String>,
    /// Documents and queue messages that were not sent in time.
    pub outbox: u64,
    /// Events that the sinks did not confirm in time.
    pub undelivered: u64,
}

/// Polls every conversation until it is classified at its last closing, then compares its
/// transcript; gives up after `patience` without any progress.
pub fn wait(
    client: &Client,
    plans: &[Plan],
    played: &[Played],
    concurrency: u16,
    patience: Duration,
    timings: &Timings,
) -> Result<Settled> {
    let progress = Progress::new(plans.len(), "classified");
    let mut settled = Settled::default();
    let mut open: Vec<(&Plan, &Played)> = plans.iter().zip(played).collect();
    let mut last_progress = Instant::now();
    loop {
        let before = open.len();
        let checked = in_parallel(&open, concurrency, |(plan, played)| {
            let detail = client.detail(&played.conversation_id);
            let detail = detail.map_err(|failure| failure.explain(client.url()))?;
            Ok(detail.filter(|d| is_classified(plan, d)))
        })?;
        let mut still_open = Vec::new();
        for ((plan, played), detail) in open.into_iter().zip(checked) {
            let Some(detail) = detail else {
                still_open.push((plan, played));
                continue;
            };
            progress.step();
            if let (false, Some(took)) = (played.already_there, detail.summary.classify_ms) {
                let took = Duration::from_millis(u64::try_from(took).unwrap_or_default());
                timings.add(Kind::Classify, took);
            }
            let faults = compare(plan, &detail.transcript);
            if faults.total() > 0 {
                settled.faulty.push(plan.id.clone());
            }
            settled.faults.add(faults);
        }
        open = still_open;
        if open.is_empty() {
            break;
        }
        if open.len() < before {
            last_progress = Instant::now();
        } else if last_progress.elapsed() >= patience {
            break;
        }
        progress.show();
        std::thread::sleep(POLL);
    }
    drop(progress);
    settled.unclassified = open.iter().map(|(plan, _)| plan.id.clone()).collect();
    (settled.outbox, settled.undelivered) = drained(client, patience)?;
    Ok(settled)
}

fn is_classified(plan: &Plan, detail: &ConversationDetail) -> bool {
    detail.summary.revision >= plan.revision && detail.summary.sentiment.is_some()
}

/// Waits for the outbox to be empty and every event confirmed; what is left of each when it no longer
/// gets less.
fn drained(client: &Client, patience: Duration) -> Result<(u64, u64)> {
    let progress = Progress::new(0, "delivered");
    let mut least = u64::MAX;
    let mut last_progress = Instant::now();
    loop {
        let overview = client.overview().map_err(|failure| failure.explain(client.url()))?;
        let left = overview.outbox + overview.events_undelivered;
        progress.reach(overview.events.values().sum(), overview.events_undelivered);
        if left < least {
            least = left;
            last_progress = Instant::now();
        }
        if left == 0 || last_progress.elapsed() >= patience {
            return Ok((overview.outbox, overview.events_undelivered));
        }
        std::thread::sleep(POLL);
    }
}
