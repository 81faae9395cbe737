//! What each feature of a candidate weighs, fitted on the development half of the set in
//! `tests/data/knowledge` by `cargo xtask bench reply --fit`, which prints both lists.

use super::index::FEATURES;

/// English, where meaning counts as well as words.
pub(super) const MEANING: [f32; FEATURES] =
    [-3.514, 0.497, 0.395, 1.108, 0.506, 0.492, 4.502, -0.559, 5.241, 2.122];

/// Other languages: words alone.
pub(super) const WORDS: [f32; FEATURES] =
    [-2.020, 3.175, 2.789, 2.668, 1.859, 0.988, 0.0, 0.0, 0.0, 0.0];
