//! The visitor's side: [`Detector`] and [`PromptPolicy`] for JavaScript.
//!
//! This crate converts and delegates. Every decision is made in `askwell`, where it is tested
//! natively; what stands here is the form in which JavaScript sees it. Texts have UTF-16 offsets,
//! values are plain objects, refusals are `Error`s with a stable `code`.

mod convert;
mod detector;
#[cfg(feature = "lines")]
mod lines;
mod policy;
mod vocabulary;

pub use detector::Detector;
pub use policy::PromptPolicy;

#[cfg(feature = "lines")]
pub use lines::run_line;

use wasm_bindgen::prelude::wasm_bindgen;

/// The standard library's allocator is twice as large.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// The version of this module, as in its `package.json`.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
