//! Customers: what is known of one, from where, and whose profile it belongs to.

mod claim;
pub mod csv;
mod facts;
mod proven;
mod resolve;
pub mod search;

pub use claim::claim;
pub use facts::{Fact, Facts};
pub use proven::{Proof, Proven, ProvenValue, SUBJECT_BYTES};
pub use resolve::{Known, Resolution, normalise_email, resolve};
