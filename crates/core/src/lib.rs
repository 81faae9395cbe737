//! Askwell's decisions, and nothing but decisions.
//!
//! The same code runs in the visitor's browser (through `widget-plugin`), at the edge (through
//! `worker`) and off line (through the `askwell` binary). To keep that possible nothing here reads
//! a clock, draws a random number or does I/O: times, ids and random bytes are arguments.
//!
//! The way of one message through this crate is [`session::Session`]: detect, remember, decide
//! whether to ask. The way of a closed conversation is [`closing::conclude`]: classify, tag,
//! summarise.

pub mod access;
pub mod api;
pub mod channel;
pub mod classify;
pub mod closing;
pub mod conversation;
pub mod crossing;
pub mod customer;
pub mod detect;
pub mod enrichment;
pub mod error;
pub mod event;
pub mod export;
pub mod id;
pub mod input;
pub mod knowledge;
pub mod limit;
pub mod line;
pub mod metrics;
pub mod plan;
pub mod prompt;
pub mod reply;
pub mod session;
pub mod text;
pub mod time;
pub mod vocabulary;

pub use error::{Code, Error};
