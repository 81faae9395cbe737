//! What dashboards show, as pure functions over counts: who keeps the counts reads them with one query
//! and hands them in.
//!
//! - [`signals`]: the modules of the source document's table, each from exactly its inputs.
//! - [`collected`]: the answers to the owner's questions.
//! - [`feedback`]: what the team thinks of conversations.
//! - [`period`]: days, and the period before.
//! - [`rise`]: whether a count has risen, by a stated test.

pub mod collected;
pub mod feedback;
pub mod period;
pub mod rise;
pub mod signals;
