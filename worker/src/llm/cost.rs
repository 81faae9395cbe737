//! What was spent is told to the ledger.

use crate::ledger::llm::{Count, Purpose, Spent};
use crate::rpc;
use worker::Stub;

/// Adds to what a purpose has cost. When that fails a figure is too small, and nothing else is kept from being
/// done.
pub async fn note_cost(ledger: &Stub, purpose: Purpose, spent: Spent) {
    if spent.asked == 0 {
        return;
    }
    if let Err(fault) = rpc::call(ledger, &Count { purpose, spent }).await {
        fault.log("cost of the language model");
    }
}
