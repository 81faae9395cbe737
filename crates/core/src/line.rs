//! The line protocol: one JSON object in, one out, the same on the command line, in the wasm module
//! and at `POST /v1/preview/…`. Offsets are Unicode code points. Fields are added, never renamed.

use serde::{Deserialize, Serialize};
