//! What each feature of a candidate weighs, fitted on the development half of the set in
//! `tests/data/knowledge` by `cargo xtask bench reply --fit`, which prints both lists.

use super::index::FEATURES;

/// English, where meaning counts as well as words.
pub(super) const MEANING: [f32; FEATURES] = [-6.0, 2.0, 2.0, 3.0, 1.0, 1.0, 6.0, 3.0];

/// Other languages: words alone.
pub(super) const WORDS: [f32; FEATURES] = [-4.0, 3.0, 3.0, 3.0, 1.5, 1.5, 0.0, 0.0];
