//! Sets of words kept as fingerprints: nine and a half bits a word, whatever its length.
//!
//! An xor filter (Graf and Lemire, "Xor Filters: Faster and Smaller Than Bloom and Cuckoo
//! Filters", 2020). A word of the set is always found; another one in 256 seems to be in it.
//! The filters are made by `build.rs`, which shares this file.

/// A set of words. The first byte is the seed, the rest three blocks of fingerprints.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter(pub &'static [u8]);

/// FNV-1a, mixed once more so that every bit depends on every letter.
pub(crate) fn hash(word: &str, seed: u8) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325 ^ u64::from(seed);
    for byte in word.bytes() {
        h = (h ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    h = (h ^ (h >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    h ^ (h >> 32)
}

/// Where in the three blocks the fingerprint of a hash is spread, and the fingerprint.
pub(crate) fn places(h: u64, block: usize) -> ([usize; 3], u8) {
    // Each 20 bits of the hash scale to the block: 2^20 is far above any block's length.
    let place = |shift: u32| (((h >> shift) & 0xf_ffff) as usize * block) >> 20;
    let print = (h ^ (h >> 60)) as u8;
    ([place(0), block + place(20), 2 * block + place(40)], print)
}

impl Filter {
    /// Whether a folded word is in the set.
    pub(crate) fn has(&self, word: &str) -> bool {
        let Some((seed, prints)) = self.0.split_first() else { return false };
        let (places, print) = places(hash(word, *seed), prints.len() / 3);
        places.iter().fold(0, |all, i| all ^ prints.get(*i).copied().unwrap_or_default()) == print
    }
}

/// Whether the set has an English word or what it is formed from: "looking" is formed from "look".
/// The same rules as `stems` of `data/detect/lists.py`.
pub(crate) fn has_form(set: Filter, word: &str) -> bool {
    const ENDINGS: [(&str, &[&str]); 6] = [
        ("s", &[""]),
        ("ed", &["", "e"]),
        ("ing", &["", "e"]),
        ("ly", &[""]),
        ("ies", &["y"]),
        ("ied", &["y"]),
    ];
    set.has(word)
        || ENDINGS.iter().any(|(ending, puts)| {
            word.strip_suffix(ending).filter(|stem| stem.len() >= 3).is_some_and(|stem| {
                puts.iter().any(|put| {
                    let mut whole = stem.to_owned();
                    whole.push_str(put);
                    set.has(&whole)
                })
            })
        })
}
