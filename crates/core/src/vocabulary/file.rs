//! One language's vocabulary as a file: made by `build.rs`, which shares this description, and read
//! where it is added.
//!
//! ```text
//! 4 bytes    edition: a file and an engine of different editions do not fit
//! 1 byte     the language, by its place in `Lang::ALL`
//! 4 bytes    FNV-1a of the language and of everything after this
//! 2 bytes    how many bytes the sentences have
//! …          the sentences, in the order of `prompt::Line::ALL`, one a line, in UTF-8
//! …          bits, the most significant first:
//!            detection: 8 bits, how many meanings; for each: 3 bits, how many signs, less one;
//!            6 bits each, the signs; a group of fingerprints
//!            prompting: a group of fingerprints for each cue, and one of heads of phrases with a gap
//! ```
//!
//! Numbers are little-endian; groups are those of `text::print::Packed`.

use crate::text::print::BITS;

/// Bytes before the sentences.
pub(crate) const HEADER: usize = 11;
/// Bits of how many meanings there are.
pub(crate) const MEANINGS_BITS: u32 = 8;
/// Bits of how many signs a meaning has, less one.
pub(crate) const SIGNS_BITS: u32 = 3;
/// Bits of a sign.
pub(crate) const SIGN_BITS: u32 = 6;
/// Bits of how many phrases have one meaning in detection.
pub(crate) const PHRASES_BITS: u32 = 9;
/// Bits of how many phrases have one cue in prompting.
pub(crate) const CUES_BITS: u32 = 8;

/// FNV-1a (Fowler, Noll and Vo).
pub(crate) const fn checksum(bytes: &[u8], mut hash: u32) -> u32 {
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u32).wrapping_mul(0x0100_0193);
        i += 1;
    }
    hash
}

/// Where [`checksum`] begins.
pub(crate) const START: u32 = 0x811c_9dc5;

/// What a file's numbers mean: changes with the signs, the cues, their order and the fingerprints.
pub(crate) const fn edition(signs: &[(&str, u64)], cues: &[&str]) -> u32 {
    // Raised when the layout above changes, or how a fingerprint is made.
    const LAYOUT: u32 = 1;
    let mut hash = START ^ (LAYOUT << 8 | BITS);
    let mut i = 0;
    while i < signs.len() {
        hash = checksum(b" ", checksum(signs[i].0.as_bytes(), hash));
        i += 1;
    }
    i = 0;
    while i < cues.len() {
        hash = checksum(b",", checksum(cues[i].as_bytes(), hash));
        i += 1;
    }
    hash
}
