//! Text as the scanners see it: offsets, tokens, languages.

mod lang;
mod offset;

pub use lang::{Lang, guess};
pub use offset::{Utf16, code_points, code_points_to_byte, utf16_to_byte};
