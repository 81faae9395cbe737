//! Rooms of the ledger, and the three kinds of operations that they offer.
//!
//! An operation is a struct: its fields are what goes in, [`Call`] names it and what comes out, and
//! one of [`Read`], [`Write`] and [`Task`] says what it does.

use super::Workspace;
use super::cx::Cx;
use crate::fault::{Outcome, from_json, to_json};
use crate::jobs::Job;
use crate::rpc::Call;
use crate::sql::Migration;
use std::pin::Pin;

/// A part of the ledger: its tables, its operations and its jobs.
pub struct Room {
    /// Run once each, in this order.
    pub migrations: &'static [Migration],
    /// What the Worker can call.
    pub ops: &'static [Op],
    /// What it does by and by; see [`crate::jobs`].
    pub jobs: &'static [Job<Workspace>],
}

impl Room {
    /// A room without anything in it.
    pub const EMPTY: Self = Self { migrations: &[], ops: &[], jobs: &[] };
}

/// Only looks.
pub trait Read: Call {
    /// Does it.
    fn run(self, cx: &Cx) -> Outcome<Self::Out>;
}

/// Changes something, in one transaction: when it fails nothing of it stays.
pub trait Write: Call<Out: 'static> + 'static {
    /// Does it.
    fn run(self, cx: &Cx) -> Outcome<Self::Out>;
}

/// Needs other stores as well. Other calls come in between wherever it waits.
pub trait Task: Call {
    /// Does it.
    fn run(self, ledger: &Workspace) -> impl Future<Output = Outcome<Self::Out>>;
}

type Answer<'a> = Pin<Box<dyn Future<Output = Outcome<String>> + 'a>>;

/// An operation of any kind, with JSON on both ends.
#[derive(Debug)]
pub struct Op {
    /// [`Call::NAME`].
    pub name: &'static str,
    /// Reads the call, runs it, writes its answer.
    pub run: for<'a> fn(&'a Workspace, &'a str) -> Answer<'a>,
}

impl Op {
    /// An operation that only looks.
    pub const fn read<C: Read>() -> Self {
        fn run<'a, C: Read>(ledger: &'a Workspace, body: &'a str) -> Answer<'a> {
            Box::pin(async move {
                let call: C = from_json(C::NAME, body)?;
                to_json(C::NAME, &ledger.read(|cx| call.run(cx))?)
            })
        }
        Self { name: C::NAME, run: run::<C> }
    }

    /// An operation that changes something.
    pub const fn write<C: Write>() -> Self {
        fn run<'a, C: Write>(ledger: &'a Workspace, body: &'a str) -> Answer<'a> {
            Box::pin(async move {
                let call: C = from_json(C::NAME, body)?;
                to_json(C::NAME, &ledger.write(|cx| call.run(cx)).await?)
            })
        }
        Self { name: C::NAME, run: run::<C> }
    }

    /// An operation that needs other stores as well.
    pub const fn task<C: Task>() -> Self {
        fn run<'a, C: Task>(ledger: &'a Workspace, body: &'a str) -> Answer<'a> {
            Box::pin(async move {
                let call: C = from_json(C::NAME, body)?;
                to_json(C::NAME, &call.run(ledger).await?)
            })
        }
        Self { name: C::NAME, run: run::<C> }
    }
}
