//! The cron trigger: calls at workspaces, so that those do what is due every hour.
//!
//! Each workspace has an alarm for that ([`crate::ledger::hourly`]) and needs no call. It is for those which have none:
//! that nobody has asked anything since a version before. An invocation may make a thousand requests, so that each
//! round calls at some, and the next one at others.

use crate::config;
use crate::fault::Outcome;
use crate::ledger::hourly::Tend;
use crate::rpc;
use askwell::id::WorkspaceId;
use worker::Env;

/// Workspaces of one round: each is one request, and a thousand names are one.
const AT_ONCE: usize = 300;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// Calls at some of the workspaces. One's failure does not keep the others from theirs.
///
/// # Errors
/// Where the list of them cannot be read.
pub async fn round(env: &Env) -> Outcome<()> {
    let all = workspaces(env).await?;
    for workspace in of_round(&all, config::now(env).0 / HOUR_MS) {
        let done = match rpc::ledger(env, workspace) {
            Ok(ledger) => rpc::call(&ledger, &Tend).await,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = done {
            worker::console_error!("the hourly work of {workspace} failed: {}", fault.public());
            fault.log("hourly");
        }
    }
    Ok(())
}

async fn workspaces(env: &Env) -> Outcome<Vec<WorkspaceId>> {
    const PREFIX: &str = "workspace/";
    let store = env.kv(config::DOCUMENTS)?;
    let mut all = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut list = store.list().prefix(PREFIX.to_owned());
        if let Some(cursor) = cursor.take() {
            list = list.cursor(cursor);
        }
        let page = list.execute().await?;
        let names = page.keys.iter().filter_map(|key| key.name.strip_prefix(PREFIX));
        all.extend(names.filter_map(|name| name.parse().ok()));
        cursor = page.cursor.filter(|_| !page.list_complete);
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

/// Those whose turn it is in an hour: all of them, by and by.
fn of_round<T>(all: &[T], hour: i64) -> &[T] {
    let rounds = all.len().div_ceil(AT_ONCE).max(1);
    let turn = usize::try_from(hour).unwrap_or(0) % rounds;
    all.chunks(AT_ONCE).nth(turn).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_has_its_turn_and_no_round_has_too_many() {
        for count in [0, 1, AT_ONCE, AT_ONCE + 1, 10 * AT_ONCE + 7] {
            let all: Vec<usize> = (0..count).collect();
            let rounds = count.div_ceil(AT_ONCE) as i64;
            let mut called: BTreeSet<usize> = BTreeSet::new();
            for hour in 490_000..490_000 + rounds {
                let some = of_round(&all, hour);
                assert!(some.len() <= AT_ONCE);
                called.extend(some);
            }
            assert_eq!(called.len(), count);
        }
    }
}
