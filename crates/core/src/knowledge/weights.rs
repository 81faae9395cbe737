//! What each feature of a candidate weighs, fitted on the development half of the set in
//! `tests/data/knowledge` by `cargo xtask bench reply --fit`, which prints both lists.

use super::index::FEATURES;

/// English, where meaning counts as well as words.
pub(super) const MEANING: [f32; FEATURES] =
    [-3.160, 2.563, 2.308, 1.692, 0.019, 0.409, 6.962, 0.396];

/// Other languages: words alone.
pub(super) const WORDS: [f32; FEATURES] = [-2.020, 3.175, 2.789, 2.668, 1.859, 0.988, 0.000, 0.000];
