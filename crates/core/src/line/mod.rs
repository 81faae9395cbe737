//! The line protocol: one JSON object in, one out, the same on the command line, in the wasm module
//! and at `POST /v1/preview/…`. Offsets are Unicode code points. Fields are added, never renamed.

pub mod classify;
pub mod detect;
pub mod prompt;
