//! What each feature of a candidate weighs, and how sure an answer must be: fitted on the development half
//! of the set in `tests/data/knowledge` by `cargo xtask bench reply --fit`, which prints all three.

use super::question::FEATURES;

/// English, where meaning counts as well as words.
pub(super) const MEANING: [f32; FEATURES] =
    [-1.116, 1.756, 1.554, 2.958, 1.658, 2.513, 0.456, 1.642, 1.255, -1.722];

/// Other languages: words and topics alone.
pub(super) const WORDS: [f32; FEATURES] =
    [-1.569, 2.832, 2.291, 0.0, 0.0, 3.302, 0.623, 1.669, 1.470, -0.575];

/// How likely an article must be to answer.
pub const SURE: f32 = 0.6;
