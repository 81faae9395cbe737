//! Replays the corpus of the fuzz target `fuzz/fuzz_targets/detect.rs`: what was once hard stays
//! solved, without a nightly compiler.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../../../fuzz/properties.rs"]
mod properties;

use std::fs;
use std::path::Path;

#[test]
fn the_corpus_is_replayed() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/detect");
    let mut replayed = 0;
    for entry in fs::read_dir(dir).unwrap() {
        let data = fs::read(entry.unwrap().path()).unwrap();
        properties::check(&data);
        // Cut anywhere, what is left must hold too.
        for cut in 0..data.len().min(200) {
            properties::check(&data[..cut]);
        }
        replayed += 1;
    }
    assert!(replayed >= 20, "the corpus is there");
}
